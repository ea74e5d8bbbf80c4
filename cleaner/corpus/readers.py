"""Files to documents: each input document exactly once, what cannot be read as a `Broken` in its place.

A file is taken apart where the run is supervised, so that order is one and memory does not grow; what costs
time (decoding, parsing a row) is done where the document is cleaned: an `Item` says what is to be read, and
its `load` reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Literal

from cleaner.corpus import compression as streams
from cleaner.corpus.discover import (
    ARCHIVE,
    KINDS,
    LINKED,
    READ,
    ROWS,
    TABLE,
    Broken,
    File,
    Walk,
    refuse_unreadable,
)
from cleaner.corpus.parquet import MissingError, plain, table_errors, table_rows
from cleaner.corpus.warc import Other, Response, archive_errors, responses
from cleaner.document import Document, Kind
from cleaner.errors import Code
from cleaner.json_lines import MAX_DEPTH, exceeds_max_depth, loads
from cleaner.reading.decode import decode, guess_kind, looks_binary

__all__ = ["LINKED", "READ", "Broken", "File", "How", "Inputs", "read_inputs"]

KindAsked = Literal["auto", "html", "text"]

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class How:
    """How inputs are to be read, as the user asked. `largest`: bytes of one document, expanded."""

    kind: KindAsked = "auto"
    field: str | None = None
    id_field: str = "id"
    largest: int = streams.LARGEST

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a row that may hold the document; the first that is not blank does."""
        return (self.field,) if self.field else ("html", "text")


@dataclass(frozen=True, slots=True)
class Began:
    """From here on documents come from this file, the `number`th of the run."""

    number: int
    file: File | Broken


@dataclass(frozen=True, slots=True)
class Passed:
    """Something in a file that is no document, and what it is; `unit` is its place."""

    what: str
    unit: int


