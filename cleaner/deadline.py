"""Raises an exception after some seconds: by a signal in the main thread, in another from a timer's thread.

Either interrupts Python code; what runs inside a library's C code goes on until that returns. Time during
which the process was stopped (Ctrl-Z, SIGSTOP, a closed lid) does not count, nor, on Linux, time during which
it waited for a processor that others kept busy.
"""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, process_time
from types import FrameType

# A timer that is set to 0 is off.
MIN_TIMER_S = 1e-6
# How often the time that has passed is looked at.
TICK_S = 0.25
NANOSECONDS = 1e9  # in a second


def waiting_s(thread_id: int) -> float:
    """Seconds that a thread, or a process's main thread, has waited for a processor since it began; 0 where
    the system does not say (Linux does, in /proc/TID/schedstat: Documentation/scheduler/sched-stats)."""
    try:
        return waited_s(Path(f"/proc/{thread_id}/schedstat").read_bytes())
    except (OSError, ValueError, IndexError):
        return 0.0


def waited_s(schedstat: bytes) -> float:
    """The seconds waited that such a file tells: its second number, in nanoseconds. ValueError or IndexError
    for anything else."""
    return int(schedstat.split()[1]) / NANOSECONDS


class ActiveClock:
    """Seconds during which this process could run.

    It has to be read often: where more than `max_gap_s` lie between two readings, the process was stopped, or
    busy: no more than that counts of them, or than the processor time that the process took meanwhile. Nor
    does the time count that the thread `thread_id` waited for a processor, where one is given.
    """

    def __init__(self, max_gap_s: float = 2 * TICK_S, thread_id: int | None = None) -> None:
        self._max_gap_s, self._thread_id = max_gap_s, thread_id
        self._seconds, self._last, self._last_cpu = 0.0, monotonic(), process_time()
        self._last_waiting = self._waiting_s()

    def now(self) -> float:
        """Seconds since the clock was made."""
        now, cpu, waiting = monotonic(), process_time(), self._waiting_s()
        passed = max(now - self._last - (waiting - self._last_waiting), 0.0)
        self._seconds += min(passed, max(self._max_gap_s, cpu - self._last_cpu))
        self._last, self._last_cpu, self._last_waiting = now, cpu, waiting
        return self._seconds

    def _waiting_s(self) -> float:
        return 0.0 if self._thread_id is None else waiting_s(self._thread_id)


class _Deadline:
    """A deadline that runs: it is due when the clock shows `due`, and every `seconds` from then on."""

    def __init__(self, seconds: float, error: type[BaseException], now: float) -> None:
        self.seconds, self.error, self.due = seconds, error, now + seconds

    def is_due(self, now: float) -> bool:
        """Whether it is due; then it is again after as many seconds."""
        if now < self.due:
            return False
        self.due = now + self.seconds
        return True


