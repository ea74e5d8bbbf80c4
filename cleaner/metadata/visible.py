"""Who wrote a page and when, as the page shows it in the lines around its title.

Only what the head leaves open is looked for, and only between the title and the first paragraphs, and a few
lines above: names and dates elsewhere on a page belong to other articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.bylines import (
    BYLINE_START,
    MAX_NAME_WORDS,
    POSTED_BY,
    day_of_line,
    labelled_author,
    leading_names,
    preposition_byline,
    published_day,
    says_updated,
)
from cleaner.analysis.dates import date_in_url, first_date
from cleaner.analysis.normalize import collapse_spaces
from cleaner.analysis.titles import repeated_title_text
from cleaner.document import Block, Claim, Mark, Metadata, Verdict
from cleaner.metadata.merge import NON_ALNUM, resolve_claims
from cleaner.metadata.text_bylines import first_kept_paragraph, text_claims
from cleaner.metadata.text_titles import title_of_text
from cleaner.reading.elements import VOID
from cleaner.reading.repair import repaired
from cleaner.reading.tokenizer import attributes, tokens, unescape

# Blocks that are looked at: above the title, and after it, where tags and buttons may come before the byline.
BLOCKS_ABOVE_TITLE, BLOCKS_BELOW_TITLE = 3, 14
# Paragraphs that may come between the title and the byline: a standfirst or two.
MAX_STANDFIRST_BLOCKS = 2
# Markup of those blocks that is read: a page with more there has other things there.
MAX_MARKUP_CHARS = 60_000
# An element that opens before the first of these blocks may hold the byline: so far before it.
MAX_CHARS_BEFORE_FIRST_BLOCK = 2000
# Open elements that are remembered: markup that nests more of them is broken.
MAX_OPEN_ELEMENTS = 8
# A byline holds nothing but a name, a job, a date and a place.
MAX_LINE_WORDS = 22
# "Posted on Wednesday, November 7, 2012 at 10:15 am EST in Sports" has twelve; dated captions are longer.
MAX_DATE_WORDS = 18
# A heading with a date is the day's heading of a blog: "Wednesday, November 7, 2012".
MAX_HEADING_WORDS = 9
# Shorter titles are found in menus too.
MIN_TITLE_LETTERS = 8
MAX_KEY_CHARS = 300
# Between title, section and site. A colon with no space before it stands in titles as well.
TITLE_SEPARATOR = re.compile(r"\s[|–—·•»«/>:-]{1,3}\s|[|»_]|(?<=[\u3040-\u9fff])-")

_AUTHOR_STEP = re.compile(r"author(?!i[tsz])|byline", re.IGNORECASE)
_PUBLISHED_WORDS = re.compile(r"publi|posted|entry|creat|issued", re.IGNORECASE)
_AUTHOR_CLASSES = frozenset(
    ("author", "byline", "byl", "entry-author", "author-name", "byline-name", "byline__name")
)


class Element(NamedTuple):
    """An element that may name the author or the date."""

    name: str
    attributes: dict[str, str]
    text: str


def visible_metadata(
    blocks: BlockIndex, declared: Metadata, marks: Sequence[Mark] = (), verdicts: Sequence[Verdict] = ()
) -> Metadata:
    """The author and date that a page shows, where `declared` lacks them; the title that a text repeats."""
    claims: dict[str, list[Claim]] = {}
    if blocks.doc.kind == "html" and None in (declared.author, declared.date):
        title_block, near_title = _blocks_near_title(blocks, declared.title)
        elements = list(_author_and_time_elements(blocks, near_title))
        if declared.author is None:
            claims["author"] = _author_claims(blocks, near_title, elements, declared)
        if declared.date is None:
            claims["date"] = _all_date_claims(blocks, near_title, title_block, elements, declared)
    if blocks.doc.kind == "text":
        claims |= text_claims(blocks, marks, verdicts)
    if declared.title is None and (title := _title_of_text(blocks, marks, verdicts)):
        claims["title"] = [Claim("text", title)]
    return resolve_claims(claims)


def with_shown_title(declared: Metadata, blocks: BlockIndex, raw_title: str | None) -> Metadata:
    """`declared`, its title as the page shows it.

    Whole, where a heading shows the whole of `raw_title`, the page's `<title>`; else without section and site
    (`Title | Section | Site`). What is shown must be most of the title, and more than a section's name; a
    line that is no heading must begin it. Nothing above the end of the text may show the rest of the title
    too, as a subtitle does.
    """
    if blocks.doc.kind != "html" or declared.title is None:
        return declared
    if whole := _whole_title(declared.title, raw_title, blocks):
        return _with_page_title(declared, whole)
    rest_by_part = dict(_divided_titles(declared.title))
    title_key = _alnum_key(declared.title)
    lines = range(blocks.prose_range.stop) if rest_by_part else range(0)
    keys = [_alnum_key(blocks.texts[i]) for i in lines]
    shown_keys = frozenset(keys)
    for i, key in enumerate(keys):
        may_be_title = blocks[i].heading or title_key.startswith(key)
        if may_be_title and key in rest_by_part and rest_by_part[key] not in shown_keys:
            return _with_page_title(declared, collapse_spaces(blocks.texts[i]).strip())
    return declared


def _whole_title(title: str, raw_title: str | None, blocks: BlockIndex) -> str | None:
    """What a heading shows of `raw_title` where `title` is only its beginning: what was taken for the name of
    the site is then the title's own (`Storm hits coast - thousands without power`)."""
    key = _alnum_key(raw_title or "")
    if len(key) <= len(_alnum_key(title)) or not key.startswith(_alnum_key(title)):
        return None
    headings = (i for i, block in enumerate(blocks) if block.heading and _alnum_key(block.text) == key)
    return next((collapse_spaces(blocks.texts[i]).strip() for i in headings), None)


