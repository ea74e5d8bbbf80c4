"""`cleaner explain`: the manual page of a reason code, or the list of all by label."""

from __future__ import annotations

from itertools import groupby

import click

from cleaner.cli import near
from cleaner.errors import UsageError
from cleaner.rules.manual import LABEL_DESCRIPTIONS, ManualPage, manual_pages, terminal_lines

COLOURS = {"  - ": "red", "  + ": "green"}


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """What a reason code means: what it drops, what it keeps, an example of each. Without CODE, the list."""
    known = manual_pages()
    if code is None:
        _list([*known.values()])
        return
    if code not in known:
        raise UsageError(f"no reason code {code!r}.{near(code, [*known])} `cleaner explain` lists all.")
    page = known[code]
    click.echo(f"{click.style(code, bold=True)} ({page.label})\n")
    for text in terminal_lines(page):
        click.echo(click.style(text, fg=COLOURS[text[:4]]) if text[:4] in COLOURS else text)


def _list(entries: list[ManualPage]) -> None:
    """By label, labels in the order in which they first appear."""
    order = list(dict.fromkeys(page.label for page in entries))
    width = max(len(page.code) for page in entries)
    by_label = sorted(entries, key=lambda page: order.index(page.label))
    for label, group in groupby(by_label, key=lambda page: page.label):
        click.echo(f"{click.style(label, bold=True)}: {LABEL_DESCRIPTIONS[label]}")
        for page in group:
            click.echo(f"  {page.code:{width}}  {page.summary}")
    click.echo("\n`cleaner explain CODE` says what a code takes and what it keeps.")
