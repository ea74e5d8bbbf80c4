"""Marks of the review page, judged anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cleaner.cli import main
from cleaner.diff.marks import MarkedDocuments, ReviewMark, judge, read_marks
from cleaner.diff.view import diff_document
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.pipeline import clean

RAW = (
    "Share Tweet Email\n"
    "The hut at the top of the pass is closed this winter, because its roof did not survive the storm.\n"
    "A volunteer found the roof. [Read more: Ten huts that are open] It was almost whole.\n"
)


def mark_of(doc: Document, kind: str, text: str, start: int | None = None, **more: Any) -> dict[str, Any]:
    at = doc.raw.index(text) if start is None else start
    fields = {"mark": kind, "id": doc.id, "source": doc.id, "sha256": doc.sha256, "text": text}
    return fields | {"start": at, "end": at + len(text), "code": None, "remark": ""} | more


def read(folder: Path, *rows: dict[str, Any]) -> list[ReviewMark]:
    (folder / "marks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_marks(str(folder / "marks.jsonl"))


@pytest.mark.parametrize(
    ("kind", "text", "stands", "told"),
    [
        ("wrong-cut", "Share Tweet Email", True, "still cut by share-bar"),
        ("wrong-cut", "The hut at the top of the pass", False, "now kept"),
        ("leftover", "It was almost whole.", True, "still kept"),
        ("leftover", "[Read more: Ten huts that are open]", False, "now cut by read-also"),
    ],
)
def test_each_mark_is_judged_by_what_is_cut_now(
    tmp_path: Path, kind: str, text: str, stands: bool, told: str
) -> None:
    doc = Document("a.txt", RAW)
    [mark] = read(tmp_path, mark_of(doc, kind, text))
    judged = judge(diff_document(clean(doc)), mark)
    assert judged.stands is stands
    assert judged.finding.code == kind and judged.finding.message.startswith(told)


def test_of_words_that_stand_twice_in_a_line_those_at_the_mark_are_meant(tmp_path: Path) -> None:
    raw = RAW.replace("It was", "Ten huts that are open. It was")
    doc = Document("a.txt", raw)
    first, second = raw.index("Ten huts"), raw.rindex("Ten huts")
    marks = read(
        tmp_path,
        mark_of(doc, "wrong-cut", "Ten huts that are open", first),
        mark_of(doc, "wrong-cut", "Ten huts that are open", second),
    )
    diff = diff_document(clean(doc))
    assert [judge(diff, mark).stands for mark in marks] == [True, False]


def test_in_a_page_the_words_are_those_that_are_shown(tmp_path: Path) -> None:
    article = "".join(f"<p>{line}</p>" for line in RAW.splitlines()[1:] * 3)
    doc = Document("p.html", f"<div><a href='/s'>Share</a> <b>Tweet</b> Email</div>{article}", "html")
    start, end = doc.raw.index("<a"), doc.raw.index("</div>")
    row = mark_of(doc, "wrong-cut", "Share Tweet Email", start, end=end)
    assert judge(diff_document(clean(doc)), read(tmp_path, row)[0]).stands


def test_a_document_is_known_by_its_content_and_each_mark_is_asked_once(tmp_path: Path) -> None:
    doc, other = Document("a.txt", RAW), Document("sub/b.txt", RAW)
    marks = read(tmp_path, *(mark_of(one, "wrong-cut", "Share Tweet Email") for one in (doc, other)))
    waiting = MarkedDocuments(marks)
    assert waiting.take(Document("c.txt", "Other words.")) == []
    assert [mark.id for mark in waiting.take(Document("sub/b.txt", RAW))] == ["sub/b.txt"]
    assert [mark.id for mark in waiting.left()] == ["a.txt"]
    assert [mark.id for mark in waiting.take(Document("moved.txt", RAW))] == ["a.txt"]
    assert waiting.take(doc) == [] == waiting.left()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"mark": "nice"}, "`mark` is neither wrong-cut nor leftover"),
        ({"start": True}, "`start` is wrong"),
        ({"start": 9, "end": 3}, "are no part of a document"),
        ({"sha256": None}, "`sha256` is missing"),
    ],
)
def test_what_is_no_mark_is_named(tmp_path: Path, row: dict[str, Any], why: str) -> None:
    good = mark_of(Document("a.txt", RAW), "leftover", "whole")
    with pytest.raises(UsageError, match=f"line 2: .*{why}"):
        read(tmp_path, good, good | row)


def check(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, args)])


def test_the_command_says_which_hold_and_fails_on_a_wrong_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(RAW)
    doc = Document("a.txt", RAW)
    wrong, right = mark_of(doc, "wrong-cut", "Share Tweet Email"), mark_of(doc, "wrong-cut", "The hut")
    left = mark_of(doc, "leftover", "It was almost whole.")
    read(tmp_path, wrong, right, left)
    ran = check("--marks", "marks.jsonl")
    assert ran.exit_code == 1
    assert ran.stdout.splitlines() == [
        "a.txt:1:1: wrong-cut still cut by share-bar: “Share Tweet Email”",
        "a.txt:2:1: wrong-cut now kept: “The hut”",
        "a.txt:3:65: leftover still kept: “It was almost whole.”",
    ]
    assert ran.stderr == "cleaner: still made: 1 of 2 wrong cuts; still there: 1 of 1 leftover\n"
    assert check("--marks", "marks.jsonl", "--format", "github").stdout.count("::warning ") == 2
    read(tmp_path, right, left)
    assert check("--marks", "marks.jsonl", "-q").exit_code == 0
    Path("a.txt").write_text("Other words.")
    ran = check("--marks", "marks.jsonl")
    assert ran.exit_code == 3 and "a.txt: is not as it was when it was marked" in ran.stderr
