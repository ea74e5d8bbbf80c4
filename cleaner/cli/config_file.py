"""The configuration file: `cleaner.toml`, or [tool.cleaner] in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.cli import echo_err
from cleaner.errors import UsageError

FILE_NAMES = ("cleaner.toml", "pyproject.toml")  # in one folder the first wins


class ConfigFile(NamedTuple):
    """A configuration file and its table of settings, keys as they are spelled there.

    `shadowed`: the file in the same folder that has settings, too, and is not read.
    """

    path: Path
    table: Mapping[str, Any]
    shadowed: Path | None = None


def read_config_file(path: Path) -> ConfigFile:
    """The file that the user named; UsageError when it cannot be read or configures something else."""
    table = _settings_table(path)
    if table is None:
        raise UsageError(f"{path}: has no [tool.cleaner]")
    return ConfigFile(path, table)


def nearest_config_file() -> ConfigFile | None:
    """The nearest file with settings of ours, from the working directory upwards."""
    cwd = Path.cwd()
    for folder in (cwd, *cwd.parents):
        for path in (folder / name for name in FILE_NAMES):
            if path.is_file() and (table := _found_table(path)) is not None:
                return ConfigFile(path, table, _shadowed(path))
    return None


def _found_table(path: Path) -> Mapping[str, Any] | None:
    """The table of a file that nobody named; a broken one of another project is said and passed over."""
    try:
        return _settings_table(path)
    except UsageError as error:
        if path.name != "pyproject.toml" or _speaks_of_us(path):
            raise
        echo_err(f"{error}: it says nothing of cleaner and is passed over")
        return None


def _speaks_of_us(path: Path) -> bool:
    try:
        return b"cleaner" in path.read_bytes()
    except OSError:
        return False


def folders_named_as_file() -> list[Path]:
    """Folders from the working directory upwards that are named as our configuration file."""
    cwd = Path.cwd()
    paths = (folder / FILE_NAMES[0] for folder in (cwd, *cwd.parents))
    return [path for path in paths if path.is_dir()]


def _shadowed(path: Path) -> Path | None:
    """The other file of the folder, if it has settings; whatever is wrong with it is no matter, unread."""
    other = path.with_name(FILE_NAMES[1])
    if path.name != FILE_NAMES[0] or not other.is_file():
        return None
    try:
        return other if _settings_table(other) is not None else None
    except UsageError:
        return None


def _settings_table(path: Path) -> Mapping[str, Any] | None:
    """A file's [tool.cleaner]; without one all of the file, unless it is a pyproject.toml."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        why = "nested too deeply" if isinstance(error, RecursionError) else why
        raise UsageError(f"{path}: cannot be read: {why}; --isolated does without it") from error
    tool = data.get("tool", {})
    table = tool.get("cleaner") if isinstance(tool, dict) else None
    if table is None and path.name != "pyproject.toml":
        table = data
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: [tool.cleaner] is not a table")
    return table
