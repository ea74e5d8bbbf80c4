"""Cleaning elsewhere: an engine's workers read no file, and the output is that of a local run."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.cli.clean import _engine
from cleaner.corpus import outcomes as running
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.learning import LearningJob
from cleaner.corpus.outcomes import CleaningJob
from cleaner.errors import UsageError
from cleaner.processes.pool import Limits, PassThrough, TaskFunction
from cleaner.processes.ray_pool import RayEngine
from tests.corpus.fake import clean
from tests.corpus.machine import output_files


class Elsewhere:
    """Reads all tasks, then calls `before`, then does them."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        self._before = before
        self.n_workers = -1
        self.functions: list[TaskFunction] = []

    def __call__(self, count: int, function: TaskFunction, limits: Limits | None = None) -> Elsewhere:
        self.n_workers = count
        self.functions.append(pickle.loads(pickle.dumps(function)))
        return self

    def __enter__(self) -> Elsewhere:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        read = [*tasks]
        self._before()
        for task in read:
            if isinstance(task, PassThrough):
                yield task.value, None
            else:
                yield task, self.functions[-1](pickle.loads(pickle.dumps(task)))


def test_workers_need_no_file_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "clean", clean)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Text.\nAD\n")
    (folder / "b.html").write_text("<p>Text.</p>")
    (folder / "c.jsonl").write_text('{"text": "Row."}\nno row\n')
    (folder / "d.txt.gz").write_bytes(b"no gzip")
    (folder / "e.txt").write_bytes(b"\0\1\2" * 99)
    settings = {"format": "jsonl", "workers": 1, "engine": "local", "address": None}
    job = CleaningJob(output_format="jsonl")
    list(FolderRun(RunConfig((str(folder),), tmp_path / "local", job, settings, 0)).run())
    engine = Elsewhere(lambda: shutil.move(folder, tmp_path / "away"))
    config = RunConfig(
        (str(folder),), tmp_path / "far", job, settings | {"engine": "ray"}, 7, engine=engine
    )  # fmt: skip
    run = FolderRun(config)
    list(run.run())
    assert engine.n_workers == 7 and run.summary.documents["failed"] == 3
    assert output_files(tmp_path / "far") == output_files(tmp_path / "local")


def test_the_first_pass_is_done_there_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "clean", clean)
    (tmp_path / "a.txt").write_text("Text.\n")
    engine = Elsewhere()
    job = CleaningJob(output_format="jsonl")
    run = FolderRun(
        RunConfig((str(tmp_path / "a.txt"),), tmp_path / "out", job, workers=2, learn=True, engine=engine)
    )
    assert [*run.learn()] == [1] and [done.outcome.verdict for done in run.run()] == ["clean"]
    assert [type(function) for function in engine.functions] == [LearningJob, CleaningJob]


def test_what_is_asked_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.cli.clean.require_ray", lambda: None)
    assert _engine("local", None, None) is None
    assert _engine("ray", "auto", Path("out")) == RayEngine("auto")
    with pytest.raises(UsageError, match="add --engine ray"):
        _engine("local", "auto", Path("out"))
    with pytest.raises(UsageError, match="name it with -o DIR"):
        _engine("ray", None, None)
