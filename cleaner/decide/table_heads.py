"""The heads of a table of data stay with it, whatever words they hold: `Name`, `Share`, `Comments`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.tables import data_tables, text_tables
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import UNMARKED

# A table of which so many cells below the heads stay is part of the article.
MIN_KEPT_SHARE = 2 / 3


def keep_table_heads(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with the first row and the first column of each table of data as the rest of it.

    Not where a browser would not show the cell.
    """
    verdicts = list(decision.verdicts)
    for heads, others in _heads_and_others(evidence.blocks):
        n_kept = sum(not verdicts[i].code for i in others)
        if others and n_kept >= MIN_KEPT_SHARE * len(others):
            for i in heads:
                if verdicts[i].code and not evidence.blocks[i].hidden:
                    verdicts[i] = UNMARKED._replace(marks=verdicts[i].marks)
    return decision._replace(verdicts=tuple(verdicts))


def _heads_and_others(blocks: BlockIndex) -> Iterator[tuple[Set[int], Sequence[int]]]:
    """The blocks that head the rows and columns of each table, and its others."""
    if blocks.doc.kind != "html":
        for table in text_tables(blocks):
            yield set(table[0]), [i for row in table[1:] for i in row]
        return
    for table in data_tables(blocks):
        yield {*table[0], *(row[0] for row in table)}, [i for row in table[1:] for i in row[1:]]
