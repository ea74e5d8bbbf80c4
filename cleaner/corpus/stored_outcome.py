"""What OUT holds of a document, read back as the outcome that it was written from.

The manifest, the records and the text hold most of it; the rest (sizes, what the summary counts, the
signature) is kept in the ledger. Where anything is missing or is not what was written, there is no outcome,
and the document is cleaned again.
"""

from __future__ import annotations

import hashlib
from array import array
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleaner.corpus import compression as streams
from cleaner.corpus.atomic import checksum_of_start
from cleaner.corpus.checkpoint import Ledger
from cleaner.corpus.folder_layout import (
    MANIFEST_NAME,
    RECORDS_FOLDER,
    SHARD_SUFFIXES,
    STATE_FOLDER,
    SUMMARY_NAME,
    is_output_path,
    part_name,
    shard_name,
)
from cleaner.corpus.minhash import INDEX_FILES, RECORD_BYTES, Duplicate, with_bands
from cleaner.corpus.outcomes import (
    CleaningJob,
    Outcome,
    OutcomeStats,
    append_json_fields,
    encode_lossy,
    sha256_hex,
)
from cleaner.corpus.parquet_rows import read_table_rows
from cleaner.corpus.summary import Sizes
from cleaner.json_lines import dumps, loads


def outcome_fields(path: str | None, row: int | None, duplicate_of: Duplicate | None) -> dict[str, Any]:
    """The fields that a run adds to a record: where the text is, and what it duplicates."""
    fields: dict[str, Any] = {"output": path} | ({} if row is None else {"row": row})
    return fields | {"duplicate_of": duplicate_of and duplicate_of._asdict()}


