"""Which of several articles on a page is its own: the one whose address or number the page gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from cleaner.analysis.blocks import BlockIndex
from cleaner.decide.repeated_elements import Unit, gap_before
from cleaner.reading.head import Head
from cleaner.reading.json_ld import article_nodes
from cleaner.reading.tokenizer import unescape

# Attributes in which an element gives the address or the number of the article in it.
_ADDRESS = re.compile(
    r"""\s(?:data-[\w-]*(?:url|href|permalink|link|path|canonical)|itemid|about|resource)\s*=\s*["']?([^"'\s>]+)""",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"""\s(?:data-[\w-]*id|id)\s*=\s*["']?(?:[a-z]+[-_]?){0,3}(\d{3,})["'\s>]""", re.IGNORECASE
)
_LINK = re.compile(r"""<a\s[^<>]*?href\s*=\s*["']?([^"'\s>]+)[^<>]*>""", re.IGNORECASE)
_ADDRESS_NUMBER = re.compile(r"(?<!\d)\d{3,}(?!\d)")
# Addresses of one page of JSON-LD; more belong to a list.
MAX_ADDRESSES = 20
MAX_ADDRESS_CHARS = 2000


def addressed_unit(blocks: BlockIndex, head: Head, units: Sequence[Unit]) -> Unit | None:
    """The one of several units that has the page's own address or number, where others have one of their own.

    None where none has, or several do: parts of one article share its address.
    """
    own = {_page_path(address) for address in own_addresses(blocks, head)} - {"", None}
    if not own:
        return None
    by_address = [{_page_path(address) for address in _addresses(blocks, unit)} for unit in units]
    named = _only_one(units, [bool(own & addresses) for addresses in by_address])
    if named is not None and all(addresses for addresses in by_address):
        return named
    own_numbers = {number for path in own if path for number in _ADDRESS_NUMBER.findall(path)}
    by_number = [set(_NUMBER.findall(_opening(blocks, unit))) for unit in units]
    named = _only_one(units, [bool(own_numbers & numbers) for numbers in by_number])
    return named if named is not None and all(by_number) else None


def own_addresses(blocks: BlockIndex, head: Head) -> list[str]:
    """What a page gives as its address: canonical, in its meta, and in the JSON-LD of its one article."""
    given: list[object] = [head.canonical, head.meta.get("og:url"), blocks.doc.url]
    nodes = article_nodes(head.json_ld_nodes)
    if len({str(node.get("headline")) for node in nodes}) == 1:
        for node in nodes[:MAX_ADDRESSES]:
            given += [node.get("url"), node.get("@id"), _id_of(node.get("mainEntityOfPage"))]
    return [address for address in given if isinstance(address, str) and len(address) <= MAX_ADDRESS_CHARS]


def _id_of(value: object) -> object:
    return value.get("@id") if isinstance(value, Mapping) else value


def _page_path(address: str) -> str | None:
    """The part of an address that names the page on its site; None for one that cannot be read."""
    try:
        parts = urlsplit(unescape(address.strip()))
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    return f"{path}?{parts.query}" if parts.query and "=" in parts.query and not path.strip("/") else path


def _addresses(blocks: BlockIndex, unit: Unit) -> Iterator[str]:
    """The addresses that an element gives for itself: in its attributes, in the link of its heading."""
    yield from _ADDRESS.findall(_opening(blocks, unit))
    heading = blocks[unit.heading]
    yield from _LINK.findall(heading.raw)
    last_tags = gap_before(blocks, unit.heading)[-MAX_ADDRESS_CHARS:]
    yield from _LINK.findall(last_tags[last_tags.rfind("<a ") :]) if last_tags.rfind("<a ") >= 0 else ()


def _opening(blocks: BlockIndex, unit: Unit) -> str:
    """The tags that open an element, as far as they stand before its first block."""
    gap = gap_before(blocks, unit.blocks.start)
    return gap[max(gap.rfind(f"</{unit.tag}"), 0) :]


def _only_one(units: Sequence[Unit], flags: Sequence[bool]) -> Unit | None:
    return units[flags.index(True)] if sum(flags) == 1 else None
