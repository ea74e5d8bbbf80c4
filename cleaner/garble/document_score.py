"""Decides whether a document is spun: readable evidence, summed a form at a time, set against its length.

What is said about a form ("within the": said by spinners 40 times as often) was counted in training, on
pages of other sites; a form that comes often in one document counts little more than once, because a
subject (the Monetary Policy Committee) repeats itself and proves nothing.
"""

from __future__ import annotations

import numpy as np

from cleaner.garble.candidates import Places
from cleaner.garble.ngram_model import Floats, Ints
from cleaner.garble.prefilter import SCALE, SILENT
from cleaner.garble.tokenize import Words

# Evidence in nats splits here into weak, fair, good and strong; less than LEAST is not looked at.
EDGES = (1.0, 2.0, 3.5)
LEAST = 0.3
# Before the regression no form says more than e^4, none speaks for a document by more than e^1. The eighth
# repetition is the last to count, and it counts a third of its logarithm.
HIGHEST, LOWEST, REPEATS, REPEAT_WEIGHT = 4.0, -1.0, 8, 0.3
# Log-odds above which a text is called spun: beyond every one of 2,312 clean training pages judged by weights
# and counts from other sites (the highest 1.48, then 1.35 and 1.28).
THRESHOLD = 2.0


def bucket(evidence: Floats) -> Ints:
    """Strength of evidence as 0..3."""
    return np.searchsorted(EDGES, evidence, side="right")


def repeated(times: Ints) -> Floats:
    """What a form that stands there several times counts, set against once."""
    said: Floats = 1 + REPEAT_WEIGHT * np.log(np.minimum(times, REPEATS))
    return said


def by_form(form: Ints, strength: Floats) -> tuple[Ints, Floats, Ints]:
    """Each form once, with its strongest evidence and how often it stands there."""
    forms, at, times = np.unique(form, return_inverse=True, return_counts=True)
    best = np.zeros(len(forms))
    np.maximum.at(best, at, strength)
    return forms, best, times


def score(found: Places, chosen: Ints, strength: Floats, words: Words) -> float:
    """Log-odds that the text is spun, at the training's even mix of spun and clean.

    `chosen` are the places to count, of which no two overlap; `strength` is the evidence of every place.
    """
    heard = chosen[strength[chosen] > LEAST]
    forms, best, times = by_form(found.form[heard], strength[heard])
    total = float((found.options.weights[forms, bucket(best)] * repeated(times)).sum())
    return found.options.lexicon.bias + SCALE * total / (narration(words) + SILENT)


def narration(words: Words) -> int:
    """How many words stand outside quotation marks."""
    return sum(1 for t, q in zip(words.tokens, words.quoted, strict=True) if not q and t[0].isalpha())
