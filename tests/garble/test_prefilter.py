"""The fast exit lets clean text go and stops at spun text."""

from __future__ import annotations

from cleaner.garble.detector import may_begin_spun
from cleaner.garble.passage_prefilter import Suspicion, suspicion_of, without_repeated_lines
from cleaner.garble.plain_text import one_byte_a_character
from cleaner.garble.prefilter import (
    CLEAN_MEAN,
    RATE_PER_WORDS,
    SMOOTHING_WORDS,
    Glance,
    build_table,
    load_table,
    matched_forms,
    may_be_spun,
)
from tests.garble.spun import BY_THESAURUS, CLEAN, SPUN


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


def test_a_longer_text_is_in_doubt_at_a_lower_score() -> None:
    short, long = (
        Glance([score * (n_words + SMOOTHING_WORDS) / RATE_PER_WORDS], n_words, b"")
        for score, n_words in ((2.6, 200), (2.55, 900))
    )
    assert CLEAN_MEAN < long.score < short.score < load_table().threshold
    assert long.is_doubtful
    assert not short.is_doubtful


def test_of_a_text_in_doubt_the_beginning_is_read_first() -> None:
    clean = CLEAN * 8
    assert not may_begin_spun(clean + SPUN)
    assert may_begin_spun(SPUN + clean * 2)
    assert may_begin_spun(SPUN)


def test_a_text_that_is_repeated_is_looked_at_once() -> None:
    assert suspicion_of(BY_THESAURUS * 20) is suspicion_of(BY_THESAURUS) is Suspicion.SUSPECT
    assert suspicion_of(CLEAN * 20) is suspicion_of(CLEAN) is Suspicion.NONE
    lines = "One line.\n\nAnother line.\n\nOne line.\n"
    assert without_repeated_lines(lines) is lines, "most of it stands there once"


def test_a_text_with_a_spun_part_is_suspect_a_clean_one_is_not() -> None:
    assert suspicion_of(SPUN) is Suspicion.SUSPECT
    assert suspicion_of(CLEAN * 4 + SPUN) is Suspicion.SUSPECT
    assert suspicion_of(CLEAN) is Suspicion.NONE
    assert suspicion_of("") is Suspicion.NONE
