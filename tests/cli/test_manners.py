"""What makes the command pleasant in a shell: completion, JSON, the manual page, what is not read is said."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from cleaner import __version__
from cleaner.cli import COMMANDS, _exit_code, main
from cleaner.cli.manpage import manual
from cleaner.cli.settings import SETTINGS
from cleaner.notes import NOTES
from cleaner.rules.manual import manual_pages
from tests.cli.run import PROSE

JUNK = f"Share Tweet Email\n{PROSE}Below Ã©tÃ©,  he said.\nShare Tweet Email\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def invoke(*args: str) -> Result:
    return CliRunner().invoke(main, args)


def offered(*words: str) -> list[tuple[str, str]]:
    """What is offered for the last of the words, with its type."""
    complete = ShellComplete(main, {}, "cleaner", "_CLEANER_COMPLETE")
    return [(item.type, item.value) for item in complete.get_completions([*words[:-1]], words[-1])]


# -- completion


@pytest.mark.parametrize(
    "words",
    [
        ("clean", "p"),
        ("check", ""),
        ("diff", "--against", ""),
        ("diff", "a", "--html", ""),
        ("clean", "--profile", ""),
        ("clean", "--rules", ""),
        ("clean", "--config", ""),
        ("learn", "-o", ""),
        ("restore", ""),
    ],
)
def test_files_are_left_to_the_shell(words: tuple[str, ...]) -> None:
    assert offered(*words) == [("file", words[-1])]


def test_words_are_completed() -> None:
    assert offered("clean", "-o", "") == [("dir", "")]
    assert offered("cl") == [("plain", "clean")]
    assert offered("config", "") == [("plain", "show")]
    assert offered("clean", "--gar") == [("plain", "--garbled")]
    assert ("plain", "drop") in offered("clean", "--garbled", "")
    assert ("plain", "de") in offered("clean", "--language", "d")
    codes = {value for _, value in offered("explain", "")}
    assert {*manual_pages(), *NOTES, "chrome"} <= codes
    assert offered("check", "--select", "chrome,share-b") == [("plain", "chrome,share-bar")]
    assert "spaces" not in {value for _, value in offered("check", "--ignore", "")}
    assert offered("nosuch", "") is not None


def test_a_broken_configuration_breaks_no_completion() -> None:
    Path("cleaner.toml").write_text("= broken")
    assert offered("clean", "--garb") == [("plain", "--garbled")]


# -- for programs


def test_explain_knows_labels_and_json() -> None:
    listed = invoke("explain", "meta").output
    assert listed.startswith("meta: ") and "  byline " in listed and "share-bar" not in listed
    assert invoke("explain", "spun").output.startswith("spun (spun)\n")  # a code before the label
    every = json.loads(invoke("explain", "--json").output)
    assert {one["code"] for one in every if one["kind"] == "code"} == {*manual_pages()}
    assert {one["code"] for one in every if one["kind"] == "note"} == {*NOTES}
    (one,) = json.loads(invoke("explain", "--json", "share-bar").output)
    assert one["label"] == "chrome" and "Keeps:" in one["text"] and one["drop"]["lines"]
    assert {entry["label"] for entry in json.loads(invoke("explain", "ad", "--json").output)} == {"ad"}
    assert json.loads(invoke("explain", "large-cut", "--json").output)[0]["kind"] == "note"
    assert invoke("explain", "META").output == listed
    assert invoke("explain", "Share_Bar").output == invoke("explain", "share-bar").output
    assert "large-cut (note)" in invoke("explain", "Large-Cut").output
    wrong = invoke("explain", "crome")
    assert wrong.exit_code == 2 and "Did you mean chrome" in wrong.output


def test_config_show_as_json() -> None:
    Path("cleaner.toml").write_text(
        'effort = "fast"\n[sites."a.example"]\ndrop = ".b"\n[phrases]\nmy-bar = ["x"]\n'
    )
    shown = json.loads(invoke("config", "show", "--json").output)
    assert list(shown) == [setting.name for setting in SETTINGS]
    assert shown["effort"] == {"value": "fast", "origin": str(Path("cleaner.toml").absolute())}
    assert shown["sites"]["value"][0]["host"] == "a.example"
    assert shown["phrases"]["value"] == {"my-bar": {"label": "chrome", "line": ["x"]}}


def test_diff_as_json() -> None:
    Path("a.txt").write_text(JUNK)
    Path("b.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    done = invoke("diff", "a.txt", "b.txt", "--json")
    first, failed = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 3 and failed["error"]["code"] == "binary"
    assert (first["id"], first["cuts"], first["repairs"]) == ("a.txt", 2, 1)
    cut = first["lines"][0]["segments"][0]
    assert (cut["change"], cut["code"], cut["label"]) == ("cut", "share-bar", "chrome") and cut["why"]
    assert JUNK[cut["offset"] :].startswith(cut["old"])
    assert "lines" not in json.loads(invoke("diff", "a.txt", "--json", "--stat").stdout)
    assert invoke("diff", "a.txt", "--json", "--html", "-").exit_code == 2


# -- check: counts and mends


def test_check_counts_by_code() -> None:
    Path("a.txt").write_text(JUNK)
    done = invoke("check", "a.txt", "--statistics")
    assert done.exit_code == 1
    assert done.stdout == "        2  share-bar (chrome)\n        1  mojibake (repair)\n"
    counts = json.loads(invoke("check", "a.txt", "--statistics", "--format", "json").stdout)
    assert counts[0] == {"code": "share-bar", "label": "chrome", "count": 2}


def test_check_mends_what_it_found_and_nothing_else() -> None:
    raw = JUNK.encode("cp1252").replace(b"\n", b"\r\n") + b"last"
    Path("a.txt").write_bytes(raw)
    Path("a.txt").chmod(0o640)
    Path("a.txt.bak").write_text("mine")
    patch = invoke("check", "a.txt", "--diff", "--select", "chrome")
    assert patch.exit_code == 1 and Path("a.txt").read_bytes() == raw
    done = invoke("check", "a.txt", "--fix", "--select", "chrome")
    assert (done.exit_code, done.stdout) == (0, "") and "2 mended" in done.stderr
    assert Path("a.txt").read_bytes() == raw.replace(b"Share Tweet Email\r\n", b"")
    assert Path("a.txt.bak").read_text() == "mine" and Path("a.txt.bak2").read_bytes() == raw
    assert Path("a.txt").stat().st_mode & 0o777 == 0o640
    if shutil.which("patch"):
        Path("b").mkdir()
        Path("b/a.txt").write_bytes(raw)
        subprocess.run(["patch", "-p1", "--binary", "-d", "b"], input=patch.stdout_bytes, check=True)
        assert Path("b/a.txt").read_bytes() == Path("a.txt").read_bytes()


@pytest.mark.parametrize("given", ["out", "out/corpus", "out/corpus/a.txt"])
def test_mending_what_clean_wrote_is_said_to_be_undone(given: str) -> None:
    Path("out/corpus").mkdir(parents=True)
    for name in ("manifest.jsonl", "summary.json"):
        Path("out", name).write_text("{}\n")
    Path("out/corpus/a.txt").write_text(f"{JUNK}last")
    done = invoke("check", given, "--fix", "--select", "chrome")
    assert "2 mended" in done.stderr
    assert done.stderr.count("the next run into it makes them again") == 1
    Path("b.txt").write_text(f"{JUNK}last")
    assert "next run" not in invoke("check", "b.txt", "--fix", "--select", "chrome").stderr


def test_check_leaves_clean_texts_pages_and_rows() -> None:
    Path("good.txt").write_text(PROSE)
    Path("page.html").write_text(f"<p>{PROSE}</p><p>{PROSE}</p><p>Below Ã©tÃ©.</p>")
    Path("rows.jsonl").write_text(json.dumps({"id": 1, "text": JUNK}) + "\n")
    Path("none.txt").write_text("Share Tweet Email\n")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    done = invoke("check", ".", "--fix")
    assert done.exit_code == 1 and "0 mended" in done.stderr
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before
    assert len(done.stdout.splitlines()) >= 5


@pytest.mark.parametrize(
    "args", [("--fix", "--diff"), ("--fix", "--format", "json"), ("--statistics", "--format", "sarif")]
)
def test_check_refuses_what_does_not_go_together(args: tuple[str, ...]) -> None:
    Path("a.txt").write_text(JUNK)
    assert invoke("check", "a.txt", *args).exit_code == 2
    assert Path("a.txt").read_text() == JUNK


# -- what is not read


def test_unknown_variables_and_folders_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANER_GARBELD", "keep")
    Path("cleaner.toml").mkdir()
    done = invoke("config", "show")
    assert done.exit_code == 0
    assert "CLEANER_GARBELD: no such setting. Did you mean CLEANER_GARBLED?" in done.stderr
    assert "cleaner.toml: is a folder" in done.stderr
    assert invoke("config", "show", "--isolated").stderr == ""


def test_a_file_out_of_force_is_said() -> None:
    Path("pyproject.toml").write_text("[tool.cleaner]\ntitle = true\n")
    assert invoke("config", "show").stderr == ""
    Path("cleaner.toml").write_text('effort = "fast"\n')
    assert "pyproject.toml: its [tool.cleaner] is not read" in invoke("config", "show").stderr
    assert "not read" not in invoke("explain", "share-bar").output
    Path("pyproject.toml").write_text("[tool.other]\n")
    assert invoke("config", "show").stderr == ""


# -- Ctrl-C


def test_an_interruption_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    handler = signal.getsignal(signal.SIGINT)
    try:
        assert _exit_code(interrupted) == 130
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # from here to the process's end
    finally:
        signal.signal(signal.SIGINT, handler)
    assert capsys.readouterr().err == "cleaner: interrupted\n"


# -- the manual page


def test_version_has_a_short_option() -> None:
    assert invoke("-V").output == invoke("--version").output == f"cleaner {__version__}\n"


def test_the_manual_page_has_every_option_and_is_well_formed() -> None:
    page = manual()
    assert all(f".SS cleaner {name}" in page for name in COMMANDS)
    for setting in SETTINGS:
        if setting.commands:
            assert setting.names[-1].split("/")[0].replace("-", r"\-") in page
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-ww", "-Tutf8"], input=page.encode(), capture_output=True, check=True
        )
        assert not done.stderr and b"CLEANER(1)" in done.stdout
