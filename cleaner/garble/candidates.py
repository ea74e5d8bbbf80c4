"""Looks for swaps and weighs each: how much better does the original fit where the spun word stands?

Nothing is decided here. Tokens inside quotation marks are read as context and never weighed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cleaner.garble.candidate_table import Options, Ragged, spans
from cleaner.garble.lexicon import Lexicon, Swap, originals
from cleaner.garble.ngram_model import PAD, Floats, Ints, Model
from cleaner.garble.tokenize import STOP, Words

# How often a spinner's word is a spinner's doing, before the context is seen. With .1 a gain of ln 10 = 2.3
# nats is the point where a swap is as likely as not.
SHARE = 0.1
# No single swap may say more than this (nats): the model's counts are small, and one odd word proves nothing.
MOST = 6.0
MINIMUM = -20.0
# Places scored at once: bounds the memory that a long text needs.
BATCH = 20_000
AROUND = 2  # words of context on each side: what a model of triples sees


@dataclass(frozen=True, slots=True)
class Places:
    """Where known spun forms stand in the narration, overlapping ones included: tokens `first` up to `last`.

    `form` numbers the forms of `options`. The rows `start[k]` up to `start[k + 1]` are what place k may stand
    for, `option` the number of each.
    """

    options: Options
    first: Ints
    last: Ints
    form: Ints
    start: Ints
    option: Ints

    def __len__(self) -> int:
        return len(self.form)

    @property
    def place(self) -> Ints:
        """Of each row the place it belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def swap(self, row: int) -> Swap:
        """What a row stands for."""
        return self.options.swaps[int(self.option[row])]

    def sums(self, rows: Floats) -> Floats:
        """The rows of each place added up."""
        return np.add.reduceat(rows, self.start[:-1]) if len(self) else np.zeros(0)

    def best(self, rows: Floats) -> Floats:
        """The highest row of each place."""
        return np.maximum.reduceat(rows, self.start[:-1]) if len(self) else np.zeros(0)


def places(words: Words, options: Options, model: Model) -> Places:
    """Every place of the narration where a form of the lexicon, or a name but for a swap, stands."""
    names = [*_names(words, options.lexicon)]
    known = len(options.spun.start) - 1
    options = options.with_names([swap for _, _, swap in names], model)
    found = [*_swaps(words, options.lexicon)]
    found += [(first, last, known + k) for k, (first, last, _) in enumerate(names)]
    first, last, form = np.array(found, dtype=np.int64).reshape(-1, 3).T
    counts = options.first[form + 1] - options.first[form]
    start = np.concatenate(([0], np.cumsum(counts)))
    return Places(options, first, last, form, start, spans(options.first[form], counts))


def gains(found: Places, tokens: Sequence[str], model: Model) -> Floats:
    """How much better each row's original fits than what stands there (nats).

    `tokens` is the text, or the text with swaps undone so far, one entry a token (the first of an undone
    phrase holds all its words, the others none): what a place's neighbours are taken to be.
    """
    if not len(found):
        return np.zeros(0)
    around = _Around(tokens, model)
    parts = []
    for at in range(0, len(found), BATCH):
        to = min(at + BATCH, len(found))
        rows = slice(int(found.start[at]), int(found.start[to]))
        place = np.repeat(np.arange(at, to), np.diff(found.start[at : to + 1]))
        stands = model.windows(
            *around.windows(found.first[at:to], found.last[at:to], found.options.spun, found.form[at:to])
        )
        fits = model.windows(
            *around.windows(found.first[place], found.last[place], found.options.original, found.option[rows])
        )
        parts.append(fits - stands[place - at])
    return np.maximum(np.concatenate(parts), MINIMUM)


def edges(found: Places, tokens: Sequence[str], model: Model) -> tuple[Floats, Floats]:
    """How much better each row's original fits the word before it, and the word behind it (nats)."""
    around = _Around(tokens, model)
    place = found.place
    before = around.flat[around.start[found.first] - 1]
    behind = around.flat[around.start[found.last]]
    spun, original = found.options.spun, found.options.original
    form, option = found.form, found.option
    left = model.log_pair(before[place], original.flat[original.start[option]])
    right = model.log_pair(original.flat[original.start[option + 1] - 1], behind[place])
    left -= model.log_pair(before, spun.flat[spun.start[form]])[place]
    right -= model.log_pair(spun.flat[spun.start[form + 1] - 1], behind)[place]
    return left, right


