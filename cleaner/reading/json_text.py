"""The article of a page that shows none until its scripts run: the strings of JSON in those scripts.

Read are JSON-LD (`articleBody`) and the data of a page's own scripts (`__NEXT_DATA__`, `__NUXT__`, a state
of Apollo or Fusion, any script that is JSON or assigns it, also as a string: `script_strings.py`). Nothing is
parsed: tokens are read in order with
the keys around them, so broken JSON gives what there is of it, and reading takes time in proportion to the
length.

A string becomes text by two lists of edits: its escape sequences, then its markup. Both are composed, so that
the blocks have offsets into the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cleaner.edits import Edit, Edits, Locator, apply
from cleaner.reading.elements import BLOCK_ELEMENTS
from cleaner.reading.script_strings import Source, SourceMap, stream_source, string_sources
from cleaner.reading.tokenizer import REFERENCE_PATTERN, decode_reference

# Scripts are read up to so many characters in all, as those of JSON-LD are.
MAX_SCRIPT_CHARS = 4_000_000
# The least that is an article, counted in characters; ideographs and kana count threefold.
MIN_ARTICLE_CHARS = 250
# Keys tell apart what strings are for; those further out are the same for most of a page.
MAX_KEYS = 8
# Keys of the strings that make up an article, in lower case without signs.
BODY_KEYS = frozenset(
    "articlebody body bodyhtml bodytext html content contenthtml contents text articletext fulltext story"
    " storyhtml maintext maincontent paragraphs contentelements rendered richtext copy".split()
)
# Among the last keys these belong to something else than the article.
OTHER_KEYS = frozenset(
    "ad ads advertisement author authors bio caption captions comment comments config consent cookie cookies"
    " cookieconsent copyright credits dek description disclaimer excerpt faq footer header i18n labels"
    " legal locales menu message messages metadata modal nav navigation newsletter privacy products promo"
    " recommendations recommended related relatedarticles relatedcontent reviews seo sidebar standfirst"
    " strings subheadlines summary taxonomy teaser teasers terms translations tracking".split()
)
# A string directly under one of these is no text.
NAME_KEYS = frozenset(
    "alt class classname href id link name path slug src srcset style title type url".split()
)
# In arrays of these names a paragraph is given as a row of pieces, such as the words of a link.
INLINE_KEYS = frozenset(("children", "content", "nodes", "spans"))

_TOKEN = re.compile(
    r'"((?:[^"\\]++|\\(?:.|\Z))*+)("|\Z)(\s*+:)?+|([{}\[\]])|([A-Za-z_$][\w$]*+)\s*+:', re.DOTALL
)
_ASSIGNMENT = re.compile(r"[\w$\])\"']\s*+=\s*+(?:[{\[]|\(function\b)")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.S
)
_BLOCK_TAG = re.compile(rf"<(?:{'|'.join(sorted(BLOCK_ELEMENTS | {'br'}))})[\s/>]", re.IGNORECASE)
# Where a paragraph begins, with the escape sequences of JSON.
_PARAGRAPH = re.compile(r"(?:<|\\u003[cC])p(?=[\s>\\])|(?:\\n)++(?=\w)")
_REFERENCE = re.compile(REFERENCE_PATTERN)
_LINE_ENDS = re.compile(r"[\n\r\u2028\u2029]+")
_TAG = re.compile(r"<[^<>]*+>")
_WIDE_CHAR = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NOT_IN_KEY = re.compile(r"[^a-z0-9]+")


class Script(NamedTuple):
    """A script of the page, by offsets; `is_json_ld` if its tag says so."""

    start: int
    end: int
    is_json_ld: bool


class JsonString(NamedTuple):
    """A string value between its quotes.

    Attributes:
        keys: the keys around it, outermost first, without indices: what it is for.
        item: its number in the outermost array that it is in, -1 outside arrays.
        array: a number of the innermost array that it is in, -1 outside; `array_key` names that array.
        depth: how many arrays it is in.
    """

    start: int
    end: int
    keys: tuple[str, ...]
    item: int
    array: int
    array_key: str
    depth: int
    is_plain: bool = False  # without escape sequences


class JsonText(NamedTuple):
    """A part of the article: its text with markup, and the edits that make it of the page's characters."""

    start: int
    markup: str
    edits: Edits


