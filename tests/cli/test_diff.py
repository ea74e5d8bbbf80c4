from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cleaner.cli import main
from tests.cli.run import PROSE, cleaner, environment, raw_folder

pytestmark = pytest.mark.slow

JUNK = "Share Tweet Email\n" + PROSE
DIFF = [
    "@@ line 1 @@",
    "-Share Tweet Email  [share-bar, chrome]",
    *(" " + line for line in PROSE.splitlines()),
]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return raw_folder(tmp_path / "raw", JUNK)


def test_one_document_plain_when_piped(raw: Path) -> None:
    ran = cleaner("diff", raw / "a.txt")
    assert (ran.code, ran.err) == (0, "")
    head, *rest = ran.out.splitlines()
    assert head == f"{raw}/a.txt: clean; kept 94.4% of 301 characters, 1 cut; confidence 0.99"
    assert rest == DIFF


def test_a_folder_a_line_a_document_and_a_total(raw: Path) -> None:
    lines = cleaner("diff", raw).out.splitlines()
    assert lines[1:5] == DIFF
    assert lines[5] == lines[7] == ""
    assert lines[6].endswith("b.txt: clean; kept 100.0% of 284 characters, nothing cut; confidence 1.00")
    assert lines[8] == "2 documents: 2 clean; kept 97.1% of 585 characters, 1 cut"


def test_every_kind_of_input(raw: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({"key": n, "body": JUNK}) + "\n" for n in "xy"))
    ran = cleaner("diff", rows, "--field", "body", "--id-field", "key")
    assert [line for line in ran.out.splitlines() if ": clean" in line][:2] == [
        f"{rows}: x: clean; kept 94.4% of 301 characters, 1 cut; confidence 0.99",
        f"{rows}: y: clean; kept 94.4% of 301 characters, 1 cut; confidence 0.99",
    ]
    assert cleaner("diff", stdin=JUNK).out.splitlines()[1:] == DIFF
    assert cleaner("diff", "-", stdin=JUNK).out.startswith("stdin: clean")
    assert len(cleaner("diff", f"{raw}/*.txt").out.splitlines()) == 9


def test_settings_are_heard(raw: Path) -> None:
    page = f"<p>{PROSE}</p>"
    assert "kept 100.0%" in cleaner("diff", "-", "--kind", "text", "--effort", "fast", stdin=PROSE).out
    assert (
        "stdin: language; not in a language asked for"
        in cleaner("diff", "-", "--language", "fr", stdin=page).out
    )
    ran = cleaner("diff", raw / "a.txt", CLEANER_LANGUAGE="fr")
    assert ": language; " in ran.out
    assert ": clean; " in cleaner("diff", raw / "a.txt", "--isolated", CLEANER_LANGUAGE="fr").out


