"""Interstitial ads: lines set between the paragraphs of an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.layout import layout, phrase_lines

# A line that breaks an article this often is not its author's: a refrain stands in verse, not in prose.
REPEATS = 3
LONGEST = 8
REFRAIN = 0.7
# The sub-heads of a list of products recur as well; they are not in capitals.
SUBHEAD = 0.3
# Words like `Annonce` that stand alone under the first paragraph of a short page: the same line again, or
# other page furniture, makes it sure; a heading of one word is rarely one of these.
LONE = 0.6


def interstitial_ad(blocks: Blocks) -> Iterator[Finding]:
    """Lines that announce an advertisement between paragraphs.

    Drops: a line that consists of such words alone (`Advertisement`, `Story continues below this ad`,
    `Anzeige`), and any short line in capitals without punctuation that stands three times or more
    between paragraphs of prose.
    Keeps: a sentence about advertising, a refrain, a heading that stands once or twice.
    """
    found = dict(phrase_lines(blocks, "interstitial-ad"))
    for i, sure in found.items():
        yield Finding(i, f"the line announces an advertisement: “{blocks[i].text}”", max(sure, LONE))
    for where in _repeated(blocks).values():
        if all(_between(blocks, i) for i in where) and not found.keys() & set(where):
            why = f"a short line that stands {len(where)} times between paragraphs"
            sure = REFRAIN if blocks[where[0]].text.isupper() and blocks.words[where[0]] > 1 else SUBHEAD
            yield from (Finding(i, why, sure) for i in where)


def _repeated(blocks: Blocks) -> dict[str, list[int]]:
    """Where the short lines stand that the document repeats between its first and last paragraph."""
    where: dict[str, list[int]] = defaultdict(list)
    for i in blocks.main:
        line = blocks.folded[i]  # not its shape: the dates over the entries of a diary share one
        if blocks.repeats[blocks.bare[i]] >= REPEATS and blocks.words[i] <= LONGEST and not blocks.ends[i]:
            where[line].append(i)
    return {line: at for line, at in where.items() if len(at) >= REPEATS}


def _between(blocks: Blocks, i: int) -> bool:
    paragraph = layout(blocks).paragraph
    return not paragraph[i] and paragraph[i - 1] and paragraph[i + 1]
