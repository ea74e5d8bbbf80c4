"""Markdown from the blocks that stay: what stands between two of them, and what is put into one.

Only signs are added: list markers, fences, brackets, backslashes, and the addresses of links. What a page
says in signs that Markdown would read as markup is escaped.

The structure comes from the elements that the reader saw around each block, read once more; only who asks for
Markdown pays for that. Emphasis that Markdown has no signs for, inside a word that ends in a bracket, say, is
left out; so is nesting below `MAX_DEPTH` levels, and a number that an item gives itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple
from unicodedata import category
from urllib.parse import urljoin, urlsplit

from cleaner.document import Block
from cleaner.reading.elements import BLOCKS, CELLS, Element
from cleaner.reading.page import LINE_END, stretches
from cleaner.reading.tokenizer import attributes, tokens

LISTS, ITEMS = frozenset(("ul", "ol", "dl", "menu", "dir")), frozenset(("li", "dt", "dd"))
STRUCTURE = LISTS | ITEMS | CELLS | {"blockquote", "pre", "table", "thead", "tr"}
BREAKS = BLOCKS | {"br", "hr"}
CODE = frozenset(("code", "kbd", "samp", "tt"))
STRONG, EM = frozenset(("b", "strong")), frozenset(("em", "i"))
SCHEMES = frozenset(("http", "https", "mailto"))
MAX_DEPTH = 40
# Ends a line of a poem or an address, and not the paragraph. Two spaces would too, but nobody sees them.
LINE_BREAK = "\\\n"
# Longer cells hold paragraphs: their table is layout.
CELL_CHARACTERS = 120
# Every row is filled up to the width of its table: a wider one is nothing to read, and might be hostile.
WIDEST = 60

_NAME = re.compile(r"<([a-zA-Z][^\s/>]*)")
_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)")
_TICKS = re.compile("`+")
_BREAK = re.compile(f"\r\n|[{LINE_END}]")
# What Markdown could read as markup inside a line. A sign with spaces on both sides, an underscore inside a
# word and a `<` before a number mean nothing to it.
_SIGN = re.compile(
    r"\\|`|\*(?=\S)|(?<=\S)\*|(?<![^\W_])_(?=\S)|(?<=\S)_(?![^\W_])|\](?=[(\[:])|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,32};)|(?<=[^\s~])~"
)
# And at its start: a heading, an item, a quote, a fence, a rule; of a number the sign behind it counts.
_START = re.compile(
    r"(?:#{1,6}|[-+*])(?=\s|$)|>|~~~|=+\s*$|([-_*])(?:\s*\1){2,}\s*$"
    r"|[0-9]{1,9}(?=[.)](?:\s|$))|\[(?=[ xX]\]\s)"
)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_CLOSING = re.compile(r"(?<!\S)#+$")
_BRACKET = re.compile(r"[\[\]]")
# In an address these would end it.
_UNSAFE = re.compile(r"[\x00-\x20()<>\\\"|`\x7f]")

Span = tuple[int, int]


class Kept(NamedTuple):
    """A block that stays, and the spans of its text that go nevertheless."""

    block: Block
    cuts: Sequence[Span]


# By offset in a block's text the signs to put there: those that close what stands before, those that begin.
Inserts = dict[int, tuple[str, str]]


class Dressed(NamedTuple):
    """What stands before each block that stays and, last, behind them; and what is put into each."""

    seams: list[str]
    inserts: list[Inserts]


def dress(raw: str, kept: Sequence[Kept], url: str | None, links: bool = True) -> Dressed:
    """Markdown's signs for the blocks that stay of the page `raw`, which came from `url`.

    Addresses are made absolute; a link whose address is neither http, https nor mailto is text, as every link
    is without `links`.
    """
    if not kept:
        return Dressed([""], [])
    page = _Page(raw, [one.block for one in kept])
    scenes = [page.scene(one.block) for one in kept]
    cells = dict(_tables(raw, scenes))
    base = _joined(url or "", page.base or "") if links else None
    inserts = [
        {} if scene.pre else _inserts(page, one, k in cells, base)
        for k, (one, scene) in enumerate(zip(kept, scenes, strict=True))
    ]
    return Dressed(list(_Writer(raw, scenes, cells).seams()), inserts)


def escaped(text: str) -> str:
    """A line of text as Markdown that shows it."""
    places = {found.start() for found in _SIGN.finditer(text)} | set(_start(text, 0))
    return "".join("\\" * (k in places) + char for k, char in enumerate(text))


# -- where a block stands


@dataclass(frozen=True, slots=True)
class _Scene:
    """A block with the elements around it that Markdown has signs for, outermost first."""

    block: Block
    chain: tuple[Element, ...]
    element: Element | None

    @property
    def pre(self) -> Element | None:
        """The `pre` it is a line of."""
        return self.inner("pre") if self.block.preformatted else None

    def inner(self, *names: str) -> Element | None:
        """The innermost element of one of these names."""
        return next((one for one in reversed(self.chain) if _name(one) in names), None)


class _Page:
    """The page read again, this time for the elements around its text."""

    def __init__(self, raw: str, blocks: Sequence[Block]) -> None:
        self.raw = raw
        self._read(scripts=True)
        if not all(self._at(block.start) for block in blocks):  # it says it all in `noscript`
            self._read(scripts=False)
        self._chains: dict[int, tuple[Element, ...]] = {}
        self._inline: dict[int, _Style] = {}

    def _read(self, scripts: bool) -> None:
        self._pieces, self.base = stretches(self.raw, scripts)
        self._starts = [piece[0] for piece in self._pieces]

    def _at(self, offset: int) -> bool:
        k = bisect_right(self._starts, offset) - 1
        return k >= 0 and offset < self._pieces[k][1]

    def scene(self, block: Block) -> _Scene:
        """Where a block stands: where its first piece does."""
        k = max(bisect_right(self._starts, block.start) - 1, 0)
        element = self._pieces[k][2] if self._pieces else None
        return _Scene(block, self._chain(element) if element else (), element)

    def _chain(self, element: Element) -> tuple[Element, ...]:
        missing, at = [], element
        while id(at) not in self._chains and at.parent is not None:
            missing.append(at)
            at = at.parent
        chain = self._chains.get(id(at), ())
        for one in reversed(missing):
            coded = bool(chain) and _name(chain[-1]) == "pre"  # where nothing but lines counts
            if _name(one) in STRUCTURE and len(chain) < MAX_DEPTH and not coded:
                chain = (*chain, one)
            self._chains[id(one)] = chain
        return chain

    def runs(self, block: Block) -> Iterator[tuple[int, int, _Style]]:
        """The block's text as stretches of one style, from and to."""
        k = max(bisect_right(self._starts, block.start) - 1, 0)
        run: tuple[int, int, _Style] | None = None
        while k < len(self._pieces) and self._pieces[k][0] < block.end:
            start, end, element, linked, _ = self._pieces[k]
            k += 1
            left, right = block.to_text_span(max(start, block.start), min(max(end, block.start), block.end))
            style = self._style(element)
            style = style if linked else style._replace(link=None)
            if run and run[2] == style:
                run = (run[0], max(right, run[1]), style)
            elif left < right:
                if run:
                    yield run
                run = (max(left, run[1]) if run else left, right, style)
        if run:
            yield run

    def _style(self, element: Element) -> _Style:
        """What the elements around some text make of it."""
        missing, at = [], element
        while id(at) not in self._inline and at.parent is not None:
            missing.append(at)
            at = at.parent
        style = self._inline.get(id(at), _PLAIN)
        for one in reversed(missing):
            name = _name(one)
            if name == "a":
                style = style._replace(link=one)
            elif name in CODE:
                style = style._replace(code=True)
            elif one.name in STRONG and not style.code:  # by its own name: closed out of turn it ends here
                style = style._replace(strong=True)
            elif one.name in EM and not style.code:
                style = style._replace(em=True)
            self._inline[id(one)] = style
        return style


