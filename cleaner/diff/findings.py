"""A view as findings: one a cut, a repair or a spun phrase, each at a place in a file, as of a linter."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from cleaner.diff.escape import one_line
from cleaner.diff.view import GARBLED, SILENT, Run, View, label_of
from cleaner.rules import list_codes

# Of the text in question a message quotes so much.
QUOTED = 60
# What every file holds, or what only a setting asks for: no fault of a text.
NEVER = SILENT["text"] | {"markup", "title"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that cleaning would change.

    `line` and `column` count from 1 in `file`, in code points. For a row of a .jsonl file `line` is the
    row's line, `column` 1, and `inside` the line and column in the row's own text.
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
    inside: tuple[int, int] | None = None


def reportable() -> dict[str, str]:
    """Every code that a finding can have, with its label."""
    return {code: label for label, code, _ in list_codes() if code not in NEVER and label != "body"}


def findings(view: View, codes: Container[str]) -> Iterator[Finding]:
    """What is to be said of a document, in the order of its text."""
    if view.note:
        if view.verdict in codes:
            yield _at(view, 0, view.verdict, label_of(view.verdict), view.note, "")
        return
    if view.garbled is not None and not view.spun and GARBLED in codes:
        yield _at(view, 0, GARBLED, "spun", f"words were substituted (score {view.garbled:.1f})", "")
    for line in view.lines:
        for run in line.runs:
            if run.kind != "same" and run.code in codes:
                label = view.reasons[run.reason].label if run.reason >= 0 else label_of(run.code)
                yield _at(view, run.at, run.code, label, _message(view, run), run.old)


def _message(view: View, run: Run) -> str:
    quoted = one_line(run.old, QUOTED)
    if run.kind == "fix":
        return f"“{quoted}” should be “{one_line(run.new, QUOTED)}”" if run.new else f"“{quoted}” should go"
    why = one_line(view.reasons[run.reason].why, 2 * QUOTED) if run.reason >= 0 else ""
    return why if quoted.rstrip("…") in why else f"{why}: “{quoted}”" if why else f"“{quoted}”"


def _at(view: View, offset: int, code: str, label: str, message: str, text: str) -> Finding:
    place = view.positions.of(offset)
    row = view.doc.meta.get("row") if view.doc else None
    line, column = (row, 1) if row else place
    file = "stdin" if view.source == "-" else view.source
    return Finding(file, line, column, code, label, message, text, view.id, offset, place if row else None)
