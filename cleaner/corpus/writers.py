"""Files out: a folder whose every file appears whole or not at all, the same bytes for the same input.

OUT/corpus/    the clean texts, one file a document, or shards of records
OUT/garbled/   quarantined texts, under the same names
OUT/records/   the records without their texts, in shards; `output` says where the text is
OUT/manifest.jsonl   one row an input document
OUT/summary.json     the totals; written last, so where it stands the run was finished
OUT/.cleaner/        the ledger; while a run is not finished also what grows: the manifest, the last shards

What grows is plain text, so that it can be cut where a checkpoint says it ended; a shard is packed, once,
when it is full. Its part stays until the next checkpoint, in case the run ends just before.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, TypeGuard

import zstandard

from cleaner.corpus import parquet as tables
from cleaner.corpus.checkpoint import LEDGER_NAME, STATE_FOLDER, Ledger
from cleaner.corpus.fsync import PendingFsync, sync_removals
from cleaner.corpus.minhash import Duplicate, DuplicateIndex
from cleaner.corpus.outcomes import Outcome, append_json_fields, encode_lossy, hold_back, sha256_hex
from cleaner.corpus.output_paths import PathAllocator, safe_path
from cleaner.errors import UsageError
from cleaner.json_lines import dumps_indented, loads
from cleaner.settings import OutputFormat, RecordLevel

__all__ = [
    "AtomicFile",
    "OutputFolder",
    "OutputRef",
    "encode_lossy",
    "io_errors_as_usage",
    "is_output_path",
]

# Of JSON before it is packed: a shard that a reader downloads and unpacks in seconds.
SHARD_BYTES = 64 << 20
TEXT_FOLDERS = ("corpus", "garbled")
MANIFEST_NAME, SUMMARY_NAME = "manifest.jsonl", "summary.json"
SHARD_SUFFIXES = {"jsonl": ".jsonl.zst", "parquet": ".parquet"}


class OutputRef(NamedTuple):
    """Where a document's text went: the path in OUT, the row in a shard, the sha256 of what was written."""

    path: str | None = None
    row: int | None = None
    sha256: str | None = None

    def as_fields(self) -> dict[str, Any]:
        """As records say it."""
        return {"output": self.path} | ({} if self.row is None else {"row": self.row})


