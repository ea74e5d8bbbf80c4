"""Shows where a spun document was spun. Asked only about documents already found to be.

Two looks: the first weighs each place by itself; the second reads the neighbours as they were before they
were spun, and knows what the first said of all other places.
"""

from __future__ import annotations

import numpy as np

from cleaner.garble.candidates import Places, apart, edges, gains
from cleaner.garble.casing import like
from cleaner.garble.features import Setting, more_signs, setting, signs
from cleaner.garble.lexicon import Swap
from cleaner.garble.network import Weights
from cleaner.garble.ngram_model import Floats, Model
from cleaner.garble.result import GarbledSpan
from cleaner.garble.tokenize import Words

# Log-odds from which the first look is believed when it comes to the neighbours' context.
SURE = 1.0
# Spans are shown from here on: of pages spun in the news manner by a dictionary kept apart 93 of 100 are
# right, and two in three swaps are shown; at 1 it is 89 and three in four, at 2 it is 95 and 57.
SHOWN = 1.5


def locate(
    words: Words, found: Places, gain: Floats, score: float, model: Model, weights: Weights
) -> tuple[GarbledSpan, ...]:
    """The spans that are likelier spun than not, in order, never overlapping.

    `gain` is that of each row in the text as it stands.
    """
    told = setting(words, found, score, model)
    first = weights.first(signs(told, gain, edges(found, words.tokens, model)))
    rows = weights.second(more_signs(told, look_again(words, told, first, model), first))
    odds = spun_odds(found, rows)
    chosen = apart(found, odds)
    return tuple(_span(words, found, rows, k) for k in chosen.tolist() if odds[k] > SHOWN)


def look_again(words: Words, told: Setting, first: Floats, model: Model) -> Floats:
    """The signs of all rows once the neighbours are read as the first look has it."""
    tokens = undone(words, told.found, first)
    return signs(told, gains(told.found, tokens, model), edges(told.found, tokens, model))


def spun_odds(found: Places, rows: Floats) -> Floats:
    """Log-odds that a place was spun, whatever from: all its rows together."""
    top = found.best(rows)
    odds: Floats = top + np.log(found.sums(np.exp(rows - top[found.place])))
    return odds


def undone(words: Words, found: Places, rows: Floats) -> list[str]:
    """The text with all swaps undone that are sure: the first token of each holds all its words."""
    tokens = list(words.tokens)
    odds = spun_odds(found, rows)
    for k in apart(found, odds).tolist():
        if odds[k] > SURE:
            first, last, swap = changed(found, int(_best(found, rows, k)))
            tokens[first:last] = [" ".join(swap.original)] + [""] * (last - first - 1)
    return tokens


def changed(found: Places, row: int) -> tuple[int, int, Swap]:
    """Tokens and swap of a row without the words both sides share, but never without any."""
    place = int(np.searchsorted(found.start, row, side="right")) - 1
    swap = found.swap(row)
    spun, original = swap.spun, swap.original
    first, last = int(found.first[place]), int(found.last[place])
    while len(spun) > 1 and len(original) > 1 and spun[0] == original[0]:
        spun, original, first = spun[1:], original[1:], first + 1
    while len(spun) > 1 and len(original) > 1 and spun[-1] == original[-1]:
        spun, original, last = spun[:-1], original[:-1], last - 1
    return first, last, Swap(spun, original, swap.prior, swap.channel)


def _best(found: Places, rows: Floats, place: int) -> int:
    start, end = found.start[place], found.start[place + 1]
    return int(start + np.argmax(rows[start:end]))


def _span(words: Words, found: Places, rows: Floats, place: int) -> GarbledSpan:
    row = _best(found, rows, place)
    first, last, swap = changed(found, row)
    start, end = words.starts[first], words.ends[last - 1]
    stands = words.text[start:end]
    rivals = [0.0, *np.delete(rows[found.start[place] : found.start[place + 1]], row - found.start[place])]
    gain = float(rows[row] - np.logaddexp.reduce(rivals))
    return GarbledSpan(start, end, stands, like(stands, " ".join(swap.original)), round(gain, 2))
