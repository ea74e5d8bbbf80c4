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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from itertools import chain
from typing import Literal, NamedTuple, TypeVar, get_args

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

from cleaner import native
from cleaner.analysis.characters import (
    LEADING_VOWELS,
    LOWER,
    TRAILING_VOWELS,
    WORD_BOUNDARY_SCRIPTS,
    CharacterClasses,
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
# What the native core looks for: phrases in all of a line, in its beginning, phrases that it consists of.
ANYWHERE, AT_START, WHOLE_LINE = range(3)
# Room for so many is made first.
FIRST_MATCHES = 256
# So short a phrase, glued to a number, is a unit or a sign: `64x90`, `3M`.
MAX_UNIT_CHARS = 2
LETTER = re.compile(r"[^\W\d_]")
LETTER_RUN = re.compile(r"[^\W\d_]+")
ALNUM = re.compile(r"[^\W_]")
BLANKS = (" ", "\n")
# A word may end beside such a character, whatever the other one is.
WORD_BOUNDARY_CHAR = compile_char_class(WORD_BOUNDARY_SCRIPTS)

PhraseTable = dict[str, set[tuple[str, "Mode"]]]
Match = tuple[int, int, int, list[tuple[str, "Mode"]]]


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
        self._start_letters = frozenset(word[0] for word in self._start_words)
        self._wordless_lines, self._wordless_starts = (
            [phrase for phrase in tables[mode] if not _first_word(phrase)] for mode in ("line", "start")
        )

    def find(
        self, texts: Sequence[str], folded: Sequence[str], classes: CharacterClasses
    ) -> Mapping[str, list[Hit]]:
        """Every hit by code, in the order of the document. `line` hits cover their whole block."""
        hits_by_code: dict[str, list[Hit]] = defaultdict(list)
        line_matches, other_matches = (
            self._matches(texts, folded, classes)
            if native.core is None
            else self._native_matches(native.core, texts, folded, classes)
        )
        for code, block in _covered_lines(line_matches, folded):
            hits_by_code[code].append(Hit(block, code, "line", 0, len(texts[block])))
        for block, start, end, codes_and_modes in other_matches:
            for code, mode in codes_and_modes:
                if position_matches(mode, texts[block], start, end):
                    hits_by_code[code].append(Hit(block, code, mode, start, end))
        for hits in hits_by_code.values():
            hits.sort()
        return hits_by_code

    def _matches(
        self, texts: Sequence[str], folded: Sequence[str], classes: CharacterClasses
    ) -> tuple[Iterable[Match], Iterable[Match]]:
        """The matches in lines that may consist of phrases, and the others."""
        lines = _Lines(texts, folded, classes)
        line_blocks, start_blocks = self._candidates(folded, classes)
        return self._line_automaton.find_in_blocks(line_blocks, lines), chain(
            self._start_automaton.find_in_blocks(start_blocks, lines, MAX_START_CHARS),
            self._anywhere_automaton.find(lines),
        )

    def _native_matches(
        self, core: native.NativeCore, texts: Sequence[str], folded: Sequence[str], classes: CharacterClasses
    ) -> tuple[Iterable[Match], Iterable[Match]]:
        """`_matches` by the native core, which finds them in all lines: few are left to be asked whether they
        are candidates."""
        if not texts:
            return (), ()
        arguments = core, texts, _utf32(folded), classes

        def may_be_line(i: int) -> bool:
            return self._may_be_line(i, folded[i], _first_word(folded[i]), classes)

        def may_be_start(i: int) -> bool:
            return self._may_be_start(i, folded[i], _first_word(folded[i]), classes, self._wordless_starts)

        of_lines = self._line_automaton.native_matches(*arguments, WHOLE_LINE, MAX_LINE_CHARS)
        of_starts = self._start_automaton.native_matches(*arguments, AT_START, MAX_START_CHARS)
        anywhere = self._anywhere_automaton.native_matches(*arguments, ANYWHERE, 0)
        return _in_candidates(of_lines, may_be_line), chain(_in_candidates(of_starts, may_be_start), anywhere)

    def _candidates(self, folded: Sequence[str], classes: CharacterClasses) -> tuple[list[int], list[int]]:
        """The blocks that may consist of `line` phrases, and those that may start with a `start` phrase."""
        whole = "\n".join(folded)
        signs = [sign for sign in self._wordless_starts if sign in whole]
        lines = [(i, text, _first_word(text)) for i, text in enumerate(folded)]
        return [i for i, text, first_word in lines if self._may_be_line(i, text, first_word, classes)], [
            i for i, text, first_word in lines if self._may_be_start(i, text, first_word, classes, signs)
        ]

    def _may_be_start(
        self, i: int, text: str, first_word: str, classes: CharacterClasses, signs: Sequence[str]
    ) -> bool:
        """Whether block `i` may start with a `start` phrase: its first word starts one, or it holds one of
        those without letters, `signs`. Of joined words only the letters are known."""
        return (
            first_word in self._start_words
            or (first_word[:1] in self._start_letters and classes.has_joined_words[i])
            or _has_any(text, signs)
        )

    def _may_be_line(self, i: int, text: str, first_word: str, classes: CharacterClasses) -> bool:
        """Whether block `i` is short, and every word of it, or every letter of joined ones, is in some `line`
        phrase. A text without words must hold a phrase that has none."""
        if classes.words[i] > MAX_LINE_WORDS or len(text) > MAX_LINE_CHARS:
            return False
        if not first_word:
            return _has_any(text, self._wordless_lines)
        if first_word not in self._line_words and not classes.has_joined_words[i]:
            return False
        words = LETTER_RUN.findall(text)
        return self._line_words.issuperset(words) or (
            classes.has_joined_words[i] and self._line_letters.issuperset("".join(words))
        )


def _in_candidates(matches: Iterable[Match], may_be: Callable[[int], bool]) -> Iterator[Match]:
    """The matches in blocks of which `may_be` is true; it is asked once a block."""
    known: dict[int, bool] = {}
    for match in matches:
        if match[0] not in known:
            known[match[0]] = may_be(match[0])
        if known[match[0]]:
            yield match


def _covered_lines(matches: Iterable[Match], folded: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The blocks that consist of phrases of one code, and the code."""
    spans_by_block: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for block, start, end, codes_and_modes in matches:
        for code, _ in codes_and_modes:
            spans_by_block[block, code].append((start, end))
    for (block, code), spans in spans_by_block.items():
        if is_fully_covered(folded[block], spans):
            yield code, block


class _Lines:
    """The lines of a document, and where in them no word ends: `inside_word[starts[i] + k]` says of character
    k of line i and of the one before it whether both are lower case."""

    def __init__(self, texts: Sequence[str], folded: Sequence[str], classes: CharacterClasses) -> None:
        self.texts, self.folded, self.starts = texts, folded, classes.line_starts
        lower = classes.classes & LOWER
        self.inside_word = b"\0" + (lower[:-1] & lower[1:]).tobytes()


class _Automaton:
    """Finds phrases between word boundaries: (block, start, end, codes and modes) of each."""

    def __init__(self, table: PhraseTable) -> None:
        self._phrases = sorted(table)
        self._codes_and_modes = [sorted(table[phrase]) for phrase in self._phrases]
        # Both are built when they are first asked for; this is to be now, not with the first document.
        _ = self._machine if native.core is None else self._tree

    @cached_property
    def _machine(self) -> AhoCorasick | None:
        return AhoCorasick(self._phrases) if self._phrases else None

    @cached_property
    def _tree(self) -> tuple[NDArray[np.uint32], NDArray[np.int32], NDArray[np.int32]]:
        """The native core's form of the phrases, letter by letter: of each node the letter that leads to it,
        its first child, and the phrase that ends there."""
        assert native.core is not None
        codes = _utf32(self._phrases)
        room = 1 + len(codes) // 4
        letters, first_child, phrase_of_node = (
            np.empty(room, np.uint32),
            np.empty(room + 1, np.int32),
            np.empty(room, np.int32),
        )
        n_nodes = native.core.grow_phrases(codes, letters, first_child, phrase_of_node)
        return letters[:n_nodes].copy(), first_child[: n_nodes + 1].copy(), phrase_of_node[:n_nodes].copy()

    def native_matches(
        self,
        core: native.NativeCore,
        texts: Sequence[str],
        codes: bytes,
        classes: CharacterClasses,
        mode: int,
        max_chars: int,
    ) -> list[Match]:
        """The matches that the native core finds; `codes` are those of the folded lines, in UTF-32."""
        arguments = (codes, classes.classes, classes.line_bounds, *self._tree, mode, max_chars)
        found = np.empty((FIRST_MATCHES, 5), np.int32)
        count = core.find_phrases(*arguments, found)
        if count > len(found):
            found = np.empty((count, 5), np.int32)
            core.find_phrases(*arguments, found)
        return [
            (block, start, end, self._codes_and_modes[phrase])
            for block, phrase, start, end, is_alone in found[:count].tolist()
            if is_alone or _stands_alone(texts[block], start, end)
        ]

    def find(self, lines: _Lines) -> Iterator[Match]:
        """The matches in all lines."""
        if self._machine is None:
            return
        inside_word = lines.inside_word
        for phrase, start, end in self._machine.find_matches_as_indexes(
            "\n".join(lines.folded), overlapping=True
        ):
            # most matches: rejected here, without a call, in half the time
            if inside_word[start] or inside_word[end]:
                continue
            block = bisect_right(lines.starts, start) - 1
            start, end = start - lines.starts[block], end - lines.starts[block]
            if _stands_alone(lines.texts[block], start, end):
                yield block, start, end, self._codes_and_modes[phrase]

    def find_in_blocks(
        self, blocks: Iterable[int], lines: _Lines, max_chars: int | None = None
    ) -> Iterator[Match]:
        """The matches in the first `max_chars` characters of some blocks."""
        if self._machine is None:
            return
        inside_word, find = lines.inside_word, self._machine.find_matches_as_indexes
        for block in blocks:
            text, at = lines.texts[block], lines.starts[block]
            for phrase, start, end in find(lines.folded[block][:max_chars], overlapping=True):
                if inside_word[at + start] or inside_word[at + end]:
                    continue
                if _stands_alone(text, start, end):
                    yield block, start, end, self._codes_and_modes[phrase]


def _utf32(lines: Sequence[str]) -> bytes:
    """The code points of some lines, a line break after each."""
    return "\n".join([*lines, ""]).encode("utf-32-le", "surrogatepass")


def _has_any(text: str, signs: Sequence[str]) -> bool:
    return any(sign in text for sign in signs)


def _first_word(text: str) -> str:
    found = LETTER_RUN.search(text)
    return found[0] if found else ""


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether words may begin at `start` and end at `end`."""
    left, right = text[start - 1] if start else "\n", text[end] if end < len(text) else "\n"
    if left in BLANKS and right in BLANKS and text[start].isalnum():
        return True  # as nearly all
    allow_joined = end - start > MAX_UNIT_CHARS
    return _is_word_boundary(left, text[start], allow_joined) and _is_word_boundary(
        text[end - 1], right, allow_joined
    )


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
