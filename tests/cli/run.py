"""The command line as a user runs it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PROSE = (
    "The council met on Tuesday evening to decide whether the old bridge should be repaired or not. "
    "Engineers had warned for years that its piers were failing, and the mayor promised action.\n"
    "Residents who spoke at the meeting were divided, because the detour adds half an hour to each trip.\n"
)


class CompletedRun(NamedTuple):
    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """Ours without CLEANER_* variables; the package is found from any working directory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLEANER_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | more


def cleaner(
    *args: str | Path, stdin: str | bytes = b"", cwd: Path | None = None, **variables: str
) -> CompletedRun:
    """Run it. Nothing it says on stderr may be a traceback."""
    input_bytes = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-m", "cleaner", *map(str, args)],
        input=input_bytes,
        capture_output=True,
        cwd=cwd,
        env=environment(**variables),
        timeout=120,
        check=False,
    )
    result = CompletedRun(
        done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode()
    )
    assert "Traceback" not in result.err, result.err
    return result


def raw_folder(folder: Path, junk: str) -> Path:
    """A folder with a document that has junk in it, and one that has none."""
    folder.mkdir()
    (folder / "a.txt").write_text(junk)
    (folder / "b.txt").write_text(PROSE)
    return folder
