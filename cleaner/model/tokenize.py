"""Lines as arrays: the class of each character, the hash of each word. The whole document at once, no loop
over lines.

Nothing depends on the language: a word is a run of letters and digits, and in scripts without spaces each
character counts as a fraction of a word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from cleaner import native

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
CharClasses = NDArray[np.uint8]

(
    SPACE,
    OTHER,
    SIGN,
    BAR,
    BRACKET,
    QUOTE,
    DIGIT,
    UPPER,
    LOWER,
    LETTER,
    IDEOGRAPH,
    SOUTHEAST_ASIAN,
    DASH,
    APOSTROPHE,
    COLON,
    COMMA,
    STOP,
) = range(17)
N_CLASSES = 17

CLASS_CHARS: dict[int, str] = {
    STOP: ".!?…。！？．｡؟۔।॥።։។၊။‽",
    COMMA: ",;、，；،",
    COLON: ":：",
    APOSTROPHE: "'’ʼ‘",
    DASH: "-–—‐−",
    QUOTE: '"“”„‟「」『』″',
    BRACKET: "()[]（）【】",
    BAR: "|•·›»«‹/\\><→←▶▸●■¦",
    SIGN: "$€£¥₹@#%&=+*_{}~^©®™",
}
# How many words one character of a script without spaces counts for: Chinese prose has about 1.6 characters a
# word, Thai about 4.5.
WORDS_PER_CHAR = {IDEOGRAPH: 0.6, SOUTHEAST_ASIAN: 0.22}
# Thai, Lao, Myanmar, Khmer
SOUTHEAST_ASIAN_RANGES = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))
IDEOGRAPH_RANGES = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF))

N_POSITIONS = 64
_RANDOM = np.random.Generator(np.random.PCG64(20261121))
# Odd multipliers of the hashes, one a position: of a character in its word, of a word in its line.
HASH_FACTORS = _RANDOM.integers(1, 2**63, N_POSITIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
NUMBER_HASH = np.uint64(0x9E3779B97F4A7C15)
NAME_HASH = np.uint64(0xC2B2AE3D27D4EB4F)


def char_class_of(char: str) -> int:
    """The class of one character."""
    for char_class, chars in CLASS_CHARS.items():
        if char in chars:
            return char_class
    code = ord(char)
    if any(a <= code <= b for a, b in IDEOGRAPH_RANGES):
        return IDEOGRAPH
    if any(a <= code <= b for a, b in SOUTHEAST_ASIAN_RANGES) and unicodedata.category(char)[0] in "LM":
        return SOUTHEAST_ASIAN
    class_by_category = {
        "Ll": LOWER,
        "Lu": UPPER,
        "Lt": UPPER,
        "Nd": DIGIT,
        "Zs": SPACE,
        "Cc": SPACE,
        "Cf": SPACE,
    }
    category = unicodedata.category(char)
    return class_by_category.get(category, LETTER if category[0] in "LM" else OTHER)


@cache
def char_class_table() -> CharClasses:
    """The class of every character of the Basic Multilingual Plane; the last entry is that of all others."""
    table = np.fromiter((char_class_of(chr(c)) for c in range(0x10000)), np.uint8, 0x10000)
    table[0xFFFF] = OTHER
    return table


@dataclass(frozen=True)
class ParsedLines:
    """A document's lines as arrays; words come in the order of the text.

    Attributes:
        n_lines: how many lines.
        class_counts: lines x classes, how many characters of each class.
        first_class, last_class, next_to_last_class: per line, the class of those characters.
        line_of_word, word_hash, word_length, word_start: per word, its line, hash, characters, and how it
            starts (LOWERCASE, TITLECASE, ...).
        mark_counts: lines x 6, how many ends of sentences, times, dates, addresses, prices, years.
        line_hash, template_hash, coarse_hash: per line, the hash of all its words; the same with all numbers
            as one; the same with all capitalised words as one as well.
    """

    n_lines: int
    class_counts: NDArray[np.int64]
    first_class: CharClasses
    last_class: CharClasses
    next_to_last_class: CharClasses
    line_of_word: Ints
    word_hash: Hashes
    word_length: Ints
    word_start: NDArray[np.uint8]
    mark_counts: NDArray[np.int64]
    line_hash: Hashes
    template_hash: Hashes
    coarse_hash: Hashes

    @cached_property
    def vocabulary(self) -> tuple[Ints, Ints, Ints]:
        """The document's distinct words: where each first occurs, which one each word is, how often each is
        used."""
        if native.core is not None:
            word_index, count, first = _native_groups(native.core, self.word_hash)
            return first, word_index, count
        word_index, count = unique_counts(self.word_hash)
        first = np.zeros(len(count), np.int64)
        # from the last word to the first, so that the first use overwrites the others
        first[word_index[::-1]] = np.arange(len(word_index))[::-1]
        return first, word_index, count

    @cached_property
    def templates(self) -> tuple[Ints, Ints]:
        """Which of the document's distinct templates (numbers as one) each line has, and how many lines
        have each."""
        return unique_counts(self.template_hash)

    @cached_property
    def first_words(self) -> Ints:
        """The index of the first word of each line that has one."""
        return np.flatnonzero(np.diff(self.line_of_word, prepend=-1))


def unique_counts(keys: Hashes | Ints) -> tuple[Ints, Ints]:
    """Which of the distinct keys each one is, and how often each occurs; their order means nothing."""
    if native.core is not None:
        return _native_groups(native.core, keys)[:2]
    _, index_of_each, count = np.unique(keys, return_inverse=True, return_counts=True)
    return index_of_each, count


def _native_groups(core: native.NativeCore, keys: Hashes | Ints) -> tuple[Ints, Ints, Ints]:
    """`unique_counts` by the native core, and where each of the distinct keys first occurs."""
    index_of_each, count, first = np.empty((3, len(keys)), np.int64)
    n_distinct = core.group_keys(keys, index_of_each, count, first)
    return index_of_each, count[:n_distinct], first[:n_distinct]


# How a word starts: the values of `ParsedLines.word_start`.
LOWERCASE, TITLECASE, ALL_CAPS, NUMERIC, UNCASED = range(5)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _lower_same_length(text: str) -> str:
    """Lower case without a change of length."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(lower_char if len(lower_char := c.lower()) == 1 else c for c in text)


