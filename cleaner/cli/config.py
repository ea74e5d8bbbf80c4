"""`cleaner config`: the settings in force."""

from __future__ import annotations

import click

from cleaner.cli.settings import resolve
from cleaner.corpus.writers import spelled
from cleaner.record import dumps


@click.group("config")
def command() -> None:
    """The settings in force and where each comes from."""


@command.command()
@click.option("--config", metavar="FILE", help="Read settings from FILE.")
@click.option("--isolated", is_flag=True, help="Ignore configuration files and CLEANER_* variables.")
def show(config: str | None, isolated: bool) -> None:
    """Every setting with its value and where it came from.

    Flags come first, then CLEANER_* variables, then [tool.cleaner] in the nearest pyproject.toml or a
    cleaner.toml, then the defaults.
    """
    values = resolve({}, config, isolated)
    shown = {name: dumps({"": value.value})[4:-1].decode() for name, value in values.items()}
    left = max(len(name) for name in shown)
    right = max(len(value) for value in shown.values())
    for name, value in shown.items():
        click.echo(spelled(f"{name:{left}} = {value:{right}}  # {values[name].origin}"))
