"""`cleaner explain`: the manual page of a reason code, or the list of all by label."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import click

from cleaner.cli.settings import core_settings, settings_in_force, settings_options
from cleaner.errors import UsageError, did_you_mean
from cleaner.notes import NOTES
from cleaner.rules.manual import LABEL_DESCRIPTIONS, ManualPage, manual_pages, terminal_lines
from cleaner.user_rules import user_pages

PREFIX_COLOURS = {"  - ": "red", "  + ": "green"}


@click.command("explain")
@click.argument("code", required=False)
@settings_options("explain")
@click.pass_context
def command(ctx: click.Context, /, code: str | None, **_settings: Any) -> None:
    """What a reason code or a note means: what it drops, what it keeps, an example. Without CODE, the list.

    \b
    cleaner explain share-bar
    cleaner explain --rules my_rules.py partner-offer   a code of your own
    """
    values = settings_in_force(ctx)
    own = core_settings(values)
    pages = {**manual_pages(), **user_pages(own.rules, own.phrases)}
    if code is None:
        _print_list([*pages.values()])
        _print_notes()
        return
    if code in NOTES:
        click.echo(f"{click.style(code, bold=True)} (note)\n\n{NOTES[code].meaning}")
        if code not in pages:
            return
        click.echo()
    if code not in pages:
        hint = did_you_mean(code, [*pages, *NOTES])
        raise UsageError(f"no reason code or note {code!r}.{hint} `cleaner explain` lists all.")
    page = pages[code]
    click.echo(f"{click.style(code, bold=True)} ({page.label})\n")
    for text in terminal_lines(page):
        click.echo(click.style(text, fg=PREFIX_COLOURS[text[:4]]) if text[:4] in PREFIX_COLOURS else text)


def _print_list(entries: list[ManualPage]) -> None:
    """By label, labels in the order in which they first appear."""
    labels = list(dict.fromkeys(page.label for page in entries))
    width = max(len(page.code) for page in entries)
    by_label = sorted(entries, key=lambda page: labels.index(page.label))
    for label, group in groupby(by_label, key=lambda page: page.label):
        click.echo(f"{click.style(label, bold=True)}: {LABEL_DESCRIPTIONS[label]}")
        for page in group:
            click.echo(f"  {page.code:{width}}  {page.summary}")


def _print_notes() -> None:
    """What the `note` of a record may say."""
    click.echo(f"{click.style('notes', bold=True)}: what a record's `note` says of a document")
    width = max(map(len, NOTES))
    for note, text in NOTES.items():
        click.echo(f"  {note:{width}}  {text.short}")
    click.echo("\n`cleaner explain CODE` says what a code takes and what it keeps.")
