"""`cleaner config`: the settings in force."""

from __future__ import annotations

from typing import Any

import click

from cleaner.cli import echo, echo_err
from cleaner.cli.settings import (
    CONFIG_FILE_KEY,
    SettingValue,
    core_settings,
    settings_in_force,
    settings_options,
    shown_value,
)
from cleaner.diff.escape import visible_json
from cleaner.json_lines import dumps

# Longer values, such as a list of selectors, do not push the column of origins to the right.
MAX_VALUE_COLUMNS = 40


@click.group("config")
def command() -> None:
    """The settings in force and where each comes from."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON: by name an object with value and origin.")
@settings_options("config")
@click.pass_context
def show(ctx: click.Context, /, as_json: bool, **_settings: Any) -> None:
    """Every setting with its value and where it came from.

    \b
    cleaner config show                     in this folder, with these variables
    cleaner config show --config my.toml    with the settings of another file
    cleaner config show --json              for a program

    Flags come first, then CLEANER_* variables, then [tool.cleaner] in the nearest pyproject.toml or a
    cleaner.toml, then the defaults.
    """
    in_force = settings_in_force(ctx)
    core_settings(in_force)  # codes that clash are said here, too
    config_file = ctx.meta.get(CONFIG_FILE_KEY)
    if config_file and config_file.shadowed:
        echo_err(
            f"{config_file.shadowed}: its [tool.cleaner] is not read, as {config_file.path.name} is beside it"
        )
    if as_json:
        shown = {
            name: {"value": shown_value(value.value), "origin": value.origin}
            for name, value in in_force.items()
        }
        click.echo(visible_json(shown))
        return
    values = _split_tables(in_force)
    rendered = {name: dumps({"": shown_value(value.value)})[4:-1].decode() for name, value in values.items()}
    name_width = max(len(name) for name in rendered)
    value_width = min(max(len(value) for value in rendered.values()), MAX_VALUE_COLUMNS)
    for name, value in rendered.items():
        echo(f"{name:{name_width}} = {value:{value_width}}  # {values[name].origin}")


def _split_tables(values: dict[str, SettingValue]) -> dict[str, SettingValue]:
    """The settings with a line of its own for each site and each list of phrases."""
    sites, phrases = values["sites"], values["phrases"]
    tables = {
        f'sites."{site.host}"': SettingValue({"keep": site.keep, "drop": site.drop}, sites.origin)
        for site in sites.value
    } | {f"phrases.{one.code}": SettingValue(one.as_table(), phrases.origin) for one in phrases.value}
    others = {
        name: value for name, value in values.items() if name not in ("sites", "phrases") or not value.value
    }
    return others | tables
