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
SMOOTHING_WORDS = 100
RATE_PER_WORDS = 10.0
# Everything but letters, apostrophes and hyphens parts words; what is not ASCII parts them too, which at
# worst makes two of one.
NON_WORD_TO_SPACE = bytes(c if chr(c).isalpha() or c in b"'-" else 32 for c in range(256))


class PrefilterTable(NamedTuple):
    """What presence tells: words and phrases with their weights, and the sum above which reading pays."""

    word_weights: Mapping[bytes, float]
    phrases: tuple[bytes, ...]
    phrase_weights: tuple[float, ...]
    phrase_finder: BytesAhoCorasick
    threshold: float


def build_table(weights: Mapping[str, float], threshold: float) -> PrefilterTable:
    """The look-up structure. Phrases are words with a space between."""
    phrases = sorted(form for form in weights if " " in form)
    spelled = tuple(f" {form} ".encode() for form in phrases)
    words = {form.encode(): weight for form, weight in weights.items() if " " not in form}
    return PrefilterTable(
        words, spelled, tuple(weights[f] for f in phrases), BytesAhoCorasick(spelled), threshold
    )


@cache
def load_table() -> PrefilterTable:
    """The table that training wrote; lines that start with # are its header."""
    lines = (DATA / "garble-glance.tsv").read_text("utf-8").splitlines()
    rows = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
    threshold = float(rows.pop("<bar>"))
    return build_table({form: float(weight) for form, weight in rows.items()}, threshold)


def matched_forms(text: str, table: PrefilterTable) -> tuple[set[bytes], set[int], int]:
    """The telling words that occur, the telling phrases by number, and how many words the text has."""
    plain = text.lower().replace("’", "'").encode("ascii", "replace").translate(NON_WORD_TO_SPACE)
    words = plain.split()
    hits = table.phrase_finder.find_matches_as_indexes(b" " + plain + b" ", overlapping=True)
    return table.word_weights.keys() & words, {number for number, _, _ in hits}, len(words)


def may_be_spun(text: str, table: PrefilterTable | None = None) -> bool:
    """Whether `text` should be read with the model."""
    table = table or load_table()
    words, phrases, n_words = matched_forms(text, table)
    # exact, so that the order of a set, which differs from process to process, makes no difference
    total = fsum(
        [*map(table.word_weights.__getitem__, words), *map(table.phrase_weights.__getitem__, phrases)]
    )
    return RATE_PER_WORDS * total / (n_words + SMOOTHING_WORDS) > table.threshold
