"""Errors that say whose fault it is and what to do next."""

from __future__ import annotations

import enum


class Code(enum.StrEnum):
    """The codes a failed document's `error` carries; stable once released."""

    BINARY = "binary"
    UNREADABLE = "unreadable"
    BAD_ROW = "bad-row"
    TOO_LARGE = "too-large"
    CRASHED = "crashed"


# The manual page of each, what it means first.
PAGES: dict[Code, str] = {
    Code.BINARY: """The file holds no text: a picture, an archive, a PDF, whatever its name says.

Next: turn it into text or HTML first, or leave it out.""",
    Code.UNREADABLE: """The file or folder cannot be opened, read or expanded: permissions, a link to nothing, a \
pipe, damaged or truncated compression, or a type that is not read yet.

Next: the message says what the system said. Of rows in a file that ends too early those before it are cleaned.""",
    Code.BAD_ROW: """A row of a .jsonl file is no document: not UTF-8, not JSON, not an object, without a string \
in `html` or `text`, with a number that no float can hold, or nested too deeply to be written again.

Next: mend the row, or name the field that holds the document with --field. The other rows are cleaned.""",
    Code.TOO_LARGE: """The document, or the row of a .jsonl file, is larger than any real one: an archive by \
mistake, or a file made to expand without end.

Next: split it into one file, or one row, a document.""",
    Code.CRASHED: """Cleaning this document raised an error that nobody expected. It is a fault of cleaner.

Next: please report the message with the document. The other documents are cleaned.""",
}


class CleanerError(Exception):
    """Anything that `cleaner` raises on purpose; its text names the input and the next step."""


class UsageError(CleanerError):
    """The call cannot be carried out as asked: an option, a setting or a path is wrong. Exit code 2."""


class RecordError(CleanerError):
    """A record does not fit the text it is held against, or is no record at all."""
