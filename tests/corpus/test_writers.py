from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard

from cleaner.corpus import outcomes as running
from cleaner.corpus.checkpoint import Ledger
from cleaner.corpus.folder_layout import is_output_path
from cleaner.corpus.outcomes import CleaningJob, clean_items, encode_lossy
from cleaner.corpus.readers import FailedInput, read_inputs
from cleaner.corpus.record_reader import read_records
from cleaner.corpus.removal import refuse_foreign, remove_run, remove_temporary_files
from cleaner.corpus.summary import Summary
from cleaner.corpus.writers import OutputFolder
from cleaner.document import Document
from cleaner.errors import ErrorCode, RecordError, UsageError
from cleaner.output.record import restore
from cleaner.settings import OutputFormat, RecordLevel, Settings
from tests.corpus.fake import clean, items

DOCS: list[Document | FailedInput] = [
    Document("a.html", "one\nAD\ntwo", meta={"source": "in/a.html"}),
    Document("sub/b.txt", "b\r\n\n", encoding="utf-8"),
    Document("spun", "SPUN words", meta={"fields": {"output": "theirs", "title": "t", "n": 1}}),
    Document("empty", ""),
    FailedInput("gone.txt", "in/gone.txt", ErrorCode.UNREADABLE, "in/gone.txt: gone"),
    Document("a.html", "the same id"),
    Document("../../up", "climbs"),
    Document("half", "half \ud800 of a pair"),
    Document("bad", "CRASH"),
]


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "clean", clean)


def write(
    out: Path,
    docs: list[Document | FailedInput] = DOCS,
    form: OutputFormat = "txt",
    level: RecordLevel = "full",
    settings: Settings | None = None,
    text_drop: Path | None = None,
    **asked: Any,
) -> Summary:
    """A run over documents at hand, from its start; what an earlier one wrote is taken away."""
    refuse_foreign(out)
    summary = Summary({})
    with closing(Ledger(out)) as ledger:
        remove_run(out)
        folder = OutputFolder(out, form, level, ledger, **asked)
        job = CleaningJob(settings or Settings(), record_level=level, output_format=form, text_drop=text_drop)
        for _, outcome in clean_items(items(docs), job):
            assert outcome
            twin = folder.add(outcome)
            dropped = twin is not None and asked.get("drop_duplicates", False)
            summary.add(outcome.verdict, outcome.sizes.as_held() if dropped else outcome.sizes)
        folder.finish(summary.as_dict())
        remove_temporary_files(out)
    return summary


def unpack(path: Path) -> list[dict[str, Any]]:
    with zstandard.open(path, "rb") as file:
        return [json.loads(line) for line in io.TextIOWrapper(file, "utf-8")]


def tree(out: Path) -> dict[str, bytes]:
    """What a run left, without its ledger."""
    files = {p.relative_to(out).as_posix(): p for p in sorted(out.rglob("*")) if p.is_file()}
    return {name: p.read_bytes() for name, p in files.items() if not name.startswith(".cleaner/ledger")}


def manifest(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_bytes().splitlines()]


@pytest.mark.parametrize("form", ["txt", "jsonl"])
@pytest.mark.parametrize("drop_duplicates", [False, True])
def test_what_workers_left_is_only_moved(tmp_path: Path, form: OutputFormat, drop_duplicates: bool) -> None:
    docs = [*DOCS, Document("long", "good\n" * 9), Document("long again", "good\n" * 9)]
    trees = []
    for name in ("", "made", "missing"):
        drop, out = tmp_path / f"drop-{name}", tmp_path / f"out-{name}"
        if name == "made":
            drop.mkdir()
        write(out, docs, form, text_drop=drop if name else None, drop_duplicates=drop_duplicates)
        trees.append(tree(out))
        left = [*drop.iterdir()] if drop.exists() else []
        assert len(left) == (form == "txt" and name == "made" and drop_duplicates)  # of the duplicate
    assert trees[0] == trees[1] == trees[2]


