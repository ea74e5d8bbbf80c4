"""The article's title, where the page gives it: above the text, twice, or again below."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.titles import (
    is_echoed_in_text,
    known_titles,
    lines_above_text,
    title_keys,
    title_variants,
    titles_with_site_name,
    variants_above_text,
)
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

# A title with the site's name and section.
MAX_TITLE_WORDS = 40


@rule("meta", CERTAIN, group="title")
def repeated_title(blocks: BlockIndex) -> Iterator[Finding]:
    """The article's title: in the corpus stands the body alone, the title is a field of the record.

    Drops: above the text, the line that the page itself calls its title (with or without the site's name);
    in text documents a title-like line that stands there twice, or once there and again below the article.
    Keeps: the single title of a clean text, a heading that returns further down, a refrain, a line of
    verse given twice above prose.
    """
    known_keys = known_titles(blocks)
    if not known_keys:
        return
    # A line of verse may be given twice above prose, too.
    is_sure = bool(blocks.titles) or bool(titles_with_site_name(blocks)) or is_echoed_in_text(blocks)
    strength = 1.0 if is_sure else NEEDS_CONTEXT_STRENGTH
    for i in lines_above_text(blocks):
        is_title = not known_keys.isdisjoint(variants_above_text(blocks)[i])
        if is_title and blocks.words[i] <= MAX_TITLE_WORDS:
            yield Finding(i, "the article's title", strength)
    if not blocks.prose_range:
        yield from _first_headings(blocks, known_keys)
    keys = title_keys(blocks)
    for i in range(blocks.prose_range.stop or len(blocks), len(blocks)):
        if keys[i] in known_keys:
            yield Finding(i, "the article's title again", min(strength, 0.9))


def _first_headings(blocks: BlockIndex, known_keys: frozenset[str]) -> Iterator[Finding]:
    """The title on a page without prose, where nothing is above the text: a heading of the first level."""
    for i, block in enumerate(blocks):
        if block.heading == 1 and known_keys.intersection(title_variants([block.text])):
            yield Finding(i, "the article's title, as the page's first heading")
