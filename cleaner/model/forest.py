"""Boosted trees as flat arrays, evaluated for all lines at once. No tree library at run time, the same
result everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cleaner import native
from cleaner.model.tokenize import Floats

# Lines evaluated at a time: few enough that the arrays stay in the processor's cache.
CHUNK_LINES = 512


@dataclass(frozen=True, slots=True)
class UniqueSplits:
    """The distinct splits of a forest, each whether `feature` is above `threshold`.

    `split_of_node`, inner nodes x trees, is the index of each node's split among them.
    """

    feature: NDArray[np.int64]
    threshold: Floats
    split_of_node: NDArray[np.int64]


@dataclass(frozen=True)
class Forest:
    """Trees of one depth, padded to full: node i of a tree has the children 2i+1 (left: value <=
    threshold) and 2i+2.

    Attributes:
        feature, threshold: trees x inner nodes, the split of each.
        leaf: trees x leaves, log-odds.
        node_means: trees x inner nodes, the mean log-odds of the training rows that passed through each
            node; the difference between a node and its child is what a split contributes to a score.
        base: log-odds before any tree.
    """

    feature: NDArray[np.int16]
    threshold: Floats
    leaf: Floats
    node_means: Floats
    base: float

    @property
    def depth(self) -> int:
        """Splits from the root to a leaf."""
        return int(self.leaf.shape[1]).bit_length() - 1

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], name: str) -> Forest:
        """The forest stored under `name`."""
        stored = {key: arrays[f"{name}.{key}"] for key in ("feature", "threshold", "leaf", "inner", "base")}
        return cls(
            stored["feature"].astype(np.int16),
            stored["threshold"].astype(np.float32),
            stored["leaf"].astype(np.float32),
            stored["inner"].astype(np.float32),
            stored["base"].astype(np.float64).ravel()[0].item(),
        )

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """The arrays to store, as `of` reads them."""
        return {
            f"{name}.feature": self.feature,
            f"{name}.threshold": self.threshold,
            f"{name}.leaf": self.leaf,
            f"{name}.inner": self.node_means.astype(np.float16),
            f"{name}.base": np.array([self.base]),
        }

    def log_odds(self, rows: Floats) -> NDArray[np.float64]:
        """The log-odds of every column of a matrix features x lines: the leaves of its paths, added up in
        float64 in the order of the trees, then the base."""
        if native.core is not None:
            return self._native_log_odds(native.core, rows)
        chunks = [
            self._chunk_log_odds(rows[:, start : start + CHUNK_LINES])
            for start in range(0, rows.shape[1], CHUNK_LINES)
        ]
        return np.concatenate(chunks) if chunks else np.zeros(0)

    def _native_log_odds(self, core: native.NativeCore, rows: Floats) -> NDArray[np.float64]:
        """`log_odds` by the native core."""
        log_odds = np.empty(rows.shape[1])
        core.forest_log_odds(
            np.ascontiguousarray(rows, np.float32),
            len(rows),
            self.feature,
            self.threshold,
            self.leaf,
            self.base,
            log_odds,
        )
        return log_odds

    def _chunk_log_odds(self, rows: Floats) -> NDArray[np.float64]:
        """Evaluates every distinct split for all lines, then selects the results on each tree's path:
        comparisons are cheap in bulk, walking down a tree line by line is not."""
        n = rows.shape[1]
        # padded to whole bytes, so that all rows are packed into bits at once
        padded_rows = np.zeros((len(rows), n + -n % 8), np.float32)
        padded_rows[:, :n] = rows
        splits = self._splits
        goes_right = padded_rows.take(splits.feature, axis=0) > splits.threshold
        node_bits = np.packbits(goes_right).reshape(len(goes_right), -1).take(splits.split_of_node, axis=0)
        return self._sum_leaves(_leaf_bits(node_bits, self.depth), n)

    @cached_property
    def _splits(self) -> UniqueSplits:
        """Each pair of feature and threshold once: trees share many."""
        keys = np.stack([self.feature.ravel().astype(np.float64), self.threshold.ravel().astype(np.float64)])
        pairs, split_of_node = np.unique(keys, axis=1, return_inverse=True)
        return UniqueSplits(
            pairs[0].astype(np.int64),
            pairs[1].astype(np.float32)[:, None],
            np.ascontiguousarray(split_of_node.reshape(self.feature.shape).T),
        )

    def _sum_leaves(self, bits: list[NDArray[np.uint8]], n: int) -> NDArray[np.float64]:
        """The sum of the leaf of every tree, found by the bits of its number, highest first; in float64, in
        the order of the trees."""
        leaf = np.zeros((len(self.leaf), 8 * bits[0].shape[1]), np.uint8)
        for bit in bits:
            leaf += leaf
            leaf += np.unpackbits(bit).reshape(leaf.shape)
        index = leaf + (np.arange(len(self.leaf)) * self.leaf.shape[1])[:, None]
        # eight columns and more: of a single one numpy adds pairs first
        return np.asarray((self._leaf64.take(index).sum(axis=0) + self.base)[:n])

    @cached_property
    def _leaf64(self) -> NDArray[np.float64]:
        """The leaves in float64, the precision of the sum."""
        return self.leaf.astype(np.float64)

    @cached_property
    def _node_values(self) -> Floats:
        """The value of each node, trees x nodes, the leaves last."""
        return np.concatenate([self.node_means, self.leaf], axis=1)

    def contributions(
        self, rows: Floats, group_of_feature: NDArray[np.int64], n_groups: int, step: int = 1
    ) -> NDArray[np.float64]:
        """How much each group of features moved the score of each column of `rows`: groups x columns.

        It is the sum (log-odds), over every `step`-th tree, of the change of value at each split of a path.
        `group_of_feature` is the group of each row of `rows`.
        """
        if native.core is not None:
            moved = np.empty((n_groups, rows.shape[1]))
            native.core.forest_contributions(
                np.ascontiguousarray(rows, np.float32),
                self.feature,
                self.threshold,
                self._node_values,
                np.ascontiguousarray(group_of_feature, np.int64),
                len(self.feature),
                n_groups,
                step,
                moved,
            )
            return moved
        tree, n_columns = np.arange(0, len(self.feature), step)[:, None], rows.shape[1]
        rows, column = np.ascontiguousarray(rows), np.arange(n_columns)
        first_split, first_node = tree * self.feature.shape[1], tree * self._node_values.shape[1]
        node = np.zeros((len(tree), n_columns), np.int64)
        value = self._node_values.take(first_node + node)
        totals = np.zeros(n_groups * n_columns)
        for _ in range(self.depth):
            feature = self.feature.take(first_split + node).astype(np.int64)
            goes_right = rows.take(feature * n_columns + column) > self.threshold.take(first_split + node)
            node = 2 * node + 1 + goes_right
            new_value = self._node_values.take(first_node + node)
            keys = (group_of_feature[feature] * n_columns + column).ravel()
            totals += np.bincount(keys, weights=(new_value - value).ravel(), minlength=n_groups * n_columns)
            value = new_value
        return totals.reshape(n_groups, n_columns)


def _leaf_bits(goes_right: NDArray[np.uint8], depth: int) -> list[NDArray[np.uint8]]:
    """For each level whether the path to the leaf goes right, trees x lines, eight lines a byte.

    `goes_right` is nodes x trees x lines, so that each step runs over all trees at once; `a ^ ((a ^ b) &
    bit)` picks a where the bit is 0, else b.
    """
    bits: list[NDArray[np.uint8]] = []
    for level in range(depth):
        candidates = goes_right[2**level - 1 : 2 ** (level + 1) - 1]
        for bit in bits:
            half = len(candidates) // 2
            left, right = candidates[:half], candidates[half:]
            candidates = left ^ ((left ^ right) & bit)
        bits.append(candidates[0])
    return bits
