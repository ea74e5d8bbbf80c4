"""The structure that Markdown needs: elements around each kept block, styles of its text, data tables."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cleaner.document import Block
from cleaner.reading.elements import TABLE_CELLS
from cleaner.reading.open_elements import Element
from cleaner.reading.page import PageStructure
from cleaner.reading.tokenizer import Token, attributes

LIST_TAGS, ITEM_TAGS = frozenset(("ul", "ol", "dl", "menu", "dir")), frozenset(("li", "dt", "dd"))
STRUCTURE_TAGS = LIST_TAGS | ITEM_TAGS | TABLE_CELLS | {"blockquote", "pre", "table", "thead", "tr"}
CODE_TAGS = frozenset(("code", "kbd", "samp", "tt"))
STRONG_TAGS, EM_TAGS = frozenset(("b", "strong")), frozenset(("em", "i"))
# Deeper nesting is left out: every line would begin with its indentation.
MAX_DEPTH = 40
# Longer cells hold paragraphs: their table is layout.
MAX_CELL_CHARS = 120
# Every row is filled up to the width of its table: a wider one is unreadable, and might be hostile.
MAX_TABLE_COLUMNS = 60

SHORT_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_TAG_NAME = re.compile(r"<([a-zA-Z][^\s/>]*)")


@dataclass(frozen=True, slots=True)
class BlockContext:
    """A block with the elements around it that Markdown has signs for, outermost first.

    `element` is the innermost one of any kind.
    """

    block: Block
    ancestors: tuple[Element, ...]
    element: Element | None

    @property
    def pre_element(self) -> Element | None:
        """The `pre` it is a line of."""
        return self.innermost("pre") if self.block.preformatted else None

    def innermost(self, *names: str) -> Element | None:
        """The innermost element of one of these names."""
        return next((one for one in reversed(self.ancestors) if tag_name_of(one) in names), None)


class PageElements:
    """The elements around the text of a page, as reading has seen them."""

    def __init__(self, raw: str, structure: PageStructure) -> None:
        self.raw = raw
        self._pieces, self._break_tags = structure
        self._starts = [piece[0] for piece in self._pieces]
        self._tag_starts = [tag[1] for tag in self._break_tags]
        self._ancestors_by_id: dict[int, tuple[Element, ...]] = {}
        self._style_by_id: dict[int, Style] = {}

    def break_tags_between(self, start: int, end: int) -> list[Token]:
        """The tags that may end a line or a block, with the cells and rows of tables, between two offsets."""
        first = bisect_left(self._tag_starts, start)
        return self._break_tags[first : bisect_left(self._tag_starts, end, first)]

    def context_of(self, block: Block) -> BlockContext:
        """The elements around a block: those of its first piece of text."""
        k = max(bisect_right(self._starts, block.start) - 1, 0)
        element = self._pieces[k][2] if self._pieces else None
        return BlockContext(block, self._structure_ancestors(element) if element else (), element)

    def _structure_ancestors(self, element: Element) -> tuple[Element, ...]:
        missing, ancestor = [], element
        while id(ancestor) not in self._ancestors_by_id and ancestor.parent is not None:
            missing.append(ancestor)
            ancestor = ancestor.parent
        ancestors = self._ancestors_by_id.get(id(ancestor), ())
        for one in reversed(missing):
            # in code nothing but lines counts
            inside_code = bool(ancestors) and tag_name_of(ancestors[-1]) == "pre"
            if tag_name_of(one) in STRUCTURE_TAGS and len(ancestors) < MAX_DEPTH and not inside_code:
                ancestors = (*ancestors, one)
            self._ancestors_by_id[id(one)] = ancestors
        return ancestors

    def styled_runs(self, block: Block) -> Iterator[tuple[int, int, Style]]:
        """The block's text as stretches of one style: start, end, style."""
        k = max(bisect_right(self._starts, block.start) - 1, 0)
        run: tuple[int, int, Style] | None = None
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

    def _style(self, element: Element) -> Style:
        """The style that an element and those around it give to text."""
        missing, ancestor = [], element
        while id(ancestor) not in self._style_by_id and ancestor.parent is not None:
            missing.append(ancestor)
            ancestor = ancestor.parent
        style = self._style_by_id.get(id(ancestor), NO_STYLE)
        for one in reversed(missing):
            style = self._style_by_id[id(one)] = _style_inside(one, style)
        return style


class Style(NamedTuple):
    """The link that a stretch of text is in, and whether it is code, strong, emphasised."""

    link: Element | None = None
    code: bool = False
    strong: bool = False
    em: bool = False


NO_STYLE = Style()


def _style_inside(element: Element, style: Style) -> Style:
    """The style of text in an element whose parent has `style`."""
    name = tag_name_of(element)
    if name == "a":
        return style._replace(link=element)
    if name in CODE_TAGS:
        return style._replace(code=True)
    if style.code:
        return style
    if element.name in STRONG_TAGS:  # by its own name: closed out of turn it ends here
        return style._replace(strong=True)
    return style._replace(em=True) if element.name in EM_TAGS else style


def tag_name_of(element: Element) -> str:
    """An element that was closed out of turn has lost its name, not its tag."""
    match = None if element.name else _TAG_NAME.match(element.tag)
    return match[1].lower() if match else element.name


