"""The lexicon as arrays, its words numbered as a model numbers them: what many look-ups at once need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cleaner.garble.lexicon import CHANNELS, Lexicon, Substitution
from cleaner.garble.ngram_model import UNKNOWN_ID, Floats, Ints, NgramModel

# What a form natural in legal, scientific or literary English keeps of its weight. At .15 the specialist
# texts of `bench/texts` fall below every spun page; at .4 one in five stands among them.
REGISTER_SHARE = 0.15
# Words of so few letters end in s for other reasons: is, has, as.
MAX_SHORT_WORD_CHARS = 3


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of numbers of different lengths: row k is `flat[start[k]:start[k + 1]]`."""

    flat: Ints
    start: Ints

    @classmethod
    def from_lists(cls, rows: Sequence[Sequence[int]]) -> Ragged:
        """From lists."""
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        flat = np.fromiter((n for row in rows for n in row), np.int64, int(lengths.sum()))
        return cls(flat, np.concatenate(([0], np.cumsum(lengths))))

    def extended(self, more: Ragged) -> Ragged:
        """With more rows behind."""
        start = np.concatenate((self.start, more.start[1:] + self.start[-1]))
        return Ragged(np.concatenate((self.flat, more.flat)), start)

    def take(self, rows: Ints) -> tuple[Ints, Ints]:
        """The chosen rows, flat, and their lengths."""
        lengths = self.start[rows + 1] - self.start[rows]
        return self.flat[concatenated_ranges(self.start[rows], lengths)], lengths


def concatenated_ranges(starts: Ints, lengths: Ints) -> Ints:
    """start, start + 1, … for each start, as many as its length."""
    ends = np.cumsum(lengths)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths - starts, lengths)


@dataclass(frozen=True, slots=True)
class SubstitutionTable:
    """Forms a spinner writes, numbered, and the options of each: what it may stand for.

    The options of form f are `first[f]` up to `first[f + 1]`. `spun` and `original` hold word numbers of
    forms and options, `prior` logs, `channel` an index into CHANNELS, `weights` what a form of a strength of
    evidence (0..3) adds to a document's score, `said` the same before registers take their share, `usual_*`
    how often form and original come (log of the share of words). `same` numbers the originals, `sibling` is
    the word number of an original of one word in its other number (UNKNOWN for others).
    """

    lexicon: Lexicon
    substitutions: list[Substitution]
    first_substitution: Ints
    spun_word_ids: Ragged
    original_word_ids: Ragged
    log_prior: Floats
    channel: Ints
    weights: Floats
    raw_weights: Floats
    in_register: Floats
    log_freq_spun: Floats
    log_freq_original: Floats
    original_id: Ints
    number_variant_id: Ints

    @classmethod
    def from_lexicon(cls, lexicon: Lexicon, model: NgramModel) -> SubstitutionTable:
        """All swaps of the lexicon."""
        groups = lexicon.by_form
        weights, raw_weights, in_register = _form_weights([group[0] for group in groups], lexicon)
        substitutions = [swap for group in groups for swap in group]
        spun = Ragged.from_lists([model.word_ids(group[0].spun) for group in groups])
        original = Ragged.from_lists([model.word_ids(swap.original) for swap in substitutions])
        return cls(
            lexicon,
            substitutions,
            np.concatenate(([0], np.cumsum([len(group) for group in groups]))),
            spun,
            original,
            np.log([swap.prior for swap in substitutions]),
            np.array([CHANNELS.index(swap.channel) for swap in substitutions]),
            weights,
            raw_weights,
            in_register,
            model.phrase_log_freq(spun.flat, np.diff(spun.start)),
            model.phrase_log_freq(original.flat, np.diff(original.start)),
            _original_ids(substitutions),
            _number_variant_ids(substitutions, model),
        )

    def with_names(self, names: Sequence[Substitution], model: NgramModel) -> SubstitutionTable:
        """With the broken names of one text as forms behind the others."""
        if not names:
            return self
        weights, raw_weights, in_register = _form_weights(names, self.lexicon)
        spun = Ragged.from_lists([model.word_ids(swap.spun) for swap in names])
        original = Ragged.from_lists([model.word_ids(swap.original) for swap in names])
        log_freq = [model.phrase_log_freq(side.flat, np.diff(side.start)) for side in (spun, original)]
        return replace(
            self,
            substitutions=[*self.substitutions, *names],
            first_substitution=np.concatenate(
                (self.first_substitution, self.first_substitution[-1] + 1 + np.arange(len(names)))
            ),
            spun_word_ids=self.spun_word_ids.extended(spun),
            original_word_ids=self.original_word_ids.extended(original),
            log_prior=np.concatenate((self.log_prior, np.zeros(len(names)))),
            channel=np.concatenate((self.channel, np.full(len(names), CHANNELS.index("name")))),
            weights=np.concatenate((self.weights, weights)),
            raw_weights=np.concatenate((self.raw_weights, raw_weights)),
            in_register=np.concatenate((self.in_register, in_register)),
            log_freq_spun=np.concatenate((self.log_freq_spun, log_freq[0])),
            log_freq_original=np.concatenate((self.log_freq_original, log_freq[1])),
            original_id=np.concatenate((self.original_id, self.original_id.max() + 1 + _original_ids(names))),
            number_variant_id=np.concatenate((self.number_variant_id, _number_variant_ids(names, model))),
        )


def _form_weights(forms: Iterable[Substitution], lexicon: Lexicon) -> tuple[Floats, Floats, Floats]:
    """A row of four a form: what it adds, what it says; and whether some register writes it."""
    weights, raw_weights, in_register = [], [], []
    no_weights = (0.0,) * 4
    for form in forms:
        is_register_form = form.spun in lexicon.register_forms
        own = lexicon.form_weights.get(form.spun)
        base = lexicon.channel_weights.get(form.channel, no_weights)
        weights.append(own or tuple(REGISTER_SHARE * value if is_register_form else value for value in base))
        raw_weights.append(own or base)
        in_register.append(float(is_register_form))
    return np.array(weights).reshape(-1, 4), np.array(raw_weights).reshape(-1, 4), np.array(in_register)


def _original_ids(substitutions: Sequence[Substitution]) -> Ints:
    """Of each swap the number of its original."""
    id_of_original = {
        original: k for k, original in enumerate(dict.fromkeys(swap.original for swap in substitutions))
    }
    return np.array([id_of_original[swap.original] for swap in substitutions], dtype=np.int64)


def _number_variant_ids(substitutions: Sequence[Substitution], model: NgramModel) -> Ints:
    """Of each original of one word the word that ends with an s more, or less."""
    words = [swap.original[0] if len(swap.original) == 1 else "" for swap in substitutions]
    variants = [word[:-1] if word.endswith("s") else word + "s" for word in words]
    return np.array(
        [
            word_id if len(word) > MAX_SHORT_WORD_CHARS else UNKNOWN_ID
            for word, word_id in zip(variants, model.word_ids(variants), strict=True)
        ]
    )
