"""What a page costs, and with it many of them on a cluster: `python -m bench.cluster`.

It measures, in processor time of this machine, so that a busy one does not matter much:

* a worker's time for a page: read, clean, put into words, as an actor of `--engine ray` does it;
* the driver's time for a page: read it out of a compressed file, hand it over, take its result, look for
  duplicates, write shards, records and manifest. The workers are left out: their results are at hand;
* the memory of a worker's process, and the bytes of a page before and after.

The pages are made (`bench/corpus.py`: sizes and make-up of pages of the web), or read from the paths given.
Ray's own calls are no part of the driver's time: there is one for sixteen pages.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import zstandard

from bench.corpus import documents
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.outcomes import CleaningJob
from cleaner.corpus.readers import FileStarted, Inputs, Skipped
from cleaner.corpus.writers import SHARD_BYTES
from cleaner.processes.pool import Limits, PassThrough, TaskFunction, resident_bytes
from cleaner.processes.preload import load_everything
from cleaner.settings import Settings

N_PAGES = 200
MB = 1 << 20


@dataclass(frozen=True, slots=True)
class PageCosts:
    """Means of a page: processor seconds, bytes; and the memory of a process that cleans, in bytes."""

    n_pages: int
    worker_s: float
    driver_s: float
    input_bytes: float
    shard_bytes: float  # of the shards with texts, before they are packed
    output_bytes: Mapping[str, float]
    worker_memory: int


@dataclass(frozen=True, slots=True)
class Instance:
    """A machine that can be rented; its price is an assumption."""

    name: str
    processors: int
    memory_gib: int
    price_per_hour: float

    def __str__(self) -> str:
        return f"{self.name} ({self.processors} processors, {self.memory_gib} GiB)"


class ResultsAtHand:
    """An engine whose workers take no time: what they would say was found out before."""

    def __init__(self, pickled_results: list[bytes]) -> None:
        self._results = iter(pickled_results)

    def __call__(self, count: int, function: TaskFunction, limits: Limits | None = None) -> ResultsAtHand:
        return self

    def __enter__(self) -> ResultsAtHand:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Each task, pickled as if it were sent, and its result."""
        for task in tasks:
            if isinstance(task, PassThrough):
                yield task.value, None
            else:
                pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
                yield task, pickle.loads(next(self._results))


def measure(inputs: tuple[str, ...], job: CleaningJob, out: Path) -> PageCosts:
    """Clean every document in this process, then write their results as a driver does."""
    load_everything()
    pickled_items = [
        pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        for item in Inputs(inputs, job.read_options).items()
        if not isinstance(item, FileStarted | Skipped)
    ]
    started = time.process_time()
    results = [pickle.dumps(job(pickle.loads(item)), pickle.HIGHEST_PROTOCOL) for item in pickled_items]
    worker_s = time.process_time() - started
    memory = resident_bytes(os.getpid()) or 0
    run = FolderRun(RunConfig(inputs, out, job, engine=ResultsAtHand(results)))
    started = time.process_time()
    for _ in run.run():
        pass
    driver_s = time.process_time() - started
    n_pages = len(pickled_items)
    shard_bytes = sum(len(pickle.loads(result).shard_row) for result in results)
    return PageCosts(
        n_pages, worker_s / n_pages, driver_s / n_pages, sum(map(len, pickled_items)) / n_pages,
        shard_bytes / n_pages, {name: n / n_pages for name, n in _output_bytes(out).items()}, memory,
    )  # fmt: skip


def _output_bytes(out: Path) -> dict[str, int]:
    """Bytes of what grows with the input."""
    patterns = {"texts": "*/part-*", "records": "records/*", "manifest": "manifest.jsonl"}
    sizes = {name: sum(path.stat().st_size for path in out.glob(p)) for name, p in patterns.items()}
    return sizes | {"texts": sizes["texts"] - sizes["records"]}


def report(costs: PageCosts, n_pages: int, instance: Instance) -> Iterator[str]:
    """The costs of a page, and of `n_pages` on so many machines as one driver keeps busy."""
    worker_h, driver_h = n_pages * costs.worker_s / 3600, n_pages * costs.driver_s / 3600
    fed = costs.worker_s / costs.driver_s
    machine_h = worker_h / instance.processors
    price = machine_h * instance.price_per_hour
    yield f"measured on {costs.n_pages} pages of {costs.input_bytes / 1000:,.0f} kB"
    yield f"  worker   {costs.worker_s * 1000:8.1f} ms of a processor a page"
    yield f"  driver   {costs.driver_s * 1000:8.2f} ms of a processor a page: one feeds {fed:,.0f} workers"
    yield f"  memory   {costs.worker_memory / MB:8,.0f} MB a process that cleans"
    parts = ", ".join(f"{name} {n / 1000:.1f}" for name, n in costs.output_bytes.items())
    output_bytes = sum(costs.output_bytes.values())
    yield f"  output   {output_bytes / 1000:8.1f} kB a page: {parts}"
    yield f"{n_pages:,} pages"
    yield f"  workers  {worker_h:8,.0f} hours of a processor"
    yield f"  driver   {driver_h:8,.0f} hours: as long as it takes, unless several drivers share the input"
    n_shards = n_pages * costs.shard_bytes / SHARD_BYTES
    yield f"  output   {n_pages * output_bytes / 1e9:8,.0f} GB, {n_shards:,.0f} shards of texts"
    yield f"  machines {machine_h:8,.0f} hours of {instance}"
    yield f"  price    {price:8,.0f} dollars, at an assumed {instance.price_per_hour:g} an hour"
    yield f"  memory   {instance.memory_gib * 1024 / instance.processors:8,.0f} MB there for each processor"


def write_pages(path: Path, number: int) -> None:
    """Made pages as compressed rows."""
    with zstandard.open(path, "wt", encoding="utf-8") as file:
        for index, page in enumerate(documents(number, "html")):
            file.write(json.dumps({"id": f"page-{index}", "html": page}) + "\n")


def main() -> int:
    """Measure, and multiply."""
    summary, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser("python -m bench.cluster", description=summary, epilog=details)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="pages; without any, made ones")
    parser.add_argument("--measured", type=int, default=N_PAGES, help="pages to make and to measure")
    parser.add_argument("--pages", type=int, default=100_000_000, help="pages to reckon with")
    parser.add_argument("--effort", choices=("best", "fast"), default="best")
    parser.add_argument("--instance", default="c7a.16xlarge")
    parser.add_argument("--processors", type=int, default=64)
    parser.add_argument("--memory", type=int, default=128, help="GiB")
    parser.add_argument("--price", type=float, default=3.3, help="dollars an hour")
    given = parser.parse_args()
    instance = Instance(given.instance, given.processors, given.memory, given.price)
    job = CleaningJob(Settings(effort=given.effort), output_format="jsonl")
    with TemporaryDirectory() as folder:
        made = Path(folder) / "pages.jsonl.zst"
        if not given.paths:
            write_pages(made, given.measured)
        costs = measure(tuple(given.paths) or (str(made),), job, Path(folder) / "out")
    print("\n".join(report(costs, given.pages, instance)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
