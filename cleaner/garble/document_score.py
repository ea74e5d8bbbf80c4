"""Decides whether a document is spun: the weights of the spun forms in it, relative to its length.

A spinner has one dictionary. So the forms are scored by family of substitutions, each family for itself
against what clean text of every register shows, and the best family counts; a small fitted sum adds the
other signals. The weight of a form ("within the": 40 times as frequent in spun pages) is counted in training,
on pages of other sites. One word counts little more than once, whatever its endings and neighbours: a subject
(the Monetary Policy Committee) repeats its words, and that proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

import numpy as np

from cleaner.garble.candidates import Candidates, non_overlapping_best
from cleaner.garble.lexicon import FAMILIES
from cleaner.garble.ngram_model import Floats, Ints
from cleaner.garble.oddness import Oddness
from cleaner.garble.prefilter import RATE_PER_WORDS, SMOOTHING_WORDS
from cleaner.garble.signatures import SignatureHit, has_enough_signatures
from cleaner.garble.surprise import Surprise
from cleaner.garble.tokenize import TokenizedText

# The edges between weak, fair, good and strong evidence; candidates below MIN_EVIDENCE_NATS are ignored.
STRENGTH_EDGES_NATS = (1.0, 2.0, 3.5)
MIN_EVIDENCE_NATS = 0.3
# Before the regression a form's ratio of spun to clean pages is at most e^4 and at least e^-1. Repetitions
# count .3 of their logarithm, up to the eighth.
MAX_FORM_WEIGHT, MIN_FORM_WEIGHT, MAX_COUNTED_REPEATS, REPEAT_WEIGHT = 4.0, -1.0, 8, 0.3
# Endings that make no other word: `yr` and `yrs` count once. A stem keeps MIN_STEM_CHARS letters.
ENDINGS = ("ing", "ed", "es", "s", "d")
MIN_STEM_CHARS = 2
# Family log-odds are clipped to these before they are scaled, then again: beyond, more of the same says
# nothing new.
MIN_FAMILY_LOG_ODDS, MAX_FAMILY_LOG_ODDS, MAX_SCALED_LOG_ODDS = -8.0, 30.0, 40.0
# A rate over many words is surer than one over few: log-odds above the usual ones of clean text grow with the
# root of the length, in units of SCALE_WORDS.
CLEAN_LOG_ODDS, SCALE_WORDS, SCALE_SMOOTHING_WORDS = -2.0, 400.0, 20.0
MIN_CONSISTENCY, MAX_CONSISTENCY, CONSISTENCY_SMOOTHING_WORDS = -3.0, 0.3, 50.0
# Below this best family the other signals do not decide alone. Out of fold it costs nothing (of pages with up
# to .2, up to .4 and more of the swaps .591, .876 and .976 are caught, at 0 .584, .882 and .976), as the
# threshold falls from 1.89 to 1.0; formal prose of two hundred words, as reports and patents, stays below.
MIN_BEST_FAMILY = 0.6
# Consistency above the usual one of clean text, in units of log-odds.
CLEAN_CONSISTENCY, CONSISTENCY_SCALE, MIN_BOTH = -0.5, 6.0, -18.0
# What signatures add (nats): of clean texts that the table was not filtered with, one or two in 100 have
# one (4,482 gold and other clean texts, by quarters) and none has two of one manner. They are not fitted: the
# table lacks whatever the training texts have.
ONE_SIGNATURE_NATS, ENOUGH_SIGNATURES_NATS = 3.0, 8.0


# Oddness is read of documents in doubt only, this near below the threshold: it never decides alone. Of 851
# clean texts five have a name off and none has two; the contrast of quotations exceeds 1.9 in one of 100.
# That synonyms would fit better counts above CLEAN_WORDS_ODDNESS, the third quartile of clean pages in doubt,
# and no more than the threshold lies above 0: the prose of 1788 is at 7, pages spun by a thesaurus that
# nobody wrote down are at 9, but short patents, verse and philosophy are at 11 to 16.
DOUBT_NATS = 2.0
NAME_OFF_NATS, MAX_NAMES_NATS, CLEAN_QUOTE_CONTRAST, MAX_CONTRAST_NATS = 1.0, 2.0, 2.0, 2.0
CLEAN_WORDS_ODDNESS, WORDS_ODDNESS_WEIGHT, MAX_WORDS_NATS = 3.0, 0.2, 1.0


class Signals(NamedTuple):
    """What speaks for a document being spun.

    Attributes:
        best_family, second_family: log-odds of the two families with the highest, scaled by length.
        consistency: `consistency_nats` of the family with the highest, by the root of the length, at most
            MAX_CONSISTENCY: a style that lacks a word is as consistent, so by itself it says little.
        both: the lower of a family's log-odds and of its consistency, in the family where that is highest:
            a spinner shows in both.
        mean_nats, unseen_rare, unseen_fair, unseen_usual, unseen_frequent, low, unknown_words: as `Surprise`.
        log_words: of the words outside quotations.
    """

    best_family: float
    second_family: float
    consistency: float
    both: float
    mean_nats: float
    unseen_rare: float
    unseen_fair: float
    unseen_usual: float
    unseen_frequent: float
    low: float
    unknown_words: float
    log_words: float


def strength_level(evidence: Floats) -> Ints:
    """Evidence (nats) as a level from 0, weak, to 3, strong."""
    return np.searchsorted(STRENGTH_EDGES_NATS, evidence, side="right")


def repeat_factor(times: Ints) -> Floats:
    """How many times as much as one occurrence a form counts that occurs `times` times."""
    factor: Floats = 1 + REPEAT_WEIGHT * np.log(np.minimum(times, MAX_COUNTED_REPEATS))
    return factor


@lru_cache(maxsize=1 << 12)
def word_stem(word: str) -> str:
    """The word without an ending that makes no other word of it."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM_CHARS and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