def test_a_text_that_is_gone_before_it_is_moved_is_named(tmp_path: Path) -> None:
    job = CleaningJob(text_drop=tmp_path)
    [(_, outcome)] = clean_items(items([Document("a", "good")]), job)
    assert outcome and outcome.text_file and not outcome.text
    Path(outcome.text_file).unlink()
    with closing(Ledger(tmp_path / "out")) as ledger:
        folder = OutputFolder(tmp_path / "out", "txt", "light", ledger)
        with pytest.raises(UsageError, match=r"corpus/a\.txt: cannot be written"):
            folder.add(outcome)
        folder.close()


def test_the_layout(tmp_path: Path) -> None:
    write(tmp_path / "out")
    assert [*tree(tmp_path / "out")] == [
        "corpus/%2E%2E/%2E%2E/up.txt",
        "corpus/a.html.txt",
        "corpus/a.html~2.txt",
        "corpus/half.txt",
        "corpus/sub/b.txt",
        "garbled/spun.txt",
        "manifest.jsonl",
        "records/part-00000.jsonl.zst",
        "summary.json",
    ]
    assert (tmp_path / "out/corpus/a.html.txt").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "out/corpus/half.txt").read_text() == "half \ufffd of a pair\n"
    assert (tmp_path / "out/garbled/spun.txt").read_bytes() == b"SPUN words\n"


def test_one_row_a_document_in_the_manifest(tmp_path: Path) -> None:
    write(tmp_path)
    rows = manifest(tmp_path)
    assert [row["id"] for row in rows] == [doc.id for doc in DOCS]
    assert [row["verdict"] for row in rows] == [
        "clean", "clean", "garbled", "empty", "failed", "clean", "clean", "clean", "failed",
    ]  # fmt: skip
    for row in rows:
        assert not {"text", "held", "record"} & row.keys()
        if row["output"]:
            data = (tmp_path / row["output"]).read_bytes()
            assert row["sha256"]["output"] == hashlib.sha256(data).hexdigest()
    assert rows[0]["sha256"]["input"] == hashlib.sha256(b"one\nAD\ntwo").hexdigest()
    assert rows[4]["sha256"] == {"input": None, "output": None}
    assert rows[4]["error"] == {"code": "unreadable", "message": "in/gone.txt: gone"}
    assert rows[8]["error"]["code"] == "crashed"
    assert "boom" in rows[8]["error"]["message"]


def test_a_rows_own_field_named_like_ours_is_kept(tmp_path: Path) -> None:
    write(tmp_path)
    row = manifest(tmp_path)[2]
    assert row["output"] == "garbled/spun.txt"
    assert row["input"] == {"title": "t", "output": "theirs"}
    assert row["n"] == 1


@pytest.mark.parametrize("form", ["txt", "md", "jsonl", "parquet"])
def test_every_document_restores_from_the_folder(tmp_path: Path, form: OutputFormat) -> None:
    write(tmp_path, form=form)
    good = {one.record["id"]: one for one in read_records(str(tmp_path)) if one.record["verdict"] != "failed"}
    sources = {doc.id: doc.original for doc in DOCS if isinstance(doc, Document) and doc.id != "bad"}
    assert good.keys() == sources.keys()
    assert all(restore(one.record, one.text) == sources[id] for id, one in good.items())
    shard = [*read_records(str(tmp_path / "records/part-00000.jsonl.zst"))]
    assert [one.text for one in shard] == [one.text for one in read_records(str(tmp_path))]


