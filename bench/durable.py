"""What it costs to wait until many small files are on the disk, three ways: `python -m bench.durable`.

Files are written as a run writes texts: under another name first, then moved. Then they are waited for.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaner.corpus.fsync import one_by_one, syncfs, together, wait_for

NUMBERS = (8, 50, 500, 2000)
SIZE = 8000


def write(folder: Path, number: int, *, wait: bool = False) -> list[Path]:
    folder.mkdir()
    found = [folder / f"{index}.txt" for index in range(number)]
    for path in found:
        hidden = path.with_name(f".{path.name}.tmp")
        hidden.write_bytes(os.urandom(SIZE))
        if wait:
            wait_for(hidden)
        hidden.replace(path)
    return found


def seconds(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.durable", description=__doc__)
    parser.add_argument("folder", nargs="?", help="on the disk to measure; the system's for temporary files")
    asked = parser.parse_args()
    print("files  written and not waited for  each as it is written  all, one by one  all together (seconds)")
    for number in NUMBERS:
        with TemporaryDirectory(prefix="durable-", dir=asked.folder) as name:
            folder = Path(name)
            plain = seconds(lambda: write(folder / "a", number))  # noqa: B023 - called at once
            each = seconds(lambda: write(folder / "b", number, wait=True))  # noqa: B023
            files = write(folder / "c", number)
            single = seconds(lambda: one_by_one(files, folder))  # noqa: B023
            write(folder / "d", number)
            disk = os.open(folder, os.O_RDONLY)
            all_at_once = seconds(lambda: together(disk)) if syncfs() else float("nan")  # noqa: B023
            os.close(disk)
        print(f"{number:5}  {plain:26.3f}  {each:21.3f}  {single:15.3f}  {all_at_once:12.3f}", flush=True)


if __name__ == "__main__":
    main()
