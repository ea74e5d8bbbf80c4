"""A pool of supervised processes: results come in the order of the tasks, and a task that fails fails alone.

The supervisor (the process that owns the pool) sends tasks to workers and never waits for one of them: it
writes and reads without blocking, watches the time and memory that each task takes, and replaces workers that
end. Workers are processes, not threads: only a process can be killed. They are forked from a server that has
loaded everything first (`fork_server.py`), so that replacing one costs milliseconds and no task's time is
spent on loading.

The supervisor watches memory (resident pages, from /proc) instead of setting RLIMIT_AS: under such a limit an
allocation fails inside a library, which may go on with a partial answer, so that the same input gives another
result; a process that is killed gives none. Nor does address space measure the memory in use. What counts is
the growth since the worker was ready: what it shares with the server is no task's.
"""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import struct
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, Literal, Protocol

from cleaner.deadline import ActiveClock, waiting_s
from cleaner.processes.fork_server import STARTUP_TIMEOUT_S, WorkerError, WorkerProcess, fork_worker

__all__ = [
    "Engine",
    "Limits",
    "PassThrough",
    "ProcessPool",
    "TaskLost",
    "WorkerError",
    "resident_bytes",
    "usable_cpus",
]

LossReason = Literal["timeout", "memory", "killed"]

# Tasks sent to a worker at a time, so that it need not wait for the supervisor; few, since each waits for
# those before it.
MAX_TASKS_IN_WORKER = 4
MAX_BYTES_IN_WORKER = 1 << 20
# Tasks and results that may wait for a slow task before them: eight seconds' worth at 500 documents a second
MAX_WAITING_TASKS = 4096
MAX_WAITING_BYTES = 64 << 20
# Results handed out one after the other before the workers are looked at again: each has tasks meanwhile.
MAX_RESULTS_IN_A_ROW = 8
# Tasks beyond those that the reading thread may have ready; once it is so far ahead it waits until half is
# taken: to go to and fro for each task takes as long as to read it.
MAX_READ_AHEAD_TASKS, MAX_READ_AHEAD_BYTES = 64, 16 << 20
# How often the time and memory of each worker are checked. A task's time runs from the first such check on:
# to ask the system as each task begins would be a good part of what the supervisor does for it.
CHECK_INTERVAL_S = 0.1
# Of the time between two such checks no more counts: the supervisor was stopped, and perhaps its workers too.
MAX_CHECK_GAP_S = 1.0
# So often a worker gives back the memory that its last tasks took and that lies free in between: 80 pages
# leave some 35 MB. To do so, and to get it again, takes some milliseconds.
TASKS_PER_TRIM = 50
MAX_FAILED_STARTS = 3
MAX_WATCHED_S = 1e6  # longer is no limit
HEADER = struct.Struct("!i")
PIPE_CHUNK_BYTES = 1 << 18
LONG_HEADER = struct.Struct("!Q")  # after a -1: how multiprocessing frames messages over 2 GiB
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class TaskFunction(Protocol):
    """What a worker does with a task. It is pickled and sent to each worker."""

    @property
    def preload(self) -> tuple[str, ...]:
        """Modules for the fork server to import, once, before it forks: workers share what they load."""

    def __call__(self, task: Any, /) -> Any:
        """One task's result."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use.

    Attributes:
        timeout: seconds for one task.
        memory: bytes by which a worker's resident memory may grow; one that grows more is killed.
        max_tasks: after so many a worker is replaced, which bounds what leaks.
        recycle_memory: bytes of growth above which a worker is replaced after its task: a library may keep
            what one large task took.
    """

    timeout: float = 60.0
    memory: int = 2 << 30
    max_tasks: int = 2000
    recycle_memory: int = 128 << 20


@dataclass(frozen=True, slots=True)
class PassThrough:
    """Not a task: `run` yields it in its place with the result None. `size`: in bytes, if it is large."""

    value: Any
    size: int = 0


@dataclass(frozen=True, slots=True)
class TaskLost:
    """In place of a result: why there is none."""

    reason: LossReason
    message: str


@dataclass(slots=True)
class _Task:
    value: Any
    pickled: bytes = b""
    was_lost_once: bool = False  # a worker ended while it had this task
    result: Any = None
    result_bytes: int = 0
    is_done: bool = False


class Pool(Protocol):
    """What runs tasks: the processes of this machine, or workers elsewhere."""

    def __enter__(self) -> Pool: ...

    def __exit__(self, *_: object) -> None: ...

    def run(self, tasks: Iterable[Any], /) -> Iterator[tuple[Any, Any]]:
        """As `ProcessPool.run`."""


