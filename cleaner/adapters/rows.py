"""From a row of a table to its record: the one way in which all adapters read rows and clean them.

A row is a mapping that holds a page or a text in one field, and may hold an id and an address in others.
What is no document (None, a number, a field that is not there) fails as one row, as a document does that
crashes or takes too long; the rows around it come through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from cleaner import __version__
from cleaner.api import Cleaner, make_document
from cleaner.corpus.row_fields import document_field, row_id
from cleaner.document import Document
from cleaner.errors import ErrorCode, MissingExtraError, UsageError, install_hint
from cleaner.settings import InputKind, RecordLevel, Settings, is_positive_time

if TYPE_CHECKING:
    from cleaner.analysis.site_profile import Profile
    from cleaner.output.cleaned import Cleaned

Row = Mapping[str, Any]
Record = dict[str, Any]
# Where a document is looked for unless a column is named; a page says more than its text.
DOCUMENT_COLUMNS = ("html", "text")
# In `Document.meta`: why a row is no document.
_FAULT = "fault"


class MissingLibraryError(MissingExtraError, ImportError):
    """A library that an adapter is for is not installed; the text says what to install."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is not installed: {install_hint(extra)}")


@dataclass(frozen=True, slots=True)
class RowCleaner:
    """Cleans rows with one choice of options. It can be pickled, and threads may share it.

    Attributes:
        settings: how to clean; the defaults if None.
        profile: what recurs on sites (`cleaner.load_profile`).
        document_column: the field that holds the page or the text, as str or bytes. None: `html`, or `text`
            where that is blank or not there.
        id_column: the field with the row's id, a string or a whole number. A row without one is named after
            its address, or else its number.
        url_column: the field with the address that the document came from.
        kind: what the documents are. `auto`: what is in `html` is HTML and what is in `text` is text; in
            another column the document itself tells.
        record: how much of the edits the record holds (`Cleaned.to_dict`).
        timeout: seconds for one document; ten minutes if None.
        processes: 0 cleans in this process: a timeout then interrupts Python code only, and a library that
            crashes takes the process along. 1 or more: in as many supervised ones, which a document may hang,
            crash or fill with two gigabytes without harm to others. They start once (some seconds and 300 MB)
            and hand each document over in a fraction of a millisecond.
        version: of the program; results that a library caches are not taken for those of another one.

    UsageError where one of them cannot be.
    """

    settings: Settings | None = None
    profile: Profile | None = None
    document_column: str | None = None
    id_column: str = "id"
    url_column: str = "url"
    kind: InputKind = "auto"
    record: RecordLevel = "none"
    timeout: float | None = None
    processes: int = 0
    version: str = __version__

    def __post_init__(self) -> None:
        Cleaner(self.settings, self.profile)
        if self.kind not in get_args(InputKind):
            raise UsageError(f"no kind {self.kind!r}; it is {', '.join(get_args(InputKind))}")
        if self.record not in get_args(RecordLevel):
            raise UsageError(f"no record {self.record!r}; it is {', '.join(get_args(RecordLevel))}")
        if self.timeout is not None and not is_positive_time(self.timeout):
            raise UsageError(f"no timeout {self.timeout!r}; it is a number of seconds above 0, or None")
        if not isinstance(self.processes, int) or isinstance(self.processes, bool) or self.processes < 0:
            raise UsageError(
                f"no processes {self.processes!r}; it is a whole number, 0 for none but this one"
            )

    @property
    def document_columns(self) -> tuple[str, ...]:
        """The fields that may hold the document, in the order in which they are asked."""
        return (self.document_column,) if self.document_column is not None else DOCUMENT_COLUMNS

    def clean(self, row: Row) -> Record:
        """The record of one row; the verdict is `failed` where it could not be cleaned."""
        return next(self.clean_rows([row]))

    def clean_rows(self, rows: Iterable[Row]) -> Iterator[Record]:
        """The record of each row, in their order, each when it is asked for.

        It has the fields of `cleaner.output.schema`, then those of the row that are neither document nor id,
        untouched; such of them as have the name of a field of the record are in `input`.
        """
        return map(self.record_of, self.cleaned(rows))

    def cleaned(self, rows: Iterable[Row]) -> Iterator[Cleaned]:
        """The result for each row, as `cleaner.clean_many(errors="return")` gives them."""
        documents = (self.document(row, number) for number, row in enumerate(rows, 1))
        return Cleaner(self.settings, self.profile).clean_many(
            documents,
            workers=self.processes,
            timeout=self.timeout,
            errors="return",
            isolate=self.processes > 0,
        )

    def record_of(self, done: Cleaned) -> Record:
        """The record of one result of `cleaned`."""
        from cleaner.output.record import failed_record

        fault = done.doc.meta.get(_FAULT)
        if fault is None:
            return done.to_dict(self.record)
        fields, url = done.doc.meta["fields"], done.doc.url
        return failed_record(done.id, done.id, ErrorCode.BAD_ROW, fault, fields, url)

    def document(self, row: Row, number: int = 1) -> Document:
        """The document in the `number`-th row; where there is none, one that `clean_many` lets fail."""
        if not isinstance(row, Mapping):
            name, kind = f"row {number}", type(row).__name__
            return _no_document(name, None, {}, f"a row is a dict or another mapping, not {kind}")
        column = self._document_column(row)
        url = row.get(self.url_column)
        url = url if isinstance(url, str) else None
        given_id = row_id(row.get(self.id_column))
        id = given_id if given_id is not None else url or f"row {number}"
        used = {column, self.id_column if given_id is not None else None}
        fields = {name: value for name, value in row.items() if name not in used}
        if column is None:
            return _no_document(id, url, fields, self._why_none(row))
        kind = self._kind_in(column)
        return make_document(row[column], id=id, kind=kind, url=url, meta={"fields": fields})

    def _document_column(self, row: Row) -> str | None:
        """The first column with a document that is not blank; where all are blank the first of those."""
        return document_field(row, self.document_columns, (str, bytes, bytearray))

    def _kind_in(self, column: str) -> InputKind:
        if self.kind == "auto" and column in DOCUMENT_COLUMNS:
            return "html" if column == "html" else "text"
        return self.kind

    def _why_none(self, row: Row) -> str:
        held = [f"{name} holds {type(row[name]).__name__}" for name in self.document_columns if name in row]
        if held:
            return f"no str or bytes to clean: {', '.join(held)}"
        there = ", ".join(str(name) for name in list(row)[:10]) or "none"
        wanted = " or ".join(self.document_columns)
        return f"no column {wanted}; there are: {there}; document_column names another"


def _no_document(id: str, url: str | None, fields: Record, fault: str) -> Document:
    """What stands for a row without a document: its raw is no text, so that it fails in its place."""
    raw: Any = None
    return Document(id, raw, url=url, meta={"fields": fields, _FAULT: f"{id}: {fault}"})
