"""JSON-LD is read in every shape that sites give it, and what is hostile costs no more than its length."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cleaner.reading import json_ld
from cleaner.reading.page import read_html
from tests.clock import cpu_seconds

TEXT = "The bell is back in its tower."


def body(script: str) -> str | None:
    page = f'<html><head><script type="application/ld+json">{script}</script></head><body>x</body></html>'
    return read_html(page).head.article_body


ARTICLE = {"@type": "NewsArticle", "articleBody": TEXT}


@pytest.mark.parametrize(
    "said",
    [
        ARTICLE,
        [ARTICLE],
        [[{"@type": "Organization"}, ARTICLE]],
        {"@graph": [{"@type": "WebSite"}, ARTICLE]},
        {"@graph": ARTICLE},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {"@type": "WebPage", "mainEntityOfPage": {"@graph": [ARTICLE]}},
        {"@type": ["Thing", "BlogPosting"], "articleBody": TEXT},
        {"@type": "https://schema.org/Report", "articleBody": [TEXT]},
        [{"@type": "Article", "articleBody": ""}, ARTICLE],
    ],
)
def test_the_article_is_found_wherever_it_stands(said: Any) -> None:
    assert body(json.dumps(said)) == TEXT


@pytest.mark.parametrize(
    "said",
    [
        {"@type": "Product", "articleBody": TEXT},
        {"articleBody": TEXT},
        {"@type": "Article", "articleBody": {"@value": 3}},
        {"@type": 3, "articleBody": TEXT},
        "Article",
        None,
    ],
)
def test_what_is_no_article_has_no_text(said: Any) -> None:
    assert body(json.dumps(said)) is None


@pytest.mark.parametrize(
    "spelling",
    [
        "<p>One &amp; two.</p><p>Three.</p>",
        "&lt;p&gt;One &amp;amp; two.&lt;/p&gt;&lt;p&gt;Three.&lt;/p&gt;",
        "One &amp; two.\n\n  Three.",
        "One <b>&amp;</b> two.<br>Three.<script>alert(1)</script>",
    ],
)
def test_tags_and_entities_are_taken_away(spelling: str) -> None:
    assert json_ld.strip_markup(spelling) == "One & two.\nThree."


@pytest.mark.parametrize(
    "spelling",
    [
        "{}",
        "<!-- {}",
        "//<![CDATA[\n{}\n//]]>",
        "/* <![CDATA[ */ {} /* ]]> */",
        "{};",
        '{} "more": 1}}',
        '{}\n{{"@type": "WebSite"}}',
    ],
)
def test_what_stands_around_the_json_is_passed_over(spelling: str) -> None:
    assert body(spelling.format(json.dumps(ARTICLE))) == TEXT


def test_line_ends_and_half_characters_in_strings() -> None:
    assert body('{"@type": "Article", "articleBody": "One\ntwo \\ud800."}') == "One\ntwo ?."


@pytest.mark.parametrize(
    "script", ["", "{", '{"a": "' + "x" * 100_000, "[" * 100_000, '{"@graph":' * 100_000, "\x00", "NaN"]
)
def test_what_is_no_json_says_nothing(script: str) -> None:
    assert body(script) is None


def test_it_is_bounded() -> None:
    long = json.dumps({"@type": "Article", "articleBody": "word " * json_ld.MAX_BODY_CHARS})
    assert len(body(long) or "") <= json_ld.MAX_BODY_CHARS
    assert body(json.dumps([{"@type": "Article"}] * json_ld.MAX_NODES + [ARTICLE])) is None
    assert body(json.dumps({"@type": "Article", "articleBody": "x" * json_ld.MAX_SCRIPT_CHARS})) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ['{"@graph": [', '{"@type": "Article", "articleBody": "&lt;p&gt;&amp;amp; <b"},', "<!-- "]
)
def test_time_grows_with_the_length(piece: str) -> None:
    def seconds(n: int) -> float:
        return cpu_seconds(lambda: body("[" + piece * n + '{"@type": "Article"}]'))

    seconds(1000)
    once, eightfold = seconds(1000), seconds(8000)
    assert eightfold < 20 * once + 0.1, f"{once:.3f} s, then {eightfold:.3f} s"
