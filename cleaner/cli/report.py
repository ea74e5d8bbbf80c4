"""What `clean` says to people, all of it on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from cleaner.cli import say
from cleaner.corpus.folder_run import Batch, Done
from cleaner.corpus.outcomes import Outcome
from cleaner.corpus.summary import VERDICTS, Summary, many, skipped
from cleaner.json_lines import dumps

TOP_CODES = 8
REDRAWN = 0.1  # seconds between two pictures of the bar
WALLS = {"paywall": "a paywall", "consent": "a consent wall"}
COLOURS = {"clean": "green", "garbled": "yellow", "failed": "red"}


class Voice:
    """How much is said: with `quiet` only what failed, with `verbose` a line a document."""

    def __init__(self, quiet: bool, verbose: bool) -> None:
        self.quiet, self.verbose = quiet, verbose

    def document(self, outcome: Outcome, *, to_stdout: bool) -> None:
        """What became of one document, if that is to be said."""
        if outcome.error is not None:
            say(outcome.error)
        elif not self.quiet and (self.verbose or (to_stdout and not outcome.about.characters)):
            say(f"{_where(outcome)}: {_fate(outcome)}")

    def note(self, message: str) -> None:
        """What only those want to know who asked for it."""
        if self.verbose:
            self.remark(message)

    def remark(self, message: str) -> None:
        """What all want to know but those who asked for silence."""
        if not self.quiet:
            say(message)

    def summary(self, summary: Summary, out: Path | None, counts: Mapping[str, int], as_json: bool) -> None:
        """The end of a run."""
        if not summary.adds_up:
            say("the totals do not add up; a fault of cleaner, please report it")
        if not self.quiet and summary.all_skipped():
            say(skipped(summary.all_skipped()))
        if not self.quiet and out:
            for line in _table(summary, counts, out):
                click.echo(line, err=True)
        if as_json:
            click.echo(dumps(summary.as_dict()), err=True)


class Progress:
    """A bar on a terminal: how much of the input is read, how fast, how long yet, how many failed."""

    def __init__(self, voice: Voice, batch: Batch) -> None:
        self._voice, self._batch = voice, batch
        self._bar: Any = None
        self._since, self._documents, self._failed = time.monotonic(), 0, 0
        self._shown = 0.0

    def __enter__(self) -> Progress:
        if sys.stderr.isatty() and not self._voice.quiet and not self._batch.complete:
            self._bar = click.progressbar(
                length=max(self._batch.inputs.size(), 1), file=sys.stderr, show_pos=False,
                item_show_func=lambda _: self._told(), width=24, bar_template="%(bar)s  %(info)s",
            )  # fmt: skip
            self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._clear()

    def document(self, done: Done) -> None:
        """One more."""
        self._documents += 1
        self._failed += done.outcome.error is not None
        if self._bar and (self._voice.verbose or done.outcome.error is not None):
            self._clear()
        self._voice.document(done.outcome, to_stdout=False)
        now = time.monotonic()
        if self._bar and now - self._shown > REDRAWN:
            self._shown = now
            self._bar.update(max(0, min(self._batch.inputs.read, self._bar.length) - self._bar.pos), True)

    def _told(self) -> str:
        rate = self._documents / max(time.monotonic() - self._since, 0.001)
        failed = f", {self._failed:,} failed" if self._failed else ""
        return f"{many(self._batch.resumed + self._documents, 'document')}, {rate:,.0f}/s{failed}"

    def _clear(self) -> None:
        """The bar's line is free for a message."""
        click.echo("\r\033[K", nl=False, err=True)


def _where(outcome: Outcome) -> str:
    """The source, and the id where it says more: for rows."""
    source, id = outcome.source, outcome.id
    if source == "-":
        return "stdin" if id == "stdin" else f"stdin: {id}"
    return source if source.endswith(id) else f"{source}: {id}"


def _fate(outcome: Outcome) -> str:
    verdict, about = outcome.verdict, outcome.about
    wall = WALLS.get(about.note or "")
    if verdict == "empty":
        return f"empty: {wall}, no article" if wall else "empty: nothing worth keeping was found"
    if verdict == "language":
        return f"language {about.language or 'unknown'}: not one of those asked for"
    if verdict == "garbled":
        score = f"garbled (score {about.score:.1f})"
        if about.characters:
            return f"{score}: let through with {many(about.spans, 'spun place')} marked"
        return f"{score}: {'held back' if outcome.text else 'dropped'}; --garbled keep lets it through"
    kept = f"clean, {about.characters:,} characters kept, {many(about.cuts, 'cut')}"
    kept += f"; {wall} stands before the rest of the article" if wall else ""
    foreign = about.language not in (None, "en")
    return f"{kept}; not looked at for spun text, which is told in English only" if foreign else kept


def _table(summary: Summary, counts: Mapping[str, int], out: Path) -> Iterator[str]:
    """What one wants to see at a glance: documents, characters, reasons, where to look."""
    d, c = summary.documents, summary.characters
    yield _row("documents in", d["in"], bold=True)
    for verdict in VERDICTS:
        if d[verdict]:
            yield _row(f"  {verdict}", d[verdict], _look(verdict), COLOURS.get(verdict))
    yield from _duplicates(summary)
    yield _row("characters in", c["in"], bold=True)
    for name in ("kept", "held", "removed", "failed"):
        if c[name]:
            yield _row(f"  {name}", c[name], f"{c[name] / c['in']:6.1%}")
    if c["added"]:
        yield _row("  added", c["added"], "by repairs")
    yield from _reasons(summary)
    yield f"{_texts(counts, out)}; rows: {out / 'manifest.jsonl'}; totals: {out / 'summary.json'}"
    yield f"to look at: {out / 'summary.html'}"


def _duplicates(summary: Summary) -> Iterator[str]:
    """They are among the documents above, whose verdicts they keep."""
    found = summary.duplicates
    if found["exact"] or found["near"]:
        told = f"{found['exact']:,} exact, {found['near']:,} near; "
        kept = (
            "their texts held in records/" if found["dropped"] else "kept; --duplicates drop leaves them out"
        )
        yield _row("  duplicates of them", found["exact"] + found["near"], told + kept)


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


def _texts(counts: Mapping[str, int], out: Path) -> str:
    places = [f"{out / place}" for place in ("corpus", "garbled") if counts.get(place)]
    return f"texts: {', '.join(places) or 'none'}"
