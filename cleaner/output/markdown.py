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
from cleaner.reading.elements import BLOCK_ELEMENTS, TABLE_CELLS, Element
from cleaner.reading.page import LINE_END_CHARS, visible_text_pieces
from cleaner.reading.tokenizer import attributes, tokens

LIST_TAGS, ITEM_TAGS = frozenset(("ul", "ol", "dl", "menu", "dir")), frozenset(("li", "dt", "dd"))
STRUCTURE_TAGS = LIST_TAGS | ITEM_TAGS | TABLE_CELLS | {"blockquote", "pre", "table", "thead", "tr"}
BREAK_TAGS = BLOCK_ELEMENTS | {"br", "hr"}
CODE_TAGS = frozenset(("code", "kbd", "samp", "tt"))
STRONG_TAGS, EM_TAGS = frozenset(("b", "strong")), frozenset(("em", "i"))
LINK_SCHEMES = frozenset(("http", "https", "mailto"))
MAX_DEPTH = 40
# Ends a line of a poem or an address, and not the paragraph. Two spaces would too, but nobody sees them.
HARD_LINE_BREAK = "\\\n"
# Longer cells hold paragraphs: their table is layout.
MAX_CELL_CHARS = 120
# Every row is filled up to the width of its table: a wider one is nothing to read, and might be hostile.
MAX_TABLE_COLUMNS = 60

_TAG_NAME = re.compile(r"<([a-zA-Z][^\s/>]*)")
_LANGUAGE_CLASS = re.compile(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)")
_BACKTICKS = re.compile("`+")
_ANY_LINE_END = re.compile(f"\r\n|[{LINE_END_CHARS}]")
# What Markdown could read as markup inside a line. A sign with spaces on both sides, an underscore inside a
# word and a `<` before a number mean nothing to it.
_INLINE_MARKUP = re.compile(
    r"\\|`|\*(?=\S)|(?<=\S)\*|(?<![^\W_])_(?=\S)|(?<=\S)_(?![^\W_])|\](?=[(\[:])|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,32};)|(?<=[^\s~])~"
)
# And at its start: a heading, an item, a quote, a fence, a rule; of a number the sign behind it counts.
_LINE_START_MARKUP = re.compile(
    r"(?:#{1,6}|[-+*])(?=\s|$)|>|~~~|=+\s*$|([-_*])(?:\s*\1){2,}\s*$"
    r"|[0-9]{1,9}(?=[.)](?:\s|$))|\[(?=[ xX]\]\s)"
)
_SHORT_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_CLOSING_HASHES = re.compile(r"(?<!\S)#+$")
_BRACKET = re.compile(r"[\[\]]")
# In an address these would end it.
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20()<>\\\"|`\x7f]")

Span = tuple[int, int]


class KeptBlock(NamedTuple):
    """A block that stays, and the spans of its text that go nevertheless."""

    block: Block
    cuts: Sequence[Span]


# By offset in a block's text the signs to put there: those that close what stands before, those that begin.
Insertions = dict[int, tuple[str, str]]


class MarkdownParts(NamedTuple):
    """What stands before each block that stays and, last, behind them; and what is put into each."""

    separators: list[str]
    insertions: list[Insertions]


def render_markdown(
    raw: str, kept: Sequence[KeptBlock], url: str | None, links: bool = True
) -> MarkdownParts:
    """Markdown's signs for the blocks that stay of the page `raw`, which came from `url`.

    Addresses are made absolute; a link whose address is neither http, https nor mailto is text, as every link
    is without `links`.
    """
    if not kept:
        return MarkdownParts([""], [])
    elements = _PageElements(raw, [one.block for one in kept])
    contexts = [elements.context_of(block.block) for block in kept]
    cells = dict(_data_table_cells(raw, contexts))
    base = _join_url(url or "", elements.base or "") if links else None
    insertions = [
        {} if scene.pre_element else _block_insertions(elements, one, k in cells, base)
        for k, (one, scene) in enumerate(zip(kept, contexts, strict=True))
    ]
    return MarkdownParts(list(_SeparatorWriter(raw, contexts, cells).separators()), insertions)


def escape_markdown(text: str) -> str:
    """A line of text as Markdown that shows it."""
    offsets = {match.start() for match in _INLINE_MARKUP.finditer(text)} | set(_line_start_escapes(text, 0))
    return "".join("\\" * (k in offsets) + char for k, char in enumerate(text))


