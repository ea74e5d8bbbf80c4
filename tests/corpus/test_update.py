"""A finished folder follows its input: what a rerun leaves has the bytes of a fresh run."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus import folder_run as batch
from cleaner.corpus import outcomes as running
from cleaner.corpus.checkpoint import Ledger
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.outcomes import CleaningJob
from cleaner.corpus.selection import Selection
from cleaner.errors import UsageError
from cleaner.settings import OutputFormat, RecordLevel
from tests.corpus import fake
from tests.corpus.machine import output_files

pytestmark = pytest.mark.slow

PROSE = "Document {} of those that tell of the old bridge, its piers and the {} people who cross it.\nAD\n"


class Folder:
    """An input folder, what cleans it, and which documents were cleaned."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.tmp_path, self.cleaned = tmp_path / "in", tmp_path, list[str]()
        self.path.mkdir()
        for name in ("b", "d", "f"):
            self.write(f"{name}.txt", name)
        self.rows("c.jsonl", 4)
        self.rows("e.jsonl.gz", 3)

        def clean(doc: Any, *more: Any) -> Any:
            self.cleaned.append(doc.id)
            return fake.clean(doc, *more)

        monkeypatch.setattr(running, "clean", clean)

    def write(self, name: str, word: str) -> None:
        (self.path / name).write_text(PROSE.format(word, word * 3))

    def rows(self, name: str, number: int, first: int = 0) -> None:
        lines = [
            json.dumps({"id": f"{name[0]}{n}", "text": PROSE.format(n, name), "output": n, "n": 1.5})
            for n in range(first, first + number)
        ]
        data = ("\n".join(lines) + "\n{bad\n").encode()
        (self.path / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)

    def run(
        self,
        out: str = "out",
        form: OutputFormat = "txt",
        level: RecordLevel = "light",
        workers: int = 0,
        **asked: Any,
    ) -> FolderRun:
        self.cleaned.clear()
        job = CleaningJob(record_level=level, output_format=form)
        config = RunConfig(
            (str(self.path),), self.tmp_path / out, job, {"format": form}, workers, shard_bytes=1200, **asked
        )
        run = FolderRun(config)
        list(run.run())
        return run

    def files(self, out: str = "out") -> dict[str, bytes]:
        assert [path.name for path in (self.tmp_path / out / ".cleaner").iterdir()] == ["ledger.sqlite"]
        return output_files(self.tmp_path / out)

    def change(self) -> None:
        """One file new, one changed, one gone, and rows in a file that has grown."""
        self.write("a.txt", "new")
        self.write("d.txt", "changed")
        (self.path / "f.txt").unlink()
        self.rows("e.jsonl.gz", 5)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return Folder(tmp_path, monkeypatch)


FORMS = [("txt", "light"), ("md", "none"), ("jsonl", "full"), ("jsonl", "none"), ("parquet", "light")]


