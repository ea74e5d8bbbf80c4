from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.document import Block, Document, Mark, Metadata, Verdict
from cleaner.edits import Edit, apply
from cleaner.errors import ErrorCode, RecordError
from cleaner.json_lines import MAX_DEPTH, dumps, dumps_indented, exceeds_max_depth, loads
from cleaner.output.assemble import draft_text, finish
from cleaner.output.cleaned import Cleaned, Garbled, GarbledSpan
from cleaner.output.record import (
    failed_record,
    restore,
    to_record,
    verify,
    with_fields,
)
from cleaner.output.schema import FIELDS, RECORD_SCHEMA_VERSION
from cleaner.reading.decode import decode
from cleaner.reading.page import Page
from cleaner.settings import RecordLevel, Settings

raws = st.text(alphabet="abc é\n<&\u0301\ud800\udcff\U0001f600\x00", max_size=40)


def mark(block: int, code: str) -> Mark:
    return Mark(block, code, "ad", 1.0, "said so")


def cleaned(
    doc: Document,
    drop: str = "AD",
    settings: Settings | None = None,
    metadata: Metadata | None = None,
    garbled: Garbled | None = None,
    confidence: float | None = None,
) -> Cleaned:
    """Lines as blocks; those that hold `drop` go; `&` becomes `and`, half of a surrogate pair U+FFFD."""
    blocks: list[Block] = []
    verdicts: list[Verdict] = []
    mended, at = {"&": "and"} | dict.fromkeys("\ud800\udcff", "\ufffd"), 0
    for line in doc.raw.split("\n"):
        if line:
            edits = tuple(Edit(at + n, c, mended[c], "entity") for n, c in enumerate(line) if c in mended)
            marks = (mark(len(blocks), "inline-ad"),) if drop in line else ()
            blocks.append(Block(at, line, edits))
            verdicts.append(Verdict("ad", 5.0, marks) if marks else Verdict("body", -4.0))
        at += len(line) + 1
    draft = draft_text(doc, Page(tuple(blocks)), tuple(verdicts), settings or Settings(), metadata)
    return finish(draft, garbled, confidence=confidence)


def through_json(record: dict[str, Any]) -> dict[str, Any]:
    line = dumps(record)
    assert b"\n" not in line
    back = loads(line)
    assert isinstance(back, dict)
    return back


documents = st.one_of(
    st.builds(Document, st.just("a"), raws),
    st.builds(
        lambda data: Document("a", data.decode("utf-8", "surrogateescape"), encoding="utf-8"), st.binary()
    ),
    st.builds(lambda data: Document("a", data.decode("latin-1"), "html", encoding="latin-1"), st.binary()),
)
settings = st.builds(
    Settings,
    language=st.sampled_from([(), ("ja",)]),
    garbled=st.sampled_from(["quarantine", "keep", "drop"]),
)


@given(documents, settings, st.sampled_from(["", "a"]), st.booleans())
def test_a_full_record_gives_the_raw_back_and_both_levels_prove_it(
    doc: Document, asked: Settings, drop: str, spun: bool
) -> None:
    done = cleaned(doc, drop, settings=asked, garbled=Garbled(7.0) if spun else None)
    assert restore(through_json(to_record(done, "a.txt", "full"))) == doc.original
    levels: list[RecordLevel] = ["light", "full"]
    for level in levels:
        verify(through_json(to_record(done, "a.txt", level)), doc.original)


@pytest.mark.parametrize("encoding", ["utf-16-le", "cp1251", "shift_jis", "utf-8"])
def test_any_encoding_restores_its_bytes(encoding: str) -> None:
    data = "Привет & AD\nмир".encode(encoding)
    doc = Document("a", data.decode(encoding, "surrogateescape"), encoding=encoding)
    record = through_json(to_record(cleaned(doc), "a", "full"))
    assert restore(record) == data
    verify(record, data)


def test_a_charset_with_two_spellings_of_a_character_is_proven() -> None:
    data = "日本語".encode("cp932") * 30 + b"\xfa\x4a AD\n\xed\x40"  # NEC and IBM code the same sign
    raw, encoding = decode(data, "shift_jis")
    record = through_json(to_record(cleaned(Document("a", raw, encoding=encoding)), "a"))
    verify(record, data)


def test_fields_stand_in_the_published_order() -> None:
    record = to_record(cleaned(Document("a", "one AD\ntwo & three")), "in/a.txt", "full")
    assert tuple(record) == FIELDS
    assert record["text"] == "two and three"
    assert record["removed"] == [{"start": 0, "end": 6, "code": "inline-ad", "label": "ad"}]
    assert "record" not in to_record(cleaned(Document("a", "one")), "a", "none")


def test_light_holds_lengths_and_full_what_was_taken() -> None:
    done = cleaned(Document("a", "one AD\ntwo"))
    light, full = (to_record(done, "a", level)["record"]["edits"] for level in ("light", "full"))
    assert [e[0] for e in light] == [e[0] for e in full]
    assert [e[1] for e in light] == [len(e[1]) for e in full]
    assert "AD" not in json.dumps(light)


@pytest.mark.parametrize(
    ("asked", "text", "held"),
    [("quarantine", "", "spun words"), ("drop", "", None), ("keep", "spun words", None)],
)
def test_what_becomes_of_a_garbled_text(asked: Any, text: str, held: str | None) -> None:
    found = Garbled(6.8, (GarbledSpan(0, 4, "spun", "told", 5.0),))
    done = cleaned(Document("a", "spun words"), garbled=found, settings=Settings(garbled=asked))
    record = to_record(done, "a")
    assert (record["verdict"], record["text"], record["held"]) == ("garbled", text, held)
    assert record["garbled"]["score"] == 6.8
    assert len(record["garbled"]["spans"]) == (0 if asked == "drop" else 1)


