"""Reads one text with the language model: score, and where the score is high enough, the spans."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cleaner.garble import document_score as detect
from cleaner.garble.candidate_table import Options
from cleaner.garble.candidates import apart, evidence, gains, places
from cleaner.garble.lexicon import Lexicon
from cleaner.garble.lexicon import read as read_lexicon
from cleaner.garble.locate import locate
from cleaner.garble.network import Weights
from cleaner.garble.ngram_model import Model
from cleaner.garble.result import Garbled
from cleaner.garble.tokenize import split

DATA = Path(__file__).parents[1] / "data"


@cache
def lexicon() -> Lexicon:
    """The swaps and what they weigh."""
    return read_lexicon(DATA / "garble-lexicon.tsv.gz")


@cache
def model() -> Model:
    """The counts."""
    return Model.load(DATA / "garble-ngrams.npz")


@cache
def options() -> Options:
    """The swaps as arrays for these counts."""
    return Options.of(lexicon(), model())


@cache
def weights() -> Weights:
    """What the signs of a swap weigh."""
    return Weights.load(DATA / "garble-signs.npz")


def read(text: str) -> Garbled | None:
    """The finding, or None where the evidence does not reach the threshold."""
    words = split(text)
    found = places(words, options(), model())
    gain = gains(found, words.tokens, model())
    strength = evidence(found, gain)
    score = detect.score(found, apart(found, strength), strength, words)
    if score <= detect.THRESHOLD:
        return None
    return Garbled(round(score, 2), locate(words, found, gain, score, model(), weights()))
