"""Cleans documents: each gives one outcome, whatever happens to it."""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Literal, NamedTuple

from cleaner.analysis.site_profile import Profile
from cleaner.corpus.discover import FailedInput
from cleaner.corpus.minhash import signature, without_bands
from cleaner.corpus.pickling import PickledByFields
from cleaner.corpus.readers import (
    FileStarted,
    Item,
    ReadOptions,
    Skipped,
    failed_item,
    load_item,
    portable,
)
from cleaner.corpus.summary import Sizes, sizes_of
from cleaner.deadline import deadline
from cleaner.document import Document
from cleaner.errors import DocumentError, ErrorCode, fault_message
from cleaner.json_lines import dumps, loads
from cleaner.output.record import RELEASED_IF, Record, failed_record, to_record, with_fields
from cleaner.output.schema import DUPLICATE_OF, FIELDS, OUTPUT, ROW, SHA256
from cleaner.pipeline import clean
from cleaner.processes.pool import Engine, Limits, PassThrough, ProcessPool, TaskLost
from cleaner.reading.decode import guess_kind
from cleaner.settings import OutputFormat, RecordLevel, Settings
from cleaner.surrogates import has_surrogates, replace_surrogates

TextFolder = Literal["corpus", "garbled", "held"]

# What is added to a record when it is written: a row's own field with such a name goes into `input`.
FIELDS_ADDED_BY_RUN = tuple(field.name for field in (OUTPUT, ROW, SHA256, DUPLICATE_OF))


@dataclass(frozen=True, slots=True)
class CleaningJob:
    """What a run does with each document. Sent to each worker once.

    Attributes:
        complete_records: records are written complete (on stdout), not in the parts that a folder has.
        profile: lines that recur on the documents' sites, if they were learned.
        text_drop: a folder on the disk of OUT, where workers of this machine leave texts that are files of
            their own, so that the process that writes OUT has only to move them; None where they cannot.
    """

    settings: Settings = field(default_factory=Settings)
    read_options: ReadOptions = field(default_factory=ReadOptions)
    record_level: RecordLevel = "light"
    output_format: OutputFormat = "txt"
    complete_records: bool = False
    profile: Profile | None = None
    text_drop: Path | None = None

    @property
    def is_sharded(self) -> bool:
        """Whether texts are rows of shards, not files of their own."""
        return self.output_format in ("jsonl", "parquet")

    @property
    def preload(self) -> tuple[str, ...]:
        """The modules that the fork server imports before it forks: processes share their memory."""
        return ("cleaner.corpus.outcomes", "cleaner.processes.forkserver_preload")

    def __call__(self, item: Item) -> Outcome:
        """Read and clean one document."""
        document = load_item(item, self.read_options)
        outcome = (
            _failed_outcome(document, self)
            if isinstance(document, FailedInput)
            else clean_document(document, self)
        )
        return _prepared(outcome, item.index_in_file, self) if self.text_drop else outcome


class OutcomeStats(NamedTuple):
    """What the report on the terminal says of a document, and what the summary counts.

    `is_doubtful`: its text is held back, since too little is expected of it; `is_duplicate`: since an earlier
    document has it. `looks_like_page`: by its file's name it is text, and was read as such.
    """

    language: str | None = None
    garbled_score: float | None = None
    characters: int = 0
    cut_count: int = 0
    garbled_span_count: int = 0
    note: str | None = None
    confidence: float | None = None
    is_doubtful: bool = False
    is_duplicate: bool = False
    looks_like_page: bool = False


NO_STATS = OutcomeStats()


