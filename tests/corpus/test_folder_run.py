from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus import folder_run as batch
from cleaner.corpus import outcomes as running
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.outcomes import CleaningJob
from cleaner.errors import UsageError
from tests.corpus.fake import clean
from tests.corpus.machine import output_files


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(running, "clean", clean)
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Document {name}.\n")
    return folder


def through(given: Path, out: Path) -> FolderRun:
    run = FolderRun(RunConfig((str(given),), out, CleaningJob(), {"format": "txt"}, 0))
    list(run.run())
    return run


def interrupted(given: Path, out: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """A run that is stopped after so many items."""

    def stopped(items: Any, *more: Any) -> Iterator[Any]:
        for number, one in enumerate(running.clean_items(items, *more)):
            if number == after:
                raise KeyboardInterrupt
            yield one
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch, "clean_items", stopped)
        with pytest.raises(KeyboardInterrupt):
            through(given, out)


@pytest.mark.parametrize("after", range(7))
def test_a_run_stopped_before_any_item_goes_on(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    interrupted(given, tmp_path / "out", monkeypatch, after)
    assert through(given, tmp_path / "out").resumed_documents == after // 2
    through(given, tmp_path / "whole")
    assert output_files(tmp_path / "out") == output_files(tmp_path / "whole")


def test_an_input_that_has_grown_is_said_to_have(given: Path, tmp_path: Path) -> None:
    through(given, tmp_path / "out")
    before = output_files(tmp_path / "out")
    (given / "d.txt").write_text("Document d.\n")
    with pytest.raises(
        UsageError, match=r"the input has grown since: .*d\.txt is new; clean what is new into"
    ):
        through(given, tmp_path / "out")
    (given / "a.txt").write_text("Changed.\n")
    with pytest.raises(
        UsageError, match=r"is not what it was: .*a\.txt has changed, .*d\.txt is new; --rest"
    ):
        through(given, tmp_path / "out")
    assert output_files(tmp_path / "out") == before
    (given / "d.txt").unlink()
    (given / "b.txt").rename(given / "e.txt")
    with pytest.raises(UsageError, match=r"is not what it was: .*b\.txt is gone"):
        through(given, tmp_path / "out")


def test_files_added_behind_are_taken_in_by_a_run_that_is_not_finished(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(given, tmp_path / "out", monkeypatch, 3)
    (given / "d.txt").write_text("Document d.\n")
    through(given, tmp_path / "out")
    through(given, tmp_path / "whole")
    assert output_files(tmp_path / "out") == output_files(tmp_path / "whole")
