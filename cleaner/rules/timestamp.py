"""Lines that say when: published, updated, how long ago, how long to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.bylines import DATED_BYLINE_START, DATED_NAME_END
from cleaner.analysis.dates import MONTH_NUMBERS, find_dates
from cleaner.analysis.line_types import (
    NUMERIC_DATE,
    is_in_head_or_tail,
    looks_like_names,
    memoized,
    relative_time_lines,
)
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import STRONG

# "Published on Tuesday 12 March 2024 at 10:15, updated on Wednesday 13 March 2024 at 9:05 am CET".
MAX_DATE_LINE_WORDS = 18
# A diary has at least this many dated entries; a page has no more than three times of its own.
MIN_CHRONICLE_ENTRIES = 4
# Further away from the prose, a date belongs to something else, or there is no article.
MAX_LINES_FROM_PROSE = 20
# A date that is only likely to be the page's weighs 5 nats, as a FAIR rule does: the model decides.
LIKELY_STRENGTH = 0.625
# Between a title and the first paragraph stand no more lines than these.
MAX_LINES_ABOVE_TEXT = 4
TIME_OR_YEAR = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2} ?[時时시]")
# "By Jane Doe and Bo Reed | The Valley Courier | Published March 12, 2024 at 10:15 a.m. | Updated March 13"
MAX_BYLINE_DATE_WORDS, MAX_NAME_WORDS = 24, 8
# 6 nats, too few in a text that looks clean: most of such texts mean to keep the line, as some keep a byline.
BYLINE_DATE_STRENGTH = 0.75
# What such a line is made of beside the name and the date.
DATE_LINE_WORDS = frozenset(
    "a.m a.m. am and at by comment comments edited est et first gmt ist last min minute minutes modified on"
    " p.m p.m. pm posted published read submitted the to updated uhr um utc written à às alle del de le el il"
    " op veröffentlicht aktualisiert publié mis jour publicado actualizado pubblicato aggiornato".split()
)
DATE_CHARS = re.compile(r"[\d\s./:,|+TZ-]{8,}")


@rule("meta", STRONG, group="credit")
def timestamp(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines that say when an article was published or updated, how long it takes to read, who looked at it.

    Drops: `Published: 12 March 2024, 10:15`, `4 hours ago`, `3 min read`, a date alone on a line, in the
    head or tail of the article; `By Jane Doe | Published 12 March 2024` there; `Updated at …` with a date
    anywhere.
    Keeps: sentences with dates, the dated entries of a diary or chronicle, headings such as `May 1968`
    between paragraphs.
    """
    yield from form_findings(blocks, "timestamp", "how long reading takes")
    phrase_ends = {hit.block: hit.end for hit in blocks.phrase_hits("timestamp", "start")}
    phrase_only = set(blocks.phrase_only_blocks("timestamp"))
    for i, (n_words, has_digit) in enumerate(zip(blocks.words, blocks.has_digit, strict=True)):
        if n_words > MAX_BYLINE_DATE_WORDS or not has_digit:
            continue
        if is_in_head_or_tail(blocks, i) and _is_byline_with_date(blocks.texts[i]):
            yield Finding(i, "a name and a date, and nothing else", BYLINE_DATE_STRENGTH)
        elif n_words <= MAX_DATE_LINE_WORDS:
            yield from _date_line(blocks, i, phrase_ends.get(i), i in phrase_only)


def _date_line(blocks: BlockIndex, i: int, phrase_end: int | None, is_phrase_only: bool) -> Iterator[Finding]:
    """A short line that says when; `phrase_end` is where the words it begins with end (`Published:`)."""
    starts_with_phrase = phrase_end is not None and _number_follows(blocks.folded[i], phrase_end)
    if starts_with_phrase and not blocks.ends_sentence[i]:
        strength = LIKELY_STRENGTH if is_in_head_or_tail(blocks, i) else LIKELY_STRENGTH * 0.85
        yield Finding(i, f"the line says when: “{blocks[i].text[:phrase_end].strip()}”", strength)
    elif (
        i not in chronicle_dates(blocks)
        and _is_outside_prose(blocks, i)
        and _is_time(blocks, i, is_phrase_only)
    ):
        yield Finding(i, "a time or date alone on its line", _time_strength(blocks, i))


def _is_byline_with_date(text: str) -> bool:
    """Whether a line is made of who wrote an article and on which day, with what usually stands between."""
    by_match = DATED_BYLINE_START.match(text)
    if by_match is None or not any(find_dates(text)):
        return False
    after_by = text[by_match.end() :]
    words = after_by.split()
    month = next((k for k, word in enumerate(words) if word.lower().strip(".,") in MONTH_NUMBERS), len(words))
    name = " ".join(words[:month])
    name = DATED_NAME_END.split(name, maxsplit=1)[0].strip()
    other_words = (text[: by_match.end()] + after_by.removeprefix(name)).replace("|", " ").split()
    bare_words = (word.strip(".,:;()•·–—-/") for word in other_words)
    return (
        looks_like_names(name, MAX_NAME_WORDS)
        and name[:1].isupper()
        and all(map(_fits_date_line, bare_words))
    )


def _fits_date_line(word: str) -> bool:
    """Whether a word belongs to a date, to its introduction or to a name: most words of sentences do not."""
    low = word.lower()
    return (
        not word[:1].islower() or low in DATE_LINE_WORDS or low in MONTH_NUMBERS or any(map(str.isdigit, low))
    )


def _time_strength(blocks: BlockIndex, i: int) -> float:
    """1 for how long ago, right above the article's first paragraph: that is always the page's."""
    is_right_above = blocks.prose_range.start - MAX_LINES_ABOVE_TEXT <= i < blocks.prose_range.start
    return 1.0 if is_right_above and i in relative_time_lines(blocks) else LIKELY_STRENGTH * 0.9


def _number_follows(text: str, phrase_end: int) -> bool:
    """Whether a number follows closely after the phrase: a date, not a figure further on."""
    return any(char.isdigit() for char in text[phrase_end : phrase_end + 24])


def _is_outside_prose(blocks: BlockIndex, i: int) -> bool:
    """Whether block `i` is above or below the prose, near it, or a relative time in its head or tail."""
    if (
        i < blocks.prose_range.start - MAX_LINES_FROM_PROSE
        or i >= blocks.prose_range.stop + MAX_LINES_FROM_PROSE
    ):
        return False
    return i not in blocks.prose_range or (is_in_head_or_tail(blocks, i) and i in relative_time_lines(blocks))


def _is_time(blocks: BlockIndex, i: int, is_phrase_only: bool) -> bool:
    text = blocks.folded[i].strip()
    return (
        is_phrase_only
        or i in relative_time_lines(blocks)
        or (DATE_CHARS.fullmatch(text) is not None and _has_date_or_time(text))
    )


def _has_date_or_time(text: str) -> bool:
    return NUMERIC_DATE.search(text) is not None or (TIME_OR_YEAR.search(text) is not None and ":" in text)


@memoized
def chronicle_dates(blocks: BlockIndex) -> frozenset[int]:
    """Date lines that recur between paragraphs: a chronicle's headings, not the page's own times."""
    date_lines = [
        i for i in blocks.phrase_only_blocks("timestamp") if i + 1 < len(blocks) and blocks.prose[i + 1]
    ]
    not_relative = [i for i in date_lines if i not in relative_time_lines(blocks)]
    return frozenset(not_relative) if len(not_relative) >= MIN_CHRONICLE_ENTRIES else frozenset()
