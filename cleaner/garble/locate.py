"""Shows where a spun document was spun. Asked only about documents already found to be.

Here a spinner was at work, so a swap need not prove itself against all of English: it is likely wherever its
original fits, the likelier the more often the same swap shows elsewhere in the text, and the less likely the
more often the original still stands in the narration (a dictionary that swaps said leaves no said behind).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from cleaner.garble.evidence import Reading, read
from cleaner.garble.lexicon import Lexicon, Swap
from cleaner.garble.model import Model
from cleaner.garble.spans import GarbledSpan
from cleaner.garble.wording import like
from cleaner.garble.words import Words

# A regression on training pages spun by the lexicon, read with counts from other sites: what each sign adds
# to the log-odds that a place is spun. In order: nothing; the gain; the mean gain of the form over the text;
# the same times how often it stands there (log); its prior (log); the share of places where the original was
# left; whether it is a phrase, a thesaurus's, a name's; what the form says about documents; whether it is
# natural in some register; the document's score.
SIGNS = (-1.06, 0.57, -0.2, 0.07, 1.27, 0.19, 0.36, -1.23, -0.06, 0.03, -0.08, 0.32)
# Three rounds: each after the first reads neighbours as they were before they were spun, and knows more.
ROUNDS = 3
SURE = 1.0
# A fixed dictionary swaps the same words everywhere: what a form gains in the second round when all its
# places looked spun in the first, for each e-fold of places.
CONSISTENT = 1.5
# In full where the original is e^3 = 20 times as common (said and mentioned: 30), not at all where it is not.
COMMONER = 3.0
# What a kind of swap loses that shows e times less often than the other, among the places where it could.
KIND = 1.0
# Spans are shown from here on: 95 of 100 are right on training pages spun by the lexicon.
SHOWN = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """A swap with the log-odds that there is one (`spun`) and that it is this one (`gain`)."""

    first: int
    last: int
    swap: Swap
    spun: float
    gain: float


def locate(
    words: Words, lexicon: Lexicon, model: Model, score: float, first: Sequence[Reading]
) -> tuple[GarbledSpan, ...]:
    """The spans that are likelier spun than not, in order, never overlapping.

    `first` are the readings of the text as it stands.
    """
    places: list[Place] = []
    tokens: Sequence[str] = words.tokens
    for number in range(ROUNDS):
        readings = first if number == 0 else read(words, lexicon, model, tokens)
        seen = signs(readings, words, lexicon, score)
        extra = _consistent(readings, places, model)
        places = _apart([_place(*item) for item in zip(readings, seen, extra, strict=True)])
        tokens = _undone(words, places)
    return tuple(_span(words, place) for place in places if place.spun > SHOWN)


def _consistent(readings: Sequence[Reading], places: Sequence[Place], model: Model) -> list[float]:
    """What the round before adds to each reading: the same swap elsewhere, the kind of dictionary."""
    looked = Counter(place.swap.spun for place in places if place.spun > 0)
    stands = Counter(reading.swaps[0].spun for reading in readings)
    same = {form: CONSISTENT * looked[form] / times * math.log(times) for form, times in stands.items()}
    kinds = _kinds(readings, places)
    cores = [_changed(reading, 0)[2] for reading in readings]
    return [
        same.get(core.spun, 0.0) * _commoner(core, model) + kinds.get(core.channel, 0.0) for core in cores
    ]


def _commoner(swap: Swap, model: Model) -> float:
    """0..1: how much commoner the original is than the spun word. A text on renting says renting often."""
    if len(swap.original) > 1:
        return 0.0
    common, rare = (model.single[model.numbers(words)].min() + 1 for words in (swap.original, swap.spun))
    return float(min(max(math.log(common / rare) / COMMONER, 0.0), 1.0))


def _kinds(readings: Sequence[Reading], places: Sequence[Place]) -> dict[str, float]:
    """A spinner has one dictionary: swaps of the kind that shows less often are the less likely."""
    if not places:
        return {}
    hits = Counter(place.swap.channel for place in places if place.spun > 0)
    stands = Counter(reading.swaps[0].channel for reading in readings)
    rates = {kind: (hits[kind] + 1) / (stands[kind] + 2) for kind in ("n", "t")}
    most = max(rates.values())
    return {kind: KIND * math.log(rate / most) for kind, rate in rates.items()}


Signs = tuple[float, ...]


def signs(readings: Sequence[Reading], words: Words, lexicon: Lexicon, score: float) -> list[list[Signs]]:
    """For every swap of every reading the signs that SIGNS weighs."""
    gains: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for reading in readings:
        gains[reading.swaps[0].spun].append(max(_clip(g) + math.log(s.prior) for g, s in _options(reading)))
    left = Counter(t for t, q in zip(words.tokens, words.quoted, strict=True) if not q)
    shown = min(score, 20.0) / 10
    return [[_signs(gain, swap, gains, left, lexicon, shown) for gain, swap in _options(r)] for r in readings]


def _options(reading: Reading) -> list[tuple[float, Swap]]:
    return list(zip(reading.gains, reading.swaps, strict=True))


def _signs(
    gain: float,
    swap: Swap,
    gains: dict[tuple[str, ...], list[float]],
    left: Counter[str],
    lexicon: Lexicon,
    shown: float,
) -> Signs:
    same = gains[swap.spun]
    gain = _clip(gain)
    others = len(same) - 1
    mean = sum(same) / len(same)
    single = len(swap.original) == 1 and swap.original[0] not in swap.spun
    stays = left[swap.original[0]] / (left[swap.original[0]] + len(same)) if single else 0.0
    return (
        1.0,
        gain,
        mean,
        mean * math.log1p(others),
        math.log(swap.prior),
        stays,
        float(len(swap.spun) > 1),
        float(swap.channel == "t"),
        float(swap.channel == "name"),
        _said(swap, gain, lexicon),
        float(swap.spun in lexicon.registers),
        shown,
    )


def _said(swap: Swap, gain: float, lexicon: Lexicon) -> float:
    """What the form says about whole documents: how seldom clean ones hold it."""
    own = lexicon.weights.get(swap.spun) or lexicon.base[swap.channel]
    return max(min(own[2 if gain > 3 else 1], 3.0), -1.0)


def _clip(gain: float) -> float:
    return max(min(gain, 10.0), -10.0)


def _place(reading: Reading, options: Sequence[Signs], extra: float) -> Place:
    weights = [sum(map(mul, SIGNS, option)) + extra for option in options]
    best = max(range(len(weights)), key=weights.__getitem__)
    rest = _log_sum([0.0, *weights[:best], *weights[best + 1 :]])
    return Place(*_changed(reading, best), _log_sum(weights), weights[best] - rest)


def _changed(reading: Reading, best: int) -> tuple[int, int, Swap]:
    """The swap without the words both sides share, but never without any."""
    swap = reading.swaps[best]
    spun, original = swap.spun, swap.original
    first, last = reading.first, reading.last
    while len(spun) > 1 and len(original) > 1 and spun[0] == original[0]:
        spun, original, first = spun[1:], original[1:], first + 1
    while len(spun) > 1 and len(original) > 1 and spun[-1] == original[-1]:
        spun, original, last = spun[:-1], original[:-1], last - 1
    return first, last, Swap(spun, original, swap.prior, swap.channel)


def _log_sum(values: Sequence[float]) -> float:
    most = max(values)
    return most + math.log(sum(math.exp(v - most) for v in values))


def _apart(places: list[Place]) -> list[Place]:
    """The likeliest of which no two overlap; of equals the longer."""
    taken: set[int] = set()
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (-p.spun, p.first - p.last, p.first)):
        span = range(place.first, place.last)
        if place.spun > 0 and taken.isdisjoint(span):
            taken.update(span)
            kept.append(place)
    return sorted(kept, key=lambda p: p.first)


def _undone(words: Words, places: list[Place]) -> list[str]:
    tokens = list(words.tokens)
    for place in places:
        if place.spun > SURE:
            tokens[place.first : place.last] = [" ".join(place.swap.original)] + [""] * (
                place.last - place.first - 1
            )
    return tokens


def _span(words: Words, place: Place) -> GarbledSpan:
    start, end = words.starts[place.first], words.ends[place.last - 1]
    stands = words.text[start:end]
    return GarbledSpan(start, end, stands, like(stands, " ".join(place.swap.original)), round(place.gain, 2))
