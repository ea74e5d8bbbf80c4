"""A cleaned document: what was read, what was decided, and from both the text and every edit that made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from cleaner.document import Block, Document, Label, Mark, Metadata, Status, Verdict, encode_source
from cleaner.edits import Edit, Edits, apply, compose, invert, shift_all
from cleaner.garble import Garbled, GarbledSpan, edits_to_restore, remaining_garbled
from cleaner.language import detect_language
from cleaner.output.markdown import (
    MAX_CELL_CHARS,
    Insertions,
    KeptBlock,
    MarkdownParts,
    escape_markdown,
    indentation_before,
    render_markdown,
)
from cleaner.settings import Settings

__all__ = ["Cleaned", "Garbled", "GarbledSpan", "Removed"]

CELL_TAG = re.compile(r"<t[dh][\s/>]", re.IGNORECASE)
CODE_BLOCK_TAG = re.compile(r"</?(?:pre|xmp|listing)[\s/>]", re.IGNORECASE)
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
        return compose(tuple(_edits_from_raw(self)), self.restoration_edits)

    @cached_property
    def text(self) -> str:
        """What belongs in the corpus: the body. Offsets of `garbled.spans` count in it."""
        return apply(self.doc.raw, self.edits)

    @cached_property
    def removed(self) -> tuple[Removed, ...]:
        """The blocks and spans that were cut, in order; tags, spaces and repairs are in `edits` only."""
        return tuple(_removed_parts(self.blocks, self.verdicts))

    @cached_property
    def language(self) -> str | None:
        """ISO 639-1 code of the kept text; where it is too short to tell, what the page declares."""
        return self.detected_language or self.metadata.language

    @cached_property
    def detected_language(self) -> str | None:
        """The language of the kept text, None where it is too short to tell."""
        return detect_language(self._text_without_markup)

    @cached_property
    def _text_without_markup(self) -> str:
        """The text without the signs of Markdown, which are of no language."""
        if self.restoration_edits or not _uses_markdown(self):
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


def with_garbled(done: Cleaned, garbled: Garbled) -> Cleaned:
    """The same result as a garbled document; its words are put back where the user asked for that."""
    if done.settings.garbled != "restore":
        return replace(done, garbled=garbled)
    edits = edits_to_restore(done.text, garbled)
    return replace(done, garbled=remaining_garbled(garbled, edits), restoration_edits=edits)


def with_markdown_links(done: Cleaned) -> Cleaned:
    """The same result with the links of its Markdown: put in last, so that no address is taken for words."""
    return replace(done, markdown_links=True) if _uses_markdown(done) else done


def _uses_markdown(done: Cleaned) -> bool:
    return done.settings.markup == "md" and done.doc.kind == "html"


def _removed_parts(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Iterator[Removed]:
    for block, verdict in zip(blocks, verdicts, strict=True):
        if verdict.code:
            yield Removed(block.start, block.end, verdict.code, verdict.label)
        for start, end, mark in _merged_cuts(block, verdict) if verdict.cuts else ():
            yield Removed(*block.to_raw_span(start, end), mark.code, mark.label)


def _edits_from_raw(done: Cleaned) -> Iterator[Edit]:
    """Gaps become separators, dropped blocks nothing, kept blocks their mended text."""
    raw, kind = done.doc.raw, done.doc.kind
    position, previous, line_ends = 0, None, 0  # lines: the most line ends in a gap since the last kept block
    markdown = _markdown_parts(done) if _uses_markdown(done) else None
    separators, insertions = (
        iter(markdown.separators if markdown else ()),
        iter(markdown.insertions if markdown else ()),
    )
    gap_code = "markup" if kind == "html" else "spaces"
    yield from _title_edit(done)
    for block, verdict in zip(done.blocks, done.verdicts, strict=True):
        gap = raw[position : block.start]
        if kind == "text":  # the line ends of a page's markup say nothing
            line_ends = max(line_ends, 1 if gap == "\n" else len(LINE_END.findall(gap)))
        code, separator = verdict.code, ""
        if not code:
            separator = next(separators) if markdown else _separator_before(done, previous, block, line_ends)
        if gap != separator:
            yield Edit(position, gap, separator, gap_code)
        if code:
            yield Edit(block.start, block.raw, "", code)
        else:
            yield from _block_edits(block, verdict, next(insertions, {}))
            previous, line_ends = block, 0
        position = block.end
    if raw[position:] != (separator := next(separators, "")):
        yield Edit(position, raw[position:], separator, gap_code)


def _markdown_parts(done: Cleaned) -> MarkdownParts:
    """The signs of Markdown around and in the blocks that stay."""
    kept = [
        KeptBlock(
            block, [(start, end) for start, end, _ in _merged_cuts(block, verdict)] if verdict.cuts else ()
        )
        for block, verdict in zip(done.blocks, done.verdicts, strict=True)
        if not verdict.code
    ]
    return render_markdown(done.doc.raw, kept, done.doc.url or done.metadata.url, done.markdown_links)


def _title_edit(done: Cleaned) -> Iterator[Edit]:
    """The title put first, where the user asks for it and the text does not begin with it."""
    kept = (block.text for block, v in zip(done.blocks, done.verdicts, strict=True) if not v.code)
    if done.settings.title and done.metadata.title and done.metadata.title != next(kept, done.metadata.title):
        title = escape_markdown(done.metadata.title) if _uses_markdown(done) else done.metadata.title
        heading_sign = "# " if done.settings.markup == "md" else ""
        yield Edit(0, "", f"{heading_sign}{title}\n\n", "title")


def _separator_before(done: Cleaned, previous: Block | None, block: Block, line_ends: int) -> str:
    """What stands before a kept block: nothing before the first, then a line end or a blank line."""
    if done.doc.kind == "html":
        if _same_data_row(done, previous, block):
            return " | "
        if not block.preformatted:
            return "\n" if previous else ""
        return (_line_ends_between(done.doc.raw, previous, block) if previous else "") + indentation_before(
            done.doc.raw, block.start
        )
    indentation = (
        ""
        if done.has_page_layout and not block.preformatted
        else indentation_before(done.doc.raw, block.start)
    )
    if previous is None:
        return indentation
    return ("\n\n" if line_ends > 1 else "\n") + indentation


def _line_ends_between(raw: str, previous: Block, block: Block) -> str:
    """The line ends between two lines, which in code may be several."""
    gap = raw[previous.end : block.start]
    within_code = previous.preformatted and CODE_BLOCK_TAG.search(gap) is None
    return "\n" * max(len(LINE_END.findall(gap)), 1) if within_code else "\n"


def _same_data_row(done: Cleaned, previous: Block | None, block: Block) -> bool:
    """Whether two kept blocks are cells of one row of data, rather than paragraphs of a layout table."""
    if previous is None or block.table_row < 0 or block.table_row != previous.table_row:
        return False
    return CELL_TAG.search(done.doc.raw, previous.end, block.start) is not None and all(
        len(one.text) <= MAX_CELL_CHARS for one in (previous, block)
    )


def _block_edits(block: Block, verdict: Verdict, insertions: Insertions) -> Edits:
    """What makes a kept block's text: its own edits, and on their result the cuts and the signs put in."""
    if not (verdict.cuts or insertions):
        return block.edits
    new_edits, remaining = list[Edit](), dict(insertions)
    for start, end, mark in _merged_cuts(block, verdict) if verdict.cuts else ():
        closing, opening = remaining.pop(start, ("", ""))[0], remaining.pop(end, ("", ""))[1]
        new = closing + _space_for_cut(block.text, start, end) + opening
        new_edits.append(Edit(start, block.text[start:end], new, mark.code))
    new_edits += (Edit(at, "", "".join(sign), "markup") for at, sign in remaining.items())
    new_edits.sort(key=lambda edit: edit.start)
    return shift_all(compose(shift_all(block.edits, -block.start), new_edits), block.start)


def _merged_cuts(block: Block, verdict: Verdict) -> list[tuple[int, int, Mark]]:
    """The cuts as disjoint spans of the block's text. Spans with nothing but spaces between them are one,
    under the first one's mark; each takes the spaces after it along, at the end those before it."""
    text, spans = block.text, list[tuple[int, int, Mark]]()
    located_marks = sorted((block.to_text_span(*mark.span), mark) for mark in verdict.cuts if mark.span)
    for (start, end), mark in located_marks:
        if spans and (start <= spans[-1][1] or not text[spans[-1][1] : start].strip()):
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]), spans[-1][2])
        else:
            spans.append((start, end, mark))
    return [(*_extend_over_spaces(text, start, end), mark) for start, end, mark in spans]


def _extend_over_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    while end < len(text) and text[end].isspace():
        end += 1
    while end == len(text) and start > 0 and text[start - 1].isspace():
        start -= 1
    return start, end


def _space_for_cut(text: str, start: int, end: int) -> str:
    """A space where the cut would glue two words together."""
    inside = start > 0 and end < len(text)
    return " " if inside and not text[start - 1].isspace() else ""
