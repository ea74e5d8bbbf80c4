"""Which lines to keep, given each line's probability."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cleaner.model.tokenize import Floats

# One doubt is behind many blocks of a page at once, such as whether its comments count: they stay or go
# together. So much of their spread is common, 0 were each for itself. Chosen on sites that no fit saw: as
# HTML news gain up to 0.75, beyond 0.6 other pages begin to lose. Flattened, news gain as well, but clean
# texts lose a little: there each line is for itself.
COMMON: Mapping[str, float] = {"html": 0.6, "text": 0.0}
# The common doubt: a normal variable in nine steps that are equally likely.
STEPS = np.array((-1.5932, -0.9674, -0.5895, -0.2822, 0.0, 0.2822, 0.5895, 0.9674, 1.5932))
PROBIT = 1.702  # log-odds are about so many times the quantile of a normal variable
CERTAIN = 1e-4  # no line is surer than this


def best_set(p: Floats, words: NDArray[np.float64], common: float = 0.0) -> tuple[NDArray[np.bool_], float]:
    """Of the sets of the likeliest lines the one whose keeping has the highest expected word-F1, and that.
    `common` is the part of the lines' doubt that they share, below 1."""
    order = np.argsort(-p, kind="stable")
    size = words[order]
    hit = np.cumsum(drawn(p[order], common) * size, axis=1)
    score = (2 * hit / (np.cumsum(size) + hit[:, -1:] + 1e-9)).mean(axis=0)
    last = int(np.argmax(score))
    keep = np.zeros(len(p), np.bool_)
    keep[order[: last + 1]] = True
    return keep, float(score[last])


def drawn(p: Floats, common: float) -> NDArray[np.float64]:
    """The chance of each line at each step of the common doubt: steps x lines, whose mean is about `p`."""
    if not common:
        return p.astype(np.float64)[None]
    chance = np.clip(p.astype(np.float64), CERTAIN, 1 - CERTAIN)
    odds = np.log(chance / (1 - chance)) - PROBIT * np.sqrt(common) * STEPS[:, None]
    return np.asarray(1 / (1 + np.exp(-odds / np.sqrt(1 - common))), np.float64)
