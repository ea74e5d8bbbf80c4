"""Trees in bulk are trees walked, and say what moved a score."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.model.forest import Forest


def walked(forest: Forest, row: np.ndarray) -> float:
    """One line, one question at a time."""
    inner = forest.feature.shape[1]
    total = forest.base
    for tree in range(len(forest.leaf)):
        at = 0
        while at < inner:
            at = 2 * at + 1 + int(row[forest.feature[tree, at]] > forest.threshold[tree, at])
        total += float(forest.leaf[tree, at - inner])
    return total


@pytest.mark.parametrize("n", [1, 7, 8, 9, 700])
def test_a_forest_in_bulk_is_a_forest_walked(n: int) -> None:
    dice = np.random.default_rng(n)
    feature = dice.integers(0, 9, (20, 63)).astype(np.int16)
    threshold = (dice.integers(0, 30, (20, 63)) / 30).astype(np.float32)
    forest = Forest(
        feature, threshold, dice.random((20, 64), np.float32), dice.random((20, 63), np.float32), 0.5
    )
    rows = (dice.integers(0, 31, (9, n)) / 30).astype(np.float32)
    got = forest.log_odds(rows)
    assert np.allclose(got[:50], [walked(forest, rows[:, i]) for i in range(min(n, 50))], atol=1e-4)
    moved = forest.contributions(rows, np.arange(9) % 4, 4)
    assert np.allclose(moved.sum(axis=0) + float(forest.node_means[:, 0].sum()) + 0.5, got, atol=1e-3)
