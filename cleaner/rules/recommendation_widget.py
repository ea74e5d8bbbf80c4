"""Widgets that recommend paid links: their headings, and their text where it ran into a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import phrase_lines
from cleaner.analysis.phrases import Hit

# The longest advertised headline seen between the widget's words and its `Undo` held 25 words.
HEADLINE = re.compile(r"(?:\s*+\S++){0,30}?\s*+\bUndo\b(?:\s+This will apply to all similar content)?")
HEADLINE_CHARACTERS = 300
JOINT = re.compile(r"[\s|·•,:\-–—]*\Z")


def recommendation_widget(blocks: BlockIndex) -> Iterator[Finding]:
    """Headings of paid recommendations, and such widgets inside a paragraph.

    Drops: lines such as `Recommended by Outbrain` and `From our partners`; in a paragraph a run of
    `by Taboola Sponsored Links You May Like` with the advertised headline up to its `Undo`, and where there
    is no `Undo` the widget's own words.
    Keeps: a sentence that names such a company, the sentences around a widget.
    """
    for i, sure in phrase_lines(blocks, "recommendation-widget"):
        yield Finding(i, "the heading of a recommendation widget", sure)
    for i, hits in groupby(blocks.phrase_hits("recommendation-widget", "span"), key=lambda hit: hit.block):
        for start, end, count in _clusters(blocks[i].text, hits):
            span = _cut(blocks[i].text, start, end, count)
            if span:
                yield Finding(i, "a recommendation widget inside the paragraph", 1.0, span)


def _clusters(text: str, hits: Iterator[Hit]) -> Iterator[tuple[int, int, int]]:
    """Runs of widget words with nothing between them: start, end, how many."""
    start, end, count = 0, 0, 0
    for hit in hits:
        if count and hit.start <= end + 3 and JOINT.match(text[end : hit.start]):
            end, count = max(end, hit.end), count + 1
        else:
            if count:
                yield start, end, count
            start, end, count = hit.start, hit.end, 1
    if count:
        yield start, end, count


def _cut(text: str, start: int, end: int, count: int) -> tuple[int, int] | None:
    headline = HEADLINE.match(text[end : end + HEADLINE_CHARACTERS])
    capital = text[start].isupper() or text[start : start + 3] == "by "
    if headline and capital:
        return start, end + headline.end()
    if count > 1 and capital:
        return start, end
    return None
