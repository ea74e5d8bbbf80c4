"""Documents to outcomes, one each, whatever happens to a document."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from cleaner.analysis.site_profile import Profile
from cleaner.corpus.discover import Broken
from cleaner.corpus.minhash import signature
from cleaner.corpus.readers import Began, How, Item, Line, Page, Passed, Single, loaded
from cleaner.corpus.summary import Sizes, sizes_of
from cleaner.deadline import deadline
from cleaner.document import Document
from cleaner.errors import Code
from cleaner.json_lines import dumps, loads
from cleaner.output.record import FIELDS, Level, Record, failed_record, to_record, with_fields
from cleaner.pipeline import clean
from cleaner.processes.pool import Limits, Lost, Ready, Workers
from cleaner.settings import Settings

Format = Literal["txt", "md", "jsonl", "parquet"]
Place = Literal["corpus", "garbled"]

# What the run adds to a record when its turn comes: a row's own field of such a name goes into `input`.
EXTRA = ("output", "row", "sha256", "duplicate_of")
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Job:
    """What one run asks of every document. Never altered, and sent to each process once.

    Attributes:
        whole: records are handed out whole (on stdout), not in the parts that a folder keeps.
        profile: what recurs on the documents' sites, if that was learned.
    """

    settings: Settings = field(default_factory=Settings)
    how: How = field(default_factory=How)
    level: Level = "light"
    form: Format = "txt"
    whole: bool = False
    profile: Profile | None = None

    @property
    def preload(self) -> tuple[str, ...]:
        """What processes are forked with."""
        return ("cleaner.corpus.outcomes", "cleaner.processes.preload")

    def prepare(self) -> None:
        """Where processes are not forked, load it in each."""
        import cleaner.processes.preload  # noqa: F401

    def __call__(self, item: Item) -> Outcome:
        """Read and clean one document."""
        found = loaded(item, self.how)
        return _failed(found, self) if isinstance(found, Broken) else _cleaned(found, self)


class About(NamedTuple):
    """What people are told of a document."""

    language: str | None = None
    score: float | None = None
    characters: int = 0
    cuts: int = 0
    spans: int = 0
    note: str | None = None


NOTHING = About()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input document, ready to be written.

    Attributes:
        text: what goes into the corpus, or is held, as UTF-8.
        place: where the text goes; None where there is none.
        record: the record as a line of JSON: whole, or without its text.
        row: the manifest's row about it.
        whole: the record with its text and without its proof, for shards.
        sha256: of the input; None when it could not be read.
        signature: what duplicates are known by; empty where there is no text for the corpus.
    """

    id: str
    source: str
    verdict: str
    sizes: Sizes
    record: bytes
    row: bytes = b""
    whole: bytes = b""
    text: bytes = b""
    place: Place | None = None
    sha256: str | None = None
    signature: bytes = b""
    error: str | None = None
    about: About = NOTHING


def run(
    items: Iterable[Began | Passed | Item], job: Job, workers: int = 0, limits: Limits | None = None
) -> Iterator[tuple[Began | Passed | Item, Outcome | None]]:
    """Clean each document; the input's order stays. Each item with its outcome, if it is one.

    `workers` 0 cleans in this process: nobody can then end a document that takes too much memory, and one
    that takes too long only where signals can.
    """
    if workers == 0:
        yield from _here(items, job, limits or Limits())
        return
    with Workers(workers, job, limits) as pool:
        for item, found in pool.run(_tasks(items)):
            if isinstance(item, Broken):
                yield item, _failed(item, job)
            else:
                yield item, _lost(item, found, job) if isinstance(found, Lost) else found


def _tasks(items: Iterable[Began | Passed | Item]) -> Iterator[Ready | Item]:
    for item in items:
        yield Ready(item) if isinstance(item, Began | Passed | Broken) else item


def _here(
    items: Iterable[Began | Passed | Item], job: Job, limits: Limits
) -> Iterator[tuple[Began | Passed | Item, Outcome | None]]:
    for item in items:
        if isinstance(item, Began | Passed):
            yield item, None
            continue
        try:
            with deadline(limits.timeout, _LateError):
                outcome = job(item)
        except _LateError:
            outcome = _lost(item, Lost("timeout", f"took longer than {limits.timeout:g} seconds"), job)
        yield item, outcome


class _LateError(BaseException):
    """No `Exception`: nobody on the way may take it for a fault of the document."""


LOST = {"timeout": Code.TIMEOUT, "memory": Code.MEMORY, "killed": Code.KILLED}


