"""What a browser makes of a page, by html5lib: the witness that `cleaner.reading.page` is held against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import html5lib
from html5lib.treebuilders import base

from cleaner.reading.elements import BLOCK_ELEMENTS, NOT_RENDERED, PREFORMATTED
from cleaner.reading.page import COLLAPSIBLE_SPACE, INVISIBLE_AT_EDGE, LINE_END_CHARS
from cleaner.reading.tokenizer import RAW_TEXT_ELEMENTS

HIDDEN_ELEMENTS = (RAW_TEXT_ELEMENTS - {"xmp", "plaintext"}) | {"head"}
BREAKING_ELEMENTS = BLOCK_ELEMENTS | {"br", "hr", "textarea"}


@dataclass
class BrowserText:
    """The text of each block, and whether the browser moved anything out of a table."""

    blocks: list[str] = field(default_factory=list)
    linked_texts: list[str] = field(default_factory=list)
    moved_out_of_table: bool = False


def browser_text(raw: str) -> BrowserText:
    page = BrowserText()
    original = base.TreeBuilder.getTableMisnestedNodePosition

    def node_position(self: Any) -> Any:
        page.moved_out_of_table = True
        return original(self)

    with mock.patch.object(base.TreeBuilder, "getTableMisnestedNodePosition", node_position):
        root = html5lib.HTMLParser(namespaceHTMLElements=True).parse(raw, scripting=True)
    pieces: list[str] = []
    for text, linked in _walk(root, False, False):
        if text is not None:
            pieces.append(text)
            if linked:
                page.linked_texts.append("".join(text.split()))
            continue
        _end_block(pieces, page)
    _end_block(pieces, page)
    return page


def _end_block(pieces: list[str], page: BrowserText) -> None:
    text = "".join(pieces).strip(INVISIBLE_AT_EDGE)
    pieces.clear()
    if text:
        # preformatted text is marked, so that its spaces stay
        text = re.sub(f"[{COLLAPSIBLE_SPACE}]+", " ", text).replace("\ue000", " ").strip(INVISIBLE_AT_EDGE)
    if text:
        page.blocks.append(text)


def _walk(node: Any, pre: bool, linked: bool) -> Iterator[tuple[str | None, bool]]:
    space, _, name = node.tag.rpartition("}") if isinstance(node.tag, str) else ("", "", "!")
    html = space.endswith("xhtml")
    pre = pre or (html and name in PREFORMATTED)
    linked = linked or (name == "a" and "href" in node.attrib)
    breaks = html and name in BREAKING_ELEMENTS
    if breaks:
        yield None, linked
    if name != "!" and name not in NOT_RENDERED and not (html and name in HIDDEN_ELEMENTS):
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
    for number, line in enumerate(re.split(f"[{LINE_END_CHARS}]", text or "")):
        if number:
            yield None, linked
        yield line.replace(" ", "\ue000").replace("\t", "\ue000"), linked