# -- where a block stands


@dataclass(frozen=True, slots=True)
class _BlockContext:
    """A block with the elements around it that Markdown has signs for, outermost first."""

    block: Block
    ancestors: tuple[Element, ...]
    element: Element | None

    @property
    def pre_element(self) -> Element | None:
        """The `pre` it is a line of."""
        return self.innermost("pre") if self.block.preformatted else None

    def innermost(self, *names: str) -> Element | None:
        """The innermost element of one of these names."""
        return next((one for one in reversed(self.ancestors) if _tag_name(one) in names), None)


class _PageElements:
    """The page read again, this time for the elements around its text."""

    def __init__(self, raw: str, blocks: Sequence[Block]) -> None:
        self.raw = raw
        self._collect_pieces(scripts=True)
        if not all(self._has_text_at(block.start) for block in blocks):  # it says it all in `noscript`
            self._collect_pieces(scripts=False)
        self._ancestors_by_id: dict[int, tuple[Element, ...]] = {}
        self._style_by_id: dict[int, _Style] = {}

    def _collect_pieces(self, scripts: bool) -> None:
        self._pieces, self.base = visible_text_pieces(self.raw, scripts)
        self._starts = [piece[0] for piece in self._pieces]

    def _has_text_at(self, offset: int) -> bool:
        k = bisect_right(self._starts, offset) - 1
        return k >= 0 and offset < self._pieces[k][1]

    def context_of(self, block: Block) -> _BlockContext:
        """Where a block stands: where its first piece does."""
        k = max(bisect_right(self._starts, block.start) - 1, 0)
        element = self._pieces[k][2] if self._pieces else None
        return _BlockContext(block, self._structure_ancestors(element) if element else (), element)

    def _structure_ancestors(self, element: Element) -> tuple[Element, ...]:
        missing, ancestor = [], element
        while id(ancestor) not in self._ancestors_by_id and ancestor.parent is not None:
            missing.append(ancestor)
            ancestor = ancestor.parent
        ancestors = self._ancestors_by_id.get(id(ancestor), ())
        for one in reversed(missing):
            inside_code = (
                bool(ancestors) and _tag_name(ancestors[-1]) == "pre"
            )  # where nothing but lines counts
            if _tag_name(one) in STRUCTURE_TAGS and len(ancestors) < MAX_DEPTH and not inside_code:
                ancestors = (*ancestors, one)
            self._ancestors_by_id[id(one)] = ancestors
        return ancestors

    def styled_runs(self, block: Block) -> Iterator[tuple[int, int, _Style]]:
        """The block's text as stretches of one style, from and to."""
        k = max(bisect_right(self._starts, block.start) - 1, 0)
        run: tuple[int, int, _Style] | None = None
        while k < len(self._pieces) and self._pieces[k][0] < block.end:
            start, end, element, is_linked, _ = self._pieces[k]
            k += 1
            text_start, text_end = block.to_text_span(
                max(start, block.start), min(max(end, block.start), block.end)
            )
            style = self._style(element)
            style = style if is_linked else style._replace(link=None)
            if run and run[2] == style:
                run = (run[0], max(text_end, run[1]), style)
            elif text_start < text_end:
                if run:
                    yield run
                run = (max(text_start, run[1]) if run else text_start, text_end, style)
        if run:
            yield run

    def _style(self, element: Element) -> _Style:
        """What the elements around some text make of it."""
        missing, ancestor = [], element
        while id(ancestor) not in self._style_by_id and ancestor.parent is not None:
            missing.append(ancestor)
            ancestor = ancestor.parent
        style = self._style_by_id.get(id(ancestor), _NO_STYLE)
        for one in reversed(missing):
            name = _tag_name(one)
            if name == "a":
                style = style._replace(link=one)
            elif name in CODE_TAGS:
                style = style._replace(code=True)
            elif (
                one.name in STRONG_TAGS and not style.code
            ):  # by its own name: closed out of turn it ends here
                style = style._replace(strong=True)
            elif one.name in EM_TAGS and not style.code:
                style = style._replace(em=True)
            self._style_by_id[id(one)] = style
        return style


