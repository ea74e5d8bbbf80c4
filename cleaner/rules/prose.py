"""Prose: the rule that speaks for a block."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import WEAKLY_PRO_BODY

FULL_STRENGTH_WORDS = 40


@rule("body", WEAKLY_PRO_BODY, group="prose")
def prose(blocks: BlockIndex) -> Iterator[Finding]:
    """Paragraphs, which weigh against opinions that rest on layout alone.

    Drops: nothing; it speaks for long sentences, and more for those inside the article.
    Keeps: paragraphs that only fair or weak opinions speak against, never those a certain one does.
    """
    layout = layout_of(blocks)
    for i, in_paragraph in enumerate(layout.is_paragraph):
        if in_paragraph:
            strength = min(1.0, blocks.words[i] / FULL_STRENGTH_WORDS) if blocks.prose[i] else 0.5
            yield Finding(
                i, "reads like a paragraph", strength if i in layout.article_range else strength / 2
            )
