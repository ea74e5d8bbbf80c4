"""The commands of the README and of each page of `docs/` run as they are printed, in order, and print what
stands below them."""

from __future__ import annotations

import hashlib
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

# The manual pages of the reason codes hold no commands.
PAGES = [
    "README.md",
    *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md")) if p.name != "codes.md"),
]
CODE_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = f"<html><head><title>The bridge</title></head><body><p>{PROSE}</p><p>{PROSE}</p><p>Share</p>"
ROW = {"id": 1, "html": PAGE, "topic": "bridges"}
# Its commands want the files that stand beside them on the page: `tests/test_user_rules.py` runs them.
WITH_OWN_FILES = "docs/own-rules.md"
# What sets up an environment, or reads data that the project does not hold: only that there is such a thing.
MAKE = re.compile(r"make (\w+)")
MODULE = re.compile(r"python -m ([\w.]+)")
FINDINGS = 1  # the exit code of `check`
MAX_SECONDS = 300


class Command(NamedTuple):
    """A command as it is printed, and what stands below it up to the next; "" where that is left out."""

    line: str
    output: str


def code_blocks(page: str) -> list[tuple[str, str]]:
    """Language and content of each block of code in one page."""
    return CODE_BLOCK.findall((ROOT / page).read_text("utf-8"))


def pages_with(language: str) -> list[str]:
    """The pages that hold blocks of a language."""
    return [page for page in PAGES if any(found == language for found, _ in code_blocks(page))]


def commands(page: str) -> Iterator[Command]:
    """Those of all console blocks of a page, in order."""
    for language, block in code_blocks(page):
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
    first, shown = next(commands("README.md"))
    assert first == "cat page.txt"
    (tmp_path / "page.txt").write_text(shown + "\n", "utf-8")
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW) + "\n", "utf-8")
    for name in ("crawl", "texts"):
        (tmp_path / name).mkdir()
    for k in range(3):
        (tmp_path / "crawl" / f"{k}.html").write_text(PAGE.replace("bridge", f"bridge {k}"), "utf-8")
    raw = (tmp_path / "crawl/0.html").read_bytes()
    start = raw.index(b"Share")
    mark = {
        "mark": "leftover", "id": "0.html", "source": "crawl/0.html", "text": "Share",
        "sha256": hashlib.sha256(raw).hexdigest(), "start": start, "end": start + 5,
    }  # fmt: skip
    (tmp_path / "marks.jsonl").write_text(json.dumps(mark) + "\n", "utf-8")
    (tmp_path / "texts/a.txt").write_text(shown + "\n", "utf-8")
    parquet.write_table(pyarrow.table({"id": ["b"], "html": [PAGE]}), tmp_path / "b.parquet")
    with (tmp_path / "a.warc.gz").open("wb") as file:
        writer = warcio.WARCWriter(file, gzip=True)
        writer.write_record(writer.create_warc_record("https://example.org/", "conversion"))
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    return tmp_path


@pytest.mark.parametrize("page", [page for page in pages_with("console") if page != WITH_OWN_FILES])
def test_the_commands_run_in_order(page: str, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    programs = tmp_path_factory.mktemp("bin")
    (programs / "cleaner").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cleaner "$@"\n')
    (programs / "cleaner").chmod(0o755)
    path = f"{programs}:{environment()['PATH']}"
    for command in commands(page):
        if command.line.startswith("cleaner ") or "| cleaner " in command.line or command.output:
            run(command, folder, path)
    if (folder / "raw").exists():
        for document in (folder / "crawl").iterdir():
            assert (folder / "raw" / document.name).read_bytes() == document.read_bytes()


@pytest.mark.parametrize("page", pages_with("python"))
def test_the_python_runs(page: str, folder: Path) -> None:
    for language, block in code_blocks(page):
        if language == "python":
            command = [sys.executable, "-c", block]
            done = subprocess.run(command, capture_output=True, cwd=folder, env=environment(), check=False)
            assert done.returncode == 0, done.stderr.decode()


def test_what_other_commands_name_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in (command for page in PAGES for command in commands(page)):
        if target := MAKE.match(command.line):
            assert re.search(rf"^{target[1]}:", makefile, re.MULTILINE), command.line
        if module := MODULE.match(command.line):
            assert importlib.util.find_spec(module[1]), command.line


def test_what_is_linked_is_there() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text("utf-8")):
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page}: {target}"
