"""Texts made comparable: one case, one form of quotes and spaces, no numbers; and how long they are in words.

Folding is one code point to one code point, so an offset into a folded text is an offset into the text.
"""

from __future__ import annotations

import re

from cleaner.analysis.characters import UNSPACED_SCRIPTS, one_of

FOLDS = tuple(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "\u00a0": " ", "\u202f": " ", "\u2009": " ",
     "\u2011": "-", "–": "-", "—": "-", "\t": " "}.items()
)  # fmt: skip
WORD = re.compile(r"[^\W_]++(?:['’\-][^\W_]++)*+")
# The same in ASCII, faster: runs of letters and digits, less those that a sign joins to the one before.
APART = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
JOINED = re.compile(rb"['\-](?<=[^\W_].)(?=[^\W_])")
UNSPACED = one_of(UNSPACED_SCRIPTS)
DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
SPACES = re.compile(r"\s+")
# The signs that most lines have at their ends, if any.
COMMON = " .,:;!?-'\"()[]|/>*"


def fold(text: str) -> str:
    """Lower case with plain quotes and spaces; as many code points as `text`."""
    lower = text.lower()
    if len(lower) != len(text):  # some capitals, like İ, are two code points in lower case
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    if lower.isascii():
        return lower.replace("\t", " ")
    for odd, plain in FOLDS:  # most are not there, which `replace` sees at memory speed
        lower = lower.replace(odd, plain)
    return lower


def inner(text: str) -> str:
    """`text` without the signs and spaces at its ends. A pattern would be quadratic in a row of signs."""
    text = text.strip(COMMON)
    if text[:1].isalnum() and text[-1:].isalnum():
        return text
    start, end = 0, len(text)
    while end and not text[end - 1].isalnum():
        end -= 1
    while start < end and not text[start].isalnum():
        start += 1
    return text[start:end]


def bare(folded: str) -> str:
    """A line's shape: numbers become 0, outer punctuation and extra spaces go."""
    return single_spaced(inner(numberless(folded)))


def numberless(text: str) -> str:
    """`text` with 0 for each number."""
    return DIGITS.sub("0", text)


def single_spaced(text: str) -> str:
    """`text` with one space for each run of them; nearly all text is so already."""
    return text if "  " not in text and text.isprintable() else SPACES.sub(" ", text)


def words(text: str) -> float:
    """How many words `text` holds, in any script."""
    if text.isascii():
        plain = text.encode()
        return float(len(plain.translate(APART).split()) - len(JOINED.findall(plain)))
    unspaced = len(UNSPACED.findall(text))
    if not unspaced:
        return float(len(WORD.findall(text)))
    return len(WORD.findall(UNSPACED.sub(" ", text))) + unspaced / 2
