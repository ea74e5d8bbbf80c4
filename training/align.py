"""Which lines of a flattened page are main content: a monotone alignment of its words to those of the gold
text.

A label is the share of a line's words that the gold holds. A line whose words the gold holds, but no more
often than other lines of the page already account for, is a duplicate: it gets label 0 and is flagged.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from cleaner.model.tokenize import IDEOGRAPH_RANGES, SOUTHEAST_ASIAN_RANGES

# scripts without spaces between words: kana, ideographs, hangul; Thai, Lao, Burmese, Khmer
UNSPACED_RANGES = (*IDEOGRAPH_RANGES, *SOUTHEAST_ASIAN_RANGES)


def _token_pattern() -> str:
    """A word is a run of letters, digits and the marks on letters, which `\\w` lacks (a word of Hindi would
    fall into syllables); in scripts without spaces each letter is one, its marks with it."""
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
    unspaced = "".join(rf"{chr(low)}-{chr(high)}" for low, high in UNSPACED_RANGES)
    return rf"(?:(?=[{unspaced}])[^\W_])[{marks}]*|(?:(?![{unspaced}])[\w{marks}])+"


TOKEN = re.compile(_token_pattern())
ANCHOR_WORDS = 4  # words: shorter n-grams recur by chance, longer ones miss lines with an inline link cut out
MIN_RUN_WORDS = 3  # an aligned run shorter than this must touch the next aligned word in the gold as well
# A gap with more cells (words of the page x words of the gold) is not aligned: it would take minutes.
MAX_GAP_CELLS = 40_000_000


@dataclass(frozen=True, slots=True)
class Labels:
    """Per line the `share` of its words that the gold holds, its number of words, and whether it is too
    doubtful to learn from; and the word-F1 of keeping the lines of mostly main content."""

    share: NDArray[np.float32]
    word_counts: NDArray[np.int32]
    doubtful: NDArray[np.bool_]
    oracle_f1: float


def tokens(text: str) -> list[str]:
    """The words of a text, lower-cased."""
    return TOKEN.findall(text.lower())


def _anchors(page: Sequence[str], gold: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of positions of n-grams unique in both, thinned to the longest ascending chain."""
    grams = [_unique_ngrams(page), _unique_ngrams(gold)]
    pairs = sorted((position, grams[1][gram]) for gram, position in grams[0].items() if gram in grams[1])
    return _longest_ascending(pairs)


