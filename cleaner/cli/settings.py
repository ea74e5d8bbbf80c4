"""The one place that decides a setting's value: flags, then variables, then a file, then defaults."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cleaner.cli import did_you_mean
from cleaner.errors import UsageError
from cleaner.settings import Settings, SiteRules

Type = Literal["choice", "codes", "flag", "seconds", "name", "count", "megabytes", "sites"]
PREFIX = "CLEANER_"
FILES = ("cleaner.toml", "pyproject.toml")  # in one folder the first wins
# What `cleaner.language` can answer: ISO 639-1, without the script or country that may follow.
LANGUAGE_CODES = """
    af am ar bg bn ca cs cy da de el en es et fa fi fr gu he hi hr hu hy id it ja ka km kn ko lo lt lv mk ml
    mr my ne nl no or pa pl pt ro ru si sk sl so sq sv sw ta te th tl tr uk ur vi zh
""".split()
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Option:
    """A setting: its name (as a flag with hyphens), its type, its default."""

    name: str
    type: Type
    default: Any
    choices: tuple[str, ...] = ()


OPTIONS = (
    Option("format", "choice", "txt", ("txt", "md", "jsonl", "parquet")),
    Option("garbled", "choice", "quarantine", ("quarantine", "keep", "restore", "drop")),
    Option("language", "codes", ()),
    Option("record", "choice", "light", ("none", "light", "full")),
    Option("effort", "choice", "best", ("best", "fast")),
    Option("captions", "choice", "drop", ("keep", "drop")),
    Option("comments", "choice", "drop", ("keep", "drop")),
    Option("metadata", "choice", "cheap", ("cheap", "full")),
    Option("title", "flag", False),
    Option("timeout", "seconds", 30.0),
    Option("memory", "megabytes", 2048),
    Option("largest", "megabytes", 64),
    Option("shard", "megabytes", 64),
    Option("workers", "count", None),
    Option("duplicates", "choice", "keep", ("keep", "drop")),
    Option("profile", "name", None),
    Option("kind", "choice", "auto", ("auto", "html", "text")),
    Option("field", "name", None),
    Option("id_field", "name", "id"),
    Option("sites", "sites", ()),
)
OPTIONS_BY_NAME = {option.name: option for option in OPTIONS}


@dataclass(frozen=True, slots=True)
class SettingValue:
    """What a setting is, and where that was said."""

    value: Any
    origin: str


def resolve_settings(flags: Mapping[str, Any], config: str | None, isolated: bool) -> dict[str, SettingValue]:
    """Every setting. `isolated` asks neither the environment nor a file."""
    found = {option.name: SettingValue(option.default, "default") for option in OPTIONS}
    if isolated and config:
        raise UsageError("--isolated reads no configuration file; leave out --isolated or --config")
    if not isolated:
        found |= _from_file(config)
        found |= _from_environment()
    for name, given in flags.items():
        if given is not None and given != ():
            found[name] = SettingValue(parsed(OPTIONS_BY_NAME[name], given, _flag(name)), "flag")
    return found


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _from_environment() -> dict[str, SettingValue]:
    """CLEANER_* variables; an empty one says nothing, names that are no settings belong to others."""
    found = {}
    for option in OPTIONS:
        variable = PREFIX + option.name.upper()
        if given := os.environ.get(variable):
            found[option.name] = SettingValue(parsed(option, given, variable), variable)
    return found


def _from_file(config: str | None) -> dict[str, SettingValue]:
    path = Path(config) if config else _nearest()
    table = _table(path, named=bool(config)) if path else None
    if path is None or table is None:
        return {}
    found = {}
    for key, given in table.items():
        option = OPTIONS_BY_NAME.get(key.replace("-", "_"))
        if option is None:
            raise UsageError(f"{path}: unknown setting {key!r}.{did_you_mean(key, list(OPTIONS_BY_NAME))}")
        found[option.name] = SettingValue(parsed(option, given, f"{path}: {key}"), str(path))
    return found


def _nearest() -> Path | None:
    """The nearest file that configures us, from the working directory upwards."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        for path in (folder / name for name in FILES):
            if path.is_file() and _table(path) is not None:
                return path
    return None


