"""JSON that a page's scripts write as a string: `JSON.parse("…")`, `__DATA__ = "{\\"…"`, streams of Next.js.

Such a literal is decoded by edits, so that what stands in the JSON has offsets into the page all the same.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from cleaner.edits import Edit, Edits, Locator, apply

# `self.__next_f.push([1,"…"])`: pieces of one text, whose rows are JSON or, behind a `T` and a length, plain
# text. A literal that nothing ends goes to the end, so that each character is read once.
_LITERAL = re.compile(
    r"""(?:(__next_f\s{0,9}\.push\(\s{0,9}\[\s{0,9}1\s{0,9},)|JSON\.parse\("""
    r"""|[\w$\])]\s{0,9}=(?=\s{0,9}["'][{\[]\\?["']))"""
    r"""\s{0,9}(?:"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)|'((?:[^'\\]++|\\.)*+)(?:'|\\?\Z))""",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)",
    re.DOTALL,
)
_TEXT_ROW = re.compile(r"([0-9a-f]{1,6}):T([0-9a-f]{1,7}),")
_NEXT_TEXT_ROW = re.compile(rf"(?<=\n){_TEXT_ROW.pattern}")


class Source(NamedTuple):
    """JSON to read.

    Attributes:
        text: the JSON.
        start: the offset into the page of what gives it.
        edits: what turns the page from there into `text`; none for JSON that is a script itself.
        plain: rows of plain text in it, with the number that stands for each.
    """

    text: str
    start: int = 0
    edits: Edits = ()
    plain: tuple[tuple[str, int, int], ...] = ()


class SourceMap:
    """The page's offsets for those of a source's text."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self.source.edits)

    @cached_property
    def _starts(self) -> list[int]:
        return [edit.start for edit in self.source.edits]

    def to_raw(self, start: int, end: int) -> tuple[int, int, list[Edit]]:
        """Where a part of the text begins and ends in the page, and its edits, counted from its beginning."""
        if not self.source.edits:
            return start + self.source.start, end + self.source.start, []
        first, last = self._locator.to_raw(start), self._locator.to_raw(end, end=True)
        own = self.source.edits[bisect_left(self._starts, first) : bisect_left(self._starts, last)]
        shifted = [edit._replace(start=edit.start - first) for edit in own]
        return first + self.source.start, last + self.source.start, shifted


def string_sources(raw: str, start: int, end: int) -> Iterator[Source]:
    """The JSON in the literals of a script, those of a stream left out."""
    for match in _LITERAL.finditer(raw, start, end):
        if not match[1]:
            group = 2 if match[2] is not None else 3
            yield _decoded(raw, [(match.start(group), match.end(group))])


def stream_source(raw: str, scripts: Sequence[tuple[int, int]]) -> Source | None:
    """The text of a page's stream, from all its scripts; None where there is none."""
    pieces = [
        (match.start(group), match.end(group))
        for start, end in scripts
        for match in _LITERAL.finditer(raw, start, end)
        if match[1] and (group := 2 if match[2] is not None else 3)
    ]
    if not pieces:
        return None
    source = _decoded(raw, pieces)
    return source._replace(plain=tuple(_plain_rows(source.text)))


def _decoded(raw: str, pieces: Sequence[tuple[int, int]]) -> Source:
    """The text of literals one behind the other."""
    offset, at = pieces[0][0], pieces[0][0]
    edits: list[Edit] = []
    for start, end in pieces:
        if start > at:
            edits.append(Edit(at - offset, raw[at:start], "", "markup"))
        edits += (
            Edit(match.start() - offset, match[0], _decoded_escape(match[0]), "entity")
            for match in _ESCAPE.finditer(raw, start, end)
        )
        at = end
    return Source(apply(raw[offset:at], edits), offset, tuple(edits))


def _decoded_escape(escape: str) -> str:
    """The character of an escape sequence of JavaScript."""
    if escape[1] == "x" and len(escape) == 4:
        return chr(int(escape[2:], 16))
    if escape[1:] in ("\n", "\r\n", "\r"):
        return ""
    try:
        char = json.loads(f'"{escape}"')
    except ValueError:
        return escape[1:]
    return char if isinstance(char, str) and not "\ud800" <= char <= "\udfff" else "\ufffd"


def _plain_rows(text: str) -> Iterator[tuple[str, int, int]]:
    """The rows of plain text: number, start and end. Their lengths count bytes of UTF-8."""
    at = 0
    while match := _TEXT_ROW.match(text, at) or _NEXT_TEXT_ROW.search(text, at):
        start, size = match.end(), int(match[2], 16)
        part = text[start : start + size]
        length = len(part.encode("utf-8", "replace")[:size].decode("utf-8", "ignore"))
        yield match[1], start, start + length
        at = start + length
