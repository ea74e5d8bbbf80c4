from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import cleaner as package
from cleaner.cli import COMMANDS, main
from cleaner.errors import MANUAL_PAGES, ErrorCode
from cleaner.notes import NOTES
from cleaner.rules import list_codes, manual_page
from tests.cli.run import cleaner, environment

# What help may load beside click and the standard library.
OURS = {"cleaner", "cleaner.__main__", "cleaner.cli"}
HELP = """
import sys
from cleaner.cli import main
try:
    main(["--help"])
except SystemExit as end:
    assert end.code == 0
third = {name for name in sys.modules if name.split(".")[0] not in sys.stdlib_module_names}
print(sorted(name for name in third if name.split(".")[0] not in ("click", "__main__")))
"""
# As many times the CPU of bare Python as `--help` may take; click alone takes four.
DEAR = 5


def test_help_loads_nothing_heavier_than_click() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path += {sys.path!r}\n{HELP}"],
        capture_output=True, text=True, env=environment(), check=True,
    )  # fmt: skip
    assert {*eval(done.stdout.splitlines()[-1])} <= OURS


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="CPU of children is not told there")
def test_help_is_instant() -> None:
    """The least CPU of many runs, taken in turns: what else the machine does only adds, and to both."""
    script = "from cleaner.cli import main; main(['--help'])"  # as the installed command does
    bare, help = float("inf"), float("inf")
    for turn in range(60):
        bare, help = min(bare, _cpu("pass")), min(help, _cpu(script))
        if turn > 10 and help <= DEAR * bare:
            break
    assert help <= DEAR * bare


def _cpu(code: str) -> float:
    """CPU seconds of a Python process that runs `code`."""
    import resource

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    subprocess.run([sys.executable, "-c", code], env=environment(), stdout=subprocess.DEVNULL, check=True)
    return used() - before


def test_help_lists_every_command_and_each_has_help() -> None:
    listed = CliRunner().invoke(main, ["--help"]).output
    for name, (_, line) in COMMANDS.items():
        assert name in listed and line in listed
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0
        assert "Usage:" in result.output


def test_version() -> None:
    assert cleaner("--version").out == f"cleaner {package.__version__}\n"


def test_explain_lists_every_code_with_a_page() -> None:
    listed = CliRunner().invoke(main, ["explain"]).output
    for label, code, line in list_codes():
        assert label in listed and f"  {code}" in listed and line in listed
        page = CliRunner().invoke(main, ["explain", code]).output
        assert f"{code} ({label})" in page
        assert manual_page(code).strip() in page


def test_explain_has_a_page_for_every_failure() -> None:
    listed = CliRunner().invoke(main, ["explain"]).output
    for code in ErrorCode:
        assert f"  {code}" in listed
        page = CliRunner().invoke(main, ["explain", code]).output
        assert page.startswith(f"{code} (failed)\n\n{MANUAL_PAGES[code]}")
    assert "Did you mean crashed" in CliRunner().invoke(main, ["explain", "crash"]).output


def test_explain_lists_every_note_and_says_what_it_means() -> None:
    listed = CliRunner().invoke(main, ["explain"]).output
    for note, text in NOTES.items():
        assert re.search(rf"^  {note} +{re.escape(text.short)}$", listed, re.MULTILINE)
        assert (
            CliRunner()
            .invoke(main, ["explain", note])
            .output.startswith(f"{note} (note)\n\n{text.meaning}\n")
        )
    assert "paywall (chrome)" in CliRunner().invoke(main, ["explain", "paywall"]).output
    assert "Did you mean large-cut" in CliRunner().invoke(main, ["explain", "large-cuts"]).output


def test_a_fault_of_ours_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("cleaner.cli.explain.manual_pages", broken)
    result = CliRunner().invoke(main, ["explain"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" in result.stderr and "in broken" in result.stderr
    assert result.stderr.endswith(
        "ZeroDivisionError; a fault of cleaner, please report it with the lines above\n"
    )


def test_explain_offers_near_codes() -> None:
    code = list_codes()[0][1]
    result = CliRunner().invoke(main, ["explain", code[:-1] + "x"])
    assert result.exit_code == 2
    assert code in result.stderr


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    code = list_codes()[0][1]
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in CliRunner().invoke(main, ["explain", code], color=True).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in CliRunner().invoke(main, ["explain", code], color=True).output


def test_no_command_shows_help() -> None:
    ran = cleaner()
    assert ran.code == 2
    assert "Usage: cleaner" in ran.err + ran.out


@pytest.mark.slow
def test_nothing_is_written_into_the_working_directory(tmp_path: Path) -> None:
    cleaner("clean", stdin="Words. " * 50, cwd=tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_each_help_has_an_example() -> None:
    for name in COMMANDS:
        args = [name, "show", "--help"] if name == "config" else [name, "--help"]
        assert f"\n  cleaner {name} " in CliRunner().invoke(main, args).output


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a directory in use cannot be removed there")
@pytest.mark.parametrize("args", [["clean"], ["clean", "--isolated", "-o", "out"], ["config", "show"]])
def test_a_deleted_working_directory_is_named(tmp_path: Path, args: list[str]) -> None:
    (tmp_path / "gone").mkdir()
    code = f"import os; os.rmdir(os.getcwd()); from cleaner.cli import main; main({args!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], input="Words.", cwd=tmp_path / "gone",
        capture_output=True, text=True, env=environment(), check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "cleaner: the working directory does not exist any more: change to another (cd) and run this again\n"
    )
