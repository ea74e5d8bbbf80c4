from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus import folder_run as batch
from cleaner.corpus import outcomes as running
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.outcomes import CleaningJob
from cleaner.corpus.readers import FailedInput, read_inputs
from cleaner.document import Document
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


def test_files_added_behind_are_taken_in_by_a_run_that_is_not_finished(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(given, tmp_path / "out", monkeypatch, 3)
    (given / "d.txt").write_text("Document d.\n")
    through(given, tmp_path / "out")
    through(given, tmp_path / "whole")
    assert output_files(tmp_path / "out") == output_files(tmp_path / "whole")


def broken_parquet() -> bytes:
    """Its second row group is damaged."""
    import io

    import pyarrow as pa
    from pyarrow import parquet

    table, file = pa.table({"id": ["1", "2"], "text": ["Row one.", "Row two."]}), io.BytesIO()
    parquet.write_table(table, file, row_group_size=1, compression="none", write_page_checksum=True)
    return file.getvalue().replace(b"Row two.", b"Row 2...", 1)


def broken_gzip() -> bytes:
    """It ends in its third row."""
    rows = b"".join(
        b'{"id": "%d", "text": "Row %s."}\n' % (n, bytes(range(97, 110)) * n) for n in range(1, 9)
    )
    return gzip.compress(rows, mtime=0)[:-12]


BROKEN: dict[str, Callable[[], bytes]] = {
    "z.parquet": broken_parquet,
    "z.jsonl.gz": broken_gzip,
    "z.warc.gz": lambda: b"\x1f\x8b no archive",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*BROKEN])
def test_a_file_that_ends_too_early_is_counted_once_after_a_kill_at_any_checkpoint(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (given / name).write_bytes(BROKEN[name]())
    n_documents = sum(isinstance(item, Document | FailedInput) for item in read_inputs([str(given)]))
    assert n_documents > 3
    whole = through(given, tmp_path / "whole").summary
    assert whole.documents["in"] == n_documents and whole.documents["failed"] == 1
    n_items = n_documents + 4
    for after in range(5, n_items + 1):
        out = tmp_path / f"out{after}"
        interrupted(given, out, monkeypatch, after)
        run = through(given, out)
        assert run.summary.documents == whole.documents and run.summary.adds_up
        assert output_files(out) == output_files(tmp_path / "whole")
