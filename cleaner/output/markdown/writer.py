"""The separators of Markdown: line ends, list markers, quote signs, fences and table rows between blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from cleaner.output.markdown.structure import (
    ITEM_TAGS,
    MAX_CELL_CHARS,
    SHORT_NUMBER,
    BlockContext,
    PageElements,
    TableCell,
    items_with_lists,
    tag_name_of,
)
from cleaner.reading.elements import TABLE_CELLS
from cleaner.reading.open_elements import Element
from cleaner.reading.page import LINE_END_CHARS
from cleaner.reading.tokenizer import attributes

# Ends a line of a poem or an address, and not the paragraph. Two spaces would too, but nobody sees them.
HARD_LINE_BREAK = "\\\n"

_LANGUAGE_CLASS = re.compile(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)")
_BACKTICKS = re.compile("`+")
_ANY_LINE_END = re.compile(f"\r\n|[{LINE_END_CHARS}]")


@dataclass
class SeparatorWriter:
    """Writes the separators in order: it knows which items have begun and how far their text is indented."""

    elements: PageElements
    contexts: Sequence[BlockContext]
    cells: Mapping[int, TableCell]
    # all by the id of an element
    _marker_widths: dict[int, int] = field(default_factory=dict)  # characters, of the items that have begun
    _item_numbers: dict[int, int] = field(default_factory=dict)  # the last of each list
    _takes_other_marker: dict[int, bool] = field(default_factory=dict)  # of each list
    _longest_backticks: dict[int, int] = field(default_factory=dict)  # the longest row in each `pre`

    def __post_init__(self) -> None:
        for context in self.contexts:
            if context.pre_element:
                longest = max(map(len, _BACKTICKS.findall(context.block.text)), default=0)
                self._longest_backticks[id(context.pre_element)] = max(
                    longest, self._longest_backticks.get(id(context.pre_element), 0)
                )

    def separators(self) -> Iterator[str]:
        """What comes before each block and, last, after them."""
        previous: BlockContext | None = None
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
            gap = self.elements.raw[previous.block.end : context.block.start]
            prefix = self._line_prefix(context)
            blank_lines = ("\n" + prefix.rstrip()) * (max(len(_ANY_LINE_END.findall(gap)), 1) - 1)
            return f"{blank_lines}\n{prefix}{indentation_before(self.elements.raw, context.block.start)}"
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

    def _cell_separator(self, previous: BlockContext, context: BlockContext) -> str:
        """Short cells of a row that is in no table of data share a line, as in plain text."""
        row, cells = (
            context.innermost("tr"),
            (previous.innermost(*TABLE_CELLS), context.innermost(*TABLE_CELLS)),
        )
        if row is None or row is not previous.innermost("tr") or None in cells or cells[0] is cells[1]:
            return ""
        both = (previous, context)
        are_short = all(len(one.block.text) <= MAX_CELL_CHARS and not one.block.heading for one in both)
        are_bare = all(tag_name_of(one.ancestors[-1]) in TABLE_CELLS for one in both)
        return " | " if are_short and are_bare else ""

    def _block_end(self, k: int) -> str:
        """What ends the code or the row of a table that a block is in."""
        if k < 0:
            return ""
        context = self.contexts[k]
        if context.pre_element:
            return "\n" + self._line_prefix(context) + self._fence(context.pre_element)
        cell = self.cells.get(k)
        return _row_end(cell) if cell else ""

    def _block_start(self, k: int, previous: BlockContext | None) -> str:
        """The break before a block, and what begins with it."""
        context = self.contexts[k]
        if previous and self._continues_paragraph(previous, context):
            return HARD_LINE_BREAK + self._line_prefix(context)
        start = self._break_between(previous, context) if previous else ""
        start += self._line_prefix(context, previous)
        line = "\n" + self._line_prefix(context)
        if context.pre_element:
            fence = self._fence(context.pre_element) + _code_language(context)
            return start + fence + line + indentation_before(self.elements.raw, context.block.start)
        cell = self.cells.get(k)
        if cell:
            header = (
                ""
                if cell.is_header
                else "|" + "  |" * cell.n_columns + line + _header_rule(cell.n_columns) + line
            )
            return start + header + _row_start(0, cell.column)
        return start + ("#" * context.block.heading + " " if context.block.heading else "")

    def _continues_paragraph(self, previous: BlockContext, context: BlockContext) -> bool:
        """Whether a block is the next line of the same paragraph: nothing but one `br` is between the two."""
        if previous.block.path != context.block.path or context.block.heading or context.pre_element:
            return False
        breaks = [tag[3] for tag in self.elements.break_tags_between(previous.block.end, context.block.start)]
        return breaks == ["br"] and any(map(str.isalpha, context.block.text))  # not `--- | ---`

    def _break_between(self, previous: BlockContext, context: BlockContext) -> str:
        """One line end between the items of a list, else a blank line, inside the quotes that both are in."""
        shared = [
            one
            for one, _ in takewhile(
                lambda pair: pair[0] is pair[1], zip(context.ancestors, previous.ancestors, strict=False)
            )
        ]
        lists = {id(one) for _, one in items_with_lists(previous.ancestors)}
        shares_list = any(id(one) in lists for _, one in items_with_lists(context.ancestors))
        new_list = next(
            (one for item, one in items_with_lists(context.ancestors) if id(item) not in self._marker_widths),
            None,
        )
        # CommonMark: only an item numbered 1 may interrupt the paragraph of the item around its list
        may_interrupt = new_list is not None and (
            id(new_list) in lists or tag_name_of(new_list) != "ol" or self._next_number(new_list) == 1
        )
        if shares_list and may_interrupt:
            return "\n"
        return "\n" + self._continuation_prefix(shared).rstrip() + "\n"

    def _line_prefix(self, context: BlockContext, previous: BlockContext | None = None) -> str:
        """Indentation and quote signs of a line of a block, and the markers of items that begin with it."""
        for depth, (item, parent_list) in enumerate(items_with_lists(context.ancestors)):
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
        self, context: BlockContext, elements: Sequence[Element], previous: BlockContext | None
    ) -> str:
        """The prefix after the marker of a new item: all items further in are new too."""
        prefix = ""
        for one in elements:
            if tag_name_of(one) in ITEM_TAGS:
                parent_list = next(
                    list_of_item for item, list_of_item in items_with_lists(context.ancestors) if item is one
                )
                marker = self._next_marker(parent_list)
                self._marker_widths[id(one)] = len(marker)
                prefix += marker
            elif tag_name_of(one) == "blockquote":
                prefix += "> "
        return prefix

    def _continuation_prefix(self, elements: Sequence[Element]) -> str:
        """The prefix of a line in items that have begun."""
        parts = (
            "> " if tag_name_of(one) == "blockquote" else " " * self._marker_widths.get(id(one), 0)
            for one in elements
        )
        return "".join(parts)

    def _choose_marker(self, new_list: Element, depth: int, previous: BlockContext | None) -> None:
        """A list right after another of its type would continue that one: it takes the other marker."""
        if id(new_list) in self._item_numbers or previous is None:
            return
        items = items_with_lists(previous.ancestors)
        if depth < len(items) and items[depth][1] is not new_list:
            previous_list = items[depth][1]
            same_type = (tag_name_of(previous_list) == "ol") == (tag_name_of(new_list) == "ol")
            self._takes_other_marker[id(new_list)] = same_type and not self._takes_other_marker.get(
                id(previous_list), False
            )

    def _next_marker(self, parent_list: Element) -> str:
        self._item_numbers[id(parent_list)] = number = self._next_number(parent_list)
        use_other = self._takes_other_marker.get(id(parent_list), False)
        if tag_name_of(parent_list) == "ol":
            return f"{number}{')' if use_other else '.'} "
        return "* " if use_other else "- "

    def _next_number(self, parent_list: Element) -> int:
        """The number of the list's next item."""
        if id(parent_list) in self._item_numbers:
            return self._item_numbers[id(parent_list)] + 1
        if tag_name_of(parent_list) != "ol":
            return 1
        start = attributes(parent_list.tag).get("start", "").strip()
        return int(start) if SHORT_NUMBER.fullmatch(start) else 1

    def _fence(self, pre: Element) -> str:
        """Longer than any row of backticks in the code."""
        return "`" * max(3, self._longest_backticks.get(id(pre), 0) + 1)


def _row_start(column: int, target: int) -> str:
    """From the beginning of one column to that of another in a row."""
    return "|" + "  |" * (target - column) + " "


def _row_end(cell: TableCell) -> str:
    """The end of a row after its last block."""
    return " |" + "  |" * (cell.n_columns - 1 - cell.column)


def _header_rule(width: int) -> str:
    return "|" + " --- |" * width


def _code_language(context: BlockContext) -> str:
    """The language of code, where a class of its `pre` or its `code` names it."""
    element = context.element
    while element is not None:
        if tag_name_of(element) in ("code", "pre") and (
            match := _LANGUAGE_CLASS.search(attributes(element.tag).get("class", ""))
        ):
            return match[1]
        element = None if element is context.pre_element else element.parent
    return ""


def indentation_before(raw: str, at: int) -> str:
    """The spaces and tabs right before offset `at`, within its line."""
    start = at
    while start > 0 and raw[start - 1] in " \t\u3000":
        start -= 1
    return raw[start:at]
