"""What stands below the article of a text that looks clean, among lines that the rules are sure of.

Such a text is cut only where a rule is sure: of a page's foot the tags and the share buttons go, and the
titles between them stay. Where two kinds of boilerplate are sure below the last paragraph, the rest below the
first of them goes as well, as long as the model finds it unlikely.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.leftovers import is_article_paragraph
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import MODEL_CODE
from cleaner.document import Mark, Verdict

if TYPE_CHECKING:
    from cleaner.model.classifier import Prediction

# So many kinds of boilerplate must be sure below the last paragraph; one may be the article's own: its tags,
# a note on its author.
MIN_SURE_CODES = 2
# The highest probability of being main content at which a line there goes, and the most words that it has.
MAX_P_OF_TAIL = 0.1
MAX_TAIL_WORDS = 20


def cut_tail(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with the lines removed that stand below a clean text's end among sure boilerplate."""
    prediction, blocks = evidence.prediction, evidence.blocks
    if prediction is None or blocks.doc.kind != "text" or evidence.policy.keep_threshold is None:
        return decision
    verdicts = list(decision.verdicts)
    start = _first_sure_line(blocks, verdicts)
    if start is None:
        return decision
    why = "below the article, among lines that are sure to go"
    log_odds = prediction.log_odds_below(MAX_P_OF_TAIL)
    for i in _lines_of_tail(evidence, prediction, verdicts, start):
        mark = Mark(i, MODEL_CODE, "chrome", prediction.p_boilerplate(i), why)
        verdicts[i] = Verdict("chrome", float(log_odds[i]), (mark, *verdicts[i].marks))
    return decision._replace(verdicts=tuple(verdicts))


def _first_sure_line(blocks: BlockIndex, verdicts: list[Verdict]) -> int | None:
    """The first line below the last kept paragraph that a rule removed, where rules of several kinds did."""
    kept_paragraphs = [
        i for i in range(len(blocks)) if not verdicts[i].code and is_article_paragraph(blocks, i)
    ]
    if not kept_paragraphs:
        return None
    codes = {i: verdicts[i].code for i in range(kept_paragraphs[-1] + 1, len(blocks))}
    sure = [i for i, code in codes.items() if code and code != MODEL_CODE]
    return sure[0] if len({codes[i] for i in sure}) >= MIN_SURE_CODES else None


def _lines_of_tail(
    evidence: Evidence, prediction: Prediction, verdicts: list[Verdict], start: int
) -> Iterator[int]:
    """The kept lines from `start` on, up to the first that may be the article's own."""
    blocks = evidence.blocks
    for i in range(start, len(blocks)):
        if verdicts[i].code:
            continue
        is_unlikely = float(prediction.p_content[i]) < MAX_P_OF_TAIL and blocks.words[i] <= MAX_TAIL_WORDS
        if not is_unlikely or blocks.ends_sentence[i] or i in evidence.kept_blocks:
            return
        yield i
