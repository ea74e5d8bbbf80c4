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
from cleaner.corpus.checkpoint import FILE, FOLDER, Ledger
from cleaner.corpus.fsync import Unsynced, removed
from cleaner.corpus.minhash import Duplicate, Duplicates
from cleaner.corpus.outcomes import Format, Outcome, digest, joined, spelled, withheld
from cleaner.corpus.output_paths import Names, safe_path
from cleaner.errors import UsageError
from cleaner.json_lines import dumps_indented, loads
from cleaner.output.record import Level

__all__ = ["Folder", "Format", "Output", "Whole", "is_output", "naming", "spelled"]

# Of JSON before it is packed: a shard that a reader downloads and unpacks in seconds.
SHARD_BYTES = 64 << 20
PLACES = ("corpus", "garbled")
MANIFEST, SUMMARY = "manifest.jsonl", "summary.json"
SUFFIXES = {"jsonl": ".jsonl.zst", "parquet": ".parquet"}


class Output(NamedTuple):
    """Where a document's text went: the path in OUT, the row in a shard, the sha256 of what was written."""

    path: str | None = None
    row: int | None = None
    sha256: str | None = None

    def told(self) -> dict[str, Any]:
        """As records say it."""
        return {"output": self.path} | ({} if self.row is None else {"row": self.row})


