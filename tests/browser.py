"""What a browser makes of a page, by html5lib: the witness that `cleaner.reading.page` is held against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import html5lib
from html5lib.treebuilders import base

from cleaner.reading.elements import BLOCKS, PRE, SKIPPED
from cleaner.reading.page import EDGE, LINE_END, SPACE
from cleaner.reading.tokenizer import RAW_TEXT

HIDES = (RAW_TEXT - {"xmp", "plaintext"}) | {"head"}
BREAKS = BLOCKS | {"br", "hr", "textarea"}


@dataclass
class Seen:
    """The text of each block, and whether the browser moved anything out of a table."""

    blocks: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    moved: bool = False


def look(raw: str) -> Seen:
    seen = Seen()
    place = base.TreeBuilder.getTableMisnestedNodePosition

    def noticed(self: Any) -> Any:
        seen.moved = True
        return place(self)

    with mock.patch.object(base.TreeBuilder, "getTableMisnestedNodePosition", noticed):
        root = html5lib.HTMLParser(namespaceHTMLElements=True).parse(raw, scripting=True)
    run: list[str] = []
    for text, linked in _walk(root, False, False):
        if text is not None:
            run.append(text)
            if linked:
                seen.linked.append("".join(text.split()))
            continue
        _end(run, seen)
    _end(run, seen)
    return seen


def _end(run: list[str], seen: Seen) -> None:
    text = "".join(run).strip(EDGE)
    run.clear()
    if text:
        # preformatted text is marked, so that its spaces stay
        text = re.sub(f"[{SPACE}]+", " ", text).replace("\ue000", " ").strip(EDGE)
    if text:
        seen.blocks.append(text)


def _walk(node: Any, pre: bool, linked: bool) -> Iterator[tuple[str | None, bool]]:
    space, _, name = node.tag.rpartition("}") if isinstance(node.tag, str) else ("", "", "!")
    html = space.endswith("xhtml")
    pre = pre or (html and name in PRE)
    linked = linked or (name == "a" and "href" in node.attrib)
    breaks = html and name in BREAKS
    if breaks:
        yield None, linked
    if name != "!" and name not in SKIPPED and not (html and name in HIDES):
        yield from _text(node.text, pre, linked)
        for child in node:
            yield from _walk(child, pre, linked)
            yield from _text(child.tail, pre, linked)
    if breaks:
        yield None, linked


def _text(text: str | None, pre: bool, linked: bool) -> Iterator[tuple[str | None, bool]]:
    if not pre:
        if text:
            yield text, linked
        return
    for number, line in enumerate(re.split(f"[{LINE_END}]", text or "")):
        if number:
            yield None, linked
        yield line.replace(" ", "\ue000").replace("\t", "\ue000"), linked
