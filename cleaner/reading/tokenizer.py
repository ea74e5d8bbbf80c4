"""The page as tokens that join back: each starts where the last one ended, the last ends where the page does.

Follows the tokenizer of the WHATWG HTML standard where it decides what is text and what is markup. Reads
each character a bounded number of times, whatever the page is: every loop in the patterns is possessive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import unescape as unescape_reference
from html.entities import html5
from typing import Literal

# text: holds character references; raw: of an element that holds no tags, whose name the token carries;
# cdata, comment, doctype: with their delimiters. A tag that the end of the page cuts off is a comment, as it
# shows nothing.
Kind = Literal["text", "raw", "cdata", "start", "end", "comment", "doctype"]
# A plain tuple (kind, start, end, name): a page has thousands, and a class costs half a microsecond each.
Token = tuple[Kind, int, int, str]

# Elements whose content is text up to their own end tag. `noscript` as in a browser that runs scripts.
RAW_TEXT = frozenset("script style textarea title xmp iframe noembed noframes noscript plaintext".split())
# Inside `select` browsers open no other elements, so only these change how the page is read.
RAW_IN_SELECT = frozenset(("script", "textarea"))

_W = r" \t\n\f\r"
# The usual attributes: an `=` that follows a name directly, its value behind it. Exact when it matches.
_USUAL = rf"""(?:[^>=]*+(?<![{_W}/"'])=(?:"[^"]*+"|'[^']*+'|[^{_W}>"'][^{_W}>]*+))*+[^>=]*+"""
# All of them: a quote counts only right after the `=` of a name; a name may start with `=`.
_VALUE = rf"""(?:"[^"]*+"|'[^']*+'|[^{_W}>"'][^{_W}>]*+|(?=>))"""
_ANY = rf"""(?:[{_W}/]++|[^{_W}/>][^{_W}/>=]*+(?:[{_W}]*+=[{_W}]*+{_VALUE}|(?![{_W}]*+=)))*+"""
# A whole tag, with its name as a group, or the `<` of any other markup. A `<` that begins nothing is text.
_MARKUP = re.compile(rf"<(?:(/?)([a-zA-Z][^{_W}/>]*+)(?:>|{_USUAL}>|{_ANY}>)|(?=[a-zA-Z!?]|/[\s\S]))")
_NAMED = re.compile(rf"</?[a-zA-Z][^{_W}/>]*+")
_ATTRIBUTE = re.compile(
    rf"""[{_W}/]*+([^{_W}/>][^{_W}/>=]*+)(?:[{_W}]*+=[{_W}]*+(?:"([^"]*+)"|'([^']*+)'|([^{_W}>]*+)))?+"""
)
_COMMENT_END = re.compile("--!?>")
_SCRIPT_STEP = re.compile(r"<!--|-->|<(/?)script(?=[ \t\n\f\r/>])", re.ASCII | re.IGNORECASE)

REFERENCE = r"&(?:#(?:[0-9]++|[xX][0-9a-fA-F]++);?|[a-zA-Z][a-zA-Z0-9]{1,31}+;?)"
_REFERENCE = re.compile(REFERENCE)
LONGEST_NAME = max(map(len, html5))
# The last code point has 7 digits, in hexadecimal 6; `int()` refuses digits by the thousand.
MOST_DIGITS = 7


