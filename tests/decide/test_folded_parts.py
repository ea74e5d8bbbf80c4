"""What a page folds of its article comes back; what it hides beside it does not."""

from __future__ import annotations

import pytest

from cleaner import clean

PROSE = (
    "The ropewalk was closed in the spring of the year when the railway came, and its last rope hangs here.",
    "A carpenter has measured the long hall, and thinks that a walk of ninety paces could be opened in May.",
    "The council wants to see his drawings, and asks the museum on the hill whether it lends its wheel.",
)
SHORT = ("Monday: closed", "Tuesday: ten to four", "It takes an hour.")
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in PROSE)


def lines_of(inner: str) -> list[str]:
    page = (
        "<html lang=en><title>Ropes</title><nav><a href=/>Home</a> <a href=/n>News</a></nav>"
        f"<article><h1>Ropes</h1>{PARAGRAPHS}{inner}</article>"
        f"<footer><p>© 2020 Quay Courier</p></footer></html>"
    )
    return clean(page, kind="html").text.split("\n")


def hidden(name: str, lines: tuple[str, ...] = SHORT) -> str:
    return f'<div class="{name}" style="display:none">{"".join(f"<p>{line}</p>" for line in lines)}</div>'


@pytest.mark.parametrize(
    "name", ["more", "accordion-body collapse", "tab-panel", "read-more-content", "faq-answer", "panel"]
)
def test_a_part_named_for_folding_comes_back_whole(name: str) -> None:
    assert set(SHORT) <= set(lines_of("<button>Read more</button>" + hidden(name)))


@pytest.mark.parametrize(
    "name", ["box", "share-panel", "login-form-collapse", "gallery-more", "collapse-menu"]
)
def test_what_is_hidden_for_other_reasons_stays_away(name: str) -> None:
    assert not set(SHORT) & set(lines_of(hidden(name)))


def test_labels_in_a_fold_and_what_the_page_shows_anyway_stay_away() -> None:
    assert "Tuesday: ten to four" not in lines_of(hidden("collapse", SHORT[:2]))
    assert lines_of(hidden("collapse", PROSE)).count(PROSE[0]) == 1


def test_a_fold_away_from_the_article_stays_away() -> None:
    teasers = "".join(f"<p><a href=/{i}>Another story, the {i}th of them</a></p>" for i in range(6))
    assert not set(SHORT) & set(lines_of(teasers + hidden("collapse")))


def test_a_summary_stays_with_what_it_unfolds() -> None:
    inner = f"<details><summary>The wheel</summary><p>{PROSE[2]} It is of oak.</p></details>{PARAGRAPHS}"
    assert "The wheel" in lines_of(inner)
    assert "Menu" not in lines_of(
        "<details><summary>Menu</summary><a href=/a>Ropes</a> <a href=/b>Sails</a></details>"
    )
