"""The manual page, from the commands' own help: `python -m cleaner.cli.manpage > cleaner.1`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from cleaner import __version__
from cleaner.cli import COMMANDS, LazyGroup, main

HEAD = '.TH CLEANER 1 "" "cleaner {version}" "User Commands"'
STREAMS = "stdout carries data only; progress, summary and messages go to stderr."
EXIT_CODES = {
    "0": "done",
    "1": "findings (check, diff --exit-code)",
    "2": "usage, configuration or input/output error; nothing was cleaned",
    "3": "done, but some documents failed: they are named",
    "130": "interrupted; the same command goes on",
}
FILES = {
    "cleaner.toml": "settings, in the working directory or above it",
    "pyproject.toml": "the same, under [tool.cleaner]; in one folder cleaner.toml comes first",
}
ENVIRONMENT = {
    "CLEANER_<SETTING>": "a setting by the name of its long option, as CLEANER_LANGUAGE=en",
    "NO_COLOR": "no colours",
}


def manual() -> str:
    """The page in roff, with the macros of man(7)."""
    lines = [
        HEAD.format(version=__version__),
        ".SH NAME",
        "cleaner \\- clean corpus text from scraped articles",
    ]
    lines += [".SH SYNOPSIS", ".B cleaner", "COMMAND [OPTIONS] [ARGUMENTS]", ".SH DESCRIPTION"]
    context = click.Context(main, info_name="cleaner", help_option_names=["-h", "--help"], show_default=True)
    lines += [*_help_lines(main)]
    lines += [".SH COMMANDS"]
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command
        lines += [*_command_lines(command, click.Context(command, context, name))]
    for title, entries in (("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES), ("EXIT STATUS", EXIT_CODES)):
        lines += [f".SH {title}", *(line for entry in entries.items() for line in _entry(*entry))]
    return "\n".join([*lines, ".SH STREAMS", _escaped(STREAMS)]) + "\n"


def _command_lines(command: click.Command, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group) and not isinstance(command, LazyGroup):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from _command_lines(inner, click.Context(inner, context, name))
        return
    yield f".SS {_escaped(context.command_path)} {_escaped(' '.join(command.collect_usage_pieces(context)))}"
    yield from _help_lines(command)
    for param in command.get_params(context):
        record = param.get_help_record(context) if isinstance(param, click.Option) else None
        if record:
            yield from _entry(*record)


def _help_lines(command: click.Command) -> Iterator[str]:
    """The paragraphs of a help text; those after a `\\b` keep their lines."""
    for paragraph in re.split(r"\n\s*\n", (command.help or "").strip()):
        lines = [line.rstrip() for line in paragraph.splitlines()]
        if lines[0].strip() == "\b":
            yield from (".PP", ".nf", *map(_escaped, lines[1:]), ".fi")
        else:
            yield from (".PP", _escaped(" ".join(line.strip() for line in lines)))


def _entry(term: str, text: str) -> Iterator[str]:
    yield from (".TP", f".B {_escaped(term)}", _escaped(text))


def _escaped(text: str) -> str:
    """Text as roff prints it: hyphens that can be copied, no line that is taken for a macro."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    click.echo(manual(), nl=False)
