"""Lines to numbers: characters to classes, words to hashes. One pass for the whole document, no loop over
lines.

Nothing here knows a language: a word is a run of letters and digits, and scripts without spaces count by the
character, a fraction of a word each.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Classes = NDArray[np.uint8]

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
    IDEO,
    BRAHMI,
    DASH,
    APOS,
    COLON,
    COMMA,
    STOP,
) = range(17)
CLASSES = 17

SPELT: dict[int, str] = {
    STOP: ".!?…。！？．؟।॥።‽",
    COMMA: ",;、，；،",
    COLON: ":：",
    APOS: "'’ʼ‘",
    DASH: "-–—‐−",
    QUOTE: '"“”„‟「」『』″',
    BRACKET: "()[]（）【】",
    BAR: "|•·›»«‹/\\><→←▶▸●■¦",
    SIGN: "$€£¥₹@#%&=+*_{}~^©®™",
}
# how many words one character of a script without spaces is worth: Chinese prose runs at about 1.6
# characters a word, Thai at about 4.5
WORTH = {IDEO: 0.6, BRAHMI: 0.22}
# Thai, Lao, Myanmar, Khmer
UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))
IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF))

POSITIONS = 64
_SEED = np.random.Generator(np.random.PCG64(20261121))
# odd numbers, one a position: characters of a word, and words of a line
AT = _SEED.integers(1, 2**63, POSITIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
NUMBER = np.uint64(0x9E3779B97F4A7C15)
NAME = np.uint64(0xC2B2AE3D27D4EB4F)


def class_of(char: str) -> int:
    """The class of one character."""
    for number, chars in SPELT.items():
        if char in chars:
            return number
    code = ord(char)
    if any(a <= code <= b for a, b in IDEOGRAPHS):
        return IDEO
    if any(a <= code <= b for a, b in UNSPACED) and unicodedata.category(char)[0] in "LM":
        return BRAHMI
    kinds = {"Ll": LOWER, "Lu": UPPER, "Lt": UPPER, "Nd": DIGIT, "Zs": SPACE, "Cc": SPACE, "Cf": SPACE}
    category = unicodedata.category(char)
    return kinds.get(category, LETTER if category[0] in "LM" else OTHER)


@cache
def class_table() -> Classes:
    """The class of every character of the basic plane; the last entry stands for all beyond it."""
    table = np.fromiter((class_of(chr(c)) for c in range(0x10000)), np.uint8, 0x10000)
    table[0xFFFF] = OTHER
    return table


@dataclass(frozen=True)
class Parsed:
    """A document's lines as arrays. `of` is a word's line; words ascend by line, then by place.

    Attributes:
        n: number of lines.
        chars: lines x classes, how often each class of character occurs.
        first, last, last2: class of the first, the last and the last but one character.
        of, key, length, cap: per word: line, hash, characters, and how it starts.
        marks: lines x 6: ends of sentences, times, dates, years, addresses, prices.
        line_key, shape_key, coarse_key: hash of all words of a line; the same with all numbers alike; the
            same with all words that start with a capital alike as well.
    """

    n: int
    chars: NDArray[np.int64]
    first: Classes
    last: Classes
    last2: Classes
    of: Ints
    key: Hashes
    length: Ints
    cap: NDArray[np.uint8]
    marks: NDArray[np.int64]
    line_key: Hashes
    shape_key: Hashes
    coarse_key: Hashes

    @cached_property
    def vocabulary(self) -> tuple[Ints, Ints, Ints]:
        """The document's different words: where each first occurs, which one each word is, its count."""
        back, count = counted(self.key)
        first = np.zeros(len(count), np.int64)
        first[back[::-1]] = np.arange(len(back))[::-1]  # what is written last stays
        return first, back, count

    @cached_property
    def shapes(self) -> tuple[Ints, Ints]:
        """Which of the document's different shapes each line has, and how often each stands there."""
        return counted(self.shape_key)

    @cached_property
    def heads(self) -> Ints:
        """The first word of each line that has one."""
        return np.flatnonzero(np.diff(self.of, prepend=-1))


def counted(key: Hashes | Ints) -> tuple[Ints, Ints]:
    """Which of the different keys each one is, and how often each of them stands there."""
    _, back, count = np.unique(key, return_inverse=True, return_counts=True)
    return back, count