class _Style(NamedTuple):
    """What a stretch of text is: of which link, and whether it is code, strong, emphasised."""

    link: Element | None = None
    code: bool = False
    strong: bool = False
    em: bool = False


_NO_STYLE = _Style()


def _tag_name(element: Element) -> str:
    """An element that was closed out of turn has lost its name, not its tag."""
    match = None if element.name else _TAG_NAME.match(element.tag)
    return match[1].lower() if match else element.name


# -- what stands between blocks


class _TableCell(NamedTuple):
    """A block's place in a table: the table, its width, the row, the column; whether the row heads it."""

    table: Element
    n_columns: int
    row: Element
    column: int
    is_header: bool


def _data_table_cells(raw: str, contexts: Sequence[_BlockContext]) -> Iterator[tuple[int, _TableCell]]:
    """The blocks that stand in tables of data."""
    members_by_table: dict[int, list[int]] = defaultdict(list)
    outer_tables: set[int] = set()
    for k, scene in enumerate(contexts):
        tables = [one for one in scene.ancestors if _tag_name(one) == "table"]
        outer_tables |= {id(one) for one in tables[:-1]}
        if tables:
            members_by_table[id(tables[-1])].append(k)
    for table, members in members_by_table.items():
        if table not in outer_tables:
            yield from _cells_of_table(raw, contexts, members)


def _cells_of_table(
    raw: str, contexts: Sequence[_BlockContext], members: Sequence[int]
) -> Iterator[tuple[int, _TableCell]]:
    """The cells of one table; nothing where it is no table of data, or Markdown has no signs for it."""
    while members and contexts[members[0]].innermost(*TABLE_CELLS, "table") is contexts[members[0]].innermost(
        "table"
    ):
        members = members[1:]  # its caption
    if not members or members[-1] - members[0] + 1 != len(members):
        return
    if not all(_is_short_cell_line(contexts[k]) for k in members):
        return
    columns = _column_of_each(raw, contexts, members)
    rows = [contexts[k].innermost("tr") for k in members]
    n_columns = max(columns) + 1
    if not 2 <= n_columns <= MAX_TABLE_COLUMNS or rows[0] is rows[-1]:
        return
    table = contexts[members[0]].innermost("table")
    has_header = all(
        contexts[k].innermost("thead")
        or _tag_name(contexts[k].innermost(*TABLE_CELLS) or contexts[k].ancestors[-1]) == "th"
        for k, row in zip(members, rows, strict=True)
        if row is rows[0]
    )
    for k, row, column in zip(members, rows, columns, strict=True):
        if table and row:
            yield k, _TableCell(table, n_columns, row, column, has_header and row is rows[0])


def _is_short_cell_line(context: _BlockContext) -> bool:
    """Whether it is a short line in a cell of a row."""
    if (
        not context.ancestors
        or _tag_name(context.ancestors[-1]) not in TABLE_CELLS
        or context.innermost("tr") is None
    ):
        return False
    return not (context.block.heading or len(context.block.text) > MAX_CELL_CHARS)


def _column_of_each(raw: str, contexts: Sequence[_BlockContext], members: Sequence[int]) -> list[int]:
    """The column of each block; cells that hold nothing, or nothing that stays, count too, and so do those
    that reach down from a row above."""
    first, columns = members[0], list[int]()
    counters = [_ColumnCounter()]  # of the tables that are open, the innermost last
    gap_start = contexts[first - 1].block.end if first else 0
    for k in members:
        start = contexts[k].block.start
        for token_type, tag_start, tag_end, name in tokens(raw[gap_start:start]):
            if name == "table" and token_type == "start":
                counters.append(_ColumnCounter())
            elif name == "table" and token_type == "end" and len(counters) > 1:
                counters.pop()
            elif name == "tr" and token_type in ("start", "end"):
                counters[-1].end_row()
            elif name in TABLE_CELLS and token_type == "start":
                counters[-1].add_cell(raw[gap_start + tag_start : gap_start + tag_end])
        columns.append(counters[-1].last_column)
        gap_start = contexts[k].block.end
    return columns


