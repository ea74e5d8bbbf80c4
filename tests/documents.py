"""The project's own documents, each with the words that a person would keep of it.

`fixtures/corpus/*.txt` hold most of them, several a file: `=== title`, then the document, every line behind
`+ ` (it belongs to the body) or `- ` (it stands around it). What begins with `<` is HTML.

Specimens and cases are documents too. What of them is body stands in `fixtures/bodies`, under the same
titles; of a case that is not there everything is. Nothing rewrites those: goldens and wants say what the
program does, bodies what it should do. `make golden` adds the want of a new case as its body.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from html.parser import HTMLParser
from pathlib import Path

import cleaner
from tests import cases
from tests.cases import KNOWN_FAILURES, ROOT, RULE_CASES

SEEDS = ROOT / "seeds"
CORPUS = ROOT / "fixtures" / "corpus"
BODIES = ROOT / "fixtures" / "bodies"
OF_SEEDS, OF_CASES = BODIES / "seeds.txt", BODIES / "rules.txt"
CLEAN_TEXTS = (ROOT / "bench" / "texts", ROOT / "bench" / "fresh")
TITLE = "=== "
WITH_PAGES = ("languages", "pages", "spun")
WITH_CHOICES = ("pages", "spun")
# Other choices than the defaults, all at once: what they change is in these records only.
OTHER_SETTINGS = cleaner.Settings(
    garbled="restore", captions="keep", comments="keep", metadata="full", title=True, markup="md"
)
TAG = re.compile(r"<[^>]*>")
INLINE = frozenset("a b i em strong span font small sup sub code q cite u s mark label".split())
UNSEEN = frozenset(("script", "style", "title"))


@dataclass(frozen=True, slots=True)
class Sample:
    """One document: how to clean it, and its body as one string of text."""

    title: str
    raw: str | bytes
    body: str
    clean: Callable[[], cleaner.Cleaned]


@cache
def group(name: str) -> tuple[Sample, ...]:
    """The documents of one group."""
    return tuple(_builders()[name]())


def specimen(name: str) -> cleaner.Cleaned:
    """A file of `seeds/`, cleaned: once a process, however many tests look at it."""
    return next(sample for sample in group("seeds") if sample.title == name).clean()


def names() -> list[str]:
    """The names of the groups. A pair of group and title names a document."""
    return [*_builders()]


@cache
def _builders() -> Mapping[str, Callable[[], Iterable[Sample]]]:
    found: dict[str, Callable[[], Iterable[Sample]]] = {"seeds": _seeds, "clean texts": _clean_texts}
    files = sorted(CORPUS.glob("*.txt"))
    found |= {file.stem: partial(_corpus, file) for file in files}
    for stem in WITH_PAGES:
        found[f"{stem}, flattened"] = partial(_flattened, stem)
    for stem in WITH_CHOICES:
        found[f"{stem}, other settings"] = partial(_otherwise, stem)
    for file in (*sorted(RULE_CASES.glob("*.case")), *sorted(KNOWN_FAILURES.glob("*.case"))):
        found[f"{file.parent.name}/{file.stem}"] = partial(_cases, file)
    return found


def _seeds() -> Iterator[Sample]:
    bodies = read_bodies(OF_SEEDS)
    files = sorted(file for file in SEEDS.iterdir())
    for file in files:
        yield _sample(file.name, file.read_bytes(), bodies[file.name])


def _clean_texts() -> Iterator[Sample]:
    files = [file for folder in CLEAN_TEXTS for file in sorted(folder.glob("*.txt"))]
    for file in files:
        text = file.read_text("utf-8")
        yield _sample(f"{file.parent.name}/{file.name}", text, text)


def _cases(file: Path) -> Iterator[Sample]:
    bodies = read_bodies(OF_CASES)
    for case in cases.read_cases(file):
        yield Sample(case.title, case.input, bodies.get(case.name, case.input), case.run)


def _corpus(file: Path) -> Iterator[Sample]:
    for title, text in parts(file):
        lines = text.splitlines()
        if odd := next((line for line in lines if line[:2].strip() not in ("+", "-", "")), None):
            raise ValueError(f"{file}: {title}: a line begins with neither + nor -: {odd}")
        raw = "\n".join(line[2:] for line in lines) + "\n"
        body = "\n".join(line[2:] for line in lines if line.startswith("+"))
        yield _sample(title, raw, html.unescape(TAG.sub("\n", body)) if _is_html(raw) else body)


def _flattened(stem: str) -> Iterator[Sample]:
    for sample in group(stem):
        if isinstance(sample.raw, str) and _is_html(sample.raw):
            yield _sample(sample.title, flatten(sample.raw), sample.body)


def _otherwise(stem: str) -> Iterator[Sample]:
    """Every third document with other settings: their body says nothing here."""
    for sample in group(stem)[::3]:
        yield _sample(sample.title, sample.raw, sample.body, OTHER_SETTINGS)


def _sample(title: str, raw: str | bytes, body: str, settings: cleaner.Settings | None = None) -> Sample:
    return Sample(title, raw, body, cache(lambda: cleaner.clean(raw, settings=settings)))


def _is_html(raw: str | bytes) -> bool:
    return raw[:1] in ("<", b"<")


def parts(file: Path) -> Iterator[tuple[str, str]]:
    """The titles of a file and what stands below each, without the blank lines at its ends."""
    head, *rest = ("\n" + file.read_text("utf-8")).split("\n" + TITLE)
    if head.strip():
        raise ValueError(f"{file}: text before the first `{TITLE}title`")
    for part in rest:
        title, _, text = part.partition("\n")
        yield title.strip(), text.strip("\n")


@cache
def read_bodies(file: Path) -> Mapping[str, str]:
    """What belongs to the body, by the title of the document."""
    return dict(parts(file))


class _Flattener(HTMLParser):
    """Text of a page, a line a block, as simple scrapers leave it."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.unseen += tag in UNSEEN
        self.out.append("" if tag in INLINE else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN
        self.out.append("" if tag in INLINE else "\n")

    def handle_data(self, data: str) -> None:
        self.out.append("" if self.unseen else data)


def flatten(page: str) -> str:
    """The text of a page without its markup, hidden parts included."""
    flattener = _Flattener()
    flattener.feed(page)
    flattener.close()
    lines = (" ".join(line.split()) for line in "".join(flattener.out).split("\n"))
    return "\n".join(line for line in lines if line) + "\n"
