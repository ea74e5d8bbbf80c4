"""What a user may set, with its choices and defaults."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any, Literal, TypeVar, get_args

from cleaner.errors import UsageError, did_you_mean
from cleaner.language_codes import language_codes
from cleaner.user_settings import PhraseList, RulesFile, phrase_lists, rules_files

T = TypeVar("T")

GarbledPolicy = Literal["quarantine", "keep", "restore", "drop"]
KeepOrDrop = Literal["keep", "drop"]
Effort = Literal["best", "fast"]
OutputMarkup = Literal["txt", "md"]
MetadataLevel = Literal["cheap", "full"]
Favor = Literal["precision", "balanced", "recall"]
# Of a run, not of one document: the core does not look at them.
OutputFormat = Literal["txt", "md", "jsonl", "parquet"]
RecordLevel = Literal["none", "light", "full"]
InputKind = Literal["auto", "html", "text"]
ReadKind = Literal["auto", "html", "text", "jsonl"]
EngineName = Literal["local", "ray"]
ALLOWED_VALUES: dict[str, tuple[str, ...]] = {
    "garbled": get_args(GarbledPolicy),
    "effort": get_args(Effort),
    "captions": get_args(KeepOrDrop),
    "comments": get_args(KeepOrDrop),
    "markup": get_args(OutputMarkup),
    "metadata": get_args(MetadataLevel),
    "favor": get_args(Favor),
}


@dataclass(frozen=True, slots=True)
class SiteRules:
    """A user's own selectors for the pages of `host` and its subdomains: blocks to keep, blocks to drop.

    UsageError for a host that is none, or a selector that cannot be read; one selector may be a string.
    """

    host: str
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        key = f'sites."{self.host}"'
        if not isinstance(self.host, str) or not re.fullmatch(r"[\w-]+(\.[\w-]+)*", self.host):
            raise UsageError(f"{key}: {self.host!r} is no host name, such as example.org")
        _replace(self, "host", self.host.lower())
        for name in ("keep", "drop"):
            _replace(self, name, _checked_selectors(getattr(self, name), f"{key}.{name}"))


def _replace(record: object, name: str, value: object) -> None:
    """Sets a field of a frozen record while it is made."""
    object.__setattr__(record, name, value)


def _checked_selectors(value: object, key: str) -> tuple[str, ...]:
    selectors = [value] if isinstance(value, str) else value
    if not isinstance(selectors, list | tuple) or not all(isinstance(one, str) for one in selectors):
        raise UsageError(f"{key}: {value!r} is not a list of selectors")
    if selectors:
        from importlib import import_module

        # by name: their grammar is of a floor far above, and few have rules for sites
        parse_selectors = import_module("cleaner.decide.site_rules").parse_selectors
        try:
            for selector in selectors:
                parse_selectors(selector)
        except UsageError as error:
            raise UsageError(f"{key}: {error}") from None
    return tuple(selectors)


def site_rules(value: object) -> tuple[SiteRules, ...]:
    """The rules for sites, from `SiteRules` or from a table by host, as a configuration file has it."""
    if isinstance(value, Mapping):
        return tuple(_rules_of_table(host, table) for host, table in value.items())
    if isinstance(value, list | tuple) and all(isinstance(one, SiteRules) for one in value):
        return tuple(value)
    example = '{"example.org": {"drop": [".promo"]}}'
    raise UsageError(f"sites: {value!r} is neither a table, such as {example}, nor a list of SiteRules")


def _rules_of_table(host: Any, table: object) -> SiteRules:
    if not isinstance(table, Mapping):
        SiteRules(host)  # a wrong host is the first thing to say
        raise UsageError(f'sites."{host}": {table!r} is no table with keep and drop')
    for name in table:
        if name not in ("keep", "drop"):
            hint = did_you_mean(str(name), ["keep", "drop"], n=1) or " There are keep and drop."
            raise UsageError(f'sites."{host}": unknown setting {name!r}.{hint}')
    return SiteRules(host, **table)


# Three years; timers of the system take no more than some.
MAX_TIME_S = 1e8


def is_positive_time(value: object) -> bool:
    """Whether it is a number of seconds above 0, up to `MAX_TIME_S`."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MAX_TIME_S


