"""What the `note` of a record may say, in words: what a user should know of a result before using it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class NoteText(NamedTuple):
    """A note: what it says in a few words, and what it means."""

    short: str
    meaning: str


NOTES: Mapping[str, NoteText] = {
    "paywall": NoteText(
        "a paywall stands before the rest of the article",
        "A paywall stands in the article's place, or after its beginning: what is kept is a stub.",
    ),
    "consent": NoteText(
        "a consent wall, no article",
        "A dialog that asks for consent stands in the article's place.",
    ),
    "no-article": NoteText(
        "the page shows no article",
        "The page shows no article: a robot check, an error, a login, a page that a script has yet to fill.",
    ),
    "several-articles": NoteText(
        "the page holds several articles",
        "The page holds several articles one after the other; the first is kept, or the one that the page"
        " names as its own.",
    ),
    "large-cut": NoteText(
        "a large cut of running text, or one that was undone",
        "More running text was cut in one piece than is kept, or a piece was cut first and then put back, as"
        " it is about the same things as the paragraphs around it: look at this document.",
    ),
}


def note_in_words(note: str | None) -> str:
    """A note in a few words; nothing where there is none, and the note itself where it is not known here."""
    if not note:
        return ""
    return NOTES[note].short if note in NOTES else note
