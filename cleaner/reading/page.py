"""HTML or text to blocks: the text between two breaks, with the edits that make it what a reader sees.

Laws, held by property tests in `tests/reading/test_page.py`:

- blocks ascend and are disjoint; `raw` of each is what the document has at its `start`;
- the text of a block is never blank, holds no line break, and does not begin or end with a space;
- reading takes time in proportion to the length, whatever the page is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cleaner import native
from cleaner.document import Block, Document
from cleaner.edits import Edit, Edits, Locator, compose, shift_all
from cleaner.reading.dom_path import path_of
from cleaner.reading.elements import BLOCK_ELEMENTS
from cleaner.reading.head import Head, HeadReader
from cleaner.reading.inline_text import (
    InlineReader,
    InlineText,
    TextPiece,
    emoji_of,
    is_drop_cap_step,
    is_in_gutter,
    is_line_number,
    without_number_columns,
)
from cleaner.reading.json_text import JsonText, Script, find_json_article
from cleaner.reading.native_page import BLOCK, CONTENT, HEAD_TAG, MAX_NATIVE_CHARS, PIECES, NativePage
from cleaner.reading.open_elements import Element
from cleaner.reading.repair import Repairer
from cleaner.reading.tokenizer import REFERENCE_PATTERN, Token, Tokens, decode_reference
from cleaner.reading.tree_builder import TreeBuilder

# Line ends, as in `str.splitlines`.
LINE_END_CHARS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
# Trimmed at the edges of a block: white space (`str.isspace`) and characters of no width.
INVISIBLE_AT_EDGE = (
    "".join(char for char in map(chr, range(0x3001)) if char.isspace()) + "\u200b\ufeff\u200e\u200f\u2060"
)
# White space that a browser collapses, and the line ends that it does not know.
COLLAPSIBLE_SPACE = f" \t{LINE_END_CHARS}\x1f"

# The tags that may end a line or a block, and the cells and rows of tables among them.
BREAK_TAGS = BLOCK_ELEMENTS | {"br", "hr"}

# One page in eighty of those measured (forums, mostly) shows a greeting and has the article in `noscript`.
# Pages that show less than this are worth a second look, if `noscript` holds more than a counter's image.
MIN_VISIBLE_CHARS, MIN_NOSCRIPT_CHARS = 1000, 1000

# A page with this much prose shows an article; one with less may have it in the JSON of its scripts, if that
# holds this many times as much. Prose are blocks of this length that end like sentences.
MAX_SHOWN_PROSE_CHARS, MIN_JSON_RATIO, MIN_PROSE_CHARS = 1500, 3, 40
# So many blocks, by so many characters of their beginning, tell whether a page shows what its JSON holds.
MAX_COMPARED_BLOCKS, COMPARED_CHARS = 50, 40
JSON_PATH = ("body", "article")

# What begins and ends code in a text, and the path its lines get.
CODE_FENCES, CODE_PATH = ("```", "~~~"), ("pre",)

_LINE = re.compile(f"[^{LINE_END_CHARS}]+")
_LINE_BREAK = re.compile(f"[{LINE_END_CHARS}]")
_SPACES = re.compile(f"[{COLLAPSIBLE_SPACE}]++")
# What differs from the text a reader sees: references, and white space that is not just one space.
_ENTITY_OR_SPACE = re.compile(
    rf" [{COLLAPSIBLE_SPACE}]++|[{COLLAPSIBLE_SPACE[1:]}][{COLLAPSIBLE_SPACE}]*+|{REFERENCE_PATTERN}"
)
_ENTITY_OR_SPACE_HINT = re.compile(f"[&{COLLAPSIBLE_SPACE[1:]}]|  ")
_REFERENCE = re.compile(REFERENCE_PATTERN)
_PRE_LINE_BREAK = re.compile(
    rf"[{LINE_END_CHARS}]|&#(?:0*+1[03](?![0-9])|[xX]0*+[aAdD](?![0-9a-fA-F]));?|&NewLine;"
)


@dataclass(frozen=True)
class Page:
    """The blocks of a document in order, and what its head declares (nothing, for text).

    `text_source` is `json-ld` or `json` where the blocks are of the JSON in a script, not of what is shown.
    """

    blocks: tuple[Block, ...]
    head: Head = field(default_factory=Head)
    structure: PageStructure | None = None
    text_source: str | None = None


class PageStructure(NamedTuple):
    """What of a page no block holds and Markdown needs: kept of HTML only where it is asked for."""

    text_pieces: list[TextPiece]
    break_tags: list[Token]  # start and end tags of block elements, `br` and `hr`, as they stand in the page


def read_document(doc: Document, *, keep_structure: bool = False) -> Page:
    """The blocks of a document, repaired."""
    html = doc.kind == "html"
    page = read_html(doc.raw, keep_structure=keep_structure) if html else Page(tuple(read_text(doc.raw)))
    return replace(page, blocks=tuple(_repaired_blocks(page.blocks, Repairer(entities=not html))))


def _repaired_blocks(blocks: Sequence[Block], repairer: Repairer) -> Iterator[Block]:
    """A block that is blank after repair becomes part of the gap."""
    for block, edits in zip(blocks, repairer.edits_by_line([block.text for block in blocks]), strict=True):
        if edits and block.preformatted:  # in code each space counts
            edits = tuple(edit for edit in edits if edit.code != "spaces")
        if edits:
            block = replace(block, edits=_compose_on_block(block, tuple(map(_without_line_break, edits))))
            if not block.text.strip(INVISIBLE_AT_EDGE):
                continue
        yield block


def _without_line_break(edit: Edit) -> Edit:
    """A garbled line break, once repaired, is a space inside a block."""
    return edit._replace(new=_LINE_BREAK.sub(" ", edit.new)) if _LINE_BREAK.search(edit.new) else edit


def _compose_on_block(block: Block, repairs: Edits) -> Edits:
    """The edits of a block (offsets into the document) and edits of its text (offsets into that) as one."""
    return tuple(shift_all(compose(tuple(shift_all(block.edits, -block.start)), repairs), block.start))


def read_text(raw: str) -> list[Block]:
    """Every line that is not blank is a block. Those between two fences are code, as in a `pre`."""
    blocks: list[Block] = []
    fence_index = -1  # index of the block that opened the code, -1 outside
    for line in _LINE.finditer(raw):
        start, text = line.start(), line[0]
        if text[0] in INVISIBLE_AT_EDGE or text[-1] in INVISIBLE_AT_EDGE:
            start, text = _trim_edges(start, text)
        if not text:
            continue
        blocks.append(Block.of_text(start, text))
        if text[0] in "`~" and text.startswith(CODE_FENCES):
            if fence_index >= 0 and not text.strip("`~"):
                blocks[fence_index + 1 : -1] = [
                    replace(block, path=CODE_PATH) for block in blocks[fence_index + 1 : -1]
                ]
                fence_index = -1
            elif fence_index < 0:
                fence_index = len(blocks) - 1
    return blocks


def _trim_edges(start: int, text: str) -> tuple[int, str]:
    """What begins at `start`, without what is invisible at its edges: new start, and text."""
    trimmed = text.lstrip(INVISIBLE_AT_EDGE)
    return start + len(text) - len(trimmed), trimmed.rstrip(INVISIBLE_AT_EDGE)


def read_html(raw: str, *, keep_structure: bool = False) -> Page:
    """What a browser shows as blocks, and what the head declares.

    A page that shows next to nothing before its scripts run may have its text in `noscript`, or as JSON in a
    script.
    """
    make_collector = _StructureCollector if keep_structure else block_collector
    reader = make_collector(raw)
    reader.run()
    if reader.noscript_chars > MIN_NOSCRIPT_CHARS and _visible_chars(reader.blocks) < MIN_VISIBLE_CHARS:
        noscript_reader = make_collector(raw, scripts=False)
        noscript_reader.run()
        reader = max(reader, noscript_reader, key=lambda candidate: _visible_chars(candidate.blocks))
    head = reader.head.build()
    if reader.scripts and (from_json := _json_blocks(raw, reader.scripts, reader.blocks, head)):
        return Page(from_json[1], head, None, from_json[0])
    blocks = tuple(_join_drop_caps(raw, without_number_columns(reader.blocks)))
    return Page(blocks, head, reader.structure)


def _json_blocks(
    raw: str, scripts: list[Script], shown: list[Block], head: Head
) -> tuple[str, tuple[Block, ...]] | None:
    """The article in the page's scripts, as its source and blocks, where the page shows none.

    Shops and lists show little prose, and have some in their scripts: other data than JSON-LD count only
    where the page shows next to nothing, or declares that it is an article.
    """
    prose_chars = sum(len(block.text) for block in shown if _may_be_prose(block))
    if prose_chars > MAX_SHOWN_PROSE_CHARS:
        return None
    article = find_json_article(raw, scripts)
    if article is None or article.n_chars < MIN_JSON_RATIO * prose_chars:
        return None
    is_article = article.source == "json-ld" or head.declares_article
    if not is_article and _visible_chars(shown) >= MIN_VISIBLE_CHARS:
        return None
    blocks = tuple(block for part in article.parts for block in _blocks_of_json(raw, part))
    text = "\n".join(block.text for block in shown)
    longer = [block for block in blocks if len(block.text) >= COMPARED_CHARS][:MAX_COMPARED_BLOCKS]
    is_shown = any(block.text[:COMPARED_CHARS] in text for block in longer)
    return None if is_shown or not longer else (article.source, blocks)


def _may_be_prose(block: Block) -> bool:
    """Whether a block may be of an article or a teaser: long, and ended like a sentence or longer."""
    size = len(block.text)
    if size < MIN_PROSE_CHARS:
        return False
    return size >= 2 * MIN_PROSE_CHARS or block.text.rstrip("\"'”’»)")[-1:] in ".!?…。！？"


def _blocks_of_json(raw: str, part: JsonText) -> Iterator[Block]:
    """The blocks of a string's markup, with offsets into the page instead of the markup."""
    locator = Locator(part.edits, offset=0)
    starts = [edit.start for edit in part.edits]
    for block in read_html_blocks(part.markup):
        start, end = locator.to_raw(block.start), locator.to_raw(block.end, end=True)
        own = part.edits[bisect_left(starts, start) : bisect_left(starts, end)]
        edits = compose(shift_all(own, -start), shift_all(block.edits, -block.start))
        at = part.start + start
        yield replace(
            block,
            start=at,
            raw=raw[at : part.start + end],
            edits=shift_all(edits, at),
            path=(*JSON_PATH, *_inner_steps(block.path)),
        )


