"""The built table of substitutions: which words a spinner writes, and what they may stand for."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

# News manner, thesaurus, tortured phrase, broken name.
CHANNELS = ("n", "t", "p", "name")


class Substitution(NamedTuple):
    """`spun` may stand for `original`; both as tokens. `prior`: how usual; `channel`: n, t, p or name."""

    spun: tuple[str, ...]
    original: tuple[str, ...]
    prior: float
    channel: str


@dataclass(frozen=True)
class Lexicon:
    """Swaps by what is spun, and names under each word they could start with.

    `groups` holds for each form the swaps it may be; `single` finds a form of one word among them, and
    `phrases[w, v]` lists the phrases that begin with w v. `words[w]` are the words that w, or two words with
    a space between, may stand for inside a name; `names` maps a first word to the names it starts, in lower
    case and as printed. `weights` say what a form told about documents in training, by strength of evidence.
    `registers` holds forms that formal or literary English writes too; `base` and `bias` are the channels'
    weights and the score of a text that shows nothing.
    """

    by_form: list[list[Substitution]]
    form_id_of_word: dict[str, int]
    phrases_by_start: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]]
    name_word_originals: dict[str, list[str]]
    names_by_first_word: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]
    known_names: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    form_weights: dict[tuple[str, ...], tuple[float, ...]] = field(default_factory=dict)
    register_forms: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    channel_weights: dict[str, tuple[float, ...]] = field(default_factory=dict)
    bias: float = 0.0


def build_lexicon(
    substitutions: Iterable[Substitution],
    names: Iterable[str],
    register_forms: Iterable[tuple[str, ...]] = (),
    name_words: Iterable[tuple[str, str]] = (),
) -> Lexicon:
    """The look-up structure. `name_words` are pairs (spun, original) heard inside names only."""
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
    names_by_first_word: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for name in names:
        printed = tuple(name.replace("'s", " 's").split())
        lower = tuple(w.lower() for w in printed)
        names_by_first_word.setdefault(lower[0], []).append((lower, printed))
    known_names = frozenset(lower for group in names_by_first_word.values() for lower, _ in group)
    return Lexicon(
        list(by_form.values()),
        form_id_of_word,
        phrases_by_start,
        name_word_originals,
        names_by_first_word,
        known_names,
        register_forms=frozenset(register_forms),
    )


def read_lexicon(path: Path) -> Lexicon:
    """The built file: one entry a line, the kind of entry first; lines that start with # are its header.

    Read line by line, and what comes again is held once: as lists of words it takes three times as much.
    """
    rows: dict[str, list[Any]] = {entry_type: [] for entry_type in _ENTRY_PARSERS}
    interned = dict[Any, Any]()
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if not line.startswith("#"):
                kind, *cells = line.rstrip("\n").split("\t")
                rows[kind].append(_ENTRY_PARSERS[kind](kind, cells, interned.setdefault))
    unweighted = build_lexicon(
        chain(rows["n"], rows["t"], rows["p"]), rows["name"], rows["register"], rows["word"]
    )
    return replace(
        unweighted,
        form_weights=dict(rows["weight"]),
        channel_weights=dict(rows["base"]),
        bias=rows["bias"][0],
    )


Intern = Callable[[Any, Any], Any]


def _parse_substitution(channel: str, cells: list[str], intern: Intern) -> Substitution:
    spun, original, prior = cells
    number = float(prior)
    return Substitution(
        _parse_form(spun, intern), _parse_form(original, intern), intern(number, number), channel
    )


def _parse_form(words: str, intern: Intern) -> tuple[str, ...]:
    form = tuple(map(sys.intern, words.split()))
    return intern(form, form)  # type: ignore[no-any-return]


def _parse_floats(cells: str) -> tuple[float, ...]:
    return tuple(map(float, cells.split()))


# Of each kind of entry what a line says.
_ENTRY_PARSERS: dict[str, Callable[[str, list[str], Intern], Any]] = {
    "n": _parse_substitution,
    "t": _parse_substitution,
    "p": _parse_substitution,
    "name": lambda _, cells, intern: cells[0],
    "word": lambda _, cells, intern: (sys.intern(cells[0]), sys.intern(cells[1])),
    "register": lambda _, cells, intern: _parse_form(cells[0], intern),
    "weight": lambda _, cells, intern: (_parse_form(cells[0], intern), _parse_floats(cells[1])),
    "base": lambda _, cells, intern: (cells[0], _parse_floats(cells[1])),
    "bias": lambda _, cells, intern: float(cells[0]),
}


def possible_originals(lexicon: Lexicon, word: str) -> Iterator[str]:
    """What one word of a name may stand for: itself, its swaps, and the other number of itself."""
    yield word
    yield from lexicon.name_word_originals.get(word, ())
    if word.endswith("s"):
        yield word[:-1]
    else:
        yield word + "s"
