"""A pool whose workers are actors of a Ray cluster: what `ProcessPool` promises, on many machines.

An actor holds a `ProcessPool` of one process, so what a document may take and how it fails is decided there,
by the same code and in the same words as on one machine. What is left for this pool is what only a cluster
has: workers on machines that go away, through no document's fault. Their tasks are sent to others.

The process that owns the pool reads all input and gets all results, in order; a node needs nothing but Ray
and this program, of the same version.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from cleaner import __version__
from cleaner.errors import MissingExtraError, UsageError, install_hint
from cleaner.processes.pool import (
    CHECK_INTERVAL_S,
    MAX_FAILED_STARTS,
    MAX_WAITING_BYTES,
    MAX_WAITING_TASKS,
    Limits,
    ProcessPool,
    TaskFunction,
    TaskLost,
    WorkerError,
    _make_task,
    _Task,
)

# Tasks sent to an actor at a time, half a second's worth: a call costs Ray about a millisecond.
MAX_BATCH_TASKS, MAX_BATCH_BYTES = 16, 1 << 20
# One that it is at, and one so that it need not wait for the driver.
MAX_BATCHES_IN_ACTOR = 2
# Actors may end with their machines; a batch that was at three of them is tried task by task.
MAX_LOSSES = 3
# A cluster that grows on demand takes minutes to add a machine.
MAX_WAIT_FOR_ACTORS_S = 900.0
END = object()


def require_ray() -> Any:
    """The module; MissingExtraError where it is not installed."""
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise MissingExtraError(f"--engine ray needs Ray: {install_hint('ray')}") from error
    return ray


@dataclass(frozen=True, slots=True)
class RayEngine:
    """Starts pools on one cluster.

    Attributes:
        address: as `ray.init` takes it: `auto`, `host:port`, `ray://host:port`. None: what RAY_ADDRESS names,
            or else a cluster of this machine alone, which ends with the pool.
    """

    address: str | None = None

    def __call__(self, count: int, function: TaskFunction, limits: Limits | None = None) -> RayPool:
        return RayPool(count, function, limits, self.address)


@dataclass(eq=False, slots=True)
class _Batch:
    """Tasks that go to an actor together."""

    tasks: list[_Task] = field(default_factory=list)
    losses: int = 0  # actors that ended while they were at it

    @property
    def is_full(self) -> bool:
        return (
            len(self.tasks) >= MAX_BATCH_TASKS
            or sum(len(task.pickled) for task in self.tasks) >= MAX_BATCH_BYTES
        )


@dataclass(eq=False, slots=True)
class _Actor:
    """An actor as the driver sees it. `batches` are by the reference to their results; it is at the first."""

    handle: Any
    started: Any  # a reference, there as soon as the actor can take tasks
    is_ready: bool = False
    batches: dict[Any, _Batch] = field(default_factory=dict)

    @property
    def awaited(self) -> Any:
        """The reference to what it says next; None where it has nothing to do."""
        return next(iter(self.batches), None) if self.is_ready else self.started


class RayPool:
    """Runs tasks in actors, all of which end with `close` or at the end of the `with`.

    Args:
        count: actors, each with one processor; 0 for as many as the cluster has processors.
        address: see `RayEngine`.

    UsageError where there is no such cluster.
    """

    def __init__(
        self, count: int, function: TaskFunction, limits: Limits | None = None, address: str | None = None
    ) -> None:
        self._ray = require_ray()
        self._is_own_connection = not self._ray.is_initialized()
        if self._is_own_connection:
            _connect(self._ray, address, count)
        self._count = count or max(int(self._ray.cluster_resources().get("CPU", 1)), 1)
        options = {"num_cpus": 1, "max_restarts": 0, "scheduling_strategy": "SPREAD"}
        self._actor_class = self._ray.remote(**options)(CleaningActor)
        self._arguments = (function, limits or Limits(), __version__)
        self._actors: list[_Actor] = []
        self._unsent: deque[_Batch] = deque()
        self._waiting_bytes = 0  # bytes of results that wait for their turn
        self._failed_starts = 0
        self._last_sign_of_life = time.monotonic()

    def __enter__(self) -> RayPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all actors at once, and the cluster if it was started here."""
        for actor in self._actors:
            self._kill(actor)
        self._actors.clear()
        if self._is_own_connection:
            self._ray.shutdown()

    def run(self, tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Each task with its result or `TaskLost`, and the value of each `PassThrough` with None; in order.

        An exception that a task raises is raised here in place of the results of its batch.
        """
        reader, order, is_read = iter(tasks), deque[_Task](), False
        while True:
            may_read = not is_read and self._may_read(order)
            if may_read:
                is_read = self._read_batch(reader, order)
            self._send_batches()
            self._receive(0 if may_read or not order or order[0].is_done else CHECK_INTERVAL_S)
            while order and order[0].is_done:
                task = order.popleft()
                self._waiting_bytes -= task.result_bytes
                yield task.value, pickle.loads(task.result) if task.result else None
            if is_read and not order:
                return

    # -- tasks

    def _may_read(self, order: deque[_Task]) -> bool:
        """Whether one more batch fits within the limits on what waits."""
        n_batches = len(self._unsent) + sum(len(actor.batches) for actor in self._actors)
        return (
            n_batches < self._count * MAX_BATCHES_IN_ACTOR
            and len(order) < MAX_WAITING_TASKS
            and self._waiting_bytes < MAX_WAITING_BYTES
        )

    def _read_batch(self, reader: Iterator[Any], order: deque[_Task]) -> bool:
        """Read one batch of tasks and what comes between them; whether that was all."""
        batch, is_read = _Batch(), False
        while not batch.is_full and len(order) < MAX_WAITING_TASKS:
            value = next(reader, END)
            if value is END:
                is_read = True
                break
            task = _make_task(value)
            order.append(task)
            if not task.is_done:
                batch.tasks.append(task)
        if batch.tasks:
            self._unsent.append(batch)
        return is_read

    def _send_batches(self) -> None:
        self._start_actors()
        while self._unsent:
            free = [a for a in self._actors if a.is_ready and len(a.batches) < MAX_BATCHES_IN_ACTOR]
            if not free:
                self._refuse_endless_wait()
                return
            actor, batch = min(free, key=lambda a: len(a.batches)), self._unsent.popleft()
            actor.batches[actor.handle.run.remote([task.pickled for task in batch.tasks])] = batch

    def _receive(self, wait_s: float) -> None:
        """Take over what one actor has to say, if any says something within so many seconds."""
        awaited = {actor.awaited: actor for actor in self._actors if actor.awaited is not None}
        if not awaited:
            return
        references, _ = self._ray.wait(list(awaited), num_returns=1, timeout=wait_s)
        for reference in references:
            self._take_over(awaited[reference], reference)

    def _take_over(self, actor: _Actor, reference: Any) -> None:
        try:
            results = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)  # of what the actor's method raised
            if isinstance(error, self._ray.exceptions.RayTaskError) and not isinstance(cause, WorkerError):
                raise cause or error from error
            self._lose(actor, cause or error)
            return
        self._last_sign_of_life = time.monotonic()
        if actor.is_ready:
            self._failed_starts = 0
            for task, result in zip(actor.batches.pop(reference).tasks, results, strict=True):
                self._finish(task, result)
        else:
            actor.is_ready = True

    def _finish(self, task: _Task, result: bytes) -> None:
        task.result, task.result_bytes, task.pickled, task.is_done = result, len(result), b"", True
        self._waiting_bytes += len(result)

    # -- actors

    def _start_actors(self) -> None:
        """As many as there is work for."""
        n_idle = sum(not actor.batches for actor in self._actors)
        while len(self._actors) < self._count and n_idle < len(self._unsent):
            handle = self._actor_class.remote(*self._arguments)
            self._actors.append(_Actor(handle, handle.is_ready.remote()))
            n_idle += 1

    def _kill(self, actor: _Actor) -> None:
        with suppress(Exception):  # gone already
            self._ray.kill(actor.handle)

    def _lose(self, actor: _Actor, error: Exception) -> None:
        """An actor has ended. Its batches are sent again; one that lost several is tried task by task."""
        self._actors.remove(actor)
        self._kill(actor)
        if not actor.is_ready or isinstance(error, WorkerError):
            self._failed_starts += 1
            if self._failed_starts >= MAX_FAILED_STARTS + self._count:  # more than one bad machine
                raise WorkerError(f"Ray's workers cannot begin: {error}")
        batches = [*actor.batches.values()]
        if batches:
            batches[:1] = self._after_loss(batches[0])
        self._unsent.extendleft(reversed(batches))

    def _after_loss(self, batch: _Batch) -> list[_Batch]:
        """What to send again of the batch that an actor was at when it ended."""
        batch.losses += 1
        if batch.losses < MAX_LOSSES:
            return [batch]
        if len(batch.tasks) > 1:
            return [_Batch([task]) for task in batch.tasks]
        message = f"ended the Ray worker that had it, {MAX_LOSSES} times"
        self._finish(batch.tasks[0], pickle.dumps(TaskLost("killed", message)))
        return []

    def _refuse_endless_wait(self) -> None:
        if any(actor.is_ready for actor in self._actors):
            return
        if time.monotonic() - self._last_sign_of_life > MAX_WAIT_FOR_ACTORS_S:
            minutes = MAX_WAIT_FOR_ACTORS_S / 60
            raise WorkerError(f"the Ray cluster had no processor free for {minutes:.0f} minutes")


def _connect(ray: Any, address: str | None, count: int) -> None:
    """Connect to the cluster, or start one of this machine."""
    is_local = not (address or os.environ.get("RAY_ADDRESS"))
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if is_local:
        # what this program does on a machine is told to nobody
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        options |= {"num_cpus": count or None, "include_dashboard": False}
    with _signals_kept():
        try:
            ray.init("local" if is_local else address, **options)
        except Exception as error:  # Ray has no type for it
            where = "on this machine" if is_local else f"at {address or os.environ['RAY_ADDRESS']}"
            raise UsageError(f"no Ray cluster {where}: {error}") from error


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray would have SIGTERM end the driver in the middle of whatever it writes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)


# -- in the cluster


class CleaningActor:
    """What a worker of the cluster is: a pool of one process, loaded once."""

    def __init__(self, function: TaskFunction, limits: Limits, version: str) -> None:
        if version != __version__:
            raise WorkerError(
                f"a node of the cluster has version {__version__} of cleaner, the driver {version}: their "
                "results would differ; install the same"
            )
        self._pool = ProcessPool(1, function, limits)

    def is_ready(self) -> bool:
        """Answered as soon as it can take tasks."""
        return True

    def run(self, pickled: list[bytes]) -> list[bytes]:
        """The pickled result of each pickled task."""
        tasks = map(pickle.loads, pickled)
        return [pickle.dumps(result, pickle.HIGHEST_PROTOCOL) for _, result in self._pool.run(tasks)]