def _unique_ngrams(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    grams = [tuple(words[i : i + ANCHOR_WORDS]) for i in range(len(words) - ANCHOR_WORDS + 1)]
    count = Counter(grams)
    return {gram: i for i, gram in enumerate(grams) if count[gram] == 1}


def _longest_ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain of pairs that ascends in both."""
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for i, (_, g) in enumerate(pairs):
        rank = bisect_left(ends, g)
        previous.append(last[rank - 1] if rank else -1)
        ends[rank : rank + 1] = [g]
        last[rank : rank + 1] = [i]
    chain = []
    i = last[-1] if last else -1
    while i >= 0:
        chain.append(pairs[i])
        i = previous[i]
    return chain[::-1]


def align(page: Sequence[str], gold: Sequence[str]) -> NDArray[np.int64]:
    """For each word of the page the index of the gold word aligned to it, ascending, or -1."""
    gold_index = np.full(len(page), -1, np.int64)
    numbers: dict[str, int] = {}
    page_ids, gold_ids = ([numbers.setdefault(w, len(numbers)) for w in words] for words in (page, gold))
    at_page = at_gold = 0
    for p, g in [*_anchors(page, gold), (len(page_ids), len(gold_ids))]:
        if p < at_page or g < at_gold:  # inside the n-gram of the anchor before
            continue
        _align_gap(gold_index, page_ids, gold_ids, (at_page, p), (at_gold, g))
        width = min(ANCHOR_WORDS, len(page_ids) - p)
        gold_index[p : p + width] = range(g, g + width)
        at_page, at_gold = p + width, g + width
    return gold_index


def _align_gap(
    gold_index: NDArray[np.int64],
    page_ids: list[int],
    gold_ids: list[int],
    page: tuple[int, int],
    gold: tuple[int, int],
) -> None:
    """Align one gap between two anchors."""
    (p, q), (g, h) = page, gold
    if p == q or g == h or (q - p) * (h - g) > MAX_GAP_CELLS:
        return
    for block in LCSseq.opcodes(page_ids[p:q], gold_ids[g:h]):
        if block.tag == "equal":
            gold_index[p + block.src_start : p + block.src_end] = range(
                g + block.dest_start, g + block.dest_end
            )


def _drop_short_runs(gold_index: NDArray[np.int64], line: NDArray[np.int64]) -> None:
    """Unaligns short runs that the gold does not continue: a "the" of a menu is not main content."""
    hits = np.flatnonzero(gold_index >= 0)
    if not len(hits):
        return
    breaks = np.flatnonzero((np.diff(hits) != 1) | (np.diff(gold_index[hits]) != 1)) + 1
    runs = np.split(hits, breaks)
    edges = [(gold_index[r[0]], gold_index[r[-1]]) for r in runs]
    for i, run in enumerate(runs):
        is_continued = (i > 0 and edges[i - 1][1] + 1 == edges[i][0]) or (
            i + 1 < len(runs) and edges[i][1] + 1 == edges[i + 1][0]
        )
        line_share = len(run) / max(1, int(np.sum(line == line[run[0]])))
        if len(run) < MIN_RUN_WORDS and not (is_continued and line_share > 0.5):
            gold_index[run] = -1


def label_lines(lines: Sequence[str], gold_text: str) -> Labels:
    """The label of every line of a page."""
    line_words = [tokens(line) for line in lines]
    page = [w for words in line_words for w in words]
    line = np.repeat(np.arange(len(lines)), [len(w) for w in line_words])
    gold = tokens(gold_text)
    gold_index = align(page, gold)
    _drop_short_runs(gold_index, line)
    word_counts = np.array([len(w) for w in line_words], np.int32)
    hit_counts = np.bincount(line[gold_index >= 0], minlength=len(lines))
    used = set(gold_index[gold_index >= 0].tolist())
    unused = Counter(w for i, w in enumerate(gold) if i not in used)
    share = (hit_counts / np.maximum(word_counts, 1)).astype(np.float32)
    _rescue_reordered(line_words, share, unused, gold)
    doubtful = _doubtful_lines(line_words, share, gold)
    return Labels(share, word_counts, doubtful, oracle_f1(line_words, share, gold))


def _rescue_reordered(
    line_words: list[list[str]], share: NDArray[np.float32], unused: Counter[str], gold: list[str]
) -> None:
    """Text that the gold holds in another order: lines whose n-grams it holds, while its words last."""
    grams = set(zip(gold, gold[1:], gold[2:], strict=False))
    for i, words in enumerate(line_words):
        if share[i] > 0.2 or len(words) < MIN_RUN_WORDS:
            continue
        ngram_share = sum(g in grams for g in zip(words, words[1:], words[2:], strict=False)) / (
            len(words) - 2
        )
        needed = Counter(words)
        word_share = sum((needed & unused).values()) / len(words)
        if ngram_share > 0.7 and word_share > 0.7:
            share[i] = word_share
            unused -= needed


def _doubtful_lines(
    line_words: list[list[str]], share: NDArray[np.float32], gold: list[str]
) -> NDArray[np.bool_]:
    """Lines that are in the gold, but were not aligned: copies, and the title."""
    grams = set(zip(gold, gold[1:], gold[2:], strict=False))
    is_doubtful = np.zeros(len(line_words), np.bool_)
    for i, words in enumerate(line_words):
        if share[i] < 0.3 and len(words) >= MIN_RUN_WORDS:
            is_doubtful[i] = all(g in grams for g in zip(words, words[1:], words[2:], strict=False))
    return is_doubtful


def oracle_f1(line_words: list[list[str]], share: NDArray[np.float32], gold: list[str]) -> float:
    """Word-F1 of keeping the lines that are mostly main content."""
    kept = Counter(w for words, s in zip(line_words, share, strict=True) if s >= 0.5 for w in words)
    hit = sum((kept & Counter(gold)).values())
    total = sum(kept.values()) + len(gold)
    return 2 * hit / total if total else 1.0
