"""The built table of substitutions: which words a spinner writes, and what they may stand for."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

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
    """The built file: one entry a line, the kind of entry first; lines that start with # are its header."""
    rows: dict[str, list[list[str]]] = {}
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        if not line.startswith("#"):
            kind, *cells = line.split("\t")
            rows.setdefault(kind, []).append(cells)
    swaps = [
        Swap(tuple(spun.split()), tuple(original.split()), float(prior), kind)
        for kind in ("n", "t", "p")
        for spun, original, prior in rows.get(kind, ())
    ]
    plain = build(
        swaps,
        [row[0] for row in rows["name"]],
        (tuple(row[0].split()) for row in rows["register"]),
        ((spun, word) for spun, word in rows.get("word", ())),
    )
    return replace(
        plain,
        weights={tuple(form.split()): _floats(said) for form, said in rows["weight"]},
        base={channel: _floats(said) for channel, said in rows["base"]},
        bias=float(rows["bias"][0][0]),
    )


def _floats(cells: str) -> tuple[float, ...]:
    return tuple(map(float, cells.split()))


def originals(lexicon: Lexicon, word: str) -> Iterator[str]:
    """What one word of a name may stand for: itself, its swaps, and the other number of itself."""
    yield word
    yield from lexicon.words.get(word, ())
    if word.endswith("s"):
        yield word[:-1]
    else:
        yield word + "s"
