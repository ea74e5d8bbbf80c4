"""What recurs on a site goes, although trafilatura takes it for the article; else nothing does."""

from __future__ import annotations

from cleaner.settings import Settings
from tests.decide.test_judge import blocks, judge, mark


def test_a_sentence_that_recurs_inside_articles_goes() -> None:
    found = judge(blocks(), [mark(1, "site-line", 0.8), mark(1, "inside-main")], Settings())
    assert [verdict.code for verdict in found] == [None, "site-line", None, None, None]


def test_what_trafilatura_keeps_stays_where_nothing_recurs() -> None:
    found = judge(blocks(), [mark(1, "outskirts"), mark(1, "inside-main")], Settings())
    assert {verdict.code for verdict in found} == {None}