def test_shards_of_records(tmp_path: Path) -> None:
    write(tmp_path, form="jsonl", level="light", shard_bytes=900)
    corpus = [row for n in range(2) for row in unpack(tmp_path / f"corpus/part-0000{n}.jsonl.zst")]
    assert [row["text"] for row in corpus] == [
        "one\ntwo",
        "b\r",
        "the same id",
        "climbs",
        "half \ud800 of a pair",
    ]
    assert all("record" not in row for row in corpus)
    assert [row["held"] for row in unpack(tmp_path / "garbled/part-00000.jsonl.zst")] == ["SPUN words"]
    for row in manifest(tmp_path):
        if row["output"]:
            assert unpack(tmp_path / row["output"])[row["row"]]["id"] == row["id"]
    assert [one.record["id"] for one in read_records(str(tmp_path))] == [doc.id for doc in DOCS]
    assert [one.text for one in read_records(str(tmp_path))][:3] == ["one\ntwo", "b\r", "SPUN words"]


@pytest.mark.parametrize("form", ["txt", "md", "jsonl", "parquet"])
def test_twice_gives_the_same_bytes(tmp_path: Path, form: OutputFormat) -> None:
    write(tmp_path / "a", form=form)
    write(tmp_path / "b", form=form)
    first = tree(tmp_path / "a")
    assert first == tree(tmp_path / "b")
    write(tmp_path / "a", form=form)
    assert tree(tmp_path / "a") == first


def test_a_second_run_removes_what_only_the_first_wrote(tmp_path: Path) -> None:
    write(tmp_path / "out")
    (tmp_path / "out/corpus/mine.txt").write_text("not cleaner's")
    write(tmp_path / "out", DOCS[:1], form="jsonl", level="none")
    assert [*tree(tmp_path / "out")] == [
        "corpus/mine.txt", "corpus/part-00000.jsonl.zst", "manifest.jsonl", "summary.json",
    ]  # fmt: skip
    assert not (tmp_path / "out/corpus/sub").exists()


@pytest.mark.parametrize(
    "path", ["../x", "/x", "corpus/../../x", "corpus", "x", "corpus//x", None, 5, "corpus/."]
)
def test_a_manifest_names_nothing_outside(tmp_path: Path, path: object) -> None:
    (tmp_path / "x").write_text("keep")
    (tmp_path / "out/.cleaner").mkdir(parents=True)
    (tmp_path / "out/.cleaner/ledger.sqlite").touch()
    for folder in ("out", "out/.cleaner"):
        (tmp_path / folder / "manifest.jsonl").write_text(json.dumps({"output": path}) + "\nno json\n5\n")
    write(tmp_path / "out", DOCS[:1])
    assert (tmp_path / "x").read_text() == "keep"
    assert not is_output_path(path)


def test_totals_add_up_and_hold_every_document(tmp_path: Path) -> None:
    told = write(tmp_path).as_dict()
    assert told["adds_up"]
    assert told["documents"] == {"in": 9, "clean": 5, "garbled": 1, "empty": 1, "language": 0, "failed": 2}
    characters = told["characters"]
    assert characters["in"] == sum(len(doc.raw) for doc in DOCS if isinstance(doc, Document))
    assert characters["held"] == len("SPUN words")
    assert characters["failed"] == len("CRASH")
    assert told["codes"]["interstitial-ad"] == {"label": "ad", "edits": 1, "characters": 2}
    assert json.loads((tmp_path / "summary.json").read_text()) == told


@pytest.mark.parametrize(
    "asked", [Settings(garbled="drop"), Settings(garbled="keep"), Settings(language=("ja",))]
)
def test_totals_add_up_whatever_is_asked(tmp_path: Path, asked: Settings) -> None:
    assert write(tmp_path, settings=asked).adds_up


def test_totals_that_do_not_add_up_are_seen() -> None:
    summary = Summary({}, documents=Counter({"in": 2, "clean": 1}))
    assert not summary.adds_up
    summary = Summary({}, characters=Counter({"in": 2, "kept": 1}))
    assert not summary.adds_up


def test_out_is_a_file_or_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / ".cleaner").mkdir()
    (tmp_path / ".cleaner/ledger.sqlite").touch()
    (tmp_path / "corpus").write_text("in the way")
    with pytest.raises(UsageError, match=r"corpus.*cannot be written"):
        write(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["txt", "jsonl", "parquet"])
