"""Large cuts are looked at again: what comes back, what does not, what is said; its numbers matter."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.decide import guard
from cleaner.decide.evidence import Decision, Evidence
from cleaner.document import Block, Document, Mark, Verdict

TOPIC = "The harbour board will repair the wooden ferry landing before winter storms return to the {}."
OTHER = "Seven gardeners explained yesterday why tulips flower sooner beside painted walls number {}."
KEPT, CUT, COMMENT, TITLE = "kept", "line-model", "comments", "title"


def blocks_of(texts: Sequence[str], paths: Sequence[tuple[str, ...]] = ()) -> BlockIndex:
    found, at = list[Block](), 0
    for i, text in enumerate(texts):
        found.append(Block(at, text, path=paths[i] if paths else ()))
        at += len(text) + 1
    return BlockIndex(Document("a", "\n".join(texts), "html" if paths else "text"), found)


def looked_at(
    lines: Sequence[tuple[str, str]],
    paths: Sequence[tuple[str, ...]] = (),
    note: Any = None,
    prediction: Any = None,
) -> tuple[list[bool], Any]:
    """Which lines stay after the guard, of (text, code that cut it or `kept`), and the note."""
    blocks = blocks_of([text for text, _ in lines], paths)
    verdicts = [
        Verdict("body", -4.0) if code == KEPT else Verdict("chrome", 3.0, (Mark(i, code, "chrome", 1.0, ""),))
        for i, (_, code) in enumerate(lines)
    ]
    evidence = cast("Evidence", SimpleNamespace(blocks=blocks, prediction=prediction))
    decision = guard.look_at_large_cuts(evidence, Decision(tuple(verdicts), note))
    return [verdict.code is None for verdict in decision.verdicts], decision.note


def paragraphs(n: int, code: str, text: str = TOPIC) -> list[tuple[str, str]]:
    return [(text.format("quay " + "abcdefghijklmnop"[k]), code) for k in range(n)]


BOX = [("A title of another story", CUT)]


def test_a_row_longer_than_what_stays_comes_back_and_it_is_said() -> None:
    kept, note = looked_at(paragraphs(2, KEPT) + BOX + paragraphs(6, CUT))
    assert kept == [True, True, False, *[True] * 6] and note == "large-cut"


def test_prose_about_something_else_stays_cut_and_it_is_said() -> None:
    kept, note = looked_at(paragraphs(2, KEPT) + BOX + paragraphs(6, CUT, OTHER))
    assert not any(kept[2:]) and note == "large-cut"


def test_comments_never_come_back() -> None:
    kept, note = looked_at(paragraphs(2, KEPT) + BOX + paragraphs(6, COMMENT))
    assert not any(kept[2:]) and note == "large-cut"  # nothing but a heading tells that they are some


def test_prose_under_other_elements_stays_cut() -> None:
    lines = paragraphs(2, KEPT) + BOX + paragraphs(6, CUT)
    own, other = ("body", "div.text", "p"), ("body", "div.tail", "p")
    assert looked_at(lines, [own] * 2 + [other] * 7)[0] == [True] * 2 + [False] * 7
    assert looked_at(lines, [own] * 9)[0] == [True, True, False, *[True] * 6]


def test_a_small_cut_is_right_and_nothing_is_said() -> None:
    lines = paragraphs(6, KEPT) + BOX + paragraphs(2, CUT)
    assert looked_at(lines) == ([True] * 6 + [False] * 3, None)


def test_a_row_between_prose_that_stays_comes_back() -> None:
    lines = paragraphs(4, KEPT) + BOX + paragraphs(3, CUT) + BOX + paragraphs(4, KEPT)
    kept, note = looked_at(lines)
    assert kept == [True] * 4 + [False] + [True] * 3 + [False] + [True] * 4 and note == "large-cut"


def rows_between_titles(n: int, text: str = TOPIC) -> list[tuple[str, str]]:
    """Paragraphs that were cut, each below a title: no row of them is long."""
    return [line for one in paragraphs(n, CUT, text) for line in (*BOX, one)]


def test_rows_that_hold_more_together_than_what_stays_are_said_but_stay_cut() -> None:
    kept, note = looked_at(paragraphs(2, KEPT) + rows_between_titles(6))
    assert kept == [True, True, *[False] * 12] and note == "large-cut"


@pytest.mark.parametrize("code", ["navigation", "legal-line", "consent-dialog"])
def test_nothing_is_said_of_what_its_own_words_name(code: str) -> None:
    lines = [(text, code if was == CUT else was) for text, was in rows_between_titles(6)]
    assert looked_at(paragraphs(2, KEPT) + lines)[1] is None


def test_nothing_is_said_of_other_things_or_where_the_model_is_sure() -> None:
    assert looked_at(paragraphs(2, KEPT) + rows_between_titles(6, OTHER))[1] is None
    lines = paragraphs(2, KEPT) + rows_between_titles(6)
    for p, note in ((0.01, None), (0.2, "large-cut")):
        assert looked_at(lines, prediction=SimpleNamespace(p_content=[p] * len(lines)))[1] == note


def test_beside_comments_longer_than_itself_a_short_article_comes_back() -> None:
    thread = [("2 comments", COMMENT)]
    for k in range(2):
        thread += [(f"oldsalt{k}", COMMENT), ("2 hours ago", COMMENT), *paragraphs(1, COMMENT, OTHER)]
    kept, note = looked_at(paragraphs(1, CUT) + thread)
    assert kept == [True] + [False] * len(thread) and note == "large-cut"


def test_another_note_wins() -> None:
    assert looked_at(paragraphs(2, KEPT) + BOX + paragraphs(6, CUT), note="paywall")[1] == "paywall"


def test_in_scripts_without_spaces_pairs_of_characters_tell_the_topic() -> None:
    own = "港の委員会は冬の嵐が来る前に木の桟橋を修理することを決めた。住民はそれを長く待っていた{}。"
    other = "新型の電話が発売され、若者の間で大きな話題になっているという調査結果がある{}。"
    lines = paragraphs(3, KEPT, own) + BOX
    assert all(looked_at(lines + paragraphs(6, CUT, own))[0][4:])
    assert not any(looked_at(lines + paragraphs(6, CUT, other))[0][4:])


# (constant, the documents that are near it)
SHORT = "The harbour board will repair the ferry landing before the winter storms return {}."
NEAR = {
    "MIN_SENTENCES": [
        paragraphs(1, KEPT) + BOX + paragraphs(3, CUT, TOPIC[:-1] + " and on the island beyond it as well."),
        paragraphs(1, KEPT) + BOX + [(TOPIC.format(x) * 3, CUT) for x in "ab"],
    ],
    "MIN_LARGE_CUT_WORDS": [
        BOX + paragraphs(5, CUT, SHORT.replace(" {}", "")),
        BOX + paragraphs(3, CUT, TOPIC),
    ],
    "MAX_BLOCKS_BETWEEN": [
        paragraphs(2, KEPT) + BOX * 10 + paragraphs(1, CUT) + BOX + paragraphs(6, CUT),
        paragraphs(2, KEPT) + BOX * 12 + paragraphs(1, CUT) + BOX + paragraphs(6, CUT),
    ],
}


def decisions() -> list[Any]:
    return [looked_at(lines) for documents in NEAR.values() for lines in documents] + [
        looked_at(
            paragraphs(2, KEPT) + BOX + paragraphs(9, CUT),
            [("body", "div.text", "p")] * (3 + n) + [("body", "div.tail", "p")] * (9 - n),
        )
        for n in (4, 5)
    ]


@pytest.mark.parametrize("direction", [1, -1], ids=["up", "down"])
@pytest.mark.parametrize("name", [*NEAR, "MIN_SAME_ELEMENT_SHARE"])
def test_a_constant_changed_by_a_fifth_changes_a_decision(
    monkeypatch: pytest.MonkeyPatch, name: str, direction: int
) -> None:
    before, value = decisions(), getattr(guard, name)
    step = max(round(value * 0.2), 1) if isinstance(value, int) else value * 0.2
    monkeypatch.setattr(guard, name, value + direction * step)
    assert decisions() != before
