"""A cleaned document as one line of JSON, and from that line and the text the raw document again.

`record.edits` turn the raw document into the text that the record holds (`text`, or `held` under
quarantine): `full` records hold the characters taken away, so inverting them gives the raw back; `light` ones
hold only how many, which is enough to prove that a raw document gives this text. A document whose text is in
no record (dropped, another language, empty) has one edit that removes everything; its code is the verdict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, get_args

from cleaner import __version__
from cleaner.document import Claim, encode_source
from cleaner.edits import Edit, Edits, apply, invert
from cleaner.errors import ErrorCode, RecordError, UsageError
from cleaner.output.cleaned import Cleaned
from cleaner.output.cleaned import Garbled as Finding
from cleaner.output.schema import FIELDS, INPUT, RECORD_SCHEMA_VERSION
from cleaner.reading.decode import decode
from cleaner.settings import RecordLevel
from cleaner.surrogates import has_surrogates, split_pairs

Record = dict[str, Any]

# The values of `--garbled` with which a garbled document is in `text`.
RELEASED_IF = ("keep", "restore")
# Where a field of the input row goes when its name is one of `FIELDS`.
INPUT_FIELD = INPUT.name


def to_record(done: Cleaned, source: str, level: RecordLevel = "light") -> Record:
    """The record of one cleaned document, fields in the published order, then those of its input row."""
    text, held = released_text(done)
    own_fields: Record = {
        "id": done.doc.id,
        "source": source,
        "verdict": done.verdict,
        "text": text,
        "held": held,
        "title": done.title,
        "language": done.language,
        "author": done.metadata.author,
        "date": done.metadata.date,
        "url": done.metadata.url or done.doc.url,
        "garbled": _garbled_fields(done.garbled, spans=bool(text or held)),
        "removed": [{"start": r.start, "end": r.end, "code": r.code, "label": r.label} for r in done.removed],
    }
    if level != "none":
        own_fields["record"] = _edit_log(done, level)
    own_fields |= {
        "error": None,
        "note": done.note,
        "confidence": done.confidence,
        "site": done.metadata.site,
        "sources": claim_sources(done),
        "schema_version": RECORD_SCHEMA_VERSION,
    }
    return with_fields(own_fields, done.doc.meta.get("fields", {}))


def record_of(done: Cleaned, level: RecordLevel = "light") -> Record:
    """The record of a result, whether the document was cleaned or failed. UsageError for an unknown level."""
    if level not in get_args(RecordLevel):
        raise UsageError(f"no record {level!r}; it is {', '.join(get_args(RecordLevel))}")
    doc = done.doc
    source = str(doc.meta.get("source", doc.id))
    if done.error:
        return failed_record(doc.id, source, *done.error, doc.meta.get("fields"), doc.url)
    return to_record(done, source, level)


def claim_sources(done: Cleaned) -> Record:
    """For each known field: the source of its value, and the other values with theirs."""
    claims = dict(done.metadata.claims)
    if done.detected_language:
        text_claim = Claim("text", done.detected_language)
        claims["language"] = (
            text_claim,
            *(claim for claim in claims.get("language", ()) if claim.value != text_claim.value),
        )
    return {
        name: {"from": winner.source}
        | ({"others": [{"from": one.source, "value": one.value} for one in others]} if others else {})
        for name, (winner, *others) in claims.items()
    }


def failed_record(
    id: str,
    source: str,
    code: ErrorCode,
    message: str,
    fields: Mapping[str, Any] | None = None,
    url: str | None = None,
) -> Record:
    """The record of a document that could not be cleaned; of what a record tells, only `url` may be known."""
    empty_fields = dict.fromkeys(FIELDS)
    del empty_fields["record"]
    known_fields: Record = {
        "id": id,
        "source": source,
        "verdict": "failed",
        "text": "",
        "removed": [],
        "url": url,
        "schema_version": RECORD_SCHEMA_VERSION,
    }
    return with_fields(
        empty_fields | known_fields | {"error": {"code": str(code), "message": message}}, fields or {}
    )


def with_fields(own_fields: Record, fields: Mapping[str, Any], reserved: Sequence[str] = FIELDS) -> Record:
    """`own_fields`, then the input row's `fields` untouched; those with a reserved name go into `input`."""
    clashing = {name: value for name, value in fields.items() if name in reserved or name == INPUT_FIELD}
    other_fields = {name: value for name, value in fields.items() if name not in clashing}
    return own_fields | other_fields | ({INPUT_FIELD: clashing} if clashing else {})


def released_text(done: Cleaned) -> tuple[str, str | None]:
    """The fields `text` and `held` of the record."""
    if done.verdict == "clean" or (done.verdict == "garbled" and done.settings.garbled in RELEASED_IF):
        return ("", done.text) if done.is_doubtful else (done.text, None)
    if done.verdict == "garbled" and done.settings.garbled == "quarantine":
        return "", done.text
    return "", None


def released_edits(done: Cleaned) -> Edits:
    """The edits from the raw document to the text that the record holds."""
    text, held = released_text(done)
    if (held or text) == done.text:
        return done.edits
    return (Edit(0, done.doc.raw, "", done.verdict),) if done.doc.raw else ()


