"""Parts of an article that a page folds: answers to a list of questions, the rest below `Read more`, tabs.

A browser hides them until the reader asks, so `hidden` takes their short lines, and the model's doubt its
paragraphs. Of 770 labelled pages with hidden text six lost words of elements named for folding inside their
article, which is little to go by; on four these were the article's own, with six times as many words as on
the others. Most other hidden elements are forms, galleries, menus and copies.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import true_runs
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import FORM_AND_PLACE_CODES
from cleaner.document import tag_of

# Reasons that go by the hiding, by form and place, or by what trafilatura, which reads no hidden text, took.
DOUBTFUL_CODES = FORM_AND_PLACE_CODES | {"hidden", "outside-main"}
FOLD = re.compile(
    r"accordion|collaps|expand|(?:^|[-_.#])(?:panels?|tab-?pan\w*|tabs?|faqs?|answers?|toggle\w*|folded|foldable|more"
    r"|(?:read|show|see)-?more\w*|rmwr\w*|spoilers?)(?=[-_.#\d\s]|$)",
    re.IGNORECASE,
)
OTHER = re.compile(
    r"gallery|slide|carousel|(?<![a-z])forms?(?![a-z])|modal|dialog|popup|menu|(?<![a-z])nav|comment|share|social|log-?in"
    r"|cookie|consent|search|filter|(?<![a-z])cart|review|related|toolbar|subscri|newsletter|tooltip|video|player|promo"
    r"|advert|sponsor|banner|donat",
    re.IGNORECASE,
)
# Between the paragraph above and a folded part stand the question, or the button that unfolds it.
MAX_LINES_ABOVE = 2


def keep_folded_parts(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with the folded parts of a page's article back, and what unfolds one (`summary`) as what
    it unfolds."""
    blocks = evidence.blocks
    verdicts = list(decision.verdicts)
    kept = [
        i for i in blocks.visible if not verdicts[i].code and (blocks.prose[i] or blocks.ends_sentence[i])
    ]
    if blocks.doc.kind != "html" or not kept:
        return decision
    for run in true_runs([block.hidden for block in blocks]):
        if _is_folded_part(blocks, run, kept):
            for i in run:
                if verdicts[i].code in DOUBTFUL_CODES:
                    verdicts[i] = verdicts[i].kept()
    for i in _summaries(blocks):
        if verdicts[i].code in DOUBTFUL_CODES and not verdicts[i + 1].code:
            verdicts[i] = verdicts[i].kept()
    return decision._replace(verdicts=tuple(verdicts))


def _is_folded_part(blocks: BlockIndex, run: range, kept: Sequence[int]) -> bool:
    """Whether a run of hidden blocks is in an element named for folding, holds a sentence that is on the page
    nowhere else, and stands inside the article or right below its last paragraph."""
    at = bisect_left(kept, run.start)
    if not at or (at == len(kept) and run.start - kept[-1] - 1 > MAX_LINES_ABOVE):
        return False
    if not any(blocks.ends_sentence[i] and blocks.template_counts[blocks.templates[i]] == 1 for i in run):
        return False
    above = frozenset(blocks[run.start - 1].path)
    return all(_is_in_fold(step for step in blocks[i].path if step not in above) for i in run)


def _is_in_fold(steps: Iterable[str]) -> bool:
    named = " ".join(steps)
    return FOLD.search(named) is not None and OTHER.search(named) is None


def _summaries(blocks: BlockIndex) -> list[int]:
    """The blocks that unfold what stands right below them, in the same `details`."""
    if not any(tag_of(step) == "summary" for step in blocks.path_steps):
        return []
    found = []
    for i in range(len(blocks) - 1):
        path = blocks[i].path
        at = next((k for k, step in enumerate(path) if tag_of(step) == "summary"), 0)
        below = blocks[i + 1].path
        is_unfolding = at and tag_of(path[at - 1]) == "details" and below[:at] == path[:at]
        if is_unfolding and not any(tag_of(step) == "summary" for step in below[at:]):
            found.append(i)
    return found