class _SignalTimer:
    """The deadlines of the main thread, the outermost first, and the one timer that they share."""

    def __init__(self) -> None:
        self._running: list[_Deadline] = []
        self._clock = ActiveClock()
        self._foreign_timer = (0.0, 0.0)  # of the user's code, which it gets back
        self._foreign_handler: object = None
        self._started = 0.0

    def is_foreign_first(self, seconds: float) -> bool:
        """Whether a timer of the user's code is due before."""
        return not self._running and 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= seconds

    def start(self, seconds: float, error: type[BaseException]) -> _Deadline:
        """A deadline that runs from now on."""
        if not self._running:
            self._foreign_timer = signal.getitimer(signal.ITIMER_REAL)
            self._foreign_handler = signal.signal(signal.SIGALRM, self._on_tick)
            self._started, self._clock = monotonic(), ActiveClock(thread_id=threading.get_native_id())
        deadline = _Deadline(seconds, error, self._clock.now())
        self._running.append(deadline)
        self._arm()
        return deadline

    def end(self, deadline: _Deadline) -> None:
        """The deadline and those in it run no more."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        if deadline in self._running:
            del self._running[self._running.index(deadline) :]
        if self._running:
            self._arm()
            return
        # None: set by no Python code
        signal.signal(signal.SIGALRM, self._foreign_handler or signal.SIG_DFL)  # type: ignore[arg-type]
        seconds, interval_s = self._foreign_timer
        if seconds:
            left = max(seconds - (monotonic() - self._started), MIN_TIMER_S)
            signal.setitimer(signal.ITIMER_REAL, left, interval_s)

    def _arm(self) -> None:
        left = min(deadline.due for deadline in self._running) - self._clock.now()
        signal.setitimer(signal.ITIMER_REAL, max(min(left, TICK_S), MIN_TIMER_S))

    def _on_tick(self, signum: int, frame: FrameType | None) -> None:
        now = self._clock.now()
        due = next((deadline for deadline in self._running if deadline.is_due(now)), None)
        if self._running:
            self._arm()
        if due:
            raise due.error


_signal_timer = _SignalTimer()


@contextmanager
def deadline(seconds: float, error: type[BaseException]) -> Iterator[None]:
    """Raise `error` here after `seconds`, and again after as many more, in case a handler swallows it.

    Deadlines nest: the outer one keeps running, and where it is due first, only it is raised. `error` should
    not be an `Exception`, or handlers on the way take it for an error of their own.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        timer = _ThreadTimer(seconds, error)
        try:
            try:
                timer.start()
                yield
            finally:
                timer.end()
        finally:  # also where it goes off as the line before begins
            timer.end()
        return
    if _signal_timer.is_foreign_first(seconds):
        yield
        return
    running = _signal_timer.start(seconds, error)
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:  # also where it goes off just now
            _signal_timer.end(running)


class _ThreadTimer:
    """Raises an error in the thread that made it, from another thread.

    The error may come between any two bytecodes of that thread, so what both share are plain locks, which
    are taken and given back without one; those of `threading.Event` could stay taken for ever.
    """

    def __init__(self, seconds: float, error: type[BaseException]) -> None:
        self._seconds, self._error = seconds, error
        self._thread_id, self._native_id = threading.get_ident(), threading.get_native_id()
        self._lock, self._running = _thread.allocate_lock(), _thread.allocate_lock()
        self._is_over = False
        self._may_be_pending = False  # an error was sent, which the thread may not have raised yet

    def start(self) -> None:
        self._running.acquire()
        _thread.start_new_thread(self._raise_when_due, ())

    def end(self) -> None:
        """No error comes any more."""
        while True:
            try:
                with self._lock:
                    self._is_over = True
                self._raise_what_is_pending()
                if self._running.locked():
                    self._running.release()
                return
            except self._error:  # it came just now
                continue

    def _raise_what_is_pending(self) -> None:
        """Raises the error here, in place of one that was sent and not raised yet.

        To take that back by `PyThreadState_SetAsyncExc(thread, NULL)` would leave CPython 3.11 looking for an
        error at every step, and code that is traced, by a debugger or for coverage, would never go on.
        """
        if self._may_be_pending:
            self._may_be_pending = False
            _raise_in_thread(self._thread_id, self._error)
            while True:  # it comes between two bytecodes
                pass

    def _raise_when_due(self) -> None:
        clock = ActiveClock(thread_id=self._native_id)
        deadline = _Deadline(self._seconds, self._error, clock.now())
        while not self._running.acquire(timeout=max(min(deadline.due - clock.now(), TICK_S), 0)):
            with self._lock:
                if deadline.is_due(clock.now()) and not self._is_over:
                    self._may_be_pending = True
                    _raise_in_thread(self._thread_id, self._error)


def _raise_in_thread(thread_id: int, error: type[BaseException]) -> None:
    """Has a thread raise `error` at one of its next bytecodes, in place of one that it has not raised yet."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(error))
