"""`cleaner check`: a linter for corpora."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click

from cleaner.cli import near, say
from cleaner.cli.options import FINDINGS, SOME_FAILED, cleaning, documents, or_stdin, profile_of
from cleaner.cli.settings import resolve, settings_of
from cleaner.corpus.writers import spelled
from cleaner.diff.clean_texts import is_out
from cleaner.diff.findings import NEVER, findings, reportable
from cleaner.diff.formats import FORMATS
from cleaner.diff.terminal import many
from cleaner.diff.view import view
from cleaner.diff.views import views
from cleaner.errors import UsageError
from cleaner.pipeline import clean


@click.command("check")
@click.argument("inputs", metavar="INPUT...", nargs=-1)
@click.option("--select", metavar="CODE", multiple=True, help="Report only this code or label; repeatable.")
@click.option("--ignore", metavar="CODE", multiple=True, help="Do not report this one; repeatable.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", help="text by default.")
@click.option("-q", "--quiet", is_flag=True, help="Do not count the findings at the end.")
@cleaning
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    quiet: bool,
    config: str | None,
    isolated: bool,
    **flags: Any,
) -> None:
    """Lint a corpus: what cleaning would change, one finding a line: `file:line:column: code message`.

    Of a folder that `clean -o` wrote, the texts in its corpus/ are looked at.

    Exit code 0: nothing found; 1: something was; 3: some documents could not be checked, whatever was found
    in the others. Of a .jsonl file the line is the row's; the place in its text follows the message.
    """
    codes = chosen(select, ignore)
    values = resolve(flags, config, isolated)
    settings, profile, shape = settings_of(values), profile_of(values), FORMATS[form]()
    found = dirty = failures = number = 0
    _write("".join(shape.head()))
    items = documents(_texts(or_stdin(inputs)), values)
    for one in views(items, lambda doc: view(clean(doc, settings, profile))):
        number += 1
        if one.verdict == "failed":
            failures += 1
            say(one.error)
            _write("".join(shape.failure(one)))
            continue
        lines = ["".join(shape.one(finding)) for finding in findings(one, codes)]
        found, dirty = found + len(lines), dirty + bool(lines)
        _write("".join(lines))
    _write("".join(shape.tail()))
    if not quiet:
        say(f"{many(found, 'finding')} in {dirty:,} of {many(number, 'document')}")
    ctx.exit(SOME_FAILED if failures else FINDINGS if found else 0)


def _texts(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """An OUT folder stands for the corpus in it: its manifest is no document."""
    return tuple(str(Path(one) / "corpus") if is_out(Path(one)) else one for one in inputs)


def chosen(select: Collection[str], ignore: Collection[str]) -> frozenset[str]:
    """The codes asked for, by code or by label; UsageError for what is neither."""
    known = reportable()
    wanted = _named(select, known) if select else frozenset(known)
    return wanted - _named(ignore, known)


def _named(given: Collection[str], known: Mapping[str, str]) -> frozenset[str]:
    names = [name for one in given for name in one.replace(",", " ").split()]
    for name in names:
        if name in NEVER:
            raise UsageError(f"{name}: no fault of a text; check does not report it")
        if name not in known and name not in known.values():
            hint = near(name, [*known, *sorted({*known.values()})])
            raise UsageError(f"no reason code or label {name!r}.{hint} `cleaner explain` lists all.")
    return frozenset(code for code, label in known.items() if code in names or label in names)


def _write(text: str) -> None:
    if text:
        sys.stdout.buffer.write(spelled(text))
        sys.stdout.buffer.flush()
