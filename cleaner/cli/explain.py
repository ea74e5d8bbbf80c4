"""`cleaner explain`: the manual page of a reason code, or the list of all."""

from __future__ import annotations

from itertools import groupby

import click

from cleaner.cli import near
from cleaner.errors import PAGES, Code, UsageError
from cleaner.rules import catalogue, manual, summary

FAILED = "failed"  # what the codes of documents that could not be cleaned are listed under


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """What a reason code means: what it drops, what it keeps. Without CODE, the list."""
    entries = [*catalogue(), *((FAILED, str(code), summary(page)) for code, page in PAGES.items())]
    if code is None:
        _list(entries)
        return
    known = [listed for _, listed, _ in entries]
    if code not in known:
        raise UsageError(f"no reason code {code!r}.{near(code, known)} `cleaner explain` lists all.")
    label = next(label for label, listed, _ in entries if listed == code)
    page = PAGES[Code(code)] if label == FAILED else manual(code)
    click.echo(f"{click.style(code, bold=True)} ({label})\n\n{page.strip()}")


def _list(entries: list[tuple[str, str, str]]) -> None:
    """By label, labels in the order in which they first appear."""
    order = list(dict.fromkeys(label for label, _, _ in entries))
    width = max(len(code) for _, code, _ in entries)
    by_label = sorted(entries, key=lambda entry: order.index(entry[0]))
    for label, group in groupby(by_label, key=lambda entry: entry[0]):
        click.echo(click.style(label, bold=True))
        for _, code, line in group:
            click.echo(f"  {code:{width}}  {line}")
