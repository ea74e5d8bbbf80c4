"""Places are found where forms stand outside quotation marks, and do not overlap once they are chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from cleaner.garble.candidate_table import Options
from cleaner.garble.candidates import apart, evidence, gains, places
from cleaner.garble.lexicon import Lexicon, Swap, build
from cleaner.garble.ngram_model import Model, Table, encode, hash_2, hash_3
from cleaner.garble.tokenize import split

WORDS = '<unk> <pad> <s> , " <n> he she said mentioned it last final week white home house in the'.split()
SWAPS = (
    Swap(("mentioned",), ("said",), 1.0, "n"),
    Swap(("final", "week"), ("last", "week"), 1.0, "n"),
    Swap(("final",), ("last",), 0.3, "n"),
    Swap(("home",), ("house",), 0.3, "n"),
)


@pytest.fixture
def lexicon() -> Lexicon:
    return build(SWAPS, ["White House"])


@pytest.fixture
def model() -> Model:
    """Counts of one sentence, seen a hundred times."""
    ids = np.array(
        [WORDS.index(w) for w in "<s> <s> he said it last week <s> she said it in the house <s>".split()]
    )
    keys = np.sort(hash_2(ids[:-1], ids[1:]))
    triples = np.sort(hash_3(ids[:-2], ids[1:-1], ids[2:]))
    single = 100 * np.bincount(ids, minlength=len(WORDS))
    some = np.minimum(single, 3)
    hundred = encode(np.full(len(keys), 100))
    return Model(WORDS, single, some, some, Table(keys, hundred), Table(triples, hundred[: len(triples)]))


def stands(text: str, lexicon: Lexicon, model: Model) -> list[tuple[str, Sequence[str]]]:
    words = split(text)
    found = places(words, Options.of(lexicon, model), model)
    return [
        (" ".join(words.tokens[a:b]), [" ".join(found.swap(r).original) for r in range(s, e)])
        for a, b, s, e in zip(found.first, found.last, found.start, found.start[1:], strict=False)
    ]


def test_places(lexicon: Lexicon, model: Model) -> None:
    assert stands("He mentioned it final week.", lexicon, model) == [
        ("mentioned", ["said"]),
        ("final", ["last"]),
        ("final week", ["last week"]),
    ]
    assert stands("“He mentioned it final week.”", lexicon, model) == []
    assert stands("final “week", lexicon, model) == [("final", ["last"])]


def test_names_are_broken_names_only(lexicon: Lexicon, model: Model) -> None:
    assert ("white home", ["white house"]) in stands("The White Home said", lexicon, model)
    assert ("white house", ["white house"]) not in stands("The White House said", lexicon, model)
    assert stands("a white home", lexicon, model) == [("home", ["house"])]


def test_what_fits_better_gains(lexicon: Lexicon, model: Model) -> None:
    words = split("he mentioned it. He said it last week.")
    found = places(words, Options.of(lexicon, model), model)
    assert gains(found, words.tokens, model)[0] > 1
    words = split("home he")
    found = places(words, Options.of(lexicon, model), model)
    assert gains(found, words.tokens, model)[0] < 1


def test_chosen_places_do_not_overlap(lexicon: Lexicon, model: Model) -> None:
    words = split("he mentioned it final week")
    found = places(words, Options.of(lexicon, model), model)
    chosen = apart(found, np.array([1.0, 2.0, 2.0]))
    assert [(found.first[k], found.last[k]) for k in chosen] == [(1, 2), (3, 5)]
    assert len(evidence(found, gains(found, words.tokens, model))) == 3


def test_nothing_to_look_at(lexicon: Lexicon, model: Model) -> None:
    words = split("")
    found = places(words, Options.of(lexicon, model), model)
    assert len(found) == len(apart(found, evidence(found, gains(found, [], model)))) == 0
