"""Outskirts: what stands before and after the article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.analysis.phrases import codes_with_phrase_trait
from cleaner.analysis.running_heads import running_heads
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import FAIR

# Beside the article stand its title, its sub-headings, its last list entry.
MAX_NEAR_LINES = 2


@rule("chrome", FAIR, group="outskirts", traits=("position-only",))
def outskirts(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines and short paragraphs before or after the run of prose that is the article.

    Drops: where a page has other boilerplate, what stands from the third line before the first paragraph
    upwards, and from the third behind the last one downwards.
    Keeps: the lines next to the article, sentences behind it with nothing but advertisements and pointers
    between, long paragraphs, everything on a page that is not one article, and of a printed document with
    running heads.
    """
    layout = layout_of(blocks)
    article_range = layout.article_range
    if not layout.is_single_article or running_heads(blocks):
        return
    end = _end_of_article(blocks)
    for i in (*range(article_range.start), *range(end, len(blocks))):
        distance = max(article_range.start - i, i - end + 1)
        is_sentence = layout.is_paragraph[i] or blocks.ends_sentence[i]
        if distance > MAX_NEAR_LINES or not is_sentence:
            where = "before" if i < article_range.start else "behind"
            yield Finding(
                i, f"{distance} lines {where} the article", 1.0 if distance > MAX_NEAR_LINES else 0.7
            )


def _end_of_article(blocks: BlockIndex) -> int:
    """Behind the last sentence of the article: a short one may stand below the ad that ended the prose."""
    layout = layout_of(blocks)
    between_paragraphs = {
        hit.block
        for code in codes_with_phrase_trait("between-paragraphs")
        for hit in blocks.phrase_hits(code, "line", "start")
    }
    end = layout.article_range.stop
    for i in range(layout.article_range.stop, len(blocks)):
        if blocks.ends_sentence[i] and blocks.words[i] > 1:
            end = i + 1
        elif i not in between_paragraphs:
            break
    return end
