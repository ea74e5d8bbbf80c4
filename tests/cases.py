"""Reads and writes case files: `=== title`, the input, `--- want`, a line a block; no want: all unchanged.

`--- site` before the want names lines that recur in every document of the case's site.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cleaner.analysis.normalize import fold, line_template
from cleaner.analysis.site_profile import Profile, SiteLines
from cleaner.document import Document
from cleaner.output.cleaned import Cleaned
from cleaner.pipeline import clean

ROOT = Path(__file__).parent.parent
RULE_CASES = ROOT / "fixtures" / "rules"
KNOWN_FAILURES = ROOT / "fixtures" / "known-failures"
SITE_DOCUMENTS = 10  # of the site, in cases that have one


@dataclass(frozen=True, slots=True)
class Case:
    """One case: `want` is None where everything is body and stays as it was."""

    file: Path
    title: str
    input: str
    want: str | None
    site: str = ""

    @property
    def name(self) -> str:
        return f"{self.file.stem}: {self.title}"

    def run(self) -> Cleaned:
        """The input cleaned: once a process, however many tests look at it."""
        return _cleaned(self.input, self.site)

    @property
    def expected(self) -> str:
        return self.input if self.want is None else self.want

    def with_want(self, text: str) -> Case:
        return replace(self, want=None if text == self.input else text)


@cache
def _cleaned(text: str, site: str) -> Cleaned:
    doc = Document("site/case", text, "html" if text.startswith("<") else "text")
    lines = {line_template(fold(line)): SITE_DOCUMENTS for line in site.splitlines()}
    return clean(doc, profile=Profile({"site": SiteLines(SITE_DOCUMENTS, lines)}) if lines else None)


def read_cases(file: Path) -> list[Case]:
    """The cases of a file, in order. ValueError for text before the first title."""
    head, *parts = ("\n" + file.read_text("utf-8")).split("\n=== ")
    if head.strip():
        raise ValueError(f"{file}: text before the first `=== title`")
    return [_parse(file, part) for part in parts]


def _parse(file: Path, part: str) -> Case:
    title, _, rest = part.partition("\n")
    given, want_mark, want = rest.partition("\n--- want")
    given, _, site = given.partition("\n--- site")
    return Case(
        file, title.strip(), given.strip("\n"), want.strip("\n") if want_mark else None, site.strip("\n")
    )


def write_cases(file: Path, cases: list[Case]) -> None:
    """The file with its cases, in the form that `read` reads."""
    file.write_text("\n".join(_format(case) for case in cases), "utf-8")


def _format(case: Case) -> str:
    want = "" if case.want is None else f"--- want\n{case.want}\n" if case.want else "--- want\n"
    site = f"--- site\n{case.site}\n" if case.site else ""
    return f"=== {case.title}\n{case.input}\n{site}{want}"


def all_cases(folder: Path) -> list[Case]:
    """All cases of all files in a folder, in the order of their names."""
    return [case for file in sorted(folder.glob("*.case")) for case in read_cases(file)]
