"""What Markdown puts into a block: backslashes, backticks, links and stars.

Emphasis that Markdown has no signs for, inside a word that ends in a bracket, say, is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from unicodedata import category
from urllib.parse import urljoin, urlsplit

from cleaner.document import Block
from cleaner.output.markdown.structure import Style
from cleaner.reading.open_elements import Element
from cleaner.reading.tokenizer import attributes

LINK_SCHEMES = frozenset(("http", "https", "mailto"))

_BACKTICKS = re.compile("`+")
# What Markdown could read as markup inside a line. A sign with spaces on both sides, an underscore inside a
# word and a `<` before a number mean nothing to it.
_INLINE_MARKUP = re.compile(
    r"\\|`|\*(?=\S)|(?<=\S)\*|(?<![^\W_])_(?=\S)|(?<=\S)_(?![^\W_])|\](?=[(\[:])|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,32};)|(?<=[^\s~])~"
)
# And at its start: a heading, an item, a quote, a fence, a rule; of a number the sign after it is escaped.
_LINE_START_MARKUP = re.compile(
    r"(?:#{1,6}|[-+*])(?=\s|$)|>|~~~|=+\s*$|([-_*])(?:\s*\1){2,}\s*$"
    r"|[0-9]{1,9}(?=[.)](?:\s|$))|\[(?=[ xX]\]\s)"
)
_CLOSING_HASHES = re.compile(r"(?<!\S)#+$")
_BRACKET = re.compile(r"[\[\]]")
# In an address these would end it.
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20()<>\\\"|`\x7f]")

Span = tuple[int, int]


class KeptBlock(NamedTuple):
    """A block that is kept, and the spans of its text that are cut nevertheless."""

    block: Block
    cuts: Sequence[Span]


# By offset in a block's text the signs to put there: those that close what is before, those that open.
Insertions = dict[int, tuple[str, str]]


def escape_markdown(text: str) -> str:
    """A line of text as Markdown that shows it."""
    offsets = {match.start() for match in _INLINE_MARKUP.finditer(text)} | set(_line_start_escapes(text, 0))
    return "".join("\\" * (k in offsets) + char for k, char in enumerate(text))


class _StyledPiece(NamedTuple):
    """A stretch of a block's text that is kept, without spaces at its edges."""

    start: int
    end: int
    style: Style


def block_insertions(
    kept: KeptBlock, styled_runs: Iterable[tuple[int, int, Style]], base: str | None, *, in_cell: bool
) -> Insertions:
    """Brackets, backticks, stars and backslashes. Without a `base` neither links nor emphasis."""
    text, collector = kept.block.text, _MarkupCollector()
    pieces = [
        _StyledPiece(left, right, style if base is not None else style._replace(strong=False, em=False))
        for start, end, style in styled_runs
        for left, right in _uncut_parts(text, (start, end), kept.cuts)
    ]
    code_spans = [(piece.start, piece.end) for piece in pieces if piece.style.code]
    not_escaped = sorted((*kept.cuts, *code_spans))
    collector.escapes |= {
        match.start() for match in _INLINE_MARKUP.finditer(text) if not _is_inside(match.start(), not_escaped)
    }
    for start, end in code_spans:
        collector.add_code(text, start, end)
    _add_links(text, pieces, collector, base, heading=kept.block.heading > 0)
    collector.escapes |= set(_escapes_by_place(kept, collector.opening, in_cell))
    return collector.insertions()


def _escapes_by_place(kept: KeptBlock, opening: Container[int], in_cell: bool) -> Iterator[int]:
    """Where to escape what is markup only in a cell, in a heading, or at the start of a line."""
    text = kept.block.text
    if in_cell:
        yield from (k for k, char in enumerate(text) if char == "|" and not _is_inside(k, kept.cuts))
    elif not kept.block.heading:
        line_start = next((end for start, end in kept.cuts if start == 0), 0)
        if line_start not in opening:
            yield from _line_start_escapes(text, line_start)
    if kept.block.heading and (closing_hashes := _CLOSING_HASHES.search(text)):
        yield closing_hashes.start()


def _add_links(
    text: str, pieces: Sequence[_StyledPiece], collector: _MarkupCollector, base: str | None, *, heading: bool
) -> None:
    """Links, with the emphasis inside them; then the emphasis around them and beside them."""
    outer_pieces: list[_StyledPiece] = []
    for group in _group_adjacent(text, pieces, lambda piece: piece.style.link):
        link = group[0].style.link
        url = _absolute_url(link, base) if link else None
        if url is None:
            outer_pieces += group
            continue
        strong = all(piece.style.strong for piece in group)
        em = all(piece.style.em for piece in group)
        _add_emphasis(text, _without_style(group, strong, em), collector, heading=heading)
        start, end = group[0].start, group[-1].end
        collector.add_link(text, start, end, url, [(one.start, one.end) for one in group if one.style.code])
        outer_pieces.append(_StyledPiece(start, end, group[0].style._replace(strong=strong, em=em)))
    _add_emphasis(text, outer_pieces, collector, heading=heading)


def _without_style(pieces: Sequence[_StyledPiece], strong: bool, em: bool) -> list[_StyledPiece]:
    """The pieces without the emphasis that the whole link has."""
    return [
        piece._replace(
            style=piece.style._replace(strong=piece.style.strong and not strong, em=piece.style.em and not em)
        )
        for piece in pieces
    ]


