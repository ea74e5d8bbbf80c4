"""Counts the n-grams of the gold texts and writes the language model."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cleaner.garble.ngram_model import Ints, Model, Table, encode, hash_2, hash_3
from cleaner.garble.tokenize import split

KEEP_TRIPLES = 2  # a triple seen once is noise at three times the size
KEEP_WORDS = 2


def tokens_of(text: str) -> list[str]:
    """As the model reads: `an` is `a`, so that an article never votes for the word behind it."""
    return ["a" if token == "an" else token for token in split(text).tokens]


def count(texts: Iterable[str], extra: Iterable[str]) -> tuple[list[str], Ints, Ints, Ints, Table, Table]:
    """Words, their counts, how many words each follows, and the pair and triple tables."""
    documents = [tokens_of(text) for text in texts]
    seen = Counter(token for document in documents for token in document)
    kept = sorted(w for w, n in seen.items() if n >= KEEP_WORDS)
    words = ["<unk>", "<pad>", *dict.fromkeys([*kept, *sorted(set(extra) - set(kept))])]
    number = {word: k for k, word in enumerate(words)}
    stop = number["<s>"]
    flat: list[int] = []
    for document in documents:
        flat += [stop, stop, *(number.get(token, 0) for token in document)]
    ids = np.array(flat, dtype=np.int64)
    single = np.bincount(ids, minlength=len(words))
    keys, counts = np.unique(hash_2(ids[:-1], ids[1:]), return_counts=True)
    both = np.unique(ids[:-1] * len(words) + ids[1:])
    follows = np.bincount(both % len(words), minlength=len(words))
    followed = np.bincount(both // len(words), minlength=len(words))
    keys_3, counts_3 = np.unique(hash_3(ids[:-2], ids[1:-1], ids[2:]), return_counts=True)
    often = counts_3 >= KEEP_TRIPLES
    return (
        words,
        single,
        follows,
        followed,
        Table(keys, encode(counts)),
        Table(keys_3[often], encode(counts_3[often])),
    )


def build(texts: Iterable[str], extra: Iterable[str]) -> Model:
    """A model in memory."""
    return Model(*count(texts, extra))


def write(path: Path, texts: list[str], extra: Iterable[str], header: str) -> None:
    """The model as one file; `header` says format, version, source and licence."""
    words, single, follows, followed, pairs, triples = count(texts, extra)
    sha = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
    np.savez_compressed(
        path,
        header=np.frombuffer(f"{header}\nsha256 of the texts: {sha}".encode(), np.uint8),
        words=np.frombuffer("\n".join(words).encode(), np.uint8),
        single=single.astype(np.uint32),
        follows=follows.astype(np.uint32),
        followed=followed.astype(np.uint32),
        gaps_2=np.diff(pairs.keys, prepend=np.uint32(0)),
        codes_2=pairs.codes,
        gaps_3=np.diff(triples.keys, prepend=np.uint32(0)),
        codes_3=triples.codes,
    )