def join_lines(lines: Sequence[str]) -> str:
    """The lines with a line break after each, and none inside."""
    text = "\n".join(lines) + "\n"
    if text.count("\n") != len(lines):
        text = "\n".join(line.replace("\n", " ") for line in lines) + "\n"
    return text


def parse_lines(lines: Sequence[str], class_table: CharClasses | None = None) -> ParsedLines:
    """The lines as arrays; `class_table` is the one a model was fitted with, this version's without it."""
    text = join_lines(lines)
    codes = _codes(text)
    lower_codes = _codes(_lower_same_length(text))
    table = char_class_table() if class_table is None else class_table
    if native.core is not None:
        return _native_parse(native.core, codes, lower_codes, table, text.count("\n"))
    classes = table[np.minimum(codes, 0xFFFF)]
    line_ends = np.flatnonzero(codes == 10)
    line_starts = np.concatenate(([0], line_ends[:-1] + 1))
    line_of_char = np.repeat(np.arange(len(line_ends)), line_ends - line_starts + 1)
    class_counts = np.bincount(
        line_of_char * N_CLASSES + classes, minlength=len(line_ends) * N_CLASSES
    ).reshape(-1, N_CLASSES)
    class_counts[:, SPACE] -= 1  # the line break
    line_of_word, word_hash, word_length, word_start, is_year = _hash_words(
        lower_codes, classes, line_of_char
    )
    word_position = np.arange(len(line_of_word)) - np.searchsorted(line_of_word, line_of_word)
    line_hashes = _line_hashes(line_of_word, word_hash, word_start, word_position, len(line_ends))
    mark_counts = np.stack(
        [
            np.bincount(line_of_char[offsets], minlength=len(line_ends))
            for offsets in _mark_offsets(codes, classes)
        ]
        + [np.bincount(line_of_word[is_year], minlength=len(line_ends))],
        axis=1,
    )
    next_to_last = classes[np.maximum(line_ends - 2, line_starts)]
    return ParsedLines(
        len(line_ends),
        class_counts,
        classes[line_starts],
        classes[np.maximum(line_ends - 1, line_starts)],
        next_to_last,
        line_of_word,
        word_hash,
        word_length,
        word_start,
        mark_counts,
        *line_hashes,
    )


