"""Finds the clean text to compare a raw document with: in a file, records, a folder or an earlier OUT."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from cleaner.corpus import compression as streams
from cleaner.corpus.folder_layout import MANIFEST_NAME, RECORDS_FOLDER, SUMMARY_NAME, TEXT_FOLDERS
from cleaner.corpus.record_reader import StoredRecord, read_records
from cleaner.corpus.removal import manifest_rows
from cleaner.diff.alignment import CleanText
from cleaner.document import Document
from cleaner.errors import CleanerError, RecordError, UsageError
from cleaner.json_lines import loads
from cleaner.reading.decode import decode

# Suffixes of the clean text, after a raw document's path or in place of its suffix.
CLEAN_SUFFIXES = (".txt", ".md")


class CleanTexts:
    """The clean text of each raw document. `find` is called in the order of the raw documents."""

    def __init__(self, given: str) -> None:
        self._given = given
        self._path = Path(given)
        if not self._path.exists():
            raise UsageError(f"{given}: no such file or folder")
        self._output_path: str | None = None  # of one text in an OUT: its path below OUT
        self._finder = self._record_finder()
        self._find_calls = 0
        self.selection = _selection_of(self._path)
        self._selected_ids: frozenset[str] | None = None

    def leaves_out(self, id: str) -> bool:
        """Whether the run that made the folder was asked for a part of its input, and this is not in it."""
        if self.selection and self._selected_ids is None:
            self._selected_ids = frozenset(str(row.get("id")) for row in manifest_rows(self._path))
        return self._selected_ids is not None and id not in self._selected_ids

    def _record_finder(self) -> _RecordFinder | None:
        """The records of the texts, if there are any."""
        out = output_folder_of(self._path)
        if out and self._path.is_dir():
            return _RecordFinder(str(out))
        if _is_jsonl(self._given):
            return _RecordFinder(self._given)
        if out:
            self._output_path = self._path.resolve().relative_to(out).as_posix()
            return _RecordFinder(str(out), lambda stored_record: str(stored_record.record.get("output")))
        return None

    def find(self, doc: Document) -> CleanText:
        """The clean text of a document; CleanerError when there is none or it cannot be read."""
        self._find_calls += 1
        if self._finder and self._output_path is None:
            return _clean_text_of(self._finder.find(doc.id))
        if self._path.is_dir():
            return CleanText(_read_text(self._path_in_folder(doc)))
        if self._find_calls > 1:
            raise UsageError(f"{self._given}: one text, but several raw documents; give a folder or records")
        return (
            _clean_text_of(self._finder.find(self._output_path))
            if self._finder and self._output_path
            else self._single_text()
        )

    def _single_text(self) -> CleanText:
        return CleanText(_read_text(self._given))

    def _path_in_folder(self, doc: Document) -> str:
        """The file in the folder with the document's path."""
        id = PurePosixPath(doc.id)
        stem = id.with_suffix("") if id.suffix in streams.DECOMPRESSORS else id
        names = [id, *(PurePosixPath(f"{stem}{suffix}") for suffix in CLEAN_SUFFIXES)]
        names += [stem.with_suffix(suffix) for suffix in CLEAN_SUFFIXES if stem.name not in ("", "..")]
        for name in names:
            is_inside = ".." not in name.parts and not name.is_absolute()  # a row's id may be anything
            if is_inside and (self._path / name).is_file():
                return str(self._path / name)
        raise RecordError(f"{doc.id}: no clean text in {self._given}")


class _RecordFinder:
    """Finds records by a key. Both sides are in input order, so the next record is usually the one wanted."""

    def __init__(self, given: str, key: Callable[[StoredRecord], str] | None = None) -> None:
        self._given, self._key = given, key or _record_id
        self._remaining = self._read()
        self._known_keys: frozenset[str] | None = None  # read when a key is not found for the first time

    def _read(self) -> Iterator[StoredRecord]:
        path = Path(self._given)
        is_unsharded = path.is_dir() and not any((path / "records").glob("part-*"))
        return read_records(str(path / MANIFEST_NAME) if is_unsharded else self._given)

    def find(self, key: str) -> StoredRecord:
        """The record with this key, looked for from here on, then from the start."""
        if self._known_keys is None or key in self._known_keys:
            for stored_record in chain(self._remaining, self._restart()):
                if self._key(stored_record) == key:
                    return stored_record
            self._known_keys = frozenset(map(self._key, self._read()))
        raise RecordError(f"{key}: no record of it in {self._given}")

    def _restart(self) -> Iterator[StoredRecord]:
        self._remaining = self._read()
        yield from self._remaining


def _record_id(stored_record: StoredRecord) -> str:
    return str(stored_record.record.get("id"))


def is_output_folder(path: Path) -> bool:
    """Whether a folder is one that `clean -o` wrote."""
    return path.is_dir() and (path / MANIFEST_NAME).is_file() and (path / SUMMARY_NAME).is_file()


def _selection_of(path: Path) -> str:
    """The options by which the run that made a folder took a part of its input: `--sample 3`; `""` for all,
    and for what is no such folder."""
    if not is_output_folder(path):
        return ""
    try:
        settings = loads((path / SUMMARY_NAME).read_bytes())["settings"]
        return " ".join(f"--{name} {settings[name]}" for name in ("sample", "limit") if name in settings)
    except (OSError, ValueError, KeyError, TypeError):  # damaged, which is no matter of the texts
        return ""


def output_folder_of(path: Path) -> Path | None:
    """The OUT folder that a path is, or in whose texts or records it lies."""
    resolved = path.resolve()
    for folder in (resolved, *resolved.parents):
        if is_output_folder(folder):
            parts = resolved.relative_to(folder).parts
            return folder if not parts or parts[0] in (*TEXT_FOLDERS, RECORDS_FOLDER, MANIFEST_NAME) else None
    return None


def _is_jsonl(given: str) -> bool:
    return streams.split_suffixes(given)[0] == ".jsonl"


def _clean_text_of(stored_record: StoredRecord) -> CleanText:
    if stored_record.fault:
        raise stored_record.fault
    record: Mapping[str, Any] = stored_record.record
    if record.get("verdict") == "failed":
        error = record.get("error") or {}
        raise RecordError(f"{record['id']}: was never cleaned: {error.get('message', 'failed')}")
    edit_log = record.get("record")
    edits = edit_log.get("edits") if isinstance(edit_log, dict) else None
    return CleanText(
        stored_record.text, record.get("verdict") or "clean", record.get("removed") or (),
        record.get("garbled"),
        record.get("title"), record.get("language"), record.get("confidence"), record.get("note"),
        edits if isinstance(edits, list) else (),
    )  # fmt: skip


def _read_text(path: str) -> str:
    try:
        return decode(streams.read_whole(path), kind="text")[0].removesuffix("\n")
    except streams.READ_ERRORS as error:
        message = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CleanerError(f"{path}: {message}") from error
