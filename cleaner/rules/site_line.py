"""Lines that recur on the document's site, as a profile learned from many of its documents says."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding

# A line in this share of a site's documents is furniture beyond doubt; in a tenth, on most sites.
SURELY = 0.3
LEAST = 0.7


def site_line(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines that many documents of the same site hold. Only with `--profile`, which `cleaner learn` makes.

    Drops: a line whose shape (numbers aside) stands in at least three of the site's documents and a tenth of
    them.
    Keeps: everything on a site the profile does not know, what several versions of one document share,
    headings, cells of tables, and lines without a letter.
    """
    if blocks.site is None:
        return
    for i, shape in enumerate(blocks.templates):
        structure = blocks[i].heading or blocks[i].table_row >= 0  # “Results” heads a part of every paper
        share = blocks.site.share(shape) if shape and not structure else 0.0
        if share:
            strength = min(1.0, LEAST + (1 - LEAST) * share / SURELY)
            yield Finding(i, f"stands in {share:.0%} of the documents of this site", strength)
