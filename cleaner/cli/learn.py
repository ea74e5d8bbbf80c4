"""`cleaner learn`: which lines recur on a site, for `cleaner clean --profile`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.site_profile import FORMAT, Learner
from cleaner.cli import say
from cleaner.cli.options import SOME_FAILED, configured, documents, or_stdin, reading
from cleaner.cli.settings import resolve
from cleaner.corpus.readers import Broken
from cleaner.corpus.summary import many
from cleaner.corpus.writers import Whole
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.metadata.declared import declared_metadata
from cleaner.reading.page import read


@click.command("learn")
@click.argument("inputs", metavar="INPUT...", nargs=-1)
@click.option("-o", "--output", metavar="FILE", required=True, help="Where the profile goes.")
@reading
@configured
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    output: str,
    config: str | None,
    isolated: bool,
    **flags: Any,
) -> None:
    """Find out which lines recur on a site.

    \b
    cleaner learn crawl/ -o site.profile
    cleaner clean crawl/ --profile site.profile -o out/

    A document's site is the host of its address (the row's `url`, or the page's own), else the folder its id
    names. A line recurs that stands in three documents of a site and in a tenth of them; versions of one
    document count once.
    """
    path = Path(output)
    if path.exists() and not _is_profile(path):
        raise UsageError(f"{path}: is no site profile; it would be overwritten: name another file with -o")
    learner, read_in, failed = Learner(), 0, 0
    for item in documents(or_stdin(inputs), resolve(flags, config, isolated), path):
        if isinstance(item, Broken):
            failed += 1
            say(item.message)
            continue
        try:
            _learn(learner, item)
        except Exception as error:  # one document's crash is not the end of the others
            failed += 1
            say(f"{item.id}: {type(error).__name__}: {error}; a fault of cleaner, please report it")
            continue
        read_in += 1
    profile = learner.profile()
    with Whole(path) as file:
        file.write(profile.dump())
    lines = sum(len(site.document_counts) for site in profile.sites.values())
    told = f"{many(lines, 'line')} on {many(len(profile.sites), 'site')}"
    say(f"{path}: {told} recur in {many(read_in, 'document')}")
    if not profile.sites:
        say("a site is told by a row's `url`, a page's own address or its folder; three documents make one")
    ctx.exit(SOME_FAILED if failed else 0)


def _learn(learner: Learner, doc: Document) -> None:
    page = read(doc)
    blocks = BlockIndex(doc, page.blocks)
    learner.add(
        doc.id, declared_metadata(page.head, doc.url).url, zip(blocks.templates, blocks.words, strict=True)
    )


def _is_profile(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return FORMAT.encode() in file.readline(1000)
