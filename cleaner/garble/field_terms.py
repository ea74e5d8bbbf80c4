"""Terms of a text's own field: words that its writer uses, which no dictionary put in.

A page on decision trees says `entropy` and means it, however usual `information` is there. It shows where no
spinner reaches: in a compound (`cross-entropy`) and in a quotation. Titles and capitals show nothing:
spinners write in titles too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cleaner.garble.tokenize import quoted_ranges

COMPOUND = re.compile(r"\b[A-Za-z]+(?:-[A-Za-z]+)+\b")
WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
MIN_TERM_CHARS = 4  # shorter words are of no field


def singular(word: str) -> str:
    """A word in lower case without a plural's ending."""
    word = word.lower()
    if word.endswith("ies") and len(word) > MIN_TERM_CHARS:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def field_terms(text: str) -> frozenset[str]:
    """The words, in the singular, that the text has in compounds or in quotations."""
    compounds = (part for match in COMPOUND.finditer(text) for part in match.group().split("-"))
    quoted = (match.group() for a, b in quoted_ranges(text) for match in WORD.finditer(text, a, b))
    return _terms(compounds) | _terms(quoted)


def _terms(words: Iterable[str]) -> frozenset[str]:
    return frozenset(singular(word) for word in words if len(word) >= MIN_TERM_CHARS)


def is_field_term(words: str, terms: frozenset[str]) -> bool:
    """Whether spun words are a single one that is among the text's `field_terms`."""
    return " " not in words and singular(words) in terms
