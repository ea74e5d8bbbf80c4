"""HTML or text to blocks: what stands between two breaks, with the edits that make it what a reader sees.

Laws, held by property tests in `tests/test_page.py`:

- blocks ascend and are disjoint, and each stands in the document as it says;
- the text of a block is never blank, holds no line break, and does not begin or end with a space;
- reading takes time in proportion to the length, whatever the page is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cleaner.document import Block, Document
from cleaner.edits import Edit, Edits, compose, shifted
from cleaner.html import REFERENCE, Tokens, attributes, reference, unescape
from cleaner.mend import Mender
from cleaner.tree import Element, Tree, path_of

# Whatever a line may end in: those of `str.splitlines`.
LINE_END = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
# What is no part of a block at its edges: what `str.isspace` says, and characters of no width.
EDGE = "".join(char for char in map(chr, range(0x3001)) if char.isspace()) + "\u200b\ufeff\u200e\u200f\u2060"
# White space that a browser collapses; line ends that it does not know are counted in.
SPACE = f" \t{LINE_END}\x1f"

_LINE = re.compile(f"[^{LINE_END}]+")
_BREAKS = re.compile(f"[{LINE_END}]")
_SPACES = re.compile(f"[{SPACE}]++")
# What differs from the text a reader sees: references, and white space that is not just one space.
_ODD = re.compile(rf" [{SPACE}]++|[{SPACE[1:]}][{SPACE}]*+|{REFERENCE}")
_ODD_HINT = re.compile(f"[&{SPACE[1:]}]|  ")
_REFERENCE = re.compile(REFERENCE)
_PRE_LINE = re.compile(
    rf"(?:[^&{LINE_END}]++|&(?!#(?:0*+1[03](?![0-9])|[xX]0*+[aAdD](?![0-9a-fA-F]))|NewLine;))++"
)


@dataclass(frozen=True)
class Head:
    """What a page declares about itself; the first of each counts.

    Attributes:
        title: the `<title>`.
        meta: `content` of each `<meta>` by its name or property, in lower case.
        canonical: the address it gives as its own.
        language: the `lang` of `<html>`.
        json_ld: the JSON-LD scripts, as they stand.
        base: the address that links start from.
    """

    title: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    canonical: str | None = None
    language: str | None = None
    json_ld: tuple[str, ...] = ()
    base: str | None = None


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


def _mended(blocks: Iterable[Block], mender: Mender) -> Iterator[Block]:
    """A block of which mending leaves nothing becomes part of the gap."""
    for block in blocks:
        edits = mender.line(block.text)
        if edits:
            block = replace(block, edits=_composed(block, edits))
            if not block.text.strip(EDGE):
                continue
        yield block


def _composed(block: Block, then: Edits) -> Edits:
    """The edits of a block (offsets into the document) and edits of its text (offsets into that) as one."""
    return tuple(shifted(compose(tuple(shifted(block.edits, -block.start)), then), block.start))


def read_text(raw: str) -> list[Block]:
    """Every line that is not blank is a block."""
    blocks = []
    for line in _LINE.finditer(raw):
        start, text = _trimmed(raw, line.start(), line.end())
        if text:
            blocks.append(Block(start, text))
    return blocks


def _trimmed(raw: str, start: int, end: int) -> tuple[int, str]:
    """Without what is not visible at the edges: where it starts now, and what is left."""
    text = raw[start:end]
    body = text.lstrip(EDGE)
    return start + len(text) - len(body), body.rstrip(EDGE)


def read_html(raw: str) -> Page:
    """What a browser shows as blocks, and what the head says."""
    reader = _Reader(raw)
    reader.run()
    return Page(tuple(reader.blocks), reader.head.made())


class _Piece(NamedTuple):
    """A stretch of visible text between two tags. `plain`: references are not read in it."""

    start: int
    end: int
    element: Element
    link: bool
    plain: bool


class _Part(NamedTuple):
    """A stretch of a block: as it stands (`new` is None), or replaced."""

    start: int
    end: int
    new: str | None
    code: str
    link: bool


class _Reader:
    """Collects text until it breaks; then it is a block."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.blocks: list[Block] = []
        self.head = _HeadReader()
        self._pieces: list[_Piece] = []
        self._tokens = Tokens(raw)
        self._tree = Tree(self._tokens, self._break)

    def run(self) -> None:
        raw, tree, head = self.raw, self._tree, self.head
        for kind, start, end, name in self._tokens:
            if kind == "text":
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

    def _cdata_end(self, end: int) -> int:
        return end - 3 if self.raw.endswith("]]>", 0, end) else end

    def _raw_text(self, name: str, start: int, end: int) -> None:
        if name == "xmp" or name == "plaintext":
            self._text(start, end, plain=True)
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
            self._pieces.append(_Piece(start, end, tree.top, tree.link, plain))

    def _lines(self, start: int, end: int, plain: bool) -> None:
        """Preformatted text breaks at the ends of its lines."""
        at = start
        for line in (_LINE if plain else _PRE_LINE).finditer(self.raw, start, end):
            if line.start() > at:
                self._break()
            at = line.end()
            self._pieces.append(_Piece(line.start(), at, self._tree.top, self._tree.link, plain))
        if at < end:
            self._break()

    def _break(self) -> None:
        if self._pieces:
            pieces, self._pieces = self._pieces, []
            block = _block(self.raw, pieces)
            if block:
                self.blocks.append(block)


