"""The built table of substitutions: which forms a spinner writes, and what their originals may be."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple


class Channel(StrEnum):
    """The kind of spinner that makes a swap; the value is its code in the built file.

    The order matters: features and weights number the channels by it.
    """

    NEWS = "n"  # by the fixed table of spun news
    THESAURUS = "t"
    TORTURED = "p"  # a tortured phrase, as in spun science
    NAME = "name"  # inside a name
    REWRITING = "r"  # by rewriting software: `withinside the`, `a good way to`
    SPINBOT = "s"  # in the manner of SpinBot: `on the off chance that`


CHANNELS = tuple(Channel)
# The families of substitutions that a document is scored by, each for itself; names count in all of them.
FAMILIES = (Channel.NEWS, Channel.THESAURUS, Channel.TORTURED, Channel.REWRITING, Channel.SPINBOT)


class Substitution(NamedTuple):
    """`spun` may be written for `original`; both as tokens.

    `prior` is how usual that is for the original; `also` are further channels with the same swap.
    """

    spun: tuple[str, ...]
    original: tuple[str, ...]
    prior: float
    channel: Channel
    also: tuple[Channel, ...] = ()

    @property
    def families(self) -> tuple[Channel, ...]:
        """The families that make this swap."""
        return FAMILIES if self.channel == Channel.NAME else (self.channel, *self.also)


@dataclass(frozen=True)
class Lexicon:
    """The substitutions by form, the names, and the weights of the document's score.

    Attributes:
        by_form: for each form its substitutions; the index is the form's number.
        form_id_of_word: the number of a form of one word.
        phrases_by_start: longer forms with their numbers, by their first two words.
        name_word_originals: what a word, or two words with a space between, may stand for inside a name; only
            words of `known_names`.
        names_by_first_word: names, in lower case and as printed, by their first word.
        known_names: all names in lower case.
        register_forms: forms that formal or literary English writes too.
        form_weights: what a form adds to a family's log-odds of a document, by family and form, by strength
            of evidence (0 to 3).
        channel_weights: the same weights for forms that were never met in training, by family and channel.
        family_biases: by family the log-odds of a text without any form.
        signal_weights: what each of `document_score.SIGNALS` adds to the log-odds of a document.
        bias: the log-odds of a document without any signal.
        threshold: the log-odds above which a document is called spun.
    """

    by_form: list[list[Substitution]]
    form_id_of_word: dict[str, int]
    phrases_by_start: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]]
    name_word_originals: dict[str, list[str]]
    names_by_first_word: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]
    known_names: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    register_forms: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    form_weights: Mapping[tuple[Channel, tuple[str, ...]], tuple[float, ...]] = field(default_factory=dict)
    channel_weights: dict[tuple[Channel, Channel], tuple[float, ...]] = field(default_factory=dict)
    family_biases: dict[Channel, float] = field(default_factory=dict)
    signal_weights: dict[str, float] = field(default_factory=dict)
    bias: float = 0.0
    threshold: float = 0.0

    @cached_property
    def may_begin_name(self) -> frozenset[str]:
        """Words that a name may begin with, also where its first word was replaced; and some others."""
        names = self.names_by_first_word.keys()
        words = {*names, *(name + "s" for name in names), *(name.removesuffix("s") for name in names)}
        words.update(
            spun_word.split(" ")[0]
            for spun_word, originals in self.name_word_originals.items()
            if not names.isdisjoint(originals)
        )
        return frozenset(words)


def build_lexicon(
    substitutions: Iterable[Substitution],
    names: Iterable[str],
    register_forms: Iterable[tuple[str, ...]] = (),
    name_words: Iterable[tuple[str, str]] = (),
) -> Lexicon:
    """The look-up structure. `name_words` are pairs (spun, original) that occur inside names only."""
    by_form: dict[tuple[str, ...], list[Substitution]] = {}
    name_word_originals: dict[str, list[str]] = {}
    for substitution in substitutions:
        by_form.setdefault(substitution.spun, []).append(substitution)
        if len(substitution.spun) <= 2 and len(substitution.original) == 1:
            name_word_originals.setdefault(" ".join(substitution.spun), []).append(substitution.original[0])
    for spun_word, word in name_words:
        name_word_originals.setdefault(spun_word, []).append(word)
    form_id_of_word: dict[str, int] = {}
    phrases_by_start: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]] = {}
    for form_id, spun in enumerate(by_form):
        if len(spun) == 1:
            form_id_of_word[spun[0]] = form_id
        else:
            phrases_by_start.setdefault((spun[0], spun[1]), []).append((spun, form_id))
    by_first_word = names_by_first_word(names)
    known_names = frozenset(lower for group in by_first_word.values() for lower, _ in group)
    words_of_names = {word for name in known_names for word in name}
    return Lexicon(
        list(by_form.values()),
        form_id_of_word,
        phrases_by_start,
        {
            spun_word: [word for word in words if word in words_of_names]
            for spun_word, words in name_word_originals.items()
            if not words_of_names.isdisjoint(words)
        },
        by_first_word,
        known_names,
        register_forms=frozenset(register_forms),
    )


def names_by_first_word(names: Iterable[str]) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Names in lower case and as printed, both as tokens, by their first word."""
    by_first_word: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for name in names:
        printed = tuple(name.replace("'s", " 's").split())
        lower = tuple(w.lower() for w in printed)
        by_first_word.setdefault(lower[0], []).append((lower, printed))
    return by_first_word


