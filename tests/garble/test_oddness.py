"""Words that a synonym would fit better, altered names and untouched quotations make a text odd."""

from __future__ import annotations

import pytest

from cleaner.garble.detector import load_model, load_oddness_table
from cleaner.garble.oddness import (
    WORD_FEATURES,
    Oddness,
    OddnessTable,
    altered_names,
    build_oddness_table,
    oddness,
    score_words,
)
from cleaner.garble.tokenize import tokenize

# The same story twice, the second with words of the same sense put for some of the first's.
CLEAN = (
    "The council agreed last night to build a new school near the river. Parents said the old building was "
    "too small, and that their children had to wait for a place. The work will start in the spring and take "
    "about two years. A spokesman said the town had found the money by selling some land, and that the road "
    "to the hospital would stay open. People who live in the area will be able to see the plans next week.\n"
)
SPUN = (
    "The council concurred last night to fabricate a novel schoolhouse near the stream. Parents uttered the "
    "aged edifice was too petite, and that their tykes had to await for a spot. The toil will commence in "
    "the springtime and ingest about two twelvemonths. A spokesman uttered the township had ascertained the "
    "currency by vending some terrain, and that the route to the infirmary would abide open. Multitude who "
    "dwell in the region will be capable to behold the designs next hebdomad.\n"
)


def measure(text: str) -> Oddness:
    return oddness(tokenize(text), load_oddness_table(), load_model())


def test_every_rate_of_narration_is_higher_in_the_spun_story() -> None:
    clean, spun = measure(CLEAN), measure(SPUN)
    assert spun.log_odds > 2 * clean.log_odds
    assert spun.replaced > clean.replaced
    assert spun.mean_gain > 2 * clean.mean_gain
    assert spun.both_sides > clean.both_sides
    assert spun.lost_collocation > clean.lost_collocation


def test_quotations_left_alone_stand_out() -> None:
    quoted = " ".join(f"“{sentence}.”" for sentence in CLEAN.strip().rstrip(".").split(". "))
    assert measure(SPUN + quoted).quote_contrast > 2
    assert abs(measure(CLEAN + quoted).quote_contrast) < 1
    assert measure(SPUN).quote_contrast == 0
    assert measure(SPUN + quoted).n_words == measure(SPUN).n_words


def test_nothing_to_read_is_not_odd() -> None:
    assert measure("") == measure("1 2 3") == Oddness(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0.0)


def test_the_same_text_gives_the_same_answer() -> None:
    assert measure(SPUN) == measure(SPUN)


@pytest.fixture(scope="module")
def names() -> OddnessTable:
    return build_oddness_table(
        {"observe": "watch", "occasions": "times", "monetary": "financial", "street": "road"},
        ["Apple Watch", "Financial Times", "Abbey Road"],
        [0.0] * (1 + len(WORD_FEATURES)),
        load_model(),
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("She wears an Apple Observe at night.", [("apple", "watch")]),
        ("The Financial Occasions reported it.", [("financial", "times")]),
        ("She wears an Apple Watch and reads the Financial Times.", []),
        ("We apple observe at night.", []),
        ("An “Apple Observe” is what the page called it.", []),
        ("Apple Records is older than Abbey Road.", []),
    ],
)
def test_a_name_with_a_synonym_in_it(text: str, wanted: list[tuple[str, ...]], names: OddnessTable) -> None:
    assert [*altered_names(tokenize(text), names, load_model())] == wanted


def test_words_with_a_capital_are_not_scored() -> None:
    scored = score_words(tokenize("the tykes of Tykes"), load_oddness_table(), load_model())
    assert scored is not None
    assert 1 in scored.token
    assert 3 not in scored.token
