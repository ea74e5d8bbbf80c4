"""Signatures as spans: a form that no writer uses stands for the words that its dictionary replaced.

The words at the edge of a form that its original lacks are no part of the swap: `withinside the` stands for
`in the`, also where it was mined beside `in`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain

from cleaner.garble.agreement import differ_in_number
from cleaner.garble.casing import match_case
from cleaner.garble.lexicon import Channel
from cleaner.garble.result import GarbledSpan
from cleaner.garble.signatures import SignatureHit, distinct_by_manner
from cleaner.garble.tokenize import overlaps_any

# The gain of a signature whose original is the only one: nothing else writes the form.
SIGNATURE_GAIN_NATS = 6.0
FAMILY_OF_MANNER = {channel.name.lower(): channel for channel in Channel} | {"turbo": Channel.REWRITING}
# Originals that one form stands for among others: `a huge number of` is said of thousands and of millions,
# `the handiest one` of `only one` and of `the only one`; and those that are no words as they would be printed
# (a number, a comma between).
AMBIGUOUS_ORIGINAL = re.compile(
    r"\b(?:hundreds|thousands|millions|billions|dozens|decades|only one)\b|[<>,\"]", re.IGNORECASE
)
# A form of at most four words may be cut out of a longer one, that goes on before it or after.
LONGER_BEFORE = re.compile(r"\b(?:keeping|remembering)\s+$", re.IGNORECASE)
CONJUNCTIONS = frozenset({"if", "because", "although", "so", "since"})
THAT_AFTER = re.compile(r"\s+that\b", re.IGNORECASE)
# Words at the end of a form that belong to what follows, where its original does not end with one.
OPENING_WORDS = frozenset("the a an that this these those you your their his her its our my any some".split())
WORD = re.compile(r"\S+")


def families_of(signatures: Sequence[SignatureHit]) -> list[Channel]:
    """The families of the manners that two distinct signatures show, that with most first."""
    by_manner = distinct_by_manner(signatures)
    shown = sorted((name for name, n in by_manner.items() if n > 1), key=lambda name: -by_manner[name])
    return [FAMILY_OF_MANNER[name] for name in shown if name in FAMILY_OF_MANNER]


def with_signatures(
    text: str, spans: Sequence[GarbledSpan], signatures: Sequence[SignatureHit]
) -> tuple[GarbledSpan, ...]:
    """The spans with those of signatures in the place of the shorter ones that they overlap; in order.

    `spans` and `signatures` are in order and never overlap, each among themselves.
    """
    shown = set(families_of(signatures))
    placed: list[GarbledSpan] = []
    for hit in signatures:
        span = _span_of(text, hit, shown)
        at = bisect_right(spans, span.start, key=lambda s: s.start) - 1
        longer = at >= 0 and span.end <= spans[at].end and spans[at].text != span.text
        if not longer and (not placed or placed[-1].end <= span.start):
            placed.append(span)
    places = [(span.start, span.end) for span in placed]
    kept = [s for s in spans if not overlaps_any(s.start, s.end, places)]
    return tuple(sorted(chain(kept, placed), key=lambda span: span.start))


def _span_of(text: str, hit: SignatureHit, shown: set[Channel]) -> GarbledSpan:
    original = hit.signature.original.replace(" 's", "'s")
    start, end = hit.start, _end_of_swap(text, hit, original)
    families = [FAMILY_OF_MANNER[name] for name in hit.signature.manners if name in FAMILY_OF_MANNER]
    is_sure = (
        not (Channel.TORTURED in families and _may_be_cut(text[start:end], original))
        and not AMBIGUOUS_ORIGINAL.search(original)
        and not shown.isdisjoint(families)
        and not LONGER_BEFORE.search(text, max(start - 15, 0), start)
    )
    old = text[start:end]
    return GarbledSpan(
        start,
        end,
        old,
        match_case(old, original),
        SIGNATURE_GAIN_NATS if is_sure else 0.0,
        tuple(family.name.lower() for family in families),
    )


def _may_be_cut(form: str, original: str) -> bool:
    """Whether a tortured phrase may stand for less than its original, or for more: the literature often lists
    one number only, or `swarm streamlining` for all of `particle swarm optimization`."""
    return differ_in_number(form, original) or len(original.split()) > len(form.split())


def _end_of_swap(text: str, hit: SignatureHit, original: str) -> int:
    """Where the words end that the original stands for."""
    that = THAT_AFTER.match(text, hit.end)
    if that and original in CONJUNCTIONS:
        return that.end()
    words = [*WORD.finditer(text, hit.start, hit.end)]
    last_of_original = original.rsplit(" ", 1)[-1]
    while len(words) > 1 and words[-1].group().lower() in OPENING_WORDS - {last_of_original}:
        words.pop()
    return words[-1].end()