class JsonArticle(NamedTuple):
    """The article found: where (`json-ld` or `json`), its parts in order, its length in characters."""

    source: str
    parts: list[JsonText]
    n_chars: int


def find_json_article(raw: str, scripts: Sequence[Script]) -> JsonArticle | None:
    """The article that a page's scripts hold, that of JSON-LD before others; None where they hold none."""
    direct = Source(raw)
    groups: dict[tuple[bool, bool, tuple[str, ...], int], tuple[Source, list[JsonString]]] = {}
    for source, is_json_ld, found in _read_strings(raw, direct, scripts):
        for string in found:
            if _may_be_body(source.text, string, is_json_ld):
                # without keys (Nuxt lists values apart from them) a string is for itself
                keys = string.keys or (str(string.start),)
                group = (is_json_ld, bool(string.keys), keys, source.start)
                groups.setdefault(group, (source, []))[1].append(string)
    best: tuple[tuple[bool, bool, int], Source, list[JsonString]] | None = None
    for (is_json_ld, has_keys, _, _), (source, strings) in groups.items():
        one = _first_article(source.text, strings)
        rank = (is_json_ld, has_keys, _text_chars(source.text, one))
        if rank[-1] >= MIN_ARTICLE_CHARS and (best is None or rank > best[0]):
            best = (rank, source, one)
    if best is None:
        return None
    (is_json_ld, _, n_chars), source, strings = best
    parts = list(_texts(source.text, strings))
    if source.edits:
        to_page = SourceMap(source)
        parts = [_in_page(raw, to_page, part, source.text) for part in parts]
    return JsonArticle("json-ld" if is_json_ld else "json", parts, n_chars)


def _read_strings(
    raw: str, direct: Source, scripts: Sequence[Script]
) -> Iterator[tuple[Source, bool, Iterator[JsonString]]]:
    """The strings of each script, of the JSON that it holds as a string, and of the page's stream; whether it
    is JSON-LD."""
    chars_left = MAX_SCRIPT_CHARS
    streams: list[tuple[int, int]] = []
    holds_data = {script: script.is_json_ld or _holds_data(raw, script) for script in scripts}
    # programs last: a bundle of megabytes uses up nothing that a script with the article needs
    for script in sorted(scripts, key=lambda one: (not one.is_json_ld, not holds_data[one])):
        if script.end - script.start > chars_left:
            continue
        chars_left -= script.end - script.start
        if holds_data[script]:
            yield direct, script.is_json_ld, _strings(raw, script.start, script.end)
        if script.is_json_ld:
            continue
        streams.append((script.start, script.end))
        for source in string_sources(raw, script.start, script.end):
            yield source, False, _strings(source.text, 0, len(source.text))
    stream = stream_source(raw, sorted(streams))
    if stream:
        yield stream, False, _stream_strings(stream)


def _stream_strings(stream: Source) -> Iterator[JsonString]:
    """The strings of a stream; one that stands for a row of plain text (`$2f`) is that row."""
    rows = {f"${number}": (start, end) for number, start, end in stream.plain}
    used: set[str] = set()
    at = 0
    for start, end in [*((start, end) for _, start, end in stream.plain), (len(stream.text), 0)]:
        for string in _strings(stream.text, at, start):
            name = stream.text[string.start : min(string.end, string.start + 8)]
            if name in rows and name not in used:
                used.add(name)
                string = string._replace(start=rows[name][0], end=rows[name][1], is_plain=True)
            yield string
        at = end
    for name, (start, end) in rows.items():
        if name not in used:
            yield JsonString(start, end, (), -1, -1, "", 0, True)