def file_digest(path: Path) -> str | None:
    """A digest of a file's bytes, to notice damage; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, _digest).hexdigest()
    except OSError:
        return None


def _digest() -> Any:
    return hashlib.blake2b(digest_size=8)


@dataclass(frozen=True, slots=True)
class _Shard:
    """A complete shard, or the part of one that is not; `path` is None where it is damaged."""

    path: Path | None
    rows: int


class _ShardRows:
    """The rows of successive shards, read in order; to go back is possible, but reads a shard again."""

    def __init__(self, shards: Sequence[_Shard], max_bytes: int) -> None:
        self._shards, self._max_bytes = shards, max_bytes
        self._open_shard, self._next_row = -1, 0
        self._rows: Iterator[Any] = iter(())
        self._first_rows = [0]
        for shard in shards:
            self._first_rows.append(self._first_rows[-1] + shard.rows)

    def nth(self, number: int) -> Any:
        """The row with this number over all shards, from 0."""
        shard = bisect_right(self._first_rows, number) - 1
        return self.row(shard, number - self._first_rows[shard])

    def row(self, shard: int, row: int) -> Any:
        """A row of a shard, a line of JSON or a mapping; None where it cannot be had."""
        if not (0 <= shard < len(self._shards) and 0 <= row < self._shards[shard].rows):
            return None
        path = self._shards[shard].path
        if path is None:
            return None
        if shard != self._open_shard or row < self._next_row:
            self._open_shard, self._rows, self._next_row = shard, self._read(path), 0
        for found in self._rows:
            self._next_row += 1
            if self._next_row - 1 == row:
                return found
        return None

    def _read(self, path: Path) -> Iterator[Any]:
        if path.suffix == ".parquet":
            with path.open("rb") as table:
                for _, row, faults, n_rows in read_table_rows(table, 0):
                    yield from (None if row is None or faults else row for _ in range(n_rows))
            return
        with streams.open_decompressed(str(path)) as lines:
            yield from streams.read_lines(lines, self._max_bytes)


class StoredRun:
    """What the run of OUT wrote until its last checkpoint, whether it has finished or not."""

    def __init__(
        self,
        out: Path,
        ledger: Ledger,
        job: CleaningJob,
        *,
        drop_duplicates: bool,
        also_in: Path | None = None,
    ) -> None:
        """`also_in`: where texts lie that are not in `out`."""
        self._out, self._ledger, self._job = out, ledger, job
        self._text_folders = [out, *([also_in] if also_in else [])]
        self._drop_duplicates = drop_duplicates
        state = self._state = ledger.state()
        self.is_finished = ledger.is_finished
        self.count = int(state.get("documents", 0))
        self.damaged_files: list[str] = []  # paths in OUT
        self._manifest = out / STATE_FOLDER / MANIFEST_NAME
        if self.is_finished or not self._manifest.is_file():
            self._manifest = out / MANIFEST_NAME
        self._line_starts = self._find_lines()
        self._manifest_file = self._manifest.open("rb") if self._line_starts else None
        max_line = 4 * job.read_options.max_bytes + (16 << 20)  # a full record in JSON
        shards = {place: self._sound_shards(place, told) for place, told in state.get("shards", {}).items()}
        self._shards = {place: _ShardRows(found, max_line) for place, found in shards.items()}

    def close(self) -> None:
        """Close its files."""
        if self._manifest_file:
            self._manifest_file.close()

    # -- what is as it was written

    def _find_lines(self) -> Sequence[int]:
        """Where each line of the manifest begins, and the last one ends; nothing when it is damaged."""
        size, starts = int(self._state.get("manifest", 0)), array("Q", [0])
        if not size:
            return []
        is_longer = self.is_finished and self._manifest.is_file() and self._manifest.stat().st_size != size
        if is_longer or checksum_of_start(self._manifest, size) != self._state.get("manifest checksum"):
            self.damaged_files.append(self._manifest.relative_to(self._out).as_posix())
            return []
        with self._manifest.open("rb") as lines:
            for line in lines:
                if starts[-1] + len(line) > size:
                    break
                starts.append(starts[-1] + len(line))
        return starts

    def _sound_shards(self, place: str, told: Mapping[str, Any]) -> list[_Shard]:
        suffix = self._shard_suffix(place)
        found = []
        for number, (rows, digest) in enumerate(told["packed"]):
            name = shard_name(place, number, suffix)
            path = self._if_sound(name, file_digest(self._out / name) == digest)
            found.append(_Shard(path, int(rows)))
        if told["size"]:
            name = part_name(place, int(told["number"]))
            is_sound = checksum_of_start(self._out / name, int(told["size"])) == told["checksum"]
            found.append(_Shard(self._if_sound(name, is_sound), int(told["rows"])))
        return found

    def _if_sound(self, name: str, is_sound: bool) -> Path | None:
        if is_sound:
            return self._out / name
        self.damaged_files.append(name)
        return None

    def _shard_suffix(self, place: str) -> str:
        return SHARD_SUFFIXES["jsonl" if place == RECORDS_FOLDER else self._job.output_format]

    def check(self) -> Iterator[str]:
        """The paths in OUT of all files that are not what was written, or are gone; reads every text."""
        yield from self.damaged_files
        if self.is_finished and self._ledger.get("summary") != file_digest(self._out / SUMMARY_NAME):
            yield SUMMARY_NAME
        if not self.is_finished:
            yield from self._damaged_signatures()
        for number in range(max(len(self._line_starts) - 1, 0)):
            row = self.manifest_row(number)
            path = row.get("output")
            if is_output_path(path) and "row" not in row and self._text(path, row) is None:
                yield path

    def _damaged_signatures(self) -> Iterator[str]:
        """Of the files that near-duplicates are found with, those that are not as they were."""
        told = self._state.get("duplicates", {"count": 0})
        if told["count"]:
            sizes = (told["count"] * RECORD_BYTES, told["size"])
            for name, size, checksum in zip(INDEX_FILES, sizes, told["checksums"], strict=True):
                if checksum_of_start(self._out / STATE_FOLDER / name, size) != checksum:
                    yield f"{STATE_FOLDER}/{name}"

    # -- documents

    def manifest_row(self, number: int) -> dict[str, Any]:
        """A document's row of the manifest; an empty one where that cannot be read."""
        try:
            row = loads(self._manifest_line(number))
        except ValueError:
            return {}
        return row if isinstance(row, dict) else {}

    def _manifest_line(self, number: int) -> bytes:
        if not self._manifest_file or number + 1 >= len(self._line_starts):
            return b""
        start, end = self._line_starts[number : number + 2]
        self._manifest_file.seek(start)
        return self._manifest_file.read(end - start).removesuffix(b"\n")

    def index_in_file(self, number: int) -> int:
        """A document's place in its file."""
        return int(self._packed(number)["index"])

    def _packed(self, number: int) -> dict[str, Any]:
        packed: dict[str, Any] = loads(self._ledger.outcome(number) or b"")
        return packed

    def outcome(self, number: int) -> Outcome | None:
        """What became of a document, as it was before it was written; None where it has to be cleaned."""
        packed, line = self._packed(number), self._manifest_line(number)
        if "sizes" not in packed or not line:
            return None
        row = loads(line)
        duplicate_of = Duplicate(**row["duplicate_of"]) if row["duplicate_of"] else None
        if duplicate_of and self._drop_duplicates:
            return None  # its text and record were written otherwise than those of a document that is kept
        fields = outcome_fields(row["output"], row.get("row"), duplicate_of)
        manifest_row = _without_fields(line, fields | {"sha256": row["sha256"]})
        record, (text, shard_row) = self._record(number, fields), self._text_and_row(row)
        if manifest_row is None or record is None or text is None or shard_row is None:
            return None
        return _unpacked(packed, row, record, manifest_row, shard_row, text)

    def _record(self, number: int, fields: Mapping[str, Any]) -> bytes | None:
        if self._job.record_level == "none":
            return b""
        line = self._shards[RECORDS_FOLDER].nth(number)
        return _without_fields(line, fields) if line else None

    def _text_and_row(self, row: dict[str, Any]) -> tuple[bytes | None, bytes | None]:
        """The text, and the row of a shard with it if it is in one."""
        path = row["output"]
        if path is None:
            return b"", b""
        if "row" not in row:
            return self._text(path, row), b""
        folder, _, name = path.partition("/")
        stored = self._shards[folder].row(int(name.removeprefix("part-")[:5]), row["row"])
        if stored is None:
            return None, None
        if isinstance(stored, bytes):
            shard_row = _without_fields(stored, {"duplicate_of": row["duplicate_of"]})
            text = _text_of(loads(stored))
        else:
            text = _text_of(stored)
            shard_row = dumps(_with_text(row, text, is_held=folder != "corpus"))
        data = encode_lossy(text + "\n")
        return (data if sha256_hex(data[:-1]) == row["sha256"]["output"] else None), shard_row

    def _text(self, path: str, row: Mapping[str, Any]) -> bytes | None:
        """A text that lies in a file of its own; None where that is not what was written."""
        for folder in self._text_folders:
            with suppress(OSError):
                data = (folder / path).read_bytes()
                if sha256_hex(data) == row["sha256"]["output"]:
                    return data
        return None