def _with_page_title(declared: Metadata, title: str) -> Metadata:
    claims = (Claim("page", title), *declared.claims.get("title", ()))
    return replace(declared, title=title, claims={**declared.claims, "title": claims})


def _divided_titles(title: str) -> Iterator[tuple[str, str]]:
    """What may be the title, and then the rest, for each separator that is hardly ever the title's own."""
    for cut in TITLE_SEPARATOR.finditer(title[:MAX_KEY_CHARS]):
        first, last = _alnum_key(title[: cut.start()]), _alnum_key(title[cut.end() :])
        for part, rest in ((first, last), (last, first)):
            if len(part) >= max(MIN_TITLE_LETTERS, len(rest)):
                yield part, rest


def _title_of_text(blocks: BlockIndex, marks: Sequence[Mark], verdicts: Sequence[Verdict]) -> str | None:
    """The title that a text gives in its lines; of a page without one the line that it repeats."""
    if blocks.doc.kind == "html":
        return repeated_title_text(blocks)
    return title_of_text(blocks, marks, verdicts, first_kept_paragraph(blocks, verdicts))


def _author_claims(
    blocks: BlockIndex, near_title: range, elements: Sequence[Element], declared: Metadata
) -> list[Claim]:
    """The first author, in markup or in a line, that is no part of the title."""
    claims = [
        *(Claim("markup", name) for name in _authors_in_markup(elements)),
        *_byline_claims(blocks, near_title, declared.language),
    ]
    title_key = _alnum_key(declared.title or "")
    return [claim for claim in claims if _alnum_key(claim.value) not in title_key][:1]


def _all_date_claims(
    blocks: BlockIndex, near_title: range, title_block: int, elements: Sequence[Element], declared: Metadata
) -> list[Claim]:
    """The first date in markup or in a line, then that of the address; above the title, where the date may be
    today's, only where there is no other in a line."""
    below_title, above_title = _date_claims(blocks, near_title, title_block, declared.language)
    in_markup = (Claim("markup", day) for day in _dates_in_markup(elements, declared.language))
    shown = [*in_markup, *below_title][:1]
    url_date = date_in_url(declared.url or "")
    return [*shown, *([Claim("url", url_date)] if url_date else ()), *(() if shown else above_title[:1])]


def _blocks_near_title(blocks: BlockIndex, title: str | None) -> tuple[int, range]:
    """The block with the title and the blocks around it; where none shows it, those right above the text."""
    title_block = _find_title_block(blocks, _alnum_key(title or ""))
    n_prose_blocks, end = 0, title_block + 1
    while (
        end < len(blocks)
        and end <= title_block + BLOCKS_BELOW_TITLE
        and n_prose_blocks < MAX_STANDFIRST_BLOCKS
    ):
        n_prose_blocks += blocks.prose[end]
        end += 1
    return title_block, range(max(title_block - BLOCKS_ABOVE_TITLE, 0), min(end, len(blocks)))


