"""Runs of teasers: titles with dates, authors, counts and `Read more` below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import is_open_title, memoized, prose_words_before, relative_time_lines
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import FAIR

# Fewer titles in a row may be sub-heads or a short list.
MIN_TITLES = 3
MIN_CUES = 2
# In a run of teasers one line in so many is a title, and one a date, a time or `Read more`.
MAX_LINES_PER_CUE = 8
# An excerpt below a title: longer paragraphs are no teasers.
MAX_EXCERPT_WORDS = 70
# Below a product or a service, not below the title of an article.
PRODUCT_LINKS = frozenset(
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
MAX_GAP_LINES = 6
MIN_PROSE_SHARE_BEFORE = 1 / 3
# Teasers in whole sentences are paragraphs; broken over short lines, a sentence takes so many of them.
UNSPACED_CHAR = re.compile(r"[\u0e01-\u0e30\u3040-\u30ff\u3400-\u9fff]")
MAX_LINES_PER_SENTENCE = 4


@rule("related", FAIR, group="teasers")
def teaser_list(blocks: BlockIndex) -> Iterator[Finding]:
    """Runs of titles of other articles, each perhaps with a date, an author, a count or `Read more`.

    Drops: three or more title-like lines in a row below the first third of the prose, among which dates,
    relative times or `Read more` lines stand; titles and excerpts between `Read more` lines that recur.
    Keeps: lists in an article, sub-heads, a single title, sentences of Japanese or Chinese broken over short
    lines.
    """
    findings: dict[int, Finding] = {}
    for run in _runs_without_prose(blocks):
        strength = _run_strength(blocks, run)
        if strength:
            findings.update({i: Finding(i, f"one of {len(run)} lines like teasers", strength) for i in run})
    for i in _between_read_more(blocks):
        if i not in findings or findings[i].strength < 0.9:
            findings[i] = Finding(i, "a teaser between lines that say “read more”", 0.9)
    yield from (findings[i] for i in sorted(findings))


def _runs_without_prose(blocks: BlockIndex) -> Iterator[Sequence[int]]:
    """Unbroken runs of lines that are no prose, below the first third of it."""
    words_before = prose_words_before(blocks)
    least = words_before[-1] * MIN_PROSE_SHARE_BEFORE
    run: list[int] = []
    for i, (prose, n_words, before) in enumerate(zip(blocks.prose, blocks.words, words_before, strict=False)):
        if prose or n_words > MAX_EXCERPT_WORDS:
            yield run
            run = []
        elif before and before >= least:
            run.append(i)
    yield run


def _run_strength(blocks: BlockIndex, run: Sequence[int]) -> float:
    titles = sum(is_open_title(blocks, i) for i in run)
    if titles < MIN_TITLES or _is_broken_prose(blocks, run):
        return 0.0
    cues = teaser_cues(blocks)
    run_cues = [i for i in run if i in cues]
    if (
        len(run_cues) >= MIN_CUES
        and len(run_cues) * MAX_LINES_PER_CUE >= len(run)
        and titles * MAX_LINES_PER_CUE >= len(run)
    ):
        return 1.0
    return 0.5 if run[0] >= blocks.prose_range.stop else 0.0


def _is_broken_prose(blocks: BlockIndex, run: Sequence[int]) -> bool:
    """Whether the lines of a text without spaces between words are pieces of sentences: some end one."""
    sentences = sum(blocks.ends_sentence[i] for i in run)
    if sentences * MAX_LINES_PER_SENTENCE < len(run):
        return False
    unspaced = sum(UNSPACED_CHAR.search(blocks.texts[i]) is not None for i in run)
    return 2 * unspaced >= len(run)


@memoized
def teaser_cues(blocks: BlockIndex) -> frozenset[int]:
    """Lines that only teasers have: a time, a date, `Read more`."""
    date_lines = {i for i in blocks.phrase_only_blocks("timestamp") if blocks.has_digit[i]}
    return frozenset(relative_time_lines(blocks) | date_lines | set(_read_more_lines(blocks)))


def _read_more_lines(blocks: BlockIndex) -> Iterator[int]:
    return (i for i in blocks.phrase_only_blocks("read-also") if blocks.templates[i] not in PRODUCT_LINKS)


def _between_read_more(blocks: BlockIndex) -> Iterator[int]:
    """The short blocks between three or more `Read more` lines that follow closely on one another."""
    read_more_lines = [i for i in _read_more_lines(blocks) if i >= blocks.prose_range.start]
    for first, last in _close_chains(read_more_lines):
        if last - first >= 2:
            for i in range(max(0, read_more_lines[first] - MAX_GAP_LINES + 2), read_more_lines[last] + 1):
                if blocks.words[i] <= MAX_EXCERPT_WORDS:
                    yield i


def _close_chains(read_more_lines: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each chain of lines no further apart than `MAX_GAP_LINES`."""
    first = 0
    for k in range(1, len(read_more_lines) + 1):
        if k == len(read_more_lines) or read_more_lines[k] - read_more_lines[k - 1] > MAX_GAP_LINES:
            yield first, k - 1
            first = k