@dataclass(frozen=True, slots=True)
class Single:
    """A file that is one document."""

    file: File
    unit: int = 1

    def load(self, how: How) -> Document | Broken:
        """Read it."""
        return _single(self.file, how)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of JSON."""

    file: File
    unit: int
    line: bytes

    def load(self, how: How) -> Document | Broken:
        """Parse it."""
        return _row(self.file, self.unit, self.line, how)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    file: File
    unit: int
    row: Mapping[str, Any]

    def load(self, how: How) -> Document | Broken:
        """Find the document in it."""
        return _table_row(self.file, self.unit, self.row, how)


@dataclass(frozen=True, slots=True)
class Page:
    """A response in an archive."""

    file: File
    unit: int
    response: Response

    def load(self, how: How) -> Document | Broken:
        """Decode it."""
        return _page(self.file, self.unit, self.response, how)


Item = Single | Line | Row | Page | Broken


def read_inputs(
    inputs: Sequence[str],
    how: How | None = None,
    *,
    avoid: Path | None = None,
    skipped: Counter[str] | None = None,
) -> Iterator[Document | Broken]:
    """Every document of the inputs, in order.

    `avoid` is a folder that is never read (where the output goes); `skipped` counts what is no document:
    files of other types in folders, by suffix, and responses in archives. Raises UsageError when no input at
    all can be opened.
    """
    counts = Counter[str]() if skipped is None else skipped
    for item in Inputs(inputs, how, avoid=avoid, skipped=counts).items():
        if isinstance(item, Passed):
            counts[item.what] += 1
        elif not isinstance(item, Began):
            yield loaded(item, how or How())


def loaded(item: Item, how: How) -> Document | Broken:
    """The document that an item stands for."""
    return item if isinstance(item, Broken) else item.load(how)


def documents(file: File, how: How) -> Iterator[Document | Broken]:
    """The documents in one file: its rows, its pages, or itself. On stdin the first line tells which."""
    for item in Inputs([], how).within(file):
        if not isinstance(item, Passed):
            yield loaded(item, how)


class Inputs:
    """The inputs of a run, to be gone through from the start or from where an earlier run stopped.

    UsageError when none of them can be opened.
    """

    def __init__(
        self,
        inputs: Sequence[str],
        how: How | None = None,
        *,
        avoid: Path | None = None,
        skipped: Counter[str] | None = None,
    ) -> None:
        refuse_unreadable(inputs)
        self._inputs, self._how, self._avoid = inputs, how or How(), avoid
        self._skipped = Counter[str]() if skipped is None else skipped
        self._done = 0  # bytes of files that were gone through
        self._open: IO[bytes] | None = None

    @property
    def read(self) -> int:
        """Bytes of input gone through so far, as they lie there; read ahead included."""
        try:
            return self._done + (self._open.tell() if self._open else 0)
        except (OSError, ValueError):  # a pipe, or closed just now
            return self._done

    def size(self) -> int:
        """Bytes of all input, as it lies there: what `read` comes to in the end."""
        walk = Walk(self._avoid, Counter())
        found = (file for given in self._inputs for file in walk.files(given))
        return sum(file.size for file in found if isinstance(file, File))

    def items(self, number: int = 0, unit: int = 0) -> Iterator[Began | Passed | Item]:
        """What the inputs hold: of files before `number` nothing, of that one what follows `unit`."""
        walk = Walk(self._avoid, self._skipped)
        files = (found for given in self._inputs for found in walk.files(given))
        for at, found in enumerate(files):
            yield Began(at, found)
            if at >= number:
                yield from self.within(found, unit if at == number else 0)
            self._done += found.size if isinstance(found, File) else 0

    def within(self, found: File | Broken, after: int = 0) -> Iterator[Passed | Item]:
        """What one file holds, after the first `after` units."""
        if isinstance(found, Broken):
            if not after:
                yield found
            return
        kind, packed = streams.suffix(found.path)
        if found.path == "-":
            found = replace(found, head=streams.first_line(self._how.largest))
            kind = ROWS if _is_row(found.head, self._how) else ""
        if kind == ROWS:
            yield from self._rows(found, after)
        elif kind == TABLE:
            yield from self._table(found, packed, after)
        elif kind == ARCHIVE:
            yield from self._archive(found, after)
        elif not after:
            yield Single(found)

    def _rows(self, file: File, after: int) -> Iterator[Item]:
        """Rows as they come: memory does not grow with the file."""
        number = 0
        try:
            with streams.opened(file.path, file.head) as stream:
                self._open = _beneath(stream)
                for number, line in enumerate(streams.lines(stream, self._how.largest), 1):
                    if number <= after:
                        continue
                    if line is None:
                        message = f"{file.shown}:{number}: {streams.TooLargeError(self._how.largest)}"
                        yield Broken(f"{file.id}:{number}", file.path, Code.TOO_LARGE, message, unit=number)
                    elif line.strip():
                        yield Line(file, number, line.removeprefix(BOM) if number == 1 else line)
        except streams.UNREADABLE as error:
            if number + 1 > after:
                yield _ended(file, number, "lines", error)
        finally:
            self._open = None

    def _table(self, file: File, packed: str, after: int) -> Iterator[Item]:
        number = after
        try:
            if packed:
                raise ValueError(f"a table packed again; Parquet packs by itself, unpack {packed}")
            with streams.packed_bytes(file.path) as stream:
                for number, row in table_rows(stream, after):
                    yield Row(file, number, row)
        except MissingError as error:
            yield _broken(file, Code.UNREADABLE, str(error))
        except Exception as error:
            if not isinstance(error, table_errors()):
                raise
            yield _ended(file, number, "rows", error)

    def _archive(self, file: File, after: int) -> Iterator[Passed | Item]:
        number = 0
        try:
            with streams.opened(file.path) as stream:
                self._open = _beneath(stream)
                for number, found in responses(stream, after, self._how.largest):
                    if isinstance(found, Response):
                        yield Page(file, number, found)
                    elif isinstance(found, Other):
                        yield Passed(found.what, number)
                    else:
                        large = isinstance(found, streams.TooLargeError)
                        code = Code.TOO_LARGE if large else Code.UNREADABLE
                        message = f"{file.shown}:{number}: {found}"
                        yield Broken(f"{file.id}:{number}", file.path, code, message, unit=number)
        except MissingError as error:
            yield _broken(file, Code.UNREADABLE, str(error))
        except streams.UNREADABLE + archive_errors() as error:
            yield _ended(file, max(number, after), "records", error)
        finally:
            self._open = None


def _beneath(stream: Any) -> IO[bytes]:
    """The file under what expands it: how far that is read is how far we are."""
    for name in ("fileobj", "_fp", "raw"):
        inner = getattr(stream, name, None)
        if inner is not None and hasattr(inner, "tell"):
            stream = getattr(inner, "_file", inner)
    return stream  # type: ignore[no-any-return]


def _ended(file: File, number: int, what: str, error: BaseException) -> Broken:
    """A file that cannot be read on; what was read before is not lost."""
    message = f"{file.shown}: {_told(error)}; {number} {what} were read before"
    return Broken(f"{file.id}:{number + 1}", file.path, Code.UNREADABLE, message, unit=number + 1)


def _is_row(line: bytes, how: How) -> bool:
    line = line.removeprefix(BOM)
    try:
        row = loads(line) if line.lstrip().startswith(b"{") else None
    except ValueError:
        return False
    return isinstance(row, dict) and any(isinstance(row.get(name), str) for name in how.fields)


def _single(file: File, how: How) -> Document | Broken:
    try:
        data = streams.whole(file.path, file.head, how.largest)
    except streams.UNREADABLE as error:
        code = Code.TOO_LARGE if isinstance(error, streams.TooLargeError) else Code.UNREADABLE
        return _broken(file, code, _told(error))
    if looks_binary(data):
        return _broken(file, Code.BINARY, f"a binary file; what is read is {' '.join(READ)}")
    kind = KINDS.get(streams.suffix(file.path)[0]) if how.kind == "auto" else how.kind
    raw, encoding = decode(data, kind=kind)
    return Document(file.id, raw, kind or guess_kind(raw), encoding=encoding, meta={"source": file.path})


def _broken(file: File, code: Code, message: str) -> Broken:
    return Broken(file.id, file.path, code, f"{file.shown}: {message}")


def _told(error: BaseException) -> str:
    """What went wrong with a file, without the path: the message names it already."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, EOFError):
        return "compressed data ends too early: the file is truncated"
    return str(error)


