"""Seconds until many small files are on the disk, synced in three ways: `python -m bench.durable`.

Files are written as a run writes texts, under another name first, then moved; then they are synced.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaner.corpus.fsync import find_syncfs, fsync_path, sync_each, sync_filesystem

FILE_COUNTS = (8, 50, 500, 2000)
FILE_BYTES = 8000


def write_files(folder: Path, number: int, *, wait: bool = False) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{index}.txt" for index in range(number)]
    for path in paths:
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(os.urandom(FILE_BYTES))
        if wait:
            fsync_path(temporary)
        temporary.replace(path)
    return paths


def seconds(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.durable", description=__doc__)
    parser.add_argument("folder", nargs="?", help="on the disk to measure; the system's for temporary files")
    args = parser.parse_args()
    print("files  written and not waited for  each as it is written  all, one by one  all together (seconds)")
    for number in FILE_COUNTS:
        with TemporaryDirectory(prefix="durable-", dir=args.folder) as name:
            folder = Path(name)
            no_wait = seconds(lambda: write_files(folder / "a", number))  # noqa: B023 - called at once
            wait_each = seconds(lambda: write_files(folder / "b", number, wait=True))  # noqa: B023
            files = write_files(folder / "c", number)
            one_after_other = seconds(lambda: sync_each(files, folder))  # noqa: B023
            write_files(folder / "d", number)
            disk = os.open(folder, os.O_RDONLY)
            all_at_once = seconds(lambda: sync_filesystem(disk)) if find_syncfs() else float("nan")  # noqa: B023
            os.close(disk)
        print(
            f"{number:5}  {no_wait:26.3f}  {wait_each:21.3f}  {one_after_other:15.3f}  {all_at_once:12.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
