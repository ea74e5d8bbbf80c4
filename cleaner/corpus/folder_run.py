"""A run that writes a folder: continues where an earlier one stopped, and counts every document."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
)
from cleaner.corpus.learning import LearnPass, files_sha256
from cleaner.corpus.minhash import Duplicate
from cleaner.corpus.outcomes import CleaningJob, Outcome, clean_items, sha256_hex
from cleaner.corpus.readers import FileStarted, Inputs, Item, Skipped
from cleaner.corpus.removal import failure_messages, refuse_foreign, remove_run, remove_temporary_files
from cleaner.corpus.signals import DeferredSignals
from cleaner.corpus.summary import Summary, no_documents_error
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


class DoneDocument(NamedTuple):
    """One document done, and the earlier one that it duplicates, if any."""

    outcome: Outcome
    duplicate_of: Duplicate | None


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
        self.has_started = False  # something may have been written
        self._job = config.job
        self._started_files = 0
        refuse_foreign(config.out)
        self.inputs = Inputs(
            config.inputs, config.job.read_options, avoid=config.out, skipped=self.summary.skipped
        )
        self._items: Iterator[FileStarted | Skipped | Item] | None = None
        if config.restart or not (config.out / STATE_FOLDER / LEDGER_NAME).exists():
            self._items = require_documents(self.inputs.items(), config.inputs, self.summary.skipped)
        self._ledger = self._open_ledger()
        if self.is_complete:
            self._refuse_changed_input()

    def _open_ledger(self) -> Ledger:
        config = self.config
        try:
            ledger = Ledger(config.out)
        except DamagedLedgerError:
            if not config.restart:
                raise
            for path in (config.out / STATE_FOLDER).glob(f"{LEDGER_NAME}*"):
                path.unlink()
            ledger = Ledger(config.out)
        try:
            self._prepare_ledger(ledger)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _prepare_ledger(self, ledger: Ledger) -> None:
        config = self.config
        if config.restart or not ledger.has_run:
            if not config.restart:
                _refuse_without_ledger(config.out)
            remove_run(config.out)
            ledger.reset()
            ledger.begin(config.settings, config.inputs)
            return
        ledger.refuse_incompatible(config.settings, config.inputs)
        state = ledger.state()
        self.is_complete = ledger.is_finished
        self._position = Position(*state.get("place", ()))
        self._is_resuming = ledger.file_count > 0  # else it ended before its first file
        if state:
            self.summary.restore_state(state["summary"])
            self.text_counts = state["counts"]
        self.resumed_documents = self.summary.documents["in"]
        if "-" in config.inputs:
            raise ledger.conflict_error("came from stdin, which cannot be read a second time")

    def earlier_failures(self) -> Iterator[str]:
        """The messages of documents that failed in an earlier run that this one continues."""
        if self.resumed_documents:
            yield from islice(failure_messages(self.config.out), self.summary.documents["failed"])

    @property
    def must_learn(self) -> bool:
        """Whether the first pass is wanted and not done."""
        return self.config.learn and not self.is_complete and not self._ledger.learned

    def learn(self) -> Iterator[int]:
        """The first pass, or the rest of it: yields after each document how many were counted.

        Whatever ends it, the next run goes on with it; `run` comes after its end.
        """
        config, state_path = self.config, self.config.out / STATE_FOLDER / LEARN_STATE_NAME
        self.has_started = True
        try:
            learning = LearnPass(
                self.learn_inputs, config.job.read_options, state_path, config.workers, config.limits,
                config.engine,
            )  # fmt: skip
            yield from learning.run()
            data = learning.learner.profile().dump()
            with AtomicFile(config.out / PROFILE_NAME) as file:
                file.write(data)
            self._ledger.set_learned(sha256_hex(data), learning.files_sha256)
            state_path.unlink(missing_ok=True)
        except BaseException:
            self._ledger.close()
            raise

    @cached_property
    def learn_inputs(self) -> Inputs:
        """The inputs as the first pass reads them."""
        return Inputs(self.config.inputs, self.config.job.read_options, avoid=self.config.out)

    def _learned_profile(self) -> Profile:
        """The profile of the first pass; UsageError when it is not what was written, or was learned from
        other files than there are now."""
        path = self.config.out / PROFILE_NAME
        if files_sha256(self.inputs.files()) != self._ledger.learned_files:
            raise self._ledger.conflict_error("the input has changed since the first pass read it")
        with io_errors_as_usage(path):
            data = path.read_bytes()
        if sha256_hex(data) != self._ledger.learned:
            raise self._ledger.conflict_error(f"{PROFILE_NAME} is not the profile that this run learned")
        return parse_profile(data)

    def run(self) -> Iterator[DoneDocument]:
        """Clean and write each document, and yield it. Whatever ends this, the next run can continue."""
        with self._closing_ledger():
            if self.is_complete:
                return
            if self.config.learn:
                self._job = replace(self._job, profile=self._learned_profile())
            state = self._ledger.state()
            folder = OutputFolder(
                self.config.out, self.config.job.output_format, self.config.job.record_level,
                self._ledger, state,
                drop_duplicates=self.config.drop_duplicates, shard_bytes=self.config.shard_bytes,
            )  # fmt: skip
            self.has_started = True
            try:
                yield from self._clean_and_write(folder)
            finally:
                folder.close()

    @contextmanager
    def _closing_ledger(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._ledger.close()

    def _clean_and_write(self, folder: OutputFolder) -> Iterator[DoneDocument]:
        items = self._items or self.inputs.items(*self._position)
        interval_s, last_checkpoint = FIRST_CHECKPOINT_S, time.monotonic()
        with DeferredSignals() as signals:
            results = clean_items(
                items, self._job, self.config.workers, self.config.limits, self.config.engine
            )
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

    def _track_input(self, item: FileStarted | Skipped | Item) -> None:
        if isinstance(item, Skipped):
            self.summary.add_passed(item.reason)
            self._position = Position(self._position.file_number, item.index_in_file)
        elif isinstance(item, FileStarted):
            self._started_files += 1
            if self._is_resuming and item.file_number <= self._position.file_number:
                if not self._ledger.is_unchanged(item):
                    raise self._ledger.changed_input_error(self._files_now())
            else:
                self._ledger.add_file(item)
                self._position = Position(item.file_number, 0)

    def _write_outcome(self, folder: OutputFolder, item: Any, outcome: Outcome) -> DoneDocument:
        duplicate_of = folder.add(outcome)
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
        return DoneDocument(outcome, duplicate_of)

    def _checkpoint(self, folder: OutputFolder) -> dict[str, Any]:
        state = folder.checkpoint() | {"place": [*self._position], "summary": self.summary.state()}
        self._ledger.commit(state)
        folder.drop_old_parts()
        return state

    def _finish(self, folder: OutputFolder) -> None:
        state = self._checkpoint(folder)
        folder.finish(self.summary.as_dict())
        self.text_counts = folder.text_counts
        self._ledger.commit(state, finished=True)
        remove_temporary_files(self.config.out)
        self._ledger.discard_names()

    # -- the input as it is now

    def _files_now(self) -> list[FileStarted]:
        return [FileStarted(number, file) for number, file in enumerate(self.inputs.files())]

    def _refuse_changed_input(self) -> None:
        try:
            files = self._files_now()
            if len(files) != self._ledger.file_count or not all(map(self._ledger.is_unchanged, files)):
                raise self._ledger.changed_input_error(files)
        except BaseException:
            self._ledger.close()
            raise


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