class Folder:
    """Writes OUT: `add` each outcome, `checkpoint` now and then, then `finish`.

    `state` is what the last checkpoint of an interrupted run gave: this one goes on from there.
    """

    def __init__(
        self,
        out: Path,
        form: Format,
        level: Level,
        ledger: Ledger,
        state: Mapping[str, Any] | None = None,
        *,
        drop: bool = False,
        shard: int = SHARD_BYTES,
    ) -> None:
        state = state or {}
        self._out, self._form, self._level, self._drop = out, form, level, drop
        self._names = Names(ledger.names)
        self.counts: dict[str, int] = {"corpus": 0, "garbled": 0} | dict(state.get("counts", {}))
        with naming(out):
            self._unsynced = Unsynced(out)
            seen = state.get("duplicates", {})
            self._seen = Duplicates(out / FOLDER, seen.get("count", 0), seen.get("size", 0))
        self._manifest = self._open_manifest(state.get("manifest", 0))
        kinds = {"records": SUFFIXES["jsonl"]}
        if form in SUFFIXES:
            kinds |= dict.fromkeys(PLACES, SUFFIXES[form])
        begun = state.get("shards", {})
        self._shards = {
            place: Shards(out, place, kind, shard, begun.get(place), self._unsynced.add)
            for place, kind in kinds.items()
        }

    def _open_manifest(self, size: int) -> Growing:
        """The manifest that grows. It is in its place already where a run was killed at its very end."""
        hidden, final = self._out / FOLDER / MANIFEST, self._out / MANIFEST
        with naming(final):
            if size and not hidden.exists():
                final.replace(hidden)
        return Growing(hidden, size)

    def add(self, outcome: Outcome) -> Duplicate | None:
        """Write one document's text, record and manifest row; tells if an earlier one says the same."""
        # every document claims its name: names may not depend on what was found in it
        name = "" if self._form in SUFFIXES else self._names.claim(safe_path(outcome.id, "." + self._form))
        twin = self._seen.see(outcome.id, outcome.signature) if outcome.signature else None
        if twin and self._drop:
            outcome = withheld(outcome)
        told = {"duplicate_of": twin and twin._asdict()}
        output = self._place(outcome, name, told)
        told = output.told() | told
        if self._level != "none":
            self._shards["records"].add(joined(outcome.record, told))
        sha256 = {"input": outcome.sha256, "output": output.sha256}
        # before the text: whoever takes this run away again must find its name here
        self._manifest.write(joined(outcome.row, told | {"sha256": sha256}) + b"\n")
        if output.path and output.row is None:
            self._write(output.path, outcome.text)
        return twin

    def _place(self, outcome: Outcome, name: str, told: Mapping[str, Any]) -> Output:
        """Where the text goes; into a shard it goes at once."""
        if outcome.place is None:
            return Output()
        self.counts[outcome.place] += 1
        if self._form not in SUFFIXES:
            return Output(f"{outcome.place}/{name}", None, digest(outcome.text))
        path, row = self._shards[outcome.place].add(joined(outcome.whole, told))
        return Output(path, row, digest(outcome.text[:-1]))

    def _write(self, path: str, text: bytes) -> None:
        with Whole(self._out / path, sync=False) as file:
            file.write(text)
        self._unsynced.add(self._out / path)

    def checkpoint(self) -> dict[str, Any]:
        """What has been written is on the disk; what the next run must know to go on from here."""
        with naming(self._out):
            self._seen.flush()
            parts = (shards.part for shards in self._shards.values())
            self._unsynced.sync([self._manifest.path, *self._seen.paths, *filter(None, parts)])
        return {
            "manifest": self._manifest.size,
            "shards": {place: shards.state() for place, shards in self._shards.items()},
            "duplicates": {"count": self._seen.count, "size": self._seen.size},
            "counts": self.counts,
        }

    def settled(self) -> None:
        """The checkpoint is in the ledger: what it no longer needs can go."""
        for shards in self._shards.values():
            shards.settled()

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Put everything in its place. The ledger has a checkpoint from just before, and needs one after."""
        for shards in self._shards.values():
            shards.finish()
        with naming(self._out / MANIFEST):
            (self._out / FOLDER / MANIFEST).replace(self._out / MANIFEST)
        with Whole(self._out / SUMMARY) as file:
            file.write(dumps_indented(summary))
        with naming(self._out):
            self._unsynced.sync([self._out / MANIFEST, self._out / SUMMARY])
        self.close()

    def close(self) -> None:
        """Leave everything as it is."""
        self._unsynced.close()
        self._manifest.close()
        self._seen.close()
        for shards in self._shards.values():
            shards.close()


def failures(out: Path) -> Iterator[str]:
    """What the manifest says of documents that failed, finished or not."""
    for row in _rows(out):
        if row.get("verdict") == "failed" and isinstance(row.get("error"), dict):
            yield str(row["error"].get("message"))


def _rows(out: Path) -> Iterator[dict[str, Any]]:
    for told in (out / MANIFEST, out / FOLDER / MANIFEST):
        if told.is_file():
            with naming(told), told.open("rb") as lines:
                for line in lines:
                    with suppress(ValueError):
                        row = loads(line)  # the last may be half a line
                        if isinstance(row, dict):
                            yield row


def remove_run(out: Path) -> None:
    """Take away what earlier runs wrote, as the manifest tells, and nothing else. The ledger stays."""
    with naming(out):
        (out / SUMMARY).unlink(missing_ok=True)
        for path in {row["output"] for row in _rows(out) if is_output(row.get("output"))}:
            _remove(out, out / path)
        for place in ("records", *PLACES):
            for suffix in SUFFIXES.values():
                for shard in sorted((out / place).glob(f"part-[0-9][0-9][0-9][0-9][0-9]{suffix}")):
                    _remove(out, shard)
        (out / MANIFEST).unlink(missing_ok=True)
        clear(out)
        removed(out)


def clear(out: Path) -> None:
    """Take away what only an unfinished run needs."""
    folder = out / FOLDER
    with naming(folder):
        for name in (MANIFEST, "signatures", "ids"):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / "parts", ignore_errors=True)


def _remove(out: Path, stale: Path) -> None:
    hidden = _hidden(stale)
    for path in (stale, hidden):
        if path.is_file():
            path.unlink()
    if stale.parent.is_dir():
        _remove_empty(out, stale.parent)


def refuse_foreign(out: Path) -> None:
    """UsageError when OUT holds files and is no run of ours, finished or not: they may be anybody's."""
    if not out.exists():
        return
    with naming(out):
        names = sorted(path.name for path in out.iterdir() if path.name == FOLDER or path.name[0] != ".")
    if names and not _is_ours(out):
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        raise UsageError(
            f"{out}: holds files that cleaner did not write ({listed}); give -o a new or an empty folder"
        )


def _is_ours(out: Path) -> bool:
    """A ledger, whatever became of it, or a manifest with a summary such as we write."""
    try:
        if (out / FOLDER / FILE).is_file():
            return True
        summary = loads((out / SUMMARY).read_bytes()) if (out / MANIFEST).is_file() else None
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and {"version", "documents", "characters", "adds_up"} <= summary.keys()


def is_output(path: object) -> TypeGuard[str]:
    """Whether a manifest's word for a path is one of ours: in `corpus` or `garbled`, climbing nowhere."""
    if not isinstance(path, str):
        return False
    parts = path.split("/")
    return len(parts) > 1 and parts[0] in PLACES and not {"", ".", ".."} & set(parts) and "\0" not in path


