"""Each number of the judge matters: a fifth more or less changes a decision on some document, or is listed.

`NEAR` are documents just on one side of a number, with what is decided on their first block. They are made up
of marks as rules give them and of what the model might say, so that a new fit leaves them as they are.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import cleaner
from cleaner import pipeline
from cleaner.analysis.blocks import BlockIndex
from cleaner.decide import exceptions, policy
from cleaner.decide import judge as passes_of_judge
from cleaner.decide.evidence import gather_evidence
from cleaner.decide.passes import decide
from cleaner.document import Block, Document, Kind, Mark, Verdict
from cleaner.rules import RULES_BY_CODE
from cleaner.settings import Favor, Settings
from tests.documents import group

pytestmark = pytest.mark.slow

MODULES = (policy, exceptions, passes_of_judge)
# What only the rows of POLICIES are made of: changed there, row by row.
PARTS_OF_POLICIES = frozenset(
    (
        "PAGE_WEIGHTS",
        "FLATTENED_WEIGHTS",
        "CLEAN_WEIGHTS",
        "CLEAN_TEXT_THRESHOLD",
        "PROSE_MARGIN",
        "DOUBT_OF_PAGES",
        "DOUBT_OF_FLATTENED",
    )
)
WRITTEN = ("clean", "pages", "pages, flattened", "texts")
STEP = 0.2
# What is changed in which direction and shows nowhere, and why that is no gap in the documents.
CHANGES_NOTHING = {
    ("MIN_SPAN_STRENGTH", "up"): "the rules that mark a part of a block do so with a strength of .9 or 1",
    ("MIN_SPAN_STRENGTH", "down"): "the rules that mark a part of a block do so with a strength of .9 or 1",
    ("POLICIES[clean].min_mark_weight", "down"): "the mark that decides there must weigh as much anyway",
    ("POLICIES[clean].rule_weight[meta]", "down"): "lighter marks do not count on such a text",
    ("POLICIES[clean].rule_weight[ad]", "down"): "lighter marks do not count on such a text",
}

LEVEL = 0.5  # the chance below which the made-up model says that a line goes
LIKELY_LINE = 0.9
FURNITURE = ("share-bar", "legal-line", "sign-in", "navigation", "app-download")
UNENDED = (
    "The buyer pays on the day of delivery. After that day the receipt is kept for one full year, together"
    " with the letter and the seal"
)
PROSE = "The seller bears the cost of carriage, and sends the goods within fourteen days of the order."


def mark(code: str, strength: float = 1.0, block: int = 0) -> Mark:
    return Mark(block, code, RULES_BY_CODE[code].label, strength, "because")


FAIR_ONES = (mark("outskirts"), mark("menu-run"))


SENTENCE = "In the valley many people came to see the wheel, and they were shown around by the miller."


@dataclass(frozen=True)
class Near:
    """A document near a number. `goes` is what becomes of its first block; all others are lines that the
    model believes, but for the furniture: marks of so many kinds on the blocks behind it."""

    title: str
    goes: bool
    marks: tuple[Mark, ...] = ()
    p: float = LIKELY_LINE
    lines: int = 30
    furniture: int = 4
    clean: float = 0.0
    fluent: float = 1.0
    first: str = "A first line"
    second: str = "A second line"
    rest: str = "Line number {} of the text"
    kind: Kind = "text"
    favor: Favor = "balanced"
    expected: float = 1.0
    line_words: float = 10.0

    def decided(self) -> bool:
        blocks = self.blocks
        marks = [*self.marks, *(mark(code, 1.0, i + 2) for i, code in enumerate(FURNITURE[: self.furniture]))]
        return judged(blocks, marks, Settings(favor=self.favor), self.prediction)[0][1] is not None

    @property
    def blocks(self) -> BlockIndex:
        return _blocks(self)

    @property
    def prediction(self) -> Any:
        p = np.array([self.p, *[LIKELY_LINE] * (self.lines - 1)])
        return prediction(p, self.clean, self.fluent, self.expected, self.line_words)


@cache
def _blocks(near: Near) -> BlockIndex:
    """Made once: what is looked up about blocks hangs on none of the numbers that are changed here."""
    texts = [near.first, near.second, *(near.rest.format(n) for n in range(2, near.lines))]
    found, at = list[Block](), 0
    for text in texts:
        found.append(Block(at, text, path=("body", "p") if near.kind == "html" else ()))
        at += len(text) + 1
    return BlockIndex(Document("a", "\n".join(texts), near.kind), found)


def prediction(
    p: Any, clean: float = 0.0, fluent: float = 1.0, expected: float = 1.0, line_words: float = 10.0
) -> Any:
    """What the judge asks of the model's answer, made up."""
    log_odds = np.log(p / (1 - p))
    return SimpleNamespace(
        p_content=p,
        words=np.full(len(p), line_words),
        p_already_clean=clean,
        vocabulary_coverage=fluent,
        expected_f1=expected,
        keep_threshold=LEVEL,
        log_odds_below=lambda threshold: np.log(threshold / (1 - threshold)) - log_odds,
        p_boilerplate=lambda block: float(1 - p[block]),
        reasons=lambda blocks: ["because of its place"] * len(blocks),
    )