class _Around:
    """The word numbers of a text, and where each of its tokens begins among them."""

    def __init__(self, tokens: Sequence[str], model: Model) -> None:
        words = articles(" ".join(filter(None, tokens)).split(" ")) if any(tokens) else []
        lengths = [token.count(" ") + 1 if token else 0 for token in tokens]
        text = Ragged(
            np.array(model.numbers(words), dtype=np.int64),
            np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))),
        )
        stop = model.numbers([STOP])[0]
        self.flat = np.concatenate(([PAD] * AROUND, text.flat, [stop] * AROUND))
        self.start = text.start + AROUND

    def windows(self, first: Ints, last: Ints, middle: Ragged, rows: Ints) -> tuple[Ints, Ints]:
        """Two words, the middle, two words, for each place; flat, and the lengths."""
        words, lengths = middle.take(rows)
        total = lengths + 2 * AROUND
        ends = np.cumsum(total)
        out = np.empty(int(ends[-1]), dtype=np.int64)
        begins = ends - total
        for k in range(AROUND):
            out[begins + k] = self.flat[self.start[first] - AROUND + k]
            out[ends - AROUND + k] = self.flat[self.start[last] + k]
        out[spans(begins + AROUND, lengths)] = words
        return out, total


def evidence(found: Places, gain: Floats) -> Floats:
    """Of each place the evidence (nats) that one of its swaps was made there."""
    weights = np.exp(np.minimum(gain + found.options.prior[found.option], 20.0))
    said: Floats = np.minimum(np.log(1 - SHARE + SHARE * found.sums(weights)), MOST)
    return said


def apart(found: Places, strength: Floats) -> Ints:
    """The strongest places of which no two overlap, in order; of equals the longer."""
    order = np.lexsort((found.first, found.first - found.last, -strength))
    taken: set[int] = set()
    kept: list[int] = []
    first, last = found.first.tolist(), found.last.tolist()
    for k in order.tolist():
        tokens = range(first[k], last[k])
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(k)
    chosen = np.array(kept, dtype=np.int64)
    return chosen[np.argsort(found.first[chosen], kind="stable")]


def articles(tokens: Sequence[str]) -> list[str]:
    """`an` is `a`: an article never votes for the word behind it."""
    return ["a" if token == "an" else token for token in tokens]


def _swaps(words: Words, lexicon: Lexicon) -> Iterator[tuple[int, int, int]]:
    tokens, quoted = articles(words.tokens), words.quoted
    single, phrases = lexicon.single.get, lexicon.phrases.get
    after = [*tokens[1:], ""]  # longer by one where there is no token
    for at, (token, next_, inside) in enumerate(zip(tokens, after, quoted, strict=False)):
        if inside:
            continue
        form = single(token)
        if form is not None:
            yield at, at + 1, form
        for spun, number in phrases((token, next_), ()):
            last = at + len(spun)
            if (len(spun) == 2 or tuple(tokens[at:last]) == spun) and not quoted[last - 1]:
                yield at, last, number


def _names(words: Words, lexicon: Lexicon) -> Iterator[tuple[int, int, Swap]]:
    """Runs of capitalised words that are a known name but for a swap."""
    text, starts = words.text, words.starts
    large = [not quoted and text[at].isupper() for at, quoted in zip(starts, words.quoted, strict=True)]
    for at in range(len(words) - 1):
        if large[at]:
            yield from _name_at(words, lexicon, at)


def _name_at(words: Words, lexicon: Lexicon, at: int) -> Iterator[tuple[int, int, Swap]]:
    tokens = words.tokens
    firsts = [*originals(lexicon, tokens[at]), *lexicon.words.get(" ".join(tokens[at : at + 2]), ())]
    for first in dict.fromkeys(firsts):
        for name, printed in lexicon.names.get(first, ()):
            last = _reads(words, lexicon, at, name, printed)
            spun = tuple(tokens[at:last])
            if last and spun != name and spun not in lexicon.known and not words.quoted[last - 1]:
                yield at, last, Swap(spun, name, 1.0, "name")
                return


def _reads(words: Words, lexicon: Lexicon, at: int, name: Sequence[str], printed: Sequence[str]) -> int:
    """Where the name ends that stands at a token, word for word or two words for one; 0 if it does not."""
    for want, shown in zip(name, printed, strict=True):
        if at >= len(words) or words.text[words.starts[at]].isupper() != shown[0].isupper():
            return 0
        if want in originals(lexicon, words.tokens[at]):
            at += 1
        elif want in lexicon.words.get(" ".join(words.tokens[at : at + 2]), ()):
            at += 2
        else:
            return 0
    return at
