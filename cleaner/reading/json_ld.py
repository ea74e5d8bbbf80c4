"""What a page says about itself in JSON-LD, read as it is found: broken, escaped twice, nested at will."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cleaner.reading.elements import BLOCKS
from cleaner.reading.tokenizer import tokens, unescape

Node = Mapping[str, Any]

# Scripts are read up to so many characters in all (the longest of 2,400 pages measured: 153,000), and of
# what they hold so many objects are looked at. Beyond lies nothing that describes one article.
MOST_CHARACTERS = 4_000_000
MOST_NODES = 5_000
# Of an article's text: the longest of those pages gives 50,000.
MOST_BODY = 400_000
# Where the object that describes the page may stand inside another.
INSIDE = ("@graph", "mainEntity", "mainEntityOfPage")
ARTICLES = ("Article", "Posting", "Report")
# What some sites put before the JSON, ignored by those who read it; what follows it is passed over.
_WRAPPED = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)?\s*")
_DECODER = json.JSONDecoder(strict=False)


def nodes(scripts: Sequence[str]) -> list[Node]:
    """The objects that may describe the page, in the order in which they stand, outer before inner."""
    found: list[Node] = []
    left = MOST_CHARACTERS
    for script in scripts:
        left -= len(script)
        if left < 0:
            break
        found += _walk(_read(script), MOST_NODES - len(found))
    return found


def articles(found: Sequence[Node]) -> list[Node]:
    """Those of them that are articles."""
    return [node for node in found if is_article(node)]


def is_article(node: Node) -> bool:
    """Whether a type of it is that of an article, a post, a report."""
    return any(kind.endswith(ARTICLES) for kind in kinds(node))


def kinds(node: Node) -> list[str]:
    """The types of an object, as far as they are spelled as such."""
    given = node.get("@type")
    return [kind for kind in (given if isinstance(given, list) else [given]) if isinstance(kind, str)]


def body(found: Sequence[Node]) -> str | None:
    """The text of the first article that gives one: a paragraph a line, without tags and entities."""
    for node in articles(found):
        given = node.get("articleBody")
        parts = given if isinstance(given, list) else [given]
        text = "\n".join(part for part in parts if isinstance(part, str))
        if shown := plain(text[:MOST_BODY]):
            return shown
    return None


def plain(text: str) -> str:
    """Text that may hold tags, also such as were escaped, as a reader sees it; a line a paragraph."""
    if "&lt;" in text or "&amp;" in text:
        text = unescape(text)
    if "<" in text:
        text = "".join(_shown(text))
    lines = (" ".join(line.split()) for line in unescape(text).splitlines())
    return spellable("\n".join(line for line in lines if line))


def spellable(text: str) -> str:
    """JSON can spell halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _shown(text: str) -> Iterator[str]:
    for kind, start, end, name in tokens(text):
        if kind == "text":
            yield text[start:end]
        elif kind in ("start", "end") and (name in BLOCKS or name == "br"):
            yield "\n"


def _read(script: str) -> Any:
    """What a script says; None where it is no JSON."""
    import orjson

    try:
        return orjson.loads(script)
    except ValueError:  # also what only the other reader lets through: line ends in strings, lone surrogates
        pass
    try:
        return _DECODER.raw_decode(_WRAPPED.sub("", script, count=1))[0]
    except (ValueError, RecursionError):
        return None


def _walk(value: Any, most: int) -> list[Node]:
    found: list[Node] = []
    waiting = [value]
    while waiting and len(found) < most:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one[:MOST_NODES])
        elif isinstance(one, dict):
            found.append(one)
            waiting += (one[key] for key in reversed(INSIDE) if key in one)
    return found