# how a word starts
LOW, TITLE, CAPS, NUM, PLAIN = range(5)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _lower(text: str) -> str:
    """Lower case without a change of length."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := c.lower()) == 1 else c for c in text)


def joined(lines: Sequence[str]) -> str:
    """The lines with a line break after each, and none inside."""
    text = "\n".join(lines) + "\n"
    if text.count("\n") != len(lines):
        text = "\n".join(line.replace("\n", " ") for line in lines) + "\n"
    return text


def parse(lines: Sequence[str], table: Classes | None = None) -> Parsed:
    """All lines at once."""
    text = joined(lines)
    codes = _codes(text)
    small = _codes(_lower(text))
    kind = (class_table() if table is None else table)[np.minimum(codes, 0xFFFF)]
    ends = np.flatnonzero(codes == 10)
    starts = np.concatenate(([0], ends[:-1] + 1))
    line = np.repeat(np.arange(len(ends)), ends - starts + 1)
    chars = np.bincount(line * CLASSES + kind, minlength=len(ends) * CLASSES).reshape(-1, CLASSES)
    chars[:, SPACE] -= 1  # the line break
    of, key, length, cap, year = _words(small, kind, line)
    seat = np.arange(len(of)) - np.searchsorted(of, of)
    keys = _line_keys(of, key, cap, seat, len(ends))
    marks = np.stack(
        [np.bincount(line[at], minlength=len(ends)) for at in _marks(codes, kind)]
        + [np.bincount(of[year], minlength=len(ends))],
        axis=1,
    )
    last2 = kind[np.maximum(ends - 2, starts)]
    return Parsed(
        len(ends),
        chars,
        kind[starts],
        kind[np.maximum(ends - 1, starts)],
        last2,
        of,
        key,
        length,
        cap,
        marks,
        *keys,
    )


def _words(
    small: NDArray[np.uint32], kind: Classes, line: Ints
) -> tuple[Ints, Hashes, Ints, NDArray[np.uint8], NDArray[np.bool_]]:
    """Words and pairs of characters of scripts without spaces: line, hash, length, start, and which are
    years."""
    spaced = (kind >= DIGIT) & (kind <= LETTER)
    dense = (kind == IDEO) | (kind == BRAHMI)
    begin = spaced.copy()
    begin[1:] &= ~spaced[:-1]
    begin |= dense
    inside = np.flatnonzero(spaced | dense)
    if not len(inside):
        none = np.zeros(0, np.int64)
        return none, none.astype(np.uint64), none, none.astype(np.uint8), none.astype(np.bool_)
    at = np.flatnonzero(begin)
    heads = np.flatnonzero(begin[inside])
    length = np.diff(np.append(heads, len(inside)))
    place = np.arange(len(inside)) - np.repeat(heads, length)
    worth = small[inside].astype(np.uint64)
    if dense.any():  # there a lone character says little: take it with the next
        next_ = small[np.minimum(inside + 1, len(small) - 1)].astype(np.uint64)
        worth += np.where(dense[inside], next_ << np.uint64(20), 0)
    key = _mix(np.add.reduceat(worth * AT[np.minimum(place, POSITIONS - 1)], heads))
    head, second = kind[at], kind[np.minimum(at + 1, len(kind) - 1)]
    cap = np.full(len(at), PLAIN, np.uint8)
    cap[head == LOWER] = LOW
    cap[head == DIGIT] = NUM
    cap[head == UPPER] = TITLE
    cap[(head == UPPER) & (second == UPPER)] = CAPS
    lead = small[at] * np.uint32(256) + small[np.minimum(at + 1, len(small) - 1)]
    year = (length == 4) & (cap == NUM) & ((lead == 0x3139) | (lead == 0x3230))  # 19.., 20..
    return line[at], key, length, cap, year


def _mix(key: Hashes) -> Hashes:
    """Spread a sum over all bits."""
    key = key ^ (key >> np.uint64(31))
    key = key * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(key ^ (key >> np.uint64(29)), np.uint64)


def _line_keys(of: Ints, key: Hashes, cap: NDArray[np.uint8], seat: Ints, n: int) -> list[Hashes]:
    """A hash of each line's words, one that holds all numbers for the same, one that holds names so as
    well."""
    shape = np.where(cap == NUM, NUMBER, key)
    coarse = np.where((cap == TITLE) | (cap == CAPS), NAME, shape)
    heads = np.flatnonzero(np.diff(of, prepend=-1))
    spread = AT[seat % POSITIONS]
    out = []
    for words in (key, shape, coarse):
        keys = np.zeros(n, np.uint64)
        if len(of):
            keys[of[heads]] = _mix(np.add.reduceat(words * spread, heads))
        out.append(keys)
    return out


def _marks(codes: NDArray[np.uint32], kind: Classes) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Where sentences end, and where times (7:30), dates (3/12, 3.12.), addresses (a.b, @) and prices
    stand."""
    before, here, after = kind[:-2], kind[1:-1], kind[2:]
    letters = (before >= UPPER) & (before <= LETTER)
    end = (here == STOP) & ((after == SPACE) | (after == QUOTE) | (after == BRACKET)) & (before != UPPER)
    end |= (here == STOP) & ((before == IDEO) | (before == BRAHMI))
    digits = (before == DIGIT) & (after == DIGIT)
    times = digits & (here == COLON)
    dates = digits & ((here == DASH) | (codes[1:-1] == 47))
    addresses = (letters & (codes[1:-1] == 46) & (after == LOWER)) | (codes[1:-1] == 64)
    prices = (here == SIGN) & ((after == DIGIT) | digits)
    return tuple(np.flatnonzero(m) + 1 for m in (end, times, dates, addresses, prices))  # type: ignore[return-value]
