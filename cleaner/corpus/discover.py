"""Finds the files of the inputs, in an order that depends on nothing else; what is skipped is counted.

An input is a file, a folder (with its subfolders, sorted by the code points of the relative path), a glob, an
address, or `-` for stdin.
"""

# os.path keeps paths as they were given, and does not raise where access is denied:
# ruff: noqa: PTH110, PTH112, PTH113, PTH116, PTH207

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from cleaner.corpus import compression as streams
from cleaner.corpus.pickling import PickledByFields
from cleaner.corpus.remote import remote_access_error, remote_files
from cleaner.document import Kind
from cleaner.errors import ErrorCode, UsageError

KIND_BY_SUFFIX: dict[str, Kind] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".md": "text",
}
JSONL_SUFFIXES, PARQUET_SUFFIX, WARC_SUFFIXES = (".jsonl", ".ndjson"), ".parquet", (".warc", ".wet")
READABLE_SUFFIXES = (*KIND_BY_SUFFIX, *JSONL_SUFFIXES, PARQUET_SUFFIX, *WARC_SUFFIXES)

NO_SUFFIX = "no suffix"  # the kind of a file that is skipped and has none
FOLDER_ALREADY_READ = "linked folder already read"
HIDDEN = "hidden"
GLOB_CHARS = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class FailedInput:
    """An input document that cannot be read, and why; `index_in_file` counts from 1, `url` is its address."""

    id: str
    source: str
    code: ErrorCode
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    index_in_file: int = 1
    url: str | None = None


@dataclass(frozen=True, slots=True)
class File(PickledByFields):
    """A file to read: its path as given or found, and the id its document gets."""

    path: str
    id: str
    size: int = 0  # in bytes, compressed if the file is
    version: str = ""  # changes when the file does

    @property
    def display_name(self) -> str:
        """The name for messages."""
        return "stdin" if self.path == "-" else self.path


def refuse_unreadable(inputs: Sequence[str]) -> None:
    """UsageError when none of the inputs can be opened."""
    faults = [fault for given in inputs if (fault := _access_error(given))]
    if inputs and len(faults) == len(inputs):
        raise UsageError("; ".join(faults))


def _access_error(given: str) -> str | None:
    if given == "-":
        return None
    if streams.is_remote(given):
        return remote_access_error(given)
    if os.access(given, os.R_OK):
        return None
    if os.path.lexists(given):
        why = "permission denied" if os.path.exists(given) else "a link to a file that does not exist"
        return f"{given}: {why}"
    if GLOB_CHARS.search(given):
        return None if next(_glob(given), None) else f"{given}: no file matches"
    return f"{given}: no such file or folder"


def _glob(pattern: str) -> Iterator[str]:
    try:
        yield from glob.iglob(pattern, recursive=True)
    except RecursionError as error:
        raise UsageError(f"{pattern}: folders too deep for a pattern; give the folder itself") from error


