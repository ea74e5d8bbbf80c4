"""Errors that say whose fault it is and what to do next."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence


class ErrorCode(enum.StrEnum):
    """The codes a failed document's `error` carries; stable once released."""

    BINARY = "binary"
    UNREADABLE = "unreadable"
    BAD_ROW = "bad-row"
    TOO_LARGE = "too-large"
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    KILLED = "killed"
    RULE = "rule-error"


# The manual page of each: what it means, and what to do next.
MANUAL_PAGES: dict[ErrorCode, str] = {
    ErrorCode.BINARY: """The file holds no text: a picture, an archive, a PDF, whatever its name says.

Next: turn it into text or HTML first, or leave it out.""",
    ErrorCode.UNREADABLE: """The file or folder cannot be opened, read or expanded.

No permission, a link to nothing, a pipe, damaged or truncated compression, a type that is not read yet.
Rows before the place where a file ends too early are cleaned.
Next: the message says what the system said.""",
    ErrorCode.BAD_ROW: """A row of a .jsonl or .parquet file is no document.

It is not UTF-8, not JSON, no object, has no string in `html` or `text`, holds a number beyond any float, or
is nested too deeply. The other rows are cleaned.
Next: mend the row, or name the field that holds the document with --field.""",
    ErrorCode.TOO_LARGE: """The document, a file or a row, is larger than any real one.

It is an archive by mistake, or was made to expand without end.
Next: split it into one file, or one row, a document.""",
    ErrorCode.CRASHED: """Cleaning the document raised an error that nobody expected: a fault of cleaner.

The other documents are cleaned.
Next: please report the message, with the document.""",
    ErrorCode.TIMEOUT: """Cleaning the document took longer than --timeout allows, and was given up.

The other documents are cleaned.
Next: look at the document; if it is a real one, allow more with --timeout.""",
    ErrorCode.MEMORY: """Cleaning the document took more memory than --memory allows, at a second attempt too.

The other documents are cleaned.
Next: split the document, or allow more with --memory.""",
    ErrorCode.KILLED: """The process that cleaned the document ended, twice, without a word.

Somebody or the system (short of memory, perhaps) killed it, or a library crashed. The other documents are
cleaned.
Next: run it alone; if it ends again, please report it with the document.""",
    ErrorCode.RULE: """A rule of your own (--rules) raised an error, or gave what is no finding.

The message names the rule, its file and the line. The other documents are cleaned; this one is not cleaned
without the rule, as its text would be another one than was asked for.
Next: mend the rule, and clean the document again.""",
}


# Of two words, as difflib has it: `consnt` is .92 of `consent`, and `nonsense`, which is no slip, .67.
MIN_LIKENESS = 0.7


def did_you_mean(word: str, words: Sequence[str], n: int = 3) -> str:
    """` Did you mean …?` with up to `n` of the words, or nothing."""
    import difflib

    matches = difflib.get_close_matches(word, words, n=n, cutoff=MIN_LIKENESS)
    return f" Did you mean {', '.join(matches)}?" if matches else ""


def spelled_as(name: str, names: Iterable[str]) -> str:
    """The one of `names` that `name` is but for its case and `_` for `-`; `name` itself where none is."""
    spelling = {known.casefold(): known for known in names}
    return spelling.get(name.casefold().replace("_", "-"), name)


def install_hint(extra: str) -> str:
    """How to install what an extra brings."""
    return f"pip install 'cleaner[{extra}]'"


def fault_message(error: Exception) -> str:
    """What to say of an error that nobody expected."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{what}; a fault of cleaner, please report it"


class CleanerError(Exception):
    """Anything that `cleaner` raises on purpose; its text names the input and the next step."""


class UsageError(CleanerError):
    """The call cannot be carried out as asked: an option, a setting or a path is wrong. Exit code 2."""


class MissingExtraError(UsageError):
    """An optional dependency is not installed; the text says how to."""


class RecordError(CleanerError):
    """A record does not fit the text it is held against, or is no record at all."""


class DocumentError(CleanerError):
    """A document that could not be cleaned, where a caller wants an exception; its text names the document.

    Attributes:
        code: what went wrong, as in the `error` of a record.
    """

    def __init__(self, message: str, code: ErrorCode = ErrorCode.CRASHED) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type[DocumentError], tuple[str, ErrorCode]]:
        return type(self), (str(self), self.code)


class RuleError(DocumentError):
    """A rule of a user's own failed on a document; the text names the rule, its file and the line."""

    def __init__(self, message: str, code: ErrorCode = ErrorCode.RULE) -> None:
        super().__init__(message, code)
