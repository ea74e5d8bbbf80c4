"""Hidden: what a browser would not show."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout

# Neither outweighs a vote for the block: of what was hidden and voted for on 200 pages of every type two
# thirds were main content, most of it in the tabs of shops.
TABS = 0.6
PROSE = 0.45


def hidden(blocks: BlockIndex) -> Iterator[Finding]:
    """Blocks of an HTML page that a browser would not show.

    Drops: blocks under `hidden` or a style that hides them; long prose only with a second reason, for some
    pages show their article by script: that it stands on the page for all to see as well is one.
    Keeps: all that is visible; on a page that is not one article what trafilatura takes for its content,
    such as the tabs of a product; a short block that the model is sure of, such as a heading of that
    article; all flattened text.
    """
    hidden = [i for i, block in enumerate(blocks) if block.hidden]
    if not hidden:
        return
    sure = 1.0 if layout(blocks).article else TABS
    seen = {blocks.templates[i] for i, block in enumerate(blocks) if blocks.prose[i] and not block.hidden}
    for i in hidden:
        if blocks.prose[i] and blocks.templates[i] in seen:
            yield Finding(i, "hidden, and shown elsewhere on the page")
        else:
            yield Finding(i, "a browser would not show it", PROSE if blocks.prose[i] else sure)
