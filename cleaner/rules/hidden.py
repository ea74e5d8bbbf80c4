"""Hidden: what a browser would not show."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

# Neither outweighs a vote for the block: of what was hidden and voted for on 200 pages of every type two
# thirds were main content, most of it in the tabs of shops.
HIDDEN_OFF_ARTICLE_STRENGTH = 0.6
HIDDEN_PROSE_STRENGTH = 0.45


@rule("chrome", CERTAIN, group=None, traits=("named-by-class", "place"))
def hidden(blocks: BlockIndex) -> Iterator[Finding]:
    """Blocks of an HTML page that a browser would not show.

    Drops: blocks under `hidden` or a style that hides them; long prose only with a second reason, for some
    pages show their article by script: that it stands on the page for all to see as well is one.
    Keeps: all that is visible; on a page that is not one article what trafilatura takes for its content,
    such as the tabs of a product; a short block that the model is sure of, such as a heading of that
    article; all flattened text.
    """
    hidden_blocks = [i for i, block in enumerate(blocks) if block.hidden]
    if not hidden_blocks:
        return
    strength = 1.0 if layout_of(blocks).is_single_article else HIDDEN_OFF_ARTICLE_STRENGTH
    visible_templates = {
        blocks.templates[i] for i, block in enumerate(blocks) if blocks.prose[i] and not block.hidden
    }
    for i in hidden_blocks:
        if blocks.prose[i] and blocks.templates[i] in visible_templates:
            yield Finding(i, "hidden, and shown elsewhere on the page")
        else:
            yield Finding(
                i, "a browser would not show it", HIDDEN_PROSE_STRENGTH if blocks.prose[i] else strength
            )