class _ColumnCounter:
    """Where the next cell of a table stands."""

    def __init__(self) -> None:
        self.last_column = 0  # of the last cell
        self._next_column = 0
        self._rows_left_by_column: dict[int, int] = {}  # by column: how many rows more a cell reaches down

    def end_row(self) -> None:
        if self._next_column:
            self._next_column = 0
            self._rows_left_by_column = {
                column: rows - 1 for column, rows in self._rows_left_by_column.items() if rows > 1
            }

    def add_cell(self, tag: str) -> None:
        while self._next_column in self._rows_left_by_column:
            self._next_column += 1
        self.last_column, n_columns, n_rows = (
            self._next_column,
            _span_count(tag, "colspan", 20),
            _span_count(tag, "rowspan", 1000),
        )
        self._next_column += n_columns
        if n_rows > 1 and self.last_column <= MAX_TABLE_COLUMNS:
            # the rows of this one, which ends once before the next begins
            self._rows_left_by_column |= dict.fromkeys(range(self.last_column, self._next_column), n_rows)


def _span_count(tag: str, name: str, limit: int) -> int:
    """How many columns or rows a cell covers; more than a few are a mistake or a rule across the table."""
    value = attributes(tag).get(name, "").strip()
    return min(int(value), limit) if _SHORT_NUMBER.fullmatch(value) and value.lstrip("0") else 1


