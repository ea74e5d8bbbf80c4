"""What a run costs beside its documents: start, the process that writes, memory, large documents, the core.

`bench.throughput` prints these lines under its table; alone: `python -m bench.running_cost`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.corpus import documents
from cleaner import native
from cleaner.corpus.folder_run import FolderRun, RunConfig
from cleaner.corpus.outcomes import CleaningJob, clean_document
from cleaner.corpus.readers import File, JsonRow
from cleaner.document import Document, Kind
from cleaner.json_lines import dumps
from cleaner.processes.pool import ProcessPool
from cleaner.settings import Settings

# Of a run the first documents are not counted: until then the workers start.
N_RUN, N_RUN_START, RUN_CHARS = 400, 50, 500
N_MEMORY = 120
GROWTH_CHARS: dict[Kind, tuple[int, ...]] = {
    "text": (10_000, 100_000, 1_000_000, 10_000_000),
    "html": (10_000, 100_000, 1_000_000, 10_000_000),
}
N_FORM_PAGES = 30
FORM_PROGRAM = "from bench.running_cost import print_form_ms; print_form_ms()"
START_PROGRAM = "import cleaner; cleaner.clean('The ferry left at eleven. ' * 20)"


class RunCost(NamedTuple):
    """Of a run with `-o`: processor ms a document of the process that writes, and documents a second."""

    supervisor_ms: float
    rate: float


def lines(pages: Sequence[str]) -> Iterator[str]:
    """The lines, as they are measured."""
    for name, command in {
        "start-up, --version": ["-m", "cleaner", "--version"],
        "start-up, one text cleaned": ["-c", START_PROGRAM],
    }.items():
        yield _line(name, f"{start_up_ms(command):8,.0f} ms of processor time")
    for workers in (1, 2):
        cost = run_cost(workers)
        text = f"{cost.supervisor_ms:8.2f} ms of the process that writes; {cost.rate:.0f} documents a second"
        yield _line(f"-o, {RUN_CHARS} characters, {workers} workers", text)
    memory = worker_private_mb(pages)
    if memory is not None:
        yield _line(f"private memory of a worker, after {N_MEMORY} pages", f"{memory:8.0f} MB")
    for kind, sizes in GROWTH_CHARS.items():
        for size in sizes:
            yield _line(f"{kind} of {size / 1000:,.0f} kB", f"{large_document_ms(kind, size):8,.0f} ms")
    yield from form_lines()


def _line(name: str, value: str) -> str:
    return f"{name:54} {value}"


def start_up_ms(command: Sequence[str]) -> float:
    """Processor time of a new Python, the better of two."""
    best = float("inf")
    for _ in range(2):
        before = os.times()
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        best = min(best, used)
    return 1000 * best


def run_cost(workers: int) -> RunCost:
    """Of a run over many short documents, in rows of JSON."""
    texts = (text[:RUN_CHARS] for text in documents(N_RUN, "text", seed=2))
    with TemporaryDirectory(prefix="bench-") as folder:
        rows = Path(folder, "rows.jsonl")
        rows.write_bytes(b"".join(dumps({"id": f"{n}", "text": t}) + b"\n" for n, t in enumerate(texts)))
        run = FolderRun(RunConfig((str(rows),), Path(folder, "out"), CleaningJob(), workers=workers))
        n, cpu, wall = 0, 0.0, 0.0
        for n, _ in enumerate(run.run(), 1):
            if n == N_RUN_START:
                cpu, wall = time.process_time(), time.monotonic()
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    return RunCost(1000 * cpu / (n - N_RUN_START), (n - N_RUN_START) / wall)


def worker_private_mb(pages: Sequence[str]) -> float | None:
    """What a worker shares with no other process after some pages; None where the system does not say."""
    rows = (
        JsonRow(File("pages.jsonl", "pages"), n + 1, dumps({"html": pages[n % len(pages)]}))
        for n in range(N_MEMORY)
    )
    private = None
    with ProcessPool(1, CleaningJob()) as pool:
        for number, _ in enumerate(pool.run(rows), 1):
            if number == N_MEMORY:
                private = _private_bytes(pool.process_ids[0])
    return None if private is None else private / 1e6


def _private_bytes(pid: int) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


def large_document_ms(kind: Kind, size: int) -> float:
    """Processor time for one document of about so many characters, put together of usual ones."""
    parts: list[str] = []
    made = documents(10_000, kind, seed=3)
    while sum(map(len, parts)) < size:
        parts.append(next(made))
    raw = "\n".join(parts)[:size]
    start = time.process_time()
    clean_document(Document("a", raw, kind), CleaningJob(Settings(effort="fast")))
    return 1000 * (time.process_time() - start)


def form_lines() -> Iterator[str]:
    """The pure Python form beside the native core, where there is one."""
    if native.form() != "native":
        return
    for name, is_pure in {"native core": "0", "pure Python (CLEANER_PURE=1)": "1"}.items():
        done = subprocess.run(
            [sys.executable, "-c", FORM_PROGRAM],
            check=True, capture_output=True, text=True, env={**os.environ, "CLEANER_PURE": is_pure},
        )  # fmt: skip
        yield _line(name, done.stdout.strip())


def print_form_ms() -> None:
    """What this form of the program needs for a page, as text and as HTML."""
    costs = []
    kinds: tuple[Kind, ...] = ("text", "html")
    for kind in kinds:
        raws, job = [*documents(N_FORM_PAGES, kind)], CleaningJob(Settings(effort="fast"))
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            for raw in raws:
                clean_document(Document("a", raw, kind), job)
            best = min(best, time.process_time() - start)
        costs.append(f"{1000 * best / len(raws):8.2f} ms a document as {kind}")
    print(", ".join(costs))


if __name__ == "__main__":
    for line in lines([*documents(40, "html")]):
        print(line, flush=True)
