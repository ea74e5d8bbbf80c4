"""What `check` found taken out of the file it was found in; the file as it was stays beside it."""

from __future__ import annotations

import shutil
from collections.abc import Container, Iterator
from difflib import unified_diff
from itertools import count
from pathlib import Path

from cleaner.corpus.atomic import AtomicFile, io_errors_as_usage
from cleaner.diff.escape import escape_invisible
from cleaner.diff.findings import NOT_REPORTED
from cleaner.document import Document, encode_source
from cleaner.edits import Edit, apply
from cleaner.errors import CleanerError
from cleaner.output.cleaned import Cleaned

BACKUP_SUFFIX = ".bak"


def fixed_text(done: Cleaned, codes: Container[str]) -> str | None:
    """The raw text without what carries one of the codes, the rest as it was; None where nothing does.

    Only text can be mended in its place, and only one of which something stays: to take the words of a menu
    from a page would leave its tags.
    """
    if done.doc.kind != "text" or done.verdict != "clean":
        return None
    edits = [*_selected(done.edits, codes, len(done.doc.raw))]
    return apply(done.doc.raw, edits) if edits else None


def _selected(edits: tuple[Edit, ...], codes: Container[str], n_chars: int) -> Iterator[Edit]:
    """The edits of some codes, and of spaces and line ends those beside one; the file's last one stays."""
    wanted = {k for k, edit in enumerate(edits) if edit.code in codes}
    for k, edit in enumerate(edits):
        if k in wanted:
            yield edit
        elif edit.code in NOT_REPORTED and not edit.new and edit.end < n_chars:
            after_one = k - 1 in wanted and edits[k - 1].end == edit.start
            before_one = k + 1 in wanted and edits[k + 1].start == edit.end
            if after_one or before_one:
                yield edit


def fixable_file(doc: Document) -> Path | None:
    """The file that holds the document and nothing else, as it is; None for rows, archives, stdin."""
    path = Path(str(doc.meta.get("source", "")))
    if "row" in doc.meta or not path.is_file():
        return None
    with io_errors_as_usage(path):
        return path.resolve() if path.read_bytes() == doc.original else None


def write_fix(path: Path, doc: Document, text: str) -> Path:
    """Put the mended text in its place; returns where the file as it was stays. CleanerError if it fails."""
    try:
        backup = _copy_beside(path)
        with AtomicFile(path) as file:
            file.write(encode_source(text, doc.encoding))
        shutil.copymode(backup, path)
    except OSError as error:
        raise CleanerError(f"{path}: cannot be mended: {error.strerror or error}") from error
    return backup


def _copy_beside(path: Path) -> Path:
    """A copy under a name that is free: `a.txt.bak`, `a.txt.bak2`."""
    for number in count(1):
        copy = path.with_name(f"{path.name}{BACKUP_SUFFIX}{'' if number == 1 else number}")
        try:
            with copy.open("xb") as file:
                file.write(path.read_bytes())
        except FileExistsError:
            continue
        shutil.copystat(path, copy)
        return copy
    raise AssertionError


def patch_lines(name: str, old: str, new: str) -> Iterator[str]:
    """A unified diff, as `patch` reads it. A name that has line ends or controls is made visible."""
    name = escape_invisible(name)
    for line in unified_diff(_lines(old), _lines(new), f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """With their line feeds: other ends of lines are part of a line for `patch`."""
    return [*(f"{line}\n" for line in text.split("\n")[:-1]), *filter(None, text.split("\n")[-1:])]
