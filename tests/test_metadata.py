from __future__ import annotations

import pytest

import cleaner
from cleaner.document import About
from cleaner.metadata import merge

PAGE = """<html lang="en-GB"><head><title>The bell of Oster - Hill Gazette</title>
<meta property="og:site_name" content="Hill Gazette">{head}</head>
<body><article><p>{body}</p></article></body></html>"""
BODY = "The bell that hung in the museum for sixty years is back in its tower, and it rings by hand. " * 6


def about(head: str) -> About:
    settings = cleaner.Settings(effort="fast")
    return cleaner.clean(PAGE.format(head=head, body=BODY), settings=settings).about


def test_title_loses_the_site_name() -> None:
    assert about("").title == "The bell of Oster"


def test_a_dash_in_a_title_is_not_a_site_name() -> None:
    head = '<meta property="og:title" content="The bell of Oster - a story of theft">'
    assert about(head).title == "The bell of Oster - a story of theft"


def test_a_short_title_before_a_bar() -> None:
    page = f"<html><head><title>The Gate | Post</title></head><body><p>{BODY}</p></body></html>"
    assert cleaner.clean(page, settings=cleaner.Settings(effort="fast")).title == "The Gate"


def test_json_ld_speaks_first() -> None:
    head = """<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",
    "headline": "Bell &amp; back", "author": [{"name": "Ada Quill"}, {"name": "Bo Reed"}],
    "datePublished": "2025-02-06T08:00:00Z"}]}</script>
    <meta name="author" content="Desk">"""
    found = about(head)
    assert (found.title, found.author, found.date) == ("Bell & back", "Ada Quill; Bo Reed", "2025-02-06")


@pytest.mark.parametrize("script", ["{", "[1, null]", '{"@type": 3}', '{"@graph": "x"}', "[" * 5000])
def test_broken_json_ld_is_passed_over(script: str) -> None:
    assert about(f'<script type="application/ld+json">{script}</script>').title == "The bell of Oster"


@pytest.mark.parametrize(("value", "day"), [("2024-09-03T06:15:00+02:00", "2024-09-03"), ("yesterday", None)])
def test_dates_are_days(value: str, day: str | None) -> None:
    assert about(f'<meta property="article:published_time" content="{value}">').date == day


def test_a_hostile_title_is_only_a_title() -> None:
    assert about(f'<meta property="og:title" content="&#{"1" * 5000};">').title


def test_language_hint_is_the_base_code() -> None:
    assert about("").language == "en"


def test_merge_fills_only_what_is_open() -> None:
    assert merge(About(title="a"), About(title="b", date="2024-01-01")) == About(title="a", date="2024-01-01")
    assert merge(About(title="a"), None) == About(title="a")
