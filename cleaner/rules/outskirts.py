"""Outskirts: what stands before and after the article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout

# Beside the article stand its title, its sub-headings, its last list entry.
NEAR = 2
# What stands between the paragraphs of an article, and so between its last two.
BETWEEN = (
    "interstitial-ad",
    "read-also",
    "caption",
    "share-bar",
    "subscribe",
    "widget",
    "recommendation-widget",
)


def outskirts(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines and short paragraphs before or after the run of prose that is the article.

    Drops: where a page has other boilerplate, what stands from the third line before the first paragraph
    upwards, and from the third behind the last one downwards.
    Keeps: the lines next to the article, sentences behind it with nothing but advertisements and pointers
    between, long paragraphs, everything on a page that is not one article.
    """
    shape = layout(blocks)
    main = shape.main
    if not shape.article:
        return
    closing = _closing(blocks)
    for i in (*range(main.start), *range(closing, len(blocks))):
        far = max(main.start - i, i - closing + 1)
        said = shape.paragraph[i] or blocks.ends_sentence[i]
        if far > NEAR or not said:
            where = "before" if i < main.start else "behind"
            yield Finding(i, f"{far} lines {where} the article", 1.0 if far > NEAR else 0.7)


def _closing(blocks: BlockIndex) -> int:
    """Behind the last sentence of the article: a short one may stand below the ad that ended the prose."""
    shape = layout(blocks)
    between = {hit.block for code in BETWEEN for hit in blocks.phrase_hits(code, "line", "start")}
    end = shape.main.stop
    for i in range(shape.main.stop, len(blocks)):
        if blocks.ends_sentence[i] and blocks.words[i] > 1:
            end = i + 1
        elif i not in between:
            break
    return end
