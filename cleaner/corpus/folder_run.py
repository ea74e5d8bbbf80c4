"""A run that writes a folder: goes on where an earlier one stopped, and accounts for every document."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from cleaner.corpus.checkpoint import FILE, FOLDER, DamagedError, Ledger, Place
from cleaner.corpus.discover import Walk
from cleaner.corpus.minhash import Duplicate
from cleaner.corpus.outcomes import Job, Outcome, run
from cleaner.corpus.readers import Began, Inputs, Item, Passed
from cleaner.corpus.summary import Summary, nothing_there
from cleaner.corpus.writers import SHARD_BYTES, Folder, clear, failures, refuse_foreign, remove_run
from cleaner.errors import UsageError
from cleaner.processes.pool import Limits

# Seconds between checkpoints: soon at first, since what is not written down is done twice; a checkpoint waits
# for the disk, and takes some hundredth of a second.
FIRST, MOST, SLOWER = 0.25, 4.0, 1.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a run as a whole.

    Attributes:
        settings: all that it was asked for, by name, as the summary shows them.
        shard: bytes of JSON in a shard before it is packed.
    """

    inputs: tuple[str, ...]
    out: Path
    job: Job
    settings: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 1
    limits: Limits = field(default_factory=Limits)
    drop: bool = False
    shard: int = SHARD_BYTES
    restart: bool = False


class Done(NamedTuple):
    """One document done, and the earlier one that says the same."""

    outcome: Outcome
    twin: Duplicate | None


