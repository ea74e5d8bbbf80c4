"""The records: a document, its blocks, the marks of rules on them, and one verdict a block. All immutable.

Every offset is a code point into `Document.raw`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from cleaner.edits import Edits, Locator, apply, invert, shift_all

Kind = Literal["html", "text"]
Label = Literal["body", "chrome", "ad", "related", "meta", "spun", "repair", "markup"]
Status = Literal["clean", "garbled", "empty", "language", "failed"]


def encode_source(raw: str, encoding: str | None) -> bytes:
    """The bytes `raw` came from; for text that came as str, its UTF-8 with lone surrogates let through."""
    if encoding is None:
        return raw.encode("utf-8", "surrogatepass")
    return raw.encode(encoding, "surrogateescape")


def host_of(url: str | None) -> str:
    """The host that an address names, in lower case; "" for none."""
    try:
        return (urlsplit(url or "").hostname or "").rstrip(".")
    except ValueError:
        return ""


def short_repr(text: str, max_chars: int = 80) -> str:
    """The `repr` of a text, or of its beginning."""
    return repr(text if len(text) <= max_chars else text[: max_chars - 1] + "…")


@dataclass(frozen=True, repr=False)
class Document:
    """One raw document. `encoding` is None for text that came as str.

    For bytes, `raw.encode(encoding, "surrogateescape")` gives them back.
    """

    id: str
    raw: str
    kind: Kind = "text"
    url: str | None = None
    encoding: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        facts = [short_repr(self.id), self.kind, f"{len(self.raw):,} characters"]
        more = [short_repr(value) for value in (self.url, self.encoding) if value]
        return f"<Document {', '.join(facts + more)}>"

    @property
    def original(self) -> str | bytes:
        """The input: the str, or the bytes."""
        return self.raw if self.encoding is None else encode_source(self.raw, self.encoding)

    @cached_property
    def sha256(self) -> str:
        """Of the input bytes; of the UTF-8 form (`surrogatepass`) for text that came as str."""
        import hashlib  # loads OpenSSL, which few need

        return hashlib.sha256(encode_source(self.raw, self.encoding)).hexdigest()


@dataclass(frozen=True)
class Block:
    """A line of text, or what a browser shows as one block of a page.

    Attributes:
        start: offset of the first character into `Document.raw`.
        raw: the characters of the document, inner tags included.
        edits: what turns `raw` into `text`: tags, entities, repairs. Offsets into `Document.raw`.
        path: for HTML the ancestors, outermost first, each as `tag#id.class.class`; for text empty.
        link_density: share of the text's characters inside links, 0..1.
        heading: 1 to 6 for a heading, 0 for anything else.
        table_row: a number shared by the blocks (cells) of one table row, -1 outside tables.
        hidden: a browser would not show it (`hidden`, `display:none`).
        dialog: it is in a dialog, which is shown before the page.
    """

    start: int
    raw: str
    edits: Edits = ()
    path: tuple[str, ...] = ()
    link_density: float = 0.0
    heading: int = 0
    table_row: int = -1
    hidden: bool = False
    dialog: bool = False

    @classmethod
    def of_text(cls, start: int, raw: str) -> Block:
        """A line of a text document: `Block(start, raw)`, without the cost of setting what is as always."""
        block = object.__new__(cls)
        block.__dict__.update(start=start, raw=raw)
        return block

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.start + len(self.raw)

    @property
    def text(self) -> str:
        """What a reader sees, repaired."""
        return self._edited if self.edits else self.raw

    @cached_property
    def _edited(self) -> str:
        return apply(self.raw, self.edits, offset=self.start)

    @property
    def tag(self) -> str:
        """Name of the innermost block element, `""` for text."""
        return tag_of(self.path[-1]) if self.path else ""

    @property
    def preformatted(self) -> bool:
        """Whether it is a line of a `pre`: code, where spaces count and words are not prose."""
        return bool(self.path) and _in_pre(self.path[-3:])

    @cached_property
    def _to_raw(self) -> Locator:
        return Locator(self.edits, offset=self.start)

    def to_raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Raw offsets of `text[start:end]`, widened to whole edits."""
        return self._to_raw.to_raw(start), self._to_raw.to_raw(end, end=True)

    @cached_property
    def _to_text(self) -> Locator:
        return Locator(invert(shift_all(self.edits, -self.start)))

    def to_text_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of `text` that `Document.raw[start:end]` gives: the inverse of `to_raw_span`."""
        at = self.start
        return self._to_text.to_raw(start - at), self._to_text.to_raw(end - at, end=True)


@lru_cache(maxsize=4096)
def _in_pre(steps: tuple[str, ...]) -> bool:
    return any(tag_of(step) == "pre" for step in steps)


@lru_cache(maxsize=8192)
def tag_of(step: str) -> str:
    """The tag's name in one step of a block's path."""
    return step.split("#", 1)[0].split(".", 1)[0]


class Mark(NamedTuple):
    """One rule's opinion on a block, or with `span` (raw offsets) on a part of it. Never a decision.

    `block` is an index; `strength` runs from 0 to 1; `why` is a sentence for people. `weight` is that of a
    rule of the user's own, in nats; those of ours are in `RULE_WEIGHTS`.
    """

    block: int
    code: str
    label: Label
    strength: float
    why: str
    span: tuple[int, int] | None = None
    weight: float | None = None


class Verdict(NamedTuple):
    """The decision on one block: `body` is kept, any other label is dropped.

    `score` is the log-odds (nats) that the block is not body; `marks` are the opinions it rests on, the
    deciding one first; `cuts` are the marks whose spans are removed from a block that is kept.
    """

    label: Label
    score: float
    marks: tuple[Mark, ...] = ()
    cuts: tuple[Mark, ...] = ()

    @property
    def code(self) -> str | None:
        """Why a dropped block is dropped; None for one that is kept."""
        label, _, marks, _ = self  # of a large text it is asked thousands of times
        return marks[0].code if marks and label != "body" else None

    def kept(self) -> Verdict:
        """The verdict with its block kept as a whole, and the marks against it remembered."""
        return Verdict("body", min(self.score, 0.0), self.marks)


class Claim(NamedTuple):
    """One value for a field of the metadata and its source, one of those that docs/metadata.md lists."""

    source: str
    value: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a document beside its text.

    `claims` holds for a field the claim that won, then those of other sources that differ.
    """

    title: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None
    site: str | None = None
    language: str | None = None
    claims: Mapping[str, tuple[Claim, ...]] = field(default_factory=dict)


def gaps_and_blocks(doc: Document, blocks: Sequence[Block]) -> list[str]:
    """Gaps and blocks in order, gap first and last; joined they are `doc.raw`."""
    parts: list[str] = []
    at = 0
    for block in blocks:
        parts += (doc.raw[at : block.start], block.raw)
        at = block.end
    parts.append(doc.raw[at:])
    return parts
