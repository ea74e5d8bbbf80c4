"""Records read back, each with the text that belongs to it: from a file of records or a cleaned folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.corpus import streams
from cleaner.corpus.writers import is_output
from cleaner.errors import RecordError, UsageError
from cleaner.record import Record, loads


class Stored(NamedTuple):
    """A record, and the text it hands out."""

    record: Record
    text: str


def stored(given: str) -> Iterator[Stored]:
    """The records of a `.jsonl` file (packed or not), of stdin (`-`), of a shard, or of a cleaned folder."""
    path = Path(given)
    if given != "-" and not path.exists():
        raise UsageError(f"{given}: no such file or folder")
    if path.is_dir():
        yield from _folder(path)
    else:
        yield from _with_texts(given, path.resolve().parent.parent)


def _folder(out: Path) -> Iterator[Stored]:
    shards = sorted((out / "records").glob("part-*.jsonl.zst"))
    if not shards:
        raise UsageError(f"{out}: holds no records/; clean with -o {out} --record full (or light)")
    for shard in shards:
        yield from _with_texts(str(shard), out)


def _with_texts(given: str, out: Path) -> Iterator[Stored]:
    """The records of one file; texts that they only point to are read from the folder `out`."""
    shards: dict[str, _Shard] = {}
    for number, record in rows(given):
        where = f"{given}:{number}"
        text = record.get("text") if record.get("held") is None else record["held"]
        if text is None:
            text = _text_at(out, record, shards, where)
        if not isinstance(text, str):
            raise RecordError(f"{where}: not a record: its text is no string")
        yield Stored(record, text)


def rows(given: str) -> Iterator[tuple[int, Record]]:
    """Line numbers and JSON objects of a file of records."""
    try:
        with streams.opened(given) as stream:
            for number, line in enumerate(streams.lines(stream), 1):
                if line is None or line.strip():
                    yield number, _record(f"{given}:{number}", line)
    except streams.UNREADABLE as error:
        raise RecordError(f"{given}: cannot be read: {error}") from error


def _record(where: str, line: bytes | None) -> Record:
    try:
        record = loads(line or b"")
    except ValueError as error:
        raise RecordError(f"{where}: not a record: {error}") from error
    if not isinstance(record, dict) or "id" not in record:
        raise RecordError(f"{where}: not a record: no object with an id")
    return record


def _text_at(out: Path, record: Record, shards: dict[str, _Shard], where: str) -> str:
    """The text in the file, or in the row of a shard, that a record's `output` names."""
    path: Any = record.get("output", "")
    if path is None:
        return ""
    if not is_output(path):
        raise RecordError(f"{where}: holds no text and does not say where it is")
    if "row" in record:
        shard = shards.setdefault(path, _Shard(str(out / path)))
        return shard.text(record["row"])
    try:
        return (out / path).read_bytes().decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{out / path}: cannot be read: {error}") from error


class _Shard:
    """The texts of a shard, read on as records ask for them: both are in the input's order."""

    def __init__(self, path: str) -> None:
        self._path, self._next = path, 0
        self._rows = rows(path)

    def text(self, row: int) -> str:
        for number, record in self._rows:
            self._next = number
            if number - 1 == row:
                text = record.get("text") if record.get("held") is None else record["held"]
                return str(text)
        raise RecordError(f"{self._path}: has no row {row}")
