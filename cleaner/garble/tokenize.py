"""Text as the language model sees it: words in lower case, with punctuation, numbers and quotes as classes.

Offsets are code points. Only this module decides what is inside quotation marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

SENTENCE_END, COMMA, NUMBER, QUOTE = "<s>", ",", "<n>", '"'
TOKEN = re.compile(
    r"(?P<short>(?:[A-Za-z]\.){2,})|(?P<word>[A-Za-z]+(?:[’'.\-](?!s\b)[A-Za-z]+)*)|(?P<own>[’']s\b)"
    r"|(?P<number>[$£€]?\d[\d,.:]*%?)|(?P<stop>[.?!:;…\n]+)|(?P<comma>[,()–—])|(?P<quote>[“”\"«»])"
)
# What stands for each type of token; a word stands for itself.
TOKEN_CLASSES = {
    "short": None, "word": None, "own": None,
    "number": NUMBER, "stop": SENTENCE_END, "comma": COMMA, "quote": QUOTE,
}  # fmt: skip
# By the number of the group that matched.
CLASS_OF_GROUP = (None, *TOKEN_CLASSES.values())
ABBREVIATION = re.compile(r"[A-Za-z]\.[A-Za-z]\.")
# A quotation runs to its closing mark or, by the typographic rule for several paragraphs, to the end of the
# paragraph. Single marks count only when they open before a letter, close after one and lie within 400
# characters: an apostrophe is no quotation. Where the marks mislead, too much is taken for quoted and is left
# alone, which is the safe side.
QUOTED = re.compile(
    r"“[^”\n]*(?:”|(?=\n)|\Z)|«[^»\n]*(?:»|(?=\n)|\Z)|\"[^\"\n]*(?:\"|(?=\n)|\Z)"
    r"|(?<!\w)‘(?=\w)[^\n]{1,400}?(?<=[\w.,?!…])’(?!\w)|(?<!\w)'(?=\w)[^\n]{1,400}?(?<=[\w.,?!…])'(?!\w)"
)


@dataclass(frozen=True, slots=True, eq=False)
class TokenizedText:
    """Tokens with their offsets; `quoted[i]` is whether token i is inside quotation marks.

    Two are equal only if they are one, so that what is computed of the last one can be kept.
    """

    text: str
    tokens: list[str]
    starts: list[int]
    ends: list[int]
    quoted: list[bool]

    def __len__(self) -> int:
        return len(self.tokens)


def quoted_ranges(text: str) -> list[tuple[int, int]]:
    """The ranges (start, end) inside quotation marks, in order, never overlapping."""
    if not any(mark in text for mark in "“«\"‘'"):
        return []
    return [m.span() for m in QUOTED.finditer(text)]


def overlaps_any(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether `start:end` has a character in common with one of the ranges, which are in order and never
    overlap. Takes time in proportion to the logarithm of their number."""
    at = bisect_left(ranges, (end, 0)) - 1
    return at >= 0 and ranges[at][1] > start


def tokenize(text: str, mentions: Sequence[tuple[int, int]] = ()) -> TokenizedText:
    """All tokens of a text; what stands in `mentions` (ranges of the text) is taken for quoted too."""
    tokens: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in TOKEN.finditer(text):
        token_class = CLASS_OF_GROUP[match.lastindex or 0]
        tokens.append(token_class or match[0].lower())
        start, end = match.span()
        starts.append(start)
        ends.append(end)
    if "’" in text:
        tokens = [token.replace("’", "'") for token in tokens]
    if ABBREVIATION.search(text):
        tokens = [token.rstrip(".") for token in tokens]
    return TokenizedText(
        text, tokens, starts, ends, _inside_ranges(starts, [*quoted_ranges(text), *mentions])
    )


def _inside_ranges(starts: list[int], ranges: list[tuple[int, int]]) -> list[bool]:
    inside = [False] * len(starts)
    for start, end in ranges:
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        inside[first:last] = [True] * (last - first)
    return inside
