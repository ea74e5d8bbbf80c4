"""Readers' comments that the user wants to keep: the model's cuts in what a page itself calls its comments.

With `--comments keep` the judge passes over the rule's marks, but most comments carry none: they go because
the model finds no article there. Their elements' names tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from cleaner.decide.judge import MODEL_CODE
from cleaner.document import Block, Document, Verdict
from cleaner.model.dom_features import CLASS_GROUPS, class_groups_of
from cleaner.settings import Settings

COMMENT_GROUP = CLASS_GROUPS.index("comment")
# Opinions on where a block stands, not on what it says: a button among comments goes by its own rule.
POSITION_ONLY_CODES = frozenset((MODEL_CODE, "outside-main", "outskirts", "related-section"))


def keep_comment_blocks(
    doc: Document, blocks: Sequence[Block], verdicts: tuple[Verdict, ...], settings: Settings
) -> tuple[Verdict, ...]:
    """The verdicts, with what only its place condemns in a page's comments put back if they are to stay."""
    if settings.comments != "keep" or doc.kind != "html":
        return verdicts
    return tuple(
        Verdict("body", min(verdict.score, 0.0), verdict.marks)
        if verdict.code in POSITION_ONLY_CODES and not block.hidden and _is_in_comments(block)
        else verdict
        for block, verdict in zip(blocks, verdicts, strict=True)
    )


def _is_in_comments(block: Block) -> bool:
    """Whether an element around it, the page as a whole aside, is named after comments."""
    inner_steps = takewhile(lambda step: not step.startswith(("body", "html")), reversed(block.path))
    return any(COMMENT_GROUP in class_groups_of(step) for step in inner_steps)
