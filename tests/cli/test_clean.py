from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cleaner.cli import main
from cleaner.corpus import outcomes as running
from tests.cli.run import PROSE, cleaner, environment
from tests.corpus.fake import clean

pytestmark = pytest.mark.slow


def visible(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir() if not path.name.startswith("."))


# -- as a process, with the real core


def test_stdin_to_stdout() -> None:
    for args in (("clean",), ("clean", "-")):
        ran = cleaner(*args, stdin=PROSE)
        assert (ran.code, ran.out, ran.err) == (0, PROSE, "")


def test_a_file_and_a_folder_with_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PROSE)
    (tmp_path / "b.pdf").write_text("no text")
    assert cleaner("clean", tmp_path / "a.txt").out == PROSE
    ran = cleaner("clean", tmp_path)
    assert (ran.code, ran.out) == (0, PROSE)
    assert ran.err == "cleaner: skipped 1 file of other types (.pdf 1)\n"


def test_several_documents_as_text_need_a_folder(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(PROSE)
    ran = cleaner("clean", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "-o DIR" in ran.err and "-f jsonl" in ran.err


def test_records_on_stdout(tmp_path: Path) -> None:
    rows = [{"id": n, "text": PROSE, "n": n} for n in range(3)]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*rows, "x"]))
    ran = cleaner("clean", tmp_path / "r.jsonl", "-f", "jsonl", "--json")
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert [(row["id"], row["verdict"]) for row in told] == [
        ("0", "clean"), ("1", "clean"), ("2", "clean"), ("r.jsonl:4", "failed"),
    ]  # fmt: skip
    assert [row.get("n") for row in told] == [0, 1, 2, None]
    assert ran.code == 3
    assert f"{tmp_path}/r.jsonl:4: not a JSON object" in ran.err
    assert json.loads(ran.err.splitlines()[-1])["documents"]["failed"] == 1


