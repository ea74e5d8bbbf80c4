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
TokenType = Literal["text", "raw", "cdata", "start", "end", "comment", "doctype"]
# A plain tuple (type, start, end, name): a page has thousands, and a class costs half a microsecond each.
Token = tuple[TokenType, int, int, str]

# Elements whose content is text up to their own end tag. `noscript` as in a browser that runs scripts.
RAW_TEXT_ELEMENTS = frozenset(
    "script style textarea title xmp iframe noembed noframes noscript plaintext".split()
)
# Inside `select` browsers open no other elements, so only these change how the page is read.
RAW_TEXT_IN_SELECT = frozenset(("script", "textarea"))

_WS = r" \t\n\f\r"
# The usual attributes: an `=` that follows a name directly, then its value. Exact when it matches.
_SIMPLE_ATTRS = rf"""(?:[^>=]*+(?<![{_WS}/"'])=(?:"[^"]*+"|'[^']*+'|[^{_WS}>"'][^{_WS}>]*+))*+[^>=]*+"""
# All of them: a quote counts only right after the `=` of a name; a name may start with `=`.
_ATTR_VALUE = rf"""(?:"[^"]*+"|'[^']*+'|[^{_WS}>"'][^{_WS}>]*+|(?=>))"""
_ANY_ATTRS = (
    rf"""(?:[{_WS}/]++|[^{_WS}/>][^{_WS}/>=]*+(?:[{_WS}]*+=[{_WS}]*+{_ATTR_VALUE}|(?![{_WS}]*+=)))*+"""
)
# A whole tag, with its name as a group, or the `<` of any other markup. A `<` that begins nothing is text.
_MARKUP = re.compile(
    rf"<(?:(/?)([a-zA-Z][^{_WS}/>]*+)(?:>|{_SIMPLE_ATTRS}>|{_ANY_ATTRS}>)|(?=[a-zA-Z!?]|/[\s\S]))"
)
_TAG_NAME = re.compile(rf"</?[a-zA-Z][^{_WS}/>]*+")
# Without a name where nothing but spaces is left: they are passed over once.
_ATTRIBUTE = re.compile(
    rf"""[{_WS}/]*+(?:([^{_WS}/>][^{_WS}/>=]*+)"""
    rf"""(?:[{_WS}]*+=[{_WS}]*+(?:"([^"]*+)"|'([^']*+)'|([^{_WS}>]*+)))?+)?+"""
)
_COMMENT_END = re.compile("--!?>")
_SCRIPT_STEP = re.compile(r"<!--|-->|<(/?)script(?=[ \t\n\f\r/>])", re.ASCII | re.IGNORECASE)

REFERENCE_PATTERN = r"&(?:#(?:[0-9]++|[xX][0-9a-fA-F]++);?|[a-zA-Z][a-zA-Z0-9]{1,31}+;?)"
_REFERENCE = re.compile(REFERENCE_PATTERN)
MAX_ENTITY_NAME_CHARS = max(map(len, html5))
# The last code point has 7 digits, in hexadecimal 6; `int()` refuses digits by the thousand.
MAX_CODE_POINT_DIGITS = 7