class OutputFolder:
    """Writes OUT: `add` each outcome, `checkpoint` now and then, then `finish`.

    `state` is what the last checkpoint of an interrupted run gave: this one goes on from there.
    """

    def __init__(
        self,
        out: Path,
        output_format: OutputFormat,
        record_level: RecordLevel,
        ledger: Ledger,
        state: Mapping[str, Any] | None = None,
        *,
        drop: bool = False,
        shard: int = SHARD_BYTES,
    ) -> None:
        state = state or {}
        self._out, self._output_format, self._record_level, self._drop_duplicates = (
            out,
            output_format,
            record_level,
            drop,
        )
        self._paths = PathAllocator(ledger.names)
        self.text_counts: dict[str, int] = {"corpus": 0, "garbled": 0} | dict(state.get("counts", {}))
        with io_errors_as_usage(out):
            self._pending_fsync = PendingFsync(out)
            duplicates_state = state.get("duplicates", {})
            self._duplicates = DuplicateIndex(
                out / STATE_FOLDER, duplicates_state.get("count", 0), duplicates_state.get("size", 0)
            )
        self._manifest = self._open_manifest(state.get("manifest", 0))
        suffixes = {"records": SHARD_SUFFIXES["jsonl"]}
        if output_format in SHARD_SUFFIXES:
            suffixes |= dict.fromkeys(TEXT_FOLDERS, SHARD_SUFFIXES[output_format])
        shard_states = state.get("shards", {})
        self._shards = {
            place: ShardWriter(out, place, kind, shard, shard_states.get(place), self._pending_fsync.add)
            for place, kind in suffixes.items()
        }

    def _open_manifest(self, size: int) -> AppendFile:
        """The manifest that grows. It is in its place already where a run was killed at its very end."""
        unfinished, final = self._out / STATE_FOLDER / MANIFEST_NAME, self._out / MANIFEST_NAME
        with io_errors_as_usage(final):
            if size and not unfinished.exists():
                final.replace(unfinished)
        return AppendFile(unfinished, size)

    def add(self, outcome: Outcome) -> Duplicate | None:
        """Write one document's text, record and manifest row; tells if an earlier one says the same."""
        # every document claims its name: names may not depend on what was found in it
        name = (
            ""
            if self._output_format in SHARD_SUFFIXES
            else self._paths.allocate(safe_path(outcome.id, "." + self._output_format))
        )
        duplicate_of = (
            self._duplicates.find_or_add(outcome.id, outcome.signature) if outcome.signature else None
        )
        if duplicate_of and self._drop_duplicates:
            outcome = hold_back(outcome)
        fields = {"duplicate_of": duplicate_of and duplicate_of._asdict()}
        output = self._place_text(outcome, name, fields)
        fields = output.as_fields() | fields
        if self._record_level != "none":
            self._shards["records"].add(append_json_fields(outcome.record, fields))
        sha256 = {"input": outcome.sha256, "output": output.sha256}
        # before the text: whoever takes this run away again must find its name here
        self._manifest.write(append_json_fields(outcome.manifest_row, fields | {"sha256": sha256}) + b"\n")
        if output.path and output.row is None:
            self._write_text(output.path, outcome.text)
        return duplicate_of

    def _place_text(self, outcome: Outcome, name: str, fields: Mapping[str, Any]) -> OutputRef:
        """Where the text goes; into a shard it goes at once."""
        if outcome.text_folder is None:
            return OutputRef()
        self.text_counts[outcome.text_folder] += 1
        if self._output_format not in SHARD_SUFFIXES:
            return OutputRef(f"{outcome.text_folder}/{name}", None, sha256_hex(outcome.text))
        path, row = self._shards[outcome.text_folder].add(append_json_fields(outcome.shard_row, fields))
        return OutputRef(path, row, sha256_hex(outcome.text[:-1]))

    def _write_text(self, path: str, text: bytes) -> None:
        with AtomicFile(self._out / path, sync=False) as file:
            file.write(text)
        self._pending_fsync.add(self._out / path)

    def checkpoint(self) -> dict[str, Any]:
        """What has been written is on the disk; what the next run must know to go on from here."""
        with io_errors_as_usage(self._out):
            self._duplicates.flush()
            parts = (shards.open_part for shards in self._shards.values())
            self._pending_fsync.sync([self._manifest.path, *self._duplicates.paths, *filter(None, parts)])
        return {
            "manifest": self._manifest.size,
            "shards": {place: shards.state() for place, shards in self._shards.items()},
            "duplicates": {"count": self._duplicates.count, "size": self._duplicates.ids_bytes},
            "counts": self.text_counts,
        }

    def drop_old_parts(self) -> None:
        """The checkpoint is in the ledger: what it no longer needs can go."""
        for shards in self._shards.values():
            shards.drop_old_parts()

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Put everything in its place. The ledger has a checkpoint from just before, and needs one after."""
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
        """Leave everything as it is."""
        self._pending_fsync.close()
        self._manifest.close()
        self._duplicates.close()
        for shards in self._shards.values():
            shards.close()


def failure_messages(out: Path) -> Iterator[str]:
    """What the manifest says of documents that failed, finished or not."""
    for row in _manifest_rows(out):
        if row.get("verdict") == "failed" and isinstance(row.get("error"), dict):
            yield str(row["error"].get("message"))


def _manifest_rows(out: Path) -> Iterator[dict[str, Any]]:
    for path in (out / MANIFEST_NAME, out / STATE_FOLDER / MANIFEST_NAME):
        if path.is_file():
            with io_errors_as_usage(path), path.open("rb") as lines:
                for line in lines:
                    with suppress(ValueError):
                        row = loads(line)  # the last may be half a line
                        if isinstance(row, dict):
                            yield row


def remove_run(out: Path) -> None:
    """Take away what earlier runs wrote, as the manifest tells, and nothing else. The ledger stays."""
    with io_errors_as_usage(out):
        (out / SUMMARY_NAME).unlink(missing_ok=True)
        for path in {row["output"] for row in _manifest_rows(out) if is_output_path(row.get("output"))}:
            _remove_file(out, out / path)
        for folder in ("records", *TEXT_FOLDERS):
            for suffix in SHARD_SUFFIXES.values():
                for shard in sorted((out / folder).glob(f"part-[0-9][0-9][0-9][0-9][0-9]{suffix}")):
                    _remove_file(out, shard)
        (out / MANIFEST_NAME).unlink(missing_ok=True)
        remove_temporary_files(out)
        sync_removals(out)


def remove_temporary_files(out: Path) -> None:
    """Take away what only an unfinished run needs."""
    folder = out / STATE_FOLDER
    with io_errors_as_usage(folder):
        for name in (MANIFEST_NAME, "signatures", "ids"):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / "parts", ignore_errors=True)


def _remove_file(out: Path, stale: Path) -> None:
    temporary = _temporary_path(stale)
    for path in (stale, temporary):
        if path.is_file():
            path.unlink()
    if stale.parent.is_dir():
        _remove_empty_folders(out, stale.parent)


def refuse_foreign(out: Path) -> None:
    """UsageError when OUT holds files and is no run of ours, finished or not: they may be anybody's."""
    if not out.exists():
        return
    with io_errors_as_usage(out):
        names = sorted(
            path.name for path in out.iterdir() if path.name == STATE_FOLDER or path.name[0] != "."
        )
    if names and not _is_ours(out):
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        raise UsageError(
            f"{out}: holds files that cleaner did not write ({listed}); give -o a new or an empty folder"
        )


