"""Raises an exception after some seconds, where signals work: in the main thread of a Unix process."""

from __future__ import annotations

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
        yield
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
