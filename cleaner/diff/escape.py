"""Escapes invisible characters and those that move others, so that no document controls the terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from cleaner.json_lines import dumps

# Joiners shape Persian, Indic scripts and emoji, and cannot move anything.
JOINERS = "\u200c\u200d"
# Cc: control characters, ESC among them; Cf: bidirectional overrides, zero width; Cs: surrogates; Zl, Zp:
# line ends that `str.splitlines` splits at. Everything in these classes is in one of the ranges.
SUSPECT_CHARS = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f]"
)
INVISIBLE_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")


class Visible(str):
    """Text that holds nothing invisible but our own colours: the one type that the command line prints."""

    __slots__ = ()


def escape_invisible(text: str, keep: str = "\t") -> str:
    """`text` with such characters escaped, as `\\x1b` or `\\u202e`; those in `keep` stay."""
    return SUSPECT_CHARS.sub(lambda match: _escape_char(match[0], keep), text)


def _escape_char(char: str, keep: str) -> str:
    if char in keep or char in JOINERS or unicodedata.category(char) not in INVISIBLE_CATEGORIES:
        return char
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible_json(value: Any) -> Visible:
    """A value as one line of JSON, with such characters as its own escapes: safe on a terminal."""
    text = dumps(value).decode()
    return Visible(SUSPECT_CHARS.sub(lambda match: json.dumps(match[0])[1:-1], text))


def one_line(text: str, max_chars: int) -> str:
    """`text` on one line of at most so many characters before escaping."""
    words = " ".join(text[: max_chars * 4].split())
    is_cut = len(words) > max_chars or len(text) > max_chars * 4
    return escape_invisible(words[: max_chars - 1].rstrip() + "…" if is_cut else words)
