"""`cleaner config`: the settings in force."""

from __future__ import annotations

import click

from cleaner.cli.settings import Value, resolve
from cleaner.corpus.writers import spelled
from cleaner.json_lines import dumps

# A longer value, such as a list of selectors, does not move the others' origins.
WIDEST = 40


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
    values = _by_site(resolve({}, config, isolated))
    shown = {name: dumps({"": value.value})[4:-1].decode() for name, value in values.items()}
    left = max(len(name) for name in shown)
    right = min(max(len(value) for value in shown.values()), WIDEST)
    for name, value in shown.items():
        click.echo(spelled(f"{name:{left}} = {value:{right}}  # {values[name].origin}"))


def _by_site(values: dict[str, Value]) -> dict[str, Value]:
    """The rules of each site as a setting of their own."""
    sites = values.pop("sites")
    for one in sites.value:
        values[f'sites."{one.host}"'] = Value({"keep": one.keep, "drop": one.drop}, sites.origin)
    return values if sites.value else {**values, "sites": sites}
