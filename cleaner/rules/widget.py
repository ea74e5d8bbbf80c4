"""Widgets: what players, sliders, polls and reading aids leave in the text."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout, phrase_lines

MESSAGE_WORDS = 40


def widget(blocks: BlockIndex) -> Iterator[Finding]:
    """Labels and messages of players, sliders, polls, font and print buttons, loaders; bare alt texts.

    Drops: lines of such words alone (`Play video`, `Loading…`, `logo`, `0 seconds of 1 minute`), fallback
    messages (`Your browser does not support the video tag.`).
    Keeps: a sentence about a video or a browser, such a word as a heading or a list entry of the article.
    """
    for i, sure in phrase_lines(blocks, "widget"):
        yield Finding(i, f"a label of a player, poll or picture: “{blocks[i].text}”", sure)
    shape = layout(blocks)
    for hit in blocks.phrase_hits("widget", "start"):
        i = hit.block
        if blocks.words[i] <= MESSAGE_WORDS:
            edge = shape.outside(i) or not blocks.ends_sentence[i] or shape.company(i)
            inside = 0.25 if shape.paragraph[i] else 0.5
            yield Finding(i, "a message or label of a widget", 0.8 if edge else inside)
