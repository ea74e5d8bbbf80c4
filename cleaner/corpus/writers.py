"""Writes the folder of a run: the same bytes for the same input, and every file whole or not at all.

Files that grow (the manifest, the last shards) are plain text, so that they can be cut to the size they had
at a checkpoint. A shard is compressed once, when it is full; the plain text it is made from (its part) stays
until the next checkpoint, in case the run ends just before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import zstandard

from cleaner.corpus import parquet as tables
from cleaner.corpus.atomic import AppendFile, AtomicFile, io_errors_as_usage, move_into_place
from cleaner.corpus.checkpoint import Ledger
from cleaner.corpus.folder_layout import (
    MANIFEST_NAME,
    RECORDS_FOLDER,
    SHARD_SUFFIXES,
    STATE_FOLDER,
    SUMMARY_NAME,
    TEXT_FOLDERS,
    part_name,
    shard_name,
)
from cleaner.corpus.fsync import PendingFsync
from cleaner.corpus.minhash import Duplicate, DuplicateIndex
from cleaner.corpus.outcomes import Outcome, append_json_fields, hold_back, pack_outcome, text_sha256
from cleaner.corpus.output_paths import PathAllocator, safe_path
from cleaner.corpus.stored_outcome import file_digest, outcome_fields
from cleaner.json_lines import dumps_indented, loads
from cleaner.output.record import Record
from cleaner.settings import OutputFormat, RecordLevel

# Of JSON before compression: a shard that takes seconds to download and decompress.
SHARD_BYTES = 64 << 20


class OutputRef(NamedTuple):
    """Where a text was written: the path in OUT, the row if that is a shard, the sha256 of the bytes."""

    path: str | None = None
    row: int | None = None
    sha256: str | None = None


class OutputFolder:
    """Writes OUT: `add` each outcome, `checkpoint` now and then, `finish` at the end.

    `state` is what the last `checkpoint` of an interrupted run returned: this run continues from there.
    """

    def __init__(
        self,
        out: Path,
        output_format: OutputFormat,
        record_level: RecordLevel,
        ledger: Ledger,
        state: Mapping[str, Any] | None = None,
        *,
        drop_duplicates: bool = False,
        shard_bytes: int = SHARD_BYTES,
    ) -> None:
        state = state or {}
        self._out, self._output_format, self._record_level, self._drop_duplicates = (
            out,
            output_format,
            record_level,
            drop_duplicates,
        )
        self._ledger, self._n_documents = ledger, int(state.get("documents", 0))
        self._paths = PathAllocator(ledger.names)
        self.text_counts: dict[str, int] = dict.fromkeys(TEXT_FOLDERS, 0) | dict(state.get("counts", {}))
        with io_errors_as_usage(out):
            self._pending_fsync = PendingFsync(out)
            duplicates_state = state.get("duplicates", {})
            self._duplicates = DuplicateIndex(
                out / STATE_FOLDER,
                duplicates_state.get("count", 0),
                duplicates_state.get("size", 0),
                duplicates_state.get("checksums"),
            )
        self._manifest = self._open_manifest(state.get("manifest", 0), state.get("manifest checksum", 0))
        suffixes = {RECORDS_FOLDER: SHARD_SUFFIXES["jsonl"]}
        if output_format in SHARD_SUFFIXES:
            suffixes |= dict.fromkeys(TEXT_FOLDERS, SHARD_SUFFIXES[output_format])
        shard_states = state.get("shards", {})
        self._shards = {
            place: ShardWriter(
                out, place, kind, shard_bytes, shard_states.get(place), self._pending_fsync.add
            )
            for place, kind in suffixes.items()
        }

    def _open_manifest(self, size: int, checksum: int) -> AppendFile:
        """The unfinished manifest. A run killed at its very end has moved it to its final place already."""
        unfinished, final = self._out / STATE_FOLDER / MANIFEST_NAME, self._out / MANIFEST_NAME
        with io_errors_as_usage(final):
            if size and not unfinished.exists():
                final.replace(unfinished)
        return AppendFile(unfinished, size, checksum)

    def add(self, outcome: Outcome, index_in_file: int = 0) -> Duplicate | None:
        """Write one document's text, record and manifest row; returns what it duplicates, if anything.

        A text that lies in its place in OUT already, from the run that this one updates, is not written.
        """
        ledger_row = outcome.ledger_row or pack_outcome(outcome, index_in_file)
        self._ledger.add_outcome(self._n_documents, ledger_row)
        self._n_documents += 1
        # every document takes a name, written or not: the names of others must not depend on its verdict
        name = (
            ""
            if self._output_format in SHARD_SUFFIXES
            else self._paths.allocate(safe_path(outcome.id, "." + self._output_format))
        )
        duplicate_of = (
            self._duplicates.find_or_add(outcome.id, outcome.signature) if outcome.signature else None
        )
        if duplicate_of and self._drop_duplicates:
            with io_errors_as_usage(self._out):
                outcome = hold_back(outcome)
        fields = {"duplicate_of": duplicate_of and duplicate_of._asdict()}
        output = self._place_text(outcome, name, fields)
        fields = outcome_fields(output.path, output.row, duplicate_of)
        if self._record_level != "none":
            self._shards[RECORDS_FOLDER].add(append_json_fields(outcome.record, fields))
        sha256 = {"input": outcome.sha256, "output": output.sha256}
        # before the text: the removal of this run finds the files it wrote by their names in the manifest
        self._manifest.write(append_json_fields(outcome.manifest_row, fields | {"sha256": sha256}) + b"\n")
        if output.path and output.row is None and output.path != outcome.stored_at:
            self._write_text(output.path, outcome)
        return duplicate_of

    def _place_text(self, outcome: Outcome, name: str, fields: Mapping[str, Any]) -> OutputRef:
        """Decide where the text is written; if that is a shard, write it."""
        if outcome.text_folder is None:
            return OutputRef()
        self.text_counts[outcome.text_folder] += 1
        if self._output_format not in SHARD_SUFFIXES:
            sha256 = text_sha256(outcome, is_sharded=False)
            return OutputRef(f"{outcome.text_folder}/{name}", None, sha256)
        path, row = self._shards[outcome.text_folder].add(append_json_fields(outcome.shard_row, fields))
        return OutputRef(path, row, text_sha256(outcome, is_sharded=True))

    def _write_text(self, path: str, outcome: Outcome) -> None:
        text = outcome.text
        if outcome.text_file:
            if move_into_place(outcome.text_file, f"{self._out}/{path}"):
                self._pending_fsync.add(path)
                return
            with io_errors_as_usage(self._out / path):
                text = Path(outcome.text_file).read_bytes()
        with AtomicFile(self._out / path, sync=False) as file:
            file.write(text)
        self._pending_fsync.add(path)

    def checkpoint(self) -> dict[str, Any]:
        """Wait until all that was written is on the disk; returns what a run needs to continue from here."""
        with io_errors_as_usage(self._out):
            self._duplicates.flush()
            parts = (shards.open_part for shards in self._shards.values())
            self._pending_fsync.sync([self._manifest.path, *self._duplicates.paths, *filter(None, parts)])
        return {
            "documents": self._n_documents,
            "manifest": self._manifest.size,
            "manifest checksum": self._manifest.checksum,
            "shards": self.shard_states(),
            "duplicates": {
                "count": self._duplicates.count,
                "size": self._duplicates.ids_bytes,
                "checksums": self._duplicates.checksums,
            },
            "counts": self.text_counts,
        }

    def shard_states(self) -> dict[str, Any]:
        """What a checkpoint stores of the shards, by folder."""
        return {place: shards.state() for place, shards in self._shards.items()}

    def drop_old_parts(self) -> None:
        """Remove the parts that no checkpoint needs any more: call it when the ledger has the last one."""
        for shards in self._shards.values():
            shards.drop_old_parts()

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Move everything to its place. A checkpoint must be in the ledger just before, and another after."""
        for shards in self._shards.values():
            shards.finish()
        with io_errors_as_usage(self._out / MANIFEST_NAME):
            (self._out / STATE_FOLDER / MANIFEST_NAME).replace(self._out / MANIFEST_NAME)
        with AtomicFile(self._out / SUMMARY_NAME) as file:
            file.write(dumps_indented(summary))
        with io_errors_as_usage(self._out):
            self._pending_fsync.sync([self._out / MANIFEST_NAME, self._out / SUMMARY_NAME])
        self.close()

    def close(self) -> None:
        """Close the files; the run can be continued."""
        self._pending_fsync.close()
        self._manifest.close()
        self._duplicates.close()
        for shards in self._shards.values():
            shards.close()


