"""A cleaned document: what was read, what was decided, the text, and every edit that made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from cleaner.document import Block, Document, Label, Metadata, Status, Verdict, encode_source, short_repr
from cleaner.edits import Edit, Edits, apply, invert
from cleaner.errors import ErrorCode
from cleaner.garble.result import Garbled, GarbledSpan
from cleaner.settings import RecordLevel, Settings

__all__ = ["Cleaned", "Failure", "Garbled", "GarbledSpan", "Removed", "failed"]


class Removed(NamedTuple):
    """A part of the raw document that is not in the text: raw offsets, reason code and label."""

    start: int
    end: int
    code: str
    label: Label


class Failure(NamedTuple):
    """Why a document could not be cleaned: one of `ErrorCode`, and a sentence that names the document."""

    code: ErrorCode
    message: str


@dataclass(frozen=True, repr=False)
class Cleaned:
    """The result for one document. `restore()` always gives back what came in.

    Attributes:
        text: what belongs in the corpus: the body. Offsets of `garbled.spans` count in it.
        edits: everything that turns the raw document into `text`, in order, each with its reason.
        removed: the blocks and spans that were cut, in order; tags, spaces and repairs are in `edits` only.
        detected_language: ISO 639-1 code of the language of the text, None where it is too short to tell.
        verdict: one of clean, garbled, empty, language and failed (only where `errors="return"` asks for it).
        garbled: the spun words that are in `text`; None for a document that is not spun.
        note: what a user should know of it, one of `notes.NOTES`: why the article is missing, or what is
            doubtful.
        confidence: the word-F1, 0 to 1, that is expected of the text, calibrated on sites that no fit saw;
            None where nothing is known of it. That of a withheld text is the confidence of that text.
        error: of a document that failed, why; it has no text.
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
    error: Failure | None = None

    def __repr__(self) -> str:
        facts = [f"{len(self.text):,} of {len(self.doc.raw):,} characters", f"{len(self.removed):,} cuts"]
        if self.error:
            facts = [f"{self.error.code}: {short_repr(self.error.message)}"]
        if self.language:
            facts.append(self.language)
        if self.confidence is not None:
            facts.append(f"confidence {self.confidence:.2f}")
        name = f" {short_repr(self.id)}" if self.id else ""
        return f"<Cleaned{name} {self.verdict}: {', '.join(filter(None, [*facts, self.note]))}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the diff to the raw document, folded, a reason at every cut."""
        from importlib import import_module

        # by name: the diff is floors above, and nobody else pays for it
        return str(import_module("cleaner.diff.notebook").diff_fragment(self))

    @property
    def id(self) -> str:
        """The document's id, "" where it was given none."""
        return self.doc.id

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

    @property
    def author(self) -> str | None:
        """The author, if one is known."""
        return self.metadata.author

    @property
    def date(self) -> str | None:
        """The date of publication, `YYYY-MM-DD`, if it is known."""
        return self.metadata.date

    @property
    def site(self) -> str | None:
        """The site's name, if it is known."""
        return self.metadata.site

    @property
    def url(self) -> str | None:
        """The address that the page gives as its own, else the one that came with it."""
        return self.metadata.url or self.doc.url

    @property
    def sources(self) -> dict[str, Any]:
        """By field who said it and who says otherwise: the `sources` of the record."""
        from cleaner.output.record import claim_sources

        return {} if self.error else claim_sources(self)

    @property
    def record(self) -> dict[str, Any] | None:
        """The edits as the record has them (level `light`), with sha256 and version; None if it failed."""
        return self.to_dict().get("record")

    def to_dict(self, record: RecordLevel = "light") -> dict[str, Any]:
        """The record of the document, as `cleaner clean -f jsonl` writes it: plain values, ready for JSON.

        Args:
            record: how much of the edits it holds: `full` with the text taken away, `light` only where and
                how long, or `none`.

        UsageError for another value of `record`.
        """
        from cleaner.output.record import record_of

        return record_of(self, record)

    def restore(self) -> str | bytes:
        """The raw document again, from the text and the inverted edits."""
        raw = apply(self.text, invert(self.edits))
        return raw if self.doc.encoding is None else encode_source(raw, self.doc.encoding)


def failed(doc: Document, code: ErrorCode, message: str, settings: Settings | None = None) -> Cleaned:
    """The result for a document that could not be cleaned. It has no text, and still gives the raw back."""
    edits = (Edit(0, doc.raw, "", "failed"),) if doc.raw else ()
    return Cleaned(
        doc, (), (), settings or Settings(), Metadata(), "", edits, (), None, "failed",
        error=Failure(code, message),
    )  # fmt: skip
