"""A diff as a linter's findings: one for each cut, repair or spun phrase, at a line and column of a file."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from cleaner.diff.escape import one_line
from cleaner.diff.view import GARBLED, UNREPORTED_CODES, DocumentDiff, Segment, label_of
from cleaner.rules import list_codes
from cleaner.rules.manual import ManualPage

# How much of the text a message quotes.
MAX_QUOTED_CHARS = 60
# Changes that every file needs, or that only a setting asks for: no fault of a text.
NOT_REPORTED = UNREPORTED_CODES["text"] | {"markup", "title"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that cleaning would change.

    `line` and `column` count from 1 in `file`, in code points. For a row of a .jsonl file `line` is the
    row's line, `column` 1, and `position_in_row` the line and column in the row's own text.
    """

    file: str
    line: int
    column: int
    code: str
    label: str
    message: str
    text: str
    id: str
    offset: int
    position_in_row: tuple[int, int] | None = None


def reportable_codes(user_pages: Mapping[str, ManualPage] | None = None) -> dict[str, str]:
    """Every code that a finding can have, with its label; those of the user's own rules as well."""
    labels = {code: label for label, code, _ in list_codes() if code not in NOT_REPORTED}
    labels |= {code: page.label for code, page in (user_pages or {}).items()}
    return {code: label for code, label in labels.items() if label != "body"}


def findings(diff: DocumentDiff, codes: Container[str]) -> Iterator[Finding]:
    """The findings of a document whose code is in `codes`, in the order of its text."""
    if diff.note:
        if diff.verdict in codes:
            yield finding_at(diff, 0, diff.verdict, label_of(diff.verdict), diff.note, "")
        return
    if diff.garbled_score is not None and not diff.spun and GARBLED in codes:
        yield finding_at(
            diff, 0, GARBLED, "spun", f"words were substituted (score {diff.garbled_score:.1f})", ""
        )
    for line in diff.lines:
        for segment in line.segments:
            if segment.change != "same" and segment.code in codes:
                label = (
                    diff.reasons[segment.reason_index].label
                    if segment.reason_index >= 0
                    else label_of(segment.code)
                )
                yield finding_at(
                    diff, segment.offset, segment.code, label, _message(diff, segment), segment.old
                )


def _message(diff: DocumentDiff, segment: Segment) -> str:
    quoted_text = one_line(segment.old, MAX_QUOTED_CHARS)
    if segment.change == "fix":
        return (
            f"“{quoted_text}” should be “{one_line(segment.new, MAX_QUOTED_CHARS)}”"
            if segment.new
            else f"“{quoted_text}” should go"
        )
    why = (
        one_line(diff.reasons[segment.reason_index].why, 2 * MAX_QUOTED_CHARS)
        if segment.reason_index >= 0
        else ""
    )
    return why if quoted_text.rstrip("…") in why else f"{why}: “{quoted_text}”" if why else f"“{quoted_text}”"


def finding_at(diff: DocumentDiff, offset: int, code: str, label: str, message: str, text: str) -> Finding:
    """A finding at an offset of the raw document."""
    position = diff.positions.line_and_column(offset)
    row = diff.doc.meta.get("row") if diff.doc else None
    line, column = (row, 1) if row else position
    file = "stdin" if diff.source == "-" else diff.source
    return Finding(file, line, column, code, label, message, text, diff.id, offset, position if row else None)