def _block(raw: str, pieces: list[_Piece]) -> Block | None:
    """The pieces between two breaks as one block; None when none of them shows anything."""
    if len(pieces) == 1:
        piece = pieces[0]
        start, text = _trimmed(raw, piece.start, piece.end)
        if not text:
            return None
        if not _is_odd(text, piece):
            return _made(start, text, (), piece.element, float(piece.link))
    shown = [piece for piece in pieces if not piece.element.hidden]
    parts = _parts(raw, shown) or (_parts(raw, pieces) if len(shown) < len(pieces) else [])
    if not parts:
        return None
    start, end = parts[0].start, parts[-1].end
    element = next(piece.element for piece in pieces if piece.end > start)
    return _made(start, raw[start:end], tuple(_edits(raw, parts)), element, _links(raw, parts))


def _is_odd(text: str, piece: _Piece) -> bool:
    if piece.element.pre:
        return not piece.plain and "&" in text
    return _ODD_HINT.search(text) is not None


def _made(start: int, raw: str, edits: Edits, element: Element, links: float) -> Block:
    path = path_of(element)
    return Block(start, raw, edits, path, links, element.heading, element.row, element.hidden)


def _parts(raw: str, pieces: list[_Piece]) -> list[_Part]:
    """What becomes of each stretch, from the first visible character to the last."""
    parts: list[_Part] = []
    spaced = False  # whether the text so far ends in a space
    at = pieces[0].start if pieces else 0
    for piece in pieces:
        if piece.start > at:
            parts.append(_Part(at, piece.start, "", "markup", piece.link))
        at = piece.end
        if piece.element.pre:
            parts += _pre_parts(raw, piece)
        else:
            spaced = _collapse(raw, piece, spaced, parts)
    return _trimmed_parts(raw, parts)


def _pre_parts(raw: str, piece: _Piece) -> Iterator[_Part]:
    """Preformatted: references only."""
    at, end, link = piece.start, piece.end, piece.link
    for found in () if piece.plain else _REFERENCE.finditer(raw, at, end):
        size, char = reference(found[0])
        if not size:
            continue
        start = found.start()
        if start > at:
            yield _Part(at, start, None, "", link)
        at = start + size
        yield _Part(start, at, _BREAKS.sub(" ", char), "entity", link)
    if at < end:
        yield _Part(at, end, None, "", link)


def _collapse(raw: str, piece: _Piece, spaced: bool, parts: list[_Part]) -> bool:
    """Add the parts of one piece; returns whether they end in a space."""
    at, end, _, link, _ = piece
    for start, stop, new, code in _changes(raw, piece):
        if start > at:
            lead = _SPACES.match(raw, at, start) if spaced else None
            if lead:
                parts.append(_Part(at, lead.end(), "", "spaces", link))
                at = lead.end()
            if start > at:
                parts.append(_Part(at, start, None, "", link))
                spaced = raw[start - 1] == " "
        blank = new == " "
        parts.append(_Part(start, stop, "" if blank and spaced else new, code, link))
        spaced = blank or (spaced and not new)
        at = stop
    if at < end:
        lead = _SPACES.match(raw, at, end) if spaced else None
        if lead:
            parts.append(_Part(at, lead.end(), "", "spaces", link))
            at = lead.end()
        if at < end:
            parts.append(_Part(at, end, None, "", link))
            spaced = raw[end - 1] == " "
    return spaced