class ShardWriter:
    """Writes rows into `part-00000` and on, a new shard for each `max_bytes` of JSON.

    Rows are first appended to a file in `.cleaner/parts/`; when it is full, the shard is made from it.
    """

    def __init__(
        self,
        out: Path,
        folder: str,
        suffix: str,
        max_bytes: int,
        state: Mapping[str, Any] | None = None,
        on_packed: Callable[[str], None] = lambda path: None,
    ) -> None:
        """`on_packed` is called with the path in OUT of each shard that is in its place."""
        self._out, self._folder, self._suffix, self._max_bytes = out, folder, suffix, max_bytes
        self._on_packed = on_packed
        position = state or {"number": 0, "rows": 0, "size": 0, "checksum": 0, "packed": []}
        self._number, self._rows = int(position["number"]), int(position["rows"])
        self._packed = list(position["packed"])  # of each complete shard its rows and its digest
        self._file = None
        if position["rows"]:
            self._file = AppendFile(self._part_path(), int(position["size"]), int(position["checksum"]))
        self._packed_parts: list[Path] = []  # the last checkpoint in the ledger may still need them

    def _part_path(self) -> Path:
        return self._out / part_name(self._folder, self._number)

    def _shard_path(self) -> str:
        return shard_name(self._folder, self._number, self._suffix)

    def add(self, line: bytes) -> tuple[str, int]:
        """Append a row; returns the shard's path in OUT and the row's number in it, from 0."""
        if self._file and self._file.size + len(line) > self._max_bytes:
            self._pack()
            self._number += 1
            self._rows = 0
        if self._file is None:
            self._file = AppendFile(self._part_path(), 0)
        self._file.write(line + b"\n")
        self._rows += 1
        return self._shard_path(), self._rows - 1

    @property
    def open_part(self) -> Path | None:
        """The file that rows are appended to, if there is one."""
        return self._file.path if self._file else None

    def state(self) -> dict[str, Any]:
        """What a checkpoint stores of it."""
        return {
            "number": self._number,
            "rows": self._rows,
            "size": self._file.size if self._file else 0,
            "checksum": self._file.checksum if self._file else 0,
            "packed": [*self._packed],
        }

    def drop_old_parts(self) -> None:
        """Remove the parts of complete shards."""
        for part in self._packed_parts:
            with io_errors_as_usage(part):
                part.unlink(missing_ok=True)
        self._packed_parts = []

    def finish(self) -> None:
        """Make the last shard, full or not."""
        if self._file:
            self._pack()

    def close(self) -> None:
        """Close the file; the run can be continued."""
        if self._file:
            self._file.close()

    def _pack(self) -> None:
        assert self._file
        self._file.close()
        with AtomicFile(self._out / self._shard_path()) as shard:
            if self._suffix == SHARD_SUFFIXES["parquet"]:
                tables.write_table(_PartRecords(self._part_path()), shard)
            else:
                with self._part_path().open("rb") as part:
                    _compress(part, shard, self._file.size)
        self._on_packed(self._shard_path())
        self._packed.append([self._rows, file_digest(self._out / self._shard_path())])
        self._packed_parts.append(self._part_path())
        self._file = None


class _PartRecords:
    """The records of a part, read anew each time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Record]:
        with self._path.open("rb") as part:
            yield from map(loads, part)


def _compress(part: IO[bytes], shard: IO[bytes], size: int) -> None:
    """As one frame, with its size and checksum: some readers stop after the first frame."""
    packer = zstandard.ZstdCompressor(level=3, write_checksum=True, write_content_size=True)
    packer.copy_stream(part, shard, size=size)
