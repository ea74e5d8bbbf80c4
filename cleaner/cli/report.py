"""What `clean` says to people, all of it on stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from cleaner.cli import say
from cleaner.corpus.readers import LINKED
from cleaner.corpus.summary import VERDICTS, Summary
from cleaner.corpus.writers import Folder
from cleaner.record import dumps

TOP_CODES = 8
WALLS = {"paywall": "a paywall", "consent": "a consent wall"}
COLOURS = {"clean": "green", "garbled": "yellow", "failed": "red"}


def skipped(counts: Counter[str]) -> str:
    """`skipped 3 files of other types (.pdf 2, .png 1)`, or nothing."""
    types = Counter({name: n for name, n in counts.items() if name != LINKED})
    told = []
    if types:
        listed = ", ".join(f"{name} {n}" for name, n in sorted(types.items(), key=lambda t: (-t[1], t[0])))
        told.append(f"skipped {_many(types.total(), 'file')} of other types ({listed})")
    if counts[LINKED]:
        told.append(f"skipped {_many(counts[LINKED], 'link')} to folders already read")
    return "; ".join(told)


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


class Voice:
    """How much is said: with `quiet` only what failed, with `verbose` a line a document."""

    def __init__(self, quiet: bool, verbose: bool) -> None:
        self.quiet, self.verbose = quiet, verbose

    def document(self, record: Mapping[str, Any], *, to_stdout: bool) -> None:
        """What became of one document, if that is to be said."""
        if record["verdict"] == "failed":
            say(record["error"]["message"])
        elif not self.quiet and (self.verbose or (to_stdout and not record["text"])):
            say(f"{_where(record)}: {_fate(record)}")

    def note(self, message: str) -> None:
        """What only those want to know who asked for it."""
        if self.verbose and not self.quiet:
            say(message)

    def summary(self, summary: Summary, folder: Folder | None, out: Path | None, as_json: bool) -> None:
        """The end of a run."""
        if not summary.adds_up:
            say("the totals do not add up; a fault of cleaner, please report it")
        if not self.quiet and summary.skipped:
            say(skipped(summary.skipped))
        if not self.quiet and folder and out:
            for line in _table(summary, folder, out):
                click.echo(line, err=True)
        if as_json:
            click.echo(dumps(summary.as_dict()), err=True)


def _where(record: Mapping[str, Any]) -> str:
    """The source, and the id where it says more: for rows."""
    source, id = record["source"], record["id"]
    if source == "-":
        return "stdin" if id == "stdin" else f"stdin: {id}"
    return source if source.endswith(id) else f"{source}: {id}"


def _fate(record: Mapping[str, Any]) -> str:
    verdict, wall = record["verdict"], WALLS.get(record.get("note") or "")
    if verdict == "empty":
        return f"empty: {wall}, no article" if wall else "empty: nothing worth keeping was found"
    if verdict == "language":
        return f"language {record['language'] or 'unknown'}: not one of those asked for"
    if verdict == "garbled":
        score = f"garbled (score {record['garbled']['score']:.1f})"
        if record["text"]:
            left = len(record["garbled"]["spans"])
            return f"{score}: let through with {left} spun {'place' if left == 1 else 'places'} marked"
        return f"{score}: {'held back' if record['held'] else 'dropped'}; --garbled keep lets it through"
    kept = f"clean, {len(record['text']):,} characters kept, {len(record['removed'])} cuts"
    kept += f"; {wall} stands before the rest of the article" if wall else ""
    foreign = record["language"] not in (None, "en")
    return f"{kept}; not looked at for spun text, which is told in English only" if foreign else kept


def _table(summary: Summary, folder: Folder, out: Path) -> Iterator[str]:
    """What one wants to see at a glance: documents, characters, reasons, where to look."""
    d, c = summary.documents, summary.characters
    yield _row("documents in", d["in"], bold=True)
    for verdict in VERDICTS:
        if d[verdict]:
            yield _row(f"  {verdict}", d[verdict], _look(verdict), COLOURS.get(verdict))
    yield _row("characters in", c["in"], bold=True)
    for name in ("kept", "held", "removed", "failed"):
        if c[name]:
            yield _row(f"  {name}", c[name], f"{c[name] / c['in']:6.1%}")
    if c["added"]:
        yield _row("  added", c["added"], "by repairs")
    yield from _reasons(summary)
    yield f"{_texts(folder, out)}; rows: {out / 'manifest.jsonl'}; totals: {out / 'summary.json'}"
    yield f"to look at: {out / 'summary.html'}"


def _look(verdict: str) -> str:
    if verdict == "failed":
        return "named above"
    notes = {"empty": "nothing worth keeping", "language": "not one of those asked for"}
    return notes.get(verdict, "words substituted" if verdict == "garbled" else "")


def _row(name: str, number: int, note: str = "", colour: str | None = None, bold: bool = False) -> str:
    return f"{click.style(f'{name:22}', fg=colour, bold=bold)}{number:>15,}  {note}".rstrip()


def _reasons(summary: Summary) -> Iterator[str]:
    """The codes that took most. Tags come last: a page is made of them."""
    codes = sorted(summary.codes.items(), key=lambda item: (item[1][0] == "markup", -item[1][2], item[0]))
    if codes:
        yield click.style(f"{'most taken by':22}{'characters':>15}  times", bold=True)
    for code, (label, times, taken) in codes[:TOP_CODES]:
        yield f"  {code:20}{taken:>15,}  {times:>5,}  {label}"
    if len(codes) > TOP_CODES:
        yield f"  {len(codes) - TOP_CODES} more in summary.json"
    if codes:
        yield "  `cleaner explain CODE` says what a code means"


def _texts(folder: Folder, out: Path) -> str:
    places = [f"{out / place}" for place in ("corpus", "garbled") if folder.count(place)]
    return f"texts: {', '.join(places) or 'none'}"
