"""Raises an exception after some seconds: by a signal in the main thread, in another from a timer's thread.

Either interrupts Python code; what runs inside a library's C code goes on until that returns.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# A timer that is set to 0 is off.
MIN_TIMER_S = 1e-6


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
    outer_s, outer_interval_s = signal.getitimer(signal.ITIMER_REAL)
    if 0 < outer_s <= seconds:
        yield
        return

    def raise_error(signum: int, frame: FrameType | None) -> None:
        raise error

    started, previous_handler = time.monotonic(), signal.signal(signal.SIGALRM, raise_error)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:  # also where it goes off just now
            signal.signal(signal.SIGALRM, previous_handler or signal.SIG_DFL)  # None: set by no Python code
            if outer_s:
                signal.setitimer(
                    signal.ITIMER_REAL,
                    max(outer_s - (time.monotonic() - started), MIN_TIMER_S),
                    outer_interval_s,
                )


class _ThreadTimer:
    """Raises an error in the thread that made it, from another thread.

    The error may come between any two bytecodes of that thread, so what both share are plain locks, which
    are taken and given back without one; those of `threading.Event` could stay taken for ever.
    """

    def __init__(self, seconds: float, error: type[BaseException]) -> None:
        self._seconds, self._error = seconds, error
        self._thread_id = threading.get_ident()
        self._lock, self._running = _thread.allocate_lock(), _thread.allocate_lock()
        self._is_over = False

    def start(self) -> None:
        self._running.acquire()
        _thread.start_new_thread(self._raise_when_due, ())

    def end(self) -> None:
        """No error comes any more."""
        while True:
            try:
                with self._lock:
                    self._is_over = True
                    _raise_in_thread(self._thread_id, None)
                if self._running.locked():
                    self._running.release()
                return
            except self._error:  # it came just now
                continue

    def _raise_when_due(self) -> None:
        while not self._running.acquire(timeout=min(self._seconds, threading.TIMEOUT_MAX)):
            with self._lock:
                if not self._is_over:
                    _raise_in_thread(self._thread_id, self._error)


def _raise_in_thread(thread_id: int, error: type[BaseException] | None) -> None:
    """Has a thread raise `error` at its next bytecode; with None, takes back what it has not raised yet."""
    import ctypes

    exception = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), exception)
