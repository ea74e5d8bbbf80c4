from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleaner import deadline
from cleaner.collector import YOUNG_OBJECTS
from cleaner.processes import fork_server, pool
from cleaner.processes.pool import Limits, PassThrough, ProcessPool, TaskLost, WorkerError, resident_bytes

pytestmark = pytest.mark.slow

BIG = "x" * 3_000_000
held: list[bytes] = []  # in a worker, what it loads


@dataclass(frozen=True)
class Obey:
    """Does what a task says: `("sleep", 1)`."""

    folder: str = ""
    preload: tuple[str, ...] = ()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """In a worker, before it is ready."""
        self.__dict__.update(state)
        if self.folder == "is large":
            held.append(b"x" * (300 << 20))
        if self.folder == "dies":
            os._exit(7)

    def __call__(self, task: Any) -> Any:
        what, *how = task if isinstance(task, tuple) else (task,)
        if what == "sleep":
            time.sleep(how[0])
        elif what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif what == "kill once":
            flag = Path(self.folder) / how[0]
            if not flag.exists():
                flag.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        elif what == "raise":
            raise ValueError(how[0])
        elif what == "take":
            block = bytearray(how[0])
            time.sleep(20)
            return len(block)
        elif what == "pid":
            return os.getpid()
        elif what == "objects before a collection":
            return gc.get_threshold()[0]
        return how[-1] if how else what


def run(given: list[Any], count: int = 2, work: Obey | None = None, **limits: Any) -> list[Any]:
    with ProcessPool(count, work or Obey(), Limits(**limits)) as workers:
        return [result for _, result in workers.run(given)]


@pytest.mark.parametrize("count", [1, 3])
def test_results_come_in_the_order_of_the_tasks(count: int) -> None:
    tasks = [("sleep", (n * 7 % 5) / 500, n) for n in range(60)]
    assert run(tasks, count) == list(range(60))


def test_tasks_and_results_larger_than_any_pipe() -> None:
    assert run([BIG, 1, BIG + "y", 2] * 3) == [BIG, 1, BIG + "y", 2] * 3


def test_what_is_ready_passes_through_in_its_place() -> None:
    with ProcessPool(2, Obey()) as workers:
        found = [*workers.run([1, PassThrough("a"), ("sleep", 0.05, 2), PassThrough("b"), 3])]
    assert found == [(1, 1), ("a", None), (("sleep", 0.05, 2), 2), ("b", None), (3, 3)]


def test_a_task_that_takes_too_long_is_lost_alone() -> None:
    found = run([1, ("sleep", 60), *range(2, 30)], timeout=0.5)
    assert found[1] == TaskLost("timeout", "took longer than 0.5 seconds")
    assert [found[0], *found[2:]] == [1, *range(2, 30)]


def test_tasks_begun_between_two_looks_at_the_clock_have_their_full_time() -> None:
    tasks = [("sleep", 0.15, n) for n in range(8)]
    assert run(tasks, 1, timeout=0.6) == list(range(8))


def test_the_collector_looks_rarely_in_workers_and_as_before_here() -> None:
    here = gc.get_threshold()
    assert run(["objects before a collection"]) == [YOUNG_OBJECTS]
    assert gc.get_threshold() == here


@pytest.mark.parametrize("count", [1, 2])
def test_a_task_that_ends_its_process_is_tried_twice_and_lost_alone(count: int) -> None:
    found = run([1, 2, "kill", *range(3, 30)], count)
    assert found[2] == TaskLost("killed", "ended the process that had it, twice (signal 9)")
    assert [*found[:2], *found[3:]] == [1, 2, *range(3, 30)]


def test_a_task_whose_process_was_killed_once_is_done(tmp_path: Path) -> None:
    tasks = [("kill once", str(n), n) for n in range(6)]
    assert run(tasks, work=Obey(str(tmp_path))) == list(range(6))


@pytest.mark.skipif(resident_bytes(os.getpid()) is None, reason="memory is watched on Linux only")
def test_a_task_that_takes_too_much_memory_is_lost_alone() -> None:
    found = run([1, ("take", 400 << 20), 3, 4], memory=300 << 20)
    assert found[1] == TaskLost("memory", "needed more than 300 MiB of memory")
    assert [found[0], *found[2:]] == [1, 3, 4]


