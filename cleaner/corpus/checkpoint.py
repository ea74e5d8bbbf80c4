"""What a run has done, so that it can go on after any end: one SQLite file in OUT, written at checkpoints.

A checkpoint says how far the input was gone through and how long each growing file was then. Whatever lies
beyond is cut off and done again, with the same result. The ledger is locked while a run writes to OUT.

SQLite sees that a page is damaged where its structure is, not where a value in it is; a wrong value would
lose documents in silence. So a sum over all rows is kept beside them, and looked at before a run goes on.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cleaner import __version__
from cleaner.corpus.discover import Broken
from cleaner.corpus.readers import Began
from cleaner.errors import UsageError
from cleaner.json_lines import dumps, loads

FOLDER = ".cleaner"
FILE = "ledger.sqlite"
LAYOUT = 1
# What does not change a text may change between a run and its continuation.
FREE = ("workers", "timeout", "memory")
TABLES = """
CREATE TABLE IF NOT EXISTS told (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (number INTEGER PRIMARY KEY, path TEXT, size INTEGER, version TEXT);
CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID;
"""
NAMED = 3
SUM = "sum"
# Those of SQLite's errors (their lowest byte) that the disk or its owner is to blame for.
BUSY, READONLY, IOERR, FULL, CANTOPEN = 5, 8, 10, 13, 14
CUT_SHORT = 522  # an IOERR that says the file ends too early


class DamagedError(UsageError):
    """The file is no ledger of ours any more."""


class Place(NamedTuple):
    """How far the input was gone through: the file's number, and the last unit in it that is done."""

    number: int = 0
    unit: int = 0


class Ledger:
    """OUT's memory. UsageError when another run holds it, or when it cannot be written; DamagedError when
    it is not what was written."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.path = out / FOLDER / FILE
        with self._naming():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(self.path, timeout=0.2, isolation_level=None)
        try:
            self._open()
        except BaseException:
            self._base.close()
            raise
        self.names = _Names(self)

    def _open(self) -> None:
        for setting in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
            self.ask(f"PRAGMA {setting}")
        self.ask("BEGIN EXCLUSIVE")
        for statement in filter(str.strip, TABLES.split(";")):
            self.ask(statement)
        self._sum = self._added_up()
        told = self._get(SUM)
        if (told or 0) != self._sum:
            raise self._damaged("its rows do not add up to their sum")
        [[fine]] = self.ask("PRAGMA integrity_check(1)")
        if fine != "ok":
            raise self._damaged(str(fine).splitlines()[-1])

    def _added_up(self) -> int:
        """In whatever order they are read."""
        told = self.each("SELECT name, value FROM told WHERE name != ?", SUM)
        files = self.each("SELECT number, path, size, version FROM files")
        names = self.each("SELECT name, last FROM names")
        return sum(_sum_of(row) for rows in (told, files, names) for row in rows) % (1 << 62)

    def close(self) -> None:
        """Give OUT free. What was not committed never happened."""
        self._base.close()

    # -- what kind of run it is

    @property
    def begun(self) -> bool:
        """Whether a run has written here."""
        return self._get("settings") is not None

    @property
    def finished(self) -> bool:
        """Whether it came to its end."""
        return bool(self._get("finished"))

    def begin(self, settings: Mapping[str, Any], inputs: Sequence[str]) -> None:
        """A new run."""
        told = {"layout": LAYOUT, "version": __version__, "settings": _bound(settings), "inputs": [*inputs]}
        for name, value in told.items():
            self._put(name, value)
        self.commit({})

    def forget(self) -> None:
        """As if nothing had been done."""
        for table in ("told", "files", "names"):
            self.ask(f"DELETE FROM {table}")
        self._sum = 0

    def refuse_other(self, settings: Mapping[str, Any], inputs: Sequence[str]) -> None:
        """UsageError when what is in OUT came of another version, other settings or other inputs."""
        told = [self._get(name) for name in ("layout", "version")]
        if told != [LAYOUT, __version__]:
            raise self.other(f"was cleaned with version {told[1]} of cleaner, this is {__version__}")
        before, now = self._get("settings"), _bound(settings)
        changed = [name for name in now if before.get(name) != now[name]]
        if changed:
            listed = ", ".join(f"{n} was {_shown(before.get(n))}, now {_shown(now[n])}" for n in changed)
            raise self.other(f"was cleaned with other settings ({listed})")
        if self._get("inputs") != [*inputs]:
            raise self.other(f"holds what was made of {' '.join(self._get('inputs'))}")

    def other(self, why: str) -> UsageError:
        """Why this run cannot go on here, and what can be done."""
        return UsageError(f"{self._out}: {why}; --restart begins anew, or give -o another folder")

    # -- how far it came

    def state(self) -> dict[str, Any]:
        """What the last checkpoint said; empty before the first."""
        return dict(self._get("state") or {})

    def commit(self, state: Mapping[str, Any], *, finished: bool = False) -> None:
        """A checkpoint: from here the run can go on."""
        self._put("state", state)
        if finished:
            self._put("finished", True)
        self._keep()

    def shrink(self) -> None:
        """A finished run needs no names any more."""
        self._sum -= sum(map(_sum_of, self.each("SELECT name, last FROM names")))
        self.ask("DELETE FROM names")
        self._keep("VACUUM")

    def _keep(self, *then: str) -> None:
        self._sum %= 1 << 62
        self.ask("INSERT OR REPLACE INTO told VALUES (?, ?)", SUM, str(self._sum).encode())
        for statement in ("COMMIT", *then, "BEGIN EXCLUSIVE"):
            self.ask(statement)

    # -- which files it read

    def opened(self, began: Began) -> None:
        """Write down a file, and what it was like when it was read."""
        self.replace("files", ("number", began.number), *_seen(began))

    def same(self, began: Began) -> bool:
        """Whether the file with this number was this one, as it is now."""
        rows = self.ask("SELECT path, size, version FROM files WHERE number = ?", began.number)
        return rows == [_seen(began)]

    @property
    def files(self) -> int:
        """How many were read."""
        [[number]] = self.ask("SELECT count(*) FROM files")
        return int(number)

    def changed(self, found: Sequence[Began]) -> UsageError:
        """What is no longer as it was, in words."""
        rows = self.each("SELECT path, size, version FROM files ORDER BY number")
        before = {path: (size, version) for path, size, version in rows}
        now = {path: (size, version) for path, size, version in map(_seen, found)}
        told = [f"{path} is gone" for path in before if path not in now]
        told += [f"{path} has changed" for path in now if path in before and before[path] != now[path]]
        told += [f"{path} is new" for path in now if path not in before]
        listed = ", ".join(told[:NAMED]) + (f" and {len(told) - NAMED:,} more" if len(told) > NAMED else "")
        if len(now) - len(before) == len(told) and self.finished:
            return UsageError(
                f"{self._out}: holds a finished run, and the input has grown since: {listed}; "
                "clean what is new into another folder with -o, or all of it again with --restart"
            )
        return self.other(f"the input is not what it was: {listed or 'its order'}")

    # -- SQLite

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All that a statement gives. The one way to the file, with `each`: whatever is wrong is said."""
        with self._naming():
            return self._base.execute(statement, values).fetchall()

    def each(self, statement: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows one by one: there may be a million."""
        with self._naming():
            yield from self._base.execute(statement, values)

    def replace(self, table: str, key: tuple[str, Any], *rest: Any) -> None:
        """Put a row in place of the one with this key, if there is one."""
        name, value = key
        row = (value, *rest)
        before = self.ask(f"SELECT * FROM {table} WHERE {name} = ?", value)
        self.ask(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", *row)
        self._sum += _sum_of(row) - sum(map(_sum_of, before))

    def _get(self, name: str) -> Any:
        rows = self.ask("SELECT value FROM told WHERE name = ?", name)
        try:
            return loads(rows[0][0]) if rows else None
        except (TypeError, ValueError) as error:
            raise self._damaged(f"{name} cannot be read") from error

    def _put(self, name: str, value: Any) -> None:
        self.replace("told", ("name", name), dumps(value))

    def _damaged(self, why: object) -> DamagedError:
        return DamagedError(f"{self.path}: is damaged ({why}); --restart begins anew")

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._said(error) from error
        except OSError as error:
            where = error.filename or self.path
            raise UsageError(f"{where}: cannot be written: {error.strerror or error}") from error

    def _said(self, error: sqlite3.Error) -> UsageError:
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF == BUSY:
            told = "another run of cleaner is writing there; wait until it ends"
            return UsageError(f"{self._out}: {told}")
        if code != CUT_SHORT and code & 0xFF in (READONLY, IOERR, FULL, CANTOPEN):
            return UsageError(f"{self.path}: cannot be written: {error}")
        return self._damaged(error)


class _Names:
    """The highest number given out for each name, on disk: a million names are no load on memory."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, key: str, /) -> int | None:
        rows = self._ledger.ask("SELECT last FROM names WHERE name = ?", key)
        return int(rows[0][0]) if rows else None

    def __setitem__(self, key: str, number: int, /) -> None:
        self._ledger.replace("names", ("name", key), number)


def _sum_of(row: Sequence[Any]) -> int:
    return zlib.crc32(repr((*row,)).encode())


def _bound(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that what is written depends on, as JSON gives them back."""
    return {name: loads(dumps(value)) for name, value in settings.items() if name not in FREE}


def _seen(began: Began) -> tuple[str, int, str]:
    """A file by its path, size and version; bytes of the path that are no UTF-8 spelled out."""
    file = began.file
    if isinstance(file, Broken):
        return _spelled(file.source), -1, str(file.code)
    return _spelled(file.path), file.size, file.version


def _spelled(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _shown(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
