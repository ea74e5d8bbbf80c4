from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from cleaner.cli.settings import (
    SETTINGS,
    SettingValue,
    core_settings,
    settings_in_force,
    settings_options,
)
from cleaner.errors import UsageError
from cleaner.language import SCRIPT_RANGES
from cleaner.language_codes import LANGUAGE_CODES
from cleaner.settings import Settings, SiteRules
from tests.cli.run import cleaner

SETTING_NAMES = [setting.name for setting in SETTINGS]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTING_NAMES:
        monkeypatch.delenv("CLEANER_" + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@click.command()
@settings_options("clean")
@click.pass_context
def probe(ctx: click.Context, /, **_settings: Any) -> dict[str, SettingValue]:
    return settings_in_force(ctx)


def in_force(*args: str) -> dict[str, SettingValue]:
    """The settings of a command that has the flags of `cleaner clean`."""
    values: dict[str, SettingValue] = probe.main(list(args), standalone_mode=False)
    return values


def value(name: str, *args: str) -> tuple[Any, str]:
    found = in_force(*args)[name]
    return found.value, found.origin


def test_flags_then_variables_then_file_then_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert value("garbled") == ("quarantine", "default")
    (tmp_path / "pyproject.toml").write_text('[tool.cleaner]\ngarbled = "drop"\n')
    assert value("garbled") == ("drop", f"{tmp_path}/pyproject.toml")
    monkeypatch.setenv("CLEANER_GARBLED", "keep")
    assert value("garbled") == ("keep", "CLEANER_GARBLED")
    assert value("garbled", "--garbled", "quarantine") == ("quarantine", "flag")
    assert value("garbled", "--isolated") == ("quarantine", "default")


def test_the_nearest_file_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cleaner.toml").write_text('effort = "fast"\nid-field = "key"\n')
    (tmp_path / "pyproject.toml").write_text('[tool.cleaner]\neffort = "best"\n')
    deep = tmp_path / "a/b"
    deep.mkdir(parents=True)
    (deep / "pyproject.toml").write_text("[tool.other]\n")  # says nothing about us
    monkeypatch.chdir(deep)
    assert value("effort") == ("fast", f"{tmp_path}/cleaner.toml")
    assert value("id_field")[0] == "key"
    (deep / "cleaner.toml").write_text("[tool.cleaner]\ntitle = true\n")
    assert value("title") == (True, f"{deep}/cleaner.toml")
    assert value("effort") == ("best", "default")
    assert value("effort", "--config", str(tmp_path / "pyproject.toml"))[0] == "best"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('garbeld = "keep"', "unknown setting 'garbeld'. Did you mean garbled?"),
        ('garbled = "kep"', "garbled: 'kep' is none of quarantine, keep, restore, drop"),
        ("title = 1", "title: 1 is neither true nor false"),
        ("timeout = true", "timeout: True is not a number of seconds"),
        ('timeout = "nan"', "not a number of seconds"),
        ("language = 5", "language: 5 is not a list"),
        ('language = ["english"]', "'english' is no language code"),
        ("kind = []", "kind: [] is not a string"),
        ("tool.cleaner = 3", "is not a table"),
        ("= broken", "cannot be read"),
        ("sites = 3", "sites: 3 is no table"),
        ('[sites."https://a.example/"]', "'https://a.example/' is no host name"),
        ("[sites]\na = 1", 'sites."a": 1 is no table with keep and drop'),
        ("[sites.a]\ndorp = []", "unknown setting 'dorp'. Did you mean drop?"),
        ("[sites.a]\ndrop = [1]", 'sites."a".drop: [1] is not a list of selectors'),
        (
            '[sites.a]\nkeep = ["p", "a:hover"]',
            "sites.\"a\".keep: selector 'a:hover': 'a' stands inside a line",
        ),
    ],
)
def test_a_wrong_file_is_named_with_the_key(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "cleaner.toml").write_text(text)
    with pytest.raises(UsageError) as raised:
        in_force()
    assert message in str(raised.value)
    assert str(tmp_path / "cleaner.toml") in str(raised.value)


