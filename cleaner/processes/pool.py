"""Supervised processes: results in the order of the tasks, and no task's end is another's.

One supervisor hands tasks to processes and never waits for any of them: it writes and reads without blocking,
watches each one's clock and memory, and replaces those that end. Processes, not threads: only a process can
be killed. They come from a fork server that has loaded everything first, so that replacing one costs
milliseconds and libraries are never loaded while work goes on.

Memory is watched from here (resident pages, from /proc) rather than capped with RLIMIT_AS: under such a cap
an allocation fails inside a library, which may go on with half an answer, and the same input would give
another result; a process that is killed gives none. Address space is also no measure of memory used.
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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_all_start_methods, get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal, Protocol

from cleaner.errors import CleanerError

Reason = Literal["timeout", "memory", "killed"]

# Tasks in a process's hands, so that it need not wait for us; few, since each waits for those before it.
IN_HAND = 4
HAND_BYTES = 1 << 20
# Tasks and results that may wait behind a slow one: at 500 documents a second, eight seconds.
WINDOW = 4096
WINDOW_BYTES = 64 << 20
# Read ahead of that by the thread that reads.
AHEAD, AHEAD_BYTES = 64, 16 << 20
# How often memory and clocks are looked at.
TICK = 0.1
# Libraries are slow to load on a cold disk; a process that is not ready by then never will be.
READY_WITHIN = 120.0
STARTS = 3
HEADER = struct.Struct("!i")
CHUNK = 1 << 18
LONG_HEADER = struct.Struct("!Q")  # as multiprocessing frames messages over 2 GiB, after a -1
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class WorkerError(CleanerError):
    """Processes cannot be started, or a task was lost with the process that had it."""


class Work(Protocol):
    """What processes do. It is sent to each one, so it can be pickled."""

    @property
    def preload(self) -> tuple[str, ...]:
        """Modules that load what the work needs as they are imported, once, for all processes."""

    def prepare(self) -> None:
        """Load whatever is still missing, in each process, before its first task."""

    def __call__(self, task: Any, /) -> Any:
        """One task's result."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may take.

    Attributes:
        timeout: seconds for one task.
        memory: bytes resident, what all processes share included.
        tasks: after so many it makes room for a new one: what leaks stays small.
        steady: bytes after which it makes room for a new one too: what one large task took is given back.
    """

    timeout: float = 60.0
    memory: int = 2 << 30
    tasks: int = 2000
    steady: int = 192 << 20


@dataclass(frozen=True, slots=True)
class Ready:
    """Not a task: handed through in its place."""

    value: Any


@dataclass(frozen=True, slots=True)
class Lost:
    """Instead of a result: why there is none."""

    reason: Reason
    message: str


@dataclass(slots=True)
class _Task:
    value: Any
    data: bytes = b""
    died: bool = False  # once already with a process that ended
    result: Any = None
    size: int = 0
    done: bool = False


class Workers:
    """`run` tasks; `close`, or leave the `with`, when done: no process stays behind."""

    def __init__(self, count: int, work: Work, limits: Limits | None = None) -> None:
        self._work, self._limits = work, limits or Limits()
        self._context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
        self._selector = selectors.DefaultSelector()
        self._again: deque[_Task] = deque()  # lost with a process; first in line
        self._hands: list[_Hand] = []
        self._free = count
        self._failed_starts = 0
        self._watched = 0.0
        self._held = 0  # bytes of results that wait for their turn

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Each task, or the value of each `Ready`, with its result, `Lost`, or None for `Ready`.

        An exception that a task raises is raised here, when its turn comes.
        """
        order: deque[_Task] = deque()
        with _Source(tasks) as source:
            self._selector.register(source.wake, selectors.EVENT_READ, source)
            try:
                yield from self._in_order(source, order)
            finally:
                with suppress(KeyError, RuntimeError):  # closed meanwhile
                    self._selector.unregister(source.wake)

    def close(self) -> None:
        """End all processes, now."""
        for hand in [*self._hands]:
            self._end(hand, kill=True)
        self._selector.close()

    # -- order

    def _in_order(self, source: _Source, order: deque[_Task]) -> Iterator[tuple[Any, Any]]:
        todo: deque[_Task] = deque()
        while True:
            self._take(source, order, todo)
            self._hand_out(todo)
            if not order and source.finished():
                return
            done = bool(order and order[0].done)
            self._wait(0 if done else TICK)
            if done:
                task = order.popleft()
                self._held -= task.size
                yield task.value, _given(task.result)

    def _take(self, source: _Source, order: deque[_Task], todo: deque[_Task]) -> None:
        """Tasks that were read, as far as the window goes. Few wait in `todo`: the rest is better unread."""
        while len(todo) < IN_HAND * max(self._free + len(self._hands), 1) and len(order) < WINDOW:
            if sum(len(task.data) for task in todo) > HAND_BYTES:
                return
            if self._held > WINDOW_BYTES:
                return
            task = source.next()
            if task is None:
                return
            order.append(task)
            if not task.done:
                todo.append(task)

    def _hand_out(self, todo: deque[_Task]) -> None:
        while self._again or todo:
            alone = bool(self._again and self._again[0].died)
            hand = self._hand(alone)
            if hand is None:
                return
            task = self._again.popleft() if self._again else todo.popleft()
            hand.give(task, alone)
            self._interest(hand)

    def _hand(self, alone: bool) -> _Hand | None:
        """The process with least to do; a new one where all have something and one more may be."""
        open_to = [hand for hand in self._hands if hand.takes(alone)]
        best = min(open_to, key=lambda hand: len(hand.tasks), default=None)
        if self._free and (best is None or best.tasks):
            return self._start()
        return best

    # -- processes

    def _start(self) -> _Hand:
        self._free -= 1
        ours, theirs = self._context.Pipe()
        with _deaf():
            if self._context.get_start_method() == "forkserver":  # heard only by the first that starts one
                self._context.set_forkserver_preload(["__main__", *self._work.preload])
            told = (theirs, self._work, self._limits, str(Path.cwd()))
            make: Any = self._context  # whatever the way of starting, this it has
            process: BaseProcess = make.Process(target=_serve, args=told, daemon=True)
            process.start()
        theirs.close()
        os.set_blocking(ours.fileno(), False)
        hand = _Hand(ours, process, self._limits.tasks)
        self._hands.append(hand)
        self._selector.register(ours.fileno(), selectors.EVENT_READ, hand)
        return hand

    def _end(self, hand: _Hand, *, kill: bool) -> None:
        """Take a process out. What it still has in its hands is the caller's to think about."""
        self._selector.unregister(hand.pipe.fileno())
        self._hands.remove(hand)
        self._free += 1
        if kill:
            hand.kill()
        hand.pipe.close()
        hand.process.join(None if kill else READY_WITHIN)

    # -- waiting

    def _wait(self, seconds: float) -> None:
        for key, events in self._selector.select(seconds):
            if isinstance(key.data, _Source):
                key.data.woken()
                continue
            hand: _Hand = key.data
            if events & selectors.EVENT_WRITE:
                hand.send()
                self._interest(hand)
            if events & selectors.EVENT_READ:
                self._receive(hand)
        now = time.monotonic()
        if now - self._watched >= TICK:
            self._watched = now
            for hand in [*self._hands]:
                self._watch(hand, now)

    def _interest(self, hand: _Hand) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if hand.unsent else 0)
        self._selector.modify(hand.pipe.fileno(), events, hand)

    def _receive(self, hand: _Hand) -> None:
        alive = hand.receive()
        self._held += hand.take_in()
        if hand.ready:
            self._failed_starts = 0
        if not alive:
            self._died(hand)
        elif not hand.tasks and (hand.done >= self._limits.tasks or hand.spent):
            self._end(hand, kill=False)

    def _watch(self, hand: _Hand, now: float) -> None:
        if not hand.ready:
            if now - hand.since > READY_WITHIN:
                self._died(hand)
        elif hand.tasks and now - hand.since > self._limits.timeout:
            self._lose(hand, Lost("timeout", f"took longer than {self._limits.timeout:g} seconds"))
        elif hand.tasks:
            memory = resident(hand.process.pid) or 0
            hand.spent = hand.spent or memory > self._limits.steady
            if memory > self._limits.memory:
                told = f"needed more than {self._limits.memory >> 20} MiB of memory"
                self._died(hand, Lost("memory", told))

    def _lose(self, hand: _Hand, why: Lost) -> None:
        """The task it is at has had its chance; those behind it have not been looked at."""
        self._held += hand.last_words()
        if hand.tasks:
            hand.lose(why)
        self._end(hand, kill=True)
        self._again.extendleft(reversed(hand.tasks))

    def _died(self, hand: _Hand, why: Lost | None = None) -> None:
        """It ended by itself or by somebody's hand. The task it was at is tried once more, alone."""
        self._held += hand.last_words()
        self._end(hand, kill=True)
        code = hand.process.exitcode
        if not hand.ready:
            self._failed_starts += 1
            if self._failed_starts >= STARTS:
                raise WorkerError(f"worker processes end before they are ready (exit code {code})")
        elif hand.tasks and hand.tasks[0].died:
            told = f"signal {-code}" if code and code < 0 else f"exit code {code}"
            hand.lose(why or Lost("killed", f"ended the process that had it, twice ({told})"))
        elif hand.tasks:
            hand.tasks[0].died = True
        self._again.extendleft(reversed(hand.tasks))


