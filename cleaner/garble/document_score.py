"""Decides whether a document is spun: the weights of the spun forms in it, relative to its length.

The weight of a form ("within the": 40 times as frequent in spun pages) was counted in training, on pages of
other sites. A form that is frequent in one document counts little more than once: a subject (the Monetary
Policy Committee) repeats its words, and that proves nothing.
"""

from __future__ import annotations

import numpy as np

from cleaner.garble.candidates import Candidates
from cleaner.garble.ngram_model import Floats, Ints
from cleaner.garble.prefilter import RATE_PER_WORDS, SMOOTHING_WORDS
from cleaner.garble.tokenize import TokenizedText

# The edges between weak, fair, good and strong evidence; candidates below MIN_EVIDENCE_NATS are ignored.
STRENGTH_EDGES_NATS = (1.0, 2.0, 3.5)
MIN_EVIDENCE_NATS = 0.3
# Before the regression a form's ratio of spun to clean pages is at most e^4 and at least e^-1. Repetitions
# count .3 of their logarithm, up to the eighth.
MAX_FORM_WEIGHT, MIN_FORM_WEIGHT, MAX_COUNTED_REPEATS, REPEAT_WEIGHT = 4.0, -1.0, 8, 0.3
# Log-odds above which a text is called spun: above every one of 2,312 clean training pages scored by weights
# and counts from other sites (the highest 1.48, then 1.35 and 1.28).
THRESHOLD_LOG_ODDS = 2.0


def strength_level(evidence: Floats) -> Ints:
    """Evidence (nats) as a level from 0, weak, to 3, strong."""
    return np.searchsorted(STRENGTH_EDGES_NATS, evidence, side="right")


def repeat_factor(times: Ints) -> Floats:
    """How many times as much as one occurrence a form counts that occurs `times` times."""
    factor: Floats = 1 + REPEAT_WEIGHT * np.log(np.minimum(times, MAX_COUNTED_REPEATS))
    return factor


def strongest_by_form(form_id: Ints, strength: Floats) -> tuple[Ints, Floats, Ints]:
    """The distinct forms, the strongest evidence of each, and how often each occurs."""
    forms, index, times = np.unique(form_id, return_inverse=True, return_counts=True)
    best = np.zeros(len(forms))
    np.maximum.at(best, index, strength)
    return forms, best, times


def spun_log_odds(candidates: Candidates, chosen: Ints, strength: Floats, words: TokenizedText) -> float:
    """Log-odds that the text is spun, at the training's mix of spun and clean pages.

    `chosen` are the candidates to count, of which no two overlap; `strength` is the evidence of all.
    """
    counted = chosen[strength[chosen] > MIN_EVIDENCE_NATS]
    forms, best, times = strongest_by_form(candidates.form_id[counted], strength[counted])
    total = float((candidates.table.weights[forms, strength_level(best)] * repeat_factor(times)).sum())
    return candidates.table.lexicon.bias + RATE_PER_WORDS * total / (
        count_unquoted_words(words) + SMOOTHING_WORDS
    )


def count_unquoted_words(words: TokenizedText) -> int:
    """The number of words outside quotation marks."""
    return sum(
        1
        for token, quoted in zip(words.tokens, words.quoted, strict=True)
        if not quoted and token[0].isalpha()
    )
