"""Readers' comments that the user wants to keep: the model's cuts in what a page itself calls its comments.

With `--comments keep` marks of the rule `comments` do not count, but most comments have none: they are
removed because the model finds no article there. The names of their elements show what they are.
"""

from __future__ import annotations

from itertools import takewhile

from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import MODEL_CODE
from cleaner.document import Block, Verdict
from cleaner.model.dom_features import CLASS_GROUPS, class_groups_of
from cleaner.rules import POSITION_ONLY_CODES

COMMENT_GROUP = CLASS_GROUPS.index("comment")
# Reasons that go by where a block is, not by what it says: a button among comments goes by its own rule.
REASONS_BY_POSITION = POSITION_ONLY_CODES | {MODEL_CODE}


def keep_comment_blocks(evidence: Evidence, decision: Decision) -> Decision:
    """Under `--comments keep` blocks of comments that were removed for their position come back."""
    if evidence.settings.comments != "keep" or evidence.blocks.doc.kind != "html":
        return decision
    verdicts = map(_with_comment_kept, evidence.blocks, decision.verdicts)
    return decision._replace(verdicts=tuple(verdicts))


def _with_comment_kept(block: Block, verdict: Verdict) -> Verdict:
    if verdict.code not in REASONS_BY_POSITION or block.hidden or not _is_in_comments(block):
        return verdict
    return verdict.kept()


def _is_in_comments(block: Block) -> bool:
    """Whether an element around it, the page as a whole aside, is named after comments."""
    inner_steps = takewhile(lambda step: not step.startswith(("body", "html")), reversed(block.path))
    return any(COMMENT_GROUP in class_groups_of(step) for step in inner_steps)
