"""Outskirts: what stands before and after the article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.layout import layout

# Beside the article stand its title, its sub-headings, its last list entry.
NEAR = 2


def outskirts(blocks: Blocks) -> Iterator[Finding]:
    """Lines and short paragraphs before or after the run of prose that is the article.

    Drops: where a page has other boilerplate, what stands from the third line before the first paragraph
    upwards, and from the third behind the last one downwards.
    Keeps: the lines next to the article, long paragraphs, everything on a page that is not one article.
    """
    shape = layout(blocks)
    main = shape.main
    if not shape.article:
        return
    for i in (*range(main.start), *range(main.stop, len(blocks))):
        far = max(main.start - i, i - main.stop + 1)
        said = shape.paragraph[i] or blocks.ends[i]
        if far > NEAR or not said:
            where = "before" if i < main.start else "behind"
            yield Finding(i, f"{far} lines {where} the article", 1.0 if far > NEAR else 0.7)
