"""Sections of other articles: below the end of this one, or in a box inside it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of, stop_at_empty_line
from cleaner.analysis.leftovers import sure_form_lines
from cleaner.analysis.line_types import looks_like_title, memoized, prose_words_before, relative_time_lines
from cleaner.analysis.resumption import MIN_TOPIC_RATIO, article_resumes_at, topic_ratio
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

# Before this many words of prose there is no article that could have ended.
MIN_ARTICLE_WORDS = 80
# An end before a third of the prose was wrong more often than right on labelled pages.
MIN_PROSE_SHARE_BEFORE = 1 / 3
MAX_HEADING_WORDS = 8
# A unit of an aggregator: the title twice, then within this many lines how long ago it appeared.
MAX_UNIT_LINES = 6
# A box inside an article holds few teasers, with counters and buttons between them.
MAX_BOX_LINES = 6
MAX_SCRAP_WORDS = 2
BOX_STRENGTH = 0.5
# Strong beside the model as well.
SURE_BOX_STRENGTH = 0.7
MIN_SURE_BOX_TEASERS = 2
# What a footer says in sentences is little beside the article.
MAX_FOOTER_SHARE = 0.5
OPENING_QUOTES, CLOSING_QUOTES = (
    ("“", "„", "«", "「", "『", '"', "”", "»"),
    ("”", "“", "»", "«", "」", "』", '"'),
)
# Topics are compared at so many headings only: a page has few, and each comparison reads the page.
MAX_TOPIC_COMPARISONS = 5
# So many lines below a heading show what it heads.
LINES_BELOW_HEADING = 40
LIST_SIGNS = ("-", "•", "*", "·", "–", "▪", "●", "►", "▶", "‣")
# `Processor: Quad Core`: what is recommended is no article.
MIN_FIELDS = 3
FIELD = re.compile(r"\W*(?:[^\W\d_]+ ?){1,2}:\s")
DomPath = tuple[str, ...]


@rule("related", CERTAIN, group="related", traits=("position-only",))
def related_section(blocks: BlockIndex) -> Iterator[Finding]:
    """Sections of other articles, with their titles, outlets, times and texts.

    Drops: from a heading such as `Related Articles` or `Most read` to the end, where no prose follows,
    where titles given twice or relative times follow, or where the prose that follows is about something
    else, if no running text of the article comes back; such units without a heading; inside an article the
    heading with the teasers below it.
    Keeps: a section of a paper called `Related work`, a last chapter, questions and answers, references,
    what follows a box in the article, sentences about related articles.
    """
    box_end = 0
    section_start = article_end(blocks)
    for i in _related_headings(blocks):
        if i >= box_end and (section_start is None or i < section_start):
            box = _box_range(blocks, i)
            yield from _section_findings(blocks, box, "a box with other articles", _box_strength(blocks, box))
            box_end = box.stop
    if section_start is not None:
        rest = range(section_start, len(blocks))
        yield from _section_findings(
            blocks, rest, "other articles after the end", _section_strength(blocks, section_start)
        )


@memoized
def _related_headings(blocks: BlockIndex) -> tuple[int, ...]:
    """Lines that head related articles, below the first prose."""
    start = blocks.prose_range.start if blocks.prose_range else len(blocks)
    found = {i for i in blocks.phrase_only_blocks("related-section") if i > start}
    for hit in blocks.phrase_hits("related-section", "start"):
        i = hit.block
        if i > start and blocks.words[i] <= MAX_HEADING_WORDS and not blocks.ends_sentence[i]:
            found.add(i)
    return tuple(sorted(found))


@memoized
def aggregator_units(blocks: BlockIndex) -> tuple[int, ...]:
    """Where the units of an aggregator begin: a title, the same title again, and how long ago."""
    unit_starts = []
    for i, (template, following) in enumerate(pairwise(blocks.templates)):
        if template == following and looks_like_title(blocks, i):
            below = range(i + 2, min(i + 2 + MAX_UNIT_LINES, len(blocks)))
            if not relative_time_lines(blocks).isdisjoint(below):
                unit_starts.append(i)
    return tuple(unit_starts)


@memoized
def sorted_relative_times(blocks: BlockIndex) -> tuple[int, ...]:
    """Lines that say how long ago."""
    return tuple(sorted(relative_time_lines(blocks)))


@memoized
def article_end(blocks: BlockIndex) -> int | None:
    """The block at which the article has ended and others begin; None where none do."""
    words_before = prose_words_before(blocks)
    candidates = [(i, True) for i in _related_headings(blocks)]
    candidates += [(i, False) for i in aggregator_units(blocks)]
    article_start = layout_of(blocks).article_range.start
    n_compared = 0
    for i, is_heading in sorted(candidates):
        if words_before[i] < MIN_ARTICLE_WORDS or i < article_start:
            continue
        if _other_titles_follow(blocks, i, is_heading):
            is_listing = _listing_follows(blocks, i, is_heading)
            if n_compared >= MAX_TOPIC_COMPARISONS or article_resumes_at(blocks, i, is_listing) is None:
                return i
            n_compared += 1
            continue
        is_late = words_before[i] >= words_before[-1] * MIN_PROSE_SHARE_BEFORE
        if is_heading and is_late and n_compared < MAX_TOPIC_COMPARISONS:
            n_compared += 1
            if (
                looks_like_title(blocks, min(i + 1, len(blocks) - 1))
                and (_footer_follows(blocks, i) or changes_topic(blocks, i))
                and article_resumes_at(blocks, i) is None
            ):
                return i
    return None


def _other_titles_follow(blocks: BlockIndex, i: int, is_heading: bool) -> bool:
    """Whether a listing follows, or below a heading with no prose after it, titles."""
    if _listing_follows(blocks, i, is_heading):
        return True
    words_before = prose_words_before(blocks)
    return is_heading and words_before[i] == words_before[-1] and _titles_follow(blocks, i)


def _footer_follows(blocks: BlockIndex, i: int) -> bool:
    """Whether the page's footer has begun below a heading: boilerplate stands between it and the next prose,
    and more below that prose, of which there is little. The last paragraph of an article stands right below
    the titles."""
    words_before = prose_words_before(blocks)
    first_prose = next((k for k in range(i, len(blocks)) if blocks.prose[k]), len(blocks))
    last_prose = blocks.prose_range.stop
    boilerplate = [
        k
        for k in range(i + 1, len(blocks))
        if k in sure_form_lines(blocks)
        or "©" in blocks.texts[k][:3]
        or (layout_of(blocks).boilerplate_run_length[k] and blocks.words[k] > 1)
    ]
    return (
        words_before[-1] - words_before[i] <= MAX_FOOTER_SHARE * words_before[i]
        and any(k < first_prose for k in boilerplate)
        and any(k >= last_prose - 1 for k in boilerplate)
    )


def _titles_follow(blocks: BlockIndex, i: int) -> bool:
    """Whether the lines below block `i` are no sentences and no fragments of them."""
    below = range(i + 1, min(i + 1 + LINES_BELOW_HEADING, len(blocks)))
    sentences = sum(blocks.ends_sentence[k] or blocks.folded[k][:1] in ",;.)" for k in below)
    return sentences * 4 <= len(below)


def _listing_follows(blocks: BlockIndex, i: int, is_heading: bool) -> bool:
    """Whether units of an aggregator, or times of several articles, follow block `i`."""
    unit_starts = aggregator_units(blocks)
    is_late = prose_words_before(blocks)[i] >= prose_words_before(blocks)[-1] * MIN_PROSE_SHARE_BEFORE
    if not is_heading:
        units_left = len(unit_starts) - bisect_left(unit_starts, i)
        return units_left >= 2 or (units_left == 1 and is_late)
    if bisect_left(unit_starts, i + 2 * MAX_UNIT_LINES) > bisect_left(unit_starts, i):
        return True
    return (
        is_late
        and bisect_left(sorted_relative_times(blocks), _article_resumes_at(blocks, i))
        - bisect_left(sorted_relative_times(blocks), i)
        >= 2
    )


def _article_resumes_at(blocks: BlockIndex, i: int) -> int:
    """The block at which the article goes on below a box in it: prose under the same elements as prose above
    the box, within `LINES_BELOW_HEADING`. The number of blocks where there is none."""
    first_prose = _first_prose_by_path(blocks)
    for k in range(i + 1, min(i + 1 + LINES_BELOW_HEADING, len(blocks))):
        if blocks.prose[k] and blocks[k].path and first_prose[blocks[k].path] < i:
            return k
    return len(blocks)


@memoized
def _first_prose_by_path(blocks: BlockIndex) -> dict[DomPath, int]:
    """The first prose under elements of the same names."""
    return {blocks[k].path: k for k in reversed(range(len(blocks))) if blocks.prose[k]}


def changes_topic(blocks: BlockIndex, i: int) -> bool:
    """Whether the prose below block `i` is about something else than the prose above it."""
    above = [k for k in range(i) if blocks.prose[k]]
    below = [k for k in range(i, len(blocks)) if blocks.prose[k]]
    return topic_ratio(blocks, above, below) < MIN_TOPIC_RATIO


def _box_range(blocks: BlockIndex, i: int) -> range:
    """The heading and the teasers below it; the heading alone where too many lines follow."""
    k, n_teasers = i + 1, 0
    sign, stop = _list_sign(blocks, k), stop_at_empty_line(blocks, i)
    while k < stop and n_teasers <= MAX_BOX_LINES + 1 and not blocks.prose[k]:
        if _is_speech(blocks, k) or (not _is_teaser(blocks, k) and not _is_scrap(blocks, k)):
            break
        if sign and _list_sign(blocks, k) != sign:
            break  # where the titles are a list, the box ends with it
        n_teasers += _is_teaser(blocks, k)
        k += 1
    if n_teasers > MAX_BOX_LINES + 1 or not n_teasers:
        return range(i, i + 1)
    is_table = k - i > MIN_FIELDS and all(FIELD.match(blocks[j].text) for j in range(i + 1, k))
    return range(i, i if is_table else k)


def _list_sign(blocks: BlockIndex, k: int) -> str:
    """The sign that makes block `k` an entry of a list, in a text; empty for none."""
    first = blocks[k].text.lstrip()[:1] if k < len(blocks) and not blocks[k].path else ""
    return first if first in LIST_SIGNS else ""


def _box_strength(blocks: BlockIndex, box: range) -> float:
    """How surely a box is one: several teasers, and below them the article goes on at once, or an empty line
    sets it off."""
    n_teasers = sum(_is_teaser(blocks, k) for k in box[1:])
    ends = box.stop < len(blocks) and (
        blocks.prose[box.stop] or box.stop == stop_at_empty_line(blocks, box.start)
    )
    return SURE_BOX_STRENGTH if n_teasers >= MIN_SURE_BOX_TEASERS and ends else BOX_STRENGTH


def _is_speech(blocks: BlockIndex, k: int) -> bool:
    """Whether a line is a sentence of dialogue with the speaker named in it, as no title is: it begins and
    ends in quotation marks, the inner ones being others."""
    text = blocks.texts[k].strip()
    return (
        blocks.ends_sentence[k]
        and text[:1] in OPENING_QUOTES
        and text[-1:] in CLOSING_QUOTES
        and any(quote in text[1:-1] for quote in CLOSING_QUOTES)
    )


def _is_teaser(blocks: BlockIndex, k: int) -> bool:
    is_cut_short = blocks[k].text.rstrip().endswith(("...", "…")) and blocks.words[k] > MAX_SCRAP_WORDS
    return (
        looks_like_title(blocks, k)
        or is_cut_short
        or k in relative_time_lines(blocks)
        or blocks[k].link_density > 0.5
    )


def _is_scrap(blocks: BlockIndex, k: int) -> bool:
    """Whether a line is a counter, a label or a button of a box (`1`, `Next`), not a heading of the page."""
    return blocks.words[k] <= MAX_SCRAP_WORDS and not blocks.ends_sentence[k] and not blocks[k].heading


def _section_strength(blocks: BlockIndex, section_start: int) -> float:
    if _listing_follows(blocks, section_start, True):
        return 1.0
    return 0.8 if layout_of(blocks).has_boilerplate else 0.5


def _section_findings(
    blocks: BlockIndex, section: range, description: str, strength: float
) -> Iterator[Finding]:
    for i in section:
        yield Finding(i, f"{description}: “{blocks[section.start].text.strip()[:60]}”", strength)
