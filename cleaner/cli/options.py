"""What several commands share: exit codes, and the documents that their inputs hold."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import click

from cleaner.analysis.site_profile import Profile
from cleaner.api import load_profile
from cleaner.cli import echo_err
from cleaner.cli.progress import Progress, is_bar_wanted
from cleaner.cli.settings import SettingValue
from cleaner.corpus.readers import FailedInput, Inputs, ReadOptions, documents_of
from cleaner.corpus.summary import no_documents_error, skipped_message
from cleaner.document import Document
from cleaner.errors import UsageError

DocumentOrFailure = Document | FailedInput
# Exit codes; that for usage errors is Click's.
EXIT_FINDINGS, EXIT_SOME_FAILED = 1, 3


def inputs_or_stdin(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs; where there are none, what is piped in. UsageError when nothing is."""
    if inputs:
        return inputs
    if _is_interactive():
        command = click.get_current_context().command_path
        raise UsageError(f"no input; give files or folders, or pipe a document in. `{command} --help`")
    return ("-",)


def _is_interactive() -> bool:
    """Whether stdin is a terminal: nothing is piped in, and reading would wait for a person who types."""
    return sys.stdin is None or sys.stdin.isatty()


def profile_of(values: Mapping[str, SettingValue]) -> Profile | None:
    """The site profile asked for, if one is. UsageError when it cannot be read."""
    path = values["profile"].value
    return None if path is None else load_profile(path)


def read_documents(
    inputs: tuple[str, ...],
    values: Mapping[str, SettingValue],
    avoid: Path | None = None,
    *,
    uses_stdout: bool = True,
) -> Iterator[DocumentOrFailure]:
    """What the inputs hold, with a progress bar; UsageError when that is nothing. Skipped files: on stderr at
    the end. `uses_stdout`: whether the command writes there meanwhile."""
    skipped_counts: Counter[str] = Counter()
    read_options = ReadOptions(values["kind"].value, values["field"].value, values["id_field"].value)
    source = Inputs(inputs, read_options, avoid=avoid, skipped=skipped_counts)
    items = documents_of(source, read_options, skipped_counts)
    first = next(items, None)
    if first is None:
        raise no_documents_error(inputs, skipped_counts)
    with Progress(source, is_shown=is_bar_wanted(uses_stdout=uses_stdout)) as progress:
        for item in chain((first,), items):
            yield item
            progress.count(failed=isinstance(item, FailedInput))
    if skipped_counts:
        echo_err(skipped_message(skipped_counts))