def chance(nats: float, level: float = LEVEL) -> float:
    """The chance that lies so many nats below a level."""
    return float(1 / (1 + (1 - level) / level * np.exp(nats)))


Rebuilt = Callable[[Any], object]
Decision = tuple[str, str | None, tuple[tuple[str, tuple[int, int] | None], ...]]


def judged(blocks: BlockIndex, marks: Sequence[Mark], settings: Settings, reading: Any) -> list[Decision]:
    """What of the verdicts can be seen in a record: what goes, in which name."""
    verdicts: tuple[Verdict, ...] = decide(gather_evidence(blocks, marks, reading, settings)).verdicts
    return [(v.label, v.code, tuple((cut.code, cut.span) for cut in v.cuts)) for v in verdicts]


# A text of 30 lines with four kinds of furniture is a flattened page; one with less furniture is sparse.
SPARSE = {"furniture": 2}
SHORT_TEXT, LONG = {"lines": 20}, {"lines": 70}
PAGE: dict[str, Any] = {"kind": "html"}
LABEL: dict[str, Any] = {"first": "Mobile app", "marks": (mark("app-download"),), "furniture": 3}
CLEAN: dict[str, Any] = {"clean": 0.95}
HEADS: dict[str, Any] = {"marks": (mark("legal-line"),), "second": PROSE, "clean": 0.5, "furniture": 0}
IN_ARTICLE: dict[str, Any] = {"first": PROSE, "second": PROSE, "rest": PROSE + " ({})."}

FEW_LINES: dict[str, Any] = IN_ARTICLE | SHORT_TEXT | {"first": UNENDED}
SECTION: dict[str, Any] = LONG | {"marks": (mark("related-section"),)}
STRANGE: dict[str, Any] = IN_ARTICLE | CLEAN | {"first": UNENDED, "fluent": 0.3}


def near(title: str, goes: bool, *shapes: Mapping[str, Any], **more: Any) -> Near:
    return Near(title, goes, **{name: value for shape in (*shapes, more) for name, value in shape.items()})


