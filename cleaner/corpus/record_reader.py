"""Records read back, each with the text that belongs to it: from a file of records or a cleaned folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.corpus import compression as streams
from cleaner.corpus.parquet import MissingError, table_errors, table_rows
from cleaner.corpus.writers import is_output
from cleaner.errors import RecordError, UsageError
from cleaner.json_lines import loads
from cleaner.output.record import Record

MANIFEST = "manifest.jsonl"  # lies in OUT itself, shards a folder deeper


class Stored(NamedTuple):
    """A record and the text it hands out, or what is wrong with it: one bad row does not end the rest."""

    record: Record
    text: str
    fault: RecordError | None = None


def stored(given: str) -> Iterator[Stored]:
    """The records of a `.jsonl` file (packed or not), of stdin (`-`), of a shard, or of a cleaned folder."""
    path = Path(given)
    if given != "-" and not path.exists():
        raise UsageError(f"{given}: no such file or folder")
    if path.is_dir():
        yield from _folder(path)
    else:
        there = path.resolve().parent
        yield from _with_texts(given, there if path.name == MANIFEST else there.parent)


def _folder(out: Path) -> Iterator[Stored]:
    shards = sorted((out / "records").glob("part-*.jsonl.zst"))
    if not shards:
        raise UsageError(f"{out}: holds no records/; clean with -o {out} --record full (or light)")
    for shard in shards:
        yield from _with_texts(str(shard), out)


def _with_texts(given: str, out: Path) -> Iterator[Stored]:
    """The records of one file; texts that they only point to are read from the folder `out`."""
    shards: dict[str, _Shard] = {}
    for number, line in _lines(given):
        where, record = f"{given}:{number}", {}
        try:
            record = _record(where, line)
            text = _text_in(record, where)
            yield Stored(record, _text_at(out, record, shards, where) if text is None else text)
        except RecordError as fault:
            yield Stored({"id": where} | record, "", fault)


def _lines(given: str) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file of records, numbered, without blank ones."""
    try:
        with streams.opened(given) as stream:
            for number, line in enumerate(streams.lines(stream), 1):
                if line is None or line.strip():
                    yield number, line
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


def _text_in(record: Record, where: str) -> str | None:
    text = record.get("text") if record.get("held") is None else record["held"]
    if text is not None and not isinstance(text, str):
        raise RecordError(f"{where}: not a record: its text is no string")
    return text


def _text_at(out: Path, record: Record, shards: dict[str, _Shard], where: str) -> str:
    """The text in the file, or in the row of a shard, that a record's `output` names."""
    path: Any = record.get("output", "")
    if path is None:
        return ""
    if not is_output(path):
        raise RecordError(f"{where}: holds no text and does not say where it is")
    if "row" in record:
        if path not in shards:
            shards[path] = _Shard(str(out / path))
        return shards[path].text(record["row"])
    try:
        return (out / path).read_bytes().decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{out / path}: cannot be read: {error}") from error


class _Shard:
    """The texts of a shard, read on as records ask for them: both are in the input's order."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._rows = _table(path) if path.endswith(".parquet") else _parsed(path)

    def text(self, row: Any) -> str:
        for number, where, record in self._rows:
            if number - 1 == row:
                return _text_in(record, where) or ""
        raise RecordError(f"{self._path}: has no row {row}")


def _parsed(path: str) -> Iterator[tuple[int, str, Record]]:
    for number, line in _lines(path):
        yield number, f"{path}:{number}", _record(f"{path}:{number}", line)


def _table(path: str) -> Iterator[tuple[int, str, Record]]:
    try:
        with streams.packed_bytes(path) as stream:
            for number, row in table_rows(stream, 0):
                yield number, f"{path}:{number}", row
    except MissingError as error:
        raise RecordError(f"{path}: {error}") from error
    except table_errors() as error:
        raise RecordError(f"{path}: cannot be read: {error}") from error
