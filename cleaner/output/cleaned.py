"""A cleaned document: what was read, what was decided, and from both the text and every edit that made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from cleaner.document import Block, Document, Label, Mark, Metadata, Status, Verdict, encode_source
from cleaner.edits import Edit, Edits, apply, compose, invert, shifted
from cleaner.garble import Garbled, GarbledSpan, edits_to_restore, remaining_garbled
from cleaner.language import language
from cleaner.output.markdown import CELL_CHARACTERS, Dressed, Inserts, Kept, dress, escaped, indent
from cleaner.settings import Settings

__all__ = ["Cleaned", "Garbled", "GarbledSpan", "Removed"]

CELL = re.compile(r"<t[dh][\s/>]", re.IGNORECASE)
CODE_END = re.compile(r"</?(?:pre|xmp|listing)[\s/>]", re.IGNORECASE)
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


class Removed(NamedTuple):
    """A part of the raw document that is not in the text: raw offsets, reason code and label."""

    start: int
    end: int
    code: str
    label: Label


@dataclass(frozen=True)
class Cleaned:
    """The result for one document. `restore()` always gives back what came in.

    `garbled` is what was found spun and is spun still; `undone` are the edits that put original words back,
    over the text as reading and judging left it: none, unless the user asked for them. `linked` puts the
    addresses of links into Markdown. `note` says what stands in the article's place: `paywall` or `consent`.
    """

    doc: Document
    blocks: tuple[Block, ...]
    verdicts: tuple[Verdict, ...]
    settings: Settings
    metadata: Metadata = field(default_factory=Metadata)
    garbled: Garbled | None = None
    restoration_edits: Edits = ()
    markdown_links: bool = False
    note: str | None = None

    @cached_property
    def edits(self) -> Edits:
        """Everything that turns the raw document into `text`, in order, each with its reason."""
        return compose(tuple(_assemble(self)), self.restoration_edits)

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
        return self.detected_language or self.metadata.language

    @cached_property
    def detected_language(self) -> str | None:
        """The language of the kept text, None where it is too short to tell."""
        return language(self._text_without_markup)

    @cached_property
    def _text_without_markup(self) -> str:
        """The text without the signs of Markdown, which are of no language."""
        if self.restoration_edits or not _dressed(self):
            return self.text
        return replace(self, settings=replace(self.settings, markup="txt"), markdown_links=False).text

    @cached_property
    def has_page_layout(self) -> bool:
        """Whether more than a tenth of the blocks go: then the indentation is the page's own."""
        return sum(verdict.code is not None for verdict in self.verdicts) * 10 > len(self.verdicts)

    @property
    def title(self) -> str | None:
        """The title, if one is known."""
        return self.metadata.title

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
        return raw if self.doc.encoding is None else encode_source(raw, self.doc.encoding)


def with_finding(done: Cleaned, garbled: Garbled) -> Cleaned:
    """The same result as a garbled document; its words are put back where the user asked for that."""
    if done.settings.garbled != "restore":
        return replace(done, garbled=garbled)
    edits = edits_to_restore(done.text, garbled)
    return replace(done, garbled=remaining_garbled(garbled, edits), restoration_edits=edits)


def with_links(done: Cleaned) -> Cleaned:
    """The same result with the links of its Markdown: put in last, so that no address is taken for words."""
    return replace(done, markdown_links=True) if _dressed(done) else done


def _dressed(done: Cleaned) -> bool:
    return done.settings.markup == "md" and done.doc.kind == "html"


