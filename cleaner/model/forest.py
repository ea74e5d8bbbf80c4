"""Boosted trees as flat arrays, evaluated for all lines at once. No tree library at run time, the same
result everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cleaner.model.tokenize import Floats

# rows at a time: small enough that the walk's arrays stay in the cache
CHUNK = 512


@dataclass(frozen=True, slots=True)
class Questions:
    """Every different question of a forest, whether `feature` is above `threshold`; `node`, inner nodes x
    trees, says which of them each node of each tree asks."""

    feature: NDArray[np.int64]
    threshold: Floats
    node: NDArray[np.int64]


@dataclass(frozen=True)
class Forest:
    """Trees of one depth, padded to full: node i of a tree has the children 2i+1 (left: value <=
    threshold) and 2i+2.

    Attributes:
        feature, threshold: trees x inner nodes.
        leaf: trees x leaves, in log-odds.
        inner: trees x inner nodes, the mean value of the rows that came through: what explains a score.
        base: log-odds before any tree.
    """

    feature: NDArray[np.int16]
    threshold: Floats
    leaf: Floats
    inner: Floats
    base: float

    @property
    def depth(self) -> int:
        """Questions from the root to a leaf."""
        return int(self.leaf.shape[1]).bit_length() - 1

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], name: str) -> Forest:
        """The forest stored under a name."""
        part = {key: arrays[f"{name}.{key}"] for key in ("feature", "threshold", "leaf", "inner", "base")}
        return cls(
            part["feature"].astype(np.int16),
            part["threshold"].astype(np.float32),
            part["leaf"].astype(np.float32),
            part["inner"].astype(np.float32),
            part["base"].astype(np.float64).ravel()[0].item(),
        )

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """What `of` reads."""
        return {
            f"{name}.feature": self.feature,
            f"{name}.threshold": self.threshold,
            f"{name}.leaf": self.leaf,
            f"{name}.inner": self.inner.astype(np.float16),
            f"{name}.base": np.array([self.base]),
        }

    def log_odds(self, rows: Floats) -> NDArray[np.float64]:
        """Of every column of a matrix features x lines."""
        parts = [self._chunk(rows[:, at : at + CHUNK]) for at in range(0, rows.shape[1], CHUNK)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _chunk(self, rows: Floats) -> NDArray[np.float64]:
        """Ask each question once for all lines, then follow the answers: questions are cheap in
        bulk, jumps are not."""
        n = rows.shape[1]
        whole = np.zeros((len(rows), n + -n % 8), np.float32)  # whole bytes: packed in one go, not row by row
        whole[:, :n] = rows
        asked = self._asked
        right = whole.take(asked.feature, axis=0) > asked.threshold
        answers = np.packbits(right).reshape(len(right), -1).take(asked.node, axis=0)
        return self._leaves(_followed(answers, self.depth), n)

    @cached_property
    def _asked(self) -> Questions:
        """Trees ask the same again and again: each feature and threshold once."""
        keys = np.stack([self.feature.ravel().astype(np.float64), self.threshold.ravel().astype(np.float64)])
        pairs, node = np.unique(keys, axis=1, return_inverse=True)
        return Questions(
            pairs[0].astype(np.int64),
            pairs[1].astype(np.float32)[:, None],
            np.ascontiguousarray(node.reshape(self.feature.shape).T),
        )

    def _leaves(self, bits: list[NDArray[np.uint8]], n: int) -> NDArray[np.float64]:
        """The sum of the leaves that the answers lead to; in float64, in the order of the trees."""
        leaf = np.zeros((len(self.leaf), 8 * bits[0].shape[1]), np.uint8)
        for bit in bits:
            leaf += leaf
            leaf += np.unpackbits(bit).reshape(leaf.shape)
        index = leaf[:, :n] + (np.arange(len(self.leaf)) * self.leaf.shape[1])[:, None]
        return np.asarray(self._wide.take(index).sum(axis=0) + self.base)

    @cached_property
    def _wide(self) -> NDArray[np.float64]:
        """The leaves in float64, as they are summed."""
        return self.leaf.astype(np.float64)

    @cached_property
    def _value(self) -> Floats:
        """Trees x nodes, the mean value of each, the leaves last."""
        return np.concatenate([self.inner, self.leaf], axis=1)

    def moved(
        self, rows: Floats, group: NDArray[np.int64], groups: int, step: int = 1
    ) -> NDArray[np.float64]:
        """How much each group of features moved the score of each column of `rows`: groups x columns, the sum
        over every `step`-th tree of how the mean value changed at each question. `group` is by feature."""
        tree, columns = np.arange(0, len(self.feature), step)[:, None], rows.shape[1]
        rows, column = np.ascontiguousarray(rows), np.arange(columns)
        inner, all_nodes = tree * self.feature.shape[1], tree * self._value.shape[1]
        at = np.zeros((len(tree), columns), np.int64)
        here = self._value.take(all_nodes + at)
        found = np.zeros(groups * columns)
        for _ in range(self.depth):
            asked = self.feature.take(inner + at).astype(np.int64)
            at = 2 * at + 1 + (rows.take(asked * columns + column) > self.threshold.take(inner + at))
            now = self._value.take(all_nodes + at)
            keys = (group[asked] * columns + column).ravel()
            found += np.bincount(keys, weights=(now - here).ravel(), minlength=groups * columns)
            here = now
        return found.reshape(groups, columns)


def _followed(answers: NDArray[np.uint8], depth: int) -> list[NDArray[np.uint8]]:
    """For each level the answer on the way down, eight lines a byte: `a ^ ((a ^ b) & bit)` picks a or b
    by bit. `answers` are nodes x trees x lines, so that each step runs over all trees at once."""
    bits: list[NDArray[np.uint8]] = []
    for level in range(depth):
        row = answers[2**level - 1 : 2 ** (level + 1) - 1]
        for bit in bits:
            half = len(row) // 2
            left, right = row[:half], row[half:]
            row = left ^ ((left ^ right) & bit)
        bits.append(row[0])
    return bits