def _table(path: Path, *, named: bool = False) -> Mapping[str, Any] | None:
    """The settings in a file: its [tool.cleaner], or all of it unless it is a pyproject.toml."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: cannot be read: {why}; --isolated does without it") from error
    tool = data.get("tool", {})
    table = tool.get("cleaner") if isinstance(tool, dict) else None
    if table is None and path.name != "pyproject.toml":
        table = data
    if table is None and named:
        raise UsageError(f"{path}: has no [tool.cleaner]")
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: [tool.cleaner] is not a table")
    return table


def parsed(option: Option, given: Any, where: str) -> Any:
    """The value of a setting as given by flag, variable or file; UsageError says what it may be."""
    if option.type == "flag":
        return _bool(given, where)
    if option.type == "seconds":
        return _seconds(given, where)
    if option.type == "codes":
        return _codes(given, where)
    if option.type in ("count", "megabytes"):
        return _whole(given, where, 0 if option.type == "count" else 1)
    if option.type == "sites":
        return _sites(given, where)
    if not isinstance(given, str) or not given:
        raise UsageError(f"{where}: {given!r} is not a string")
    if option.choices and given not in option.choices:
        raise UsageError(f"{where}: {given!r} is none of {', '.join(option.choices)}")
    return given


def _bool(given: Any, where: str) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in TRUE + FALSE:
        return given.lower() in TRUE
    raise UsageError(f"{where}: {given!r} is neither true nor false")


def _seconds(given: Any, where: str) -> float:
    try:
        seconds = float("no" if isinstance(given, bool) else given)
    except (TypeError, ValueError):
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"{where}: {given!r} is not a number of seconds above 0")
    return seconds


def _whole(given: Any, where: str, least: int) -> int:
    try:
        number = int("no" if isinstance(given, bool | float) else given)
    except (TypeError, ValueError):
        number = -1
    if not least <= number < 1 << 20:
        raise UsageError(f"{where}: {given!r} is not a whole number from {least} up")
    return number


def _codes(given: Any, where: str) -> tuple[str, ...]:
    """Language codes: a list, or one string with commas. Of `zh-cn` the `zh`, as no text tells more."""
    parts = [given] if isinstance(given, str) else given
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise UsageError(f"{where}: {given!r} is not a list of language codes")
    codes = [code for part in parts for code in part.lower().replace(",", " ").split()]
    return tuple(dict.fromkeys(_primary(code, where) for code in codes))


def _sites(given: Any, where: str) -> tuple[SiteRules, ...]:
    """The tables of sites by host."""
    if not isinstance(given, dict):
        raise UsageError(f'{where}: {given!r} is no table; write [sites."example.org"] into a file')
    return tuple(_site(host, table, f'{where}."{host}"') for host, table in given.items())


def _site(host: str, table: Any, where: str) -> SiteRules:
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)*", host):
        raise UsageError(f"{where}: {host!r} is no host name, such as example.org")
    if not isinstance(table, dict):
        raise UsageError(f"{where}: {table!r} is no table with keep and drop")
    for key in table:
        if key not in ("keep", "drop"):
            raise UsageError(f"{where}: unknown setting {key!r}.{did_you_mean(key, ['keep', 'drop'])}")
    chosen = {key: _selectors(listed, f"{where}.{key}") for key, listed in table.items()}
    return SiteRules(host.lower(), chosen.get("keep", ()), chosen.get("drop", ()))


def _selectors(given: Any, where: str) -> tuple[str, ...]:
    from cleaner.decide.site_rules import parse_selectors

    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise UsageError(f"{where}: {given!r} is not a list of selectors")
    for one in listed:
        try:
            parse_selectors(one)
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from None
    return tuple(listed)


def _primary(code: str, where: str) -> str:
    primary = re.split("[-_]", code)[0]
    if primary not in LANGUAGE_CODES:
        hint = did_you_mean(primary, LANGUAGE_CODES) or f" There are {' '.join(LANGUAGE_CODES)}."
        raise UsageError(f"{where}: {code!r} is no language code that texts are told by.{hint}")
    return primary


def core_settings(values: Mapping[str, SettingValue]) -> Settings:
    """What the core wants to know."""
    names = ("language", "garbled", "effort", "captions", "comments", "metadata", "title", "timeout", "sites")
    chosen = {name: values[name].value for name in names}
    return Settings(**chosen, markup="md" if values["format"].value == "md" else "txt")