@dataclass
class _SeparatorWriter:
    """Writes the seams, in order: knows which items have begun and how far their text is indented."""

    raw: str
    contexts: Sequence[_BlockContext]
    cells: Mapping[int, _TableCell]
    _marker_widths: dict[int, int] = field(
        default_factory=dict
    )  # of the markers of the items that have begun
    _item_counts: Counter[int] = field(default_factory=Counter)  # of the items of each list
    _takes_other_marker: dict[int, bool] = field(default_factory=dict)  # lists that take the other marker

    def separators(self) -> Iterator[str]:
        previous: _BlockContext | None = None
        for k, context in enumerate(self.contexts):
            yield self._inside_code_or_table(k) or self._block_end(k - 1) + self._block_start(k, previous)
            previous = context
        yield self._block_end(len(self.contexts) - 1)

    def _inside_code_or_table(self, k: int) -> str:
        """Between two lines of code, or two blocks of a table; "" between others."""
        if not k:
            return ""
        previous, context = self.contexts[k - 1 : k + 1]
        if context.pre_element and context.pre_element is previous.pre_element:
            gap = self.raw[previous.block.end : context.block.start]
            prefix = self._line_prefix(context)
            blank_lines = ("\n" + prefix.rstrip()) * (max(len(_ANY_LINE_END.findall(gap)), 1) - 1)
            return f"{blank_lines}\n{prefix}{indentation_before(self.raw, context.block.start)}"
        cell, previous_cell = self.cells.get(k), self.cells.get(k - 1)
        if cell is None or previous_cell is None or cell.table is not previous_cell.table:
            return self._cell_separator(previous, context)
        if cell.row is not previous_cell.row:
            line = "\n" + self._line_prefix(context)
            rule = line + _header_rule(cell.n_columns) if previous_cell.is_header else ""
            return _row_end(previous_cell) + rule + line + _row_start(0, cell.column)
        return (
            "<br>"
            if cell.column == previous_cell.column
            else " " + _row_start(previous_cell.column + 1, cell.column)
        )

    def _cell_separator(self, previous: _BlockContext, context: _BlockContext) -> str:
        """Short cells of a row that is in no table of data stand on one line, as in plain text."""
        row, cells = (
            context.innermost("tr"),
            (previous.innermost(*TABLE_CELLS), context.innermost(*TABLE_CELLS)),
        )
        if row is None or row is not previous.innermost("tr") or None in cells or cells[0] is cells[1]:
            return ""
        both = (previous, context)
        are_short = all(len(one.block.text) <= MAX_CELL_CHARS and not one.block.heading for one in both)
        are_bare = all(_tag_name(one.ancestors[-1]) in TABLE_CELLS for one in both)
        return " | " if are_short and are_bare else ""

    def _block_end(self, k: int) -> str:
        """What ends the code or the table that a block stands in."""
        if k < 0:
            return ""
        context = self.contexts[k]
        if context.pre_element:
            return "\n" + self._line_prefix(context) + self._fence(context.pre_element)
        cell = self.cells.get(k)
        return _row_end(cell) if cell else ""

    def _block_start(self, k: int, previous: _BlockContext | None) -> str:
        """The break before a block, and what begins with it."""
        context = self.contexts[k]
        if previous and self._continues_paragraph(previous, context):
            return HARD_LINE_BREAK + self._line_prefix(context)
        start = self._break_between(previous, context) if previous else ""
        start += self._line_prefix(context, previous)
        line = "\n" + self._line_prefix(context)
        if context.pre_element:
            fence = self._fence(context.pre_element) + _code_language(context)
            return start + fence + line + indentation_before(self.raw, context.block.start)
        cell = self.cells.get(k)
        if cell:
            header = (
                ""
                if cell.is_header
                else "|" + "  |" * cell.n_columns + line + _header_rule(cell.n_columns) + line
            )
            return start + header + _row_start(0, cell.column)
        return start + ("#" * context.block.heading + " " if context.block.heading else "")

    def _continues_paragraph(self, previous: _BlockContext, context: _BlockContext) -> bool:
        """Whether a block is the next line of the same paragraph: a single `br` stands between the two."""
        if previous.block.path != context.block.path or context.block.heading or context.pre_element:
            return False
        gap = self.raw[previous.block.end : context.block.start]
        breaks = [
            name
            for token_type, _, _, name in tokens(gap)
            if token_type in ("start", "end") and name in BREAK_TAGS
        ]
        return breaks == ["br"] and any(map(str.isalpha, context.block.text))  # not `--- | ---`

    def _break_between(self, previous: _BlockContext, context: _BlockContext) -> str:
        """One line end between the items of a list, else a blank line, inside the quotes both stand in."""
        shared = [
            one
            for one, _ in takewhile(
                lambda pair: pair[0] is pair[1], zip(context.ancestors, previous.ancestors, strict=False)
            )
        ]
        lists = {id(one) for _, one in _items_with_lists(previous.ancestors)}
        shares_list = any(id(one) in lists for _, one in _items_with_lists(context.ancestors))
        new_list = next(
            (one for item, one in _items_with_lists(context.ancestors) if id(item) not in self._marker_widths),
            None,
        )
        # CommonMark: only an item numbered 1 may interrupt the paragraph of the item around its list
        may_interrupt = new_list is not None and (
            id(new_list) in lists or _tag_name(new_list) != "ol" or self._next_number(new_list) == 1
        )
        if shares_list and may_interrupt:
            return "\n"
        return "\n" + self._continuation_prefix(shared).rstrip() + "\n"

    def _line_prefix(self, context: _BlockContext, previous: _BlockContext | None = None) -> str:
        """What stands before a line of a block; before its first line with the markers of new items."""
        for depth, (item, parent_list) in enumerate(_items_with_lists(context.ancestors)):
            if id(item) not in self._marker_widths:
                self._choose_marker(parent_list, depth, previous)
                marker = self._next_marker(parent_list)
                self._marker_widths[id(item)] = len(marker)
                inner_elements = context.ancestors[context.ancestors.index(item) + 1 :]
                return (
                    self._continuation_prefix(context.ancestors[: context.ancestors.index(item)])
                    + marker
                    + self._nested_markers(context, inner_elements, previous)
                )
        return self._continuation_prefix(context.ancestors)

    def _nested_markers(
        self, context: _BlockContext, elements: Sequence[Element], previous: _BlockContext | None
    ) -> str:
        """The prefix behind the marker of a new item: all items further in are new too."""
        prefix = ""
        for one in elements:
            if _tag_name(one) in ITEM_TAGS:
                parent_list = next(
                    list_of_item for item, list_of_item in _items_with_lists(context.ancestors) if item is one
                )
                marker = self._next_marker(parent_list)
                self._marker_widths[id(one)] = len(marker)
                prefix += marker
            elif _tag_name(one) == "blockquote":
                prefix += "> "
        return prefix

    def _continuation_prefix(self, elements: Sequence[Element]) -> str:
        """The prefix of a line in items that have begun."""
        parts = (
            "> " if _tag_name(one) == "blockquote" else " " * self._marker_widths.get(id(one), 0)
            for one in elements
        )
        return "".join(parts)

    def _choose_marker(self, new_list: Element, depth: int, previous: _BlockContext | None) -> None:
        """A list right behind another of its kind would go on with it: it takes the other marker."""
        if id(new_list) in self._item_counts or previous is None:
            return
        items = _items_with_lists(previous.ancestors)
        if depth < len(items) and items[depth][1] is not new_list:
            previous_list = items[depth][1]
            same_type = (_tag_name(previous_list) == "ol") == (_tag_name(new_list) == "ol")
            self._takes_other_marker[id(new_list)] = same_type and not self._takes_other_marker.get(
                id(previous_list), False
            )

    def _next_marker(self, parent_list: Element) -> str:
        self._item_counts[id(parent_list)] = number = self._next_number(parent_list)
        use_other = self._takes_other_marker.get(id(parent_list), False)
        if _tag_name(parent_list) == "ol":
            return f"{number}{')' if use_other else '.'} "
        return "* " if use_other else "- "

    def _next_number(self, parent_list: Element) -> int:
        """The number of the list's next item."""
        if id(parent_list) in self._item_counts:
            return self._item_counts[id(parent_list)] + 1
        start = attributes(parent_list.tag).get("start", "").strip() if _tag_name(parent_list) == "ol" else ""
        return int(start) if _SHORT_NUMBER.fullmatch(start) else 1

    def _fence(self, pre: Element) -> str:
        """Longer than any row of backticks in the code."""
        return "`" * max(3, self._longest_backticks.get(id(pre), 0) + 1)

    def __post_init__(self) -> None:
        self._longest_backticks: dict[int, int] = {}
        for context in self.contexts:
            if context.pre_element:
                longest = max(map(len, _BACKTICKS.findall(context.block.text)), default=0)
                self._longest_backticks[id(context.pre_element)] = max(
                    longest, self._longest_backticks.get(id(context.pre_element), 0)
                )


