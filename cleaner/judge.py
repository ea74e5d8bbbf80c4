"""Marks to one verdict a block: the only place that decides.

The log-odds that a block is not main content start at a prior and move by weight x strength of every mark
on it, the strongest mark of a code counting once. Above 0 the block goes, with the strongest mark as its
reason. A gate protects text documents that already look clean: where few kinds of boilerplate are found, only
marks that are sure by themselves are heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cleaner.document import Block, Mark, Verdict
from cleaner.rules import BY_CODE, FAIR
from cleaner.rules.blocks import Blocks
from cleaner.settings import Settings

# A page of text kept whole is right more often than a page cut wrong: before any evidence a block is body
# with odds of 50 to 1.
PRIOR = -4.0
# A mark that decides alone is loud. Of gold texts 2% hold loud marks of four kinds or more, of the same pages
# flattened 96 to 99% do (300 WCXB and 200 dragnet pages that no validation uses).
LOUD = 5.5
KINDS = 4
# What a mark must weigh to be heard on a document that looks clean.
SURE = 6.5
# An island is a line of at most so many words with so many lines on each side that go.
CRUMB = 12
SHORE = 2
ISLAND = 5.0
# Code speaks of printing, logging in and sharing: on it only opinions on its place are heard.
OF_PLACE = frozenset({"outside-main", "inside-main", "hidden"})
# What fair marks can weigh together: less than a vote for the block and the prior.
SHAPE = 8.0
# A span goes only when its own mark would convince on its own: nothing around it is asked.
SPAN_STRENGTH = 0.5


def judge(blocks: Blocks, marks: Iterable[Mark], settings: Settings) -> tuple[Verdict, ...]:
    """One verdict a block, in their order."""
    off = ignored(settings)
    heard = [mark for mark in marks if mark.code not in off]
    clean = blocks.doc.kind == "text" and looks_clean(heard)
    if clean:
        heard = [mark for mark in heard if abs(weight(mark)) >= SURE]
    by_block: Mapping[int, list[Mark]] = defaultdict(list)
    for mark in heard:
        by_block[mark.block].append(mark)
    verdicts = tuple(_decide(blocks, i, by_block.get(i, [])) for i in range(len(blocks)))
    return verdicts if clean else tuple(_without_islands(blocks, verdicts))


def looks_clean(marks: Iterable[Mark]) -> bool:
    """Whether the document is text rather than a page: few kinds of boilerplate are certain in it."""
    loud = {mark.code for mark in marks if mark.span is None and weight(mark) >= LOUD}
    return len(loud) < KINDS


def ignored(settings: Settings) -> frozenset[str]:
    """The codes that the user's settings switch off."""
    off = {"caption": settings.captions, "comments": settings.comments}
    return frozenset(code for code, choice in off.items() if choice == "keep")


def weight(mark: Mark) -> float:
    """What a mark is worth: nats of log-odds that the block is not main content."""
    return BY_CODE[mark.code].weight * mark.strength


def _decide(blocks: Blocks, i: int, marks: Sequence[Mark]) -> Verdict:
    if blocks[i].preformatted:
        marks = [mark for mark in marks if mark.code in OF_PLACE]
    whole = _strongest([mark for mark in marks if mark.span is None])
    score = PRIOR + _sum(whole)
    if score > 0:
        return Verdict(whole[0].label, score, tuple(whole))
    cuts = tuple(mark for mark in marks if mark.span is not None and mark.strength >= SPAN_STRENGTH)
    if cuts and _nothing_left(blocks[i], cuts):
        return Verdict(cuts[0].label, weight(cuts[0]) + PRIOR, cuts)
    return Verdict("body", score, tuple(whole), cuts)


def _without_islands(blocks: Blocks, verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    """A short line that stands alone amid what goes was part of it, whatever it says."""
    gone = [verdict.code is not None for verdict in verdicts]
    for i, verdict in enumerate(verdicts):
        shore = gone[max(i - SHORE, 0) : i] + gone[i + 1 : i + 1 + SHORE]
        alone = not gone[i] and all(shore) and len(shore) == 2 * SHORE
        if alone and verdict.score + ISLAND > 0 and _crumb(blocks, i):
            mark = Mark(i, "island", "chrome", 1.0, "a short line alone amid lines that go")
            yield Verdict("chrome", verdict.score + ISLAND, (mark, *verdict.marks))
        else:
            yield verdict


def _crumb(blocks: Blocks, i: int) -> bool:
    return blocks.words[i] <= CRUMB and not blocks.ends[i] and not blocks[i].heading


def _sum(marks: Sequence[Mark]) -> float:
    """Nats for and against; opinions on shape alone agree so often that together they are capped."""
    shape = sum(weight(mark) for mark in marks if 0 < BY_CODE[mark.code].weight <= FAIR)
    return min(shape, SHAPE) + sum(weight(m) for m in marks if not 0 < BY_CODE[m.code].weight <= FAIR)


def _strongest(marks: Iterable[Mark]) -> list[Mark]:
    """The strongest mark of each code, the one that speaks loudest against the block first."""
    best: dict[str, Mark] = {}
    for mark in marks:
        if mark.code not in best or mark.strength > best[mark.code].strength:
            best[mark.code] = mark
    return sorted(best.values(), key=lambda mark: (-weight(mark), mark.code))


def _nothing_left(block: Block, cuts: Sequence[Mark]) -> bool:
    """Whether the cuts take every letter of the block."""
    at = 0
    for start, end in sorted(block.place(*mark.span) for mark in cuts if mark.span):
        if any(char.isalnum() for char in block.text[at:start]):
            return False
        at = max(at, end)
    return not any(char.isalnum() for char in block.text[at:])
