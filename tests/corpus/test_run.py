from __future__ import annotations

from collections.abc import Iterator

import pytest

from cleaner.corpus import run as running
from cleaner.corpus.readers import Broken
from cleaner.corpus.run import Outcome, run
from cleaner.corpus.summary import Sizes
from cleaner.document import Document
from cleaner.errors import Code
from cleaner.settings import Settings
from tests.corpus.fake import clean


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "clean", clean)


def one(item: Document | Broken) -> Outcome:
    [outcome] = run([item], Settings(), "light")
    return outcome


def test_documents_are_cleaned_as_they_come() -> None:
    def endless() -> Iterator[Document]:
        for number in range(10**9):
            yield Document(str(number), "x")

    outcomes = run(endless(), Settings(), "none")
    assert [next(outcomes).record["id"] for _ in range(3)] == ["0", "1", "2"]


def test_a_good_document() -> None:
    doc = Document("a", "good\nAD", meta={"source": "in/a", "fields": {"n": 1}})
    outcome = one(doc)
    assert (outcome.record["text"], outcome.record["source"], outcome.record["n"]) == ("good", "in/a", 1)
    assert outcome.sha256 == doc.sha256
    assert (outcome.sizes.raw, outcome.sizes.kept, outcome.sizes.failed) == (7, 4, 0)


def test_what_could_not_be_read_is_a_failed_record() -> None:
    outcome = one(Broken("a", "in/a", Code.BINARY, "in/a: binary", {"n": 1}))
    assert (outcome.sizes, outcome.sha256) == (Sizes(), None)
    assert outcome.record["error"] == {"code": "binary", "message": "in/a: binary"}
    assert outcome.record["n"] == 1


def test_a_crash_is_one_documents_failure_and_names_it() -> None:
    outcome = one(Document("a", "CRASH", meta={"source": "in/r.jsonl", "fields": {"n": 1}}))
    assert outcome.record["verdict"] == "failed"
    assert outcome.record["n"] == 1
    told = outcome.record["error"]
    assert told["code"] == "crashed"
    assert told["message"].startswith("in/r.jsonl: a: ValueError: boom; a fault of cleaner")
    assert (outcome.sizes.raw, outcome.sizes.failed) == (5, 5)


@pytest.mark.parametrize("error", [RecursionError, MemoryError, AssertionError])
def test_an_error_without_words_is_named(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def crash(doc: Document, settings: Settings) -> None:
        raise error

    monkeypatch.setattr(running, "clean", crash)
    assert f"a: {error.__name__}; a fault" in one(Document("a", "x")).record["error"]["message"]


def test_ctrl_c_is_no_failure_of_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(doc: Document, settings: Settings) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "clean", interrupted)
    with pytest.raises(KeyboardInterrupt):
        one(Document("a", "x"))


def test_fields_that_cannot_be_written_are_left_out() -> None:
    record = one(Document("a", "x", meta={"fields": {"n": object()}})).record
    assert (record["verdict"], record["error"]["code"]) == ("failed", "crashed")
    assert "n" not in record
