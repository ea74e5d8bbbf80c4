"""Prose: the rule that speaks for a block."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout

FULL_WORDS = 40


def prose(blocks: BlockIndex) -> Iterator[Finding]:
    """Paragraphs, which weigh against opinions that rest on layout alone.

    Drops: nothing; it speaks for long sentences, and more for those inside the article.
    Keeps: paragraphs that only fair or weak opinions speak against, never those a certain one does.
    """
    shape = layout(blocks)
    for i, piece in enumerate(shape.paragraph):
        if piece:
            sure = min(1.0, blocks.words[i] / FULL_WORDS) if blocks.prose[i] else 0.5
            yield Finding(i, "reads like a paragraph", sure if i in shape.main else sure / 2)
