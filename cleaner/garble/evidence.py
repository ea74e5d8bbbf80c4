"""Looks for swaps and weighs each: how much better does the original fit where the spun word stands?

Nothing is decided here. Tokens inside quotation marks are read as context and never weighed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleaner.garble.lexicon import Lexicon, Swap, single_originals
from cleaner.garble.model import PAD, Model
from cleaner.garble.words import Words

# How often a spinner's word is a spinner's doing, before the context is seen. With .1 a gain of ln 10 = 2.3
# nats is the point where a swap is as likely as not.
SHARE = 0.1
# No single swap may say more than this (nats): the model's counts are small, and one odd word proves nothing.
MOST = 6.0
MINIMUM = -20.0


@dataclass(frozen=True, slots=True)
class Found:
    """A possible swap: tokens `first` up to `last`, the best original, its gain and its evidence in nats."""

    first: int
    last: int
    spun: tuple[str, ...]
    original: tuple[str, ...]
    gain: float
    evidence: float
    channel: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A place where swaps may have been made, and how much better each one's original fits (nats)."""

    first: int
    last: int
    swaps: list[Swap]
    gains: list[float]


def read(words: Words, lexicon: Lexicon, model: Model, tokens: Sequence[str] | None = None) -> list[Reading]:
    """Every place of the narration where a known spun form stands, overlapping ones included.

    `tokens` is the text with swaps undone so far, one entry a token (the first of an undone phrase holds all
    its words, the others none): what a form's neighbours are taken to be.
    """
    matches = [*_swaps(words, lexicon), *_names(words, lexicon)]
    ids = _contexts(words.tokens if tokens is None else tokens, model)
    windows: list[list[int]] = []
    for first, last, group in matches:
        left, right = _left(ids, first), _right(ids, last)
        windows.append(left + model.phrase(group[0].spun) + right)
        windows += [left + model.phrase(swap.original) + right for swap in group]
    return list(_readings(matches, model.score(windows).tolist()))


def _readings(matches: list[tuple[int, int, list[Swap]]], scores: list[float]) -> Iterator[Reading]:
    at = 0
    for first, last, group in matches:
        here = scores[at + 1 : at + 1 + len(group)]
        yield Reading(first, last, group, [max(score - scores[at], MINIMUM) for score in here])
        at += 1 + len(group)


def find(words: Words, lexicon: Lexicon, model: Model) -> list[Found]:
    """Every place with its likeliest original and its evidence."""
    return weighed(read(words, lexicon, model))


def weighed(readings: Sequence[Reading]) -> list[Found]:
    """Each reading's likeliest original, with the evidence of all."""
    return [_weighed(reading) for reading in readings]


def _weighed(reading: Reading) -> Found:
    group = reading.swaps
    weights = [gain + math.log(swap.prior) for gain, swap in zip(reading.gains, group, strict=True)]
    best = max(range(len(group)), key=weights.__getitem__)
    total = sum(math.exp(min(w, 20.0)) for w in weights)
    evidence = min(math.log(1 - SHARE + SHARE * total), MOST)
    return Found(
        reading.first,
        reading.last,
        group[best].spun,
        group[best].original,
        reading.gains[best],
        evidence,
        group[best].channel,
    )


def apart(found: Sequence[Found]) -> list[Found]:
    """The strongest ones of which no two overlap, in order."""
    taken: set[int] = set()
    kept: list[Found] = []
    for item in sorted(found, key=lambda f: (-f.evidence, f.first - f.last, f.first)):
        places = range(item.first, item.last)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(item)
    return sorted(kept, key=lambda f: f.first)


def _articles(tokens: Sequence[str]) -> list[str]:
    return ["a" if token == "an" else token for token in tokens]


def _contexts(tokens: Sequence[str], model: Model) -> list[list[int]]:
    return [model.numbers(_articles(token.split())) for token in tokens]


def _left(ids: list[list[int]], first: int) -> list[int]:
    out: list[int] = []
    at = first
    while at > 0 and len(out) < 2:
        at -= 1
        out = ids[at] + out
    return [PAD, PAD, *out][-2:] if len(out) < 2 else out[-2:]


def _right(ids: list[list[int]], last: int) -> list[int]:
    out: list[int] = []
    at = last
    while at < len(ids) and len(out) < 2:
        out = out + ids[at]
        at += 1
    return out[:2]


def _swaps(words: Words, lexicon: Lexicon) -> Iterator[tuple[int, int, list[Swap]]]:
    tokens, quoted = _articles(words.tokens), words.quoted
    single, phrases = lexicon.single, lexicon.phrases
    for at, token in enumerate(tokens):
        if quoted[at]:
            continue
        if token in single:
            yield at, at + 1, single[token]
        pair = (token, tokens[at + 1]) if at + 1 < len(tokens) else (token, "")
        for spun, swaps in phrases.get(pair, ()):
            last = at + len(spun)
            if tuple(tokens[at:last]) == spun and not quoted[last - 1]:
                yield at, last, swaps


def _names(words: Words, lexicon: Lexicon) -> Iterator[tuple[int, int, list[Swap]]]:
    """Runs of capitalised words that are a known name but for a swap."""
    text, starts = words.text, words.starts
    for at in range(len(words) - 1):
        if words.quoted[at] or not text[starts[at]].isupper():
            continue
        yield from _name_at(words, lexicon, at)


def _name_at(words: Words, lexicon: Lexicon, at: int) -> Iterator[tuple[int, int, list[Swap]]]:
    tokens = words.tokens
    for first in dict.fromkeys(single_originals(lexicon, tokens[at])):
        for lower, printed in lexicon.names.get(first, ()):
            last = at + len(lower)
            if last > len(tokens) or words.quoted[last - 1]:
                continue
            spun = tuple(tokens[at:last])
            if spun == lower or spun in lexicon.known or not _capitals(words, at, printed):
                continue
            if all(
                want == has or want in single_originals(lexicon, has)
                for want, has in zip(lower, spun, strict=True)
            ):
                yield at, last, [Swap(spun, lower, 1.0, "name")]
                return


def _capitals(words: Words, at: int, printed: tuple[str, ...]) -> bool:
    return all(
        words.text[words.starts[at + k]].isupper() == word[0].isupper() for k, word in enumerate(printed)
    )
