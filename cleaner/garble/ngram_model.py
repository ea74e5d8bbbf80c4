"""The language model: n-gram counts as hashed arrays, asked for many windows at once.

Counts of pairs and triples are kept under 32-bit hashes in sorted arrays (a wrong hit: one in 7,000 look-ups,
and then a count of one or two). The probability of a word is interpolated from triple to pair to single
word; single words count by how many different words they follow.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Strength of the shorter history in the longer one's estimate. For triples in pseudo-counts, for pairs in
# multiples of the number of different words that follow (Witten and Bell): chosen among 10, 20, 50
# and 0.5, 1, 2 by the perplexity of 400 training pages of sites left out of the counts.
PULL_3, PULL_2 = 50.0, 2.0
UNKNOWN = 0
PAD = 1


def hash_2(a: Ints, b: Ints) -> npt.NDArray[np.uint32]:
    """A pair of word numbers as 32 bits."""
    mixed = (a.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        b.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def hash_3(a: Ints, b: Ints, c: Ints) -> npt.NDArray[np.uint32]:
    """A triple of word numbers as 32 bits."""
    return hash_2(hash_2(a, b).astype(np.int64) + (1 << 33), c)


class Table:
    """Counts under sorted hashes, found by bisection."""

    def __init__(self, keys: npt.NDArray[np.uint32], codes: npt.NDArray[np.uint8]) -> None:
        self.keys, self.codes = keys, codes

    def get(self, hashes: npt.NDArray[np.uint32]) -> Floats:
        """Counts, 0 for what was never seen."""
        at = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
        found: Floats = np.where(self.keys[at] == hashes, decode(self.codes[at]), 0.0)
        return found


def encode(counts: Ints) -> npt.NDArray[np.uint8]:
    """Counts in one byte: exact to 128, then in steps of 6%."""
    big = 128 + np.round(np.log(np.maximum(counts, 128) / 128) / np.log(1.06))
    return np.where(counts <= 128, counts, np.minimum(big, 255)).astype(np.uint8)


DECODED = np.where(np.arange(256) <= 128, np.arange(256), 128 * 1.06 ** (np.arange(256) - 128.0)).astype("f4")


def decode(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The counts again, as near as `encode` kept them."""
    result: npt.NDArray[np.float32] = DECODED[codes]
    return result


class Model:
    """Asks how well words fit where they stand."""

    def __init__(
        self, words: Sequence[str], single: Ints, follows: Ints, followed: Ints, pairs: Table, triples: Table
    ) -> None:
        # interned: most of these words stand in the lexicon too
        self.number = {sys.intern(word): k for k, word in enumerate(words)}
        self.single = single.astype(np.float64)
        self.continuation = (follows + 0.5) / (follows.sum() + 0.5 * len(follows))
        self.share = (single + 0.5) / (single.sum() + 0.5 * len(single))
        self.pull = PULL_2 * (followed + 1.0)
        self.pairs, self.triples = pairs, triples

    @classmethod
    def load(cls, path: Path) -> Model:
        """From the file the training wrote."""
        with np.load(path, allow_pickle=False) as data:
            words = bytes(data["words"]).decode().split("\n")
            keys_2 = np.cumsum(data["gaps_2"], dtype=np.uint32)
            keys_3 = np.cumsum(data["gaps_3"], dtype=np.uint32)
            return cls(
                words,
                data["single"].astype(np.int64),
                data["follows"].astype(np.int64),
                data["followed"].astype(np.int64),
                Table(keys_2, data["codes_2"]),
                Table(keys_3, data["codes_3"]),
            )

    def numbers(self, tokens: Iterable[str]) -> list[int]:
        """Word numbers; words never seen are all the same one."""
        get = self.number.get
        return [get(token, UNKNOWN) for token in tokens]

    def log_probabilities(self, ids: Ints) -> Floats:
        """Of each word given the two before it; the first two of the sequence come without meaning."""
        c = ids
        b = np.concatenate(([PAD], ids[:-1]))
        a = np.concatenate(([PAD, PAD], ids[:-2]))[: len(ids)]
        p1 = self.continuation[c]
        p2 = (self.pairs.get(hash_2(b, c)) + self.pull[b] * p1) / (self.single[b] + self.pull[b])
        before = self.pairs.get(hash_2(a, b))
        p3 = (self.triples.get(hash_3(a, b, c)) + PULL_3 * p2) / (before + PULL_3)
        result: Floats = np.log(p3)
        return result

    def log_pair(self, before: Ints, word: Ints) -> Floats:
        """Log-probability of each word behind one other."""
        mixed = self.pull[before]
        count = self.pairs.get(hash_2(before, word))
        odds: Floats = np.log((count + mixed * self.continuation[word]) / (self.single[before] + mixed))
        return odds

    def usual(self, flat: Ints, lengths: Ints) -> Floats:
        """Log of how often each phrase comes in a text, a word of it."""
        logs = self.log_probabilities(flat)
        firsts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        logs[firsts] = np.log(self.share[flat[firsts]])
        seconds = firsts[lengths > 1] + 1
        logs[seconds] = self.log_pair(flat[seconds - 1], flat[seconds])
        total: Floats = np.add.reduceat(logs, firsts)
        return total

    def windows(self, flat: Ints, lengths: Ints) -> Floats:
        """Log-probability of each window from its third word on: how well the middle fits both sides.

        `flat` holds the windows' words one after the other.
        """
        logs = self.log_probabilities(flat)
        firsts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        logs[firsts] = 0.0
        logs[firsts + 1] = 0.0
        total: Floats = np.add.reduceat(logs, firsts)
        return total