def test_a_folder_with_hostile_files_beside_good_ones(tmp_path: Path) -> None:
    inputs = tmp_path / "in"
    (inputs / "dir.txt").mkdir(parents=True)
    (inputs / "dir.txt" / "deep.txt").write_text(PROSE)
    (inputs / "binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    (inputs / "dangling.html").symlink_to(tmp_path / "nowhere")
    (inputs / "empty.txt").write_text("")
    (inputs / "good.txt").write_text(PROSE)
    (inputs / "odd \udcff.txt").write_text(PROSE)
    (inputs / "rows.jsonl").write_text('{"id":"../../up","text":"' + "A word and another. " * 20 + '"}\n{\n')
    (inputs / "utf16.txt").write_bytes(PROSE.encode("utf-16"))
    ran = cleaner("clean", inputs, "-o", tmp_path / "out", "--record", "full", "--json")
    assert ran.code == 3
    summary = json.loads(ran.err.splitlines()[-1])
    assert summary["adds_up"]
    assert summary["documents"] == {"in": 9, "clean": 5, "garbled": 0, "empty": 1, "language": 0, "failed": 3}
    for name in ("binary.txt", "dangling.html", "rows.jsonl:2"):
        assert f"{inputs}/{name}: " in ran.err
    assert (tmp_path / "out/corpus/good.txt").read_text() == PROSE
    assert (tmp_path / "out/corpus/odd %FF.txt").read_text() == PROSE
    assert (tmp_path / "out/corpus/%2E%2E/%2E%2E/up.txt").exists()
    back = cleaner("restore", tmp_path / "out", "-o", tmp_path / "back")
    assert back.code == 3  # the failed ones
    assert (tmp_path / "back/utf16.txt").read_bytes() == PROSE.encode("utf-16")
    assert (tmp_path / "back/good.txt").read_text() == PROSE


def test_two_runs_give_the_same_bytes_and_leave_the_input_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(PROSE)
    (tmp_path / "in/b.html").write_text(f"<html><body><p>{PROSE}</p></body></html>")
    before = sorted(tmp_path.rglob("*"))
    for out, how in (("one", ()), ("two", ()), ("two", ()), ("two", ("--restart",))):
        ran = cleaner("clean", tmp_path / "in", "-o", tmp_path / out, *how)
        assert ran.code == 0
    one, two = ({p.relative_to(r): p.read_bytes() for p in sorted(r.rglob("*"))
                 if p.is_file() and p.parent.name != ".cleaner"}
                for r in (tmp_path / "one", tmp_path / "two"))  # fmt: skip
    assert one == two
    assert [p for p in sorted(tmp_path.rglob("*")) if not p.is_relative_to(tmp_path / "one")
            and not p.is_relative_to(tmp_path / "two")] == before  # fmt: skip


def _cases() -> Iterator[tuple[list[str], str]]:
    """What is asked, and what must be said."""
    yield ["clean", "no.txt"], "no.txt: no such file or folder"
    yield ["clean", "no.txt", "no.md"], "no.md: no such file or folder"
    yield ["clean", "*.md"], "*.md: no file matches"
    yield ["clean", "dangling.txt"], "a link to a file that does not exist"
    yield ["clean", "pictures"], "no documents there; skipped 1 file of other types (.png 1)"
    yield ["clean", "--kind", "pdf", "a.txt"], "'pdf' is not one of"
    yield ["clean", "--language", "english", "a.txt"], "'english' is no language code"
    yield ["clean", "--language", "xx", "a.txt"], "There are af"
    yield ["clean", "--language", "eng", "a.txt"], "Did you mean en"
    yield ["clean", "a.txt", "-o", "pictures"], "pictures: holds files that cleaner did not write (a.png)"
    yield ["clean", "--timeout", "0", "a.txt"], "not a number of seconds"
    yield ["clean", "--workers", "two", "a.txt"], "'two' is not a whole number"
    yield ["clean", "--memory", "0", "a.txt"], "not a whole number from 1 up"
    yield ["clean", "--restart", "a.txt"], "name it with -o DIR"
    yield ["clean", "-f", "parquet", "a.txt"], "name it with -o DIR"
    yield ["clean", ".", "-o", "out"], "out: lies in the input folder ."
    yield ["clean", ".", "-o", "."], "lies in the input folder"
    yield ["clean", "pictures/../a.txt", "-o", "."], "lies in the output folder"
    yield ["clean", "a.txt", "-o", "a.txt"], "a.txt: is a file"
    yield ["clean", "a.txt", "--config", "no.toml"], "no.toml: cannot be read"
    yield ["clean", "a.txt", "-o", "out.jsonl"], "-o names a folder, in which records are"
    yield ["clean", "a.txt", "-o", "out.jsonl.gz"], "all records in one file: -f jsonl > out.jsonl"
    yield ["clean", "a.txt", "-f", "parquet", "-o", "out.parquet"], "-o names a folder"
    yield ["clean", "--formt", "txt", "a.txt"], "'--format'?) `cleaner clean --help` lists"
    yield ["restore"], "Missing argument 'RECORD...'. `cleaner restore --help` lists"
    yield ["claen"], "Did you mean clean"
    yield ["explain", "nonsense"], "'nonsense'. `cleaner explain` lists all"
    yield ["explain", "consnt"], "Did you mean consent?"
    yield ["explain", "interstitial"], "no reason code, label or note 'interstitial'"
    yield ["restore", "no.jsonl"], "no.jsonl: no such file"
    yield ["restore", "a.txt"], "not a record"


@pytest.mark.parametrize(("args", "message"), [*_cases()])
def test_usage_errors(tmp_path: Path, args: list[str], message: str) -> None:
    (tmp_path / "a.txt").write_text(PROSE)
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/a.png").write_text("x")
    ran = cleaner(*args, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert [line for line in ran.err.splitlines() if not line.startswith("cleaner: ")] == []
    assert not [*tmp_path.glob("out*")]


def test_a_single_file_that_cannot_be_cleaned_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    ran = cleaner("clean", tmp_path / "a.txt")
    assert (ran.code, ran.out) == (3, "")
    assert f"{tmp_path}/a.txt: a binary file" in ran.err


def test_an_empty_input_is_said() -> None:
    ran = cleaner("clean")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "cleaner: stdin: empty: nothing worth keeping was found\n"


def test_rows_on_stdin() -> None:
    rows = "".join(json.dumps({"id": n, "text": PROSE}) + "\n" for n in range(2))
    ran = cleaner("clean", "-f", "jsonl", "-v", stdin=rows)
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == ["0", "1"]
    assert ran.err.startswith("cleaner: stdin: rows of JSON, one document a line\ncleaner: stdin: 0: clean")
    several = cleaner("clean", stdin=rows)
    assert (several.code, several.out) == (2, "")
    assert "-f jsonl" in several.err


def test_rows_on_stdin_come_as_each_is_done() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cleaner", "clean", "-f", "jsonl"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert process.stdin and process.stdout
    for number in range(2):
        process.stdin.write(json.dumps({"id": number, "text": PROSE}).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == str(number)
    process.stdin.close()
    assert process.wait(60) == 0


def test_odd_names_and_settings_end_in_the_summary(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(PROSE)
    (tmp_path / "in/b.\udcff").write_text("x")
    ran = cleaner("clean", "in", "-o", "out", "--id-field", "\udcfe", "--json", cwd=tmp_path)
    assert ran.code == 0
    told = json.loads((tmp_path / "out/summary.json").read_text())
    assert (told["skipped"], told["settings"]["id_field"]) == ({".\udcff": 1}, "\udcfe")
    assert json.loads(ran.err.splitlines()[-1]) == told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PROSE)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cleaner", "clean", tmp_path / "a.txt"],
            stdout=full, stderr=subprocess.PIPE, env=environment(), check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.decode() == "cleaner: stdout: No space left on device\n"


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text((json.dumps({"text": PROSE}) + "\n") * 2000)
    process = subprocess.Popen(
        [sys.executable, "-m", "cleaner", "clean", tmp_path / "r.jsonl", "-f", "jsonl"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert process.stdout and process.stderr
    assert json.loads(process.stdout.readline())["verdict"] == "clean"
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


def test_records_come_as_each_is_done_and_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r.jsonl")
    process = subprocess.Popen(
        [sys.executable, "-m", "cleaner", "clean", tmp_path / "r.jsonl", "-f", "jsonl"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert process.stdout and process.stderr
    with (tmp_path / "r.jsonl").open("wb", buffering=0) as feed:
        feed.write(json.dumps({"id": 1, "text": PROSE}).encode() + b"\n" + b'{"id": 2, ')
        assert json.loads(process.stdout.readline())["id"] == "1"  # while the second is still being written
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert b"interrupted after 1 document" in process.stderr.read()


def test_ctrl_c_leaves_no_half_written_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r.jsonl")
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "cleaner", "clean", tmp_path / "r.jsonl", "-o", out],
        stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert process.stderr
    with (tmp_path / "r.jsonl").open("wb", buffering=0) as feed:
        feed.write(json.dumps({"id": 1, "text": PROSE}).encode() + b"\n")
        deadline = time.monotonic() + 60
        while not (out / "corpus/1.txt").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert [p.name for p in out.rglob("*") if p.is_file() and ".cleaner" not in p.parts] == ["1.txt"]
    assert b"interrupted after 1 document; the same command goes on" in process.stderr.read()
    (tmp_path / "s.jsonl").write_text(json.dumps({"id": 2, "text": PROSE}))
    other = cleaner("clean", tmp_path / "s.jsonl", "-o", out)
    assert (other.code, "--restart" in other.err) == (2, True)
    assert cleaner("clean", tmp_path / "s.jsonl", "-o", out, "--restart").code == 0
    assert visible(out) == ["corpus", "manifest.jsonl", "records", "summary.html", "summary.json"]
    assert [p.name for p in (out / "corpus").iterdir()] == ["2.txt"]


# -- in this process, with a stand-in for the core


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_this_process: None) -> Path:
    monkeypatch.setattr(running, "clean", clean)
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("CLEANER_"):
            monkeypatch.delenv(name)
    return tmp_path


def call(*args: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(main, args, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_garbled_document_is_held_back_and_that_is_said(fake: Path) -> None:
    result = call("clean", stdin="SPUN words")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "cleaner: stdin: garbled (score 6.8): held back; --garbled keep lets it through\n"
    )
    assert call("clean", "--garbled", "keep", stdin="SPUN words").stdout == "SPUN words\n"
    record = json.loads(call("clean", "-f", "jsonl", stdin="SPUN words").stdout)
    assert (record["text"], record["held"]) == ("", "SPUN words")


def test_quiet_and_verbose(fake: Path) -> None:
    assert (
        "held back" in call("clean", "-q", stdin="SPUN").stderr
    )  # else nobody would say why there is no text
    assert call("clean", "-q", "-f", "jsonl", stdin="SPUN").stderr == ""
    assert call("clean", "-v", stdin="good\nAD").stderr == (
        "cleaner: stdin: clean, 4 characters kept, 1 cut, confidence 0.95\n"
    )
    failed = call("clean", "-q", stdin="CRASH")
    assert failed.exit_code == 3
    assert "boom" in failed.stderr


def test_only_the_second_document_is_waited_for(fake: Path) -> None:
    os.mkfifo(fake / "z.txt")  # reading it would wait for ever
    (fake / "a.txt").write_text("a")
    (fake / "b.txt").write_text("b")
    result = call("clean", "a.txt", "b.txt", "z.txt")
    assert result.exit_code == 2
    assert "more than one document" in result.stderr


def test_the_summary_of_a_folder(fake: Path) -> None:
    (fake / "in").mkdir()
    for name, text in {
        "a.txt": "good\nAD",
        "b.txt": "SPUN",
        "c.txt": "CRASH",
        "d.txt": "",
        "e.png": "",
    }.items():
        (fake / "in" / name).write_text(text)
    result = call("clean", "in", "-o", "out", "--json")
    assert result.exit_code == 3
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert "in/c.txt: c.txt: ValueError: boom" in lines[0]
    assert lines[1] == "cleaner: skipped 1 file of other types (.png 1)"
    table = "\n".join(lines[2:-1])
    assert "\x1b" not in table
    for part in (
        "documents in",
        "clean",
        "garbled",
        "failed",
        "named above",
        "interstitial-ad",
        "out/corpus",
    ):
        assert part in table
    assert json.loads(lines[-1]) == json.loads((fake / "out/summary.json").read_text())


def test_the_settings_used_are_in_the_summary(fake: Path) -> None:
    (fake / "a.txt").write_text("a")
    call(
        "clean", "a.txt", "-o", "out", "--language", "en,DE", "--language", "fr", "--title", "--timeout", "2"
    )
    used = json.loads((fake / "out/summary.json").read_text())["settings"]
    assert (used["language"], used["title"], used["timeout"]) == (["en", "de", "fr"], True, 2.0)


def test_the_same_file_twice_is_two_documents(fake: Path) -> None:
    (fake / "a.txt").write_text("a")
    assert call("clean", "a.txt", "a.txt", "-o", "out").exit_code == 0
    assert sorted(p.name for p in (fake / "out/corpus").iterdir()) == ["a.txt", "a~2.txt"]


def test_no_input_on_a_terminal(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.cli.options._is_interactive", lambda: True)
    result = call("clean")
    assert result.exit_code == 2
    assert "no input" in result.stderr


def test_duplicates_are_told_and_left_out_when_asked(fake: Path) -> None:
    rows = [{"id": n, "text": "The same words in each of them, and more than five."} for n in range(3)]
    (fake / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = call("clean", "r.jsonl", "-o", "out", "--duplicates", "drop")
    assert "duplicates of them" in result.stderr and "2 exact, 0 near" in result.stderr
    assert [p.name for p in (fake / "out/corpus").iterdir()] == ["0.txt"]
    told = [json.loads(line) for line in call("clean", "r.jsonl", "-f", "jsonl").stdout.splitlines()]
    assert [row["duplicate_of"] for row in told] == [None, *[{"id": "0", "similarity": 1.0}] * 2]
    assert all(row["text"] for row in told)
    records = call("clean", "r.jsonl", "-f", "jsonl", "--duplicates", "drop", "--record", "full").stdout
    dropped = [json.loads(line) for line in records.splitlines()]
    assert [(row["text"] == "", row["held"] is None) for row in dropped] == [
        (False, True),
        *[(True, False)] * 2,
    ]
    (fake / "records.jsonl").write_text(records)
    back = call("restore", "records.jsonl", "-o", "back")
    assert back.exit_code == 0 and (fake / "back/2.txt").read_text() == rows[2]["text"]


def test_the_bar_is_for_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text("".join(json.dumps({"id": n, "text": PROSE}) + "\n" for n in range(40)))
    ours, theirs = os.openpty()
    with (tmp_path / "r.jsonl").open(), os.fdopen(ours, "rb") as screen:
        process = subprocess.Popen(
            [sys.executable, "-m", "cleaner", "clean", tmp_path / "r.jsonl", "-o", tmp_path / "out"],
            stderr=theirs, env=environment(TERM="xterm"),
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how a terminal ends
            while chunk := screen.read1(1 << 16):
                shown += chunk
        assert process.wait(60) == 0
    assert b"documents, " in shown and b"/s" in shown and b"%" in shown
    assert b"documents in" in shown


@pytest.mark.parametrize("form", ["txt", "jsonl", "parquet"])
def test_every_writer_carries_where_metadata_comes_from(tmp_path: Path, form: str) -> None:
    metas = (("author", "Ada Quill"), ("date", "2012-11-07"))
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in metas)
    text = "The bell is back in its tower, and rings. " * 9
    page = f"<html><head>{head}</head><body><p>{text}</p></body></html>"
    (tmp_path / "a.html").write_text(page, "utf-8")
    ran = cleaner(
        "clean", "a.html", "-o", "out", "-f", form, "--effort", "fast", "--record", "full", cwd=tmp_path
    )
    assert ran.code == 0, ran.err
    said = json.loads((tmp_path / "out" / "manifest.jsonl").read_text("utf-8"))["sources"]
    assert said["author"] == said["date"] == {"from": "meta"}
    if form == "parquet":
        table = pytest.importorskip("pyarrow.parquet").read_table(
            next((tmp_path / "out").rglob("part-*.parquet"))
        )
        stored = table.to_pylist()[0]["sources"]
        assert all(stored[name]["from"] == source["from"] for name, source in said.items())
    assert cleaner("restore", "out", "-o", "raw", cwd=tmp_path).code == 0
    assert (tmp_path / "raw" / "a.html").read_text("utf-8") == page


@pytest.mark.usefixtures("in_this_process")
def test_a_page_named_as_text_is_read_as_text_and_that_is_said(tmp_path: Path) -> None:
    page = "<!doctype html><html><body><p>The ferry left at noon, and nobody was on it.</p></body></html>\n"
    given = tmp_path / "in"
    given.mkdir()
    for name in ("a.txt", "b.txt"):
        (given / name).write_text(page)
    (given / "c.txt").write_text("The ferry left at noon, and <nobody> was on it.\n")
    said = CliRunner().invoke(main, ["clean", str(given), "-o", str(tmp_path / "out")]).stderr
    assert "a.txt and 1 more look like HTML, read as text; --kind html" in said
    for more in (["--kind", "text"], ["--kind", "html"]):
        assert "look" not in CliRunner().invoke(main, ["clean", str(given / "a.txt"), *more]).stderr
