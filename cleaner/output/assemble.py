"""Verdicts to text: a gap between blocks becomes a separator, a dropped block nothing, a kept one its text.

A document is assembled twice. `draft_text` gives the text that spun words are looked for in; `finish` adds
what may only come after that: the original words of spun text, or the links of Markdown, whose addresses
would be taken for words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from cleaner.document import Block, Document, Mark, Metadata, Status, Verdict
from cleaner.edits import Edit, Edits, Locator, apply, compose, shift_all
from cleaner.garble import Garbled, edits_to_cut, edits_to_restore, remaining_garbled
from cleaner.language import detect_language
from cleaner.output.cleaned import Cleaned, Removed
from cleaner.output.markdown import (
    MAX_CELL_CHARS,
    Insertions,
    KeptBlock,
    MarkdownWriter,
    escape_markdown,
    indentation_before,
    join_url,
)
from cleaner.reading.page import Page
from cleaner.settings import Settings

# The values of `--garbled` with which spun text does not get into the corpus.
WITHHOLDING = ("quarantine", "drop")
CELL_TAG = re.compile(r"<t[dh][\s/>]", re.IGNORECASE)
CODE_BLOCK_TAG = re.compile(r"</?(?:pre|xmp|listing)[\s/>]", re.IGNORECASE)
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document's text before it is known whether it is spun: Markdown without its links and emphasis.

    Attributes:
        markdown: writes the Markdown of an HTML page; None for text, and where no Markdown is asked for.
    """

    doc: Document
    page: Page
    verdicts: tuple[Verdict, ...]
    settings: Settings
    metadata: Metadata
    markdown: MarkdownWriter | None
    edits: Edits
    text: str
    detected_language: str | None

    @property
    def language(self) -> str | None:
        """ISO 639-1 code of the text; where it is too short to tell, what the page declares."""
        return self.detected_language or self.metadata.language


def draft_text(
    doc: Document,
    page: Page,
    verdicts: tuple[Verdict, ...],
    settings: Settings,
    metadata: Metadata | None = None,
) -> Draft:
    """The text of the kept blocks of `page`, and its language. Markdown needs the structure of the page."""
    metadata = metadata or Metadata()
    title = _title_before(page.blocks, verdicts, settings, metadata)
    plain = _plain_edits(doc, page.blocks, verdicts)
    if settings.markup != "md" or page.structure is None:
        heading_sign = "# " if settings.markup == "md" else ""
        edits = (*_title_edits(title, heading_sign), *plain)
        text = apply(doc.raw, edits)
        language = detect_language(text, metadata.language)
        return Draft(doc, page, verdicts, settings, metadata, None, edits, text, language)
    markdown = MarkdownWriter(doc.raw, page.structure, _kept_blocks(page.blocks, verdicts))
    edits = _markdown_edits(doc, page.blocks, verdicts, markdown, title, base=None)
    # the signs of Markdown are of no language
    plain_text = apply(doc.raw, (*_title_edits(title, ""), *plain))
    language = detect_language(plain_text, metadata.language)
    return Draft(doc, page, verdicts, settings, metadata, markdown, edits, apply(doc.raw, edits), language)


def finish(
    draft: Draft, garbled: Garbled | None = None, note: str | None = None, confidence: float | None = None
) -> Cleaned:
    """The result. `garbled` is what was found in the text of the draft.

    Where little of it is spun, that part is withheld instead of the document, unless `--garbled` lets it
    through.
    """
    doc, edits, text, language = draft.doc, draft.edits, draft.text, draft.detected_language
    removed = [*_removed_parts(draft.page.blocks, draft.verdicts)]
    is_cut = garbled is not None and garbled.is_partial and draft.settings.garbled in WITHHOLDING
    if garbled and is_cut:
        cutting = edits_to_cut(text, garbled)
        removed = _with_spun_parts(removed, edits, cutting)
        edits = compose(edits, cutting)
        text = apply(doc.raw, edits)
        garbled = replace(garbled, spans=(), parts=())
    elif garbled and draft.settings.garbled == "restore":
        restoring = edits_to_restore(text, garbled)
        garbled = remaining_garbled(garbled, restoring)
        if restoring:
            edits = compose(edits, restoring)
            text = apply(doc.raw, edits)
            language = detect_language(text, draft.metadata.language)
    elif draft.markdown and not garbled:
        edits = _with_links(draft, draft.markdown)
        text = apply(doc.raw, edits)
    return Cleaned(
        doc,
        draft.page.blocks,
        draft.verdicts,
        draft.settings,
        draft.metadata,
        text,
        edits,
        tuple(removed),
        language,
        _status(text, language or draft.metadata.language, None if is_cut else garbled, draft.settings),
        garbled,
        note,
        confidence,
    )


def _with_spun_parts(removed: Sequence[Removed], edits: Edits, cutting: Edits) -> list[Removed]:
    """What was removed, with the spun paragraphs, in order."""
    locator = Locator(edits)
    spun = [
        Removed(locator.to_raw(cut.start), locator.to_raw(cut.end, end=True), cut.code, "spun")
        for cut in cutting
    ]
    return sorted([*removed, *spun])


def _status(text: str, language: str | None, garbled: Garbled | None, settings: Settings) -> Status:
    if not any(char.isalnum() for char in text):
        return "empty"
    if settings.language and language not in settings.language:
        return "language"
    return "garbled" if garbled else "clean"


def _with_links(draft: Draft, markdown: MarkdownWriter) -> Edits:
    """The edits of the draft with the links and the emphasis of its Markdown."""
    base = join_url(draft.doc.url or draft.metadata.url or "", draft.page.head.base_url or "")
    title = _title_before(draft.page.blocks, draft.verdicts, draft.settings, draft.metadata)
    return _markdown_edits(draft.doc, draft.page.blocks, draft.verdicts, markdown, title, base)


