"""The report of a run: `summary.html` in OUT, made from `summary.json` and `manifest.jsonl` alone.

What the manifest lacks, the words that were cut, is read again from the sources it names, where their sha256
is still that of the cleaned document. Memory is bounded whatever the size of the run: the page shows the
first few of each kind, lines are counted in a table of fixed size, and of a large run an even sample is read.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from pathlib import Path, PurePath
from typing import Any, NamedTuple
from urllib.parse import quote

from cleaner.corpus.atomic import AtomicFile
from cleaner.corpus.outcomes import encode_lossy
from cleaner.corpus.readers import FailedInput, File, ReadOptions, documents_in_file
from cleaner.corpus.summary import TENTHS, tenth_in_words
from cleaner.diff.clean_texts import is_output_folder
from cleaner.diff.escape import one_line
from cleaner.diff.html_report import (
    content_security_policy,
    is_cleaner_page,
    template_environment,
    template_source,
)
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.json_lines import loads
from cleaner.notes import note_in_words
from cleaner.reading.page import read_document
from cleaner.rules.manual import FAILED_LABEL

SUMMARY_NAME = "summary.html"
# Where `diff --html` may write a page beside it, which it then links to.
REVIEW_NAME = "review.html"
HIDDEN = "hidden"  # the code of text that a browser would not show
# Rows of each table on the page.
MAX_SHOWN_ROWS = 20
# Cuts that are looked at for the largest ones: by their length in the raw document, tags and all.
MAX_CUT_CANDIDATES = 200
# Rereading 20,000 documents takes about as long as cleaning a few hundred.
MAX_REREAD_DOCUMENTS = 20_000
# Different cut lines counted at a time, by Misra and Gries: a line that makes more than 1 in 50,000 of all is
# in the table for sure, and its count is short by at most that share. Where fewer differ, counts are exact.
MAX_COUNTED_LINES = 50_000
MAX_LINE_CHARS = 200  # longer ones are paragraphs, and recur only by accident
MAX_QUOTED_CHARS = 160


class Cut(NamedTuple):
    """A cut part of a document. Ordered by size; of equal sizes the first in the manifest is larger."""

    size: int
    order: int
    id: str
    source: str
    code: str
    label: str
    start: int
    end: int


@dataclass
class HeavyHitters:
    """Counts the most frequent keys of a stream in bounded memory (Misra, Gries 1982)."""

    capacity: int = MAX_COUNTED_LINES
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    max_undercount: int = 0  # by so much each count may be too low

    def add(self, key: tuple[str, str]) -> None:
        """Count `key` once more."""
        self.counts[key] += 1
        if len(self.counts) > self.capacity:
            self.max_undercount += 1
            self.counts = Counter({key: n - 1 for key, n in self.counts.items() if n > 1})

    def most_common(self, n: int) -> list[tuple[tuple[str, str], int]]:
        """The most frequent keys, ties in the order of the keys; without those that occur once."""
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:n]
        return [item for item in ranked if item[1] > 1]


@dataclass
class ManifestScan:
    """What one pass over the manifest gathers."""

    largest_cuts: list[Cut] = field(default_factory=list)
    failed_rows: list[Mapping[str, Any]] = field(default_factory=list)
    failure_codes: Counter[str] = field(default_factory=Counter)
    garbled_rows: list[Mapping[str, Any]] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)
    # a heap of (minus confidence, minus position, row): what it loses first is the most confident
    least_confident: list[tuple[float, int, Mapping[str, Any]]] = field(default_factory=list)

    def add_doubt(self, order: int, row: Mapping[str, Any]) -> None:
        """Keep the row if it is among the least confident, of equal ones among the first."""
        if row.get("confidence") is None:
            return
        entry = (-row["confidence"], -order, row)
        if len(self.least_confident) < MAX_SHOWN_ROWS:
            heapq.heappush(self.least_confident, entry)
        elif entry[:2] > self.least_confident[0][:2]:
            heapq.heapreplace(self.least_confident, entry)

    @property
    def doubtful_rows(self) -> list[Mapping[str, Any]]:
        """The rows of the least confident, in that order."""
        return [row for _, _, row in sorted(self.least_confident, key=lambda one: (-one[0], -one[1]))]


@dataclass
class Reread:
    """What the sources of a run show, read again: texts that the manifest lacks, and what a reader sees.

    Attributes:
        cut_texts, cut_sizes: the words of the largest cuts, and how many characters of them a reader sees.
        line_counts: the lines that were cut, with their codes.
        documents: how many documents were read for all but `cut_texts`.
        visible, kept, held: their characters that a reader sees, without tags, those of them in the corpus,
            and those in texts that are held back; hidden text counts only where it was kept.
        taken: by code, how many lines or parts of lines it cut, and how many such characters.
    """

    cut_texts: dict[Cut, str] = field(default_factory=dict)
    cut_sizes: dict[Cut, int] = field(default_factory=dict)
    line_counts: HeavyHitters = field(default_factory=HeavyHitters)
    documents: int = 0
    visible: int = 0
    kept: int = 0
    held: int = 0
    taken: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any], shown: ShownDocument) -> None:
        """Count one document more."""
        self.documents += 1
        n_cut = 0
        for cut in row["removed"]:
            pieces = [*shown.pieces(cut["start"], cut["end"])]
            size = sum(map(len, pieces))
            times, characters = self.taken.get(cut["code"], (0, 0))
            self.taken[cut["code"]] = times + len(pieces), characters + size
            n_cut += size if cut["code"] != HIDDEN else 0
            if cut["end"] - cut["start"] <= 4 * MAX_LINE_CHARS:
                self.line_counts.add((one_line(" ".join(pieces), MAX_LINE_CHARS), cut["code"]))
        n_hidden = sum(
            shown.size(cut["start"], cut["end"]) for cut in row["removed"] if cut["code"] == HIDDEN
        )
        visible = shown.characters - n_hidden
        self.visible += visible
        if str(row.get("output") or "").startswith("corpus/"):
            self.kept += visible - n_cut
        elif row["verdict"] in ("clean", "garbled"):
            self.held += visible - n_cut


class ShownDocument:
    """A raw document as a reader sees it: its blocks, found by raw offsets."""

    def __init__(self, doc: Document) -> None:
        self._is_text = doc.kind == "text"
        self._blocks = read_document(doc).blocks
        self._ends = [block.end for block in self._blocks]

    @property
    def characters(self) -> int:
        """Characters of all blocks, hidden ones too."""
        return sum(len(block.raw if self._is_text else block.text) for block in self._blocks)

    def pieces(self, start: int, end: int) -> Iterator[str]:
        """What `raw[start:end]` shows, block by block."""
        for block in self._blocks[bisect_right(self._ends, start) :]:
            if block.start >= end:
                break
            left, right = max(block.start, start), min(block.end, end)
            if self._is_text:
                yield block.raw[left - block.start : right - block.start]
            elif (left, right) == (block.start, block.end):
                yield block.text
            else:
                first, last = block.to_text_span(left, right)
                yield block.text[first:last]

    def size(self, start: int, end: int) -> int:
        """Characters that `raw[start:end]` shows."""
        return sum(map(len, self.pieces(start, end)))


class Bar(NamedTuple):
    """A row of a chart; `share` (0..1) is its length."""

    name: str
    label: str
    number: int
    share: float
    note: str


def remove_summary_html(out: Path) -> None:
    """Remove the report of an earlier run, which does not describe this one."""
    if (out / SUMMARY_NAME).is_file() and is_cleaner_page(out / SUMMARY_NAME):
        (out / SUMMARY_NAME).unlink()


def write_summary_html(out: Path) -> Reread:
    """Write the report of the run in OUT: the same bytes for the same files and sources. Returns what their
    sources show.

    Raises:
        CleanerError, OSError: it cannot be written; everything else in OUT is complete.
    """
    summary = loads((out / "summary.json").read_bytes())
    scan = scan_manifest(out)
    found = reread_cuts(out, summary, scan)
    env = template_environment()
    style = template_source(env, "base.css") + template_source(env, "summary.css")
    page = env.get_template("summary.html").render(
        style=style, policy=content_security_policy(style), summary=summary, verdicts=verdict_bars(summary),
        codes=code_bars(summary, found), confidence=confidence_bars(summary), notes=note_bars(summary),
        doubtful=scan.doubtful_rows, note_in_words=note_in_words,
        characters=character_bars(summary),
        largest=largest_cuts(scan, found),
        lines=found.line_counts.most_common(MAX_SHOWN_ROWS), short_by=found.line_counts.max_undercount,
        read=found.documents, kept_share=_kept_share(summary, found), link=_links(out),
        failures=scan.failed_rows,
        failed=scan.failure_codes.most_common(), held=scan.garbled_rows,
        languages=_bars(scan.languages.most_common(MAX_SHOWN_ROWS)),
        shown=lambda text: one_line(str(text or ""), MAX_QUOTED_CHARS), settings=_setting_rows(summary),
    )  # fmt: skip
    path = out / SUMMARY_NAME
    if path.exists() and not is_cleaner_page(path):
        raise UsageError(f"{path}: is no page of cleaner's; move it out of {out}")
    with AtomicFile(path) as file:
        file.write(encode_lossy(page))
    return found


def link_summary(review: Path) -> None:
    """Write the report beside a new review page again, which then leads to it: OUT/review.html."""
    out = review.resolve().parent
    is_report = (out / SUMMARY_NAME).is_file() and is_cleaner_page(out / SUMMARY_NAME)
    if review.name == REVIEW_NAME and is_report and is_output_folder(out):
        write_summary_html(out)


def scan_manifest(out: Path) -> ManifestScan:
    """One pass over the manifest."""
    scan = ManifestScan()
    for order, row in enumerate(manifest_rows(out)):
        scan.languages[row.get("language") or "unknown"] += row["verdict"] != FAILED_LABEL
        if row["verdict"] == FAILED_LABEL:
            scan.failure_codes[row["error"]["code"]] += 1
            scan.failed_rows += [row] * (len(scan.failed_rows) < MAX_SHOWN_ROWS)
        if row["verdict"] == "garbled":
            scan.garbled_rows += [row] * (len(scan.garbled_rows) < MAX_SHOWN_ROWS)
        scan.add_doubt(order, row)
        for cut in row["removed"]:
            size = cut["end"] - cut["start"]
            where = (row["id"], row["source"], cut["code"], cut["label"], cut["start"], cut["end"])
            candidate = Cut(size, -order, *where)
            if len(scan.largest_cuts) < MAX_CUT_CANDIDATES:
                heapq.heappush(scan.largest_cuts, candidate)
            elif candidate > scan.largest_cuts[0]:
                heapq.heapreplace(scan.largest_cuts, candidate)
    return scan


def manifest_rows(out: Path) -> Iterator[Mapping[str, Any]]:
    """The manifest, row by row."""
    with (out / "manifest.jsonl").open("rb") as manifest:
        for line in manifest:
            yield loads(line)


def reread_cuts(out: Path, summary: Mapping[str, Any], scan: ManifestScan) -> Reread:
    """Read the documents of the largest cuts again, and an even sample, or all."""
    total = summary["documents"]["in"]
    sample_step = max(-(-total // MAX_REREAD_DOCUMENTS), 1)
    cuts_by_row: dict[int, list[Cut]] = {}
    for cut in scan.largest_cuts:
        cuts_by_row.setdefault(-cut.order, []).append(cut)
    found = Reread()
    for order, row, doc in reread_documents(
        out, summary, lambda order: order % sample_step == 0 or order in cuts_by_row
    ):
        shown = ShownDocument(doc)
        for cut in cuts_by_row.get(order, ()):
            pieces = [*shown.pieces(cut.start, cut.end)]
            found.cut_sizes[cut] = sum(map(len, pieces))
            found.cut_texts[cut] = one_line(" ".join(pieces), MAX_QUOTED_CHARS)
        if order % sample_step == 0:
            found.add(row, shown)
    return found


def reread_documents(
    out: Path, summary: Mapping[str, Any], is_wanted: Callable[[int], bool]
) -> Iterator[tuple[int, Mapping[str, Any], Document]]:
    """The wanted rows of the manifest with their raw documents, unless those have changed since."""
    settings = summary["settings"]
    read_options = ReadOptions(
        settings.get("kind") or "auto", settings.get("field"), settings.get("id_field") or "id"
    )
    for path, group in groupby(enumerate(manifest_rows(out)), key=lambda item: item[1]["source"]):
        if not Path(path).is_file():  # stdin, a pipe, an address: cannot be read again, or not cheaply
            continue
        with suppress(OSError):
            yield from _documents_of_file(path, group, read_options, is_wanted, settings.get("sample"))


def _documents_of_file(
    path: str,
    group: Iterable[tuple[int, Mapping[str, Any]]],
    read_options: ReadOptions,
    is_wanted: Callable[[int], bool],
    sample: int | None,
) -> Iterator[tuple[int, Mapping[str, Any], Document]]:
    """The rows of one file with the documents it holds now, where they are the same."""
    group = iter(group)
    first_two = [*islice(group, 2)]
    if len(first_two) == 1 and not is_wanted(first_two[0][0]):
        return  # a file with one document that is not wanted need not be opened
    current = documents_in_file(File(path, PurePath(path).name), read_options)
    rows = chain(first_two, group)
    pairs = zip(rows, current, strict=False) if sample is None else _sampled_pairs(rows, current)
    for (order, row), doc in pairs:
        if is_wanted(order) and isinstance(doc, Document) and doc.sha256 == _input_sha256(row):
            yield order, row, doc


def _sampled_pairs(
    rows: Iterable[tuple[int, Mapping[str, Any]]], current: Iterator[Document | FailedInput]
) -> Iterator[tuple[tuple[int, Mapping[str, Any]], Document]]:
    """Each row with its document: those between are not in the sample."""
    for order, row in rows:
        if sha256 := _input_sha256(row):
            same = (doc for doc in current if isinstance(doc, Document) and doc.sha256 == sha256)
            if doc := next(same, None):
                yield (order, row), doc


def _input_sha256(row: Mapping[str, Any]) -> str | None:
    digest: str | None = (row.get("sha256") or {}).get("input")
    return digest


def largest_cuts(scan: ManifestScan, found: Reread) -> list[tuple[Cut, int, str]]:
    """The largest cuts by what a reader sees of them, with that size and their words.

    Where the source is gone the size is that in the raw document, and there are no words.
    """
    sized = [
        (found.cut_sizes.get(cut, cut.size), cut, found.cut_texts.get(cut, "")) for cut in scan.largest_cuts
    ]
    ranked = sorted(sized, key=lambda one: one[:2], reverse=True)[:MAX_SHOWN_ROWS]
    return [(cut, size, words) for size, cut, words in ranked]


def _kept_share(summary: Mapping[str, Any], found: Reread) -> float | None:
    """The share (0..1) of what a reader sees that is in the corpus; without sources, of all characters."""
    if found.visible:
        return found.kept / found.visible
    characters = summary["characters"]
    return characters["kept"] / characters["in"] if characters["in"] else None


def _links(out: Path) -> Callable[[Cut], str]:
    """The address of a cut on the review page beside the summary; `""` where there is none."""
    is_there = (out / REVIEW_NAME).is_file() and is_cleaner_page(out / REVIEW_NAME)
    return lambda cut: f"{REVIEW_NAME}#id={quote(cut.id, safe='')}&at={cut.start}" if is_there else ""


def verdict_bars(summary: Mapping[str, Any]) -> list[Bar]:
    """Documents by verdict; shares of all documents."""
    counts = [(name, n) for name, n in summary["documents"].items() if name != "in" and n]
    return _bars(counts, total=summary["documents"]["in"])


def confidence_bars(summary: Mapping[str, Any]) -> list[Bar]:
    """Documents by tenth of confidence, the least confident first; shares of all documents."""
    counts = summary.get("confidence", {})
    names = {tenth: tenth_in_words(tenth) for tenth in TENTHS}
    shown = [(names.get(name, name), n) for name, n in counts.items() if n]
    return _bars(shown, total=summary["documents"]["in"])


def note_bars(summary: Mapping[str, Any]) -> list[Bar]:
    """Documents by note; shares of all documents."""
    return _bars(sorted(summary.get("notes", {}).items()), total=summary["documents"]["in"])


def character_bars(summary: Mapping[str, Any]) -> list[Bar]:
    """Characters kept, held, removed and failed; shares of all characters."""
    counts = summary["characters"]
    return _bars(
        [(n, counts[n]) for n in ("kept", "held", "removed", "failed") if counts[n]], total=counts["in"]
    )


class TakenByCode(NamedTuple):
    """What a reason code took: how many lines or edits, and how many characters."""

    code: str
    label: str
    times: int
    characters: int


def taken_by_code(summary: Mapping[str, Any], found: Reread | None = None) -> list[TakenByCode]:
    """What each code took, most characters first, tags left out: of cuts what a reader sees, where the
    sources were read."""
    taken = {
        code: (totals["label"], totals["edits"], totals["characters"])
        for code, totals in summary["codes"].items()
        if totals["label"] != "markup"
    }
    if found and found.documents:
        taken |= {code: (taken[code][0], *now) for code, now in found.taken.items() if code in taken}
    ranked = sorted(taken.items(), key=lambda item: (-item[1][2], item[0]))
    return [TakenByCode(code, *totals) for code, totals in ranked]


def code_bars(summary: Mapping[str, Any], found: Reread | None = None) -> list[Bar]:
    """Characters taken by code, most first."""
    ranked = taken_by_code(summary, found)
    max_taken = max((one.characters for one in ranked), default=0)
    return [
        Bar(one.code, one.label, one.characters, _share(one.characters, max_taken), f"{one.times:,}")
        for one in ranked
    ]


def _bars(counts: Sequence[tuple[str, int]], total: int = 0) -> list[Bar]:
    total = total or sum(n for _, n in counts)
    return [Bar(name, "", n, _share(n, total), f"{_share(n, total):.1%}") for name, n in counts]


def _share(number: int, total: int) -> float:
    return number / total if total else 0.0


def _setting_rows(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, one_line(str(value), MAX_QUOTED_CHARS)) for name, value in summary["settings"].items()]
