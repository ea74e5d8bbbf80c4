"""Inputs to documents, each input document exactly once, in an order that only the inputs decide.

A file, a folder (walked, sorted by the code points of the relative path), a glob, or `-` for stdin. What
cannot be read is a `Broken` in its place: nothing is passed over in silence.
"""

# os.path keeps paths as they were given, and does not raise on what it may not look at:
# ruff: noqa: PTH110, PTH112, PTH113, PTH116, PTH207

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any, Literal

from cleaner.corpus import streams
from cleaner.decode import decode, guess_kind, looks_binary
from cleaner.document import Document, Kind
from cleaner.errors import Code, UsageError
from cleaner.record import DEEPEST, loads, too_deep

KindAsked = Literal["auto", "html", "text"]

KINDS: dict[str, Kind] = {".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text", ".md": "text"}
ROWS = ".jsonl"
READ = (*KINDS, ROWS)
NOT_YET = (".parquet", ".warc")  # of several documents each: reading one as a document would garble all

LINKED = "linked folder already read"

BOM = b"\xef\xbb\xbf"
MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Broken:
    """An input document that cannot be read, and why."""

    id: str
    source: str
    code: Code
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class How:
    """How inputs are to be read, as the user asked."""

    kind: KindAsked = "auto"
    field: str | None = None
    id_field: str = "id"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a row that may hold the document; the first that is not blank does."""
        return (self.field,) if self.field else ("html", "text")


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: its path as given or found, and the id its document gets."""

    path: str
    id: str
    head: bytes = b""  # what was read of stdin to see what it holds

    @property
    def shown(self) -> str:
        """The file as messages name it."""
        return "stdin" if self.path == "-" else self.path


def read_inputs(
    inputs: Sequence[str],
    how: How | None = None,
    *,
    avoid: Path | None = None,
    skipped: Counter[str] | None = None,
) -> Iterator[Document | Broken]:
    """Every document of the inputs, in order.

    `avoid` is a folder that is never read (where the output goes); `skipped` counts files of other types
    in folders, by suffix. Raises UsageError when no input at all can be opened.
    """
    refuse_unreadable(inputs)
    walk = Walk(avoid, Counter() if skipped is None else skipped)
    for given in inputs:
        for found in walk.files(given):
            yield from documents(found, how or How()) if isinstance(found, File) else (found,)


def refuse_unreadable(inputs: Sequence[str]) -> None:
    """UsageError when none of the inputs can be opened."""
    faults = [fault for given in inputs if (fault := _fault(given))]
    if inputs and len(faults) == len(inputs):
        raise UsageError("; ".join(faults))


def _fault(given: str) -> str | None:
    if given == "-" or os.access(given, os.R_OK):
        return None
    if os.path.lexists(given):
        why = "permission denied" if os.path.exists(given) else "a link to a file that does not exist"
        return f"{given}: {why}"
    if MAGIC.search(given):
        return None if next(_globbed(given), None) else f"{given}: no file matches"
    return f"{given}: no such file or folder"


def _globbed(pattern: str) -> Iterator[str]:
    try:
        yield from glob.iglob(pattern, recursive=True)
    except RecursionError as error:
        raise UsageError(f"{pattern}: folders too deep for a pattern; give the folder itself") from error