@dataclass(eq=False)
class _Hand:
    """One process as the supervisor sees it: what it was given, first the task it is at."""

    pipe: Connection
    process: BaseProcess
    limit: int
    tasks: deque[_Task] = field(default_factory=deque)
    unsent: deque[memoryview] = field(default_factory=deque)
    came: bytearray = field(default_factory=bytearray)
    since: float = field(default_factory=time.monotonic)
    ready: bool = False
    spent: bool = False
    alone: bool = False
    done: int = 0

    def takes(self, alone: bool) -> bool:
        """Whether it can be given one more task."""
        if self.spent or self.alone or self.done + len(self.tasks) >= self.limit or (alone and self.tasks):
            return False
        return len(self.tasks) < IN_HAND and sum(len(task.data) for task in self.tasks) < HAND_BYTES

    def give(self, task: _Task, alone: bool) -> None:
        if not self.tasks:
            self.since = time.monotonic()
        self.alone = alone
        self.tasks.append(task)
        size = len(task.data)
        head = HEADER.pack(size) if size < 1 << 31 else HEADER.pack(-1) + LONG_HEADER.pack(size)
        self.unsent.extend((memoryview(head), memoryview(task.data)))
        self.send()

    def send(self) -> None:
        """As much as the pipe takes."""
        with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            while self.unsent:
                sent = os.write(self.pipe.fileno(), self.unsent[0][:CHUNK])
                self.unsent[0] = self.unsent[0][sent:]
                if not self.unsent[0]:
                    self.unsent.popleft()

    def receive(self) -> bool:
        """What has come; False at the end."""
        with suppress(BlockingIOError):
            while data := self._read():
                self.came += data
                if len(data) < CHUNK // 4:
                    return True
            return False
        return True

    def _read(self) -> bytes:
        try:
            return os.read(self.pipe.fileno(), CHUNK)
        except ConnectionResetError:  # it ended with unread tasks in the pipe
            return b""

    def take_in(self) -> int:
        """Results that are whole; gives their bytes."""
        size = 0
        for message in self.messages():
            if self.ready:
                size += self._finish(message)
            else:
                self.ready, self.since = True, time.monotonic()
        return size

    def last_words(self) -> int:
        """Kill it, and take in what it had still sent."""
        self.kill()
        self.process.join(READY_WITHIN)
        until = time.monotonic() + 1
        while self.receive() and time.monotonic() < until:
            time.sleep(TICK / 100)
        return self.take_in()

    def messages(self) -> Iterator[bytes]:
        while len(self.came) >= HEADER.size:
            start, (size,) = HEADER.size, HEADER.unpack_from(self.came)
            if size == -1:
                start += LONG_HEADER.size
                if len(self.came) < start:
                    return
                (size,) = LONG_HEADER.unpack_from(self.came, HEADER.size)
            if len(self.came) < start + size:
                return
            message = bytes(self.came[start : start + size])
            del self.came[: start + size]
            yield message

    def _finish(self, message: bytes) -> int:
        """The task it was at is done."""
        task = self.tasks.popleft()
        task.result, task.size, task.data, task.done = message, len(message), b"", True
        self.done += 1
        self.alone = False
        self.since = time.monotonic()
        return len(message)

    def lose(self, why: Lost) -> None:
        task = self.tasks.popleft()
        task.result, task.data, task.done = why, b"", True

    def kill(self) -> None:
        with suppress(ProcessLookupError, AttributeError):
            self.process.kill()