def _unpacked(
    packed: Mapping[str, Any],
    row: Mapping[str, Any],
    record: bytes,
    manifest_row: bytes,
    shard_row: bytes,
    text: bytes,
) -> Outcome:
    """An outcome from what the ledger has of it, its row in the manifest, and its lines."""
    raw, kept, held, removed, added, failed, out, codes = packed["sizes"]
    path = row["output"]
    folder: Any = path.split("/")[0] if path else None
    return Outcome(
        row["id"], row["source"], row["verdict"],
        Sizes(raw, kept, held, removed, added, failed, out, {code: tuple(n) for code, n in codes.items()}),
        record, manifest_row, shard_row, text, folder,
        row["sha256"]["input"], with_bands(b64decode(packed["signature"])), None,
        OutcomeStats(*packed["stats"]), None if "row" in row else path,
    )  # fmt: skip


def _text_of(row: Mapping[str, Any]) -> str:
    return str(row["text"] if row["held"] is None else row["held"])


def _without_fields(line: bytes, fields: Mapping[str, Any]) -> bytes | None:
    """A line of JSON without the fields that were added at its end; None where they are not there."""
    added = append_json_fields(b"}", fields)
    return line[: -len(added)] + b"}" if line.endswith(added) else None


def _with_text(row: dict[str, Any], text: str, *, is_held: bool) -> dict[str, Any]:
    """The row of a shard that a row of the manifest was made from; the order of fields is the record's."""
    texts = {"text": "" if is_held else text, "held": text if is_held else None}
    added = {"output", "row", "duplicate_of", "sha256"}
    shard_row: dict[str, Any] = {}
    for name, value in row.items():
        if name not in added:
            shard_row |= {name: value} | (texts if name == "verdict" else {})
    return shard_row
