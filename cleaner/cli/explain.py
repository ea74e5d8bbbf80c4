"""`cleaner explain`: the manual page of a reason code, or the list of all by label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any

import click

from cleaner.cli import echo, styled
from cleaner.cli.completion import complete_code
from cleaner.cli.settings import core_settings, settings_in_force, settings_options
from cleaner.diff.escape import visible_json
from cleaner.errors import UsageError, did_you_mean, spelled_as
from cleaner.notes import NOTES
from cleaner.rules.manual import LABEL_DESCRIPTIONS, ManualPage, manual_pages, terminal_lines
from cleaner.user_rules import user_pages

PREFIX_COLOURS = {"  - ": "red", "  + ": "green"}


@click.command("explain")
@click.argument("code", metavar="[CODE|LABEL|NOTE]", required=False, shell_complete=complete_code)
@click.option("--json", "as_json", is_flag=True, help="As JSON: an array with an object a code.")
@settings_options("explain")
@click.pass_context
def command(ctx: click.Context, /, code: str | None, as_json: bool, **_settings: Any) -> None:
    """What a reason code, a label or a note means: what it drops and keeps, an example. Without, the list.

    \b
    cleaner explain share-bar
    cleaner explain chrome                  the codes of a label
    cleaner explain --json                  all pages, for a program
    cleaner explain --rules my_rules.py partner-offer   a code of your own
    """
    pages = {**manual_pages(), **user_pages(core_settings(settings_in_force(ctx)))}
    if code is not None and code not in pages:
        code = spelled_as(code, [*pages, *NOTES, *LABEL_DESCRIPTIONS])
    if as_json:
        click.echo(visible_json(_as_json(pages, code)))
    elif code is None:
        _print_list([*pages.values()])
        _print_notes()
        _print_text("\n`cleaner explain CODE` says what a code takes and what it keeps.")
    elif code in LABEL_DESCRIPTIONS and code not in pages:
        _print_list(_pages_of(pages, code))
    else:
        _print_page(pages, code)


def _pages_of(pages: Mapping[str, ManualPage], name: str | None) -> list[ManualPage]:
    """The page of a code, those of a label, or all; UsageError for what is neither."""
    if name is not None and name in pages:
        return [pages[name]]
    found = [page for page in pages.values() if name in (None, page.label)]
    if not found and name not in LABEL_DESCRIPTIONS:
        hint = did_you_mean(name or "", [*pages, *NOTES, *LABEL_DESCRIPTIONS])
        raise UsageError(f"no reason code, label or note {name!r}.{hint} `cleaner explain` lists all.")
    return found


def _as_json(pages: Mapping[str, ManualPage], name: str | None) -> list[dict[str, Any]]:
    """A page as an object: `kind` is `code` or `note`; a line of an example is a list of signs and texts."""
    notes = [
        {"kind": "note", "code": note, "summary": text.short, "text": text.meaning}
        for note, text in NOTES.items()
        if name in (None, note)
    ]
    found = [] if name in NOTES and name not in pages else _pages_of(pages, name)
    return [{"kind": "code", "summary": page.summary} | asdict(page) for page in found] + notes


def _print_page(pages: Mapping[str, ManualPage], code: str) -> None:
    if code in NOTES:
        echo(styled(code, bold=True), " (note)")
        _print_text(f"\n{NOTES[code].meaning}")
        if code not in pages:
            return
        echo("")
    (page,) = _pages_of(pages, code)
    echo(styled(code, bold=True), f" ({page.label})")
    echo("")
    for text in terminal_lines(page):
        _print_text(text)


def _print_text(text: str) -> None:
    """Lines, of which a user's own rules may have written some; those of an example in its colours."""
    for line in text.split("\n"):
        colour = PREFIX_COLOURS.get(line[:4])
        echo(styled(line, fg=colour) if colour else line)


def _print_list(entries: list[ManualPage]) -> None:
    """By label, labels in the order in which they first appear."""
    labels = list(dict.fromkeys(page.label for page in entries))
    width = max(len(page.code) for page in entries)
    by_label = sorted(entries, key=lambda page: labels.index(page.label))
    for label, group in groupby(by_label, key=lambda page: page.label):
        echo(styled(label, bold=True), f": {LABEL_DESCRIPTIONS[label]}")
        for page in group:
            echo(f"  {page.code:{width}}  {page.summary}")


def _print_notes() -> None:
    """What the `note` of a record may say."""
    echo(styled("notes", bold=True), ": what a record's `note` says of a document")
    width = max(map(len, NOTES))
    for note, text in NOTES.items():
        echo(f"  {note:{width}}  {text.short}")
