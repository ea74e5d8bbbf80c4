"""`cleaner check`: a linter for corpora."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import click

from cleaner.cli import echo_err
from cleaner.cli.check_marks import check_marks
from cleaner.cli.completion import complete_file, complete_finding
from cleaner.cli.options import (
    EXIT_FINDINGS,
    EXIT_SOME_FAILED,
    DocumentOrFailure,
    inputs_or_stdin,
    profile_of,
    read_documents,
)
from cleaner.cli.settings import core_settings, settings_in_force, settings_options
from cleaner.corpus.outcomes import encode_lossy
from cleaner.corpus.summary import plural
from cleaner.diff.clean_texts import is_output_folder, output_folder_of
from cleaner.diff.findings import NOT_REPORTED, Finding, findings, reportable_codes
from cleaner.diff.fixes import fixable_file, fixed_text, patch_lines, write_fix
from cleaner.diff.formats import FORMATS, Text
from cleaner.diff.view import DocumentDiff, diff_document, diff_documents
from cleaner.document import Document
from cleaner.errors import CleanerError, UsageError, did_you_mean, spelled_as
from cleaner.json_lines import dumps
from cleaner.output.cleaned import Cleaned
from cleaner.pipeline import clean
from cleaner.rules.manual import ManualPage
from cleaner.user_rules import user_pages

Mode = Literal["findings", "statistics", "fix", "diff"]


@click.command("check")
@click.argument("inputs", metavar="INPUT...", nargs=-1, shell_complete=complete_file)
@click.option(
    "--select",
    metavar="CODE",
    multiple=True,
    shell_complete=complete_finding,
    help="Report only this code or label; repeatable.",
)
@click.option(
    "--ignore", metavar="CODE", multiple=True, shell_complete=complete_finding,
    help="Do not report this one; repeatable.",
)  # fmt: skip
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="How findings are printed.",
)
@click.option("--statistics", is_flag=True, help="Only how often each code was found.")
@click.option("--fix", is_flag=True, help="Take out of text files what was found; a copy stays as FILE.bak.")
@click.option("--diff", "as_diff", is_flag=True, help="Print what --fix would do as a patch; write nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Do not count the findings at the end.")
@click.option("--marks", metavar="FILE", help="Check the marks of a review page instead.")
@settings_options("check", timeout="Of a page for trafilatura; of it three quarters for your rules.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    statistics: bool,
    fix: bool,
    as_diff: bool,
    quiet: bool,
    marks: str | None,
    **_settings: Any,
) -> None:
    """Lint a corpus: what cleaning would change, one finding a line: `file:line:column: code message`.

    \b
    cleaner check texts/                    every finding
    cleaner check out/ --select chrome      only navigation, forms, legal lines
    cleaner check texts/ --statistics       how often each code was found
    cleaner check texts/ --diff             what --fix would do, as a patch
    cleaner check texts/ --fix --select ad  take it out; a.txt.bak is the file as it was
    cleaner check --marks marks.jsonl       which wrong cuts are still made; exit 1 if any

    Of a folder that `clean -o` wrote, the texts in its corpus/ are looked at.

    Exit code 0: nothing found, or all of it mended; 1: something was; 3: some documents could not be checked,
    whatever was found in the others. Of a .jsonl file the line is the row's; the place in its text follows
    the message. --fix mends text files: no pages, no rows, nothing packed.
    """
    if marks:
        ctx.exit(check_marks(ctx, inputs, marks, form, quiet, _write))
    values = settings_in_force(ctx)
    settings, profile = core_settings(values), profile_of(values)
    own_pages = user_pages(settings)
    codes, formatter = selected_codes(select, ignore, own_pages), FORMATS[form](own_pages)
    _refuse_together(form, statistics, fix, as_diff)
    if fix and (out := next(filter(None, (output_folder_of(Path(given)) for given in inputs)), None)):
        echo_err(
            f"{out}: was written by clean, which takes texts that were mended for damaged: the next run into "
            "it makes them again as they were"
        )
    mode: Mode = "statistics" if statistics else "fix" if fix else "diff" if as_diff else "findings"
    check = _Check(codes, formatter, mode)
    items = read_documents(_corpus_of_output(inputs_or_stdin(inputs)), values)
    check.run(items, lambda doc: clean(doc, settings, profile))
    if statistics:
        _write(_statistics(check.counts, {**reportable_codes(own_pages)}, form))
    if not quiet:
        echo_err(check.totals())
    ctx.exit(EXIT_SOME_FAILED if check.n_failed else EXIT_FINDINGS if check.n_left else 0)


def _refuse_together(form: str, statistics: bool, fix: bool, as_diff: bool) -> None:
    if statistics + fix + as_diff > 1:
        raise UsageError("--statistics, --fix and --diff: give one of them")
    if (fix or as_diff) and form != "text":
        raise UsageError(f"--format {form} is for findings; leave it out with --fix and --diff")
    if statistics and form not in ("text", "json"):
        raise UsageError(f"--statistics prints text or JSON, not {form}")


def _statistics(counts: Mapping[str, int], labels: Mapping[str, str], form: str) -> str:
    """A line a code, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    if form == "json":
        rows = [{"code": code, "label": labels[code], "count": n} for code, n in ordered]
        return dumps(rows).decode() + "\n"
    return "".join(f"{n:>9,}  {code} ({labels[code]})\n" for code, n in ordered)


