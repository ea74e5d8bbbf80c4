"""The files by which others run the command: pre-commit hook, GitHub Action, container.

What they hold is run as far as that goes without pre-commit, GitHub and Docker."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cleaner.cli import main
from tests.cli.run import PROSE, ROOT, environment

yaml = pytest.importorskip("yaml")
JUNK = f"{PROSE}Share Tweet Email\n"


def parsed(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_the_hook_checks_texts_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (hook,) = parsed(".pre-commit-hooks.yaml")
    assert hook["language"] == "python" and hook["id"] == "cleaner-check"
    names = ["a.txt", "b/c.md", "d.html", "e.htm", "f.jsonl", "g.xhtml"]
    assert all(re.search(hook["files"], name) for name in names)
    assert not any(re.search(hook["files"], name) for name in ("a.py", "txt", "a.txt.gz", "a.json"))
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text(PROSE)
    Path("bad file.txt").write_text(JUNK)
    program, *args = shlex.split(hook["entry"])
    assert program == "cleaner"
    fine = CliRunner().invoke(main, [*args, "good.txt"])
    assert (fine.exit_code, fine.output) == (0, "")
    found = CliRunner().invoke(main, [*args, "good.txt", "bad file.txt"])
    assert found.exit_code == 1 and found.output.startswith("bad file.txt:3:1: share-bar")


def action_steps() -> list[dict[str, Any]]:
    action = parsed("action.yml")
    assert action["runs"]["using"] == "composite"
    steps: list[dict[str, Any]] = action["runs"]["steps"]
    return steps


def test_what_a_workflow_passes_is_never_part_of_a_script() -> None:
    for step in action_steps():
        assert "run" not in step or ("${{" not in step["run"] and step["shell"] == "bash")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paths", "args", "code", "told"),
    [
        ("good.txt\n\nbad file.txt\n", "", 1, "::warning file=bad file.txt,line=3,col=1,title=share-bar::"),
        ("$(touch owned)\nbad file.txt", "--ignore chrome", 0, ""),
    ],
)
def test_the_action_names_lines(tmp_path: Path, paths: str, args: str, code: int, told: str) -> None:
    (tmp_path / "good.txt").write_text(PROSE)
    (tmp_path / "bad file.txt").write_text(JUNK)
    (tmp_path / "$(touch owned)").mkdir()
    (tmp_path / "$(touch owned)/a.txt").write_text(PROSE)
    programs = tmp_path / "temp/cleaner-check/bin"
    programs.mkdir(parents=True)
    (programs / "cleaner").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cleaner "$@"\n')
    (programs / "cleaner").chmod(0o755)
    step = action_steps()[-1]
    assert step["env"] == {"CHECK_PATHS": "${{ inputs.paths }}", "CHECK_ARGS": "${{ inputs.args }}"}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env=environment(RUNNER_TEMP=str(tmp_path / "temp"), CHECK_PATHS=paths, CHECK_ARGS=args),
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(told) and bool(done.stdout) == bool(told)
    assert not (tmp_path / "owned").exists()


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, lines joined, comments left out."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE).replace(
        "\\\n", " "
    )
    return [(line.split()[0], line.partition(" ")[2]) for line in text.splitlines() if line.strip()]


def test_the_container_is_built_of_what_there_is_and_runs_without_rights() -> None:
    found = instructions()
    copied = [name for word, rest in found if word == "COPY" for name in rest.split()[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {f"!{name.rstrip('/')}" for name in copied} == {line for line in ignored if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {project["readme"], *project["license-files"], "pyproject.toml", "cleaner/", "native/"}
    assert needed == set(copied)
    extras = re.findall(r"\[([\w,]+)\]", " ".join(rest for word, rest in found if word == "RUN"))
    assert len(extras) == 2 and all(
        set(one.split(",")) <= {*project["optional-dependencies"]} for one in extras
    )
    words = [word for word, _ in found]
    assert words.count("FROM") == 2 and words.index("USER") > len(words) - 1 - words[::-1].index("FROM")
    assert (
        dict(found)["USER"] != "root" and dict(found)["ENTRYPOINT"] == f'["{next(iter(project["scripts"]))}"]'
    )


def test_the_guide_names_what_there_is() -> None:
    guide = (ROOT / "docs/around.md").read_text("utf-8")
    first, second = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL))
    assert [hook["id"] for hook in first["repos"][0]["hooks"]] == [parsed(".pre-commit-hooks.yaml")[0]["id"]]
    assert set(second["jobs"]["corpus"]["steps"][1]["with"]) <= set(parsed("action.yml")["inputs"])
    assert os.access(ROOT / "Dockerfile", os.R_OK)
