"""Imports go one way, and heavy libraries are imported in one place, when they are needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

# By one process, which shares what it has read (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("layers")

PACKAGE = Path(__file__).parent.parent / "cleaner"
# The order of the house, from the ground up: a module imports from its own floor and from those below it.
LAYERS = (
    (
        "errors",
        "edits",
        "language_codes",
        "native",
        "user_settings",
        "settings",
        "collector",
        "deadline",
        "json_lines",
        "notes",
        "surrogates",
    ),
    ("document", "language"),
    ("reading", "garble", "data"),
    ("analysis",),
    ("metadata",),
    ("rules", "user_rules"),
    ("model",),
    ("decide",),
    ("output",),
    ("pipeline",),
    ("processes",),
    ("api",),
    ("corpus",),
    ("adapters",),
    ("diff",),
    ("cli",),
    ("__main__",),
)
ONLY_FOLDER = {
    "ftfy": "reading",
    "langdetect": "language",
    "trafilatura": "analysis",
    "charset_normalizer": "reading",
    "jinja2": "diff",
}
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def modules() -> Iterator[tuple[str, Path]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        top = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if top != "__init__":
            yield top, file


@cache
def imported(file: Path) -> tuple[str, ...]:
    """The modules that a file imports."""
    return tuple(_imported(file))


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "cleaner":
                yield from (f"cleaner.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("top", "file"), list(modules()), ids=lambda value: str(value).rsplit("/", 1)[-1])
def test_imports_go_one_way(top: str, file: Path) -> None:
    for name in imported(file):
        parts = name.split(".")
        if parts[0] == "cleaner" and len(parts) > 1 and parts[1] in LEVEL:
            assert LEVEL[parts[1]] <= LEVEL[top], f"{file.name} imports {name}"


@pytest.mark.parametrize(("library", "home"), list(ONLY_FOLDER.items()))
def test_each_library_is_configured_in_one_place(library: str, home: str) -> None:
    users = {top for top, file in modules() if any(n.split(".")[0] == library for n in imported(file))}
    assert users == {home}


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = {*ONLY_FOLDER, "lxml", "ahocorasick_rs", "orjson", "zstandard", "rapidfuzz", "numpy"}
    code = f"import sys, cleaner; print(sorted(set(sys.modules) & {heavy!r}))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
