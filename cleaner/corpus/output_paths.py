"""Turns ids into paths: never outside the folder, no two the same, readable after percent-decoding."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Protocol

from cleaner.surrogates import is_escaped_byte

# Percent-encoded: what Windows forbids, control characters, halves of surrogate pairs, and % itself.
_UNSAFE_CHARS = re.compile(r'[\x00-\x1f\x7f<>:"\\|?*%\ud800-\udfff]')
# A dot at the start hides a file (or leads to a parent folder); at the end Windows drops dots and spaces.
_UNSAFE_EDGES = re.compile(r"^\.|[. ]$")
_RESERVED_NAMES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)

# File systems allow 255 bytes a name; this leaves room for a number, a suffix and a temporary name.
MAX_NAME_BYTES = 200
MAX_PATH_BYTES = 1000


def safe_path(id: str, suffix: str = "") -> str:
    """A relative path for the document `id`. It ends with `suffix`, which no folder in it does."""
    *folders, name = id.split("/")
    if suffix and not name.lower().endswith(suffix):
        name += suffix
    stem, ending = (name[: -len(suffix)], name[-len(suffix) :]) if suffix else (name, "")
    parts = [_safe_part(folder, suffix) for folder in folders]
    path = "/".join([*parts, _safe_part(stem) + ending])
    if len(path.encode()) > MAX_PATH_BYTES:
        return _shorten(path.replace("/", "%2F").removesuffix(ending), id) + ending
    return path


def _safe_part(part: str, suffix: str = "") -> str:
    safe = _UNSAFE_CHARS.sub(_escape, part)
    if suffix and safe.lower().endswith(suffix):  # a folder may not be named like a file beside it
        safe = safe[: -len(suffix)] + _percent(suffix[:1]) + safe[len(safe) - len(suffix) + 1 :]
    safe = _UNSAFE_EDGES.sub(_escape, safe)
    if _RESERVED_NAMES.match(safe):
        safe = _percent(safe[0]) + safe[1:]
    return _shorten(safe, part) if len(safe.encode()) > MAX_NAME_BYTES else safe or "%"


def _escape(match: re.Match[str]) -> str:
    return _percent(match.group())


def _percent(char: str) -> str:
    """As percent-encoding has it; bytes that were no UTF-8 (surrogate escapes) as those bytes."""
    if is_escaped_byte(char):
        return f"%{ord(char) - 0xDC00:02X}"
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _shorten(safe: str, full: str) -> str:
    """The beginning and a hash of the whole; the manifest has the full id."""
    digest = hashlib.sha256(full.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    start = safe.encode()[: MAX_NAME_BYTES - 17].decode("utf-8", "ignore")
    return f"{start}~{digest}"


class NameCounter(Protocol):
    """The highest number in use for each name: a dictionary, or a table on disk for a long run."""

    def get(self, key: str, /) -> int | None:
        """The number; None for an unused name."""

    def __setitem__(self, key: str, number: int, /) -> None: ...


class PathAllocator:
    """Gives each document its own path: the second `a.txt` becomes `a~2.txt`.

    Two names that differ only in case or in Unicode form count as one: some file systems see one.
    """

    def __init__(self, counter: NameCounter | None = None) -> None:
        self._last_number: NameCounter = dict[str, int]() if counter is None else counter

    def allocate(self, path: str) -> str:
        """`path`, or a numbered one beside it where it is taken."""
        key = _collision_key(path)
        number = (self._last_number.get(key) or 0) + 1
        name = path if number == 1 else _with_number(path, number)
        while number > 1 and self._last_number.get(_collision_key(name)) is not None:
            number += 1
            name = _with_number(path, number)
        self._last_number[key] = number
        if number > 1:
            self._last_number[_collision_key(name)] = 1
        return name


def _collision_key(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _with_number(path: str, number: int) -> str:
    pure = PurePosixPath(path)
    return str(pure.with_name(f"{pure.stem}~{number}{pure.suffix}"))
