"""What a page declares in JSON-LD, which may be broken, escaped twice, or nested anyhow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cleaner.reading.elements import BLOCK_ELEMENTS
from cleaner.reading.tokenizer import tokens, unescape
from cleaner.surrogates import replace_surrogates

Node = Mapping[str, Any]

# Scripts are read up to so many characters in all (the longest of 2,400 pages measured: 153,000), and so many
# of their objects are looked at: no single article needs more.
MAX_SCRIPT_CHARS = 4_000_000
MAX_NODES = 5_000
# Of an article's text: the longest of those pages gives 50,000.
MAX_BODY_CHARS = 400_000
# Keys under which an object may hold the one that describes the page.
NESTED_KEYS = ("@graph", "mainEntity", "mainEntityOfPage")
ARTICLE_TYPE_ENDINGS = ("Article", "Posting", "Report")
# What some sites put before the JSON, and other readers ignore; anything after the JSON is ignored too.
_JSON_WRAPPER = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)?\s*")
_DECODER = json.JSONDecoder(strict=False)


def parse_nodes(scripts: Sequence[str]) -> list[Node]:
    """The objects that may describe the page, in document order, outer before inner."""
    found: list[Node] = []
    chars_left = MAX_SCRIPT_CHARS
    for script in scripts:
        chars_left -= len(script)
        if chars_left < 0:
            break
        found += _collect_objects(_parse_script(script), MAX_NODES - len(found))
    return found


def article_nodes(nodes: Sequence[Node]) -> list[Node]:
    """Those that are articles."""
    return [node for node in nodes if is_article(node)]


def is_article(node: Node) -> bool:
    """Whether one of its types is an article, a posting or a report."""
    return any(type_name.endswith(ARTICLE_TYPE_ENDINGS) for type_name in type_names(node))


def type_names(node: Node) -> list[str]:
    """The types of an object that are strings."""
    value = node.get("@type")
    return [
        type_name
        for type_name in (value if isinstance(value, list) else [value])
        if isinstance(type_name, str)
    ]


def article_text(nodes: Sequence[Node]) -> str | None:
    """The text of the first article that gives one: a paragraph a line, without tags and entities."""
    for node in article_nodes(nodes):
        value = node.get("articleBody")
        parts = value if isinstance(value, list) else [value]
        text = "\n".join(part for part in parts if isinstance(part, str))
        if plain_text := strip_markup(text[:MAX_BODY_CHARS]):
            return plain_text
    return None


def strip_markup(text: str) -> str:
    """Text that may hold tags, even escaped ones, as a reader sees it; a line a paragraph."""
    if "&lt;" in text or "&amp;" in text:
        text = unescape(text)
    if "<" in text:
        text = "".join(_visible_parts(text))
    lines = (" ".join(line.split()) for line in unescape(text).splitlines())
    return replace_surrogates("\n".join(line for line in lines if line))


def _visible_parts(text: str) -> Iterator[str]:
    for token_type, start, end, name in tokens(text):
        if token_type == "text":
            yield text[start:end]
        elif token_type in ("start", "end") and (name in BLOCK_ELEMENTS or name == "br"):
            yield "\n"


def _parse_script(script: str) -> Any:
    """The value of a script; None where it is no JSON."""
    import orjson

    try:
        return orjson.loads(script)
    except ValueError:  # also for what only the other parser accepts: line ends in strings, lone surrogates
        pass
    try:
        return _DECODER.raw_decode(_JSON_WRAPPER.sub("", script, count=1))[0]
    except (ValueError, RecursionError):
        return None


def _collect_objects(value: Any, limit: int) -> list[Node]:
    found: list[Node] = []
    pending = [value]
    while pending and len(found) < limit:
        item = pending.pop()
        if isinstance(item, list):
            pending += reversed(item[:MAX_NODES])
        elif isinstance(item, dict):
            found.append(item)
            pending += (item[key] for key in reversed(NESTED_KEYS) if key in item)
    return found