class Walk:
    """Finds the files that inputs name. Each real folder under one input is entered once: links may loop."""

    def __init__(self, avoid: Path | None, skipped: Counter[str]) -> None:
        self._avoid = os.path.realpath(avoid) if avoid else None
        self._skipped = skipped

    def files(self, given: str) -> Iterator[File | Broken]:
        """The files of one input."""
        if given == "-":
            yield File("-", "stdin")
        elif os.path.isdir(given):
            yield from self._folder(given, given)
        elif fault := _fault(given):
            yield Broken(PurePath(given).name, given, Code.UNREADABLE, fault)
        elif not os.path.lexists(given):
            yield from self._matches(given)
        else:
            yield File(given, PurePath(given).name)

    def _folder(self, root: str, folder: str) -> Iterator[File | Broken]:
        """What a folder holds, at every depth. The stack is ours: Python's ends at a thousand folders."""
        entered: set[tuple[int, int]] = set()
        left = [folder + "/"]
        while left:
            path = left.pop()
            if not path.endswith("/"):
                yield from self._file(root, path)
                continue
            found = self._entries(root, path[:-1], entered)
            if isinstance(found, Broken):
                yield found
            else:
                left += reversed(found)

    def _entries(self, root: str, folder: str, entered: set[tuple[int, int]]) -> list[str] | Broken:
        """The paths in one folder, in order, those of folders with a slash; none at the second time."""
        try:
            status = os.stat(folder)
            entries = [e for e in os.scandir(folder) if not e.name.startswith(".")]
        except OSError as error:
            return Broken(_relative(folder, root), folder, Code.UNREADABLE, f"{folder}: {error.strerror}")
        if (status.st_dev, status.st_ino) in entered:
            self._skipped[LINKED] += 1
            return []
        entered.add((status.st_dev, status.st_ino))
        # with a slash behind folders, sorting each folder sorts the whole walk by relative path
        paths = sorted(e.path + "/" if _is_folder(e) else e.path for e in entries)
        return [path for path in paths if not (self._avoid and os.path.realpath(path) == self._avoid)]

    def _file(self, root: str, path: str) -> Iterator[File | Broken]:
        """A file in a folder: of a type that is read, or counted as skipped."""
        kind, packed = streams.suffix(path)
        if kind not in READ:
            self._skipped[(kind + packed) or "no suffix"] += 1
        elif os.path.isfile(path):
            yield File(path, _relative(path, root))
        else:  # a pipe would be waited for
            fault = _fault(path) or f"{path}: not a regular file"
            yield Broken(_relative(path, root), path, Code.UNREADABLE, fault)

    def _matches(self, pattern: str) -> Iterator[File | Broken]:
        """A glob the shell left alone. Other types count as skipped unless the pattern spells a suffix."""
        root = _fixed_part(pattern)
        spelled = re.search(r"\.\w+$", pattern)
        for path in sorted(_globbed(pattern)):
            if self._avoid and os.path.realpath(path).startswith(self._avoid + os.sep):
                continue
            if os.path.isdir(path):
                if "**" not in pattern:  # with it, what the folder holds matches by itself
                    yield from self._folder(root, path)
            elif spelled and os.path.isfile(path):
                yield File(path, _relative(path, root))
            else:
                yield from self._file(root, path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _relative(path: str, root: str) -> str:
    return PurePath(os.path.relpath(path, root or ".")).as_posix()


def _fixed_part(pattern: str) -> str:
    """The folder in front of the first part that holds magic: `in` of `in/*/a?.html`."""
    parts = pattern.split("/")
    first = next(n for n, part in enumerate(parts) if MAGIC.search(part))
    return "/".join(parts[:first]) or ("/" if first else "")


def documents(file: File, how: How) -> Iterator[Document | Broken]:
    """The documents in one file: its rows, or itself. On stdin the first line tells which."""
    kind, _ = streams.suffix(file.path)
    if file.path == "-":
        file = replace(file, head=streams.first_line())
        kind = ROWS if _is_row(file.head, how) else ""
    if kind == ROWS:
        yield from _rows(file, how)
    elif kind in NOT_YET:
        yield _broken(file, Code.UNREADABLE, f"{kind} files are not read; turn it into .jsonl first")
    else:
        yield _single(file, how)


def _is_row(line: bytes, how: How) -> bool:
    line = line.removeprefix(BOM)
    try:
        row = loads(line) if line.lstrip().startswith(b"{") else None
    except ValueError:
        return False
    return isinstance(row, dict) and any(isinstance(row.get(name), str) for name in how.fields)


def _single(file: File, how: How) -> Document | Broken:
    try:
        data = streams.whole(file.path, file.head)
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


def _rows(file: File, how: How) -> Iterator[Document | Broken]:
    """Rows as they come: memory does not grow with the file."""
    number = 0
    try:
        with streams.opened(file.path, file.head) as stream:
            for number, line in enumerate(streams.lines(stream), 1):
                if line is None:
                    message = f"{file.shown}:{number}: {streams.TooLargeError()}"
                    yield Broken(f"{file.id}:{number}", file.path, Code.TOO_LARGE, message)
                elif line.strip():
                    yield _row(file, number, line.removeprefix(BOM) if number == 1 else line, how)
    except streams.UNREADABLE as error:
        message = f"{file.shown}: {_told(error)}; {number} lines were read before"
        yield Broken(f"{file.id}:{number + 1}", file.path, Code.UNREADABLE, message)


def _row(file: File, number: int, line: bytes, how: How) -> Document | Broken:
    try:
        row = loads(line)
    except UnicodeDecodeError as error:
        return _bad_row(file, number, f"not UTF-8 ({error.reason})")
    except ValueError as error:
        return _bad_row(file, number, f"not JSON: {error}")
    if not isinstance(row, dict):
        return _bad_row(file, number, "not a JSON object, one document a line")
    if too_deep(row):
        return _bad_row(file, number, f"nested more than {DEEPEST} levels deep")
    return _row_document(file, number, row, how)


def _bad_row(file: File, number: int, message: str) -> Broken:
    return Broken(f"{file.id}:{number}", file.path, Code.BAD_ROW, f"{file.shown}:{number}: {message}")


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
        return Broken(id, file.path, Code.BAD_ROW, message, _others(row, taken))
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
