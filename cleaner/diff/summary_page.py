"""The picture of a run: `summary.html` in OUT, made from `summary.json` and `manifest.jsonl` alone.

What the manifest does not hold, the words that were cut, is read again from the sources it names, where their
sha256 is still the one that was cleaned. Memory is bounded whatever the size of the run: the page shows the
first few of each kind, lines are counted in a table of fixed size, and of a large run an even sample is read.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from cleaner.corpus.readers import File, How, documents
from cleaner.corpus.writers import Whole, spelled
from cleaner.diff.escape import one_line
from cleaner.diff.html_report import environment, is_ours, policy, source
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.json_lines import loads
from cleaner.reading.page import read as read_page
from cleaner.rules.manual import FAILED_LABEL

NAME = "summary.html"
# What the page shows of each kind.
TOP = 20
# Documents read again: 20,000 take about as long as cleaning a few hundred.
READ_AGAIN = 20_000
# Different cut lines counted at a time, by Misra and Gries: a line that makes more than 1 in 50,000 of all is
# in the table for sure, and its count is short by at most that share. Where fewer differ, counts are exact.
TABLE = 50_000
LINE_AT_MOST = 200  # longer ones are paragraphs, and recur only by accident
QUOTED = 160
SHOWN = 20_000  # characters of a cut that are looked at for its first words: a page may be one cut


class Cut(NamedTuple):
    """One part of a document that was cut; ordered by size, of equals the first in the manifest is larger."""

    size: int
    order: int
    id: str
    source: str
    code: str
    label: str
    start: int
    end: int


@dataclass
class Frequent:
    """Counts what is seen most in a stream, in bounded memory (Misra, Gries 1982)."""

    capacity: int = TABLE
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    short_by: int = 0  # what each count may lack

    def add(self, key: tuple[str, str]) -> None:
        """See `key` once more."""
        self.counts[key] += 1
        if len(self.counts) > self.capacity:
            self.short_by += 1
            self.counts = Counter({key: n - 1 for key, n in self.counts.items() if n > 1})

    def most(self, number: int) -> list[tuple[tuple[str, str], int]]:
        """The keys seen most, of equals in their order; once is not often."""
        best = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:number]
        return [item for item in best if item[1] > 1]


@dataclass
class Seen:
    """What one pass over the manifest gathers."""

    largest: list[Cut] = field(default_factory=list)
    failures: list[Mapping[str, Any]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    held: list[Mapping[str, Any]] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)


class Bar(NamedTuple):
    """A row of a chart: its share is of the longest row."""

    name: str
    label: str
    number: int
    share: float
    note: str


def remove_summary(out: Path) -> None:
    """Take away the picture of an earlier run: it stands only beside the run it shows."""
    if (out / NAME).is_file() and is_ours(out / NAME):
        (out / NAME).unlink()


def write_summary(out: Path) -> None:
    """Write the picture of the run in OUT: the same for the same files and sources.

    Raises:
        CleanerError, OSError: it cannot be written; everything else in OUT is complete.
    """
    summary = loads((out / "summary.json").read_bytes())
    seen = look(out)
    words, lines, read = reread(out, summary, seen)
    env = environment()
    style = source(env, "base.css") + source(env, "summary.css")
    page = env.get_template("summary.html").render(
        style=style, policy=policy(style), summary=summary, verdicts=verdicts(summary), codes=codes(summary),
        characters=characters(summary),
        largest=[(cut, words.get(cut, "")) for cut in sorted(seen.largest, reverse=True)],
        lines=lines.most(TOP), short_by=lines.short_by, read=read, failures=seen.failures,
        failed=seen.failed.most_common(), held=seen.held, languages=_bars(seen.languages.most_common(TOP)),
        shown=lambda text: one_line(str(text or ""), QUOTED), settings=_settings(summary),
    )  # fmt: skip
    path = out / NAME
    if path.exists() and not is_ours(path):
        raise UsageError(f"{path}: is no page of cleaner's; move it out of {out}")
    with Whole(path) as file:
        file.write(spelled(page))


def look(out: Path) -> Seen:
    """One pass over the manifest."""
    seen = Seen()
    for order, row in enumerate(rows(out)):
        seen.languages[row.get("language") or "unknown"] += row["verdict"] != FAILED_LABEL
        if row["verdict"] == FAILED_LABEL:
            seen.failed[row["error"]["code"]] += 1
            seen.failures += [row] * (len(seen.failures) < TOP)
        if row["verdict"] == "garbled":
            seen.held += [row] * (len(seen.held) < TOP)
        for cut in row["removed"]:
            size = cut["end"] - cut["start"]
            place = (row["id"], row["source"], cut["code"], cut["label"], cut["start"], cut["end"])
            one = Cut(size, -order, *place)
            if len(seen.largest) < TOP:
                heapq.heappush(seen.largest, one)
            elif one > seen.largest[0]:
                heapq.heapreplace(seen.largest, one)
    return seen


def rows(out: Path) -> Iterator[Mapping[str, Any]]:
    """The manifest, row by row."""
    with (out / "manifest.jsonl").open("rb") as manifest:
        for line in manifest:
            yield loads(line)


def reread(out: Path, summary: Mapping[str, Any], seen: Seen) -> tuple[dict[Cut, str], Frequent, int]:
    """The words of the largest cuts, the lines cut most often, and how many documents tell of them."""
    total = summary["documents"]["in"]
    step = max(-(-total // READ_AGAIN), 1)
    wanted: dict[int, list[Cut]] = {}
    for cut in seen.largest:
        wanted.setdefault(-cut.order, []).append(cut)
    words, lines, read = dict[Cut, str](), Frequent(), 0
    for order, row, doc in sources(out, summary, lambda order: order % step == 0 or order in wanted):
        for cut in wanted.get(order, ()):
            words[cut] = one_line(_shown(doc, cut.start, cut.end), QUOTED)
        if order % step == 0:
            read += 1
            for cut in row["removed"]:
                if cut["end"] - cut["start"] <= 4 * LINE_AT_MOST:
                    line = one_line(_shown(doc, cut["start"], cut["end"]), LINE_AT_MOST)
                    lines.add((line, cut["code"]))
    return words, lines, read


def sources(
    out: Path, summary: Mapping[str, Any], wanted: Callable[[int], bool]
) -> Iterator[tuple[int, Mapping[str, Any], Document]]:
    """The wanted rows of the manifest with their raw documents, unless those have changed since."""
    settings = summary["settings"]
    how = How(settings.get("kind") or "auto", settings.get("field"), settings.get("id_field") or "id")
    for path, group in groupby(enumerate(rows(out)), key=lambda item: item[1]["source"]):
        if not Path(path).is_file():  # stdin, a pipe, an address: not to be had again, or not for nothing
            continue
        with suppress(OSError):
            yield from _of_source(path, group, how, wanted)


def _of_source(
    path: str, group: Iterable[tuple[int, Mapping[str, Any]]], how: How, wanted: Callable[[int], bool]
) -> Iterator[tuple[int, Mapping[str, Any], Document]]:
    """The rows of one file beside the documents it holds now."""
    group = iter(group)
    ahead = [*islice(group, 2)]
    if len(ahead) == 1 and not wanted(ahead[0][0]):
        return  # a file of its own that nobody wants need not be opened
    found = documents(File(path, PurePath(path).name), how)
    for (order, row), doc in zip(chain(ahead, group), found, strict=False):
        sha256 = (row.get("sha256") or {}).get("input")
        if wanted(order) and isinstance(doc, Document) and doc.sha256 == sha256:
            yield order, row, doc


def _shown(doc: Document, start: int, end: int) -> str:
    """A cut as text; of a page without its tags."""
    text = doc.raw[start : min(end, start + SHOWN)]
    if doc.kind == "text":
        return text
    return " ".join(block.text for block in read_page(Document("", text, "html")).blocks)


def verdicts(summary: Mapping[str, Any]) -> list[Bar]:
    """Documents by verdict."""
    counts = [(name, n) for name, n in summary["documents"].items() if name != "in" and n]
    return _bars(counts, of=summary["documents"]["in"])


def characters(summary: Mapping[str, Any]) -> list[Bar]:
    """Characters by what became of them."""
    counts = summary["characters"]
    return _bars(
        [(n, counts[n]) for n in ("kept", "held", "removed", "failed") if counts[n]], of=counts["in"]
    )


def codes(summary: Mapping[str, Any]) -> list[Bar]:
    """What took most. Tags are left out: a page is made of them."""
    taken = [(code, told) for code, told in summary["codes"].items() if told["label"] != "markup"]
    taken.sort(key=lambda item: (-item[1]["characters"], item[0]))
    most = max((told["characters"] for _, told in taken), default=0)
    return [
        Bar(code, told["label"], told["characters"], _share(told["characters"], most), f"{told['edits']:,}")
        for code, told in taken
    ]


def _bars(counts: Sequence[tuple[str, int]], of: int = 0) -> list[Bar]:
    of = of or sum(n for _, n in counts)
    return [Bar(name, "", n, _share(n, of), f"{_share(n, of):.1%}") for name, n in counts]


def _share(number: int, of: int) -> float:
    return number / of if of else 0.0


def _settings(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, one_line(str(value), QUOTED)) for name, value in summary["settings"].items()]
