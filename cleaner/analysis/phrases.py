"""The phrase lists in `cleaner/data/phrases`, one file a code, and one pass that finds them all.

A file holds sections, and in a section a line a language, phrases apart by ` | `:

    # Phrases of `share-bar`. Written for this project; Apache-2.0.
    @boilerplate @between-paragraphs
    [line]
    en: share | tweet | pin it

Modes: `line`: the block consists of such phrases only (numbers, signs and spaces aside; `ShareTweet` too);
`start`: the block starts with it; `end`: it ends with it; `span`: it stands anywhere, to be cut out;
`has`: it stands anywhere, as evidence. Case, quotes and kinds of space do not matter.

Traits, on lines that begin with `@`, say what the layout may conclude from the file's phrases:
`@boilerplate`: a block of `line` phrases is boilerplate, and two in a row are no accident;
`@between-paragraphs`: a block with `line` or `start` phrases may stand between two paragraphs of an article.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import accumulate, chain
from typing import Literal, NamedTuple, TypeVar, get_args

from ahocorasick_rs import AhoCorasick

from cleaner.analysis.characters import (
    LEADING_VOWELS,
    LOWER,
    TRAILING_VOWELS,
    WORD_BOUNDARY_SCRIPTS,
    CharacterClasses,
    ClassBits,
    classes_of,
    compile_char_class,
    is_letter_mark,
)
from cleaner.analysis.normalize import fold

Mode = Literal["line", "start", "end", "span", "has"]
PhraseTrait = Literal["boilerplate", "between-paragraphs"]
Section = TypeVar("Section", bound=str)
# A block made of phrases is a bar, a button or a heading: the longest bar seen held 34 words.
MAX_LINE_WORDS = 40
MAX_LINE_CHARS = 400
# A `start` phrase is looked for in so many characters, signs and bullets before it included; none is longer
# than 50.
MAX_START_CHARS = 100
# So short a phrase, glued to a number, is a unit or a sign: `64x90`, `3M`.
MAX_UNIT_CHARS = 2
LETTER = re.compile(r"[^\W\d_]")
LETTER_RUN = re.compile(r"[^\W\d_]+")
ALNUM = re.compile(r"[^\W_]")
# A word may end beside such a character, whatever the other one is.
WORD_BOUNDARY_CHAR = compile_char_class(WORD_BOUNDARY_SCRIPTS)

PhraseTable = dict[str, set[tuple[str, "Mode"]]]


class Hit(NamedTuple):
    """A phrase of `code` in a block; `start` and `end` count in the block's text."""

    block: int
    code: str
    mode: Mode
    start: int
    end: int


class PhraseEntry(NamedTuple):
    """One phrase of the lists."""

    code: str
    mode: Mode
    language: str
    phrase: str


def parse_phrases(code: str, source: str) -> Iterator[PhraseEntry]:
    """The entries of one file; ValueError with the line's number where it is not in the format."""
    lines = ((number, line) for number, line in numbered_lines(source) if not line.startswith("@"))
    for mode, language, phrase in parse_sections(code, lines, get_args(Mode), "mode", "phrase"):
        yield PhraseEntry(code, mode, language, phrase)


def parse_sections(
    code: str, lines: Iterable[tuple[int, str]], sections: Sequence[Section], section_is: str, entry_is: str
) -> Iterator[tuple[Section, str, str]]:
    """(section, language, entry) for every entry of a file of `language: entry | entry` under `[section]`;
    ValueError with the line's number for what is none, which calls them `section_is` and `entry_is`."""
    section: Section | None = None
    for number, line in lines:
        if line.startswith("["):
            section = next((one for one in sections if one == line.strip("[]")), None)
            if section is None:
                raise ValueError(f"{code}.txt:{number}: no {section_is} {line}")
            continue
        language, colon, entries = line.partition(":")
        if section is None or not colon or not language.isalpha():
            raise ValueError(
                f"{code}.txt:{number}: not `language: {entry_is} | {entry_is}` under a [{section_is}]"
            )
        for entry in filter(None, map(str.strip, entries.split(" | "))):
            yield section, language, entry


def parse_traits(code: str, source: str) -> Iterator[PhraseTrait]:
    """The traits of one file's phrases; ValueError with the line's number for one that there is not."""
    for number, line in numbered_lines(source):
        for name in line.split() if line.startswith("@") else ():
            trait = next((t for t in get_args(PhraseTrait) if f"@{t}" == name), None)
            if trait is None:
                raise ValueError(f"{code}.txt:{number}: no trait {name}")
            yield trait


