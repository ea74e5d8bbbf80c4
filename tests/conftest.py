"""The tests' surroundings, the same wherever they are started."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """A shell that starts something in the background has it ignore Ctrl-C, and all that it starts in turn:
    tests that interrupt a run would wait for ever."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
