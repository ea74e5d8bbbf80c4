"""Where the clean texts are that raw ones are held against: a file, records, a folder, an earlier OUT."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from cleaner.corpus import compression as streams
from cleaner.corpus.record_reader import MANIFEST, Stored, stored
from cleaner.corpus.writers import PLACES
from cleaner.diff.alignment import Given
from cleaner.document import Document
from cleaner.errors import CleanerError, RecordError, UsageError
from cleaner.reading.decode import decode

# What may stand behind a raw document's path in a folder of clean texts, in place of its own suffix or after.
SUFFIXES = (".txt", ".md")


class Texts:
    """The clean text of each raw document. `find` is called in the order of the raw documents."""

    def __init__(self, given: str) -> None:
        self._given = given
        self._path = Path(given)
        if not self._path.exists():
            raise UsageError(f"{given}: no such file or folder")
        self._output: str | None = None  # of one text in an OUT: its path there
        self._rows = self._records()
        self._asked = 0

    def _records(self) -> _Rows | None:
        """The records that the texts belong to, where there are some."""
        out = out_of(self._path)
        if out and self._path.is_dir():
            return _Rows(str(out))
        if _is_rows(self._given):
            return _Rows(self._given)
        if out:
            self._output = self._path.resolve().relative_to(out).as_posix()
            return _Rows(str(out), lambda one: str(one.record.get("output")))
        return None

    def find(self, doc: Document) -> Given:
        """The clean text of a document; CleanerError says that there is none, or what is wrong with it."""
        self._asked += 1
        if self._rows and self._output is None:
            return _given(self._rows.find(doc.id))
        if self._path.is_dir():
            return Given(_text(self._beside(doc)))
        if self._asked > 1:
            raise UsageError(f"{self._given}: one text, but several raw documents; give a folder or records")
        return _given(self._rows.find(self._output)) if self._rows and self._output else self._alone()

    def _alone(self) -> Given:
        return Given(_text(self._given))

    def _beside(self, doc: Document) -> str:
        """The file in a folder whose path is the document's."""
        id = PurePosixPath(doc.id)
        stem = id.with_suffix("") if id.suffix in streams.EXPAND else id
        names = [id, *(PurePosixPath(f"{stem}{suffix}") for suffix in SUFFIXES)]
        names += [stem.with_suffix(suffix) for suffix in SUFFIXES if stem.name not in ("", "..")]
        for name in names:
            inside = ".." not in name.parts and not name.is_absolute()  # a row's id may be anything
            if inside and (self._path / name).is_file():
                return str(self._path / name)
        raise RecordError(f"{doc.id}: no clean text in {self._given}")


class _Rows:
    """Records by a key; both sides are in the input's order, so reading on finds the next one at once."""

    def __init__(self, given: str, key: Callable[[Stored], str] | None = None) -> None:
        self._given, self._key = given, key or _id
        self._ahead = self._read()
        self._keys: frozenset[str] | None = None  # read when one is missed for the first time

    def _read(self) -> Iterator[Stored]:
        path = Path(self._given)
        whole = path.is_dir() and not any((path / "records").glob("part-*"))
        return stored(str(path / MANIFEST) if whole else self._given)

    def find(self, key: str) -> Stored:
        """The record with this key, looked for from here on, then from the start."""
        if self._keys is None or key in self._keys:
            for one in chain(self._ahead, self._from_the_start()):
                if self._key(one) == key:
                    return one
            self._keys = frozenset(map(self._key, self._read()))
        raise RecordError(f"{key}: no record of it in {self._given}")

    def _from_the_start(self) -> Iterator[Stored]:
        self._ahead = self._read()
        yield from self._ahead


def _id(one: Stored) -> str:
    return str(one.record.get("id"))


def is_out(path: Path) -> bool:
    """Whether a folder is one that `clean -o` wrote."""
    return path.is_dir() and (path / MANIFEST).is_file() and (path / "summary.json").is_file()


def out_of(path: Path) -> Path | None:
    """The OUT folder that a path is, or that its texts or records belong to."""
    there = path.resolve()
    for folder in (there, *there.parents):
        if is_out(folder):
            inside = there.relative_to(folder).parts
            return folder if not inside or inside[0] in (*PLACES, "records", MANIFEST) else None
    return None


def _is_rows(given: str) -> bool:
    return streams.suffix(given)[0] == ".jsonl"


def _given(one: Stored) -> Given:
    if one.fault:
        raise one.fault
    record: Mapping[str, Any] = one.record
    if record.get("verdict") == "failed":
        error = record.get("error") or {}
        raise RecordError(f"{record['id']}: was never cleaned: {error.get('message', 'failed')}")
    return Given(
        one.text, record.get("verdict") or "clean", record.get("removed") or (), record.get("garbled"),
        record.get("title"), record.get("language"),
    )  # fmt: skip


def _text(path: str) -> str:
    try:
        return decode(streams.whole(path), kind="text")[0].removesuffix("\n")
    except streams.UNREADABLE as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CleanerError(f"{path}: {told}") from error
