"""The totals of a run: every document and every character of the input is counted, and the sums checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from cleaner import __version__
from cleaner.corpus.discover import FOLDER_ALREADY_READ, HIDDEN, NO_SUFFIX, READABLE_SUFFIXES
from cleaner.corpus.pickling import PickledByFields
from cleaner.edits import Edit
from cleaner.errors import UsageError
from cleaner.output.cleaned import Cleaned
from cleaner.output.record import Record, released_edits
from cleaner.output.schema import RECORD_SCHEMA_VERSION
from cleaner.rules import list_codes

VERDICTS = ("clean", "garbled", "empty", "language", "failed")


@dataclass(frozen=True, slots=True)
class Sizes(PickledByFields):
    """One document in characters: raw = kept + held + removed + failed; out = kept + held + added.

    `removed` counts what repairs and cuts removed, `added` what repairs inserted, `out` the text written.
    `codes` holds, for each reason code, its label, how many edits it made and how many characters they took.
    """

    raw: int = 0
    kept: int = 0
    held: int = 0
    removed: int = 0
    added: int = 0
    failed: int = 0
    out: int = 0
    codes: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)

    def as_held(self) -> Sizes:
        """The sizes with the kept text held: for a duplicate that is left out of the corpus."""
        return replace(self, kept=0, held=self.held + self.kept)


def sizes_of(done: Cleaned, record: Record) -> Sizes:
    """The sizes of a cleaned document. ValueError when its edits and its text do not add up."""
    edits = released_edits(done)
    removed, added = sum(len(e.old) for e in edits), sum(len(e.new) for e in edits)
    kept, out = len(done.doc.raw) - removed, len(record["text"]) + len(record["held"] or "")
    if kept + added != out:
        raise ValueError(f"{kept} characters kept and {added} added are not {out} characters of text")
    sizes = Sizes(len(done.doc.raw), kept, 0, removed, added, out=out, codes=_totals_by_code(done, edits))
    return sizes if record["held"] is None else sizes.as_held()


def _totals_by_code(done: Cleaned, edits: Sequence[Edit]) -> dict[str, tuple[str, int, int]]:
    """For each reason code: its label, the number of edits, and the characters they removed."""
    labels = {cut.code: cut.label for cut in done.removed}
    sizes_by_code: dict[str, list[int]] = {}
    for edit in edits:
        sizes_by_code.setdefault(edit.code, []).append(len(edit.old))
    return {
        code: (labels.get(code) or _labels_of_codes()[code], len(sizes), sum(sizes))
        for code, sizes in sizes_by_code.items()
    }


@cache
def _labels_of_codes() -> dict[str, str]:
    """The labels of all codes, also of repairs, markup and what holds back a whole document."""
    return {code: label for label, code, _ in list_codes()}


STATE_FIELDS = ("documents", "characters", "codes", "duplicates", "passed", "confidence", "notes")
UNKNOWN_CONFIDENCE = "unknown"
# Kinds of records of archives (`image/png`) that are counted each for itself, and those that a message names.
MAX_PASSED_KINDS, MAX_NAMED_KINDS = 500, 8
OTHER_KINDS = "of other kinds"
# Confidence is counted by tenths: 1 counts in the last.
TENTHS = tuple(f"{k / 10:.1f}" for k in range(10))
CONFIDENCE_COUNTS = (*TENTHS, UNKNOWN_CONFIDENCE)
HELD_BACK = "held back"  # counted with them, and shown beside them
SIZE_FIELDS = ("kept", "held", "removed", "failed", "added", "out")


@dataclass
class Summary:
    """The totals so far; `as_dict` is the run's summary."""

    settings: Mapping[str, Any]
    documents: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    codes: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    duplicates: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)  # skipped in files, by reason
    skipped: Counter[str] = field(default_factory=Counter)  # skipped files, by suffix
    confidence: Counter[str] = field(default_factory=Counter)  # by tenth; and those held back
    notes: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        verdict: str,
        sizes: Sizes,
        *,
        confidence: float | None = None,
        note: str | None = None,
        is_doubtful: bool = False,
    ) -> None:
        """Count one document. `is_doubtful`: it is held back, since too little is expected of it."""
        if verdict != "failed":
            self.confidence[tenth_of(confidence)] += 1
            self.confidence[HELD_BACK] += is_doubtful
        if note:
            self.notes[note] += 1
        self.documents["in"] += 1
        self.documents[verdict] += 1
        self.characters["in"] += sizes.raw
        for name in SIZE_FIELDS:
            self.characters[name] += getattr(sizes, name)
        for code, (label, edits, removed) in sizes.codes.items():
            _, edits_before, removed_before = self.codes.get(code, (label, 0, 0))
            self.codes[code] = (label, edits_before + edits, removed_before + removed)

    def add_passed(self, reason: str, times: int = 1) -> None:
        """Count what was passed over in a file: beyond so many kinds, which come from outside, all as one."""
        is_new_kind = reason not in self.passed and len(self.passed) >= MAX_PASSED_KINDS
        self.passed[OTHER_KINDS if is_new_kind else reason] += times

    def add_duplicate(self, similarity: float, dropped: bool) -> None:
        """Count one of these documents as a duplicate. Its verdict does not change."""
        self.duplicates["exact" if similarity == 1 else "near"] += 1
        self.duplicates["dropped"] += dropped

    def state(self) -> dict[str, Any]:
        """What a run needs to continue later, without skipped files, which it finds again."""
        return {name: dict(getattr(self, name)) for name in STATE_FIELDS}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Continue the totals of an interrupted run."""
        for name in STATE_FIELDS:
            getattr(self, name).update(state.get(name, {}))
        self.codes = {code: (label, times, taken) for code, (label, times, taken) in self.codes.items()}

    @property
    def adds_up(self) -> bool:
        """Whether documents and characters of the input equal those kept, held, removed and failed."""
        d, c = self.documents, self.characters
        return (
            d["in"] == sum(d[verdict] for verdict in VERDICTS)
            and c["in"] == c["kept"] + c["held"] + c["removed"] + c["failed"]
            and c["out"] == c["kept"] + c["held"] + c["added"]
            and c["removed"] == sum(taken for _, _, taken in self.codes.values())
        )

    def all_skipped(self) -> Counter[str]:
        """Skipped files and what was skipped in files, by suffix or reason."""
        return self.skipped + self.passed

    def as_dict(self) -> dict[str, Any]:
        """For `summary.json` and `--json`; independent of time and machine."""
        names = ("in", "kept", "held", "removed", "failed", "added", "out")
        return {
            "version": __version__,
            "schema_version": RECORD_SCHEMA_VERSION,
            "documents": {name: self.documents[name] for name in ("in", *VERDICTS)},
            "characters": {name: self.characters[name] for name in names},
            "adds_up": self.adds_up,
            "codes": {
                code: {"label": label, "edits": times, "characters": taken}
                for code, (label, times, taken) in sorted(self.codes.items())
            },
            "duplicates": {name: self.duplicates[name] for name in ("exact", "near", "dropped")},
            "confidence": {name: self.confidence[name] for name in CONFIDENCE_COUNTS},
            "held_back": self.confidence[HELD_BACK],
            "notes": dict(sorted(self.notes.items())),
            "skipped": dict(sorted(self.all_skipped().items())),
            "settings": dict(self.settings),
        }


def tenth_of(confidence: float | None) -> str:
    """The tenth that a confidence is counted in, by its lower end: `0.9` for .934."""
    return UNKNOWN_CONFIDENCE if confidence is None else TENTHS[min(int(confidence * 10), 9)]


def tenth_in_words(tenth: str) -> str:
    """`0.9 to 1.0` for the tenth that begins at `0.9`."""
    return f"{tenth} to {float(tenth) + 0.1:.1f}"


def skipped_message(counts: Counter[str]) -> str:
    """`skipped 3 files of other types (.pdf 2, .png 1)`, or nothing; the same of records of archives."""
    files = Counter({name: n for name, n in counts.items() if name.startswith(".") or name == NO_SUFFIX})
    others = {FOLDER_ALREADY_READ, HIDDEN, *files}
    records = Counter({name: n for name, n in counts.items() if name not in others})
    parts = []
    if files:
        parts.append(f"skipped {plural(files.total(), 'file')} of other types ({_listed(files)})")
    if counts[HIDDEN]:
        parts.append(f"skipped {plural(counts[HIDDEN], 'hidden file')}")
    if counts[FOLDER_ALREADY_READ]:
        parts.append(f"skipped {plural(counts[FOLDER_ALREADY_READ], 'link')} to folders already read")
    if records:
        parts.append(f"in archives: {_listed(records)}")
    return "; ".join(parts)


def _listed(counts: Counter[str]) -> str:
    """`.pdf 2, .png 1`: the most frequent first, and how many others there are."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    listed = ", ".join(f"{name} {n:,}" for name, n in ordered[:MAX_NAMED_KINDS])
    rest = ordered[MAX_NAMED_KINDS:]
    others = f", and {plural(len(rest), 'other kind')} {sum(n for _, n in rest):,}" if rest else ""
    return listed + others


def no_documents_error(inputs: Sequence[str], passed: Counter[str]) -> UsageError:
    """The error for inputs without a document: what was found instead, and what can be read."""
    message = "; ".join(filter(None, ("no documents there", skipped_message(passed))))
    return UsageError(f"{', '.join(inputs)}: {message}; what is read is {' '.join(READABLE_SUFFIXES)}")


def plural(number: int, noun: str) -> str:
    """`1 document`, `2,000 documents`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
