"""`clean --dry-run`: what would be read, what of it would be cleaned, and what that would cost."""

from __future__ import annotations

import heapq
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleaner.cli.progress import duration_text
from cleaner.corpus.checkpoint import Ledger
from cleaner.corpus.discover import FailedInput, File
from cleaner.corpus.folder_layout import LEDGER_NAME, STATE_FOLDER
from cleaner.corpus.folder_run import gone_files_error
from cleaner.corpus.outcomes import CleaningJob, clean_items
from cleaner.corpus.readers import FileStarted, Inputs, Item, JsonRow, Skipped, TableRow, WarcPage
from cleaner.corpus.selection import sample_key
from cleaner.corpus.summary import plural, skipped_message
from cleaner.corpus.update import InputChanges
from cleaner.processes.pool import Limits
from cleaner.processes.preload import load_everything

TRIED_PER_KIND = 4  # documents that are cleaned for the estimate
MAX_TRIED_BYTES = 1 << 20  # of one of them: a longer one would be most of the time


@dataclass
class KindTotals:
    """The documents of one kind: how many, their bytes as read, and some of them for the estimate."""

    n_documents: int = 0
    n_bytes: int = 0
    tried: list[tuple[bytes, int, Item]] = field(default_factory=list)  # drawn number, bytes, document
    seconds_a_byte: float = 0.0

    def add(self, item: Item, size: int) -> None:
        """Count a document."""
        self.n_documents += 1
        self.n_bytes += size
        if isinstance(item, FailedInput) or not 0 < size <= MAX_TRIED_BYTES:
            return
        entry = (sample_key(item.file.id, item.index_in_file), size, item)
        self.tried = heapq.nsmallest(TRIED_PER_KIND, [*self.tried, entry], key=lambda entry: entry[0])

    @property
    def seconds(self) -> float:
        """What all of them would take, in seconds of CPU time."""
        return self.n_bytes * self.seconds_a_byte


class DryRun:
    """Reads the inputs, cleans a few documents of each kind, and writes nothing."""

    def __init__(self, inputs: Inputs, skipped: Counter[str], job: CleaningJob, limits: Limits) -> None:
        self._inputs, self.skipped, self._job, self._limits = inputs, skipped, job, limits
        self.kinds: dict[str, KindTotals] = defaultdict(KindTotals)
        self.n_files = self.n_kept_files = 0
        self.changes: InputChanges | None = None
        self._is_all_anew = False  # of a sample: one document more may change which others are in it

    def compare(
        self, out: Path, settings: Mapping[str, Any], inputs: Sequence[str], *, is_all: bool, prune: bool
    ) -> None:
        """With what a finished OUT holds: only what is new or has changed would be cleaned; where the run
        takes a part of its input, all of that, if anything has.

        UsageError where the run would be refused.
        """
        if not (out / STATE_FOLDER / LEDGER_NAME).exists():
            return
        with closing(Ledger(out)) as ledger:
            if ledger.has_run:
                ledger.refuse_incompatible(settings, inputs)
            if ledger.is_finished:
                self.changes = InputChanges(ledger.stored_files(), self._inputs.files(), prune=prune)
                self._is_all_anew = not is_all and not self.changes.is_none
                if self.changes.gone and not is_all:
                    raise gone_files_error(ledger, len(self.changes.gone), "--sample and --limit")

    def run(self) -> None:
        """Read everything, and clean a few."""
        for item in self._items():
            if isinstance(item, FileStarted):
                self.n_files += 1
            elif isinstance(item, Skipped):
                self.skipped[item.reason] += item.times
            else:
                name, size = _kind_and_size(item)
                self.kinds[name].add(item, size)
        if any(totals.tried for totals in self.kinds.values()):
            load_everything()  # which is no document's time
        for totals in self.kinds.values():
            self._estimate(totals)

    def _items(self) -> Iterator[FileStarted | Skipped | Item]:
        if self.changes is None or self._is_all_anew:
            yield from self._inputs.items()
            return
        for number, file in enumerate(self.changes.files):
            if number in self.changes.stored:
                self.n_kept_files += number not in self.changes.gone
                continue
            yield FileStarted(number, file)
            yield from self._inputs.items_in_file(file)

    def _estimate(self, kind: KindTotals) -> None:
        """CPU seconds a byte, measured on a few documents."""
        if not kind.tried:
            return
        items = [item for _, _, item in kind.tried]
        start = time.process_time()
        list(clean_items(items, self._job, 0, self._limits))
        kind.seconds_a_byte = (time.process_time() - start) / sum(size for _, size, _ in kind.tried)

    @property
    def seconds(self) -> float:
        """CPU time that cleaning would take."""
        return sum(kind.seconds for kind in self.kinds.values())

    def as_dict(self) -> dict[str, Any]:
        """For --json; `cpu_seconds` is an estimate."""
        found: dict[str, Any] = {
            "dry_run": True,
            "files": self.n_files,
            "documents": sum(kind.n_documents for kind in self.kinds.values()),
            "bytes": sum(kind.n_bytes for kind in self.kinds.values()),
            "kinds": {
                name: {"documents": kind.n_documents, "bytes": kind.n_bytes}
                for name, kind in sorted(self.kinds.items())
            },
            "skipped": dict(sorted(self.skipped.items())),
            "cpu_seconds": round(self.seconds, 3),
        }
        if self.changes:
            found["files_kept"], found["files_gone"] = self.n_kept_files, self.changes.n_gone
        return found

    def lines(self, workers: int) -> Iterator[str]:
        """What is said."""
        found = self.as_dict()
        yield (
            f"would clean {plural(found['documents'], 'document')} in {plural(self.n_files, 'file')}, "
            f"{_bytes_text(found['bytes'])}"
        )
        for name, kind in sorted(self.kinds.items()):
            yield f"  {name:20}{kind.n_documents:>15,}  {_bytes_text(kind.n_bytes)}"
        if self.changes:
            yield (
                f"{plural(self.n_kept_files, 'file')} would be kept as they were; "
                f"{plural(self.changes.n_gone, 'file')} gone from the input"
            )
        if self.skipped:
            yield skipped_message(self.skipped)
        n_tried = sum(len(kind.tried) for kind in self.kinds.values())
        if n_tried:
            yield (
                f"would take {_about(self.seconds)} of CPU time, "
                f"{_about(self.seconds / max(workers, 1))} with {plural(max(workers, 1), 'worker')} "
                f"(estimated from {plural(n_tried, 'document')}); nothing was written"
            )
        else:
            yield "no document is small enough to estimate the cost from; nothing was written"


def _kind_and_size(item: Item) -> tuple[str, int]:
    """What a document comes from, and its size in bytes."""
    if isinstance(item, FailedInput):
        return "cannot be read", 0
    if isinstance(item, JsonRow):
        return "rows of JSON", len(item.line)
    if isinstance(item, WarcPage):
        return "pages in WARC", len(item.page.body)
    if isinstance(item, TableRow):
        return "rows of Parquet", sum(len(v) for v in item.row.values() if isinstance(v, str | bytes))
    size = len(item.data) if item.data is not None else item.file.size
    name = Path(item.file.path).name
    return ("stdin" if item.file == File("-", "stdin") else "*" + "".join(Path(name).suffixes[-2:])), size


def _about(seconds: float) -> str:
    """`about 12 s`."""
    return "less than a second" if seconds < 0.95 else f"about {duration_text(seconds)}"


def _bytes_text(number: int) -> str:
    """`1.2 MB`."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