class _Style(NamedTuple):
    """What a stretch of text is: of which link, and whether it is code, strong, emphasised."""

    link: Element | None = None
    code: bool = False
    strong: bool = False
    em: bool = False


_PLAIN = _Style()


def _name(element: Element) -> str:
    """An element that was closed out of turn has lost its name, not its tag."""
    found = None if element.name else _NAME.match(element.tag)
    return found[1].lower() if found else element.name


# -- what stands between blocks


class _Cell(NamedTuple):
    """A block's place in a table: the table, its width, the row, the column; whether the row heads it."""

    table: Element
    width: int
    row: Element
    column: int
    head: bool


def _tables(raw: str, scenes: Sequence[_Scene]) -> Iterator[tuple[int, _Cell]]:
    """The blocks that stand in tables of data."""
    inside: dict[int, list[int]] = defaultdict(list)
    outer: set[int] = set()
    for k, scene in enumerate(scenes):
        tables = [one for one in scene.chain if _name(one) == "table"]
        outer |= {id(one) for one in tables[:-1]}
        if tables:
            inside[id(tables[-1])].append(k)
    for table, members in inside.items():
        if table not in outer:
            yield from _table(raw, scenes, members)


def _table(raw: str, scenes: Sequence[_Scene], members: Sequence[int]) -> Iterator[tuple[int, _Cell]]:
    """The cells of one table; nothing where it is no table of data, or Markdown has no signs for it."""
    while members and scenes[members[0]].inner(*CELLS, "table") is scenes[members[0]].inner("table"):
        members = members[1:]  # its caption
    if not members or members[-1] - members[0] + 1 != len(members):
        return
    if not all(_plain(scenes[k]) for k in members):
        return
    columns = _columns(raw, scenes, members)
    rows = [scenes[k].inner("tr") for k in members]
    width = max(columns) + 1
    if not 2 <= width <= WIDEST or rows[0] is rows[-1]:
        return
    table = scenes[members[0]].inner("table")
    head = all(
        scenes[k].inner("thead") or _name(scenes[k].inner(*CELLS) or scenes[k].chain[-1]) == "th"
        for k, row in zip(members, rows, strict=True)
        if row is rows[0]
    )
    for k, row, column in zip(members, rows, columns, strict=True):
        if table and row:
            yield k, _Cell(table, width, row, column, head and row is rows[0])


