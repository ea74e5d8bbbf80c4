"""Reads and writes case files: `=== title`, the input, `--- want`, a line a block; no want: all unchanged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cleaner
from cleaner.cleaned import Cleaned

ROOT = Path(__file__).parent.parent
RULES = ROOT / "fixtures" / "rules"
KNOWN_FAILURES = ROOT / "fixtures" / "known-failures"


@dataclass(frozen=True, slots=True)
class Case:
    """One case: `want` is None where everything is body and stays as it was."""

    file: Path
    title: str
    input: str
    want: str | None

    @property
    def name(self) -> str:
        return f"{self.file.stem}: {self.title}"

    def run(self) -> Cleaned:
        return cleaner.clean(self.input, kind="html" if self.input.startswith("<") else "text")

    @property
    def expected(self) -> str:
        return self.input if self.want is None else self.want

    def with_want(self, text: str) -> Case:
        return replace(self, want=None if text == self.input else text)


def read(file: Path) -> list[Case]:
    """The cases of a file, in order. ValueError for text before the first title."""
    head, *parts = ("\n" + file.read_text("utf-8")).split("\n=== ")
    if head.strip():
        raise ValueError(f"{file}: text before the first `=== title`")
    return [_parse(file, part) for part in parts]


def _parse(file: Path, part: str) -> Case:
    title, _, rest = part.partition("\n")
    given, want_mark, want = rest.partition("\n--- want")
    return Case(file, title.strip(), given.strip("\n"), want.strip("\n") if want_mark else None)


def write(file: Path, cases: list[Case]) -> None:
    """The file with its cases, in the form that `read` reads."""
    file.write_text("\n".join(_format(case) for case in cases), "utf-8")


def _format(case: Case) -> str:
    want = "" if case.want is None else f"--- want\n{case.want}\n" if case.want else "--- want\n"
    return f"=== {case.title}\n{case.input}\n{want}"


def every(folder: Path) -> list[Case]:
    """All cases of all files in a folder, in the order of their names."""
    return [case for file in sorted(folder.glob("*.case")) for case in read(file)]
