"""The specimens in `seeds/` against their goldens in `fixtures/pages`, and what the record says of them."""

from __future__ import annotations

import pytest

import cleaner
from cleaner.rules import list_codes
from tests.documents import SEEDS, specimen
from tests.golden import PAGES, golden_text, seed_names

# By one process, which cleans each document once (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("documents")


@pytest.mark.parametrize("seed", seed_names())
def test_specimen_is_cleaned_as_its_golden_says(seed: str) -> None:
    assert golden_text(seed) + "\n" == (PAGES / f"{seed}.txt").read_text("utf-8")


@pytest.mark.parametrize("seed", seed_names())
def test_specimen_restores_byte_for_byte(seed: str) -> None:
    assert specimen(seed).restore() == (SEEDS / seed).read_bytes()


@pytest.mark.parametrize("seed", seed_names())
def test_every_code_is_explained(seed: str) -> None:
    known = {code for _, code, _ in list_codes()}
    assert {edit.code for edit in specimen(seed).edits} <= known


@pytest.mark.parametrize("seed", [name for name in seed_names() if name.endswith(".txt")])
def test_cleaning_twice_changes_nothing_more(seed: str) -> None:
    once = specimen(seed).text
    assert cleaner.clean(once, kind="text").text == once


def test_the_clean_story_comes_back_as_it_was() -> None:
    story = (SEEDS / "01-wire-story.txt").read_text("utf-8")
    assert cleaner.clean(story).text + "\n" == story


def test_goldens_and_specimens_are_the_same_set() -> None:
    assert {f.name for f in PAGES.iterdir()} == {f"{seed}.txt" for seed in seed_names()}