@pytest.mark.parametrize(
    ("form", "level", "drop"), [(*form, False) for form in FORMS] + [(*form, True) for form in FORMS[1:3]]
)
def test_an_update_has_the_bytes_of_a_fresh_run(
    folder: Folder, form: OutputFormat, level: RecordLevel, drop: bool
) -> None:
    asked: dict[str, Any] = {"form": form, "level": level, "drop_duplicates": drop}
    folder.run(**asked)
    folder.change()
    run = folder.run(prune=True, **asked)
    assert {"a.txt", "d.txt", "e4"} <= {*folder.cleaned}
    assert drop or "b.txt" not in folder.cleaned
    fresh = folder.run("fresh", **asked)
    assert folder.files() == folder.files("fresh")
    assert run.summary.as_dict() == fresh.summary.as_dict() and run.text_counts == fresh.text_counts
    again = folder.run(prune=True, **asked)
    assert (again.is_complete, again.damaged_files, again.gone_files, folder.cleaned) == (True, [], 0, [])


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Ends the run before it changes something on the disk for good for the n-th time."""
    steps = {"left": 1 << 60}

    def dying(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:
            steps["left"] -= 1
            if steps["left"] < 0:
                raise Killed
            return function(*args, **named)

        return step

    for place, name in ((Ledger, "_commit_transaction"), (Path, "replace"), (Path, "unlink")):
        monkeypatch.setattr(place, name, dying(getattr(place, name)))
    monkeypatch.setattr(batch, "FIRST_CHECKPOINT_S", -1.0)  # after each document
    return lambda number: steps.update(left=number)


@pytest.mark.parametrize("prune", [False, True])
@pytest.mark.parametrize(("form", "level"), FORMS[:1] + FORMS[2:3])
def test_an_update_killed_at_every_step_goes_on(
    folder: Folder, kill_at: Callable[[int], None], form: OutputFormat, level: RecordLevel, prune: bool
) -> None:
    asked: dict[str, Any] = {"form": form, "level": level}
    folder.run(**asked)
    folder.change()
    folder.run("other", **asked | {"restart": True})
    for number in range(3, 400, 7):
        kill_at(number)
        try:
            folder.run(prune=prune, **asked)
            break
        except Killed:
            kill_at(1 << 60)
    kill_at(1 << 60)
    assert number > 20, number
    folder.run(prune=prune, **asked)
    if prune:
        assert folder.files() == folder.files("other")
    else:
        assert folder.files()["corpus/f.txt" if form == "txt" else "manifest.jsonl"]
        assert b"f.txt" in folder.files()["manifest.jsonl"]
        folder.run(prune=True, **asked)
        assert folder.files() == folder.files("other")


@pytest.mark.parametrize(("form", "level"), FORMS[:1] + FORMS[2:3] + FORMS[4:])
@pytest.mark.parametrize("step", [9, 14, 21])
def test_a_run_that_was_ended_follows_its_input_too(
    folder: Folder, kill_at: Callable[[int], None], form: OutputFormat, level: RecordLevel, step: int
) -> None:
    asked: dict[str, Any] = {"form": form, "level": level}
    kill_at(step)
    with pytest.raises(Killed):
        folder.run(**asked)
    kill_at(1 << 60)
    folder.change()
    folder.write("b.txt", "changed")
    run = folder.run(prune=True, **asked)
    fresh = folder.run("fresh", **asked)
    assert folder.files() == folder.files("fresh")
    assert run.summary.as_dict() == fresh.summary.as_dict() and run.text_counts == fresh.text_counts


def test_a_file_that_an_ended_run_read_and_that_is_gone_stays(
    folder: Folder, kill_at: Callable[[int], None]
) -> None:
    kill_at(14)
    with pytest.raises(Killed):
        folder.run()
    kill_at(1 << 60)
    (folder.path / "b.txt").unlink()
    run = folder.run()
    assert run.gone_files == 1 and re.search(r"\d new or not reached before", run.update_message() or "")
    assert {"corpus/b.txt", "corpus/f.txt"} <= {*folder.files()}
    folder.run(prune=True)
    folder.run("fresh")
    assert folder.files() == folder.files("fresh")


def test_what_is_gone_stays_until_it_is_to_be_taken_away(folder: Folder) -> None:
    before = folder.run().summary.documents["in"]
    (folder.path / "b.txt").unlink()
    (folder.path / "e.jsonl.gz").unlink()
    run = folder.run()
    assert (run.is_complete, run.gone_files, run.update_message()) == (True, 2, None)
    folder.write("a.txt", "new")
    run = folder.run()
    assert run.summary.documents["in"] == before + 1 and folder.cleaned == ["a.txt"]
    message = run.update_message()
    assert message and "1 new, 2 gone from the input and kept (--prune" in message
    rows = [json.loads(line)["id"] for line in folder.files()["manifest.jsonl"].splitlines()]
    assert rows[:2] == ["b.txt", "a.txt"] and rows[-2:] == ["e.jsonl.gz:4", "f.txt"]
    run = folder.run(prune=True)
    assert run.summary.documents["in"] == before + 1 - 5 and folder.cleaned == []
    folder.run("fresh")
    assert folder.files() == folder.files("fresh")
    for path in folder.path.iterdir():
        path.unlink()
    with pytest.raises(UsageError, match="no documents there"):
        folder.run(prune=True)
    assert folder.files() == folder.files("fresh")


def test_duplicates_that_were_dropped_need_their_file(folder: Folder) -> None:
    folder.run(drop_duplicates=True)
    (folder.path / "b.txt").unlink()
    folder.write("a.txt", "b")
    with pytest.raises(UsageError, match=r"1 file of its input are gone.*--prune takes it away"):
        folder.run(drop_duplicates=True)
    folder.run(drop_duplicates=True, prune=True)
    folder.run("fresh", drop_duplicates=True)
    assert folder.files() == folder.files("fresh")


def test_a_limited_run_is_brought_up_to_date(folder: Folder) -> None:
    asked: dict[str, Any] = {"selection": Selection(limit=4)}
    folder.run(**asked)
    folder.write("a.txt", "new")
    assert folder.run(**asked).summary.documents["in"] == 4
    folder.run("fresh", **asked)
    assert folder.files() == folder.files("fresh")


def test_files_of_one_id_change_names_with_the_order(folder: Folder) -> None:
    """A new document takes the name of an old one, whose text moves to another name."""
    folder.rows("z.jsonl", 2)
    folder.run()
    folder.rows("a.jsonl", 0)
    (folder.path / "a.jsonl").write_text(json.dumps({"id": "z1", "text": PROSE.format("first", "now")}))
    folder.run()
    assert "c0" not in folder.cleaned
    folder.run("fresh")
    assert folder.files() == folder.files("fresh")


def test_more_inputs_are_a_growing_crawl_and_other_inputs_another(folder: Folder) -> None:
    config = RunConfig((str(folder.path / "b.txt"),), folder.tmp_path / "out", CleaningJob(), {}, 0)
    list(FolderRun(config).run())
    more = RunConfig(
        (str(folder.path / "b.txt"), str(folder.path / "d.txt")), config.out, CleaningJob(), {}, 0
    )
    folder.cleaned.clear()
    list(FolderRun(more).run())
    assert folder.cleaned == ["d.txt"]
    with pytest.raises(UsageError, match="holds what was made of"):
        FolderRun(RunConfig((str(folder.path),), config.out, CleaningJob(), {}, 0))


@pytest.mark.parametrize("form", ["txt", "jsonl"])
def test_damage_is_said_and_made_again(folder: Folder, form: OutputFormat) -> None:
    folder.run(form=form)
    whole = folder.files()
    for name in (*[*whole][:: max(len(whole) // 4, 1)], "manifest.jsonl"):
        path = folder.tmp_path / "out" / name
        path.unlink() if name == next(iter(whole)) else path.write_bytes(whole[name][:-7] + b"damaged")
        run = folder.run(form=form)
        assert run.damaged_files == [name]
        assert len(folder.cleaned) < 9 or name == "manifest.jsonl"
        assert folder.files() == whole
        assert folder.run(form=form).is_complete


@pytest.mark.parametrize("form", ["txt", "jsonl"])
def test_damage_of_an_unfinished_run_is_said_and_made_again(
    folder: Folder, kill_at: Callable[[int], None], form: OutputFormat
) -> None:
    folder.run("fresh", form=form)
    damaged = set[str]()
    for number in range(3):
        out = folder.tmp_path / f"out{number}"
        kill_at(16)
        with pytest.raises(Killed):
            folder.run(out.name, form=form)
        kill_at(1 << 60)
        path = [
            p for p in sorted(out.rglob("*")) if p.is_file() and "ledger" not in p.name and p.stat().st_size
        ][number]
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0x55
        path.write_bytes(data)
        run = folder.run(out.name, form=form)
        damaged |= {*run.damaged_files}
        assert folder.files(out.name) == folder.files("fresh")
    assert damaged
