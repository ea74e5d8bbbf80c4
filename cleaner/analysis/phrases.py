"""The phrase lists in `cleaner/data/phrases`, one file a code, and one pass that finds them all.

A file holds sections, and in a section a line a language, phrases apart by ` | `:

    # Phrases of `share-bar`. Written for this project; Apache-2.0.
    [line]
    en: share | tweet | pin it

Modes: `line`: the block consists of such phrases only (numbers, signs and spaces aside; `ShareTweet` too);
`start`: the block starts with it; `end`: it ends with it; `span`: it stands anywhere, to be cut out;
`has`: it stands anywhere, as evidence. Case, quotes and kinds of space do not matter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import accumulate, chain
from typing import Literal, NamedTuple, get_args

from ahocorasick_rs import AhoCorasick

from cleaner.analysis.characters import LOWER, PARTING_SCRIPTS, Letters, kinds, one_of
from cleaner.analysis.normalize import fold

Mode = Literal["line", "start", "end", "span", "has"]
# A block made of phrases is a bar, a button or a heading: the longest bar seen held 34 words.
LINE_WORDS = 40
LINE_CHARACTERS = 400
# What a phrase may stand in to open a block, signs and bullets before it included; none is longer than 50.
START_CHARACTERS = 100
# So short a phrase, glued to a number, is a unit or a sign: `64x90`, `3M`.
SHORT = 2
LETTER = re.compile(r"[^\W\d_]")
LETTERS = re.compile(r"[^\W\d_]+")
ALNUM = re.compile(r"[^\W_]")
# Beside such a character a word may end, whatever stands there.
PARTING = one_of(PARTING_SCRIPTS)

Table = dict[str, set[tuple[str, "Mode"]]]


class Hit(NamedTuple):
    """A phrase of `code` in a block; `start` and `end` count in the block's text."""

    block: int
    code: str
    mode: Mode
    start: int
    end: int


class Entry(NamedTuple):
    """One phrase of the lists."""

    code: str
    mode: Mode
    language: str
    phrase: str


def parse(code: str, source: str) -> Iterator[Entry]:
    """The entries of one file; ValueError with the line's number where it is not in the format."""
    mode: Mode | None = None
    for number, line in enumerate(source.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            name = line.strip("[]")
            mode = next((m for m in get_args(Mode) if m == name), None)
            if mode is None:
                raise ValueError(f"{code}.txt:{number}: no mode {line}")
            continue
        language, colon, phrases = line.partition(":")
        if mode is None or not colon or not language.isalpha():
            raise ValueError(f"{code}.txt:{number}: not `language: phrase | phrase` under a [mode]")
        for phrase in phrases.split(" | "):
            if phrase.strip():
                yield Entry(code, mode, language, phrase.strip())


def load() -> Iterator[Entry]:
    """Every entry shipped, files in the order of their names."""
    folder = resources.files("cleaner.data").joinpath("phrases")
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".txt"):
            yield from parse(file.name.removesuffix(".txt"), file.read_text("utf-8"))


@cache
def shipped() -> Phrases:
    """The shipped lists, compiled once a process."""
    return Phrases(load())


