"""Who wrote a text and when, where a document came as text: from the lines that the rules take for bylines.

A flattened page has no elements that say which lines belong to the article, and its menus and teasers have
names and dates as well. So only lines near the first paragraph that is kept count: those marked by the
rules `byline` and `timestamp`, then other short lines that hold a byline or a date, then a name alone beside
a date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import MIN_PROSE_WORDS, BlockIndex
from cleaner.analysis.bylines import day_of_line, leading_names, name_in_byline, names_publisher
from cleaner.analysis.dates import first_date
from cleaner.analysis.line_types import NUMERIC_DATE, has_letter_case
from cleaner.document import Claim, Mark, Verdict

# Lines above the first kept paragraph: title, standfirst, byline, date, and as many buttons and captions.
LINES_ABOVE_TEXT = 16
# Lines from the first kept paragraph on: it may be a standfirst, with the byline after it.
LINES_BELOW_TEXT = 4
# `By` and the name on the next line; a longer line there is no name.
MAX_NAME_WORDS = 6
# "By Maria de la Cruz, Senior Correspondent, and Jan van Dijk in Rotterdam | 12 March 2024 at 10:15 a.m."
MAX_LINE_WORDS = 22
# A name alone on its line: `Ina Holt`, `Jan van der Berg`; so near a date, with `Published` between them.
MAX_LONE_NAME_WORDS = 4
LINES_TO_DATE = 2
# Lines with these marks name others: who took the picture, whose teaser it is, which day the page was read.
_OTHER_CODES = frozenset(
    "caption comments legal-line page-date read-also recommendation-widget related-section share-bar"
    " teaser-list interstitial-ad subscribe sign-in publication-note".split()
)
# A name in such a line is the publisher's.
_COPYRIGHT_SIGNS = ("©", "(c)", "copyright", "rights reserved")


def text_claims(
    blocks: BlockIndex, marks: Sequence[Mark], verdicts: Sequence[Verdict]
) -> dict[str, list[Claim]]:
    """The author and the date near the first kept paragraph: of several lines the nearest one above it."""
    lines = _lines_near_text(blocks, marks, first_kept_paragraph(blocks, verdicts))
    authors = [Claim("page", name) for i in lines if (name := _author(blocks, i))]
    authors += [
        Claim("page", name)
        for distance in range(1, LINES_TO_DATE + 1)
        for i in lines
        if (name := _name_near_date(blocks, i, distance))
    ]
    return {"author": authors[:1], "date": list(_date_claims(blocks, lines))[:1]}


def first_kept_paragraph(blocks: BlockIndex, verdicts: Sequence[Verdict]) -> int | None:
    """The first kept block of prose; where no block is prose, the first kept one of a paragraph's length."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict.label == "body"]
    long = (i for i in kept if blocks.words[i] >= MIN_PROSE_WORDS)
    return next((i for i in kept if blocks.prose[i]), next(long, None))


def _lines_near_text(blocks: BlockIndex, marks: Sequence[Mark], start: int | None) -> list[int]:
    """The bylines and datelines around block `start`: those above it, the nearest first, then those below;
    then the other short lines there."""
    if start is None:
        return []
    above = range(start - 1, max(start - 1 - LINES_ABOVE_TEXT, -1), -1)
    marked = {mark.block for mark in marks if mark.code in ("byline", "timestamp") and not mark.span}
    near = (*above, *range(start, _end_of_head(blocks, start)))
    of_others = {mark.block for mark in marks if mark.code in _OTHER_CODES and mark.strength >= 0.5}
    lines = [i for i in near if not blocks.prose[i]]
    unmarked = [i for i in lines if i not in marked | of_others and blocks.words[i] <= MAX_LINE_WORDS]
    return [*(i for i in lines if i in marked), *unmarked]


def _end_of_head(blocks: BlockIndex, start: int) -> int:
    """The end of the lines that may still be a standfirst and a byline: before the second paragraph."""
    limit = min(start + 1 + LINES_BELOW_TEXT, len(blocks))
    return next((i for i in range(start + 1, limit) if blocks.prose[i]), limit)


def _name_near_date(blocks: BlockIndex, i: int, distance: int) -> str | None:
    """A full name alone on its line, with a date so many lines above or below; capitals alone, as those of a
    button, are no name."""
    text = blocks[i].text.strip(" |·•/")
    words = text.split()
    is_name_long = 2 <= len(words) <= MAX_LONE_NAME_WORDS and all(word[0].isalpha() for word in words)
    if not is_name_long or not has_letter_case(text) or text.isupper():
        return None
    near = (k for k in (i - distance, i + distance) if 0 <= k < len(blocks))
    if not any(blocks.words[k] <= MAX_LINE_WORDS and _is_date_line(blocks[k].text) for k in near):
        return None
    name = leading_names(text)
    return name if name == text and not names_publisher(name) else None


def _is_date_line(text: str) -> bool:
    return first_date(text) is not None or NUMERIC_DATE.search(text) is not None


def _author(blocks: BlockIndex, i: int) -> str | None:
    """The author that line `i` names, or the line after it where this one is only `By`."""
    next_line = blocks[i + 1].text if i + 1 < len(blocks) and blocks.words[i + 1] <= MAX_NAME_WORDS else ""
    name = name_in_byline(blocks[i].text, blocks.folded[i], next_line)
    if name is None or names_publisher(name) or _is_in_copyright_line(blocks, name):
        return None
    return name


def _is_in_copyright_line(blocks: BlockIndex, name: str) -> bool:
    return any(name.lower() in blocks.folded[i] for i in blocks.containing(_COPYRIGHT_SIGNS))


def _date_claims(blocks: BlockIndex, lines: Sequence[int]) -> Iterator[Claim]:
    """Days of publication before those of a change, each nearest first."""
    days = [found for i in lines if (found := day_of_line(blocks[i].text))]
    yield from (Claim("page", day) for day, is_update in days if not is_update)
    yield from (Claim("updated", day) for day, is_update in days if is_update)
