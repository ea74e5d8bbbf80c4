"""What is kept has the highest expected word-F1, when lines share a doubt."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.model.threshold import SHARED_UNCERTAINTY, max_expected_f1_set, scenario_probabilities


def chosen(p: list[float], words: list[float], kind: str = "html") -> list[bool]:
    return [
        bool(kept)
        for kept in max_expected_f1_set(np.array(p, np.float32), np.array(words), SHARED_UNCERTAINTY[kind])[0]
    ]


def test_the_sure_stay_and_the_impossible_go() -> None:
    assert chosen([0.01, 0.99, 0.98, 0.02], [50, 50, 50, 50]) == [False, True, True, False]


def test_a_page_of_doubtful_lines_keeps_some() -> None:
    assert any(chosen([0.01, 0.02], [5, 5]))


def test_comments_that_may_count_do_not_drown_a_short_post() -> None:
    """Each for itself, comments at 0.25 would be kept: some of them would count. They all do or none do."""
    page = [0.95, *[0.25] * 15]
    assert chosen(page, [100.0] * 16) == [True] + [False] * 15
    assert all(chosen(page, [100.0] * 16, "text"))


def test_no_set_of_the_likeliest_lines_is_better() -> None:
    p = np.array([0.9, 0.2, 0.6, 0.4], np.float32)
    words = np.array([10.0, 40.0, 5.0, 5.0])
    mass = scenario_probabilities(p, 0.6) * words

    def score(keep: np.ndarray) -> float:
        return float((2 * mass[:, keep].sum(axis=1) / (words[keep].sum() + mass.sum(axis=1))).mean())

    sets = [p >= level for level in p]
    best, expected = max_expected_f1_set(p, words, 0.6)
    assert score(best) == pytest.approx(max(map(score, sets))) == pytest.approx(expected)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_common_doubt_leaves_the_chance_as_it_is(p: float) -> None:
    assert scenario_probabilities(np.array([p], np.float32), 0.6).mean() == pytest.approx(p, abs=0.03)
