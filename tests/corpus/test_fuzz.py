"""Cuts and mutations are said (`bench.fuzz`): a few in every run, thousands by hand."""

from __future__ import annotations

from collections import Counter

import pytest

from bench import fuzz


@pytest.mark.slow
def test_no_cut_and_no_mutation_of_an_archive_is_silent() -> None:
    report = fuzz.fuzz(fuzz.archive_samples(), 5, mutations=120, cut_step=61)
    assert report.faults == []


@pytest.mark.slow
def test_no_cut_and_no_mutation_of_a_table_is_silent() -> None:
    report = fuzz.fuzz(fuzz.table_samples(), 5, mutations=40, cut_step=211)
    assert report.faults == []


@pytest.mark.slow
def test_no_cut_and_no_mutation_of_rows_records_and_settings_is_silent() -> None:
    report = fuzz.fuzz(fuzz.line_samples(), 5, mutations=60, cut_step=97)
    assert report.faults == []


def test_what_is_silent_is_seen() -> None:
    whole = fuzz.Reading(("a", "b"), (), Counter({"request": 2}))
    assert fuzz.Reading(("a",), (), Counter({"request": 1})).is_silent(whole)
    assert not fuzz.Reading(("a",), ("cut",), Counter()).is_silent(whole)
    assert not fuzz.Reading(("a",), (), Counter({"image/png": 1})).is_silent(whole)
