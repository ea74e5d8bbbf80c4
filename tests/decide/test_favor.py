"""`--favor`: the level at which blocks stay, moved; what is sure stays where it was."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from cleaner.decide.judge import favored_threshold
from cleaner.decide.policy import FAVOR_NATS, POLICIES, Policy
from cleaner.model.classifier import Prediction
from cleaner.model.threshold import max_expected_f1_set
from cleaner.settings import Favor


def kept(
    p_content: list[float], favor: Favor, policy: Policy = POLICIES["page"], line_words: float = 20.0
) -> list[bool]:
    p, words = np.array(p_content, np.float32), np.full(len(p_content), line_words)
    best, expected = max_expected_f1_set(p, words)
    prediction = cast(
        Prediction,
        SimpleNamespace(
            p_content=p,
            words=words,
            keep_threshold=float(p[best].min()),
            expected_f1=expected,
            vocabulary_coverage=1.0,
        ),
    )
    moved = replace(policy, favor_nats=FAVOR_NATS[favor])
    threshold = favored_threshold(prediction, moved)
    return [bool(one >= np.float32(threshold)) for one in p]


DOUBTFUL = [0.99, 0.97, 0.7, 0.55, 0.35, 0.3, 0.2, 0.02, 0.01]


def test_precision_keeps_less_and_recall_more() -> None:
    less, balanced, more = (sum(kept(DOUBTFUL, favor)) for favor in FAVOR_NATS)
    assert less < balanced < more < len(DOUBTFUL)


@pytest.mark.parametrize("favor", FAVOR_NATS)
@pytest.mark.parametrize("sure", [[0.99, 0.97, 0.98, 0.01, 0.005], [0.9, 0.91, 0.02, 0.01]])
def test_a_page_of_which_all_is_sure_stays_as_it_is(favor: Favor, sure: list[float]) -> None:
    assert kept(sure, favor) == [p > 0.5 for p in sure]


@pytest.mark.parametrize("p_content", [[0.02, 0.01], [0.3, 0.3, 0.3], [1.0, 1.0], [0.0, 0.0]])
def test_the_likeliest_block_always_stays(p_content: list[float]) -> None:
    assert kept(p_content, "precision")[0]


def test_a_threshold_of_the_policys_own_moves_too() -> None:
    clean = POLICIES["clean"]
    assert kept([0.9, 0.005, 0.001], "precision", clean) == [True, False, False]
    assert kept([0.9, 0.005, 0.001], "balanced", clean) == [True, True, False]
    assert kept([0.9, 0.005, 0.001], "recall", clean) == [True, True, True]


def test_a_page_that_the_model_doubts_keeps_more_if_a_good_deal_stays_of_it() -> None:
    assert sum(kept(DOUBTFUL, "balanced", line_words=60.0)) > sum(kept(DOUBTFUL, "balanced", line_words=20.0))
    unmoved = replace(POLICIES["page"], doubt=None)
    assert kept(DOUBTFUL, "balanced", line_words=20.0) == kept(DOUBTFUL, "balanced", unmoved)


def test_what_the_user_favours_counts_before_doubt() -> None:
    for favor in ("precision", "recall"):
        assert kept(DOUBTFUL, favor, line_words=60.0) == kept(DOUBTFUL, favor, line_words=20.0)
