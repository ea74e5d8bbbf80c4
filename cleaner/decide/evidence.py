"""What every pass reads and gives: all that is known about a document, and what was decided so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.decide.own_lines import own_marks
from cleaner.decide.policy import Policy, policy_for
from cleaner.document import Mark, Verdict, tag_of
from cleaner.reading.head import Head
from cleaner.settings import Settings
from cleaner.user_rules import has_last_word

if TYPE_CHECKING:
    from cleaner.model.classifier import Prediction

Note = Literal["paywall", "consent", "no-article", "several-articles", "large-cut"]


class Decision(NamedTuple):
    """One verdict a block, in their order; `note` names what stands in the article's place, or what is
    doubtful about the decision, if anything."""

    verdicts: tuple[Verdict, ...]
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about one document. Nothing in here is a decision.

    Attributes:
        blocks: the document's blocks with what rules look up about them.
        marks: the rules' opinions, those of switched-off codes included.
        prediction: what the model says; None for a document that is too large for it.
        policy: how far rules and model are believed on such a document.
        switched_off: codes that the user's settings switch off.
        kept_blocks: indices of blocks that a switched-off code marks whole: they are to stay.
        code_blocks: indices of blocks that are lines of program code.
        own_marks: the (block, code) of marks on lines that a text has of its own (`own_lines.py`).
        head: what the page's head declares; empty for text.
        user_marks: the opinions of the user's own rules that have the last word; weaker ones are in `marks`.
    """

    blocks: BlockIndex
    marks: Sequence[Mark]
    prediction: Prediction | None
    settings: Settings
    policy: Policy
    switched_off: frozenset[str]
    kept_blocks: frozenset[int]
    code_blocks: frozenset[int]
    own_marks: frozenset[tuple[int, str]] = frozenset()
    head: Head = field(default_factory=Head)
    user_marks: Sequence[Mark] = ()


def gather_evidence(
    blocks: BlockIndex,
    marks: Sequence[Mark],
    prediction: Prediction | None,
    settings: Settings,
    head: Head | None = None,
    user_marks: Sequence[Mark] = (),
) -> Evidence:
    """Everything that the passes ask for, looked up once."""
    marks = [*marks, *(mark for mark in user_marks if not has_last_word(mark))]
    switched_off = switched_off_codes(settings)
    active = [mark for mark in marks if mark.code not in switched_off]
    own = own_marks(blocks, active)
    kept = (mark.block for mark in marks if mark.code in switched_off and mark.span is None)
    return Evidence(
        blocks,
        marks,
        prediction,
        settings,
        policy_for(blocks, active, prediction, settings.favor, own),
        switched_off,
        frozenset(kept),
        frozenset(_code_blocks(blocks)),
        own.unheard,
        head or Head(),
        [mark for mark in user_marks if has_last_word(mark)],
    )


def switched_off_codes(settings: Settings) -> frozenset[str]:
    """The codes that the user's settings switch off."""
    choices = {"caption": settings.captions, "comments": settings.comments}
    return frozenset(code for code, choice in choices.items() if choice == "keep")


def _code_blocks(blocks: BlockIndex) -> Iterable[int]:
    """The blocks that are lines of code. Most pages hold none, as the steps of their paths show."""
    if not any(tag_of(step) == "pre" for step in blocks.path_steps):
        return ()
    return (i for i, block in enumerate(blocks) if block.preformatted)
