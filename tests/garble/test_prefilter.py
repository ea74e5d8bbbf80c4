"""The fast exit lets clean text go and stops at spun text."""

from __future__ import annotations

from cleaner.garble.prefilter import glance, present, table, telling
from tests.garble.spun import CLEAN, SPUN


def test_it_stops_at_spun_text_only() -> None:
    assert glance(SPUN)
    assert not glance(CLEAN)
    assert not glance("")


def test_words_and_phrases_are_found_whole_and_in_any_case() -> None:
    told = telling({"mentioned": 1.0, "final week": 2.0, "ought to": 4.0}, 0.0)
    words, phrases, length = present("MENTIONED, unmentioned. Final week; final weekend; thought to", told)
    assert (words, {told.phrases[k] for k in phrases}, length) == ({b"mentioned"}, {b" final week "}, 8)


def test_a_phrase_at_either_end_is_found() -> None:
    told = telling({"final week": 1.0}, 0.0)
    assert present("final week", told)[1] and present("in the final week", told)[1]


def test_a_longer_text_needs_more() -> None:
    told = telling({"mentioned": 1.0}, 0.05)
    assert glance("mentioned", told)
    assert not glance("mentioned " + "word " * 200, told)


def test_the_built_table_knows_the_manner() -> None:
    assert table().words[b"mentioned"] > 0
    assert b" not too " in table().phrases
