"""`cleaner diff`: what cleaning takes away and mends, in the terminal or as one HTML page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from cleaner.analysis.site_profile import Profile
from cleaner.cli import say
from cleaner.cli.options import FINDINGS, SOME_FAILED, cleaning, documents, or_stdin, profile_of
from cleaner.cli.settings import resolve, settings_of
from cleaner.diff.alignment import against
from cleaner.diff.clean_texts import Texts, out_of
from cleaner.diff.terminal import Look, Totals, body, headline, many, table, total
from cleaner.diff.view import View, view
from cleaner.diff.views import views
from cleaner.document import Document
from cleaner.pipeline import clean
from cleaner.settings import Settings

COLOUR = {"always": True, "never": False, "auto": None}


@click.command("diff")
@click.argument("inputs", metavar="INPUT...", nargs=-1)
@click.option("--against", "given", metavar="CLEAN", help="Compare with this clean text; clean nothing.")
@click.option("--html", metavar="FILE", help="Write one self-contained page instead.")
@click.option("--word", is_flag=True, help="Show a mended line once, its changes in place.")
@click.option("-U", "lines", metavar="N", type=click.IntRange(0), default=3, help="Lines of context; 3.")
@click.option("--all", "everything", is_flag=True, help="Fold nothing.")
@click.option("--stat", is_flag=True, help="Only counts by code.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when anything was cut or mended.")
@click.option("-v", "--verbose", is_flag=True, help="Say at each cut why, in words.")
@click.option("--color", type=click.Choice(list(COLOUR)), default="auto", help="auto: on a terminal.")
@cleaning
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    given: str | None,
    html: str | None,
    word: bool,
    lines: int,
    everything: bool,
    stat: bool,
    exit_code: bool,
    verbose: bool,
    color: str,
    config: str | None,
    isolated: bool,
    **flags: Any,
) -> None:
    """What cleaning takes away and mends, against the raw input, with a reason at every cut.

    \b
    cleaner diff page.html                  clean it and show what that does
    cleaner diff crawl/ --html review.html  a page to look at in a browser
    cleaner diff page.html --against me.txt what another clean text lacks and adds
    cleaner diff crawl/ out/                the same with an earlier -o folder

    Several INPUTs are raw documents, each. Only where there are two and the second is a folder that `clean
    -o` wrote, or a text in one, is it the clean side; --against says so of any file or folder.
    """
    ctx.color = ctx.color if COLOUR[color] is None else COLOUR[color]
    values = resolve(flags, config, isolated)
    inputs, given = _sides(or_stdin(inputs), given)
    page = Path(html) if html and html != "-" else None
    totals = Totals()
    items = documents(inputs, values, page)
    found = _counted(views(items, _maker(given, settings_of(values), profile_of(values))), totals)
    if html:
        _page(page, inputs, found, totals)
    else:
        _terminal(ctx, found, totals, Look(None if everything else lines, word, verbose), stat)
    ctx.exit(_code(totals, exit_code))


def _page(page: Path | None, inputs: tuple[str, ...], found: Iterator[View], totals: Totals) -> None:
    from cleaner.diff.html_report import write

    write(page, inputs, found)
    if page:
        say(f"{page}: {many(totals.verdicts.total(), 'document')}")


def _terminal(ctx: click.Context, found: Iterator[View], totals: Totals, look: Look, stat: bool) -> None:
    """Each document as soon as it is there, at the end what they add up to."""
    for one in found:
        first = totals.verdicts.total() == 1
        _print(ctx, [] if first or stat else [""])
        _print(ctx, [headline(one)])
        _print(ctx, table(one.taken) if stat else body(one, look))
    if totals.verdicts.total() > 1:
        _print(ctx, [*([] if stat else [""]), total(totals), *(table(totals.taken) if stat else ())])


def _sides(inputs: tuple[str, ...], given: str | None) -> tuple[tuple[str, ...], str | None]:
    """The raw inputs and the clean side, if there is one."""
    if given is not None or len(inputs) != 2 or "-" in inputs:
        return inputs, given
    raw, clean = map(Path, inputs)
    out = out_of(clean)
    if out and out_of(raw) != out:
        return inputs[:1], inputs[1]
    return inputs, None


def _maker(given: str | None, settings: Settings, profile: Profile | None) -> Callable[[Document], View]:
    if given is None:
        return lambda doc: view(clean(doc, settings, profile))
    texts = Texts(given)
    return lambda doc: against(doc, texts.find(doc))


def _counted(found: Iterator[View], totals: Totals) -> Iterator[View]:
    """The views, each counted; failures are also said."""
    for one in found:
        totals.add(one)
        if one.verdict == "failed":
            say(one.error)
        yield one


def _print(ctx: click.Context, lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, color=ctx.color)


def _code(totals: Totals, exit_code: bool) -> int:
    if totals.verdicts["failed"]:
        return SOME_FAILED
    return FINDINGS if exit_code and totals.changed else 0
