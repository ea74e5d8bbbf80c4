"""Markdown from the kept blocks of a page: the separators between them, and what is put into them.

Only signs are added: list markers, fences, brackets, backslashes, and the addresses of links. Text of the
page that Markdown would read as markup is escaped. The structure is what reading has kept of the page, and
is collected only where Markdown is asked for. Left out are emphasis that Markdown has no signs for, nesting
below `structure.MAX_DEPTH` levels, and a number that an item gives itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cleaner.output.markdown.inline import Insertions, KeptBlock, block_insertions, escape_markdown, join_url
from cleaner.output.markdown.structure import MAX_CELL_CHARS, PageElements, data_table_cells
from cleaner.output.markdown.writer import SeparatorWriter, indentation_before
from cleaner.reading.page import PageStructure

__all__ = [
    "MAX_CELL_CHARS",
    "Additions",
    "Insertions",
    "KeptBlock",
    "MarkdownWriter",
    "escape_markdown",
    "indentation_before",
    "join_url",
]


class Additions(NamedTuple):
    """What a text has beside its blocks: a separator before each kept block and one after the last, and what
    is put into each."""

    separators: Sequence[str]
    insertions: Sequence[Insertions]


class MarkdownWriter:
    """The kept blocks of a page as Markdown, with and without links."""

    def __init__(self, raw: str, structure: PageStructure, kept: Sequence[KeptBlock]) -> None:
        self._elements = PageElements(raw, structure)
        self._kept = kept
        self._contexts = [self._elements.context_of(one.block) for one in kept]
        self._cells = dict(data_table_cells(self._elements, self._contexts))
        writer = SeparatorWriter(self._elements, self._contexts, self._cells)
        self._separators = list(writer.separators()) if kept else [""]

    def additions(self, base: str | None) -> Additions:
        """With links and emphasis if there is a `base`, the address that links are relative to.

        A link whose address is neither http, https nor mailto is text.
        """
        insertions = [
            {}
            if context.pre_element
            else block_insertions(one, self._elements.styled_runs(one.block), base, in_cell=k in self._cells)
            for k, (one, context) in enumerate(zip(self._kept, self._contexts, strict=True))
        ]
        return Additions(self._separators, insertions)
