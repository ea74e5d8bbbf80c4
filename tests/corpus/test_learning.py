"""The first pass of a run with `--learn`: the same profile as `cleaner learn`, also after any end."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.analysis.site_profile import Learner
from cleaner.corpus import learning
from cleaner.corpus.folder_layout import LEARN_STATE_NAME, PROFILE_NAME, STATE_FOLDER
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.learning import lines_of_document
from cleaner.corpus.outcomes import CleaningJob
from cleaner.corpus.readers import read_inputs
from cleaner.document import Document
from cleaner.errors import UsageError

pytestmark = pytest.mark.slow

NOTICE = "The Hollin Courier is a member of the valley press council"
WORDS = (
    "hut roof keeper valley barge harbour piano baker flour coin museum mill snow cow mountain ferry".split()
)


def body(number: int) -> str:
    return (
        " ".join(
            f"{WORDS[(number * 7 + k * (number + 3)) % len(WORDS)]}{chr(97 + number)}" for k in range(30)
        )
        + "."
    )


@pytest.fixture(params=["folder", "rows"])
def crawl(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    texts = [f"{body(number)}\n{NOTICE}" for number in range(8)]
    if request.param == "rows":
        path = tmp_path / "crawl.jsonl"
        rows = [
            {"id": str(n), "url": f"https://hollin.example/{n}", "text": text} for n, text in enumerate(texts)
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path
    for number, text in enumerate(texts):
        (tmp_path / "crawl" / "hollin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "crawl" / "hollin" / f"{number}.txt").write_text(text)
    return tmp_path / "crawl"


@pytest.fixture(autouse=True)
def _checkpoint_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MIN_CHECKPOINT_S", 0.0)
    monkeypatch.setattr(learning, "MAX_CHECKPOINT_SHARE", 1e9)


def folder_run(crawl: Path, out: Path, *, restart: bool = False, learn: bool = True) -> FolderRun:
    config = RunConfig((str(crawl),), out, CleaningJob(), workers=0, restart=restart, learn=learn)
    return FolderRun(config)


def finish(run: FolderRun) -> dict[str, bytes]:
    if run.must_learn:
        list(run.learn())
    list(run.run())
    out = run.config.out
    names = [
        "manifest.jsonl",
        PROFILE_NAME,
        *sorted(str(p.relative_to(out)) for p in out.glob("corpus/**/*.txt")),
    ]
    return {name: (out / name).read_bytes() for name in names}


def stop_after(n: int, results: Iterator[object]) -> None:
    """As a kill does: what was not written down by then is lost."""
    for _ in range(n):
        next(results)
    results.close()  # type: ignore[attr-defined]


def test_it_is_the_profile_of_the_learn_command_and_is_heard(crawl: Path, tmp_path: Path) -> None:
    learner = Learner()
    for doc in read_inputs([str(crawl)]):
        assert isinstance(doc, Document)
        learner.add(*lines_of_document(doc))
    written = finish(folder_run(crawl, tmp_path / "out"))
    assert written[PROFILE_NAME] == learner.profile().dump()
    rows = [json.loads(line) for line in written["manifest.jsonl"].splitlines()]
    assert {cut["code"] for row in rows for cut in row["removed"]} == {"site-line"}


@pytest.mark.slow
@pytest.mark.parametrize("learned", [1, 5, 8])
def test_killed_in_the_first_pass(crawl: Path, tmp_path: Path, learned: int) -> None:
    stop_after(learned, folder_run(crawl, tmp_path / "out").learn())
    again = folder_run(crawl, tmp_path / "out")
    assert again.must_learn
    first = next(again.learn())
    assert first == learned  # the last document was not written down
    again._ledger.close()
    assert finish(folder_run(crawl, tmp_path / "out")) == finish(folder_run(crawl, tmp_path / "other"))


@pytest.mark.slow
def test_killed_in_the_second_pass(crawl: Path, tmp_path: Path) -> None:
    run = folder_run(crawl, tmp_path / "out")
    list(run.learn())
    stop_after(3, run.run())
    again = folder_run(crawl, tmp_path / "out")
    assert not again.must_learn
    assert finish(again) == finish(folder_run(crawl, tmp_path / "other"))


@pytest.mark.slow
def test_killed_between_them(crawl: Path, tmp_path: Path) -> None:
    run = folder_run(crawl, tmp_path / "out")
    list(run.learn())
    run._ledger.close()
    again = folder_run(crawl, tmp_path / "out")
    assert not again.must_learn and not (tmp_path / "out" / STATE_FOLDER / LEARN_STATE_NAME).exists()
    assert finish(again) == finish(folder_run(crawl, tmp_path / "other"))


def test_where_a_file_changed_between_them_the_first_begins_again(crawl: Path, tmp_path: Path) -> None:
    run = folder_run(crawl, tmp_path / "out")
    list(run.learn())
    run._ledger.close()
    path = crawl if crawl.is_file() else crawl / "hollin" / "0.txt"
    path.write_text(path.read_text() + "\n")
    again = folder_run(crawl, tmp_path / "out")
    assert again.must_learn
    assert finish(again) == finish(folder_run(crawl, tmp_path / "other"))


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_a_document_is_counted(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signum: signal.Signals
) -> None:
    add, added = Learner.add, 0

    def add_and_interrupt(self: Learner, *lines: Any) -> None:
        nonlocal added
        added += 1
        if added == 4:
            signal.raise_signal(signum)
        add(self, *lines)

    monkeypatch.setattr(Learner, "add", add_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(folder_run(crawl, tmp_path / "out").learn())
    assert added == 4
    assert finish(folder_run(crawl, tmp_path / "out")) == finish(folder_run(crawl, tmp_path / "other"))
    assert added == 8 + 8  # no document of the interrupted pass was read again, or left out


def test_a_file_that_changed_since_is_learned_again(crawl: Path, tmp_path: Path) -> None:
    stop_after(5, folder_run(crawl, tmp_path / "out").learn())
    path = crawl if crawl.is_file() else crawl / "hollin" / "0.txt"
    path.write_text(path.read_text().replace(NOTICE, "Something else", 1))
    again = folder_run(crawl, tmp_path / "out").learn()
    assert next(again) == 1
    again.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("damaged", [b'{"place": [0', b"[]", b'{"place": [0, 1], "sites": []}'])
def test_a_damaged_state_costs_the_pass_and_a_changed_profile_is_refused(
    crawl: Path, tmp_path: Path, damaged: bytes
) -> None:
    out = tmp_path / "out"
    stop_after(5, folder_run(crawl, out).learn())
    (out / STATE_FOLDER / LEARN_STATE_NAME).write_bytes(damaged)
    run = folder_run(crawl, out)
    assert [*run.learn()] == [*range(1, 9)]
    (out / PROFILE_NAME).write_bytes(b"{}")
    with pytest.raises(UsageError, match="not the profile"):
        list(run.run())
    assert finish(folder_run(crawl, out, restart=True)) == finish(folder_run(crawl, tmp_path / "other"))


def test_a_restart_without_it_takes_the_profile_away(crawl: Path, tmp_path: Path) -> None:
    finish(folder_run(crawl, tmp_path / "out"))
    list(folder_run(crawl, tmp_path / "out", restart=True, learn=False).run())
    assert not (tmp_path / "out" / PROFILE_NAME).exists()


def test_a_crawl_that_has_grown_is_learned_again(tmp_path: Path) -> None:
    folder = tmp_path / "crawl/hollin"
    folder.mkdir(parents=True)
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"{body(number)}\n{NOTICE}")
    finish(folder_run(tmp_path / "crawl", tmp_path / "out"))
    (folder / "4.txt").write_text(f"{body(4)}\n{NOTICE}")
    grown = folder_run(tmp_path / "crawl", tmp_path / "out")
    assert grown.must_learn
    assert finish(grown) == finish(folder_run(tmp_path / "crawl", tmp_path / "other"))
    (folder / "1.txt").rename(folder / "5.txt")
    with pytest.raises(UsageError, match=r"with --learn what they gave cannot be kept.*--prune"):
        folder_run(tmp_path / "crawl", tmp_path / "out")
