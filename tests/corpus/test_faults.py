"""What goes wrong in real runs, done to real processes: nothing is lost or doubled, all is accounted for."""

from __future__ import annotations

import bz2
import ctypes
import gzip
import io
import json
import lzma
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner

from bench.corpus import documents
from cleaner.cli import main
from cleaner.cli.clean import CleanCommand
from cleaner.corpus import folder_run, outcomes
from cleaner.corpus.output_paths import safe_path
from cleaner.processes.pool import MAX_TASKS_IN_WORKER
from tests.cli.run import PROSE, CompletedRun, cleaner
from tests.corpus.machine import (
    all_ended,
    descendant_pids,
    is_alive,
    kill_group,
    output_files,
    start_cleaner,
    worker_pids,
)

pytestmark = pytest.mark.slow

DATE = {"WARC-Date": "2024-05-01T00:00:00Z"}
SEED = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
DOCUMENTS = 60
KILLS = int(os.environ.get("FAULT_KILLS", "2"))  # of each kind of run
zstd = zstandard.ZstdCompressor().compress
SIZE = 1000  # characters; what is tested here is not their size
LINUX = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="looks at processes in /proc")


def rows(path: Path, number: int = DOCUMENTS) -> Path:
    with path.open("w") as file:
        for index, text in enumerate(documents(number, "text", median_chars=SIZE)):
            file.write(json.dumps({"id": f"doc-{index}", "text": text, "n": index}) + "\n")
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rows, a packed file of rows, a table, an archive, and files."""
    folder = tmp_path_factory.mktemp("source")
    rows(folder / "a.jsonl")
    (folder / "b.jsonl.gz").write_bytes(gzip.compress((folder / "a.jsonl").read_bytes()[:20_000], mtime=0))
    table(folder / "c.parquet", 24)
    archive(folder / "d.warc.gz", 8)
    for index, text in enumerate(documents(12, "text", seed=1, median_chars=SIZE)):
        (folder / f"e{index:02}.txt").write_text(text)
    return folder


def table(path: Path, number: int) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    found = [
        {"id": f"row-{n}", "text": text}
        for n, text in enumerate(documents(number, "text", seed=2, median_chars=SIZE))
    ]
    parquet.write_table(pa.Table.from_pylist(found), path, row_group_size=16)


def archive(path: Path, number: int) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for index, page in enumerate(documents(number, "html", median_chars=10 * SIZE)):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                f"http://example.org/{index}", "response", payload=io.BytesIO(page.encode()),
                http_headers=headers, warc_headers_dict={"WARC-Record-ID": f"<urn:uuid:page-{index}>"} | DATE,
            )  # fmt: skip
            writer.write_record(record)


@pytest.fixture(scope="module")
def undisturbed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What runs leave that nobody disturbs, by format."""
    found = {}
    for form in ("txt", "jsonl", "parquet"):
        out = tmp_path_factory.mktemp("undisturbed") / form
        ran = clean_here(source, out, "-f", form)
        assert ran.code == 3, ran.err  # b.jsonl.gz ends in the middle of a row
        found[form] = output_files(out)
    return found


def clean(source: Path, out: Path, *more: str | Path) -> CompletedRun:
    return cleaner("clean", source, "-o", out, "--shard", "1", *more)


def clean_here(source: Path, out: Path, *more: str | Path) -> CompletedRun:
    """The same in this process: another takes seconds to start."""
    args = ["clean", source, "-o", out, "--shard", "1", *more]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CleanCommand, "_worker_count", 0)
        ran = CliRunner().invoke(main, [*map(str, args)])
    assert isinstance(ran.exception, SystemExit | None), ran.exception
    assert "Traceback" not in ran.stderr, ran.stderr
    return CompletedRun(ran.exit_code, ran.stdout, ran.stderr)


def summary(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "summary.json").read_text())
    assert found["adds_up"]
    return found


def manifest(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_bytes().splitlines()]


# -- ends that nobody asked for


