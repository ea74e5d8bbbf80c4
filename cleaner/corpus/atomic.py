"""Files that appear whole or not at all, and files that only grow. Errors name the file."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cleaner.errors import UsageError

CHUNK_BYTES = 1 << 20  # read at a time for a checksum


class DamagedFileError(UsageError):
    """A file that a run wrote is not what it was at its last checkpoint."""


@contextmanager
def io_errors_as_usage(path: Path) -> Iterator[None]:
    """A file system error becomes a UsageError that names the path."""
    try:
        yield
    except OSError as error:
        raise _unwritable_error(path, error) from error


def _unwritable_error(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path}: cannot be written: {error.strerror or error}")


def temporary_path(path: Path) -> Path:
    """Where a file is written until it is complete."""
    return path.with_name(f".{path.name}.tmp")


class AtomicFile:
    """A file that appears whole or not at all: written beside its place under a hidden name, then moved.

    With `sync`, `finish` waits until the bytes are on the disk: too slow for a million small files.
    """

    def __init__(self, path: Path, *, sync: bool = True) -> None:
        self._path, self._sync = path, sync
        self._temporary = temporary_path(path)
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
        """Remove what was written; a second error here is not reported."""
        with suppress(OSError):
            self._file.close()
        self._temporary.unlink(missing_ok=True)


def move_into_place(source: str, place: str) -> bool:
    """Move a complete file, and make the folders above its place; False where it cannot be moved there.

    Paths are strings: there is one a document, and to make a `Path` takes as long as the rest.
    """
    try:
        try:
            os.replace(source, place)  # noqa: PTH105 - half the time of Path.replace
        except FileNotFoundError:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, place)  # noqa: PTH105
    except OSError:  # another disk, or whatever else: it is written there, and what fails is said
        return False
    return True


class AppendFile:
    """A file that only grows; opening it cuts it to `size`, which it had at a checkpoint.

    `checksum` is that of its bytes (CRC-32); DamagedFileError when those there have another.
    """

    def __init__(self, path: Path, size: int, checksum: int = 0) -> None:
        self.path, self.size, self.checksum = path, size, checksum
        with io_errors_as_usage(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if size and checksum_of_start(path, size) != checksum:
                raise DamagedFileError(f"{path}: is damaged; --restart begins anew")
            self._file: BinaryIO = path.open("r+b" if path.exists() else "w+b", buffering=0)
            self._file.truncate(size)
            self._file.seek(size)

    def write(self, data: bytes) -> None:
        """Append all of `data`; an error names the file."""
        try:
            written = self._file.write(data)
            while written < len(data):
                written += self._file.write(memoryview(data)[written:])
        except OSError as error:
            raise _unwritable_error(self.path, error) from error
        self.size += len(data)
        self.checksum = zlib.crc32(data, self.checksum)

    def close(self) -> None:
        """Close the file, which stays."""
        self._file.close()


def checksum_of_start(path: Path, size: int) -> int | None:
    """The CRC-32 of a file's first `size` bytes; None where there are fewer, or no file."""
    checksum, bytes_left = 0, size
    with suppress(FileNotFoundError), path.open("rb") as file:
        while bytes_left and (data := file.read(min(bytes_left, CHUNK_BYTES))):
            checksum, bytes_left = zlib.crc32(data, checksum), bytes_left - len(data)
    return None if bytes_left else checksum
