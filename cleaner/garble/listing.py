"""Features of the places that may be listed as spun, for the network that decides which are.

The two passes ask which words would restore the text; here it is asked whether anything was replaced at a
place, whatever by: also where the original is one that the lexicon lacks, or two originals are as likely. A
document that is certainly spun lends each place its own share of spun words, and so do the neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidates import Candidates
from cleaner.garble.features import SECOND_PASS_FEATURES
from cleaner.garble.ngram_model import Floats, Ints
from cleaner.garble.tokenize import TokenizedText

LISTING_FEATURES = (
    *SECOND_PASS_FEATURES, "log odds", "rows", "shown", "odd", "odd mean", "near", "around", "odd near",
    "odd around", "spun share", "tokens",
)  # fmt: skip
MIN_NATS, MAX_NATS = -6.0, 6.0  # log-odds of a place, and of a token that no place holds, are cut to these
NEAR_TOKENS, AROUND_TOKENS = 2, 8  # on either side


@dataclass(frozen=True, slots=True)
class Places:
    """The candidates that may be listed, no two overlapping, in the order of the text.

    Attributes:
        candidate: their numbers.
        best_row: the likeliest row of each.
        log_odds: that each was spun (nats), whatever its original was, by the second pass.
        is_shown: whether a family that shows in the text makes the swap of the best row.
    """

    candidate: Ints
    best_row: Ints
    log_odds: Floats
    is_shown: npt.NDArray[np.bool_]


def listing_features(
    words: TokenizedText, candidates: Candidates, places: Places, second_features: Floats, odd: Floats
) -> Floats:
    """A matrix places x LISTING_FEATURES.

    `second_features` are the second pass's of all rows; `odd` holds for each token the log-odds that it
    replaced a synonym (`oddness.word_log_odds`).
    """
    first, end = candidates.first_token[places.candidate], candidates.end_token[places.candidate]
    log_odds = np.clip(places.log_odds, MIN_NATS, MAX_NATS)
    odd = np.clip(odd, MIN_NATS, MAX_NATS)
    by_token = np.full(len(words), MIN_NATS)
    for start, stop, nats in zip(first.tolist(), end.tolist(), log_odds.tolist(), strict=True):
        by_token[start:stop] = nats
    outside = ~np.array(words.quoted, dtype=bool)
    n_places = len(places.candidate)
    return np.column_stack(
        (
            second_features[places.best_row],
            log_odds,
            np.log(np.diff(candidates.row_start)[places.candidate]),
            places.is_shown,
            [odd[start:stop].max() for start, stop in zip(first.tolist(), end.tolist(), strict=True)],
            np.full(n_places, _mean(np.maximum(odd[(odd > MIN_NATS) & outside], -1.0))),
            _mean_beside(by_token, first, end, NEAR_TOKENS),
            _mean_beside(by_token, first, end, AROUND_TOKENS),
            _mean_beside(odd, first, end, NEAR_TOKENS),
            _mean_beside(odd, first, end, AROUND_TOKENS),
            np.full(n_places, _mean(1 / (1 + np.exp(-by_token[outside])))),
            np.full(n_places, np.log(len(words))),
        )
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def _mean_beside(values: Floats, first: Ints, end: Ints, reach: int) -> Floats:
    """For each place the mean of the tokens that are up to `reach` before it or after it; 0 without any."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    low, high = np.maximum(first - reach, 0), np.minimum(end + reach, len(values))
    counts = (high - low) - (end - first)
    mean: Floats = ((sums[high] - sums[low]) - (sums[end] - sums[first])) / np.maximum(counts, 1)
    return mean
