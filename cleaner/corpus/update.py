"""Brings a finished OUT up to date with its input: what is new or has changed is cleaned, the rest is kept.

An update is a run of its own into a folder in OUT (`UPDATE_FOLDER`), which goes on after any end as every run
does. What the run before it wrote of an unchanged file is taken over instead of being cleaned, so that the
result has the bytes of a run over all files. Until the update is complete, OUT is as it was; then what was
written takes its place, file by file, in steps that may be repeated.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cleaner.corpus.atomic import io_errors_as_usage, temporary_path
from cleaner.corpus.checkpoint import DamagedLedgerError, Ledger, Position, StoredFile, file_identity
from cleaner.corpus.discover import FailedInput, File
from cleaner.corpus.folder_layout import (
    MANIFEST_NAME,
    PROFILE_NAME,
    RECORDS_FOLDER,
    SHARD_SUFFIXES,
    SUMMARY_NAME,
    TEXT_FOLDERS,
    UPDATE_FOLDER,
    is_output_path,
)
from cleaner.corpus.fsync import sync_removals
from cleaner.corpus.outcomes import FIELDS_ADDED_BY_RUN, RunItem, StoredDocument
from cleaner.corpus.readers import END_OF_FILE, FileStarted, Inputs, Item, Skipped
from cleaner.corpus.removal import manifest_rows, remove_file, remove_temporary_files, remove_update
from cleaner.corpus.stored_outcome import StoredRun
from cleaner.corpus.summary import plural
from cleaner.errors import ErrorCode
from cleaner.output.schema import FIELDS
from cleaner.surrogates import escape_bytes


class InputChanges:
    """What has become of the files that a run read, and in which order they are read now.

    Files are the same that have the same path and id. Those that are gone come after the one that they came
    after; they have size and version of then.
    """

    def __init__(
        self, before: Iterable[StoredFile], now: Iterable[File | FailedInput], *, prune: bool
    ) -> None:
        self.files: list[File | FailedInput] = []
        self.stored: dict[int, StoredFile] = {}  # by the number in `files`: what is unchanged, or gone
        self.gone = set[int]()  # numbers in `files`
        self.n_new = self.n_changed = self.n_gone = 0
        self.is_pruned = prune
        files_before = list(before)
        numbers = defaultdict[tuple[str, str], list[int]](list)
        for file in reversed(files_before):
            numbers[file.path, file.id].append(file.number)
        pairs = [(file, self._number_before(file, numbers)) for file in now]
        self.n_gone = len(files_before) - sum(number is not None for _, number in pairs)
        self._merge(files_before, pairs)
        numbers_now = [file.number for _, file in sorted(self.stored.items())]
        self.is_none = len(self.files) == len(files_before) and numbers_now == [*range(len(files_before))]

    @staticmethod
    def _number_before(file: File | FailedInput, numbers: dict[tuple[str, str], list[int]]) -> int | None:
        path, _, _ = file_identity(FileStarted(0, file))
        found = numbers.get((path, escape_bytes(file.id)))
        return found.pop() if found else None

    def _merge(
        self, before: Sequence[StoredFile], pairs: Sequence[tuple[File | FailedInput, int | None]]
    ) -> None:
        kept = {number for _, number in pairs if number is not None}
        self._add_gone(before, -1, kept)
        for file, number in pairs:
            self.files.append(file)
            if number is None:
                self.n_new += 1
                continue
            stored = before[number]
            if file_identity(FileStarted(0, file)) == (stored.path, stored.size, stored.version):
                self.stored[len(self.files) - 1] = stored
            else:
                self.n_changed += 1
            self._add_gone(before, number, kept)

    def _add_gone(self, before: Sequence[StoredFile], number: int, kept: set[int]) -> None:
        """The files that came after one and are gone, unless they are to be taken away."""
        number += 1
        while not self.is_pruned and number < len(before) and number not in kept:
            gone = before[number]
            self.stored[len(self.files)] = gone
            self.gone.add(len(self.files))
            self.files.append(
                File(gone.path, gone.id, gone.size, gone.version)
                if gone.size >= 0
                else FailedInput(gone.id, gone.path, ErrorCode(gone.version), "")
            )
            number += 1

    def digest(self) -> str:
        """Of the files in their order, and of which are taken over."""
        total = hashlib.sha256()
        for number, file in enumerate(self.files):
            total.update(repr((file_identity(FileStarted(0, file)), file.id, number in self.stored)).encode())
        return total.hexdigest()


class Update:
    """What is to be done so that OUT is what a run over its input as it is now would make of it.

    `takes_over`: what is unchanged; else all is cleaned again. `was_finished`: the run that OUT holds was.
    """

    def __init__(
        self, out: Path, stored_run: StoredRun, changes: InputChanges, *, was_finished: bool
    ) -> None:
        self.out, self._stored_run, self.changes = out, stored_run, changes
        self._was_finished = was_finished
        self.folder = out / UPDATE_FOLDER
        self.takes_over = True

    def open_ledger(self) -> Ledger:
        """The ledger of an update that was interrupted, if it did what this one does; else a new one."""
        plan = self.changes.digest()
        try:
            ledger = Ledger(self.folder)
            if ledger.has_run and ledger.get("plan") == plan:
                return ledger
            ledger.close()
        except DamagedLedgerError:
            pass
        with io_errors_as_usage(self.folder):
            remove_update(self.out)
        ledger = Ledger(self.folder)
        ledger.put("plan", plan)
        return ledger

    # -- items

    def items(self, inputs: Inputs, position: Position) -> Iterator[RunItem]:
        """All items from `position` on, those of unchanged files without reading them."""
        for number, file in enumerate(self.changes.files):
            yield FileStarted(number, file)
            if number >= position.file_number:
                after = position.index_in_file if number == position.file_number else 0
                for item in self._items_in_file(inputs, number, after):
                    inputs.n_read += not isinstance(item, Skipped)
                    yield item
            inputs.count_finished(file)

    def _items_in_file(self, inputs: Inputs, number: int, after: int) -> Iterator[RunItem]:
        file, stored = self.changes.files[number], self.changes.stored.get(number)
        if number in self.changes.gone and stored:
            return self._items_of_gone_file(stored, after)
        if stored is None or isinstance(file, FailedInput) or not self.takes_over:
            return inputs.items_in_file(file, after)
        end = stored.end_document
        if end is None or (
            end > stored.first_document and self._stored_run.index_in_file(end - 1) == END_OF_FILE
        ):  # the run was in the middle of it, or could read no further: perhaps now it can
            return self._mixed_items(inputs, file, after, stored)
        return self._stored_items(inputs, file, after, stored)

    def _documents(self, stored: StoredFile, after: int) -> Iterator[tuple[int, int]]:
        """The number and the place in its file of each document behind `after`."""
        end = self._stored_run.count if stored.end_document is None else stored.end_document
        for number in range(stored.first_document, end):
            index = self._stored_run.index_in_file(number)
            if index > after:
                yield number, index

    def _stored_items(self, inputs: Inputs, file: File, after: int, stored: StoredFile) -> Iterator[RunItem]:
        """The documents of a file as they were written; it is read only for one that cannot be had."""
        live: Iterator[Skipped | Item] | None = None
        for number, index in self._documents(stored, after):
            outcome = self._stored_run.outcome(number)
            if outcome:
                yield StoredDocument(outcome, index)
                continue
            if live is None:
                live = inputs.items_in_file(file, index - 1)
            yield from (item for item in _until(live, index) if item.index_in_file == index)
        yield from _passed(stored, after)

    def _items_of_gone_file(self, stored: StoredFile, after: int) -> Iterator[RunItem]:
        for number, index in self._documents(stored, after):
            outcome = self._stored_run.outcome(number)
            yield StoredDocument(outcome, index) if outcome else self._failure(number, index, stored)
        yield from _passed(stored, after)

    def _failure(self, number: int, index: int, stored: StoredFile) -> FailedInput:
        """The failure of a document of which the file is gone, so that it cannot be cleaned again."""
        row = self._stored_run.manifest_row(number)
        message = f"{stored.path}: what was made of it is damaged, and the file is gone"
        error = row.get("error") or {"code": str(ErrorCode.UNREADABLE), "message": message}
        fields = {name: value for name, value in row.items() if name not in (*FIELDS, *FIELDS_ADDED_BY_RUN)}
        id, source = row.get("id", f"{stored.id}:{index}"), row.get("source", stored.path)
        return FailedInput(id, source, ErrorCode(error["code"]), error["message"], fields, index)

    def _mixed_items(self, inputs: Inputs, file: File, after: int, stored: StoredFile) -> Iterator[RunItem]:
        """All items of a file; a document that was written, as it was written."""
        documents = self._documents(stored, after)
        number, index = next(documents, (-1, END_OF_FILE))
        for item in inputs.items_in_file(file, after):
            while index < item.index_in_file:
                number, index = next(documents, (-1, END_OF_FILE))
            is_stored = index == item.index_in_file != END_OF_FILE and not isinstance(item, Skipped)
            outcome = self._stored_run.outcome(number) if is_stored else None
            yield StoredDocument(outcome, index) if outcome else item

    # -- the end

    def message(self, n_kept: int, n_cleaned: int) -> str:
        """What the update did, in one line; both numbers are documents."""
        changes = self.changes
        counts = (
            (changes.n_new, "new" if self._was_finished else "new or not reached before"),
            (changes.n_changed, "changed"),
            (changes.n_gone, _gone(changes.is_pruned)),
        )
        files = ", ".join(f"{number:,} {what}" for number, what in counts if number)
        documents = f"{plural(n_cleaned, 'document')} cleaned, {n_kept:,} kept as they were"
        return f"{self.out}: brought up to date: {f'files: {files}; ' if files else ''}{documents}"


def _gone(is_pruned: bool) -> str:
    return "gone and taken away" if is_pruned else "gone from the input and kept (--prune takes them away)"


def _until(items: Iterator[Skipped | Item], index: int) -> Iterator[Item]:
    """The next documents, up to the one at a place in the file, or behind it."""
    for item in items:
        if not isinstance(item, Skipped):
            yield item
            if item.index_in_file >= index:
                return


def _passed(stored: StoredFile, after: int) -> Iterator[Skipped]:
    if after < END_OF_FILE:
        yield from (Skipped(reason, END_OF_FILE, times) for reason, times in stored.passed.items())


def finish_update(out: Path, ledger: Ledger, update_ledger: Ledger) -> None:
    """Put what a complete update wrote in its place in OUT. What was done of it may be done again."""
    folder = out / UPDATE_FOLDER
    with io_errors_as_usage(out):
        if (folder / SUMMARY_NAME).exists():
            (out / SUMMARY_NAME).unlink(missing_ok=True)
        if (folder / MANIFEST_NAME).exists():  # else it is in OUT already, and what is stale is gone
            _remove_stale(out, folder, update_ledger.state())
        for name in (*TEXT_FOLDERS, RECORDS_FOLDER):
            _move_files(folder / name, out / name)
        for name in (PROFILE_NAME, MANIFEST_NAME, SUMMARY_NAME):
            if (folder / name).exists():
                (folder / name).replace(out / name)
        sync_removals(out)
    ledger.replace_with(update_ledger)
    update_ledger.close()
    remove_temporary_files(out)


def _remove_stale(out: Path, folder: Path, state: Mapping[str, Any]) -> None:
    """Remove from OUT the texts and shards that the update has not."""
    n_record_shards = len(state["shards"][RECORDS_FOLDER]["packed"])
    paths = {row["output"] for row in manifest_rows(out) if is_output_path(row.get("output"))}
    for row in manifest_rows(folder):
        paths.discard(row.get("output"))
    for path in sorted(paths):
        remove_file(out, out / path)
    for shard in sorted((out / RECORDS_FOLDER).glob(f"part-*{SHARD_SUFFIXES['jsonl']}"))[n_record_shards:]:
        remove_file(out, shard)


def _move_files(source: Path, target: Path) -> None:
    """Move all files below a folder, each into the place of the one with its name."""
    for folder, _, names in os.walk(source):
        place = target / Path(folder).relative_to(source)
        for name in names:
            place.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).replace(place / name)
            temporary_path(place / name).unlink(missing_ok=True)  # of a run that was killed
