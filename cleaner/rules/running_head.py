"""Running heads: the head or foot of a printed page between the lines of its text."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.running_heads import running_heads
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN


@rule("chrome", CERTAIN, group="chrome", traits=("place",))
def running_head(blocks: BlockIndex) -> Iterator[Finding]:
    """The heads and feet of a printed page, and its number, between the lines of a text from a PDF.

    Drops: the same words with a number that grows from page to page (`REPORT ON THE FERRY  Page 4`), two
    of them if `Page` says what the number is, three if they break sentences or stand apart from their
    number; numbers alone that break sentences and grow by one.
    Keeps: `Chapter 3`, `Step 2`, `Figure 4`; numbered lists; the years of a chronicle; verse.
    """
    for i in sorted(running_heads(blocks)):
        yield Finding(i, "the head or foot of a printed page, with its number")