def _given(message: Any) -> Any:
    if not isinstance(message, bytes):
        return message
    fine, value = pickle.loads(message)
    if fine:
        return value
    raise value


class _Source:
    """Reads the tasks in a thread of its own: they may come from a pipe, for which nobody waits here."""

    def __init__(self, tasks: Iterable[Any]) -> None:
        self._tasks = tasks
        self._found: deque[_Task] = deque()
        self._room = threading.Condition()
        self._bytes = 0
        self._error: BaseException | None = None
        self._stopped = self._ended = False
        self.wake, self._bell = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self._bell, False)
        # a thread that waits for a pipe cannot be stopped; it must not keep the program from ending
        self._thread = threading.Thread(target=self._read, name="reader", daemon=True)

    def __enter__(self) -> _Source:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._room:
            self._stopped = True
            self._room.notify()
        self._thread.join(TICK)
        with self._room:
            os.close(self.wake)
            os.close(self._bell)
            self._bell = -1

    def finished(self) -> bool:
        """Whether there is no more; the reader's error is raised now, after all that it had read."""
        if not self._ended or self._found:
            return False
        if self._error:
            raise self._error
        return True

    def next(self) -> _Task | None:
        """The next task read; None when there is none yet, or no more."""
        with self._room:
            if not self._found:
                return None
            task = self._found.popleft()
            self._bytes -= len(task.data)
            self._room.notify()
            return task

    def woken(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.wake, 4096)

    def _read(self) -> None:
        try:
            for value in self._tasks:
                if not self._put(_task(value)):
                    return
        except BaseException as error:
            self._error = error
        finally:
            with self._room:
                self._ended = True
                self._ring()

    def _put(self, task: _Task) -> bool:
        with self._room:
            while len(self._found) >= AHEAD or (self._found and self._bytes > AHEAD_BYTES):
                if self._stopped:
                    return False
                self._room.wait()
            self._found.append(task)
            self._bytes += len(task.data)
            self._ring()
            return not self._stopped

    def _ring(self) -> None:
        if self._bell >= 0:
            with suppress(BlockingIOError):
                os.write(self._bell, b"!")


def _task(value: Any) -> _Task:
    if isinstance(value, Ready):
        return _Task(value.value, done=True)
    return _Task(value, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes begun here never hear Ctrl-C: it is the supervisor who ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which would take the mask off as it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def resident(pid: int | None) -> int | None:
    """Bytes of memory that a process holds; None where the system does not tell (only Linux does)."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return None


# -- in the process


def _serve(pipe: Connection, work: Work, limits: Limits, folder: str) -> None:
    """Tasks one after the other, until the supervisor closes the pipe or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(folder)
    work.prepare()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send_bytes(b"ready")
        while True:
            task = pickle.loads(pipe.recv_bytes())
            _mind(limits.timeout)
            pipe.send_bytes(_result(work, task))


def _result(work: Callable[[Any], Any], task: Any) -> bytes:
    try:
        return pickle.dumps((True, work(task)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        error.add_note("".join(traceback.format_exception(error)))
        with suppress(Exception):
            return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        return pickle.dumps((False, WorkerError(f"{type(error).__name__}: {error}")))


def _mind(timeout: float) -> None:
    """End this process by itself when the supervisor, who would do so, is no more."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 2 * timeout + 10)