class _Check:
    """One call of `cleaner check`: what it does with each document, and what it counts."""

    def __init__(self, codes: frozenset[str], formatter: Text, mode: Mode) -> None:
        self._codes, self._formatter, self._mode = codes, formatter, mode
        self._done: Cleaned | None = None
        self.counts: Counter[str] = Counter()  # of findings by code
        self.n_documents = self.n_with_findings = self.n_failed = self.n_fixed = 0

    @property
    def n_left(self) -> int:
        """Findings that were not mended."""
        return self.counts.total() - self.n_fixed

    def run(self, items: Iterator[DocumentOrFailure], clean_one: Callable[[Document], Cleaned]) -> None:
        """Look at each document; what is found goes to stdout."""

        def diff_of(doc: Document) -> DocumentDiff:
            self._done = clean_one(doc)
            return diff_document(self._done)

        self._print_formatted(self._formatter.head())
        for diff in diff_documents(items, diff_of):
            self.n_documents += 1
            if diff.verdict == "failed":
                self._fail(diff.error, diff)
            else:
                self._look_at(diff)
        self._print_formatted(self._formatter.tail())

    def _fail(self, message: str, diff: DocumentDiff) -> None:
        self.n_failed += 1
        echo_err(message)
        self._print_formatted(self._formatter.format_failure(diff))

    def _look_at(self, diff: DocumentDiff) -> None:
        found = [*findings(diff, self._codes)]
        self.counts.update(finding.code for finding in found)
        self.n_with_findings += bool(found)
        left = found
        if found and self._mode in ("fix", "diff"):
            try:
                left = self._mend(found)
            except CleanerError as error:
                self._fail(str(error), diff)
        self.n_fixed += len(found) - len(left)
        if self._mode != "diff":
            for finding in left:
                self._print_formatted(self._formatter.format_finding(finding))

    def _mend(self, found: list[Finding]) -> list[Finding]:
        """Mend the document, or show how; returns the findings that stay."""
        done = self._done
        text, path = (fixed_text(done, self._codes), fixable_file(done.doc)) if done else (None, None)
        if done is None or text is None or path is None:
            return found
        if self._mode == "diff":
            _write("".join(patch_lines(found[0].file, done.doc.raw, text)))
            return found
        write_fix(path, done.doc, text)
        mended = {edit.code for edit in done.edits}
        return [finding for finding in found if finding.code not in mended]

    def _print_formatted(self, pieces: Iterator[str]) -> None:
        if self._mode != "statistics":
            _write("".join(pieces))

    def totals(self) -> str:
        """All in a line."""
        n_found, documents = plural(self.counts.total(), "finding"), plural(self.n_documents, "document")
        fixed = f"; {self.n_fixed:,} mended" if self._mode == "fix" else ""
        return f"{n_found} in {self.n_with_findings:,} of {documents}{fixed}"


def _corpus_of_output(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Of an OUT folder the corpus in it: its manifest is no document."""
    return tuple(str(Path(given) / "corpus") if is_output_folder(Path(given)) else given for given in inputs)


def selected_codes(
    select: Collection[str], ignore: Collection[str], own_pages: Mapping[str, ManualPage] | None = None
) -> frozenset[str]:
    """The codes to report, selected by code or by label; UsageError for what is neither."""
    labels = reportable_codes(own_pages)
    selected = _codes_named(select, labels) if select else frozenset(labels)
    return selected - _codes_named(ignore, labels)


def _codes_named(requested: Collection[str], labels: Mapping[str, str]) -> frozenset[str]:
    known = [*{*labels.values()}, *NOT_REPORTED, *labels]
    names = [spelled_as(name, known) for entry in requested for name in entry.replace(",", " ").split()]
    for name in names:
        if name in NOT_REPORTED:
            raise UsageError(f"{name}: no fault of a text; check does not report it")
        if name not in labels and name not in labels.values():
            hint = did_you_mean(name, [*labels, *sorted({*labels.values()})])
            raise UsageError(f"no reason code or label {name!r}.{hint} `cleaner explain` lists all.")
    return frozenset(code for code, label in labels.items() if code in names or label in names)


def _write(text: str) -> None:
    if text:
        sys.stdout.buffer.write(encode_lossy(text))
        sys.stdout.buffer.flush()
