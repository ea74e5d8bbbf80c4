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
SHARED_UNCERTAINTY: Mapping[str, float] = {"html": 0.6, "text": 0.0}
# The common doubt: a normal variable in nine steps that are equally likely.
NORMAL_QUANTILES = np.array((-1.5932, -0.9674, -0.5895, -0.2822, 0.0, 0.2822, 0.5895, 0.9674, 1.5932))
LOGITS_PER_PROBIT = 1.702  # log-odds are about so many times the quantile of a normal variable
MIN_DOUBT = 1e-4  # no line is surer than this


def max_expected_f1_set(
    p_content: Floats, words: NDArray[np.float64], shared_uncertainty: float = 0.0
) -> tuple[NDArray[np.bool_], float]:
    """Of the sets of the likeliest lines the one whose keeping has the highest expected word-F1, and that.
    `common` is the part of the lines' doubt that they share, below 1."""
    order = np.argsort(-p_content, kind="stable")
    sorted_words = words[order]
    expected_hits = np.cumsum(
        scenario_probabilities(p_content[order], shared_uncertainty) * sorted_words, axis=1
    )
    expected_f1 = (2 * expected_hits / (np.cumsum(sorted_words) + expected_hits[:, -1:] + 1e-9)).mean(axis=0)
    last = int(np.argmax(expected_f1))
    keep = np.zeros(len(p_content), np.bool_)
    keep[order[: last + 1]] = True
    return keep, float(expected_f1[last])


def scenario_probabilities(p_content: Floats, shared_uncertainty: float) -> NDArray[np.float64]:
    """The chance of each line at each step of the common doubt: steps x lines, whose mean is about `p`."""
    if not shared_uncertainty:
        return p_content.astype(np.float64)[None]
    probability = np.clip(p_content.astype(np.float64), MIN_DOUBT, 1 - MIN_DOUBT)
    log_odds = (
        np.log(probability / (1 - probability))
        - LOGITS_PER_PROBIT * np.sqrt(shared_uncertainty) * NORMAL_QUANTILES[:, None]
    )
    return np.asarray(1 / (1 + np.exp(-log_odds / np.sqrt(1 - shared_uncertainty))), np.float64)
