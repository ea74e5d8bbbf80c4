from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cleaner
from cleaner.adapters.rows import RowCleaner
from cleaner.cli import main
from cleaner.processes import fork_server
from tests.adapters.documents import (
    ODD_FAILURES,
    ODD_ROWS,
    ODD_TIMEOUT_S,
    PICTURE,
    PROSE,
    rows,
    same_of,
    wanted,
)
from tests.cases import ROOT

pytestmark = pytest.mark.slow


def one(row: Any, **options: Any) -> dict[str, Any]:
    """The record of a row."""
    return RowCleaner(**options).clean(row)


def test_rows_give_what_the_api_and_the_command_give(tmp_path: Path, in_this_process: None) -> None:
    records = [*RowCleaner().clean_rows(rows())]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()), "utf-8")
    ran = CliRunner().invoke(main, ["clean", str(tmp_path / "rows.jsonl"), "-f", "jsonl", "--record", "none"])
    assert ran.exit_code == 0, ran.stderr
    by_command = [json.loads(line) for line in ran.stdout.splitlines()]
    assert same_of(records) == same_of(by_command) == wanted()
    of_run = {"source": "", "duplicate_of": None}  # what only the command knows
    assert [record | of_run for record in records] == [row | of_run for row in by_command]


def test_ids_and_addresses() -> None:
    found = one({"key": 7, "link": "http://e.org/a", "text": PROSE}, id_column="key", url_column="link")
    assert (found["id"], found["url"], found["link"]) == ("7", "http://e.org/a", "http://e.org/a")
    assert one({"url": "http://e.org/a", "text": PROSE})["id"] == "http://e.org/a"
    assert one({"id": 1.5, "text": PROSE})["id"] == "row 1"
    assert one({"id": 1.5, "text": PROSE})["input"] == {"id": 1.5}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"html": "no tags"}, "html"),
        ({"text": "<p>tags"}, "text"),
        ({"html": " ", "text": "x"}, "text"),
        ({"html": b"<p>caf\xe9"}, "html"),
        ({"html": None, "text": "x"}, "text"),
    ],
)
def test_a_document_is_what_its_column_says(row: dict[str, Any], kind: str) -> None:
    assert RowCleaner().document(row).kind == kind


def test_another_column_is_looked_into() -> None:
    assert RowCleaner(document_column="body").document({"body": f"<html><p>{PROSE}</p>"}).kind == "html"
    assert RowCleaner(document_column="body").document({"body": PROSE}).kind == "text"
    assert RowCleaner(document_column="body", kind="html").document({"body": PROSE}).kind == "html"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "a", "text": None}, "a: no str or bytes to clean: text holds NoneType"),
        ({"id": "a", "html": 1.5, "text": 3}, "html holds float, text holds int"),
        (
            {"id": "a", "body": "x"},
            "no column html or text; there are: id, body; document_column names another",
        ),
        ({}, "row 1: no column html or text; there are: none"),
        (None, "row 1: a row is a dict or another mapping, not NoneType"),
    ],
)
def test_a_row_without_a_document_fails_and_says_why(row: Any, message: str) -> None:
    found = one(row)
    assert (found["verdict"], found["error"]["code"], found["text"]) == ("failed", "bad-row", "")
    assert message in found["error"]["message"]


def test_a_document_fails_alone(odd_core: None) -> None:
    records = [*RowCleaner(timeout=ODD_TIMEOUT_S).clean_rows(ODD_ROWS)]
    assert [record["id"] for record in records] == [row["id"] for row in ODD_ROWS]
    assert {r["id"]: r["error"]["code"] for r in records if r["error"]} == ODD_FAILURES
    assert all(r["id"] in r["error"]["message"] for r in records if r["error"])
    assert [r["verdict"] for r in records if not r["error"]] == ["clean", "clean"]


@pytest.mark.slow
def test_a_process_apart_may_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = Path(__file__).parent / "faults"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(faults), str(ROOT))))
    monkeypatch.setattr(fork_server, "_servers", {})
    odd: list[dict[str, Any]] = [{"id": "none"}, {"id": "picture", "text": PICTURE}]
    odd += [{"id": "hangs", "text": "HANGS"}, {"id": "crashes", "text": "CRASHES"}]
    records = [*RowCleaner(processes=1, timeout=3).clean_rows([rows()[0], *odd, rows()[1]])]
    failed = {record["id"]: record["error"]["code"] for record in records if record["error"]}
    assert failed == {"none": "bad-row", "picture": "binary", "hangs": "timeout", "crashes": "killed"}
    assert same_of([records[0], records[-1]]) == {id: wanted()[id] for id in ("0", "1")}


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "pdf"},
        {"record": "some"},
        {"timeout": -1},
        {"processes": -1},
        {"processes": True},
        {"settings": {}},
    ],
)
def test_options_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(cleaner.UsageError):
        RowCleaner(**options)


def test_it_can_be_sent_to_other_processes() -> None:
    made = RowCleaner(settings=cleaner.Settings(language=("en",)), timeout=3)
    assert pickle.loads(pickle.dumps(made)) == made
