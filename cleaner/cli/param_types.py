"""The types of settings: what a flag, a variable or a key of the configuration file may hold."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from click.types import BoolParamType

from cleaner.errors import UsageError
from cleaner.language_codes import language_codes
from cleaner.settings import MAX_TIME_S, SiteRules, is_positive_time, is_share, site_rules
from cleaner.user_settings import PhraseList, RulesFile, phrase_lists, rules_files

if TYPE_CHECKING:  # generic in the newest Click only
    ParamType = click.ParamType[Any]
    Choice = click.Choice[str]
else:
    ParamType, Choice = click.ParamType, click.Choice

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
# Above it lies no real number of processes or megabytes: 2^20 MB are a terabyte.
MAX_WHOLE_NUMBER = 1 << 20


class OneOf(Choice):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if ctx and param and ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE:
            return super().convert(value, param, ctx)  # Click's message, with the usage line
        if not isinstance(value, str) or not value:
            self.fail(f"{_shown(value)} is not a string", param, ctx)
        if value not in self.choices:
            self.fail(f"{_shown(value)} is none of {', '.join(self.choices)}", param, ctx)
        return value


class Text(ParamType):
    """Any string that is not empty: the name of a file or field."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not isinstance(value, str) or not value:
            self.fail(f"{_shown(value)} is not a string", param, ctx)
        return value


class TrueOrFalse(BoolParamType):
    """A switch; as text in the words of `TRUE` and `FALSE`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        if isinstance(value, str) and value.lower() in TRUE + FALSE:
            return value.lower() in TRUE
        if not isinstance(value, bool):
            self.fail(f"{_shown(value)} is neither true nor false", param, ctx)
        return value


def _number(value: Any) -> float:
    """A setting's value as a number; NaN, which lies within no limits, for what is none."""
    try:
        return float("nan" if isinstance(value, bool) else value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _shown(value: Any) -> str:
    """A value for messages; a number may have more digits than Python writes."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return f"this {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:79]}…"


class Seconds(ParamType):
    """A number of seconds above 0, up to `MAX_TIME_S`."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = _number(value)
        if not is_positive_time(seconds):
            self.fail(
                f"{_shown(value)} is not a number of seconds above 0, up to {MAX_TIME_S:,.0f}", param, ctx
            )
        return seconds


class Share(ParamType):
    """A number from 0 to 1."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        share = _number(value)
        if not is_share(share):
            self.fail(f"{_shown(value)} is not a number from 0 to 1", param, ctx)
        return share


class WholeNumber(ParamType):
    """A whole number from `minimum` up."""

    name = "integer"

    def __init__(self, minimum: int) -> None:
        self.minimum = minimum

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int("no" if isinstance(value, bool | float) else value)
        except (TypeError, ValueError):
            number = -1
        if not self.minimum <= number < MAX_WHOLE_NUMBER:
            self.fail(f"{_shown(value)} is not a whole number from {self.minimum} up", param, ctx)
        return number


class LanguageCodes(ParamType):
    """Language codes: a list, or one string with commas or spaces. Of `zh-cn` only `zh` counts."""

    name = "code"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        try:
            return language_codes(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


class SiteTables(ParamType):
    """A table for each host, with the selectors of the blocks to keep and to drop."""

    name = "table"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[SiteRules, ...]:
        if not isinstance(value, dict):
            self.fail(f'{_shown(value)} is no table; write [sites."example.org"] into a file', param, ctx)
        try:
            return site_rules(value)
        except UsageError as error:  # begins with the key, of which the caller names the first part
            self.fail(str(error).removeprefix("sites"), param, ctx)


class RulesFiles(ParamType):
    """Files of rules, or names under which packages offer some: a list, or one string with the separator of
    paths (`:`)."""

    name = "file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[RulesFile, ...]:
        given = value.split(os.pathsep) if isinstance(value, str) else value
        try:
            return rules_files(given)
        except UsageError as error:
            self.fail(str(error).removeprefix("rules: "), param, ctx)


def beside(config_file: Path, value: Any) -> Any:
    """Paths in a configuration file, which count from where that lies."""
    if isinstance(value, str):
        return beside(config_file, value.split(os.pathsep))
    if not isinstance(value, list):
        return value
    paths = [config_file.parent / one if isinstance(one, str) and one else None for one in value]
    return [str(path) if path and path.is_file() else one for one, path in zip(value, paths, strict=True)]


class PhraseTables(ParamType):
    """A table for each code, with its phrases."""

    name = "table"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[PhraseList, ...]:
        if not isinstance(value, dict):
            self.fail(f"{value!r} is no table; write [phrases.my-code] into a file", param, ctx)
        try:
            return phrase_lists(value)
        except UsageError as error:  # begins with the key, of which the caller names the first part
            self.fail(str(error).removeprefix("phrases"), param, ctx)