@dataclass(frozen=True, slots=True)
class Outcome(PickledByFields):
    """What became of one input document, ready to be written.

    Attributes:
        record: the record as a line of JSON: complete, or without its text.
        manifest_row: its row in the manifest.
        shard_row: the record with its text and without the edits, for shards.
        text: the clean or held text as UTF-8.
        text_folder: the folder for the text; None without a text.
        sha256: of the input; None when it could not be read.
        signature: for finding near-duplicates; empty without a text for the corpus.
        stored_at: the path in OUT where the text lies already, since an earlier run wrote it.
        ledger_row: as `pack_outcome` makes it, where that was done already.
        text_sha256: of the text as it is written, likewise.
        text_file: where the text is instead of in `text`: the path of a file that only has to be moved to its
            place. Of a text in `shard_row` there may be neither.
    """

    id: str
    source: str
    verdict: str
    sizes: Sizes
    record: bytes
    manifest_row: bytes = b""
    shard_row: bytes = b""
    text: bytes = b""
    text_folder: TextFolder | None = None
    sha256: str | None = None
    signature: bytes = b""
    error: str | None = None
    stats: OutcomeStats = NO_STATS
    stored_at: str | None = None
    ledger_row: bytes = b""
    text_sha256: str | None = None
    text_file: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document that need not be cleaned: an earlier run has."""

    outcome: Outcome
    index_in_file: int

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        outcome = self.outcome
        return sum(map(len, (outcome.text, outcome.record, outcome.manifest_row, outcome.shard_row)))


RunItem = FileStarted | Skipped | Item | StoredDocument


def clean_items(
    items: Iterable[RunItem],
    job: CleaningJob,
    workers: int = 0,
    limits: Limits | None = None,
    engine: Engine | None = None,
) -> Iterator[tuple[RunItem, Outcome | None]]:
    """Each item with its outcome, in order; None for an item that is no document.

    With 0 `workers` documents are cleaned in this process: then the limit on memory has no effect, and the
    one on time only where signals can interrupt. With an `engine` its workers do it, 0 for as many as it has.
    """
    if workers == 0 and engine is None:
        yield from _clean_in_this_process(items, job, limits or Limits())
        return
    with (engine or ProcessPool)(workers, job, limits) as pool:
        for item, result in pool.run(pool_tasks(items, job.read_options, engine)):
            if isinstance(item, FailedInput):
                yield item, _failed_outcome(item, job)
            elif isinstance(item, StoredDocument):
                yield item, item.outcome
            else:
                yield item, _lost_outcome(item, result, job) if isinstance(result, TaskLost) else result


def pool_tasks(
    items: Iterable[RunItem], options: ReadOptions, engine: Engine | None = None
) -> Iterator[PassThrough | Item]:
    """What a pool is given: documents as tasks, with all that they hold if they leave this machine."""
    for given in items:
        if isinstance(given, StoredDocument):
            yield PassThrough(given, given.size)
        elif isinstance(given, FileStarted | Skipped):
            yield PassThrough(given)
        else:
            item = portable(given, options) if engine else given
            yield PassThrough(item) if isinstance(item, FailedInput) else item


def _clean_in_this_process(
    items: Iterable[RunItem], job: CleaningJob, limits: Limits
) -> Iterator[tuple[RunItem, Outcome | None]]:
    for item in items:
        if isinstance(item, FileStarted | Skipped | StoredDocument):
            yield item, item.outcome if isinstance(item, StoredDocument) else None
            continue
        try:
            with deadline(limits.timeout, _TimedOutError):
                outcome = job(item)
        except _TimedOutError:
            outcome = _lost_outcome(
                item, TaskLost("timeout", f"took longer than {limits.timeout:g} seconds"), job
            )
        yield item, outcome


class _TimedOutError(BaseException):
    """Not an `Exception`, so that no handler on the way takes it for an error in the document."""


CODE_BY_LOSS = {"timeout": ErrorCode.TIMEOUT, "memory": ErrorCode.MEMORY, "killed": ErrorCode.KILLED}


def _lost_outcome(item: Item, loss: TaskLost, job: CleaningJob) -> Outcome:
    """A document whose worker was lost: it is not looked at again, only its id and its fields are."""
    assert not isinstance(item, FailedInput)
    failed = failed_item(item, job.read_options, CODE_BY_LOSS[loss.reason], loss.message)
    return _failed_outcome(replace(failed, fields=_serializable_fields(failed.fields)), job)


def _failed_outcome(item: FailedInput, job: CleaningJob) -> Outcome:
    record = failed_record(item.id, item.source, item.code, item.message, item.fields, item.url)
    return _build_outcome(record, Sizes(), job)


def clean_document(doc: Document, job: CleaningJob) -> Outcome:
    """The outcome of one document: its text, record and numbers, or why there is none."""
    source = str(doc.meta.get("source", doc.id))
    try:
        done = clean(doc, job.settings, job.profile)
        record = to_record(done, source, job.record_level)
        outcome = _build_outcome(record, sizes_of(done, record), job, doc.sha256)
        if doc.kind == "text" and job.read_options.kind == "auto" and guess_kind(doc.raw) == "html":
            return replace(outcome, stats=outcome.stats._replace(looks_like_page=True))
        return outcome
    except DocumentError as error:
        code, message = error.code, f"{source}: {doc.id}: {error}"
    except Exception as error:  # one document's crash is not the run's
        code, message = ErrorCode.CRASHED, f"{source}: {doc.id}: {fault_message(error)}"
    fields = _serializable_fields(doc.meta.get("fields", {}))
    record = failed_record(doc.id, source, code, message, fields, doc.url)
    return _build_outcome(record, Sizes(raw=len(doc.raw), failed=len(doc.raw)), job, doc.sha256)


def _serializable_fields(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row's own fields; none of them if they cannot be written as JSON."""
    try:
        dumps(fields)
    except Exception:
        return {}
    return fields


