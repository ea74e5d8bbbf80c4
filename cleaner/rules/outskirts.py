"""Outskirts: short lines before and after the article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.layout import layout

# With fewer paragraphs than these a page may be no article at all: a product, a list, a form.
PARAGRAPHS = 3
# Beside the article stand its title, its sub-headings, its last list entry.
NEAR = 2
LONGEST = 25


def outskirts(blocks: Blocks) -> Iterator[Finding]:
    """Lines without the end of a sentence before or after the run of prose that is the article.

    Drops: where a page has other boilerplate, such lines from the third before the first paragraph
    upwards, and from the third behind the last one downwards.
    Keeps: the lines next to the article, everything on a page with fewer than three paragraphs, sentences.
    """
    shape = layout(blocks)
    main = shape.main
    if sum(shape.paragraph[i] for i in main) < PARAGRAPHS:
        return
    for i in (*range(main.start), *range(main.stop, len(blocks))):
        if not blocks.ends[i] and not shape.paragraph[i] and blocks.words[i] <= LONGEST:
            far = main.start - i if i < main.start else i - main.stop + 1
            sure = 1.0 if far > NEAR else 0.7
            yield Finding(i, f"a short line {far} lines {'before' if i < main.start else 'behind'} the article", sure)