def _plain(scene: _Scene) -> bool:
    """Whether it is a short line in a cell of a row."""
    if not scene.chain or _name(scene.chain[-1]) not in CELLS or scene.inner("tr") is None:
        return False
    return not (scene.block.heading or len(scene.block.text) > CELL_CHARACTERS)


def _columns(raw: str, scenes: Sequence[_Scene], members: Sequence[int]) -> list[int]:
    """The column of each block; cells that hold nothing, or nothing that stays, count too, and so do those
    that reach down from a row above."""
    first, columns = members[0], list[int]()
    grids = [_Grid()]  # of the tables that are open, the innermost last
    at = scenes[first - 1].block.end if first else 0
    for k in members:
        start = scenes[k].block.start
        for kind, left, right, name in tokens(raw[at:start]):
            if name == "table" and kind == "start":
                grids.append(_Grid())
            elif name == "table" and kind == "end" and len(grids) > 1:
                grids.pop()
            elif name == "tr" and kind in ("start", "end"):
                grids[-1].row_ends()
            elif name in CELLS and kind == "start":
                grids[-1].cell(raw[at + left : at + right])
        columns.append(grids[-1].column)
        at = scenes[k].block.end
    return columns


class _Grid:
    """Where the next cell of a table stands."""

    def __init__(self) -> None:
        self.column = 0  # of the last cell
        self._next = 0
        self._down: dict[int, int] = {}  # by column: how many rows more a cell reaches down

    def row_ends(self) -> None:
        if self._next:
            self._next = 0
            self._down = {column: rows - 1 for column, rows in self._down.items() if rows > 1}

    def cell(self, tag: str) -> None:
        while self._next in self._down:
            self._next += 1
        self.column, wide, tall = self._next, _spans(tag, "colspan", 20), _spans(tag, "rowspan", 1000)
        self._next += wide
        if tall > 1 and self.column <= WIDEST:
            # the rows of this one, which ends once before the next begins
            self._down |= dict.fromkeys(range(self.column, self._next), tall)


