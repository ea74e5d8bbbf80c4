"""The ledger: what a run has done, so that it can continue after any end. One SQLite file in OUT.

A checkpoint says how far the input was read and how long each growing file was then. Whatever was written
after it is cut off and done again, with the same result. The ledger is locked while a run writes to OUT.

SQLite notices damage to the structure of a page, not to a value in it; a wrong value would lose documents
without a message. So a checksum over all rows is stored with them, and compared before a run continues.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cleaner import __version__
from cleaner.corpus.discover import FailedInput
from cleaner.corpus.folder_layout import LEDGER_NAME, STATE_FOLDER
from cleaner.corpus.readers import FileStarted
from cleaner.errors import UsageError
from cleaner.json_lines import dumps, loads
from cleaner.surrogates import escape_bytes

SCHEMA_VERSION = 2
# Settings that say only who does the work; and all that no text depends on: they may change between a run and
# its continuation.
WORKER_SETTINGS = ("workers", "engine", "address")
CHANGEABLE_SETTINGS = (*WORKER_SETTINGS, "timeout", "memory")
SCHEMA_SQL = """
CREATE TABLE IF NOT EXISTS told (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    number INTEGER PRIMARY KEY, path TEXT, size INTEGER, version TEXT, id TEXT, first INTEGER, passed BLOB
);
CREATE TABLE IF NOT EXISTS outcomes (number INTEGER PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID;
"""
TABLES = ("told", "files", "outcomes", "names")
MAX_NAMED_CHANGES, MAX_SETTING_CHARS = 3, 80  # in messages
# Rows are written so many at a time.
MAX_UNWRITTEN_ROWS = 256
# Bits of the filter that says that a name was never used: of a million names it knows 94 in 100 of new ones.
NAME_FILTER_BITS = 1 << 24
CHECKSUM_KEY = "sum"
# SQLite's errors (their lowest byte) whose cause is the disk or its permissions, not a damaged ledger.
SQLITE_BUSY, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN = 5, 8, 10, 13, 14
SQLITE_SHORT_READ = 522  # an IOERR: the file ends too early, so it is damaged


class DamagedLedgerError(UsageError):
    """The file is not a ledger, or not what was written."""


class StoredFile(NamedTuple):
    """A file of the input as the run that read it knew it.

    `first_document` and `end_document` count the documents before it and before the next one; the end is None
    where the run was in the middle of it. `passed`: what was skipped in it, by reason.
    """

    number: int
    path: str
    size: int
    version: str
    id: str
    first_document: int
    end_document: int | None
    passed: dict[str, int]


class Position(NamedTuple):
    """How far the input is done: the file's number, and the last document in it that is done."""

    file_number: int = 0
    index_in_file: int = 0


class Ledger:
    """The ledger of OUT. UsageError when another run has it open, or when it cannot be written;
    DamagedLedgerError when it is not what was written."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.path = out / STATE_FOLDER / LEDGER_NAME
        with self._errors_as_usage():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                # a run that updates OUT looks files up in the thread that reads
                self.path, timeout=0.2, isolation_level=None, check_same_thread=False,
            )  # fmt: skip
        try:
            self._open()
        except BaseException:
            self._connection.close()
            raise
        self._unwritten_outcomes: list[tuple[int, bytes]] = []
        self.names = _NamesOnDisk(self)

    def _open(self) -> None:
        for setting in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
            self.query(f"PRAGMA {setting}")
        self.query("BEGIN EXCLUSIVE")
        self._create_tables()
        self._checksum = self._compute_checksum()
        stored_checksum = self.get(CHECKSUM_KEY)
        if (stored_checksum or 0) != self._checksum:
            raise self._damaged_error("its rows do not add up to their sum")
        [[integrity]] = self.query("PRAGMA integrity_check(1)")
        if integrity != "ok":
            raise self._damaged_error(str(integrity).splitlines()[-1])

    def _create_tables(self) -> None:
        for statement in filter(str.strip, SCHEMA_SQL.split(";")):
            self.query(statement)

    def _compute_checksum(self) -> int:
        """A sum over all rows, whatever their order."""
        rows = (row for table in TABLES for row in self._rows(table))
        return sum(map(_row_checksum, rows)) % (1 << 62)

    def _rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """All rows of a table, without the checksum."""
        condition = f" WHERE name != '{CHECKSUM_KEY}'" if table == "told" else ""
        return self.iterate(f"SELECT * FROM {table}{condition}")

    def close(self) -> None:
        """Unlock OUT. What was not committed is lost."""
        self._connection.close()

    # -- what kind of run it is

    @property
    def has_run(self) -> bool:
        """Whether a run has written here."""
        return self.get("settings") is not None

    @property
    def is_finished(self) -> bool:
        """Whether that run has finished."""
        return bool(self.get("finished"))

    def begin(self, settings: Mapping[str, Any], inputs: Sequence[str]) -> None:
        """Store what kind of run this is."""
        values = {
            "layout": SCHEMA_VERSION,
            "version": __version__,
            "settings": _fixed_settings(settings),
            "inputs": [*inputs],
        }
        for name, value in values.items():
            self.put(name, value)
        self.commit({})

    def reset(self) -> None:
        """Delete everything; the tables too, since an earlier version may have made them."""
        self._unwritten_outcomes.clear()
        self.names = _NamesOnDisk(self)
        for table in TABLES:
            self.query(f"DROP TABLE {table}")
        self._create_tables()
        self._checksum = 0

    def replace_with(self, other: Ledger) -> None:
        """Take over all that another ledger holds, at once, in place of what is here."""
        self.reset()
        for table in TABLES:
            for row in other._rows(table):
                self._insert(table, row)
        self._commit_transaction("VACUUM")

    def refuse_incompatible(self, settings: Mapping[str, Any], inputs: Sequence[str]) -> None:
        """UsageError when OUT was written with another version, other settings or other inputs."""
        stored_versions = [self.get(name) for name in ("layout", "version")]
        if stored_versions != [SCHEMA_VERSION, __version__]:
            raise self.conflict_error(
                f"was cleaned with version {stored_versions[1]} of cleaner, this is {__version__}"
            )
        before, now = self.get("settings"), _fixed_settings(settings)
        # what was asked for before and is not now, such as a sample, is a change as well
        changed = [name for name in before | now if before.get(name) != now.get(name)]
        if changed:
            listed = ", ".join(
                f"{n} was {_setting_text(before.get(n))}, now {_setting_text(now.get(n))}" for n in changed
            )
            raise self.conflict_error(f"was cleaned with other settings ({listed})")
        inputs_before = self.get("inputs")
        paths_before, paths = ([path.rstrip("/") for path in given] for given in (inputs_before, inputs))
        if self.is_finished and not {*paths_before}.isdisjoint(paths):
            return  # a shell's pattern finds more files as time goes by
        if paths_before != paths:
            raise self.conflict_error(f"holds what was made of {' '.join(inputs_before)}")

    def conflict_error(self, why: str) -> UsageError:
        """A message why this run cannot continue here, and what the user can do."""
        return UsageError(f"{self._out}: {why}; --restart begins anew, or give -o another folder")

    @property
    def learned(self) -> str | None:
        """The sha256 of the profile that the run's first pass has learned; None before its end."""
        digest: str | None = self.get("learned")
        return digest

    @property
    def learned_files(self) -> str | None:
        """The sha256 of what the files were like that the first pass read (`learning.files_sha256`)."""
        digest: str | None = self.get("learned files")
        return digest

    def set_learned(self, profile_sha256: str, files_sha256: str) -> None:
        """Store that the first pass is done."""
        self.put("learned", profile_sha256)
        self.put("learned files", files_sha256)
        self._commit_transaction()

    # -- how far it came

    def state(self) -> dict[str, Any]:
        """The state that the last checkpoint stored; empty before the first."""
        return dict(self.get("state") or {})

    def commit(self, state: Mapping[str, Any], *, finished: bool = False) -> None:
        """Store a checkpoint, from which a run can continue."""
        self.put("state", state)
        if finished:
            self.put("finished", True)
        self._commit_transaction()

    def discard_names(self) -> None:
        """Delete the names in use, which a finished run does not need."""
        self.names.write()
        self._checksum -= sum(map(_row_checksum, self.iterate("SELECT name, last FROM names")))
        self.query("DELETE FROM names")
        self._commit_transaction("VACUUM")

    def _commit_transaction(self, *then: str) -> None:
        self._write_outcomes()
        self.names.write()
        self._checksum %= 1 << 62
        self.query("INSERT OR REPLACE INTO told VALUES (?, ?)", CHECKSUM_KEY, str(self._checksum).encode())
        for statement in ("COMMIT", *then, "BEGIN EXCLUSIVE"):
            self.query(statement)

    # -- which files it read

    def add_file(self, started: FileStarted, first_document: int = 0) -> None:
        """Store what is known of a file as it is started, after so many documents."""
        id = escape_bytes(started.file.id)
        row = (*file_identity(started), id, first_document, None)
        self.replace_row("files", ("number", started.file_number), *row)

    def set_passed(self, file_number: int, passed: Mapping[str, int]) -> None:
        """Store what was skipped in a file, by reason."""
        [[_, *row]] = self.query("SELECT * FROM files WHERE number = ?", file_number)
        self.replace_row("files", ("number", file_number), *row[:-1], dumps(passed))

    def stored_files(self) -> Iterator[StoredFile]:
        """All files in the order in which they were read."""
        rows = self.iterate("SELECT * FROM files ORDER BY number")
        row = next(rows, None)
        while row is not None:
            following = next(rows, None)
            end = following[5] if following else self.state()["documents"] if self.is_finished else None
            number, path, size, version, id, first, passed = row
            yield StoredFile(number, path, size, version, id, first, end, loads(passed) if passed else {})
            row = following

    def add_outcome(self, number: int, value: bytes) -> None:
        """Store what an update needs to know of a document, besides what OUT holds of it."""
        self._unwritten_outcomes.append((number, value))
        if len(self._unwritten_outcomes) >= MAX_UNWRITTEN_ROWS:
            self._write_outcomes()

    def _write_outcomes(self) -> None:
        self.insert_many("outcomes", self._unwritten_outcomes)
        self._unwritten_outcomes.clear()

    def outcome(self, number: int) -> bytes | None:
        """What was stored of a document."""
        self._write_outcomes()
        rows = self.query("SELECT value FROM outcomes WHERE number = ?", number)
        return rows[0][0] if rows else None

    def is_unchanged(self, started: FileStarted) -> bool:
        """Whether the file stored under this number is this one, unchanged."""
        rows = self.query("SELECT path, size, version FROM files WHERE number = ?", started.file_number)
        return rows == [file_identity(started)]

    @property
    def file_count(self) -> int:
        """How many files are stored."""
        [[number]] = self.query("SELECT count(*) FROM files")
        return int(number)

    def changed_input_error(self, current_files: Sequence[FileStarted]) -> UsageError:
        """A message that names the files that are gone, changed or new since they were read."""
        rows = self.iterate("SELECT path, size, version FROM files ORDER BY number")
        before = {path: (size, version) for path, size, version in rows}
        now = {path: (size, version) for path, size, version in map(file_identity, current_files)}
        changes = _file_changes(before, now)
        listed = ", ".join(changes[:MAX_NAMED_CHANGES])
        if len(changes) > MAX_NAMED_CHANGES:
            listed += f" and {len(changes) - MAX_NAMED_CHANGES:,} more"
        return self.conflict_error(f"the input is not what it was: {listed or 'its order'}")

    # -- SQLite

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a statement. Like `iterate`, it reports errors as UsageError."""
        with self._errors_as_usage():
            return self._connection.execute(statement, values).fetchall()

    def iterate(self, statement: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement one by one: there may be a million."""
        with self._errors_as_usage():
            yield from self._connection.execute(statement, values)

    def replace_row(self, table: str, key: tuple[str, Any], *rest: Any) -> None:
        """Insert a row, in place of the one with the same key if there is one."""
        name, value = key
        before = self.query(f"SELECT * FROM {table} WHERE {name} = ?", value)
        self._checksum -= sum(map(_row_checksum, before))
        self._insert(table, (value, *rest))

    def _insert(self, table: str, row: Sequence[Any]) -> None:
        self.insert_many(table, [(*row,)])

    def insert_many(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows whose keys are new, all of one length."""
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            with self._errors_as_usage():
                self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)
            self._checksum += sum(map(_row_checksum, rows))

    def get(self, name: str) -> Any:
        """A value that was stored under a name; None if there is none."""
        rows = self.query("SELECT value FROM told WHERE name = ?", name)
        try:
            return loads(rows[0][0]) if rows else None
        except (TypeError, ValueError) as error:
            raise self._damaged_error(f"{name} cannot be read") from error

    def put(self, name: str, value: Any) -> None:
        """Store a value under a name; a commit keeps it."""
        self.replace_row("told", ("name", name), dumps(value))

    def _damaged_error(self, why: object) -> DamagedLedgerError:
        return DamagedLedgerError(f"{self.path}: is damaged ({why}); --restart begins anew")

    @contextmanager
    def _errors_as_usage(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._as_usage_error(error) from error
        except UnicodeDecodeError as error:  # in a text, or in SQLite's own message about one
            raise self._damaged_error(error) from error
        except OSError as error:
            where = error.filename or self.path
            raise UsageError(f"{where}: cannot be written: {error.strerror or error}") from error

    def _as_usage_error(self, error: sqlite3.Error) -> UsageError:
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF == SQLITE_BUSY:
            message = "another run of cleaner is writing there; wait until it ends"
            return UsageError(f"{self._out}: {message}")
        if code != SQLITE_SHORT_READ and code & 0xFF in (
            SQLITE_READONLY,
            SQLITE_IOERR,
            SQLITE_FULL,
            SQLITE_CANTOPEN,
        ):
            return UsageError(f"{self.path}: cannot be written: {error}")
        return self._damaged_error(error)


class _NamesOnDisk:
    """The highest number in use for each name; on disk, since a million names take much memory.

    Most names are new: a filter of bits (by Bloom, with one hash) knows that, and the disk is not asked.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._unwritten: dict[str, int] = {}
        self._filter: bytearray | None = None

    def get(self, key: str, /) -> int | None:
        number = self._unwritten.get(key)
        return self._stored(key) if number is None and self._may_be_stored(key) else number

    def __setitem__(self, key: str, number: int, /) -> None:
        self._unwritten[key] = number
        if len(self._unwritten) >= MAX_UNWRITTEN_ROWS:
            self.write()

    def write(self) -> None:
        """Write what is buffered."""
        new_rows = []
        for key, number in self._unwritten.items():
            if self._may_be_stored(key):
                self._ledger.replace_row("names", ("name", key), number)
            else:
                new_rows.append((key, number))
        self._ledger.insert_many("names", new_rows)
        for key, _ in new_rows:
            self._mark(key)
        self._unwritten.clear()

    def _stored(self, key: str) -> int | None:
        rows = self._ledger.query("SELECT last FROM names WHERE name = ?", key)
        return int(rows[0][0]) if rows else None

    def _may_be_stored(self, key: str) -> bool:
        if self._filter is None:
            self._filter = bytearray(NAME_FILTER_BITS >> 3)
            for (name,) in self._ledger.iterate("SELECT name FROM names"):
                self._mark(name)
        bit = _name_bit(key)
        return bool(self._filter[bit >> 3] >> (bit & 7) & 1)

    def _mark(self, key: str) -> None:
        assert self._filter is not None
        bit = _name_bit(key)
        self._filter[bit >> 3] |= 1 << (bit & 7)


def _name_bit(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) % NAME_FILTER_BITS


def _file_changes(before: Mapping[str, tuple[int, str]], now: Mapping[str, tuple[int, str]]) -> list[str]:
    """What happened to each file, from its size and version by path."""
    changes = [f"{path} is gone" for path in before if path not in now]
    changes += [f"{path} has changed" for path in now if path in before and before[path] != now[path]]
    return changes + [f"{path} is new" for path in now if path not in before]


def _row_checksum(row: Sequence[Any]) -> int:
    return zlib.crc32(repr((*row,)).encode())


def _fixed_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the output depends on, as they are read back from JSON."""
    return {name: loads(dumps(value)) for name, value in settings.items() if name not in CHANGEABLE_SETTINGS}


def file_identity(started: FileStarted) -> tuple[str, int, str]:
    """A file's path, size and version; bytes of the path that are no UTF-8 as escapes."""
    file = started.file
    if isinstance(file, FailedInput):
        return escape_bytes(file.source), -1, str(file.code)
    return escape_bytes(file.path), file.size, file.version


def _setting_text(value: Any) -> str:
    """The value of a setting for messages; of a table, as for sites, only its beginning."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value) or "none"
    text = dumps(value).decode() if isinstance(value, list | dict) else str(value)
    return text if len(text) <= MAX_SETTING_CHARS else f"{text[: MAX_SETTING_CHARS - 1]}…"
