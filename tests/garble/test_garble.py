"""Spun text is found, shown and undone; clean text of any register is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.edits import apply, invert
from cleaner.garble import restore
from cleaner.garble.wording import article, like
from cleaner.garble.words import quotations, split

BENCH = Path(__file__).parents[2] / "bench"
TEXTS = sorted((BENCH / "texts").glob("*.txt"))
SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
SPUN = (
    "Officers on the White Home mentioned on Monday that the president would meet lawmakers subsequent "
    "week to debate the finances, in response to individuals accustomed to the matter.\n"
    "The administration has not too long ago mentioned it needs to boost defence spending as a result of "
    "tensions within the area have grown. “The people who said this last week were right about the risk,”"
    " a senior officer mentioned. “We told them so.”\n"
    "A number of specialists instructed the Monetary Occasions that the Federal Reserves was additionally"
    " anxious in regards to the monetary system, whereas buyers on Wall Avenue have been promoting "
    "shares. One other professional mentioned the most recent information confirmed inflation had risen "
    "for the reason that starting of the 12 months, however that it was troublesome to say whether or not"
    " rates of interest would rise.\n"
    "In latest a long time the nation has spent greater than its buying and selling companions on well "
    "being care, and college students have been paying extra for school. The legal professional basic "
    "mentioned an organization that sells software program had been utilizing synthetic intelligence to "
    "assist its clients discover low-cost insurance coverage. Final week the agency mentioned it could "
    "not remark. Final month it mentioned it might give you an answer quickly.\n"
)


@pytest.fixture(scope="module")
def garbled():
    found = judge_text(SPUN, "en")
    assert found is not None
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_registers_pass(path: Path):
    assert judge_text(path.read_text(), "en") is None


@pytest.mark.parametrize("language", ["fr", "ja"])
def test_off_for_other_languages(language: str):
    assert judge_text(SPUN, language) is None


def test_spans_hold_the_text_they_name(garbled):
    ends = 0
    for span in garbled.spans:
        assert SPUN[span.start : span.end] == span.text
        assert span.start >= ends
        ends = span.end


def test_restores_names_and_leaves_quotes(garbled):
    edits = restore(SPUN, garbled)
    new = apply(SPUN, edits)
    for name in ("White House", "Financial Times", "Wall Street", "recently", "trading partners"):
        assert name in new
    assert "“The people who said this last week were right about the risk,”" in new
    assert apply(new, invert(edits)) == SPUN
    for edit in edits:
        assert edit.code == "spun"
        assert not any(a < edit.end and edit.start < b for a, b in quotations(SPUN))


@pytest.mark.skipif(not SEEDS.exists(), reason="the specimens are not at hand")
def test_specimens():
    flagged = [path.name[:3] for path in sorted(SEEDS.glob("*.txt")) if judge_text(path.read_text(), "en")]
    assert flagged == ["003"]


def test_same_answer_every_time(garbled):
    assert judge_text(SPUN, "en") == garbled


@given(st.text(max_size=400))
def test_anything_goes_in(text: str):
    found = judge_text(text, None)
    assert found is None or apply(text, restore(text, found)) is not None


@given(
    st.lists(st.sampled_from(["“", "”", '"', "‘", "’", "'", "word ", "s ", "\n", ", "]), max_size=60).map(
        "".join
    )
)
def test_tokens_stand_where_they_say(text: str):
    words = split(text)
    assert all(a < b for a, b in zip(words.starts, words.ends, strict=True))
    inside = [any(a <= at < b for a, b in quotations(text)) for at in words.starts]
    assert inside == words.quoted


@pytest.mark.parametrize(
    ("old", "new", "want"),
    [
        ("White Home", "white house", "White House"),
        ("Mentioned", "said", "Said"),
        ("final week", "last week", "last week"),
        ("BANKS", "stocks", "STOCKS"),
        ("Nation", "country 's", "Country's"),
        ("U.S.", "united states", "United states"),
    ],
)
def test_case_follows(old: str, new: str, want: str):
    assert like(old, new) == want


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
def test_articles_follow(before: str, old: str, new: str, want: object):
    assert article(before, old, new) == want
