"""Program code inside an article stays with the article: neither model nor trafilatura reads code well."""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.analysis.layout import true_runs
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import MODEL_CODE, UNMARKED

# So many blocks may lie between a listing and the paragraph before or after it: its title, its buttons.
MAX_DISTANCE = 8
# What says of code that it is no main content without having seen a reason in its place on the page.
DOUBTFUL_CODES = frozenset((MODEL_CODE, "outside-main"))


def keep_code_listings(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with each listing between two paragraphs that stay, or below the last one in the same
    element, as a whole; not where a browser would not show it, or another rule removed it."""
    if not evidence.code_blocks or evidence.blocks.doc.kind != "html":
        return decision
    verdicts = list(decision.verdicts)
    is_code = [i in evidence.code_blocks for i in range(len(evidence.blocks))]
    for run in true_runs(is_code):
        if _is_in_article(evidence, decision, run):
            for i in run:
                if verdicts[i].code in DOUBTFUL_CODES and not evidence.blocks[i].hidden:
                    verdicts[i] = UNMARKED._replace(marks=verdicts[i].marks)
    return decision._replace(verdicts=tuple(verdicts))


def _is_in_article(evidence: Evidence, decision: Decision, run: Sequence[int]) -> bool:
    blocks, verdicts = evidence.blocks, decision.verdicts
    before = _nearest_prose(evidence, run[0] - 1, -1)
    after = _nearest_prose(evidence, run[-1] + 1, 1)
    if before is None or verdicts[before].code:
        return False
    if after is not None and not verdicts[after].code:
        return True
    container = blocks[before].path[:-1]
    return blocks[run[0]].path[: len(container)] == container


def _nearest_prose(evidence: Evidence, i: int, step: int) -> int | None:
    """The first paragraph from block `i` on, passing over other listings; None where it is too far away."""
    blocks, passed = evidence.blocks, 0
    while 0 <= i < len(blocks) and passed <= MAX_DISTANCE:
        if i not in evidence.code_blocks:
            if blocks.prose[i]:
                return i
            passed += 1
        i += step
    return None
