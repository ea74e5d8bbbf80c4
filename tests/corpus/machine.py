"""Real runs as processes, and what can be done to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.cli.run import environment


def start_cleaner(*args: str | Path, **more: Any) -> subprocess.Popen[bytes]:
    """`cleaner` in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cleaner", *map(str, args)],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment(), start_new_session=True, **more,
    )  # fmt: skip


def descendant_pids(pid: int) -> list[int]:
    """The processes below one, at every depth."""
    children_of: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        children_of.setdefault(int(fields[1]), []).append(int(path.parent.name))
    descendants, todo = list[int](), [pid]
    while todo:
        descendants += (new := children_of.get(todo.pop(), []))
        todo += new
    return descendants


def worker_pids(pid: int) -> list[int]:
    """Those of them that clean: the fork server's children."""
    direct = {one for one in descendant_pids(pid) if _parent(one) == pid}
    return [one for one in descendant_pids(pid) if one not in direct]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """All of them at once, as the system does when memory or patience is out."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)
    if process.stderr:
        process.stderr.close()


def all_ended(pids: list[int], within: float = 10) -> bool:
    """Whether they are all gone, soon."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not any(is_alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def is_alive(pid: int) -> bool:
    """Whether it is there, and not only waiting to be fetched."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def output_files(out: Path) -> dict[str, bytes]:
    """What a run left, without its ledger."""
    files = {path.relative_to(out).as_posix(): path for path in sorted(out.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".cleaner/")}
