"""Lines that recur on the document's site, as a profile learned from many of its documents says."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

# A line in this share of a site's documents is certainly boilerplate; in a tenth, on most sites.
FULL_STRENGTH_SHARE = 0.3
MIN_STRENGTH = 0.7


@rule("chrome", CERTAIN, group=None, traits=("trafilatura-often-keeps",))
def site_line(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines that many documents of the same site hold. Only with `--profile`, which `cleaner learn` makes.

    Drops: a line whose shape (numbers aside) stands in at least three of the site's documents and a tenth of
    them.
    Keeps: everything on a site the profile does not know, what several versions of one document share,
    headings, cells of tables, and lines without a letter.
    """
    if blocks.site is None:
        return
    for i, template in enumerate(blocks.templates):
        is_structure = blocks[i].heading or blocks[i].table_row >= 0  # “Results” heads a part of every paper
        share = blocks.site.document_share(template) if template and not is_structure else 0.0
        if share:
            strength = min(1.0, MIN_STRENGTH + (1 - MIN_STRENGTH) * share / FULL_STRENGTH_SHARE)
            yield Finding(i, f"stands in {share:.0%} of the documents of this site", strength)
