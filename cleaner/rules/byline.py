"""Bylines: lines that name who wrote, edited or photographed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.line_types import at_edge, head, names

# "By Maria de la Cruz, Senior Correspondent, and Jan van Dijk in Rotterdam" holds twelve words.
LONGEST = 14
LONGEST_CHARS = 200
# Words that also begin sentences: what follows must be names, and nothing else.
PREPOSITION = re.compile(
    r"(?:by|von|par|por|di|da|door|przez|autor|автор|av|af|od|yazan|szerző|de|oleh|από|του|text|words)[:.]?(?:\s+|$)"
)
# Behind a name on the same line: a job, an outlet, a date, a place.
AFTER_NAME = re.compile(r"[|•·/;]|,\s|\s-\s|\s–\s|\s—\s|\d| \(| for the | on \w+day| in [A-Z]")


def byline(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines that name the author, editor or photographer.

    Drops: `By Jane Doe, Staff Writer`, `Reporting by …; Editing by …`, `Von …`, `Par …`, `記者`, in a short
    line that is no sentence, in the head or tail of the article; credits with a clear word anywhere.
    Keeps: sentences (`By Tuesday the river had risen`), names in running text, a speaker's name.
    """
    sure = {hit.block: hit.end for hit in blocks.phrase_hits("byline", "start")}
    for i, text in enumerate(blocks.folded):
        if blocks.words[i] > LONGEST or not 0 < len(text) <= LONGEST_CHARS:
            continue
        if i in sure and _credit(blocks, i, sure[i]):
            yield Finding(i, f"a credit: “{blocks[i].text[: sure[i]]}”", 1.0 if at_edge(blocks, i) else 0.85)
        elif (start := PREPOSITION.match(text)) and at_edge(blocks, i):
            yield from _by(blocks, i, start.end())


def _credit(blocks: BlockIndex, i: int, end: int) -> bool:
    """Whether names, or nothing, follow a phrase such as “written by”."""
    rest = blocks[i].text[end:].lstrip(" :：|/-–—")
    return not rest or (
        names(_before(rest)) and not (blocks.ends_sentence[i] and blocks.words[i] > LONGEST - 2)
    )


def _by(blocks: BlockIndex, i: int, end: int) -> Iterator[Finding]:
    """“By Jane Doe” on one line, or “By” and the name below it."""
    rest = blocks[i].text[end:].strip()
    if rest:
        if not blocks.ends_sentence[i] and rest[0].isupper() and names(_before(rest), 6):
            yield Finding(i, f"only a name stands behind “{blocks[i].text[:end].strip()}”", 0.9)
        return
    if i + 1 in head(blocks) and blocks.words[i + 1] <= 5 and _person(blocks[i + 1].text):
        yield Finding(i, "a name follows", 0.9)
        yield Finding(i + 1, f"a name behind “{blocks[i].text.strip()}”", 0.9)


def _before(rest: str) -> str:
    """The names at the start of `rest`: what follows a separator is a job, a date or a place."""
    cut = AFTER_NAME.search(rest)
    return rest[: cut.start()] if cut and cut.start() > 1 else rest


def _person(text: str) -> bool:
    return names(text, 5) and not text.rstrip().endswith((".", "!", "?", ":"))
