"""Page date: the weather and today's date at the head of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

TEMPERATURE = re.compile(r"^[+\-−–]?\d{1,3}(?:[.,]\d)?\s?[°º˚]?\s?(?:[CF]|℃|℉|°)$")
# Such lines stand in the head of the page, before the article: far down they are its own dates.
MAX_HEAD_LINES = 150
# A date right above an entry of a diary or a blog is its own; below a menu it is the page's.
MIN_LONG_HEAD_LINES = 8
LONE_DATE_STRENGTH = 0.3
# More dates than these are a schedule, or stand over the entries of a thread.
MAX_DATES = 2
# A place stands between the temperature and the date, one or two lines from either.
MAX_LINES_TO_PLACE = 2
MAX_PLACE_WORDS = 4


@rule("chrome", CERTAIN, group="credit")
def page_date(blocks: BlockIndex) -> Iterator[Finding]:
    """The weather and today's date at the head of a page.

    Drops: before the article, a line that is a temperature (`30.2 C`), a line that is a weekday and a date
    in words of that kind alone, and a place name between those two.
    Keeps: dates and temperatures inside the article, temperatures alone, the days of a schedule, a dateline.
    """
    layout = layout_of(blocks)
    head = range(min(layout.article_range.start, MAX_HEAD_LINES))
    has_digit, texts = blocks.has_digit, blocks.texts
    temperatures = [i for i in head if has_digit[i] and TEMPERATURE.match(texts[i].strip())]
    dates = _date_lines(blocks, head)
    has_boilerplate = any(layout.boilerplate_run_length[i] for i in head)
    # Temperatures alone may be a table's.
    temperature_strength = 1.0 if dates or has_boilerplate else NEEDS_CONTEXT_STRENGTH
    for i in temperatures:
        yield Finding(i, "a temperature at the head of the page", temperature_strength)
    is_page_head = bool(temperatures) or has_boilerplate or head.stop >= MIN_LONG_HEAD_LINES
    date_strength = _date_strength(is_page_head, len(dates))
    for i in dates:
        yield Finding(i, "a weekday and a date at the head of the page", date_strength)
    for k in _places(blocks, head, temperatures, dates):
        yield Finding(k, "a place between the temperature and the date")


def _date_strength(is_page_head: bool, n_dates: int) -> float:
    strength = 1.0 if is_page_head else LONE_DATE_STRENGTH
    return strength if n_dates <= MAX_DATES else min(strength, NEEDS_CONTEXT_STRENGTH)


def _places(
    blocks: BlockIndex, head: range, temperatures: Sequence[int], dates: Sequence[int]
) -> Iterator[int]:
    """The short lines right above a date and close below a temperature."""
    for i in temperatures:
        for k in range(i + 1, min(i + 1 + MAX_LINES_TO_PLACE, head.stop)):
            is_short_line = blocks.words[k] <= MAX_PLACE_WORDS and not blocks.ends_sentence[k]
            if is_short_line and k + 1 in dates and k not in temperatures:
                yield k


def _date_lines(blocks: BlockIndex, head: range) -> list[int]:
    with_date_phrase = {hit.block for hit in blocks.phrase_hits("page-date", "start", "end")}
    return [
        i
        for i in blocks.phrase_only_blocks("page-date")
        if i in head and i in with_date_phrase and any(char.isdigit() for char in blocks[i].text)
    ]