def _spans(tag: str, name: str, most: int) -> int:
    """How many columns or rows a cell covers; more than a few are a mistake or a rule across the table."""
    given = attributes(tag).get(name, "").strip()
    return min(int(given), most) if _NUMBER.fullmatch(given) and given.lstrip("0") else 1


@dataclass
class _Writer:
    """Writes the seams, in order: knows which items have begun and how far their text is indented."""

    raw: str
    scenes: Sequence[_Scene]
    cells: Mapping[int, _Cell]
    _widths: dict[int, int] = field(default_factory=dict)  # of the markers of the items that have begun
    _counts: Counter[int] = field(default_factory=Counter)  # of the items of each list
    _other: dict[int, bool] = field(default_factory=dict)  # lists that take the other marker

    def seams(self) -> Iterator[str]:
        before: _Scene | None = None
        for k, scene in enumerate(self.scenes):
            yield self._within(k) or self._closed(k - 1) + self._opened(k, before)
            before = scene
        yield self._closed(len(self.scenes) - 1)

    def _within(self, k: int) -> str:
        """Between two lines of code, or two blocks of a table; "" between others."""
        if not k:
            return ""
        before, scene = self.scenes[k - 1 : k + 1]
        if scene.pre and scene.pre is before.pre:
            gap = self.raw[before.block.end : scene.block.start]
            prefix = self._prefix(scene)
            blank = ("\n" + prefix.rstrip()) * (max(len(_BREAK.findall(gap)), 1) - 1)
            return f"{blank}\n{prefix}{indent(self.raw, scene.block.start)}"
        here, there = self.cells.get(k), self.cells.get(k - 1)
        if here is None or there is None or here.table is not there.table:
            return self._beside(before, scene)
        if here.row is not there.row:
            line = "\n" + self._prefix(scene)
            rule = line + _rule(here.width) if there.head else ""
            return _end(there) + rule + line + _from(0, here.column)
        return "<br>" if here.column == there.column else " " + _from(there.column + 1, here.column)

    def _beside(self, before: _Scene, scene: _Scene) -> str:
        """Short cells of a row that is in no table of data stand on one line, as in plain text."""
        row, cells = scene.inner("tr"), (before.inner(*CELLS), scene.inner(*CELLS))
        if row is None or row is not before.inner("tr") or None in cells or cells[0] is cells[1]:
            return ""
        both = (before, scene)
        short = all(len(one.block.text) <= CELL_CHARACTERS and not one.block.heading for one in both)
        bare = all(_name(one.chain[-1]) in CELLS for one in both)
        return " | " if short and bare else ""

    def _closed(self, k: int) -> str:
        """What ends the code or the table that a block stands in."""
        if k < 0:
            return ""
        scene = self.scenes[k]
        if scene.pre:
            return "\n" + self._prefix(scene) + self._fence(scene.pre)
        cell = self.cells.get(k)
        return _end(cell) if cell else ""

    def _opened(self, k: int, before: _Scene | None) -> str:
        """The break before a block, and what begins with it."""
        scene = self.scenes[k]
        if before and self._goes_on(before, scene):
            return LINE_BREAK + self._prefix(scene)
        start = self._break(before, scene) if before else ""
        start += self._prefix(scene, before)
        line = "\n" + self._prefix(scene)
        if scene.pre:
            fence = self._fence(scene.pre) + _language(scene)
            return start + fence + line + indent(self.raw, scene.block.start)
        cell = self.cells.get(k)
        if cell:
            head = "" if cell.head else "|" + "  |" * cell.width + line + _rule(cell.width) + line
            return start + head + _from(0, cell.column)
        return start + ("#" * scene.block.heading + " " if scene.block.heading else "")

    def _goes_on(self, before: _Scene, scene: _Scene) -> bool:
        """Whether a block is the next line of the same paragraph: a single `br` stands between the two."""
        if before.block.path != scene.block.path or scene.block.heading or scene.pre:
            return False
        gap = self.raw[before.block.end : scene.block.start]
        breaks = [name for kind, _, _, name in tokens(gap) if kind in ("start", "end") and name in BREAKS]
        return breaks == ["br"] and any(map(str.isalpha, scene.block.text))  # not `--- | ---`

    def _break(self, before: _Scene, scene: _Scene) -> str:
        """One line end between the items of a list, else a blank line, inside the quotes both stand in."""
        shared = [
            one
            for one, _ in takewhile(
                lambda pair: pair[0] is pair[1], zip(scene.chain, before.chain, strict=False)
            )
        ]
        begins = any(id(item) not in self._widths for item, _ in _items(scene.chain))
        lists = {id(one) for _, one in _items(before.chain)}
        if begins and any(id(one) in lists for _, one in _items(scene.chain)):
            return "\n"
        return "\n" + self._signs(shared).rstrip() + "\n"

    def _prefix(self, scene: _Scene, before: _Scene | None = None) -> str:
        """What stands before a line of a block; before its first line with the markers of new items."""
        for depth, (item, of) in enumerate(_items(scene.chain)):
            if id(item) not in self._widths:
                self._begin(of, depth, before)
                marker = self._marker(of)
                self._widths[id(item)] = len(marker)
                rest = scene.chain[scene.chain.index(item) + 1 :]
                return (
                    self._signs(scene.chain[: scene.chain.index(item)])
                    + marker
                    + self._inner(scene, rest, before)
                )
        return self._signs(scene.chain)

    def _inner(self, scene: _Scene, rest: Sequence[Element], before: _Scene | None) -> str:
        """The prefix behind the marker of a new item: all items further in are new too."""
        out = ""
        for one in rest:
            if _name(one) in ITEMS:
                of = next(lst for item, lst in _items(scene.chain) if item is one)
                marker = self._marker(of)
                self._widths[id(one)] = len(marker)
                out += marker
            elif _name(one) == "blockquote":
                out += "> "
        return out

    def _signs(self, chain: Sequence[Element]) -> str:
        """The prefix of a line in items that have begun."""
        signs = ("> " if _name(one) == "blockquote" else " " * self._widths.get(id(one), 0) for one in chain)
        return "".join(signs)

    def _begin(self, of: Element, depth: int, before: _Scene | None) -> None:
        """A list right behind another of its kind would go on with it: it takes the other marker."""
        if id(of) in self._counts or before is None:
            return
        items = _items(before.chain)
        if depth < len(items) and items[depth][1] is not of:
            last = items[depth][1]
            same = (_name(last) == "ol") == (_name(of) == "ol")
            self._other[id(of)] = same and not self._other.get(id(last), False)

    def _marker(self, of: Element) -> str:
        if id(of) not in self._counts:
            start = attributes(of.tag).get("start", "").strip() if _name(of) == "ol" else ""
            self._counts[id(of)] = int(start) - 1 if _NUMBER.fullmatch(start) else 0
        self._counts[id(of)] += 1
        other = self._other.get(id(of), False)
        if _name(of) == "ol":
            return f"{self._counts[id(of)]}{')' if other else '.'} "
        return "* " if other else "- "

    def _fence(self, pre: Element) -> str:
        """Longer than any row of backticks in the code."""
        return "`" * max(3, self._ticks.get(id(pre), 0) + 1)

    def __post_init__(self) -> None:
        self._ticks: dict[int, int] = {}
        for scene in self.scenes:
            if scene.pre:
                longest = max(map(len, _TICKS.findall(scene.block.text)), default=0)
                self._ticks[id(scene.pre)] = max(longest, self._ticks.get(id(scene.pre), 0))


