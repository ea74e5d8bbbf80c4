"""RULES, in order, is the table of contents; then one file a rule.

A rule looks at all blocks and yields findings: opinions, never decisions. Its code is its function's name
with hyphens, and names its file, its case file in `fixtures/rules` and its phrase list in
`cleaner/data/phrases`. Its docstring is its manual page: what it drops, what it keeps.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cleaner.document import Label, Mark
from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.codes import OTHER
from cleaner.rules.interstitial_ad import interstitial_ad

# What a finding of strength 1 is worth, in nats of log-odds that the block is not main content, set by
# hand until they are fitted. The judge starts every block at -4.
CERTAIN = 12.0  # decides alone, whatever the page looks like
STRONG = 8.0  # decides alone, unless something speaks for the block
FAIR = 5.0  # decides alone on a page with certain boilerplate elsewhere, not on one that looks clean
WEAK = 2.5  # needs a second opinion
FOR_BODY = -6.0  # speaks for the block


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the judge knows it. Calling it gives its marks."""

    look: Callable[[Blocks], Iterable[Finding]]
    label: Label
    weight: float

    @property
    def code(self) -> str:
        """The reason code, e.g. `share-bar`."""
        return self.look.__name__.replace("_", "-")

    @property
    def manual(self) -> str:
        """The manual page: the rule's docstring."""
        return inspect.cleandoc(self.look.__doc__ or "")

    def __call__(self, blocks: Blocks) -> Iterator[Mark]:
        for block, why, strength, span in self.look(blocks):
            raw = blocks[block].locate(*span) if span else None
            yield Mark(block, self.code, self.label, strength, why, raw)


RULES: tuple[Rule, ...] = (
    Rule(interstitial_ad, "ad", CERTAIN),
)
BY_CODE = {rule.code: rule for rule in RULES}


def manual(code: str) -> str:
    """The manual page of any code that an edit, a cut or a failure can carry. KeyError if there is none."""
    return BY_CODE[code].manual if code in BY_CODE else OTHER[code].manual


def catalogue() -> list[tuple[str, str, str]]:
    """(label, code, one line) for every code, rules first in their order."""
    rules = [(rule.label, rule.code, rule.manual.splitlines()[0]) for rule in RULES]
    return [*rules, *((other.label, code, other.manual.splitlines()[0]) for code, other in OTHER.items())]
