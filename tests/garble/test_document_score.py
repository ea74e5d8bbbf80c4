"""A document is scored by families; one word counts once."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.garble.detector import load_lexicon, load_table
from cleaner.garble.document_score import (
    CLEAN_LOG_ODDS,
    CLEAN_WORDS_ODDNESS,
    MIN_BEST_FAMILY,
    Signals,
    document_signals,
    oddness_nats,
    signature_nats,
    spun_log_odds,
    word_stem,
)
from cleaner.garble.oddness import Oddness
from cleaner.garble.signatures import Signature, SignatureHit
from cleaner.garble.surprise import Surprise


@pytest.mark.parametrize(
    ("one", "other"), [("yr", "yrs"), ("mention", "mentioned"), ("request", "requesting"), ("box", "boxes")]
)
def test_a_word_and_its_endings_are_one(one: str, other: str) -> None:
    assert word_stem(one) == word_stem(other)


@pytest.mark.parametrize("word", ["as", "is", "red", "loss", "king"])
def test_a_word_that_is_no_ending_stays(word: str) -> None:
    assert len(word_stem(word)) >= 2


def signals(log_odds: list[float], consistency: list[float], n_words: int) -> Signals:
    return document_signals(np.array(log_odds), np.array(consistency), Surprise(), n_words)


def test_the_best_family_counts() -> None:
    found = signals([-4.0, 6.0, -5.0, 1.0, 5.0], [-9.0, 3.0, 2.0, -1.0, 0.0], 380)
    assert (found.best_family, found.second_family) == (6.0 - CLEAN_LOG_ODDS, 5.0 - CLEAN_LOG_ODDS)
    assert found.consistency > 0


def test_a_spinner_shows_in_both_within_one_family() -> None:
    same = signals([-4.0, 6.0, -5.0, -4.0, -4.0], [-9.0, 9.0, -9.0, -9.0, -9.0], 380)
    apart = signals([-4.0, 6.0, -5.0, -4.0, -4.0], [9.0, -9.0, -9.0, -9.0, -9.0], 380)
    assert same.both > 5 > 1 > apart.both
    assert same.best_family == apart.best_family


def test_consistency_alone_is_a_style() -> None:
    some, much = (signals([-5.0] * 5, [nats] + [0.0] * 4, 380) for nats in (9.0, 90.0))
    assert some == much


def test_the_same_rate_says_more_in_a_longer_text() -> None:
    rates = [-3.0, 1.0, -3.0, -3.0, -3.0]
    assert signals(rates, [0.0] * 5, 2000).best_family > 2 * signals(rates, [0.0] * 5, 200).best_family


def test_log_odds_are_a_weighted_sum() -> None:
    weights = dict.fromkeys(Signals._fields, 0.0) | {"best_family": 2.0}
    found = signals([1.0] * 5, [0.0] * 5, 380)
    assert spun_log_odds(found, weights, -0.5) == pytest.approx(2 * (1.0 - CLEAN_LOG_ODDS) - 0.5)


def test_other_signals_do_not_decide_alone() -> None:
    weights = dict.fromkeys(Signals._fields, 0.0) | {"consistency": 99.0}
    assert spun_log_odds(signals([-5.0] * 5, [90.0] * 5, 380), weights, 0.0) == 0
    slightly_above = CLEAN_LOG_ODDS + MIN_BEST_FAMILY - 0.1
    assert spun_log_odds(signals([slightly_above] * 5, [90.0] * 5, 380), weights, 0.0) == 0
    assert spun_log_odds(signals([slightly_above + 0.2] * 5, [90.0] * 5, 380), weights, 0.0) > 0
    assert spun_log_odds(signals([1.0] * 5, [90.0] * 5, 380), weights, 0.0) > 0


def test_one_signature_is_a_hint_and_two_are_more() -> None:
    one = SignatureHit(0, 4, Signature("a b", ("turbo",), "x"))
    two = SignatureHit(5, 9, Signature("c d", ("turbo",), "y"))
    assert (
        0
        == signature_nats([])
        < signature_nats([one])
        == signature_nats([one, one])
        < signature_nats([one, two])
    )


def odd(log_odds: float, names_off: int = 0, quote_contrast: float = 0.0) -> Oddness:
    return Oddness(400, log_odds, 0.0, 0.0, 0.0, 0.0, names_off, quote_contrast)


def test_odd_words_add_something() -> None:
    assert oddness_nats(odd(CLEAN_WORDS_ODDNESS)) == 0 < oddness_nats(odd(5.0)) < oddness_nats(odd(8.0))


def test_odd_words_alone_are_never_enough() -> None:
    """Philosophy and verse are very odd: without a family that shows, log-odds are 0 at most."""
    assert oddness_nats(odd(1000.0)) <= load_lexicon().threshold
    assert oddness_nats(odd(1000.0, names_off=1)) > load_lexicon().threshold


def test_consistency_never_speaks_against_a_spinner() -> None:
    """What reads no consistency where even the highest would not matter rests on it."""
    weights = load_table().lexicon.signal_weights
    assert weights["consistency"] >= 0 and weights["both"] >= 0
