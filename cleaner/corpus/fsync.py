"""What was written is on the disk before the ledger says so: a power cut costs what a killed process does.

Measured on ext4 (`python -m bench.durable`): to wait for 500 small files one by one takes 2.7 seconds, to ask
the system once for all that lies on that disk (syncfs, on Linux) .02. So few files are waited for one by one,
and many together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

# Beyond so many files one call for the whole disk is cheaper, though others may be writing there too.
FEW = 8


class Unsynced:
    """The files in OUT that the last checkpoint does not cover yet."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._new: list[Path] = []
        # held open from now on: what goes wrong with the disk is told to those who had it open
        self._disk: int | None = os.open(out, os.O_RDONLY) if syncfs() else None

    def add(self, path: Path) -> None:
        """A file that is in its place, new or replaced."""
        self._new.append(path)

    def sync(self, growing: Iterable[Path] = ()) -> None:
        """Wait until all of them, those that grow, and the folders that name them, are on the disk."""
        files = [*self._new, *growing]
        if self._disk is not None and len(files) > FEW:
            together(self._disk)
        else:
            one_by_one(files, self._out)
        self._new.clear()

    def close(self) -> None:
        """Leave it to the system."""
        if self._disk is not None:
            os.close(self._disk)
            self._disk = None


def together(disk: int) -> None:
    """Wait for everything on the disk on which the open file `disk` lies."""
    import ctypes

    call = syncfs()
    assert call
    if call(disk):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def one_by_one(files: Iterable[Path], out: Path) -> None:
    """Wait for each file, then for the folders on the way to it, up to and including OUT."""
    folders: dict[Path, None] = {}
    for path in files:
        wait_for(path)
        for folder in path.parents:
            folders[folder] = None
            if folder == out:
                break
    for folder in folders:
        with suppress(PermissionError):  # where folders cannot be opened
            wait_for(folder)


def removed(out: Path) -> None:
    """Wait until what was removed in OUT is gone for good."""
    if syncfs() is None:
        one_by_one((path for path in (out, *out.rglob("*")) if path.is_dir()), out)
        return
    disk = os.open(out, os.O_RDONLY)
    try:
        together(disk)
    finally:
        os.close(disk)


def wait_for(path: Path) -> None:
    """Wait for one file or folder."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@cache
def syncfs() -> Callable[[int], int] | None:
    """The system's call for all of a disk; None where there is none."""
    try:
        import ctypes

        call: Callable[[int], int] = ctypes.CDLL(None, use_errno=True).syncfs
    except (ImportError, OSError, AttributeError, TypeError):
        return None
    return call
