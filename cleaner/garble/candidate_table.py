"""The lexicon as arrays, its words numbered as a model numbers them: what many look-ups at once need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cleaner.garble.lexicon import CHANNELS, Lexicon, Swap
from cleaner.garble.ngram_model import UNKNOWN, Floats, Ints, Model

# What a form natural in legal, scientific or literary English keeps of its weight. At .15 the specialist
# texts of `bench/texts` fall below every spun page; at .4 one in five stands among them.
REGISTER = 0.15
# Words of so few letters end in s for other reasons: is, has, as.
SHORT = 3


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of numbers of different lengths: row k is `flat[start[k]:start[k + 1]]`."""

    flat: Ints
    start: Ints

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Ragged:
        """From lists."""
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        flat = np.fromiter((n for row in rows for n in row), np.int64, int(lengths.sum()))
        return cls(flat, np.concatenate(([0], np.cumsum(lengths))))

    def add(self, more: Ragged) -> Ragged:
        """With more rows behind."""
        start = np.concatenate((self.start, more.start[1:] + self.start[-1]))
        return Ragged(np.concatenate((self.flat, more.flat)), start)

    def take(self, rows: Ints) -> tuple[Ints, Ints]:
        """The chosen rows, flat, and their lengths."""
        lengths = self.start[rows + 1] - self.start[rows]
        return self.flat[spans(self.start[rows], lengths)], lengths


def spans(starts: Ints, lengths: Ints) -> Ints:
    """start, start + 1, … for each start, as many as its length."""
    ends = np.cumsum(lengths)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths - starts, lengths)


@dataclass(frozen=True, slots=True)
class Options:
    """Forms a spinner writes, numbered, and the options of each: what it may stand for.

    The options of form f are `first[f]` up to `first[f + 1]`. `spun` and `original` hold word numbers of
    forms and options, `prior` logs, `channel` an index into CHANNELS, `weights` what a form of a strength of
    evidence (0..3) adds to a document's score, `said` the same before registers take their share, `usual_*`
    how often form and original come (log of the share of words). `same` numbers the originals, `sibling` is
    the word number of an original of one word in its other number (UNKNOWN for others).
    """

    lexicon: Lexicon
    swaps: list[Swap]
    first: Ints
    spun: Ragged
    original: Ragged
    prior: Floats
    channel: Ints
    weights: Floats
    said: Floats
    register: Floats
    usual_spun: Floats
    usual_original: Floats
    same: Ints
    sibling: Ints

    @classmethod
    def of(cls, lexicon: Lexicon, model: Model) -> Options:
        """All swaps of the lexicon."""
        groups = lexicon.groups
        weights, said, register = _weights([group[0] for group in groups], lexicon)
        swaps = [swap for group in groups for swap in group]
        spun = Ragged.of([model.numbers(group[0].spun) for group in groups])
        original = Ragged.of([model.numbers(swap.original) for swap in swaps])
        return cls(
            lexicon,
            swaps,
            np.concatenate(([0], np.cumsum([len(group) for group in groups]))),
            spun,
            original,
            np.log([swap.prior for swap in swaps]),
            np.array([CHANNELS.index(swap.channel) for swap in swaps]),
            weights,
            said,
            register,
            model.usual(spun.flat, np.diff(spun.start)),
            model.usual(original.flat, np.diff(original.start)),
            _numbered(swaps),
            _siblings(swaps, model),
        )

    def with_names(self, names: Sequence[Swap], model: Model) -> Options:
        """With the broken names of one text as forms behind the others."""
        if not names:
            return self
        weights, said, register = _weights(names, self.lexicon)
        spun = Ragged.of([model.numbers(swap.spun) for swap in names])
        original = Ragged.of([model.numbers(swap.original) for swap in names])
        usual = [model.usual(side.flat, np.diff(side.start)) for side in (spun, original)]
        return replace(
            self,
            swaps=[*self.swaps, *names],
            first=np.concatenate((self.first, self.first[-1] + 1 + np.arange(len(names)))),
            spun=self.spun.add(spun),
            original=self.original.add(original),
            prior=np.concatenate((self.prior, np.zeros(len(names)))),
            channel=np.concatenate((self.channel, np.full(len(names), CHANNELS.index("name")))),
            weights=np.concatenate((self.weights, weights)),
            said=np.concatenate((self.said, said)),
            register=np.concatenate((self.register, register)),
            usual_spun=np.concatenate((self.usual_spun, usual[0])),
            usual_original=np.concatenate((self.usual_original, usual[1])),
            same=np.concatenate((self.same, self.same.max() + 1 + _numbered(names))),
            sibling=np.concatenate((self.sibling, _siblings(names, model))),
        )


def _weights(forms: Iterable[Swap], lexicon: Lexicon) -> tuple[Floats, Floats, Floats]:
    """A row of four a form: what it adds, what it says; and whether some register writes it."""
    adds, said, register = [], [], []
    nothing = (0.0,) * 4
    for form in forms:
        formal = form.spun in lexicon.registers
        own = lexicon.weights.get(form.spun)
        base = lexicon.base.get(form.channel, nothing)
        adds.append(own or tuple(REGISTER * value if formal else value for value in base))
        said.append(own or base)
        register.append(float(formal))
    return np.array(adds).reshape(-1, 4), np.array(said).reshape(-1, 4), np.array(register)


def _numbered(swaps: Sequence[Swap]) -> Ints:
    """Of each swap the number of its original."""
    numbers = {original: k for k, original in enumerate(dict.fromkeys(swap.original for swap in swaps))}
    return np.array([numbers[swap.original] for swap in swaps], dtype=np.int64)


def _siblings(swaps: Sequence[Swap], model: Model) -> Ints:
    """Of each original of one word the word that ends with an s more, or less."""
    words = [swap.original[0] if len(swap.original) == 1 else "" for swap in swaps]
    others = [word[:-1] if word.endswith("s") else word + "s" for word in words]
    return np.array(
        [
            number if len(word) > SHORT else UNKNOWN
            for word, number in zip(others, model.numbers(others), strict=True)
        ]
    )
