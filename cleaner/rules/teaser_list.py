"""Runs of teasers: titles with dates, authors, counts and `Read more` below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.line_types import headline, memoized, relative_times, told

# Fewer titles in a row may be sub-heads or a short list.
TITLES = 3
CUES = 2
# In a run of teasers one line in so many is a title, and one a date, a time or `Read more`.
SPARSE = 8
# An excerpt below a title: longer paragraphs are told, not teased.
EXCERPT = 70
# Below a product or a service, not below the title of an article.
OFFERS = frozenset(
    (
        *("learn more", "find out more", "more info", "more details", "see more", "view more"),
        *(
            "mehr erfahren",
            "en savoir plus",
            "más información",
            "saiba mais",
            "scopri di più",
            "узнать больше",
        ),
    )
)
# From one `Read more` to the next: picture, category, title, date, excerpt.
APART = 6
THIRD = 1 / 3


def teaser_list(blocks: BlockIndex) -> Iterator[Finding]:
    """Runs of titles of other articles, each perhaps with a date, an author, a count or `Read more`.

    Drops: three or more title-like lines in a row below the first third of the prose, among which dates,
    relative times or `Read more` lines stand; titles and excerpts between `Read more` lines that recur.
    Keeps: lists in an article, sub-heads, a single title.
    """
    found: dict[int, Finding] = {}
    for run in _runs(blocks):
        strength = _strength(blocks, run)
        if strength:
            found.update({i: Finding(i, f"one of {len(run)} lines like teasers", strength) for i in run})
    for i in _between(blocks):
        if i not in found or found[i].strength < 0.9:
            found[i] = Finding(i, "a teaser between lines that say “read more”", 0.9)
    yield from (found[i] for i in sorted(found))


def _runs(blocks: BlockIndex) -> Iterator[Sequence[int]]:
    """Unbroken runs of lines that are no prose, below the first third of it."""
    above = told(blocks)
    run: list[int] = []
    for i, prose in enumerate(blocks.prose):
        if prose or blocks.words[i] > EXCERPT:
            yield run
            run = []
        elif above[i] and above[i] >= above[-1] * THIRD:
            run.append(i)
    yield run


def _strength(blocks: BlockIndex, run: Sequence[int]) -> float:
    titles = sum(headline(blocks, i) and not blocks.ends_sentence[i] for i in run)
    if titles < TITLES:
        return 0.0
    signs = [i for i in run if i in cues(blocks)]
    if len(signs) >= CUES and len(signs) * SPARSE >= len(run) and titles * SPARSE >= len(run):
        return 1.0
    return 0.5 if run[0] >= blocks.prose_range.stop else 0.0


@memoized
def cues(blocks: BlockIndex) -> frozenset[int]:
    """Lines that only teasers have: a time, a date, `Read more`."""
    dates = {i for i in blocks.phrase_only_blocks("timestamp") if blocks.has_digit[i]}
    return frozenset(relative_times(blocks) | dates | set(_more(blocks)))


def _more(blocks: BlockIndex) -> Iterator[int]:
    return (i for i in blocks.phrase_only_blocks("read-also") if blocks.templates[i] not in OFFERS)


def _between(blocks: BlockIndex) -> Iterator[int]:
    """The short blocks between three or more `Read more` lines that follow closely on one another."""
    more = [i for i in _more(blocks) if i >= blocks.prose_range.start]
    for first, last in _chains(more):
        if last - first >= 2:
            for i in range(max(0, more[first] - APART + 2), more[last] + 1):
                if blocks.words[i] <= EXCERPT:
                    yield i


def _chains(more: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each chain of lines no further apart than APART."""
    first = 0
    for k in range(1, len(more) + 1):
        if k == len(more) or more[k] - more[k - 1] > APART:
            yield first, k - 1
            first = k
