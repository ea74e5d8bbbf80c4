"""Every setting, declared once: its flag, type, default and help, and the commands that offer the flag.

A value comes from the flag, else from the variable CLEANER_<NAME>, else from the configuration file, else it
is the default. A command that offers no flag for a setting still takes it from the other three.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

import click
from click.core import ParameterSource

from cleaner.cli import echo_err
from cleaner.cli.completion import complete_file, complete_language
from cleaner.cli.config_file import ConfigFile, folders_named_as_file, nearest_config_file, read_config_file
from cleaner.cli.param_types import (
    LanguageCodes,
    OneOf,
    PhraseTables,
    RulesFiles,
    Seconds,
    Share,
    SiteTables,
    Text,
    TrueOrFalse,
    WholeNumber,
    beside,
)
from cleaner.diff.escape import one_line
from cleaner.errors import UsageError, did_you_mean
from cleaner.native import FORM_VARIABLE
from cleaner.settings import (
    ALLOWED_VALUES,
    EngineName,
    KeepOrDrop,
    OutputFormat,
    ReadKind,
    RecordLevel,
    Settings,
)
from cleaner.user_settings import PhraseList, RulesFile

F = TypeVar("F", bound=Callable[..., Any])
VARIABLE_PREFIX = "CLEANER_"
MAX_NAME_CHARS = 200  # of a variable or folder that a message names
CONFIG_FILE_KEY = "cleaner.config_file"  # of the `ConfigFile` in a context's `meta`


@dataclass(frozen=True, slots=True)
class SettingValue:
    """The value of a setting and its origin: `flag`, a variable, a file's path, or `default`."""

    value: Any
    origin: str


class Setting(click.Option):
    """An option that is also a CLEANER_* variable and a key of the configuration file.

    `has_flag`: whether this command takes it on the command line; else it has a name, but no option strings.
    """

    name: str

    def __init__(self, names: tuple[str, ...], has_flag: bool, **attributes: Any) -> None:
        super().__init__(names, hidden=not has_flag, **attributes)
        if not has_flag:
            self.opts, self.secondary_opts = [], []
        self.variable = VARIABLE_PREFIX + self.name.upper()
        self.envvar = self.variable

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        if self.opts:
            super().add_to_parser(parser, ctx)

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        if ctx.resilient_parsing:  # for completion: what is wrong with a file is said when a command runs
            return super().consume_value(ctx, opts)
        if ctx.default_map is None:  # the first setting; --config and --isolated are read before, being eager
            config_file = _config_file(ctx.params["config"], ctx.params["isolated"])
            if not ctx.params["isolated"]:
                _warn_of_what_is_not_read(ctx)
            ctx.meta[CONFIG_FILE_KEY] = config_file
            ctx.default_map = _file_values(config_file, ctx.command) if config_file else {}
        return super().consume_value(ctx, opts)

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        return None if ctx.params["isolated"] else super().resolve_envvar_value(ctx)

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        source = ctx.get_parameter_source(self.name)
        if source is ParameterSource.COMMANDLINE:
            return self.converted(value, self.opts[-1], ctx)
        if source is ParameterSource.ENVIRONMENT:
            return self.converted(value, self.variable, ctx)
        return value  # a default, or converted when the file was read

    def converted(self, value: Any, where: str, ctx: click.Context | None = None) -> Any:
        """The value of a flag, variable or key; UsageError begins with `where`, which names that.

        All values of a repeated flag at once, as variables and files give them in one string or list.
        """
        try:
            return self.type.convert(value, self, ctx)
        except click.BadParameter as error:
            if where in self.opts and isinstance(self.type, click.Choice):
                raise  # Click's message lists the choices, too, and shows the usage
            separator = "" if error.message.startswith(".") else ": "  # a key below this setting's
            raise UsageError(f"{where}{separator}{error.message}") from None

    def origin(self, ctx: click.Context) -> str:
        """Where the value came from."""
        source = ctx.get_parameter_source(self.name)
        if source is ParameterSource.ENVIRONMENT:
            return self.variable
        if source is ParameterSource.DEFAULT_MAP:
            return str(ctx.meta[CONFIG_FILE_KEY].path)
        return "flag" if source is ParameterSource.COMMANDLINE else "default"


DEFAULTS = Settings()
# The commands that offer a flag: `clean` alone, all that clean documents, all that read them.
CLEAN: tuple[str, ...] = ("clean",)
CLEANING = ("clean", "check", "diff")
READING = (*CLEANING, "learn")
FILE_ONLY: tuple[str, ...] = ()