@pytest.mark.parametrize(
    ("confidence", "least", "text", "held"),
    [
        (0.4, 0.5, "", "words"),
        (0.5, 0.5, "words", None),
        (0.4, 0.0, "words", None),
        (None, 0.0, "words", None),
        (None, 0.1, "", "words"),
    ],
)
def test_a_text_of_which_too_little_is_expected_is_held(
    confidence: float | None, least: float, text: str, held: str | None
) -> None:
    doc = Document("a", "words\nAD")
    done = cleaned(doc, settings=Settings(min_confidence=least), confidence=confidence)
    record = through_json(to_record(done, "a", "full"))
    assert (record["verdict"], record["text"], record["held"]) == ("clean", text, held)
    assert record["confidence"] == confidence
    assert restore(record) == doc.raw


def test_every_record_names_its_schema() -> None:
    failed = failed_record("a", "a", ErrorCode.BINARY, "no")
    assert (failed["confidence"], failed["schema_version"]) == (None, RECORD_SCHEMA_VERSION)
    assert to_record(cleaned(Document("a", "one")), "a")["schema_version"] == RECORD_SCHEMA_VERSION


def test_a_withheld_document_has_one_edit_that_takes_it_all() -> None:
    done = cleaned(Document("a", "some words"), settings=Settings(language=("ja",)))
    record = to_record(done, "a", "full")
    assert (record["verdict"], record["text"], record["held"]) == ("language", "", None)
    assert record["record"]["edits"] == [[0, "some words", "", "language"]]


def test_a_rows_own_fields_are_carried_through_and_ours_win() -> None:
    fields = {"score": 0.5, "title": "theirs", "input": 1, "big": 2**80, "é": None}
    done = cleaned(Document("a", "words", meta={"fields": fields}))
    record = through_json(to_record(done, "a"))
    assert {name: record[name] for name in ("score", "big", "é")} == {"score": 0.5, "big": 2**80, "é": None}
    assert record["title"] is None
    assert record["input"] == {"title": "theirs", "input": 1}
    assert tuple(record)[: len(FIELDS)] == FIELDS


def test_a_failed_record_has_the_same_fields() -> None:
    record = failed_record("a", "in/a", ErrorCode.BINARY, "in/a: binary", {"n": 1})
    assert tuple(record) == (*(name for name in FIELDS if name != "record"), "n")
    assert record["error"] == {"code": "binary", "message": "in/a: binary"}
    assert (record["text"], record["verdict"]) == ("", "failed")
    with pytest.raises(RecordError, match="never cleaned"):
        restore(record)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": "another text"}, "not the one|another sha256"),
        ({"text": None}, "not here"),
        ({"record": None}, "holds no edits"),
        ({"record": {}}, "holds no edits"),
        ({"record": {"sha256": "", "encoding": None, "level": "full", "edits": [[1]]}}, "cannot be read"),
        ({"record": {"sha256": "", "encoding": None, "level": "full", "edits": [[0, "x", 5, "c"]]}}, "text"),
        ({"record": {"sha256": "", "encoding": None, "level": "full", "edits": 5}}, "cannot be read"),
        ({"record": {"sha256": "", "encoding": "no-such", "level": "full", "edits": []}}, "not the one"),
        ({"record": {"sha256": "00", "encoding": None, "level": "full", "edits": []}}, "another sha256"),
        ({"record": {"sha256": "00", "encoding": None, "level": "light", "edits": []}}, "--record full"),
    ],
)
def test_a_record_that_does_not_fit_says_so(change: dict[str, Any], message: str) -> None:
    record = to_record(cleaned(Document("a", "one AD\ntwo")), "a", "full") | change
    with pytest.raises(RecordError, match=message):
        restore(record)


def test_a_proof_sees_another_raw_and_another_text() -> None:
    record = to_record(cleaned(Document("a", "one AD\ntwo")), "a")
    verify(record, "one AD\ntwo")
    verify(record, b"one AD\ntwo")
    with pytest.raises(RecordError, match="another sha256"):
        verify(record, "one AD\ntwo!")
    with pytest.raises(RecordError, match="another text"):
        verify(record, "one AD\ntwo", "tw")


def test_lone_surrogates_and_long_numbers_survive_json() -> None:
    record = {"text": "a\ud800b\udcff", "n": 2**70, "e": "é"}
    assert loads(dumps(record)) == record
    assert dumps({"e": "é"}) == '{"e":"é"}'.encode()


def test_indented_json_says_the_same() -> None:
    for record in ({"a": {"b": [1, "é"]}}, {"a\ud800": [2**70]}):
        assert loads(dumps_indented(record)) == record
    assert dumps_indented({"a": 1}) == b'{\n  "a": 1\n}\n'


def test_how_deep_a_row_may_be() -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH - 1):
        value = [{"x": 1, "y": "z"}, value] if value == 1 else {"x": value}
    assert not exceeds_max_depth(value)
    assert loads(dumps({"input": {"x": value}}))
    assert exceeds_max_depth([value])


@pytest.mark.parametrize("line", [b"NaN", b"[Infinity]", b"{", b"", b"\xff", b"[" * 100_000, b"[-1e999]"])
def test_what_is_no_json_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        loads(line)


def test_names_of_ours_are_kept_apart() -> None:
    assert with_fields({"id": 1}, {"id": 2, "x": 3}) == {"id": 1, "x": 3, "input": {"id": 2}}


def test_the_stub_is_sound() -> None:
    done = cleaned(Document("a", "a & b\nAD\nc"))
    assert done.text == apply(done.doc.raw, done.edits) == "a and b\nc"
