"""What the pool does with actors, on a cluster that is played. `tests/adapters/test_ray.py`: a real one."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from cleaner import WorkerError
from cleaner.errors import MissingExtraError
from cleaner.processes import ray_pool
from cleaner.processes.pool import MAX_WAITING_TASKS, Limits, PassThrough, TaskLost
from cleaner.processes.ray_pool import MAX_LOSSES, RayPool, require_ray


class ActorDied(Exception):
    """As `ray.exceptions.RayError`."""


class TaskFailed(ActorDied):
    """As `ray.exceptions.RayTaskError`."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@dataclass(frozen=True)
class Squares:
    """The task: what it does with a number may be to end the actor."""

    @property
    def preload(self) -> tuple[str, ...]:
        return ()

    def __call__(self, number: int) -> int:
        return number * number


class Actor:
    """In this process. Before each batch `Cluster.ends` is asked whether the actor ends."""

    def __init__(self, cluster: Cluster, function: Squares, limits: Limits, version: str) -> None:
        self.cluster, self.function, self.is_dead = cluster, function, cluster.must_fail_to_start
        self.is_ready = SimpleNamespace(remote=lambda: Reference(self, lambda: True))
        self.run = SimpleNamespace(remote=lambda pickled: Reference(self, lambda: self._run(pickled)))

    def _run(self, pickled: list[bytes]) -> list[bytes]:
        numbers = [pickle.loads(one) for one in pickled]
        self.cluster.sent.append(numbers)
        if self.cluster.has_no_process():
            raise TaskFailed(WorkerError("no process"))
        if self.cluster.ends(numbers):
            self.is_dead = True
            raise ActorDied("gone")
        try:
            return [pickle.dumps(self.function(number)) for number in numbers]
        except Exception as error:
            raise TaskFailed(error) from error


@dataclass(frozen=True, eq=False)
class Reference:
    actor: Actor
    work: Callable[[], Any]

    def get(self) -> Any:
        if self.actor.is_dead:
            raise ActorDied("gone before")
        return self.work()


class Cluster:
    """What the pool calls of the module `ray`."""

    exceptions = SimpleNamespace(RayError=ActorDied, RayTaskError=TaskFailed)

    def __init__(self) -> None:
        self.ends: Callable[[list[int]], bool] = lambda numbers: False
        self.has_no_process: Callable[[], bool] = lambda: False
        self.must_fail_to_start = False
        self.sent: list[list[int]] = []
        self.n_actors = 0

    def is_initialized(self) -> bool:
        return True

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 2.0}

    def remote(self, **options: Any) -> Callable[[Any], Any]:
        return lambda cls: SimpleNamespace(remote=self._start)

    def _start(self, *arguments: Any) -> Actor:
        self.n_actors += 1
        return Actor(self, *arguments)

    def wait(self, references: list[Any], num_returns: int, timeout: float) -> tuple[list[Any], list[Any]]:
        return references[-1:], references[:-1]  # the last first: results come in any order

    def get(self, reference: Reference) -> Any:
        return reference.get()

    def kill(self, actor: Actor) -> None:
        actor.is_dead = True


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    played = Cluster()
    monkeypatch.setattr(ray_pool, "require_ray", lambda: played)
    return played


def run(tasks: list[Any], count: int = 0) -> list[tuple[Any, Any]]:
    with RayPool(count, Squares()) as pool:
        return [*pool.run(tasks)]


def squares(numbers: range) -> list[tuple[int, int]]:
    return [(number, number * number) for number in numbers]


def test_results_come_in_the_order_of_the_tasks(cluster: Cluster) -> None:
    assert run([*range(500)]) == squares(range(500))
    assert cluster.n_actors == 2
    assert run([]) == []


def test_what_is_no_task_is_passed_through_in_its_place(cluster: Cluster) -> None:
    tasks = [PassThrough("a"), 1, PassThrough("b"), PassThrough("c"), 2]
    assert run(tasks) == [("a", None), (1, 1), ("b", None), ("c", None), (2, 4)]
    assert run([PassThrough("a")] * 5000) == [("a", None)] * 5000


def test_there_are_no_more_actors_than_work(cluster: Cluster) -> None:
    assert run([1, 2, 3], count=8) == squares(range(1, 4))
    assert cluster.n_actors == 1


def test_an_actor_that_ends_costs_nothing(cluster: Cluster) -> None:
    deaths = iter([False, True, False, True, True])
    cluster.ends = lambda numbers: next(deaths, False)
    assert run([*range(200)]) == squares(range(200))
    assert cluster.n_actors == 2 + 3


def test_a_task_that_ends_every_actor_is_lost_alone(cluster: Cluster) -> None:
    cluster.ends = lambda numbers: 20 in numbers
    found = run([*range(64)])
    message = f"ended the Ray worker that had it, {MAX_LOSSES} times"
    assert found[20] == (20, TaskLost("killed", message))
    assert found[:20] + found[21:] == squares(range(20)) + squares(range(21, 64))
    tries = Counter(number for numbers in cluster.sent for number in numbers)
    assert tries[20] == 2 * MAX_LOSSES and max(tries[number] for number in range(64) if number != 20) <= 4


def test_actors_that_never_start_end_the_run(cluster: Cluster) -> None:
    cluster.must_fail_to_start = True
    with pytest.raises(WorkerError, match="cannot begin: gone before"):
        run([1])


def test_an_actor_without_a_process_costs_nothing(cluster: Cluster) -> None:
    """Its machine is short of memory, perhaps; if all are, that is said."""
    failures = iter([True, False, True, True])
    cluster.has_no_process = lambda: next(failures, False)
    assert run([*range(100)]) == squares(range(100))
    cluster.has_no_process = lambda: True
    with pytest.raises(WorkerError, match="cannot begin: no process"):
        run([*range(100)])


def test_what_a_task_raises_is_raised(cluster: Cluster) -> None:
    with pytest.raises(TypeError):
        run([1, "two"])


def test_a_cluster_without_a_free_processor(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cluster, "wait", lambda self, references, num_returns, timeout: ([], references))
    monkeypatch.setattr(ray_pool, "MAX_WAIT_FOR_ACTORS_S", 0.0)
    with pytest.raises(WorkerError, match="no processor free"):
        run([1])


def test_reading_stays_within_a_window_of_what_was_asked_for(cluster: Cluster) -> None:
    n_read = 0

    def tasks() -> Any:
        nonlocal n_read
        for number in range(100_000):
            n_read += 1
            yield number

    with RayPool(2, Squares()) as pool:
        results = pool.run(tasks())
        for _ in range(10):
            next(results)
        assert n_read <= MAX_WAITING_TASKS


def test_another_version_is_refused() -> None:
    with pytest.raises(WorkerError, match="install the same"):
        ray_pool.CleaningActor(Squares(), Limits(), "0.0.0")


def test_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cleaner\[ray\]'"):
        require_ray()
