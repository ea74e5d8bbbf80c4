"""Page date: the weather and today's date at the head of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

TEMPERATURE = re.compile(r"^[+\-−–]?\d{1,3}(?:[.,]\d)?\s?[°º˚]?\s?(?:[CF]|℃|℉|°)$")
# Such lines stand in the head of the page, before the article: far down they are its own dates.
MAX_HEAD_LINES = 150
# A date right above an entry of a diary or a blog is its own; below a menu it is the page's.
MIN_LONG_HEAD_LINES = 8
# More dates than these are a schedule.
MAX_DATES = 3
# A place stands between the temperature and the date, one or two lines from either.
MAX_LINES_TO_PLACE = 2
MAX_PLACE_WORDS = 4
# Heard on a page with other furniture only: temperatures alone may be a table's.


@rule("chrome", CERTAIN, group="credit")
def page_date(blocks: BlockIndex) -> Iterator[Finding]:
    """The weather and today's date at the head of a page.

    Drops: before the article, a line that is a temperature (`30.2 C`), a line that is a weekday and a date
    in words of that kind alone, and a place name between those two.
    Keeps: dates and temperatures inside the article, temperatures alone, the days of a schedule, a dateline.
    """
    layout = layout_of(blocks)
    head = range(min(layout.article_range.start, MAX_HEAD_LINES))
    temperatures = [i for i in head if TEMPERATURE.match(blocks[i].text.strip())]
    dates = _date_lines(blocks, head)
    is_page_head = bool(dates) or any(layout.boilerplate_run_length[i] for i in head)
    for i in temperatures:
        yield Finding(
            i, "a temperature at the head of the page", 1.0 if is_page_head else NEEDS_CONTEXT_STRENGTH
        )
    strength = (
        1.0
        if temperatures
        or any(layout.boilerplate_run_length[i] for i in head)
        or head.stop >= MIN_LONG_HEAD_LINES
        else 0.3
    )
    strength = min(strength, NEEDS_CONTEXT_STRENGTH) if len(dates) > MAX_DATES else strength
    for i in dates:
        yield Finding(i, "a weekday and a date at the head of the page", strength)
    for i in temperatures:
        for k in range(i + 1, min(i + 1 + MAX_LINES_TO_PLACE, head.stop)):
            if (
                k + 1 in dates
                and k not in temperatures
                and blocks.words[k] <= MAX_PLACE_WORDS
                and not blocks.ends_sentence[k]
            ):
                yield Finding(k, "a place between the temperature and the date")


def _date_lines(blocks: BlockIndex, head: range) -> list[int]:
    with_date_phrase = {hit.block for hit in blocks.phrase_hits("page-date", "start", "end")}
    return [
        i
        for i in blocks.phrase_only_blocks("page-date")
        if i in head and i in with_date_phrase and any(char.isdigit() for char in blocks[i].text)
    ]
