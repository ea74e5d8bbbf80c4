"""HTML or text to blocks: what stands between two breaks, with the edits that make it what a reader sees.

Laws, held by property tests in `tests/reading/test_page.py`:

- blocks ascend and are disjoint, and each stands in the document as it says;
- the text of a block is never blank, holds no line break, and does not begin or end with a space;
- reading takes time in proportion to the length, whatever the page is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from cleaner.document import Block, Document
from cleaner.edits import Edit, Edits, compose, shifted
from cleaner.reading.elements import Element, path_of
from cleaner.reading.head import Head, HeadReader
from cleaner.reading.repair import Mender
from cleaner.reading.tokenizer import REFERENCE, Tokens, reference
from cleaner.reading.tree_builder import Tree

# Whatever a line may end in: those of `str.splitlines`.
LINE_END = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
# What is no part of a block at its edges: what `str.isspace` says, and characters of no width.
EDGE = "".join(char for char in map(chr, range(0x3001)) if char.isspace()) + "\u200b\ufeff\u200e\u200f\u2060"
# White space that a browser collapses; line ends that it does not know are counted in.
SPACE = f" \t{LINE_END}\x1f"

# One page in eighty of those measured (forums, mostly) shows a greeting and has the article in `noscript`.
# Pages that show less than this are worth a second look, if `noscript` holds more than a counter's image.
SHOWN_AT_LEAST, HIDDEN_BY_SCRIPTS = 1000, 1000

# What begins and ends code in a text, and the element its lines are then taken to stand in.
FENCES, CODE = ("```", "~~~"), ("pre",)

_LINE = re.compile(f"[^{LINE_END}]+")
_LINE_BREAK = re.compile(f"[{LINE_END}]")
_SPACES = re.compile(f"[{SPACE}]++")
# What differs from the text a reader sees: references, and white space that is not just one space.
_ODD = re.compile(rf" [{SPACE}]++|[{SPACE[1:]}][{SPACE}]*+|{REFERENCE}")
_ODD_HINT = re.compile(f"[&{SPACE[1:]}]|  ")
_REFERENCE = re.compile(REFERENCE)
_PRE_BREAK = re.compile(rf"[{LINE_END}]|&#(?:0*+1[03](?![0-9])|[xX]0*+[aAdD](?![0-9a-fA-F]));?|&NewLine;")


@dataclass(frozen=True)
class Page:
    """The blocks of a document in order, and what its head says (nothing, for text)."""

    blocks: tuple[Block, ...]
    head: Head = field(default_factory=Head)


def read(doc: Document) -> Page:
    """The blocks of a document, mended."""
    html = doc.kind == "html"
    page = read_html(doc.raw) if html else Page(tuple(read_text(doc.raw)))
    return replace(page, blocks=tuple(_mended(page.blocks, Mender(entities=not html))))


def _mended(blocks: Sequence[Block], mender: Mender) -> Iterator[Block]:
    """A block of which mending leaves nothing becomes part of the gap."""
    for block, found in zip(blocks, mender.lines([block.text for block in blocks]), strict=True):
        if found and block.preformatted:  # in code each space counts
            found = tuple(edit for edit in found if edit.code != "spaces")
        if found:
            block = replace(block, edits=_composed(block, tuple(map(_on_one_line, found))))
            if not block.text.strip(EDGE):
                continue
        yield block


def _on_one_line(edit: Edit) -> Edit:
    """What mending finds to be a line break, once garbled, is a space inside a block."""
    return edit._replace(new=_LINE_BREAK.sub(" ", edit.new)) if _LINE_BREAK.search(edit.new) else edit


def _composed(block: Block, then: Edits) -> Edits:
    """The edits of a block (offsets into the document) and edits of its text (offsets into that) as one."""
    return tuple(shifted(compose(tuple(shifted(block.edits, -block.start)), then), block.start))


def read_text(raw: str) -> list[Block]:
    """Every line that is not blank is a block. Those between two fences are code, as in a `pre`."""
    blocks: list[Block] = []
    fence = -1  # the block that opened the code, as far as one did
    for line in _LINE.finditer(raw):
        start, text = line.start(), line[0]
        if text[0] in EDGE or text[-1] in EDGE:
            start, text = _trimmed(raw, start, line.end())
        if not text:
            continue
        blocks.append(Block(start, text))
        if text[0] in "`~" and text.startswith(FENCES):
            if fence >= 0 and not text.strip("`~"):
                blocks[fence + 1 : -1] = [replace(block, path=CODE) for block in blocks[fence + 1 : -1]]
                fence = -1
            elif fence < 0:
                fence = len(blocks) - 1
    return blocks


def _trimmed(raw: str, start: int, end: int) -> tuple[int, str]:
    """Without what is not visible at the edges: where it starts now, and what is left."""
    text = raw[start:end]
    body = text.lstrip(EDGE)
    return start + len(text) - len(body), body.rstrip(EDGE)


def read_html(raw: str) -> Page:
    """What a browser shows as blocks, and what the head says.

    A page that shows next to nothing before its scripts run may say it all in `noscript`.
    """
    reader = _Reader(raw)
    reader.run()
    if reader.without_scripts > HIDDEN_BY_SCRIPTS and _size(reader.blocks) < SHOWN_AT_LEAST:
        other = _Reader(raw, scripts=False)
        other.run()
        reader = max(reader, other, key=lambda one: _size(one.blocks))
    return Page(tuple(reader.blocks), reader.head.made())


def stretches(raw: str, scripts: bool = True) -> tuple[list[_Piece], str | None]:
    """The visible text of a page between two tags each, with the element it stands in; and the `base` that
    its links start from. As a browser with or without scripts reads it."""
    reader = _Stretches(raw, scripts)
    reader.run()
    return reader.found, reader.head.made().base


def _size(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


# Plain tuples, as there are thousands of both on a page.
# A stretch of visible text between two tags: start, end, element, in a link, no references in it.
_Piece = tuple[int, int, Element, bool, bool]
# A stretch of a block: start, end, what comes instead (None: as it stands), why, in a link.
_Part = tuple[int, int, str | None, str, bool]


class _Reader:
    """Collects text until it breaks; then it is a block."""

    def __init__(self, raw: str, scripts: bool = True) -> None:
        self.raw = raw
        self.blocks: list[Block] = []
        self.head = HeadReader()
        self._pieces: list[_Piece] = []
        self._tokens = Tokens(raw)
        self._tree = Tree(self._tokens, self._break, scripts)
        self.without_scripts = 0  # characters in `noscript`

    def run(self) -> None:
        raw, tree, head = self.raw, self._tree, self.head
        for kind, start, end, name in self._tokens:
            if kind == "text":
                if not tree.top.skip and (self._pieces or not raw[start:end].isspace()):
                    self._text(start, end)
            elif kind == "start":
                tag = raw[start:end]
                if name in head.tags and not tree.top.skip:
                    head.start(name, tag)
                tree.start(name, tag)
            elif kind == "end":
                tree.end(name)
            elif kind == "raw":
                self._raw_text(name, start, end)
            elif kind == "cdata":
                self._text(start + len("<![CDATA["), self._cdata_end(end), plain=True)
            elif kind == "doctype":
                tree.doctype()
        self._break()
        del self._tree  # it holds this reader: together they would keep the blocks from being freed

    def _cdata_end(self, end: int) -> int:
        return end - 3 if self.raw.endswith("]]>", 0, end) else end

    def _raw_text(self, name: str, start: int, end: int) -> None:
        if name == "xmp" or name == "plaintext":
            self._text(start, end, plain=True)
        elif name == "noscript":
            self.without_scripts += end - start
        elif not self._tree.top.skip:
            self.head.content(name, self.raw[start:end])

    def _text(self, start: int, end: int, plain: bool = False) -> None:
        tree = self._tree
        if tree.top.skip or (not self._pieces and self.raw[start:end].isspace()):
            return
        if tree.body is None:
            tree.begin_body()
        if tree.top.pre:
            self._lines(start, end, plain)
        elif start < end:
            self._pieces.append((start, end, tree.top, tree.link, plain))

    def _lines(self, start: int, end: int, plain: bool) -> None:
        """Preformatted text breaks at the ends of its lines."""
        breaks = _LINE_BREAK if plain else _PRE_BREAK
        for found in breaks.finditer(self.raw, start, end):
            self._piece(start, found.start(), plain)
            self._break()
            start = found.end()
        self._piece(start, end, plain)

    def _piece(self, start: int, end: int, plain: bool) -> None:
        if start < end:
            self._pieces.append((start, end, self._tree.top, self._tree.link, plain))

    def _break(self) -> None:
        if self._pieces:
            pieces, self._pieces = self._pieces, []
            block = _block(self.raw, pieces)
            if block:
                self.blocks.append(block)


class _Stretches(_Reader):
    """Collects text and makes no blocks of it."""

    def __init__(self, raw: str, scripts: bool) -> None:
        self.found: list[_Piece] = []
        super().__init__(raw, scripts)

    def _break(self) -> None:
        self.found += self._pieces
        self._pieces = []


def _block(raw: str, pieces: list[_Piece]) -> Block | None:
    """The pieces between two breaks as one block; None when none of them shows anything."""
    while len(pieces) > 1 and raw[pieces[-1][0] : pieces[-1][1]].isspace():
        pieces.pop()
    if len(pieces) == 1:
        start, end, element, link, plain = pieces[0]
        start, text = _trimmed(raw, start, end)
        if not text:
            return None
        if not _is_odd(text, element.pre, plain):
            return _made(start, text, (), element, float(link))
    shown = [piece for piece in pieces if not piece[2].hidden]
    parts = _parts(raw, shown) or (_parts(raw, pieces) if len(shown) < len(pieces) else [])
    if not parts:
        return None
    start, end = parts[0][0], parts[-1][1]
    element = next(element for _, stop, element, _, _ in pieces if stop > start)
    return _made(start, raw[start:end], tuple(_edits(raw, parts)), element, _links(raw, parts))


def _is_odd(text: str, pre: bool, plain: bool) -> bool:
    if pre:
        return not plain and "&" in text
    return _ODD_HINT.search(text) is not None


def _made(start: int, raw: str, edits: Edits, element: Element, links: float) -> Block:
    path = path_of(element)
    return Block(start, raw, edits, path, links, element.heading, element.row, element.hidden)


def _parts(raw: str, pieces: list[_Piece]) -> list[_Part]:
    """What becomes of each stretch, from the first visible character to the last."""
    parts: list[_Part] = []
    spaced = False  # whether the text so far ends in a space
    at = pieces[0][0] if pieces else 0
    for piece in pieces:
        start, end, element, link, _ = piece
        if start > at:
            parts.append((at, start, "", "markup", link))
        at = end
        if element.pre:
            _keep(raw, piece, parts)
        else:
            spaced = _collapse(raw, piece, spaced, parts)
    return _trimmed_parts(raw, parts)


def _keep(raw: str, piece: _Piece, parts: list[_Part]) -> None:
    """Add the parts of a preformatted piece: only references change."""
    at, end, _, link, plain = piece
    for found in () if plain else _REFERENCE.finditer(raw, at, end):
        size, char = reference(found[0])
        if size:
            start = found.start()
            if start > at:
                parts.append((at, start, None, "", link))
            at = start + size
            parts.append((start, at, _LINE_BREAK.sub(" ", char), "entity", link))
    if at < end:
        parts.append((at, end, None, "", link))


def _collapse(raw: str, piece: _Piece, spaced: bool, parts: list[_Part]) -> bool:
    """Add the parts of a piece whose white space collapses; returns whether the text now ends in a space."""
    at, end, _, link, plain = piece
    for found in _ODD.finditer(raw, at, end):
        start, stop = found.span()
        new, code = " ", "spaces"
        if raw[start] == "&":
            size, new = reference(found[0])
            if plain or not size:
                continue
            stop, code = start + size, "entity"
            if new and new in SPACE:
                new = " "
        if start > at:
            spaced = _stand(raw, at, start, link, spaced, parts)
        at = stop
        if new == " ":
            parts.append((start, stop, "" if spaced else " ", code, link))
            spaced = True
        else:
            parts.append((start, stop, new, code, link))
            spaced = spaced and not new
    return _stand(raw, at, end, link, spaced, parts) if at < end else spaced


def _stand(raw: str, at: int, end: int, link: bool, spaced: bool, parts: list[_Part]) -> bool:
    """Add a part that stands, but for a space at its start that follows one; as `_collapse`."""
    if spaced and (lead := _SPACES.match(raw, at, end)):
        parts.append((at, lead.end(), "", "spaces", link))
        at = lead.end()
        if at == end:
            return True
    parts.append((at, end, None, "", link))
    return raw[end - 1] == " "


def _trimmed_parts(raw: str, parts: list[_Part]) -> list[_Part]:
    """Without what shows nothing at either end."""
    first, last = 0, len(parts) - 1
    while first <= last and not _seen(raw, parts[first]).strip(EDGE):
        first += 1
    while first <= last and not _seen(raw, parts[last]).strip(EDGE):
        last -= 1
    if first > last:
        return []
    kept = parts[first : last + 1]
    start, end, new, code, link = kept[0]
    if new is None:
        kept[0] = (end - len(raw[start:end].lstrip(EDGE)), end, new, code, link)
    start, end, new, code, link = kept[-1]
    if new is None:
        kept[-1] = (start, start + len(raw[start:end].rstrip(EDGE)), new, code, link)
    return kept


def _seen(raw: str, part: _Part) -> str:
    start, end, new, _, _ = part
    return raw[start:end] if new is None else new


def _edits(raw: str, parts: list[_Part]) -> Iterator[Edit]:
    """One for each change; what goes in one stretch is one edit."""
    gone, at = -1, -1  # the deletion at hand: from, to
    why = ""
    for start, end, new, code, _ in parts:
        if new == "" and start == at:
            at = end
            why = "markup" if code == "markup" else why
            continue
        if at > gone:
            yield Edit(gone, raw[gone:at], "", why)
            gone = at = -1
        if new == "":
            gone, at, why = start, end, code
        elif new is not None:
            yield Edit(start, raw[start:end], new, code)


def _links(raw: str, parts: list[_Part]) -> float:
    """Share of the characters, spaces aside, that are in links."""
    if len({part[4] for part in parts}) == 1:
        return float(parts[0][4])
    sizes = [(sum(map(len, _seen(raw, part).split())), part[4]) for part in parts]
    return sum(size for size, link in sizes if link) / sum(size for size, _ in sizes)
