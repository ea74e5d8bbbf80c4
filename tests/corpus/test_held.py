"""Documents held back because too little is expected of them: in their own folder, counted, restorable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaner.corpus import outcomes as running
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.outcomes import CleaningJob
from cleaner.corpus.record_reader import read_records
from cleaner.corpus.summary import tenth_of
from cleaner.output.record import restore
from cleaner.settings import OutputFormat, Settings
from tests.corpus.fake import clean

DOCUMENTS = {"a.txt": "good\nAD", "b.txt": "DOUBT here\nAD", "c.txt": "SPUN words", "d.txt": "SPUN DOUBT"}


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "clean", clean)


def run(tmp_path: Path, settings: Settings, output_format: OutputFormat = "txt") -> tuple[Path, FolderRun]:
    for name, text in DOCUMENTS.items():
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text(text)
    out = tmp_path / "out"
    job = CleaningJob(settings, record_level="full", output_format=output_format)
    folder_run = FolderRun(RunConfig((str(tmp_path / "in"),), out, job, workers=0))
    for _ in folder_run.run():
        pass
    return out, folder_run


def names(out: Path, folder: str) -> list[str]:
    return sorted(path.name for path in (out / folder).glob("*"))


def test_a_doubtful_text_lies_beside_the_garbled_ones(tmp_path: Path) -> None:
    out, folder_run = run(tmp_path, Settings(min_confidence=0.5))
    assert (names(out, "corpus"), names(out, "held")) == (["a.txt"], ["b.txt"])
    assert names(out, "garbled") == ["c.txt", "d.txt"]
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    assert [row["verdict"] for row in rows] == ["clean", "clean", "garbled", "garbled"]
    assert [row["confidence"] for row in rows] == [0.95, 0.2, 0.95, 0.2]
    assert rows[1]["output"] == "held/b.txt"
    assert folder_run.text_counts == {"corpus": 1, "garbled": 2, "held": 1}
    assert folder_run.summary.adds_up


def test_a_garbled_text_that_is_let_through_may_be_doubtful(tmp_path: Path) -> None:
    out, folder_run = run(tmp_path, Settings(min_confidence=0.5, garbled="keep"))
    assert (names(out, "corpus"), names(out, "held")) == (["a.txt", "c.txt"], ["b.txt", "d.txt"])
    told = folder_run.summary.as_dict()
    assert told["held_back"] == 2 and sum(told["confidence"].values()) == told["documents"]["in"]


def test_without_a_limit_nothing_is_held(tmp_path: Path) -> None:
    out, folder_run = run(tmp_path, Settings())
    assert names(out, "corpus") == ["a.txt", "b.txt"]
    assert not (out / "held").exists()
    counts = folder_run.summary.as_dict()["confidence"]
    assert {name: n for name, n in counts.items() if n} == {"0.2": 2, "0.9": 2}


@pytest.mark.parametrize("output_format", ["txt", "jsonl"])
def test_what_is_held_restores(tmp_path: Path, output_format: OutputFormat) -> None:
    out, _ = run(tmp_path, Settings(min_confidence=0.5), output_format)
    found = {one.record["id"]: restore(one.record, one.text) for one in read_records(str(out))}
    assert found == {name: text.encode() for name, text in DOCUMENTS.items()}


def test_a_restart_without_the_limit_takes_the_held_ones_away(tmp_path: Path) -> None:
    out, _ = run(tmp_path, Settings(min_confidence=0.5))
    job = CleaningJob(Settings(), output_format="txt")
    for _ in FolderRun(RunConfig((str(tmp_path / "in"),), out, job, workers=0, restart=True)).run():
        pass
    assert not (out / "held").exists()
    assert names(out, "corpus") == ["a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("confidence", "tenth"),
    [(0.0, "0.0"), (0.05, "0.0"), (0.3, "0.3"), (0.999, "0.9"), (1.0, "0.9"), (None, "unknown")],
)
def test_confidence_is_counted_by_tenths(confidence: float | None, tenth: str) -> None:
    assert tenth_of(confidence) == tenth
