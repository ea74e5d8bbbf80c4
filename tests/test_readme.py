"""The commands of the README run as they are printed, in order, and print what stands below them."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.run import PROSE, ROOT, environment

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text("utf-8")
CODE_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = f"<html><head><title>The bridge</title></head><body><p>{PROSE}</p><p>{PROSE}</p><p>Share</p>"
ROW = {"id": 1, "html": PAGE, "topic": "bridges"}
# What sets up an environment, or reads data that the project does not hold: only that there is such a thing.
MAKE = re.compile(r"make (\w+)")
MODULE = re.compile(r"python -m ([\w.]+)")
FINDINGS = 1  # the exit code of `check`
MAX_SECONDS = 300


class Command(NamedTuple):
    """A command as it is printed, and what stands below it up to the next; "" where that is left out."""

    line: str
    output: str


def commands() -> Iterator[Command]:
    """Those of all console blocks, in order."""
    for language, block in CODE_BLOCK.findall(README):
        if language == "console":
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, output = part.partition("\n")
                yield Command(line, output.strip("\n"))


def run(command: Command, folder: Path, path: str) -> None:
    """Run it in a folder; it does not fail, and prints what is printed below it."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.line],
        capture_output=True, cwd=folder, env=environment(PATH=path), timeout=MAX_SECONDS, check=False,
    )  # fmt: skip
    told = (done.stdout + done.stderr).decode()
    may_find = command.line.startswith("cleaner check")
    assert done.returncode in (0, FINDINGS if may_find else 0), f"{command.line}\n{told}"
    if command.output:
        assert told.strip("\n") == command.output, command.line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The inputs that the commands name."""
    pyarrow, warcio = pytest.importorskip("pyarrow"), pytest.importorskip("warcio.warcwriter")
    parquet = pytest.importorskip("pyarrow.parquet")
    first, shown = next(commands())
    assert first == "cat page.txt"
    (tmp_path / "page.txt").write_text(shown + "\n", "utf-8")
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW) + "\n", "utf-8")
    for name in ("crawl", "texts"):
        (tmp_path / name).mkdir()
    for k in range(3):
        (tmp_path / "crawl" / f"{k}.html").write_text(PAGE.replace("bridge", f"bridge {k}"), "utf-8")
    (tmp_path / "texts/a.txt").write_text(shown + "\n", "utf-8")
    parquet.write_table(pyarrow.table({"id": ["b"], "html": [PAGE]}), tmp_path / "b.parquet")
    with (tmp_path / "a.warc.gz").open("wb") as file:
        writer = warcio.WARCWriter(file, gzip=True)
        writer.write_record(writer.create_warc_record("https://example.org/", "conversion"))
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    return tmp_path


def test_the_commands_run_in_order(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    programs = tmp_path_factory.mktemp("bin")
    (programs / "cleaner").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cleaner "$@"\n')
    (programs / "cleaner").chmod(0o755)
    path = f"{programs}:{environment()['PATH']}"
    for command in commands():
        if command.line.startswith("cleaner ") or "| cleaner " in command.line or command.output:
            run(command, folder, path)
    for document in (folder / "crawl").iterdir():
        assert (folder / "raw" / document.name).read_bytes() == document.read_bytes()


def test_the_python_runs(folder: Path) -> None:
    blocks = [block for language, block in CODE_BLOCK.findall(README) if language == "python"]
    for block in blocks:
        command = [sys.executable, "-c", block]
        done = subprocess.run(command, capture_output=True, cwd=folder, env=environment(), check=False)
        assert done.returncode == 0, done.stderr.decode()


def test_what_other_commands_name_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in commands():
        if target := MAKE.match(command.line):
            assert re.search(rf"^{target[1]}:", makefile, re.MULTILINE), command.line
        if module := MODULE.match(command.line):
            assert importlib.util.find_spec(module[1]), command.line