NEAR = (
    # the prior, what fair marks weigh together
    near("a fair mark outweighs the prior", True, SHORT_TEXT, marks=(mark("byline", 0.9),)),
    near("a weaker one does not", False, SHORT_TEXT, marks=(mark("outskirts", 0.7),)),
    near("two fair marks outweigh prose", True, SHORT_TEXT, marks=(*FAIR_ONES, mark("prose"))),
    near(
        "they do not outweigh the witness, even with a word that says little",
        False,
        PAGE,
        lines=10,
        marks=(*FAIR_ONES, mark("inside-main", 0.9), mark("navigation", 0.16)),
    ),
    # what a clean text is
    near("a sparse text that may be clean keeps what is unlikely", False, SPARSE, clean=0.11, p=0.1),
    near("one that is hardly clean does not", True, SPARSE, clean=0.09, p=0.1),
    near("a text with much furniture is clean if that is certain", False, clean=0.95, p=0.1),
    near("it is not if it is likely", True, clean=0.8, p=0.1),
    near(
        "one with nothing but a label keeps it at once", False, LABEL | {"furniture": 0}, clean=0.011, p=0.1
    ),
    near("not where next to nothing speaks for it", True, LABEL | {"furniture": 0}, clean=0.009, p=0.1),
    near("a label alone makes no fourth kind in what may be clean", False, LABEL, clean=0.37, p=0.1),
    near("it does in what may be less so", True, LABEL, clean=0.33, p=0.1),
    near("with four kinds of furniture it is a page", True, furniture=4, clean=0.5, p=0.1),
    near("with three it is sparse", False, furniture=3, clean=0.5, p=0.1),
    near("from a clean text goes what is all but impossible", True, CLEAN, p=0.0027),
    near("a little more stays", False, CLEAN, p=0.0033),
    near("the same where few words are known", True, CLEAN, p=0.0027, fluent=0.3),
    near("and a little more stays there", False, CLEAN, p=0.0033, fluent=0.3),
    # what is heard on a sparse text, and on a clean one
    near(
        "a mark that is sure is heard on a sparse text", True, SPARSE, marks=(mark("interstitial-ad", 0.6),)
    ),
    near("a lighter one is not", False, SPARSE, SHORT_TEXT, marks=(mark("interstitial-ad", 0.45),)),
    near(
        "nor is it on a clean text with few known words",
        False,
        CLEAN,
        marks=(mark("interstitial-ad", 0.45),),
        fluent=0.3,
    ),
    near("a sure one is", True, CLEAN, marks=(mark("interstitial-ad", 0.6),), fluent=0.3),
    # headings
    near("six words above prose may be a heading", False, HEADS, first="Of privacy and the like here", p=0.4),
    near("seven are none", True, HEADS, first="Of privacy and the like in here", p=0.4),
    near("a heading that the model hardly doubts stays", False, HEADS, p=0.16),
    near("one that it doubts goes", True, HEADS, p=0.14),
    # where the model knows little
    near("in 24 lines fair marks decide", True, marks=FAIR_ONES, lines=24),
    near("in 25 they do not", False, marks=FAIR_ONES, lines=25),
    near("in 14 blocks of a page fair marks decide", True, PAGE, marks=FAIR_ONES, lines=14),
    near("in 15 they do not", False, PAGE, marks=FAIR_ONES, lines=15),
    near("nor do they where few words are known", False, marks=FAIR_ONES, fluent=0.55),
    near("a sentence of three words stays", False, SHORT_TEXT, first="She said no.", p=0.1),
    near("two words are no sentence", True, SHORT_TEXT, first="They left.", p=0.1),
    # prose of the article in a short text
    near("prose goes if the model is very sure", True, IN_ARTICLE, p=chance(2.2)),
    near("it stays if it is nearly so", False, IN_ARTICLE, p=chance(1.8)),
    near(
        "in few lines unended prose goes if the model is very sure",
        True,
        FEW_LINES,
        p=chance(2.2),
    ),
    near("in few lines it stays if it is nearly so", False, FEW_LINES, p=chance(1.8)),
    near("in clean text of unknown words it goes if it is impossible", True, STRANGE, p=chance(2.2, 0.003)),
    near("in clean text of unknown words it stays if it is nearly so", False, STRANGE, p=chance(1.8, 0.003)),
    near("59 lines are a short text", False, IN_ARTICLE, p=0.2, lines=59),
    near("60 lines are not", True, IN_ARTICLE, p=0.2, lines=60),
    near("of unknown words they are judged as one", False, IN_ARTICLE, p=0.2, lines=60, fluent=0.55),
    near("not where enough are known", True, IN_ARTICLE, p=0.2, lines=60, fluent=0.62),
    # what decides beside the model
    near("on a page a word for an ad decides", True, PAGE, marks=(mark("interstitial-ad", 0.6),)),
    near("an ambiguous one does not", False, PAGE, marks=(mark("interstitial-ad", 0.45),)),
    near("in flattened text a word for an ad decides", True, marks=(mark("interstitial-ad", 0.6),)),
    near("an ambiguous one does not there either", False, marks=(mark("interstitial-ad", 0.45),)),
    near("in flattened text a byline decides", True, marks=(mark("byline"),)),
    near("one away from the edge does not", False, marks=(mark("byline", 0.85),)),
    near("in a long one a word for an ad decides", True, LONG, marks=(mark("interstitial-ad", 0.6),)),
    near("an ambiguous one does not in a long one", False, LONG, marks=(mark("interstitial-ad", 0.45),)),
    near("in a long one a byline decides", True, LONG, marks=(mark("byline"),)),
    near("one away from the edge does not in a long one", False, LONG, marks=(mark("byline", 0.85),)),
    near("in a clean text a word for an ad decides", True, CLEAN, marks=(mark("interstitial-ad", 0.6),)),
    near("so does a note about the author", True, CLEAN, marks=(mark("author-note", 0.9),)),
    near("a credit decides that is sure of itself", True, CLEAN, marks=(mark("caption"),)),
    near("another does not", False, CLEAN, marks=(mark("caption", 0.9),)),
    # what a page calls a place
    near(
        "a link in a list that the model finds likely stays", False, PAGE, marks=(mark("link-list"),), p=0.82
    ),
    near("one that it is not so sure of goes", True, PAGE, marks=(mark("link-list"),), p=0.75),
    # what the user favours
    near("precision takes what is not likely enough", True, LONG, p=0.67, favor="precision"),
    near("and leaves what is", False, LONG, p=0.705, favor="precision"),
    near("recall leaves what may be", False, LONG, p=0.2, favor="recall"),
    near("and takes what is unlikely", True, LONG, p=0.16, favor="recall"),
    # a short text with little furniture is more often half cleaned than a page
    near("it keeps what may be", False, SHORT_TEXT, SPARSE, p=0.2),
    near("and not what is unlikely", True, SHORT_TEXT, SPARSE, p=0.16),
    near("a short page keeps neither", True, SHORT_TEXT, p=0.4),
    # below a heading of other articles
    near("what the model finds likely stays there", False, SECTION, first="The hut is closed", p=0.55),
    near("what it does not goes from there", True, SECTION, first="The hut is closed", p=0.45, expected=0.78),
    near("three words tell too little", True, SECTION, first="The closed hut"),
    near("in a clean text it goes", True, SECTION, CLEAN, first="The hut is closed"),
    # what the model doubts
    near("a page that it doubts keeps what may be", False, PAGE, p=0.29, expected=0.88),
    near("and not what is unlikely", True, PAGE, p=0.27, expected=0.88),
    near("one that it believes keeps neither", True, PAGE, p=0.3, expected=0.92),
    near("one with 150 words that stay keeps what may be", False, PAGE, p=0.29, expected=0.88, lines=16),
    near("one with 140 does not", True, PAGE, p=0.29, expected=0.88, lines=15),
    near("nor does one of unknown words", True, PAGE, p=0.29, expected=0.88, fluent=0.55),
    near("a flattened page that it doubts keeps what may be", False, LONG, p=0.31, expected=0.78),
    near("and not what is unlikely there", True, LONG, p=0.29, expected=0.78),
    near("a flattened page that it believes keeps neither", True, LONG, p=0.34, expected=0.82),
    near(
        "one with 204 words that stay keeps what may be",
        False,
        p=0.31,
        expected=0.78,
        lines=61,
        line_words=3.4,
    ),
    near("one with 192 does not", True, p=0.31, expected=0.78, lines=61, line_words=3.2),
    # the only title of a short text
    near(
        "a likely title stays",
        False,
        p=0.33,
        first="The old mill turns again",
        second=SENTENCE,
        rest=SENTENCE,
    ),
    near(
        "an unlikely one goes", True, p=0.27, first="The old mill turns again", second=SENTENCE, rest=SENTENCE
    ),
    near(
        "four words are a title", False, p=0.33, first="The mill turns again", second=SENTENCE, rest=SENTENCE
    ),
    near("seven ideographs are none", True, p=0.33, first="古い水車が回る", second=SENTENCE, rest=SENTENCE),
    # what trafilatura leaves out where few words are known
    near(
        "what the model finds likely stays",
        False,
        PAGE,
        marks=(mark("outside-main"),),
        p=0.75,
        fluent=0.3,
        lines=10,
    ),
    near("what it does not goes", True, PAGE, marks=(mark("outside-main"),), p=0.65, fluent=0.3, lines=10),
)
# (blocks, share of known words, expected word-F1) of a page, and whether the witness need not be asked
KNOWN_WELL = (
    ((60, 1.0, 0.96), True),
    ((59, 1.0, 0.96), False),
    ((60, 0.1, 0.96), True),
    ((60, 1.0, 0.94), False),
)