def test_exit_codes(raw: Path, tmp_path: Path) -> None:
    assert cleaner("diff", "--exit-code", raw / "a.txt").code == 1
    assert cleaner("diff", "--exit-code", raw / "b.txt").code == 0
    (raw / "c.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    ran = cleaner("diff", "--exit-code", raw)
    assert ran.code == 3 and "c.txt: a binary file" in ran.err and "c.txt: failed: " in ran.out
    assert cleaner("diff", tmp_path / "x.txt").code == 2
    assert cleaner("diff", raw, "-U", "-1").code == 2


def test_stat_word_and_context(raw: Path) -> None:
    lines = cleaner("diff", "--stat", raw).out.splitlines()
    assert [" ".join(line.split()) for line in lines[1:]] == [
        "share-bar (chrome) 1 time 17 characters",
        f"{raw}/b.txt: clean; kept 100.0% of 284 characters, nothing cut; confidence 1.00",
        "2 documents: 2 clean; kept 97.1% of 585 characters, 1 cut",
        "share-bar (chrome) 1 time 17 characters",
    ]
    assert cleaner("diff", "-U0", raw / "a.txt").out.splitlines()[1:] == [*DIFF[:2], "@@ 2 lines kept @@"]
    assert (
        "~The [-cafÃ©-]{+café+} is open.  [mojibake]"
        in cleaner("diff", "--word", stdin="The cafÃ© is open.").out
    )
    assert "[share-bar, chrome: share or follow" in cleaner("diff", "-v", raw / "a.txt").out


def test_colours(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)

    def out(*args: str, color: bool) -> str:
        return CliRunner().invoke(main, ["diff", *args, str(raw / "a.txt")], color=color).output

    assert "\x1b[9mShare Tweet Email" in out(color=True)
    assert "\x1b[" not in out(color=False)
    assert "\x1b[9mShare" in out("--color", "always", color=False)
    assert "\x1b[" not in out("--color", "never", color=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in out(color=True)


# -- the clean side given


def test_two_raw_documents_are_two_inputs(raw: Path) -> None:
    ran = cleaner("diff", raw / "a.txt", raw / "b.txt")
    assert "2 documents" in ran.out and "no reason known" not in ran.out


def test_against_a_clean_file(raw: Path) -> None:
    lines = cleaner("diff", raw / "a.txt", "--against", raw / "b.txt").out.splitlines()
    assert lines[2] == "-Share Tweet Email  [no reason known]"
    ran = cleaner("diff", raw, "--against", raw / "b.txt")
    assert ran.code == 2 and "several raw documents" in ran.err


def test_against_an_earlier_run(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    cleaner("clean", raw, "-o", out)
    ours = cleaner("diff", raw).out
    for given in ([out], [out / "corpus"], ["--against", out]):
        assert cleaner("diff", raw, *given).out == ours
    one = cleaner("diff", raw / "a.txt", out / "corpus" / "a.txt").out
    assert "-Share Tweet Email  [share-bar, chrome]" in one
    (out / "corpus" / "b.txt").write_text(PROSE.replace("repaired", "replaced"))
    assert "{+replaced+}" in cleaner("diff", raw, out, "--word").out
    (raw / "new.txt").write_text(PROSE)
    ran = cleaner("diff", raw, out)
    assert ran.code == 3 and "new.txt: no record of it" in ran.err
    assert "2 documents" in cleaner("diff", out / "corpus" / "a.txt", out / "corpus" / "b.txt").out


# -- the page


def test_html_page(raw: Path, tmp_path: Path) -> None:
    page = tmp_path / "review.html"
    ran = cleaner("diff", raw, "--html", page)
    assert (ran.code, ran.out, ran.err) == (0, "", f"cleaner: {page}: 2 documents\n")
    assert page.read_text().count('<script type="application/json"') == 4
    assert cleaner("diff", raw, "--html", "-").out == page.read_text()
    assert cleaner("diff", raw / "a.txt", "--html", raw / "a.txt").code == 2
    assert (raw / "a.txt").read_text() == JUNK
    inside = raw / "review.html"
    for _ in range(2):  # the second time it is in the folder, and no input
        assert cleaner("diff", raw, "--html", inside).err.endswith("2 documents\n")


# -- streaming


def test_a_document_is_shown_before_the_next_one_is_there(tmp_path: Path) -> None:
    """Standard input stays open after its first row: what was cleaned has to be on the screen by then."""
    with subprocess.Popen(
        [sys.executable, "-m", "cleaner", "diff", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps({"id": "one", "text": JUNK}).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"stdin: one: clean")
        assert process.stdout.readline() == b"@@ line 1 @@\n"
        process.stdin.close()
        process.wait(60)


def folder_of(path: Path, number: int) -> Path:
    path.mkdir()
    for n in range(number):
        (path / f"{n:04}.txt").write_text(JUNK.replace("Tuesday", f"day {n}") + PROSE * 5)
    return path


SPY = """
import sys, time
import cleaner.cli.diff as diff
clean, first = diff.clean, []
def timed(*args):
    done = clean(*args)
    first or first.append(time.monotonic())
    return done
diff.clean = timed
class Out:
    def __init__(self, inner): self.inner, self.told = inner, False
    def write(self, text):
        if not self.told and text:
            self.told = True
            print("waited", time.monotonic() - first[0], file=sys.stderr)
        return self.inner.write(text)
    def __getattr__(self, name): return getattr(self.inner, name)
sys.stdout = Out(sys.stdout)
from cleaner.cli import main
main(["diff", *sys.argv[1:]], standalone_mode=False)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="memory of children is not told there")
def test_a_thousand_documents_stream_at_once_in_flat_memory(tmp_path: Path) -> None:
    def run(number: int) -> tuple[float, int]:
        process = subprocess.Popen(
            [sys.executable, "-c", SPY, str(folder_of(tmp_path / str(number), number))],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(),
        )  # fmt: skip
        assert process.stderr
        told: Any = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0, told
        return float(told.split("waited ")[1].split()[0]), usage.ru_maxrss

    _, small = run(100)
    before = time.monotonic()
    waited, large = run(1_000)
    assert waited < 1 < time.monotonic() - before
    assert large < small + 10_000  # kilobytes; the raw folder alone is 2 MB, its views would be 20
