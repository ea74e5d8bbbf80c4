"""Page date: the weather and today's date at the head of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout

TEMPERATURE = re.compile(r"^[+\-−–]?\d{1,3}(?:[.,]\d)?\s?[°º˚]?\s?(?:[CF]|℃|℉|°)$")
# Such lines stand in the head of the page, before the article: far down they are its own dates.
HEAD = 150
# A date right above an entry of a diary or a blog is its own; below a menu it is the page's.
LONG_HEAD = 8
# More dates than these are a schedule.
MANY = 3
# A place stands between the temperature and the date, one or two lines from either.
NEAR = 2
PLACE_WORDS = 4
# Heard on a page with other furniture only: temperatures alone may be a table's.
UNSURE = 0.5


def page_date(blocks: BlockIndex) -> Iterator[Finding]:
    """The weather and today's date at the head of a page.

    Drops: before the article, a line that is a temperature (`30.2 C`), a line that is a weekday and a date
    in words of that kind alone, and a place name between those two.
    Keeps: dates and temperatures inside the article, temperatures alone, the days of a schedule, a dateline.
    """
    shape = layout(blocks)
    head = range(min(shape.main.start, HEAD))
    warm = [i for i in head if TEMPERATURE.match(blocks[i].text.strip())]
    dated = _dates(blocks, head)
    page = bool(dated) or any(shape.furniture[i] for i in head)
    for i in warm:
        yield Finding(i, "a temperature at the head of the page", 1.0 if page else UNSURE)
    sure = 1.0 if warm or any(shape.furniture[i] for i in head) or head.stop >= LONG_HEAD else 0.3
    sure = min(sure, UNSURE) if len(dated) > MANY else sure
    for i in dated:
        yield Finding(i, "a weekday and a date at the head of the page", sure)
    for i in warm:
        for k in range(i + 1, min(i + 1 + NEAR, head.stop)):
            if (
                k + 1 in dated
                and k not in warm
                and blocks.words[k] <= PLACE_WORDS
                and not blocks.ends_sentence[k]
            ):
                yield Finding(k, "a place between the temperature and the date")


def _dates(blocks: BlockIndex, head: range) -> list[int]:
    named = {hit.block for hit in blocks.phrase_hits("page-date", "start", "end")}
    return [
        i
        for i in blocks.phrase_only_blocks("page-date")
        if i in head and i in named and any(char.isdigit() for char in blocks[i].text)
    ]
