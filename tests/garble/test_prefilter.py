"""The fast exit lets clean text go and stops at spun text."""

from __future__ import annotations

from cleaner.garble.plain_text import one_byte_a_character
from cleaner.garble.prefilter import build_table, load_table, matched_forms, may_be_spun
from tests.garble.spun import CLEAN, SPUN


def test_it_stops_at_spun_text_only() -> None:
    assert may_be_spun(SPUN)
    assert not may_be_spun(CLEAN)
    assert not may_be_spun("")


def test_words_and_phrases_are_found_whole_and_in_any_case() -> None:
    told = build_table({"mentioned": 1.0, "final week": 2.0, "ought to": 4.0}, 0.0)
    plain = one_byte_a_character("MENTIONED, unmentioned. Final week; final weekend; thought to")
    words, phrases, length = matched_forms(plain, told)
    assert (words, {told.phrases[k] for k in phrases}, length) == ({b"mentioned"}, {b" final week "}, 8)


def test_a_phrase_at_either_end_is_found() -> None:
    told = build_table({"final week": 1.0}, 0.0)
    for text in ("final week", "in the final week"):
        assert matched_forms(one_byte_a_character(text), told)[1]


def test_signatures_are_reason_enough() -> None:
    assert may_be_spun("The cat sat on the mat. " * 200 + "A gadget getting to know withinside the box.")


def test_a_longer_text_needs_more() -> None:
    told = build_table({"mentioned": 1.0}, 0.05)
    assert may_be_spun("mentioned", told)
    assert not may_be_spun("mentioned " + "word " * 200, told)


def test_the_built_table_knows_the_manner() -> None:
    assert load_table().word_weights[b"mentioned"] > 0
    assert b" not too " in load_table().phrases