def _in_page(raw: str, to_page: SourceMap, part: JsonText, text: str) -> JsonText:
    """A part of the article with offsets into the page instead of a literal's text."""
    length = len(part.markup) - sum(len(edit.new) - len(edit.old) for edit in part.edits)
    start, end, edits = to_page.to_raw(part.start, part.start + length)
    return JsonText(start, part.markup, tuple(_refined(raw[start:end], edits, part.edits)))


# -- which strings


def _holds_data(raw: str, script: Script) -> bool:
    """Whether a script is JSON, or assigns some at its beginning."""
    head = raw[script.start : min(script.end, script.start + 300)]
    return head.lstrip()[:1] in ("{", "[") or _ASSIGNMENT.search(head) is not None


def _may_be_body(raw: str, string: JsonString, is_json_ld: bool) -> bool:
    """Whether the keys are those of an article's text; without any, whether it holds several paragraphs."""
    keys = string.keys
    if is_json_ld:
        return keys[-1:] == ("articlebody",) and OTHER_KEYS.isdisjoint(keys)
    if keys:
        has_body_key = keys[-1] not in NAME_KEYS and not BODY_KEYS.isdisjoint(keys[-3:])
        return has_body_key and OTHER_KEYS.isdisjoint(keys)
    return len(_PARAGRAPH.findall(raw, string.start, string.end)) > 1


@dataclass(slots=True)
class _Open:
    """An open object or array: the key it stands under, and where the next item is in it."""

    is_array: bool
    key: str
    number: int
    item: int = 0


@dataclass(slots=True)
class _Nesting:
    """What is open around a place in JSON."""

    opened: list[_Open] = field(default_factory=list)
    arrays: list[_Open] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    key: str = ""
    count: int = 0

    def open(self, is_array: bool) -> None:
        self.begin_item()
        self.count += 1
        one = _Open(is_array, self.key, self.count)
        self.opened.append(one)
        if is_array:
            self.arrays.append(one)
        if self.key:
            self.keys.append(self.key)
        self.key = ""

    def close(self) -> None:
        if not self.opened:
            return
        one = self.opened.pop()
        if one.is_array:
            self.arrays.pop()
        if one.key:
            self.keys.pop()
        self.key = ""

    def begin_item(self) -> None:
        """Count an item of the innermost array, if it is what we are in directly."""
        if self.opened and self.opened[-1].is_array:
            self.opened[-1].item += 1

    def string(self, start: int, end: int) -> JsonString:
        self.begin_item()
        own = [self.key] if self.key else []
        keys = (*self.keys[-MAX_KEYS:], *own)
        inner = self.arrays[-1] if self.arrays else None
        found = JsonString(
            start,
            end,
            keys,
            self.arrays[0].item if self.arrays else -1,
            inner.number if inner else -1,
            inner.key if inner else "",
            len(self.arrays),
        )
        self.key = ""
        return found


def _strings(raw: str, start: int, end: int) -> Iterator[JsonString]:
    """The string values of JSON, in order, each with the keys around it."""
    nesting = _Nesting()
    for match in _TOKEN.finditer(raw, start, end):
        bracket = match[4]
        if bracket:
            nesting.open(bracket == "[") if bracket in "{[" else nesting.close()
        elif match[5] is not None or match[3] is not None:
            nesting.key = _key_name(match[5] or match[1])
        elif match[2]:  # a string that the script's end cuts off is none
            yield nesting.string(match.start(1), match.end(1))


def _key_name(key: str) -> str:
    """A key as those of `BODY_KEYS` are written; never empty."""
    return _NOT_IN_KEY.sub("", key[:40].lower()) or "-"


def _first_article(raw: str, strings: Sequence[JsonString]) -> list[JsonString]:
    """The strings of one article: of several, items of one array that are long enough each, the first."""
    by_item: dict[int, list[JsonString]] = {}
    for string in strings:
        by_item.setdefault(string.item, []).append(string)
    articles = [part for part in by_item.values() if _text_chars(raw, part) >= MIN_ARTICLE_CHARS]
    return articles[0] if len(articles) > 1 and _are_articles(raw, articles) else list(strings)


