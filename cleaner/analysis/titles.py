"""A document's titles: what its page declares, and in text the line that is repeated around the body."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import TITLE_WORD_RANGE, looks_like_title, memoized
from cleaner.analysis.normalize import collapse_spaces, fold, strip_punctuation

# A page gives its title in its head, its breadcrumbs, its heading: within this many lines above the text.
MAX_LINES_ABOVE_TEXT = 60
# Longer titles are not divided into title and site.
MAX_SPLIT_CHARS = 300
# The site's name and section stand at the ends: so many separators from either.
CUTS_PER_END = 4
# Where more lines than this are given twice above the text, they are a list's, not a title.
MAX_REPEATED_TITLES = 2
# A line that stands there more often is a field of the entries of a list (`Cap: screw cap`).
MAX_REPEATS = 4
LIST_START = re.compile(r"\s*(?:\d|[½¼¾⅓⅔⅛•*▪●‣-])")
# A title's words return in the text's first paragraphs: at least so many, by their first letters.
MIN_ECHOED_WORDS = 2
WORD_STEM = re.compile(r"[^\W\d_]{4}|[\u3040-\u30ff\u3400-\u9fff]{2}")
OPENING_PARAGRAPHS = 3
# Cut at these, `Ferry runs again - The Daily Quay` gives the title and the site.
SITE_SEPARATOR = re.compile(r"\s[|–—·•:»«/-]{1,3}\s|[|»_]|: ")


def repeated_title_text(blocks: BlockIndex) -> str | None:
    """The title that a text document gives by repeating it above the text; None where nothing is repeated."""
    repeated = [i for i in lines_above_text(blocks) if title_keys(blocks)[i] in repeated_titles(blocks)]
    return blocks[repeated[-1]].text.strip() if repeated else None


@memoized
def known_titles(blocks: BlockIndex) -> frozenset[str]:
    """Every form of every title known, each as `title_key` gives it."""
    return frozenset({*title_variants(blocks.titles), *repeated_titles(blocks)})


def title_key(folded: str) -> str:
    """A line without outer punctuation; its numbers stay, because lists repeat lines that differ in them."""
    return collapse_spaces(strip_punctuation(folded))


@memoized
def title_keys(blocks: BlockIndex) -> tuple[str, ...]:
    """Each block's `title_key`."""
    lines = zip(blocks.folded, blocks.templates, blocks.has_digit, strict=True)
    return tuple(title_key(text) if numbered else bare for text, bare, numbered in lines)


def title_variants(titles: Iterable[str]) -> Iterator[str]:
    """The forms of a title: whole, and without the site's name before or after it."""
    for title in titles:
        yield title_key(fold(title))
        yield from _parts_of_title(title)


def _parts_of_title(title: str) -> Iterator[str]:
    """The forms of a title without what may be the site's name."""
    min_words, _ = TITLE_WORD_RANGE
    cuts = list(SITE_SEPARATOR.finditer(title)) if len(title) <= MAX_SPLIT_CHARS else []
    for cut in {*cuts[:CUTS_PER_END], *cuts[-CUTS_PER_END:]}:
        for part in (title[: cut.start()], title[cut.end() :]):
            if len(part.split()) > min_words and len(part) * 2 > len(title):
                yield title_key(fold(part))


@memoized
def repeated_titles(blocks: BlockIndex) -> frozenset[str]:
    """Title-like lines above the text that are repeated there or below it, alone or with the site's name."""
    keys = [
        title_keys(blocks)[i]
        for i in lines_above_text(blocks)
        if looks_like_title(blocks, i) and not _is_list_entry(blocks, i)
    ]
    repeated_above = {shape for shape, times in Counter(keys).items() if 1 < times <= MAX_REPEATS}
    below = set(title_keys(blocks)[blocks.prose_range.stop :])
    repeated = {key for key in keys if key in repeated_above or key in below}
    return titles_with_site_name(blocks) or frozenset(
        repeated if len(repeated) <= MAX_REPEATED_TITLES else ()
    )


def _is_list_entry(blocks: BlockIndex, i: int) -> bool:
    """Whether line `i` of a text begins with a number or a bullet, as one of its neighbours does."""
    if blocks[i].path or not LIST_START.match(blocks[i].text):
        return False
    return any(0 <= k < len(blocks) and LIST_START.match(blocks[k].text) for k in (i - 1, i + 1))


@memoized
def titles_with_site_name(blocks: BlockIndex) -> frozenset[str]:
    """Title-like lines above the text that are there once more with the site's name."""
    lines = [i for i in lines_above_text(blocks) if looks_like_title(blocks, i)]
    variants = [variants_above_text(blocks)[i] for i in lines]
    forms = {form for whole, *parts in variants for form in parts if form != whole}
    return frozenset(forms.intersection(title_keys(blocks)[i] for i in lines))


@memoized
def is_echoed_in_text(blocks: BlockIndex) -> bool:
    """Whether the text's opening shares words with a repeated line above it, as it does with its title."""
    titles = [_stems([title]) for title in repeated_titles(blocks)]
    if not titles:
        return False
    prose = [blocks.folded[i] for i in blocks.prose_range if blocks.prose[i]][:OPENING_PARAGRAPHS]
    opening = _stems(prose)
    return any(len(opening & stems) >= MIN_ECHOED_WORDS for stems in titles)


def _stems(texts: Iterable[str]) -> set[str]:
    """The first letters of every word."""
    return {stem for text in texts for word in text.split() for stem in WORD_STEM.findall(word)}


@memoized
def variants_above_text(blocks: BlockIndex) -> dict[int, tuple[str, ...]]:
    """The forms of the lines above the text: first whole, then without what may be the site's name."""
    keys, texts = title_keys(blocks), blocks.texts
    return {i: (keys[i], *_parts_of_title(texts[i])) for i in lines_above_text(blocks)}


def lines_above_text(blocks: BlockIndex) -> range:
    """Where a title is looked for: up to the first line of prose; nowhere in a document without prose.

    What a dialog says comes before the text only where nothing else is prose.
    """
    if not blocks.prose_range:
        return range(0)
    start = next(
        (i for i in blocks.prose_range if blocks.prose[i] and not blocks[i].dialog), blocks.prose_range.start
    )
    return range(max(0, start - MAX_LINES_ABOVE_TEXT), min(start + 1, len(blocks)))