class Declaration(NamedTuple):
    """A setting as it is declared below; `attributes` are those of a click.Option."""

    names: tuple[str, ...]
    commands: tuple[str, ...]
    attributes: dict[str, Any]

    @property
    def name(self) -> str:
        """The setting's key in files: the long flag, with underscores."""
        return self.names[-1].split("/")[0].lstrip("-").replace("-", "_")


def _setting(*names: str, commands: tuple[str, ...], **attributes: Any) -> Declaration:
    return Declaration(names, commands, attributes)


# A new setting is one entry here; where the core uses it, a field of `cleaner.settings.Settings` of the same
# name has the default and the choices. `config show` and summary.json keep this order.
SETTINGS = (
    _setting(
        "-f", "--format", type=OneOf(get_args(OutputFormat)), default="txt", commands=CLEAN,
        help="Text, Markdown, or one record a document as JSON or in Parquet.",
    ),
    _setting(
        "--garbled", type=OneOf(ALLOWED_VALUES["garbled"]), default=DEFAULTS.garbled, commands=CLEAN,
        help="What becomes of a document whose words were substituted.",
    ),
    _setting(
        "--language", type=LanguageCodes(), default=DEFAULTS.language, metavar="CODE", multiple=True,
        commands=CLEANING, help="Keep only this language; repeatable.", shell_complete=complete_language,
    ),
    _setting(
        "--record", type=OneOf(get_args(RecordLevel)), default="light", commands=CLEAN,
        help="light: what proves a text; full: what restores the raw.",
    ),
    _setting(
        "--effort", type=OneOf(ALLOWED_VALUES["effort"]), default=DEFAULTS.effort, commands=CLEANING,
        help="HTML with trafilatura's prediction where the model is unsure, or without.",
    ),
    _setting(
        "--captions", type=OneOf(ALLOWED_VALUES["captions"]), default=DEFAULTS.captions, commands=CLEANING,
        help="Image captions and credits.",
    ),
    _setting(
        "--comments", type=OneOf(ALLOWED_VALUES["comments"]), default=DEFAULTS.comments, commands=CLEANING,
        help="Readers' comments.",
    ),
    _setting(
        "--metadata", type=OneOf(ALLOWED_VALUES["metadata"]), default=DEFAULTS.metadata, commands=CLEANING,
        help="Of pages; full also asks trafilatura.",
    ),
    _setting(
        "--favor", type=OneOf(ALLOWED_VALUES["favor"]), default=DEFAULTS.favor, commands=CLEANING,
        help="Where it is doubtful whether a block is the article: cut more, or keep more.",
    ),
    _setting(
        "--min-confidence", type=Share(), default=DEFAULTS.min_confidence, metavar="X", commands=CLEAN,
        help="A document of which a lower word-F1 (0 to 1) is expected is held back.",
    ),
    _setting(
        "--title/--no-title", type=TrueOrFalse(), default=DEFAULTS.title, commands=CLEAN,
        help="Put the title first in the text.",
    ),
    _setting(
        "--timeout", type=Seconds(), default=DEFAULTS.timeout, metavar="SECONDS", commands=CLEANING,
        help="A document that takes longer fails.",
    ),
    _setting(
        "--memory", type=WholeNumber(1), default=2048, metavar="MB", commands=CLEAN,
        help="A document that adds more to a process fails.",
    ),
    _setting(
        "--largest", type=WholeNumber(1), default=64, metavar="MB", commands=CLEAN,
        help="A document that unpacks to more fails.",
    ),
    _setting(
        "--shard", type=WholeNumber(1), default=64, metavar="MB", commands=CLEAN,
        help="Size of a shard before it is packed.",
    ),
    _setting(
        "--workers", type=WholeNumber(1), default=None, metavar="N", commands=CLEAN,
        help="Processes that clean.", show_default="as many as there are processors",
    ),
    _setting(
        "--engine", type=OneOf(get_args(EngineName)), default="local", commands=CLEAN,
        help="With -o: clean here, or on a Ray cluster.",
    ),
    _setting(
        "--address", type=Text(), default=None, metavar="ADDRESS", commands=CLEAN,
        help="Of the Ray cluster.", show_default="RAY_ADDRESS, or one of this machine",
    ),
    _setting(
        "--duplicates", type=OneOf(get_args(KeepOrDrop)), default="keep", commands=CLEAN,
        help="What becomes of a text that an earlier document has; said in any case.",
    ),
    _setting(
        "--profile", type=Text(), default=None, metavar="FILE", commands=CLEANING,
        shell_complete=complete_file,
        help="What recurs on a site, as `cleaner learn` found.",
    ),
    _setting(
        "--rules", type=RulesFiles(), default=DEFAULTS.rules, metavar="FILE", multiple=True,
        shell_complete=complete_file,
        commands=(*CLEANING, "explain"), help="A Python file with rules of your own; repeatable.",
    ),
    _setting(
        "--learn/--no-learn", type=TrueOrFalse(), default=False, commands=CLEAN,
        help="With -o: find out first what recurs on a site, and cut that too.",
    ),
    _setting(
        "--kind", type=OneOf(get_args(ReadKind)), default="auto", commands=READING,
        help="What the inputs are; auto goes by suffix, then by looking. jsonl: a document a line.",
    ),
    _setting(
        "--field", type=Text(), default=None, metavar="NAME", commands=READING,
        help="The field of a row that holds the document.", show_default="html or text",
    ),
    _setting(
        "--id-field", type=Text(), default="id", metavar="NAME", commands=READING,
        help="The field of a row that holds the id.",
    ),
    _setting("--sites", type=SiteTables(), default=DEFAULTS.sites, commands=FILE_ONLY),
    _setting("--phrases", type=PhraseTables(), default=DEFAULTS.phrases, commands=FILE_ONLY),
)  # fmt: skip


