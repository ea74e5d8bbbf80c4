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

SCHEMA_VERSION = 1
# Settings that say only who does the work; and all that no text depends on: they may change between a run and
# its continuation.
WORKER_SETTINGS = ("workers", "engine", "address")
CHANGEABLE_SETTINGS = (*WORKER_SETTINGS, "timeout", "memory")
SCHEMA_SQL = """
CREATE TABLE IF NOT EXISTS told (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (number INTEGER PRIMARY KEY, path TEXT, size INTEGER, version TEXT);
CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID;
"""
MAX_NAMED_CHANGES = 3
CHECKSUM_KEY = "sum"
# SQLite's errors (their lowest byte) whose cause is the disk or its permissions, not a damaged ledger.
SQLITE_BUSY, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN = 5, 8, 10, 13, 14
SQLITE_SHORT_READ = 522  # an IOERR: the file ends too early, so it is damaged


class DamagedLedgerError(UsageError):
    """The file is not a ledger, or not what was written."""


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
            self._connection = sqlite3.connect(self.path, timeout=0.2, isolation_level=None)
        try:
            self._open()
        except BaseException:
            self._connection.close()
            raise
        self.names = _NamesOnDisk(self)

    def _open(self) -> None:
        for setting in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
            self.query(f"PRAGMA {setting}")
        self.query("BEGIN EXCLUSIVE")
        for statement in filter(str.strip, SCHEMA_SQL.split(";")):
            self.query(statement)
        self._checksum = self._compute_checksum()
        stored_checksum = self._get(CHECKSUM_KEY)
        if (stored_checksum or 0) != self._checksum:
            raise self._damaged_error("its rows do not add up to their sum")
        [[integrity]] = self.query("PRAGMA integrity_check(1)")
        if integrity != "ok":
            raise self._damaged_error(str(integrity).splitlines()[-1])

    def _compute_checksum(self) -> int:
        """A sum over all rows, whatever their order."""
        meta_rows = self.iterate("SELECT name, value FROM told WHERE name != ?", CHECKSUM_KEY)
        file_rows = self.iterate("SELECT number, path, size, version FROM files")
        name_rows = self.iterate("SELECT name, last FROM names")
        return sum(_row_checksum(row) for rows in (meta_rows, file_rows, name_rows) for row in rows) % (
            1 << 62
        )

    def close(self) -> None:
        """Unlock OUT. What was not committed is lost."""
        self._connection.close()

    # -- what kind of run it is

    @property
    def has_run(self) -> bool:
        """Whether a run has written here."""
        return self._get("settings") is not None

    @property
    def is_finished(self) -> bool:
        """Whether that run has finished."""
        return bool(self._get("finished"))

    def begin(self, settings: Mapping[str, Any], inputs: Sequence[str]) -> None:
        """Store what kind of run this is."""
        values = {
            "layout": SCHEMA_VERSION,
            "version": __version__,
            "settings": _fixed_settings(settings),
            "inputs": [*inputs],
        }
        for name, value in values.items():
            self._put(name, value)
        self.commit({})

    def reset(self) -> None:
        """Delete everything."""
        for table in ("told", "files", "names"):
            self.query(f"DELETE FROM {table}")
        self._checksum = 0

    def refuse_incompatible(self, settings: Mapping[str, Any], inputs: Sequence[str]) -> None:
        """UsageError when OUT was written with another version, other settings or other inputs."""
        stored_versions = [self._get(name) for name in ("layout", "version")]
        if stored_versions != [SCHEMA_VERSION, __version__]:
            raise self.conflict_error(
                f"was cleaned with version {stored_versions[1]} of cleaner, this is {__version__}"
            )
        before, now = self._get("settings"), _fixed_settings(settings)
        changed = [name for name in now if before.get(name) != now[name]]
        if changed:
            listed = ", ".join(
                f"{n} was {_setting_text(before.get(n))}, now {_setting_text(now[n])}" for n in changed
            )
            raise self.conflict_error(f"was cleaned with other settings ({listed})")
        if self._get("inputs") != [*inputs]:
            raise self.conflict_error(f"holds what was made of {' '.join(self._get('inputs'))}")

    def conflict_error(self, why: str) -> UsageError:
        """A message why this run cannot continue here, and what the user can do."""
        return UsageError(f"{self._out}: {why}; --restart begins anew, or give -o another folder")

    @property
    def learned(self) -> str | None:
        """The sha256 of the profile that the run's first pass has learned; None before its end."""
        digest: str | None = self._get("learned")
        return digest

    @property
    def learned_files(self) -> str | None:
        """The sha256 of what the files were like that the first pass read (`learning.files_sha256`)."""
        digest: str | None = self._get("learned files")
        return digest

    def set_learned(self, profile_sha256: str, files_sha256: str) -> None:
        """Store that the first pass is done."""
        self._put("learned", profile_sha256)
        self._put("learned files", files_sha256)
        self._commit_transaction()

    # -- how far it came

    def state(self) -> dict[str, Any]:
        """The state that the last checkpoint stored; empty before the first."""
        return dict(self._get("state") or {})

    def commit(self, state: Mapping[str, Any], *, finished: bool = False) -> None:
        """Store a checkpoint, from which a run can continue."""
        self._put("state", state)
        if finished:
            self._put("finished", True)
        self._commit_transaction()

    def discard_names(self) -> None:
        """Delete the names in use, which a finished run does not need."""
        self._checksum -= sum(map(_row_checksum, self.iterate("SELECT name, last FROM names")))
        self.query("DELETE FROM names")
        self._commit_transaction("VACUUM")

    def _commit_transaction(self, *then: str) -> None:
        self._checksum %= 1 << 62
        self.query("INSERT OR REPLACE INTO told VALUES (?, ?)", CHECKSUM_KEY, str(self._checksum).encode())
        for statement in ("COMMIT", *then, "BEGIN EXCLUSIVE"):
            self.query(statement)

    # -- which files it read

    def add_file(self, started: FileStarted) -> None:
        """Store a file's number, path, size and version."""
        self.replace_row("files", ("number", started.file_number), *file_identity(started))

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
        only_new_files = len(now) - len(before) == len(changes)
        if only_new_files and self.is_finished:
            return UsageError(
                f"{self._out}: holds a finished run, and the input has grown since: {listed}; "
                "clean what is new into another folder with -o, or all of it again with --restart"
            )
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
        row = (value, *rest)
        before = self.query(f"SELECT * FROM {table} WHERE {name} = ?", value)
        self.query(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", *row)
        self._checksum += _row_checksum(row) - sum(map(_row_checksum, before))

    def _get(self, name: str) -> Any:
        rows = self.query("SELECT value FROM told WHERE name = ?", name)
        try:
            return loads(rows[0][0]) if rows else None
        except (TypeError, ValueError) as error:
            raise self._damaged_error(f"{name} cannot be read") from error

    def _put(self, name: str, value: Any) -> None:
        self.replace_row("told", ("name", name), dumps(value))

    def _damaged_error(self, why: object) -> DamagedLedgerError:
        return DamagedLedgerError(f"{self.path}: is damaged ({why}); --restart begins anew")

    @contextmanager
    def _errors_as_usage(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._as_usage_error(error) from error
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
    """The highest number in use for each name; on disk, since a million names take much memory."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, key: str, /) -> int | None:
        rows = self._ledger.query("SELECT last FROM names WHERE name = ?", key)
        return int(rows[0][0]) if rows else None

    def __setitem__(self, key: str, number: int, /) -> None:
        self._ledger.replace_row("names", ("name", key), number)


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
    return ",".join(value) if isinstance(value, list) else str(value)
