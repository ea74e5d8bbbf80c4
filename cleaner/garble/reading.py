"""Reads one text with the language model: score, and where the score is high enough, the spans."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cleaner.garble.detect import THRESHOLD, score
from cleaner.garble.evidence import apart, weighed
from cleaner.garble.evidence import read as read_places
from cleaner.garble.lexicon import Lexicon
from cleaner.garble.lexicon import read as read_lexicon
from cleaner.garble.locate import locate
from cleaner.garble.model import Model
from cleaner.garble.spans import Garbled
from cleaner.garble.words import split

DATA = Path(__file__).parents[1] / "data"


@cache
def lexicon() -> Lexicon:
    """The swaps and what they weigh."""
    return read_lexicon(DATA / "garble-lexicon.tsv.gz")


@cache
def model() -> Model:
    """The counts."""
    return Model.load(DATA / "garble-ngrams.npz")


def read(text: str) -> Garbled | None:
    """The finding, or None where the evidence does not reach the threshold."""
    words = split(text)
    readings = read_places(words, lexicon(), model())
    found = score(apart(weighed(readings)), words, lexicon())
    if found <= THRESHOLD:
        return None
    return Garbled(round(found, 2), locate(words, lexicon(), model(), found, readings))
