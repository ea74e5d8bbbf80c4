"""What a rule is: a function that yields findings about blocks, and what judge and model know of it.

Everything about one rule stands in its own file: code, label, weight, the model's group, traits, manual page.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_forms import forms_of
from cleaner.document import Label, Mark

# The groups in which the fitted model reads the rules' marks, in the order of its columns: another order, or
# another group, needs a new fit.
ModelGroup = Literal[
    "ad",
    "chrome",
    "comments",
    "related",
    "teasers",
    "credit",
    "title",
    "caption",
    "links",
    "outskirts",
    "prose",
]
Trait = Literal[
    "reads-reference",  # its findings are those of trafilatura; none where trafilatura was not run
    "trafilatura-often-keeps",  # trafilatura takes such lines for the article, so its vote does not save them
    "named-by-class",  # goes by what a page calls the element (`nav`, `display:none`), which is often wrong
    "place",  # goes by a block's place on the page, not its words: holds for lines of code as well
    "position-only",  # goes by a block's distance from the article: says nothing against a reader's comment
    "heading",  # goes by words that also head a section of terms, of a manual or of a page of help
]


class Finding(NamedTuple):
    """What a rule says about one block: why, how surely (0 to 1), and where in the block if not of all of it.

    `span` counts in the block's text; `Rule` makes it offsets into the raw document.
    """

    block: int
    why: str
    strength: float = 1.0
    span: tuple[int, int] | None = None


# So much of a line is quoted in the reason for its cut.
MAX_QUOTED_CHARS = 60


def form_findings(blocks: BlockIndex, code: str, what: str) -> Iterator[Finding]:
    """A sure finding on each block that has a line form of `code` (`cleaner/data/forms`); `what` says what
    such lines are."""
    for i in forms_of(blocks, code):
        yield Finding(i, f"{what}, by words and place: “{blocks[i].text[:MAX_QUOTED_CHARS]}”")


FindFunction = Callable[[BlockIndex], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as pipeline, judge and model know it. Calling it gives its marks.

    Attributes:
        code: the reason code, e.g. `share-bar`; names the rule's file, its cases and its phrases.
        label: the label of its marks.
        weight: nats of log-odds that a block is not main content, for a mark of strength 1.
        group: under which heading the fitted model reads its marks; None where the model does not.
        traits: what the judge treats apart.
        find: the function.
    """

    code: str
    label: Label
    weight: float
    group: ModelGroup | None
    traits: frozenset[Trait]
    find: FindFunction

    @property
    def manual(self) -> str:
        """The manual page: the function's docstring."""
        return inspect.cleandoc(self.find.__doc__ or "")

    def __call__(self, blocks: BlockIndex) -> Iterator[Mark]:
        code, label = self.code, self.label
        for block, why, strength, span in self.find(blocks):
            raw_span = blocks[block].to_raw_span(*span) if span else None
            yield Mark(block, code, label, strength, why, raw_span)


def rule(
    label: Label, weight: float, *, group: ModelGroup | None, traits: Iterable[Trait] = ()
) -> Callable[[FindFunction], Rule]:
    """Makes a function a rule; its code is the function's name with hyphens."""

    def make(find: FindFunction) -> Rule:
        return Rule(find.__name__.replace("_", "-"), label, weight, group, frozenset(traits), find)

    return make
