"""What is written; what a browser makes of it is in test_review.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cleaner
from cleaner.diff.html_report import embed_json, report_pieces, write_html_report
from cleaner.diff.view import DocumentDiff, diff_document, failed_diff
from cleaner.document import Document
from cleaner.errors import UsageError
from cleaner.pipeline import clean


def seen(id: str, raw: str = "Share Tweet Email\nThe hut is closed this winter.\n") -> DocumentDiff:
    return diff_document(clean(Document(id, raw)))


def test_a_document_is_written_before_the_next_one_is_cleaned() -> None:
    asked: list[int] = []

    def views() -> Iterator[DocumentDiff]:
        for number in range(5):
            asked.append(number)
            yield seen(f"{number}.txt")

    for part in report_pieces(["in"], views()):
        for number in re.findall(r'id="d(\d)"', part):
            assert asked[-1] == int(number)
    assert asked == [0, 1, 2, 3, 4]


def test_json_cannot_leave_its_element_and_says_the_same() -> None:
    evil = "</script><!--<script>]]>&lt;\u2028\u2029'\"\\"
    told = str(embed_json([evil]))
    assert not re.search("[<>&\u2028\u2029]", told)
    assert json.loads(told) == [evil]


def test_half_characters_are_written_too(tmp_path: Path) -> None:
    write_html_report(tmp_path / "r.html", ["in"], [seen("\udc80.txt", "half \udc80 of \ud83d it")])
    assert b"\\\\udc80.txt" in (tmp_path / "r.html").read_bytes()


def test_it_is_the_same_each_time_and_complete_without_the_net(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_html_report(
            tmp_path / name, ["in"], [seen("1.txt"), failed_diff("2", "2", "binary", "2: a binary file")]
        )
    page = (tmp_path / "a").read_text()
    assert page == (tmp_path / "b").read_text()
    assert not re.search(r"https?:|src=|url\(|@import|<link", page)
    assert "default-src &#39;none&#39;; script-src &#39;sha256-" in page


def test_it_takes_no_other_files_place(tmp_path: Path) -> None:
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine</p>")
    for path, inputs, why in (
        (mine, ["in"], "is no page of cleaner's"),
        (mine, [str(mine)], "is an input"),
        (tmp_path, ["in"], "is a folder"),
    ):
        with pytest.raises(UsageError, match=why):
            write_html_report(path, inputs, [])
    assert mine.read_text() == "<p>mine</p>"
    ours = tmp_path / "ours.html"
    for _ in range(2):
        write_html_report(ours, ["in"], [seen("1.txt")])
    ours.write_text("")
    write_html_report(ours, ["in"], [seen("1.txt")])
    assert cleaner.__version__ in ours.read_text()


def test_what_is_interrupted_leaves_the_page_before(tmp_path: Path) -> None:
    def views() -> Iterator[DocumentDiff]:
        yield seen("1.txt")
        raise KeyboardInterrupt

    page = tmp_path / "r.html"
    write_html_report(page, ["in"], [seen("0.txt")])
    before = page.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_html_report(page, ["in"], views())
    assert page.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
