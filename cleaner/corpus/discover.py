"""Inputs to files, in an order that only the inputs decide: nothing is passed over in silence.

A file, a folder (walked, sorted by the code points of the relative path), a glob, an address, or `-` for
stdin.
"""

# os.path keeps paths as they were given, and does not raise on what it may not look at:
# ruff: noqa: PTH110, PTH112, PTH113, PTH116, PTH207

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from cleaner.corpus import compression as streams
from cleaner.corpus.remote import remote_fault, remote_files
from cleaner.document import Kind
from cleaner.errors import Code, UsageError

KINDS: dict[str, Kind] = {".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text", ".md": "text"}
ROWS, TABLE, ARCHIVE = ".jsonl", ".parquet", ".warc"
READ = (*KINDS, ROWS, TABLE, ARCHIVE)

LINKED = "linked folder already read"
MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Broken:
    """An input document that cannot be read, and why; `unit` is its place in its file."""

    id: str
    source: str
    code: Code
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    unit: int = 1


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: its path as given or found, and the id its document gets."""

    path: str
    id: str
    head: bytes = b""  # what was read of stdin to see what it holds
    size: int = 0  # as it lies there
    version: str = ""  # changes when the file does

    @property
    def shown(self) -> str:
        """The file as messages name it."""
        return "stdin" if self.path == "-" else self.path


def refuse_unreadable(inputs: Sequence[str]) -> None:
    """UsageError when none of the inputs can be opened."""
    faults = [fault for given in inputs if (fault := _fault(given))]
    if inputs and len(faults) == len(inputs):
        raise UsageError("; ".join(faults))


def _fault(given: str) -> str | None:
    if given == "-":
        return None
    if streams.is_remote(given):
        return remote_fault(given)
    if os.access(given, os.R_OK):
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
        elif streams.is_remote(given):
            yield from self._remote(given)
        elif os.path.isdir(given):
            yield from self._folder(given, given)
        elif fault := _fault(given):
            yield Broken(PurePath(given).name, given, Code.UNREADABLE, fault)
        elif not os.path.lexists(given):
            yield from self._matches(given)
        else:
            yield _file(given, PurePath(given).name)

    def _remote(self, given: str) -> Iterator[File | Broken]:
        if fault := remote_fault(given):
            yield Broken(PurePath(given).name, given, Code.UNREADABLE, fault)
            return
        several = MAGIC.search(given)
        for found in remote_files(given):
            kind, packed = streams.suffix(found.path)
            if kind in READ or (not several and found.id == PurePath(given).name):
                yield File(found.path, found.id, size=found.size, version=found.version)
            else:
                self._skipped[(kind + packed) or "no suffix"] += 1

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
            yield _file(path, _relative(path, root))
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
                yield _file(path, _relative(path, root))
            else:
                yield from self._file(root, path)


def _file(path: str, id: str) -> File:
    try:
        status = os.stat(path)
    except OSError:  # it is said when it is read
        return File(path, id)
    return File(path, id, size=status.st_size, version=str(status.st_mtime_ns))


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