def _lost(item: Item, why: Lost, job: Job) -> Outcome:
    """A document that ended the process that had it. Rows and pages say who they are; files stay shut."""
    assert not isinstance(item, Broken)
    file, fields, alone = item.file, dict[str, Any](), isinstance(item, Single)
    id = file.id if alone else f"{file.id}:{item.unit}"
    if isinstance(item, Line):
        found = item.load(job.how)
        id, fields = found.id, getattr(found, "meta", {}).get("fields", {})
    elif isinstance(item, Page):
        id = item.response.id or id
    message = f"{file.shown if alone else f'{file.shown}:{item.unit}'}: {why.message}"
    return _failed(Broken(id, file.path, LOST[why.reason], message, _writable(fields)), job)


def _failed(item: Broken, job: Job) -> Outcome:
    record = failed_record(item.id, item.source, item.code, item.message, item.fields)
    return _outcome(record, Sizes(), job)


def _cleaned(doc: Document, job: Job) -> Outcome:
    source = str(doc.meta.get("source", doc.id))
    try:
        done = clean(doc, job.settings, job.profile)
        record = to_record(done, source, job.level)
        return _outcome(record, sizes_of(done, record), job, doc.sha256)
    except Exception as error:  # one document's crash is not the run's
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        message = f"{source}: {doc.id}: {told}; a fault of cleaner, please report it"
    record = failed_record(doc.id, source, Code.CRASHED, message, _writable(doc.meta.get("fields", {})))
    return _outcome(record, Sizes(raw=len(doc.raw), failed=len(doc.raw)), job, doc.sha256)


def _writable(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row's own fields, unless it was they that could not be written."""
    try:
        dumps(fields)
    except Exception:
        return {}
    return fields


def _outcome(record: Record, sizes: Sizes, job: Job, sha256: str | None = None) -> Outcome:
    text = record["held"] or record["text"]
    place: Place | None = None
    if text:
        place = "corpus" if record["held"] is None else "garbled"
    garbled = record["garbled"]
    score, spans = (garbled["score"], len(garbled["spans"])) if garbled else (None, 0)
    about = About(
        record["language"], score, len(record["text"]), len(record["removed"]), spans, record["note"]
    )
    outcome = Outcome(
        record["id"], record["source"], record["verdict"], sizes, b"",
        sha256=sha256, place=place, about=about,
        text=spelled(text + "\n") if text else b"",
        signature=signature(text) if place == "corpus" else b"",
        error=record["error"]["message"] if record["error"] else None,
    )  # fmt: skip
    return _written(outcome, record, job, text)


def _written(outcome: Outcome, record: Record, job: Job, text: str) -> Outcome:
    """With the lines as they are to be written. What cannot be written is this document's failure."""
    if job.whole:
        return replace(outcome, record=dumps(_without(record, set())))
    sharded = job.form in ("jsonl", "parquet")
    exact = job.form == "jsonl" or not SURROGATE.search(text)  # else the file spells it differently
    kept = b"" if job.level == "none" else dumps(_without(record, {"text", "held"} if exact else set()))
    row = dumps(_without(record, {"text", "held", "record"}))
    whole = dumps(_without(record, {"record"})) if sharded and text else b""
    return replace(outcome, record=kept, row=row, whole=whole)


def _without(record: Record, gone: set[str]) -> Record:
    """The record without some fields; a row's own field of a name in EXTRA goes into `input`."""
    ours = {name: value for name, value in record.items() if name in FIELDS and name not in gone}
    others = {name: value for name, value in record.items() if name not in FIELDS and name != "input"}
    short = with_fields(ours, others, (*FIELDS, *EXTRA))
    clash = record.get("input", {}) | short.get("input", {})
    return short | ({"input": clash} if clash else {})


def withheld(outcome: Outcome) -> Outcome:
    """The same, its text held: a duplicate that is to be left out of the corpus."""
    record = loads(outcome.record) if outcome.record else {}
    if record:
        whole = loads(outcome.whole)["text"] if outcome.whole else outcome.text.decode().removesuffix("\n")
        record |= {"text": "", "held": record.get("text") or whole}
    line = dumps(record) if record else b""
    sizes, about = outcome.sizes.held_back(), outcome.about._replace(characters=0)
    return replace(outcome, record=line, whole=b"", text=b"", place=None, sizes=sizes, about=about)


def joined(line: bytes, told: Mapping[str, Any]) -> bytes:
    """A record's line with more fields at its end."""
    return line[:-1] + b"," + dumps(told)[1:]


def spelled(text: str) -> bytes:
    """UTF-8; what has no UTF-8 form (half of a surrogate pair) as U+FFFD. The record then holds the text."""
    return SURROGATE.sub("\ufffd", text).encode()


def digest(data: bytes) -> str:
    """The sha256 of what was written."""
    return hashlib.sha256(data).hexdigest()
