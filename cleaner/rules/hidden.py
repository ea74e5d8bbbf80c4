"""Hidden: what a browser would not show."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding


def hidden(blocks: Blocks) -> Iterator[Finding]:
    """Blocks of an HTML page that a browser would not show.

    Drops: blocks under `hidden` or a style that hides them; long prose only with a
    second reason, for some pages show their article by script.
    Keeps: all that is visible, and all flattened text.
    """
    for i, block in enumerate(blocks):
        if block.hidden:
            yield Finding(i, "a browser would not show it", 0.45 if blocks.prose[i] else 1.0)
