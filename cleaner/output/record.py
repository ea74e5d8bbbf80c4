"""A cleaned document as one line of JSON, and from that line and the text the raw document again.

`record.edits` lead from the raw document to the text the record hands out (`text`, or `held` under
quarantine): `full` records hold the characters taken away, so inverting them gives the raw back; `light` ones
hold only how many, which is enough to prove that a raw document gives this text. A document whose text is
handed out nowhere (dropped, another language, empty) has one edit that takes everything; its code is the
verdict.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, Literal

from cleaner import __version__
from cleaner.document import Claim, encode_source
from cleaner.edits import Edit, Edits, apply, invert
from cleaner.errors import Code, RecordError
from cleaner.output.cleaned import Cleaned
from cleaner.output.cleaned import Garbled as Finding
from cleaner.reading.decode import decode

Level = Literal["none", "light", "full"]
Record = dict[str, Any]

FIELDS = (
    "id", "source", "verdict", "text", "held", "title", "language", "author", "date", "url",
    "garbled", "removed", "record", "error", "note", "site", "sources",
)  # fmt: skip
# What `--garbled` may say for a garbled document to go out as `text`.
LET_THROUGH = ("keep", "restore")
# Where a row's own field goes when its name is one of ours.
INPUT = "input"

# Between the two halves of a surrogate pair.
_HALVES = re.compile("(?<=[\ud800-\udbff])(?=[\udc00-\udfff])")


def to_record(done: Cleaned, source: str, level: Level = "light") -> Record:
    """The record of one cleaned document, fields in the published order, then the row's own."""
    text, held = handed(done)
    ours: Record = {
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
        "garbled": _garbled(done.garbled, spans=bool(text or held)),
        "removed": [{"start": r.start, "end": r.end, "code": r.code, "label": r.label} for r in done.removed],
    }
    if level != "none":
        ours["record"] = _proof(done, level)
    ours |= {"error": None, "note": done.note, "site": done.metadata.site, "sources": _sources(done)}
    return with_fields(ours, done.doc.meta.get("fields", {}))


def _sources(done: Cleaned) -> Record:
    """Of each field known: which source won, and what others say that differs."""
    said = dict(done.metadata.claims)
    if done.detected_language:
        told = Claim("text", done.detected_language)
        said["language"] = (told, *(one for one in said.get("language", ()) if one.value != told.value))
    return {
        name: {"from": won.source}
        | ({"others": [{"from": one.source, "value": one.value} for one in others]} if others else {})
        for name, (won, *others) in said.items()
    }


def failed_record(
    id: str, source: str, code: Code, message: str, fields: Mapping[str, Any] | None = None
) -> Record:
    """The record of a document that could not be cleaned."""
    empty = dict.fromkeys(FIELDS)
    del empty["record"]
    told = {"id": id, "source": source, "verdict": "failed", "text": "", "removed": []}
    return with_fields(empty | told | {"error": {"code": str(code), "message": message}}, fields or {})


def with_fields(ours: Record, fields: Mapping[str, Any], reserved: Sequence[str] = FIELDS) -> Record:
    """`ours`, then the row's own fields untouched; those whose names are ours go into `input`."""
    clash = {name: value for name, value in fields.items() if name in reserved or name == INPUT}
    free = {name: value for name, value in fields.items() if name not in clash}
    return ours | free | ({INPUT: clash} if clash else {})


def handed(done: Cleaned) -> tuple[str, str | None]:
    """What the record hands out: `text` and `held`."""
    if done.verdict == "clean" or (done.verdict == "garbled" and done.settings.garbled in LET_THROUGH):
        return done.text, None
    if done.verdict == "garbled" and done.settings.garbled == "quarantine":
        return "", done.text
    return "", None


def handed_edits(done: Cleaned) -> Edits:
    """From the raw document to what the record hands out."""
    text, held = handed(done)
    if (held or text) == done.text:
        return done.edits
    return (Edit(0, done.doc.raw, "", done.verdict),) if done.doc.raw else ()


def _garbled(found: Finding | None, *, spans: bool) -> Record | None:
    """Spans only beside the text that their offsets count in."""
    if found is None:
        return None
    listed = [
        {"start": s.start, "end": s.end, "text": s.text, "instead": s.instead, "gain": s.gain}
        for s in (found.spans if spans else ())
    ]
    return {"score": found.score, "spans": listed}