def _items(chain: Sequence[Element]) -> list[tuple[Element, Element]]:
    """The items around a block, outermost first, each with its list."""
    found: list[tuple[Element, Element]] = []
    last: Element | None = None
    for one in chain:
        name = _name(one)
        if name in LISTS:
            last = one
        elif name in ITEMS:
            found.append((one, last or one.parent or one))
            last = None
    return found


def _from(column: int, to: int) -> str:
    """From the beginning of one column to that of another in a row."""
    return "|" + "  |" * (to - column) + " "


def _end(cell: _Cell) -> str:
    """The end of a row behind its last block."""
    return " |" + "  |" * (cell.width - 1 - cell.column)


def _rule(width: int) -> str:
    return "|" + " --- |" * width


def indent(raw: str, at: int) -> str:
    """The spaces and tabs that stand before offset `at`, as far as the line goes."""
    start = at
    while start > 0 and raw[start - 1] in " \t\u3000":
        start -= 1
    return raw[start:at]


def _language(scene: _Scene) -> str:
    """The language of code, where a class of its `pre` or its `code` says it."""
    at = scene.element
    while at is not None:
        if _name(at) in ("code", "pre") and (found := _LANGUAGE.search(attributes(at.tag).get("class", ""))):
            return found[1]
        at = None if at is scene.pre else at.parent
    return ""


