"""What the shell offers for an option or argument: file names, folders, codes, labels, languages.

Click makes the scripts (`_CLEANER_COMPLETE=bash_source cleaner`); `docs/shell.md` says how they are set up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click
from click.shell_completion import CompletionItem


def complete_file(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own completion of file names."""
    return [CompletionItem(incomplete, type="file")]


def complete_folder(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own completion of folders."""
    return [CompletionItem(incomplete, type="dir")]


def complete_code(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Reason codes, labels and notes, each with what it is in a line."""
    from cleaner.notes import NOTES
    from cleaner.rules.manual import LABEL_DESCRIPTIONS, manual_pages

    described = {code: page.summary for code, page in manual_pages().items()}
    notes = {note: text.short for note, text in NOTES.items()}
    return _beginning_with(incomplete, LABEL_DESCRIPTIONS | notes | described)


def complete_finding(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes and labels that `check` may report; after a comma the next one."""
    from cleaner.diff.findings import reportable_codes
    from cleaner.rules.manual import LABEL_DESCRIPTIONS, manual_pages

    labels = reportable_codes()
    described = {label: LABEL_DESCRIPTIONS[label] for label in labels.values()}
    described |= {code: manual_pages()[code].summary for code in labels}
    head, comma, last = incomplete.rpartition(",")
    return [
        CompletionItem(f"{head}{comma}{item.value}", help=item.help)
        for item in _beginning_with(last, described)
    ]


def complete_language(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes of languages."""
    from cleaner.language_codes import LANGUAGE_CODES

    return [CompletionItem(code) for code in sorted(LANGUAGE_CODES) if code.startswith(incomplete)]


def _beginning_with(incomplete: str, described: Mapping[str, str]) -> list[CompletionItem]:
    found: Iterable[str] = (name for name in described if name.startswith(incomplete))
    return [CompletionItem(name, help=described[name]) for name in found]