def _add_emphasis(
    text: str, pieces: Sequence[_StyledPiece], collector: _MarkupCollector, *, heading: bool
) -> None:
    """Two stars around what is strong, and one around what is emphasised, inside it or beside it."""
    for strong in _group_adjacent(text, pieces, lambda piece: piece.style.strong):
        for group in _group_adjacent(text, strong, lambda piece: piece.style.em):
            if group[0].style.em:
                collector.add_stars(text, group[0].start, group[-1].end, "*")
        if strong[0].style.strong and not heading:  # a heading is
            collector.add_stars(text, strong[0].start, strong[-1].end, "**")


def _group_adjacent(
    text: str, pieces: Sequence[_StyledPiece], key: Callable[[_StyledPiece], object]
) -> Iterator[list[_StyledPiece]]:
    """Neighbours with the same key, with nothing but spaces between them."""
    group: list[_StyledPiece] = []
    for piece in pieces:
        if group and (key(group[-1]) is not key(piece) or text[group[-1].end : piece.start].strip()):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


@dataclass
class _MarkupCollector:
    """Signs by the offset in the text that they come before. What is inside is added first."""

    opening: dict[int, str] = field(default_factory=dict)
    closing: dict[int, str] = field(default_factory=dict)
    escapes: set[int] = field(default_factory=set)

    def add_code(self, text: str, start: int, end: int) -> None:
        backticks = "`" * (max(map(len, _BACKTICKS.findall(text[start:end])), default=0) + 1)
        space = " " if text[start] == "`" or text[end - 1] == "`" else ""
        self._enclose(start, end, backticks + space, space + backticks)

    def add_link(self, text: str, start: int, end: int, url: str, code_spans: Sequence[Span]) -> None:
        brackets = (start + match.start() for match in _BRACKET.finditer(text[start:end]))
        self.escapes |= {at for at in brackets if not _is_inside(at, code_spans)}
        self.escapes |= {start - 1} if text[:start].endswith("!") else set()
        self._enclose(start, end, "[", f"]({url})")

    def add_stars(self, text: str, start: int, end: int, stars: str) -> None:
        """Stars, where Markdown reads them as such: none beside others, each flanks what it belongs to."""
        before = self.closing.get(start, "")[-1:] or text[max(start - 1, 0) : start]
        after = (self.opening.get(end, "") or text[end : end + 1])[:1]
        first = (self.opening.get(start, "") or text[start])[:1]
        last = (self.closing.get(end, "") or text[end - 1])[-1:]
        if stars == "**":  # the character that counts is inside an emphasis that begins or ends here
            first = text[start] if self.opening.get(start, "")[:1] == "*" else first
            last = text[end - 1] if self.closing.get(end, "")[-1:] == "*" else last
        if "*" not in (before, after, first, last) and _can_flank(before, first) and _can_flank(after, last):
            self._enclose(start, end, stars, stars)

    def _enclose(self, start: int, end: int, opening: str, closing: str) -> None:
        self.opening[start] = opening + self.opening.get(start, "")
        self.closing[end] = self.closing.get(end, "") + closing

    def insertions(self) -> Insertions:
        """The signs before each offset: those that close, those that open."""
        escapes = dict.fromkeys(self.escapes, "\\")
        for at in [at for at, sign in self.closing.items() if sign == self.opening.get(at) == "`"]:
            del self.closing[at], self.opening[at]  # code beside code, with no star in between, is one
        offsets = sorted({*self.opening, *self.closing, *escapes})
        return {
            at: (self.closing.get(at, ""), self.opening.get(at, "") + escapes.get(at, "")) for at in offsets
        }


def _can_flank(outside: str, inside: str) -> bool:
    """Whether stars between these two belong to what is inside."""
    if not outside or outside.isspace():
        return True
    return _is_punctuation(outside, "P") or not _is_punctuation(inside, "PS")


def _is_punctuation(char: str, categories: str) -> bool:
    return category(char)[0] in categories or (char.isascii() and not char.isalnum() and not char.isspace())


def _line_start_escapes(text: str, first: int) -> Iterator[int]:
    """Where to escape what would begin a heading, an item, a quote, a rule."""
    if match := _LINE_START_MARKUP.match(text, first):
        yield match.end() if match[0].isdigit() else first


def _uncut_parts(text: str, span: Span, cuts: Sequence[Span]) -> Iterator[Span]:
    """What the cuts leave of a stretch, without spaces at its edges."""
    position = span[0]
    first = bisect_right(cuts, position, key=lambda cut: cut[1])
    last = bisect_right(cuts, span[1], key=lambda cut: cut[0])
    for start, end in (*cuts[first:last], (span[1], span[1])):
        part = text[position : min(start, span[1])]
        if part.strip():
            part_start = position + len(part) - len(part.lstrip())
            yield part_start, part_start + len(part.strip())
        position = max(position, end)


def _is_inside(offset: int, spans: Sequence[Span]) -> bool:
    """Whether an offset lies in one of the spans, which ascend."""
    k = bisect_right(spans, offset, key=lambda span: span[0]) - 1
    return k >= 0 and offset < spans[k][1]


def _absolute_url(link: Element, base: str | None) -> str | None:
    """Where a link leads, as a full address; None for other schemes and for places in the page itself."""
    href = attributes(link.tag).get("href", "").strip()
    if base is None or not href or href.startswith("#"):
        return None
    url = join_url(base, href)
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in LINK_SCHEMES or not (parts.netloc or parts.scheme == "mailto"):
        return None
    return _UNSAFE_IN_URL.sub(lambda match: f"%{ord(match[0]):02X}", url)


def join_url(base: str, address: str) -> str:
    """`address` as seen from `base`; as it is where one of the two is no address."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address