# -- what is put into a block


class _Piece(NamedTuple):
    """A stretch of a block's text that stays, without spaces at its edges."""

    start: int
    end: int
    style: _Style


def _inserts(page: _Page, one: Kept, cell: bool, base: str | None) -> Inserts:
    """Brackets, backticks, stars and backslashes."""
    text, signs = one.block.text, _Signs()
    pieces = [
        _Piece(left, right, style if base is not None else style._replace(strong=False, em=False))
        for start, end, style in page.runs(one.block)
        for left, right in _parts(text, (start, end), one.cuts)
    ]
    coded = [(piece.start, piece.end) for piece in pieces if piece.style.code]
    away = sorted((*one.cuts, *coded))
    signs.escapes |= {found.start() for found in _SIGN.finditer(text) if not _inside(found.start(), away)}
    for piece in pieces:
        if piece.style.code:
            signs.code(text, piece.start, piece.end)
    _dress_links(text, pieces, signs, base, heading=one.block.heading > 0)
    first = next((end for start, end in one.cuts if start == 0), 0)
    if not (cell or one.block.heading or first in signs.opening):
        signs.escapes |= set(_start(text, first))
    if cell:
        signs.escapes |= {k for k, char in enumerate(text) if char == "|" and not _inside(k, one.cuts)}
    if one.block.heading and (closing := _CLOSING.search(text)):
        signs.escapes.add(closing.start())
    return signs.made()


def _dress_links(
    text: str, pieces: Sequence[_Piece], signs: _Signs, base: str | None, *, heading: bool
) -> None:
    """Links, with the emphasis inside them; then the emphasis around them and beside them."""
    outer: list[_Piece] = []
    for group in _grouped(text, pieces, lambda piece: piece.style.link):
        start, end, style = group[0].start, group[-1].end, group[0].style
        url = _address(style.link, base) if style.link else None
        if url is None:
            outer += group
            continue
        strong = all(piece.style.strong for piece in group)
        em = all(piece.style.em for piece in group)
        inner = [
            piece._replace(
                style=piece.style._replace(
                    strong=piece.style.strong and not strong, em=piece.style.em and not em
                )
            )
            for piece in group
        ]
        _emphasise(text, inner, signs, heading=heading)
        signs.link(text, start, end, url, [(one.start, one.end) for one in group if one.style.code])
        outer.append(_Piece(start, end, style._replace(strong=strong, em=em)))
    _emphasise(text, outer, signs, heading=heading)


def _emphasise(text: str, pieces: Sequence[_Piece], signs: _Signs, *, heading: bool) -> None:
    """Stars around what is strong, and inside and beside that around what is emphasised."""
    for strong in _grouped(text, pieces, lambda piece: piece.style.strong):
        for group in _grouped(text, strong, lambda piece: piece.style.em):
            if group[0].style.em:
                signs.stars(text, group[0].start, group[-1].end, "*")
        if strong[0].style.strong and not heading:  # a heading is
            signs.stars(text, strong[0].start, strong[-1].end, "**")


def _grouped(text: str, pieces: Sequence[_Piece], key: Callable[[_Piece], object]) -> Iterator[list[_Piece]]:
    """Neighbours of one kind, with nothing but spaces between them."""
    group: list[_Piece] = []
    for piece in pieces:
        if group and (key(group[-1]) is not key(piece) or text[group[-1].end : piece.start].strip()):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