class FileFinder:
    """Finds the files of inputs. Each folder below an input is entered once, since links may loop."""

    def __init__(self, avoid: Path | None, skipped: Counter[str]) -> None:
        self._avoid = os.path.realpath(avoid) if avoid else None
        self._skipped = skipped

    def files(self, given: str) -> Iterator[File | FailedInput]:
        """The files of one input."""
        if given == "-":
            yield File("-", "stdin")
        elif streams.is_remote(given):
            yield from self._remote_files(given)
        elif os.path.isdir(given):
            yield from self._folder_files(given, given)
        elif fault := _access_error(given):
            yield FailedInput(PurePath(given).name, given, ErrorCode.UNREADABLE, fault)
        elif not os.path.lexists(given):
            yield from self._glob_files(given)
        else:
            yield _file_with_status(given, PurePath(given).name)

    def _remote_files(self, given: str) -> Iterator[File | FailedInput]:
        if fault := remote_access_error(given):
            yield FailedInput(PurePath(given).name, given, ErrorCode.UNREADABLE, fault)
            return
        is_pattern = GLOB_CHARS.search(given)
        for remote in remote_files(given):
            suffix, packing = streams.split_suffixes(remote.path)
            if suffix in READABLE_SUFFIXES or (not is_pattern and remote.id == PurePath(given).name):
                yield File(remote.path, remote.id, size=remote.size, version=remote.version)
            else:
                self._skipped[(suffix + packing) or NO_SUFFIX] += 1

    def _folder_files(self, root: str, folder: str) -> Iterator[File | FailedInput]:
        """All files below a folder. A list of our own, since recursion ends at a thousand levels."""
        entered: set[tuple[int, int]] = set()
        pending = [folder + "/"]
        while pending:
            path = pending.pop()
            if not path.endswith("/"):
                yield from self._file_in_folder(root, path)
                continue
            paths = self._entries(root, path[:-1], entered)
            if isinstance(paths, FailedInput):
                yield paths
            else:
                pending += reversed(paths)

    def _entries(self, root: str, folder: str, entered: set[tuple[int, int]]) -> list[str] | FailedInput:
        """The paths in one folder, sorted, folders ending with a slash; none if it was entered before."""
        try:
            status = os.stat(folder)
            all_entries = [*os.scandir(folder)]
        except OSError as error:
            return FailedInput(
                _relative_path(folder, root), folder, ErrorCode.UNREADABLE, f"{folder}: {error.strerror}"
            )
        if (status.st_dev, status.st_ino) in entered:
            self._skipped[FOLDER_ALREADY_READ] += 1
            return []
        entered.add((status.st_dev, status.st_ino))
        entries = [entry for entry in all_entries if not entry.name.startswith(".")]
        if len(entries) < len(all_entries):
            self._skipped[HIDDEN] += len(all_entries) - len(entries)
        # with a slash after folders, sorting each folder sorts all files by relative path
        paths = sorted(e.path + "/" if _is_folder(e) else e.path for e in entries)
        return [path for path in paths if not (self._avoid and os.path.realpath(path) == self._avoid)]

    def _file_in_folder(self, root: str, path: str) -> Iterator[File | FailedInput]:
        """A file in a folder, if its type is read; else it is counted as skipped."""
        suffix, packing = streams.split_suffixes(path)
        if suffix not in READABLE_SUFFIXES:
            self._skipped[(suffix + packing) or NO_SUFFIX] += 1
        elif os.path.isfile(path):
            yield _file_with_status(path, _relative_path(path, root))
        else:  # such as a pipe, which would block
            fault = _access_error(path) or f"{path}: not a regular file"
            yield FailedInput(_relative_path(path, root), path, ErrorCode.UNREADABLE, fault)

    def _glob_files(self, pattern: str) -> Iterator[File | FailedInput]:
        """The files of a glob. Other types count as skipped unless the pattern ends with a suffix."""
        root = _glob_root(pattern)
        names_suffix = re.search(r"\.\w+$", pattern)
        for path in sorted(_glob(pattern)):
            if self._avoid and os.path.realpath(path).startswith(self._avoid + os.sep):
                continue
            if os.path.isdir(path):
                if "**" not in pattern:  # `**` finds what is in the folder by itself
                    yield from self._folder_files(root, path)
            elif names_suffix and os.path.isfile(path):
                yield _file_with_status(path, _relative_path(path, root))
            else:
                yield from self._file_in_folder(root, path)


def _file_with_status(path: str, id: str) -> File:
    try:
        status = os.stat(path)
    except OSError:  # reported when it is read
        return File(path, id)
    return File(path, id, size=status.st_size, version=str(status.st_mtime_ns))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _relative_path(path: str, root: str) -> str:
    return PurePath(os.path.relpath(path, root or ".")).as_posix()


def is_pattern(given: str) -> bool:
    """Whether an input is a glob: no file has that name."""
    return bool(GLOB_CHARS.search(given)) and not streams.is_remote(given) and not os.path.lexists(given)


def can_match_below(pattern: str, folder: Path) -> bool:
    """Whether a glob finds files in `folder`, an absolute path without links, or the folder itself."""
    root = _glob_root(pattern)
    rest = pattern.removeprefix(root).strip("/").split("/")
    wanted = [*map(re.escape, Path(root or ".").resolve().parts)]
    wanted += ["**" if part == "**" else fnmatch.translate(part) for part in rest]
    for part, expression in zip(folder.parts, wanted, strict=False):
        if expression == "**":
            return True
        if not re.fullmatch(expression, part):
            return False
    return True


def _glob_root(pattern: str) -> str:
    """The folder before the first part with a wildcard: `in` of `in/*/a?.html`."""
    parts = pattern.split("/")
    first = next(n for n, part in enumerate(parts) if GLOB_CHARS.search(part))
    return "/".join(parts[:first]) or ("/" if first else "")
