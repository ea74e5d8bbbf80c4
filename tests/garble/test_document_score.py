"""A document is scored by families; one word counts once."""

from __future__ import annotations

import pytest

from cleaner.garble.document_score import (
    MAX_FAMILY_LOG_ODDS,
    Signals,
    document_signals,
    spun_log_odds,
    word_stem,
)


@pytest.mark.parametrize(
    ("one", "other"), [("yr", "yrs"), ("mention", "mentioned"), ("request", "requesting"), ("box", "boxes")]
)
def test_a_word_and_its_endings_are_one(one: str, other: str) -> None:
    assert word_stem(one) == word_stem(other)


@pytest.mark.parametrize("word", ["as", "is", "red", "loss", "king"])
def test_a_word_that_is_no_ending_stays(word: str) -> None:
    assert len(word_stem(word)) >= 2


def test_the_best_family_counts() -> None:
    signals = document_signals([-4.0, 6.0, -5.0, 1.0, 99.0])  # type: ignore[arg-type]
    assert (signals.best_family, signals.second_family) == (MAX_FAMILY_LOG_ODDS, 6.0)


def test_log_odds_are_a_weighted_sum() -> None:
    weights = dict.fromkeys(Signals._fields, 0.0) | {"best_family": 2.0}
    assert spun_log_odds(document_signals([1.0] * 5), weights, -0.5) == pytest.approx(1.5)  # type: ignore[arg-type]
