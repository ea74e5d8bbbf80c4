"""A run that writes a folder: continues where an earlier one stopped, and counts every document."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.analysis.site_profile import Profile, parse_profile
from cleaner.corpus.atomic import AtomicFile, io_errors_as_usage
from cleaner.corpus.checkpoint import WORKER_SETTINGS, DamagedLedgerError, Ledger, Position
from cleaner.corpus.folder_layout import (
    LEARN_STATE_NAME,
    LEDGER_NAME,
    PROFILE_NAME,
    STATE_FOLDER,
    SUMMARY_NAME,
    TEXT_DROP,
    UPDATE_FOLDER,
)
from cleaner.corpus.learning import LearnPass, files_sha256, left_out_message
from cleaner.corpus.minhash import Duplicate
from cleaner.corpus.outcomes import CleaningJob, Outcome, RunItem, StoredDocument, clean_items, sha256_hex
from cleaner.corpus.readers import FileStarted, Inputs, Item, Skipped
from cleaner.corpus.removal import (
    failure_messages,
    refuse_foreign,
    remove_run,
    remove_temporary_files,
    remove_update,
)
from cleaner.corpus.selection import ALL_DOCUMENTS, Selection
from cleaner.corpus.signals import DeferredSignals
from cleaner.corpus.stored_outcome import StoredRun, file_digest
from cleaner.corpus.summary import Summary, no_documents_error, plural
from cleaner.corpus.update import InputChanges, Update, finish_update
from cleaner.corpus.writers import SHARD_BYTES, OutputFolder
from cleaner.errors import UsageError
from cleaner.processes.pool import Engine, Limits

# Seconds between checkpoints: few at first, since what is done after the last checkpoint may be done twice;
# then more, since a checkpoint waits for the disk, for some hundredth of a second.
FIRST_CHECKPOINT_S, MAX_CHECKPOINT_WAIT_S, CHECKPOINT_WAIT_GROWTH = 0.25, 4.0, 1.5


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What the user asked of a run.

    Attributes:
        settings: all settings by name, as the summary shows them.
        shard_bytes: bytes of JSON in a shard before compression.
        learn: find out in a first pass what recurs on the sites of the input; the profile stays in `out`.
        engine: whose workers clean; None for processes of this machine.
        prune: of a finished `out`, take away what was made of files that are gone from the input.
    """

    inputs: tuple[str, ...]
    out: Path
    job: CleaningJob
    settings: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 1
    limits: Limits = field(default_factory=Limits)
    drop_duplicates: bool = False
    shard_bytes: int = SHARD_BYTES
    restart: bool = False
    learn: bool = False
    engine: Engine | None = None
    prune: bool = False
    selection: Selection = ALL_DOCUMENTS


class DoneDocument(NamedTuple):
    """One document done, and the earlier one that it duplicates, if any.

    `is_stored`: an earlier run cleaned it.
    """

    outcome: Outcome
    duplicate_of: Duplicate | None
    is_stored: bool = False