def _changes(raw: str, piece: _Piece) -> Iterator[tuple[int, int, str, str]]:
    """References and odd white space in a piece: from, to, what comes instead, and why."""
    for found in _ODD.finditer(raw, piece.start, piece.end):
        start, stop = found.span()
        if raw[start] != "&":
            yield start, stop, " ", "spaces"
        elif not piece.plain:
            size, char = reference(found[0])
            if size:
                yield start, start + size, " " if char and char in SPACE else char, "entity"


def _trimmed_parts(raw: str, parts: list[_Part]) -> list[_Part]:
    """Without what shows nothing at either end."""
    first, last = 0, len(parts) - 1
    while first <= last and not _seen(raw, parts[first]).strip(EDGE):
        first += 1
    while first <= last and not _seen(raw, parts[last]).strip(EDGE):
        last -= 1
    kept = parts[first : last + 1]
    if kept and kept[0].new is None:
        text = raw[kept[0].start : kept[0].end]
        kept[0] = kept[0]._replace(start=kept[0].end - len(text.lstrip(EDGE)))
    if kept and kept[-1].new is None:
        text = raw[kept[-1].start : kept[-1].end]
        kept[-1] = kept[-1]._replace(end=kept[-1].start + len(text.rstrip(EDGE)))
    return kept


def _seen(raw: str, part: _Part) -> str:
    return raw[part.start : part.end] if part.new is None else part.new


def _edits(raw: str, parts: list[_Part]) -> Iterator[Edit]:
    """One for each change; what goes in one stretch is one edit."""
    start = end = -1  # of the deletion at hand
    code = ""
    for part in parts:
        if part.new == "" and part.start == end:
            end = part.end
            code = "markup" if "markup" in (code, part.code) else part.code
            continue
        if end > start:
            yield Edit(start, raw[start:end], "", code)
            start = end
        if part.new == "":
            start, end, code = part.start, part.end, part.code
        elif part.new is not None:
            yield Edit(part.start, raw[part.start : part.end], part.new, part.code)


def _links(raw: str, parts: list[_Part]) -> float:
    """Share of the characters, spaces aside, that are in links."""
    inside = outside = 0
    for part in parts:
        size = sum(map(len, _seen(raw, part).split()))
        if part.link:
            inside += size
        else:
            outside += size
    return inside / (inside + outside)


class _HeadReader:
    """Gathers what a page declares, from the tags as they come."""

    tags = frozenset(("base", "html", "link", "meta", "script"))

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._meta: dict[str, str] = {}
        self._json_ld: list[str] = []
        self._is_json_ld = False

    def start(self, name: str, tag: str) -> None:
        if name == "script":
            self._is_json_ld = "ld+json" in tag.lower()
        elif len(tag) > len(name) + 2:
            self._declared(name, attributes(tag))

    def _declared(self, name: str, found: dict[str, str]) -> None:
        if name == "meta":
            for key in ("property", "name", "itemprop"):
                if key in found and "content" in found:
                    self._meta.setdefault(found[key].strip().lower(), found["content"])
        elif name == "html":
            self._keep("language", found.get("lang") or found.get("xml:lang"))
        elif name == "base":
            self._keep("base", found.get("href"))
        elif "canonical" in found.get("rel", "").lower().split():
            self._keep("canonical", found.get("href"))

    def content(self, name: str, text: str) -> None:
        """The text of a title or script."""
        if name == "title":
            self._keep("title", " ".join(unescape(text).split()))
        elif name == "script" and self._is_json_ld:
            self._json_ld.append(text)

    def _keep(self, name: str, value: str | None) -> None:
        if value and value.strip():
            self._found.setdefault(name, value.strip())

    def made(self) -> Head:
        found = self._found
        return Head(
            found.get("title"),
            self._meta,
            found.get("canonical"),
            found.get("language"),
            tuple(self._json_ld),
            found.get("base"),
        )
