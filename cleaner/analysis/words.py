"""A text as a list of words, in any script: what word-F1, alignment and word hashes count.

Where a script writes spaces, a word is what stands between them, with its combining marks, apostrophes and
hyphens. Scripts without spaces have no such thing: there an ideograph, a kana, or a letter with the vowels
and tones that belong to it (a cluster: what a reader sees as one letter) is a word of its own.
`normalize.count_words` measures length instead: there two of these make one word.
"""

from __future__ import annotations

import re

from cleaner.analysis.characters import (
    JOINER_CHARS,
    LEADING_VOWELS,
    TRAILING_VOWELS,
    UNSPACED_SCRIPTS,
    regex_ranges,
)

_UNSPACED = regex_ranges(UNSPACED_SCRIPTS)
# Combining marks of the scripts that have them inside words: Latin and Greek, Cyrillic, Hebrew, Arabic,
# Syriac, Thaana, N'Ko, Devanagari to Sinhala, Tibetan.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3"
    "\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09cd\u09d7"
    "\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc\u0abe-\u0acd\u0b01-\u0b03\u0b3c\u0b3e-\u0b57"
    "\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc\u0cbe-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d"
    "\u0d57\u0d82\u0d83\u0dca-\u0ddf\u0f18\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f84\u0f8d-\u0fbc"
)
# Marks of the scripts without spaces: Thai, Lao, Burmese, Khmer, kana.
_CLUSTER_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
    "\u3099\u309a"
)
_LETTER = f"[^\\W_{_UNSPACED}{_CLUSTER_MARKS}]"
_SPACED_WORD = f"{_LETTER}[{_MARKS}]*+(?:[{re.escape(JOINER_CHARS)}]?{_LETTER}[{_MARKS}]*+)*+"
# A Khmer letter written below another one (after \u17d2) belongs to it, as Burmese ones do after \u1039.
_CLUSTER = (
    f"[{LEADING_VOWELS}]?[{_UNSPACED}]"
    f"(?:(?<=[\u17d2\u1039])[{_UNSPACED}]|[{_CLUSTER_MARKS}{TRAILING_VOWELS}])*+"
)
_WORD = re.compile(f"{_SPACED_WORD}|{_CLUSTER}")


def split_words(text: str) -> list[str]:
    """The words of `text` in order, as they are written; signs between them are dropped."""
    return [word for word in _WORD.findall(text) if word[0].isalnum()]
