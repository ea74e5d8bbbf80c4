"""The classes of the characters in a document's lines, for all lines at once.

A document has hundreds of lines, most of them a few words long: a call for each costs more than reading it.
Here a class is a bit, a document an array of bytes, and numpy answers for all lines.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

ClassBits = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]

ALNUM, LOWER, UPPER, DIGIT, UNSPACED, JOINER, WORD_BOUNDARY, CACHED = (1 << bit for bit in range(8))
# Scripts written without spaces: Chinese and Japanese signs, Thai and Lao, Burmese, Khmer. Two signs, or two
# letters with the vowels and tones on them, make about what other scripts write as a word.
UNSPACED_SCRIPTS = (
    (0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x3FFFF), (0x0E00, 0x0EFF), (0x1000, 0x109F),
    (0x1780, 0x17FF),
)  # fmt: skip
WORDS_PER_CLUSTER = 0.5
# Vowels of Thai and Lao that are written before a letter and those after it, each in a place of its own: they
# belong to the letter's cluster.
LEADING_VOWELS = "เแโใไເແໂໃໄ"
TRAILING_VOWELS = "ะาำๅๆະາຳໆ"
# A word may begin or end beside their characters, whatever the other character is.
WORD_BOUNDARY_SCRIPTS = (
    (0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0x0E00, 0x0EFF), (0x1000, 0x109F),
    (0x1780, 0x17FF),
)  # fmt: skip
# Between two letters they make one word of two; the last two are the joiners of Persian and of Indic scripts,
# which have no width.
JOINER_CHARS = "'’-\u200c\u200d"
# Combining marks that follow emoji and digits and are no part of words.
NON_LETTER_MARKS = re.compile("[\u20d0-\u20f0\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def regex_ranges(scripts: Sequence[tuple[int, int]]) -> str:
    """Some scripts as the inside of a character class of a regular expression."""
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in scripts)


def compile_char_class(scripts: Sequence[tuple[int, int]]) -> re.Pattern[str]:
    """The expression for one character of some scripts."""
    return re.compile(f"[{regex_ranges(scripts)}]")


@lru_cache(maxsize=4096)
def is_letter_mark(char: str) -> bool:
    """Whether a character is a vowel, tone or accent that combines with the letter before it.

    `str.isalnum` says no to them, yet Hindi, Arabic with its vowels or decomposed Vietnamese have them inside
    words."""
    return unicodedata.category(char) in ("Mn", "Mc") and not NON_LETTER_MARKS.match(char)


def extends_cluster(char: str) -> bool:
    """Whether a character of a script without spaces belongs to the letter beside it."""
    return char in LEADING_VOWELS or char in TRAILING_VOWELS or is_letter_mark(char)


def _is_word_char(char: str) -> bool:
    return char.isalnum() or is_letter_mark(char)


def _compute_classes(chars: str) -> ClassBits:
    """The class bits of some characters, looked up in Python's own tables."""
    codes = np.fromiter(map(ord, chars), np.uint32, len(chars))
    digit, in_unspaced_script = _flags_where(str.isdigit, chars), _in_ranges(codes, UNSPACED_SCRIPTS)
    # Of a script without spaces only what starts a cluster counts, half a word; its vowels and tones do not.
    extends = in_unspaced_script & _flags_where(extends_cluster, chars)
    bits = (
        _flags_where(_is_word_char, chars) & ~extends,
        *(_flags_where(what, chars) for what in (str.islower, str.isupper)),
        digit,
        in_unspaced_script & ~extends & ~digit & _flags_where(str.isalnum, chars),
        np.isin(codes, [*map(ord, JOINER_CHARS)]),
        _in_ranges(codes, WORD_BOUNDARY_SCRIPTS),
        np.ones(len(chars), np.bool_),  # CACHED
    )
    return np.asarray(np.packbits(bits, axis=0, bitorder="little")[0], np.uint8)


def _in_ranges(codes: NDArray[np.uint32], scripts: Sequence[tuple[int, int]]) -> BoolArray:
    return np.asarray(np.any([(codes >= low) & (codes <= high) for low, high in scripts], axis=0), np.bool_)


def _flags_where(predicate: Callable[[str], bool], chars: str) -> BoolArray:
    return np.fromiter(map(predicate, chars), np.bool_, len(chars))


@cache
def _class_table() -> ClassBits:
    """The class bits of every character met so far; the bit CACHED is set for those."""
    return np.zeros(sys.maxunicode + 1, np.uint8)


def classes_of(text: str) -> ClassBits:
    """The class bits of each character of `text`."""
    table, codes = _class_table(), np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    classes: ClassBits = table[codes]
    is_uncached = classes < CACHED
    if is_uncached.any():
        uncached = np.unique(codes[is_uncached])
        table[uncached] = _compute_classes("".join(map(chr, uncached)))
        classes = table[codes]
    return classes


class CharacterClasses:
    """The lines of a document as one array: `classes` of all characters, a line break after each line."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.n_lines = len(lines)
        self.classes = classes_of("\n".join(lines) + "\n")
        ends = np.cumsum(np.fromiter(map(len, lines), np.int64, self.n_lines) + 1)
        self._line_bounds = np.concatenate(([0], ends))

    @property
    def line_bounds(self) -> NDArray[np.int64]:
        """`line_starts` as an array."""
        return self._line_bounds

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line starts in the lines joined by line breaks; last, where the text ends."""
        return list(self._line_bounds.tolist())

    def _count_per_line(self, flags: BoolArray) -> NDArray[np.int64]:
        """How many characters of each line are flagged."""
        n_before = np.searchsorted(flags.nonzero()[0], self._line_bounds)
        return n_before[1:] - n_before[:-1]

    def contains_class(self, class_bit: int) -> list[bool]:
        """Whether each line holds a character of the class."""
        return (self._count_per_line((self.classes & class_bit) != 0) > 0).tolist() if self.n_lines else []

    @cached_property
    def words(self) -> tuple[float, ...]:
        """How many words each line holds, in any script: two ideographs or Thai letters count as one."""
        if not self.n_lines:
            return ()
        is_word_char = (self.classes & (ALNUM | UNSPACED)) == ALNUM
        is_word_start = is_word_char.copy()
        is_word_start[1:] &= ~is_word_char[:-1]
        is_word_start[2:] &= ~(((self.classes[1:-1] & JOINER) != 0) & is_word_char[:-2])
        spaced_words, unspaced_chars = (
            self._count_per_line(is_word_start),
            self._count_per_line((self.classes & UNSPACED) != 0),
        )
        return tuple((spaced_words + unspaced_chars * WORDS_PER_CLUSTER).tolist())

    @cached_property
    def has_joined_words(self) -> list[bool]:
        """Whether words of each line may stand together with nothing between: `ShareTweet`, `3Comments`.

        It may be true of a line where no word ends, in scripts without spaces: it chooses lines to look at.
        """
        left, right = self.classes[:-1], self.classes[1:]
        is_joint = ((left & LOWER) != 0) & ((right & UPPER) != 0)
        is_joint |= ((left ^ right) & DIGIT) != 0
        is_joint |= ((left | right) & WORD_BOUNDARY) != 0
        in_word = (self.classes & (ALNUM | WORD_BOUNDARY)) != 0
        is_joint &= in_word[:-1] & in_word[1:]
        return (self._count_per_line(is_joint) > 0).tolist() if self.n_lines else []
