"""Widgets that recommend paid links: their headings, and their text where it ran into a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import scored_phrase_lines
from cleaner.analysis.phrases import Hit
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

# The longest advertised headline seen between the widget's words and its `Undo` held 25 words.
HEADLINE_TO_UNDO = re.compile(
    r"(?:\s*+\S++){0,30}?\s*+\bUndo\b(?:\s+This will apply to all similar content)?"
)
MAX_HEADLINE_CHARS = 300
BETWEEN_PHRASES = re.compile(r"[\s|·•,:\-–—]*\Z")


@rule("ad", CERTAIN, group="ad", traits=("trafilatura-often-keeps",))
def recommendation_widget(blocks: BlockIndex) -> Iterator[Finding]:
    """Headings of paid recommendations, and such widgets inside a paragraph.

    Drops: lines such as `Recommended by Outbrain` and `From our partners`; in a paragraph a run of
    `by Taboola Sponsored Links You May Like` with the advertised headline up to its `Undo`, and where there
    is no `Undo` the widget's own words.
    Keeps: a sentence that names such a company, the sentences around a widget.
    """
    for i, strength in scored_phrase_lines(blocks, "recommendation-widget"):
        yield Finding(i, "the heading of a recommendation widget", strength)
    for i, hits in groupby(blocks.phrase_hits("recommendation-widget", "span"), key=lambda hit: hit.block):
        for start, end, n_phrases in _phrase_clusters(blocks[i].text, hits):
            span = _span_to_cut(blocks[i].text, start, end, n_phrases)
            if span:
                yield Finding(i, "a recommendation widget inside the paragraph", 1.0, span)


def _phrase_clusters(text: str, hits: Iterator[Hit]) -> Iterator[tuple[int, int, int]]:
    """Runs of widget words with nothing between them: start, end, how many."""
    start, end, n_phrases = 0, 0, 0
    for hit in hits:
        if n_phrases and hit.start <= end + 3 and BETWEEN_PHRASES.match(text[end : hit.start]):
            end, n_phrases = max(end, hit.end), n_phrases + 1
        else:
            if n_phrases:
                yield start, end, n_phrases
            start, end, n_phrases = hit.start, hit.end, 1
    if n_phrases:
        yield start, end, n_phrases


def _span_to_cut(text: str, start: int, end: int, n_phrases: int) -> tuple[int, int] | None:
    headline = HEADLINE_TO_UNDO.match(text[end : end + MAX_HEADLINE_CHARS])
    starts_like_widget = text[start].isupper() or text[start : start + 3] == "by "
    if headline and starts_like_widget:
        return start, end + headline.end()
    if n_phrases > 1 and starts_like_widget:
        return start, end
    return None
