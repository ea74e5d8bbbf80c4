"""The lexicon as arrays, its words numbered as in the language model, for look-ups of many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cleaner.garble.lexicon import CHANNELS, FAMILIES, Channel, Lexicon, Substitution
from cleaner.garble.ngram_model import UNKNOWN_ID, Floats, Ints, NgramModel

Flags = npt.NDArray[np.bool_]
# The share of its weight that a form natural in legal, scientific or literary English keeps. At .15 the
# specialist texts of `bench/texts` score below every spun page; at .4 one in five is among them.
REGISTER_SHARE = 0.15
N_LEVELS = 4  # strengths of evidence, from weak to strong
# Words of so few letters end in s for other reasons: is, has, as.
MAX_SHORT_WORD_CHARS = 3


@dataclass(frozen=True, slots=True)
class Ragged:
    """A ragged array, rows of different lengths: row k is `flat[start[k]:start[k + 1]]`."""

    flat: Ints
    start: Ints

    @classmethod
    def from_lists(cls, rows: Sequence[Sequence[int]]) -> Ragged:
        """The rows as one ragged array."""
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        flat = np.fromiter((n for row in rows for n in row), np.int64, int(lengths.sum()))
        return cls(flat, np.concatenate(([0], np.cumsum(lengths))))

    def extended(self, more: Ragged) -> Ragged:
        """With more rows at the end."""
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
class FormFinder:
    """Finds the forms of the lexicon in a text, all at once.

    Words are numbered as in the language model; those of forms that the model lacks follow its own.

    Attributes:
        words: those of the language model.
        id_of_extra_word: the numbers of the others.
        form_of_word: for each word number the number of the form of that one word, or -1.
        start_keys: sorted, for each longer form its first two words as one number.
        longer_forms: the numbers of these forms, in the same order.
        spelled: the words of all forms.
    """

    words: Sequence[str]
    id_of_extra_word: Mapping[str, int]
    form_of_word: Ints
    start_keys: Ints
    longer_forms: Ints
    spelled: Ragged

    @classmethod
    def of_forms(cls, forms: Ragged, unknown: Mapping[int, str], words: Sequence[str]) -> FormFinder:
        """For forms as numbers of a model's `words`; `unknown` are the words that it lacks, by their place in
        `forms.flat`."""
        n_words = len(words)
        id_of_extra_word = {word: n_words + k for k, word in enumerate(dict.fromkeys(unknown.values()))}
        flat = np.array(forms.flat)
        flat[[*unknown]] = [id_of_extra_word[word] for word in unknown.values()]
        is_one_word = np.diff(forms.start) == 1
        one_word_forms, longer_forms = np.flatnonzero(is_one_word), np.flatnonzero(~is_one_word)
        form_of_word = np.full(n_words + len(id_of_extra_word), -1, dtype=np.int64)
        form_of_word[flat[forms.start[one_word_forms]]] = one_word_forms
        firsts = forms.start[longer_forms]
        keys = _start_key(flat[firsts], flat[firsts + 1])
        order = np.argsort(keys, kind="stable")
        return cls(
            words, id_of_extra_word, form_of_word, keys[order], longer_forms[order], Ragged(flat, forms.start)
        )

    def find(self, ids: Ints, tokens: Sequence[str], quoted: Sequence[bool]) -> tuple[Ints, Ints, Ints]:
        """First token, end token and number of each form that neither begins nor ends in a quotation.

        By first token; forms of one word before longer ones, and these in the order of their numbers. `ids`
        are the tokens' numbers in the language model, with `an` as `a`.
        """
        ids = ids.copy()
        for at in np.flatnonzero(ids == UNKNOWN_ID).tolist():
            ids[at] = self.id_of_extra_word.get(tokens[at], UNKNOWN_ID)
        is_quoted = np.array(quoted, dtype=bool)
        at_one_word = np.flatnonzero((self.form_of_word[ids] >= 0) & ~is_quoted)
        first, end, form = self._longer(ids, is_quoted)
        first = np.concatenate((at_one_word, first))
        order = np.argsort(first, kind="stable")
        return (
            first[order],
            np.concatenate((at_one_word + 1, end))[order],
            np.concatenate((self.form_of_word[ids[at_one_word]], form))[order],
        )

    def _longer(self, ids: Ints, is_quoted: Flags) -> tuple[Ints, Ints, Ints]:
        """What `find` gives for forms of two words or more."""
        keys = _start_key(ids[:-1], ids[1:])
        low = np.searchsorted(self.start_keys, keys)
        starts = np.flatnonzero(np.append(self.start_keys, -1)[low] == keys)
        low = low[starts]
        counts = np.searchsorted(self.start_keys, keys[starts], side="right") - low
        first, form = np.repeat(starts, counts), self.longer_forms[concatenated_ranges(low, counts)]
        lengths = self.spelled.start[form + 1] - self.spelled.start[form]
        end = first + lengths
        fits = end <= len(ids)
        fits[fits] = ~is_quoted[first[fits]] & ~is_quoted[end[fits] - 1]
        for k in range(2, int(lengths.max(initial=2))):
            rows = np.flatnonzero(fits & (lengths > k))
            fits[rows] = ids[first[rows] + k] == self.spelled.flat[self.spelled.start[form[rows]] + k]
        return first[fits], end[fits], form[fits]


def _start_key(first: Ints, second: Ints) -> Ints:
    return first << 32 | second


@dataclass(frozen=True, slots=True)
class SubstitutionTable:
    """The forms that spinners write, numbered, and the substitutions of each: its possible originals.

    Attributes:
        lexicon: what the table was made from.
        substitutions: of all forms; those of form f are `first_substitution[f]` up to
            `first_substitution[f + 1]`.
        spun_word_ids, original_word_ids: word numbers of each form, of each substitution's original.
        log_prior, channel: per substitution, its log-prior and its index into CHANNELS.
        in_family: FAMILIES x substitutions, whether the family makes the swap.
        weights: FAMILIES x forms x 4, what a form adds to a family's log-odds, by strength (0 to 3).
        raw_weights: forms x 4, the same in the form's own family, before REGISTER_SHARE is applied.
        rarest_word: per form, the place in it of its rarest word.
        in_register: per form, 1 where formal or literary English writes it too, else 0.
        log_freq_spun, log_freq_original: how usual each form, and each substitution's original, is: log of
            its occurrences a word of text.
        original_id: per substitution, a number that equal originals share.
        number_variant_id: per substitution with an original of one word, the word number of that word in its
            other grammatical number (UNKNOWN_ID for the rest).
        form_finder: finds the forms of the lexicon, not those of `with_names`.
    """

    lexicon: Lexicon
    substitutions: Sequence[Substitution]
    first_substitution: Ints
    spun_word_ids: Ragged
    original_word_ids: Ragged
    log_prior: Floats
    channel: Ints
    in_family: Flags
    weights: Floats
    raw_weights: Floats
    rarest_word: Ints
    in_register: Floats
    log_freq_spun: Floats
    log_freq_original: Floats
    original_id: Ints
    number_variant_id: Ints
    form_finder: FormFinder

    @classmethod
    def from_lexicon(cls, lexicon: Lexicon, model: NgramModel) -> SubstitutionTable:
        """All substitutions of the lexicon."""
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
            _in_family(substitutions),
            weights,
            raw_weights,
            _rarest_words(spun, model),
            in_register,
            model.phrase_log_freq(spun.flat, np.diff(spun.start)),
            model.phrase_log_freq(original.flat, np.diff(original.start)),
            _original_ids(substitutions),
            _number_variant_ids(substitutions, model),
            FormFinder.of_forms(spun, unknown_words([group[0].spun for group in groups], spun), model.words),
        )

    def with_names(self, names: Sequence[Substitution], model: NgramModel) -> SubstitutionTable:
        """With the altered names of one text as further forms."""
        if not names:
            return self
        weights, raw_weights, in_register = _form_weights(names, self.lexicon)
        spun = Ragged.from_lists([model.word_ids(swap.spun) for swap in names])
        original = Ragged.from_lists([model.word_ids(swap.original) for swap in names])
        log_freq = [model.phrase_log_freq(side.flat, np.diff(side.start)) for side in (spun, original)]
        return replace(
            self,
            substitutions=_WithMore(self.substitutions, names),
            first_substitution=np.concatenate(
                (self.first_substitution, self.first_substitution[-1] + 1 + np.arange(len(names)))
            ),
            spun_word_ids=self.spun_word_ids.extended(spun),
            original_word_ids=self.original_word_ids.extended(original),
            log_prior=np.concatenate((self.log_prior, np.zeros(len(names)))),
            channel=np.concatenate((self.channel, np.full(len(names), CHANNELS.index(Channel.NAME)))),
            in_family=np.concatenate((self.in_family, _in_family(names)), axis=1),
            weights=np.concatenate((self.weights, weights), axis=1),
            raw_weights=np.concatenate((self.raw_weights, raw_weights)),
            rarest_word=np.concatenate((self.rarest_word, _rarest_words(spun, model))),
            in_register=np.concatenate((self.in_register, in_register)),
            log_freq_spun=np.concatenate((self.log_freq_spun, log_freq[0])),
            log_freq_original=np.concatenate((self.log_freq_original, log_freq[1])),
            original_id=np.concatenate((self.original_id, self.original_id.max() + 1 + _original_ids(names))),
            number_variant_id=np.concatenate((self.number_variant_id, _number_variant_ids(names, model))),
        )

    def rarest_words(self, forms: Ints) -> list[str]:
        """The rarest word of each of these forms."""
        words = self.form_finder.words
        ids = self.spun_word_ids.flat[self.spun_word_ids.start[forms] + self.rarest_word[forms]].tolist()
        return [
            words[word_id]
            if word_id != UNKNOWN_ID
            else self.substitutions[int(self.first_substitution[form])].spun[int(self.rarest_word[form])]
            for word_id, form in zip(ids, forms.tolist(), strict=True)
        ]


class _WithMore(Sequence[Substitution]):
    """Two sequences one after the other, without a copy of the first."""

    def __init__(self, first: Sequence[Substitution], more: Sequence[Substitution]) -> None:
        self.first, self.more = first, more

    def __len__(self) -> int:
        return len(self.first) + len(self.more)

    def __getitem__(self, row: Any) -> Any:
        return self.first[row] if row < len(self.first) else self.more[row - len(self.first)]


def unknown_words(rows: Sequence[Sequence[str]], ids: Ragged) -> dict[int, str]:
    """The words without a number of the model, by their place in `ids.flat`."""
    flat = [word for row in rows for word in row]
    return {place: flat[place] for place in np.flatnonzero(ids.flat == UNKNOWN_ID).tolist()}


def _form_weights(forms: Sequence[Substitution], lexicon: Lexicon) -> tuple[Floats, Floats, Floats]:
    """`weights`, `raw_weights` and `in_register` of the table."""
    no_weights = (0.0,) * N_LEVELS
    is_name = [form.channel == Channel.NAME for form in forms]
    in_register = np.array([float(form.spun in lexicon.register_forms) for form in forms])
    weights: npt.NDArray[Any] = np.zeros((len(FAMILIES), len(forms), N_LEVELS), dtype=np.float32)
    raw_weights = np.zeros((len(forms), N_LEVELS))
    for f, family in enumerate(FAMILIES):
        # of forms that were never met: by whether they are names, and whether a register has them
        channels = (family, Channel.NAME)
        base = [lexicon.channel_weights.get((family, channel), no_weights) for channel in channels]
        shared = [[[share * value for value in row] for share in (1.0, REGISTER_SHARE)] for row in base]
        own = [lexicon.form_weights.get((family, form.spun)) for form in forms]
        weights[f] = [
            row or shared[name][registered > 0]
            for row, name, registered in zip(own, is_name, in_register.tolist(), strict=True)
        ]
        own_family = Channel.NAME if family == FAMILIES[0] else family
        for k, form in enumerate(forms):
            if form.channel in (family, own_family):
                raw_weights[k] = own[k] or base[is_name[k]]
    return weights, raw_weights, in_register


def _in_family(substitutions: Sequence[Substitution]) -> Flags:
    """`in_family` of the table."""
    families = [set(swap.families) for swap in substitutions]
    return np.array([[family in own for own in families] for family in FAMILIES], dtype=bool)


def _rarest_words(forms: Ragged, model: NgramModel) -> Ints:
    """For each form the place in it of its rarest word, the first of equals."""
    shares, lengths = model.word_share[forms.flat], np.diff(forms.start)
    smallest = np.repeat(np.minimum.reduceat(shares, forms.start[:-1]), lengths)
    at = np.flatnonzero(shares == smallest)
    form_of_word = np.repeat(np.arange(len(lengths)), lengths)
    first = np.unique(form_of_word[at], return_index=True)[1]
    places: Ints = at[first] - forms.start[:-1]
    return places


def _original_ids(substitutions: Sequence[Substitution]) -> Ints:
    """For each substitution the number of its original."""
    id_of_original = {
        original: k for k, original in enumerate(dict.fromkeys(swap.original for swap in substitutions))
    }
    return np.array([id_of_original[swap.original] for swap in substitutions], dtype=np.int64)


def _number_variant_ids(substitutions: Sequence[Substitution], model: NgramModel) -> Ints:
    """For each substitution with an original of one word, that word with a final s added or removed."""
    words = [swap.original[0] if len(swap.original) == 1 else "" for swap in substitutions]
    variants = [word[:-1] if word.endswith("s") else word + "s" for word in words]
    return np.array(
        [
            word_id if len(word) > MAX_SHORT_WORD_CHARS else UNKNOWN_ID
            for word, word_id in zip(variants, model.word_ids(variants), strict=True)
        ]
    )