def _items_with_lists(elements: Sequence[Element]) -> list[tuple[Element, Element]]:
    """The items around a block, outermost first, each with its list."""
    items: list[tuple[Element, Element]] = []
    open_list: Element | None = None
    for one in elements:
        name = _tag_name(one)
        if name in LIST_TAGS:
            open_list = one
        elif name in ITEM_TAGS:
            items.append((one, open_list or one.parent or one))
            open_list = None
    return items


def _row_start(column: int, target: int) -> str:
    """From the beginning of one column to that of another in a row."""
    return "|" + "  |" * (target - column) + " "


def _row_end(cell: _TableCell) -> str:
    """The end of a row behind its last block."""
    return " |" + "  |" * (cell.n_columns - 1 - cell.column)


def _header_rule(width: int) -> str:
    return "|" + " --- |" * width


def indentation_before(raw: str, at: int) -> str:
    """The spaces and tabs that stand before offset `at`, as far as the line goes."""
    start = at
    while start > 0 and raw[start - 1] in " \t\u3000":
        start -= 1
    return raw[start:at]


def _code_language(context: _BlockContext) -> str:
    """The language of code, where a class of its `pre` or its `code` says it."""
    element = context.element
    while element is not None:
        if _tag_name(element) in ("code", "pre") and (
            match := _LANGUAGE_CLASS.search(attributes(element.tag).get("class", ""))
        ):
            return match[1]
        element = None if element is context.pre_element else element.parent
    return ""


# -- what is put into a block


class _StyledPiece(NamedTuple):
    """A stretch of a block's text that stays, without spaces at its edges."""

    start: int
    end: int
    style: _Style


def _block_insertions(elements: _PageElements, kept: KeptBlock, cell: bool, base: str | None) -> Insertions:
    """Brackets, backticks, stars and backslashes."""
    text, collector = kept.block.text, _MarkupCollector()
    pieces = [
        _StyledPiece(left, right, style if base is not None else style._replace(strong=False, em=False))
        for start, end, style in elements.styled_runs(kept.block)
        for left, right in _uncut_parts(text, (start, end), kept.cuts)
    ]
    code_spans = [(piece.start, piece.end) for piece in pieces if piece.style.code]
    unescaped = sorted((*kept.cuts, *code_spans))
    collector.escapes |= {
        match.start() for match in _INLINE_MARKUP.finditer(text) if not _is_inside(match.start(), unescaped)
    }
    for piece in pieces:
        if piece.style.code:
            collector.add_code(text, piece.start, piece.end)
    _add_links(text, pieces, collector, base, heading=kept.block.heading > 0)
    text_start = next((end for start, end in kept.cuts if start == 0), 0)
    if not (cell or kept.block.heading or text_start in collector.opening):
        collector.escapes |= set(_line_start_escapes(text, text_start))
    if cell:
        collector.escapes |= {
            k for k, char in enumerate(text) if char == "|" and not _is_inside(k, kept.cuts)
        }
    if kept.block.heading and (closing_hashes := _CLOSING_HASHES.search(text)):
        collector.escapes.add(closing_hashes.start())
    return collector.insertions()