def _remove_empty(out: Path, folder: Path) -> None:
    """Folders that a removed file leaves empty, up to OUT."""
    while folder != out and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """An error of the file system names the path and is the run's end."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


def _hidden(path: Path) -> Path:
    """The name under which a file grows until it is whole."""
    return path.with_name(f".{path.name}.tmp")


class Whole:
    """A file that is there whole or not at all: written beside its place under a hidden name, then moved.

    `sync` waits until the bytes are on the disk: for few and large files, not for a million small ones.
    """

    def __init__(self, path: Path, *, sync: bool = True) -> None:
        self._path, self._sync = path, sync
        self._temporary = _hidden(path)
        with naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = self._temporary.open("wb")

    def __enter__(self) -> BinaryIO:
        return self._file

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None:
            self.finish()
            return
        self.abort()
        if isinstance(error, OSError):
            with naming(self._path):
                raise error

    def write(self, data: bytes) -> None:
        """Append; an error names the file."""
        with naming(self._path):
            self._file.write(data)

    def finish(self) -> None:
        """Move the file to its place."""
        try:
            with naming(self._path):
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


class Growing:
    """A file that only grows, and can be cut to a size that it had."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        with naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if size and (not path.exists() or path.stat().st_size < size):
                raise UsageError(f"{path}: is shorter than it was; --restart begins anew")
            self._file: BinaryIO = path.open("r+b" if path.exists() else "w+b", buffering=0)
            self._file.truncate(size)
            self._file.seek(size)

    def write(self, data: bytes) -> None:
        """Append, whole or not at all; an error names the file."""
        with naming(self.path):
            left = memoryview(data)
            while left:
                left = left[self._file.write(left) :]
        self.size += len(data)

    def close(self) -> None:
        """It stays."""
        self._file.close()


class Shards:
    """Rows into `part-00000` and on, a new one when `limit` bytes of JSON are in.

    A row is first appended to `.cleaner/parts/`; of a full part the shard is made in one go.
    """

    def __init__(
        self,
        out: Path,
        place: str,
        suffix: str,
        limit: int,
        state: Mapping[str, Any] | None = None,
        packed: Callable[[Path], None] = lambda path: None,
    ) -> None:
        """`packed` hears of each shard that is in its place."""
        self._out, self._place, self._suffix, self._limit = out, place, suffix, limit
        self._tell = packed
        told = state or {"number": 0, "rows": 0, "size": 0}
        self._number, self._rows = int(told["number"]), int(told["rows"])
        self._file = Growing(self._part(), int(told["size"])) if told["rows"] else None
        self._packed: list[Path] = []  # parts that the last checkpoint in the ledger may still name

    def _part(self) -> Path:
        return self._out / FOLDER / "parts" / f"{self._place}-{self._number:05}.jsonl"

    def _path(self) -> str:
        return f"{self._place}/part-{self._number:05}{self._suffix}"

    def add(self, line: bytes) -> tuple[str, int]:
        """Append a row; gives the shard's path in OUT and the row's number in it."""
        if self._file and self._file.size + len(line) > self._limit:
            self._pack()
            self._number += 1
            self._rows = 0
        if self._file is None:
            self._file = Growing(self._part(), 0)
        self._file.write(line + b"\n")
        self._rows += 1
        return self._path(), self._rows - 1

    @property
    def part(self) -> Path | None:
        """What grows, if anything does."""
        return self._file.path if self._file else None

    def state(self) -> dict[str, Any]:
        """How far it is."""
        return {"number": self._number, "rows": self._rows, "size": self._file.size if self._file else 0}

    def settled(self) -> None:
        """No checkpoint names the parts of packed shards any more."""
        for part in self._packed:
            with naming(part):
                part.unlink(missing_ok=True)
        self._packed = []

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
        with Whole(self._out / self._path()) as shard, self._part().open("rb") as part:
            if self._suffix == SUFFIXES["parquet"]:
                tables.write_table((loads(line) for line in part), shard)
            else:
                _squeeze(part, shard, self._file.size)
        self._tell(self._out / self._path())
        self._packed.append(self._part())
        self._file = None


def _squeeze(part: IO[bytes], shard: IO[bytes], size: int) -> None:
    """One frame with its size and checksum: readers that stop after the first frame lose nothing."""
    packer = zstandard.ZstdCompressor(level=3, write_checksum=True, write_content_size=True)
    packer.copy_stream(part, shard, size=size)
