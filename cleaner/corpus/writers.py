"""Files out: a folder whose every file appears whole or not at all, the same bytes for the same input.

OUT/corpus/    the clean texts, one file a document, or shards of records
OUT/garbled/   quarantined texts, under the same names
OUT/records/   the records without their texts, in shards; `output` says where the text is
OUT/manifest.jsonl   one row an input document
OUT/summary.json     the totals; written last, so where it stands the run was finished
OUT/.cleaner         while a run is not finished: what it has written, so that the next one can take it away
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, TypeGuard

import zstandard

from cleaner import __version__
from cleaner.corpus.names import Names, safe_path
from cleaner.corpus.run import Outcome
from cleaner.errors import UsageError
from cleaner.record import FIELDS, Level, Record, dumps, dumps_indented, loads, with_fields

Format = Literal["txt", "md", "jsonl"]

# Of JSON before it is packed: a shard that a reader downloads and unpacks in seconds.
SHARD_BYTES = 64 << 20
# What a record in `records/` and a row of the manifest say beside the record itself.
EXTRA = ("output", "row", "sha256")
PLACES = ("corpus", "garbled")
JOURNAL = ".cleaner"
OURS = b'{"cleaner":'
SHARD = re.compile(r"part-\d{5}\.jsonl\.zst")
SURROGATE = re.compile("[\ud800-\udfff]")


class Output(NamedTuple):
    """Where a document's text went: the path in OUT, the row in a shard, the sha256 of what was written."""

    path: str | None = None
    row: int | None = None
    sha256: str | None = None


class Folder:
    """Writes OUT. `add` each outcome, then `finish`; `abort` leaves no half-written file behind."""

    def __init__(self, out: Path, form: Format, level: Level) -> None:
        refuse_foreign(out)
        self._out, self._form, self._level = out, form, level
        self._names = Names()
        self._written: set[str] = set()
        self._manifest: Whole | None = None
        self._journal: BinaryIO | None = None
        self._shards: dict[str, Shards] = {}

    def add(self, outcome: Outcome) -> None:
        """Write one document's text, record and manifest row."""
        if self._manifest is None:
            self._manifest = self._start()
        record = outcome.record
        output = self._text(record)
        told: Record = {"output": output.path} | ({} if output.row is None else {"row": output.row})
        if self._level != "none":
            keep = ("text", "held") if _unspellable(record) else ()
            self._shard("records").add(dumps(_without(record, {"text", "held"} - {*keep}, told)))
        told["sha256"] = {"input": outcome.sha256, "output": output.sha256}
        self._manifest.write(dumps(_without(record, {"text", "held", "record"}, told)) + b"\n")

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Put everything in its place, remove what an earlier run left that this one did not write."""
        for shards in self._shards.values():
            shards.finish()
        self._remove_stale()
        if self._manifest:
            self._manifest.finish()
        with Whole(self._out / "summary.json") as file:
            file.write(dumps_indented(summary))
        self._close_journal()
        (self._out / JOURNAL).unlink(missing_ok=True)

    def abort(self) -> None:
        """Take away the files that are not whole."""
        for shards in self._shards.values():
            shards.abort()
        if self._manifest:
            self._manifest.abort()
        self._close_journal()

    def count(self, place: str) -> int:
        """How many files this run wrote to `corpus` or `garbled`."""
        return sum(path.startswith(place + "/") for path in self._written)

    def _start(self) -> Whole:
        with naming(self._out):
            self._out.mkdir(parents=True, exist_ok=True)
            self._journal = (self._out / JOURNAL).open("ab", buffering=0)
            self._journal.write(dumps({"cleaner": __version__}) + b"\n")
            (self._out / "summary.json").unlink(missing_ok=True)
        return Whole(self._out / "manifest.jsonl")

    def _close_journal(self) -> None:
        if self._journal:
            self._journal.close()
            self._journal = None

    def _write_down(self, path: str) -> None:
        """Into the journal, before the file itself is in its place."""
        if path not in self._written:
            self._written.add(path)
            with naming(self._out / JOURNAL):
                assert self._journal
                self._journal.write(dumps({"output": path}) + b"\n")

    def _text(self, record: Record) -> Output:
        """Names are claimed for every document: they may not depend on what was found in it."""
        name = "" if self._form == "jsonl" else self._names.claim(safe_path(record["id"], "." + self._form))
        text = record["held"] or record["text"]
        if not text:
            return Output()
        place = "corpus" if record["held"] is None else "garbled"
        if self._form == "jsonl":
            line = dumps({field: value for field, value in record.items() if field != "record"})
            path, row = self._shard(place).add(line)
            self._write_down(path)
            return Output(path, row, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
        data = spelled(text + "\n")
        self._write_down(f"{place}/{name}")
        if not _stands(self._out / place / name, data):
            with Whole(self._out / place / name, sync=False) as file:
                file.write(data)
        return Output(f"{place}/{name}", None, hashlib.sha256(data).hexdigest())

    def _shard(self, place: str) -> Shards:
        if place not in self._shards:
            self._shards[place] = Shards(self._out, place)
        return self._shards[place]

    def _remove_stale(self) -> None:
        kept = self._written | {path for shards in self._shards.values() for path in shards.paths}
        for path in sorted({*written_before(self._out)} - kept):
            stale = self._out / path
            if stale.is_file():
                with naming(stale):
                    stale.unlink()
                    _remove_empty(self._out, stale.parent)


def _without(record: Record, gone: set[str], told: Record) -> Record:
    """The record in short, with where its text is; a row's own field of such a name goes into `input`."""
    ours = {name: value for name, value in record.items() if name in FIELDS and name not in gone}
    others = {name: value for name, value in record.items() if name not in FIELDS and name != "input"}
    short = with_fields(ours | told, others, (*FIELDS, *EXTRA))
    clash = record.get("input", {}) | short.get("input", {})
    return short | ({"input": clash} if clash else {})


