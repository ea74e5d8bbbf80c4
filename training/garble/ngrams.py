"""Counts the n-grams of the gold texts and writes the language model."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

from cleaner.garble.ngram_model import HashedCounts, Ints, NgramModel, encode_counts, hash_pair, hash_triple
from cleaner.garble.tokenize import tokenize

MIN_TRIPLE_COUNT = 2  # a triple seen once is noise at three times the size
MIN_WORD_COUNT = 2


@cache  # each text is counted in several models
def model_tokens(text: str) -> tuple[str, ...]:
    """The tokens as the model counts them: `an` as `a`, as in `candidates.merge_articles`."""
    return tuple(sys.intern("a" if token == "an" else token) for token in tokenize(text).tokens)


def count_ngrams(
    texts: Iterable[str], extra_words: Iterable[str]
) -> tuple[list[str], Ints, Ints, Ints, HashedCounts, HashedCounts]:
    """Words, their counts, how many words each follows, and the pair and triple tables."""
    documents = [model_tokens(text) for text in texts]
    token_counts = Counter(token for document in documents for token in document)
    kept_words = sorted(w for w, n in token_counts.items() if n >= MIN_WORD_COUNT)
    words = ["<unk>", "<pad>", *dict.fromkeys([*kept_words, *sorted(set(extra_words) - set(kept_words))])]
    id_of_word = {word: k for k, word in enumerate(words)}
    sentence_end = id_of_word["<s>"]
    flat: list[int] = []
    for document in documents:
        flat += [sentence_end, sentence_end, *(id_of_word.get(token, 0) for token in document)]
    ids = np.array(flat, dtype=np.int64)
    word_counts = np.bincount(ids, minlength=len(words))
    keys, counts = np.unique(hash_pair(ids[:-1], ids[1:]), return_counts=True)
    distinct_pairs = np.unique(ids[:-1] * len(words) + ids[1:])
    n_predecessors = np.bincount(distinct_pairs % len(words), minlength=len(words))
    n_successors = np.bincount(distinct_pairs // len(words), minlength=len(words))
    keys_3, counts_3 = np.unique(hash_triple(ids[:-2], ids[1:-1], ids[2:]), return_counts=True)
    frequent = counts_3 >= MIN_TRIPLE_COUNT
    return (
        words,
        word_counts,
        n_predecessors,
        n_successors,
        HashedCounts(keys, encode_counts(counts)),
        HashedCounts(keys_3[frequent], encode_counts(counts_3[frequent])),
    )


def build_model(texts: Iterable[str], extra_words: Iterable[str]) -> NgramModel:
    """A model in memory."""
    return NgramModel(*count_ngrams(texts, extra_words))


def write_model(path: Path, texts: list[str], extra_words: Iterable[str], header: str) -> None:
    """The model as one file; `header` says format, version, source and licence."""
    words, word_counts, n_predecessors, n_successors, pair_counts, triple_counts = count_ngrams(
        texts, extra_words
    )
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
    np.savez_compressed(
        path,
        header=np.frombuffer(f"{header}\nsha256 of the texts: {digest}".encode(), np.uint8),
        words=np.frombuffer("\n".join(words).encode(), np.uint8),
        single=word_counts.astype(np.uint32),
        follows=n_predecessors.astype(np.uint32),
        followed=n_successors.astype(np.uint32),
        gaps_2=np.diff(pair_counts.keys, prepend=np.uint32(0)),
        codes_2=pair_counts.codes,
        gaps_3=np.diff(triple_counts.keys, prepend=np.uint32(0)),
        codes_3=triple_counts.codes,
    )