def read_lexicon(path: Path) -> Lexicon:
    """The built file: one entry a line, the kind of entry first; lines that start with # are its header.

    Read line by line, and equal values are held once: as lists of words it takes three times the memory.
    """
    rows: dict[str, list[Any]] = {entry_type: [] for entry_type in _ENTRY_PARSERS}
    interned = dict[Any, Any]()
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if not line.startswith("#"):
                entry_type, *cells = line.rstrip("\n").split("\t")
                rows[entry_type].append(_ENTRY_PARSERS[entry_type](cells, interned.setdefault))
    substitutions = chain.from_iterable(rows[family] for family in FAMILIES)
    unweighted = build_lexicon(substitutions, rows["name"], rows["register"], rows["word"])
    return replace(
        unweighted,
        form_weights=dict(rows["weight"]),
        channel_weights=dict(rows["base"]),
        family_biases=dict(rows["family bias"]),
        signal_weights=dict(rows["signal"]),
        bias=rows["bias"][0],
        threshold=rows["threshold"][0],
    )


Intern = Callable[[Any, Any], Any]


def _parse_substitution(channel: Channel, cells: list[str], intern: Intern) -> Substitution:
    spun, original, prior, *others = cells
    number, also = float(prior), tuple(map(Channel, others))
    return Substitution(
        _parse_form(spun, intern),
        _parse_form(original, intern),
        intern(number, number),
        channel,
        intern(also, also),
    )


def _parse_form(words: str, intern: Intern) -> tuple[str, ...]:
    form = tuple(map(sys.intern, words.split()))
    return intern(form, form)  # type: ignore[no-any-return]


def _parse_floats(cells: str, intern: Intern) -> tuple[float, ...]:
    numbers = tuple(map(float, cells.split()))
    return intern(numbers, numbers)  # type: ignore[no-any-return]


# How the cells of a line are read, by its type of entry.
_ENTRY_PARSERS: dict[str, Callable[[list[str], Intern], Any]] = {
    **{family: partial(_parse_substitution, family) for family in FAMILIES},
    "name": lambda cells, intern: cells[0],
    "word": lambda cells, intern: (sys.intern(cells[0]), sys.intern(cells[1])),
    "register": lambda cells, intern: _parse_form(cells[0], intern),
    "weight": lambda cells, intern: (
        (Channel(cells[0]), _parse_form(cells[1], intern)),
        _parse_floats(cells[2], intern),
    ),
    "base": lambda cells, intern: (
        (Channel(cells[0]), Channel(cells[1])),
        _parse_floats(cells[2], intern),
    ),
    "family bias": lambda cells, intern: (Channel(cells[0]), float(cells[1])),
    "signal": lambda cells, intern: (cells[0], float(cells[1])),
    "bias": lambda cells, intern: float(cells[0]),
    "threshold": lambda cells, intern: float(cells[0]),
}


def possible_originals(lexicon: Lexicon, word: str) -> Iterator[str]:
    """What one word of a name may stand for: itself, its originals, itself with or without a final s."""
    yield word
    yield from lexicon.name_word_originals.get(word, ())
    if word.endswith("s"):
        yield word[:-1]
    else:
        yield word + "s"
