"""The heads of a table of data stay with it, whatever words they hold: `Name`, `Share`, `Comments`."""

from __future__ import annotations

from cleaner.analysis.tables import data_tables, text_tables
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import UNMARKED

# A table of which so many cells below the heads stay is part of the article.
MIN_KEPT_SHARE = 2 / 3


def keep_table_heads(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with the first row and the first column of each table of data as the rest of it.

    Not where a browser would not show the cell.
    """
    is_page = evidence.blocks.doc.kind == "html"
    verdicts = list(decision.verdicts)
    for table in (data_tables if is_page else text_tables)(evidence.blocks):
        heads = {*table[0], *(row[0] for row in table if is_page)}
        others = [i for row in table[1:] for i in row if i not in heads]
        if others and sum(not verdicts[i].code for i in others) >= MIN_KEPT_SHARE * len(others):
            for i in heads:
                if verdicts[i].code and not evidence.blocks[i].hidden:
                    verdicts[i] = UNMARKED._replace(marks=verdicts[i].marks)
    return decision._replace(verdicts=tuple(verdicts))
