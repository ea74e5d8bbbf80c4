"""What inline markup means for the text: readings, exponents, formulas, line numbers of code, drop caps.

A page's text without its tags is not what a reader sees: `10<sup>4</sup>` would become 104, the readings of
`<rt>` run into the words they explain, `<mfrac>` turn 1/12 into 112, and a drop cap part from its word.
Everything here looks at the pieces of text of one block, and says which to leave out and what to put instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, groupby, takewhile
from typing import NamedTuple

from cleaner.document import Block
from cleaner.reading.open_elements import Element
from cleaner.reading.tokenizer import attributes, unescape

# Visible text between two tags: start, end, element, whether in a link, whether `&` is literal. A plain
# tuple, as there are thousands on a page.
TextPiece = tuple[int, int, Element, bool, bool]

# Longer raised text is no exponent but small print.
MAX_SCRIPT_CHARS = 12
# What is looked at before and after it.
CONTEXT_CHARS = 16
# Formulas nest some twenty elements deep, as MathML and as KaTeX shows them. What is further out is not asked
# of a piece: it would be read once for each of the 512 elements that may be around it.
MAX_NESTING = 64
MAX_CAP_CHARS = 40  # of the spelling of a drop cap's letter, with a quotation mark as a reference

_SUPERSCRIPTS = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-−–=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
# Stand between several marks of notes, and are left as they are.
_BETWEEN_NOTES = frozenset(", ;")
_OPERATOR = re.compile(r"[+*/=<>−±·×-]")
_PRICE = re.compile(r"[$€£¥]\s?\d[\d.,]*$")
_NUMBER_OR_VARIABLE = re.compile(r"(?:\d|\)|(?<!\w)[^\W\d_])$")
_GREEK = re.compile("[α-ωΑ-Ω]")
_SINGLE_LETTER = re.compile(r"(?<!\w)[^\W\d_]$")
# Raised, these are variables. The letters of abbreviations are not among them: 3e, No, Me, Dr, 9h, 1a, 5m.
_EXPONENT_LETTERS = frozenset("nkxyzijpqTN")
_NUMBER_EXPONENT_LETTERS = frozenset("nkxyij")

# The elements of MathML whose second and third child are set lower or higher than the first.
_MATH_SCRIPTS = {
    ":msup": ("", "sup"),
    ":msub": ("", "sub"),
    ":msubsup": ("", "sub", "sup"),
    ":munderover": ("", "sub", "sup"),
    ":munder": ("", "sub"),
}
# What comes before other parts of formulas, and brackets around them where they are sums.
_FORMULA_SIGNS = {"numerator": "", "denominator": "/", "root": "√"}
_READINGS = frozenset(("rt", "rp", "rtc"))
_QUOTATION_MARKS = "\"'“”„‟‘’‚«»‹›「」『』"
_TYPESET_MATH = re.compile("katex|mathjax|mjx", re.IGNORECASE)

_EMOJI = re.compile(
    "(?:[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]|[0-9#*](?=\ufe0f?\u20e3)"
    "|[\u200d\ufe0f\u20e3\U000e0020-\U000e007f]){1,16}"
)
_LINE_NUMBER = re.compile(r"\s*\d{1,6}[.:|]?\s*", re.ASCII)
# Names that highlighters give to the numbers of lines, inside a `pre` and anywhere.
_NUMBER_CLASS_IN_CODE = re.compile(
    r"""(?:^|[\s"'_-])(?:ln|lnt|lno|gutter|line[_-]?(?:nos?|nums?|numbers?)|hljs-ln-n)(?=$|[\s"'_-])""",
    re.IGNORECASE,
)
_NUMBER_CLASS = re.compile(
    r"(?:^|[._-])(?:line-?_?(?:nos?|nums?|numbers?)|linenodiv|crayon-nums?|blob-num|pre-numbering|lnt"
    r"|ln-numbers|rouge-gutter)(?=$|[._-])",
    re.IGNORECASE,
)
_GUTTER_CELL = re.compile(r"^t[dh](?:#[^.]*)?(?:\.[^.]+)*\.(?:[\w-]*-)?gutter(?:\.|$)", re.IGNORECASE)

_CAP = re.compile(r"\s*[\"“‘«„「『]?([^\W\d_])\s*")
_CAP_CLASS = re.compile(
    r"drop-?_?cap|initial-?_?(?:letter|cap)|first-?_?(?:letter|char)|lettrine|(?<![\w-])(?:initial|letra-?capital)(?![\w-])",
    re.IGNORECASE,
)
_CAP_STYLE = re.compile(
    r"float\s*:\s*left|font-size\s*:\s*(?:[2-9]\d\s*(?:px|pt)|[2-9](?:\.\d+)?\s*r?em|[2-9]\d\d%)"
)
# Letters that are words by themselves: vowels in the languages of Europe, and prepositions of Slavic ones.
_VOWEL_WORDS = frozenset("AEIOUYÀÈÉÁÍÓÚÔÆÅÖАИОУЯІЄЙЭ")
_CONSONANT_WORDS = frozenset("KSVWZБВЖКС")
_WORD = re.compile(r"[^\W\d_]+")
_NEXT_WORD = re.compile(r"\s*((?:[^\W\d_]|['’])+)")


@dataclass(slots=True)
class InlineText:
    """The pieces of a block that are its text, and what changes in them.

    Attributes:
        pieces: without those left out.
        before: by the index of a piece what is put before it; `after` likewise.
        instead: by the index of a piece its text.
    """

    pieces: list[TextPiece]
    before: dict[int, str] = field(default_factory=dict)
    after: dict[int, str] = field(default_factory=dict)
    instead: dict[int, str] = field(default_factory=dict)

    def enclose(self, first: int, last: int, before: str, after: str) -> None:
        """Put text around some pieces; what is further out comes first."""
        if before:
            self.before[first] = self.before.get(first, "") + before
        if after:
            self.after[last] = after + self.after.get(last, "")


class InlineReader:
    """Reads the pieces of one block after the other as a reader sees them."""

    def __init__(self, raw: str) -> None:
        self._raw = raw

    def read(self, pieces: list[TextPiece]) -> InlineText:
        """The text of one block, of at least one piece."""
        raw = self._raw
        if len(pieces) > 1 or pieces[0][2].is_set_apart:
            if any(piece[2].is_set_apart for piece in pieces):
                text = InlineText(_without_repeats(raw, pieces))
                _set_scripts(raw, text)
                return text
            if pieces[0][2].preformatted:
                return InlineText([piece for piece in pieces if not is_line_number(raw, piece)])
            if pieces[0][1] - pieces[0][0] <= MAX_CAP_CHARS:
                return InlineText(self._join_drop_cap(pieces))
        return InlineText(pieces)

    def _join_drop_cap(self, pieces: list[TextPiece]) -> list[TextPiece]:
        """The pieces without the space between a first letter in an element of its own and its word."""
        raw = self._raw
        visible = [k for k, piece in enumerate(pieces) if not raw[piece[0] : piece[1]].isspace()][:2]
        if len(visible) < 2:
            return pieces
        cap, rest = pieces[visible[0]], pieces[visible[1]]
        letter = _CAP.fullmatch(_piece_text(raw, cap))
        if letter is None or not letter[1].isupper() or cap[2] is rest[2] or cap[2].block_ancestor is None:
            return pieces
        word = _NEXT_WORD.match(raw, rest[0], rest[1])
        if word is None or not self._continues(letter[1], word[1], _looks_like_drop_cap(cap[2])):
            return pieces
        trimmed_cap = (cap[0], cap[0] + len(raw[cap[0] : cap[1]].rstrip()), *cap[2:])
        trimmed_rest = (word.start(1), *rest[1:])
        return [*pieces[: visible[0]], trimmed_cap, trimmed_rest, *pieces[visible[1] + 1 :]]

    def _continues(self, letter: str, rest: str, is_named: bool) -> bool:
        """Whether a letter and what follows it, perhaps after a space, are one word.

        `X is` is none, and `A dog` none though a drop cap may be an article: where the name of the element
        does not tell, or the letter is a word, the other words of the page do.
        """
        if not rest[0].islower() and not (rest.isupper() and is_named):
            return False
        if is_named and letter not in _VOWEL_WORDS:
            return letter not in _CONSONANT_WORDS or self._counts[rest.lower()] < 2
        if len(rest) == 1:
            return is_named and rest.upper() not in _VOWEL_WORDS
        return self._counts[(letter + rest).lower()] > 0 and self._counts[rest.lower()] < 2

    @cached_property
    def _counts(self) -> Counter[str]:
        """How often each word stands on the page, the names in its tags included."""
        return Counter(match[0] for match in _WORD.finditer(self._raw.lower()))


def _chain(element: Element) -> Iterator[Element]:
    """An element and those around it, up to the block that it is in, at most `MAX_NESTING` of them."""
    one: Element | None = element
    for _ in range(MAX_NESTING):
        if one is None or one.block_ancestor is None:
            return
        yield one
        one = one.parent


# -- readings and second renderings


def _without_repeats(raw: str, pieces: Sequence[TextPiece]) -> list[TextPiece]:
    """The pieces without the readings of ruby text, and without a formula's second rendering."""
    roles = [_role(piece[2]) for piece in pieces]
    has_math = any(any(one.name == ":math" for one in _chain(piece[2])) for piece in pieces)
    has_base = any(
        role == "ruby" and not raw[piece[0] : piece[1]].isspace()
        for piece, role in zip(pieces, roles, strict=True)
    )
    return [
        piece
        for piece, role in zip(pieces, roles, strict=True)
        if not (has_base and role in _READINGS)
        and not (has_math and not piece[2].is_set_apart and _is_typeset_copy(piece[2]))
    ]


def _role(element: Element) -> str:
    """The innermost element of ruby text around an element; "" outside."""
    return next((one.name for one in _chain(element) if one.name == "ruby" or one.name in _READINGS), "")


def _is_typeset_copy(element: Element) -> bool:
    """Whether an element is what KaTeX or MathJax show of a formula, beside its MathML for screen readers."""
    chain = list(_chain(element))
    is_hidden_from_readers = any("aria-hidden" in one.tag and _is_aria_hidden(one.tag) for one in chain)
    return is_hidden_from_readers and any(_TYPESET_MATH.search(one.tag) for one in chain)


def _is_aria_hidden(tag: str) -> bool:
    return attributes(tag).get("aria-hidden", "").strip().lower() == "true"


# -- images


def emoji_of(tag: str) -> str:
    """The emoji that an image stands for, as its `alt` gives it; "" for any other image."""
    if tag.isascii() and "&#" not in tag:
        return ""
    alt = attributes(tag).get("alt", "").strip()
    return alt if _EMOJI.fullmatch(alt) else ""


# -- exponents, indices, fractions, quotations


class _Group(NamedTuple):
    """The pieces inside one element: its kind, and the first and last of them."""

    kind: str
    first: int
    last: int


def _set_scripts(raw: str, text: InlineText) -> None:
    """Exponents, indices, fractions, roots and quotations get the signs that their layout stands for."""
    texts = [_piece_text(raw, piece) for piece in text.pieces]
    text.instead |= {k: texts[k] for k, piece in enumerate(text.pieces) if piece[2].name == "img"}
    visible = [0, *accumulate(len(one.strip()) for one in texts)]  # characters before each piece
    for group in _groups(text.pieces):
        content = "".join(texts[group.first : group.last + 1]).strip()
        if content and visible[group.last + 1] - visible[group.first] < visible[-1]:
            _set_group(text, texts, group, content)  # else it is nothing, or small print: all of the block


def _set_group(text: InlineText, texts: Sequence[str], group: _Group, content: str) -> None:
    if group.kind == "q":
        if not {content[0], content[-1]} & set(_QUOTATION_MARKS):
            text.enclose(group.first, group.last, '"', '"')
    elif group.kind in _FORMULA_SIGNS:
        text.enclose(group.first, group.last, *_parenthesised(_FORMULA_SIGNS[group.kind], content))
    else:
        before = "".join(texts[max(group.first - 4, 0) : group.first])[-CONTEXT_CHARS:]
        after = "".join(texts[group.last + 1 : group.last + 3])[:CONTEXT_CHARS]
        _set_script(text, texts, group, before, after)


def _piece_text(raw: str, piece: TextPiece) -> str:
    start, end, element, _, no_references = piece
    if element.name == "img":
        return emoji_of(element.tag)
    return raw[start:end] if no_references else unescape(raw[start:end])


def _groups(pieces: Sequence[TextPiece]) -> list[_Group]:
    """The elements that matter, outer ones before inner ones."""
    found: dict[tuple[int, str], tuple[int, int]] = {}
    kinds: dict[int, dict[int, int]] = {}  # by parent in MathML: the place of each child
    for k, piece in enumerate(pieces):
        if piece[2].is_set_apart and not piece[2].preformatted:
            for one in reversed(list(_chain(piece[2]))):
                if kind := _kind_of(one, kinds):
                    key = (id(one), kind)
                    found[key] = (found.get(key, (k, k))[0], k)
    return [_Group(kind, first, last) for (_, kind), (first, last) in found.items()]


def _kind_of(element: Element, places: dict[int, dict[int, int]]) -> str:
    """How an element stands to the text before it; "" for most."""
    if element.name in ("sup", "sub", "q"):
        return element.name
    if element.name == ":msqrt":
        return "root"
    parent = element.parent
    if parent is None or (parent.name not in _MATH_SCRIPTS and parent.name != ":mfrac"):
        return ""
    children = places.setdefault(id(parent), {})
    place = children.setdefault(id(element), len(children))
    if parent.name == ":mfrac":
        return ("numerator", "denominator")[min(place, 1)]
    kinds = _MATH_SCRIPTS[parent.name]
    return f"math-{kinds[place]}" if 0 < place < len(kinds) else ""


def _parenthesised(sign: str, content: str) -> tuple[str, str]:
    """What comes before and after a part of a formula: brackets where it is a sum or has several parts."""
    return (f"{sign}(", ")") if _OPERATOR.search(content.strip()) else (sign, "")


def _set_script(text: InlineText, texts: Sequence[str], group: _Group, before: str, after: str) -> None:
    kind = group.kind.removeprefix("math-")
    content = "".join(texts[group.first : group.last + 1]).strip()
    signs = _SUPERSCRIPTS if kind == "sup" else _SUBSCRIPTS
    form = _math_form(content, signs) if group.kind != kind else _script_form(kind, content, before, after)
    if form == "signs":
        for k in range(group.first, group.last + 1):
            text.instead[k] = " ".join(texts[k].translate(signs).split())
    elif form == "caret":
        sign = "^" if kind == "sup" else "_"
        text.enclose(group.first, group.last, *_parenthesised(sign, content))
    elif form == "point":
        text.enclose(group.first, group.last, ".", "")


def _math_form(content: str, signs: dict[int, int]) -> str:
    if all(ord(char) in signs for char in content) and len(content) <= MAX_SCRIPT_CHARS:
        return "signs"
    return "caret" if any(map(str.isalnum, content)) else ""


def _script_form(kind: str, content: str, before: str, after: str) -> str:
    """How raised or lowered text is written: in signs of its own, after a caret, after a point (cents), or
    ("") as it is, which ordinals, trademarks, chemical formulas and marks in brackets are."""
    if len(content) > MAX_SCRIPT_CHARS or (content[0] in "([" and content[-1] in ")]"):
        return ""
    return _superscript_form(content, before) if kind == "sup" else _subscript_form(content, before, after)


def _superscript_form(content: str, before: str) -> str:
    if len(content) == 2 and content.isdecimal() and _PRICE.search(before):
        return "point"
    base = _NUMBER_OR_VARIABLE.search(before)
    has_digit = any(map(str.isdecimal, content))
    is_exponent = base is not None and (has_digit or _is_exponent(content, base[0]))
    if all(ord(char) in _SUPERSCRIPTS or char in _BETWEEN_NOTES for char in content):
        return "signs" if has_digit or is_exponent else ""
    return "caret" if is_exponent else ""


def _is_exponent(content: str, base: str) -> bool:
    """Whether raised text without digits is an exponent of a number, a bracket or a variable."""
    if len(content) == 1:
        return content in (_NUMBER_EXPONENT_LETTERS if base.isdecimal() else _EXPONENT_LETTERS)
    return any(map(str.isalpha, content)) and bool(_OPERATOR.search(content) or _GREEK.search(content))


def _subscript_form(content: str, before: str, after: str) -> str:
    if not all(ord(char) in _SUBSCRIPTS for char in content):
        return ""
    if content.isdecimal():  # H2O, CO2, but a base of numbers and half a fraction
        return "signs" if before[-1:].isdecimal() or before[-1:] in "/⁄" or after[:1].isdecimal() else ""
    return "signs" if _SINGLE_LETTER.search(before) else ""


# -- code


def is_line_number(raw: str, piece: TextPiece) -> bool:
    """Whether a piece of a line of code is its number, by what a highlighter calls it."""
    return _LINE_NUMBER.fullmatch(raw, piece[0], piece[1]) is not None and any(
        _NUMBER_CLASS_IN_CODE.search(attributes(one.tag).get("class", "")) for one in _chain(piece[2])
    )


def is_in_gutter(path: Sequence[str]) -> bool:
    """Whether a block is in a column of line numbers, by what a highlighter calls it."""
    return any(_NUMBER_CLASS.search(step) or _GUTTER_CELL.search(step) for step in path[-4:])


# -- drop caps


def _looks_like_drop_cap(element: Element) -> bool:
    attrs = [attributes(one.tag) for one in _chain(element)]
    return any(
        _CAP_CLASS.search(one.get("class", "")) or _CAP_STYLE.search(one.get("style", "")) for one in attrs
    )


def is_drop_cap_step(step: str) -> bool:
    """Whether the name of an element in a path is that of a drop cap."""
    return _CAP_CLASS.search(step) is not None


def without_number_columns(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks without columns of line numbers that have no name: lines of code numbered from one to the
    next in one cell of a row, with code in another."""
    numbers: set[int] = set()
    for row, members in _rows_of_code(blocks):
        ascending = _leading_numbers([blocks[k].text for k in members])
        has_code = ascending > 1 and len(members) > ascending
        if row >= 0 and has_code and len(members) <= 2 * ascending:
            numbers.update(members[:ascending])
    return [block for k, block in enumerate(blocks) if k not in numbers] if numbers else blocks


def _rows_of_code(blocks: Sequence[Block]) -> Iterator[tuple[int, list[int]]]:
    """The blocks of code of each row of a table."""
    in_rows = (k for k, block in enumerate(blocks) if block.table_row >= 0 and block.preformatted)
    for row, members in groupby(in_rows, key=lambda k: blocks[k].table_row):
        yield row, list(members)


def _leading_numbers(texts: Sequence[str]) -> int:
    """How many of the texts at the beginning count up by one."""
    if not texts or not _LINE_NUMBER.fullmatch(texts[0]):
        return 0
    first = int(texts[0].strip(" .:|"))
    return sum(
        1 for _ in takewhile(bool, (text.strip(" .:|") == str(first + k) for k, text in enumerate(texts)))
    )
