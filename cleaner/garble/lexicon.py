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


class Swap(NamedTuple):
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

    groups: list[list[Swap]]
    single: dict[str, int]
    phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]]
    words: dict[str, list[str]]
    names: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]
    known: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    weights: dict[tuple[str, ...], tuple[float, ...]] = field(default_factory=dict)
    registers: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    base: dict[str, tuple[float, ...]] = field(default_factory=dict)
    bias: float = 0.0


def build(
    swaps: Iterable[Swap],
    names: Iterable[str],
    registers: Iterable[tuple[str, ...]] = (),
    name_words: Iterable[tuple[str, str]] = (),
) -> Lexicon:
    """The look-up structure. `name_words` are pairs (spun, original) heard inside names only."""
    by_spun: dict[tuple[str, ...], list[Swap]] = {}
    words: dict[str, list[str]] = {}
    for swap in swaps:
        by_spun.setdefault(swap.spun, []).append(swap)
        if len(swap.spun) <= 2 and len(swap.original) == 1:
            words.setdefault(" ".join(swap.spun), []).append(swap.original[0])
    for spun_word, word in name_words:
        words.setdefault(spun_word, []).append(word)
    single: dict[str, int] = {}
    phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]] = {}
    for number, spun in enumerate(by_spun):
        if len(spun) == 1:
            single[spun[0]] = number
        else:
            phrases.setdefault((spun[0], spun[1]), []).append((spun, number))
    firsts: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for name in names:
        printed = tuple(name.replace("'s", " 's").split())
        lower = tuple(w.lower() for w in printed)
        firsts.setdefault(lower[0], []).append((lower, printed))
    known = frozenset(lower for group in firsts.values() for lower, _ in group)
    return Lexicon(
        list(by_spun.values()), single, phrases, words, firsts, known, registers=frozenset(registers)
    )


def read(path: Path) -> Lexicon:
    """The built file: one entry a line, the kind of entry first; lines that start with # are its header.

    Read line by line, and what comes again is held once: as lists of words it takes three times as much.
    """
    rows: dict[str, list[Any]] = {kind: [] for kind in _ENTRIES}
    same = dict[Any, Any]()
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if not line.startswith("#"):
                kind, *cells = line.rstrip("\n").split("\t")
                rows[kind].append(_ENTRIES[kind](kind, cells, same.setdefault))
    plain = build(chain(rows["n"], rows["t"], rows["p"]), rows["name"], rows["register"], rows["word"])
    return replace(plain, weights=dict(rows["weight"]), base=dict(rows["base"]), bias=rows["bias"][0])


Once = Callable[[Any, Any], Any]


def _swap(kind: str, cells: list[str], once: Once) -> Swap:
    spun, original, prior = cells
    number = float(prior)
    return Swap(_form(spun, once), _form(original, once), once(number, number), kind)


def _form(words: str, once: Once) -> tuple[str, ...]:
    form = tuple(map(sys.intern, words.split()))
    return once(form, form)  # type: ignore[no-any-return]


def _floats(cells: str) -> tuple[float, ...]:
    return tuple(map(float, cells.split()))


# Of each kind of entry what a line says.
_ENTRIES: dict[str, Callable[[str, list[str], Once], Any]] = {
    "n": _swap,
    "t": _swap,
    "p": _swap,
    "name": lambda _, cells, once: cells[0],
    "word": lambda _, cells, once: (sys.intern(cells[0]), sys.intern(cells[1])),
    "register": lambda _, cells, once: _form(cells[0], once),
    "weight": lambda _, cells, once: (_form(cells[0], once), _floats(cells[1])),
    "base": lambda _, cells, once: (cells[0], _floats(cells[1])),
    "bias": lambda _, cells, once: float(cells[0]),
}


def originals(lexicon: Lexicon, word: str) -> Iterator[str]:
    """What one word of a name may stand for: itself, its swaps, and the other number of itself."""
    yield word
    yield from lexicon.words.get(word, ())
    if word.endswith("s"):
        yield word[:-1]
    else:
        yield word + "s"
