"""Documents to records, one each, whatever happens to a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cleaner.corpus.readers import Broken
from cleaner.corpus.summary import Sizes, sizes_of
from cleaner.document import Document
from cleaner.errors import Code
from cleaner.pipeline import clean
from cleaner.record import Level, Record, dumps, failed_record, to_record
from cleaner.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input document; `sha256` is None when it could not be read."""

    record: Record
    sizes: Sizes
    sha256: str | None = None


def run(items: Iterable[Document | Broken], settings: Settings, level: Level) -> Iterator[Outcome]:
    """Clean each document as it comes; the input's order stays."""
    for item in items:
        yield _failed(item) if isinstance(item, Broken) else _cleaned(item, settings, level)


def _failed(item: Broken) -> Outcome:
    return Outcome(failed_record(item.id, item.source, item.code, item.message, item.fields), Sizes())


def _cleaned(doc: Document, settings: Settings, level: Level) -> Outcome:
    source = str(doc.meta.get("source", doc.id))
    try:
        done = clean(doc, settings)
        record = to_record(done, source, level)
        dumps(record)  # a thousandth of the time, and what cannot be written is this document's failure
        return Outcome(record, sizes_of(done, record), doc.sha256)
    except Exception as error:  # one document's crash is not the run's
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        message = f"{source}: {doc.id}: {told}; a fault of cleaner, please report it"
    record = failed_record(doc.id, source, Code.CRASHED, message, _writable(doc.meta.get("fields", {})))
    return Outcome(record, Sizes(raw=len(doc.raw), failed=len(doc.raw)), doc.sha256)


def _writable(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row's own fields, unless it was they that could not be written."""
    try:
        dumps(fields)
    except Exception:
        return {}
    return fields