@pytest.mark.parametrize("stop", range(1, len(DOCS) + 1))
def test_a_run_goes_on_after_its_last_checkpoint(tmp_path: Path, form: OutputFormat, stop: int) -> None:
    write(tmp_path / "whole", form=form, shard_bytes=900)
    out, job = tmp_path / "out", CleaningJob(record_level="full", output_format=form)
    with closing(Ledger(out)) as ledger:
        folder = OutputFolder(out, form, "full", ledger, shard_bytes=900)
        for number, (_, outcome) in enumerate(clean_items(items(DOCS), job), 1):
            assert outcome
            folder.add(outcome)
            if number == max(stop - 3, 1):
                state = folder.checkpoint()
                ledger.commit(state)
                folder.drop_old_parts()
            if number == stop:
                break
        folder.close()
    with closing(Ledger(out)) as ledger:
        folder = OutputFolder(out, form, "full", ledger, ledger.state(), shard_bytes=900)
        for _, outcome in clean_items(items(DOCS[max(stop - 3, 1) :]), job):
            assert outcome
            folder.add(outcome)
        folder.finish(json.loads((tmp_path / "whole/summary.json").read_text()))
    remove_temporary_files(out)
    assert tree(out) == tree(tmp_path / "whole")


def test_a_run_that_was_killed_between_its_last_steps(tmp_path: Path) -> None:
    write(tmp_path / "whole", form="jsonl")
    out, job = tmp_path / "out", CleaningJob(record_level="full", output_format="jsonl")
    told = json.loads((tmp_path / "whole/summary.json").read_text())
    with closing(Ledger(out)) as ledger:
        folder = OutputFolder(out, "jsonl", "full", ledger)
        for _, outcome in clean_items(items(DOCS), job):
            assert outcome
            folder.add(outcome)
        ledger.commit(folder.checkpoint())
        folder.finish(told)
    with closing(Ledger(out)) as ledger:
        OutputFolder(out, "jsonl", "full", ledger, ledger.state()).finish(told)
    remove_temporary_files(out)
    assert tree(out) == tree(tmp_path / "whole")


def test_what_an_interrupted_run_left_can_be_taken_away(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path)) as ledger:
        folder = OutputFolder(tmp_path, "txt", "light", ledger)
        for _, outcome in clean_items(items(DOCS), CleaningJob()):
            assert outcome
            folder.add(outcome)
        folder.close()
    assert (tmp_path / "corpus/a.html.txt").exists()
    remove_run(tmp_path)
    assert tree(tmp_path) == {}


def test_duplicates_are_named_and_kept_or_held(tmp_path: Path) -> None:
    text = "The walkers who cross the Hollin Pass will find the hut at its top closed for good."
    docs: list[Document | FailedInput] = [
        Document("a", text),
        Document("b", "Another."),
        Document("c", text + "\n"),
    ]
    assert write(tmp_path / "kept", docs).characters["held"] == 0
    assert [row["duplicate_of"] for row in manifest(tmp_path / "kept")] == [
        None, None, {"id": "a", "similarity": 1.0},
    ]  # fmt: skip
    assert (tmp_path / "kept/corpus/c.txt").exists()
    summary = write(tmp_path / "dropped", docs, drop_duplicates=True)
    assert summary.adds_up
    assert summary.documents["clean"] == 3
    assert summary.characters["held"] == len(text)
    assert [*tree(tmp_path / "dropped/corpus")] == ["a.txt", "b.txt"]
    assert manifest(tmp_path / "dropped")[2]["output"] is None
    back = [restore(one.record, one.text) for one in read_records(str(tmp_path / "dropped"))]
    assert back == [doc.original for doc in docs if isinstance(doc, Document)]


