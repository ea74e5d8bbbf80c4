"""How many times faster `clean_many(workers=2)` is than serial where a script imports pandas and Ray.

    python -m bench.workers [--documents 400] [--workers 2] [--data DATA]

By the clock, the best of some rounds of both: that wants as many processors, with nothing else to do. Beside
it by processor time, which a busy machine changes little: what both took in all processes, and so how many
times faster the workers can be at most. What is loaded once, before the first round, is not counted.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import ray

import cleaner
from bench.adapters import make_rows
from bench.soak import used_seconds
from cleaner.document import Document
from cleaner.settings import InputKind

ROUNDS = 3


def documents_of(rows: list[dict[str, Any]]) -> Iterator[Document]:
    """A document of each row, made as it is asked for."""
    for row in rows:
        kind: InputKind = "html" if row["html"] else "text"
        yield cleaner.make_document(row[kind], id=row["id"], kind=kind)


def measure(rows: list[dict[str, Any]], workers: int) -> tuple[float, float]:
    """Seconds by the clock and of processors for all documents."""
    clock, used = time.monotonic(), used_seconds()
    found = [
        done.verdict for done in cleaner.clean_many(documents_of(rows), workers=workers, errors="return")
    ]
    assert len(found) == len(rows)
    return time.monotonic() - clock, used_seconds() - used


def main() -> None:
    """Print a line for each round, then how many times faster the workers are."""
    parser = argparse.ArgumentParser("python -m bench.workers", description=__doc__)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--data", type=Path, help="folder of train-*.jsonl.xz and valid.txt")
    given = parser.parse_args()
    print(f"pandas {pandas.__version__}, Ray {ray.__version__}, {len(os.sched_getaffinity(0))} processors")
    rows = make_rows(given.documents, given.data)
    for workers in (1, given.workers):  # load what the first documents load
        measure(rows[:: max(len(rows) // 20, 1)], workers)
    rounds = [(measure(rows, 1), measure(rows, given.workers)) for _ in range(ROUNDS)]
    for (clock, used), (workers_clock, workers_used) in rounds:
        print(f"serial {clock:.1f} s ({used:.1f} of a processor), {given.workers} workers"
              f" {workers_clock:.1f} s ({workers_used:.1f} of processors)")  # fmt: skip
    serial, workers = ([round[at] for round in rounds] for at in (0, 1))
    by_clock = min(clock for clock, _ in serial) / min(clock for clock, _ in workers)
    at_most = given.workers * min(used for _, used in serial) / min(used for _, used in workers)
    print(f"{given.workers} workers are {by_clock:.2f} times as fast by the clock,"
          f" by processor time {at_most:.2f} times at most")  # fmt: skip


if __name__ == "__main__":
    main()