@cache
def one_letter() -> ParsedLines:
    """A line of one letter: features of it tell the names of all features. The table of classes, which takes
    a tenth of a second to make, is not needed for it."""
    table = np.full(0x10000, SPACE, np.uint8)
    table[ord("x")] = LOWER
    return parse_lines(["x"], table)


def _native_parse(
    core: native.NativeCore,
    codes: NDArray[np.uint32],
    lower_codes: NDArray[np.uint32],
    table: CharClasses,
    n_lines: int,
) -> ParsedLines:
    """`parse_lines` by the native core."""
    class_counts, mark_counts = np.zeros((n_lines, N_CLASSES), np.int64), np.zeros((n_lines, 6), np.int64)
    first_class, last_class, next_to_last_class = np.zeros((3, n_lines), np.uint8)
    line_hash, template_hash, coarse_hash = np.zeros((3, n_lines), np.uint64)
    # a word has one character at least; what is not written to takes no memory
    line_of_word, word_length = np.empty((2, len(codes)), np.int64)
    word_hash, word_start = np.empty(len(codes), np.uint64), np.empty(len(codes), np.uint8)
    n_words = core.parse_lines(
        codes,
        lower_codes,
        table,
        HASH_FACTORS,
        int(NUMBER_HASH),
        int(NAME_HASH),
        class_counts,
        first_class,
        last_class,
        next_to_last_class,
        mark_counts,
        line_hash,
        template_hash,
        coarse_hash,
        line_of_word,
        word_hash,
        word_length,
        word_start,
    )
    return ParsedLines(
        n_lines,
        class_counts,
        first_class,
        last_class,
        next_to_last_class,
        line_of_word[:n_words].copy(),
        word_hash[:n_words].copy(),
        word_length[:n_words].copy(),
        word_start[:n_words].copy(),
        mark_counts,
        line_hash,
        template_hash,
        coarse_hash,
    )


