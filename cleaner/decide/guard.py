"""Looks again at large cuts: brings back what is the article's by elements, topic and form, and says so.

A false cut is worse than a leftover, and half an article lost in silence is worst. A cut is looked at where a
row of prose went that is longer than all prose that stays, or that stood between prose that stays and is
about the same things. What words of their own name (comments, consent, adverts, menus) never comes back.
Where several rows that were cut one after the other hold more prose than stays, that is said if the model was
not sure of them and they are about the same things.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.comment_threads import comment_threads
from cleaner.analysis.declared_comments import declared_comments
from cleaner.analysis.layout import true_runs
from cleaner.analysis.resumption import MIN_TOPIC_RATIO, prose_runs, topic_ratio
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import FORM_AND_PLACE_CODES
from cleaner.document import Block, Verdict

# Reasons that go by place, form or what is around, and so may be wrong of a whole row at once.
DOUBTFUL_CODES = FORM_AND_PLACE_CODES | {"related-section"}
# Reasons that may be wrong of many blocks, but one by one, or where trafilatura has seen no article: such
# prose never comes back, and counts among what was cut. All others name what they take by its own words.
COUNTED_CODES = DOUBTFUL_CODES | {
    "outside-main",
    "read-also",
    "recommendation-widget",
    "caption",
    "author-note",
    "embed-notice",
    "comments",
    "between-leftovers",
}
# Fewer sentences in a row are no large cut, but a teaser, a note, a caption.
MIN_SENTENCES = 3
# A row shorter than this, about the length of a paragraph, is no large cut, however little stays.
MIN_LARGE_CUT_WORDS = 60
# Once a large cut was undone, shorter rows come back that lie at most so many blocks from prose that stays on
# both sides. On other pages they were teasers four times in five.
MAX_BLOCKS_BETWEEN = 12
# A row comes back if this share of its words stands under elements of prose that stays.
MIN_SAME_ELEMENT_SHARE = 0.5
# Nothing is said of a cut whose words the model finds less likely than this to be main content: on 700 pages,
# flattened, that and the topic take 29 of 34 false alarms, and 3 of 14 true ones.
MIN_DOUBTED_P = 0.05
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
    if not kept:
        for i in _prose_above_comments(blocks, verdicts):
            verdicts[i] = verdicts[i].kept()
            kept, is_noted = [*kept, i], True
    is_noted = is_noted or _outweighs_kept(evidence, verdicts, kept)
    note = decision.note or ("large-cut" if is_noted else None)
    return decision._replace(verdicts=tuple(verdicts), note=note)


def _prose_above_comments(blocks: BlockIndex, verdicts: Sequence[Verdict]) -> list[int]:
    """The prose above a page's comments that was cut for doubtful reasons: beside comments longer than itself
    an article of a few sentences looks like a note on them."""
    end = min(_certain_comments(blocks), default=0)
    return [i for i in range(end) if blocks.prose[i] and is_doubtful(blocks, i, verdicts[i])]


def is_doubtful(blocks: BlockIndex, i: int, verdict: Verdict) -> bool:
    """Whether a block was removed for a reason that may be wrong of a whole row."""
    return verdict.code in DOUBTFUL_CODES and not blocks[i].hidden


def _certain_comments(blocks: BlockIndex) -> frozenset[int]:
    """The blocks of comments told by declared elements or by their shape."""
    return declared_comments(blocks).union(*comment_threads(blocks))


def _outweighs_kept(evidence: Evidence, verdicts: Sequence[Verdict], kept: Sequence[int]) -> bool:
    """Whether the prose cut between two blocks of prose that stay, or at an end of the document, is more than
    all prose that stays, for reasons that may be wrong, and might be the article's."""
    blocks = evidence.blocks
    certain = _certain_comments(blocks)
    counted = [
        k
        for k, prose in enumerate(blocks.prose)
        if prose and _counts_as_cut(blocks[k], verdicts[k]) and k not in certain
    ]
    bounds = [0, *(bisect_left(counted, k) for k in kept), len(counted)]  # what is kept is not counted
    stretches = [counted[first:end] for first, end in pairwise(bounds)]
    longest = max(stretches, key=blocks.word_count)
    if blocks.word_count(longest) <= max(MIN_LARGE_CUT_WORDS, blocks.word_count(kept)):
        return False
    return (
        mean_p(evidence, longest) >= MIN_DOUBTED_P and topic_ratio(blocks, kept, longest) >= MIN_TOPIC_RATIO
    )


def _counts_as_cut(block: Block, verdict: Verdict) -> bool:
    return verdict.code in COUNTED_CODES and not block.hidden


def mean_p(evidence: Evidence, indices: Sequence[int]) -> float:
    """The probability that a word of some blocks is main content; 1 where the model was not asked, 0 where
    the blocks hold no word (rows of asterisks)."""
    if evidence.prediction is None:
        return 1.0
    p, words = evidence.prediction.p_content, evidence.blocks.words
    n_words = evidence.blocks.word_count(indices)
    return float(sum(float(p[k]) * words[k] for k in indices)) / n_words if n_words else 0.0


def _kept_prose(blocks: BlockIndex, verdicts: Sequence[Verdict]) -> list[int]:
    return [i for i, verdict in enumerate(verdicts) if not verdict.code and blocks.prose[i]]


def _cut_rows(blocks: BlockIndex, verdicts: Sequence[Verdict]) -> list[range]:
    """The stretches of rows of prose that were cut for doubtful reasons."""
    stretches = []
    for row in prose_runs(blocks):
        is_cut = [is_doubtful(blocks, i, verdicts[i]) for i in row]
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
    while start and blocks.ends_sentence[start - 1] and is_doubtful(blocks, start - 1, verdicts[start - 1]):
        start -= 1
    return range(start, row.stop)