class Batch:
    """One run. UsageError, before anything is written, when it cannot be what was asked for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        shown = {name: value for name, value in plan.settings.items() if name != "workers"}
        self.summary = Summary(shown)
        self.resumed = 0  # documents that an earlier run had done
        self.complete = False  # nothing was left to do
        self.counts: Mapping[str, int] = {}
        self._place = Place()
        self._going_on = False
        self.started = False  # something may have been written
        self._seen_files = 0
        refuse_foreign(plan.out)
        self.inputs = Inputs(plan.inputs, plan.job.how, avoid=plan.out, skipped=self.summary.skipped)
        self._items: Iterator[Began | Passed | Item] | None = None
        if plan.restart or not (plan.out / FOLDER / FILE).exists():
            self._items = some(self.inputs.items(), plan.inputs, self.summary.skipped)
        self._ledger = self._open()
        if self.complete:
            self._refuse_changed()

    def _open(self) -> Ledger:
        plan = self.plan
        try:
            ledger = Ledger(plan.out)
        except DamagedError:
            if not plan.restart:
                raise
            for path in (plan.out / FOLDER).glob(f"{FILE}*"):
                path.unlink()
            ledger = Ledger(plan.out)
        try:
            self._prepare(ledger)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _prepare(self, ledger: Ledger) -> None:
        plan = self.plan
        if plan.restart or not ledger.begun:
            if not plan.restart:
                _refuse_without_ledger(plan.out)
            remove_run(plan.out)
            ledger.forget()
            ledger.begin(plan.settings, plan.inputs)
            return
        ledger.refuse_other(plan.settings, plan.inputs)
        state = ledger.state()
        self.complete = ledger.finished
        self._place = Place(*state.get("place", ()))
        self._going_on = ledger.files > 0  # else it was stopped before it had looked at the first file
        if state:
            self.summary.go_on(state["summary"])
            self.counts = state["counts"]
        self.resumed = self.summary.documents["in"]
        if "-" in plan.inputs:
            raise ledger.other("came from stdin, which cannot be read a second time")

    def earlier_failures(self) -> Iterator[str]:
        """What failed before this run began."""
        if self.resumed:
            yield from islice(failures(self.plan.out), self.summary.documents["failed"])

    def run(self) -> Iterator[Done]:
        """Clean and write; each document as it is done. Whatever ends this, the next run can go on."""
        with self._ledger_closed():
            if self.complete:
                return
            state = self._ledger.state()
            folder = Folder(
                self.plan.out, self.plan.job.form, self.plan.job.level, self._ledger, state,
                drop=self.plan.drop, shard=self.plan.shard,
            )  # fmt: skip
            self.started = True
            try:
                yield from self._through(folder)
            finally:
                folder.close()

    @contextmanager
    def _ledger_closed(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._ledger.close()

    def _through(self, folder: Folder) -> Iterator[Done]:
        items = self._items or self.inputs.items(*self._place)
        wait, last = FIRST, time.monotonic()
        with _Calm() as calm:
            found = run(items, self.plan.job, self.plan.workers, self.plan.limits)
            try:
                for item, outcome in found:
                    done = None
                    with calm.undisturbed():
                        if outcome is None:
                            self._note(item)
                        else:
                            done = self._write(folder, item, outcome)
                        if time.monotonic() - last > wait:
                            self._checkpoint(folder)
                            wait, last = min(wait * SLOWER, MOST), time.monotonic()
                    if done:
                        yield done
                if self._ledger.files > self._seen_files:
                    raise self._ledger.changed(self._began())
            except KeyboardInterrupt:
                with calm.undisturbed():
                    self._checkpoint(folder)
                raise
            finally:
                found.close()  # type: ignore[attr-defined]
            with calm.undisturbed():  # an interruption is heard after it: then there is nothing to save
                self._finish(folder)

    def _note(self, item: Began | Passed | Item) -> None:
        if isinstance(item, Passed):
            self.summary.passed[item.what] += 1
            self._place = Place(self._place.number, item.unit)
        elif isinstance(item, Began):
            self._seen_files += 1
            if self._going_on and item.number <= self._place.number:
                if not self._ledger.same(item):
                    raise self._ledger.changed(self._began())
            else:
                self._ledger.opened(item)
                self._place = Place(item.number, 0)

    def _write(self, folder: Folder, item: Any, outcome: Outcome) -> Done:
        twin = folder.add(outcome)
        dropped = twin is not None and self.plan.drop
        sizes = outcome.sizes.held_back() if dropped else outcome.sizes
        self.summary.add(outcome.verdict, sizes)
        if twin:
            self.summary.add_duplicate(twin.similarity, dropped)
        self._place = Place(self._place.number, item.unit)
        return Done(outcome, twin)

    def _checkpoint(self, folder: Folder) -> dict[str, Any]:
        state = folder.checkpoint() | {"place": [*self._place], "summary": self.summary.state()}
        self._ledger.commit(state)
        folder.settled()
        return state

    def _finish(self, folder: Folder) -> None:
        state = self._checkpoint(folder)
        folder.finish(self.summary.as_dict())
        self.counts = folder.counts
        self._ledger.commit(state, finished=True)
        clear(self.plan.out)
        self._ledger.shrink()

    # -- the input as it is now

    def _began(self) -> list[Began]:
        walk = Walk(self.plan.out, Counter())
        files = chain.from_iterable(walk.files(given) for given in self.plan.inputs)
        return [Began(number, file) for number, file in enumerate(files)]

    def _refuse_changed(self) -> None:
        try:
            found = self._began()
            if len(found) != self._ledger.files or not all(map(self._ledger.same, found)):
                raise self._ledger.changed(found)
        except BaseException:
            self._ledger.close()
            raise


def some(
    items: Iterator[Began | Passed | Item], inputs: Sequence[str], skipped: Counter[str]
) -> Iterator[Began | Passed | Item]:
    """The same; UsageError when there is no document in them."""
    head: list[Began | Passed | Item] = []
    for item in items:
        head.append(item)
        if not isinstance(item, Began | Passed):
            return chain(head, items)
    raise nothing_there(inputs, skipped + Counter(item.what for item in head if isinstance(item, Passed)))


def _refuse_without_ledger(out: Path) -> None:
    """A cleaned folder whose ledger is gone cannot be compared with the input."""
    if (out / "summary.json").exists():
        raise UsageError(f"{out}: holds a finished run and no ledger; --restart cleans it all again")


class _Calm:
    """Ctrl-C and the system's request to stop come between documents, never inside one's writing.

    The second one does not wait.
    """

    def __init__(self) -> None:
        self._busy = self._asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Calm:
        if threading.current_thread() is threading.main_thread():
            for signum in (signal.SIGINT, signal.SIGTERM):
                self._before[signum] = signal.signal(signum, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for signum, handler in self._before.items():
            signal.signal(signum, handler)

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        if self._busy and not self._asked:
            self._asked = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """What is done here is done to its end."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
        if self._asked:
            self._asked = False
            raise KeyboardInterrupt