@pytest.mark.parametrize(
    ("variable", "text", "name", "wanted"),
    [
        ("CLEANER_LANGUAGE", "en, DE-at zh-cn,zh_TW", "language", ("en", "de", "zh")),
        ("CLEANER_TITLE", "yes", "title", True),
        ("CLEANER_TITLE", "0", "title", False),
        ("CLEANER_TIMEOUT", "1.5", "timeout", 1.5),
        ("CLEANER_ID_FIELD", "key", "id_field", "key"),
        ("CLEANER_KIND", "", "kind", "auto"),
    ],
)
def test_variables(monkeypatch: pytest.MonkeyPatch, variable: str, text: str, name: str, wanted: Any) -> None:
    monkeypatch.setenv(variable, text)
    assert value(name)[0] == wanted


def test_the_languages_are_those_that_can_be_told() -> None:
    from langdetect.detector_factory import PROFILES_DIRECTORY

    told = {path.name.split("-")[0] for path in Path(PROFILES_DIRECTORY).iterdir() if path.name[0] != "."}
    by_script = {*SCRIPT_RANGES, "zh", "ja"} - {"han", "kana"}
    assert sorted(told | by_script) == LANGUAGE_CODES


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANER_TIMEOUT", "soon")
    with pytest.raises(UsageError, match="CLEANER_TIMEOUT: 'soon'"):
        in_force()


def test_what_the_core_is_told() -> None:
    assert core_settings(in_force("--isolated")) == Settings()
    flags = ("-f", "md", "--language", "en", "--title")
    assert core_settings(in_force(*flags, "--isolated")) == Settings(
        language=("en",), title=True, markup="md"
    )


@pytest.mark.slow
def test_rules_for_sites(tmp_path: Path) -> None:
    text = '[tool.cleaner.sites."Example.org"]\nkeep = "aside .note"\ndrop = ["aside", "#top, p.x"]\n'
    (tmp_path / "pyproject.toml").write_text(text)
    found = core_settings(in_force()).sites
    assert found == (SiteRules("example.org", ("aside .note",), ("aside", "#top, p.x")),)
    shown = cleaner("config", "show", cwd=tmp_path).out
    assert 'sites."example.org" = {"keep":["aside .note"],"drop":["aside","#top, p.x"]}' in shown
    (tmp_path / "a.html").write_text(
        '<link rel=canonical href="https://example.org/a"><aside><p>The ferry left at eleven.</p>'
        "</aside><p>The barge left at twelve, as it had to, and reached the mainland before one.</p>"
    )
    ran = cleaner("clean", "a.html", "-o", "out", "--effort", "fast", cwd=tmp_path)
    assert ran.code == 0, ran.err
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["settings"]["sites"][0]["host"] == "example.org"
    assert summary["codes"]["site-drop"]["edits"] == 1
    assert (tmp_path / "out/corpus/a.html.txt").read_text().startswith("The barge")


