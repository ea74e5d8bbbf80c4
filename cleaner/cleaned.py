"""A cleaned document: what was read, what was decided, and from both the text and every edit that made it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from cleaner.document import About, Block, Document, Kind, Label, Mark, Status, Verdict, encoded, tag_of
from cleaner.edits import Edit, Edits, apply, invert
from cleaner.language import language
from cleaner.settings import Settings

LIST_ITEMS = ("li", "dt", "dd")
CELL = re.compile(r"<t[dh][\s/>]", re.IGNORECASE)
# Longer cells hold paragraphs.
CELL_CHARACTERS = 120
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


class Removed(NamedTuple):
    """A part of the raw document that is not in the text: raw offsets, reason code and label."""

    start: int
    end: int
    code: str
    label: Label


@dataclass(frozen=True, slots=True)
class GarbledSpan:
    """Spun words: offsets into the text, what stands there, what it stands for, the gain in nats."""

    start: int
    end: int
    text: str
    instead: str
    gain: float


@dataclass(frozen=True, slots=True)
class Garbled:
    """The finding that a document's words were substituted: a calibrated score and where."""

    score: float
    spans: tuple[GarbledSpan, ...] = ()


@dataclass(frozen=True)
class Cleaned:
    """The result for one document. `restore()` always gives back what came in."""

    doc: Document
    blocks: tuple[Block, ...]
    verdicts: tuple[Verdict, ...]
    settings: Settings
    about: About = field(default_factory=About)
    garbled: Garbled | None = None

    @cached_property
    def edits(self) -> Edits:
        """Everything that turns the raw document into `text`, in order, each with its reason."""
        return tuple(_assemble(self))

    @cached_property
    def text(self) -> str:
        """What belongs in the corpus: the body. Offsets of `garbled.spans` count in it."""
        return apply(self.doc.raw, self.edits)

    @cached_property
    def removed(self) -> tuple[Removed, ...]:
        """The blocks and spans that were cut, in order; tags, spaces and repairs are in `edits` only."""
        return tuple(_removed(self.blocks, self.verdicts))

    @cached_property
    def language(self) -> str | None:
        """ISO 639-1 code of the kept text; where it is too short to tell, what the page declares."""
        return language(self.text) or self.about.language

    @cached_property
    def cut_anything(self) -> bool:
        """Whether any block or span was cut: if not, the layout of the lines is the author's."""
        return any(verdict.code or verdict.cuts for verdict in self.verdicts)

    @property
    def title(self) -> str | None:
        """The title, if one is known."""
        return self.about.title

    @cached_property
    def verdict(self) -> Status:
        """Exactly one of clean, garbled, empty and language (`failed` is for documents never cleaned)."""
        if not any(char.isalnum() for char in self.text):
            return "empty"
        if self.settings.language and self.language not in self.settings.language:
            return "language"
        return "garbled" if self.garbled else "clean"

    def restore(self) -> str | bytes:
        """The raw document again, from the text and the inverted edits."""
        raw = apply(self.text, invert(self.edits))
        return raw if self.doc.encoding is None else encoded(raw, self.doc.encoding)


