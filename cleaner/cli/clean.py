"""`cleaner clean`: documents in; text on stdout, records on stdout, or a folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from cleaner.cli import report, say
from cleaner.cli.options import (
    INTERRUPTED,
    SOME_FAILED,
    choosing,
    configured,
    or_stdin,
    profile_of,
    reading,
    setting,
)
from cleaner.cli.settings import Value, resolve, settings_of
from cleaner.corpus.checkpoint import DamagedError
from cleaner.corpus.folder_run import Batch, Plan, some
from cleaner.corpus.minhash import Duplicates
from cleaner.corpus.outcomes import Job, Outcome, joined, run, withheld
from cleaner.corpus.parquet import require
from cleaner.corpus.readers import Began, How, Inputs, Item, Line, Passed
from cleaner.corpus.summary import Summary, many
from cleaner.diff.summary_page import remove_summary, write_summary
from cleaner.errors import CleanerError, UsageError
from cleaner.processes.pool import Limits

Found = Began | Passed | Item


@click.command("clean")
@click.argument("inputs", metavar="[INPUT]...", nargs=-1)
@click.option("-o", "--output", metavar="DIR", help="Write a folder: texts, records, manifest, summary.")
@setting("-f", "--format", help="Text, Markdown, or one record a document as JSON or in Parquet.")
@setting("--garbled", help="What becomes of a document whose words were substituted.")
@setting("--duplicates", help="What becomes of a text that an earlier document has; said in any case.")
@setting("--record", help="light: what proves a text; full: what restores the raw.")
@click.option("--title/--no-title", default=None, help="Put the title first in the text.")
@choosing
@reading
@setting("--workers", metavar="N", help="Processes that clean; as many as there are processors.")
@setting("--timeout", metavar="SECONDS", help="A document that takes longer fails.  [30]")
@setting("--memory", metavar="MB", help="A document that takes a process beyond this fails.  [2048]")
@setting("--largest", metavar="MB", help="A document that unpacks to more fails.  [64]")
@setting("--shard", metavar="MB", help="Size of a shard before it is packed.  [64]")
@click.option("--resume/--restart", default=None, help="Go on where a run in DIR stopped, or begin anew.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what failed.")
@click.option("-v", "--verbose", is_flag=True, help="Say what became of each document.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON, the last line on stderr.")
@configured
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    output: str | None,
    resume: bool | None,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    config: str | None,
    isolated: bool,
    **flags: Any,
) -> None:
    """Clean documents: files, folders, globs, addresses, or - for stdin.

    Without -o one document's text goes to stdout, or with -f jsonl one record a document. With -o a run that
    was stopped, however, goes on where it was when the same command is given again.
    """
    values = resolve(flags, config, isolated)
    voice = report.Voice(quiet, verbose)
    call = Call(or_stdin(inputs), Path(output) if output else None, values, voice, resume is False)
    if resume is not None and not output:
        raise UsageError("--resume and --restart are about a folder; name it with -o DIR")
    try:
        call.run()
    except KeyboardInterrupt:
        say(call.interrupted())
        ctx.exit(INTERRUPTED)
    voice.summary(call.summary, call.out, call.counts, as_json)
    ctx.exit(SOME_FAILED if call.summary.documents["failed"] or not call.summary.adds_up else 0)


class Call:
    """One call of `cleaner clean`."""

    def __init__(
        self,
        inputs: tuple[str, ...],
        out: Path | None,
        values: Mapping[str, Value],
        voice: report.Voice,
        restart: bool = False,
    ) -> None:
        self.out, self.voice = out, voice
        self.counts: Mapping[str, int] = {}
        self._value = {name: value.value for name, value in values.items()}
        self.summary = Summary(self._value)
        self._inputs, self._restart = inputs, restart
        form = self._value["format"]
        whole = out is None
        how = How(
            self._value["kind"], self._value["field"], self._value["id_field"], self._value["largest"] << 20
        )
        profile = profile_of(values)
        if profile:  # another file under the same name is another setting
            self._value["profile"] = f"{self._value['profile']} (sha256 {profile.digest[:16]})"
        self._job = Job(settings_of(values), how, self._value["record"], form, whole, profile)
        self._limits = Limits(self._value["timeout"], self._value["memory"] << 20)

    def run(self) -> None:
        """Read, clean, write."""
        if self._job.form == "parquet":
            _refuse_parquet(self.out)
        if self.out:
            refuse_beside(self._inputs, self.out)
            self._to_folder(self.out)
        elif self._job.form == "jsonl":
            self._records_to_stdout()
        else:
            self._text_to_stdout()

    def interrupted(self) -> str:
        """What Ctrl-C stopped, and how to go on."""
        done = f"interrupted after {many(self.summary.documents['in'], 'document')}"
        if not self.out:
            return f"{done}; what was printed is whole"
        if "-" in self._inputs:
            return f"{done}; stdin cannot be read again: begin anew with --restart"
        return f"{done}; the same command goes on from there"

    @property
    def _workers(self) -> int:
        """As many as asked for; else as many as may run at once."""
        asked: int | None = self._value["workers"]
        return asked if asked is not None else _processors()

    # -- to stdout

    def _items(self) -> Iterator[Found]:
        inputs = Inputs(self._inputs, self._job.how, skipped=self.summary.skipped)
        return some(inputs.items(), self._inputs, self.summary.skipped)

    def _text_to_stdout(self) -> None:
        """One document is cleaned right here: to start a process takes as long as to clean it."""
        items = _only_one(self._items())
        for _, outcome in run(items, self._job, self._value["workers"] or 0, self._limits):
            if outcome:
                sys.stdout.buffer.write(outcome.text if outcome.place == "corpus" else b"")
                sys.stdout.buffer.flush()
                self._count(outcome)

    def _records_to_stdout(self) -> None:
        drop = self._value["duplicates"] == "drop"
        with TemporaryDirectory(prefix="cleaner-") as folder, closing(Duplicates(Path(folder))) as seen:
            for item, outcome in run(self._told(self._items()), self._job, self._workers, self._limits):
                if outcome is None:
                    if isinstance(item, Passed):
                        self.summary.passed[item.what] += 1
                    continue
                twin = seen.see(outcome.id, outcome.signature)
                if twin:
                    self.summary.add_duplicate(twin.similarity, drop)
                    outcome = withheld(outcome) if drop else outcome
                line = joined(outcome.record, {"duplicate_of": twin and twin._asdict()})
                sys.stdout.buffer.write(line + b"\n")
                sys.stdout.buffer.flush()
                self._count(outcome)

    def _told(self, items: Iterator[Found]) -> Iterator[Found]:
        """Says what stdin was taken for."""
        for number, item in enumerate(items):
            if number < 2 and isinstance(item, Line) and item.file.path == "-":
                self.voice.note("stdin: rows of JSON, one document a line")
            yield item

    def _count(self, outcome: Outcome) -> None:
        self.summary.add(outcome.verdict, outcome.sizes)
        self.voice.document(outcome, to_stdout=self.out is None)

    # -- to a folder

    def _to_folder(self, out: Path) -> None:
        plan = Plan(
            self._inputs, out, self._job, self._value, self._workers, self._limits,
            self._value["duplicates"] == "drop", self._value["shard"] << 20, self._restart,
        )  # fmt: skip
        batch = Batch(plan)
        if not batch.complete:
            remove_summary(out)
        self.summary = batch.summary
        for told in batch.earlier_failures():
            say(told)
        if batch.complete:
            self.voice.remark(f"{out}: is complete; nothing is left to do. --restart cleans it all again")
        elif batch.resumed:
            self.voice.remark(f"going on after {many(batch.resumed, 'document')}")
        try:
            with report.Progress(self.voice, batch) as progress:
                for done in batch.run():
                    progress.document(done)
        except CleanerError as error:
            if batch.started and not isinstance(error, DamagedError):
                raise type(error)(f"{error}\n{_go_on(self._inputs)}") from error
            raise
        self.counts = batch.counts
        _picture(out)


def _picture(out: Path) -> None:
    """`summary.html`; the corpus is complete without it."""
    try:
        write_summary(out)
    except (CleanerError, OSError) as error:
        say(f"no summary.html: {error}")


def _go_on(inputs: tuple[str, ...]) -> str:
    if "-" in inputs:
        return "what was cleaned is kept; stdin cannot be read again: begin anew with --restart"
    return "what was cleaned is kept: when that is mended, the same command goes on from there"


def _processors() -> int:
    """As many as this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _refuse_parquet(out: Path | None) -> None:
    """UsageError when there is nowhere to put it, or nothing to write it with."""
    if out is None:
        raise UsageError("Parquet is written into a folder; name it with -o DIR")
    try:
        require()
    except CleanerError as error:
        raise UsageError(str(error)) from error


def _only_one(items: Iterator[Found]) -> Iterator[Found]:
    """The one document; UsageError as soon as there is a second one, before anything is cleaned."""
    head, documents = list[Found](), 0
    for item in items:
        head.append(item)
        documents += not isinstance(item, Began | Passed)
        if documents > 1:
            raise UsageError(
                "more than one document; as text they would run together on stdout: "
                "write a folder with -o DIR, or records with -f jsonl"
            )
    return iter(head)


def refuse_beside(inputs: tuple[str, ...], out: Path) -> None:
    """UsageError when OUT lies in an input folder or an input in OUT: neither may change the other."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; -o wants a folder")
    there = out.resolve()
    for given in inputs:
        place = Path(given).resolve()
        if given != "-" and place.is_dir() and there.is_relative_to(place):
            raise UsageError(f"{out}: lies in the input folder {given}; give -o a folder outside it")
        if given != "-" and place.exists() and place.is_relative_to(there):
            raise UsageError(f"{given}: lies in the output folder {out}; give -o another folder")