def _are_articles(raw: str, items: Sequence[Sequence[JsonString]]) -> bool:
    """Whether items are articles rather than long paragraphs: most hold several paragraphs."""
    several = [
        len(item) > 2 or sum(len(_PARAGRAPH.findall(raw, one.start, one.end)) for one in item) > 1
        for item in items
    ]
    return sum(several) * 2 > len(several)


def _text_chars(raw: str, strings: Sequence[JsonString]) -> int:
    """About how many characters of text strings hold: those with several words, without tags."""
    total = 0
    for string in strings:
        literal = raw[string.start : string.end].replace("\\u003c", "<").replace("\\u003e", ">")
        text = _TAG.sub("", literal)
        wide = sum(1 for _ in _WIDE_CHAR.finditer(text)) + text.count("\\u") // 2
        if " " in text or wide:
            total += len(text) + 2 * wide
    return total


# -- from strings to text


def _texts(raw: str, strings: Sequence[JsonString]) -> Iterator[JsonText]:
    """The texts of the strings; the pieces of one paragraph are one."""
    rows: list[list[JsonString]] = []
    for string in strings:
        is_piece = string.depth > 1 and string.array_key in INLINE_KEYS
        if rows and is_piece and rows[-1][-1].array == string.array:
            rows[-1].append(string)
        else:
            rows.append([string])
    return (_text_of(raw, row) for row in rows)


def _text_of(raw: str, row: Sequence[JsonString]) -> JsonText:
    """One text of some strings: their escape sequences decoded, what stands between them left out."""
    start, end = row[0].start, row[-1].end
    edits: list[Edit] = []
    at = start
    for string in row:
        if string.start > at:
            edits.append(Edit(at - start, raw[at : string.start], "", "markup"))
        if not string.is_plain:
            edits += _escape_edits(raw, string, start)
        at = string.end
    decoded = apply(raw[start:end], edits)
    markup_edits = tuple(_markup_edits(decoded))
    return JsonText(start, apply(decoded, markup_edits), tuple(_refined(raw[start:end], edits, markup_edits)))


def _refined(raw: str, first: Sequence[Edit], then: Sequence[Edit]) -> Iterator[Edit]:
    """Both lists as one. Unlike `compose` it keeps edits apart that only touch: a block may begin there."""
    locator, remaining = Locator(first), iter(first)
    edit = next(remaining, None)
    for later in then:
        start, end = locator.to_raw(later.start), locator.to_raw(later.end, end=True)
        while edit is not None and edit.start < start:
            yield edit
            edit = next(remaining, None)
        while edit is not None and edit.start < end:
            edit = next(remaining, None)
        yield Edit(start, raw[start:end], later.new, later.code)
    while edit is not None:
        yield edit
        edit = next(remaining, None)


def _escape_edits(raw: str, string: JsonString, offset: int) -> Iterator[Edit]:
    """What replaces the escape sequences of a string by their characters."""
    for match in _ESCAPE.finditer(raw, string.start, string.end):
        yield Edit(match.start() - offset, match[0], _decoded_escape(match[0]), "entity")


def _decoded_escape(escape: str) -> str:
    """The character of an escape sequence; of one that JSON does not know, the one behind the backslash."""
    try:
        char = json.loads(f'"{escape}"')
    except ValueError:
        return escape[1:]
    return char if isinstance(char, str) and not "\ud800" <= char <= "\udfff" else "\ufffd"


def _markup_edits(text: str) -> Iterator[Edit]:
    """What makes a text markup: references undone where its tags are written as such; line ends as `br`."""
    if "&lt;" in text and "<" not in text:
        for match in _REFERENCE.finditer(text):
            size, char = decode_reference(match[0])
            if size:
                yield Edit(match.start(), match[0][:size], char, "entity")
    elif not _BLOCK_TAG.search(text):
        for match in _LINE_ENDS.finditer(text):
            yield Edit(match.start(), match[0], "<br>", "markup")