def items_with_lists(elements: Sequence[Element]) -> list[tuple[Element, Element]]:
    """The list items among the elements around a block, outermost first, each with its list."""
    items: list[tuple[Element, Element]] = []
    open_list: Element | None = None
    for one in elements:
        name = tag_name_of(one)
        if name in LIST_TAGS:
            open_list = one
        elif name in ITEM_TAGS:
            items.append((one, open_list or one.parent or one))
            open_list = None
    return items


class TableCell(NamedTuple):
    """A block's place in a table of data: the row, the column; whether the row heads the table."""

    table: Element
    n_columns: int
    row: Element
    column: int
    is_header: bool


def data_table_cells(
    elements: PageElements, contexts: Sequence[BlockContext]
) -> Iterator[tuple[int, TableCell]]:
    """The blocks that are in tables of data, by their index."""
    members_by_table: dict[int, list[int]] = defaultdict(list)
    outer_tables: set[int] = set()
    for k, context in enumerate(contexts):
        tables = [one for one in context.ancestors if tag_name_of(one) == "table"]
        outer_tables |= {id(one) for one in tables[:-1]}
        if tables:
            members_by_table[id(tables[-1])].append(k)
    for table, members in members_by_table.items():
        if table not in outer_tables:
            yield from _cells_of_table(elements, contexts, members)


def _cells_of_table(
    elements: PageElements, contexts: Sequence[BlockContext], members: Sequence[int]
) -> Iterator[tuple[int, TableCell]]:
    """The cells of one table; nothing where it is no table of data, or Markdown has no signs for it."""
    members = _without_caption(contexts, members)
    if not _are_lines_of_cells(contexts, members):
        return
    columns = _column_of_each(elements, contexts, members)
    n_columns = max(columns) + 1
    table = contexts[members[0]].innermost("table")
    rows = [contexts[k].innermost("tr") for k in members]
    if not 2 <= n_columns <= MAX_TABLE_COLUMNS or rows[0] is rows[-1]:
        return
    first_row = [contexts[k] for k, row in zip(members, rows, strict=True) if row is rows[0]]
    has_header = all(map(_is_header_cell, first_row))
    for k, row, column in zip(members, rows, columns, strict=True):
        if table and row:
            yield k, TableCell(table, n_columns, row, column, has_header and row is rows[0])


def _without_caption(contexts: Sequence[BlockContext], members: Sequence[int]) -> Sequence[int]:
    """The blocks of a table from the first that is in a cell."""
    first = 0
    while first < len(members) and _is_outside_cells(contexts[members[first]]):
        first += 1
    return members[first:]


def _are_lines_of_cells(contexts: Sequence[BlockContext], members: Sequence[int]) -> bool:
    """Whether these blocks follow each other, and each is a short line in a cell."""
    if not members or members[-1] - members[0] + 1 != len(members):
        return False
    return all(_is_short_cell_line(contexts[k]) for k in members)


def _is_outside_cells(context: BlockContext) -> bool:
    return context.innermost(*TABLE_CELLS, "table") is context.innermost("table")


def _is_header_cell(context: BlockContext) -> bool:
    cell = context.innermost(*TABLE_CELLS) or context.ancestors[-1]
    return context.innermost("thead") is not None or tag_name_of(cell) == "th"


def _is_short_cell_line(context: BlockContext) -> bool:
    """Whether it is a short line in a cell of a row."""
    if (
        not context.ancestors
        or tag_name_of(context.ancestors[-1]) not in TABLE_CELLS
        or context.innermost("tr") is None
    ):
        return False
    return not (context.block.heading or len(context.block.text) > MAX_CELL_CHARS)


def _column_of_each(
    elements: PageElements, contexts: Sequence[BlockContext], members: Sequence[int]
) -> list[int]:
    """The column of each block; cells that hold nothing, or nothing that is kept, count too, and so do those
    that reach down from a row above."""
    first, columns = members[0], list[int]()
    counters = [_ColumnCounter()]  # of the tables that are open, the innermost last
    gap_start = contexts[first - 1].block.end if first else 0
    for k in members:
        for tag in elements.break_tags_between(gap_start, contexts[k].block.start):
            _count_tag(counters, tag, elements.raw)
        columns.append(counters[-1].last_column)
        gap_start = contexts[k].block.end
    return columns


def _count_tag(counters: list[_ColumnCounter], tag: Token, raw: str) -> None:
    token_type, start, end, name = tag
    if name == "table" and token_type == "start":
        counters.append(_ColumnCounter())
    elif name == "table" and len(counters) > 1:
        counters.pop()
    elif name == "tr":
        counters[-1].end_row()
    elif name in TABLE_CELLS and token_type == "start":
        counters[-1].add_cell(raw[start:end])


class _ColumnCounter:
    """Finds the column of each cell of a table."""

    def __init__(self) -> None:
        self.last_column = 0  # the column of the last cell
        self._next_column = 0
        # by column: how many more rows a cell reaches down
        self._rows_left_by_column: dict[int, int] = {}

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
    return min(int(value), limit) if SHORT_NUMBER.fullmatch(value) and value.lstrip("0") else 1
