"""Reads records and their texts from a file of records or a cleaned folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.corpus import compression as streams
from cleaner.corpus.folder_layout import MANIFEST_NAME, RECORDS_FOLDER, SHARD_SUFFIXES, is_output_path
from cleaner.corpus.parquet_rows import READ_ERRORS, fault_text, read_table_rows
from cleaner.errors import MissingExtraError, RecordError, UsageError
from cleaner.json_lines import loads
from cleaner.output.record import Record


class StoredRecord(NamedTuple):
    """A record and its text, or `fault`, what is wrong with it: records after a bad one are still read."""

    record: Record
    text: str
    fault: RecordError | None = None


def read_records(given: str) -> Iterator[StoredRecord]:
    """The records of a `.jsonl` file (compressed or not), stdin (`-`), a shard or a cleaned folder."""
    path = Path(given)
    if given != "-" and not path.exists():
        raise UsageError(f"{given}: no such file or folder")
    if path.is_dir():
        yield from _read_folder(path)
    else:
        folder = path.resolve().parent  # the manifest lies in OUT itself, shards a folder deeper
        yield from _records_with_texts(given, folder if path.name == MANIFEST_NAME else folder.parent)


def _read_folder(out: Path) -> Iterator[StoredRecord]:
    shards = sorted((out / RECORDS_FOLDER).glob(f"part-*{SHARD_SUFFIXES['jsonl']}"))
    if not shards:
        raise UsageError(f"{out}: holds no records/; clean with -o {out} --record full (or light)")
    for shard in shards:
        yield from _records_with_texts(str(shard), out)


def _records_with_texts(given: str, out: Path) -> Iterator[StoredRecord]:
    """The records of one file; texts that are not in them are read from the folder `out`."""
    shards: dict[str, _ShardTexts] = {}
    for number, line in _numbered_lines(given):
        location, record = f"{given}:{number}", {}
        try:
            record = _parse_record(location, line)
            text = _inline_text(record, location)
            yield StoredRecord(record, _load_text(out, record, shards, location) if text is None else text)
        except RecordError as fault:
            yield StoredRecord({"id": location} | record, "", fault)


def _numbered_lines(given: str) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file of records, numbered, without blank ones."""
    try:
        with streams.open_decompressed(given) as stream:
            for number, line in enumerate(streams.read_lines(stream), 1):
                if line is None or line.strip():
                    yield number, line
    except streams.READ_ERRORS as error:
        raise RecordError(f"{given}: cannot be read: {error}") from error


def _parse_record(location: str, line: bytes | None) -> Record:
    try:
        record = loads(line or b"")
    except ValueError as error:
        raise RecordError(f"{location}: not a record: {error}") from error
    if not isinstance(record, dict) or "id" not in record:
        raise RecordError(f"{location}: not a record: no object with an id")
    return record


def _inline_text(record: Record, location: str) -> str | None:
    text = record.get("text") if record.get("held") is None else record["held"]
    if text is not None and not isinstance(text, str):
        raise RecordError(f"{location}: not a record: its text is no string")
    return text


def _load_text(out: Path, record: Record, shards: dict[str, _ShardTexts], location: str) -> str:
    """The text in the file, or in the row of a shard, that a record's `output` names."""
    path: Any = record.get("output", "")
    if path is None:
        return ""
    if not is_output_path(path):
        raise RecordError(f"{location}: holds no text and does not say where it is")
    if "row" in record:
        if path not in shards:
            shards[path] = _ShardTexts(str(out / path))
        return shards[path].text(record["row"])
    try:
        return (out / path).read_bytes().decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{out / path}: cannot be read: {error}") from error


class _ShardTexts:
    """The texts of a shard, read in its order: records ask for them in the same order."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._rows = _parquet_shard_rows(path) if path.endswith(".parquet") else _json_shard_rows(path)

    def text(self, row: Any) -> str:
        for number, location, record in self._rows:
            if number - 1 == row:
                return _inline_text(record, location) or ""
        raise RecordError(f"{self._path}: has no row {row}")


def _json_shard_rows(path: str) -> Iterator[tuple[int, str, Record]]:
    for number, line in _numbered_lines(path):
        yield number, f"{path}:{number}", _parse_record(f"{path}:{number}", line)


def _parquet_shard_rows(path: str) -> Iterator[tuple[int, str, Record]]:
    try:
        with streams.open_as_stored(path) as stream:
            for number, row, faults, _ in read_table_rows(stream, 0):
                if row is None or faults:
                    raise RecordError(f"{path}:{number}: cannot be read: {'; '.join(faults.values())}")
                yield number, f"{path}:{number}", dict(row)
    except MissingExtraError as error:
        raise RecordError(f"{path}: {error}") from error
    except RecordError:
        raise
    except READ_ERRORS as error:
        raise RecordError(f"{path}: cannot be read: {fault_text(error)}") from error
