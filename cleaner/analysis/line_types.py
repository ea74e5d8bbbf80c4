"""What several rules ask about lines: titles, names, relative times, and where the prose is."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from itertools import accumulate
from typing import TypeVar

from cleaner.analysis.blocks import BlockIndex

T = TypeVar("T")

# Titles of 1,497 pages hold 3 to 20 words, the longest about 30.
TITLE_WORD_RANGE = (3, 30)
# A prose block or two may stand above what belongs to the head: a standfirst, a summary.
HEAD_PROSE_BLOCKS = 2
# Longer lines say more than a time: "updated 3 hours ago by our desk in Lisbon" is about the limit.
MAX_TIME_WORDS = 9
MAX_TIME_CHARS = 120
RELATIVE_TIME = re.compile(
    r"(?<!\d)\d{1,6} ?\+?\s?[^\W\d]{1,24}\.?(?: [^\W\d]{1,7}\.?)? ?"
    r"(?:ago|fa|geleden|temu|назад|тому|siden|sedan|önce|ezelőtt|atrás|पहले|lalu)\b"
    r"|\b(?:an?|one|une?|una?|ein(?:er|em)?) [^\W\d]{1,24} (?:ago|fa|atrás)\b"
    r"|\b(?:vor|il y a|hace|há|před|πριν(?: απο)?|acum|منذ|قبل)\s"
    r"(?:\d{1,6}|einer|einem|une?|una?|uma?)\s?[^\W\d]{1,24}"
    r"|\bvor \d{1,6} ?(?:min|std)\b"
    r"|(?<!\d)\d{1,6} ?(?:秒|分|分钟|分鐘|時間|小时|小時|日|天|周|週|週間|か月|ヶ月|个月|個月|年)"
    r"(?:前|之前|以前)"
    r"|(?<!\d)\d{1,6} ?(?:초|분|시간|일|주|개월|년) ?전"
    # Vietnamese, Thai, Persian, Finnish, Hebrew
    r"|(?<!\d)\d{1,6} ?(?:giây|phút|giờ|ngày|tuần|tháng|năm) trước\b"
    r"|(?<!\d)\d{1,6} ?(?:วินาที|นาที|ชั่วโมง|ชม\.|วัน|สัปดาห์|เดือน|ปี)(?:ที่แล้ว|ที่ผ่านมา|ก่อน)"
    r"|(?<![^\W_])[\d۰-۹]{1,6} (?:ثانيه|دقيقه|ساعت|روز|هفته|ماه|سال) (?:پيش|قبل)"
    r"|(?<!\d)\d{1,6} ?[^\W\d]{1,24}\.? sitten\b|\bלפני (?:\d{1,6} )?(?:דקות|שעות|שעה|ימים|יום|שבוע|שבועות)\b"
)
# One of these stands in what `RELATIVE_TIME` finds.
RELATIVE_TIME_WORDS = tuple(
    "ago|fa|geleden|temu|назад|тому|siden|sedan|önce|ezelőtt|atrás|पहले|lalu|vor|il y a|hace|há|před|πριν"
    "|acum|منذ|قبل|پيش|前|전|trước|ที่แล้ว|ที่ผ่านมา|ก่อน|sitten|לפני".split("|")
)
RELATIVE_TIME_HINT = re.compile(r"\d|\b(?:an?|one|une?|una?|uma?|ein(?:er|em)?)\s")
NUMERIC_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}"
    r"|(?:19|20)\d\d ?[年년] ?\d{1,2} ?[月월](?: ?\d{1,2} ?[日일])?)(?!\d)"
)
# Between the words of a name: "Maria de la Cruz and Jan van Dijk".
NAME_PARTICLES = frozenset(
    "and und et e y i och og en ja и і та ve & de da di do dos das del della la le los du des van von"
    " vom zu der den ten ter bin ibn al el ben st for at in of".split()
)
NAME_WORD = re.compile(r"[^\W\d_][^\s\d]*")


def memoized(compute: Callable[[BlockIndex], T]) -> Callable[[BlockIndex], T]:
    """`compute`, called once a document; the result is kept in its `BlockIndex` and freed with it."""

    @wraps(compute)
    def looked(blocks: BlockIndex) -> T:
        try:
            found: T = blocks.memo[compute]
        except KeyError:
            found = blocks.memo[compute] = compute(blocks)
        return found

    return looked


@memoized
def prose_words_before(blocks: BlockIndex) -> tuple[float, ...]:
    """Words above each block that are in blocks of prose; the last number is that of the whole document.

    A paragraph broken over several blocks does not count: `Layout.paragraph_words_before` counts those, too.
    """
    prose = (count if is_prose else 0.0 for count, is_prose in zip(blocks.words, blocks.prose, strict=True))
    return tuple(accumulate(prose, initial=0.0))


@memoized
def article_head(blocks: BlockIndex) -> range:
    """The blocks up to the article's second paragraph; all blocks where no prose was found."""
    n_prose_blocks = 0
    for i, prose in enumerate(blocks.prose):
        n_prose_blocks += prose
        if n_prose_blocks == HEAD_PROSE_BLOCKS:
            return range(i)
    return range(len(blocks))


