"""The flags that several commands share, and the documents their inputs hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import click

from cleaner.api import load_profile
from cleaner.cli import say
from cleaner.cli.settings import BY_NAME, Value
from cleaner.corpus.readers import READ, Broken, How, read_inputs
from cleaner.corpus.summary import skipped
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.profile import Profile

Item = Document | Broken
F = TypeVar("F", bound=Callable[..., Any])


def setting(*names: str, help: str, metavar: str | None = None, multiple: bool = False) -> Callable[[F], F]:
    """A flag for a setting; None unless given, so that the environment and files can have their say."""
    option = BY_NAME[names[-1].lstrip("-").replace("-", "_")]
    kind = click.Choice(option.choices) if option.choices else None
    return click.option(*names, option.name, type=kind, help=help, metavar=metavar, multiple=multiple)


_CLEANING = (
    setting("--language", metavar="CODE", multiple=True, help="Keep only this language; repeatable."),
    setting("--timeout", metavar="SECONDS", help="How long trafilatura may take over a page."),
    setting("--effort", help="HTML with or without trafilatura's vote."),
    setting("--captions", help="Image captions and credits."),
    setting("--comments", help="Readers' comments."),
    setting("--metadata", help="Of pages; full also asks trafilatura."),
    setting("--profile", metavar="FILE", help="What recurs on a site, as `cleaner learn` found."),
    setting("--kind", help="What the inputs are; auto goes by suffix, then by looking."),
    setting("--field", metavar="NAME", help="The field of a .jsonl row that holds the document."),
    setting("--id-field", metavar="NAME", help="The field of a .jsonl row that holds the id."),
    click.option("--config", metavar="FILE", help="Read settings from FILE."),
    click.option("--isolated", is_flag=True, help="Ignore configuration files and CLEANER_* variables."),
)


def cleaning(command: F) -> F:
    """The flags that say how inputs are read and cleaned."""
    for flag in reversed(_CLEANING):
        command = flag(command)
    return command


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
        told = "; ".join(filter(None, ("no documents there", skipped(passed))))
        raise UsageError(f"{', '.join(inputs)}: {told}; what is read is {' '.join(READ)}")
    yield from chain((first,), items)
    if passed:
        say(skipped(passed))
