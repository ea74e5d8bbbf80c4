"""Nothing from outside reaches a terminal as it is: neither names nor ids, field names, codes, errors."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cleaner.cli import echo, echo_err, line_of, main, styled

CLI = Path(__file__).parents[2] / "cleaner" / "cli"
EVIL = "a\x1b[2J\n::error::b\u202ec\x9bd"
RAW_ESCAPE = re.compile(r"[\x1b\x9b\u202e]|^::", re.MULTILINE)
PROSE = "The council met on Tuesday evening to decide whether the old bridge should be repaired or not.\n"


def run(*args: str | Path, stdin: str | bytes = b"") -> Result:
    return CliRunner().invoke(main, list(map(str, args)), input=stdin)


def test_what_is_said_is_escaped_by_its_type(capsys: pytest.CaptureFixture[str]) -> None:
    echo_err(EVIL)
    echo(styled(EVIL, bold=True), EVIL, color=True)
    told = capsys.readouterr()
    assert told.err == "cleaner: a\\x1b[2J\\n::error::b\\u202ec\\x9bd\n"
    assert told.out.count("\x1b") == 2 and told.out.startswith("\x1b[1ma\\x1b[2J\\n::error")
    once = line_of(EVIL)
    assert line_of(once, "!") == f"{once}!"


def test_no_other_way_leads_to_stderr() -> None:
    """What is printed there is a constant, or was made visible."""
    for file in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("print", "click.echo"):
                continue
            is_err = any(one.arg == "err" for one in node.keywords) or ast.unparse(node.func) == "print"
            is_safe = ast.unparse(node.args[0]).startswith("line_of(") if node.args else True
            if is_err and not is_safe:
                assert isinstance(node.args[0], ast.Constant), f"{file.name}:{node.lineno}"


@pytest.mark.parametrize("form", ["text", "github", "json", "sarif"])
def test_findings_name_files_and_ids_visibly(form: str, tmp_path: Path) -> None:
    rows = [{"id": EVIL, "text": f"Share Tweet Email\n{PROSE}"}, {"id": f"{EVIL}2", EVIL: 1}]
    (tmp_path / "::error::a\x1b[2J.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ran = run("check", tmp_path, "--format", form)
    assert ran.exit_code == 3
    assert not RAW_ESCAPE.search(ran.stderr)
    assert not RAW_ESCAPE.search(re.sub("(?m)^::(warning|error) file=", "", ran.stdout))


def test_records_of_others_name_their_codes_visibly(tmp_path: Path) -> None:
    (tmp_path / "raw.txt").write_text(f"Share Tweet Email\n{PROSE}")
    cut = {"start": 0, "end": 18, "code": EVIL, "label": EVIL}
    record = {"id": "raw.txt", "verdict": "clean", "text": PROSE.strip(), "removed": [cut]}
    (tmp_path / "records.jsonl").write_text(json.dumps(record) + "\n")
    for more in ([], ["--stat"], ["--word", "-v"]):
        ran = run("diff", tmp_path / "raw.txt", "--against", tmp_path / "records.jsonl", *more)
        assert ran.exit_code == 0 and "error::b" in ran.stdout
        assert not RAW_ESCAPE.search(ran.output)


def test_errors_name_what_they_are_about_visibly(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text('"a\\u001b[2J" = 1\n')
    for args in (
        ["clean", tmp_path / "x\x1b[2J\n::error.txt"],
        ["explain", EVIL],
        ["check", "--select", EVIL, tmp_path],
        ["config", "show", "--config", tmp_path / "cleaner.toml"],
        ["clean", "--kind", EVIL],
        [EVIL],
    ):
        ran = run(*args)
        assert ran.exit_code == 2, args
        assert not RAW_ESCAPE.search(ran.output), (args, ran.output)


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_phrases_of_a_configuration_file_are_explained_visibly(form: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / "cleaner.toml"
    config.write_text(f"[phrases.my-code]\nabout = {json.dumps(EVIL)}\nline = ['a b']\n", "utf-8")
    for command in (("explain", "my-code"), ("config", "show")):
        ran = run(*command, "--config", config, *form)
        assert ran.exit_code == 0, ran.output
        assert not RAW_ESCAPE.search(ran.stdout.replace("\n::error", "")), command


def test_a_diff_as_json_is_visible(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Share Tweet Email\n{PROSE}\u202e\x9b", "utf-8")
    ran = run("diff", tmp_path / "a.txt", "--json")
    assert json.loads(ran.stdout)["source"] and not RAW_ESCAPE.search(ran.stdout)


def test_a_patch_names_files_visibly(tmp_path: Path) -> None:
    (tmp_path / "a\n+++ b\x1b.txt").write_text(f"Share Tweet Email\n{PROSE}")
    ran = run("check", tmp_path, "--diff")
    assert ran.stdout.count("\n+++ ") == 1 and not RAW_ESCAPE.search(ran.stdout)
