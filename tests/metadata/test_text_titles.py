"""The title of a document that came as text: the line that its article is about."""

from __future__ import annotations

import pytest

import cleaner

FAST = cleaner.Settings(effort="fast")
BODY = (
    "The lighthouse on Gull Rock goes dark this month, when the new breakwater north of the bay is done.",
    "Its keeper, who lived on the rock for thirty years, moves into a flat above the chandler's shop.",
    "The town council wants to make a museum of the house below the lamp, and has asked for money.",
)
TITLE = "Lighthouse on Gull Rock goes dark"


BUTTONS = (
    "Share", "Save", "Print", "Copy link", "Facebook", "WhatsApp", "Telegram", "E-mail", "Comments", "Listen",
)  # fmt: skip


def title(*above: str) -> str | None:
    return cleaner.clean("\n".join((*above, *BODY)), kind="text", settings=FAST).title


@pytest.mark.parametrize(
    "above",
    [
        ("Home", "Coast and Country", "Sport", "Coast and Country", TITLE, "Ada Quill", "7/5/2025 18:30"),
        (TITLE, "By Ada Quill", "3 May 2024"),
        ("Home / News / " + TITLE,),
        ("Coast › " + TITLE,),
        ("You are here: Home NEWS Coast " + TITLE, TITLE),
        ("1. Home", "2. Coast", "3. " + TITLE, TITLE),
        ("* The lighthouse and the breakwater north of the bay", TITLE),
        ("https://example.org/the-lighthouse-on-gull-rock", TITLE),
        ("lighthouse breakwater museum", TITLE),
        (TITLE, "When the breakwater north of the bay is done, the keeper leaves the rock for a flat"),
        (TITLE, "The lighthouse on Gull Rock. Photo: Bo Reed"),
    ],
)  # fmt: skip
def test_the_line_that_the_article_is_about(above: tuple[str, ...]) -> None:
    assert title(*above) == TITLE


@pytest.mark.parametrize(
    "above",
    [
        ("Home", "Politics and Law", "Sport", "Politics and Law"),
        ("Ten recipes for a rainy Sunday",),
        ("The lighthouse on Gull Rock (Courtesy of the harbour board)",),
        ("* The lighthouse on Gull Rock", "* The museum below the lamp"),
        ("lighthouse museum breakwater",),
        (),
    ],
)
def test_no_title_is_better_than_a_section_or_a_caption(above: tuple[str, ...]) -> None:
    assert title(*above) is None


@pytest.mark.parametrize(
    "name",
    [
        "iLight on Gull Rock goes dark",
        "1. Lighthouse on Gull Rock goes dark",
        "The « lighthouse » on Gull Rock goes dark",
        "de Vries leaves the lighthouse on Gull Rock",
        "l'Oster and the lighthouse on Gull Rock",
    ],
)
def test_what_begins_like_something_else_may_be_a_title(name: str) -> None:
    assert title(name) == name


@pytest.mark.parametrize(
    ("lines", "author", "date"),
    [
        (("Ina Holt", "12 March 2024"), "Ina Holt", "2024-03-12"),
        (("2024-03-12 09:07　作者：王小明　来源：海港日报",), "王小明", "2024-03-12"),
        (("Ina Holt", "Published", "12 March 2024"), "Ina Holt", "2024-03-12"),
        (("Ina Holt |", "12 March 2024"), "Ina Holt", "2024-03-12"),
        (("Author of the article:", "Ina Holt", *BUTTONS), "Ina Holt", None),
        (("Von", "Ina Holt", *BUTTONS), "Ina Holt", None),
        (("LISTEN TO THIS", "12 March 2024"), None, "2024-03-12"),
        (("< Prev", "12 March 2024"), None, "2024-03-12"),
        (("Foto: Bo Reed",), None, None),
        (("Gull Rock", "is dark"), None, None),
        (("By Taboola",), None, None),
    ],
)
def test_who_and_when_stand_above_the_text(
    lines: tuple[str, ...], author: str | None, date: str | None
) -> None:
    found = cleaner.clean("\n".join((TITLE, *lines, *BODY)), kind="text", settings=FAST).metadata
    assert (found.author, found.date) == (author, date)
