"""Post stamps: the lines of a thread that say who wrote a post, and when."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cleaner.dates import MONTHS, days
from cleaner.elements import kind_of
from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.shape import NUMERIC_DATE
from cleaner.rules.timestamp import SAYS_WHEN

# `Last edited by harbour cat (2024-08-03 11:02:20)`, with the post's number and a place, has a dozen words.
LONGEST = 14
# Two stamps may be those of an article and of its update.
POSTS = 3
# Of the blocks under elements of these names, so many bear a stamp: now and then a post was moved or is new.
MOST = 0.8
CLOCK = re.compile(r"(?<![\d:.])\d{1,2}:(\d\d)(?!\d)")
# People post at any minute; what begins on the hour, or at five past, is on a programme or a timetable.
ROUND = 5
# Beside a date, names and `posted by` stand no more words in small letters than a user's name has.
NAME_WORDS = 2


def post_stamp(blocks: Blocks) -> Iterator[Finding]:
    """Lines that say who wrote a post of a thread and when, one above or below each post of a page.

    Drops: on an HTML page three or more lines under elements of the same names, each made of a name, a day
    and the time of day (`by Ferryman » Tue Aug 27, 2019 1:47 am`), with posts between them.
    Keeps: sentences with a day and an hour, programmes and timetables, whose hours are round, a single such
    line, lines of a log, all flattened text.
    """
    kinds: dict[tuple[str, ...], list[int]] = defaultdict(list)
    stamps = {i for i in blocks.holding(":") if blocks[i].path and _stamped(blocks, i)}
    if len(stamps) < POSTS:
        return
    for i, block in enumerate(blocks):
        kinds[kind_of(block.path)].append(i)
    for members in kinds.values():
        own = [i for i in members if i in stamps]
        if len(own) >= max(POSTS, MOST * len(members)) and _posted(blocks, own) and not _planned(blocks, own):
            for i in own:
                yield Finding(i, f"one of {len(own)} lines that say who posted and when")


def _stamped(blocks: Blocks, i: int) -> bool:
    """Whether a line is made of a day, a time of day, and little more than a name."""
    text = blocks[i].text
    if (
        not blocks.numbered[i]
        or blocks.words[i] > LONGEST
        or blocks[i].preformatted
        or not CLOCK.search(text)
    ):
        return False
    if not (any(days(text)) or NUMERIC_DATE.search(text)):
        return False
    plain = (word.strip(".,:;()•·–—-/|»«@") for word in text.split())
    return sum(word[:1].islower() and not _of_stamp(word.lower()) for word in plain) <= NAME_WORDS


def _of_stamp(word: str) -> bool:
    return word in SAYS_WHEN or word in MONTHS or any(map(str.isdigit, word))


def _posted(blocks: Blocks, stamps: Sequence[int]) -> bool:
    """Whether most of the stamps have a paragraph between them and the next."""
    return 2 * sum(any(blocks.prose[i + 1 : k]) for i, k in pairwise(stamps)) >= len(stamps) - 1


def _planned(blocks: Blocks, stamps: Sequence[int]) -> bool:
    minutes = [int(found[1]) for i in stamps if (found := CLOCK.search(blocks[i].text))]
    return 2 * sum(minute % ROUND == 0 for minute in minutes) >= len(minutes)
