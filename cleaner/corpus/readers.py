"""Reads files into documents: each exactly once; one that cannot be read gives a `FailedInput` in its place.

The supervisor splits files into items, so that their order is fixed and memory does not grow. What takes time
(decoding, parsing a row) is done by the worker that cleans the document: it calls the item's `load`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, NamedTuple

from cleaner.corpus import compression as streams
from cleaner.corpus.archive_source import open_archive
from cleaner.corpus.discover import (
    FOLDER_ALREADY_READ,
    JSONL_SUFFIXES,
    KIND_BY_SUFFIX,
    PARQUET_SUFFIX,
    READABLE_SUFFIXES,
    WARC_SUFFIXES,
    FailedInput,
    File,
    FileFinder,
    refuse_unreadable,
)
from cleaner.corpus.http_body import BodyError, decode_body
from cleaner.corpus.parquet_rows import read_table_rows, to_json_value
from cleaner.corpus.pickling import PickledByFields
from cleaner.corpus.row_fields import document_field, row_id
from cleaner.corpus.selection import ALL_DOCUMENTS, Selection, sample_places
from cleaner.corpus.warc import ArchivedDocument, BrokenRecord, SkippedRecord, begins_record, read_archive
from cleaner.document import Document, Kind
from cleaner.errors import ErrorCode, MissingExtraError, fault_message
from cleaner.json_lines import MAX_DEPTH, dumps, exceeds_max_depth, loads
from cleaner.reading.decode import decode, guess_kind, looks_binary, looks_binary_text
from cleaner.settings import InputKind, ReadKind

__all__ = [
    "FOLDER_ALREADY_READ",
    "READABLE_SUFFIXES",
    "FailedInput",
    "File",
    "Inputs",
    "ReadOptions",
    "read_inputs",
]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How the user wants inputs to be read.

    Attributes:
        kind: what the documents are; `jsonl`: each file holds a row a line.
        max_bytes: of one document, decompressed.
    """

    kind: ReadKind = "auto"
    field: str | None = None
    id_field: str = "id"
    max_bytes: int = streams.MAX_DOCUMENT_BYTES

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a row that may hold the document; the first that is not blank is used."""
        return (self.field,) if self.field else ("html", "text")

    @property
    def document_kind(self) -> InputKind:
        """What each document is."""
        return "auto" if self.kind == "jsonl" else self.kind


@dataclass(frozen=True, slots=True)
class FileStarted:
    """The items after this one are in this file; `file_number` counts the files of the run from 0."""

    file_number: int
    file: File | FailedInput


# Where the position of a file is that was read to its end, or as far as it can be read.
END_OF_FILE = 1 << 62


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a file that is no document; `reason` says what it is, `times` how often it was there."""

    reason: str
    index_in_file: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class WholeFile(PickledByFields):
    """A file that is one document. `data`: of stdin, which a worker cannot read, what it holds."""

    file: File
    index_in_file: int = 1
    data: bytes | None = None

    def load(self, options: ReadOptions) -> Document | FailedInput:
        """Read it."""
        return _load_whole_file(self.file, self.data, options)

    def identity(self, options: ReadOptions) -> tuple[str, Mapping[str, Any]]:
        """Its id and its fields, without reading it."""
        return self.file.id, {}


