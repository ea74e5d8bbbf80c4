"""Marks to verdicts: what decides, what is not heard, what is capped."""

from __future__ import annotations

from cleaner.document import Block, Document, Mark, Verdict
from cleaner.judge import judge
from cleaner.rules import BY_CODE
from cleaner.rules.blocks import Blocks
from cleaner.settings import Settings

LINES = ("One line of text", "Another line of text", "A third line", "A fourth line", "The last line of it")
FURNITURE = ("share-bar", "legal-line", "sign-in", "navigation")


def blocks(lines: tuple[str, ...] = LINES) -> Blocks:
    raw, found, at = "\n".join(lines), [], 0
    for line in lines:
        found.append(Block(at, line))
        at += len(line) + 1
    return Blocks(Document("a", raw), found)


def mark(block: int, code: str, strength: float = 1.0, span: tuple[int, int] | None = None) -> Mark:
    return Mark(block, code, BY_CODE[code].label, strength, "because", span)


def verdicts(*marks: Mark, settings: Settings | None = None) -> tuple[Verdict, ...]:
    return judge(blocks(), marks, settings or Settings())


def test_without_marks_everything_is_body() -> None:
    assert {verdict.label for verdict in verdicts()} == {"body"}


def test_a_certain_mark_decides_alone_and_gives_the_reason() -> None:
    first, second, *_ = verdicts(mark(0, "share-bar"))
    assert (first.code, first.label, second.code) == ("share-bar", "chrome", None)


def test_fair_marks_are_not_heard_on_a_text_that_looks_clean() -> None:
    assert verdicts(mark(0, "outskirts"))[0].code is None


def test_fair_marks_are_heard_beside_certain_ones_of_several_kinds() -> None:
    page = [mark(n + 1, code) for n, code in enumerate(FURNITURE)]
    assert verdicts(mark(0, "outskirts"), *page)[0].code == "outskirts"
    assert verdicts(mark(0, "outskirts"), *page[:3])[0].code is None


def test_a_code_counts_once_a_block() -> None:
    weak = [mark(0, "share-bar", 0.2)] * 5
    assert verdicts(*weak)[0].code is None


def test_opinions_on_shape_do_not_outvote_the_witness() -> None:
    page = [mark(n + 1, code) for n, code in enumerate(FURNITURE)]
    shape = [mark(0, code) for code in ("outskirts", "menu-run", "teaser-list")]
    assert verdicts(*page, *shape)[0].code is not None
    assert verdicts(*page, *shape, mark(0, "inside-main"))[0].code is None


def test_a_span_is_cut_and_its_block_stays() -> None:
    first = verdicts(mark(0, "inline-ad", span=(0, 3)))[0]
    assert (first.label, [cut.code for cut in first.cuts]) == ("body", ["inline-ad"])


def test_a_span_over_all_letters_takes_the_block() -> None:
    first = verdicts(mark(0, "inline-ad", span=(0, len(LINES[0]))))[0]
    assert (first.code, first.cuts) == ("inline-ad", ())


def test_settings_switch_captions_and_comments_off() -> None:
    marks = [mark(0, "caption"), mark(1, "comments")]
    dropped, kept = verdicts(*marks), verdicts(*marks, settings=Settings(captions="keep", comments="keep"))
    assert [v.code for v in dropped[:2]] == ["caption", "comments"]
    assert [v.code for v in kept[:2]] == [None, None]


def test_a_short_line_alone_amid_lines_that_go_goes_too() -> None:
    page = [mark(n, code) for n, code in zip((0, 1, 3, 4), FURNITURE, strict=True)]
    assert verdicts(*page)[2].code == "island"
    assert verdicts(*page, mark(2, "inside-main"))[2].code is None
    assert verdicts(*page[:3])[2].code is None
