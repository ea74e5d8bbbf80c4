from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run import PROSE, cleaner, raw_folder

pytestmark = pytest.mark.slow

JUNK = f"Share Tweet Email\n{PROSE}Below Ã©tÃ©.\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return raw_folder(tmp_path / "raw", JUNK)


def test_one_finding_a_line(raw: Path) -> None:
    ran = cleaner("check", "raw", cwd=raw.parent)
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "raw/a.txt:1:1: share-bar share or follow buttons: “Share Tweet Email”",
        "raw/a.txt:4:7: mojibake “Ã©tÃ©.” should be “été.”",
    ]
    assert ran.err == "cleaner: 2 findings in 1 of 2 documents\n"
    assert cleaner("check", raw / "b.txt", "-q")[:3] == (0, "", "")


def test_codes_and_labels_are_selected_and_ignored(raw: Path) -> None:
    def codes(*args: str) -> list[str]:
        return [line.split()[1] for line in cleaner("check", *args, raw).out.splitlines()]

    assert codes("--select", "mojibake") == ["mojibake"]
    assert codes("--select", "chrome") == ["share-bar"]
    assert codes("--ignore", "share-bar,repair") == []
    assert codes("--select", "chrome", "--select", "repair", "--ignore", "mojibake") == ["share-bar"]
    ran = cleaner("check", "--select", "sharebar", raw)
    assert ran.code == 2 and "Did you mean share-bar" in ran.err
    assert "no fault of a text" in cleaner("check", "--ignore", "spaces", raw).err


def test_a_clean_corpus_passes(raw: Path, tmp_path: Path) -> None:
    cleaner("clean", raw, "-o", tmp_path / "out")
    for folder in (tmp_path / "out" / "corpus", tmp_path / "out"):
        ran = cleaner("check", folder)
        assert (ran.code, ran.err) == (0, "cleaner: 0 findings in 0 of 2 documents\n")


def test_rows_are_named_by_their_line(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n".join(["", json.dumps({"id": "x", "text": JUNK}), "{}", ""]))
    ran = cleaner("check", rows)
    assert ran.code == 3  # the row that could not be read weighs more than what was found
    assert ran.out.splitlines()[1] == f"{rows}:2:1: mojibake “Ã©tÃ©.” should be “été.” (x, line 4, column 7)"
    assert f"{rows}:3: no string in" in ran.err


def test_stdin_and_withheld_documents() -> None:
    assert cleaner("check", stdin=JUNK).out.startswith("stdin:1:1: share-bar ")
    assert cleaner("check", stdin="---").out == "stdin:1:1: empty nothing worth keeping was found\n"
    assert cleaner("check", "--language", "fr", stdin=PROSE).code == 1


def test_machine_formats(raw: Path) -> None:
    (raw / "c.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    ran = cleaner("check", "raw", "--format", "json", cwd=raw.parent)
    assert ran.code == 3
    assert [(one["file"], one["line"], one["code"]) for one in json.loads(ran.out)] == [
        ("raw/a.txt", 1, "share-bar"),
        ("raw/a.txt", 4, "mojibake"),
    ]
    told = json.loads(cleaner("check", "raw", "--format", "sarif", cwd=raw.parent).out)
    assert len(told["runs"][0]["results"]) == 2
    assert not told["runs"][0]["invocations"][0]["executionSuccessful"]
    lines = cleaner("check", "raw", "--format", "github", cwd=raw.parent).out.splitlines()
    assert [line.split()[0] for line in lines] == ["::warning", "::warning", "::error"]
    assert json.loads(cleaner("check", raw / "b.txt", "--format", "json").out) == []


def test_nothing_from_a_document_reaches_the_terminal_raw(tmp_path: Path) -> None:
    evil = tmp_path / "a\x1b[2Jb.txt"
    evil.write_text(JUNK + "Share \x1b[2J Tweet\x1b]0;x\x07 \u202e Email\n")
    for form in ("text", "github"):
        out = cleaner("check", evil, "--format", form).out
        assert "\x1b" not in out and "\u202e" not in out and "\x07" not in out
