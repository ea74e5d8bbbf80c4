from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cleaner.diff.clean_texts import CleanTexts, is_output_folder, output_folder_of
from cleaner.document import Document
from cleaner.errors import CleanerError, RecordError, UsageError
from tests.cli.run import PROSE, cleaner

pytestmark = pytest.mark.slow

JUNK = "Share Tweet Email\n" + PROSE


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "b").mkdir(parents=True)
    (folder / "a.txt").write_text(JUNK)
    (folder / "b" / "c.html").write_text(f"<p>{PROSE}</p>")
    (folder / "d.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    return folder


@pytest.mark.parametrize(
    "how", [[], ["--record", "none"], ["-f", "jsonl"], ["-f", "jsonl", "--record", "none"]]
)
def test_texts_of_an_earlier_run(raw: Path, tmp_path: Path, how: list[str]) -> None:
    out = tmp_path / "out"
    assert cleaner("clean", raw, "-o", out, *how).code == 3
    assert is_output_folder(out) and output_folder_of(out / "corpus") == out and output_folder_of(raw) is None
    texts = CleanTexts(str(out))
    found = texts.find(Document("a.txt", JUNK))
    assert found.text == PROSE.strip() and [cut["code"] for cut in found.removed] == ["share-bar"]
    assert texts.find(Document("b/c.html", "", "html")).text.startswith("The council")
    assert texts.find(Document("a.txt", JUNK)).text == PROSE.strip()  # out of order
    with pytest.raises(RecordError, match="no record of it"):
        texts.find(Document("x.txt", ""))
    with pytest.raises(RecordError, match="was never cleaned"):
        texts.find(Document("d.txt", ""))
    assert texts.find(Document("b/c.html", "", "html")).text
    assert CleanTexts(str(out / "corpus")).find(Document("a.txt", JUNK)).removed


def test_one_text_of_an_earlier_run(raw: Path, tmp_path: Path) -> None:
    assert cleaner("clean", raw, "-o", tmp_path / "out").code == 3
    text = tmp_path / "out" / "corpus" / "a.txt"
    text.write_text("edited")
    found = CleanTexts(str(text)).find(Document("whatever.txt", JUNK))
    assert (found.text, found.removed[0]["code"]) == ("edited", "share-bar")


def test_records_in_a_file(raw: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(cleaner("clean", raw / "a.txt", "-f", "jsonl").out)
    assert CleanTexts(str(rows)).find(Document("a.txt", JUNK)).text == PROSE.strip()
    rows.write_text(json.dumps({"id": "a.txt", "text": "theirs"}))
    assert CleanTexts(str(rows)).find(Document("a.txt", JUNK)).text == "theirs"


def test_one_file_for_one_document(tmp_path: Path) -> None:
    packed = tmp_path / "clean.txt.gz"
    packed.write_bytes(gzip.compress("Été.\n".encode()))
    texts = CleanTexts(str(packed))
    assert texts.find(Document("a.txt", JUNK)).text == "Été."
    with pytest.raises(UsageError, match="several raw documents"):
        texts.find(Document("b.txt", JUNK))


def test_a_folder_by_the_documents_paths(tmp_path: Path) -> None:
    for name in ("b/c.html.txt", "d.md", "e.txt", "f.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    texts = CleanTexts(str(tmp_path))
    ids = {"b/c.html": "b/c.html.txt", "d.html.gz": "d.md", "e.txt": "e.txt", "f.htm": "f.txt"}
    assert {id: texts.find(Document(id, "")).text for id in ids} == ids
    for id in ("x.html", "../e.txt", "/etc/hostname", ""):
        with pytest.raises(CleanerError):
            texts.find(Document(id, ""))


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        CleanTexts(str(tmp_path / "x"))