class FolderRun:
    """One run. UsageError, before anything is written, when it cannot be done as asked."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        summary_settings = {
            name: value for name, value in config.settings.items() if name not in WORKER_SETTINGS
        }
        self.summary = Summary(summary_settings)
        self.resumed_documents = 0  # documents that an earlier run had done
        self.is_complete = False  # an earlier run finished: nothing is left to do
        self.text_counts: Mapping[str, int] = {}
        self._position = Position()
        self._is_resuming = False
        self._update: Update | None = None  # of a finished run, or of one that is damaged
        self._folder = config.out  # where this run writes
        self._n_stored = 0  # documents that were taken over
        self._passed_in_file = Counter[str]()
        self.left_out_message = ""  # once the first pass of `learn` is done and lacks something
        self.gone_files = 0  # of the input, of which a finished run has documents
        self.damaged_files: list[str] = []  # paths in OUT
        self.has_started = False  # something may have been written
        self._job = config.job
        self._started_files = 0
        refuse_foreign(config.out)
        self.inputs = Inputs(
            config.inputs,
            config.job.read_options,
            avoid=config.out,
            skipped=self.summary.skipped,
            selection=config.selection,
        )
        self._items: Iterator[FileStarted | Skipped | Item] | None = None
        if config.restart or not (config.out / STATE_FOLDER / LEDGER_NAME).exists():
            self._items = require_documents(self.inputs.items(), config.inputs, self.summary.skipped)
        self._closing = ExitStack()
        self._out_ledger = self._ledger = self._open_ledger()
        self._closing.callback(self._out_ledger.close)
        with self._closed_on_error():
            self._prepare_run()

    def _open_ledger(self) -> Ledger:
        config = self.config
        try:
            return Ledger(config.out)
        except DamagedLedgerError:
            if not config.restart:
                raise
            for path in (config.out / STATE_FOLDER).glob(f"{LEDGER_NAME}*"):
                path.unlink()
            return Ledger(config.out)

    def _prepare_run(self) -> None:
        config, ledger = self.config, self._ledger
        if config.restart or not ledger.has_run:
            if not config.restart:
                _refuse_without_ledger(config.out)
            remove_run(config.out)
            ledger.reset()
            ledger.begin(config.settings, config.inputs)
            return
        ledger = self._with_finished_update(ledger)
        ledger.refuse_incompatible(config.settings, config.inputs)
        if "-" in config.inputs:
            raise ledger.conflict_error("came from stdin, which cannot be read a second time")
        self._find_update()
        if not self._update:
            self.is_complete = ledger.is_finished
            remove_update(config.out)  # one that was interrupted, and is not wanted any more
            self._resume(ledger)

    def _with_finished_update(self, ledger: Ledger) -> Ledger:
        """The ledger; where an update of OUT is complete and was ended as it took its place, that is done."""
        if (self.config.out / UPDATE_FOLDER / STATE_FOLDER / LEDGER_NAME).exists():
            try:
                update_ledger = Ledger(self.config.out / UPDATE_FOLDER)
            except DamagedLedgerError:  # if it was that far, what lies in OUT is found to be damaged
                return ledger
            with closing(update_ledger):
                if update_ledger.is_finished:
                    finish_update(self.config.out, ledger, update_ledger)
        return ledger

    def _find_update(self) -> None:
        """Begin or go on with an update, where OUT does not hold what the input as it is now gives."""
        config, ledger = self.config, self._ledger
        stored_run = StoredRun(config.out, ledger, config.job, drop_duplicates=config.drop_duplicates)
        self._closing.callback(stored_run.close)
        changes = None
        if ledger.is_finished or self._is_input_changed(ledger):
            changes = self._input_changes(ledger, prune=config.prune)
            self.gone_files = changes.n_gone
        if changes is None or (changes.is_none and ledger.is_finished):
            self.damaged_files = [*stored_run.check()]
            if not self.damaged_files:
                return
        if changes is None:  # an unfinished run, of which something is damaged
            changes = self._input_changes(ledger, prune=True)
        self._refuse_gone_files(ledger, len(changes.gone))
        self._update = Update(config.out, stored_run, changes, was_finished=ledger.is_finished)
        self._folder = self._update.folder
        self._ledger = self._update.open_ledger()
        if self._is_damaged(self._ledger):
            self._ledger.close()
            remove_update(config.out)
            self._ledger = self._update.open_ledger()
        self._closing.callback(self._ledger.close)
        if not self._ledger.has_run:
            self._ledger.begin(config.settings, config.inputs)
        self._resume(self._ledger)

    def _is_input_changed(self, ledger: Ledger) -> bool:
        """Whether files that an unfinished run has begun, or has learned from, are not what they were."""
        if ledger.learned:
            return files_sha256(self.inputs.files()) != ledger.learned_files
        now = (FileStarted(number, file) for number, file in enumerate(self.inputs.files()))
        begun = [*islice(now, ledger.file_count)]
        return len(begun) < ledger.file_count or not all(map(ledger.is_unchanged, begun))

    def _refuse_gone_files(self, ledger: Ledger, n_files: int) -> None:
        """UsageError where what files that are gone gave cannot be kept as it is."""
        config = self.config
        options = {
            "--learn": config.learn,
            "--duplicates drop": config.drop_duplicates,
            "--sample": config.selection.sample is not None,
            "--limit": config.selection.limit is not None,
        }
        option = next((name for name, is_asked in options.items() if is_asked), None)
        if n_files and option:
            raise gone_files_error(ledger, n_files, option)

    def _is_damaged(self, ledger: Ledger) -> bool:
        """Whether the update that goes on has not everything that it wrote."""
        config = self.config
        with closing(
            StoredRun(self._folder, ledger, config.job, drop_duplicates=False, also_in=config.out)
        ) as stored_run:
            return next(stored_run.check(), None) is not None

    def _input_changes(self, ledger: Ledger, *, prune: bool) -> InputChanges:
        files = [*self.inputs.files(self.summary.skipped)]
        if not files:
            raise no_documents_error(self.config.inputs, self.summary.skipped)
        return InputChanges(ledger.stored_files(), files, prune=prune)

    def _resume(self, ledger: Ledger) -> None:
        """Go on with what an interrupted run has done, or show what a finished one has."""
        state = ledger.state()
        self._position = Position(*state.get("place", ()))
        self._is_resuming = ledger.file_count > 0  # else it ended before its first file
        if state:
            self.summary.restore_state(state["summary"])
            self.text_counts = state["counts"]
            self._passed_in_file.update(state["passed in file"])
            self._n_stored = state["stored"]
        self.resumed_documents = self.summary.documents["in"]

    def earlier_failures(self) -> Iterator[str]:
        """The messages of documents that failed in an earlier run that this one continues."""
        if self.resumed_documents:
            yield from islice(failure_messages(self._folder), self.summary.documents["failed"])

    @property
    def is_update(self) -> bool:
        """Whether OUT stays as it is until what is made anew is complete."""
        return self._update is not None

    @property
    def must_learn(self) -> bool:
        """Whether the first pass is wanted and not done."""
        return self.config.learn and not self.is_complete and not self._ledger.learned

    def learn(self) -> Iterator[int]:
        """The first pass, or the rest of it: yields after each document how many were counted.

        Whatever ends it, the next run goes on with it; `run` comes after its end.
        """
        config, state_path = self.config, self._folder / STATE_FOLDER / LEARN_STATE_NAME
        self.has_started = True
        with self._closed_on_error():
            learning = LearnPass(
                self.learn_inputs, config.job.read_options, state_path, config.workers, config.limits,
                config.engine,
            )  # fmt: skip
            yield from learning.run()
            profile = learning.learner.profile()
            self.left_out_message = left_out_message(learning.learner, profile)
            data = profile.dump()
            with AtomicFile(self._folder / PROFILE_NAME) as file:
                file.write(data)
            self._ledger.set_learned(sha256_hex(data), learning.files_sha256)
            state_path.unlink(missing_ok=True)

    @cached_property
    def learn_inputs(self) -> Inputs:
        """The inputs as the first pass reads them."""
        config = self.config
        return Inputs(config.inputs, config.job.read_options, avoid=config.out, selection=config.selection)

    def _learned_profile(self) -> Profile:
        """The profile of the first pass; UsageError when it is not what was written, or was learned from
        other files than there are now."""
        path = self._folder / PROFILE_NAME
        if files_sha256(self.inputs.files()) != self._ledger.learned_files:
            raise self._ledger.conflict_error("the input has changed since the first pass read it")
        with io_errors_as_usage(path):
            data = path.read_bytes()
        if sha256_hex(data) != self._ledger.learned:
            raise self._ledger.conflict_error(f"{PROFILE_NAME} is not the profile that this run learned")
        return parse_profile(data)

    def run(self) -> Iterator[DoneDocument]:
        """Clean and write each document, and yield it. Whatever ends this, the next run can continue."""
        with self._closing:
            if self.is_complete:
                return
            if self.config.learn:
                self._job = replace(self._job, profile=self._learned_profile())
                if self._update:
                    self._update.takes_over = self._ledger.learned == self._out_ledger.learned
            state = self._ledger.state()
            folder = OutputFolder(
                self._folder, self.config.job.output_format, self.config.job.record_level,
                self._ledger, state,
                drop_duplicates=self.config.drop_duplicates, shard_bytes=self.config.shard_bytes,
            )  # fmt: skip
            self.has_started = True
            try:
                yield from self._clean_and_write(folder)
            finally:
                folder.close()

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._closing.close()
            raise

    def _clean_and_write(self, folder: OutputFolder) -> Iterator[DoneDocument]:
        items: Iterable[RunItem]
        job = self._job if self.config.engine or not self.config.workers else self._with_text_drop()
        if self._update and self.config.selection.is_all:
            items = self._update.items(self.inputs, self._position)
        else:
            items = self._items or self.inputs.items(*self._position, self.summary.documents["in"])
        interval_s, last_checkpoint = FIRST_CHECKPOINT_S, time.monotonic()
        with DeferredSignals() as signals:
            results = clean_items(items, job, self.config.workers, self.config.limits, self.config.engine)
            try:
                for item, outcome in results:
                    done = None
                    with signals.deferred():
                        if outcome is None:
                            self._track_input(item)
                        else:
                            done = self._write_outcome(folder, item, outcome)
                        if time.monotonic() - last_checkpoint > interval_s:
                            self._checkpoint(folder)
                            interval_s, last_checkpoint = (
                                min(interval_s * CHECKPOINT_WAIT_GROWTH, MAX_CHECKPOINT_WAIT_S),
                                time.monotonic(),
                            )
                    if done:
                        yield done
                if self._ledger.file_count > self._started_files:
                    raise self._ledger.changed_input_error(self._files_now())
            except KeyboardInterrupt:
                with signals.deferred():
                    self._checkpoint(folder)
                raise
            finally:
                results.close()  # type: ignore[attr-defined]
            with signals.deferred():  # an interruption afterwards finds nothing to save
                self._finish(folder)

    def _with_text_drop(self) -> CleaningJob:
        """The job, with an empty folder for what workers write."""
        folder = self._folder / TEXT_DROP
        with io_errors_as_usage(folder):
            shutil.rmtree(folder, ignore_errors=True)  # what a run that was killed has left
            folder.mkdir(parents=True, exist_ok=True)
        return replace(self._job, text_drop=folder)

    def _track_input(self, item: RunItem) -> None:
        if isinstance(item, Skipped):
            self.summary.add_passed(item.reason, item.times)
            self._passed_in_file[item.reason] += item.times
            self._position = Position(self._position.file_number, item.index_in_file)
        elif isinstance(item, FileStarted):
            self._started_files += 1
            if self._is_resuming and item.file_number <= self._position.file_number:
                if not self._ledger.is_unchanged(item):
                    raise self._ledger.changed_input_error(self._files_now())
            else:
                self._end_file()
                self._ledger.add_file(item, self.summary.documents["in"])
                self._position = Position(item.file_number, 0)

    def _end_file(self) -> None:
        """Note what was skipped in the file that is read to its end."""
        if self._passed_in_file:
            self._ledger.set_passed(self._position.file_number, self._passed_in_file)
            self._passed_in_file.clear()

    def _write_outcome(self, folder: OutputFolder, item: Any, outcome: Outcome) -> DoneDocument:
        duplicate_of = folder.add(outcome, item.index_in_file)
        is_stored = isinstance(item, StoredDocument)
        self._n_stored += is_stored
        dropped = duplicate_of is not None and self.config.drop_duplicates
        sizes = outcome.sizes.as_held() if dropped else outcome.sizes
        self.summary.add(
            outcome.verdict,
            sizes,
            confidence=outcome.stats.confidence,
            note=outcome.stats.note,
            is_doubtful=outcome.stats.is_doubtful,
        )
        if duplicate_of:
            self.summary.add_duplicate(duplicate_of.similarity, dropped)
        self._position = Position(self._position.file_number, item.index_in_file)
        if dropped:
            outcome = replace(outcome, stats=outcome.stats._replace(is_duplicate=True))
        return DoneDocument(outcome, duplicate_of, is_stored)

    def _checkpoint(self, folder: OutputFolder) -> dict[str, Any]:
        state = folder.checkpoint() | {
            "place": [*self._position],
            "summary": self.summary.state(),
            "passed in file": dict(self._passed_in_file),
            "stored": self._n_stored,
        }
        self._ledger.commit(state)
        folder.drop_old_parts()
        return state

    def _finish(self, folder: OutputFolder) -> None:
        self._end_file()
        state = self._checkpoint(folder)
        folder.finish(self.summary.as_dict())
        state |= {"shards": folder.shard_states()}
        self.text_counts = folder.text_counts
        self._ledger.put("summary", file_digest(self._folder / SUMMARY_NAME))
        self._ledger.commit(state, finished=True)
        remove_temporary_files(self._folder)
        self._ledger.discard_names()
        if self._update:
            finish_update(self.config.out, self._out_ledger, self._ledger)

    def update_message(self) -> str | None:
        """What an update did, once it is done; None where nothing was there before."""
        if not self._update:
            return None
        return self._update.message(self._n_stored, self.summary.documents["in"] - self._n_stored)

    # -- the input as it is now

    def _files_now(self) -> list[FileStarted]:
        return [FileStarted(number, file) for number, file in enumerate(self.inputs.files())]


def gone_files_error(ledger: Ledger, n_files: int, option: str) -> UsageError:
    """What to say where what files that are gone gave cannot be kept as it is."""
    return ledger.conflict_error(
        f"{plural(n_files, 'file')} of its input are gone, and with {option} what they gave cannot "
        "be kept as it is; --prune takes it away"
    )


def require_documents(
    items: Iterator[FileStarted | Skipped | Item], inputs: Sequence[str], skipped: Counter[str]
) -> Iterator[FileStarted | Skipped | Item]:
    """`items` unchanged; UsageError if there is no document among them."""
    head: list[FileStarted | Skipped | Item] = []
    for item in items:
        head.append(item)
        if not isinstance(item, FileStarted | Skipped):
            return chain(head, items)
    raise no_documents_error(
        inputs, skipped + Counter(item.reason for item in head if isinstance(item, Skipped))
    )


def _refuse_without_ledger(out: Path) -> None:
    """UsageError for a finished folder without a ledger: it cannot be compared with the input."""
    if (out / SUMMARY_NAME).exists():
        raise UsageError(f"{out}: holds a finished run and no ledger; --restart cleans it all again")