def _is_ours(out: Path) -> bool:
    """A ledger, whatever became of it, or a manifest with a summary such as we write."""
    try:
        if (out / STATE_FOLDER / LEDGER_NAME).is_file():
            return True
        summary = loads((out / SUMMARY_NAME).read_bytes()) if (out / MANIFEST_NAME).is_file() else None
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and {"version", "documents", "characters", "adds_up"} <= summary.keys()


def is_output_path(path: object) -> TypeGuard[str]:
    """Whether a manifest's word for a path is one of ours: in `corpus` or `garbled`, climbing nowhere."""
    if not isinstance(path, str):
        return False
    parts = path.split("/")
    return (
        len(parts) > 1 and parts[0] in TEXT_FOLDERS and not {"", ".", ".."} & set(parts) and "\0" not in path
    )


def _remove_empty_folders(out: Path, folder: Path) -> None:
    """Folders that a removed file leaves empty, up to OUT."""
    while folder != out and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


@contextmanager
def io_errors_as_usage(path: Path) -> Iterator[None]:
    """An error of the file system names the path and is the run's end."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


def _temporary_path(path: Path) -> Path:
    """The name under which a file grows until it is whole."""
    return path.with_name(f".{path.name}.tmp")


class AtomicFile:
    """A file that is there whole or not at all: written beside its place under a hidden name, then moved.

    `sync` waits until the bytes are on the disk: for few and large files, not for a million small ones.
    """

    def __init__(self, path: Path, *, sync: bool = True) -> None:
        self._path, self._sync = path, sync
        self._temporary = _temporary_path(path)
        with io_errors_as_usage(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = self._temporary.open("wb")

    def __enter__(self) -> BinaryIO:
        return self._file

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if error is None:
            self.finish()
            return
        self.abort()
        if isinstance(error, OSError):
            with io_errors_as_usage(self._path):
                raise error

    def write(self, data: bytes) -> None:
        """Append; an error names the file."""
        with io_errors_as_usage(self._path):
            self._file.write(data)

    def finish(self) -> None:
        """Move the file to its place."""
        try:
            with io_errors_as_usage(self._path):
                self._file.flush()
                if self._sync:
                    os.fsync(self._file.fileno())
                self._file.close()
                self._temporary.replace(self._path)
        except UsageError:
            self.abort()
            raise

    def abort(self) -> None:
        """Leave nothing; whatever goes wrong here is not worth a second message."""
        with suppress(OSError):
            self._file.close()
        self._temporary.unlink(missing_ok=True)


class AppendFile:
    """A file that only grows, and can be cut to a size that it had."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        with io_errors_as_usage(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if size and (not path.exists() or path.stat().st_size < size):
                raise UsageError(f"{path}: is shorter than it was; --restart begins anew")
            self._file: BinaryIO = path.open("r+b" if path.exists() else "w+b", buffering=0)
            self._file.truncate(size)
            self._file.seek(size)

    def write(self, data: bytes) -> None:
        """Append, whole or not at all; an error names the file."""
        with io_errors_as_usage(self.path):
            left = memoryview(data)
            while left:
                left = left[self._file.write(left) :]
        self.size += len(data)

    def close(self) -> None:
        """It stays."""
        self._file.close()