def _removed(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Iterator[Removed]:
    for block, verdict in zip(blocks, verdicts, strict=True):
        if verdict.code:
            yield Removed(block.start, block.end, verdict.code, verdict.label)
        for start, end, mark in _cuts(block, verdict) if verdict.cuts else ():
            yield Removed(*block.to_raw_span(start, end), mark.code, mark.label)


def _assemble(done: Cleaned) -> Iterator[Edit]:
    """Gaps become separators, dropped blocks nothing, kept blocks their mended text."""
    raw, kind = done.doc.raw, done.doc.kind
    at, before, lines = 0, None, 0  # lines: the most line ends in a gap since the last kept block
    dressed = _dress(done) if _dressed(done) else None
    seams, inserts = iter(dressed.seams if dressed else ()), iter(dressed.inserts if dressed else ())
    filler = "markup" if kind == "html" else "spaces"
    yield from _titled(done)
    for block, verdict in zip(done.blocks, done.verdicts, strict=True):
        gap = raw[at : block.start]
        if kind == "text":  # the line ends of a page's markup say nothing
            lines = max(lines, 1 if gap == "\n" else len(LINE_END.findall(gap)))
        code, seam = verdict.code, ""
        if not code:
            seam = next(seams) if dressed else _separator(done, before, block, lines)
        if gap != seam:
            yield Edit(at, gap, seam, filler)
        if code:
            yield Edit(block.start, block.raw, "", code)
        else:
            yield from _kept(block, verdict, next(inserts, {}))
            before, lines = block, 0
        at = block.end
    if raw[at:] != (seam := next(seams, "")):
        yield Edit(at, raw[at:], seam, filler)


def _dress(done: Cleaned) -> Dressed:
    """The signs of Markdown around and in the blocks that stay."""
    kept = [
        Kept(block, [(start, end) for start, end, _ in _cuts(block, verdict)] if verdict.cuts else ())
        for block, verdict in zip(done.blocks, done.verdicts, strict=True)
        if not verdict.code
    ]
    return dress(done.doc.raw, kept, done.doc.url or done.metadata.url, done.markdown_links)


def _titled(done: Cleaned) -> Iterator[Edit]:
    """The title put first, where the user asks for it and the text does not begin with it."""
    kept = (block.text for block, v in zip(done.blocks, done.verdicts, strict=True) if not v.code)
    if done.settings.title and done.metadata.title and done.metadata.title != next(kept, done.metadata.title):
        title = escaped(done.metadata.title) if _dressed(done) else done.metadata.title
        mark = "# " if done.settings.markup == "md" else ""
        yield Edit(0, "", f"{mark}{title}\n\n", "title")


def _separator(done: Cleaned, before: Block | None, block: Block, lines: int) -> str:
    """What stands before a kept block: nothing before the first, then a line end or a blank line."""
    if done.doc.kind == "html":
        if _cells(done, before, block):
            return " | "
        if not block.preformatted:
            return "\n" if before else ""
        return (_blank(done.doc.raw, before, block) if before else "") + indent(done.doc.raw, block.start)
    lead = "" if done.has_page_layout and not block.preformatted else indent(done.doc.raw, block.start)
    if before is None:
        return lead
    return ("\n\n" if lines > 1 else "\n") + lead


def _blank(raw: str, before: Block, block: Block) -> str:
    """The line ends between two lines, which in code may be several."""
    gap = raw[before.end : block.start]
    coded = before.preformatted and CODE_END.search(gap) is None
    return "\n" * max(len(LINE_END.findall(gap)), 1) if coded else "\n"


def _cells(done: Cleaned, before: Block | None, block: Block) -> bool:
    """Whether two kept blocks are cells of one row of data, rather than paragraphs of a layout table."""
    if before is None or block.table_row < 0 or block.table_row != before.table_row:
        return False
    return CELL.search(done.doc.raw, before.end, block.start) is not None and all(
        len(one.text) <= CELL_CHARACTERS for one in (before, block)
    )


def _kept(block: Block, verdict: Verdict, inserts: Inserts) -> Edits:
    """What makes a kept block's text: its own edits, and on their result the cuts and the signs put in."""
    if not (verdict.cuts or inserts):
        return block.edits
    then, signs = list[Edit](), dict(inserts)
    for s, e, mark in _cuts(block, verdict) if verdict.cuts else ():
        closing, opening = signs.pop(s, ("", ""))[0], signs.pop(e, ("", ""))[1]
        new = closing + _joint(block.text, s, e) + opening
        then.append(Edit(s, block.text[s:e], new, mark.code))
    then += (Edit(at, "", "".join(sign), "markup") for at, sign in signs.items())
    then.sort(key=lambda edit: edit.start)
    return shifted(compose(shifted(block.edits, -block.start), then), block.start)


def _cuts(block: Block, verdict: Verdict) -> list[tuple[int, int, Mark]]:
    """The cuts as disjoint spans of the block's text. Spans with nothing but spaces between them are one,
    under the first one's mark; each takes the spaces after it along, at the end those before it."""
    text, spans = block.text, list[tuple[int, int, Mark]]()
    placed = sorted((block.to_text_span(*mark.span), mark) for mark in verdict.cuts if mark.span)
    for (start, end), mark in placed:
        if spans and (start <= spans[-1][1] or not text[spans[-1][1] : start].strip()):
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]), spans[-1][2])
        else:
            spans.append((start, end, mark))
    return [(*_with_space(text, start, end), mark) for start, end, mark in spans]


def _with_space(text: str, start: int, end: int) -> tuple[int, int]:
    while end < len(text) and text[end].isspace():
        end += 1
    while end == len(text) and start > 0 and text[start - 1].isspace():
        start -= 1
    return start, end


def _joint(text: str, start: int, end: int) -> str:
    """A space where the cut would glue two words together."""
    inside = start > 0 and end < len(text)
    return " " if inside and not text[start - 1].isspace() else ""
