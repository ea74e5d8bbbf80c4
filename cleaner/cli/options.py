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
from cleaner.cli import say
from cleaner.cli.settings import BY_NAME, Value
from cleaner.corpus.readers import Broken, How, read_inputs
from cleaner.corpus.summary import nothing_there, skipped
from cleaner.document import Document
from cleaner.errors import UsageError

Item = Document | Broken
# Exit codes; that for usage errors is Click's.
FINDINGS, SOME_FAILED, INTERRUPTED = 1, 3, 130
F = TypeVar("F", bound=Callable[..., Any])


def setting(*names: str, help: str, metavar: str | None = None, multiple: bool = False) -> Callable[[F], F]:
    """A flag for a setting; None unless given, so that the environment and files can have their say."""
    option = BY_NAME[names[-1].lstrip("-").replace("-", "_")]
    kind = click.Choice(option.choices) if option.choices else None
    return click.option(*names, option.name, type=kind, help=help, metavar=metavar, multiple=multiple)


_CHOOSING = (
    setting("--language", metavar="CODE", multiple=True, help="Keep only this language; repeatable."),
    setting("--effort", help="HTML with trafilatura's vote where it may tell more, or never."),
    setting("--captions", help="Image captions and credits."),
    setting("--comments", help="Readers' comments."),
    setting("--metadata", help="Of pages; full also asks trafilatura."),
    setting("--profile", metavar="FILE", help="What recurs on a site, as `cleaner learn` found."),
)
_READING = (
    setting("--kind", help="What the inputs are; auto goes by suffix, then by looking."),
    setting("--field", metavar="NAME", help="The field of a row that holds the document."),
    setting("--id-field", metavar="NAME", help="The field of a row that holds the id."),
)
_CONFIGURED = (
    click.option("--config", metavar="FILE", help="Read settings from FILE."),
    click.option("--isolated", is_flag=True, help="Ignore configuration files and CLEANER_* variables."),
)


def _flags(some: Sequence[Callable[[Any], Any]]) -> Callable[[F], F]:
    def add(command: F) -> F:
        for flag in reversed(some):
            command = flag(command)
        return command

    return add


# The flags that say what is to stay, how inputs are read, and where settings come from.
choosing, reading, configured = _flags(_CHOOSING), _flags(_READING), _flags(_CONFIGURED)
# All of them, for commands that clean one document after the other.
cleaning = _flags(
    (
        *_CHOOSING,
        setting("--timeout", metavar="SECONDS", help="How long trafilatura may take over a page."),
        *_READING,
        *_CONFIGURED,
    )
)


def or_stdin(inputs: tuple[str, ...]) -> tuple[str, ...]:
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


def profile_of(values: Mapping[str, Value]) -> Profile | None:
    """The site profile asked for, if one is. UsageError when it cannot be read."""
    path = values["profile"].value
    return None if path is None else load_profile(path)


def documents(
    inputs: tuple[str, ...], values: Mapping[str, Value], avoid: Path | None = None
) -> Iterator[Item]:
    """What the inputs hold; UsageError when that is nothing. Files passed over are told at the end."""
    passed: Counter[str] = Counter()
    how = How(values["kind"].value, values["field"].value, values["id_field"].value)
    items = read_inputs(inputs, how, avoid=avoid, skipped=passed)
    first = next(items, None)
    if first is None:
        raise nothing_there(inputs, passed)
    yield from chain((first,), items)
    if passed:
        say(skipped(passed))
