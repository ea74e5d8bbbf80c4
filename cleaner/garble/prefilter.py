"""The prefilter: whether the presence of certain words is reason to read a text with the language model.

Nearly all clean text stops here. No n-gram is looked up and numpy is not imported: the text's set of words is
compared with the weighted ones, weighted phrases are found in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import fsum, sqrt
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from cleaner.garble.plain_text import one_byte_a_character
from cleaner.garble.signatures import find_signatures, has_enough_signatures

DATA = Path(__file__).parents[1] / "data"
# A short text has few words as evidence either way: this many words without weight are added to each.
SMOOTHING_WORDS = 100
RATE_PER_WORDS = 10.0  # a score is the sum of weights per this many words of the text
# Scores of clean texts lie around their mean, whatever the length, and spread by CLEAN_SPREAD over the root
# of the number of words (texts that the weights were not fitted on: 1.4 at 450 words, .4 at 6,000). A longer
# text that is DOUBT_SPREADS above the mean is in doubt: one in 20 is, and half of the pages that a thesaurus
# spun and that stay below the threshold.
CLEAN_MEAN, CLEAN_SPREAD, DOUBT_SPREADS = 1.25, 30.0, 1.3


# The number of a phrase, and where it stands with a space on either side.
PhraseHit = tuple[int, int, int]


@dataclass(frozen=True)
class PrefilterTable:
    """Words and phrases with the weights of their presence, and the threshold of their sum."""

    word_weights: Mapping[bytes, float]
    phrases: tuple[bytes, ...]
    phrase_weights: tuple[float, ...]
    threshold: float

    @cached_property
    def phrase_finder(self) -> BytesAhoCorasick:
        """What finds all phrases in one pass; pattern k is that of phrase k."""
        return BytesAhoCorasick(self.phrases)


def build_table(weights: Mapping[str, float], threshold: float) -> PrefilterTable:
    """The look-up structure. Phrases are words with a single space between."""
    phrases = sorted(form for form in weights if " " in form)
    spelled = tuple(f" {form} ".encode() for form in phrases)
    words = {form.encode(): weight for form, weight in weights.items() if " " not in form}
    return PrefilterTable(words, spelled, tuple(weights[f] for f in phrases), threshold)


@cache
def load_table() -> PrefilterTable:
    """The table that training wrote; lines that start with # are its header."""
    lines = (DATA / "garble-glance.tsv").read_text("utf-8").splitlines()
    rows = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
    threshold = float(rows.pop("<bar>"))
    return build_table({form: float(weight) for form, weight in rows.items()}, threshold)


def matched_forms(plain: bytes, table: PrefilterTable) -> tuple[set[bytes], set[int], int]:
    """The weighted words that occur, the weighted phrases by number, and how many words the text has.

    `plain` is the text as `one_byte_a_character` gives it.
    """
    words = plain.split()
    phrases = {number for number, _, _ in find_phrases(plain, table)}
    return table.word_weights.keys() & words, phrases, len(words)


def find_phrases(plain: bytes, table: PrefilterTable) -> list[PhraseHit]:
    """Where weighted phrases stand in a text, as `one_byte_a_character` gives it."""
    return table.phrase_finder.find_matches_as_indexes(plain, overlapping=True)


class Glance(NamedTuple):
    """The weights of words and phrases of a text, the number of its words, and the text as it was read."""

    weights: list[float]
    n_words: int
    plain: bytes

    @property
    def score(self) -> float:
        """The sum of the weights, relative to the length."""
        # exact, so that the order of a set, which differs from process to process, makes no difference
        return RATE_PER_WORDS * fsum(self.weights) / (self.n_words + SMOOTHING_WORDS)

    @property
    def is_doubtful(self) -> bool:
        """Whether the score is high for a clean text of this length."""
        spread = CLEAN_SPREAD / sqrt(self.n_words + SMOOTHING_WORDS)
        return self.score > CLEAN_MEAN + DOUBT_SPREADS * spread


def glance_of(
    plain: bytes, words: Iterable[bytes], hits: Iterable[PhraseHit], n_words: int, table: PrefilterTable
) -> Glance:
    """The glance at a text with these weighted words and phrases."""
    phrases = {number for number, _, _ in hits}
    weights = [*map(table.word_weights.__getitem__, words), *map(table.phrase_weights.__getitem__, phrases)]
    return Glance(weights, n_words, plain)


def glance_at(text: str, table: PrefilterTable) -> Glance:
    """Looks up the words of a text, without the language model."""
    plain = one_byte_a_character(text)
    words = plain.split()
    hits = find_phrases(plain, table)
    return glance_of(plain, table.word_weights.keys() & words, hits, len(words), table)


def may_be_spun(text: str, table: PrefilterTable | None = None, glance: Glance | None = None) -> bool:
    """Whether `text` should be read with the language model: its words are reason to, or its signatures.

    `glance` is `glance_at(text, table)`, where that is known already.
    """
    table = table or load_table()
    glance = glance or glance_at(text, table)
    if glance.score > table.threshold:
        return True
    return has_enough_signatures(find_signatures(text, plain=glance.plain))
