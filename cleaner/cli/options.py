"""What several commands share: flags, exit codes, and the documents their inputs hold."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import click

from cleaner.analysis.site_profile import Profile
from cleaner.api import load_profile
from cleaner.cli import echo_err
from cleaner.cli.settings import OPTIONS_BY_NAME, SettingValue
from cleaner.corpus.readers import FailedInput, ReadOptions, read_inputs
from cleaner.corpus.summary import no_documents_error, skipped_message
from cleaner.document import Document
from cleaner.errors import UsageError

DocumentOrFailure = Document | FailedInput
# Exit codes; that for usage errors is Click's.
EXIT_FINDINGS, EXIT_SOME_FAILED, EXIT_INTERRUPTED = 1, 3, 130
F = TypeVar("F", bound=Callable[..., Any])


def setting_option(
    *names: str, help: str, metavar: str | None = None, multiple: bool = False
) -> Callable[[F], F]:
    """A flag for a setting; None unless given, so that the environment and files can have their say."""
    option = OPTIONS_BY_NAME[names[-1].lstrip("-").replace("-", "_")]
    param_type = click.Choice(option.choices) if option.choices else None
    return click.option(*names, option.name, type=param_type, help=help, metavar=metavar, multiple=multiple)


_CONTENT_OPTIONS = (
    setting_option("--language", metavar="CODE", multiple=True, help="Keep only this language; repeatable."),
    setting_option("--effort", help="HTML with trafilatura's vote where it may tell more, or never."),
    setting_option("--captions", help="Image captions and credits."),
    setting_option("--comments", help="Readers' comments."),
    setting_option("--metadata", help="Of pages; full also asks trafilatura."),
    setting_option("--profile", metavar="FILE", help="What recurs on a site, as `cleaner learn` found."),
)
_INPUT_OPTIONS = (
    setting_option("--kind", help="What the inputs are; auto goes by suffix, then by looking."),
    setting_option("--field", metavar="NAME", help="The field of a row that holds the document."),
    setting_option("--id-field", metavar="NAME", help="The field of a row that holds the id."),
)
_CONFIG_OPTIONS = (
    click.option("--config", metavar="FILE", help="Read settings from FILE."),
    click.option("--isolated", is_flag=True, help="Ignore configuration files and CLEANER_* variables."),
)


def _add_options(options: Sequence[Callable[[Any], Any]]) -> Callable[[F], F]:
    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


# The flags that say what is to stay, how inputs are read, and where settings come from.
content_options, input_options, config_options = (
    _add_options(_CONTENT_OPTIONS),
    _add_options(_INPUT_OPTIONS),
    _add_options(_CONFIG_OPTIONS),
)
# All of them, for commands that clean one document after the other.
clean_options = _add_options(
    (
        *_CONTENT_OPTIONS,
        setting_option("--timeout", metavar="SECONDS", help="How long trafilatura may take over a page."),
        *_INPUT_OPTIONS,
        *_CONFIG_OPTIONS,
    )
)


def inputs_or_stdin(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs; where there are none, what is piped in. UsageError when nothing is."""
    if inputs:
        return inputs
    if _terminal():
        command = click.get_current_context().command_path
        raise UsageError(f"no input; give files or folders, or pipe a document in. `{command} --help`")
    return ("-",)


def _terminal() -> bool:
    """Whether nothing is piped in: a person would wait for us, and we for them."""
    return sys.stdin is None or sys.stdin.isatty()


def profile_of(values: Mapping[str, SettingValue]) -> Profile | None:
    """The site profile asked for, if one is. UsageError when it cannot be read."""
    path = values["profile"].value
    return None if path is None else load_profile(path)


def read_documents(
    inputs: tuple[str, ...], values: Mapping[str, SettingValue], avoid: Path | None = None
) -> Iterator[DocumentOrFailure]:
    """What the inputs hold; UsageError when that is nothing. Files passed over are told at the end."""
    skipped_counts: Counter[str] = Counter()
    read_options = ReadOptions(values["kind"].value, values["field"].value, values["id_field"].value)
    items = read_inputs(inputs, read_options, avoid=avoid, skipped=skipped_counts)
    first = next(items, None)
    if first is None:
        raise no_documents_error(inputs, skipped_counts)
    yield from chain((first,), items)
    if skipped_counts:
        echo_err(skipped_message(skipped_counts))
