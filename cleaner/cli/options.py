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
from cleaner.cli.settings import SettingValue
from cleaner.corpus.readers import FailedInput, ReadOptions, read_inputs
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
    inputs: tuple[str, ...], values: Mapping[str, SettingValue], avoid: Path | None = None
) -> Iterator[DocumentOrFailure]:
    """What the inputs hold; UsageError when that is nothing. Skipped files: on stderr at the end."""
    skipped_counts: Counter[str] = Counter()
    read_options = ReadOptions(values["kind"].value, values["field"].value, values["id_field"].value)
    items = read_inputs(inputs, read_options, avoid=avoid, skipped=skipped_counts)
    first = next(items, None)
    if first is None:
        raise no_documents_error(inputs, skipped_counts)
    yield from chain((first,), items)
    if skipped_counts:
        echo_err(skipped_message(skipped_counts))
