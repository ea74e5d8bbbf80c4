"""Waits until files are on the disk before the ledger says so: a power cut then loses no more than a kill.

Measured on ext4 (`python -m bench.durable`): fsync of 500 small files one by one takes 2.7 seconds, one call
for the whole file system (syncfs, on Linux) .02. So few files are synced one by one, and many together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

# With more files one call for the whole file system is cheaper, though other programs may write to it too.
MAX_FILES_SYNCED_SINGLY = 8


class PendingFsync:
    """The files in OUT that the last checkpoint does not cover yet."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._new_files: list[str] = []  # paths in OUT
        # open from now on: the system reports a write error to those who had a file open when it happened
        self._disk_fd: int | None = os.open(out, os.O_RDONLY) if find_syncfs() else None

    def add(self, path: str) -> None:
        """Note a file that was created or replaced, by its path in OUT."""
        self._new_files.append(path)

    def sync(self, append_files: Iterable[Path] = ()) -> None:
        """Wait until these files, `append_files` and the entries in their folders are on the disk."""
        append_files = [*append_files]
        n_files = len(self._new_files) + len(append_files)
        if self._disk_fd is not None and n_files > MAX_FILES_SYNCED_SINGLY:
            sync_filesystem(self._disk_fd)
        else:
            sync_each([*map(self._out.joinpath, self._new_files), *append_files], self._out)
        self._new_files.clear()

    def close(self) -> None:
        """Close the disk; nothing is waited for."""
        if self._disk_fd is not None:
            os.close(self._disk_fd)
            self._disk_fd = None


def sync_filesystem(disk_fd: int) -> None:
    """Wait until the file system with the open file `disk_fd` is written to its disk."""
    import ctypes

    call = find_syncfs()
    assert call
    if call(disk_fd):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def sync_each(files: Iterable[Path], out: Path) -> None:
    """Wait for each file, then for the folders above them, up to and including OUT."""
    folders: dict[Path, None] = {}
    for path in files:
        fsync_path(path)
        for folder in path.parents:
            folders[folder] = None
            if folder == out:
                break
    for folder in folders:
        with suppress(PermissionError):  # where folders cannot be opened
            fsync_path(folder)


def sync_removals(out: Path) -> None:
    """Wait until removals in OUT are on the disk."""
    if find_syncfs() is None:
        sync_each((path for path in (out, *out.rglob("*")) if path.is_dir()), out)
        return
    disk_fd = os.open(out, os.O_RDONLY)
    try:
        sync_filesystem(disk_fd)
    finally:
        os.close(disk_fd)


def fsync_path(path: Path) -> None:
    """Wait until one file or folder is on the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@cache
def find_syncfs() -> Callable[[int], int] | None:
    """The C library's syncfs; None where there is none."""
    try:
        import ctypes

        call: Callable[[int], int] = ctypes.CDLL(None, use_errno=True).syncfs
    except (ImportError, OSError, AttributeError, TypeError):
        return None
    return call
