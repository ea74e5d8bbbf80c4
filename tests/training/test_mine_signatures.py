"""Signatures are mined from what spun pages share and clean text lacks, and made from fixed phrases."""

from __future__ import annotations

from training.garble.mine_signatures import (
    SwappedPhrase,
    document_counts,
    kept_signatures,
    mined_forms,
    read_phrases,
    swapped_forms,
    unnatural_phrases,
)

DICTIONARY = {"machine": ["gadget"], "learning": ["getting to know", "mastering"], "set": ["units"]}


def test_every_choice_of_parts_is_swapped_and_the_phrase_itself_is_none() -> None:
    assert set(swapped_forms("machine learning", DICTIONARY)) == {
        "gadget getting to know", "gadget mastering", "gadget learning",
        "machine getting to know", "machine mastering",
    }  # fmt: skip
    assert swapped_forms("peace of mind", DICTIONARY) == {}


def test_the_longest_entry_is_the_part() -> None:
    assert set(swapped_forms("machine learning", {**DICTIONARY, "machine learning": ["ai brains"]})) == {
        "ai brains"
    }


def test_forms_count_once_a_text_and_across_lines() -> None:
    counts = document_counts(["open supply", "deep studying"], ["Open\nsupply, open supply", "opens supply"])
    assert counts == {"open supply": 1}


def test_a_swap_that_clean_text_makes_too_is_natural_in_all_its_phrases() -> None:
    def row(form: str, phrase: str, old: str, new: str) -> SwappedPhrase:
        return SwappedPhrase("turbo", form, phrase, frozenset([(old, new)]))

    cover = ("insurance", "coverage")
    swapped = [
        row("home coverage", "home insurance", *cover),
        row("car coverage", "car insurance", *cover),
        row("life coverage", "life insurance", *cover),
        row("deep mastering", "deep learning", "learning", "mastering"),
        row("transfer mastering", "transfer learning", "learning", "mastering"),
    ]
    kept = unnatural_phrases(swapped, {"home coverage"})
    assert [signature.form for signature in kept] == ["deep mastering", "transfer mastering"]


def test_mining_wants_two_pages_and_no_clean_one() -> None:
    spun = ["the notes sit withinside the box today", "they live withinside the house today"]
    clean = ["they live in the house today", "the notes sit in the box"]
    assert mined_forms(spun, clean) == [("withinside", 2)]
    assert mined_forms(spun[:1], clean) == []


def test_the_lists_that_people_edit_can_be_read() -> None:
    phrases = [*read_phrases("collocations.txt"), *read_phrases("terms.txt")]
    assert all(phrase == phrase.strip().lower() and phrase for phrase in phrases)
    manners = {manner for s in kept_signatures() for manner in s.manners}
    assert manners == {"news", "spinbot", "thesaurus", "tortured", "turbo"}
