"""The fast exit: whether the mere presence of words gives reason to read a text with the language model.

Nearly all clean text leaves here. No n-gram is looked up and no numpy imported: the words of the text as a
set against those that tell, its phrases found in one pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import fsum
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

DATA = Path(__file__).parents[1] / "data"
# A short text has few words to show either way: as if this many more words had shown nothing.
SILENT = 100
SCALE = 10.0
# Everything but letters, apostrophes and hyphens parts words; what is not ASCII parts them too, which at
# worst makes two of one.
PARTED = bytes(c if chr(c).isalpha() or c in b"'-" else 32 for c in range(256))


class Telling(NamedTuple):
    """What presence tells: words and phrases with their weights, and the sum above which reading pays."""

    words: Mapping[bytes, float]
    phrases: tuple[bytes, ...]
    weights: tuple[float, ...]
    finder: BytesAhoCorasick
    bar: float


def telling(weights: Mapping[str, float], bar: float) -> Telling:
    """The look-up structure. Phrases are words with a space between."""
    phrases = sorted(form for form in weights if " " in form)
    spelled = tuple(f" {form} ".encode() for form in phrases)
    words = {form.encode(): weight for form, weight in weights.items() if " " not in form}
    return Telling(words, spelled, tuple(weights[f] for f in phrases), BytesAhoCorasick(spelled), bar)


@cache
def table() -> Telling:
    """The table that training wrote; lines that start with # are its header."""
    lines = (DATA / "garble-glance.tsv").read_text("utf-8").splitlines()
    rows = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
    bar = float(rows.pop("<bar>"))
    return telling({form: float(weight) for form, weight in rows.items()}, bar)


def present(text: str, told: Telling) -> tuple[set[bytes], set[int], int]:
    """The telling words that occur, the telling phrases by number, and how many words the text has."""
    plain = text.lower().replace("’", "'").encode("ascii", "replace").translate(PARTED)
    words = plain.split()
    found = told.finder.find_matches_as_indexes(b" " + plain + b" ", overlapping=True)
    return told.words.keys() & words, {number for number, _, _ in found}, len(words)


def glance(text: str, told: Telling | None = None) -> bool:
    """Whether `text` should be read with the model."""
    told = told or table()
    words, phrases, length = present(text, told)
    # exact, so that the order of a set, which differs from process to process, makes no difference
    total = fsum([*map(told.words.__getitem__, words), *map(told.weights.__getitem__, phrases)])
    return SCALE * total / (length + SILENT) > told.bar
