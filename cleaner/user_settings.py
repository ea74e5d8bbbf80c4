"""What users add to our rules: files of rules of their own, and lists of phrases. `user_rules.py` runs them.

A file is read when the settings are made, and goes to workers as it was then: what becomes of it meanwhile
changes no document of the run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib import import_module
from pathlib import Path
from typing import Any

from cleaner.errors import UsageError, did_you_mean

# The group of entry points in which an installed package offers rules by a name.
ENTRY_POINTS = "cleaner.rules"
# The labels of `document.Label` that a rule may give.
USER_LABELS = ("chrome", "ad", "related", "meta", "body")
PHRASE_MODES = ("line", "start", "end", "has", "span")
SHOWN_DIGEST_CHARS = 16


@dataclass(frozen=True, slots=True)
class RulesFile:
    """Rules of a user's own: a Python file as it was when it was read, or a module of an installed package.

    Attributes:
        name: the file's path, or the name of an entry point in the group `cleaner.rules`.
        source: the file's text; None for a module, which each process imports.
        digest: sha256 of the source in hexadecimal digits.
    """

    name: str
    source: str | None = field(repr=False)
    digest: str

    def __str__(self) -> str:
        """As the settings of a run show it: two runs with the same rules show the same, wherever they lie."""
        return f"{Path(self.name).name} (sha256 {self.digest[:SHOWN_DIGEST_CHARS]})"

    def __reduce__(self) -> tuple[Any, tuple[str, str | None, str]]:
        return _in_another_process, (self.name, self.source, self.digest)


def _in_another_process(name: str, source: str | None, digest: str) -> RulesFile:
    """The rules as a process receives them: run at once, so that their imports are no document's time."""
    file = RulesFile(name, source, digest)
    import_module("cleaner.user_rules").load_rules(file)
    return file


def rules_files(value: object) -> tuple[RulesFile, ...]:
    """The rules that one or several paths or names of entry points stand for, each once.

    UsageError where there are none.
    """
    given = value if isinstance(value, list | tuple) else [] if value is None else [value]
    found = dict[str, RulesFile]()
    for one in given:
        if isinstance(one, RulesFile):
            file = one
        elif isinstance(one, str | Path) and str(one):
            file = _read_rules(str(one))
        else:
            raise UsageError(f"rules: {one!r} is no path of a file of rules")
        found.setdefault(file.name, file)
    return tuple(found.values())


def _read_rules(name: str) -> RulesFile:
    path = Path(name)
    if path.suffix != ".py" and os.sep not in name and not path.exists():
        return _offered_rules(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from error
    try:
        return RulesFile(name, data.decode("utf-8"), _sha256(data))
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: not UTF-8 at byte {error.start}") from error


def _offered_rules(name: str) -> RulesFile:
    """Rules that an installed package offers; a new version of it is another digest."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    offered = {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
    if name not in offered:
        hint = did_you_mean(name, [*offered])
        raise UsageError(f"{name}: no such file, and no installed package offers rules of that name.{hint}")
    entry = offered[name]
    try:
        spec = find_spec(entry.module)
        source = Path(spec.origin).read_bytes() if spec and spec.origin else b""
    except Exception as error:  # of the package's own code
        raise UsageError(f"{name}: {entry.module} cannot be imported: {error}") from error
    version = entry.dist.version if entry.dist else ""
    return RulesFile(name, None, _sha256(f"{entry.value} {version}\n".encode() + source))


def _sha256(data: bytes) -> str:
    import hashlib  # loads OpenSSL, which few need

    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class PhraseList:
    """Phrases of a user's own under one reason code. Case, quotes and kinds of space do not matter.

    UsageError for what it cannot be; one phrase may be a string.

    Attributes:
        code: the reason code, in kebab case.
        label: what such lines are, one of `USER_LABELS`; `body` keeps them whatever else is said of them.
        line: the whole line is one of these, numbers and signs aside; it goes.
        start: the line starts with one of them; it goes.
        end: the line ends with one of them; it goes.
        has: one of them stands anywhere in the line, which goes.
        span: it stands anywhere and goes alone; the rest of its line stays.
        weak: one opinion among others, not the last word.
        about: what the phrases are, for `cleaner explain`.
    """

    code: str
    label: str = "chrome"
    line: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    span: tuple[str, ...] = ()
    weak: bool = False
    about: str = ""

    def __post_init__(self) -> None:
        for name in PHRASE_MODES:
            object.__setattr__(self, name, _checked_phrases(getattr(self, name), f"{self._key}.{name}"))
        if self.label not in USER_LABELS:
            raise UsageError(f"{self._key}.label: {self.label!r} is none of {', '.join(USER_LABELS)}")
        if not isinstance(self.weak, bool):
            raise UsageError(f"{self._key}.weak: {self.weak!r} is neither true nor false")
        if not isinstance(self.about, str):
            raise UsageError(f"{self._key}.about: {self.about!r} is not a string")
        if not any(self.by_mode.values()):
            raise UsageError(f"{self._key}: has no phrases; give {', '.join(PHRASE_MODES)}")
        if self.label == "body" and self.span:
            raise UsageError(f"{self._key}.span: a part of a line cannot be kept alone; use `has`")

    @property
    def _key(self) -> str:
        return f"phrases.{self.code}"

    @property
    def by_mode(self) -> dict[str, tuple[str, ...]]:
        """The phrases by how they are looked for."""
        return {name: getattr(self, name) for name in PHRASE_MODES}

    def as_table(self) -> dict[str, Any]:
        """The list as a table of the configuration file, without what it leaves out."""
        return {
            name: [*value] if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if name != "code" and (value or name == "label")
        }


def phrase_lists(value: object) -> tuple[PhraseList, ...]:
    """The lists, from `PhraseList`s or from a table by code, as a configuration file has it."""
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return tuple(_list_of_table(code, table) for code, table in value.items())
    if isinstance(value, list | tuple) and all(isinstance(one, PhraseList) for one in value):
        return tuple(value)
    example = '{"house-ad": {"label": "ad", "line": ["Get our app"]}}'
    raise UsageError(f"phrases: {value!r} is neither a table, such as {example}, nor a list of PhraseLists")


def _list_of_table(code: Any, table: object) -> PhraseList:
    if isinstance(table, str | list | tuple):
        return PhraseList(code, line=table)  # type: ignore[arg-type]  # checked there
    if not isinstance(table, Mapping):
        raise UsageError(f"phrases.{code}: {table!r} is neither a list of phrases nor a table")
    names = [one.name for one in fields(PhraseList) if one.name != "code"]
    for name in table:
        if name not in names:
            hint = did_you_mean(str(name), names, n=1) or f" There are {', '.join(names)}."
            raise UsageError(f"phrases.{code}: unknown setting {name!r}.{hint}")
    return PhraseList(code, **table)


def _checked_phrases(value: object, key: str) -> tuple[str, ...]:
    phrases = [value] if isinstance(value, str) else value
    if not isinstance(phrases, list | tuple):
        raise UsageError(f"{key}: {value!r} is not a list of phrases")
    return tuple(_phrase_texts(phrases, key))


def _phrase_texts(phrases: Iterable[object], key: str) -> Iterator[str]:
    for phrase in phrases:
        if not isinstance(phrase, str):
            raise UsageError(f"{key}: {phrase!r} is not a string")
        text = phrase.strip()
        if not any(char.isalnum() for char in text):
            raise UsageError(f"{key}: {phrase!r} has no letter and no number")
        if len(text.splitlines()) > 1:
            raise UsageError(f"{key}: {phrase!r} is more than one line; give each line as a phrase")
        yield " ".join(text.split())