def _add_links(
    text: str, pieces: Sequence[_StyledPiece], collector: _MarkupCollector, base: str | None, *, heading: bool
) -> None:
    """Links, with the emphasis inside them; then the emphasis around them and beside them."""
    outer_pieces: list[_StyledPiece] = []
    for group in _group_adjacent(text, pieces, lambda piece: piece.style.link):
        start, end, style = group[0].start, group[-1].end, group[0].style
        url = _absolute_url(style.link, base) if style.link else None
        if url is None:
            outer_pieces += group
            continue
        strong = all(piece.style.strong for piece in group)
        em = all(piece.style.em for piece in group)
        inner_pieces = [
            piece._replace(
                style=piece.style._replace(
                    strong=piece.style.strong and not strong, em=piece.style.em and not em
                )
            )
            for piece in group
        ]
        _add_emphasis(text, inner_pieces, collector, heading=heading)
        collector.add_link(text, start, end, url, [(one.start, one.end) for one in group if one.style.code])
        outer_pieces.append(_StyledPiece(start, end, style._replace(strong=strong, em=em)))
    _add_emphasis(text, outer_pieces, collector, heading=heading)


def _add_emphasis(
    text: str, pieces: Sequence[_StyledPiece], collector: _MarkupCollector, *, heading: bool
) -> None:
    """Stars around what is strong, and inside and beside that around what is emphasised."""
    for strong in _group_adjacent(text, pieces, lambda piece: piece.style.strong):
        for group in _group_adjacent(text, strong, lambda piece: piece.style.em):
            if group[0].style.em:
                collector.add_stars(text, group[0].start, group[-1].end, "*")
        if strong[0].style.strong and not heading:  # a heading is
            collector.add_stars(text, strong[0].start, strong[-1].end, "**")


def _group_adjacent(
    text: str, pieces: Sequence[_StyledPiece], key: Callable[[_StyledPiece], object]
) -> Iterator[list[_StyledPiece]]:
    """Neighbours of one kind, with nothing but spaces between them."""
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
    """Signs by the offset in the text that they come before. What is inside comes first."""

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
        """Stars that Markdown reads as such: none next to others, and each flanks what it belongs to."""
        before = self.closing.get(start, "")[-1:] or text[max(start - 1, 0) : start]
        after = (self.opening.get(end, "") or text[end : end + 1])[:1]
        first = (self.opening.get(start, "") or text[start])[:1]
        last = (self.closing.get(end, "") or text[end - 1])[-1:]
        if stars == "**":  # what counts stands behind the stars of an emphasis that begins or ends with it
            first = text[start] if self.opening.get(start, "")[:1] == "*" else first
            last = text[end - 1] if self.closing.get(end, "")[-1:] == "*" else last
        if "*" not in (before, after, first, last) and _can_flank(before, first) and _can_flank(after, last):
            self._enclose(start, end, stars, stars)

    def _enclose(self, start: int, end: int, opening: str, closing: str) -> None:
        self.opening[start] = opening + self.opening.get(start, "")
        self.closing[end] = self.closing.get(end, "") + closing

    def insertions(self) -> Insertions:
        """What comes before each offset: what closes, what opens."""
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
    """Where a link leads, in full; None where that is no address to follow, or a place in the page itself."""
    href = attributes(link.tag).get("href", "").strip()
    if base is None or not href or href.startswith("#"):
        return None
    url = _join_url(base, href)
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in LINK_SCHEMES or not (parts.netloc or parts.scheme == "mailto"):
        return None
    return _UNSAFE_IN_URL.sub(lambda match: f"%{ord(match[0]):02X}", url)


def _join_url(base: str, address: str) -> str:
    """`given` as seen from `base`; as it is where one of them is no address."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address
