"""A cleaned document: what was read, what was decided, the text, and every edit that made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cleaner.document import Block, Document, Label, Metadata, Status, Verdict, encode_source
from cleaner.edits import Edits, apply, invert
from cleaner.garble import Garbled, GarbledSpan
from cleaner.settings import Settings

__all__ = ["Cleaned", "Garbled", "GarbledSpan", "Removed"]


class Removed(NamedTuple):
    """A part of the raw document that is not in the text: raw offsets, reason code and label."""

    start: int
    end: int
    code: str
    label: Label


@dataclass(frozen=True)
class Cleaned:
    """The result for one document. `restore()` always gives back what came in.

    Attributes:
        text: what belongs in the corpus: the body. Offsets of `garbled.spans` count in it.
        edits: everything that turns the raw document into `text`, in order, each with its reason.
        removed: the blocks and spans that were cut, in order; tags, spaces and repairs are in `edits` only.
        detected_language: ISO 639-1 code of the language of the text, None where it is too short to tell.
        verdict: one of clean, garbled, empty and language (`failed` is for documents never cleaned).
        garbled: the spun words that are in `text`; None for a document that is not spun.
        note: what a user should know of it, one of `notes.NOTES`: why the article is missing, or what is
            doubtful.
        confidence: the word-F1, 0 to 1, that is expected of the text, calibrated on sites that no fit saw;
            None where nothing is known of it. That of a withheld text is the confidence of that text.
    """

    doc: Document
    blocks: tuple[Block, ...]
    verdicts: tuple[Verdict, ...]
    settings: Settings
    metadata: Metadata
    text: str
    edits: Edits
    removed: tuple[Removed, ...]
    detected_language: str | None
    verdict: Status
    garbled: Garbled | None = None
    note: str | None = None
    confidence: float | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether less is expected of the result than the settings ask for. Where nothing is known of it, it
        is, if they ask for anything."""
        return (0.0 if self.confidence is None else self.confidence) < self.settings.min_confidence

    @property
    def title(self) -> str | None:
        """The title, if one is known."""
        return self.metadata.title

    @property
    def language(self) -> str | None:
        """ISO 639-1 code of the kept text; where that is in doubt, what the page declares."""
        return self.detected_language or self.metadata.language

    def restore(self) -> str | bytes:
        """The raw document again, from the text and the inverted edits."""
        raw = apply(self.text, invert(self.edits))
        return raw if self.doc.encoding is None else encode_source(raw, self.doc.encoding)