def known_well(lines: int, fluent: float, expected: float) -> bool:
    page = Near("", False, lines=lines, kind="html")
    return policy.needs_no_reference(
        page.blocks, prediction(np.full(lines, LIKELY_LINE), 0.0, fluent, expected)
    )


@pytest.mark.parametrize("document", NEAR, ids=lambda document: document.title)
def test_a_document_near_a_number_is_decided_as_said(document: Near) -> None:
    assert document.decided() == document.goes


@pytest.mark.parametrize(("page", "known"), KNOWN_WELL)
def test_a_page_near_a_number_is_known_well_as_said(page: tuple[int, float, float], known: bool) -> None:
    assert known_well(*page) == known


@dataclass(frozen=True)
class Constant:
    """A number of the judge: its value, and how to set another in its place."""

    name: str
    value: float
    set: Callable[[pytest.MonkeyPatch, float], None]

    def changed(self, direction: str) -> float:
        """A fifth more or less, at least one of whole numbers."""
        step = self.value * STEP if direction == "up" else -self.value * STEP
        if isinstance(self.value, int):
            return self.value + (max(round(step), 1) if direction == "up" else min(round(step), -1))
        return self.value + step


def constants() -> Iterator[Constant]:
    """Every number that the judge's modules name: alone, in a mapping, in a field of a policy."""
    for module in MODULES:
        names = {*_assigned(ast.parse(Path(str(module.__file__)).read_text("utf-8")).body)}
        for name in sorted(names - PARTS_OF_POLICIES):
            for path, value, rebuilt in _numbers(getattr(module, name)):
                yield Constant(name + path, value, _setter(name, rebuilt))


