"""A place is judged by its own evidence, that of its neighbours and that of the whole text."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from cleaner.garble.candidates import Candidates
from cleaner.garble.detector import load_model, load_oddness_table
from cleaner.garble.features import SECOND_PASS_FEATURES
from cleaner.garble.listing import LISTING_FEATURES, MIN_NATS, Places, listing_features
from cleaner.garble.ngram_model import Floats
from cleaner.garble.oddness import word_log_odds
from cleaner.garble.tokenize import tokenize

TEXT = "one two three four five six seven eight nine ten eleven twelve"


def features(log_odds: Floats, odd: Floats | None = None, text: str = TEXT) -> dict[str, list[float]]:
    """The features of places at the tokens 1, 3 and 10 of a text, by their names."""
    words = tokenize(text)
    first = np.array([1, 3, 10])
    candidates = SimpleNamespace(first_token=first, end_token=first + 1, row_start=np.arange(4))
    number = np.arange(3)
    places = Places(number, number, log_odds, np.ones(3, dtype=bool))
    second = np.zeros((3, len(SECOND_PASS_FEATURES)))
    odd = np.full(len(words), -np.inf) if odd is None else odd
    rows = listing_features(words, cast(Candidates, candidates), places, second, odd)
    assert rows.shape == (3, len(LISTING_FEATURES)) and np.isfinite(rows).all()
    return dict(zip(LISTING_FEATURES, rows.T.tolist(), strict=True))


def test_a_spun_neighbour_and_a_spun_text_raise_a_place() -> None:
    alone, beside = features(np.array([0.0, -5, -5])), features(np.array([0.0, 4, -5]))
    assert beside["near"][0] > alone["near"][0]
    assert beside["near"][2] == alone["near"][2] == MIN_NATS  # too far off
    assert beside["spun share"][2] > alone["spun share"][2]


def test_a_places_own_evidence_is_not_its_neighbours() -> None:
    low, high = features(np.array([0.0, 1, 2])), features(np.array([5.0, 1, 2]))
    assert low["near"][0] == high["near"][0] and low["log odds"][0] < high["log odds"][0]


def test_odd_words_count_where_they_are_read() -> None:
    odd = np.full(12, -np.inf)
    odd[1] = 2.0
    found = features(np.zeros(3), odd)
    assert found["odd"] == [2.0, MIN_NATS, MIN_NATS]
    assert found["odd mean"] == [2.0] * 3


def test_all_of_a_text_in_quotation_marks() -> None:
    assert features(np.zeros(3), text=f'"{TEXT}"')["spun share"] == [0.0] * 3


@pytest.mark.parametrize("text", ["", "The ferry left at eleven and reached the mainland."])
def test_every_token_has_log_odds(text: str) -> None:
    words = tokenize(text)
    log_odds = word_log_odds(words, load_oddness_table(), load_model())
    assert log_odds.shape == (len(words),)
    assert not np.isnan(log_odds).any()
    assert all(np.isinf(nats) for nats, token in zip(log_odds, words.tokens, strict=True) if token == ".")