def _proof(done: Cleaned, level: Level) -> Record:
    return {
        "version": __version__,
        "sha256": done.doc.sha256,
        "encoding": done.doc.encoding,
        "kind": done.doc.kind,
        "level": level,
        "edits": [
            [e.start, e.old if level == "full" else len(e.old), e.new, e.code]
            for e in _spellable(handed_edits(done), done.doc.raw)
        ],
    }


def _spellable(edits: Edits, raw: str) -> Iterable[Edit]:
    """JSON would read the two halves of a surrogate pair as one character: they go into an edit each."""
    try:
        raw.encode()
    except UnicodeEncodeError:
        return chain.from_iterable(map(_halved, edits))
    return edits


def _halved(edit: Edit) -> Iterator[Edit]:
    at, new = edit.start, edit.new
    for old in _HALVES.split(edit.old):
        yield Edit(at, old, new, edit.code)
        at, new = at + len(old), ""


def restore(record: Mapping[str, Any], text: str | None = None) -> str | bytes:
    """The raw document, from a full record and the text it hands out (taken from the record unless given)."""
    proof = _proof_in(record)
    if proof["level"] != "full":
        raise RecordError(
            f"{_name(record)}: a light record holds only the lengths of what was taken; clean with "
            "--record full to restore, or hold it against the raw file with --raw"
        )
    text = _text_in(record) if text is None else text
    try:
        raw = apply(text, invert(_edits_in(record, proof)))
        source = raw if proof["encoding"] is None else encode_source(raw, proof["encoding"])
    except (ValueError, LookupError, TypeError) as error:
        raise RecordError(f"{_name(record)}: the text is not the one this record was made with") from error
    if _sha256(source) != proof["sha256"]:
        raise RecordError(f"{_name(record)}: text and record give a raw document of another sha256")
    return source


def prove(record: Mapping[str, Any], raw: str | bytes, text: str | None = None) -> None:
    """Returns if `raw` is what was cleaned and the record's edits turn it into the text; else RecordError."""
    proof = _proof_in(record)
    text = _text_in(record) if text is None else text
    if _sha256(raw) != proof["sha256"]:
        raise RecordError(f"{_name(record)}: not the raw document that was cleaned (another sha256)")
    if not any(_leads_to(text, reading, record, proof) for reading in _readings(raw, proof)):
        raise RecordError(f"{_name(record)}: the raw gives another text: one of them was altered")


def _readings(raw: str | bytes, proof: Mapping[str, Any]) -> Iterator[str]:
    """The raw as text. Where a charset spells a character in two ways only `decode` reads it as it was."""
    if isinstance(raw, str):
        yield raw
        return
    with suppress(ValueError, LookupError, TypeError):
        encoding = proof["encoding"]
        yield raw.decode(encoding or "utf-8", "surrogateescape" if encoding else "surrogatepass")
    yield decode(raw, proof["encoding"], proof.get("kind"))[0]


def _leads_to(text: str, raw: str, record: Mapping[str, Any], proof: Mapping[str, Any]) -> bool:
    edits = _edits_in(record, proof, raw)
    with suppress(ValueError, TypeError):
        return apply(raw, edits) == text
    return False


def _name(record: Mapping[str, Any]) -> str:
    return str(record.get("id", "a record without id"))


def _sha256(source: str | bytes) -> str:
    return hashlib.sha256(encode_source(source, None) if isinstance(source, str) else source).hexdigest()


def _proof_in(record: Mapping[str, Any]) -> Mapping[str, Any]:
    if record.get("verdict") == "failed":
        error = record.get("error") or {}
        raise RecordError(f"{_name(record)}: was never cleaned ({error.get('code', 'failed')})")
    proof = record.get("record")
    if not isinstance(proof, dict) or not {"sha256", "encoding", "level", "edits"} <= proof.keys():
        raise RecordError(
            f"{_name(record)}: holds no edits; clean with --record full (or light), and of a cleaned "
            "folder give the folder itself"
        )
    return proof


def _text_in(record: Mapping[str, Any]) -> str:
    text = record.get("text") if record.get("held") is None else record["held"]
    if not isinstance(text, str):
        raise RecordError(f"{_name(record)}: the text that belongs to this record is not here")
    return text


def _edits_in(record: Mapping[str, Any], proof: Mapping[str, Any], raw: str = "") -> Edits:
    """The record's edits; the characters that a light one leaves out are read from `raw`."""
    try:
        return tuple(
            Edit(start, old if isinstance(old, str) else raw[start : start + old], new, code)
            for start, old, new, code in proof["edits"]
        )
    except (ValueError, TypeError) as error:
        raise RecordError(f"{_name(record)}: its edits cannot be read") from error
