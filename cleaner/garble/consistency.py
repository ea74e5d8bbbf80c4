"""Whether a text's words were replaced throughout: a spinner that writes `however` for `but` leaves no `but`.

No context is looked at. For each word that a family replaces, its occurrences in the narration are set
against those of its spun forms: writers use both in about the shares of the language model, each with their
own leaning; a spinner leaves few of the one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log

import numpy as np

from cleaner.garble.candidate_table import SubstitutionTable
from cleaner.garble.candidates import Candidates, merged_word_ids
from cleaner.garble.lexicon import FAMILIES
from cleaner.garble.ngram_model import UNKNOWN_ID, Floats, Ints, NgramModel
from cleaner.garble.tokenize import TokenizedText

# How firmly writers keep to the usual share of forms, in pseudo-counts of a beta distribution: they lean.
WRITER_COUNTS = 2.0
# Spinners replace a word nearly always (8 : 1), or one time in two (2 : 2); or it is not in their dictionary.
SPINNER_BETAS, SPINNER_SHARES, UNKNOWN_SHARE = ((8.0, 1.0), (2.0, 2.0)), (0.25, 0.25), 0.5
MAX_WORD_NATS = 4.0  # the most that one word counts


@dataclass(frozen=True, slots=True)
class ReplacedWords:
    """The words that each family replaces, with their forms.

    Attributes:
        word_id: per family, the word numbers of the originals of one word.
        form_share: per family, the share of the forms among the occurrences of both in other texts.
        form_id, original: per family, pairs of a form's number and the place of its original in `word_id`.
    """

    word_id: tuple[Ints, ...]
    form_share: tuple[Floats, ...]
    form_id: tuple[Ints, ...]
    original: tuple[Ints, ...]

    @classmethod
    def from_table(cls, table: SubstitutionTable) -> ReplacedWords:
        """Those of a table: originals of one word that the language model knows."""
        starts, lengths = table.original_word_ids.start, np.diff(table.original_word_ids.start)
        form_of_row = np.repeat(
            np.arange(len(table.first_substitution) - 1), np.diff(table.first_substitution)
        )
        first_word = table.original_word_ids.flat[starts[:-1]]
        parts = []
        for family in range(len(FAMILIES)):
            rows = np.flatnonzero(table.in_family[family] & (lengths == 1) & (first_word != UNKNOWN_ID))
            words, original = np.unique(first_word[rows], return_inverse=True)
            forms = form_of_row[rows]
            of_forms = np.bincount(original, np.exp(table.log_freq_spun[forms]), minlength=len(words))
            of_words = np.zeros(len(words))
            of_words[original] = np.exp(table.log_freq_original[rows])
            parts.append((words, of_forms / (of_forms + of_words), forms, original))
        word_id, form_share, form_id, originals = zip(*parts, strict=True)
        return cls(word_id, form_share, form_id, originals)


def consistency_nats(
    words: TokenizedText, candidates: Candidates, replaced: ReplacedWords, model: NgramModel
) -> Floats:
    """For each family how much likelier a spinner than a writer gives these words and forms (nats)."""
    narration = merged_word_ids(words, model)[~np.array(words.quoted, dtype=bool)]
    word_counts = np.bincount(narration, minlength=len(model.word_counts))
    n_forms = max(int(ids.max(initial=-1)) for ids in replaced.form_id) + 1
    form_counts = np.bincount(candidates.form_id, minlength=n_forms)
    nats = np.zeros(len(FAMILIES))
    for family, (word_id, form_share, form_id, original) in enumerate(
        zip(replaced.word_id, replaced.form_share, replaced.form_id, replaced.original, strict=True)
    ):
        kept = word_counts[word_id]
        put = np.bincount(original, form_counts[form_id], minlength=len(word_id))
        seen = np.flatnonzero(kept + put)
        nats[family] = sum(
            min(_word_nats(m, k, q), MAX_WORD_NATS)
            for m, k, q in zip(
                put[seen].tolist(), kept[seen].tolist(), form_share[seen].tolist(), strict=True
            )
        )
    return nats


@lru_cache(maxsize=1 << 14)  # words and their counts recur from text to text
def _word_nats(n_forms: int, n_words: int, form_share: float) -> float:
    """Log-ratio of spinner to writer for one word's counts."""
    alpha = WRITER_COUNTS * min(max(form_share, 1e-3), 1 - 1e-3)
    writer = _log_beta_binomial(n_forms, n_words, alpha, WRITER_COUNTS - alpha)
    ratios = [_log_beta_binomial(n_forms, n_words, a, b) - writer for a, b in SPINNER_BETAS]
    total = UNKNOWN_SHARE + sum(
        share * exp(min(ratio, 50.0)) for share, ratio in zip(SPINNER_SHARES, ratios, strict=True)
    )
    return log(total)


def _log_beta_binomial(hits: int, misses: int, alpha: float, beta: float) -> float:
    """Log-probability of a sequence with so many hits and misses."""
    return (
        lgamma(alpha + hits)
        + lgamma(beta + misses)
        - lgamma(alpha + beta + hits + misses)
        - lgamma(alpha)
        - lgamma(beta)
        + lgamma(alpha + beta)
    )
