"""A table in Markdown inside an article stays with it: a cell of one word (`Share`, `Next`) is no button."""

from __future__ import annotations

from bisect import bisect

from cleaner.analysis.tables import markdown_tables
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import UNMARKED


def keep_markdown_tables(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with each table of a text whole whose nearest paragraphs above and below stay."""
    blocks = evidence.blocks
    if blocks.doc.kind == "html":
        return decision
    verdicts = list(decision.verdicts)
    paragraphs = [i for i in range(len(blocks)) if blocks.prose[i]]
    for table in markdown_tables(blocks):
        around = (bisect(paragraphs, table[0]) - 1, bisect(paragraphs, table[-1]))
        if (
            around[0] >= 0
            and around[1] < len(paragraphs)
            and not any(decision.verdicts[paragraphs[k]].code for k in around)
        ):
            for i in table:
                if verdicts[i].code:
                    verdicts[i] = UNMARKED._replace(marks=verdicts[i].marks)
    return decision._replace(verdicts=tuple(verdicts))