class Engine(Protocol):
    """Starts a pool of `count` workers whose machines need not be able to read what this one can."""

    def __call__(self, count: int, function: TaskFunction, limits: Limits | None = None, /) -> Pool: ...


class ProcessPool:
    """Runs tasks in processes, all of which end with `close` or at the end of the `with`."""

    def __init__(self, count: int, function: TaskFunction, limits: Limits | None = None) -> None:
        self._function, self._limits = function, limits or Limits()
        self._selector = selectors.DefaultSelector()
        self._retry_queue: deque[_Task] = deque()  # sent to a worker that ended; they go first
        self._workers: list[_Worker] = []
        self._free_slots = count
        self._failed_starts = 0
        self._last_check = 0.0
        self._clock = ActiveClock(MAX_CHECK_GAP_S)
        self._waiting_bytes = 0  # bytes of results that wait for their turn

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Each task with its result or `TaskLost`, and the value of each `PassThrough` with None; in order.

        An exception that a task raises is raised here in place of its result.
        """
        order: deque[_Task] = deque()
        with _TaskReader(tasks) as reader:
            self._selector.register(reader.wake_fd, selectors.EVENT_READ, reader)
            try:
                yield from self._results_in_order(reader, order)
            finally:
                with suppress(KeyError, RuntimeError):  # closed meanwhile
                    self._selector.unregister(reader.wake_fd)

    @property
    def process_ids(self) -> list[int]:
        """Those of the workers that there are now."""
        return [worker.process.pid for worker in self._workers]

    def close(self) -> None:
        """End all workers at once."""
        for worker in [*self._workers]:
            self._remove_worker(worker, kill=True)
        self._selector.close()

    # -- order

    def _results_in_order(self, reader: _TaskReader, order: deque[_Task]) -> Iterator[tuple[Any, Any]]:
        unsent: deque[_Task] = deque()
        while True:
            self._read_tasks(reader, order, unsent)
            self._submit_tasks(unsent)
            if not order and reader.is_finished():
                return
            is_done = bool(order and order[0].is_done)
            self._wait_for_events(0 if is_done else CHECK_INTERVAL_S)
            for _ in range(MAX_RESULTS_IN_A_ROW):
                if not (order and order[0].is_done):
                    break
                task = order.popleft()
                self._waiting_bytes -= task.result_bytes
                yield task.value, _unpickle_result(task.result)

    def _read_tasks(self, reader: _TaskReader, order: deque[_Task], unsent: deque[_Task]) -> None:
        """Take over tasks that were read, within the limits on what waits; few are unsent at a time."""
        max_unsent = MAX_TASKS_IN_WORKER * max(self._free_slots + len(self._workers), 1)
        unsent_bytes = sum(len(task.pickled) for task in unsent)
        while len(unsent) < max_unsent and len(order) < MAX_WAITING_TASKS:
            if unsent_bytes > MAX_BYTES_IN_WORKER or self._waiting_bytes > MAX_WAITING_BYTES:
                return
            task = reader.next()
            if task is None:
                return
            order.append(task)
            if task.is_done:
                self._waiting_bytes += task.result_bytes
            else:
                unsent.append(task)
                unsent_bytes += len(task.pickled)

    def _submit_tasks(self, unsent: deque[_Task]) -> None:
        while self._retry_queue or unsent:
            alone = bool(self._retry_queue and self._retry_queue[0].was_lost_once)
            worker = self._choose_worker(alone)
            if worker is None:
                return
            task = self._retry_queue.popleft() if self._retry_queue else unsent.popleft()
            worker.submit(task, alone)
            self._update_selector(worker)

    def _choose_worker(self, alone: bool) -> _Worker | None:
        """The worker with the fewest tasks; a new one if all are busy and the pool is not full."""
        available = [worker for worker in self._workers if worker.can_accept(alone)]
        least_busy = min(available, key=lambda worker: len(worker.tasks), default=None)
        if self._free_slots and (least_busy is None or least_busy.tasks):
            return self._start_worker()
        return least_busy

    # -- processes

    def _start_worker(self) -> _Worker:
        self._free_slots -= 1
        ours, theirs = Pipe()
        with theirs:
            process = fork_worker(theirs, self._function.preload)
        os.set_blocking(ours.fileno(), False)
        worker = _Worker(ours, process, self._limits.max_tasks, self._clock)
        arguments = (self._function, self._limits, str(Path.cwd()))
        worker.put(pickle.dumps((run_worker, arguments), pickle.HIGHEST_PROTOCOL))
        self._workers.append(worker)
        self._selector.register(ours.fileno(), selectors.EVENT_READ, worker)
        self._update_selector(worker)
        return worker

    def _remove_worker(self, worker: _Worker, *, kill: bool) -> None:
        """Remove a worker from the pool; the caller takes care of the tasks it still has."""
        self._selector.unregister(worker.pipe.fileno())
        self._workers.remove(worker)
        self._free_slots += 1
        if kill:
            worker.process.kill()
        worker.pipe.close()
        worker.process.join()

    # -- waiting

    def _wait_for_events(self, seconds: float) -> None:
        for key, events in self._selector.select(seconds):
            if isinstance(key.data, _TaskReader):
                key.data.acknowledge()
                continue
            worker: _Worker = key.data
            if events & selectors.EVENT_WRITE:
                worker.send()
                self._update_selector(worker)
            if events & selectors.EVENT_READ:
                self._receive_results(worker)
        time_now = time.monotonic()
        if time_now - self._last_check >= CHECK_INTERVAL_S:
            self._last_check, now = time_now, self._clock.now()
            for worker in [*self._workers]:
                self._check_limits(worker, now)

    def _update_selector(self, worker: _Worker) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.send_buffer else 0)
        if events != worker.awaited_events:
            worker.awaited_events = events
            self._selector.modify(worker.pipe.fileno(), events, worker)

    def _receive_results(self, worker: _Worker) -> None:
        alive = worker.receive()
        self._waiting_bytes += worker.collect_results()
        if worker.is_ready:
            self._failed_starts = 0
        if not alive:
            self._handle_exit(worker)
        elif not worker.tasks and (worker.done_count >= self._limits.max_tasks or worker.is_retired):
            self._remove_worker(worker, kill=False)

    def _check_limits(self, worker: _Worker, now: float) -> None:
        if not worker.is_ready:
            if now - worker.started_at > STARTUP_TIMEOUT_S:
                self._handle_exit(worker)
            return
        if not worker.tasks:
            return
        if not worker.is_timed:
            worker.start_time()
        if worker.has_taken_longer(self._limits.timeout, now):
            self._fail_current_task(
                worker, TaskLost("timeout", f"took longer than {self._limits.timeout:g} seconds")
            )
        else:
            growth = worker.memory_growth()
            worker.is_retired = worker.is_retired or growth > self._limits.recycle_memory
            if growth > self._limits.memory:
                message = f"needed more than {self._limits.memory >> 20} MiB of memory"
                self._handle_exit(worker, TaskLost("memory", message))

    def _fail_current_task(self, worker: _Worker, loss: TaskLost) -> None:
        """Give up the task that the worker is at; those after it, which it has not begun, are sent again."""
        self._waiting_bytes += worker.kill_and_drain()
        if worker.tasks:
            worker.fail_current_task(loss)
        self._remove_worker(worker, kill=True)
        self._retry_queue.extendleft(reversed(worker.tasks))

    def _handle_exit(self, worker: _Worker, loss: TaskLost | None = None) -> None:
        """A worker has ended, or is ended here. The task it was at is tried once more, alone."""
        self._waiting_bytes += worker.kill_and_drain()
        self._remove_worker(worker, kill=True)
        code = worker.process.exitcode
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= MAX_FAILED_STARTS:
                raise WorkerError(f"worker processes end before they are ready (exit code {code})")
        elif worker.tasks and worker.tasks[0].was_lost_once:
            exit_text = f"signal {-code}" if code and code < 0 else f"exit code {code}"
            worker.fail_current_task(
                loss or TaskLost("killed", f"ended the process that had it, twice ({exit_text})")
            )
        elif worker.tasks:
            worker.tasks[0].was_lost_once = True
        self._retry_queue.extendleft(reversed(worker.tasks))


@dataclass(eq=False)
class _Worker:
    """One worker as the supervisor sees it; the first of `tasks` is the one it is at."""

    pipe: Connection
    process: WorkerProcess
    max_tasks: int
    clock: ActiveClock
    tasks: deque[_Task] = field(default_factory=deque)
    send_buffer: deque[memoryview] = field(default_factory=deque)
    receive_buffer: bytearray = field(default_factory=bytearray)
    started_at: float = field(init=False)  # by the clock: itself; the task it is at, once that is timed
    waiting_at_start_s: float = field(init=False)  # for a processor, in its life before that
    is_timed: bool = True  # False: the task it is at began after the last look at the clock
    is_ready: bool = False
    memory_when_ready: int = 0  # resident bytes
    is_retired: bool = False
    runs_alone: bool = False
    done_count: int = 0
    awaited_events: int = selectors.EVENT_READ
    bytes_in_worker: int = 0  # of `tasks`

    def __post_init__(self) -> None:
        self.start_time()

    def start_time(self) -> None:
        """What it is at begins now."""
        self.started_at, self.waiting_at_start_s = self.clock.now(), self._waiting_s()
        self.is_timed = True

    def has_taken_longer(self, seconds: float, now: float) -> bool:
        """Whether its task took longer, without the time that others kept the processors busy."""
        elapsed = now - self.started_at
        return elapsed > seconds and elapsed - (self._waiting_s() - self.waiting_at_start_s) > seconds

    def _waiting_s(self) -> float:
        return waiting_s(self.process.pid) if self.process.pid else 0.0

    def can_accept(self, alone: bool) -> bool:
        """Whether one more task may be sent."""
        if (
            self.is_retired
            or self.runs_alone
            or self.done_count + len(self.tasks) >= self.max_tasks
            or (alone and self.tasks)
        ):
            return False
        return len(self.tasks) < MAX_TASKS_IN_WORKER and self.bytes_in_worker < MAX_BYTES_IN_WORKER

    def submit(self, task: _Task, alone: bool) -> None:
        if not self.tasks:
            self.is_timed = False
        self.runs_alone = alone
        self.tasks.append(task)
        self.bytes_in_worker += len(task.pickled)
        self.put(task.pickled)

    def memory_growth(self) -> int:
        """Resident bytes beyond those it had before its first task; 0 where the system does not say."""
        return (resident_bytes(self.process.pid) or 0) - self.memory_when_ready

    def put(self, message: bytes) -> None:
        """Send a message as soon as the pipe takes it."""
        size = len(message)
        head = HEADER.pack(size) if size < 1 << 31 else HEADER.pack(-1) + LONG_HEADER.pack(size)
        if size < PIPE_CHUNK_BYTES:
            self.send_buffer.append(memoryview(head + message))
        else:
            self.send_buffer.extend((memoryview(head), memoryview(message)))
        self.send()

    def send(self) -> None:
        """Write as much as the pipe takes."""
        with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            while self.send_buffer:
                sent = os.write(self.pipe.fileno(), self.send_buffer[0][:PIPE_CHUNK_BYTES])
                self.send_buffer[0] = self.send_buffer[0][sent:]
                if not self.send_buffer[0]:
                    self.send_buffer.popleft()

    def receive(self) -> bool:
        """Read what has arrived; False when the pipe has ended."""
        with suppress(BlockingIOError):
            while data := self._read():
                self.receive_buffer += data
                if len(data) < PIPE_CHUNK_BYTES // 4:
                    return True
            return False
        return True

    def _read(self) -> bytes:
        try:
            return os.read(self.pipe.fileno(), PIPE_CHUNK_BYTES)
        except ConnectionResetError:  # the worker ended with unread tasks in the pipe
            return b""

    def collect_results(self) -> int:
        """Take over the results that have arrived completely; returns their size in bytes."""
        size = 0
        for message in self.complete_messages():
            if self.is_ready:
                size += self._finish_task(message)
            else:
                self.is_ready, self.is_timed = True, False
                self.memory_when_ready = resident_bytes(self.process.pid) or 0
        return size

    def kill_and_drain(self) -> int:
        """Kill the worker and collect the results it had sent; returns their size in bytes."""
        self.process.kill()
        self.process.join()
        until = time.monotonic() + 1
        while self.receive() and time.monotonic() < until:
            time.sleep(CHECK_INTERVAL_S / 100)
        return self.collect_results()

    def complete_messages(self) -> Iterator[bytes]:
        while len(self.receive_buffer) >= HEADER.size:
            start, (size,) = HEADER.size, HEADER.unpack_from(self.receive_buffer)
            if size == -1:
                start += LONG_HEADER.size
                if len(self.receive_buffer) < start:
                    return
                (size,) = LONG_HEADER.unpack_from(self.receive_buffer, HEADER.size)
            if len(self.receive_buffer) < start + size:
                return
            message = bytes(self.receive_buffer[start : start + size])
            del self.receive_buffer[: start + size]
            yield message

    def _finish_task(self, message: bytes) -> int:
        """Store the result of the task that the worker was at; returns its size in bytes."""
        task = self._next_task()
        task.result, task.result_bytes, task.is_done = message, len(message), True
        self.done_count += 1
        self.runs_alone = self.is_timed = False
        return len(message)

    def fail_current_task(self, loss: TaskLost) -> None:
        task = self._next_task()
        task.result, task.is_done = loss, True

    def _next_task(self) -> _Task:
        """Take away the task that the worker is at, which is not sent again."""
        task = self.tasks.popleft()
        self.bytes_in_worker -= len(task.pickled)
        task.pickled = b""
        return task


def _unpickle_result(message: Any) -> Any:
    if not isinstance(message, bytes):
        return message
    succeeded, value = pickle.loads(message)
    if succeeded:
        return value
    raise value


class _TaskReader:
    """Reads the tasks in a thread: they may come from a pipe, which the supervisor must not wait for."""

    def __init__(self, tasks: Iterable[Any]) -> None:
        self._tasks = tasks
        self._queue: deque[_Task] = deque()
        self._condition = threading.Condition()
        self._queued_bytes = 0
        self._error: BaseException | None = None
        self._stopped = self._is_exhausted = self._is_waiting = False
        self.wake_fd, self._notify_fd = os.pipe()
        os.set_blocking(self.wake_fd, False)
        os.set_blocking(self._notify_fd, False)
        # a daemon, since a thread that waits for a pipe cannot be stopped: the program ends without it
        self._thread = threading.Thread(target=self._read, name="reader", daemon=True)

    def __enter__(self) -> _TaskReader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._condition:
            self._stopped = True
            self._condition.notify()
        self._thread.join(CHECK_INTERVAL_S)
        with self._condition:
            os.close(self.wake_fd)
            os.close(self._notify_fd)
            self._notify_fd = -1

    def is_finished(self) -> bool:
        """Whether all tasks are taken; raises the reader's error, after what was read before."""
        if not self._is_exhausted or self._queue:
            return False
        if self._error:
            raise self._error
        return True

    def next(self) -> _Task | None:
        """The next task that was read; None if there is none yet, or no more."""
        with self._condition:
            if not self._queue:
                return None
            task = self._queue.popleft()
            self._queued_bytes -= len(task.pickled)
            if self._is_waiting and self._is_half_empty():
                self._condition.notify()
            return task

    def acknowledge(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.wake_fd, 4096)

    def _read(self) -> None:
        try:
            for value in self._tasks:
                if not self._put(_make_task(value)):
                    return
        except BaseException as error:
            self._error = error
        finally:
            with self._condition:
                self._is_exhausted = True
                self._notify()

    def _put(self, task: _Task) -> bool:
        with self._condition:
            if len(self._queue) >= MAX_READ_AHEAD_TASKS or self._queued_bytes > MAX_READ_AHEAD_BYTES:
                self._is_waiting = True
                self._condition.wait_for(lambda: self._stopped or self._is_half_empty())
                self._is_waiting = False
            self._queue.append(task)
            self._queued_bytes += len(task.pickled)
            if len(self._queue) == 1:  # where there are more, the supervisor comes for them by itself
                self._notify()
            return not self._stopped

    def _is_half_empty(self) -> bool:
        return not self._queue or (
            len(self._queue) <= MAX_READ_AHEAD_TASKS // 2 and self._queued_bytes <= MAX_READ_AHEAD_BYTES // 2
        )

    def _notify(self) -> None:
        if self._notify_fd >= 0:
            with suppress(BlockingIOError):
                os.write(self._notify_fd, b"!")


