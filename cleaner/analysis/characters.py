"""What kinds of characters stand in the lines of a document: one look at the whole in place of one a line.

A document has hundreds of lines, most of them a few words long: asking each what it is costs more than
reading it. Here a kind is a bit, a document an array of them, and all lines are asked at once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

Kinds = NDArray[np.uint8]
Flags = NDArray[np.bool_]

ALNUM, LOWER, UPPER, DIGIT, UNSPACED, JOINER, PARTING, KNOWN = (1 << bit for bit in range(8))
# Scripts written without spaces: about two characters make what other scripts write as a word.
UNSPACED_SCRIPTS = (
    (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x0E00, 0x0EFF),
    (0x1780, 0x17FF),
)  # fmt: skip
# Beside their characters a word may begin or end, whatever stands there.
PARTING_SCRIPTS = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0x0E00, 0x0EFF))
# Between two letters they make one word of two.
JOINERS = "'’-"


def ranges(scripts: Sequence[tuple[int, int]]) -> str:
    """Some scripts as they stand between the brackets of an expression."""
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in scripts)


def one_of(scripts: Sequence[tuple[int, int]]) -> re.Pattern[str]:
    """The expression for one character of some scripts."""
    return re.compile(f"[{ranges(scripts)}]")


def _kinds_of(chars: str) -> Kinds:
    """The kinds of some characters, looked up in Python's own tables."""
    codes = np.fromiter(map(ord, chars), np.uint32, len(chars))
    bits = (
        *(_which(what, chars) for what in (str.isalnum, str.islower, str.isupper, str.isdigit)),
        _within(codes, UNSPACED_SCRIPTS),
        np.isin(codes, [*map(ord, JOINERS)]),
        _within(codes, PARTING_SCRIPTS),
        np.ones(len(chars), np.bool_),  # known from now on
    )
    return np.asarray(np.packbits(bits, axis=0, bitorder="little")[0], np.uint8)


def _within(codes: NDArray[np.uint32], scripts: Sequence[tuple[int, int]]) -> Flags:
    return np.asarray(np.any([(codes >= low) & (codes <= high) for low, high in scripts], axis=0), np.bool_)


def _which(what: Callable[[str], bool], chars: str) -> Flags:
    return np.fromiter(map(what, chars), np.bool_, len(chars))


@cache
def _table() -> Kinds:
    """The kinds of every character met so far; KNOWN tells those from all others."""
    return np.zeros(sys.maxunicode + 1, np.uint8)


def kinds(text: str) -> Kinds:
    """The kinds of each character of `text`."""
    table, codes = _table(), np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    found: Kinds = table[codes]
    new = np.unique(codes[found < KNOWN])
    if len(new):
        table[new] = _kinds_of("".join(map(chr, new)))
        found = table[codes]
    return found


class Letters:
    """The lines of a document as one array: `kinds` of all characters, each line with a line break behind."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.size = len(lines)
        self.kinds = kinds("\n".join(lines) + "\n")
        ends = np.cumsum(np.fromiter(map(len, lines), np.int64, self.size) + 1)
        self._bounds = np.concatenate(([0], ends))

    @cached_property
    def starts(self) -> list[int]:
        """Where each line starts in the lines with a line break behind each; last, where the text ends."""
        return list(self._bounds.tolist())

    def _count(self, flag: Flags) -> NDArray[np.int64]:
        """How many characters of each line are flagged."""
        return np.asarray(np.add.reduceat(flag, self._bounds[:-1], dtype=np.int64), np.int64)

    def having(self, kind: int) -> list[bool]:
        """Whether each line holds a character of the kind."""
        return (self._count((self.kinds & kind) != 0) > 0).tolist() if self.size else []

    @cached_property
    def words(self) -> tuple[float, ...]:
        """How many words each line holds, in any script."""
        if not self.size:
            return ()
        letter = (self.kinds & (ALNUM | UNSPACED)) == ALNUM
        begins = letter.copy()
        begins[1:] &= ~letter[:-1]
        begins[2:] &= ~(((self.kinds[1:-1] & JOINER) != 0) & letter[:-2])
        spaced, dense = self._count(begins), self._count((self.kinds & UNSPACED) != 0)
        return tuple((spaced + dense / 2).tolist())

    @cached_property
    def glued(self) -> list[bool]:
        """Whether words of each line may stand together with nothing between: `ShareTweet`, `3Comments`."""
        before, behind = self.kinds[:-1], self.kinds[1:]
        joint = ((before & LOWER) != 0) & ((behind & UPPER) != 0)
        joint |= ((before ^ behind) & DIGIT) != 0
        joint |= ((before | behind) & PARTING) != 0
        joint &= (before & behind & ALNUM) != 0
        return (self._count(np.append(joint, False)) > 0).tolist() if self.size else []