def _assigned(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """The names that a module gives values of its own."""
    for statement in statements:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id


def _setter(name: str, rebuilt: Rebuilt) -> Callable[[pytest.MonkeyPatch, float], None]:
    def set_everywhere(patch: pytest.MonkeyPatch, value: float) -> None:
        for module in MODULES:
            if hasattr(module, name):  # imported by another of them, it is a name there too
                patch.setattr(module, name, rebuilt(value))

    return set_everywhere


def _numbers(value: Any) -> Iterator[tuple[str, float, Rebuilt]]:
    """Numbers in a value, each with its path and what makes the value with another number in that place."""
    if isinstance(value, bool) or value == 0:
        return  # a fifth of nothing
    if isinstance(value, int | float):
        yield "", value, lambda new: new
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _inner(f"[{key}]", inner, partial(_with_item, value, key))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _inner(
                f".{field.name}", getattr(value, field.name), partial(_with_field, value, field.name)
            )


def _inner(step: str, value: object, placed: Rebuilt) -> Iterator[tuple[str, float, Rebuilt]]:
    for path, number, rebuilt in _numbers(value):
        yield step + path, number, partial(_both, placed, rebuilt)


def _both(placed: Rebuilt, rebuilt: Rebuilt, new: object) -> object:
    return placed(rebuilt(new))


def _with_item(mapping: Mapping[object, object], key: object, new: object) -> object:
    return {**mapping, key: new}


def _with_field(instance: Any, name: str, new: object) -> object:
    return dataclasses.replace(instance, **{name: new})


def near_decisions() -> list[bool]:
    return [document.decided() for document in NEAR] + [known_well(*page) for page, _ in KNOWN_WELL]


@cache
def given() -> list[tuple[BlockIndex, list[Mark], Settings, Any]]:
    """What the judge is given for most documents of `fixtures/corpus`."""
    found = []

    def recorded(
        blocks: BlockIndex, marks: Sequence[Mark], prediction: Any, settings: Settings, *others: Any
    ) -> Any:
        found.append((blocks, [*marks], settings, prediction))
        return gather_evidence(blocks, marks, prediction, settings, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "gather_evidence", recorded)
        for sample in (sample for name in WRITTEN for sample in group(name)):
            cleaner.clean(sample.raw)
    return found


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("constant", [*constants()], ids=lambda constant: constant.name)
def test_a_constant_changed_by_a_fifth_changes_a_decision(
    monkeypatch: pytest.MonkeyPatch, constant: Constant, direction: str
) -> None:
    if (constant.name, direction) in CHANGES_NOTHING:
        before = [judged(*one) for one in given()]
        constant.set(monkeypatch, constant.changed(direction))
        assert [judged(*one) for one in given()] == before, "it shows on a document: take it off the list"
        assert near_decisions() == [*(d.goes for d in NEAR), *(known for _, known in KNOWN_WELL)]
    else:
        constant.set(monkeypatch, constant.changed(direction))
        assert near_decisions() != [*(d.goes for d in NEAR), *(known for _, known in KNOWN_WELL)]


def test_the_list_names_constants() -> None:
    assert {name for name, _ in CHANGES_NOTHING} <= {constant.name for constant in constants()}


def test_parts_of_blocks_are_marked_for_sure() -> None:
    strengths = {mark.strength for _, marks, _, _ in given() for mark in marks if mark.span is not None}
    assert strengths == {0.9, 1.0}