@memoized
def article_tail(blocks: BlockIndex) -> range:
    """The blocks below the last quarter of the prose, its last paragraph included."""
    words_before = prose_words_before(blocks)
    last_prose_block = max(blocks.prose_range.stop - 1, 0)
    start = next(
        (i for i, words in enumerate(words_before[:-1]) if words >= words_before[-1] * 0.75), len(blocks)
    )
    return range(min(start, last_prose_block), len(blocks)) if blocks.prose_range else range(len(blocks))


def is_in_head_or_tail(blocks: BlockIndex, i: int) -> bool:
    """Whether block `i` is in the article's head or tail, where byline, date and tags are."""
    return i in article_head(blocks) or i in article_tail(blocks)


def looks_like_title(blocks: BlockIndex, i: int) -> bool:
    """Whether block `i` could be a title: a line of some words that does not end like a statement."""
    min_words, max_words = TITLE_WORD_RANGE
    return min_words <= blocks.words[i] <= max_words and not blocks.texts[i].rstrip(" \"'”’»").endswith(
        (".", "。", "।", ":", ",", ";", "，", "：")
    )


def is_open_title(blocks: BlockIndex, i: int) -> bool:
    """Whether block `i` could be a title, and ends no sentence at all: no question either."""
    return not blocks.ends_sentence[i] and looks_like_title(blocks, i)


@memoized
def relative_time_lines(blocks: BlockIndex) -> frozenset[int]:
    """The short lines that say how long ago: `3 hours ago`, `vor 2 Stunden`."""
    return frozenset(
        i
        for i in blocks.containing(RELATIVE_TIME_WORDS)
        if blocks.words[i] <= MAX_TIME_WORDS
        and len(text := blocks.folded[i]) <= MAX_TIME_CHARS
        and RELATIVE_TIME_HINT.search(text)
        and (not blocks.ends_sentence[i] or text.rstrip()[-1:] == ".")
        and (match := RELATIVE_TIME.search(text))
        and len(match[0]) * 3 >= len(text.strip())
    )


def has_letter_case(text: str) -> bool:
    """Whether `text` is written in a script with capitals."""
    return text.lower() != text.upper()


def looks_like_names(text: str, max_words: int = 8) -> bool:
    """Whether `text` reads like names of people: capitalised words, joined by particles and commas."""
    name_words = NAME_WORD.findall(text)
    proper = [word for word in name_words if word.lower().strip(".,") not in NAME_PARTICLES]
    if not 1 <= len(proper) <= max_words or any(char.isdigit() for char in text):
        return False
    return all(word[0].isupper() or not has_letter_case(word) for word in proper)
