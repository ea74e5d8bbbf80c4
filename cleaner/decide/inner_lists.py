"""Lists of an article that are no prose: rows of figures between paragraphs that stay, and ingredients.

Short lines look like menus and boxes. On labelled pages, each judged by fits that did not see its site, rows
of lines with figures that were removed right below a paragraph that stays, with another below them, were the
article's own in most cases: of 1,255 flattened pages 33 are changed by it, word-F1 by +.16 in sum. Below
the last paragraph and above the first one such rows are furniture, nineteen words in twenty; what a colon
announces is as often the form for comments. So nothing comes back there but a list of ingredients, which its
heading tells.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.dates import first_date
from cleaner.analysis.layout import layout_of
from cleaner.analysis.line_types import memoized, relative_time_lines
from cleaner.analysis.recipes import ingredient_lists
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import FORM_AND_PLACE_CODES
from cleaner.document import Verdict

# Two rows are as often a score and a date of a box; a longer line is a sentence with a figure.
MIN_ROWS, MAX_ROW_WORDS = 3, 25.0
# Between rows stand headings of a few words; between them and the paragraph above, so many lines.
MAX_HEADING_WORDS = 4.0
MAX_LINES_ABOVE = 2
# Rows most of which have a day or a time are as often a list of other articles, or of comments; so are rows
# that stand on the page more than once.
MAX_DATED_SHARE, MAX_REPEATED_SHARE = 0.3, 0.3


def keep_inner_lists(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with the article's own lists back; nothing that a rule names by its words, and nothing in
    a text that is no page."""
    blocks, policy = evidence.blocks, evidence.policy
    if evidence.prediction is None or policy.keep_threshold is not None:
        return decision
    verdicts = list(decision.verdicts)
    found = {*_ingredients(blocks, verdicts)}
    kept = [i for i, verdict in enumerate(verdicts) if not verdict.code and blocks.prose[i]]
    if kept and blocks.doc.kind == "text" and layout_of(blocks).is_single_article:
        found.update(_rows_of_figures(blocks, verdicts, kept))
    for i in found:
        if verdicts[i].code and not blocks[i].hidden:
            verdicts[i] = verdicts[i].kept()
    return decision._replace(verdicts=tuple(verdicts))


def _is_open(verdict: Verdict) -> bool:
    """Whether a line stays, or went for its form and place only."""
    return not verdict.code or verdict.code in FORM_AND_PLACE_CODES


def _rows_of_figures(blocks: BlockIndex, verdicts: Sequence[Verdict], kept: Sequence[int]) -> Iterator[int]:
    """Rows with figures between two paragraphs that stay, right below the first of them, with what stands
    between it and them."""
    for rows in _runs_of_rows(blocks, verdicts, range(kept[0] + 1, kept[-1])):
        at = bisect_left(kept, rows.start)
        above, below = kept[at - 1], kept[at]
        lead = range(above + 1, rows.start)
        if len(rows) < MIN_ROWS or not _is_short_and_open(verdicts, lead):
            continue
        is_enclosed = _is_short_and_open(verdicts, range(rows.stop, below))
        if _share_repeated(blocks, rows) < MAX_REPEATED_SHARE and (
            is_enclosed or _share_dated(blocks, rows) < MAX_DATED_SHARE
        ):
            yield from range(lead.start, rows.stop)


def _is_short_and_open(verdicts: Sequence[Verdict], lines: range) -> bool:
    return len(lines) <= MAX_LINES_ABOVE and all(_is_open(verdicts[k]) for k in lines)


def _runs_of_rows(blocks: BlockIndex, verdicts: Sequence[Verdict], inside: range) -> Iterator[range]:
    """Runs of lines with figures, with single headings between them."""

    def is_row(k: int) -> bool:
        return (
            k in inside
            and bool(blocks.has_digit[k])
            and not blocks.prose[k]
            and blocks.words[k] <= MAX_ROW_WORDS
            and _is_open(verdicts[k])
        )

    def is_heading(k: int) -> bool:
        return 0 < blocks.words[k] <= MAX_HEADING_WORDS and _is_open(verdicts[k]) and is_row(k + 1)

    start = inside.start
    while start < inside.stop:
        stop = start
        while is_row(stop) or (stop > start and stop in inside and is_heading(stop)):
            stop += 1
        if stop > start:
            yield range(start, stop)
        start = max(stop, start + 1)


def _share_dated(blocks: BlockIndex, rows: range) -> float:
    dated = relative_time_lines(blocks)
    return sum(k in dated or first_date(blocks.texts[k]) is not None for k in rows) / len(rows)


@memoized
def _times_by_text(blocks: BlockIndex) -> Counter[str]:
    return Counter(blocks.folded)


def _share_repeated(blocks: BlockIndex, rows: range) -> float:
    times = _times_by_text(blocks)
    return sum(times[blocks.folded[k]] > 1 for k in rows) / len(rows)


def _ingredients(blocks: BlockIndex, verdicts: Sequence[Verdict]) -> Iterator[int]:
    """The lines of lists of ingredients, up to the first that a rule names."""
    for lines in ingredient_lists(blocks):
        for k in lines:
            if not _is_open(verdicts[k]):
                break
            yield k
