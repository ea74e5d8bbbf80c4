"""Notes on where, when and how an article was published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.line_types import at_edge, names, tail

LONGEST = 60
# `Source: Agency` names a source in a few words; a sentence that starts so goes on.
SOURCE_WORDS = 12
# Heard on a page with other furniture only: a source that is no name may stand below a table.
UNSURE = 0.7
COLON = re.compile(r"\s*[:：]")


def publication_note(blocks: BlockIndex) -> Iterator[Finding]:
    """Notes on where an article first appeared, who supplied it, and what was corrected.

    Drops: `This article was first published on …`, `(With inputs from agencies)`, `Source: Agency`,
    notes of correction and syndication, in the head or tail of the article.
    Keeps: sentences about publications, a list of sources, an article about corrections.
    """
    found: dict[int, Finding] = {}
    for hit in blocks.phrase_hits("publication-note", "has"):
        if at_edge(blocks, hit.block) and blocks.words[hit.block] <= LONGEST:
            found[hit.block] = _note(blocks, hit.block, hit.start, hit.end)
    for hit in blocks.phrase_hits("publication-note", "start"):
        if at_edge(blocks, hit.block) and _source(blocks, hit.block, hit.end):
            note = _note(blocks, hit.block, hit.start, hit.end)
            plain = names(blocks[hit.block].text[hit.end :])
            found.setdefault(hit.block, note if plain else note._replace(strength=UNSURE))
    yield from (found[i] for i in sorted(found))


def _note(blocks: BlockIndex, i: int, start: int, end: int) -> Finding:
    why = f"a note on the publication: “{blocks[i].text[start:end].strip()}”"
    return Finding(i, why, 0.8 if blocks.prose[i] else 0.9)


def _source(blocks: BlockIndex, i: int, end: int) -> bool:
    """Whether a source follows behind a colon, and hardly more: one line, not a list of them."""
    if not COLON.match(blocks.folded[i], end) or blocks.words[i] > SOURCE_WORDS:
        return False
    return i in tail(blocks)
