"""Texts made comparable: one case, one form of quotes and spaces, no numbers; and how long they are in words.

Folding is one code point to one code point, so an offset into a folded text is an offset into the text.
"""

from __future__ import annotations

import re

from cleaner.analysis.characters import (
    ALNUM,
    JOINER,
    UNSPACED,
    UNSPACED_SCRIPTS,
    WORDS_PER_CLUSTER,
    classes_of,
    compile_char_class,
)

# Kinds of quotes, dashes and spaces; and letters that the same word is written with and without: Greek
# accents, which capitals do not have, the Turkish i, both forms of Romanian ș and ț, ё, Arabic alefs, and the
# yeh and kaf of Persian keyboards.
CHARACTER_FOLDS = tuple(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "\u00a0": " ", "\u202f": " ", "\u2009": " ",
     "\u2011": "-", "–": "-", "—": "-", "\t": " ",
     "ά": "α", "έ": "ε", "ή": "η", "ί": "ι", "ό": "ο", "ύ": "υ", "ώ": "ω", "ϊ": "ι", "ΐ": "ι", "ϋ": "υ",
     "ΰ": "υ", "ς": "σ", "ı": "i", "İ": "i", "ș": "ş", "ț": "ţ", "ё": "е", "أ": "ا", "إ": "ا", "آ": "ا",
     "ی": "ي", "ى": "ي", "ک": "ك"}.items()
)  # fmt: skip
# Words of ASCII text, fast: runs of letters and digits, less those that a sign joins to the one before.
ASCII_SEPARATOR_TABLE = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
ASCII_JOINER = re.compile(rb"['\-](?<=[^\W_].)(?=[^\W_])")
# The same for any text: the class bits of its characters as letters, with which `count_words` finds words.
_CLASS_LETTERS = bytes(
    ord("u" if bits & UNSPACED else "w" if bits & ALNUM else "j" if bits & JOINER else " ")
    for bits in range(256)
)
_JOINED_WORDS = re.compile(rb"w+(?:jw+)*")
UNSPACED_CHAR = compile_char_class(UNSPACED_SCRIPTS)
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
SPACES = re.compile(r"\s+")
# The signs that most lines have at their ends, if any.
EDGE_PUNCTUATION = " .,:;!?-'\"()[]|/>*"


def fold(text: str) -> str:
    """Lower case with plain quotes and spaces; as many code points as `text`."""
    lower = text.lower()
    if len(lower) != len(text):  # some capitals, like İ, are two code points in lower case
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lower.replace("\t", " ") if lower.isascii() else fold_variants(lower)


def fold_variants(text: str) -> str:
    """One form for letters and signs that have several; patterns for folded text go through it too."""
    for variant, plain in CHARACTER_FOLDS:  # most are not there, which `replace` sees at memory speed
        text = text.replace(variant, plain)
    return text


def strip_punctuation(text: str) -> str:
    """`text` without the signs and spaces at its ends. A pattern would be quadratic in a row of signs."""
    text = text.strip(EDGE_PUNCTUATION)
    if text[:1].isalnum() and text[-1:].isalnum():
        return text
    start, end = 0, len(text)
    while end and not text[end - 1].isalnum():
        end -= 1
    while start < end and not text[start].isalnum():
        start += 1
    return text[start:end]


def line_template(folded: str) -> str:
    """A line's template: numbers become 0, outer punctuation and extra spaces are removed."""
    return collapse_spaces(strip_punctuation(mask_numbers(folded)))


def mask_numbers(text: str) -> str:
    """`text` with 0 for each number."""
    return NUMBER.sub("0", text)


def collapse_spaces(text: str) -> str:
    """`text` with one space for each run of them; nearly all text is so already."""
    return text if "  " not in text and text.isprintable() else SPACES.sub(" ", text)


def count_words(text: str) -> float:
    """How many words `text` holds, in any script: two ideographs or Thai letters count as one."""
    if text.isascii():
        ascii_bytes = text.encode()
        return float(
            len(ascii_bytes.translate(ASCII_SEPARATOR_TABLE).split()) - len(ASCII_JOINER.findall(ascii_bytes))
        )
    classes = classes_of(text).tobytes().translate(_CLASS_LETTERS)
    return len(_JOINED_WORDS.findall(classes)) + classes.count(b"u") * WORDS_PER_CLUSTER
