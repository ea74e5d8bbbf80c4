"""Decides whether a document is spun: readable evidence, summed a form at a time, set against its length.

What is said about a form ("within the": said by spinners 40 times as often) was counted in training, on
pages of other sites; a form that comes often in one document counts little more than once, because a
subject (the Monetary Policy Committee) repeats itself and proves nothing.
"""

from __future__ import annotations

import numpy as np

from cleaner.garble.candidates import Candidates
from cleaner.garble.ngram_model import Floats, Ints
from cleaner.garble.prefilter import RATE_PER_WORDS, SMOOTHING_WORDS
from cleaner.garble.tokenize import TokenizedText

# Evidence in nats splits here into weak, fair, good and strong; less than LEAST is not looked at.
STRENGTH_EDGES_NATS = (1.0, 2.0, 3.5)
MIN_EVIDENCE_NATS = 0.3
# Before the regression no form says more than e^4, none speaks for a document by more than e^1. The eighth
# repetition is the last to count, and it counts a third of its logarithm.
MAX_FORM_WEIGHT, MIN_FORM_WEIGHT, MAX_COUNTED_REPEATS, REPEAT_WEIGHT = 4.0, -1.0, 8, 0.3
# Log-odds above which a text is called spun: beyond every one of 2,312 clean training pages judged by weights
# and counts from other sites (the highest 1.48, then 1.35 and 1.28).
THRESHOLD_LOG_ODDS = 2.0


def strength_level(evidence: Floats) -> Ints:
    """Strength of evidence as 0..3."""
    return np.searchsorted(STRENGTH_EDGES_NATS, evidence, side="right")


def repeat_factor(times: Ints) -> Floats:
    """What a form that stands there several times counts, set against once."""
    factor: Floats = 1 + REPEAT_WEIGHT * np.log(np.minimum(times, MAX_COUNTED_REPEATS))
    return factor


def strongest_by_form(form_id: Ints, strength: Floats) -> tuple[Ints, Floats, Ints]:
    """Each form once, with its strongest evidence and how often it stands there."""
    forms, index, times = np.unique(form_id, return_inverse=True, return_counts=True)
    best = np.zeros(len(forms))
    np.maximum.at(best, index, strength)
    return forms, best, times


def spun_log_odds(candidates: Candidates, chosen: Ints, strength: Floats, words: TokenizedText) -> float:
    """Log-odds that the text is spun, at the training's even mix of spun and clean.

    `chosen` are the places to count, of which no two overlap; `strength` is the evidence of every place.
    """
    counted = chosen[strength[chosen] > MIN_EVIDENCE_NATS]
    forms, best, times = strongest_by_form(candidates.form_id[counted], strength[counted])
    total = float((candidates.table.weights[forms, strength_level(best)] * repeat_factor(times)).sum())
    return candidates.table.lexicon.bias + RATE_PER_WORDS * total / (
        count_unquoted_words(words) + SMOOTHING_WORDS
    )


def count_unquoted_words(words: TokenizedText) -> int:
    """How many words stand outside quotation marks."""
    return sum(
        1
        for token, quoted in zip(words.tokens, words.quoted, strict=True)
        if not quoted and token[0].isalpha()
    )
