"""`cleaner` and `python -m cleaner`: the command line, quiet also where Ctrl-C comes while it is loaded."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress


def run() -> None:
    """Load the command line and run it."""
    try:
        from cleaner.collector import collect_rarely

        collect_rarely()
        from cleaner.cli import main
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    try:
        main(prog_name="cleaner")
    except SystemExit as end:
        if threading.active_count() > 1 and isinstance(end.code, int):
            _end_at_once(end.code)
        raise


def _end_at_once(code: int) -> None:
    """End the process without the interpreter's own end.

    After Ctrl-C or an error a thread may still be reading an input inside a library, and cannot be stopped.
    The interpreter's end would take Python from under it: Arrow then aborts, or waits for its threads for
    ever (https://github.com/apache/arrow/issues/50482).
    """
    atexit._run_exitfuncs()  # ends processes that were started
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
