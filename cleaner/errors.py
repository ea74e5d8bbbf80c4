"""Errors that say whose fault it is and what to do next."""

from __future__ import annotations

import enum


class Code(enum.StrEnum):
    """The codes a failed document's `error` carries; stable once released."""

    EMPTY_INPUT = "empty-input"
    BINARY = "binary"
    UNREADABLE = "unreadable"
    BAD_ENCODING = "bad-encoding"
    BAD_ROW = "bad-row"
    TOO_LARGE = "too-large"
    CRASHED = "crashed"


class CleanerError(Exception):
    """Anything that `cleaner` raises on purpose; its text names the input and the next step."""


class UsageError(CleanerError):
    """The call cannot be carried out as asked: an option, a setting or a path is wrong. Exit code 2."""


class DocumentError(CleanerError):
    """One document cannot be cleaned; the others go on. `code` goes into its record."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class RecordError(CleanerError):
    """A record does not fit the text it is held against, or is no record at all."""
