"""`cleaner check`: a linter for corpora."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click

from cleaner.cli import echo_err
from cleaner.cli.check_marks import check_marks
from cleaner.cli.options import (
    EXIT_FINDINGS,
    EXIT_SOME_FAILED,
    inputs_or_stdin,
    profile_of,
    read_documents,
)
from cleaner.cli.settings import core_settings, settings_in_force, settings_options
from cleaner.corpus.outcomes import encode_lossy
from cleaner.diff.clean_texts import is_output_folder
from cleaner.diff.findings import NOT_REPORTED, findings, reportable_codes
from cleaner.diff.formats import FORMATS
from cleaner.diff.terminal import plural
from cleaner.diff.view import diff_document, diff_documents
from cleaner.errors import UsageError, did_you_mean
from cleaner.pipeline import clean


@click.command("check")
@click.argument("inputs", metavar="INPUT...", nargs=-1)
@click.option("--select", metavar="CODE", multiple=True, help="Report only this code or label; repeatable.")
@click.option("--ignore", metavar="CODE", multiple=True, help="Do not report this one; repeatable.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="How findings are printed.",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not count the findings at the end.")
@click.option("--marks", metavar="FILE", help="Check the marks of a review page instead.")
@settings_options("check", timeout="How long trafilatura may take over a page.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    quiet: bool,
    marks: str | None,
    **_settings: Any,
) -> None:
    """Lint a corpus: what cleaning would change, one finding a line: `file:line:column: code message`.

    \b
    cleaner check texts/                    every finding
    cleaner check out/ --select chrome      only navigation, forms, legal lines
    cleaner check --marks marks.jsonl       which wrong cuts are still made; exit 1 if any

    Of a folder that `clean -o` wrote, the texts in its corpus/ are looked at.

    Exit code 0: nothing found; 1: something was; 3: some documents could not be checked, whatever was found
    in the others. Of a .jsonl file the line is the row's; the place in its text follows the message.
    """
    if marks:
        ctx.exit(check_marks(ctx, inputs, marks, form, quiet, _write))
    codes = selected_codes(select, ignore)
    values = settings_in_force(ctx)
    settings, profile, formatter = core_settings(values), profile_of(values), FORMATS[form]()
    n_findings = n_with_findings = n_failed = n_documents = 0
    _write("".join(formatter.head()))
    items = read_documents(_corpus_of_output(inputs_or_stdin(inputs)), values)
    for diff in diff_documents(items, lambda doc: diff_document(clean(doc, settings, profile))):
        n_documents += 1
        if diff.verdict == "failed":
            n_failed += 1
            echo_err(diff.error)
            _write("".join(formatter.format_failure(diff)))
            continue
        lines = ["".join(formatter.format_finding(finding)) for finding in findings(diff, codes)]
        n_findings, n_with_findings = n_findings + len(lines), n_with_findings + bool(lines)
        _write("".join(lines))
    _write("".join(formatter.tail()))
    if not quiet:
        echo_err(
            f"{plural(n_findings, 'finding')} in {n_with_findings:,} of {plural(n_documents, 'document')}"
        )
    ctx.exit(EXIT_SOME_FAILED if n_failed else EXIT_FINDINGS if n_findings else 0)


def _corpus_of_output(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Of an OUT folder the corpus in it: its manifest is no document."""
    return tuple(str(Path(given) / "corpus") if is_output_folder(Path(given)) else given for given in inputs)


def selected_codes(select: Collection[str], ignore: Collection[str]) -> frozenset[str]:
    """The codes to report, selected by code or by label; UsageError for what is neither."""
    labels = reportable_codes()
    selected = _codes_named(select, labels) if select else frozenset(labels)
    return selected - _codes_named(ignore, labels)


def _codes_named(requested: Collection[str], labels: Mapping[str, str]) -> frozenset[str]:
    names = [name for entry in requested for name in entry.replace(",", " ").split()]
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
