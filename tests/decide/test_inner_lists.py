"""Lists between the paragraphs of a page: the article's own come back, boxes and menus do not."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from cleaner import clean
from cleaner.analysis.recipes import ingredient_lists
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.inner_lists import keep_inner_lists
from cleaner.document import Mark, Verdict
from tests.decide.test_guard import CUT, KEPT, blocks_of, paragraphs

Line = tuple[str, str]
ABOVE: list[Line] = paragraphs(3, KEPT)
BELOW: list[Line] = paragraphs(2, KEPT)
SCORES: list[Line] = [("Holm, 5 points", CUT), ("Varga, 4.5 points", CUT), ("Petrosyan, 4 points", CUT)]
TITLES: list[Line] = [("Bells of the old town fall silent", CUT), ("Ten walks for a Sunday", CUT)]
AD: Line = ("Advertisement", "interstitial-ad")


def stays(lines: Sequence[Line], kind: str = "text", threshold: float | None = None) -> list[bool]:
    """Which of the lines (text, code that cut it or `kept`) stay."""
    paths = [("body", "p")] * len(lines) if kind == "html" else ()
    blocks = blocks_of([text for text, _ in lines], paths)
    verdicts = tuple(
        Verdict("body", -4.0) if code == KEPT else Verdict("chrome", 3.0, (Mark(i, code, "chrome", 1.0, ""),))
        for i, (_, code) in enumerate(lines)
    )
    policy = SimpleNamespace(keep_threshold=threshold)
    evidence = cast("Evidence", SimpleNamespace(blocks=blocks, prediction=object(), policy=policy))
    return [not verdict.code for verdict in keep_inner_lists(evidence, Decision(verdicts)).verdicts]


def between(*lines: Line) -> list[bool]:
    found = stays([*ABOVE, *lines, *BELOW])
    assert all(found[: len(ABOVE)]) and all(found[-len(BELOW) :])
    return found[len(ABOVE) : -len(BELOW)]


def test_rows_of_figures_below_a_paragraph_come_back_with_their_heading() -> None:
    assert between(*SCORES) == [True] * 3
    assert (
        between(("Final standings", CUT), *SCORES, ("Others", CUT), ("Ruiz, 3.5 points", CUT)) == [True] * 6
    )


@pytest.mark.parametrize(
    "lines",
    [
        SCORES[:2],
        [("Holm leads", CUT), ("Varga second", CUT), ("Petrosyan third", CUT)],
        [AD, *SCORES],
        [*TITLES, TITLES[0], *SCORES],
        [SCORES[0]] * 4,
    ],
    ids=["two rows", "no figures", "below an ad", "below titles", "the same row again"],
)
def test_other_rows_do_not(lines: list[Line]) -> None:
    assert not any(between(*lines))


def test_dated_titles_come_back_only_where_nothing_else_stands_beside_them() -> None:
    dated = [(f"{i} May 2019: a walk", CUT) for i in range(3, 7)]
    assert not any(between(*dated, *TITLES, *TITLES))
    assert all(between(*dated))


def test_figures_below_the_last_paragraph_and_above_the_first_stay_cut() -> None:
    assert stays([*ABOVE, *SCORES]) == [True] * 3 + [False] * 3
    assert stays([*SCORES, *ABOVE]) == [False] * 3 + [True] * 3


def test_what_a_colon_announces_stays_cut_and_so_does_a_page_of_html() -> None:
    assert not any(between(("The walkers take with them:", CUT), ("A map", CUT), ("Bread", CUT)))
    assert not any(stays([*ABOVE, *SCORES, *BELOW], "html")[3:6])


def test_a_text_that_is_no_page_is_left_to_its_own_rules() -> None:
    assert not any(stays([*ABOVE, *SCORES, *BELOW], threshold=0.003)[3:6])


INGREDIENTS = ["1 chicken, about 1.6 kg", "2 lemons", "50 g butter", "Salt and pepper"]


@pytest.mark.parametrize(
    "heading", ["Ingredients", "Zutaten für 4 Personen:", "Ингредиенты", "用料", "مواد لازم", "재료"]
)
def test_ingredients_are_told_by_their_heading(heading: str) -> None:
    lines = ["Serves 4", heading, *INGREDIENTS, "Rub the butter under the skin of the breast."]
    assert list(ingredient_lists(blocks_of(lines))) == [range(1, 6)]


@pytest.mark.parametrize(
    "lines",
    [
        ["Ingredients", "Method", "Reviews", "2 lemons"],
        ["Ingredients of success", "1 plan", "2 friends", "3 days"],
        ["Ingredients", "News, 3 May 2019", "Sport, 4 May 2019", "Travel, 5 May 2019"],
        ["Our ingredients", *INGREDIENTS],
    ],
    ids=["a menu", "other words behind it", "dated titles", "other words before it"],
)
def test_other_lists_are_no_ingredients(lines: list[str]) -> None:
    assert not list(ingredient_lists(blocks_of([*lines, "A sentence ends them."])))


def test_a_flattened_recipe_keeps_its_ingredients_and_loses_the_menu() -> None:
    menu = ["Skip to content", "Home", "News", "Sport", "Culture", "Log in", "Subscribe", "Share", "Print"]
    steps = [
        "Salt the chicken inside and out the night before and leave it uncovered in the fridge.",
        "Rub the butter under the skin of the breast and put the lemons and the thyme inside the bird.",
        "Roast it for twenty minutes, then lower the heat and roast it for another hour and a half.",
        "Lift the bird out and let it rest under foil, while the gravy bubbles in the tin with the flour.",
    ]
    tail = [
        "Most read",
        "Fire at the old maltings",
        "Council tax rises",
        "About us",
        "Contact",
        "Privacy policy",
    ]
    lines = clean("\n".join([*menu, "Ingredients", *INGREDIENTS, "Method", *steps, *tail])).text.split("\n")
    assert set(INGREDIENTS) | set(steps) <= set(lines)
    assert not {*menu, *tail} & set(lines)