def _removed_parts(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Iterator[Removed]:
    for block, verdict in zip(blocks, verdicts, strict=True):
        if code := verdict.code:
            yield Removed(block.start, block.end, code, verdict.label)
        for start, end, mark in _merged_cuts(block, verdict) if verdict.cuts else ():
            yield Removed(*block.to_raw_span(start, end), mark.code, mark.label)


# -- the title


def _title_before(
    blocks: Sequence[Block], verdicts: Sequence[Verdict], settings: Settings, metadata: Metadata
) -> str:
    """The title, where the user asks for it and the text does not begin with it; else ""."""
    title = metadata.title if settings.title else None
    first_kept = next(
        (b.text for b, verdict in zip(blocks, verdicts, strict=True) if not verdict.code), title
    )
    return title if title and title != first_kept else ""


def _title_edits(title: str, heading_sign: str) -> Edits:
    return (Edit(0, "", f"{heading_sign}{title}\n\n", "title"),) if title else ()


# -- the text


def _markdown_edits(
    doc: Document,
    blocks: Sequence[Block],
    verdicts: Sequence[Verdict],
    markdown: MarkdownWriter,
    title: str,
    base: str | None,
) -> Edits:
    separators, insertions = markdown.additions(base)
    edits = _edits_from_raw(doc, blocks, verdicts, iter(separators), iter(insertions))
    return (*_title_edits(escape_markdown(title) if title else "", "# "), *edits)


def _plain_edits(doc: Document, blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Edits:
    separators = _plain_separators(doc, blocks, verdicts)
    return tuple(_edits_from_raw(doc, blocks, verdicts, separators, repeat({})))


def _edits_from_raw(
    doc: Document,
    blocks: Sequence[Block],
    verdicts: Sequence[Verdict],
    separators: Iterator[str],
    insertions: Iterator[Insertions],
) -> Iterator[Edit]:
    """The edits of all gaps and blocks; there is a separator for each kept block and one for the end."""
    raw, position = doc.raw, 0
    gap_code = "markup" if doc.kind == "html" else "spaces"
    for block, verdict in zip(blocks, verdicts, strict=True):
        start, code = block.start, verdict.code
        gap, separator = raw[position:start], "" if code else next(separators)
        if gap != separator:
            yield Edit(position, gap, separator, gap_code)
        if code:
            yield Edit(start, block.raw, "", code)
        elif edits := _block_edits(block, verdict, next(insertions)):
            yield from edits
        position = start + len(block.raw)
    if raw[position:] != (separator := next(separators, "")):
        yield Edit(position, raw[position:], separator, gap_code)


def _kept_blocks(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> list[KeptBlock]:
    return [
        KeptBlock(
            block, [(start, end) for start, end, _ in _merged_cuts(block, verdict)] if verdict.cuts else ()
        )
        for block, verdict in zip(blocks, verdicts, strict=True)
        if not verdict.code
    ]


# -- separators of plain text


def _plain_separators(doc: Document, blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What comes before each kept block: nothing before the first, then a line end or a blank line."""
    if doc.kind == "html":
        previous: Block | None = None
        for block, verdict in zip(blocks, verdicts, strict=True):
            if not verdict.code:
                yield _separator_on_page(doc.raw, previous, block)
                previous = block
    else:
        yield from _separators_in_text(doc.raw, blocks, verdicts)


def _separators_in_text(raw: str, blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Iterator[str]:
    has_page_layout = _has_page_layout(verdicts)
    position, line_ends = 0, 0  # the most line ends in a gap since the last kept block
    first = True
    n_line_ends = {"\n": 1}  # of each gap met so far: most are the same few
    for block, verdict in zip(blocks, verdicts, strict=True):
        gap = raw[position : block.start]
        if gap not in n_line_ends:
            n_line_ends[gap] = len(LINE_END.findall(gap))
        line_ends = max(line_ends, n_line_ends[gap])
        position = block.start + len(block.raw)
        if verdict.code:
            continue
        keeps_indentation = not has_page_layout or block.preformatted
        indentation = indentation_before(raw, block.start) if keeps_indentation else ""
        yield ("" if first else "\n\n" if line_ends > 1 else "\n") + indentation
        first, line_ends = False, 0


def _has_page_layout(verdicts: Sequence[Verdict]) -> bool:
    """Whether more than a tenth of the blocks are dropped: then the indentation is that of a page."""
    return sum(verdict.code is not None for verdict in verdicts) * 10 > len(verdicts)


def _separator_on_page(raw: str, previous: Block | None, block: Block) -> str:
    """The line ends of the markup mean nothing, but in code."""
    if _same_data_row(raw, previous, block):
        return " | "
    if not block.preformatted:
        return "\n" if previous else ""
    line_ends = _line_ends_between(raw, previous, block) if previous else ""
    return line_ends + indentation_before(raw, block.start)


def _line_ends_between(raw: str, previous: Block, block: Block) -> str:
    """The line ends between two lines, which in code may be several."""
    gap = raw[previous.end : block.start]
    within_code = previous.preformatted and CODE_BLOCK_TAG.search(gap) is None
    return "\n" * max(len(LINE_END.findall(gap)), 1) if within_code else "\n"


def _same_data_row(raw: str, previous: Block | None, block: Block) -> bool:
    """Whether two kept blocks are cells of one row of data, rather than paragraphs of a layout table."""
    if previous is None or block.table_row < 0 or block.table_row != previous.table_row:
        return False
    return CELL_TAG.search(raw, previous.end, block.start) is not None and all(
        len(one.text) <= MAX_CELL_CHARS for one in (previous, block)
    )


# -- the edits of one block


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