def _build_outcome(record: Record, sizes: Sizes, job: CleaningJob, sha256: str | None = None) -> Outcome:
    text = record["held"] or record["text"]
    is_doubtful = _is_held_as_doubtful(record, job.settings)
    text_folder: TextFolder | None = None
    if text:
        text_folder = "corpus" if record["held"] is None else "held" if is_doubtful else "garbled"
    garbled = record["garbled"]
    score, spans = (garbled["score"], len(garbled["spans"])) if garbled else (None, 0)
    stats = OutcomeStats(
        record["language"], score, len(record["text"]), len(record["removed"]), spans, record["note"],
        record["confidence"], is_doubtful,
    )  # fmt: skip
    outcome = Outcome(
        record["id"], record["source"], record["verdict"], sizes, b"",
        sha256=sha256, text_folder=text_folder, stats=stats,
        text=encode_lossy(text + "\n") if text else b"",
        signature=signature(text) if text_folder == "corpus" else b"",
        error=record["error"]["message"] if record["error"] else None,
    )  # fmt: skip
    return _with_lines(outcome, record, job, text)


def _is_held_as_doubtful(record: Record, settings: Settings) -> bool:
    """Whether a text is held since too little is expected of it, not as spun."""
    return record["held"] is not None and (record["verdict"] != "garbled" or settings.garbled in RELEASED_IF)


def _with_lines(outcome: Outcome, record: Record, job: CleaningJob, text: str) -> Outcome:
    """With the lines to be written. It raises if they cannot be: then this document fails."""
    if job.complete_records:
        return replace(outcome, record=dumps(_record_without(record, set())))
    # a file spells a text that has surrogates otherwise
    text_is_exact = job.output_format == "jsonl" or not has_surrogates(text)
    record_line = (
        b""
        if job.record_level == "none"
        else dumps(_record_without(record, {"text", "held"} if text_is_exact else set()))
    )
    manifest_row = dumps(_record_without(record, {"text", "held", "record"}))
    shard_row = dumps(_record_without(record, {"record"})) if job.is_sharded and text else b""
    return replace(outcome, record=record_line, manifest_row=manifest_row, shard_row=shard_row)


