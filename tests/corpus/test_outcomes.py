from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from cleaner.corpus import outcomes as running
from cleaner.corpus.outcomes import CleaningJob, Outcome, clean_items, hold_back
from cleaner.corpus.readers import FailedInput
from cleaner.corpus.summary import Sizes
from cleaner.document import Document
from cleaner.errors import ErrorCode
from cleaner.processes.pool import Limits
from cleaner.settings import Settings
from tests.corpus.fake import clean, items


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "clean", clean)


def outcomes(documents: Iterable[Document | FailedInput], **asked: Any) -> Iterator[Outcome]:
    return (outcome for _, outcome in clean_items(items(documents), CleaningJob(**asked)) if outcome)


def one(item: Document | FailedInput, **asked: Any) -> Outcome:
    [outcome] = outcomes([item], **({"complete_records": True} | asked))
    return outcome


def record(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outcome.record)
    return found


def test_documents_are_cleaned_as_they_come() -> None:
    def endless() -> Iterator[Document]:
        for number in range(10**9):
            yield Document(str(number), "x")

    found = outcomes(endless())
    assert [next(found).id for _ in range(3)] == ["0", "1", "2"]


def test_a_good_document() -> None:
    doc = Document("a", "good\nAD", meta={"source": "in/a", "fields": {"n": 1}})
    outcome = one(doc)
    assert (record(outcome)["text"], record(outcome)["source"], record(outcome)["n"]) == ("good", "in/a", 1)
    assert outcome.sha256 == doc.sha256
    assert (outcome.sizes.raw, outcome.sizes.kept, outcome.sizes.failed) == (7, 4, 0)


def test_what_could_not_be_read_is_a_failed_record() -> None:
    outcome = one(FailedInput("a", "in/a", ErrorCode.BINARY, "in/a: binary", {"n": 1}))
    assert (outcome.sizes, outcome.sha256) == (Sizes(), None)
    assert record(outcome)["error"] == {"code": "binary", "message": "in/a: binary"}
    assert record(outcome)["n"] == 1


def test_a_crash_is_one_documents_failure_and_names_it() -> None:
    outcome = one(Document("a", "CRASH", meta={"source": "in/r.jsonl", "fields": {"n": 1}}))
    assert record(outcome)["verdict"] == "failed"
    assert record(outcome)["n"] == 1
    told = record(outcome)["error"]
    assert told["code"] == "crashed"
    assert told["message"].startswith("in/r.jsonl: a: ValueError: boom; a fault of cleaner")
    assert (outcome.sizes.raw, outcome.sizes.failed) == (5, 5)


@pytest.mark.parametrize("error", [RecursionError, MemoryError, AssertionError])
def test_an_error_without_words_is_named(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def crash(doc: Document, settings: Settings, profile: object) -> None:
        raise error

    monkeypatch.setattr(running, "clean", crash)
    assert f"a: {error.__name__}; a fault" in record(one(Document("a", "x")))["error"]["message"]


def test_ctrl_c_is_no_failure_of_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(doc: Document, settings: Settings, profile: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "clean", interrupted)
    with pytest.raises(KeyboardInterrupt):
        one(Document("a", "x"))


def test_fields_that_cannot_be_written_are_left_out() -> None:
    found = record(one(Document("a", "x", meta={"fields": {"n": object()}})))
    assert (found["verdict"], found["error"]["code"]) == ("failed", "crashed")
    assert "n" not in found


def test_what_takes_too_long_in_this_process_fails_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(doc: Document, settings: Settings, profile: object) -> None:
        time.sleep(20)

    monkeypatch.setattr(running, "clean", slow)
    [(_, outcome)] = clean_items(
        items([Document("a", "x")]), CleaningJob(complete_records=True), 0, Limits(timeout=0.2)
    )
    assert outcome and record(outcome)["error"] == {
        "code": "timeout",
        "message": "in:1: took longer than 0.2 seconds",
    }


def test_the_parts_that_a_folder_keeps() -> None:
    found = one(
        Document("a", "good\nAD", meta={"fields": {"output": 1}}),
        complete_records=False,
        output_format="jsonl",
    )
    assert (found.text, found.text_folder) == (b"good\n", "corpus")
    kept, row, whole = (json.loads(line) for line in (found.record, found.manifest_row, found.shard_row))
    assert "text" not in kept and "record" in kept
    assert "text" not in row and "record" not in row
    assert whole["text"] == "good" and "record" not in whole
    assert kept["input"] == row["input"] == whole["input"] == {"output": 1}
    assert one(Document("a", "good"), complete_records=False, record_level="none").record == b""


@pytest.mark.parametrize("form", ["txt", "jsonl", "parquet"])
@pytest.mark.parametrize("text", ["good", "half \ud800 of a pair"])
def test_a_text_that_is_left_out_is_held_in_its_record(form: Any, text: str) -> None:
    found = hold_back(one(Document("a", text), complete_records=False, output_format=form))
    assert (found.text, found.text_folder, found.shard_row) == (b"", None, b"")
    assert (found.sizes.kept, found.sizes.held, record(found)["held"]) == (0, len(text), text)
    whole = hold_back(one(Document("a", text)))
    assert (record(whole)["text"], record(whole)["held"]) == ("", text)


def test_what_is_known_of_a_text_for_the_corpus_only() -> None:
    assert one(Document("a", "some good words")).signature
    assert not one(Document("a", "SPUN words")).signature
    assert not one(Document("a", "")).signature