def test_a_config_that_is_asked_for_must_be_ours(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(UsageError, match=r"has no \[tool.cleaner\]"):
        in_force("--config", str(tmp_path / "pyproject.toml"))
    with pytest.raises(UsageError, match="--isolated reads no"):
        in_force("--isolated", "--config", str(tmp_path / "pyproject.toml"))


@pytest.mark.slow
def test_config_show(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text('language = ["en"]\n')
    ran = cleaner("config", "show", cwd=tmp_path, CLEANER_KIND="html")
    assert ran.code == 0
    lines = {line.split(" ", 1)[0]: line for line in ran.out.splitlines()}
    assert lines.keys() == {*SETTING_NAMES}
    assert lines["language"].endswith(f"# {tmp_path}/cleaner.toml") and '["en"]' in lines["language"]
    assert lines["kind"].endswith("# CLEANER_KIND")
    assert lines["effort"].endswith("# default")


def test_a_flag_wins_over_variable_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cleaner.toml").write_text('title = true\nlanguage = "de,fr"\nworkers = 3\n')
    monkeypatch.setenv("CLEANER_LANGUAGE", "nl")
    assert value("title", "--no-title") == (False, "flag")
    assert value("title") == (True, f"{tmp_path}/cleaner.toml")
    assert value("language", "--language", "en,da", "--language", "sv") == (("en", "da", "sv"), "flag")
    assert value("language") == (("nl",), "CLEANER_LANGUAGE")
    monkeypatch.delenv("CLEANER_LANGUAGE")
    assert value("language")[0] == ("de", "fr")
    assert value("workers", "--workers", "1")[0] == 1
    with pytest.raises(UsageError, match="'0' is not a whole number from 1 up"):
        value("workers", "--workers", "0")


def test_isolated_reads_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANER_TIMEOUT", "soon")
    assert value("timeout", "--isolated") == (30.0, "default")


def test_only_settings_are_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANER_CONFIG", "no.toml")
    monkeypatch.setenv("CLEANER_ISOLATED", "1")
    monkeypatch.setenv("CLEANER_GARBLED", "drop")
    assert value("garbled") == ("drop", "CLEANER_GARBLED")


@pytest.mark.slow
def test_a_command_takes_a_setting_that_it_has_no_flag_for(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text('garbled = "kep"\n')
    ran = cleaner("check", stdin="Words.", cwd=tmp_path)
    assert ran.code == 2 and f"{tmp_path}/cleaner.toml: garbled: 'kep' is none of" in ran.err
    ran = cleaner("check", "--garbled", "keep", cwd=tmp_path)
    assert ran.code == 2 and "No such option" in ran.err


@pytest.mark.slow
def test_help_shows_defaults_and_is_asked_before_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text("= broken")
    ran = cleaner("clean", "--help", cwd=tmp_path, CLEANER_MEMORY="none")
    assert ran.code == 0
    assert "[default: quarantine]" in ran.out and "[default: 2048]" in ran.out
    assert "--sites" not in ran.out


def test_a_wrong_file_is_named_even_where_a_flag_overrides_it(tmp_path: Path) -> None:
    (tmp_path / "cleaner.toml").write_text('effort = "slow"\n')
    with pytest.raises(UsageError, match="effort: 'slow' is none of best, fast"):
        in_force("--effort", "fast")


@pytest.mark.parametrize("least", [-0.1, 1.1, float("nan"), "0.5", None])
def test_a_confidence_that_is_none_is_refused_in_python_too(least: Any) -> None:
    with pytest.raises(UsageError, match="no min_confidence"):
        Settings(min_confidence=least)


def test_numbers_beyond_what_python_or_the_system_takes(tmp_path: Path) -> None:
    for line in ("timeout = 1" + "0" * 390, "memory = 0x" + "f" * 6000, "memory = " + "1" * 5000):
        (tmp_path / "big.toml").write_text(line)
        with pytest.raises(UsageError, match=r"big\.toml"):
            in_force("--config", str(tmp_path / "big.toml"))
    (tmp_path / "big.toml").write_text("x = " + "[" * 50_000)
    with pytest.raises(UsageError, match="nested too deeply"):
        in_force("--config", str(tmp_path / "big.toml"))
    with pytest.raises(UsageError, match="not a number of seconds above 0, up to 100,000,000"):
        in_force("--timeout", "1e18")


def test_a_broken_file_of_another_project_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project\n")
    assert value("garbled") == ("quarantine", "default")
    assert "pyproject.toml: cannot be read" in capsys.readouterr().err
    (tmp_path / "pyproject.toml").write_text("[tool.cleaner\n")
    with pytest.raises(UsageError, match=r"pyproject\.toml: cannot be read"):
        value("garbled")