class Phrases:
    """All phrases compiled into three automata: for short blocks (`line`), for the beginnings of blocks
    (`start`), and for whole blocks."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        tables: dict[str, Table] = {"line": {}, "start": {}}
        whole: Table = {}
        for entry in entries:
            names = tables.get(entry.mode, whole).setdefault(fold(entry.phrase), set())
            names.add((entry.code, entry.mode))
        self._short, self._first, self._whole = map(_Automaton, (*tables.values(), whole))
        self._spelled = frozenset(word for phrase in tables["line"] for word in LETTERS.findall(phrase))
        self._opening = frozenset(_first_word(phrase) for phrase in tables["start"]) - {""}
        self._signs = [phrase for phrase in tables["start"] if not _first_word(phrase)]

    def find(self, texts: Sequence[str], folded: Sequence[str], letters: Letters) -> Mapping[str, list[Hit]]:
        """Every hit by code, in the order of the document. `line` hits cover their whole block."""
        found: dict[str, list[Hit]] = defaultdict(list)
        lines, heads = self._likely(folded, letters)
        for code, block in self._lines(lines, texts, folded):
            found[code].append(Hit(block, code, "line", 0, len(texts[block])))
        begun = self._first.find(heads, texts, folded, START_CHARACTERS)
        for block, start, end, names in chain(begun, self._whole.find(range(len(texts)), texts, folded)):
            for code, mode in sorted(names):
                if _placed(mode, texts[block], start, end):
                    found[code].append(Hit(block, code, mode, start, end))
        for hits in found.values():
            hits.sort()
        return found

    def _likely(self, folded: Sequence[str], letters: Letters) -> tuple[list[int], list[int]]:
        """The short blocks that may consist of `line` phrases, as each of their words stands in one, and the
        blocks that may start with a `start` phrase, as their first word does or a sign is one. Where words
        are glued together only the automaton can tell."""
        lines, heads = list[int](), list[int]()
        signs = [sign for sign in self._signs if sign in "\n".join(folded)]
        for i, (text, count, glued) in enumerate(zip(folded, letters.words, letters.glued, strict=True)):
            first = _first_word(text)
            if glued or first in self._opening or (signs and any(sign in text for sign in signs)):
                heads.append(i)
            if count <= LINE_WORDS and len(text) <= LINE_CHARACTERS and (glued or self._spells(first, text)):
                lines.append(i)
        return lines, heads

    def _spells(self, first: str, text: str) -> bool:
        """Whether every word of `text`, asked first of its first one, stands in a `line` phrase."""
        return (not first or first in self._spelled) and self._spelled.issuperset(LETTERS.findall(text))

    def _lines(
        self, short: Sequence[int], texts: Sequence[str], folded: Sequence[str]
    ) -> Iterator[tuple[str, int]]:
        covers: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
        for block, start, end, names in self._short.find(short, texts, folded):
            for code, _ in names:
                covers[block, code].append((start, end))
        for (block, code), spans in covers.items():
            if _covered(folded[block], spans):
                yield code, block


class _Automaton:
    def __init__(self, table: Table) -> None:
        self._phrases = sorted(table)
        self._names = [table[phrase] for phrase in self._phrases]
        self._machine = AhoCorasick(self._phrases) if self._phrases else None

    def find(
        self, blocks: Sequence[int], texts: Sequence[str], folded: Sequence[str], most: int | None = None
    ) -> Iterator[tuple[int, int, int, set[tuple[str, Mode]]]]:
        """(block, start, end, names) of every phrase that stands between word borders in the first `most`
        characters of some blocks."""
        if self._machine is None or not blocks:
            return
        heads = [folded[i][:most] for i in blocks]
        starts = list(accumulate((len(head) + 1 for head in heads), initial=0))
        whole = "\n" + "\n".join(texts[i][:most] for i in blocks) + "\n"  # whole[k + 1] is folded at k
        inside = _inside(whole)
        for which, start, end in self._machine.find_matches_as_indexes("\n".join(heads), overlapping=True):
            if inside[start] or inside[end]:  # most hits: saying so here, without a call, is half the time
                continue
            loose = end - start > SHORT
            if _border(whole[start], whole[start + 1], loose) and _border(whole[end], whole[end + 1], loose):
                k = bisect_right(starts, start) - 1
                yield blocks[k], start - starts[k], end - starts[k], self._names[which]


def _first_word(text: str) -> str:
    found = LETTERS.search(text)
    return found[0] if found else ""


def _inside(text: str) -> bytes:
    """For each character whether it and the next are lower case: no word ends there."""
    lower = kinds(text) & LOWER
    return (lower[:-1] & lower[1:]).tobytes()


def _border(left: str, right: str, loose: bool) -> bool:
    """Whether a word may end with `left` and one start with `right`; if `loose`, as in `ShareTweet` too."""
    if not (left.isalnum() and right.isalnum()):
        return True
    if loose and (left.isdigit() != right.isdigit() or (left.islower() and right.isupper())):
        return True
    return PARTING.match(left) is not None or PARTING.match(right) is not None


def _placed(mode: Mode, text: str, start: int, end: int) -> bool:
    if mode == "start":
        return not ALNUM.search(text, 0, start)
    if mode == "end":
        return not ALNUM.search(text, end)  # not in a slice: a long line would be copied for each hit
    return True


def _covered(folded: str, spans: list[tuple[int, int]]) -> bool:
    """Whether nothing but numbers and signs stands outside the spans."""
    at = 0
    for start, end in sorted(spans):
        if start > at and LETTER.search(folded, at, start):
            return False
        at = max(at, end)
    return not LETTER.search(folded, at)
