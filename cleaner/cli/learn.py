"""`cleaner learn`: which lines recur on a site, for `cleaner clean --profile`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cleaner.analysis.site_profile import FORMAT, Learner
from cleaner.cli import echo_err
from cleaner.cli.completion import complete_file
from cleaner.cli.options import EXIT_SOME_FAILED, inputs_or_stdin, read_documents
from cleaner.cli.settings import settings_in_force, settings_options
from cleaner.corpus.atomic import AtomicFile
from cleaner.corpus.learning import left_out_message, lines_of_document
from cleaner.corpus.readers import FailedInput
from cleaner.corpus.summary import plural
from cleaner.errors import UsageError


@click.command("learn")
@click.argument("inputs", metavar="INPUT...", nargs=-1, shell_complete=complete_file)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    shell_complete=complete_file,
    help="Where the profile goes.",
)
@settings_options("learn")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    output: str,
    **_settings: Any,
) -> None:
    """Find out which lines recur on a site.

    \b
    cleaner learn crawl/ -o site.profile
    cleaner clean crawl/ --profile site.profile -o out/

    A document's site is the host of its address (the row's `url`, or the page's own), else the folder its id
    names, else the name the page gives it. A line recurs that stands in three documents of a site and in a
    tenth of them; versions of one document count once.
    """
    path = Path(output)
    if path.exists() and not _is_profile(path):
        raise UsageError(f"{path}: is no site profile; it would be overwritten: name another file with -o")
    learner, n_read, n_failed = Learner(), 0, 0
    for item in read_documents(inputs_or_stdin(inputs), settings_in_force(ctx), path, uses_stdout=False):
        if isinstance(item, FailedInput):
            n_failed += 1
            echo_err(item.message)
            continue
        try:
            learner.add(*lines_of_document(item))
        except Exception as error:  # one document's crash is not the end of the others
            n_failed += 1
            echo_err(f"{item.id}: {type(error).__name__}: {error}; a fault of cleaner, please report it")
            continue
        n_read += 1
    profile = learner.profile()
    with AtomicFile(path) as file:
        file.write(profile.dump())
    n_lines = sum(len(site.document_counts) for site in profile.sites.values())
    found_lines = f"{plural(n_lines, 'line')} on {plural(len(profile.sites), 'site')}"
    echo_err(f"{path}: {found_lines} recur in {plural(n_read, 'document')}")
    if message := left_out_message(learner, profile):
        echo_err(message)
    ctx.exit(EXIT_SOME_FAILED if n_failed else 0)


def _is_profile(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return FORMAT.encode() in file.readline(1000)