def numbered_lines(source: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    for number, line in enumerate(source.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            yield number, line


def data_files(folder_name: str) -> Iterator[tuple[str, str]]:
    """Code and contents of every file shipped in a folder of `data`, in the order of their names."""
    folder = resources.files("cleaner.data").joinpath(folder_name)
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".txt"):
            yield file.name.removesuffix(".txt"), file.read_text("utf-8")


def load_phrases() -> Iterator[PhraseEntry]:
    """Every entry shipped, files in the order of their names."""
    for code, source in data_files("phrases"):
        yield from parse_phrases(code, source)


@cache
def codes_with_phrase_trait(trait: PhraseTrait) -> tuple[str, ...]:
    """The codes whose phrases have a trait, read once a process."""
    return tuple(code for code, source in data_files("phrases") if trait in parse_traits(code, source))


@cache
def builtin_phrases() -> Phrases:
    """The shipped lists, compiled once a process."""
    return Phrases(load_phrases())


class Phrases:
    """All phrases compiled into three automata: for short blocks (`line`), for the beginnings of blocks
    (`start`), and for whole blocks."""

    def __init__(self, entries: Iterable[PhraseEntry]) -> None:
        tables: dict[str, PhraseTable] = {"line": {}, "start": {}}
        anywhere: PhraseTable = {}
        entries = list(entries)
        folded = fold("\n".join(entry.phrase for entry in entries)).split(
            "\n"
        )  # at once: a quarter of the time
        for entry, phrase in zip(entries, folded, strict=True):
            codes_and_modes = tables.get(entry.mode, anywhere).setdefault(phrase, set())
            codes_and_modes.add((entry.code, entry.mode))
        self._line_automaton, self._start_automaton, self._anywhere_automaton = map(
            _Automaton, (*tables.values(), anywhere)
        )
        self._line_words = frozenset(word for phrase in tables["line"] for word in LETTER_RUN.findall(phrase))
        self._line_letters = frozenset("".join(self._line_words))
        self._start_words = frozenset(_first_word(phrase) for phrase in tables["start"]) - {""}
        self._wordless_lines, self._wordless_starts = (
            [phrase for phrase in tables[mode] if not _first_word(phrase)] for mode in ("line", "start")
        )

    def find(
        self, texts: Sequence[str], folded: Sequence[str], classes: CharacterClasses
    ) -> Mapping[str, list[Hit]]:
        """Every hit by code, in the order of the document. `line` hits cover their whole block."""
        hits_by_code: dict[str, list[Hit]] = defaultdict(list)
        line_blocks, start_blocks = self._candidates(folded, classes)
        for code, block in self._line_hits(line_blocks, texts, folded):
            hits_by_code[code].append(Hit(block, code, "line", 0, len(texts[block])))
        start_matches = self._start_automaton.find(start_blocks, texts, folded, MAX_START_CHARS)
        for block, start, end, codes_and_modes in chain(
            start_matches,
            self._anywhere_automaton.find(
                range(len(texts)), texts, folded, inside_word=b"\0" + _inside_word(classes.classes)
            ),
        ):
            for code, mode in sorted(codes_and_modes):
                if position_matches(mode, texts[block], start, end):
                    hits_by_code[code].append(Hit(block, code, mode, start, end))
        for hits in hits_by_code.values():
            hits.sort()
        return hits_by_code

    def _candidates(self, folded: Sequence[str], classes: CharacterClasses) -> tuple[list[int], list[int]]:
        """The short blocks that may consist of `line` phrases, because each of their words is in one, and the
        blocks that may start with a `start` phrase, because their first word starts one or they hold one
        without letters. Of blocks with joined words only the letters are known."""
        line_blocks, start_blocks = list[int](), list[int]()
        whole = "\n".join(folded)
        signs = [sign for sign in self._wordless_starts if sign in whole]
        first_words = [found[0] if found else "" for found in map(LETTER_RUN.search, folded)]
        for i, (text, first_word, count, has_joined_words) in enumerate(
            zip(folded, first_words, classes.words, classes.has_joined_words, strict=True)
        ):
            if has_joined_words or first_word in self._start_words or (signs and _has_any(text, signs)):
                start_blocks.append(i)
            if (has_joined_words or not first_word or first_word in self._line_words) and (
                count <= MAX_LINE_WORDS
                and len(text) <= MAX_LINE_CHARS
                and self._may_be_line(text, has_joined_words)
            ):
                line_blocks.append(i)
        return line_blocks, start_blocks

    def _may_be_line(self, text: str, has_joined_words: bool) -> bool:
        """Whether every word of `text`, or every letter of joined ones, is in some `line` phrase. A text
        without words must hold a phrase that has none."""
        words = LETTER_RUN.findall(text)
        if not words:
            return _has_any(text, self._wordless_lines)
        return (
            self._line_letters.issuperset("".join(words))
            if has_joined_words
            else self._line_words.issuperset(words)
        )

    def _line_hits(
        self, line_blocks: Sequence[int], texts: Sequence[str], folded: Sequence[str]
    ) -> Iterator[tuple[str, int]]:
        spans_by_block: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
        for block, start, end, codes_and_modes in self._line_automaton.find(line_blocks, texts, folded):
            for code, _ in codes_and_modes:
                spans_by_block[block, code].append((start, end))
        for (block, code), spans in spans_by_block.items():
            if is_fully_covered(folded[block], spans):
                yield code, block


class _Automaton:
    def __init__(self, table: PhraseTable) -> None:
        self._phrases = sorted(table)
        self._codes_and_modes = [table[phrase] for phrase in self._phrases]
        self._machine = AhoCorasick(self._phrases) if self._phrases else None

    def find(
        self,
        blocks: Sequence[int],
        texts: Sequence[str],
        folded: Sequence[str],
        max_chars: int | None = None,
        inside_word: bytes | None = None,
    ) -> Iterator[tuple[int, int, int, set[tuple[str, Mode]]]]:
        """(block, start, end, codes and modes) of every phrase between word boundaries in the first
        `max_chars` characters of some blocks. `inside_word` are the flags of their texts, each between line
        breaks, where they are known."""
        if self._machine is None or not blocks:
            return
        clipped = [folded[i][:max_chars] for i in blocks]
        starts = list(accumulate((len(head) + 1 for head in clipped), initial=0))
        joined = (
            "\n" + "\n".join(texts[i][:max_chars] for i in blocks) + "\n"
        )  # joined[k + 1] is the text of folded[k]
        is_inside_word = _inside_word(classes_of(joined)) if inside_word is None else inside_word
        for phrase_index, start, end in self._machine.find_matches_as_indexes(
            "\n".join(clipped), overlapping=True
        ):
            if (
                is_inside_word[start] or is_inside_word[end]
            ):  # most hits: rejected here, without a call, in half the time
                continue
            allow_joined = end - start > MAX_UNIT_CHARS
            if _is_word_boundary(joined[start], joined[start + 1], allow_joined) and _is_word_boundary(
                joined[end], joined[end + 1], allow_joined
            ):
                k = bisect_right(starts, start) - 1
                yield blocks[k], start - starts[k], end - starts[k], self._codes_and_modes[phrase_index]


def _has_any(text: str, signs: Sequence[str]) -> bool:
    return any(sign in text for sign in signs)


def _first_word(text: str) -> str:
    found = LETTER_RUN.search(text)
    return found[0] if found else ""


def _inside_word(classes: ClassBits) -> bytes:
    """For each character but the last whether it and the next are lower case: no word ends there."""
    lower = classes & LOWER
    return (lower[:-1] & lower[1:]).tobytes()


def _is_word_boundary(left: str, right: str, allow_joined: bool) -> bool:
    """Whether a word may end with `left` and one start with `right`; as in `ShareTweet` if `allow_joined`."""
    if not right.isalnum():
        return not is_letter_mark(right)
    if not (left.isalnum() or is_letter_mark(left)):
        return True
    if left in LEADING_VOWELS or right in TRAILING_VOWELS:
        return False
    if allow_joined and (left.isdigit() != right.isdigit() or (left.islower() and right.isupper())):
        return True
    return WORD_BOUNDARY_CHAR.match(left) is not None or WORD_BOUNDARY_CHAR.match(right) is not None


def position_matches(mode: Mode, text: str, start: int, end: int) -> bool:
    """Whether a phrase stands where its mode wants it, but for signs."""
    if mode == "start":
        return not ALNUM.search(text, 0, start)
    if mode == "end":
        return not ALNUM.search(text, end)  # not in a slice: a long line would be copied for each hit
    return True


def is_fully_covered(folded: str, spans: list[tuple[int, int]]) -> bool:
    """Whether nothing but numbers and signs stands outside the spans."""
    at = 0
    for start, end in sorted(spans):
        if start > at and LETTER.search(folded, at, start):
            return False
        at = max(at, end)
    return not LETTER.search(folded, at)