def _stands(path: Path, data: bytes) -> bool:
    """Whether an earlier run wrote just this: to move a file over another one costs ten times as much."""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def spelled(text: str) -> bytes:
    """UTF-8; what has no UTF-8 form (half of a surrogate pair) as U+FFFD. The record then holds the text."""
    return SURROGATE.sub("\ufffd", text).encode()


def _unspellable(record: Record) -> bool:
    return bool(SURROGATE.search(record["held"] or record["text"]))


def written_before(out: Path) -> Iterator[str]:
    """The paths in OUT that earlier runs wrote, as manifest and journal tell; none outside its folders."""
    for path in (out / "records").glob("part-*.jsonl.zst"):
        if SHARD.fullmatch(path.name):
            yield f"records/{path.name}"
    for told in (out / "manifest.jsonl", out / JOURNAL):
        if told.is_file():
            yield from _outputs(told)


def _outputs(told: Path) -> Iterator[str]:
    with naming(told), told.open("rb") as lines:
        for line in lines:
            try:
                path = loads(line).get("output")
            except (ValueError, AttributeError):
                continue  # a line that is not ours
            if is_output(path):
                yield path


def refuse_foreign(out: Path) -> None:
    """UsageError when OUT holds files and is no run of ours, finished or not: they may be anybody's."""
    if not out.exists():
        return
    with naming(out):
        names = sorted(path.name for path in out.iterdir() if path.name == JOURNAL or path.name[0] != ".")
    if names and not _is_ours(out):
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        raise UsageError(
            f"{out}: holds files that cleaner did not write ({listed}); give -o a new or an empty folder"
        )


def _is_ours(out: Path) -> bool:
    """A journal that begins as ours do, or a manifest with a summary such as we write."""
    try:
        if (out / JOURNAL).is_file():
            with (out / JOURNAL).open("rb") as journal:
                return OURS.startswith(journal.read(len(OURS)))  # a full disk may have cut it
        summary = loads((out / "summary.json").read_bytes()) if (out / "manifest.jsonl").is_file() else None
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


class Whole:
    """A file that is there whole or not at all: written beside its place under a hidden name, then moved.

    `sync` waits until the bytes are on the disk: for few and large files, not for a million small ones.
    """

    def __init__(self, path: Path, *, sync: bool = True) -> None:
        self._path, self._sync = path, sync
        self._temporary = path.with_name(f".{path.name}.tmp")
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


class Shards:
    """Rows into `part-00000.jsonl.zst` and on, a new one when `SHARD_BYTES` of JSON are in."""

    def __init__(self, out: Path, place: str) -> None:
        self._out, self._place = out, place
        self.paths: list[str] = []
        self._file: Whole | None = None
        self._packer = zstandard.ZstdCompressor(level=3, write_checksum=True).compressobj()
        self._size = self._rows = 0

    def add(self, line: bytes) -> tuple[str, int]:
        """Append a row; gives the shard's path in OUT and the row's number in it."""
        if self._file is None or self._size + len(line) > SHARD_BYTES:
            self._next()
        assert self._file
        self._file.write(self._packer.compress(line + b"\n"))
        self._size += len(line) + 1
        self._rows += 1
        return self.paths[-1], self._rows - 1

    def finish(self) -> None:
        """Close the last shard."""
        if self._file:
            self._file.write(self._packer.flush())
            self._file.finish()
            self._file = None

    def abort(self) -> None:
        """Leave the shards that are whole."""
        if self._file:
            self._file.abort()
            self._file = None

    def _next(self) -> None:
        self.finish()
        self.paths.append(f"{self._place}/part-{len(self.paths):05}.jsonl.zst")
        self._file = Whole(self._out / self.paths[-1])
        self._packer = zstandard.ZstdCompressor(level=3, write_checksum=True).compressobj()
        self._size = self._rows = 0
