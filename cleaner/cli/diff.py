"""`cleaner diff`: what cleaning takes away and mends, in the terminal or as one HTML page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from cleaner.analysis.site_profile import Profile
from cleaner.cli import echo, echo_err
from cleaner.cli.completion import complete_file
from cleaner.cli.options import (
    EXIT_FINDINGS,
    EXIT_SOME_FAILED,
    DocumentOrFailure,
    inputs_or_stdin,
    profile_of,
    read_documents,
)
from cleaner.cli.settings import core_settings, settings_in_force, settings_options
from cleaner.corpus.summary import plural
from cleaner.diff.alignment import diff_against
from cleaner.diff.as_json import diff_as_json
from cleaner.diff.clean_texts import CleanTexts, output_folder_of
from cleaner.diff.escape import visible_json
from cleaner.diff.terminal import DisplayOptions, Totals, code_table, diff_lines, headline, total_line
from cleaner.diff.view import DocumentDiff, diff_document, diff_documents
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.pipeline import clean
from cleaner.rules.manual import ManualPage
from cleaner.settings import Settings
from cleaner.user_rules import user_pages

COLOR_MODES = {"always": True, "never": False, "auto": None}


@click.command("diff")
@click.argument("inputs", metavar="INPUT...", nargs=-1, shell_complete=complete_file)
@click.option(
    "--against",
    "given",
    metavar="CLEAN",
    shell_complete=complete_file,
    help="Compare with this clean text; clean nothing.",
)
@click.option(
    "--html", metavar="FILE", shell_complete=complete_file, help="Write one self-contained page instead."
)
@click.option("--word", is_flag=True, help="Show a mended line once, its changes in place.")
@click.option("-U", "lines", metavar="N", type=click.IntRange(0), default=3, help="Lines of context.")
@click.option("--all", "everything", is_flag=True, help="Fold nothing.")
@click.option("--stat", is_flag=True, help="Only counts by code.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: an object a document, a line each.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when anything was cut or mended.")
@click.option("-v", "--verbose", is_flag=True, help="Say at each cut why, in words.")
@click.option(
    "--color",
    type=click.Choice(list(COLOR_MODES)),
    default="auto",
    help="auto: on a terminal.",
)
@settings_options("diff", timeout="Of a page for trafilatura; of it three quarters for your rules.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    given: str | None,
    html: str | None,
    word: bool,
    lines: int,
    everything: bool,
    stat: bool,
    as_json: bool,
    exit_code: bool,
    verbose: bool,
    color: str,
    **_settings: Any,
) -> None:
    """What cleaning takes away and mends, against the raw input, with a reason at every cut.

    \b
    cleaner diff page.html                  clean it and show what that does
    cleaner diff crawl/ --html review.html  a page to look at in a browser
    cleaner diff page.html --against me.txt what another clean text lacks and adds
    cleaner diff crawl/ --json              for a program; with --stat only numbers
    cleaner diff crawl/ out/                the same with an earlier -o folder

    Several INPUTs are raw documents, each. Only where there are two and the second is a folder that `clean
    -o` wrote, or a text in one, is it the clean side; --against says so of any file or folder.
    """
    ctx.color = ctx.color if COLOR_MODES[color] is None else COLOR_MODES[color]
    values = settings_in_force(ctx)
    inputs, given = _raw_and_clean_side(inputs_or_stdin(inputs), given)
    html_path = Path(html) if html and html != "-" else None
    totals = Totals()
    items = read_documents(inputs, values, html_path, uses_stdout=html_path is None)
    settings, texts = core_settings(values), CleanTexts(given) if given is not None else None
    if texts:
        items = _selected_items(items, texts, totals)
    diffs = _count_diffs(diff_documents(items, _diff_function(texts, settings, profile_of(values))), totals)
    if html and as_json:
        raise UsageError("--html and --json are two forms of one thing; give one of them")
    if as_json:
        for diff in diffs:
            _write_json(diff, stat)
    elif html:
        _write_html(html_path, inputs, diffs, totals, user_pages(settings))
    else:
        _print_diffs(ctx, diffs, totals, DisplayOptions(None if everything else lines, word, verbose), stat)
    if texts and totals.n_left_out:
        _say_left_out(str(given), texts, totals)
    ctx.exit(_exit_code(totals, exit_code))


def _say_left_out(given: str, texts: CleanTexts, totals: Totals) -> None:
    """UsageError where nothing was compared: the folder was made from something else."""
    if not totals.verdicts.total():
        raise UsageError(
            f"{given}: none of these documents is in it; it holds {texts.selection} of its input: give"
            " the INPUT that it was made from"
        )
    left_out = plural(totals.n_left_out, "document")
    echo_err(f"{given}: holds {texts.selection} of the input: {left_out} left out")


def _write_html(
    path: Path | None,
    inputs: tuple[str, ...],
    diffs: Iterator[DocumentDiff],
    totals: Totals,
    own_pages: Mapping[str, ManualPage],
) -> None:
    from cleaner.diff.html_report import write_html_report
    from cleaner.diff.summary_page import link_summary

    write_html_report(path, inputs, diffs, own_pages)
    if path:
        echo_err(f"{path}: {plural(totals.verdicts.total(), 'document')}")
        link_summary(path)


def _write_json(diff: DocumentDiff, stat: bool) -> None:
    line = visible_json(diff_as_json(diff, with_lines=not stat))
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


def _print_diffs(
    ctx: click.Context, diffs: Iterator[DocumentDiff], totals: Totals, options: DisplayOptions, stat: bool
) -> None:
    """Each document as soon as it is cleaned, at the end the totals."""
    for diff in diffs:
        is_first = totals.verdicts.total() == 1
        _echo_lines(ctx, [] if is_first or stat else [""])
        _echo_lines(ctx, [headline(diff)])
        _echo_lines(ctx, code_table(diff.code_totals) if stat else diff_lines(diff, options))
    if totals.verdicts.total() > 1:
        _echo_lines(
            ctx,
            [*([] if stat else [""]), total_line(totals), *(code_table(totals.code_totals) if stat else ())],
        )


def _raw_and_clean_side(
    inputs: tuple[str, ...], clean_side: str | None
) -> tuple[tuple[str, ...], str | None]:
    """The raw inputs, and the clean text or folder to compare them with, if there is one."""
    if clean_side is not None or len(inputs) != 2 or "-" in inputs:
        return inputs, clean_side
    raw_path, clean_path = map(Path, inputs)
    out = output_folder_of(clean_path)
    if out and output_folder_of(raw_path) != out:
        return inputs[:1], inputs[1]
    return inputs, None


def _selected_items(
    items: Iterable[DocumentOrFailure], texts: CleanTexts, totals: Totals
) -> Iterator[DocumentOrFailure]:
    """The items that a run with --sample or --limit took; the others are counted."""
    for item in items:
        if texts.leaves_out(item.id):
            totals.n_left_out += 1
        else:
            yield item


def _diff_function(
    texts: CleanTexts | None, settings: Settings, profile: Profile | None
) -> Callable[[Document], DocumentDiff]:
    if texts is None:
        return lambda doc: diff_document(clean(doc, settings, profile))
    return lambda doc: diff_against(doc, texts.find(doc))


def _count_diffs(diffs: Iterator[DocumentDiff], totals: Totals) -> Iterator[DocumentDiff]:
    """The diffs, each counted; failures are printed on stderr."""
    for diff in diffs:
        totals.add(diff)
        if diff.verdict == "failed":
            echo_err(diff.error)
        yield diff


def _echo_lines(ctx: click.Context, lines: Iterable[str]) -> None:
    for line in lines:
        echo(line, color=ctx.color)


def _exit_code(totals: Totals, exit_code: bool) -> int:
    if totals.verdicts["failed"]:
        return EXIT_SOME_FAILED
    return EXIT_FINDINGS if exit_code and totals.changed else 0