def _row(file: File, number: int, line: bytes, how: How) -> Document | Broken:
    try:
        row = loads(line)
    except UnicodeDecodeError as error:
        return _bad_row(file, number, f"not UTF-8 ({error.reason})")
    except ValueError as error:
        return _bad_row(file, number, f"not JSON: {error}")
    if not isinstance(row, dict):
        return _bad_row(file, number, "not a JSON object, one document a line")
    if exceeds_max_depth(row):
        return _bad_row(file, number, f"nested more than {MAX_DEPTH} levels deep")
    return _row_document(file, number, row, how)


def _bad_row(file: File, number: int, message: str) -> Broken:
    message = f"{file.shown}:{number}: {message}"
    return Broken(f"{file.id}:{number}", file.path, Code.BAD_ROW, message, unit=number)


def _row_document(file: File, number: int, row: dict[str, Any], how: How) -> Document | Broken:
    id, taken = _row_id(row.get(how.id_field)), {how.id_field}
    if id is None:
        id, taken = f"{file.id}:{number}", set()
    names = how.fields
    there = [name for name in names if isinstance(row.get(name), str)]
    name = next((name for name in there if row[name].strip()), there[0] if there else None)
    if name is None:
        wanted = " or ".join(f'"{name}"' for name in names)
        told = ", ".join(str(key) for key in list(row)[:10]) or "none"
        message = f"{file.shown}:{number}: no string in {wanted}; fields there: {told}; --field names another"
        return Broken(id, file.path, Code.BAD_ROW, message, _others(row, taken), number)
    kind = _row_kind(name, row[name], how.kind)
    url = row.get("url") if isinstance(row.get("url"), str) else None
    meta = {"source": file.path, "row": number, "fields": _others(row, {*taken, name})}
    return Document(id, row[name], kind, url, meta=meta)


def _row_id(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)


def _row_kind(name: str, value: str, asked: KindAsked) -> Kind:
    if asked != "auto":
        return asked
    if name in ("html", "text"):
        return "html" if name == "html" else "text"
    return guess_kind(value)


def _others(row: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """The row's fields that are carried through."""
    return {name: value for name, value in row.items() if name not in taken}


def _table_row(file: File, number: int, row: Mapping[str, Any], how: How) -> Document | Broken:
    """Pages are often stored as bytes: then their charset is found out as for a file."""
    name = next((name for name in how.fields if isinstance(row.get(name), bytes) and row[name].strip()), None)
    others = {key: plain(value) for key, value in row.items() if key != name}
    if name is None:
        return _row_document(file, number, others, how)
    kind: Kind | None = how.kind if how.kind != "auto" else "html" if name == "html" else None
    raw, encoding = decode(row[name], kind=kind)
    found = _row_document(file, number, {name: raw} | others, how)
    return replace(found, encoding=encoding) if isinstance(found, Document) else found


def _page(file: File, number: int, found: Response, how: How) -> Document | Broken:
    """A page's id is its record's; its address and the day it was fetched come along."""
    id = found.id or f"{file.id}:{number}"
    if looks_binary(found.payload):
        message = f"{file.shown}:{number}: {found.url}: holds no text"
        return Broken(id, file.path, Code.BINARY, message, unit=number)
    raw, encoding = decode(found.payload, found.charset, kind="html")
    meta = {"source": file.path, "row": number, "fields": {"warc_date": found.date}}
    return Document(id, raw, "text" if how.kind == "text" else "html", found.url, encoding, meta)
