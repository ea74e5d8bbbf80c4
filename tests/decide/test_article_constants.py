"""Each number of the passes and look-ups that say what the article is matters, as those of the judge do
(`test_constants.py`): a fifth more or less decides a small document otherwise, or is listed with the reason.

The numbers are found in the modules; each module has documents of its own, so that few are decided again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from cleaner.analysis import leftovers, resumption
from cleaner.analysis.blocks import BlockIndex
from cleaner.decide import guard, no_article, resumed, several_articles, tail
from cleaner.decide.evidence import Decision, Evidence
from cleaner.document import Block, Document, Mark, Verdict
from cleaner.reading.head import Head
from cleaner.reading.page import read_document
from tests.decide.test_constants import Constant, _assigned
from tests.decide.test_guard import BOX, CUT, KEPT, OTHER, decisions, looked_at, paragraphs
from tests.decide.test_resumed import ABOVE as RESUMED_ABOVE
from tests.decide.test_resumed import BOX as RESUMED_BOX
from tests.decide.test_resumed import OWN_HEADING
from tests.decide.test_resumed import below as resumed_cut
from tests.decide.test_resumed import dated as dated_box
from tests.decide.test_resumed import looked_at as resumed_at
from tests.decide.test_tail import ARTICLE as TAIL_ARTICLE
from tests.decide.test_tail import SHARE, TAGS, kept_after

# By one process, which shares what it has read (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("article-constants")

# What is changed in which direction and shows nowhere, and why that is no gap in the documents.
CHANGES_NOTHING = {
    (leftovers, "MAX_PAGING_WORDS", "up"): "spares a comparison: nothing so long has the form",
    (leftovers, "MAX_PAGING_WORDS", "down"): "spares a comparison: nothing so long has the form",
}


def word(i: int) -> str:
    """A word that no list knows, long enough to tell a topic by."""
    return "quor" + "abcdefghij"[i // 20 % 10] + "klmnopqrstuvwxyzabcd"[i % 20]


def sentence(n: int, first: int = 0) -> str:
    """A sentence of `n` words, from word number `first` on."""
    return " ".join(word(first + k) for k in range(n)).capitalize() + "."


def title(n: int, first: int = 40) -> str:
    return sentence(n, first).rstrip(".")


def index_of(texts: Sequence[str], paths: Sequence[tuple[str, ...]] = ()) -> BlockIndex:
    found, at = list[Block](), 0
    for i, text in enumerate(texts):
        found.append(Block(at, text, path=paths[i] if paths else ()))
        at += len(text) + 1
    return BlockIndex(Document("a", "\n".join(texts), "html" if paths else "text"), found)


# -- where an article goes on

ABOVE = [sentence(14, 0)] * 6


def goes_on(below: Sequence[str], paths: Sequence[tuple[str, ...]] = ()) -> int | None:
    """Where the article goes on below a heading, counted from it."""
    return resumption.article_resumes_at(index_of([*ABOVE, "Related", *below], paths), len(ABOVE))


def run_of(n: int, first: int) -> list[str]:
    return [sentence(14, first + 14 * k) for k in range(n)]


def resumption_decisions() -> list[Any]:
    own, other = ("div.text", "p"), ("div.tail", "p")
    teasers = [title(5, 60 + 5 * k) for k in range(9)]
    texts = [goes_on([*teasers[:2], *[sentence(14, 0)] * n]) for n in (2, 3)] + [
        goes_on([*teasers[:boxed], *run_of(n, 120)]) for n, boxed in ((4, 2), (5, 2), (5, 6), (5, 7))
    ]
    texts += [goes_on([*teasers[:2], *shared_by_topic(n)]) for n in (9, 11)]
    pages = [
        goes_on([*teasers[:3], *run_of(n, 120)], [own] * len(ABOVE) + [other] * 4 + [own] * n) for n in (1, 2)
    ]
    pages += [
        goes_on(
            [*teasers[:3], sentence(n, 120), sentence(40 - n, 160)],
            [own] * len(ABOVE) + [other] * 4 + [own, other],
        )
        for n in (18, 22)
    ]
    return texts + pages


def shared_by_topic(n: int) -> list[str]:
    """Three sentences of twenty words together, of which `n` stand above."""
    words = [word(k % 14) if k < n else word(100 + k) for k in range(20)]
    return [" ".join(words[start : start + 14]).capitalize() + "." for start in (0, 3, 6)]


# -- leftovers

PARAGRAPH = sentence(20, 200 - 180)
ARTICLE = [sentence(24, 0), sentence(24, 24), sentence(24, 48)]


def listed(*lines: str) -> list[int]:
    """The lines of lists of titles."""
    return [k for titles in leftovers.title_lists(index_of(lines)) for k in titles]


def leftover_decisions() -> list[Any]:
    short, tail = "Quaran", ARTICLE[2]
    found: list[Any] = [
        listed(*ARTICLE, *[short] * between, "See also:", title(6), tail) for between in (3, 4)
    ]
    found += [
        listed(ARTICLE[0], ARTICLE[1], *[short] * 4, sentence(13, 80), "See also:", title(6), tail),
        listed(
            *ARTICLE[:2],
            *[short] * 4,
            title(10, 70),
            word(90) + " " + sentence(8, 91).lower(),
            "See also:",
            title(6),
            tail,
        ),
    ]
    found += [
        listed(*ARTICLE, "Related articles", *[title(6, 90 + k) for k in range(n)], tail) for n in (1, 2)
    ]
    found += [
        listed(*ARTICLE, "See also:", *[title(6, 90 + k) for k in range(n)], tail) for n in (18, 20, 22)
    ]
    found += [listed(*ARTICLE, "See also:", title(n), tail) for n in (4, 22, 28)]
    found.append(listed(*ARTICLE, "See also:", "古い水車が回", "", tail))
    found.append(listed(*ARTICLE, "See also:", "古い水車が回る", tail))
    found += [listed(*ARTICLE, "Related articles", title(n, 90), title(n, 99), tail) for n in (4, 5)]
    for n_heads, n_words in ((1, 3), (2, 3), (2, 13), (2, 15)):
        parts = [
            line
            for k in range(n_heads)
            for line in (title(n_words, 100 + 16 * k), sentence(20, 140 + 20 * k))
        ]
        found.append(listed(ARTICLE[0], *parts, "See also:", title(6), title(6, 70), tail))
    found += [sorted(resumption.lines_beside_article(index_of([promotion(n)]))) for n in (17, 19)]
    found += [framed(["The Quaran"] * n) for n in (7, 8)]
    found += [
        framed([line])
        for line in ("The Quaran of Quay", "古い水車が回る庭の", "Quaran 12 of the year for all here")
    ]
    found.append(framed(["Quaran 12 of the year for all here now"]))
    found += [framed([], title(n)) for n in (13, 15)]
    found += [boxed(n, 4) for n in (9, 10, 11)] + [boxed(3, n) for n in (11, 12, 13)]
    return found


def promotion(n: int) -> str:
    return "Enter our draw " + sentence(n - 3, 80).lower()


def framed(masthead: Sequence[str], footer: str = "Quaran") -> list[int]:
    """The head and foot of a newsletter."""
    lines = [
        "View this email in your browser",
        *masthead,
        *ARTICLE,
        "You are receiving this email because you subscribed.",
        footer,
    ]
    return sorted(leftovers.mail_frame(index_of(lines)))


def boxed(n_lines: int, n_words: int) -> list[int]:
    """The lines of a newsletter's box that begins so many lines above its end."""
    start = "Sign up to " + title(n_words - 3, 70)
    lines = [ARTICLE[0], start, *["Quaran"] * (n_lines - 1), "after newsletter promotion", *ARTICLE[1:]]
    return sorted(leftovers.newsletter_boxes(index_of(lines)))


