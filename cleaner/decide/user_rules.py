"""A user's own rules, where they are sure: what they find goes or stays, whatever anyone else says."""

from __future__ import annotations

from collections import defaultdict

from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import nothing_left
from cleaner.decide.policy import mark_weight
from cleaner.document import Block, Mark, Verdict


def apply_user_rules(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with the user's own on every block in which a strong rule of theirs found something."""
    if not evidence.user_marks:
        return decision
    marks_by_block: dict[int, list[Mark]] = defaultdict(list)
    for mark in evidence.user_marks:
        marks_by_block[mark.block].append(mark)
    verdicts = list(decision.verdicts)
    for i, marks in marks_by_block.items():
        verdicts[i] = _with_user_marks(verdicts[i], marks, evidence.blocks[i])
    return decision._replace(verdicts=tuple(verdicts))


def _with_user_marks(verdict: Verdict, marks: list[Mark], block: Block) -> Verdict:
    """Of a rule that keeps and one that drops the one that keeps; a block that goes needs no cuts."""
    whole = sorted((mark for mark in marks if mark.span is None), key=lambda mark: mark.label != "body")
    if whole:
        first = whole[0]
        return Verdict(first.label, mark_weight(first), (*whole, *verdict.marks))
    cuts = tuple(mark for mark in marks if mark.span is not None)
    if verdict.label != "body":
        return verdict
    if nothing_left(block, (*verdict.cuts, *cuts)):
        return Verdict(cuts[0].label, mark_weight(cuts[0]), (*cuts, *verdict.marks))
    return verdict._replace(cuts=(*verdict.cuts, *cuts))
