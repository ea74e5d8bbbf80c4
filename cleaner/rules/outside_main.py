"""Blocks of a page that another extractor left out of the article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.votes import votes

# Below this share the witness may have shortened or joined the block; above it, it holds most of it.
MOST = 0.5


def outside_main(blocks: Blocks) -> Iterator[Finding]:
    """Blocks of an HTML page that trafilatura does not take for the article.

    Drops: a block of which trafilatura's text holds less than half; the less it holds, the stronger.
    Keeps: everything where trafilatura was not asked, gave no answer, or found only a corner of the page;
    text documents.
    """
    for i, share in enumerate(votes(blocks) or ()):
        if share < MOST and blocks.bare[i]:
            yield Finding(i, f"trafilatura's article holds {share:.0%} of the block", 1.0 - share)
