"""The prefilter of parts: whether a paragraph or two may be spun in a text whose words as a whole are clean.

Only a text with enough weighted words to make one part suspect is looked at again, part by part.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from math import fsum
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from cleaner.garble.plain_text import one_byte_a_character
from cleaner.garble.prefilter import (
    RATE_PER_WORDS,
    SMOOTHING_WORDS,
    Glance,
    PhraseHit,
    PrefilterTable,
    find_phrases,
    glance_of,
    load_table,
    may_be_spun,
)
from cleaner.garble.signatures import load_signature_table

# A part of fewer characters than this (some 40 words) is none by itself; longer ones are cut.
MIN_PART_CHARS, MAX_PART_CHARS = 240, 1200
MIN_PART_WORDS = 40
# What a part must score: at 9.5 some 13 in 1,000 clean texts have such a part, and half of the paragraphs
# that are spun in the news manner reach it.
MIN_PART_SCORE = 9.5
# The least sum of weights with which the shortest part reaches that.
LEAST_WEIGHT = MIN_PART_SCORE * (MIN_PART_WORDS + SMOOTHING_WORDS) / RATE_PER_WORDS
# Below it a text stands there about twice or more; boilerplate repeats some lines of a text that does not.
MAX_ONCE_SHARE = 0.6
ROUNDING = 1e-6  # by more than this no sum of weights is off
SPACE = 32


class Suspicion(IntEnum):
    """What a glance at a text is reason for: nothing, reading how it begins, or reading it."""

    NONE = 0
    DOUBT = 1
    SUSPECT = 2


class _Part(NamedTuple):
    """The words of `plain[start:end]`, and whether one is cut there."""

    start: int
    end: int
    words: list[bytes]
    is_cut: bool


def suspicion_of(text: str, table: PrefilterTable | None = None) -> Suspicion:
    """How much of a text, if any, should be read with the language model: for its words as a whole, for its
    signatures, or for those of a part. A text that stands there several times is looked at once."""
    text = without_repeated_lines(text)
    plain = one_byte_a_character(text)
    if table:
        hits, holds_signature = find_phrases(plain, table), True
    else:
        table = load_table()
        found = _find_phrases_and_signatures(plain)
        hits = [hit for hit in found if hit[0] < len(table.phrases)]
        holds_signature = len(hits) < len(found)
    words = plain.split()
    glance = glance_of(plain, table.word_weights.keys() & words, hits, len(words), table)
    if glance.score > table.threshold or (holds_signature and may_be_spun(text, table, glance)):
        return Suspicion.SUSPECT
    if _holds_suspect_part(text, glance, hits, table):
        return Suspicion.SUSPECT
    return Suspicion.DOUBT if glance.is_doubtful else Suspicion.NONE


def without_repeated_lines(text: str) -> str:
    """The text with every line once, where that is at most MAX_ONCE_SHARE of it: each word counts once, so a
    text that is repeated would look the cleaner the longer it is."""
    lines = text.split("\n")
    once = dict.fromkeys(lines)
    if len(once) == len(lines) or sum(map(len, once)) > MAX_ONCE_SHARE * len(text):
        return text
    return "\n".join(once)


def may_hold_signature(text: str) -> bool:
    """Whether a signature stands in a text, quotations included."""
    n_phrases, found = len(load_table().phrases), _find_phrases_and_signatures(one_byte_a_character(text))
    return any(number >= n_phrases for number, _, _ in found)


def _find_phrases_and_signatures(plain: bytes) -> list[PhraseHit]:
    """Where the prefilter's phrases stand, and signatures, which are numbered after them: in one pass."""
    return _load_finder().find_matches_as_indexes(plain, overlapping=True)


@cache
def _load_finder() -> BytesAhoCorasick:
    return BytesAhoCorasick([*load_table().phrases, *load_signature_table().patterns])


def _part(plain: bytes, start: int, end: int) -> _Part:
    is_cut = _cuts_word(plain, start) or _cuts_word(plain, end)
    return _Part(start, end, plain[start:end].split(), is_cut)


def _cuts_word(plain: bytes, at: int) -> bool:
    return plain[at - 1] != SPACE and plain[at] != SPACE


def _holds_suspect_part(text: str, whole: Glance, hits: list[PhraseHit], table: PrefilterTable) -> bool:
    above_0 = fsum(weight for weight in whole.weights if weight > 0)
    if len(whole.plain) - 2 < 2 * MIN_PART_CHARS or above_0 <= LEAST_WEIGHT:
        return False
    # what phrases add to a part at most
    phrases = {number for number, _, _ in hits}
    most = fsum(weight for weight in map(table.phrase_weights.__getitem__, phrases) if weight > 0)
    parts = (_part(whole.plain, start + 1, end + 1) for start, end in part_ranges(text))
    return any(
        len(part.words) >= MIN_PART_WORDS
        # a word that is cut may be another one, which the text as a whole lacks
        and (part.is_cut or above_0 > _needed(part) - ROUNDING)
        and _is_suspect(part, whole.plain, hits, most, table)
        for part in parts
    )


def _needed(part: _Part) -> float:
    """The sum of weights with which a part of so many words is suspect."""
    return MIN_PART_SCORE * (len(part.words) + SMOOTHING_WORDS) / RATE_PER_WORDS


def _is_suspect(part: _Part, plain: bytes, hits: list[PhraseHit], most: float, table: PrefilterTable) -> bool:
    """Whether a glance at the part alone gives a score above MIN_PART_SCORE; phrases add `most` at most."""
    words = table.word_weights.keys() & part.words
    if part.is_cut:  # what is left of a word that was cut may end a phrase
        plain = b" " + plain[part.start : part.end] + b" "
        hits = find_phrases(plain, table)
    elif sum(map(table.word_weights.__getitem__, words)) + most <= _needed(part) - ROUNDING:
        return False
    else:
        hits = [hit for hit in hits if part.start <= hit[1] + 1 and hit[2] - 1 <= part.end]
    return glance_of(plain, words, hits, len(part.words), table).score > MIN_PART_SCORE


def part_ranges(text: str) -> list[tuple[int, int]]:
    """The lines of a text as ranges: short ones with those that follow, long ones cut."""
    ranges: list[tuple[int, int]] = []
    part_start = line_start = n_chars = 0
    for line in text.split("\n"):
        n_chars += len(line)
        line_end = line_start + len(line)
        line_start = line_end + 1
        if n_chars >= MIN_PART_CHARS:
            cuts = range(part_start, line_end, MAX_PART_CHARS)
            ranges += [(at, min(at + MAX_PART_CHARS, line_end)) for at in cuts]
            part_start, n_chars = line_start, 0
    return [*ranges, (part_start, len(text))] if part_start <= len(text) else ranges