def _hash_words(
    lower_codes: NDArray[np.uint32], classes: CharClasses, line_of_char: Ints
) -> tuple[Ints, Hashes, Ints, NDArray[np.uint8], NDArray[np.bool_]]:
    """Of each word, and each character of scripts without spaces: line, hash, length, start, and whether it
    is a year."""
    is_word_char = (classes >= DIGIT) & (classes <= LETTER)
    is_unspaced = (classes == IDEOGRAPH) | (classes == SOUTHEAST_ASIAN)
    is_word_start = is_word_char.copy()
    is_word_start[1:] &= ~is_word_char[:-1]
    is_word_start |= is_unspaced
    char_offsets = np.flatnonzero(is_word_char | is_unspaced)
    if not len(char_offsets):
        no_words = np.zeros(0, np.int64)
        return (
            no_words,
            no_words.astype(np.uint64),
            no_words,
            no_words.astype(np.uint8),
            no_words.astype(np.bool_),
        )
    start_offsets = np.flatnonzero(is_word_start)
    word_starts = np.flatnonzero(is_word_start[char_offsets])
    length = np.diff(np.append(word_starts, len(char_offsets)))
    char_position = np.arange(len(char_offsets)) - np.repeat(word_starts, length)
    char_values = lower_codes[char_offsets].astype(np.uint64)
    if is_unspaced.any():  # a lone character says little: it is hashed with the next
        next_codes = lower_codes[np.minimum(char_offsets + 1, len(lower_codes) - 1)].astype(np.uint64)
        char_values += np.where(is_unspaced[char_offsets], next_codes << np.uint64(20), 0)
    word_hash = _mix_bits(
        np.add.reduceat(char_values * HASH_FACTORS[np.minimum(char_position, N_POSITIONS - 1)], word_starts)
    )
    first_class, second_class = (
        classes[start_offsets],
        classes[np.minimum(start_offsets + 1, len(classes) - 1)],
    )
    word_start = np.full(len(start_offsets), UNCASED, np.uint8)
    word_start[first_class == LOWER] = LOWERCASE
    word_start[first_class == DIGIT] = NUMERIC
    word_start[first_class == UPPER] = TITLECASE
    word_start[(first_class == UPPER) & (second_class == UPPER)] = ALL_CAPS
    first_two = (
        lower_codes[start_offsets] * np.uint32(256)
        + lower_codes[np.minimum(start_offsets + 1, len(lower_codes) - 1)]
    )
    starts_like_year = (first_two == 0x3139) | (first_two == 0x3230)  # 19 or 20 in ASCII
    is_year = (length == 4) & (word_start == NUMERIC) & starts_like_year
    return line_of_char[start_offsets], word_hash, length, word_start, is_year


def _mix_bits(hashes: Hashes) -> Hashes:
    """The hashes with every bit depending on many others: the finalizer of splitmix64, cut short."""
    hashes = hashes ^ (hashes >> np.uint64(31))
    hashes = hashes * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(hashes ^ (hashes >> np.uint64(29)), np.uint64)


def _line_hashes(
    line_of_word: Ints, word_hash: Hashes, word_start: NDArray[np.uint8], word_position: Ints, n_lines: int
) -> list[Hashes]:
    """A hash of each line's words; one with all numbers as one; one with all capitalised words as one as
    well."""
    template = np.where(word_start == NUMERIC, NUMBER_HASH, word_hash)
    coarse_template = np.where((word_start == TITLECASE) | (word_start == ALL_CAPS), NAME_HASH, template)
    first_words = np.flatnonzero(np.diff(line_of_word, prepend=-1))
    factors = HASH_FACTORS[word_position % N_POSITIONS]
    line_hashes = []
    for words in (word_hash, template, coarse_template):
        keys = np.zeros(n_lines, np.uint64)
        if len(line_of_word):
            keys[line_of_word[first_words]] = _mix_bits(np.add.reduceat(words * factors, first_words))
        line_hashes.append(keys)
    return line_hashes


def _mark_offsets(codes: NDArray[np.uint32], classes: CharClasses) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Offsets of ends of sentences, times (7:30), dates (3/12, 3-12), addresses (a.b, @) and prices."""
    before, current, after = classes[:-2], classes[1:-1], classes[2:]
    is_after_letter = (before >= UPPER) & (before <= LETTER)
    is_sentence_end = (
        (current == STOP) & ((after == SPACE) | (after == QUOTE) | (after == BRACKET)) & (before != UPPER)
    )
    is_sentence_end |= (current == STOP) & ((before == IDEOGRAPH) | (before == SOUTHEAST_ASIAN))
    is_between_digits = (before == DIGIT) & (after == DIGIT)
    times = is_between_digits & (current == COLON)
    dates = is_between_digits & ((current == DASH) | (codes[1:-1] == 47))
    addresses = (is_after_letter & (codes[1:-1] == 46) & (after == LOWER)) | (codes[1:-1] == 64)
    prices = (current == SIGN) & ((after == DIGIT) | is_between_digits)
    return tuple(np.flatnonzero(m) + 1 for m in (is_sentence_end, times, dates, addresses, prices))  # type: ignore[return-value]