def _record_without(record: Record, excluded: set[str]) -> Record:
    """The record without some fields; a row's own field named as FIELDS_ADDED_BY_RUN goes into `input`."""
    own_fields = {name: value for name, value in record.items() if name in FIELDS and name not in excluded}
    input_fields = {name: value for name, value in record.items() if name not in FIELDS and name != "input"}
    merged = with_fields(own_fields, input_fields, (*FIELDS, *FIELDS_ADDED_BY_RUN))
    clashing_fields = record.get("input", {}) | merged.get("input", {})
    return merged | ({"input": clashing_fields} if clashing_fields else {})


def hold_back(outcome: Outcome) -> Outcome:
    """The outcome with its text held: for a duplicate that is left out of the corpus."""
    record = loads(outcome.record) if outcome.record else {}
    if record:
        text = loads(outcome.shard_row)["text"] if outcome.shard_row else _written_text(outcome)
        record |= {"text": "", "held": record.get("text") or text}
    line = dumps(record) if record else b""
    sizes, stats = outcome.sizes.as_held(), outcome.stats._replace(characters=0, is_duplicate=True)
    return replace(
        outcome, record=line, shard_row=b"", text=b"", text_folder=None, sizes=sizes, stats=stats,
        text_sha256=None, text_file=None,
    )  # fmt: skip


def _written_text(outcome: Outcome) -> str:
    data = Path(outcome.text_file).read_bytes() if outcome.text_file else outcome.text
    return data.decode().removesuffix("\n")


def pack_outcome(outcome: Outcome, index_in_file: int) -> bytes:
    """What the ledger keeps of a document, as JSON; of a failure, which is tried again, only its place."""
    if outcome.error is not None:
        return dumps({"index": index_in_file})
    sizes = outcome.sizes
    numbers = (sizes.raw, sizes.kept, sizes.held, sizes.removed, sizes.added, sizes.failed, sizes.out)
    return dumps({
        "index": index_in_file,
        "sizes": [*numbers, sizes.codes],
        "stats": [*outcome.stats],
        "signature": b64encode(without_bands(outcome.signature)).decode(),
    })  # fmt: skip


def text_sha256(outcome: Outcome, *, is_sharded: bool) -> str:
    """Of the text as it is written: a file of its own ends its last line."""
    return outcome.text_sha256 or sha256_hex(outcome.text[:-1] if is_sharded else outcome.text)


def _prepared(outcome: Outcome, index_in_file: int, job: CleaningJob) -> Outcome:
    """With all that a worker can do for the process that writes, which does the documents one by one."""
    ledger_row = pack_outcome(outcome, index_in_file)
    if outcome.text_folder is None:
        return replace(outcome, ledger_row=ledger_row)
    sha256 = text_sha256(outcome, is_sharded=job.is_sharded)
    text_file = None if job.is_sharded else _dropped_text(outcome.text, job)
    text = b"" if job.is_sharded or text_file else outcome.text
    return replace(outcome, ledger_row=ledger_row, text_sha256=sha256, text_file=text_file, text=text)


_drop_numbers = count()


def _dropped_text(text: bytes, job: CleaningJob) -> str | None:
    """The file that the text was written to; None where it could not be: whoever writes OUT says why."""
    assert job.text_drop
    with suppress(OSError):
        while True:
            path = job.text_drop / f"{os.getpid()}-{next(_drop_numbers)}"
            # one may be there of a dead process that had the same number
            with suppress(FileExistsError), path.open("xb", buffering=0) as file:
                return str(path) if file.write(text) == len(text) else None
    return None


def append_json_fields(line: bytes, fields: Mapping[str, Any]) -> bytes:
    """A record's line with fields added at its end."""
    return line[:-1] + b"," + dumps(fields)[1:]


def encode_lossy(text: str) -> bytes:
    """UTF-8; what has no UTF-8 form (half of a surrogate pair) as U+FFFD. The record then holds the text."""
    return replace_surrogates(text, "\ufffd").encode()


def sha256_hex(data: bytes) -> str:
    """The sha256 as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
