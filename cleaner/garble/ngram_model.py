"""The language model: n-gram counts in hashed arrays, for the probabilities of many windows at once.

Counts of pairs and triples are kept under 32-bit hashes in sorted arrays (a wrong hit: one in 7,000 look-ups,
and then a count of one or two). The probability of a word is interpolated from triple to pair to single
word; single words count by how many different words they follow, as in Kneser-Ney smoothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# The weight of the shorter history in the longer one's estimate: for triples in pseudo-counts, for pairs in
# multiples of the number of different words that follow (Witten and Bell). Chosen among 10, 20, 50 and
# 0.5, 1, 2 by the perplexity of 400 training pages of sites left out of the counts.
BACKOFF_3, BACKOFF_2 = 50.0, 2.0
UNKNOWN_ID = 0
PAD_ID = 1


def hash_pair(a: Ints, b: Ints) -> npt.NDArray[np.uint32]:
    """A pair of word numbers as 32 bits."""
    mixed = (a.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        b.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def hash_triple(a: Ints, b: Ints, c: Ints) -> npt.NDArray[np.uint32]:
    """A triple of word numbers as 32 bits."""
    return _hash_with_third(hash_pair(a, b), c)


def _hash_with_third(pair: npt.NDArray[np.uint32], c: Ints) -> npt.NDArray[np.uint32]:
    return hash_pair(pair.astype(np.int64) + (1 << 33), c)


class HashedCounts:
    """Counts under sorted hashes, found by bisection."""

    def __init__(self, keys: npt.NDArray[np.uint32], codes: npt.NDArray[np.uint8]) -> None:
        self.keys, self.codes = keys, codes

    def get(self, hashes: npt.NDArray[np.uint32]) -> Floats:
        """Counts, 0 for what was never seen."""
        order = np.argsort(hashes)  # bisected in order, each search is near the one before
        index = np.empty(len(hashes), dtype=np.int64)
        index[order] = np.searchsorted(self.keys, hashes[order])
        index = np.minimum(index, len(self.keys) - 1)
        counts: Floats = np.where(self.keys[index] == hashes, decode_counts(self.codes[index]), 0.0)
        return counts


def encode_counts(counts: Ints) -> npt.NDArray[np.uint8]:
    """Counts in one byte: exact to 128, then in steps of 6%."""
    big = 128 + np.round(np.log(np.maximum(counts, 128) / 128) / np.log(1.06))
    return np.where(counts <= 128, counts, np.minimum(big, 255)).astype(np.uint8)


COUNT_OF_CODE = np.where(
    np.arange(256) <= 128, np.arange(256), 128 * 1.06 ** (np.arange(256) - 128.0)
).astype("f4")


def decode_counts(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The counts, as near as `encode_counts` kept them."""
    result: npt.NDArray[np.float32] = COUNT_OF_CODE[codes]
    return result


