"""Marks to verdicts: what decides, what is not heard, what is capped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.decide.evidence import gather_evidence
from cleaner.decide.passes import decide
from cleaner.decide.policy import MIN_MODEL_BLOCKS, SHORT_TEXT_LINES
from cleaner.document import Block, Document, Mark, Verdict
from cleaner.rules import RULES_BY_CODE
from cleaner.settings import Settings

if TYPE_CHECKING:
    from cleaner.model.classifier import Prediction

LINES = ("One line of text", "Another line of text", "A third line", "A fourth line", "The last line of it")
FEW = MIN_MODEL_BLOCKS["text"]
FURNITURE = ("share-bar", "legal-line", "sign-in", "navigation")


def blocks(lines: tuple[str, ...] = LINES) -> BlockIndex:
    raw, found, at = "\n".join(lines), [], 0
    for line in lines:
        found.append(Block(at, line))
        at += len(line) + 1
    return BlockIndex(Document("a", raw), found)


def mark(block: int, code: str, strength: float = 1.0, span: tuple[int, int] | None = None) -> Mark:
    return Mark(block, code, RULES_BY_CODE[code].label, strength, "because", span)


def judge(
    blocks: BlockIndex, marks: Sequence[Mark], settings: Settings, prediction: Prediction | None = None
) -> tuple[Verdict, ...]:
    return decide(gather_evidence(blocks, marks, prediction, settings)).verdicts


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


class FakePrediction:
    """A prediction that says what a test wants."""

    def __init__(
        self, p: list[float], p_already_clean: float = 0.0, vocabulary_coverage: float = 1.0
    ) -> None:
        self.p_content, self.keep_threshold, self.expected_f1 = np.array(p), 0.5, 1.0
        self.p_already_clean, self.vocabulary_coverage = p_already_clean, vocabulary_coverage

    def log_odds_below(self, threshold: float) -> np.ndarray:
        p = self.p_content
        return np.asarray(np.log(threshold / (1 - threshold)) - np.log(p / (1 - p)))

    def p_boilerplate(self, block: int) -> float:
        return float(1 - self.p_content[block])

    def reasons(self, blocks: Sequence[int]) -> list[str]:
        return ["because of its place"] * len(blocks)


def judged(
    prediction: FakePrediction, *marks: Mark, lines: int = 5, settings: Settings | None = None
) -> tuple[Verdict, ...]:
    text = tuple(f"Line number {n} of the text" for n in range(lines))
    return judge(blocks(text), marks, settings or Settings(), cast("Prediction", prediction))


def long(*p: float) -> list[float]:
    """Chances for a document long enough for the model to know it: the given ones, then body."""
    return [*p, *[0.9] * (FEW - len(p))]


def test_the_model_decides_what_no_strong_rule_does() -> None:
    first, second, *_ = judged(FakePrediction(long(0.1)), lines=FEW)
    assert (first.code, first.label, second.code) == ("line-model", "chrome", None)
    assert first.marks[0].why == "because of its place" and first.marks[0].strength == pytest.approx(0.9)


def test_a_rule_that_leans_the_same_way_gives_the_reason() -> None:
    page = [mark(n + 1, code) for n, code in enumerate(FURNITURE)]
    first = judged(FakePrediction(long(0.1)), *page, mark(0, "outskirts"), lines=FEW)[0]
    assert first.code == "outskirts" and [m.code for m in first.marks] == ["outskirts", "line-model"]


def test_a_strong_rule_decides_whatever_the_model_says() -> None:
    verdicts = judged(FakePrediction(long()), mark(0, "share-bar"), mark(1, "outskirts"), lines=FEW)
    assert [v.code for v in verdicts[:2]] == ["share-bar", None]


@pytest.mark.parametrize("code", ["hidden", "link-list"])
def test_what_a_page_says_of_a_place_is_no_word_against_a_model_that_is_sure(code: str) -> None:
    likely = [0.9] * FEW
    assert judged(FakePrediction([0.85, *likely]), mark(0, code), lines=FEW + 1)[0].code is None
    assert judged(FakePrediction([0.75, *likely]), mark(0, code), lines=FEW + 1)[0].code == code
    assert judged(FakePrediction([0.85, *likely]), mark(0, "share-bar"), lines=FEW + 1)[0].code == "share-bar"
    assert (
        judged(FakePrediction([0.85] * 4), mark(0, code), lines=4)[0].code == code
    )  # where the model knows little


def test_fair_rules_that_agree_decide_where_the_model_knows_little() -> None:
    page = [mark(n + 1, code) for n, code in enumerate(FURNITURE)]
    fair = [mark(0, "outskirts"), mark(0, "menu-run")]
    assert judged(FakePrediction([0.9] * 5), *page, *fair)[0].code == "menu-run"
    page = [mark(n + 1, code) for n, code in enumerate(FURNITURE)]
    assert judged(FakePrediction(long()), *page, *fair, lines=FEW)[0].code is None
    strange = FakePrediction(long(), vocabulary_coverage=0.2)
    assert judged(strange, *page, *fair, lines=FEW)[0].code is None  # the model goes by form


def test_a_text_that_looks_clean_keeps_all_but_the_impossible() -> None:
    told = FakePrediction(long(0.1, 0.001), p_already_clean=0.95)
    assert [v.code for v in judged(told, lines=FEW)[:3]] == [None, "line-model", None]


def test_what_the_settings_keep_the_model_does_not_cut() -> None:
    caption = mark(0, "caption")
    told, kept = FakePrediction(long(0.1)), Settings(captions="keep")
    assert judged(told, caption, lines=FEW)[0].code == "caption"
    assert judged(told, caption, lines=FEW, settings=kept)[0].code is None


def test_without_a_reading_the_rules_decide_alone() -> None:
    page = [mark(n + 1, code) for n, code in enumerate(FURNITURE)]
    assert verdicts(mark(0, "outskirts"), *page)[0].code == "outskirts"


def test_where_the_model_knows_little_it_cuts_no_sentence_alone() -> None:
    page = [mark(n, code) for n, code in enumerate(FURNITURE)]
    text = ("Home", "Share", "Sign in", "Imprint", "The inspectors will return in May.", "Menu")
    found = judge(blocks(text), page, Settings(), cast("Prediction", FakePrediction([0.1] * 6)))
    assert [v.code is None for v in found[4:]] == [True, False]


def test_a_caption_that_is_to_stay_stays_whatever_the_witness_says() -> None:
    marks = [mark(0, "caption"), mark(0, "outside-main")]
    assert verdicts(*marks, settings=Settings(captions="keep"))[0].code is None


PROSE = "The seller bears the cost of carriage, and sends the goods within fourteen days of the order."


@pytest.mark.parametrize(
    ("lines", "p", "kept"), [(FEW, 0.35, True), (FEW, 0.05, False), (SHORT_TEXT_LINES, 0.35, False)]
)
def test_in_a_short_text_the_model_must_be_surer_to_cut_prose(lines: int, p: float, kept: bool) -> None:
    text = tuple(PROSE.replace("fourteen", chr(97 + n % 26) * (8 + n)) for n in range(lines))
    found = judge(blocks(text), [], Settings(), cast("Prediction", FakePrediction([*[0.9] * (lines - 1), p])))
    assert [v.code is None for v in found] == [*[True] * (lines - 1), kept]


TERMS = ("TERMS OF SALE", PROSE, "Damage", PROSE, "Privacy Policy")


@pytest.mark.parametrize(("p", "kept"), [(0.4, True), (0.05, False)])
def test_furniture_words_above_prose_of_a_clean_text_go_only_if_the_model_doubts_them(
    p: float, kept: bool
) -> None:
    told = cast("Prediction", FakePrediction([p] * 5, p_already_clean=0.5))
    found = judge(blocks(TERMS), [mark(0, "legal-line"), mark(4, "legal-line")], Settings(), told)
    assert [v.code for v in found] == [None if kept else "legal-line", None, None, None, "legal-line"]
    share = judge(blocks(TERMS), [mark(0, "share-bar")], Settings(), told)
    assert share[0].code == "share-bar"
