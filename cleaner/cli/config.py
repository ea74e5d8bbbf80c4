"""`cleaner config`: the settings in force."""

from __future__ import annotations

from typing import Any

import click

from cleaner.cli import echo
from cleaner.cli.settings import SettingValue, settings_in_force, settings_options
from cleaner.json_lines import dumps

# Longer values, such as a list of selectors, do not push the column of origins to the right.
MAX_VALUE_COLUMNS = 40


@click.group("config")
def command() -> None:
    """The settings in force and where each comes from."""


@command.command()
@settings_options("config")
@click.pass_context
def show(ctx: click.Context, /, **_settings: Any) -> None:
    """Every setting with its value and where it came from.

    \b
    cleaner config show                     in this folder, with these variables
    cleaner config show --config my.toml    with the settings of another file

    Flags come first, then CLEANER_* variables, then [tool.cleaner] in the nearest pyproject.toml or a
    cleaner.toml, then the defaults.
    """
    values = _split_by_site(settings_in_force(ctx))
    rendered = {name: dumps({"": value.value})[4:-1].decode() for name, value in values.items()}
    name_width = max(len(name) for name in rendered)
    value_width = min(max(len(value) for value in rendered.values()), MAX_VALUE_COLUMNS)
    for name, value in rendered.items():
        echo(f"{name:{name_width}} = {value:{value_width}}  # {values[name].origin}")


def _split_by_site(values: dict[str, SettingValue]) -> dict[str, SettingValue]:
    """The settings with a line of its own for each site."""
    sites = values.pop("sites")
    for site in sites.value:
        values[f'sites."{site.host}"'] = SettingValue({"keep": site.keep, "drop": site.drop}, sites.origin)
    return values if sites.value else {**values, "sites": sites}