def _find_title_block(blocks: BlockIndex, title_key: str) -> int:
    """The block that shows the title: a heading rather than a line, of several the last above the text."""
    matches = _title_lines(blocks, title_key)
    headings = [i for i in matches if blocks[i].heading] or matches
    candidates = headings or [i for i, block in enumerate(blocks) if block.heading == 1]
    above = [i for i in candidates if i <= blocks.prose_range.start]
    return above[-1] if above else next(iter(candidates), blocks.prose_range.start)


def _title_lines(blocks: BlockIndex, title_key: str) -> list[int]:
    """The lines above the end of the text, and the headings anywhere, that show the title."""
    stop = blocks.prose_range.stop or len(blocks)
    min_chars, max_chars = max(MIN_TITLE_LETTERS, len(title_key) // 2 + 1), 3 * len(title_key)
    lines = [i for i, text in enumerate(blocks.texts) if min_chars <= len(text) <= max_chars]
    return [i for i in lines if (i < stop or blocks[i].heading) and _is_title(blocks[i].text, title_key)]


def _is_title(text: str, title_key: str) -> bool:
    """Whether a line is the title; one of the two may have the site's name before or after it."""
    short, long = sorted((_alnum_key(text), title_key), key=len)
    return len(short) >= MIN_TITLE_LETTERS and 2 * len(short) >= len(long) and short in long


def _alnum_key(text: str) -> str:
    return NON_ALNUM.sub("", text[:MAX_KEY_CHARS].casefold())


# -- in markup


def _author_and_time_elements(blocks: BlockIndex, near_title: range) -> Iterator[Element]:
    """The elements near the title that may name the author or the date, each when it ends."""
    if not near_title:
        return
    start, markup = _markup_near_title(blocks, near_title)
    open_elements: list[tuple[str, dict[str, str], list[str]]] = []
    for token_type, token_start, token_end, name in tokens(markup):
        if token_type == "text":
            for _, _, texts in open_elements:
                texts.append(markup[token_start:token_end])
        elif token_type == "start":
            tag = markup[token_start:token_end]
            if not _may_name_author_or_date(name, tag) or _is_tag_in_comment(
                blocks, near_title, start + token_end
            ):
                continue
            if name in VOID:  # it has no end
                yield Element(name, attributes(tag), "")
            else:
                open_elements = [*open_elements, (name, attributes(tag), [])][-MAX_OPEN_ELEMENTS:]
        elif token_type == "end" and open_elements and open_elements[-1][0] == name:
            _, attrs, texts = open_elements.pop()
            yield Element(name, attrs, repaired(" ".join(unescape("".join(texts)).split())))


def _markup_near_title(blocks: BlockIndex, near_title: range) -> tuple[int, str]:
    """The markup of the blocks near the title, with the tags before them, and where in the page it starts."""
    first, last = near_title[0], near_title[-1]
    start = max(blocks[first - 1].end if first else 0, blocks[first].start - MAX_CHARS_BEFORE_FIRST_BLOCK)
    return start, blocks.doc.raw[start : min(blocks[last].end, start + MAX_MARKUP_CHARS)]


def _may_name_author_or_date(name: str, tag: str) -> bool:
    return name in ("time", "abbr") or "author" in tag or "byline" in tag or "itemprop" in tag


def _is_tag_in_comment(blocks: BlockIndex, near_title: range, tag_end: int) -> bool:
    """Whether the first block that goes on after the tag is in a comment, or there is none."""
    block = next((blocks[i] for i in near_title if blocks[i].end > tag_end), None)
    return block is None or _is_in_comment(block)


def _authors_in_markup(elements: Iterable[Element]) -> Iterator[str]:
    """Names in elements marked as the author's by `rel`, by `itemprop` or by their class."""
    for element in elements:
        attrs = element.attributes
        properties = {*attrs.get("rel", "").lower().split(), *attrs.get("itemprop", "").lower().split()}
        classes = attrs.get("class", "").lower().split()
        is_author = "author" in properties or _AUTHOR_CLASSES.intersection(classes)
        if is_author and (name := leading_names(element.text)):
            yield name


def _dates_in_markup(elements: Iterable[Element], language: str | None) -> Iterator[str]:
    """Days in elements made for dates; those marked as the day of publication first."""
    candidates: list[tuple[bool, str]] = []
    for element in filter(_is_date_element, elements):
        attrs = element.attributes
        labels = " ".join(
            (attrs.get("class", ""), attrs.get("itemprop", "").lower(), attrs.get("pubdate", "-"))
        )
        if says_updated(labels):
            continue
        stated = attrs.get("datetime") or attrs.get("content") or attrs.get("title")
        if day := first_date(stated, language) if stated else published_day(element.text, language):
            candidates.append((not ("pubdate" in attrs or _PUBLISHED_WORDS.search(labels)), day))
    yield from (day for _, day in sorted(candidates, key=lambda one: one[0]))


def _is_date_element(element: Element) -> bool:
    """Whether an element holds a date: `<time>`, `<abbr title=...>` or microdata; not the day of a change."""
    item_property = element.attributes.get("itemprop", "").lower()
    is_made_for_dates = element.name == "time" or (element.name == "abbr" and "title" in element.attributes)
    return (is_made_for_dates or "datepublished" in item_property) and "datemodified" not in item_property


# -- in lines


def _byline_claims(blocks: BlockIndex, near_title: range, language: str | None) -> Iterator[Claim]:
    """The names in the lines near the title; below them only that of the first line with `posted by`."""
    for i in near_title:
        is_short_line = blocks.words[i] <= MAX_LINE_WORDS and not blocks.prose[i]
        if is_short_line and (name := _name_in_line(blocks, i, language)):
            yield Claim("page", name)
    for i in range(near_title.stop, len(blocks)):
        byline = POSTED_BY.match(blocks[i].text) if blocks.words[i] <= MAX_LINE_WORDS else None
        if byline and not _is_in_comment(blocks[i]):
            if name := leading_names(blocks[i].text[byline.end() :]):
                yield Claim("page", name)
            return


def _name_in_line(blocks: BlockIndex, i: int, language: str | None) -> str | None:
    """The name after `By`, on the line or in the next block; or that in an element named after an author."""
    text = blocks[i].text
    byline = BYLINE_START.search(text + " ") or preposition_byline(text, language)
    if byline:
        rest = text[byline.end() :]
        is_name_below = not rest and i + 1 < len(blocks) and blocks.words[i + 1] <= MAX_NAME_WORDS
        return leading_names(blocks[i + 1].text if is_name_below else rest)
    if labelled := labelled_author(text):
        return labelled
    name = leading_names(text) if _is_in_author_element(blocks, i) else None
    return name if name and " " in name else None


def _is_in_author_element(blocks: BlockIndex, i: int) -> bool:
    """Whether block `i`, or the element around it, is named after an author, and not one of a comment."""
    return any(map(_AUTHOR_STEP.search, blocks[i].path[-2:])) and not _is_in_comment(blocks[i])


def _is_in_comment(block: Block) -> bool:
    """Whether an element around a block is named after comments; `<body>` and `<html>` do not count."""
    return any("comment" in step.lower() for step in block.path if not step.startswith(("body", "html")))


def _date_claims(
    blocks: BlockIndex, near_title: range, title_block: int, language: str | None
) -> tuple[list[Claim], list[Claim]]:
    """Days in lines that hold little else: those from the title on, and those above it.

    The day of a change comes after all days of publication, and its source is `updated`.
    """
    candidates: list[tuple[bool, int, str]] = []
    for i in near_title:
        max_words = MAX_HEADING_WORDS if blocks[i].heading else MAX_DATE_WORDS
        if blocks.words[i] > max_words or blocks.prose[i]:
            continue
        if found := day_of_line(blocks[i].text, language):
            day, is_update = found
            candidates.append((is_update or _is_labelled_updated(blocks, i, near_title), i, day))
    claims = [(i, Claim("updated" if is_update else "page", day)) for is_update, i, day in sorted(candidates)]
    return [claim for i, claim in claims if i >= title_block], [one for i, one in claims if i < title_block]


def _is_labelled_updated(blocks: BlockIndex, i: int, near_title: range) -> bool:
    """Whether a label in the block before block `i` (`Last updated:`) speaks of a change."""
    label = blocks[i - 1].text if i > near_title.start else ""
    has_date_of_its_own = any(map(str.isdigit, label))
    return not has_date_of_its_own and says_updated(label[-40:])
