"""`cleaner clean`: documents in; text on stdout, records on stdout, or a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from cleaner.cli import EXIT_INTERRUPTED, echo, echo_err, report
from cleaner.cli.completion import complete_file, complete_folder
from cleaner.cli.dry_run import DryRun
from cleaner.cli.log import logged_to
from cleaner.cli.options import (
    EXIT_SOME_FAILED,
    inputs_or_stdin,
    profile_of,
)
from cleaner.cli.progress import Progress, is_bar_wanted
from cleaner.cli.settings import SettingValue, core_settings, settings_in_force, settings_options, shown_value
from cleaner.corpus.atomic import AtomicFile
from cleaner.corpus.checkpoint import DamagedLedgerError
from cleaner.corpus.discover import JSONL_SUFFIXES, PARQUET_SUFFIX, can_match_below, is_pattern
from cleaner.corpus.folder_run import FolderRun, RunConfig, require_documents
from cleaner.corpus.minhash import DuplicateIndex
from cleaner.corpus.outcomes import CleaningJob, Outcome, append_json_fields, clean_items, hold_back
from cleaner.corpus.parquet import require_pyarrow
from cleaner.corpus.readers import (
    FileStarted,
    Inputs,
    Item,
    JsonRow,
    ReadOptions,
    Skipped,
    TableRow,
    one_document_hint,
    where_is,
)
from cleaner.corpus.selection import ALL_DOCUMENTS, Selection
from cleaner.corpus.summary import Summary, no_documents_error, plural
from cleaner.diff.escape import visible_json
from cleaner.errors import CleanerError, UsageError
from cleaner.processes.pool import Limits, usable_cpus
from cleaner.processes.ray_pool import RayEngine, require_ray

if TYPE_CHECKING:
    from cleaner.diff.summary_page import Reread

TEXT_SUFFIXES = (".txt", ".md")
ROW_SUFFIXES = (*JSONL_SUFFIXES, ".json", PARQUET_SUFFIX)  # of one file, where -o names a folder
InputItem = FileStarted | Skipped | Item


@click.command("clean")
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, shell_complete=complete_file)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    shell_complete=complete_folder,
    help="Write a folder: texts, records, manifest, summary; or with NAME.txt, NAME.md one text.",
)
@settings_options("clean")
@click.option("--resume/--restart", default=None, help="Go on where a run in DIR stopped, or begin anew.")
@click.option("--prune", is_flag=True, help="Take away from DIR what is gone from the input.")
@click.option("--sample", metavar="N", type=click.IntRange(1), help="Only N documents, always the same.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Only the first N documents.")
@click.option("--dry-run", is_flag=True, help="Say what would be read and cost; write nothing.")
@click.option("--log", metavar="FILE", help="Append all messages to FILE, with the time.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what failed, or why there is no text.")
@click.option("-v", "--verbose", is_flag=True, help="Say what became of each document.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON, the last line on stderr.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    output: str | None,
    resume: bool | None,
    prune: bool,
    sample: int | None,
    limit: int | None,
    dry_run: bool,
    log: str | None,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    **_settings: Any,
) -> None:
    """Clean documents: files, folders, globs, addresses, or - for stdin.

    \b
    cleaner clean page.html                 the text on stdout
    cleaner clean crawl/ -o out/            a folder of texts, records and a summary
    cleaner clean rows.jsonl -f jsonl       one record a document

    Without -o one document's text goes to stdout, or with -f jsonl one record a document. With -o a run that
    was stopped, however, goes on where it was when the same command is given again.
    """
    if resume is not None and not output:
        raise UsageError("--resume and --restart are about a folder; name it with -o DIR")
    if prune and not output:
        raise UsageError("--prune is about a folder; name it with -o DIR")
    with logged_to(log):
        values = settings_in_force(ctx)
        reporter = report.Reporter(quiet, verbose)
        clean_command = CleanCommand(
            inputs_or_stdin(inputs), Path(output) if output else None, values, reporter, resume is False,
            prune, Selection(sample, limit),
        )  # fmt: skip
        if dry_run:
            clean_command.print_dry_run(as_json)
            return
        try:
            clean_command.run()
        except KeyboardInterrupt:
            echo_err(clean_command.interruption_message())
            ctx.exit(EXIT_INTERRUPTED)
        reporter.print_summary(
            clean_command.summary, clean_command.out, clean_command.counts, as_json, clean_command.shown
        )
    ctx.exit(
        EXIT_SOME_FAILED
        if clean_command.summary.documents["failed"] or not clean_command.summary.adds_up
        else 0
    )


class CleanCommand:
    """One call of `cleaner clean`."""

    def __init__(
        self,
        inputs: tuple[str, ...],
        out: Path | None,
        values: Mapping[str, SettingValue],
        reporter: report.Reporter,
        restart: bool = False,
        prune: bool = False,
        selection: Selection = ALL_DOCUMENTS,
    ) -> None:
        self._text_file = out if out and _is_text_file(out) else None
        self.out, self.reporter = None if self._text_file else out, reporter
        out = self.out
        self.counts: Mapping[str, int] = {}
        self.shown: Reread | None = None  # what a reader sees of the sources, once OUT is complete
        self._is_id_looked_for = False
        self._settings = {
            name: shown_value(value.value) for name, value in values.items()
        } | selection.as_settings()
        self.summary = Summary(self._settings)
        self._inputs, self._restart, self._prune, self._selection = inputs, restart, prune, selection
        if selection.sample is not None:
            _refuse_unrepeatable(inputs, "--sample")
        output_format = self._settings["format"]
        complete_records = out is None
        read_options = ReadOptions(
            self._settings["kind"],
            self._settings["field"],
            self._settings["id_field"],
            self._settings["largest"] << 20,
        )
        if self._settings["learn"]:
            _refuse_learning(inputs, out, self._settings["profile"])
        profile = profile_of(values)
        if profile:  # another file under the same name is another setting
            self._settings["profile"] = f"{self._settings['profile']} (sha256 {profile.digest[:16]})"
        self._task = CleaningJob(
            core_settings(values),
            read_options,
            self._settings["record"],
            output_format,
            complete_records,
            profile,
        )
        self._limits = Limits(self._settings["timeout"], self._settings["memory"] << 20)
        self._engine = _engine(self._settings["engine"], self._settings["address"], out)

    def run(self) -> None:
        """Read, clean, write."""
        self._refuse_impossible_output()
        if self._text_file:
            self._text_to_file(self._text_file)
        elif self.out:
            self._to_folder(self.out)
        elif self._task.output_format == "jsonl":
            self._records_to_stdout()
        else:
            self._text_to_stdout()

    def _refuse_impossible_output(self) -> None:
        if self._task.output_format == "parquet":
            _check_parquet_output(self.out)
        if self.out:
            _refuse_row_file(self.out)
            refuse_nested_paths(self._inputs, self.out)
        if self._text_file:
            _refuse_text_file(self._text_file, self._inputs, self._task.output_format)

    def print_dry_run(self, as_json: bool) -> None:
        """Say what `run` would read and what it would cost."""
        self._refuse_impossible_output()
        inputs = self._make_inputs()
        dry_run = DryRun(inputs, self.summary.skipped, self._task, self._limits)
        if self.out and not self._restart:
            dry_run.compare(
                self.out, self._settings, self._inputs, is_all=self._selection.is_all, prune=self._prune
            )
        dry_run.run()
        if not dry_run.kinds and not dry_run.changes:
            raise no_documents_error(self._inputs, self.summary.skipped)
        for line in dry_run.lines(self._worker_count):
            self.reporter.info(line)
        if as_json:
            echo(visible_json(dry_run.as_dict()), err=True)

    def interruption_message(self) -> str:
        """What was done until Ctrl-C, and how to continue."""
        message = f"interrupted after {plural(self.summary.documents['in'], 'document')}"
        if not self.out:
            return f"{message}; what was printed is whole"
        if "-" in self._inputs:
            return f"{message}; stdin cannot be read again: begin anew with --restart"
        return f"{message}; the same command goes on from there"

    @property
    def _worker_count(self) -> int:
        """As many as requested; else one for each usable processor, which an engine knows by itself."""
        requested: int | None = self._settings["workers"]
        if self._engine:
            return requested or 0
        return requested if requested is not None else usable_cpus()

    # -- to stdout

    def _make_inputs(self) -> Inputs:
        return Inputs(
            self._inputs, self._task.read_options, avoid=self.out, skipped=self.summary.skipped,
            selection=self._selection,
        )  # fmt: skip

    def _items(self, inputs: Inputs) -> Iterator[InputItem]:
        return require_documents(inputs.items(), self._inputs, self.summary.skipped)

    def _text_to_stdout(self) -> None:
        sys.stdout.buffer.write(self._single_text())
        sys.stdout.buffer.flush()

    def _text_to_file(self, path: Path) -> None:
        text = self._single_text()
        if not text:  # what is in the file already is not given up for nothing
            echo_err(f"{path}: not written: there is no text for it")
            return
        with AtomicFile(path) as file:
            file.write(text)

    def _single_text(self) -> bytes:
        """The one document's text, cleaned in this process: to start another takes as long. Nothing where
        it failed, is held back or holds none."""
        inputs, text = self._make_inputs(), b""
        items = _single_document(self._items(inputs), self._task.read_options)
        for _, outcome in clean_items(items, self._task, self._settings["workers"] or 0, self._limits):
            self._say_missing_id(inputs)
            if outcome:
                text = outcome.text if outcome.text_folder == "corpus" else b""
                self._count(outcome, "text")
        return text

    def _records_to_stdout(self) -> None:
        drop, inputs = self._settings["duplicates"] == "drop", self._make_inputs()
        is_shown = is_bar_wanted(uses_stdout=True, quiet=self.reporter.quiet)
        with (
            Progress(inputs, is_shown=is_shown) as progress,
            TemporaryDirectory(prefix="cleaner-") as folder,
            closing(DuplicateIndex(Path(folder))) as duplicates,
        ):
            for item, outcome in clean_items(
                self._announce_rows(self._items(inputs)), self._task, self._worker_count, self._limits
            ):
                self._say_missing_id(inputs)
                if outcome is None:
                    if isinstance(item, Skipped):
                        self.summary.add_passed(item.reason)
                    continue
                duplicate = duplicates.find_or_add(outcome.id, outcome.signature)
                if duplicate:
                    self.summary.add_duplicate(duplicate.similarity, drop)
                    outcome = hold_back(outcome) if drop else outcome
                line = append_json_fields(outcome.record, {"duplicate_of": duplicate and duplicate._asdict()})
                sys.stdout.buffer.write(line + b"\n")
                sys.stdout.buffer.flush()
                self._count(outcome, "records")
                progress.count(failed=outcome.error is not None)

    def _announce_rows(self, items: Iterator[InputItem]) -> Iterator[InputItem]:
        """Says with --verbose that stdin is read as rows."""
        for number, item in enumerate(items):
            if number < 2 and isinstance(item, JsonRow) and item.file.path == "-":
                self.reporter.debug("stdin: rows of JSON, one document a line")
            yield item

    def _say_missing_id(self, inputs: Inputs) -> None:
        """Says once that --id-field names a field that the first row has not."""
        if inputs.first_row and not self._is_id_looked_for:
            self._is_id_looked_for = True
            if notice := _missing_id_notice(inputs.first_row, self._task.read_options):
                self.reporter.info(notice)

    def _count(self, outcome: Outcome, destination: report.Destination) -> None:
        self.summary.add(
            outcome.verdict,
            outcome.sizes,
            confidence=outcome.stats.confidence,
            note=outcome.stats.note,
            is_doubtful=outcome.stats.is_doubtful,
        )
        self.reporter.report_document(outcome, destination)

    # -- to a folder

    def _to_folder(self, out: Path) -> None:
        run_config = RunConfig(
            self._inputs, out, self._task, self._settings, self._worker_count, self._limits,
            self._settings["duplicates"] == "drop", self._settings["shard"] << 20, self._restart,
            self._settings["learn"], self._engine, self._prune, self._selection,
        )  # fmt: skip
        from cleaner.diff.summary_page import remove_summary_html  # with what only a folder needs

        folder_run = FolderRun(run_config)
        if not folder_run.is_complete and not folder_run.is_update:
            remove_summary_html(out)
        self.summary = folder_run.summary
        self._say_what_is_there(folder_run, out)
        is_shown = not folder_run.is_complete and is_bar_wanted(uses_stdout=False, quiet=self.reporter.quiet)
        try:
            if folder_run.must_learn:
                self.reporter.info("first pass: what recurs on the sites of the input")
                with Progress(folder_run.learn_inputs, is_shown=is_shown) as progress:
                    for n_documents in folder_run.learn():
                        progress.show_count(n_documents)
                if folder_run.left_out_message:
                    self.reporter.info(folder_run.left_out_message)
            n_before = folder_run.resumed_documents
            with Progress(folder_run.inputs, is_shown=is_shown, n_before=n_before) as progress:
                for done in folder_run.run():
                    self._say_missing_id(folder_run.inputs)
                    if not done.is_stored:
                        self.reporter.report_document(done.outcome, "folder")
                    progress.count(failed=done.outcome.error is not None)
        except CleanerError as error:
            if folder_run.has_started and not isinstance(error, DamagedLedgerError):
                raise type(error)(f"{error}; {_resume_hint(self._inputs)}") from error
            raise
        if message := folder_run.update_message():
            self.reporter.info(message)
        self.counts = folder_run.text_counts
        self.shown = _try_summary_html(out)

    def _say_what_is_there(self, folder_run: FolderRun, out: Path) -> None:
        """What earlier runs left in OUT, and what becomes of it."""
        for message in folder_run.earlier_failures():
            echo_err(message)
        if folder_run.damaged_files:
            echo_err(report.damage_text(out, folder_run.damaged_files))
        if folder_run.is_complete:
            self.reporter.info(f"{out}: is complete; nothing is left to do. --restart cleans it all again")
            if folder_run.gone_files:
                self.reporter.info(report.gone_text(folder_run.gone_files))
        elif folder_run.resumed_documents:
            self.reporter.info(f"going on after {plural(folder_run.resumed_documents, 'document')}")


def _refuse_learning(inputs: tuple[str, ...], out: Path | None, profile: str | None) -> None:
    """UsageError where the input cannot be read twice, or where a profile is there already."""
    if profile:
        raise UsageError("--learn makes a profile of its own; leave out --learn or --profile")
    if out is None:
        raise UsageError("--learn keeps the profile in a folder; name it with -o DIR")
    _refuse_unrepeatable(inputs, "--learn", ", or clean it with the --profile of an earlier run")


def _refuse_unrepeatable(inputs: tuple[str, ...], option: str, or_else: str = "") -> None:
    """UsageError where an input cannot be read twice, as an option needs."""
    for given in inputs:
        if given == "-" or (Path(given).exists() and not (Path(given).is_file() or Path(given).is_dir())):
            name = "stdin" if given == "-" else given
            raise UsageError(
                f"{name}: cannot be read twice, as {option} has to; write it into a file first{or_else}"
            )


def _engine(name: str, address: str | None, out: Path | None) -> RayEngine | None:
    """Where to clean, None for here. UsageError where that cannot be."""
    if name == "local":
        if address:
            raise UsageError("--address is that of a Ray cluster; add --engine ray")
        return None
    if out is None:
        raise UsageError("--engine ray writes a folder; name it with -o DIR")
    require_ray()
    return RayEngine(address)


def _try_summary_html(out: Path) -> Reread | None:
    """`summary.html`, and what was read for it; None where it cannot be: the corpus is complete without."""
    from cleaner.diff.summary_page import remove_summary_html, write_summary_html

    try:
        return write_summary_html(out)
    except (CleanerError, OSError) as error:
        with suppress(OSError):
            remove_summary_html(out)
        echo_err(f"no summary.html: {error}")
        return None


def _resume_hint(inputs: tuple[str, ...]) -> str:
    if "-" in inputs:
        return "what was cleaned is kept; stdin cannot be read again: begin anew with --restart"
    return "what was cleaned is kept: when that is mended, the same command goes on from there"


def _missing_id_notice(row: JsonRow | TableRow, options: ReadOptions) -> str | None:
    """What to say where --id-field names a field that a row has not."""
    id, fields = row.identity(options)
    if id != f"{row.file.id}:{row.index_in_file}":
        return None
    there = ", ".join([*fields][:10]) or "none"
    return (
        f"{where_is(row)}: no id in the field {options.id_field!r} (--id-field); fields there: {there}. "
        "Rows without one are named after their file and line"
    )


def _check_parquet_output(out: Path | None) -> None:
    """UsageError when no folder is given, or pyarrow is missing."""
    if out is None:
        raise UsageError("Parquet is written into a folder; name it with -o DIR")
    require_pyarrow()


def _is_text_file(out: Path) -> bool:
    """Whether -o names a file for the text of one document."""
    return out.suffix.lower() in TEXT_SUFFIXES and not out.is_dir()


def _refuse_text_file(path: Path, inputs: tuple[str, ...], output_format: str) -> None:
    """UsageError where one text cannot be written to a file as it is asked for."""
    if output_format != path.suffix.lower().lstrip("."):
        raise UsageError(
            f"{path}: a file for one text, and the format is {output_format}; "
            f"-f {path.suffix.lower().lstrip('.')}, or a folder with -o DIR"
        )
    if any(path.exists() and Path(given).exists() and path.samefile(given) for given in inputs):
        raise UsageError(f"{path}: is a file, and the input; give -o another one")


def _refuse_row_file(out: Path) -> None:
    """UsageError where -o names one file of records: they are written as shards of a folder."""
    name = out.with_suffix("") if out.suffix.lower() in (".gz", ".zst") else out
    if name.suffix.lower() in ROW_SUFFIXES and not out.is_dir():
        is_json = name.suffix.lower() != PARQUET_SUFFIX
        one_file = f"; all records in one file: -f jsonl > {name}" if is_json else ""
        raise UsageError(f"{out}: -o names a folder, in which records are written as shards{one_file}")


def _single_document(items: Iterator[InputItem], options: ReadOptions) -> Iterator[InputItem]:
    """The one document; UsageError as soon as there is a second one, before anything is cleaned."""
    read_items, n_documents = list[InputItem](), 0
    for item in items:
        read_items.append(item)
        n_documents += not isinstance(item, FileStarted | Skipped)
        if n_documents > 1:
            hint = one_document_hint(item.file, 1, options) if isinstance(item, JsonRow) else ""
            raise UsageError(
                "more than one document; as text they would run together: "
                f"write a folder with -o DIR, or records with -f jsonl{hint}"
            )
    return iter(read_items)


def refuse_nested_paths(inputs: tuple[str, ...], out: Path) -> None:
    """UsageError when OUT lies in an input folder or an input in OUT: neither may change the other."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; -o wants a folder")
    resolved_out = out.resolve()
    for given in inputs:
        resolved_input = Path(given).resolve()
        if is_pattern(given) and can_match_below(given, resolved_out):
            raise UsageError(f"{out}: lies where {given} looks for files; give -o a folder outside it")
        if given != "-" and resolved_input.is_dir() and resolved_out.is_relative_to(resolved_input):
            raise UsageError(f"{out}: lies in the input folder {given}; give -o a folder outside it")
        if given != "-" and resolved_input.exists() and resolved_input.is_relative_to(resolved_out):
            raise UsageError(f"{given}: lies in the output folder {out}; give -o another folder")
