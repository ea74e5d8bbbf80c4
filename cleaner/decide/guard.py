"""Looks again at large cuts: brings back what is the article's by elements, topic and form, and says so.

A false cut is worse than a leftover, and half an article lost in silence is worst. A cut is looked at where a
row of prose went that is longer than all prose that stays, or that stood between prose that stays and is
about the same things. What words of their own name (comments, consent, adverts, menus) never comes back.
"""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.resumption import MIN_TOPIC_RATIO, prose_runs, topic_ratio
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import MODEL_CODE
from cleaner.document import Verdict

# Reasons that go by place, form or what is around, and so may be wrong of a whole row at once.
DOUBTFUL_CODES = frozenset((MODEL_CODE, "related-section", "outskirts", "menu-run", "teaser-list"))
# Fewer sentences in a row are a teaser, a note, a caption.
MIN_SENTENCES = 3
# A row shorter than this is no large cut, however little stays.
MIN_LARGE_CUT_WORDS = 60
# On a page a row comes back if this share of its words stands under elements of prose that stays.
MIN_SAME_ELEMENT_SHARE = 0.5
# Rows further from prose that stays than this are another part of the page.
MAX_LINES_BETWEEN = 40


def look_at_large_cuts(evidence: Evidence, decision: Decision) -> Decision:
    """The decision with rows of the article's prose back, noted where a large cut was found."""
    blocks = evidence.blocks
    cut_rows = _cut_rows(blocks, decision.verdicts)
    if not cut_rows:
        return decision
    verdicts = list(decision.verdicts)
    is_noted = False
    for row in sorted(cut_rows, key=lambda row: -_word_count(blocks, row)):
        kept = [i for i, verdict in enumerate(verdicts) if not verdict.code and blocks.prose[i]]
        is_large = _word_count(blocks, row) > max(MIN_LARGE_CUT_WORDS, _word_count(blocks, kept))
        if not is_large and not _is_between(row, kept):
            continue
        if is_large or _is_article(blocks, row, kept):
            is_noted = True
        if _is_article(blocks, row, kept):
            for i in row:
                verdicts[i] = _kept(verdicts[i])
    return decision._replace(
        verdicts=tuple(verdicts), note=decision.note or ("large-cut" if is_noted else None)
    )


def _cut_rows(blocks: BlockIndex, verdicts: Sequence[Verdict]) -> list[list[int]]:
    """Rows of prose of which all was cut for doubtful reasons."""
    return [list(row) for row in prose_runs(blocks) if _is_doubtful_cut(blocks, row, verdicts)]


def _is_doubtful_cut(blocks: BlockIndex, row: range, verdicts: Sequence[Verdict]) -> bool:
    if sum(blocks.ends_sentence[i] for i in row) < MIN_SENTENCES:
        return False
    return all(verdicts[i].code in DOUBTFUL_CODES and not blocks[i].hidden for i in row)


def _is_between(row: Sequence[int], kept: Sequence[int]) -> bool:
    return bool(kept) and kept[0] < row[0] and row[-1] < kept[-1]


def _is_article(blocks: BlockIndex, row: Sequence[int], kept: Sequence[int]) -> bool:
    """Whether a row of prose is of the same article as the prose that stays."""
    if not kept:
        return True
    own_paths = {blocks[i].path for i in kept}
    same = [i for i in row if blocks[i].path in own_paths]
    if _word_count(blocks, same) < MIN_SAME_ELEMENT_SHARE * _word_count(blocks, row):
        return False
    return topic_ratio(blocks, kept, row) >= MIN_TOPIC_RATIO


def _word_count(blocks: BlockIndex, indices: Sequence[int]) -> float:
    return sum(blocks.words[i] for i in indices)


def _kept(verdict: Verdict) -> Verdict:
    return Verdict("body", min(verdict.score, 0.0), verdict.marks)
