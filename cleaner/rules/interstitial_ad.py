"""Interstitial ads: lines set between the paragraphs of an article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding

# A line that breaks an article this often is not its author's: a refrain stands in verse, not in prose.
REPEATS = 3
LONGEST = 8


def interstitial_ad(blocks: Blocks) -> Iterator[Finding]:
    """Lines that announce an advertisement between paragraphs.

    Drops: a line that consists of such words alone (`Advertisement`, `Story continues below this ad`,
    `Anzeige`), and any short line without punctuation that stands three times or more between paragraphs
    of prose.
    Keeps: a sentence about advertising, a refrain, a heading that stands once or twice.
    """
    found = set(blocks.lines("interstitial-ad"))
    for i in sorted(found):
        yield Finding(i, f"the line announces an advertisement: “{blocks[i].text}”")
    for i in blocks.main:
        if i not in found and _interrupts(blocks, i):
            times = blocks.repeats[blocks.bare[i]]
            yield Finding(i, f"a short line that stands {times} times between paragraphs", 0.7)


def _interrupts(blocks: Blocks, i: int) -> bool:
    line = blocks.bare[i]
    if not line or blocks.ends[i] or blocks.words[i] > LONGEST or blocks.repeats[line] < REPEATS:
        return False
    where = [k for k in blocks.main if blocks.bare[k] == line]
    return len(where) >= REPEATS and all(blocks.prose[k - 1] and blocks.prose[k + 1] for k in where)
