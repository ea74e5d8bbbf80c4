"""Which lines to keep, given each line's probability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.model.parse import Floats


def best_set(p: Floats, words: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The lines whose keeping has the highest expected word-F1; the best set is always the likeliest
    lines."""
    order = np.argsort(-p, kind="stable")
    size = words[order]
    hit = np.cumsum(p[order] * size)
    score = 2 * hit / (np.cumsum(size) + hit[-1] + 1e-9)
    keep = np.zeros(len(p), np.bool_)
    keep[order[: int(np.argmax(score)) + 1]] = True
    return keep
