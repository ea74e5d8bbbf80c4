"""Which lines to keep, given each line's probability: those whose expected word-F1 is the highest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cleaner.model.tokenize import Floats

# Blocks of a page are uncertain together, not independently: whether comments count as main content decides
# over all of them at once. This is the share of the variance that a page's blocks have in common; 0 means
# independent. Chosen on sites that no fit saw: as HTML, news pages gain up to 0.75, beyond 0.6 other pages
# begin to lose. Flattened news pages gain as well, but clean texts lose a little: 0 for text.
SHARED_UNCERTAINTY: Mapping[str, float] = {"html": 0.6, "text": 0.0}
# The common part is a standard normal variable, in nine equally likely values.
NORMAL_QUANTILES = np.array((-1.5932, -0.9674, -0.5895, -0.2822, 0.0, 0.2822, 0.5895, 0.9674, 1.5932))
LOGITS_PER_PROBIT = 1.702  # the logistic curve is closest to the normal one at this scale
MIN_DOUBT = 1e-4  # probabilities are clipped to this far from 0 and 1


def max_expected_f1_set(
    p_content: Floats, words: NDArray[np.float64], shared_uncertainty: float = 0.0
) -> tuple[NDArray[np.bool_], float]:
    """Which lines to keep, and the word-F1 expected of it: the best of keeping the 1, 2, 3, ... likeliest.

    `words` are by line; `shared_uncertainty`, below 1, is as in SHARED_UNCERTAINTY.
    """
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
    """Each line's probability at each value of the common part: values x lines, whose mean is about
    `p_content`."""
    if not shared_uncertainty:
        return p_content.astype(np.float64)[None]
    probability = np.clip(p_content.astype(np.float64), MIN_DOUBT, 1 - MIN_DOUBT)
    log_odds = (
        np.log(probability / (1 - probability))
        - LOGITS_PER_PROBIT * np.sqrt(shared_uncertainty) * NORMAL_QUANTILES[:, None]
    )
    return np.asarray(1 / (1 + np.exp(-log_odds / np.sqrt(1 - shared_uncertainty))), np.float64)