class Tokens:
    """The tokens of a page, in order. Whoever builds the tree says, between two tokens, where it stands.

    Attributes:
        raw_text: names of the elements whose content is text; none inside `svg` and `math`.
        cdata: whether `<![CDATA[` opens a section (in `svg` and `math`) or a comment (anywhere else).
    """

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.raw_text = RAW_TEXT
        self.cdata = False

    def __iter__(self) -> Iterator[Token]:
        raw, size = self.raw, len(self.raw)
        at = 0  # where what was not handed out yet begins
        kind: Kind
        while at < size:
            for found in _MARKUP.finditer(raw, at):
                start, whole = found.span()
                closing, name = found.groups()
                end, kind = whole, ("end" if closing else "start")
                if name is None:
                    name, (kind, end) = "", self._other(start)
                elif not name.islower() or not name.isascii():
                    name = _lower(name)
                if start > at:
                    yield "text", at, start, ""
                holds_text = kind == "start" and name in self.raw_text
                yield kind, start, end, name
                at = end
                if holds_text:
                    at = self._content_end(name, end)
                    if at > end:
                        yield "raw", end, at, name
                if at != whole:  # the scan stands elsewhere: begin it anew
                    break
            else:
                break
        if at < size:
            yield "text", at, size, ""

    def _other(self, start: int) -> tuple[Kind, int]:
        """What a `<` at `start` begins that is markup, but no whole tag, and where that ends."""
        raw = self.raw
        if raw.startswith("<!--", start):
            return "comment", self._comment_end(start + 4)
        if self.cdata and raw.startswith("<![CDATA[", start):
            return "cdata", self._after("]]>", start + 9)
        letter = raw[start + 1] if raw[start + 1] != "/" else raw[start + 2]
        if letter.isascii() and letter.isalpha():
            return "comment", len(raw)
        doctype = raw[start + 2 : start + 9].lower() == "doctype"
        return "doctype" if doctype else "comment", self._after(">", start + 1)

    def _comment_end(self, at: int) -> int:
        if self.raw.startswith((">", "->"), at):
            return self.raw.index(">", at) + 1
        found = _COMMENT_END.search(self.raw, at)
        return found.end() if found else len(self.raw)

    def _after(self, mark: str, at: int) -> int:
        found = self.raw.find(mark, at)
        return found + len(mark) if found >= 0 else len(self.raw)

    def _content_end(self, name: str, at: int) -> int:
        """Where the text inside the element `name`, which starts at `at`, ends."""
        if name == "plaintext":
            return len(self.raw)
        if name == "script":
            return self._script_end(at)
        found = _end_tag(name).search(self.raw, at)
        return found.start() if found else len(self.raw)

    def _script_end(self, at: int) -> int:
        """`</script>` ends a script, but not one that was opened inside `<!--` inside it."""
        commented = nested = False
        while found := _SCRIPT_STEP.search(self.raw, at):
            step, at = found[0], found.end()
            if step == "<!--":
                commented, at = True, at - 2  # its dashes may be those of `-->`
            elif step == "-->":
                commented = nested = False
            elif not found[1]:
                nested = commented
            elif nested:
                nested = False
            else:
                return found.start()
        return len(self.raw)


def tokens(raw: str) -> Iterator[Token]:
    """The tokens of a page that holds no `svg` or `math`, for whoever needs no tree."""
    return iter(Tokens(raw))


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a start tag as it stands in the page; names in lower case, the first of each wins."""
    named = _NAMED.match(tag) if tag.endswith(">") else None
    found: dict[str, str] = {}
    begin = named.end() if named else len(tag)
    for name, quoted, single, bare in _ATTRIBUTE.findall(tag, begin, len(tag) - 1):
        if not name.islower() or not name.isascii():
            name = _lower(name)
        if name not in found:
            value = quoted or single or bare
            found[name] = unescape(value) if "&" in value else value
    return found


def closes_itself(tag: str) -> bool:
    """Whether a start tag ends in `/>`, with the slash not part of a value: it counts in `svg` and `math`."""
    if not tag.endswith("/>"):
        return False
    named, last = _NAMED.match(tag), len(tag)
    for match in _ATTRIBUTE.finditer(tag, named.end() if named else last, len(tag) - 1):
        last = match.end()
    return last != len(tag) - 1


def unescape(text: str) -> str:
    """`text` with its character references replaced."""
    return _REFERENCE.sub(_replaced, text) if "&" in text else text


def reference(spelling: str) -> tuple[int, str]:
    """How many characters of `spelling` (a match of REFERENCE) are a reference, and what it stands for.

    0 and "" for a name that means nothing. As in browsers, `&notit;` is `¬it;` and a number out of range is
    U+FFFD; a number that means a control character or no character is nothing at all.
    """
    if spelling[1] != "#":
        return _named(spelling)
    digits = spelling[2:].rstrip(";").lstrip("xX").lstrip("0")
    if len(digits) > MOST_DIGITS:
        return len(spelling), "\ufffd"
    return len(spelling), unescape_reference(spelling)


@lru_cache(maxsize=4096)
def _named(spelling: str) -> tuple[int, str]:
    for size in range(min(len(spelling), LONGEST_NAME + 1), 2, -1):
        if char := html5.get(spelling[1:size]):
            return size, char
    return 0, ""


def _replaced(found: re.Match[str]) -> str:
    size, char = reference(found[0])
    return char + found[0][size:]


@cache
def _end_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.ASCII | re.IGNORECASE)


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _lower(name: str) -> str:
    """Only ASCII: `str.lower` would make a k of the Kelvin sign."""
    return name.lower() if name.isascii() else name.translate(_ASCII_LOWER)
