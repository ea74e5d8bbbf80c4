"""A long run over generated documents: memory of each process and throughput, for each tenth of the run.

`python -m bench.soak --documents 100000 --workers 2` writes the documents as compressed rows into a
temporary folder (some 20 KB each, shorter ones with --typical), cleans them in another process and watches
its memory. With --ratio it also cleans them with one worker, and prints how many times faster the others
were. Exit code 1 when a worker goes beyond 200 MB or grows after the first tenth, or when documents are
missing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard

from bench.corpus import MEDIAN_CHARS, documents
from cleaner.processes.pool import resident_bytes

MB = 1 << 20
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MAX_WORKER_BYTES = 200 * MB
# Of a worker, from the first tenth to the last.
MAX_GROWTH_RATIO = 1.1
DOCUMENTS_PER_PAGE = 10  # one page in so many documents


def made_rows(number: int, median_chars: int) -> Iterator[str]:
    """Rows of JSON: flattened texts with a median of `median_chars` characters, and some pages."""
    pages = documents(
        number // DOCUMENTS_PER_PAGE,
        "html",
        median_chars=median_chars * MEDIAN_CHARS["html"] // MEDIAN_CHARS["text"],
    )
    for index, text in enumerate(
        documents(number - number // DOCUMENTS_PER_PAGE, "text", median_chars=median_chars)
    ):
        yield json.dumps({"id": f"text-{index}", "text": text})
        if index % DOCUMENTS_PER_PAGE == 0 and (page := next(pages, None)):
            yield json.dumps({"id": f"page-{index}", "html": page})
    for index, page in enumerate(pages):
        yield json.dumps({"id": f"rest-{index}", "html": page})


def child_pids(pid: int) -> list[int]:
    """The children of a process."""
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                pids.append(int(path.parent.name))
        except OSError:
            continue
    return pids


def used_seconds() -> float:
    """Processor time of this process, of all that descend from it, and of those of theirs that have ended."""
    used, pids = sum(os.times()[:4]), child_pids(os.getpid())
    for pid in pids:  # which grows on the way
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += sum(map(int, fields[11:15])) / TICKS_PER_S
        pids += child_pids(pid)
    return used


def worker_pids(pid: int) -> list[int]:
    """The workers of a run: children of the fork server, which is a child of the run."""
    return [*chain.from_iterable(map(child_pids, child_pids(pid)))]


def main() -> int:
    """Run, print, and check the limits."""
    parser = argparse.ArgumentParser("python -m bench.soak", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--typical", type=int, default=MEDIAN_CHARS["text"], help="median characters of a text"
    )
    parser.add_argument("--ratio", action="store_true", help="clean with one worker too, and compare")
    args = parser.parse_args()
    with TemporaryDirectory(prefix="soak-") as folder:
        source = Path(folder) / "in.jsonl.zst"
        with zstandard.open(source, "wt", encoding="utf-8") as file:
            file.writelines(row + "\n" for row in made_rows(args.documents, args.typical))
        print(f"{args.documents:,} documents, {source.stat().st_size / MB:,.0f} MB packed")
        n_faults, seconds = 0, dict[int, float]()
        for workers in dict.fromkeys([*([1] if args.ratio else []), args.workers]):
            has_fault, seconds[workers] = run_and_watch(
                source, Path(folder) / f"out-{workers}", args.documents, workers
            )
            n_faults += has_fault
    if args.ratio and args.workers > 1:
        print(f"{args.workers} workers do {seconds[1] / seconds[args.workers]:.2f} times the work of one")
    return bool(n_faults)


def run_and_watch(source: Path, out: Path, number: int, workers: int) -> tuple[int, float]:
    """Clean in another process and watch it ten times a second; returns 1 for a fault, and the seconds."""
    command = ["-m", "cleaner", "clean", source, "-o", out, "-f", "jsonl", "--workers", str(workers)]
    process = subprocess.Popen([sys.executable, *map(str, [*command, "-q", "--isolated"])])
    start = last_time = time.monotonic()
    tenths: list[tuple[int, int]] = []
    peak = supervisor_peak = done_before = 0
    manifest = LineCounter(out / ".cleaner" / "manifest.jsonl")
    print(f"{workers} workers\ntenth  documents/s  largest worker MB  supervisor MB")
    while process.poll() is None:
        time.sleep(0.1)
        peak = max([peak, *(resident_bytes(pid) or 0 for pid in worker_pids(process.pid))])
        supervisor_peak = max(supervisor_peak, resident_bytes(process.pid) or 0)
        done = manifest.count()
        if done * 10 // number > len(tenths) and len(tenths) < 9:
            now = time.monotonic()
            rate = (done - done_before) / (now - last_time)
            print(
                f"{len(tenths) + 1:5}  {rate:11.0f}  {peak / MB:17.0f}  {supervisor_peak / MB:13.0f}",
                flush=True,
            )
            tenths.append((peak, supervisor_peak))
            last_time, done_before, peak, supervisor_peak = now, done, 0, 0
    seconds = time.monotonic() - start
    rate = number / seconds
    print(
        f"all: {seconds:.0f} s, {rate:.0f} documents/s, {rate / workers:.0f} a worker;"
        f" exit {process.returncode}"
    )
    return report_faults(tenths, out / "summary.json", number), seconds


class LineCounter:
    """Counts the lines of a growing file without reading any twice."""

    def __init__(self, path: Path) -> None:
        self._path, self._size, self._lines = path, 0, 0

    def count(self) -> int:
        """The number of lines now."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._size)
                while chunk := file.read(MB):
                    self._lines += chunk.count(b"\n")
                    self._size += len(chunk)
        except OSError:
            pass  # not there yet, or moved already
        return self._lines


def report_faults(tenths: list[tuple[int, int]], summary_path: Path, number: int) -> int:
    """Print each fault; 1 if there is any, else 0."""
    if not summary_path.exists():
        print("the run did not come to its end")
        return 1
    summary = json.loads(summary_path.read_text())
    faults = []
    workers = [worker for worker, _ in tenths]
    if max(workers, default=0) > MAX_WORKER_BYTES:
        faults.append(f"a worker took {max(workers) / MB:.0f} MB, more than {MAX_WORKER_BYTES / MB:.0f}")
    if len(workers) > 2 and max(workers[1:]) > MAX_GROWTH_RATIO * workers[0]:
        faults.append(f"workers grew from {workers[0] / MB:.0f} to {max(workers[1:]) / MB:.0f} MB")
    if summary["documents"]["in"] != number or not summary["adds_up"]:
        faults.append(f"{summary['documents']['in']} documents accounted for, of {number}")
    for fault in faults:
        print(fault)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
