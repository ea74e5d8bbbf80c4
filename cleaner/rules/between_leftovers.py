"""What stands between the leftovers of a page: buttons, counters and promotions that say little alone."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.leftovers import between_leftovers as lines_between_leftovers
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN


@rule("chrome", CERTAIN, group="chrome")
def between_leftovers(blocks: BlockIndex) -> Iterator[Finding]:
    """Buttons and counters beside a line that is surely the page's, and promotions between two of them.

    Drops: `Share` beside `3.4k shares`; `Apply for a card in a few taps` between the offer of a newsletter
    and `Sponsored by …`.
    Keeps: paragraphs, sentences that ask nothing of the reader, a heading that is one such word.
    """
    for i in sorted(lines_between_leftovers(blocks)):
        yield Finding(i, "it stands with other lines that are the page's", 0.8)
