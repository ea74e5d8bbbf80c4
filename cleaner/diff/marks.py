"""Marks of the review page: cuts that a person found wrong, and text that should have been cut.

A file of marks is JSON, one a line; docs/marks.md defines the fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from cleaner.corpus import compression as streams
from cleaner.diff.escape import one_line
from cleaner.diff.findings import MAX_QUOTED_CHARS, Finding, finding_at
from cleaner.diff.view import DocumentDiff
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.json_lines import loads

MarkKind = Literal["wrong-cut", "leftover"]
KINDS: tuple[MarkKind, ...] = get_args(MarkKind)


@dataclass(frozen=True, slots=True)
class ReviewMark:
    """A person's word on a part of a document: `raw[start:end]` holds it, `text` is what it shows."""

    kind: MarkKind
    id: str
    source: str
    sha256: str
    start: int
    end: int
    text: str


class Judged(NamedTuple):
    """What the current version makes of a mark. `stands`: the cut is still made, or the text still there."""

    mark: ReviewMark
    stands: bool
    finding: Finding


def read_marks(path: str) -> list[ReviewMark]:
    """The marks of a file. UsageError for a line that is no mark, or a file that cannot be read."""
    try:
        lines = streams.read_whole(path).splitlines()
    except streams.READ_ERRORS as error:
        message = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{path}: {message}") from error
    return [_read_mark(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _read_mark(path: str, number: int, line: bytes) -> ReviewMark:
    try:
        row = loads(line)
    except ValueError as error:
        raise UsageError(f"{path}: line {number}: no JSON: {error}") from error
    if not isinstance(row, dict):
        raise UsageError(f"{path}: line {number}: no mark, which is an object")
    if row.get("mark") not in KINDS:
        raise UsageError(f"{path}: line {number}: `mark` is neither {' nor '.join(KINDS)}")
    id, source, sha256, text = (
        _field(path, number, row, name, str) for name in ("id", "source", "sha256", "text")
    )
    start, end = (_field(path, number, row, name, int) for name in ("start", "end"))
    if not 0 <= start <= end:
        raise UsageError(f"{path}: line {number}: `start` {start} and `end` {end} are no part of a document")
    return ReviewMark(row["mark"], id, source, sha256, start, end, text)


def _field(path: str, number: int, row: Mapping[str, Any], name: str, kind: type) -> Any:
    value = row.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise UsageError(f"{path}: line {number}: `{name}` is {'missing' if value is None else 'wrong'}")
    return value


def sources_of(marks: Sequence[ReviewMark]) -> tuple[str, ...]:
    """The files that the marked documents came from, each once, without those that are gone.

    Raises:
        UsageError: a document came from stdin.
    """
    sources = dict.fromkeys(mark.source for mark in marks)
    if "-" in sources:
        raise UsageError("some marked documents came from stdin: name the INPUT that holds them")
    return tuple(source for source in sources if "://" in source or Path(source).exists())


class MarkedDocuments:
    """The marks by document: a document is known by its content, of several alike by its id."""

    def __init__(self, marks: Sequence[ReviewMark]) -> None:
        self._by_sha256: dict[str, list[ReviewMark]] = {}
        for mark in marks:
            self._by_sha256.setdefault(mark.sha256, []).append(mark)

    def take(self, doc: Document) -> list[ReviewMark]:
        """The marks of a document, each given once."""
        waiting = self._by_sha256.get(doc.sha256, []) if self._by_sha256 else []
        taken = [mark for mark in waiting if mark.id == doc.id] or [
            mark for mark in waiting if mark.id == waiting[0].id
        ]
        if waiting:
            self._by_sha256[doc.sha256] = [mark for mark in waiting if mark.id != taken[0].id]
        return taken

    def left(self) -> list[ReviewMark]:
        """The marks whose document has not been seen."""
        return [mark for waiting in self._by_sha256.values() for mark in waiting]


def judge(diff: DocumentDiff, mark: ReviewMark) -> Judged:
    """Whether the cut that was marked is still made, or the text marked as a leftover still there."""
    code = _cut_by(diff, mark)
    is_cut = code is not None
    stands = is_cut == (mark.kind == "wrong-cut")
    state = (f"cut by {code}" if code else "cut") if is_cut else "kept"
    message = f"{'still' if stands else 'now'} {state}"
    finding = finding_at(
        diff, mark.start, mark.kind, "", f"{message}: “{one_line(mark.text, MAX_QUOTED_CHARS)}”", mark.text
    )
    return Judged(mark, stands, finding)


def _cut_by(diff: DocumentDiff, mark: ReviewMark) -> str | None:
    """The code that cuts most of a mark's text, "" where none is known; None where most of it is kept."""
    if diff.note:
        return diff.verdict
    letters = [*_letters(diff, mark)]
    wanted = "".join(mark.text.split())
    shown = "".join(letter for letter, _, _ in letters)
    at = _nearest(shown, wanted, [offset for _, offset, _ in letters], mark.start)
    part = letters[at : at + len(wanted)] if wanted and at >= 0 else letters
    codes = [code for _, _, code in part if code is not None]
    return max(set(codes), key=lambda code: (codes.count(code), code)) if 2 * len(codes) > len(part) else None


def _letters(diff: DocumentDiff, mark: ReviewMark) -> Iterator[tuple[str, int, str | None]]:
    """What the marked lines show, without spaces: letter, where its segment begins, the code that cuts it."""
    for line in diff.lines:
        if line.offset < mark.end and line.end > mark.start:
            for segment in line.segments:
                code = segment.code if segment.change == "cut" else None
                yield from ((letter, segment.offset, code) for letter in segment.old if not letter.isspace())


def _nearest(text: str, wanted: str, offsets: Sequence[int], start: int) -> int:
    """Where `wanted` is in `text`, of several places the one nearest to the raw offset `start`; or -1."""
    best, at = -1, text.find(wanted)
    while at >= 0 and wanted:
        if best < 0 or abs(offsets[at] - start) < abs(offsets[best] - start):
            best = at
        at = text.find(wanted, at + 1)
    return best


def not_found_message(mark: ReviewMark) -> str:
    """A marked document that the inputs do not hold."""
    name = mark.id if mark.source == "-" or mark.source.endswith(mark.id) else f"{mark.source}: {mark.id}"
    is_there = mark.source != "-" and Path(mark.source).exists()
    return f"{name}: {'is not as it was when it was marked' if is_there else 'is not among the inputs'}"
