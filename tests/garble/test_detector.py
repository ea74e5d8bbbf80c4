"""Spun text is found, shown and told from clean text of every register; the same answer every time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.edits import apply
from cleaner.garble import Garbled, detect_spun, edits_to_restore
from cleaner.garble.detector import detect_with_model
from tests.cases import ROOT
from tests.garble.spun import ABOUT_SPUN_TEXT, BEFORE_THESAURUS, BY_THESAURUS, CLEAN, SPUN

TEXTS = sorted([*(ROOT / "bench" / "texts").glob("*.txt"), *(ROOT / "bench" / "fresh").glob("*.txt")])


def english() -> str:
    return "en"


@pytest.fixture(scope="module")
def garbled() -> Garbled:
    found = detect_spun(SPUN, english)
    assert found is not None
    return found


def test_a_spun_text_and_the_one_it_was_made_from(garbled: Garbled) -> None:
    assert garbled.score > 6
    assert detect_with_model(CLEAN) is None


def test_everyday_words_by_a_thesaurus_and_the_text_before() -> None:
    found = detect_spun(BY_THESAURUS, english)
    assert found and found.family == "thesaurus"
    assert detect_with_model(BEFORE_THESAURUS) is None


def test_a_text_about_spun_text_passes_one_that_uses_the_same_forms_does_not() -> None:
    assert detect_spun(ABOUT_SPUN_TEXT, english) is None
    used = (
        "On the off chance that you take a gander withinside the box, gadget getting to know is study extra. "
    )
    assert detect_spun(used * 3 + CLEAN, english)


def test_a_text_that_is_repeated_has_the_spans_and_edits_of_one_at_each_place(garbled: Garbled) -> None:
    text = SPUN * 20
    repeated = detect_spun(text, english)
    assert repeated and repeated.share == 1
    assert len(repeated.spans) == 20 * len(garbled.spans)
    assert all(text[span.start : span.end] == span.text for span in repeated.spans)
    assert apply(text, edits_to_restore(text, repeated)) == apply(SPUN, edits_to_restore(SPUN, garbled)) * 20


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_registers_pass(path: Path) -> None:
    assert detect_with_model(path.read_text("utf-8")) is None


@pytest.mark.parametrize("language", ["fr", "ja"])
def test_off_for_other_languages(language: str) -> None:
    assert detect_spun(SPUN, lambda: language) is None


def test_the_language_is_asked_only_where_a_glance_gives_reason_to() -> None:
    def never() -> str:
        raise AssertionError("asked")

    assert detect_spun("The ferry left at eleven and reached the mainland. " * 20, never) is None


def test_spans_hold_the_text_they_name(garbled: Garbled) -> None:
    end = 0
    for span in garbled.spans:
        assert SPUN[span.start : span.end] == span.text
        assert end <= span.start < span.end
        end = span.end


def test_what_is_shown(garbled: Garbled) -> None:
    shown = {(span.text, span.instead) for span in garbled.spans}
    wanted = {
        ("Home", "House"),
        ("mentioned", "said"),
        ("not too long ago mentioned", "recently said"),
        ("as a result of", "because"),
        ("Monetary Occasions", "Financial Times"),
    }
    assert wanted <= shown


def test_quotations_are_never_shown(garbled: Garbled) -> None:
    left, right = SPUN.index("“"), SPUN.index("”")
    assert not any(span.start < right and left < span.end for span in garbled.spans)


@pytest.mark.slow
def test_same_answer_every_time(garbled: Garbled) -> None:
    assert detect_with_model(SPUN) == garbled
    code = (
        "from cleaner.garble.detector import detect_with_model; from tests.garble.spun import SPUN;"
        " print(detect_with_model(SPUN))"
    )
    again = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert again == [f"{garbled}\n"] * 2


@given(st.text(max_size=400))
def test_anything_goes_in(text: str) -> None:
    found = detect_with_model(text)
    assert found is None or apply(text, edits_to_restore(text, found)) is not None


@pytest.mark.parametrize("text", ["", " ", "\n", "mentioned", "“", "mentioned " * 500, "“mentioned” " * 200])
def test_odd_texts(text: str) -> None:
    assert detect_with_model(text) is None
