"""Who and when in a document that came as text: what a byline near the article says, and nothing else."""

from __future__ import annotations

import pytest

import cleaner
from cleaner.document import Claim
from tests.output.test_cleaned import PROSE

FAST = cleaner.Settings(effort="fast")
SECOND = PROSE.replace("ferry", "barge")
ABOVE = "Home\nNews\nShare on Facebook\nSign in\nThe ferry is late again"
BELOW = "Subscribe to our newsletter\nLeave a comment\n© 2024 Quay Herold. All rights reserved."


def metadata(line: str, below: str = "", prose: str = PROSE) -> tuple[str | None, str | None]:
    text = "\n".join(part for part in (ABOVE, line, prose, SECOND, below, BELOW) if part)
    found = cleaner.clean(text, kind="text", settings=FAST).metadata
    return found.author, found.date


@pytest.mark.parametrize(
    ("line", "author", "date"),
    [
        ("By Ada Quill", "Ada Quill", None),
        ("By Ada Quill, Staff Writer", "Ada Quill", None),
        ("By Ada Quill and Bo Reed", "Ada Quill and Bo Reed", None),
        ("By\nAda Quill", "Ada Quill", None),
        ("By Ada Quill | 3 May 2024", "Ada Quill", "2024-05-03"),
        ("3 May 2024 | By Ada Quill", "Ada Quill", "2024-05-03"),
        ("By ADA QUILL May 3, 2024", "ADA QUILL", "2024-05-03"),
        ("By Ada Quill\nPublished: 12 March 2021", "Ada Quill", "2021-03-12"),
        ("Von Max Muster", "Max Muster", None),
        ("Par Jeanne Dupont", "Jeanne Dupont", None),
        ("Автор: Иван Примеров", "Иван Примеров", None),
        ("作者：王小明", "王小明", None),
        ("Published: 12 March 2021", None, "2021-03-12"),
        ("By Ada Quill June 7, 2019, 10:28 am", "Ada Quill", "2019-06-07"),
        ("Last updated: 13 March 2021\nPublished: 12 March 2021", None, "2021-03-12"),
    ],
)
def test_bylines_in_text(line: str, author: str | None, date: str | None) -> None:
    assert metadata(line) == (author, date)


@pytest.mark.parametrize(
    "line",
    [
        "By the river",
        "By The River",
        "By Tuesday the harbour was full",
        "By Reuters",
        "By admin",
        "By Quay Herold",
        "By BBC News",
        "By Our Correspondent",
        "Por Agência O Globo",
        "Written by BP Guest in Blogging Sense",
        "Edited by Bo Reed",
        "Photo: Bo Reed",
        "Von Montag an fährt die Fähre nur noch zweimal am Tag",
    ],
)
def test_what_names_no_author(line: str) -> None:
    assert metadata(line)[0] is None


def test_names_and_days_of_other_articles_do_not_count() -> None:
    others = (
        "More stories\nThe mill is sold\nBy Bo Reed | 4 May 2024\nThe bell is back\nBy Cy Dale\n5 May 2024"
    )
    assert metadata("", others) == (None, None)
    assert metadata("By Ada Quill", others) == ("Ada Quill", None)


def test_a_name_or_a_day_in_a_sentence_is_no_byline() -> None:
    prose = f"By Bo Reed, who built her, the boat was named on 4 May 2024. {PROSE}"
    assert metadata("", prose=prose) == (None, None)


def test_the_sources_of_a_byline_in_text() -> None:
    text = f"{ABOVE}\nBy Ada Quill\nLast updated: 13 March 2021\n{PROSE}\n{SECOND}"
    claims = cleaner.clean(text, kind="text", settings=FAST).metadata.claims
    assert (claims["author"], claims["date"]) == (
        (Claim("page", "Ada Quill"),),
        (Claim("updated", "2021-03-13"),),
    )


def test_the_example_of_the_readme() -> None:
    text = (
        "Home > News > Region\nShare Tweet Email\nBy Mirela Anders, Staff Writer\n"
        "The walkers who cross the Hollin Pass will find the hut at its top closed."
        " STORY CONTINUES BELOW THIS AD\n"
        "Its roof flew “like a kite”, said a volunteer.\n© 2024 Hollin Courier. All rights reserved."
    )
    assert cleaner.clean(text, kind="text").metadata.author == "Mirela Anders"


def test_without_a_paragraph_there_is_no_author() -> None:
    assert cleaner.clean("By Ada Quill\n3 May 2024", kind="text").metadata.author is None
    assert cleaner.clean("", kind="text").metadata.author is None
