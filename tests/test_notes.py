"""Every note that a decision may carry is said in words, and no other."""

from __future__ import annotations

from typing import get_args

from cleaner.decide.evidence import Note
from cleaner.notes import NOTES, note_in_words


def test_every_note_is_said_in_words() -> None:
    assert {*NOTES} == {*get_args(Note)}
    assert all(text.short and text.meaning for text in NOTES.values())


def test_no_note_and_an_unknown_one() -> None:
    assert note_in_words(None) == ""
    assert note_in_words("of-a-later-version") == "of-a-later-version"