@pytest.mark.skipif(resident_bytes(os.getpid()) is None, reason="memory is watched on Linux only")
def test_what_a_process_had_when_it_was_ready_is_no_task_s() -> None:
    tasks = [("sleep", 0.15, 1), *["pid"] * 5]
    found = run(tasks, 1, Obey("is large"), memory=200 << 20, recycle_memory=100 << 20)
    assert found[0] == 1 and len({*found[1:]}) == 1


def test_a_fork_server_that_was_killed_is_started_again() -> None:
    with ProcessPool(1, Obey()) as workers:
        results = workers.run([1, ("sleep", 0.3, 2), "kill", 4])
        assert next(results) == (1, 1)
        for server in [*fork_server._servers.values()]:
            server._process.kill()
            server._process.wait()
        assert [result for _, result in results][0::2] == [2, 4]
    assert run([1, 2]) == [1, 2]


def test_a_fork_server_that_cannot_start_is_said() -> None:
    with pytest.raises(
        WorkerError, match=r"ended with exit code 1; what it said is on stderr; in Python, workers=1"
    ):
        run([1], work=Obey(preload=("no_such_module",)))


def test_a_process_forked_from_one_with_a_pool_has_its_own() -> None:
    assert run([1]) == [1]
    pid = os.fork()
    if not pid:
        os._exit(0 if run([1, 2]) == [1, 2] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert run([3]) == [3]


def test_processes_are_replaced_after_so_many_tasks() -> None:
    pids = run(["pid"] * 20, 1, max_tasks=5)
    assert [len({*pids[n : n + 5]}) for n in (0, 5, 10, 15)] == [1, 1, 1, 1]
    assert len({*pids}) == 4


def test_an_exception_is_raised_where_its_result_would_be() -> None:
    with ProcessPool(2, Obey()) as workers:
        results = workers.run([1, ("raise", "no such luck"), 3])
        assert next(results) == (1, 1)
        with pytest.raises(ValueError, match="no such luck"):
            next(results)


def test_processes_that_cannot_start_are_said() -> None:
    with pytest.raises(WorkerError, match=r"before they are ready \(exit code 7\)"):
        run([1], work=Obey("dies"))


def test_the_first_result_does_not_wait_for_the_second_task() -> None:
    gate = threading.Event()

    def tasks() -> Iterator[int]:
        yield 1
        assert gate.wait(60)
        yield 2

    with ProcessPool(2, Obey()) as workers:
        results = workers.run(tasks())
        assert next(results) == (1, 1)
        gate.set()
        assert next(results) == (2, 2)


def test_an_error_of_the_reader_comes_after_what_it_read() -> None:
    def tasks() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    with ProcessPool(1, Obey()) as workers:
        results = workers.run(tasks())
        assert next(results) == (1, 1)
        with pytest.raises(OSError, match="the disk is gone"):
            next(results)


def test_reading_stays_within_a_window_of_what_was_asked_for() -> None:
    read = []

    def tasks() -> Iterator[int]:
        for number in range(10**9):
            read.append(number)
            yield number

    with ProcessPool(2, Obey()) as workers:
        results = workers.run(tasks())
        assert [next(results)[1] for _ in range(5)] == [0, 1, 2, 3, 4]
        time.sleep(0.3)
        assert len(read) < 5000


def test_no_process_stays_behind() -> None:
    with ProcessPool(2, Obey()) as workers:
        pids = {result for _, result in workers.run(["pid"] * 50)}
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_the_working_directory_is_the_supervisors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run([("kill once", "flag", 1)], work=Obey("."))
    assert (tmp_path / "flag").exists()


def test_time_in_which_others_kept_the_processors_busy_fails_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "waiting_s", lambda pid: time.monotonic())
    assert run([("sleep", 1.0)], timeout=0.4) == [1.0]
    monkeypatch.setattr(pool, "waiting_s", lambda pid: 0.0)
    assert run([("sleep", 20)], timeout=0.4) == [TaskLost("timeout", "took longer than 0.4 seconds")]


def test_time_in_which_all_were_stopped_fails_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    real, jumps = vars(deadline)["monotonic"], iter([0.0] * 8)
    monkeypatch.setattr(deadline, "monotonic", lambda: real() + next(jumps, 1000.0))
    assert run([("sleep", 0.3)] * 3, timeout=30) == [0.3] * 3
    monkeypatch.setattr(deadline, "monotonic", real)
