"""Share bars: buttons that share an article or follow its site, with their counters."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout, phrase_lines

# What follows `Follow us on …` in an invitation: a name or two. Longer ones are sentences.
INVITATION_WORDS = 14


def share_bar(blocks: BlockIndex) -> Iterator[Finding]:
    """Buttons to share the article or follow the site, and their counters.

    Drops: a line of share words and platform names alone (`Share Tweet Pin Email`, `0FansLike`), a short
    invitation such as `Follow us on` with a name.
    Keeps: a sentence about a platform, an instruction on how to share something, one platform's name as a
    heading.
    """
    for i, sure in phrase_lines(blocks, "share-bar"):
        yield Finding(i, f"share or follow buttons: “{blocks[i].text}”", sure)
    shape = layout(blocks)
    for hit in blocks.phrase_hits("share-bar", "start"):
        if blocks.words[hit.block] <= INVITATION_WORDS:
            sure = 0.9 if shape.outside(hit.block) or not blocks.ends_sentence[hit.block] else 0.5
            yield Finding(hit.block, "an invitation to share or follow", sure)
