"""Case and articles follow the words they belong to."""

from __future__ import annotations

import pytest

from cleaner.garble.casing import article_change, match_case


@pytest.mark.parametrize(
    ("old", "new", "want"),
    [
        ("White Home", "white house", "White House"),
        ("Joined together States", "united states", "United States"),
        ("Joined together", "united", "United"),
        ("Mentioned", "said", "Said"),
        ("final week", "last week", "last week"),
        ("BANKS", "stocks", "STOCKS"),
        ("Nation", "country 's", "Country's"),
        ("Division of Protection", "department of defense", "Department of Defense"),
    ],
)
def test_case_follows(old: str, new: str, want: str) -> None:
    assert match_case(old, new) == want


@pytest.mark.parametrize(
    ("before", "old", "new", "want"),
    [
        ("an ", "early", "late", (0, "an", "a")),
        ("was a ", "big", "enormous", (4, "a", "an")),
        ("a ", "big", "huge", None),
        ("A ", "house", "hour", (0, "A", "An")),
        ("than ", "early", "late", None),
        ("an ", "old", "university", (0, "an", "a")),
    ],
)
def test_articles_follow(before: str, old: str, new: str, want: object) -> None:
    assert article_change(before, old, new) == want
