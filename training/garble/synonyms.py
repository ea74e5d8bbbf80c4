"""Reads WordNet's files: what a word may have replaced.

The folder holds `data.noun`, `data.verb`, `data.adj`, `data.adv` (Debian: wordnet-base). For each word that
the language model counted, the words that a spinner may have found it under: members of one of its synsets,
of a similar adjective's, or of a more general or a more special one's, in the same inflection, that are usual
enough to have been the original.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from cleaner.garble.ngram_model import NgramModel
from training.garble import lexicon
from training.garble.inflect import inflected_forms

WORD_CLASS = {"noun": "n", "verb": "v", "adj": "x", "adv": "x"}
# Pointers to near synsets: hypernym, hyponym, similar adjective.
NEAR_POINTERS = ("@", "~", "&")
# An original is a usual word, and about as usual as what replaced it or more so: that is what a spinner's
# dictionary has entries for, and where the counts can tell. Neither figure was tuned.
MIN_ORIGINAL_COUNT, MIN_COUNT_RATIO = 60, 0.7
MAX_ORIGINALS = 8  # of a word: members of its own synsets first, then the most usual


class Synset(NamedTuple):
    """Its single words and the numbers of near synsets."""

    words: tuple[str, ...]
    near: tuple[str, ...]


def licence_text(folder: Path) -> list[str]:
    """WordNet's licence, which must stand on every copy: the first lines of its files, less their numbers."""
    lines = (folder / "data.noun").read_text("latin-1").splitlines()
    return [line.strip().partition(" ")[2].strip() for line in lines if line.startswith(" ")]


def read_synsets(path: Path) -> dict[str, Synset]:
    """The synsets of one part of speech by their offsets; the format is that of wndb(5WN)."""
    synsets: dict[str, Synset] = {}
    for line in path.read_text("latin-1").splitlines():
        if line.startswith(" "):
            continue  # the licence
        cells = line.split("|")[0].split()
        n_words = int(cells[3], 16)
        names = (cell.split("(")[0].lower() for cell in cells[4 : 4 + 2 * n_words : 2])
        pointers = cells[5 + 2 * n_words :]
        near = tuple(pointers[k + 1] for k in range(0, len(pointers) - 3, 4) if pointers[k] in NEAR_POINTERS)
        synsets[cells[0]] = Synset(tuple(n for n in names if n.isalpha() and n.isascii()), near)
    return synsets


def related_words(synsets: Mapping[str, Synset]) -> Iterator[tuple[str, str, bool]]:
    """Each word with each word of its synsets (True) and of near ones (False)."""
    for synset in synsets.values():
        for word in synset.words:
            for other in synset.words:
                yield word, other, True
            for offset in synset.near:
                for other in synsets[offset].words if offset in synsets else ():
                    yield word, other, False


def possible_originals(folder: Path, model: NgramModel) -> dict[str, str]:
    """For each counted word its possible originals with spaces between, the likeliest first."""
    ranked: dict[str, dict[str, tuple[bool, float]]] = {}
    for part, word_class in WORD_CLASS.items():
        for word, other, same in related_words(read_synsets(folder / f"data.{part}")):
            if word == other:
                continue
            for old, new in zip(
                inflected_forms(other, word_class), inflected_forms(word, word_class), strict=True
            ):
                if _may_be_original(old, new, model):
                    rank = (not same, -float(model.word_counts[model.id_of_word[old]]))
                    known = ranked.setdefault(new, {})
                    known[old] = min(rank, known.get(old, rank))
    return {
        word: " ".join(sorted(originals, key=lambda old: (originals[old], old))[:MAX_ORIGINALS])
        for word, originals in sorted(ranked.items())
    }


def _may_be_original(old: str, new: str, model: NgramModel) -> bool:
    if old == new or old not in model.id_of_word or new not in model.id_of_word:
        return False
    count, count_of_new = (float(model.word_counts[model.id_of_word[word]]) for word in (old, new))
    usual = count >= max(MIN_ORIGINAL_COUNT, MIN_COUNT_RATIO * count_of_new)
    return usual and not lexicon.is_spelling_variant(old, new)