class ShardWriter:
    """Rows into `part-00000` and on, a new one when `limit` bytes of JSON are in.

    A row is first appended to `.cleaner/parts/`; of a full part the shard is made in one go.
    """

    def __init__(
        self,
        out: Path,
        folder: str,
        suffix: str,
        max_bytes: int,
        state: Mapping[str, Any] | None = None,
        on_packed: Callable[[Path], None] = lambda path: None,
    ) -> None:
        """`packed` hears of each shard that is in its place."""
        self._out, self._folder, self._suffix, self._max_bytes = out, folder, suffix, max_bytes
        self._on_packed = on_packed
        position = state or {"number": 0, "rows": 0, "size": 0}
        self._number, self._rows = int(position["number"]), int(position["rows"])
        self._file = AppendFile(self._part_path(), int(position["size"])) if position["rows"] else None
        self._packed_parts: list[Path] = []  # parts that the last checkpoint in the ledger may still name

    def _part_path(self) -> Path:
        return self._out / STATE_FOLDER / "parts" / f"{self._folder}-{self._number:05}.jsonl"

    def _shard_path(self) -> str:
        return f"{self._folder}/part-{self._number:05}{self._suffix}"

    def add(self, line: bytes) -> tuple[str, int]:
        """Append a row; gives the shard's path in OUT and the row's number in it."""
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
        """What grows, if anything does."""
        return self._file.path if self._file else None

    def state(self) -> dict[str, Any]:
        """How far it is."""
        return {"number": self._number, "rows": self._rows, "size": self._file.size if self._file else 0}

    def drop_old_parts(self) -> None:
        """No checkpoint names the parts of packed shards any more."""
        for part in self._packed_parts:
            with io_errors_as_usage(part):
                part.unlink(missing_ok=True)
        self._packed_parts = []

    def finish(self) -> None:
        """Make the last shard."""
        if self._file:
            self._pack()

    def close(self) -> None:
        """Leave it as it is."""
        if self._file:
            self._file.close()

    def _pack(self) -> None:
        assert self._file
        self._file.close()
        with AtomicFile(self._out / self._shard_path()) as shard, self._part_path().open("rb") as part:
            if self._suffix == SHARD_SUFFIXES["parquet"]:
                tables.write_table((loads(line) for line in part), shard)
            else:
                _compress(part, shard, self._file.size)
        self._on_packed(self._out / self._shard_path())
        self._packed_parts.append(self._part_path())
        self._file = None


def _compress(part: IO[bytes], shard: IO[bytes], size: int) -> None:
    """One frame with its size and checksum: readers that stop after the first frame lose nothing."""
    packer = zstandard.ZstdCompressor(level=3, write_checksum=True, write_content_size=True)
    packer.copy_stream(part, shard, size=size)
