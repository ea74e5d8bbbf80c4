"""A few small documents, pages and texts, and what the bare API makes of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import cleaner
from cleaner.document import Kind
from tests import documents

DOCUMENT_COUNT = 30
# What must be the same, whatever a document goes through.
SAME = ("verdict", "text", "confidence")
# What is no document, beside two that are; the ids of those that fail.
PROSE = "The ferry left at eleven and reached the mainland before the bakeries had opened. " * 3
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9
ODD_ROWS: list[dict[str, Any]] = [
    {"id": "good", "html": None, "text": PROSE},
    {"id": "none", "text": None},
    {"id": "picture", "html": PICTURE},
    {"id": "hangs", "text": f"HANG {PROSE}"},
    {"id": "crashes", "text": f"CRASH {PROSE}"},
    {"id": "also good", "text": PROSE},
]
# Enough for those that are good, also on a busy machine.
ODD_TIMEOUT_S = 2.0
ODD_FAILURES = {"none": "bad-row", "picture": "binary", "hangs": "timeout", "crashes": "crashed"}


@cache
def rows() -> list[dict[str, Any]]:
    """The documents as rows: `id`, `html` or `text`, and a field of their own."""
    samples = [*documents.group("seeds"), *documents.group("pages")][:DOCUMENT_COUNT]
    found = []
    for n, sample in enumerate(samples):
        raw = sample.raw.decode("utf-8", "replace") if isinstance(sample.raw, bytes) else sample.raw
        is_page = raw.startswith("<")
        found.append(
            {"id": str(n), "html": raw if is_page else None, "text": None if is_page else raw, "n": n}
        )
    return found


@cache
def wanted() -> dict[str, tuple[Any, ...]]:
    """By id what the API gives."""
    found = {}
    for row in rows():
        kind: Kind = "html" if row["html"] else "text"
        record = cleaner.clean(row[kind], kind=kind).to_dict("none")
        found[row["id"]] = tuple(record[name] for name in SAME)
    return found


def same_of(records: Any) -> dict[str, tuple[Any, ...]]:
    """By id what must be the same."""
    return {record["id"]: tuple(record[name] for name in SAME) for record in records}