def _removed(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Iterator[Removed]:
    for block, verdict in zip(blocks, verdicts, strict=True):
        if verdict.code:
            yield Removed(block.start, block.end, verdict.code, verdict.label)
        for start, end, mark in _spans(block, verdict.cuts):
            yield Removed(start, end, mark.code, mark.label)


def _assemble(done: Cleaned) -> Iterator[Edit]:
    """Gaps become separators, dropped blocks nothing, kept blocks their mended text."""
    raw, kind = done.doc.raw, done.doc.kind
    at, before, first = 0, None, None  # first: the gap behind the last kept block
    yield from _titled(done)
    for block, verdict in zip(done.blocks, done.verdicts, strict=True):
        gap = raw[at : block.start]
        first = gap if first is None else first
        if verdict.code:
            yield from _gap(at, gap, "", kind)
            yield Edit(block.start, block.raw, "", verdict.code)
        else:
            yield from _gap(at, gap, _separator(done, before, block, first, gap), kind)
            yield from _kept(block, verdict)
            before, first = block, None
        at = block.end
    yield from _gap(at, raw[at:], "", kind)


def _titled(done: Cleaned) -> Iterator[Edit]:
    """The title put first, where the user asks for it and the text does not begin with it."""
    kept = (block.text for block, v in zip(done.blocks, done.verdicts, strict=True) if not v.code)
    if done.settings.title and done.about.title and done.about.title != next(kept, done.about.title):
        mark = "# " if done.settings.markup == "md" else ""
        yield Edit(0, "", f"{mark}{done.about.title}\n\n", "title")


def _gap(at: int, old: str, new: str, kind: Kind) -> Iterator[Edit]:
    if old != new:
        yield Edit(at, old, new, "markup" if kind == "html" else "spaces")


def _separator(done: Cleaned, before: Block | None, block: Block, first: str, gap: str) -> str:
    """What stands before a kept block: nothing before the first, then a line end or a blank line."""
    markdown = done.settings.markup == "md"
    if done.doc.kind == "html":
        if _cells(done, before, block):
            return " | "
        lead = _markdown(before, block) if markdown else "\n"
        return lead if before else lead.lstrip("\n")
    indent = "" if done.cut_anything else gap[len(gap.rstrip(" \t")) :]
    if before is None:
        return indent
    return ("\n\n" if markdown or len(LINE_END.findall(first)) > 1 else "\n") + indent


def _cells(done: Cleaned, before: Block | None, block: Block) -> bool:
    """Whether two kept blocks are cells of one row of data, rather than paragraphs of a layout table."""
    if before is None or block.row < 0 or block.row != before.row:
        return False
    return CELL.search(done.doc.raw, before.end, block.start) is not None and all(
        len(one.text) <= CELL_CHARACTERS for one in (before, block)
    )


def _markdown(before: Block | None, block: Block) -> str:
    if block.heading:
        return "\n\n" + "#" * block.heading + " "
    if not _item(block):
        return "\n\n"
    return "\n- " if before and _item(before) else "\n\n- "


def _item(block: Block) -> bool:
    return any(tag_of(step) in LIST_ITEMS for step in block.path[-2:])


def _kept(block: Block, verdict: Verdict) -> Iterator[Edit]:
    """A kept block's edits, with each cut in place of the edits it swallows."""
    waiting = deque(block.edits)
    for start, end, mark in _spans(block, verdict.cuts):
        while waiting and waiting[0].end <= start:
            yield waiting.popleft()
        while waiting and waiting[0].start < end:
            start, end = min(start, waiting[0].start), max(end, waiting[0].end)
            waiting.popleft()
        old = block.raw[start - block.start : end - block.start]
        yield Edit(start, old, _joint(block, start, end), mark.code)
    yield from waiting


def _spans(block: Block, cuts: Sequence[Mark]) -> list[tuple[int, int, Mark]]:
    """The cuts as disjoint raw spans: overlapping ones become one, under the first one's mark."""
    spans: list[tuple[int, int, Mark]] = []
    for mark in sorted((m for m in cuts if m.span), key=lambda m: m.span or (0, 0)):
        start, end = _with_space(block, *(mark.span or (0, 0)))
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]), spans[-1][2])
        else:
            spans.append((start, end, mark))
    return spans


def _with_space(block: Block, start: int, end: int) -> tuple[int, int]:
    """The span with the spaces after it, and at the block's end those before it."""
    while end < block.end and block.raw[end - block.start].isspace():
        end += 1
    if end == block.end:
        while start > block.start and block.raw[start - 1 - block.start].isspace():
            start -= 1
    return start, end


def _joint(block: Block, start: int, end: int) -> str:
    """A space where the cut would glue two words together."""
    if start == block.start or end == block.end:
        return ""
    before, after = block.raw[start - block.start - 1], block.raw[end - block.start]
    return "" if before.isspace() or after.isspace() else " "