def _inner_steps(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(step for step in path if step not in ("html", "body"))


def read_html_blocks(markup: str) -> list[Block]:
    """The blocks of a piece of HTML alone."""
    reader = block_collector(markup)
    reader.run()
    return reader.blocks


def _join_drop_caps(raw: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, each drop cap that is a block by itself joined with the one it begins."""
    cap: Block | None = None
    for block in blocks:
        if cap is not None:
            if block.text[0].islower():
                between = Edit(cap.end, raw[cap.end : block.start], "", "markup")
                edits = (*cap.edits, between, *block.edits)
                block = replace(block, start=cap.start, raw=raw[cap.start : block.end], edits=edits)
            else:
                yield cap
            cap = None
        if len(block.raw) == 1 and block.raw.isupper() and block.path and is_drop_cap_step(block.path[-1]):
            cap = block
        else:
            yield block
    if cap is not None:
        yield cap


def _visible_chars(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


# A plain tuple, as there are thousands on a page.
# Part of a block: start, end, replacement (None: unchanged), code of the edit, whether in a link.
BlockPart = tuple[int, int, str | None, str, bool]


class _BlockCollector:
    """Collects text until it breaks; then it is a block."""

    def __init__(self, raw: str, scripts: bool = True) -> None:
        self.raw = raw
        self.blocks: list[Block] = []
        self.head = HeadReader()
        self._pieces: list[TextPiece] = []
        self._inline = InlineReader(raw)
        self._tokens = Tokens(raw)
        self._tree = TreeBuilder(self._tokens, self._end_block, scripts)
        self.noscript_chars = 0  # characters in `noscript`
        self.scripts: list[Script] = []
        self.structure: PageStructure | None = None

    def run(self) -> None:
        raw, tree, head = self.raw, self._tree, self.head
        for token_type, start, end, name in self._read_tokens():
            if token_type == "text":
                self._add_text(start, end)
            elif token_type == "start":
                tag = raw[start:end]
                if name in head.handled_tags and not tree.current_node.not_rendered:
                    head.start(name, tag)
                tree.start(name, tag)
                if name == "img" and self._pieces:
                    self._add_emoji(start, end, tag)
            elif token_type == "end":
                tree.end(name)
            elif token_type == "raw":
                self._add_raw_text(name, start, end)
            elif token_type == "cdata":
                self._add_text(start + len("<![CDATA["), self._cdata_end(end), no_references=True)
            elif token_type == "doctype":
                tree.doctype()
        self._end_block()
        del self._tree  # it holds this reader: together they would keep the blocks from being freed

    def _read_tokens(self) -> Iterable[Token]:
        return self._tokens

    def _cdata_end(self, end: int) -> int:
        return end - 3 if self.raw.endswith("]]>", 0, end) else end

    def _add_raw_text(self, name: str, start: int, end: int) -> None:
        if name == "xmp" or name == "plaintext":
            self._add_text(start, end, no_references=True)
        elif name == "noscript":
            self.noscript_chars += end - start
        elif not self._tree.current_node.not_rendered:
            self._add_content(name, start, end)

    def _add_content(self, name: str, start: int, end: int) -> None:
        self.head.content(name, self.raw[start:end])
        if name == "script":
            self.scripts.append(Script(start, end, self.head.is_json_ld))

    def _add_text(self, start: int, end: int, no_references: bool = False) -> None:
        tree = self._tree
        if tree.current_node.not_rendered or (not self._pieces and self.raw[start:end].isspace()):
            return
        if tree.body is None:
            tree.begin_body()
        if tree.current_node.preformatted:
            self._add_lines(start, end, no_references)
        elif start < end:
            self._pieces.append((start, end, tree.current_node, tree.in_link, no_references))

    def _add_emoji(self, start: int, end: int, tag: str) -> None:
        """An image of an emoji, inside a line, is that character; any other is nothing."""
        if emoji_of(tag) and not self._tree.current_node.not_rendered:
            image = Element("img", self._tree.current_node, tag)
            self._pieces.append((start, end, image, self._tree.in_link, True))

    def _add_lines(self, start: int, end: int, no_references: bool) -> None:
        """Preformatted text breaks at the ends of its lines."""
        breaks = _LINE_BREAK if no_references else _PRE_LINE_BREAK
        for line_break in breaks.finditer(self.raw, start, end):
            self._add_piece(start, line_break.start(), no_references)
            self._end_block()
            start = line_break.end()
        self._add_piece(start, end, no_references)

    def _add_piece(self, start: int, end: int, no_references: bool) -> None:
        if start < end:
            self._pieces.append((start, end, self._tree.current_node, self._tree.in_link, no_references))

    def _end_block(self) -> None:
        if self._pieces:
            pieces, self._pieces = self._pieces, []
            path_of(pieces[0][2])  # as the elements are named now, also where nothing is visible
            if len(pieces) == 1 and pieces[0][2].preformatted and is_line_number(self.raw, pieces[0]):
                return
            block = _block_from_pieces(self.raw, pieces, self._inline)
            if block:
                self._add_block(block)

    def _add_block(self, block: Block) -> None:
        if not (block.raw.isdecimal() and is_in_gutter(block.path)):
            self.blocks.append(block)


class _StructureCollector(_BlockCollector):
    """Collects blocks, and beside them the page's structure."""

    def __init__(self, raw: str, scripts: bool = True) -> None:
        super().__init__(raw, scripts)
        self._all_pieces: list[TextPiece] = []
        self._break_tags: list[Token] = []
        self.structure = PageStructure(self._all_pieces, self._break_tags)

    def _read_tokens(self) -> Iterator[Token]:
        for token in self._tokens:
            if token[3] in BREAK_TAGS and token[0] in ("start", "end"):
                self._break_tags.append(token)
            yield token

    def _end_block(self) -> None:
        self._all_pieces += self._pieces
        super()._end_block()


def block_collector(raw: str, scripts: bool = True) -> _BlockCollector:
    """A reader of blocks in the form that this process uses; with `scripts` as a browser that runs them."""
    if native.core is None or len(raw) > MAX_NATIVE_CHARS:
        return _BlockCollector(raw, scripts)
    return _NativeCollector(native.core, raw, scripts)


class _NativeCollector(_BlockCollector):
    """Collects the blocks that the native core makes; makes those that it leaves to Python."""

    def __init__(self, core: native.NativeCore, raw: str, scripts: bool) -> None:
        super().__init__(raw, scripts)
        self._page = NativePage(core, raw, scripts)
        self.noscript_chars = self._page.noscript_chars

    def run(self) -> None:
        page = self._page
        del self._tree  # not needed, and holds this reader
        for record in page.records:
            kind, start, end, element, *_ = record
            if kind == BLOCK:
                self._add_block(page.block(record))
            elif kind == PIECES:
                self._pieces = page.pieces(record)
                self._end_block()
            elif kind == HEAD_TAG:
                self.head.start(page.name(element), self.raw[start:end])
            elif kind == CONTENT:
                self._add_content(page.name(element), start, end)
            else:
                page.change_element(record)


def _block_from_pieces(raw: str, pieces: list[TextPiece], inline: InlineReader) -> Block | None:
    """The pieces between two breaks as one block; None when none of them shows anything."""
    while len(pieces) > 1 and raw[pieces[-1][0] : pieces[-1][1]].isspace():
        pieces.pop()
    if len(pieces) == 1:
        start, end, element, in_link, no_references = pieces[0]
        start, text = _trim_edges(start, raw[start:end])
        if not text:
            return None
        if not _needs_edits(text, element.preformatted, no_references):
            return _new_block(start, text, (), element, float(in_link))
    parts = _visible_parts(raw, pieces, inline)
    if not parts:
        return None
    start, end = parts[0][0], parts[-1][1]
    element = next(element for _, piece_end, element, _, _ in pieces if piece_end > start)
    return _new_block(
        start, raw[start:end], tuple(_part_edits(raw, parts)), element, _link_density(raw, parts)
    )


def _visible_parts(raw: str, pieces: list[TextPiece], inline: InlineReader) -> list[BlockPart]:
    """The parts of the pieces that are not hidden; of all, where only hidden ones show anything."""
    visible = [piece for piece in pieces if not piece[2].hidden]
    parts = _parts_from_pieces(raw, inline.read(visible)) if visible else []
    return parts or (_parts_from_pieces(raw, inline.read(pieces)) if len(visible) < len(pieces) else [])


def _needs_edits(text: str, preformatted: bool, no_references: bool) -> bool:
    if preformatted:
        return not no_references and "&" in text
    return _ENTITY_OR_SPACE_HINT.search(text) is not None


def _new_block(start: int, raw: str, edits: Edits, element: Element, link_density: float) -> Block:
    path = path_of(element)
    return Block(
        start,
        raw,
        edits,
        path,
        link_density,
        element.heading_level,
        element.table_row,
        element.hidden,
        element.dialog,
    )


def _parts_from_pieces(raw: str, text: InlineText) -> list[BlockPart]:
    """Each part with its replacement, from the first visible character to the last."""
    parts: list[BlockPart] = []
    ends_in_space = False  # whether the text so far ends in a space
    at = text.pieces[0][0] if text.pieces else 0
    between = ""  # what is put before the next piece
    for k, piece in enumerate(text.pieces):
        start, end, element, in_link, _ = piece
        between += text.before.get(k, "")
        if start > at or between:
            parts.append((at, start, between, "markup", in_link))
            ends_in_space &= not between
        at = end
        between = text.after.get(k, "")
        if k in text.instead:
            parts.append((start, end, text.instead[k], "markup", in_link))
            ends_in_space &= not text.instead[k]
        elif element.preformatted:
            _append_preformatted(raw, piece, parts)
        else:
            ends_in_space = _append_collapsed(raw, piece, ends_in_space, parts)
    if between:
        parts.append((at, at, between, "markup", False))
    return _trim_parts(raw, parts)


def _append_preformatted(raw: str, piece: TextPiece, parts: list[BlockPart]) -> None:
    """Add the parts of a preformatted piece: only references change."""
    at, end, _, in_link, no_references = piece
    for match in () if no_references else _REFERENCE.finditer(raw, at, end):
        size, char = decode_reference(match[0])
        if size:
            start = match.start()
            if start > at:
                parts.append((at, start, None, "", in_link))
            at = start + size
            parts.append((start, at, _LINE_BREAK.sub(" ", char), "entity", in_link))
    if at < end:
        parts.append((at, end, None, "", in_link))


def _append_collapsed(raw: str, piece: TextPiece, ends_in_space: bool, parts: list[BlockPart]) -> bool:
    """Add the parts of a piece whose white space collapses; returns whether the text now ends in a space."""
    at, end, _, in_link, no_references = piece
    for match in _ENTITY_OR_SPACE.finditer(raw, at, end):
        start, stop = match.span()
        new, code = " ", "spaces"
        if raw[start] == "&":
            size, new = decode_reference(match[0])
            if no_references or not size:
                continue
            stop, code = start + size, "entity"
            if new and new in COLLAPSIBLE_SPACE:
                new = " "
        if start > at:
            ends_in_space = _append_text(raw, at, start, in_link, ends_in_space, parts)
        at = stop
        if new == " ":
            parts.append((start, stop, "" if ends_in_space else " ", code, in_link))
            ends_in_space = True
        else:
            parts.append((start, stop, new, code, in_link))
            ends_in_space = ends_in_space and not new
    return _append_text(raw, at, end, in_link, ends_in_space, parts) if at < end else ends_in_space


def _append_text(
    raw: str, start: int, end: int, in_link: bool, ends_in_space: bool, parts: list[BlockPart]
) -> bool:
    """Add unchanged text, without a space at its start that follows one; returns as `_append_collapsed`."""
    if ends_in_space and (leading_spaces := _SPACES.match(raw, start, end)):
        parts.append((start, leading_spaces.end(), "", "spaces", in_link))
        start = leading_spaces.end()
        if start == end:
            return True
    parts.append((start, end, None, "", in_link))
    return raw[end - 1] == " "


def _trim_parts(raw: str, parts: list[BlockPart]) -> list[BlockPart]:
    """Without invisible parts at either end."""
    first, last = 0, len(parts) - 1
    while first <= last and not _output_of(raw, parts[first]).strip(INVISIBLE_AT_EDGE):
        first += 1
    while first <= last and not _output_of(raw, parts[last]).strip(INVISIBLE_AT_EDGE):
        last -= 1
    if first > last:
        return []
    kept = parts[first : last + 1]
    start, end, new, code, in_link = kept[0]
    if new is None:
        kept[0] = (end - len(raw[start:end].lstrip(INVISIBLE_AT_EDGE)), end, new, code, in_link)
    start, end, new, code, in_link = kept[-1]
    if new is None:
        kept[-1] = (start, start + len(raw[start:end].rstrip(INVISIBLE_AT_EDGE)), new, code, in_link)
    return kept


def _output_of(raw: str, part: BlockPart) -> str:
    start, end, new, _, _ = part
    return raw[start:end] if new is None else new


def _part_edits(raw: str, parts: list[BlockPart]) -> Iterator[Edit]:
    """One for each change; deletions that touch are one edit."""
    cut_start, cut_end = -1, -1  # the current deletion: from, to
    cut_code = ""
    for start, end, new, code, _ in parts:
        if new == "" and start == cut_end:
            cut_end = end
            cut_code = "markup" if code == "markup" else cut_code
            continue
        if cut_end > cut_start:
            yield Edit(cut_start, raw[cut_start:cut_end], "", cut_code)
            cut_start = cut_end = -1
        if new == "":
            cut_start, cut_end, cut_code = start, end, code
        elif new is not None:
            yield Edit(start, raw[start:end], new, code)


def _link_density(raw: str, parts: list[BlockPart]) -> float:
    """Share of the characters, spaces aside, that are in links."""
    if len({part[4] for part in parts}) == 1:
        return float(parts[0][4])
    char_counts = [(sum(map(len, _output_of(raw, part).split())), part[4]) for part in parts]
    return sum(size for size, in_link in char_counts if in_link) / sum(size for size, _ in char_counts)