@LINUX
@pytest.mark.parametrize("workers", [2] if KILLS < 3 else [1, 2])
@pytest.mark.parametrize("form", ["txt", "jsonl", "parquet"])
def test_killed_again_and_again_at_random_moments(
    source: Path, undisturbed: dict[str, dict[str, bytes]], tmp_path: Path, form: str, workers: int
) -> None:
    """A run that is done before all kills is begun anew."""
    print("FAULT_SEED", SEED)
    draw, kills, n_runs, went_on = random.Random(f"{SEED}{form}{workers}"), 0, 0, 0
    while kills < KILLS:
        out = tmp_path / f"out{n_runs}"
        args = ("clean", source, "-o", out, "-f", form, "--shard", "1", "--workers", str(workers))
        in_this_run, begun = killed_until_done(args, out, draw, KILLS - kills)
        ran = clean_here(source, out, "-f", form)
        assert ran.code == 3, ran.err
        assert in_this_run and output_files(out) == undisturbed[form], f"FAULT_SEED={SEED}"
        assert sorted(path.name for path in (out / ".cleaner").iterdir()) == ["ledger.sqlite"]
        kills, went_on, n_runs = kills + in_this_run, went_on + begun, n_runs + 1
    assert went_on
    print(f"{form}, {workers} workers: {kills} kills in {n_runs} runs")


def killed_until_done(
    args: tuple[str | Path, ...], out: Path, draw: random.Random, max_kills: int
) -> tuple[int, int]:
    """How often a run was killed before it was done, and how often of these it had written something."""
    kills, went_on, begun = 0, 0, out / ".cleaner/manifest.jsonl"
    while kills < max_kills:
        process = start_cleaner(*args)
        while kills % 2 and process.poll() is None and not begun.exists():  # else each may come before all
            time.sleep(0.01)
        time.sleep(draw.uniform(0.0, 0.5) if kills % 2 else draw.uniform(0.3, 2.2))
        if process.poll() is not None:
            break
        below = descendant_pids(process.pid)
        kill_group(process)
        assert all_ended(below)
        kills += 1
        went_on += begun.exists()
    return kills, went_on


@LINUX
@pytest.mark.parametrize("name", ["a.jsonl.gz"] if KILLS < 3 else ["a.jsonl.gz", "a.parquet", "a.warc.gz"])
def test_killed_inside_one_large_file(tmp_path: Path, name: str) -> None:
    """Each kill comes once a checkpoint lies behind the place where the last run began."""
    print("FAULT_SEED", SEED)
    source, out, draw = tmp_path / name, tmp_path / "out", random.Random(f"{SEED}{name}")
    large(source)
    args = ("clean", source, "-o", out, "-f", "jsonl", "--shard", "1", "--workers", "2")
    kills, done = 0, 0
    while kills < KILLS - 1:
        process = start_cleaner(*args)
        while process.poll() is None and (now := checkpointed(out)) <= done:
            time.sleep(0.01)
        time.sleep(draw.uniform(0.0, 0.2))
        if process.poll() is not None:
            break
        kill_group(process)
        kills, done = kills + 1, now
    if process.stderr and not process.stderr.closed:
        process.stderr.close()
    assert kills, "it was done before it could be killed"
    ran = clean_here(source, out, "-f", "jsonl")
    went_on = re.search(r"going on after ([\d,]+) document", ran.err)
    assert went_on and int(went_on[1].replace(",", "")) >= done > 0, ran.err
    assert clean_here(source, tmp_path / "whole", "-f", "jsonl").code == ran.code == 0
    assert output_files(out) == output_files(tmp_path / "whole"), f"FAULT_SEED={SEED}"


def large(path: Path) -> None:
    """Enough documents for some checkpoints."""
    if path.suffix == ".parquet":
        return table(path, 200)
    if ".warc" in path.name:
        return archive(path, 60)
    path.write_bytes(gzip.compress(rows(path.with_name("plain"), 200).read_bytes()))
    return None


