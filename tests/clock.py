"""CPU time of a call, as little disturbed as possible: what growth tests compare."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def cpu_seconds(call: Callable[[], object], times: int = 2) -> float:
    """CPU seconds of the fastest of some runs, without the garbage collector, whose pauses grow with what
    other tests left behind."""
    fastest = float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(times):
            start = time.process_time()
            call()
            fastest = min(fastest, time.process_time() - start)
    finally:
        gc.enable()
    return fastest
