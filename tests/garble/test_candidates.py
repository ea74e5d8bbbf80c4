"""Places are found where forms stand outside quotation marks, and do not overlap once they are chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from cleaner.garble.candidate_table import SubstitutionTable
from cleaner.garble.candidates import (
    context_gains,
    family_evidence_nats,
    find_candidates,
    non_overlapping_best,
)
from cleaner.garble.lexicon import FAMILIES, Channel, Lexicon, Substitution, build_lexicon
from cleaner.garble.ngram_model import HashedCounts, NgramModel, encode_counts, hash_pair, hash_triple
from cleaner.garble.tokenize import tokenize

WORDS = '<unk> <pad> <s> , " <n> he she said mentioned it last final week white home house in the'.split()
SWAPS = (
    Substitution(("mentioned",), ("said",), 1.0, Channel.NEWS),
    Substitution(("final", "week"), ("last", "week"), 1.0, Channel.NEWS),
    Substitution(("final",), ("last",), 0.3, Channel.NEWS),
    Substitution(("home",), ("house",), 0.3, Channel.NEWS),
)


@pytest.fixture
def lexicon() -> Lexicon:
    return build_lexicon(SWAPS, ["White House"])


@pytest.fixture
def model() -> NgramModel:
    """Counts of one sentence, seen a hundred times."""
    ids = np.array(
        [WORDS.index(w) for w in "<s> <s> he said it last week <s> she said it in the house <s>".split()]
    )
    keys = np.sort(hash_pair(ids[:-1], ids[1:]))
    triples = np.sort(hash_triple(ids[:-2], ids[1:-1], ids[2:]))
    single = 100 * np.bincount(ids, minlength=len(WORDS))
    some = np.minimum(single, 3)
    hundred = encode_counts(np.full(len(keys), 100))
    return NgramModel(
        WORDS, single, some, some, HashedCounts(keys, hundred), HashedCounts(triples, hundred[: len(triples)])
    )


def stands(text: str, lexicon: Lexicon, model: NgramModel) -> list[tuple[str, Sequence[str]]]:
    words = tokenize(text)
    found = find_candidates(words, SubstitutionTable.from_lexicon(lexicon, model), model)
    return [
        (" ".join(words.tokens[a:b]), [" ".join(found.substitution(r).original) for r in range(s, e)])
        for a, b, s, e in zip(
            found.first_token, found.end_token, found.row_start, found.row_start[1:], strict=False
        )
    ]


def test_places(lexicon: Lexicon, model: NgramModel) -> None:
    assert stands("He mentioned it final week.", lexicon, model) == [
        ("mentioned", ["said"]),
        ("final", ["last"]),
        ("final week", ["last week"]),
    ]
    assert stands("“He mentioned it final week.”", lexicon, model) == []
    assert stands("final “week", lexicon, model) == [("final", ["last"])]


def test_names_are_broken_names_only(lexicon: Lexicon, model: NgramModel) -> None:
    assert ("white home", ["white house"]) in stands("The White Home said", lexicon, model)
    assert ("white house", ["white house"]) not in stands("The White House said", lexicon, model)
    assert stands("a white home", lexicon, model) == [("home", ["house"])]


def test_what_fits_better_gains(lexicon: Lexicon, model: NgramModel) -> None:
    words = tokenize("he mentioned it. He said it last week.")
    found = find_candidates(words, SubstitutionTable.from_lexicon(lexicon, model), model)
    assert context_gains(found, words.tokens, model)[0] > 1
    words = tokenize("home he")
    found = find_candidates(words, SubstitutionTable.from_lexicon(lexicon, model), model)
    assert context_gains(found, words.tokens, model)[0] < 1


def test_chosen_places_do_not_overlap(lexicon: Lexicon, model: NgramModel) -> None:
    words = tokenize("he mentioned it final week")
    found = find_candidates(words, SubstitutionTable.from_lexicon(lexicon, model), model)
    chosen = non_overlapping_best(found, np.array([1.0, 2.0, 2.0]))
    assert [(found.first_token[k], found.end_token[k]) for k in chosen] == [(1, 2), (3, 5)]
    assert chosen.tolist() == [0, 2]
    assert non_overlapping_best(found, np.array([1.0, 2.0, 2.0]), np.array([1])).tolist() == [1]


def test_evidence_counts_in_the_families_that_make_the_swap(model: NgramModel) -> None:
    both = (SWAPS[0]._replace(also=(Channel.SPINBOT,)), SWAPS[1])
    words = tokenize("he mentioned it final week")
    found = find_candidates(words, SubstitutionTable.from_lexicon(build_lexicon(both, []), model), model)
    evidence = family_evidence_nats(found, context_gains(found, words.tokens, model))
    assert evidence.shape == (len(FAMILIES), 2)
    news, spinbot, thesaurus = (
        evidence[FAMILIES.index(family)] for family in (Channel.NEWS, Channel.SPINBOT, Channel.THESAURUS)
    )
    assert news[0] == spinbot[0] > 0
    assert news[1] > 0 == spinbot[1]
    assert not thesaurus.any()


def test_nothing_to_look_at(lexicon: Lexicon, model: NgramModel) -> None:
    words = tokenize("")
    found = find_candidates(words, SubstitutionTable.from_lexicon(lexicon, model), model)
    evidence = family_evidence_nats(found, context_gains(found, [], model))
    assert len(found) == evidence.shape[1] == len(non_overlapping_best(found, evidence[0])) == 0


def test_forms_are_found_whose_words_the_model_lacks(model: NgramModel) -> None:
    swaps = (
        Substitution(("whilst",), ("while",), 1.0, Channel.THESAURUS),
        Substitution(("final", "whilst", "week"), ("last", "week"), 1.0, Channel.NEWS),
    )
    lexicon = build_lexicon(swaps, [])
    assert stands("It, whilst final whilst week", lexicon, model) == [
        ("whilst", ["while"]),
        ("final whilst week", ["last week"]),
        ("whilst", ["while"]),
    ]
    assert stands("final albeit week. Final whilst", lexicon, model) == [("whilst", ["while"])]
    assert stands("final whilst “week”", lexicon, model) == [("whilst", ["while"])]
