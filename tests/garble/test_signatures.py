"""Signatures: two distinct ones of a manner are a program's, one may be a slip; clean text has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner.garble.signature_spans import SIGNATURE_GAIN_NATS, with_signatures
from cleaner.garble.signatures import (
    Signature,
    build_signature_table,
    distinct_by_manner,
    find_signatures,
    find_used_and_mentioned,
    has_enough_signatures,
    load_signature_table,
)
from tests.cases import ROOT
from tests.clock import cpu_seconds
from tests.garble.spun import CLEAN

TEXTS = sorted([*(ROOT / "bench" / "texts").glob("*.txt"), *(ROOT / "bench" / "fresh").glob("*.txt")])
TABLE = build_signature_table(
    [
        Signature("withinside the", ("turbo",), "in"),
        Signature("withinside a", ("turbo",), "in"),
        Signature("gadget getting to know", ("turbo",), "machine learning"),
        Signature("getting to know model", ("turbo",), "learning model"),
        Signature("on the off chance", ("spinbot", "tortured"), "if"),
    ]
)


def forms(text: str) -> list[str]:
    return [hit.signature.form for hit in find_signatures(text, TABLE)]


def test_forms_are_found_whole_in_any_case_and_line() -> None:
    assert forms("Withinside the\ncity, ON THE OFF CHANCE") == ["withinside the", "on the off chance"]
    assert forms("notwithinside the, withinside them") == []


def test_punctuation_parts_a_form() -> None:
    assert forms("It was a gadget. Getting to know her took a while.") == []


def test_offsets_are_those_of_the_text() -> None:
    text = "İn Zürich’s café withinside the old town"
    (hit,) = find_signatures(text, TABLE)
    assert text[hit.start : hit.end] == "withinside the"


def test_of_overlapping_forms_the_longest_counts() -> None:
    assert forms("a gadget getting to know model") == ["gadget getting to know"]


@pytest.mark.parametrize(
    "text",
    [
        "It writes withinside the instead of in, and gadget getting to know for machine learning.",
        "It turned machine learning into gadget getting to know. A gadget getting to know is no model.",
        "if = on the off chance; in = withinside the",
        "Write if, not on the off chance that.",
    ],
)
def test_a_form_that_the_text_explains_is_mentioned_not_used(text: str) -> None:
    used, mentioned = find_used_and_mentioned(text, TABLE)
    assert mentioned and not used


@pytest.mark.parametrize(
    "text",
    [
        "If it is in withinside the box, on the off chance it is.",
        "They sleep withinside the garden rather than in the house.",
        "The hunt withinside the city for jobs in the town goes on.",
        "Machine learning\nGadget getting to know is slow.",
        "It is machine learning. Gadget getting to know is slow.",
    ],
)
def test_an_original_nearby_explains_nothing_by_itself(text: str) -> None:
    used, mentioned = find_used_and_mentioned(text, TABLE)
    assert used and not mentioned


def test_what_a_form_stands_for_makes_it_distinct() -> None:
    same = find_signatures("withinside the box, withinside a box, withinside the box", TABLE)
    assert distinct_by_manner(same) == {"turbo": 1}
    assert not has_enough_signatures(same)
    other = find_signatures("withinside the box, gadget getting to know", TABLE)
    assert distinct_by_manner(other) == {"turbo": 2}
    assert has_enough_signatures(other)


def test_two_manners_are_no_proof() -> None:
    assert not has_enough_signatures(find_signatures("withinside the box, on the off chance", TABLE))


def test_a_quotation_is_left_out() -> None:
    assert forms("She calls “withinside the” a mark of a spinner, and “gadget getting to know” too.") == []


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ("Gadget getting to know is used withinside the cloud via way of means of many firms.", "turbo"),
        (
            "Keeping in mind the end goal to enhance it, take a gander at a standout amongst these. On the"
            " off chance that it fails, man-made reasoning makes a difference.",
            "spinbot",
        ),
        ("Irregular woodland and bolster vector classifiers were trained on mean square blunder.", "spinbot"),
        ("The Monetary Occasions and the New York Occasions cited local weather change.", "news"),
        ("Bosom malignancy was matched with counterfeit consciousness and a fluffy calculation.", "tortured"),
    ],
)
def test_the_built_table_knows_the_manners(text: str, manner: str) -> None:
    assert distinct_by_manner(find_signatures(text))[manner] >= 2


def test_what_they_stand_for_is_no_signature() -> None:
    assert not find_signatures(
        "Machine learning is used in the cloud by many firms. In order to enhance it, look at one of the most"
        " useful tools, and if it fails, ask what artificial intelligence is. " + CLEAN
    )


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_registers_have_none_that_count(path: Path) -> None:
    assert not has_enough_signatures(find_signatures(path.read_text("utf-8")))


def test_no_form_of_the_table_holds_another() -> None:
    known = {signature.form for signature in load_signature_table().signatures}
    for form in known:
        words = form.split()
        ends = [(a, b) for a in range(len(words)) for b in range(a + 1, len(words) + 1)]
        assert not {" ".join(words[a:b]) for a, b in ends if b - a < len(words)} & known


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["withinside the house. ", 'He said "it was withinside the house". '])
def test_many_signatures_take_time_in_proportion(unit: str) -> None:
    def seconds(n: int) -> float:
        return cpu_seconds(lambda: find_signatures(unit * n, TABLE))

    assert seconds(16_000) < 9 * max(seconds(4_000), 0.01)


def test_a_tortured_phrase_cut_out_of_a_longer_one_is_not_sure() -> None:
    cut = Signature("swarm streamlining", ("tortured",), "particle swarm optimization")
    whole = Signature("bosom peril", ("tortured",), "breast cancer")
    text = "Bosom peril was found by molecule swarm streamlining."
    hits = find_signatures(text, build_signature_table([cut, whole]))
    gains = {span.text: span.gain for span in with_signatures(text, (), hits)}
    assert gains == {"Bosom peril": SIGNATURE_GAIN_NATS, "swarm streamlining": 0.0}
