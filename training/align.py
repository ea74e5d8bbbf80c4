"""Which lines of a flattened page are main content: a monotone alignment of its words to those of the gold
text.

A label is the share of a line's words that the gold holds. A line whose words the gold holds, but no more
often than other lines of the page already account for, is a duplicate: it gets label 0 and is flagged.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

# a word as the score counts it, but scripts without spaces by the character
TOKEN = re.compile(r"[぀-ヿ㐀-鿿가-힣฀-๿]|[^\W぀-ヿ㐀-鿿가-힣฀-๿]+")
ANCHOR = 4  # words: shorter n-grams recur by chance, longer ones miss lines with an inline link cut out
STRAY = 3  # an aligned run shorter than this must touch the next aligned word in the gold as well
CELLS = 40_000_000  # a gap with more cells than this is not aligned: minutes for a page nobody would miss


@dataclass(frozen=True, slots=True)
class Labels:
    """`share` of each line's words in the gold, their number, and the lines that teach nothing clear."""

    share: NDArray[np.float32]
    words: NDArray[np.int32]
    doubtful: NDArray[np.bool_]
    oracle: float


def tokens(text: str) -> list[str]:
    """The words of a text, lower-cased."""
    return TOKEN.findall(text.lower())


def _anchors(page: Sequence[str], gold: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of positions of n-grams unique in both, thinned to the longest ascending chain."""
    grams = [_unique(page), _unique(gold)]
    pairs = sorted((at, grams[1][gram]) for gram, at in grams[0].items() if gram in grams[1])
    return _ascending(pairs)


def _unique(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    grams = [tuple(words[i : i + ANCHOR]) for i in range(len(words) - ANCHOR + 1)]
    count = Counter(grams)
    return {gram: i for i, gram in enumerate(grams) if count[gram] == 1}


def _ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain of pairs that ascends in both."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for i, (_, g) in enumerate(pairs):
        at = bisect_left(ends, g)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1] = [g]
        last[at : at + 1] = [i]
    chain = []
    i = last[-1] if last else -1
    while i >= 0:
        chain.append(pairs[i])
        i = before[i]
    return chain[::-1]


def align(page: Sequence[str], gold: Sequence[str]) -> NDArray[np.int64]:
    """For each word of the page the gold word it stands for, ascending, or -1."""
    found = np.full(len(page), -1, np.int64)
    numbers: dict[str, int] = {}
    a, b = ([numbers.setdefault(w, len(numbers)) for w in words] for words in (page, gold))
    at_page = at_gold = 0
    for p, g in [*_anchors(page, gold), (len(a), len(b))]:
        if p < at_page or g < at_gold:  # inside the n-gram of the anchor before
            continue
        _fill(found, a, b, (at_page, p), (at_gold, g))
        width = min(ANCHOR, len(a) - p)
        found[p : p + width] = range(g, g + width)
        at_page, at_gold = p + width, g + width
    return found


def _fill(
    found: NDArray[np.int64], a: list[int], b: list[int], page: tuple[int, int], gold: tuple[int, int]
) -> None:
    """Align one gap between two anchors."""
    (p, q), (g, h) = page, gold
    if p == q or g == h or (q - p) * (h - g) > CELLS:
        return
    for block in LCSseq.opcodes(a[p:q], b[g:h]):
        if block.tag == "equal":
            found[p + block.src_start : p + block.src_end] = range(g + block.dest_start, g + block.dest_end)


def _drop_strays(found: NDArray[np.int64], line: NDArray[np.int64]) -> None:
    """Forget short aligned runs that the gold does not continue: a "the" of a menu is no main content."""
    hits = np.flatnonzero(found >= 0)
    if not len(hits):
        return
    breaks = np.flatnonzero((np.diff(hits) != 1) | (np.diff(found[hits]) != 1)) + 1
    runs = np.split(hits, breaks)
    edges = [(found[r[0]], found[r[-1]]) for r in runs]
    for i, run in enumerate(runs):
        joins = (i > 0 and edges[i - 1][1] + 1 == edges[i][0]) or (
            i + 1 < len(runs) and edges[i][1] + 1 == edges[i + 1][0]
        )
        whole = len(run) / max(1, int(np.sum(line == line[run[0]])))
        if len(run) < STRAY and not (joins and whole > 0.5):
            found[run] = -1


def label(lines: Sequence[str], gold_text: str) -> Labels:
    """The label of every line of a page."""
    split = [tokens(line) for line in lines]
    page = [w for words in split for w in words]
    line = np.repeat(np.arange(len(lines)), [len(w) for w in split])
    gold = tokens(gold_text)
    found = align(page, gold)
    _drop_strays(found, line)
    size = np.array([len(w) for w in split], np.int32)
    hit = np.bincount(line[found >= 0], minlength=len(lines))
    taken = set(found[found >= 0].tolist())
    left = Counter(w for i, w in enumerate(gold) if i not in taken)
    share = (hit / np.maximum(size, 1)).astype(np.float32)
    _rescue(split, share, left, gold)
    doubtful = _doubtful(split, share, gold)
    return Labels(share, size, doubtful, oracle(split, share, gold))


def _rescue(split: list[list[str]], share: NDArray[np.float32], left: Counter[str], gold: list[str]) -> None:
    """Text that the gold holds in another order: lines whose n-grams it holds, while its words last."""
    grams = set(zip(gold, gold[1:], gold[2:], strict=False))
    for i, words in enumerate(split):
        if share[i] > 0.2 or len(words) < STRAY:
            continue
        spelt = sum(g in grams for g in zip(words, words[1:], words[2:], strict=False)) / (len(words) - 2)
        need = Counter(words)
        have = sum((need & left).values()) / len(words)
        if spelt > 0.7 and have > 0.7:
            share[i] = have
            left -= need


def _doubtful(split: list[list[str]], share: NDArray[np.float32], gold: list[str]) -> NDArray[np.bool_]:
    """Lines that are in the gold, but were not aligned: copies, and the title."""
    grams = set(zip(gold, gold[1:], gold[2:], strict=False))
    out = np.zeros(len(split), np.bool_)
    for i, words in enumerate(split):
        if share[i] < 0.3 and len(words) >= STRAY:
            out[i] = all(g in grams for g in zip(words, words[1:], words[2:], strict=False))
    return out


def oracle(split: list[list[str]], share: NDArray[np.float32], gold: list[str]) -> float:
    """Word-F1 of keeping the lines that are mostly main content."""
    kept = Counter(w for words, s in zip(split, share, strict=True) if s >= 0.5 for w in words)
    hit = sum((kept & Counter(gold)).values())
    total = sum(kept.values()) + len(gold)
    return 2 * hit / total if total else 1.0