def checkpointed(out: Path) -> int:
    """How many documents the ledger knows to be done, asked in a copy: the run has it to itself."""
    folder = out / ".cleaner"
    with TemporaryDirectory() as copy:
        for path in folder.glob("ledger.sqlite*"):
            with suppress(OSError):
                shutil.copyfile(path, Path(copy) / path.name)
        with suppress(sqlite3.Error), closing(sqlite3.connect(Path(copy) / "ledger.sqlite")) as base:
            for (state,) in base.execute("SELECT value FROM told WHERE name = 'state'"):
                return int(json.loads(state).get("summary", {}).get("documents", {}).get("in", 0))
    return 0


@LINUX
def test_a_supervisor_killed_alone_leaves_no_process_behind(source: Path, tmp_path: Path) -> None:
    process = start_cleaner("clean", source, "-o", tmp_path / "out", "--workers", "2")
    until = time.monotonic() + 30
    while not worker_pids(process.pid) and time.monotonic() < until:
        time.sleep(0.02)
    below = descendant_pids(process.pid)
    assert below
    process.kill()
    process.wait(30)
    assert process.stderr
    process.stderr.close()
    assert all_ended(below)


@LINUX
def test_a_killed_worker_costs_nothing(
    source: Path, undisturbed: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    print("FAULT_SEED", SEED)
    draw, killed, last = random.Random(SEED), 0, 0
    process = start_cleaner("clean", source, "-o", tmp_path / "out", "--shard", "1", "--workers", "2")
    part = tmp_path / "out/.cleaner/manifest.jsonl"
    while process.poll() is None:
        # only once all that were in its hands are done: a document that ends its process twice is given up
        done = part.read_bytes().count(b"\n") if part.exists() else 0
        grown = done > last + 4 * MAX_TASKS_IN_WORKER * 2
        if grown and killed < 5 and (found := [pid for pid in worker_pids(process.pid) if is_alive(pid)]):
            os.kill(draw.choice(found), signal.SIGKILL)
            killed, last = killed + 1, done
        time.sleep(draw.uniform(0.01, 0.05))
    assert process.stderr
    told = process.stderr.read().decode()
    assert process.wait() == 3, told
    assert killed
    assert output_files(tmp_path / "out") == undisturbed["txt"], f"FAULT_SEED={SEED}"


@LINUX
def test_a_worker_that_hangs_costs_its_document_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hangs.jsonl")
    process = start_cleaner(
        "clean", tmp_path / "hangs.jsonl", "-o", tmp_path / "out", "--workers", "1", "--timeout", "1"
    )
    row = json.dumps({"id": "x", "text": PROSE}) + "\n"
    with (tmp_path / "hangs.jsonl").open("w") as feed:
        feed.write(row)
        feed.flush()
        until = time.monotonic() + 30
        while not (tmp_path / "out/corpus/x.txt").exists() and time.monotonic() < until:
            time.sleep(0.02)
        [worker] = worker_pids(process.pid)
        os.kill(worker, signal.SIGSTOP)
        for number in range(6):
            feed.write(row.replace('"x"', f'"{number}"'))
    assert process.stderr and process.wait(60) == 3
    told = process.stderr.read().decode()
    assert "hangs.jsonl:2: took longer than 1 seconds" in told
    found = manifest(tmp_path / "out")
    assert [row["verdict"] for row in found] == ["clean", "failed", *["clean"] * 5]
    assert found[1]["error"]["code"] == "timeout"
    assert found[1]["id"] == "0"


def test_ctrl_c_and_the_request_to_stop_leave_what_can_go_on(
    source: Path, undisturbed: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for signum in (signal.SIGINT, signal.SIGTERM):
        process = start_cleaner("clean", source, "-o", out, "--shard", "1", "--workers", "2")
        part = out / ".cleaner/manifest.jsonl"
        size = part.stat().st_size if part.exists() else 0
        until = time.monotonic() + 30
        while (not part.exists() or part.stat().st_size <= size) and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(process.pid, signum) if signum == signal.SIGINT else process.send_signal(signum)
        assert process.stderr and process.wait(30) == 130
        told = process.stderr.read().decode()
        assert "the same command goes on from there" in told and "Traceback" not in told
    ran = clean_here(source, out)
    assert "going on after" in ran.err
    assert output_files(out) == undisturbed["txt"]


@LINUX
@pytest.mark.parametrize("delay", [0.0, 0.2])
def test_ctrl_c_while_processes_start(source: Path, tmp_path: Path, delay: float) -> None:
    process = start_cleaner("clean", source, "-o", tmp_path / "out", "--workers", "2")
    until = time.monotonic() + 30
    while not descendant_pids(process.pid) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    assert process.stderr and process.wait(30) == 130
    told = process.stderr.read().decode()
    assert "Traceback" not in told and "the same command goes on" in told, told


@pytest.mark.parametrize("count", ["1", "2"])
def test_bytes_do_not_depend_on_the_number_of_workers(
    source: Path, undisturbed: dict[str, dict[str, bytes]], tmp_path: Path, count: str
) -> None:
    assert clean(source, tmp_path, "-f", "jsonl", "--workers", count).code == 3
    assert output_files(tmp_path) == undisturbed["jsonl"]


# -- second runs


def test_a_second_run_has_nothing_to_do_and_says_so(tmp_path: Path) -> None:
    rows(tmp_path / "r.jsonl", 5)
    assert clean_here(tmp_path / "r.jsonl", tmp_path / "out").code == 0
    before = output_files(tmp_path / "out")
    ran = clean_here(tmp_path / "r.jsonl", tmp_path / "out")
    assert (ran.code, "nothing is left to do" in ran.err) == (0, True)
    assert output_files(tmp_path / "out") == before


def test_two_runs_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r.jsonl")
    process = start_cleaner("clean", tmp_path / "r.jsonl", "-o", tmp_path / "out")
    with (tmp_path / "r.jsonl").open("w") as feed:
        feed.write(json.dumps({"id": 1, "text": PROSE}) + "\n")
        feed.flush()
        until = time.monotonic() + 30
        while not (tmp_path / "out/corpus/1.txt").exists() and time.monotonic() < until:
            time.sleep(0.02)
        for how in ((), ("--restart",)):
            second = clean(rows(tmp_path / "s.jsonl", 3), tmp_path / "out", *how)
            assert second.code == 2
            assert "another run of cleaner is writing there" in second.err
    assert process.wait(30) == 0
    assert process.stderr
    process.stderr.close()
    assert summary(tmp_path / "out")["documents"]["clean"] == 1


@pytest.mark.parametrize("finished", [True, False])
def test_what_has_changed_since_is_said(tmp_path: Path, finished: bool) -> None:
    given, out = tmp_path / "in", tmp_path / "out"
    given.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (given / name).write_text(PROSE)
    if not finished:
        rows(given / "d.jsonl", 12)
    interrupted(given, out) if not finished else clean_here(given, out)
    for how, told in {
        ("--garbled", "keep"): "other settings (garbled was quarantine, now keep)",
        ("-f", "jsonl"): "format was txt, now jsonl",
    }.items():
        ran = clean_here(given, out, *how)
        assert ran.code == 2
        assert told in ran.err and "--restart" in ran.err
    ran = clean_here(given / "a.txt", out)
    assert (ran.code, "holds what was made of" in ran.err) == (2, True)
    (given / "b.txt").write_text("changed")
    (given / "c.txt").rename(given / "bb.txt")
    ran = clean_here(given, out)
    new = "new" if finished else "new or not reached before"
    assert ran.code == 0 and f"files: 1 {new}, 1 changed, 1 gone from the input and kept" in ran.err
    ran = clean_here(given, out, "--prune")
    assert ran.code == 0 and "files: 1 gone and taken away; 0 documents cleaned" in ran.err
    assert clean_here(given, tmp_path / "fresh").code == 0
    assert output_files(out) == output_files(tmp_path / "fresh")


def interrupted(given: Path, out: Path) -> None:
    """A run that was ended by Ctrl-C after some documents."""

    def stopped(*args: Any) -> Iterator[Any]:
        yield from islice(outcomes.clean_items(*args), 9)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder_run, "clean_items", stopped)
        assert clean_here(given, out).code == 130


def test_settings_that_change_no_text_may_change(tmp_path: Path) -> None:
    rows(tmp_path / "r.jsonl", 5)
    clean_here(tmp_path / "r.jsonl", tmp_path / "out")
    for how in (("--workers", "1"), ("--timeout", "9"), ("--memory", "999")):
        assert clean_here(tmp_path / "r.jsonl", tmp_path / "out", *how).code == 0


def test_a_ledger_that_is_damaged_or_gone(tmp_path: Path) -> None:
    rows(tmp_path / "r.jsonl", 5)
    clean_here(tmp_path / "r.jsonl", tmp_path / "out")
    before = output_files(tmp_path / "out")
    ledger = tmp_path / "out/.cleaner/ledger.sqlite"
    ledger.write_bytes(ledger.read_bytes()[:100] + b"x" * 5000)
    ran = clean_here(tmp_path / "r.jsonl", tmp_path / "out")
    assert (ran.code, "--restart" in ran.err) == (2, True)
    shutil.rmtree(ledger.parent)
    ran = clean_here(tmp_path / "r.jsonl", tmp_path / "out")
    assert (ran.code, "no ledger" in ran.err) == (2, True)
    assert output_files(tmp_path / "out") == before
    assert clean_here(tmp_path / "r.jsonl", tmp_path / "out", "--restart").code == 0
    assert output_files(tmp_path / "out") == before


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("left", [b"garbage" * 100, bytes(700)])
def test_a_ledger_that_is_none_any_more(tmp_path: Path, finished: bool, left: bytes) -> None:
    source, out = rows(tmp_path / "r.jsonl", 5 if finished else 12), tmp_path / "out"
    if finished:
        clean_here(source, out)
    else:
        interrupted(source, out)
    (out / ".cleaner/ledger.sqlite").write_bytes(left)
    ran = clean_here(source, out)
    assert (ran.code, "ledger.sqlite" in ran.err, "--restart" in ran.err) == (2, True, True), ran.err
    assert clean_here(source, out, "--restart").code == 0


@pytest.mark.parametrize("finished", [True, False])
def test_a_ledger_with_damaged_bytes_is_said_and_replaced(tmp_path: Path, finished: bool) -> None:
    given, out = tmp_path / "in", tmp_path / "out"
    given.mkdir()
    (given / "a.txt").write_text(PROSE)
    rows(given / "d.jsonl", 5 if finished else 12)
    if finished:
        assert clean_here(given, out).code == 0
    else:
        interrupted(given, out)
    assert clean_here(given, tmp_path / "fresh").code == 0
    fresh = output_files(tmp_path / "fresh")
    whole, before = (out / ".cleaner/ledger.sqlite").read_bytes(), output_files(out)
    for at in (20, 110, 4096 + 5, len(whole) // 2, len(whole) - 40):
        tried = tmp_path / f"damaged at {at}"
        shutil.copytree(out, tried)
        ledger = tried / ".cleaner/ledger.sqlite"
        ledger.write_bytes(whole[:at] + bytes(byte ^ 0x55 for byte in whole[at : at + 30]) + whole[at + 30 :])
        ran = clean_here(given, tried)
        if ran.code == 2:
            assert f"{ledger}: is damaged" in ran.err and "--restart begins anew" in ran.err, ran.err
            assert "goes on from there" not in ran.err
            assert output_files(tried) == before
        else:  # nothing lay there
            assert ran.code == 0 and output_files(tried) == fresh, ran.err
    ledger = out / ".cleaner/ledger.sqlite"
    ledger.write_bytes(whole[:110] + b"\x55" * (len(whole) - 110))
    assert clean_here(given, out).code == 2
    assert clean_here(given, out, "--restart").code == 0
    assert output_files(out) == fresh


# -- disks


def full_disks(tmp_path: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Where writing soon fails: a small tmpfs where it may be mounted, else a file-size limit."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode == 0:
        try:
            yield "tmpfs", small, {}
        finally:
            subprocess.run(["umount", "-l", str(small)], check=True)
    else:
        print(
            f"no tmpfs may be mounted here ({mounted.stderr.decode().strip()}); a file-size limit stands in"
        )
    (tmp_path / "limited").mkdir()
    yield (
        "limit",
        tmp_path / "limited",
        {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, -1))},
    )


def test_a_full_disk_ends_the_run_and_the_next_goes_on(tmp_path: Path) -> None:
    rows(tmp_path / "r.jsonl", 160)
    assert clean_here(tmp_path / "r.jsonl", tmp_path / "whole", "-f", "jsonl", "--record", "full").code == 0
    tried = 0
    for name, disk, how in full_disks(tmp_path):
        tried += 1
        out = disk / "out"
        process = start_cleaner(
            "clean", tmp_path / "r.jsonl", "-o", out, "--shard", "1", "-f", "jsonl", "--record", "full", **how
        )
        assert process.stderr
        told = process.stderr.read().decode()
        assert process.wait(120) == 2, (name, told)
        assert "cannot be written" in told and "goes on from there" in told, (name, told)
        assert "Traceback" not in told, told
        assert not (out / "summary.json").exists()
        if name == "tmpfs":
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert clean_here(tmp_path / "r.jsonl", out, "-f", "jsonl", "--record", "full").code == 0
        assert output_files(out) == output_files(tmp_path / "whole")
    assert tried


def humble() -> None:
    """Even root asks for permission from here on: without the capability to override it."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                raise OSError(ctypes.get_errno(), "prctl")


@LINUX
def test_out_that_may_not_be_written(tmp_path: Path) -> None:
    rows(tmp_path / "r.jsonl", 3)
    (tmp_path / "closed").mkdir(mode=0o555)
    for out in (tmp_path / "closed", tmp_path / "closed/out"):
        process = start_cleaner("clean", tmp_path / "r.jsonl", "-o", out, preexec_fn=humble)
        assert process.stderr and process.wait(60) == 2
        told = process.stderr.read().decode()
        assert f"{tmp_path}/closed" in told and "cannot be written" in told and "Traceback" not in told
    assert not [*(tmp_path / "closed").iterdir()]


@LINUX
def test_what_may_not_be_read(tmp_path: Path) -> None:
    given = tmp_path / "in"
    (given / "folder").mkdir(parents=True)
    for name in ("a.txt", "closed.txt", "folder/b.txt", "z.txt"):
        (given / name).write_text(PROSE)
    (given / "closed.txt").chmod(0)
    (given / "folder").chmod(0)
    try:
        process = start_cleaner("clean", given, "-o", tmp_path / "out", preexec_fn=humble)
        assert process.stderr and process.wait(60) == 3
    finally:
        (given / "folder").chmod(0o755)
    told = process.stderr.read().decode()
    for name in ("closed.txt", "folder"):
        assert f"{given}/{name}: Permission denied" in told
    assert [row["verdict"] for row in manifest(tmp_path / "out")] == ["clean", "failed", "failed", "clean"]


# -- inputs


@LINUX
def test_a_document_beyond_memory_or_time_fails_alone(tmp_path: Path) -> None:
    given = tmp_path / "in"
    given.mkdir()
    (given / "a.txt").write_text(PROSE)
    (given / "large.txt").write_bytes(b"a line\n" * 400_000)
    (given / "z.txt").write_text(PROSE)
    for how, code, told in (
        (("--memory", "130"), "memory", "needed more than 130 MiB of memory"),
        (("--timeout", "1"), "timeout", "took longer than 1 seconds"),
    ):
        ran = clean(given, tmp_path / code, *how, "--workers", "1")
        assert (ran.code, f"{given}/large.txt: {told}" in ran.err) == (3, True), ran.err
        found = {row["id"]: row for row in manifest(tmp_path / code)}
        assert found["large.txt"]["error"]["code"] == code
        assert found["a.txt"]["verdict"] == found["z.txt"]["verdict"] == "clean"
        summary(tmp_path / code)


ATTRIBUTES = " ".join(f"a{n}=1" for n in range(20_000))
HEAVY = ("long-line.txt", "many-lines.txt", "attributes.html", "paragraphs.html")


def test_hostile_inputs_beside_good_ones(tmp_path: Path) -> None:
    given, want = tmp_path / "in", {}
    given.mkdir()
    for name in ("a-good.txt", "m-good.txt", "z-good.txt"):
        (given / name).write_text(PROSE)
        want[name] = "clean"
    want |= _hostile(given)
    ran = clean(
        given, tmp_path / "out", "--record", "full", "--largest", "32", "--timeout", "8", "--workers", "2"
    )
    assert ran.code == 3, ran.err
    found = {row["id"]: row for row in manifest(tmp_path / "out")}
    got = {id: row["error"]["code"] if row["error"] else row["verdict"] for id, row in found.items()}
    for name in HEAVY:  # cleaned or given up, by what this machine can do in that time
        assert got.pop(name) in (want.pop(name), "timeout", "memory")
    assert got == want
    for name in ("a-good.txt", "m-good.txt", "z-good.txt"):
        assert (tmp_path / "out/corpus" / name).read_text() == PROSE
    for row in found.values():
        assert row["error"] is None or row["error"]["message"] in ran.err
    assert summary(tmp_path / "out")["documents"]["in"] == len(manifest(tmp_path / "out"))
    assert not (tmp_path / "up.txt").exists()
    back = cleaner("restore", tmp_path / "out", "-o", tmp_path / "back")
    assert back.code == 3
    for path in given.rglob("*.txt"):
        if path.is_file() and want.get(path.relative_to(given).as_posix()) in ("clean", "empty"):
            name = safe_path(path.relative_to(given).as_posix())
            assert (tmp_path / "back" / name).read_bytes() == path.read_bytes()


def _hostile(given: Path) -> dict[str, str]:
    """Files that have ended other tools, and what becomes of each."""
    page = f"<html><body><p>{PROSE}</p>%s</body></html>"
    texts: dict[str, tuple[bytes, str]] = {
        "empty.txt": (b"", "empty"),
        "nul.txt": ((PROSE + "\0" + PROSE).encode(), "clean"),
        "utf16.txt": (PROSE.encode("utf-16"), "clean"),
        "wrong-charset.html": (b'<meta charset="utf-8">' + (page % "caf\xe9").encode("cp1252"), "clean"),
        "control-references.html": ((page % ("<p>one&#8;two&#x1f;</p>" * 200)).encode(), "clean"),
        "entity-chain.html": ((page % ("<p>&" + "amp;" * 30_000 + "</p>")).encode(), "clean"),
        "combining-marks.txt": ((PROSE + "a" + "\u0301\u0323" * 30_000).encode(), "clean"),
        "nested.html": ((page % ("<div>" * 5_000 + PROSE + "</div>" * 5_000)).encode(), "clean"),
        "attributes.html": ((page % f"<p {ATTRIBUTES}>x</p>").encode(), "clean"),
        "paragraphs.html": ((page % ("<p>A short one.</p>" * 40_000)).encode(), "clean"),
        "long-line.txt": ((PROSE.replace("\n", " ") * (4_000_000 // len(PROSE))).encode(), "clean"),
        "many-lines.txt": (b"a line\n" * 200_000, "clean"),
        "surrogates.jsonl": (b'{"id":"lone","text":"' + PROSE[:90].encode() + b' \\ud800 half"}\n', ""),
        "utf16-big.txt": (b"\xfe\xff" + PROSE.encode("utf-16-be"), "clean"),
        "utf32.txt": (PROSE.encode("utf-32"), "clean"),
        "latin.txt": (("Das Café öffnet früh, sagte der Bürgermeister. " * 9).encode("latin-1"), "clean"),
        "cyrillic.txt": (("Мост закрыли на ремонт, и жители ездят в объезд. " * 9).encode("cp1251"), "clean"),
        "packed.txt.xz": (lzma.compress(PROSE.encode()), "clean"),
        "packed.txt.bz2": (bz2.compress(PROSE.encode()), "clean"),
        "packed.txt.zst": (zstd(PROSE.encode()), "clean"),
        "bomb.txt.xz": (lzma.compress(bytes(64 << 20)), "too-large"),
        "bomb.txt.zst": (zstd(bytes(64 << 20)), "too-large"),
        "truncated.txt.zst": (zstd(random.Random(2).randbytes(9000))[:5000], "unreadable"),
        "truncated.txt.xz": (lzma.compress(random.Random(3).randbytes(9000))[:5000], "unreadable"),
        "truncated.txt.bz2": (bz2.compress(random.Random(4).randbytes(9000))[:5000], "unreadable"),
        "CON.txt": (PROSE.encode(), "clean"),
        "aux.html": ((page % "x").encode(), "clean"),
        "NUL .txt": (PROSE.encode(), "clean"),
        "n" * 251 + ".txt": (PROSE.encode(), "clean"),
        "ж" * 125 + ".txt": (PROSE.encode(), "clean"),
        "new\nline.txt": (PROSE.encode(), "clean"),
        "-o.txt": (PROSE.encode(), "clean"),
        "binary.txt": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "binary"),
        "bomb.txt.gz": (gzip.compress(bytes(64 << 20), mtime=0), "too-large"),
        "bomb.html.bz2": (bz2.compress(b"<p>" * (16 << 20)), "too-large"),
        "no-gzip.txt.gz": (PROSE.encode(), "unreadable"),
        "truncated.txt.gz": (gzip.compress(random.Random(1).randbytes(90_000))[:50_000], "unreadable"),
        "rows.jsonl": (
            b"\n".join((
                b'{"id":"../../up","text":"climbs out of the folder, or would if it could"}',
                b'{"id":"same","text":"the first of two with one id"}',
                b'{"id":"same","text":"the second of them"}',
                b'{"id":"CON","text":"a name that Windows keeps for itself"}', b"{not JSON", b"[1]",
                b'{"id":"no text"}', b'{"id":"\xff","text":"no UTF-8"}',
                b'{"id":"' + b"long" * 200 + b'","text":"a name of 800 letters"}',
                b'{"id":"deep","text":"x","more":' + b"[" * 5000 + b"]" * 5000 + b"}",
            )), "",
        ),
        "odd \udcff name.txt": (PROSE.encode(), "clean"),
        "back\\slash:colon?.txt": (PROSE.encode(), "clean"),
    }  # fmt: skip
    for name, (data, _) in texts.items():
        (given / name).write_bytes(data)
    want = {name: verdict for name, (_, verdict) in texts.items() if verdict}
    want |= {"lone": "clean", "../../up": "clean", "same": "clean", "CON": "clean", "long" * 200: "clean"}
    want |= {f"rows.jsonl:{n}": "bad-row" for n in (5, 6, 8, 10)} | {"no text": "bad-row"}
    (given / "dangling.txt").symlink_to(given / "nowhere")
    (given / "loop.txt").symlink_to(given / "loop.txt")
    (given / "folder.txt").mkdir()
    (given / "folder.txt/again").symlink_to(given)
    (given.parent / "outside").mkdir()
    (given.parent / "outside/linked.txt").write_text(PROSE)
    (given / "leaves").symlink_to(given.parent / "outside")
    os.mkfifo(given / "pipe.txt")
    want |= {"dangling.txt": "unreadable", "loop.txt": "unreadable", "pipe.txt": "unreadable"}
    return want | {"leaves/linked.txt": "clean"}
