"""Text as the language model sees it: words in lower case, with punctuation, numbers and quotes as classes.

Offsets are code points. What stands between quotation marks is known here and nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STOP, COMMA, NUMBER, QUOTE = "<s>", ",", "<n>", '"'
TOKEN = re.compile(
    r"(?P<short>(?:[A-Za-z]\.){2,})|(?P<word>[A-Za-z]+(?:[’'.\-](?!s\b)[A-Za-z]+)*)|(?P<own>[’']s\b)"
    r"|(?P<number>[$£€]?\d[\d,.:]*%?)|(?P<stop>[.?!:;…\n]+)|(?P<comma>[,()–—])|(?P<quote>[“”\"«»])"
)
# A quotation runs to its closing mark or, as the printers' rule has it, to the end of the paragraph. Single
# marks count only when they open before a letter, close after one and lie within 400 characters: an
# apostrophe is no quotation. Where the marks mislead, too much is taken for quoted and is left alone: the
# safe side.
QUOTED = re.compile(
    r"“[^”\n]*(?:”|(?=\n)|\Z)|«[^»\n]*(?:»|(?=\n)|\Z)|\"[^\"\n]*(?:\"|(?=\n)|\Z)"
    r"|(?<!\w)‘(?=\w)[^\n]{1,400}?(?<=[\w.,?!…])’(?!\w)|(?<!\w)'(?=\w)[^\n]{1,400}?(?<=[\w.,?!…])'(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Tokens with their offsets; `quoted[i]` says that token i stands inside quotation marks."""

    text: str
    tokens: list[str]
    starts: list[int]
    ends: list[int]
    quoted: list[bool]

    def __len__(self) -> int:
        return len(self.tokens)


def quotations(text: str) -> list[tuple[int, int]]:
    """Where text stands between quotation marks, in order; never overlapping."""
    if not any(mark in text for mark in "“«\"‘'"):
        return []
    return [m.span() for m in QUOTED.finditer(text)]


def split(text: str) -> Words:
    """All tokens of a text."""
    tokens: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in TOKEN.finditer(text):
        tokens.append(_class(match))
        starts.append(match.start())
        ends.append(match.end())
    return Words(text, tokens, starts, ends, _inside(starts, quotations(text)))


def _class(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind in ("word", "own", "short"):
        return match.group().lower().replace("’", "'").rstrip(".")
    return {"number": NUMBER, "stop": STOP, "comma": COMMA}.get(kind or "", QUOTE)


def _inside(starts: list[int], spans: list[tuple[int, int]]) -> list[bool]:
    inside = [False] * len(starts)
    at = 0
    for left, right in spans:
        while at < len(starts) and starts[at] < left:
            at += 1
        while at < len(starts) and starts[at] < right:
            inside[at] = True
            at += 1
    return inside