def _garbled_fields(finding: Finding | None, *, spans: bool) -> Record | None:
    """Spans only beside the text that their offsets count in."""
    if finding is None:
        return None
    span_fields = [
        {"start": s.start, "end": s.end, "text": s.text, "instead": s.instead, "gain": s.gain}
        for s in (finding.spans if spans else ())
    ]
    return {
        "score": finding.score,
        "family": finding.family or None,
        "share": finding.share,
        "spans": span_fields,
    }


def _edit_log(done: Cleaned, level: RecordLevel) -> Record:
    return {
        "version": __version__,
        "sha256": done.doc.sha256,
        "encoding": done.doc.encoding,
        "kind": done.doc.kind,
        "level": level,
        "edits": [
            [e.start, e.old if level == "full" else len(e.old), e.new, e.code]
            for e in _split_surrogate_edits(released_edits(done), done.doc.raw)
        ],
    }


def _split_surrogate_edits(edits: Edits, raw: str) -> Iterable[Edit]:
    """JSON would read the two halves of a surrogate pair as one character: they go into an edit each."""
    return chain.from_iterable(map(_split_at_surrogates, edits)) if has_surrogates(raw) else edits


def _split_at_surrogates(edit: Edit) -> Iterator[Edit]:
    position, new = edit.start, edit.new
    for old in split_pairs(edit.old):
        yield Edit(position, old, new, edit.code)
        position, new = position + len(old), ""


def restore(record: Mapping[str, Any], text: str | None = None) -> str | bytes:
    """The raw document, from a full record and its text (taken from the record unless given)."""
    edit_log = _edit_log_of(record)
    if edit_log["level"] != "full":
        raise RecordError(
            f"{_record_id(record)}: a light record holds only the lengths of what was taken; clean with "
            "--record full to restore, or hold it against the raw file with --raw"
        )
    text = _text_of(record) if text is None else text
    try:
        raw = apply(text, invert(_edits_of(record, edit_log)))
        source = raw if edit_log["encoding"] is None else encode_source(raw, edit_log["encoding"])
    except (ValueError, LookupError, TypeError) as error:
        raise RecordError(
            f"{_record_id(record)}: the text is not the one this record was made with"
        ) from error
    if _sha256(source) != edit_log["sha256"]:
        raise RecordError(f"{_record_id(record)}: text and record give a raw document of another sha256")
    return source


def verify(record: Mapping[str, Any], raw: str | bytes, text: str | None = None) -> None:
    """Returns if `raw` is what was cleaned and the record's edits turn it into the text; else RecordError."""
    edit_log = _edit_log_of(record)
    text = _text_of(record) if text is None else text
    if _sha256(raw) != edit_log["sha256"]:
        raise RecordError(f"{_record_id(record)}: not the raw document that was cleaned (another sha256)")
    if not any(_gives_text(text, decoded, record, edit_log) for decoded in _decodings(raw, edit_log)):
        raise RecordError(f"{_record_id(record)}: the raw gives another text: one of them was altered")


def _decodings(raw: str | bytes, edit_log: Mapping[str, Any]) -> Iterator[str]:
    """The raw as text. Where a charset spells a character in two ways only `decode` reads it as it was."""
    if isinstance(raw, str):
        yield raw
        return
    with suppress(ValueError, LookupError, TypeError):
        encoding = edit_log["encoding"]
        yield raw.decode(encoding or "utf-8", "surrogateescape" if encoding else "surrogatepass")
    yield decode(raw, edit_log["encoding"], edit_log.get("kind"))[0]


def _gives_text(text: str, raw: str, record: Mapping[str, Any], edit_log: Mapping[str, Any]) -> bool:
    edits = _edits_of(record, edit_log, raw)
    with suppress(ValueError, TypeError):
        return apply(raw, edits) == text
    return False


def _record_id(record: Mapping[str, Any]) -> str:
    return str(record.get("id", "a record without id"))


def _sha256(source: str | bytes) -> str:
    return hashlib.sha256(encode_source(source, None) if isinstance(source, str) else source).hexdigest()


def _edit_log_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    if record.get("verdict") == "failed":
        error = record.get("error") or {}
        raise RecordError(f"{_record_id(record)}: was never cleaned ({error.get('code', 'failed')})")
    edit_log = record.get("record")
    if not isinstance(edit_log, dict) or not {"sha256", "encoding", "level", "edits"} <= edit_log.keys():
        raise RecordError(
            f"{_record_id(record)}: holds no edits; clean with --record full (or light), and of a cleaned "
            "folder give the folder itself"
        )
    return edit_log


def _text_of(record: Mapping[str, Any]) -> str:
    text = record.get("text") if record.get("held") is None else record["held"]
    if not isinstance(text, str):
        raise RecordError(f"{_record_id(record)}: the text that belongs to this record is not here")
    return text


def _edits_of(record: Mapping[str, Any], edit_log: Mapping[str, Any], raw: str = "") -> Edits:
    """The record's edits; the characters that a light one leaves out are read from `raw`."""
    try:
        return tuple(
            Edit(start, old if isinstance(old, str) else raw[start : start + old], new, code)
            for start, old, new, code in edit_log["edits"]
        )
    except (ValueError, TypeError) as error:
        raise RecordError(f"{_record_id(record)}: its edits cannot be read") from error
