"""Tables of data: which blocks are cells of one, row by row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from cleaner.analysis.blocks import BlockIndex
from cleaner.document import tag_of

# Longer cells hold paragraphs: their table is layout. Counted in words.
MAX_CELL_WORDS = 20
MIN_ROWS, MIN_COLUMNS = 2, 2
# In a text two cells are as often a title and its site.
MIN_TEXT_COLUMNS = 3
# Share of the rows that have as many cells as most: cells may be empty, or reach over several columns.
MIN_REGULAR_SHARE = 0.6
# In a table of links (a menu, an archive, an index of a forum) most cells are links.
MAX_LINK_SHARE = 0.5

# The line below the heads of a table in Markdown (GitHub Flavored Markdown Spec 0.29, 4.10): `| --- | :-: |`.
DELIMITER_ROW = re.compile(r"(?=[^|]*\|)\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
LINKED_CELL = re.compile(r"!?\[[^\[\]]*\]\([^()]*\)")

Row = Sequence[int]


def text_tables(blocks: BlockIndex) -> Iterator[Sequence[Row]]:
    """The rows, of one block each, of each table in a text: lines with as many bars or tabs."""
    if "\t" not in blocks.doc.raw and " | " not in blocks.doc.raw:
        return
    columns = [_column_count(block.raw) for block in blocks]
    for count, lines in groupby(range(len(blocks)), key=columns.__getitem__):
        table = [[i] for i in lines] if count >= MIN_TEXT_COLUMNS else []
        if len(table) > MIN_ROWS:
            yield table


def markdown_tables(blocks: BlockIndex) -> Iterator[Sequence[int]]:
    """The blocks of each table of data written in Markdown: heads, a row of dashes, and rows of cells, few of
    them links."""
    end = 0
    for i in range(1, len(blocks) - MIN_ROWS) if "|" in blocks.doc.raw else ():
        if i - 1 < end or "|" not in blocks[i - 1].raw or not DELIMITER_ROW.fullmatch(blocks[i].raw.strip()):
            continue
        end = next((k for k in range(i + 1, len(blocks)) if "|" not in blocks[k].raw), len(blocks))
        rows = range(i + 1, end)
        cells = sum(len([*filter(str.strip, blocks[k].raw.split("|"))]) for k in rows)
        links = sum(len(LINKED_CELL.findall(blocks[k].raw)) for k in rows)
        if len(rows) >= MIN_ROWS and links <= MAX_LINK_SHARE * cells:
            yield range(i - 1, end)


def _column_count(line: str) -> int:
    n_bars = line.strip("| ").count(" | ") if " | " in line else 0
    return max(line.count("\t"), n_bars) + 1


def data_tables(blocks: BlockIndex) -> Iterator[Sequence[Row]]:
    """The rows of each table of data on a page: short cells, as many in each row, few links."""
    for _, rows in groupby(_rows(blocks), key=lambda row: _table_path(blocks[row[0]].path)):
        table = list(rows)
        if _is_of_data(blocks, table):
            yield table


def _rows(blocks: BlockIndex) -> Iterator[Row]:
    in_rows = (i for i, block in enumerate(blocks) if block.table_row >= 0 and _is_cell(block.path))
    for _, row in groupby(in_rows, key=lambda i: blocks[i].table_row):
        yield list(row)


def _is_cell(path: Sequence[str]) -> bool:
    """Whether a block is the text of a cell, and not an element in it but a paragraph."""
    steps = [tag_of(step) for step in path[-2:]]
    return steps[-1] in ("td", "th") or (steps[-1] == "p" and steps[0] in ("td", "th"))


def _table_path(path: Sequence[str]) -> Sequence[str]:
    """The path of the table around a cell."""
    table = max((k for k, step in enumerate(path) if tag_of(step) == "table"), default=-1)
    return path[: table + 1]


def _is_of_data(blocks: BlockIndex, table: Sequence[Row]) -> bool:
    if len(table) < MIN_ROWS:
        return False
    columns, rows = Counter(map(len, table)).most_common(1)[0]
    cells = [i for row in table for i in row]
    links = sum(blocks[i].link_density > 0.5 for i in cells)
    return (
        columns >= MIN_COLUMNS
        and rows >= max(MIN_REGULAR_SHARE * len(table), MIN_ROWS)
        and all(blocks.words[i] <= MAX_CELL_WORDS for i in cells)
        and links <= MAX_LINK_SHARE * len(cells)
    )
