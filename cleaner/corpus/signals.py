"""Signals that stop a run take effect where what it has written down is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class DeferredSignals:
    """Lets Ctrl-C and SIGTERM take effect between documents, not while one is written or counted.

    A second signal takes effect at once.
    """

    def __init__(self) -> None:
        self._is_deferring = self._stop_requested = False
        self._previous_handlers: dict[int, Any] = {}

    def __enter__(self) -> DeferredSignals:
        if threading.current_thread() is threading.main_thread():
            for signum in (signal.SIGINT, signal.SIGTERM):
                self._previous_handlers[signum] = signal.signal(signum, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for signum, handler in self._previous_handlers.items():
            signal.signal(signum, handler)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if self._is_deferring and not self._stop_requested:
            self._stop_requested = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """A signal that arrives in this block raises KeyboardInterrupt at its end."""
        self._is_deferring = True
        try:
            yield
        finally:
            self._is_deferring = False
        if self._stop_requested:
            self._stop_requested = False
            raise KeyboardInterrupt
