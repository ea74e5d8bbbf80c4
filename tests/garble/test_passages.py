"""Which paragraphs are spun: units hold the whole text, and neighbours are labelled together."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cleaner.garble.passage_prefilter import MIN_PART_CHARS, part_ranges
from cleaner.garble.passages import (
    MAX_UNIT_WORDS,
    MIN_UNIT_WORDS,
    count_words,
    joined,
    long_quotations,
    share_of_words,
    spun_units,
    sums_by_unit,
    units_of,
    without_edges,
    without_repeats,
)

SENTENCE = "The ferry left the harbour at eleven and reached the mainland before noon. "


@pytest.mark.parametrize(
    "text", ["", "\n \n", "One line.", "Title\n\n" + SENTENCE * 3, SENTENCE * 40, "a b\n" * 90]
)
def test_units_hold_every_word_once(text: str) -> None:
    units = units_of(text)
    assert sum(count_words(text[start:end]) for start, end in units) == count_words(text)
    assert all(a < b for a, b in units) and all(one[1] <= two[0] for one, two in pairwise(units))


def test_long_paragraphs_are_cut_at_sentences() -> None:
    text = ("Title\nBy A Writer\n" + SENTENCE * 40).strip()
    units = [text[start:end] for start, end in units_of(text)]
    assert units[:2] == ["Title", "By A Writer"]
    assert all(MIN_UNIT_WORDS <= count_words(unit) <= MAX_UNIT_WORDS for unit in units[2:-1])
    assert len(units) > 4 and all(unit.endswith(".") for unit in units[2:])


def test_edges_that_show_nothing_are_no_part() -> None:
    flags = [True, True, True, False, True, True]
    assert without_edges(flags, [-1.0, 2.0, -1.0, 1.0, -1.0, -1.0]) == [False, True, *[False] * 4]
    assert without_edges(flags, [1.0, -2.0, 1.0, 1.0, 1.0, 1.0]) == flags


def test_one_odd_unit_among_others_is_no_change() -> None:
    assert spun_units([1.0, -0.5, 1.0], 1.0) == [True, True, True]
    assert spun_units([-1.0, 0.5, -1.0], 1.0) == [False, False, False]
    assert spun_units([-2.0, 4.0, -2.0], 1.0) == [False, True, False]
    assert spun_units([], 1.0) == []


def test_neighbours_are_one_part() -> None:
    assert joined([(0, 5), (6, 9), (10, 12)], [True, True, False]) == [(0, 9)]
    assert joined([(0, 5), (6, 9), (10, 12)], [True, False, True]) == [(0, 5), (10, 12)]


def test_sums_and_shares() -> None:
    assert sums_by_unit([(0, 5), (6, 9)], [0, 4, 5, 6], [1.0, 2.0, 4.0, 8.0]) == [3.0, 8.0]
    assert share_of_words("one two three four", [(0, 3)]) == 0.25
    assert share_of_words("", []) == 0.0


def test_a_text_that_is_repeated_is_read_once() -> None:
    paragraph = SENTENCE * 4
    assert count_words(without_repeats("\n".join([paragraph] * 20))) == count_words(paragraph)
    assert without_repeats(paragraph) is paragraph


def test_only_long_quotations_are_texts_of_their_own() -> None:
    quoted = f"“{(SENTENCE * 6).strip()}”"
    text = f"He said “no” twice. {quoted} And he left."
    assert [text[start:end] for start, end in long_quotations(text)] == [quoted]


def test_parts_hold_the_whole_text() -> None:
    text = "Title\n" + SENTENCE * 3 + "\n" + SENTENCE * 60 + "\nEnd"
    parts = [text[start:end] for start, end in part_ranges(text)]
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")
    paragraphs = "x" * 300 + "\n" + "y" * 300
    assert all(end - start >= MIN_PART_CHARS for start, end in part_ranges(paragraphs))
