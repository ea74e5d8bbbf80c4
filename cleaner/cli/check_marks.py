"""`cleaner check --marks`: which of the marks set on a review page still hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from cleaner.cli import echo_err
from cleaner.cli.options import (
    EXIT_FINDINGS,
    EXIT_SOME_FAILED,
    DocumentOrFailure,
    profile_of,
    read_documents,
)
from cleaner.cli.settings import core_settings, settings_in_force
from cleaner.corpus.summary import plural
from cleaner.diff.formats import FORMATS
from cleaner.diff.marks import MarkedDocuments, ReviewMark, judge, not_found_message, read_marks, sources_of
from cleaner.diff.view import DocumentDiff, diff_document, diff_documents
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.pipeline import clean

# Annotations are shown beside a line, as something to mend: what holds no more is none.
ONLY_STANDING = ("sarif", "github")
NOT_WITH_MARKS = {
    "select": "--select",
    "ignore": "--ignore",
    "statistics": "--statistics",
    "fix": "--fix",
    "as_diff": "--diff",
}


def check_marks(
    ctx: click.Context,
    inputs: tuple[str, ...],
    path: str,
    form: str,
    quiet: bool,
    write: Callable[[str], None],
) -> int:
    """Says of each mark whether it still holds; the exit code: 1 when a wrong cut is still made.

    `write` prints data. The documents are looked for in `inputs`, else in the files that the marks name; 3
    where some of them are gone, have changed or cannot be cleaned.
    """
    for name, option in NOT_WITH_MARKS.items():
        if ctx.params[name]:
            raise UsageError(f"--marks says of every mark whether it holds: leave out {option}")
    marks = read_marks(path)
    waiting, formatter = MarkedDocuments(marks), FORMATS[form]()
    n_wrong = n_left = n_failed = 0
    write("".join(formatter.head()))
    for diff, marks_here in _marked_diffs(ctx, inputs or sources_of(marks), waiting):
        if diff.verdict == "failed":
            n_failed += 1
            echo_err(diff.error)
            write("".join(formatter.format_failure(diff)))
            continue
        for judged in (judge(diff, mark) for mark in marks_here):
            n_wrong += judged.stands and judged.mark.kind == "wrong-cut"
            n_left += judged.stands and judged.mark.kind == "leftover"
            if judged.stands or form not in ONLY_STANDING:
                write("".join(formatter.format_finding(judged.finding)))
    write("".join(formatter.tail()))
    missing = dict.fromkeys(map(not_found_message, waiting.left()))
    for message in missing:
        echo_err(message)
    if not quiet:
        n_cuts = sum(mark.kind == "wrong-cut" for mark in marks)
        echo_err(
            f"still made: {n_wrong:,} of {plural(n_cuts, 'wrong cut')}; "
            f"still there: {n_left:,} of {plural(len(marks) - n_cuts, 'leftover')}"
        )
    return EXIT_SOME_FAILED if n_failed or missing else EXIT_FINDINGS if n_wrong else 0


def _marked_diffs(
    ctx: click.Context, inputs: tuple[str, ...], waiting: MarkedDocuments
) -> Iterator[tuple[DocumentDiff, list[ReviewMark]]]:
    """The documents that have marks, cleaned now; and inputs that cannot be read."""
    if not inputs:
        return
    values: Any = settings_in_force(ctx)
    settings, profile = core_settings(values), profile_of(values)
    marks_here: list[ReviewMark] = []

    def marked() -> Iterator[DocumentOrFailure]:
        nonlocal marks_here
        for item in read_documents(inputs, values):
            marks_here = waiting.take(item) if isinstance(item, Document) else []
            if marks_here or not isinstance(item, Document):
                yield item

    for diff in diff_documents(marked(), lambda doc: diff_document(clean(doc, settings, profile))):
        yield diff, marks_here
