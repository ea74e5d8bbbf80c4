"""`cleaner clean`: documents in; text on stdout, records on stdout, or a folder."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from cleaner.cli import report, say
from cleaner.cli.options import setting as _setting
from cleaner.cli.settings import Value, resolve, settings_of
from cleaner.corpus.readers import READ, Broken, How, read_inputs
from cleaner.corpus.run import Outcome, run
from cleaner.corpus.summary import Summary
from cleaner.corpus.writers import Folder, spelled
from cleaner.diff.summary import remove_summary, write_summary
from cleaner.document import Document
from cleaner.errors import CleanerError, UsageError
from cleaner.record import dumps

Item = Document | Broken

INTERRUPTED = 130
SOME_FAILED = 3


@click.command("clean")
@click.argument("inputs", metavar="[INPUT]...", nargs=-1)
@click.option("-o", "--output", metavar="DIR", help="Write a folder: texts, records, manifest, summary.")
@_setting("-f", "--format", help="Text, Markdown, or one record a document as JSON.")
@_setting("--garbled", help="What becomes of a document whose words were substituted.")
@_setting("--language", metavar="CODE", multiple=True, help="Keep only this language; repeatable.")
@_setting("--record", help="light: what proves a text; full: what restores the raw.")
@_setting("--timeout", metavar="SECONDS", help="How long trafilatura may take over a page.")
@_setting("--effort", help="HTML with or without trafilatura's vote.")
@_setting("--captions", help="Image captions and credits.")
@_setting("--comments", help="Readers' comments.")
@click.option("--title/--no-title", default=None, help="Put the title first in the text.")
@_setting("--kind", help="What the inputs are; auto goes by suffix, then by looking.")
@_setting("--field", metavar="NAME", help="The field of a .jsonl row that holds the document.")
@_setting("--id-field", metavar="NAME", help="The field of a .jsonl row that holds the id.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what failed.")
@click.option("-v", "--verbose", is_flag=True, help="Say what became of each document.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON, the last line on stderr.")
@click.option("--config", metavar="FILE", help="Read settings from FILE.")
@click.option("--isolated", is_flag=True, help="Ignore configuration files and CLEANER_* variables.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    output: str | None,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    config: str | None,
    isolated: bool,
    **flags: Any,
) -> None:
    """Clean documents: files, folders, globs, or - for stdin.

    Without -o one document's text goes to stdout, or with -f jsonl one record a document.
    """
    values = resolve(flags, config, isolated)
    job = Job(inputs or _stdin(), Path(output) if output else None, values, report.Voice(quiet, verbose))
    try:
        job.run()
    except KeyboardInterrupt:
        say(job.interrupted())
        ctx.exit(INTERRUPTED)
    job.voice.summary(job.summary, job.folder, job.out, as_json)
    ctx.exit(SOME_FAILED if job.summary.documents["failed"] or not job.summary.adds_up else 0)


def _stdin() -> tuple[str, ...]:
    if _terminal():
        raise UsageError("no input; give files or folders, or pipe a document in. `cleaner clean --help`")
    return ("-",)


def _terminal() -> bool:
    """Whether nothing is piped in: a person would wait for us, and we for them."""
    return sys.stdin is None or sys.stdin.isatty()


class Job:
    """One call of `cleaner clean`."""

    def __init__(
        self, inputs: tuple[str, ...], out: Path | None, values: Mapping[str, Value], voice: report.Voice
    ) -> None:
        self.out, self.voice = out, voice
        self.folder: Folder | None = None
        self.summary = Summary({name: value.value for name, value in values.items()})
        self._inputs, self._values = inputs, values

    def run(self) -> None:
        """Read, clean, write."""
        if self.out:
            refuse_beside(self._inputs, self.out)
        items = self._items()
        form = self._values["format"].value
        if self.out:
            self._to_folder(self._outcomes(items), self.out)
        elif form == "jsonl":
            self._to_stdout(self._outcomes(items), lambda record: dumps(record) + b"\n")
        else:
            self._to_stdout(self._outcomes(_only_one(items)), lambda record: _text(record["text"]))

    def interrupted(self) -> str:
        """What Ctrl-C stopped, and how to go on."""
        done = f"interrupted after {self.summary.documents['in']} documents"
        if self.out:
            return f"{done}; {self.out} holds their texts but no manifest yet; run the same command again"
        return f"{done}; what was printed is whole"

    def _items(self) -> Iterator[Item]:
        value = {name: setting.value for name, setting in self._values.items()}
        how = How(value["kind"], value["field"], value["id_field"])
        skipped: Counter[str] = self.summary.skipped
        items = read_inputs(self._inputs, how, avoid=self.out, skipped=skipped)
        first = next(items, None)
        if first is None:
            told = "; ".join(filter(None, ("no documents there", report.skipped(skipped))))
            raise UsageError(f"{', '.join(self._inputs)}: {told}; what is read is {' '.join(READ)}")
        if isinstance(first, Document) and first.meta["source"] == "-" and "fields" in first.meta:
            self.voice.note("stdin: rows of JSON, one document a line")
        return chain((first,), items)

    def _outcomes(self, items: Iterator[Item]) -> Iterator[Outcome]:
        """Clean, count, and say what is to be said of each document."""
        for outcome in run(items, settings_of(self._values), self._values["record"].value):
            yield outcome
            self.summary.add(outcome.record, outcome.sizes)
            self.voice.document(outcome.record, to_stdout=self.out is None)

    def _to_stdout(self, outcomes: Iterator[Outcome], line: Callable[[Mapping[str, Any]], bytes]) -> None:
        for outcome in outcomes:
            sys.stdout.buffer.write(line(outcome.record))
            sys.stdout.buffer.flush()

    def _to_folder(self, outcomes: Iterator[Outcome], out: Path) -> None:
        folder = Folder(out, self._values["format"].value, self._values["record"].value)
        remove_summary(out)
        try:
            for outcome in outcomes:
                folder.add(outcome)
            folder.finish(self.summary.as_dict())
            _picture(out)
        except BaseException:
            folder.abort()
            raise
        self.folder = folder


def _only_one(items: Iterator[Item]) -> Iterator[Item]:
    """The one document; UsageError as soon as there is a second one, before anything is cleaned."""
    found = list(islice(items, 2))
    if len(found) > 1:
        raise UsageError(
            "more than one document; as text they would run together on stdout: "
            "write a folder with -o DIR, or records with -f jsonl"
        )
    return iter(found)


def _picture(out: Path) -> None:
    """`summary.html`; the corpus is complete without it."""
    try:
        write_summary(out)
    except (CleanerError, OSError) as error:
        say(f"no summary.html: {error}")


def _text(text: str) -> bytes:
    return spelled(text + "\n") if text else b""


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
