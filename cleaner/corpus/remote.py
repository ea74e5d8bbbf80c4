"""Addresses such as `s3://bucket/folder/*.warc.gz`, through fsspec: an extra, imported at its first use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any, NamedTuple, cast

from cleaner.errors import MissingExtraError, UsageError, install_hint

# What fsspec wants for addresses that it does not read by itself.
LIBRARIES = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs",
    "az": "adlfs", "http": "aiohttp", "https": "aiohttp", "hf": "huggingface_hub",
}  # fmt: skip
GLOB_CHARS = re.compile(r"[*?[]")


class RemoteFile(NamedTuple):
    """A remote file: its address, its path below the input, its size in bytes, and its version."""

    path: str
    id: str
    size: int
    version: str


def remote_files(given: str) -> Iterator[RemoteFile]:
    """The files at an address, sorted: the file itself, all below a folder, or those that match a pattern."""
    system, path = _file_system(given)
    if GLOB_CHARS.search(path):
        paths, root = system.glob(path), _glob_root(path)
    elif system.isdir(path):
        paths, root = system.find(path), path.rstrip("/")
    else:
        paths, root = [path], path.rpartition("/")[0]
    for file_path in sorted(str(one) for one in paths):
        info = system.info(file_path)
        if info.get("type") == "file":
            id = file_path.removeprefix(root).lstrip("/")
            yield RemoteFile(
                system.unstrip_protocol(file_path), id, int(info.get("size") or 0), _file_version(info)
            )


def remote_access_error(given: str) -> str | None:
    """Why an address cannot be read; None if it can."""
    try:
        system, path = _file_system(given)
        exists = bool(system.glob(path)) if GLOB_CHARS.search(path) else system.exists(path)
    except UsageError:
        raise
    except Exception as error:  # each file system raises its own
        return f"{given}: {error}{_web_hint(given)}"
    return None if exists else f"{given}: no such file or folder{_web_hint(given)}"


def open_remote(path: str) -> IO[bytes]:
    """The bytes at an address. Whatever its file system raises becomes an OSError."""
    system, inner_path = _file_system(path)
    try:
        return cast(IO[bytes], system.open(inner_path, "rb"))
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


def _glob_root(pattern: str) -> str:
    parts = pattern.split("/")
    return "/".join(parts[: next(n for n, part in enumerate(parts) if GLOB_CHARS.search(part))])


def _file_version(info: dict[str, Any]) -> str:
    """Whatever the file system says that changes when the file does."""
    return str(next((info[name] for name in ("ETag", "etag", "mtime", "LastModified") if name in info), ""))


def _file_system(given: str) -> tuple[Any, str]:
    """The file system of an address, and the path there. UsageError where it is none, MissingExtraError where
    the library for such addresses is missing."""
    core = _fsspec(given).core
    try:
        return cast(tuple[Any, str], core.url_to_fs(given))
    except ImportError as error:
        protocol = given.partition("://")[0]
        library = LIBRARIES.get(protocol)
        why = f"{protocol}:// needs {library}: pip install {library}" if library else str(error)
        raise MissingExtraError(f"{given}: {why}{_web_hint(given)}") from error
    except ValueError as error:  # the protocol is unknown
        raise UsageError(f"{given}: {error}{_web_hint(given)}") from error


def _web_hint(given: str) -> str:
    """How to clean a page of the web, which needs no library."""
    return f"; or: curl -L {given} | cleaner clean -" * given.startswith(("http://", "https://"))


def _fsspec(given: str) -> Any:
    """The library. MissingExtraError where it is not installed."""
    try:
        import fsspec
    except ImportError as error:
        why = f"addresses need fsspec: {install_hint('remote')}"
        raise MissingExtraError(f"{given}: {why}{_web_hint(given)}") from error
    return fsspec