class NgramModel:
    """Probabilities of words in their context.

    `words` are all words in the order of their numbers; `n_predecessors` and `n_successors` are, for each
    word, how many different words precede and follow it.
    """

    def __init__(
        self,
        words: Sequence[str],
        word_counts: Ints,
        n_predecessors: Ints,
        n_successors: Ints,
        pair_counts: HashedCounts,
        triple_counts: HashedCounts,
    ) -> None:
        self.words = words
        self.id_of_word = {word: k for k, word in enumerate(words)}
        self.word_counts = word_counts.astype(np.float64)
        self.continuation_share = (n_predecessors + 0.5) / (n_predecessors.sum() + 0.5 * len(n_predecessors))
        self.word_share = (word_counts + 0.5) / (word_counts.sum() + 0.5 * len(word_counts))
        self.pair_backoff = BACKOFF_2 * (n_successors + 1.0)
        self.pair_counts, self.triple_counts = pair_counts, triple_counts

    @classmethod
    def load(cls, path: Path) -> NgramModel:
        """The model in the file that training wrote."""
        with np.load(path, allow_pickle=False) as data:
            # interned: most of these words are in the lexicon too
            words = [*map(sys.intern, bytes(data["words"]).decode().split("\n"))]
            keys_2 = np.cumsum(data["gaps_2"], dtype=np.uint32)
            keys_3 = np.cumsum(data["gaps_3"], dtype=np.uint32)
            return cls(
                words,
                data["single"].astype(np.int64),
                data["follows"].astype(np.int64),
                data["followed"].astype(np.int64),
                HashedCounts(keys_2, data["codes_2"]),
                HashedCounts(keys_3, data["codes_3"]),
            )

    def word_ids(self, tokens: Iterable[str]) -> list[int]:
        """Word numbers; UNKNOWN_ID for every word that was not counted."""
        get = self.id_of_word.get
        return [get(token, UNKNOWN_ID) for token in tokens]

    def log_probabilities(self, ids: Ints) -> Floats:
        """Log-probability of each word given the two before it; those of the first two have no meaning."""
        c = ids
        b = np.concatenate(([PAD_ID], ids[:-1]))
        a = np.concatenate(([PAD_ID, PAD_ID], ids[:-2]))[: len(ids)]
        p1 = self.continuation_share[c]
        p2 = (self.pair_counts.get(hash_pair(b, c)) + self.pair_backoff[b] * p1) / (
            self.word_counts[b] + self.pair_backoff[b]
        )
        pair_count = self.pair_counts.get(hash_pair(a, b))
        p3 = (self.triple_counts.get(hash_triple(a, b, c)) + BACKOFF_3 * p2) / (pair_count + BACKOFF_3)
        result: Floats = np.log(p3)
        return result

    def log_p_after(self, before: Ints, word: Ints, counts: Floats | None = None) -> Floats:
        """Log-probability of each word given the one before; `counts` of the pairs where they are known."""
        backoff = self.pair_backoff[before]
        count = self.pair_counts.get(hash_pair(before, word)) if counts is None else counts
        log_p: Floats = np.log(
            (count + backoff * self.continuation_share[word]) / (self.word_counts[before] + backoff)
        )
        return log_p

    def phrase_log_freq(self, flat: Ints, lengths: Ints) -> Floats:
        """Log of how often each phrase occurs, a word of text. `flat` holds the phrases' words one after the
        other."""
        logs = self.log_probabilities(flat)
        firsts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        logs[firsts] = np.log(self.word_share[flat[firsts]])
        seconds = firsts[lengths > 1] + 1
        logs[seconds] = self.log_p_after(flat[seconds - 1], flat[seconds])
        total: Floats = np.add.reduceat(logs, firsts)
        return total

    def window_log_p(self, flat: Ints, lengths: Ints) -> Floats:
        """Log-probability of each window from its third word on: how well the middle fits both sides.

        `flat` holds the windows' words one after the other.
        """
        firsts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        # each pair inside a window is looked up once: it ends one triple and begins another
        in_window = np.ones(len(flat), dtype=bool)
        in_window[firsts] = False
        second = np.flatnonzero(in_window)
        in_window[firsts + 1] = False
        third = np.flatnonzero(in_window)
        pair_hashes = np.zeros(len(flat), dtype=np.uint32)
        pair_hashes[second] = hash_pair(flat[second - 1], flat[second])
        pair_counts = np.zeros(len(flat))
        pair_counts[second] = self.pair_counts.get(pair_hashes[second])
        b, c = flat[third - 1], flat[third]
        p2 = (pair_counts[third] + self.pair_backoff[b] * self.continuation_share[c]) / (
            self.word_counts[b] + self.pair_backoff[b]
        )
        triples = self.triple_counts.get(_hash_with_third(pair_hashes[third - 1], c))
        logs = np.zeros(len(flat))
        logs[third] = np.log((triples + BACKOFF_3 * p2) / (pair_counts[third - 1] + BACKOFF_3))
        total: Floats = np.add.reduceat(logs, firsts)
        return total
