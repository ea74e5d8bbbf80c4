"""Surrogates: halves of UTF-16 pairs, which a str can hold and UTF-8 cannot spell.

They come from JSON (`"\\ud800"`), and from bytes that are no UTF-8: Python's `surrogateescape` makes them
U+DC80 to U+DCFF ("escaped bytes"), in text and in the names of files.
"""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_INSIDE_PAIR = re.compile("(?<=[\ud800-\udbff])(?=[\udc00-\udfff])")


def has_surrogates(text: str) -> bool:
    """Whether `text` has no UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def is_escaped_byte(char: str) -> bool:
    """Whether a character is what `surrogateescape` makes of a byte that the encoding does not know."""
    return "\udc80" <= char <= "\udcff"


def replace_surrogates(text: str, replacement: str = "?") -> str:
    """`text` with `replacement` for each surrogate."""
    return _SURROGATE.sub(replacement, text)


def escape_surrogates(text: str) -> str:
    """`text` with each surrogate spelled out, as `\\ud800`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def escape_bytes(path: str) -> str:
    """The name of a file with each escaped byte spelled out, as `\\xe9`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def split_pairs(text: str) -> list[str]:
    """`text` cut between the halves of each pair; JSON would read the two as one character."""
    return _INSIDE_PAIR.split(text)


def is_pair(text: str) -> bool:
    """Whether `text` is the two halves of one character."""
    return len(text) == 2 and "\ud800" <= text[0] < "\udc00" <= text[1] <= "\udfff"


def join_pair(pair: str) -> str:
    """The character that a pair encodes."""
    return pair.encode("utf-16", "surrogatepass").decode("utf-16")
