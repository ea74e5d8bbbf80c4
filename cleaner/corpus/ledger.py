"""What a run has done, so that it can go on after any end: one SQLite file in OUT, written at checkpoints.

A checkpoint says how far the input was gone through and how long each growing file was then. Whatever lies
beyond is cut off and done again, with the same result. The ledger is locked while a run writes to OUT.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cleaner import __version__
from cleaner.corpus.readers import Began
from cleaner.corpus.walk import Broken
from cleaner.errors import UsageError
from cleaner.record import dumps, loads

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


class DamagedError(UsageError):
    """The file is no ledger of ours any more."""


class Place(NamedTuple):
    """How far the input was gone through: the file's number, and the last unit in it that is done."""

    number: int = 0
    unit: int = 0


class Ledger:
    """OUT's memory. UsageError when another run holds it, or when it cannot be written."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.path = out / FOLDER / FILE
        with self._naming():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(self.path, timeout=0.2, isolation_level=None)
            self._base.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.execute("BEGIN EXCLUSIVE")
            for statement in filter(str.strip, TABLES.split(";")):
                self._base.execute(statement)
        self.names = _Names(self._base, self._naming)

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
        with self._naming():
            for table in ("told", "files", "names"):
                self._base.execute(f"DELETE FROM {table}")

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
        with self._naming():
            self._base.execute("COMMIT")
            self._base.execute("BEGIN EXCLUSIVE")

    def shrink(self) -> None:
        """A finished run needs no names any more."""
        with self._naming():
            self._base.execute("DELETE FROM names")
            self._base.execute("COMMIT")
            self._base.execute("VACUUM")
            self._base.execute("BEGIN EXCLUSIVE")

    # -- which files it read

    def opened(self, began: Began) -> None:
        """Write down a file, and what it was like when it was read."""
        with self._naming():
            row = (began.number, *_seen(began))
            self._base.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row)

    def same(self, began: Began) -> bool:
        """Whether the file with this number was this one, as it is now."""
        row = self._base.execute("SELECT path, size, version FROM files WHERE number = ?", (began.number,))
        return bool(row.fetchone() == _seen(began))

    @property
    def files(self) -> int:
        """How many were read."""
        return int(self._base.execute("SELECT count(*) FROM files").fetchone()[0])

    def changed(self, found: Sequence[Began]) -> UsageError:
        """What is no longer as it was, in words."""
        before = {path: (size, version) for path, size, version in self._rows()}
        now = {path: (size, version) for path, size, version in map(_seen, found)}
        told = [f"{path} is gone" for path in before if path not in now]
        told += [f"{path} has changed" for path in now if path in before and before[path] != now[path]]
        told += [f"{path} is new" for path in now if path not in before]
        listed = ", ".join(told[:NAMED]) + (f" and {len(told) - NAMED} more" if len(told) > NAMED else "")
        return self.other(f"the input is not what it was: {listed or 'its order'}")

    def _rows(self) -> Iterator[tuple[str, int, str]]:
        yield from self._base.execute("SELECT path, size, version FROM files ORDER BY number")

    # -- SQLite

    def _get(self, name: str) -> Any:
        row = self._base.execute("SELECT value FROM told WHERE name = ?", (name,)).fetchone()
        return None if row is None else loads(row[0])

    def _put(self, name: str, value: Any) -> None:
        with self._naming():
            self._base.execute("INSERT OR REPLACE INTO told VALUES (?, ?)", (name, dumps(value)))

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                told = "another run of cleaner is writing there; wait until it ends"
                raise UsageError(f"{self._out}: {told}") from error
            raise UsageError(f"{self.path}: cannot be written: {error}") from error
        except sqlite3.DatabaseError as error:
            raise DamagedError(f"{self.path}: is damaged ({error}); --restart begins anew") from error
        except OSError as error:
            where = error.filename or self.path
            raise UsageError(f"{where}: cannot be written: {error.strerror or error}") from error


class _Names:
    """The highest number given out for each name, on disk: a million names are no load on memory."""

    def __init__(self, base: sqlite3.Connection, naming: Callable[[], AbstractContextManager[None]]) -> None:
        self._base, self._naming = base, naming

    def get(self, key: str, /) -> int | None:
        row = self._base.execute("SELECT last FROM names WHERE name = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def __setitem__(self, key: str, number: int, /) -> None:
        with self._naming():
            self._base.execute("INSERT OR REPLACE INTO names VALUES (?, ?)", (key, number))


def _bound(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that what is written depends on, as JSON gives them back."""
    return {name: loads(dumps(value)) for name, value in settings.items() if name not in FREE}


def _seen(began: Began) -> tuple[str, int, str]:
    """A file by its path, size and version; bytes of the path that are no UTF-8 spelled out."""
    file = began.file
    if isinstance(file, Broken):
        return _spelled(file.source), -1, file.code
    return _spelled(file.path), file.size, file.version


def _spelled(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _shown(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
