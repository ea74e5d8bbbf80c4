"""The article's title, where the page gives it: above the text, twice, or again below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cleaner.rules.blocks import Blocks, Finding, bare, fold
from cleaner.rules.shape import TITLE_WORDS, headline, once

# A page says its title in its head, its trail of links, its heading: within this many lines above the text.
HEAD_LINES = 60
# Where more lines than this are given twice above the text, they are a list's, not a title.
MANY = 2
# Cut at these, `Ferry runs again - The Daily Quay` gives the title and the site.
SITE = re.compile(r"\s+[|–—·•:»«/-]+\s+|\s*[|»_]\s*|: ")


def repeated_title(blocks: Blocks) -> Iterator[Finding]:
    """The article's title: in the corpus stands the body alone, the title is a field of the record.

    Drops: above the text, the line that the page itself calls its title (with or without the site's name);
    in text documents a title-like line that stands there twice, or once there and again below the article.
    Keeps: the single title of a clean text, a heading that returns further down, a refrain.
    """
    known = _known(blocks)
    for i in _above(blocks):
        if not known.isdisjoint(_forms([blocks[i].text])) and not blocks.prose[i]:
            yield Finding(i, "the article's title")
    for i in range(_start(blocks), len(blocks)):
        if blocks.bare[i] in known and not blocks.prose[i] and _below(blocks, i):
            yield Finding(i, "the article's title again", 0.9)


def title_of(blocks: Blocks) -> str | None:
    """The title that a text document gives by repeating it above the text; None where nothing is repeated."""
    found = [i for i in _above(blocks) if blocks.bare[i] in _repeated(blocks)]
    return blocks[found[-1]].text.strip() if found else None


@once
def _known(blocks: Blocks) -> frozenset[str]:
    return frozenset({*_forms(blocks.titles), *_repeated(blocks)})


def _forms(titles: Iterable[str]) -> Iterator[str]:
    """The shapes in which a title may stand: whole, and without the site's name before or behind."""
    low, _ = TITLE_WORDS
    for title in titles:
        yield bare(fold(title))
        for cut in SITE.finditer(title):
            for part in (title[: cut.start()], title[cut.end() :]):
                if len(part.split()) > low and len(part) * 2 > len(title):
                    yield bare(fold(part))


@once
def _repeated(blocks: Blocks) -> frozenset[str]:
    """Title-like lines above the text that stand there again, alone or before the site's name."""
    above = [i for i in _above(blocks) if headline(blocks, i)]
    shapes = {blocks.bare[i] for i in above}
    again = {shape for shape in shapes if blocks.repeats[shape] > 1 and _gathered(blocks, shape)}
    named = {form for i in above for form in _forms([blocks[i].text]) if form != blocks.bare[i]}
    return frozenset(shapes & named or (again if len(again) <= MANY else ()))


def _gathered(blocks: Blocks, shape: str) -> bool:
    """Whether the line stands twice above the text, or above and again below it."""
    above = sum(blocks.bare[i] == shape for i in _above(blocks))
    return above > 1 or any(blocks.bare[i] == shape for i in range(blocks.main.stop, len(blocks)))


@once
def _start(blocks: Blocks) -> int:
    """The first line of the text."""
    return blocks.main.start if blocks.main else len(blocks)


def _above(blocks: Blocks) -> range:
    start = _start(blocks)
    return range(max(0, start - HEAD_LINES), min(start + 1, len(blocks))) if blocks.main else range(0)


def _below(blocks: Blocks, i: int) -> bool:
    """Whether block `i` stands behind the article's prose, or right below its like."""
    return i >= blocks.main.stop or blocks.bare[i] == blocks.bare[i - 1]
