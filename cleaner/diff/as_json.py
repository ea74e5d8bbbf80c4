"""A diff as JSON, for programs: what `cleaner diff` shows, an object a document."""

from __future__ import annotations

from typing import Any

from cleaner.diff.view import DocumentDiff, Line, Reason, Segment


def diff_as_json(diff: DocumentDiff, *, with_lines: bool = True) -> dict[str, Any]:
    """The document's numbers, and with them the lines that change (spaces and line ends are no change).

    Offsets, `line` and `column` are those of the raw document, in code points, the last two from 1. `change`
    is `same`, `cut`, `fix` or `spun`; `code`, `label` and `why` say why.
    """
    fields: dict[str, Any] = {
        "id": diff.id,
        "source": diff.source,
        "verdict": diff.verdict,
        "error": {"code": str(diff.failure_code), "message": diff.error}
        if diff.verdict == "failed"
        else None,
        "characters": diff.characters,
        "kept_characters": diff.kept_characters,
        "cuts": diff.cuts,
        "repairs": diff.repairs,
        "spun": diff.spun,
        "confidence": diff.confidence,
        "note": diff.document_note,
        "codes": {code: totals._asdict() for code, totals in diff.code_totals.items()},
    }
    if with_lines:
        fields["lines"] = [_line_as_json(diff, line) for line in diff.lines if line.changed]
    return fields


def _line_as_json(diff: DocumentDiff, line: Line) -> dict[str, Any]:
    number, column = diff.positions.line_and_column(line.offset)
    segments = [_segment_as_json(segment, diff.reasons) for segment in line.segments]
    return {"offset": line.offset, "line": number, "column": column, "segments": segments}


def _segment_as_json(segment: Segment, reasons: tuple[Reason, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = {"change": segment.change, "offset": segment.offset, "old": segment.old}
    if segment.change == "same":
        return fields
    reason = reasons[segment.reason_index] if segment.reason_index >= 0 else None
    why = {"label": reason.label, "why": reason.why} if reason else {"label": None, "why": ""}
    instead = {"instead": segment.instead} if segment.instead else {}
    return fields | {"new": segment.new, "code": segment.code or None} | why | instead
