"""A power cut, played: only what a run had waited for is left, and the next run goes on from there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus import folder_run as batch
from cleaner.corpus import fsync as durable
from cleaner.corpus import outcomes as running
from cleaner.corpus.checkpoint import Ledger
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.outcomes import CleaningJob
from cleaner.errors import UsageError
from cleaner.settings import OutputFormat
from tests.corpus.fake import clean
from tests.corpus.machine import output_files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds open files in /proc"),
]
TEXTS = 40


class Cut(BaseException):
    """The power is gone."""


class Disk:
    """What of OUT would be there after a power cut: files waited for, in folders waited for.

    Of a file that was not waited for its name may be there, and is empty.
    """

    def __init__(self, out: Path, left: Path, cut_at: int) -> None:
        self._out, self._left, self._to_go = out, left, cut_at
        self._synced: dict[Path, bytes] = {}
        self._entries: dict[Path, set[str]] = {}

    def fsync(self, opened: int) -> None:
        path = Path(f"/proc/self/fd/{opened}").readlink()
        if path.is_dir():
            self._entries[path] = {entry.name for entry in path.iterdir()}
        else:
            self._synced[path] = path.read_bytes()

    def sync_filesystem(self, opened: int) -> None:
        for path in (self._out, *self._out.rglob("*")):
            if path.is_dir():
                self._entries[path] = {entry.name for entry in path.iterdir()}
            elif path.is_file():
                self._synced[path] = path.read_bytes()

    def committed(self) -> None:
        self._to_go -= 1
        if self._to_go == 0:
            self._leave(self._out)
            for path in self._out.glob(".cleaner/ledger.sqlite*"):  # SQLite waits by itself
                shutil.copyfile(path, self._left / path.relative_to(self._out))
            raise Cut

    def _leave(self, folder: Path) -> None:
        there = self._left / folder.relative_to(self._out)
        there.mkdir(exist_ok=True)
        for name in self._entries.get(folder, set()) | ({".cleaner"} if folder == self._out else set()):
            if (folder / name).is_dir():
                self._leave(folder / name)
            elif not name.startswith("ledger"):
                (there / name).write_bytes(self._synced.get(folder / name, b""))


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    for number in range(TEXTS):
        path = folder / f"{number % 7}" / f"{number:02}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Document {number} says\nAD\nsomething of its own {number}.\n" * 9)
    return folder


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "clean", clean)
    monkeypatch.setattr(batch, "FIRST_CHECKPOINT_S", 0.0)  # a checkpoint behind each document
    monkeypatch.setattr(batch, "MAX_CHECKPOINT_WAIT_S", 0.0)


def through(given: Path, out: Path, form: OutputFormat) -> FolderRun:
    job = CleaningJob(output_format=form)
    run = FolderRun(RunConfig((str(given),), out, job, {"format": form}, 0, shard_bytes=2000))
    list(run.run())
    return run


@pytest.fixture(params=["one by one", "together"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "one by one":
        monkeypatch.setattr(durable, "MAX_FILES_SYNCED_SINGLY", 10**6)
    else:
        monkeypatch.setattr(durable, "MAX_FILES_SYNCED_SINGLY", 0)
        if not durable.find_syncfs():
            pytest.skip("this system cannot wait for a whole disk")
    yield request.param


@pytest.mark.parametrize("form", ["txt", "jsonl"])
def test_after_a_power_cut_the_next_run_goes_on(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, form: OutputFormat
) -> None:
    through(given, tmp_path / "whole", form)
    for cut_at in (1, 2, 3, 9, 20, TEXTS + 1, TEXTS + 2, TEXTS + 3):
        out, left = tmp_path / f"out-{cut_at}", tmp_path / f"left-{cut_at}"
        power_cut(given, out, left, form, cut_at, monkeypatch)
        assert through(given, left, form).damaged_files == [], (way, cut_at)
        assert output_files(left) == output_files(tmp_path / "whole"), (way, cut_at)


def power_cut(
    given: Path, out: Path, left: Path, form: OutputFormat, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ends with its `at`th commit."""
    disk, keep = Disk(out, left, at), Ledger._commit_transaction
    with monkeypatch.context() as patch:

        def committed(ledger: Ledger, *then: str) -> None:
            keep(ledger, *then)
            disk.committed()

        patch.setattr(Ledger, "_commit_transaction", committed)
        patch.setattr(os, "fsync", disk.fsync)
        patch.setattr(durable, "sync_filesystem", disk.sync_filesystem)
        with pytest.raises(Cut):
            through(given, out, form)


def test_the_test_would_see_a_file_that_is_not_waited_for(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    through(given, tmp_path / "whole", "txt")
    monkeypatch.setattr(durable.PendingFsync, "add", lambda self, path: None)
    monkeypatch.setattr(durable, "MAX_FILES_SYNCED_SINGLY", 10**6)
    power_cut(given, tmp_path / "out", tmp_path / "left", "txt", 20, monkeypatch)
    assert through(given, tmp_path / "left", "txt").damaged_files  # found, and made again
    assert output_files(tmp_path / "left") == output_files(tmp_path / "whole")


def test_a_disk_that_fails_is_said(given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(durable, "sync_filesystem", fail)
    monkeypatch.setattr(durable, "fsync_path", fail)
    with pytest.raises(UsageError, match="out: cannot be written: Input/output error"):
        through(given, tmp_path / "out", "txt")
    monkeypatch.undo()
    monkeypatch.setattr(running, "clean", clean)
    through(given, tmp_path / "out", "txt")
    through(given, tmp_path / "whole", "txt")
    assert output_files(tmp_path / "out") == output_files(tmp_path / "whole")