class CountedForms(NamedTuple):
    """The forms that count in a document, one for each word: the number of the form that has the strongest
    evidence, that evidence (nats), and how often the word occurs."""

    form_id: Ints
    best: Floats
    times: Ints


def counted_forms(candidates: Candidates, strength: Floats) -> CountedForms:
    """The forms of one family that count; `strength` is the family's evidence of every candidate.

    Forms that have their rarest word in common, but for its ending, count once.
    """
    chosen = non_overlapping_best(candidates, strength, np.flatnonzero(strength > MIN_EVIDENCE_NATS))
    by_word: dict[str, tuple[float, int, int]] = {}
    forms = candidates.form_id[chosen]
    rarest = candidates.table.rarest_words(forms)
    for word, form, nats in zip(
        map(word_stem, rarest), forms.tolist(), strength[chosen].tolist(), strict=True
    ):
        best, best_form, times = by_word.get(word, (0.0, form, 0))
        by_word[word] = (nats, form, times + 1) if nats > best else (best, best_form, times + 1)
    rows = [(form, best, times) for best, form, times in by_word.values()]
    form_ids, bests, counts = zip(*rows, strict=True) if rows else ((), (), ())
    return CountedForms(
        np.array(form_ids, dtype=np.int64), np.array(bests, dtype=float), np.array(counts, dtype=np.int64)
    )


def family_log_odds(candidates: Candidates, evidence: Floats, n_unquoted_words: int) -> Floats:
    """For each family the log-odds that its spinner made the text, at the training's mix of pages.

    `evidence` is that of `family_evidence_nats`. The word that adds most is left out: one proves nothing.
    """
    table = candidates.table
    log_odds = np.zeros(len(FAMILIES))
    for number, family in enumerate(FAMILIES):
        forms = counted_forms(candidates, evidence[number])
        added = table.weights[number, forms.form_id, strength_level(forms.best)] * repeat_factor(forms.times)
        total = float(added.sum() - added.max(initial=0.0))
        bias = table.lexicon.family_biases.get(family, MIN_FAMILY_LOG_ODDS)
        log_odds[number] = bias + RATE_PER_WORDS * total / (n_unquoted_words + SMOOTHING_WORDS)
    return log_odds


def document_signals(
    log_odds_by_family: Floats, consistency: Floats, oddness: Surprise, n_unquoted_words: int
) -> Signals:
    """The signals of a document; log-odds and consistency are of the same families, two at least."""
    scale = ((n_unquoted_words + SCALE_SMOOTHING_WORDS) / SCALE_WORDS) ** 0.5
    above_clean = np.clip(log_odds_by_family, MIN_FAMILY_LOG_ODDS, MAX_FAMILY_LOG_ODDS) - CLEAN_LOG_ODDS
    scaled = np.clip(above_clean * scale, MIN_FAMILY_LOG_ODDS, MAX_SCALED_LOG_ODDS)
    consistent = consistency / (n_unquoted_words + CONSISTENCY_SMOOTHING_WORDS) ** 0.5
    both = np.minimum(scaled - CLEAN_LOG_ODDS, CONSISTENCY_SCALE * (consistent - CLEAN_CONSISTENCY)).max()
    second, best = np.sort(scaled)[-2:].tolist()
    return Signals(
        best,
        second,
        float(np.clip(consistent.max(), MIN_CONSISTENCY, MAX_CONSISTENCY)),
        float(np.clip(both, MIN_BOTH, MAX_SCALED_LOG_ODDS)),
        *oddness,
        log(n_unquoted_words + 1),
    )


def most_consistent_signals(log_odds_by_family: Floats, oddness: Surprise, n_unquoted_words: int) -> Signals:
    """The signals of a document whose words were replaced as consistently as can be."""
    return document_signals(
        log_odds_by_family, np.full(len(log_odds_by_family), np.inf), oddness, n_unquoted_words
    )


def spun_log_odds(signals: Signals, weights: Mapping[str, float], bias: float) -> float:
    """Log-odds that the text is spun, at the training's mix of spun and clean pages.

    Not above 0 where no family shows clearly more than in clean text usually: the other signals do not decide
    alone.
    """
    values: dict[str, float] = signals._asdict()
    log_odds = bias + sum(weights.get(name, 0.0) * value for name, value in values.items())
    return log_odds if signals.best_family > MIN_BEST_FAMILY else min(log_odds, 0.0)


def signature_nats(hits: Sequence[SignatureHit]) -> float:
    """What the signatures of a document add to its log-odds."""
    if has_enough_signatures(hits):
        return ENOUGH_SIGNATURES_NATS
    return ONE_SIGNATURE_NATS if hits else 0.0


def oddness_nats(odd: Oddness) -> float:
    """What oddness adds to the log-odds of a document in doubt: words that others would fit better, names
    off, and odd narration beside quotations."""
    words = min(max(odd.log_odds - CLEAN_WORDS_ODDNESS, 0.0) * WORDS_ODDNESS_WEIGHT, MAX_WORDS_NATS)
    contrast = min(max(odd.quote_contrast - CLEAN_QUOTE_CONTRAST, 0.0), MAX_CONTRAST_NATS)
    return words + min(odd.names_off * NAME_OFF_NATS, MAX_NAMES_NATS) + contrast


def count_unquoted_words(words: TokenizedText) -> int:
    """The number of words outside quotation marks."""
    return len(
        [
            1
            for token, quoted in zip(words.tokens, words.quoted, strict=True)
            if not quoted and token[0].isalpha()
        ]
    )
