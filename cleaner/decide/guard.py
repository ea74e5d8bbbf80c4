"""Looks again at large cuts: brings back what is the article's by elements, topic and form, and says so.

A false cut is worse than a leftover, and half an article lost in silence is worst. A cut is looked at where a
row of prose went that is longer than all prose that stays, or that stood between prose that stays and is
about the same things. What words of their own name (comments, consent, adverts, menus) never comes back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import true_runs
from cleaner.analysis.resumption import MIN_TOPIC_RATIO, prose_runs, topic_ratio
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import MODEL_CODE
from cleaner.document import Verdict

# Reasons that go by place, form or what is around, and so may be wrong of a whole row at once.
DOUBTFUL_CODES = frozenset((MODEL_CODE, "related-section", "outskirts", "menu-run", "teaser-list"))
# Fewer sentences in a row are no large cut, but a teaser, a note, a caption.
MIN_SENTENCES = 3
# A row shorter than this is no large cut, however little stays.
MIN_LARGE_CUT_WORDS = 60
# Once a large cut was undone, shorter rows come back that lie at most so many blocks from prose that stays on
# both sides. On other pages they were teasers four times in five.
MAX_BLOCKS_BETWEEN = 12
# A row comes back if this share of its words stands under elements of prose that stays.
MIN_SAME_ELEMENT_SHARE = 0.5
# Each comparison reads the whole text, so only the longest rows of a text of very many are compared.
MAX_COMPARED_ROWS = 20


def look_at_large_cuts(evidence: Evidence, decision: Decision) -> Decision:
    """The decision with rows of the article's prose back, noted where a large cut was found."""
    blocks, verdicts = evidence.blocks, list(decision.verdicts)
    is_noted, large_cut_undone = False, False
    whole_rows = frozenset(prose_runs(blocks))
    kept = _kept_prose(blocks, verdicts)
    kept_words, n_compared = blocks.word_count(kept), 0
    rows = _cut_rows(blocks, verdicts)
    for row in sorted(rows, key=lambda row: (-blocks.word_count(row), row.start)):
        is_large = _is_large(blocks, row, kept_words)
        is_between = row in whole_rows and _is_between(blocks, row, kept, large_cut_undone)
        is_article = False
        if (is_large or is_between) and n_compared < MAX_COMPARED_ROWS:
            n_compared += 1
            is_article = _is_article(blocks, row, kept)
        is_noted = is_noted or is_large or is_article
        if is_article:
            large_cut_undone = large_cut_undone or is_large
            for i in _with_sentences_above(blocks, row, verdicts):
                verdicts[i] = verdicts[i].kept()
            kept = _kept_prose(blocks, verdicts)
            kept_words = blocks.word_count(kept)
    note = decision.note or ("large-cut" if is_noted else None)
    return decision._replace(verdicts=tuple(verdicts), note=note)


def _kept_prose(blocks: BlockIndex, verdicts: Sequence[Verdict]) -> list[int]:
    return [i for i, verdict in enumerate(verdicts) if not verdict.code and blocks.prose[i]]


def _cut_rows(blocks: BlockIndex, verdicts: Sequence[Verdict]) -> list[range]:
    """The stretches of rows of prose that were cut for doubtful reasons."""
    stretches = []
    for row in prose_runs(blocks):
        is_cut = [verdicts[i].code in DOUBTFUL_CODES and not blocks[i].hidden for i in row]
        stretches += [range(row.start + part.start, row.start + part.stop) for part in true_runs(is_cut)]
    return stretches


def _is_large(blocks: BlockIndex, row: range, kept_words: float) -> bool:
    """Whether a row is more than all prose that stays."""
    return _is_long(blocks, row) and blocks.word_count(row) > max(MIN_LARGE_CUT_WORDS, kept_words)


def _is_between(blocks: BlockIndex, row: range, kept: Sequence[int], large_cut_undone: bool) -> bool:
    """Whether a row stood between prose that stays."""
    at = bisect_left(kept, row.start)
    if not 0 < at < len(kept):
        return False
    is_near = row.start - kept[at - 1] <= MAX_BLOCKS_BETWEEN and kept[at] - row.stop < MAX_BLOCKS_BETWEEN
    return _is_long(blocks, row) or (large_cut_undone and is_near)


def _is_long(blocks: BlockIndex, row: range) -> bool:
    return sum(blocks.ends_sentence[i] for i in row) >= MIN_SENTENCES


def _is_article(blocks: BlockIndex, row: range, kept: Sequence[int]) -> bool:
    """Whether a row of prose is of the same article as the prose that stays."""
    if not kept:
        return True
    own_paths = {blocks[i].path for i in kept}
    same = [i for i in row if blocks[i].path in own_paths]
    if blocks.word_count(same) < MIN_SAME_ELEMENT_SHARE * blocks.word_count(row):
        return False
    return topic_ratio(blocks, kept, row) >= MIN_TOPIC_RATIO


def _with_sentences_above(blocks: BlockIndex, row: range, verdicts: Sequence[Verdict]) -> range:
    """The row with the sentences right above it that were cut with it."""
    start = row.start
    while start and blocks.ends_sentence[start - 1] and verdicts[start - 1].code in DOUBTFUL_CODES:
        start -= 1
    return range(start, row.stop)