class Tokens:
    """The tokens of a page, in order. The tree builder sets both attributes between two tokens.

    Attributes:
        raw_text_elements: names of the elements whose content is text; none inside `svg` and `math`.
        cdata_allowed: whether `<![CDATA[` opens a section (in `svg` and `math`) or a comment (anywhere else).
    """

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.raw_text_elements = RAW_TEXT_ELEMENTS
        self.cdata_allowed = False

    def __iter__(self) -> Iterator[Token]:
        raw, size = self.raw, len(self.raw)
        at = 0  # end of the last token
        token_type: TokenType
        matches = _MARKUP.finditer(raw)
        while match := next(matches, None):
            start, markup_end = match.span()
            slash, name = match.groups()
            end, token_type = markup_end, ("end" if slash else "start")
            if name is None:
                name, (token_type, end) = "", self._other_markup(start)
            elif not name.islower() or not name.isascii():
                name = ascii_lower(name)
            if start > at:
                yield "text", at, start, ""
            has_raw_text = token_type == "start" and name in self.raw_text_elements
            yield token_type, start, end, name
            at = end
            if has_raw_text:
                at = self._content_end(name, end)
                if at > end:
                    yield "raw", end, at, name
            if at != markup_end:  # a token that ends elsewhere than its match: search on from there
                matches = _MARKUP.finditer(raw, at)
        if at < size:
            yield "text", at, size, ""

    def _other_markup(self, start: int) -> tuple[TokenType, int]:
        """What a `<` at `start` begins that is markup, but no whole tag, and where that ends."""
        raw = self.raw
        if raw.startswith("<!--", start):
            return "comment", self._comment_end(start + 4)
        if self.cdata_allowed and raw.startswith("<![CDATA[", start):
            return "cdata", self._end_after("]]>", start + 9)
        letter = raw[start + 1] if raw[start + 1] != "/" else raw[start + 2]
        if letter.isascii() and letter.isalpha():
            return "comment", len(raw)
        doctype = raw[start + 2 : start + 9].lower() == "doctype"
        return "doctype" if doctype else "comment", self._end_after(">", start + 1)

    def _comment_end(self, at: int) -> int:
        if self.raw.startswith((">", "->"), at):
            return self.raw.index(">", at) + 1
        found = _COMMENT_END.search(self.raw, at)
        return found.end() if found else len(self.raw)

    def _end_after(self, delimiter: str, at: int) -> int:
        found = self.raw.find(delimiter, at)
        return found + len(delimiter) if found >= 0 else len(self.raw)

    def _content_end(self, name: str, at: int) -> int:
        """Where the text inside the element `name`, which starts at `at`, ends."""
        if name == "plaintext":
            return len(self.raw)
        if name == "script":
            return self._script_end(at)
        found = _end_tag_pattern(name).search(self.raw, at)
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
    """The tokens of a page that holds no `svg` or `math`, for callers that need no tree."""
    return iter(Tokens(raw))


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a start tag, given as written; names in lower case, the first of each wins."""
    tag_name = _TAG_NAME.match(tag) if tag.endswith(">") else None
    attrs: dict[str, str] = {}
    begin = tag_name.end() if tag_name else len(tag)
    for name, double_quoted, single_quoted, unquoted in _ATTRIBUTE.findall(tag, begin, len(tag) - 1):
        if not name.islower() or not name.isascii():
            name = ascii_lower(name)
        if name and name not in attrs:
            value = double_quoted or single_quoted or unquoted
            attrs[name] = unescape(value) if "&" in value else value
    return attrs


def is_self_closing(tag: str) -> bool:
    """Whether a start tag ends in `/>`, with the slash not part of a value: it counts in `svg` and `math`."""
    if not tag.endswith("/>"):
        return False
    tag_name, attributes_end = _TAG_NAME.match(tag), len(tag)
    for match in _ATTRIBUTE.finditer(tag, tag_name.end() if tag_name else attributes_end, len(tag) - 1):
        attributes_end = match.end() if match[1] else attributes_end
    return attributes_end != len(tag) - 1


def unescape(text: str) -> str:
    """`text` with its character references replaced."""
    return _REFERENCE.sub(_decoded_match, text) if "&" in text else text


def decode_reference(spelling: str) -> tuple[int, str]:
    """How many characters of `spelling` (a match of REFERENCE_PATTERN) are a reference, and what it means.

    0 and "" for a name that means nothing. As in browsers, `&notit;` is `¬it;` and a number out of range is
    U+FFFD; a number that means a control character or no character is nothing at all.
    """
    if spelling[1] != "#":
        return _named_reference(spelling)
    digits = spelling[2:].rstrip(";").lstrip("xX").lstrip("0")
    if len(digits) > MAX_CODE_POINT_DIGITS:
        return len(spelling), "\ufffd"
    base = "x" if spelling[2] in "xX" else ""
    return len(spelling), unescape_reference(f"&#{base}{digits or 0};")


@lru_cache(maxsize=4096)
def _named_reference(spelling: str) -> tuple[int, str]:
    for size in range(min(len(spelling), MAX_ENTITY_NAME_CHARS + 1), 2, -1):
        if char := html5.get(spelling[1:size]):
            return size, char
    return 0, ""


def _decoded_match(match: re.Match[str]) -> str:
    size, char = decode_reference(match[0])
    return char + match[0][size:]


@cache
def _end_tag_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.ASCII | re.IGNORECASE)


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def ascii_lower(name: str) -> str:
    """Only ASCII: `str.lower` would make a k of the Kelvin sign."""
    return name.lower() if name.isascii() else name.translate(_ASCII_LOWER)