@dataclass(frozen=True, slots=True)
class JsonRow(PickledByFields):
    """A line of a .jsonl file."""

    file: File
    index_in_file: int
    line: bytes

    def load(self, options: ReadOptions) -> Document | FailedInput:
        """Parse it."""
        return _load_json_row(self.file, self.index_in_file, self.line, options)

    def identity(self, options: ReadOptions) -> tuple[str, Mapping[str, Any]]:
        """Its id and its fields but the document, as far as they can be read."""
        try:
            row = loads(self.line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or exceeds_max_depth(row):
            row = {}
        return _identity(self.file, self.index_in_file, row, options)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a Parquet file. `faults`: for each column that cannot be read in it, why not."""

    file: File
    index_in_file: int
    row: Mapping[str, Any]
    faults: Mapping[str, str] = field(default_factory=dict)

    def load(self, options: ReadOptions) -> Document | FailedInput:
        """Find the document in it."""
        return _load_table_row(self, options)

    def identity(self, options: ReadOptions) -> tuple[str, Mapping[str, Any]]:
        """Its id and its fields but the document."""
        return _identity(self.file, self.index_in_file, self.row, options)


@dataclass(frozen=True, slots=True)
class WarcPage:
    """A page or a text in a WARC or WET file."""

    file: File
    index_in_file: int
    page: ArchivedDocument

    def load(self, options: ReadOptions) -> Document | FailedInput:
        """Decode it."""
        return _load_warc_page(self.file, self.index_in_file, self.page, options)

    def identity(self, options: ReadOptions) -> tuple[str, Mapping[str, Any]]:
        """Its id and its fields."""
        return self.page.id or f"{self.file.id}:{self.index_in_file}", self.page.fields


Item = WholeFile | JsonRow | TableRow | WarcPage | FailedInput


def read_inputs(
    inputs: Sequence[str],
    options: ReadOptions | None = None,
    *,
    avoid: Path | None = None,
    skipped: Counter[str] | None = None,
) -> Iterator[Document | FailedInput]:
    """Every document of the inputs, in order.

    `avoid` is a folder that is never read (where the output goes); `skipped` counts what is no document:
    files of other types in folders, by suffix, and responses in archives. UsageError when no input can be
    opened.
    """
    counts = Counter[str]() if skipped is None else skipped
    source = Inputs(inputs, options, avoid=avoid, skipped=counts)
    yield from documents_of(source, options or ReadOptions(), counts)


def documents_of(
    inputs: Inputs, options: ReadOptions, skipped: Counter[str]
) -> Iterator[Document | FailedInput]:
    """Every document of inputs; what is skipped in files is counted."""
    for item in inputs.items():
        if isinstance(item, Skipped):
            skipped[item.reason] += item.times
        elif not isinstance(item, FileStarted):
            yield load_item(item, options)


def load_item(item: Item, options: ReadOptions) -> Document | FailedInput:
    """The document of an item, or why there is none, whatever it is that loading it raises."""
    if isinstance(item, FailedInput):
        return item
    try:
        return item.load(options)
    except Exception as error:
        return failed_item(item, options, ErrorCode.CRASHED, fault_message(error))


def failed_item(
    item: WholeFile | JsonRow | TableRow | WarcPage, options: ReadOptions, code: ErrorCode, message: str
) -> FailedInput:
    """The failure of an item that is lost: its document is not looked at again, its id and its fields are."""
    try:
        id, fields = item.identity(options)
    except Exception:  # it may be what is at fault
        id, fields = f"{item.file.id}:{item.index_in_file}", {}
    url = item.page.url if isinstance(item, WarcPage) else _url_in(fields)
    message = f"{where_is(item)}: {message}"
    return FailedInput(id, item.file.path, code, message, fields, item.index_in_file, url)


def where_is(item: WholeFile | JsonRow | TableRow | WarcPage) -> str:
    """The name of an item for messages: its file, and within a file its number."""
    name = item.file.display_name
    return name if isinstance(item, WholeFile) else f"{name}:{item.index_in_file}"


def portable(item: Item, options: ReadOptions) -> Item:
    """The item so that it can be loaded where its file cannot be read: on another machine."""
    if not isinstance(item, WholeFile) or item.data is not None:
        return item
    try:
        return replace(item, data=streams.read_whole(item.file.path, options.max_bytes))
    except streams.READ_ERRORS as error:
        return _unreadable_file(item.file, error)


def documents_in_file(file: File, options: ReadOptions) -> Iterator[Document | FailedInput]:
    """The documents in one file: its rows, its pages, or itself. For stdin the first line decides."""
    for item in Inputs([], options).items_in_file(file):
        if not isinstance(item, Skipped):
            yield load_item(item, options)


class Inputs:
    """The inputs of a run, read from the start or from where an earlier run stopped.

    UsageError when none of them can be opened.

    `first_row`: the first item that was read, where it is a row and another field than usual names it.
    """

    def __init__(
        self,
        inputs: Sequence[str],
        options: ReadOptions | None = None,
        *,
        avoid: Path | None = None,
        skipped: Counter[str] | None = None,
        selection: Selection = ALL_DOCUMENTS,
    ) -> None:
        refuse_unreadable(inputs)
        self._inputs, self._options, self._avoid = inputs, options or ReadOptions(), avoid
        self._selection = selection
        self._skipped = Counter[str]() if skipped is None else skipped
        self._finished_bytes = 0  # of files that were read to their end
        self.n_read = 0  # documents
        self.first_row: JsonRow | TableRow | None = None
        self._has_item = False
        self._open_file: IO[bytes] | None = None

    @property
    def bytes_read(self) -> int:
        """Bytes of input read so far, before decompression, including what is read ahead."""
        try:
            return self._finished_bytes + (self._open_file.tell() if self._open_file else 0)
        except (OSError, ValueError):  # a pipe, or closed just now
            return self._finished_bytes

    def total_bytes(self) -> int:
        """Bytes of all input before decompression: `bytes_read` at the end."""
        return sum(file.size for file in self.files() if isinstance(file, File))

    def files(self, skipped: Counter[str] | None = None) -> Iterator[File | FailedInput]:
        """All files as they are now, none of them opened; files of other types are counted in `skipped`."""
        finder = FileFinder(self._avoid, Counter() if skipped is None else skipped)
        return (file for given in self._inputs for file in finder.files(given))

    def items(
        self, file_number: int = 0, after: int = 0, n_before: int = 0
    ) -> Iterator[FileStarted | Skipped | Item]:
        """All items, without those of files before `file_number` and the first `after` of that file.

        `n_before`: how many documents were taken before that place, which count for a limit.
        """
        places = self._sample_places()
        limit = self._selection.limit
        n_left = None if limit is None else limit - n_before
        for at, file in enumerate(self.files(self._skipped)):
            yield FileStarted(at, file)
            if at >= file_number and n_left != 0:
                items = self.items_in_file(file, after if at == file_number else 0)
                if places is not None:
                    items = (i for i in items if isinstance(i, Skipped) or (at, i.index_in_file) in places)
                n_read = self.n_read
                yield from self._counted(items, n_left)
                n_left = None if n_left is None else n_left - (self.n_read - n_read)
            self.count_finished(file)

    def _counted(self, items: Iterator[Skipped | Item], limit: int | None) -> Iterator[Skipped | Item]:
        """The items until so many documents were among them."""
        for item in items:
            if isinstance(item, Skipped):
                yield item
                continue
            self.n_read += 1
            limit = None if limit is None else limit - 1
            yield item
            if limit == 0:
                return

    def _sample_places(self) -> set[tuple[int, int]] | None:
        """The places of the documents that a sample takes, which reads the inputs; None for all."""
        if self._selection.sample is None:
            return None
        inputs = Inputs(self._inputs, self._options, avoid=self._avoid)
        return sample_places(inputs._places(), self._selection.sample)

    def _places(self) -> Iterator[tuple[str, int, int]]:
        for at, file in enumerate(self.files()):
            for item in self.items_in_file(file):
                if not isinstance(item, Skipped):
                    yield file.id, at, item.index_in_file

    def count_finished(self, file: File | FailedInput) -> None:
        """Count a file among those that were read to their end."""
        self._finished_bytes += file.size if isinstance(file, File) else 0

    def items_in_file(self, file: File | FailedInput, after: int = 0) -> Iterator[Skipped | Item]:
        """The items of one file, after the first `after`; none after its end, which may be a failure."""
        if after >= END_OF_FILE:
            return
        if isinstance(file, FailedInput):
            if not after:
                yield file
            return
        number = 0
        try:
            for item in self._items_of_kind(file, after):
                number = item.index_in_file
                if not self._has_item:
                    self._note_first(item)
                yield item
        except Exception as error:  # whatever a reader raises costs its file, not the run
            number = max(number, after) + 1
            message = f"{file.display_name}: {fault_message(error)}; what comes before it was read"
            yield FailedInput(
                f"{file.id}:{number}", file.path, ErrorCode.CRASHED, message, index_in_file=number
            )

    def _note_first(self, item: Skipped | Item) -> None:
        self._has_item = not isinstance(item, Skipped)
        if isinstance(item, JsonRow | TableRow) and self._options.id_field != ReadOptions().id_field:
            self.first_row = item

    def _items_of_kind(self, file: File, after: int) -> Iterator[Skipped | Item]:
        suffix, packing = streams.split_suffixes(file.path)
        if file.path == "-":
            yield from self._stdin_items(file, after)
        elif suffix == PARQUET_SUFFIX:
            yield from self._table_rows(file, packing, after)
        elif suffix in WARC_SUFFIXES:
            yield from self._warc_pages(file, after)
        elif suffix in JSONL_SUFFIXES or self._options.kind == "jsonl":
            yield from self._json_rows(file, after, streams.open_decompressed(file.path, look=True))
        elif suffix not in KIND_BY_SUFFIX:
            yield from self._unnamed_items(file, after)
        elif not after:
            yield WholeFile(file)

    def _stdin_items(self, file: File, after: int) -> Iterator[Skipped | Item]:
        """What stdin holds, by its beginning."""
        try:
            look = _look_into(streams.open_stdin(), self._options)
            is_document = not (look.is_archive or look.is_lines or look.rows)
            data = streams.read_all(look.stream, self._options.max_bytes) if is_document else b""
        except streams.READ_ERRORS as error:
            yield replace(_unreadable_file(file, error), index_in_file=END_OF_FILE)
            return
        if look.is_archive:
            yield from self._warc_pages(file, after, look.stream)
        elif look.rows:
            yield from _rows_after(file, after, look.rows)
        elif look.is_lines:
            yield from self._json_rows(file, after, nullcontext(look.stream))
        elif not after:
            yield WholeFile(file, data=data)

    def _unnamed_items(self, file: File, after: int) -> Iterator[Skipped | Item]:
        """What a file holds whose name does not say it, by its beginning; `.json` may be one row, or many.

        A pipe can be read once only, and an address is far away: such is one document.
        """
        if not Path(file.path).is_file():
            if not after:
                yield WholeFile(file)
            return
        try:
            with streams.open_decompressed(file.path, look=True) as stream:
                look = _look_into(stream, self._options)
        except streams.READ_ERRORS:
            if not after:
                yield WholeFile(file)  # who reads it whole says what is wrong
            return
        if look.is_archive:
            yield from self._warc_pages(file, after)
        elif look.rows:
            yield from _rows_after(file, after, look.rows)
        elif look.is_lines:
            yield from self._json_rows(file, after, streams.open_decompressed(file.path, look=True))
        elif not after:
            yield WholeFile(file)

    def _json_rows(self, file: File, after: int, opened: AbstractContextManager[IO[bytes]]) -> Iterator[Item]:
        """Rows one by one: memory does not grow with the file."""
        number = 0
        try:
            with opened as stream:
                self._open_file = _underlying_file(stream)
                for number, line in enumerate(streams.read_lines(stream, self._options.max_bytes), 1):
                    if number <= after:
                        continue
                    if line is None:
                        message = (
                            f"{file.display_name}:{number}: {streams.TooLargeError(self._options.max_bytes)}"
                        )
                        yield FailedInput(
                            f"{file.id}:{number}",
                            file.path,
                            ErrorCode.TOO_LARGE,
                            message,
                            index_in_file=number,
                        )
                        continue
                    row = line.removeprefix(streams.UTF8_BOM) if number == 1 else line
                    if row.strip():
                        yield JsonRow(file, number, row)
        except streams.READ_ERRORS as error:
            yield _truncated_file(file, number, "lines", error)
        finally:
            self._open_file = None

    def _table_rows(self, file: File, packing: str, after: int) -> Iterator[Item]:
        number = after
        try:
            if packing:
                raise ValueError(f"a table packed again; Parquet packs by itself, unpack {packing}")
            with streams.open_as_stored(file.path) as stream:
                for number, row, faults, n_rows in read_table_rows(stream, after):
                    if row is None:
                        yield _unreadable_rows(file, number, n_rows, faults)
                    else:
                        yield TableRow(file, number, row, faults)
        except MissingExtraError as error:
            yield replace(_failed_file(file, ErrorCode.UNREADABLE, str(error)), index_in_file=END_OF_FILE)
        except Exception as error:  # of pyarrow, which may raise anything for a damaged file
            yield _truncated_file(file, number, "rows", error)

    def _warc_pages(
        self, file: File, after: int, stream: IO[bytes] | None = None
    ) -> Iterator[Skipped | Item]:
        """`stream`: of stdin, which has no path, its bytes unpacked."""
        number = 0
        try:
            with open_archive(file.path, stream) as source:
                self._open_file = source.file
                for number, item in enumerate(read_archive(source, self._options.max_bytes), 1):
                    if number <= after:
                        continue
                    if isinstance(item, ArchivedDocument):
                        yield WarcPage(file, number, item)
                    elif isinstance(item, SkippedRecord):
                        yield Skipped(item.reason, number)
                    else:
                        yield _broken_record(file, number, item)
        except streams.READ_ERRORS as error:
            yield _truncated_file(file, max(number, after), "records", error)
        finally:
            self._open_file = None


def _broken_record(file: File, number: int, broken: BrokenRecord) -> FailedInput:
    id = broken.id or f"{file.id}:{number}"
    message = f"{file.display_name}:{number}: {broken.message}"
    return FailedInput(id, file.path, broken.code, message, index_in_file=number, url=broken.url)


def _underlying_file(stream: Any) -> IO[bytes]:
    """The file below its decompressors, whose position is how far it is read."""
    for name in ("fileobj", "_fp", "raw"):
        inner = getattr(stream, name, None)
        if inner is not None and hasattr(inner, "tell"):
            stream = getattr(inner, "_file", inner)
    return stream  # type: ignore[no-any-return]


def _unreadable_rows(file: File, number: int, n_rows: int, faults: Mapping[str, str]) -> FailedInput:
    """The failure of rows of a table of which no column can be read; the rows behind them may be."""
    rows = f"{number}" if n_rows == 1 else f"{number}: {n_rows:,} rows from here on"
    why = "; ".join(dict.fromkeys(faults.values()))
    message = f"{file.display_name}:{rows}: cannot be read: {why}"
    return FailedInput(f"{file.id}:{number}", file.path, ErrorCode.UNREADABLE, message, index_in_file=number)


def _truncated_file(file: File, number: int, unit_name: str, error: BaseException) -> FailedInput:
    """The failure of a file that cannot be read further; the documents before it count."""
    message = f"{file.display_name}: {_error_text(error)}; {number} {unit_name} were read before"
    return FailedInput(
        f"{file.id}:{number + 1}", file.path, ErrorCode.UNREADABLE, message, index_in_file=END_OF_FILE
    )


class _Look(NamedTuple):
    """What a stream holds, by its beginning: an archive, lines of JSON, one JSON text with `rows`, or, where
    it is none of them, a document. `stream` gives its bytes from the start, but where there are rows."""

    stream: IO[bytes]
    is_archive: bool = False
    is_lines: bool = False
    rows: Sequence[bytes] = ()


def _look_into(stream: IO[bytes], options: ReadOptions) -> _Look:
    """Look at the first line, and at all where that begins a JSON text of many lines. TooLargeError if such a
    text is."""
    line, head = streams.read_first_line(stream, options.max_bytes)
    line = line.removeprefix(streams.UTF8_BOM)
    if options.kind != "jsonl" and begins_record(head):
        return _Look(streams.rewound(head, stream), is_archive=True)
    if options.kind == "auto" and JSON_TEXT.match(line):
        next_line = stream.readline(options.max_bytes)
        stream = streams.rewound(head + next_line, stream)
        if line.strip() == b"{" and next_line.lstrip().startswith(b"{"):  # a broken line, then lines
            return _Look(stream, is_lines=True)
        head = streams.read_all(stream, options.max_bytes)
        if rows := _rows_of_json_text(head):
            return _Look(stream, rows=rows)
    return _Look(streams.rewound(head, stream), is_lines=_begins_rows(line, options.kind))


# The first line of a list of objects, or of an object that goes on behind the line.
JSON_TEXT = re.compile(rb"\s*(?:\[\s*(?:\{|$)|\{\s*$)")


# In the place of a row that is nested too deeply to be written again: it fails for the same reason.
_TOO_DEEP = b'{"a":' * (MAX_DEPTH + 1) + b"0" + b"}" * (MAX_DEPTH + 1)


def _rows_of_json_text(data: bytes) -> list[bytes]:
    """The objects in a JSON text, a line each, if it is one or a list that begins with one; else nothing."""
    try:
        value = loads(data.removeprefix(streams.UTF8_BOM), constants=True)
    except (ValueError, RecursionError):
        return []
    values = value if isinstance(value, list) else [value]
    if not values or not isinstance(values[0], dict):
        return []
    return [_TOO_DEEP if exceeds_max_depth(one) else dumps(one) for one in values]


def _rows_after(file: File, after: int, rows: Sequence[bytes]) -> Iterator[JsonRow]:
    return (JsonRow(file, number, row) for number, row in enumerate(rows, 1) if number > after)


def _begins_rows(line: bytes, kind: ReadKind) -> bool:
    """Whether a stream that begins with `line` holds rows of JSON.

    A first line that begins as an object does is a row, even one that cannot be read: that one fails, and no
    row is lost. Where the user says that the documents are text or HTML, it has to be an object.
    """
    line = line.lstrip()
    is_like_row = line.startswith((b"{", b'[{"'))
    return kind == "jsonl" or (is_like_row and (kind == "auto" or _is_json_object(line)))


def _is_json_object(line: bytes) -> bool:
    try:
        return isinstance(loads(line), dict)
    except ValueError:
        return False


def _load_whole_file(file: File, data: bytes | None, options: ReadOptions) -> Document | FailedInput:
    try:
        data = streams.read_whole(file.path, options.max_bytes) if data is None else data
    except streams.READ_ERRORS as error:
        return _unreadable_file(file, error)
    if looks_binary(data):
        return _failed_file(
            file, ErrorCode.BINARY, f"a binary file; what is read is {' '.join(READABLE_SUFFIXES)}"
        )
    stated = options.document_kind
    kind = KIND_BY_SUFFIX.get(streams.split_suffixes(file.path)[0]) if stated == "auto" else stated
    raw, encoding = decode(data, kind=kind)
    return Document(file.id, raw, kind or guess_kind(raw), encoding=encoding, meta={"source": file.path})


def _unreadable_file(file: File, error: BaseException) -> FailedInput:
    code = ErrorCode.TOO_LARGE if isinstance(error, streams.TooLargeError) else ErrorCode.UNREADABLE
    return _failed_file(file, code, _error_text(error))


def _failed_file(file: File, code: ErrorCode, message: str) -> FailedInput:
    return FailedInput(file.id, file.path, code, f"{file.display_name}: {message}")


def _error_text(error: BaseException) -> str:
    """The reason of an error, without the path, which the message names already."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, EOFError):
        return "compressed data ends too early: the file is truncated"
    return str(error)


def _load_json_row(file: File, number: int, line: bytes, options: ReadOptions) -> Document | FailedInput:
    try:
        row = loads(line, constants=True)
    except UnicodeDecodeError as error:
        return _failed_row(file, number, f"not UTF-8 ({error.reason})")
    except ValueError as error:
        return _failed_row(file, number, f"not JSON: {error}{one_document_hint(file, number, options)}")
    if not isinstance(row, dict):
        hint = ": an array; `jq -c '.[]'` makes lines of it" if isinstance(row, list) else ""
        return _failed_row(file, number, f"not a JSON object, one document a line{hint}")
    if exceeds_max_depth(row):
        return _failed_row(file, number, f"nested more than {MAX_DEPTH} levels deep")
    return _row_document(file, number, row, options)


def one_document_hint(file: File, number: int, options: ReadOptions) -> str:
    """What to do where stdin, or a file whose name says nothing, was taken for rows by its first line."""
    is_guess = streams.split_suffixes(file.path)[0] not in JSONL_SUFFIXES and options.kind == "auto"
    what = "stdin" if file.path == "-" else "a file"
    hint = f"; {what} that begins with {{ is read as rows; --kind text or html reads one document"
    return hint * (is_guess and number <= 2)


def _failed_row(file: File, number: int, message: str) -> FailedInput:
    message = f"{file.display_name}:{number}: {message}"
    return FailedInput(f"{file.id}:{number}", file.path, ErrorCode.BAD_ROW, message, index_in_file=number)


def _row_document(
    file: File, number: int, row: dict[str, Any], options: ReadOptions
) -> Document | FailedInput:
    id, fields = _row_identity(file, number, row, options)
    name = document_field(row, options.fields, str)
    if name is None:
        wanted = " or ".join(f'"{name}"' for name in options.fields)
        present_fields = ", ".join(str(key) for key in list(row)[:10]) or "none"
        message = f"{file.display_name}:{number}: no string in {wanted}; fields there: {present_fields}; "
        message += "--field names another"
        return FailedInput(id, file.path, ErrorCode.BAD_ROW, message, fields, number, _url_in(row))
    if looks_binary_text(row[name]):
        return _binary_row(file, number, id, fields, name)
    kind = _row_kind(name, row[name], options.document_kind)
    meta = {"source": file.path, "row": number, "fields": _carried_fields(fields, {name})}
    return Document(id, row[name], kind, _url_in(row), meta=meta)


def _binary_row(file: File, number: int, id: str, fields: Mapping[str, Any], name: str) -> FailedInput:
    """The failure of a row whose document is none."""
    others = {key: value for key, value in fields.items() if key != name}
    message = f'{file.display_name}:{number}: "{name}" holds no text but binary data'
    return FailedInput(id, file.path, ErrorCode.BINARY, message, others, number, _url_in(fields))


def _url_in(row: Mapping[str, Any]) -> str | None:
    """The address in a row."""
    url = row.get("url")
    return url if isinstance(url, str) else None


def _identity(
    file: File, number: int, row: Mapping[str, Any], options: ReadOptions
) -> tuple[str, dict[str, Any]]:
    """The id and the fields of a row that is lost, without its document, which may be what is at fault."""
    document_fields = [name for name in options.fields if isinstance(row.get(name), str | bytes)]
    others = {name: value for name, value in row.items() if name not in document_fields[:1]}
    return _row_identity(
        file, number, {name: to_json_value(value) for name, value in others.items()}, options
    )


def _row_identity(
    file: File, number: int, row: Mapping[str, Any], options: ReadOptions
) -> tuple[str, dict[str, Any]]:
    """A row's id, and its other fields."""
    id = row_id(row.get(options.id_field))
    if id is None:
        return f"{file.id}:{number}", _carried_fields(row, ())
    return id, _carried_fields(row, {options.id_field})


def _row_kind(name: str, value: str, kind_option: InputKind) -> Kind:
    if kind_option != "auto":
        return kind_option
    if name in ("html", "text"):
        return "html" if name == "html" else "text"
    return guess_kind(value)


def _carried_fields(row: Mapping[str, Any], used_fields: Iterable[str]) -> dict[str, Any]:
    """The row's fields that are copied to the record, as JSON can hold them (NaN is null)."""
    return {name: to_json_value(value) for name, value in row.items() if name not in used_fields}


def _load_table_row(item: TableRow, options: ReadOptions) -> Document | FailedInput:
    """A field may hold bytes, as pages often do: they are decoded as those of a file are."""
    file, number, row = item.file, item.index_in_file, item.row
    name = next(
        (name for name in options.fields if isinstance(row.get(name), bytes) and row[name].strip()), None
    )
    others = {key: to_json_value(value) for key, value in row.items() if key != name}
    if item.faults:
        id, fields = _row_identity(file, number, others, options)
        why = "; ".join(f"{column}: {fault}" for column, fault in item.faults.items())
        message = f"{file.display_name}:{number}: cannot be read: {why}"
        return FailedInput(id, file.path, ErrorCode.BAD_ROW, message, fields, number, _url_in(others))
    if name is None:
        return _row_document(file, number, others, options)
    if looks_binary(row[name]):
        id, fields = _row_identity(file, number, others, options)
        return _binary_row(file, number, id, fields, name)
    stated = options.document_kind
    kind: Kind | None = stated if stated != "auto" else "html" if name == "html" else None
    raw, encoding = decode(row[name], kind=kind)
    document = _row_document(file, number, {name: raw} | others, options)
    return replace(document, encoding=encoding) if isinstance(document, Document) else document


def _load_warc_page(
    file: File, number: int, page: ArchivedDocument, options: ReadOptions
) -> Document | FailedInput:
    """A page, with the id of its WARC record, its address and the date it was fetched."""
    id, where = page.id or f"{file.id}:{number}", f"{file.display_name}:{number}: {page.url}"

    def failed(code: ErrorCode, message: str) -> FailedInput:
        return FailedInput(id, file.path, code, f"{where}: {message}", page.fields, number, page.url)

    try:
        body = decode_body(page.body, page.codings, options.max_bytes)
    except BodyError as error:
        if not (page.truncated and error.decoded):  # else it is whole as far as the crawler took it
            return failed(ErrorCode.UNREADABLE, str(error))
        body = error.decoded
    except MissingExtraError as error:
        return failed(ErrorCode.UNREADABLE, str(error))
    except streams.TooLargeError as error:
        return failed(ErrorCode.TOO_LARGE, str(error))
    if looks_binary(body):
        return failed(ErrorCode.BINARY, "holds no text")
    kind = page.kind if options.document_kind == "auto" else options.document_kind
    raw, encoding = decode(body, page.charset, kind=kind)
    meta = {"source": file.path, "row": number, "fields": page.fields}
    return Document(id, raw, kind or guess_kind(raw), page.url, encoding, meta)
