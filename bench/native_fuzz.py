"""Random hostile documents in both forms, which must give the same: `python -m bench.native_fuzz --sanitize`.

Each page is read in both forms, with scripts and without; every twentieth is cleaned to full records instead,
as HTML and as text. With --sanitize the native core is compiled anew, with gcc's or clang's address and
undefined-behaviour sanitizers, which end the process at the first read or write out of bounds. The parts of
real pages come from DATA, where it is given. Ends with 1 at a document that differs, and prints it.
"""

from __future__ import annotations

import argparse
import os
import re
import runpy
import subprocess
import sys
import tempfile
import time
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaner.document import Kind

ROOT = Path(__file__).resolve().parent.parent
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g"
MAX_PAGES = 300


def differences(seconds: float, seed: int, record_every: int, data: Path | None) -> list[str]:
    """The first document that is not the same in both forms, if one is found in so many seconds."""
    from bench.hostile_markup import changed_page, hostile_page
    from cleaner import native

    core, random, n_documents = native.core, Random(seed), 0
    pages = _labelled_pages(data) if data else []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        raw = (
            changed_page(random, random.choice(pages))
            if pages and random.random() < 0.3
            else hostile_page(random)
        )
        n_documents += 1
        views = [_page_view]
        if record_every and n_documents % record_every == 0:
            views = [_html_record, _text_record]
        for view in views:
            by_core = view(raw)
            native.core = None
            try:
                by_python = view(raw)
            finally:
                native.core = core
            if by_core != by_python:
                return [raw]
    print(f"{n_documents} documents, the same in both forms")
    return []


def _labelled_pages(data: Path) -> list[str]:
    from bench.native import labelled_pages

    return list(islice(labelled_pages(data), MAX_PAGES))


def _page_view(raw: str) -> list[object]:
    from cleaner.reading.page import block_collector

    view: list[object] = []
    for scripts in (True, False):
        reader = block_collector(raw, scripts)
        reader.run()
        view += [reader.blocks, vars(reader.head.build()), reader.noscript_chars, reader.scripts]
    return view


def _html_record(raw: str) -> object:
    return _record(raw, "html")


def _text_record(raw: str) -> object:
    return _record(re.sub("<[^>]*>", "\n", raw), "text")


def _record(raw: str, kind: Kind) -> object:
    from cleaner.corpus.outcomes import CleaningJob, _clean_document
    from cleaner.document import Document
    from cleaner.settings import Settings

    job = CleaningJob(Settings(), record_level="full", complete_records=True)
    return _clean_document(Document("1", raw, kind), job)


def _run_sanitized(arguments: list[str]) -> int:
    """This script again, in a process with the sanitizers' libraries and a core compiled for them."""
    compiler = os.environ.get("CC", "gcc")
    os.environ |= {"CFLAGS": SANITIZERS, "LDFLAGS": SANITIZERS}
    with tempfile.TemporaryDirectory() as folder:
        extension = runpy.run_path(str(ROOT / "native" / "hook.py"))["built_extension"](Path(folder))
        libraries = [
            subprocess.run(
                [compiler, f"-print-file-name={name}.so"], check=True, capture_output=True, text=True
            ).stdout.strip()
            for name in ("libasan", "libubsan")
        ]
        # Python's own allocator would hide what is read beyond an allocation
        environment = {
            "LD_PRELOAD": " ".join(libraries),
            "ASAN_OPTIONS": "detect_leaks=0",
            "PYTHONMALLOC": "malloc",
        }
        command = [sys.executable, "-m", "bench.native_fuzz", "--extension", str(extension), *arguments]
        return subprocess.run(command, env=os.environ | environment, check=False).returncode


def _use_extension(path: Path) -> None:
    """Let `cleaner.native` find this file instead of the package's own extension."""
    spec = spec_from_file_location("cleaner._native", path)
    assert spec is not None and spec.loader is not None
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["cleaner._native"] = module


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.native_fuzz", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record-every", type=int, default=20, help="how many pages for a record; 0: none")
    parser.add_argument("--data", type=Path, help="folder with train-*.jsonl.xz and valid.txt")
    parser.add_argument("--sanitize", action="store_true", help="compile the core with sanitizers")
    parser.add_argument("--extension", type=Path, help=argparse.SUPPRESS)
    given = sys.argv[1:] if arguments is None else arguments
    args = parser.parse_args(given)
    if args.sanitize:
        return _run_sanitized([argument for argument in given if argument != "--sanitize"])
    if args.extension:
        _use_extension(args.extension)
    from cleaner import native

    if native.core is None:
        print("no native core: not built, or CLEANER_PURE is set", file=sys.stderr)
        return 1
    found = differences(args.seconds, args.seed, args.record_every, args.data)
    for raw in found:
        print(f"differs: {raw!r}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