def _make_task(value: Any) -> _Task:
    if isinstance(value, PassThrough):
        return _Task(value.value, is_done=True, result_bytes=value.size)
    return _Task(value, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def usable_cpus() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def resident_bytes(pid: int | None) -> int | None:
    """Resident memory of a process in bytes; None where /proc does not say (it does on Linux)."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return None


# -- in the worker


def run_worker(pipe: Connection, function: TaskFunction, limits: Limits, folder: str) -> None:
    """Do one task after the other until the supervisor closes the pipe or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(folder)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send_bytes(b"ready")
        for number in count(1):
            task = pickle.loads(pipe.recv_bytes())
            _arm_watchdog(limits.timeout)
            pipe.send_bytes(_pickled_result(function, task))
            if number % TASKS_PER_TRIM == 0:
                _give_back_memory()


def _pickled_result(function: Callable[[Any], Any], task: Any) -> bytes:
    try:
        return pickle.dumps((True, function(task)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        error.add_note("".join(traceback.format_exception(error)))
        with suppress(Exception):
            return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        return pickle.dumps((False, WorkerError(f"{type(error).__name__}: {error}")))


def _give_back_memory() -> None:
    """Have the C library give back what is free, where it can (glibc)."""
    with suppress(ImportError, OSError, AttributeError, TypeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)


def _arm_watchdog(timeout: float) -> None:
    """End this process if a task takes too long and the supervisor is no longer there to end it."""
    if timeout < MAX_WATCHED_S:
        signal.setitimer(signal.ITIMER_PROF, 2 * timeout + 10)