def test_rows_of_parquet(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    write(tmp_path, form="parquet")
    rows = parquet.read_table(tmp_path / "corpus/part-00000.parquet").to_pylist()
    assert [(row["id"], row["text"]) for row in rows][:2] == [("a.html", "one\ntwo"), ("sub/b.txt", "b\r")]
    assert rows[0]["removed"][0]["code"] == "interstitial-ad"
    assert {"note", "site", "sources"} <= rows[0].keys()
    [held] = parquet.read_table(tmp_path / "garbled/part-00000.parquet").to_pylist()
    assert (held["held"], held["n"], held["input"]) == ("SPUN words", 1, {"output": "theirs", "title": "t"})
    schemas = [parquet.read_schema(path) for path in tmp_path.glob("*/part-*.parquet")]
    stated = {str(pyarrow.schema([schema.field(name) for name in rows[0]])) for schema in schemas}
    assert (len(schemas), len(stated)) == (2, 1)


@pytest.mark.parametrize(
    "name", ["summary.json", "manifest.jsonl", "corpus/a.txt", "records/part-00000.jsonl.zst", ".cleaner/x"]
)
def test_a_folder_with_files_that_are_not_ours_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"version": 1}')
    with pytest.raises(UsageError, match=r"did not write .* give -o a new or an empty folder"):
        write(tmp_path)
    assert tree(tmp_path) == {name: b'{"version": 1}'}


def test_hidden_files_are_in_nobodys_way(tmp_path: Path) -> None:
    beside, alone = tmp_path / "beside", tmp_path / "alone"
    beside.mkdir()
    (beside / ".DS_Store").write_bytes(b"of the desktop")
    for _ in range(2):  # neither the first run minds it, nor the one that takes away what the first wrote
        write(beside, DOCS[:1])
        write(alone, DOCS[:1])
        assert tree(beside) == tree(alone) | {".DS_Store": b"of the desktop"}


def test_a_summary_with_half_a_surrogate_pair(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path)) as ledger:
        OutputFolder(tmp_path, "txt", "light", ledger).finish({"skipped": {".\udcff": 1}})
    assert json.loads((tmp_path / "summary.json").read_bytes()) == {"skipped": {".\udcff": 1}}


def test_a_document_that_cannot_be_written_is_a_failed_one(tmp_path: Path) -> None:
    odd: list[Any] = [1]
    for _ in range(5000):
        odd = [odd]
    docs = [Document("odd", "x", meta={"fields": {"n": odd}}), Document("good", "y")]
    summary = write(tmp_path, [*docs])
    assert [row["verdict"] for row in manifest(tmp_path)] == ["failed", "clean"]
    assert manifest(tmp_path)[0]["error"]["code"] == "crashed"
    assert summary.adds_up


def test_a_text_that_is_gone_is_said(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "corpus/a.html.txt").unlink()
    found = [*read_records(str(tmp_path))]
    assert isinstance(found[0].fault, RecordError)
    assert "a.html.txt: cannot be read" in str(found[0].fault)
    assert [one.fault for one in found[1:]] == [None] * 8


def test_rows_that_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{\n\n[]\n{"id": 1}\n{"id": 2, "text": 5}\n{"id": 3, "output": "../x"}\n')
    found = [*read_records(str(path))]
    assert all(isinstance(one.fault, RecordError) and f"{path}:" in str(one.fault) for one in found)
    assert len(found) == 5
    with pytest.raises(UsageError, match="no such file"):
        [*read_records(str(tmp_path / "no.jsonl"))]
    with pytest.raises(UsageError, match="holds no records"):
        [*read_records(str(tmp_path))]


def test_what_has_no_utf8_form() -> None:
    assert encode_lossy("a\ud800é") == "a\ufffdé".encode()


def test_reading_and_writing_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "in/sub/a.txt").write_bytes(b"one\r\nAD\r\ntwo \xff")
    write(tmp_path / "out", [*read_inputs([str(tmp_path / "in")])])
    one = next(read_records(str(tmp_path / "out")))
    assert restore(one.record, one.text) == b"one\r\nAD\r\ntwo \xff"