# -- passes


def guard_decisions() -> list[Any]:
    rows = [line for n in range(21) for line in (*BOX, *paragraphs(3, CUT), *BOX, *paragraphs(1, KEPT))]
    many = [looked_at(paragraphs(1, KEPT) + rows[: 6 * n]) for n in (20, 21)]
    between = [line for one in paragraphs(6, CUT) for line in (*BOX, one)]
    doubted = [
        looked_at(
            paragraphs(2, KEPT) + between, prediction=SimpleNamespace(p_content=[p] * (2 + len(between)))
        )
        for p in (0.045, 0.055)
    ]
    return [*decisions(), *many, *doubted]


def judged(
    apply: Callable[[Evidence, Decision], Decision], blocks: BlockIndex, head: Head, kept: Sequence[bool]
) -> tuple[list[bool], Any]:
    """Which blocks stay after a pass, of those that stayed before, and the note."""
    verdicts = tuple(
        Verdict("body", -4.0) if stays else Verdict("chrome", 3.0, (Mark(i, CUT, "chrome", 1.0, ""),))
        for i, stays in enumerate(kept)
    )
    evidence = cast("Evidence", SimpleNamespace(blocks=blocks, head=head, prediction=None))
    decision = apply(evidence, Decision(verdicts))
    return [verdict.code is None for verdict in decision.verdicts], decision.note