def settings_options(command: str, **other_help: str) -> Callable[[F], F]:
    """Gives a command every setting, with a flag for those that it offers, and --config and --isolated.

    `other_help`: by a setting's name, what its flag does in this command where that differs.
    """

    def add(function: F) -> F:
        for option in reversed(CONFIG_OPTIONS):
            function = option(function)
        for names, commands, attributes in reversed(SETTINGS):
            name = Declaration(names, commands, attributes).name
            more = {"help": other_help[name]} if name in other_help else {}
            function = click.option(*names, cls=Setting, has_flag=command in commands, **attributes | more)(
                function
            )
        return function

    return add


CONFIG_OPTIONS = (
    click.option(
        "--config",
        metavar="FILE",
        default=None,
        is_eager=True,
        shell_complete=complete_file,
        help="Read settings from FILE.",
    ),
    click.option(
        "--isolated",
        is_flag=True,
        is_eager=True,
        help="Ignore configuration files and CLEANER_* variables.",
    ),
)


def settings_in_force(ctx: click.Context) -> dict[str, SettingValue]:
    """Every setting of the command that runs, by name."""
    return {
        setting.name: SettingValue(ctx.params[setting.name], setting.origin(ctx))
        for setting in _settings_of(ctx.command)
    }


def _settings_of(command: click.Command) -> list[Setting]:
    return [param for param in command.params if isinstance(param, Setting)]


def core_settings(values: Mapping[str, SettingValue]) -> Settings:
    """The settings that change what cleaning does to a document."""
    chosen = {field.name: values[field.name].value for field in fields(Settings) if field.name in values}
    return Settings(**chosen, markup="md" if values["format"].value == "md" else "txt")


def _config_file(given: str | None, isolated: bool) -> ConfigFile | None:
    if isolated and given:
        raise UsageError("--isolated reads no configuration file; leave out --isolated or --config")
    if isolated:
        return None
    return read_config_file(Path(given)) if given else nearest_config_file()


def _warn_of_what_is_not_read(ctx: click.Context) -> None:
    """Says which variables and which folders look like settings and are none."""
    variables = [setting.variable for setting in _settings_of(ctx.command)]
    for name in sorted(os.environ):
        if name.startswith(VARIABLE_PREFIX) and name not in (*variables, FORM_VARIABLE):
            echo_err(
                f"{one_line(name, MAX_NAME_CHARS)}: no such setting.{did_you_mean(name, variables, n=1)}"
            )
    if not ctx.params["config"]:
        for folder in folders_named_as_file():
            echo_err(f"{one_line(str(folder), MAX_NAME_CHARS)}: is a folder, and no configuration file")


def _file_values(config_file: ConfigFile, command: click.Command) -> dict[str, Any]:
    """The values in a file by setting; every key is checked, also where a flag or variable overrides it."""
    path, table, _ = config_file
    settings = {setting.name: setting for setting in _settings_of(command)}
    values = {}
    for key, value in table.items():
        setting = settings.get(key.replace("-", "_"))
        if setting is None:
            raise UsageError(f"{path}: unknown setting {key!r}.{did_you_mean(key, list(settings))}")
        if isinstance(setting.type, RulesFiles):
            value = beside(path, value)
        values[setting.name] = setting.converted(value, f"{path}: {key}")
    return values


def shown_value(value: Any) -> Any:
    """The value of a setting as JSON can hold it, and as runs compare it: of a file of rules the digest."""
    if isinstance(value, tuple):
        if any(isinstance(one, PhraseList) for one in value):
            return {one.code: one.as_table() for one in value}
        return [str(one) if isinstance(one, RulesFile) else one for one in value]
    return value
