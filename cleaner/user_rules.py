"""Rules of a user's own, of the same shape as ours: a function whose name is the reason code, whose docstring
is the manual page, and which yields findings.

    from cleaner.user_rules import Finding, rule

    @rule("ad")
    def partner_offer(blocks):
        \"\"\"Offers of partners between the paragraphs.

        Drops: `Partner offer: a week in the hills`
        Keeps: a sentence about such offers.
        \"\"\"
        for i, text in enumerate(blocks.folded):
            if text.startswith("partner offer:"):
                yield Finding(i, "begins with “Partner offer:”")

A finding of at least `STRONG` nats (its rule's weight times its strength) has the last word on its block,
after rules, model and all else; of two the one that keeps. A weaker one is one opinion among others: it is
added to the log-odds of rules and of the model that its block is not main content. What the model reads, and
so what it says of other blocks, no rule here changes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from traceback import walk_tb
from types import ModuleType
from typing import Any, get_args

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.phrases import Mode, PhraseEntry, Phrases, is_fully_covered, position_matches
from cleaner.deadline import deadline
from cleaner.document import Label, Mark
from cleaner.errors import ErrorCode, RuleError, UsageError
from cleaner.notes import NOTES
from cleaner.rules import CERTAIN, FAIR, RULES_BY_CODE, STRONG, Finding
from cleaner.rules.codes import NON_RULE_CODES
from cleaner.rules.manual import ManualPage
from cleaner.rules.rule import MAX_QUOTED_CHARS, FindFunction, Rule
from cleaner.settings import Settings
from cleaner.user_settings import ENTRY_POINTS, USER_LABELS, PhraseList, RulesFile

__all__ = ["CERTAIN", "FAIR", "STRONG", "BlockIndex", "Finding", "rule"]

# The part of a document's time that rules of a user's own may take, so that one that hangs is named before
# the document is given up.
TIME_SHARE = 0.75
MAX_CODE_CHARS = 60


def rule(label: Label = "chrome", weight: float = STRONG) -> Callable[[FindFunction], Rule]:
    """Makes a function a rule of the user's own; its code is the function's name with hyphens.

    Args:
        label: what the lines are that it finds: chrome, ad, related or meta; `body` keeps them.
        weight: nats, above 0, for or (`body`) against main content: `STRONG` has the last word, `FAIR` is one
            opinion among others.
    """

    def make(find: FindFunction) -> Rule:
        code = find.__name__.replace("_", "-")
        return Rule(code, label, -weight if label == "body" else weight, None, frozenset(), find)

    if callable(label):
        raise UsageError("@rule wants brackets and a label: @rule('ad')")
    if label not in USER_LABELS:
        raise UsageError(f"@rule: no label {label!r}; it is {', '.join(USER_LABELS)}")
    if not isinstance(weight, int | float) or not 0 < weight < float("inf"):
        raise UsageError(
            f"@rule: no weight {weight!r}; it is a number of nats above 0, such as STRONG or FAIR"
        )
    return make


# -- loading


@dataclass(frozen=True, slots=True)
class UserRules:
    """All that a user added, ready to be applied."""

    rules: tuple[Rule, ...]
    phrase_rules: tuple[Rule, ...]
    phrases: Phrases | None

    @property
    def all(self) -> tuple[Rule, ...]:
        """The rules, then the lists of phrases as rules."""
        return (*self.rules, *self.phrase_rules)


@lru_cache(maxsize=16)
def user_rules(files: tuple[RulesFile, ...], lists: tuple[PhraseList, ...]) -> UserRules:
    """The rules in files and lists. UsageError for a code that is taken, or is none."""
    rules = tuple(one for file in files for one in load_rules(file))
    phrase_rules = tuple(_phrase_rule(one) for one in lists)
    places: dict[str, str] = {}
    for one in rules:
        _refuse_code(one.code, _place(one), places)
    for one in phrase_rules:
        _refuse_code(one.code, f"phrases.{one.code}", places)
    return UserRules(rules, phrase_rules, Phrases(_phrase_entries(lists)) if lists else None)


def _refuse_code(code: str, place: str, places: dict[str, str]) -> None:
    if not isinstance(code, str) or not _is_kebab_case(code):
        raise UsageError(f"{place}: {code!r} is no reason code; it is words in small letters with hyphens")
    if code in RULES_BY_CODE or code in NON_RULE_CODES or code in NOTES or code in set(ErrorCode):
        raise UsageError(
            f"{place}: the code {code!r} is cleaner's own; give yours another name, such as my-{code}"
        )
    if code in get_args(Label):
        raise UsageError(f"{place}: {code!r} is a label; give the code another name, such as my-{code}")
    if code in places:
        raise UsageError(f"{place}: the code {code!r} is taken by {places[code]}")
    places[code] = place


def _is_kebab_case(code: str) -> bool:
    words = code.split("-")
    return len(code) <= MAX_CODE_CHARS and all(
        word.isascii() and word.isalnum() and word == word.lower() for word in words
    )


@lru_cache(maxsize=64)
def load_rules(file: RulesFile) -> tuple[Rule, ...]:
    """Runs a file of rules, or imports a module, and gives the rules in it, in their order.

    UsageError, with the line, where that fails or there are none.
    """
    module = _imported(file) if file.source is None else _executed(file.name, file.source, file.digest)
    rules = [value for value in vars(module).values() if isinstance(value, Rule)]
    if not rules:
        raise UsageError(
            f"{file.name}: holds no rule; put @rule('chrome') of cleaner.user_rules before a function"
        )
    for one in rules:
        if not one.manual:
            raise UsageError(
                f"{_place(one)}: {one.code} has no docstring; say what it drops and what it keeps"
            )
    return tuple(dict.fromkeys(rules))


def _executed(name: str, source: str, digest: str) -> ModuleType:
    module = ModuleType(f"cleaner_user_rules_{digest[:16]}")
    module.__file__ = name
    sys.modules[module.__name__] = module  # where dataclasses and typing look names up
    try:
        exec(compile(source, name, "exec"), vars(module))
    except SyntaxError as error:
        del sys.modules[module.__name__]
        raise UsageError(f"{name}:{error.lineno}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        what = str(error) if isinstance(error, UsageError) else _error_text(error)
        raise UsageError(f"{name}:{_line_in(name, error) or 1}: {what}") from error
    return module


def _imported(file: RulesFile) -> ModuleType:
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS, name=file.name):
        try:
            return import_module(entry.module)
        except (Exception, SystemExit) as error:
            raise UsageError(
                f"{file.name}: {entry.module} cannot be imported: {_error_text(error)}"
            ) from error
    raise UsageError(f"{file.name}: no installed package offers rules of that name")


def _place(rule: Rule) -> str:
    """File and line of a rule's function."""
    code = getattr(rule.find, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else rule.code


def _error_text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _line_in(file: str, error: BaseException) -> int | None:
    """The last line of a file on the way to an error."""
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return lines[-1] if lines else None


# -- phrases


def _phrase_rule(one: PhraseList) -> Rule:
    """A list of phrases as what it is for judge and manual; `_phrase_findings` finds."""

    def find(blocks: BlockIndex) -> Iterable[Finding]:
        return ()

    shown = " | ".join(phrase for phrases in one.by_mode.values() for phrase in phrases)
    verb = "Keeps" if one.label == "body" else "Drops"
    find.__doc__ = f"{one.about or 'Phrases of your own settings.'}\n\n{verb}: {shown}"
    weight = FAIR if one.weak else STRONG
    return Rule(one.code, one.label, -weight if one.label == "body" else weight, None, frozenset(), find)  # type: ignore[arg-type]


def _phrase_entries(lists: Iterable[PhraseList]) -> Iterator[PhraseEntry]:
    """All phrases as ones that stand anywhere: to `line` and `start` phrases there is a limit of length."""
    for one in lists:
        for mode, phrases in one.by_mode.items():
            for phrase in phrases:
                yield PhraseEntry(f"{one.code} {mode}", "has", "", phrase)


def _phrase_findings(blocks: BlockIndex, rules: UserRules) -> Iterator[tuple[Rule, Finding]]:
    if rules.phrases is None:
        return
    rule_by_code = {one.code: one for one in rules.phrase_rules}
    found = rules.phrases.find(blocks.texts, blocks.folded, blocks.character_classes)
    for key, hits in found.items():
        code, _, name = key.partition(" ")
        mode: Mode = next(one for one in get_args(Mode) if one == name)
        spans: dict[int, list[tuple[int, int]]] = {}
        for hit in hits:
            if position_matches(mode, blocks[hit.block].text, hit.start, hit.end):
                spans.setdefault(hit.block, []).append((hit.start, hit.end))
        for block, where in spans.items():
            text = blocks[block].text
            if mode == "line" and not is_fully_covered(blocks.folded[block], where):
                continue
            for start, end in where if mode == "span" else where[:1]:
                why = f"your phrase “{text[start : min(end, start + MAX_QUOTED_CHARS)]}”"
                yield rule_by_code[code], Finding(block, why, 1.0, (start, end) if mode == "span" else None)


# -- applying


class _OverTimeError(BaseException):
    """Not an `Exception`, so that no handler in a rule takes it for an error of its own."""


def user_marks(blocks: BlockIndex, settings: Settings) -> list[Mark]:
    """What the user's own rules and phrases say of a document: rules in their order, then phrases.

    RuleError where a rule fails, or all of them take longer than their share of `settings.timeout`.
    """
    if not (settings.rules or settings.phrases):
        return []
    rules = user_rules(settings.rules, settings.phrases)
    marks: list[Mark] = []
    try:
        with deadline(settings.timeout * TIME_SHARE, _OverTimeError):
            for one in rules.rules:
                marks += _marks_of(one, blocks, settings.timeout)
    except _OverTimeError:  # it came between two of them
        raise RuleError(f"your rules: {_over_time(settings.timeout)}", ErrorCode.TIMEOUT) from None
    return marks + [_checked_mark(one, finding, blocks) for one, finding in _phrase_findings(blocks, rules)]


def _marks_of(rule: Rule, blocks: BlockIndex, timeout: float) -> list[Mark]:
    try:
        return [_checked_mark(rule, finding, blocks) for finding in rule.find(blocks)]
    except _OverTimeError as error:
        raise _rule_error(rule, error, _over_time(timeout), ErrorCode.TIMEOUT) from None
    except (Exception, SystemExit) as error:
        raise _rule_error(rule, error, _error_text(error)) from error


def _over_time(timeout: float) -> str:
    return f"took longer than {timeout * TIME_SHARE:g} of the document's {timeout:g} seconds"


def _rule_error(
    rule: Rule, error: BaseException, message: str, code: ErrorCode = ErrorCode.RULE
) -> RuleError:
    """The error with the last line in the rule's file on the way to it."""
    function = getattr(rule.find, "__code__", None)
    file = function.co_filename if function else ""
    line = _line_in(file, error)
    place = f"{file}:{line}" if line else _place(rule)
    return RuleError(f"{place}: your rule {rule.code}: {message}", code)


def _checked_mark(rule: Rule, finding: Any, blocks: BlockIndex) -> Mark:
    """The mark of a finding. ValueError for what is none."""
    if not isinstance(finding, tuple) or not 2 <= len(finding) <= 4:
        raise ValueError(f"{finding!r} is no Finding(block, why)")
    block, why, strength, span = Finding(*finding)
    if not isinstance(block, int) or not 0 <= block < len(blocks):
        raise ValueError(f"{block!r} is no index of a block; there are {len(blocks)}")
    if not isinstance(why, str):
        raise ValueError(f"the reason {why!r} is no string")
    if not isinstance(strength, int | float) or not 0 < strength <= 1:
        raise ValueError(f"{strength!r} is no strength above 0, up to 1")
    raw_span = None if span is None else _raw_span(rule, span, blocks, block)
    return Mark(block, rule.code, rule.label, float(strength), why, raw_span, rule.weight)


def _raw_span(rule: Rule, span: Any, blocks: BlockIndex, block: int) -> tuple[int, int]:
    n_chars = len(blocks[block].text)
    is_pair = isinstance(span, tuple) and len(span) == 2 and all(isinstance(at, int) for at in span)
    if not is_pair or not 0 <= span[0] < span[1] <= n_chars:
        raise ValueError(f"{span!r} is no part of block {block}, which has {n_chars} characters")
    if rule.label == "body":
        raise ValueError("a part of a block cannot be kept alone")
    return blocks[block].to_raw_span(*span)


def has_last_word(mark: Mark) -> bool:
    """Whether a mark is one of the user's own that decides by itself."""
    return mark.weight is not None and abs(mark.weight) * mark.strength >= STRONG


# -- for the reader


def user_pages(settings: Settings) -> Mapping[str, ManualPage]:
    """The manual pages of the user's own codes."""
    rules = user_rules(settings.rules, settings.phrases).all
    return {one.code: ManualPage(one.code, one.label, one.manual) for one in rules}
