"""Sections of other articles: below the end of this one, or in a box inside it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout
from cleaner.analysis.line_types import headline, memoized, relative_times, told

# Before this many words of prose there is no article that could have ended.
ARTICLE = 80
# An end before a third of the prose was wrong more often than right on labelled pages.
THIRD = 1 / 3
HEADING_WORDS = 8
# A unit of an aggregator: the title twice, then within this many lines how long ago it appeared.
UNIT = 6
# A box inside an article holds few teasers.
BOX = 6
# Prose that shares less than this part of the words which the article's own end shares with its beginning
# is about something else.
FOREIGN = 0.5
# Topics are compared at so many headings only: a page has few, and each comparison reads the page.
COMPARED = 5
# So many lines below a heading show what it heads.
LOOKED_AT = 40
Path = tuple[str, ...]
LONG_WORD = re.compile(r"[^\W\d_]{5,}")


def related_section(blocks: BlockIndex) -> Iterator[Finding]:
    """Sections of other articles, with their titles, outlets, times and texts.

    Drops: from a heading such as `Related Articles` or `Most read` to the end, where no prose follows,
    where titles given twice or relative times follow, or where the prose that follows is about something
    else; such units without a heading; inside an article the heading with the teasers below it.
    Keeps: a section of a paper called `Related work`, a last chapter, questions and answers, references,
    what follows a box in the article, sentences about related articles.
    """
    done = 0
    end = ending(blocks)
    for i in _headings(blocks):
        if i >= done and (end is None or i < end):
            box = _box(blocks, i)
            yield from _marks(blocks, box, "a box with other articles", 0.5)
            done = box.stop
    if end is not None:
        rest = range(end, len(blocks))
        yield from _marks(blocks, rest, "other articles after the end", _surety(blocks, end))


@memoized
def _headings(blocks: BlockIndex) -> tuple[int, ...]:
    """Lines that head related articles, below the first prose."""
    start = blocks.prose_range.start if blocks.prose_range else len(blocks)
    found = {i for i in blocks.phrase_only_blocks("related-section") if i > start}
    for hit in blocks.phrase_hits("related-section", "start"):
        i = hit.block
        if i > start and blocks.words[i] <= HEADING_WORDS and not blocks.ends_sentence[i]:
            found.add(i)
    return tuple(sorted(found))


@memoized
def units(blocks: BlockIndex) -> tuple[int, ...]:
    """Where the units of an aggregator begin: a title, the same title again, and how long ago."""
    found = []
    for i in range(len(blocks) - 1):
        if blocks.templates[i] == blocks.templates[i + 1] and headline(blocks, i):
            below = range(i + 2, min(i + 2 + UNIT, len(blocks)))
            if not relative_times(blocks).isdisjoint(below):
                found.append(i)
    return tuple(found)


@memoized
def times(blocks: BlockIndex) -> tuple[int, ...]:
    """Lines that say how long ago."""
    return tuple(sorted(relative_times(blocks)))


@memoized
def ending(blocks: BlockIndex) -> int | None:
    """Where the article has ended and others begin; None where they don't."""
    above = told(blocks)
    candidates = [(i, True) for i in _headings(blocks)] + [(i, False) for i in units(blocks)]
    compared = 0
    for i, heading in sorted(candidates):
        if above[i] < ARTICLE:
            continue
        if _listed(blocks, i, heading) or (heading and above[i] == above[-1] and _titles(blocks, i)):
            return i
        if heading and above[i] >= above[-1] * THIRD and compared < COMPARED:
            compared += 1
            if headline(blocks, min(i + 1, len(blocks) - 1)) and foreign(blocks, i):
                return i
    return None


def _titles(blocks: BlockIndex, i: int) -> bool:
    """Whether the lines below block `i` are no sentences and no fragments of them."""
    below = range(i + 1, min(i + 1 + LOOKED_AT, len(blocks)))
    sentences = sum(blocks.ends_sentence[k] or blocks.folded[k][:1] in ",;.)" for k in below)
    return sentences * 4 <= len(below)


def _listed(blocks: BlockIndex, i: int, heading: bool) -> bool:
    """Whether units of an aggregator, or times of several articles, follow block `i`."""
    found = units(blocks)
    late = told(blocks)[i] >= told(blocks)[-1] * THIRD
    if not heading:
        more = len(found) - bisect_left(found, i)
        return more >= 2 or (more == 1 and late)
    if bisect_left(found, i + 2 * UNIT) > bisect_left(found, i):
        return True
    return late and bisect_left(times(blocks), _resumed(blocks, i)) - bisect_left(times(blocks), i) >= 2


def _resumed(blocks: BlockIndex, i: int) -> int:
    """Where the article goes on below a box in it: with prose under the very elements of what stands above,
    before long. Else behind the last block."""
    first = _first_under(blocks)
    for k in range(i + 1, min(i + 1 + LOOKED_AT, len(blocks))):
        if blocks.prose[k] and blocks[k].path and first[blocks[k].path] < i:
            return k
    return len(blocks)


@memoized
def _first_under(blocks: BlockIndex) -> dict[Path, int]:
    """The first prose under elements of the same names."""
    return {blocks[k].path: k for k in reversed(range(len(blocks))) if blocks.prose[k]}


def foreign(blocks: BlockIndex, i: int) -> bool:
    """Whether the prose below block `i` shares few long words with the prose above it, as measured by what
    the end of the prose above shares with its beginning."""
    above = [k for k in range(i) if blocks.prose[k]]
    below = [k for k in range(i, len(blocks)) if blocks.prose[k]]
    turn = max(1, len(above) * 2 // 3)
    first, last, other = (_long_words(blocks, part) for part in (above[:turn], above[turn:], below))
    if not last or not other:
        return False
    own = len(last & first) / len(last)
    return len(other & (first | last)) / len(other) < FOREIGN * own


def _long_words(blocks: BlockIndex, which: Sequence[int]) -> set[str]:
    return {word for k in which for word in LONG_WORD.findall(blocks.folded[k])}


def _box(blocks: BlockIndex, i: int) -> range:
    """The heading and the teasers below it; the heading alone where too many lines follow."""
    k = i + 1
    while k < len(blocks) and k - i <= BOX + 1 and not blocks.prose[k] and _teaser(blocks, k):
        k += 1
    return range(i, k if k - i <= BOX + 1 else i + 1)


def _teaser(blocks: BlockIndex, k: int) -> bool:
    return headline(blocks, k) or k in relative_times(blocks) or blocks[k].link_density > 0.5


def _surety(blocks: BlockIndex, end: int) -> float:
    if _listed(blocks, end, True):
        return 1.0
    return 0.8 if layout(blocks).furnished else 0.5


def _marks(blocks: BlockIndex, which: range, what: str, strength: float) -> Iterator[Finding]:
    for i in which:
        yield Finding(i, f"{what}: “{blocks[which.start].text.strip()[:60]}”", strength)