@dataclass
class _Signs:
    """Signs by the offset in the text that they come before. What is inside comes first."""

    opening: dict[int, str] = field(default_factory=dict)
    closing: dict[int, str] = field(default_factory=dict)
    escapes: set[int] = field(default_factory=set)

    def code(self, text: str, start: int, end: int) -> None:
        ticks = "`" * (max(map(len, _TICKS.findall(text[start:end])), default=0) + 1)
        space = " " if text[start] == "`" or text[end - 1] == "`" else ""
        self._around(start, end, ticks + space, space + ticks)

    def link(self, text: str, start: int, end: int, url: str, coded: Sequence[Span]) -> None:
        brackets = (start + found.start() for found in _BRACKET.finditer(text[start:end]))
        self.escapes |= {at for at in brackets if not _inside(at, coded)}
        self.escapes |= {start - 1} if text[:start].endswith("!") else set()
        self._around(start, end, "[", f"]({url})")

    def stars(self, text: str, start: int, end: int, stars: str) -> None:
        """Stars that Markdown reads as such: none next to others, and each flanks what it belongs to."""
        before = self.closing.get(start, "")[-1:] or text[max(start - 1, 0) : start]
        behind = (self.opening.get(end, "") or text[end : end + 1])[:1]
        first = (self.opening.get(start, "") or text[start])[:1]
        last = (self.closing.get(end, "") or text[end - 1])[-1:]
        if stars == "**":  # what counts stands behind the stars of an emphasis that begins or ends with it
            first = text[start] if self.opening.get(start, "")[:1] == "*" else first
            last = text[end - 1] if self.closing.get(end, "")[-1:] == "*" else last
        if "*" not in (before, behind, first, last) and _flanks(before, first) and _flanks(behind, last):
            self._around(start, end, stars, stars)

    def _around(self, start: int, end: int, opening: str, closing: str) -> None:
        self.opening[start] = opening + self.opening.get(start, "")
        self.closing[end] = self.closing.get(end, "") + closing

    def made(self) -> Inserts:
        """What comes before each offset: what closes, what opens."""
        escapes = dict.fromkeys(self.escapes, "\\")
        for at in [at for at, sign in self.closing.items() if sign == self.opening.get(at) == "`"]:
            del self.closing[at], self.opening[at]  # code beside code, with no star in between, is one
        places = sorted({*self.opening, *self.closing, *escapes})
        return {
            at: (self.closing.get(at, ""), self.opening.get(at, "") + escapes.get(at, "")) for at in places
        }


def _flanks(outside: str, inside: str) -> bool:
    """Whether stars between these two belong to what is inside."""
    if not outside or outside.isspace():
        return True
    return _is_sign(outside, "P") or not _is_sign(inside, "PS")


def _is_sign(char: str, kinds: str) -> bool:
    return category(char)[0] in kinds or (char.isascii() and not char.isalnum() and not char.isspace())


def _start(text: str, first: int) -> Iterator[int]:
    """Where to escape what would begin a heading, an item, a quote, a rule."""
    if found := _START.match(text, first):
        yield found.end() if found[0].isdigit() else first


def _parts(text: str, span: Span, cuts: Sequence[Span]) -> Iterator[Span]:
    """What the cuts leave of a stretch, without spaces at its edges."""
    at = span[0]
    first = bisect_right(cuts, at, key=lambda cut: cut[1])
    last = bisect_right(cuts, span[1], key=lambda cut: cut[0])
    for start, end in (*cuts[first:last], (span[1], span[1])):
        part = text[at : min(start, span[1])]
        if part.strip():
            left = at + len(part) - len(part.lstrip())
            yield left, left + len(part.strip())
        at = max(at, end)


def _inside(at: int, spans: Sequence[Span]) -> bool:
    """Whether an offset lies in one of the spans, which ascend."""
    k = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return k >= 0 and at < spans[k][1]


def _address(link: Element, base: str | None) -> str | None:
    """Where a link leads, in full; None where that is no address to follow, or a place in the page itself."""
    given = attributes(link.tag).get("href", "").strip()
    if base is None or not given or given.startswith("#"):
        return None
    url = _joined(base, given)
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in SCHEMES or not (parts.netloc or parts.scheme == "mailto"):
        return None
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", url)


def _joined(base: str, given: str) -> str:
    """`given` as seen from `base`; as it is where one of them is no address."""
    try:
        return urljoin(base, given)
    except ValueError:
        return given