def without_article(texts: Sequence[str], stays: bool = True) -> Any:
    return judged(no_article.detect_no_article, index_of(texts), Head(), [stays] * len(texts))


def no_article_decisions() -> list[Any]:
    notice = "Please enable JavaScript to continue."  # five words
    cut = [without_article([sentence(n)], stays=False) for n in (54, 66)]
    pages = [without_article([notice] * n) for n in (27, 33)]
    sparse = [without_article([f"Please enable JavaScript {title(n, 80)}"]) for n in (10, 14)]
    return [*cut, *pages, *sparse]


def several(heading: str, page_title: str, bodies: Sequence[Sequence[str]]) -> Any:
    """What stays of two articles, the first under a heading."""
    articles = "".join(
        f"<article class=story><h1>{name}</h1>{''.join(f'<p>{p}</p>' for p in body)}</article>"
        for name, body in zip((heading, "Bees"), bodies, strict=True)
    )
    doc = Document("a", f"<html><body>{articles}</body></html>", "html")
    page = read_document(doc)
    blocks = BlockIndex(doc, page.blocks, [page_title])
    return judged(several_articles.keep_one_article, blocks, page.head, [True] * len(blocks))


def several_decisions() -> list[Any]:
    long = [sentence(40), sentence(40, 40)]
    two = [several("Ferry", "Ferry", (long, [sentence(n, 80), sentence(n, 120)])) for n in (26, 32)]
    one = [several("Ferry", "Ferry", (long, [sentence(40, 80 + 40 * k) for k in range(n)])) for n in (1, 2)]
    one.append(several("Ferry", "Ferry", (long, [sentence(70, 80)])))
    heading, other = title(5, 0), [sentence(40, 80), sentence(40, 120)]
    titled = [
        several(
            heading, heading + " " + "x" * (round(len(heading) / share) - len(heading) - 1), (long, other)
        )
        for share in (0.45, 0.55)
    ]
    parts = [
        several(
            title(10, 0),
            title(10, 0),
            (long, [" ".join(word(k) for k in range(n)) + " " + line for line in other]),
        )
        for n in (4, 5)
        for other in [[sentence(40, 80), sentence(40, 120)]]
    ]
    return [*two, *one, *titled, *parts]


def tail_decisions() -> list[Any]:
    sure = [*TAIL_ARTICLE, TAGS, SHARE]
    likely = [kept_after([*sure, (title(5), KEPT, p)]) for p in (0.09, 0.11)]
    long = [kept_after([*sure, (title(n), KEPT, 0.01)]) for n in (18, 22)]
    one_kind = kept_after([*TAIL_ARTICLE, TAGS, (title(5), KEPT, 0.01)])
    two_kinds = kept_after([*sure, (title(5), KEPT, 0.01)])
    return [*likely, *long, one_kind, two_kinds]


