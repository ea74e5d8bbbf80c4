from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cleaner.cli import main
from cleaner.corpus import outcomes as running
from tests.corpus.fake import clean

RAW = {
    "a.txt": b"one\r\nAD\r\nt\xe9wo",
    "sub/b.html": "<p>é</p>\nAD".encode(),
    "c.txt": b"SPUN",
    "d.txt": b"",
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_this_process: None) -> None:
    monkeypatch.setattr(running, "clean", clean)
    monkeypatch.chdir(tmp_path)
    for name, data in RAW.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def call(*args: str, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(main, args, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def records(*args: str) -> bytes:
    return call("clean", "in", "-f", "jsonl", "-q", *args).stdout_bytes


@pytest.mark.parametrize("form", ["txt", "md", "jsonl"])
@pytest.mark.parametrize("garbled", ["quarantine", "keep", "restore", "drop"])
def test_a_folder_gives_every_raw_file_back(tmp_path: Path, form: str, garbled: str) -> None:
    call("clean", "in", "-o", "out", "-f", form, "--garbled", garbled, "--record", "full")
    result = call("restore", "out", "-o", "back")
    assert (result.exit_code, result.output) == (0, "")
    back = {p.relative_to("back").as_posix(): p.read_bytes() for p in Path("back").rglob("*") if p.is_file()}
    assert back == RAW


def test_one_document_to_stdout(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_bytes(records("--record", "full"))
    assert call("restore", "r.jsonl", "--id", "a.txt").stdout_bytes == RAW["a.txt"]
    assert (
        call("restore", "-", "--id", "c.txt", stdin=records("--record", "full")).stdout_bytes == RAW["c.txt"]
    )
    several = call("restore", "r.jsonl")
    assert several.exit_code == 2
    assert "-o DIR" in several.stderr and "--id" in several.stderr
    assert call("restore", "r.jsonl", "--id", "no").exit_code == 2


def test_rows_come_back_as_files_of_their_kind(tmp_path: Path) -> None:
    rows = [{"id": "x/1", "html": "<p>\ud800</p>"}, {"id": "x/2", "text": "t"}, {"id": "x/2", "text": "t2"}]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "full.jsonl").write_bytes(
        call("clean", "r.jsonl", "-f", "jsonl", "--record", "full").stdout_bytes
    )
    assert call("restore", "full.jsonl", "-o", "back").exit_code == 0
    assert Path("back/x/1.html").read_bytes() == "<p>\ud800</p>".encode("utf-8", "surrogatepass")
    assert Path("back/x/2.txt").read_text() == "t"
    assert Path("back/x/2~2.txt").read_text() == "t2"


def test_light_records_prove(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_bytes(records())
    result = call("restore", "r.jsonl", "--raw", "in")
    assert (result.exit_code, result.stdout) == (0, "ok a.txt\nok c.txt\nok d.txt\nok sub/b.html\n")
    only = call("restore", "r.jsonl", "--id", "a.txt", "--raw", "in/a.txt")
    assert (only.exit_code, only.stdout) == (0, "ok a.txt\n")
    (tmp_path / "in/c.txt").write_bytes(b"changed")
    (tmp_path / "in/d.txt").unlink()
    result = call("restore", "r.jsonl", "--raw", "in")
    assert result.exit_code == 3
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["ok", "mismatch", "mismatch", "ok"]
    assert "d.txt: no raw document with this id in in" in result.stdout


def test_a_folder_proves_and_sees_an_altered_text(tmp_path: Path) -> None:
    call("clean", "in", "-o", "out")
    assert call("restore", "out", "--raw", "in").exit_code == 0
    (tmp_path / "out/corpus/a.txt").write_text("altered\n")
    result = call("restore", "out", "--raw", "in")
    assert result.exit_code == 3
    assert "mismatch a.txt: the raw gives another text" in result.stdout


def test_light_records_do_not_restore(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_bytes(records())
    result = call("restore", "r.jsonl", "-o", "back")
    assert result.exit_code == 3
    assert "a.txt: a light record holds only the lengths" in result.stderr
    single = call("restore", "r.jsonl", "--id", "a.txt")
    assert single.exit_code == 2
    assert "--record full" in single.stderr


def test_none_records_and_failed_ones(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_bytes(records("--record", "none"))
    assert "holds no edits" in call("restore", "r.jsonl", "--id", "a.txt").stderr
    (tmp_path / "in/e.txt").write_text("CRASH")
    call("clean", "in", "-o", "out", "--record", "full")
    result = call("restore", "out", "-o", "back")
    assert result.exit_code == 3
    assert "e.txt: was never cleaned (crashed)" in result.stderr
    assert Path("back/sub/b.html").read_bytes() == RAW["sub/b.html"]


def test_packed_input_comes_back_expanded(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "p.html.gz").write_bytes(gzip.compress(b"<p>x</p>"))
    call("clean", "p.html.gz", "-o", "out", "--record", "full")
    call("restore", "out", "-o", "back")
    assert Path("back/p.html").read_bytes() == b"<p>x</p>"


def test_a_file_that_is_there_is_not_overwritten() -> None:
    call("clean", "in", "-o", "out", "--record", "full")
    assert call("restore", "out", "-o", "back").exit_code == 0
    assert call("restore", "out", "-o", "back").exit_code == 0  # just these bytes
    Path("back/a.txt").write_text("mine")
    Path("back/c.txt").unlink()
    result = call("restore", "out", "-o", "back")
    assert result.exit_code == 3
    assert "back/a.txt: is there already with other content; give -o another folder" in result.stderr
    assert Path("back/a.txt").read_text() == "mine"
    assert Path("back/c.txt").read_bytes() == RAW["c.txt"]


def test_odd_ids_can_be_told(tmp_path: Path) -> None:
    (tmp_path / "in/odd \udcff.txt").write_text("x")
    (tmp_path / "r.jsonl").write_bytes(records())
    result = call("restore", "r.jsonl", "--raw", "in")
    assert result.exit_code == 0
    assert "ok odd \\udcff.txt\n" in result.stdout


def test_what_is_wrong_with_all_records_is_said_of_few(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"r{n}", "text": "x", "record": {"level": "light"}}) for n in range(9)]
    (tmp_path / "r.jsonl").write_text("\n".join(lines) + "\n")
    ran = CliRunner().invoke(main, ["restore", str(tmp_path / "r.jsonl"), "-o", str(tmp_path / "raw")])
    assert ran.exit_code == 3
    said = ran.stderr.splitlines()
    assert len(said) == 4 and "r2: " in said[2] and said[3].startswith("cleaner: 6 more: ")


def test_two_rows_of_one_id_are_both_proved(tmp_path: Path) -> None:
    rows = tmp_path / "in.jsonl"
    texts = [f"{word} and two" for word in ("one", "four", "six")]
    rows.write_text("".join(json.dumps({"id": "r", "text": text}) + "\n" for text in texts))
    call("clean", "in.jsonl", "-o", "out", "--record", "full")
    proved = call("restore", "out", "--raw", "in.jsonl")
    assert (proved.exit_code, proved.output) == (0, "ok r\n" * 3)
    rows.write_text(rows.read_text().replace("six", "nine"))
    proved = call("restore", "out", "--raw", "in.jsonl")
    assert proved.exit_code == 3 and proved.output.count("ok r\n") == 2 and "mismatch r: " in proved.output
    several = call("restore", "out", "--id", "r")
    assert several.exit_code == 2 and "-o DIR" in several.stderr and "choose" not in several.stderr


def test_what_was_never_cleaned_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "in/photo.txt").write_bytes(b"\xff\xd8\xff\xe0" + bytes(99))
    call("clean", "in", "-o", "out", "--record", "full")
    proved = call("restore", "out", "--raw", "in")
    assert proved.exit_code == 3 and "mismatch photo.txt: was never cleaned (binary)" in proved.output
