"""The lexicon people edit is read without slips, and bends as English does."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from cleaner.garble.lexicon import Channel
from training.garble import lexicon
from training.garble.inflect import inflected_forms
from training.garble.spin import spin


@pytest.mark.parametrize(
    ("phrase", "kind", "want"),
    [
        ("say", "v", ["say", "says", "said", "said", "saying"]),
        ("get rid of", "v", ["get rid of", "gets rid of", "got rid of", "got rid of", "getting rid of"]),
        ("carry", "v", ["carry", "carries", "carried", "carried", "carrying"]),
        ("party", "n", ["party", "parties"]),
        ("house of cards", "n", ["house of cards", "houses of cards"]),
        ("because", "x", ["because"]),
    ],
)
def test_forms(phrase: str, kind: str, want: list[str]) -> None:
    assert inflected_forms(phrase, kind) == want


@pytest.mark.slow
def test_it_is_as_large_as_it_says() -> None:
    pairs = lexicon.base_pairs()
    news = [pair for pair in pairs if pair[0] == Channel.NEWS]
    assert len(news) >= 3000
    assert len(pairs) - len(news) >= 4000


@pytest.mark.slow
def test_pairs_are_swaps() -> None:
    pairs = lexicon.expand_lexicon()
    assert all(pair.spun != pair.original and pair.prior > 0 for pair in pairs.values())
    for spun, original in (("mentioned", "said"), ("monetary occasions", "financial times"), ("yr", "year")):
        assert (spun, original) in pairs
    assert ("colour", "color") not in pairs, "spelling is no spinner's doing"


def test_slips_of_the_list_of_tortured_phrases_are_mended(tmp_path: Path) -> None:
    phrases = [
        {"tortured": "molecule swarm streamlining", "correct": "Particule swarm optimization"},
        {"tortured": "molecule swarm streamlining", "correct": "Particle swarm optimization (PSO)"},
        {"tortured": "bosom peril", "correct": "breast cancer"},
    ]
    path = tmp_path / "phrases.json"
    path.write_text(json.dumps({"phrases": phrases}))
    originals = [pair.original for pair in lexicon.tortured_phrases(path)]
    assert originals == ["particle swarm optimization", "breast cancer"]


@pytest.mark.parametrize("row", ["one\tx", "one\tq\ttwo", "one"])
def test_a_bad_row_is_named(tmp_path: Path, row: str) -> None:
    (tmp_path / "news-x.tsv").write_text(f"# words\n{row}\n")
    with pytest.raises(ValueError, match=r"news-x\.tsv:2"):
        list(lexicon.read_rows(tmp_path))


def test_a_file_of_no_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("one\tx\ttwo\n")
    with pytest.raises(ValueError, match="words"):
        list(lexicon.read_rows(tmp_path))


def test_a_spun_text_says_where() -> None:
    table = {("said",): ["mentioned"], ("house",): ["abode"], ("last", "week"): ["final week"]}
    text = "He said a house burned last week. “She said so,” he Said."
    spun, truth = spin(text, table, 1.0, random.Random(0))
    assert spun == "He mentioned an abode burned final week. “She said so,” he Mentioned."
    assert [(spun[a:b], old) for a, b, old in truth] == [
        ("mentioned", "said"),
        ("abode", "house"),
        ("final week", "last week"),
        ("Mentioned", "Said"),
    ]