def resumed_decisions() -> list[Any]:
    def found(*lines: Any) -> Any:
        return resumed_at([*RESUMED_ABOVE, *lines])

    strengths = [
        resumed_at(
            [*RESUMED_ABOVE, ("Boxes", CUT, 0.05), *RESUMED_BOX[1:], *resumed_cut(4, 0.1)], strength=strength
        )
        for strength in (0.45, 0.55)
    ]
    headings = [
        resumed_at(
            [*RESUMED_ABOVE, (title(n), CUT, 0.05), *RESUMED_BOX[1:], *resumed_cut(4, 0.1)], strength=1
        )
        for n in (7, 9)
    ]
    lists = [
        found(*RESUMED_BOX, *[(title(5, 40 + k), CUT, 0.1) for k in range(n)], *resumed_cut(4, 0.1))
        for n in (17, 19, 22)
    ]
    spaced = [
        resumed_at([*RESUMED_ABOVE, *[("Weather", CUT, 0.05)] * n, *RESUMED_BOX, *resumed_cut(4, 0.1)])
        for n in (1, 2)
    ]
    between = [
        found(*RESUMED_BOX, *resumed_cut(3, 0.1), *[("Costs", CUT, 0.1)] * n, *resumed_cut(3, 0.1))
        for n in (2, 3)
    ]
    # short lines: 3 of 11 and 3 of 8, below and above a third
    short = [
        found(*RESUMED_BOX, *[line for k in n for line in [*resumed_cut(k, 0.1), ("Costs", CUT, 0.1)]][:-1])
        for n in ((2, 2, 2, 2), (1, 1, 1, 2))
    ]
    dated = [
        found(*dated_box(n, day), OWN_HEADING, *resumed_cut(4, 0.9, code=KEPT))
        for n, day in (
            (1, "12 March 2024"),
            (2, "12 March 2024"),
            (3, "on Tuesday 12 March 2024 at noon"),
            (3, "late on Tuesday 12 March 2024 at about noon"),
        )
    ]
    likely = [found(*RESUMED_BOX, *resumed_cut(4, p)) for p in (0.045, 0.055)]
    unsure = [found(*RESUMED_BOX, *resumed_cut(4, p, OTHER)) for p in (0.14, 0.16)]
    return [*strengths, *headings, *lists, *spaced, *between, *short, *dated, *likely, *unsure]


DECISIONS: Mapping[ModuleType, Callable[[], list[Any]]] = {
    guard: guard_decisions,
    no_article: no_article_decisions,
    several_articles: several_decisions,
    resumption: resumption_decisions,
    leftovers: leftover_decisions,
    tail: tail_decisions,
    resumed: resumed_decisions,
}


def constants() -> Iterator[tuple[ModuleType, Constant]]:
    """Every number that the modules name, alone or in a tuple."""
    for module in DECISIONS:
        for name in sorted({*_assigned(ast.parse(Path(str(module.__file__)).read_text("utf-8")).body)}):
            value = getattr(module, name)
            numbers = list(value) if isinstance(value, tuple) else [value]
            for place, number in enumerate(numbers):
                if isinstance(number, int | float) and not isinstance(number, bool):
                    where = place if isinstance(value, tuple) else None
                    yield (
                        module,
                        Constant(
                            name + ("" if where is None else f"[{where}]"),
                            number,
                            _setter(module, name, where),
                        ),
                    )


def _setter(module: ModuleType, name: str, place: int | None) -> Callable[[pytest.MonkeyPatch, float], None]:
    def set_everywhere(patch: pytest.MonkeyPatch, value: float) -> None:
        old = getattr(module, name)
        new = value if place is None else (*old[:place], value, *old[place + 1 :])
        for user in DECISIONS:
            if user is module or (getattr(user, name, None) is old and user is not leftovers):
                patch.setattr(user, name, new)

    return set_everywhere


ALL = [*constants()]


@pytest.fixture(scope="module")
def before() -> dict[ModuleType, list[Any]]:
    return {module: decide() for module, decide in DECISIONS.items()}


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize(
    ("module", "constant"), ALL, ids=[f"{module.__name__.split('.')[-1]}.{one.name}" for module, one in ALL]
)
def test_a_constant_changed_by_a_fifth_changes_a_decision(
    monkeypatch: pytest.MonkeyPatch,
    before: dict[ModuleType, list[Any]],
    module: ModuleType,
    constant: Constant,
    direction: str,
) -> None:
    constant.set(monkeypatch, constant.changed(direction))
    is_same = DECISIONS[module]() == before[module]
    assert is_same == ((module, constant.name, direction) in CHANGES_NOTHING)


def test_the_list_names_constants() -> None:
    assert {(m, name) for m, name, _ in CHANGES_NOTHING} <= {(m, constant.name) for m, constant in ALL}