def is_share(value: object) -> bool:
    """Whether it is a number from 0 to 1."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _refusing_unknown_names(settings_class: type[T]) -> type[T]:
    """Has a dataclass say of an unknown name what the configuration file says of it."""
    init: Callable[..., None] = settings_class.__init__
    names = [name for name in signature(init).parameters if name != "self"]

    @wraps(init)
    def checked(self: T, *args: Any, **named: Any) -> None:
        for name in named:
            if name not in names:
                hint = did_you_mean(name, names) or f" There are {', '.join(names)}."
                raise UsageError(f"unknown setting {name!r}.{hint}")
        init(self, *args, **named)

    settings_class.__init__ = checked  # type: ignore[method-assign,assignment]
    return settings_class


@_refusing_unknown_names
@dataclass(frozen=True, slots=True)
class Settings:
    """How to clean.

    Attributes:
        language: keep only documents in these languages (ISO 639-1 codes; of `en-US` only `en` counts);
            empty keeps all.
        garbled: what becomes of a document whose words were substituted: held back (`quarantine`), let
            through (`keep`), let through with the words put back that are sure (`restore`), or withheld
            (`drop`).
        effort: `best` takes trafilatura's prediction too on HTML pages that the model is not sure of, `fast`
            does without.
        captions: keep or drop image captions and credits.
        comments: keep or drop readers' comments.
        metadata: where a page's author, date and the like come from: `cheap` reads what the page declares
            and shows; `full` also asks trafilatura, which takes longer, and records where it
            differs (only under `effort="best"`).
        favor: where it is doubtful whether a block is main content: `precision` cuts more of them, `recall`
            keeps more.
        min_confidence: a document of which a lower word-F1 (0 to 1) is expected is held back, as a garbled
            one is under `quarantine`; 0 holds none back.
        title: put the title first in the text, where one is known and not already there.
        markup: `txt` gives plain paragraphs, `md` Markdown headings and lists.
        sites: selectors of blocks to keep or drop on the pages of a host, whatever rules and model say; also
            as a table, `{"example.org": {"drop": [".promo"]}}`.
        rules: files of rules of your own, as paths, or names under which installed packages offer some; they
            are read now.
        phrases: lists of phrases of your own; also as a table by code,
            `{"house-ad": {"label": "ad", "line": ["Get our app"]}}`.
        timeout: seconds trafilatura may take over one page before cleaning goes on without it. (In a run of
            `cleaner clean` the whole document has as many, and fails after them.) Rules of your own may take
            three quarters of it, or the document fails.
    """

    language: tuple[str, ...] = ()
    garbled: GarbledPolicy = "quarantine"
    effort: Effort = "best"
    captions: KeepOrDrop = "drop"
    comments: KeepOrDrop = "drop"
    metadata: MetadataLevel = "cheap"
    favor: Favor = "balanced"
    min_confidence: float = 0.0
    title: bool = False
    markup: OutputMarkup = "txt"
    timeout: float = 30.0
    sites: tuple[SiteRules, ...] = ()
    rules: tuple[RulesFile, ...] = ()
    phrases: tuple[PhraseList, ...] = ()

    def __post_init__(self) -> None:
        """Raises UsageError for a value that is not allowed; of unknown names the decorator says so."""
        for name, choices in ALLOWED_VALUES.items():
            if (chosen := getattr(self, name)) not in choices:
                raise UsageError(f"no {name} {chosen!r}; it is {', '.join(choices)}")
        _replace(self, "language", language_codes(self.language))
        _replace(self, "sites", site_rules(self.sites))
        _replace(self, "rules", rules_files(self.rules))
        _replace(self, "phrases", phrase_lists(self.phrases))
        if not is_share(self.min_confidence):
            raise UsageError(f"no min_confidence {self.min_confidence!r}; it is a number from 0 to 1")
        if not is_positive_time(self.timeout):
            raise UsageError(
                f"no timeout {self.timeout!r}; it is a number of seconds above 0, up to {MAX_TIME_S:,.0f}"
            )
        if not isinstance(self.title, bool):
            raise UsageError(f"no title {self.title!r}; it is True or False")
        if self.rules or self.phrases:
            from importlib import import_module

            # by name, as above: they are run, and held against our codes
            import_module("cleaner.user_rules").user_rules(self.rules, self.phrases)
