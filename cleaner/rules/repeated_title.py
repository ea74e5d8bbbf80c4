"""The article's title, where the page gives it: above the text, twice, or again below."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from cleaner.rules.blocks import Blocks, Finding, fold, inner, single_spaced
from cleaner.rules.shape import TITLE_WORDS, headline, once

# A page says its title in its head, its trail of links, its heading: within this many lines above the text.
HEAD_LINES = 60
# A title with the site's name and section.
LONGEST = 40
LONGEST_CHARS = 300
# The site's name and section stand at the ends: so many separators from either.
CUTS = 4
# Where more lines than this are given twice above the text, they are a list's, not a title.
MANY = 2
# Heard on a page with other furniture only: a line of verse may be given twice above prose.
UNSURE = 0.5
# A title's words return in the text's first paragraphs: at least so many, by their first letters.
AGAIN = 2
STEM = re.compile(r"[^\W\d_]{4}|[\u3040-\u30ff\u3400-\u9fff]{2}")
OPENING = 3
# Cut at these, `Ferry runs again - The Daily Quay` gives the title and the site.
SITE = re.compile(r"\s[|–—·•:»«/-]{1,3}\s|[|»_]|: ")


def repeated_title(blocks: Blocks) -> Iterator[Finding]:
    """The article's title: in the corpus stands the body alone, the title is a field of the record.

    Drops: above the text, the line that the page itself calls its title (with or without the site's name);
    in text documents a title-like line that stands there twice, or once there and again below the article.
    Keeps: the single title of a clean text, a heading that returns further down, a refrain, a line of
    verse given twice above prose.
    """
    known = _known(blocks)
    sure = 1.0 if blocks.titles or _named(blocks) or _told(blocks) else UNSURE
    for i in _above(blocks):
        if known and blocks.words[i] <= LONGEST and not known.isdisjoint(_line_forms(blocks)[i]):
            yield Finding(i, "the article's title", sure)
    for i, block in enumerate(blocks):
        if block.heading == 1 and not blocks.main and known.intersection(_forms([block.text])):
            yield Finding(i, "the article's title, as the page's first heading")  # a page without prose
    plain = _plain(blocks)
    for i in range(blocks.main.stop or len(blocks), len(blocks)):
        if plain[i] in known:
            yield Finding(i, "the article's title again", min(sure, 0.9))


def title_of(blocks: Blocks) -> str | None:
    """The title that a text document gives by repeating it above the text; None where nothing is repeated."""
    found = [i for i in _above(blocks) if _plain(blocks)[i] in _repeated(blocks)]
    return blocks[found[-1]].text.strip() if found else None


@once
def _known(blocks: Blocks) -> frozenset[str]:
    return frozenset({*_forms(blocks.titles), *_repeated(blocks)})


def _shape(folded: str) -> str:
    """A line without outer punctuation; its numbers stay, because lists repeat lines that differ in them."""
    return single_spaced(inner(folded))


@once
def _plain(blocks: Blocks) -> tuple[str, ...]:
    shapes = zip(blocks.folded, blocks.bare, blocks.numbered, strict=True)
    return tuple(_shape(text) if numbered else bare for text, bare, numbered in shapes)


def _forms(titles: Iterable[str]) -> Iterator[str]:
    """The shapes in which a title may stand: whole, and without the site's name before or behind."""
    low, _ = TITLE_WORDS
    for title in titles:
        yield _shape(fold(title))
        cuts = list(SITE.finditer(title)) if len(title) <= LONGEST_CHARS else []
        for cut in {*cuts[:CUTS], *cuts[-CUTS:]}:
            for part in (title[: cut.start()], title[cut.end() :]):
                if len(part.split()) > low and len(part) * 2 > len(title):
                    yield _shape(fold(part))


@once
def _repeated(blocks: Blocks) -> frozenset[str]:
    """Title-like lines above the text that stand there again, alone or before the site's name."""
    shapes = [_plain(blocks)[i] for i in _above(blocks) if headline(blocks, i)]
    once_more = {shape for shape, times in Counter(shapes).items() if times > 1}
    below = set(_plain(blocks)[blocks.main.stop :])
    again = {shape for shape in shapes if shape in once_more or shape in below}
    return _named(blocks) or frozenset(again if len(again) <= MANY else ())


@once
def _named(blocks: Blocks) -> frozenset[str]:
    """Title-like lines above the text that stand there again with the site's name."""
    lines = [i for i in _above(blocks) if headline(blocks, i)]
    forms = {form for i in lines for form in _line_forms(blocks)[i] if form != _line_forms(blocks)[i][0]}
    return frozenset(forms.intersection(_plain(blocks)[i] for i in lines))


@once
def _told(blocks: Blocks) -> bool:
    """Whether the text speaks of what a line given twice above it says, as it does of its title."""
    said = [{stem for word in line.split() for stem in STEM.findall(word)} for line in _repeated(blocks)]
    if not said:
        return False
    prose = [blocks.folded[i] for i in blocks.main if blocks.prose[i]][:OPENING]
    told = {stem for text in prose for word in text.split() for stem in STEM.findall(word)}
    return any(len(told & stems) >= AGAIN for stems in said)


@once
def _line_forms(blocks: Blocks) -> dict[int, tuple[str, ...]]:
    """The forms of the lines above the text: first whole, then without what may be the site's name."""
    return {i: tuple(_forms([blocks[i].text])) for i in _above(blocks)}


@once
def _start(blocks: Blocks) -> int:
    """The first line of the text."""
    return blocks.main.start if blocks.main else len(blocks)


def _above(blocks: Blocks) -> range:
    start = _start(blocks)
    return range(max(0, start - HEAD_LINES), min(start + 1, len(blocks))) if blocks.main else range(0)
