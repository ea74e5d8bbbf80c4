"""Blocks of a page that another extractor left out of the article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.overlap import reference_overlap
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import REFERENCE_WEIGHT

# Below this share trafilatura's text holds something similar, such as a name that the block repeats.
MIN_INSIDE_SHARE = 0.85


@rule("chrome", REFERENCE_WEIGHT, group=None, traits=("reads-reference", "place", "position-only"))
def outside_main(blocks: BlockIndex) -> Iterator[Finding]:
    """Blocks of an HTML page that trafilatura does not take for the article.

    Drops: a block of whose letters trafilatura's text holds less than 85%, for sure below a half; copies of a
    block beyond those that it holds.
    Keeps: everything where trafilatura was not asked, gave no answer, or found only a corner of the page;
    text documents.
    """
    for i, share in enumerate(reference_overlap(blocks) or ()):
        if share < MIN_INSIDE_SHARE:
            why = f"trafilatura's article holds {share:.0%} of the block"
            yield Finding(i, why, min(1.0, 2 * (1 - share)))
