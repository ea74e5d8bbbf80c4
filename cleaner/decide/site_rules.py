"""A user's own selectors for a site: what they name goes or stays, whatever anyone else says.

Selectors are CSS as far as it goes by names: tags, `#id`, `.class` and `*`, together (`div.box.wide`), inside
one another (`aside .box`, `article > div`), and several with commas. They are held against the elements
around each block, so they choose whole blocks; a tag that stands inside a line cannot be chosen. Of an
element's id and classes the first 200 characters are seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from cleaner.document import Block, Document, Mark, Verdict, host_of, tag_of
from cleaner.errors import UsageError
from cleaner.reading.elements import BLOCKS
from cleaner.reading.head import Head
from cleaner.settings import Settings, SiteRules

DROP, KEEP = "site-drop", "site-keep"
# What the user's word is shown to weigh, in nats: as much as a rule that is certain.
SURE = 12.0

_NAME = r"(?:[\w-]|[^\x00-\x7f]|\\.)+"
_COMPOUND = re.compile(rf"(\*|[a-zA-Z][\w-]*)?((?:[#.]{_NAME})*)")
_PART = re.compile(rf"([#.])({_NAME})")
_COMBINATOR = re.compile(r"\s*(>)\s*|\s+")


class Compound(NamedTuple):
    """What one element must be called; `child` if right inside the one before, else anywhere inside."""

    tag: str
    id: str
    classes: frozenset[str]
    child: bool


Selector = tuple[Compound, ...]


@lru_cache(maxsize=1024)
def selectors(text: str) -> tuple[Selector, ...]:
    """The selectors in `text`, which commas divide. UsageError names what cannot be read."""
    return tuple(_selector(one.strip(), text) for one in text.split(","))


def _selector(text: str, whole: str) -> Selector:
    found: list[Compound] = []
    at, child = 0, False
    while True:
        part = _COMPOUND.match(text, at)
        if part is None or not part[0]:
            raise _unreadable(text[at:], whole)
        found.append(_compound(part, child, whole))
        at = part.end()
        if at == len(text):
            return tuple(found)
        between = _COMBINATOR.match(text, at)
        if between is None:
            raise _unreadable(text[at:], whole)
        at, child = between.end(), between[1] is not None


def _unreadable(rest: str, whole: str) -> UsageError:
    where = f"at {rest!r}" if rest else "as it ends too early"
    return UsageError(
        f"selector {whole!r}: cannot be read {where}; it may have tags, #ids and .classes of block elements, "
        "spaces, > and commas"
    )


def _compound(part: re.Match[str], child: bool, whole: str) -> Compound:
    tag = (part[1] or "*").lower()
    if tag != "*" and tag not in BLOCKS:
        raise UsageError(
            f"selector {whole!r}: {tag!r} stands inside a line; only elements that begin one can be chosen, "
            "such as div, p, li, section"
        )
    named = [(sign, re.sub(r"\\(.)", r"\1", name)) for sign, name in _PART.findall(part[2])]
    ids = {name for sign, name in named if sign == "#"}
    if len(ids) > 1:
        raise UsageError(f"selector {whole!r}: no element has two ids")
    classes = (piece for sign, name in named if sign == "." for piece in name.split("."))
    return Compound(tag, next(iter(ids), ""), frozenset(classes), child)


def depth(selector: Selector, path: Sequence[str]) -> int:
    """The number of steps to the innermost element in `path` that the selector names; 0 for none."""
    ends = {0}  # how many steps the compounds so far may take
    for compound in selector:
        first, child = min(ends), compound.child
        ends = {
            k + 1
            for k, step in enumerate(path)
            if (k in ends if child else k >= first) and _is(compound, *_named(step))
        }
        if not ends:
            return 0
    return max(ends)


def _is(compound: Compound, tag: str, id: str, classes: frozenset[str]) -> bool:
    return compound.tag in ("*", tag) and compound.id in ("", id) and compound.classes <= classes


@lru_cache(maxsize=4096)
def _named(step: str) -> tuple[str, str, frozenset[str]]:
    """Tag, id and classes of a step of a block's path."""
    tag = tag_of(step)
    own, *classes = step[len(tag) :].split(".")
    return tag, own.removeprefix("#"), frozenset(classes)


def rules_for(settings: Settings, doc: Document, head: Head) -> list[SiteRules]:
    """The rules for a document's site, told by its address, or else by the one the page gives as its own."""
    if not settings.sites or doc.kind != "html":
        return []
    host = next(filter(None, map(host_of, (doc.url, head.canonical, head.meta.get("og:url")))), "")
    return [rules for rules in settings.sites if f".{host}".endswith(f".{rules.host}")]


def overruled(
    blocks: Sequence[Block], verdicts: tuple[Verdict, ...], rules: Sequence[SiteRules]
) -> tuple[Verdict, ...]:
    """The verdicts, with the user's word on every block that a selector names."""
    if not rules:
        return verdicts
    said = _words(blocks, rules)
    return tuple(
        _settled(verdict, mark) if mark else verdict for verdict, mark in zip(verdicts, said, strict=True)
    )


def _words(blocks: Sequence[Block], rules: Sequence[SiteRules]) -> Iterator[Mark | None]:
    """The user's word on each block. What names the innermost element counts; of two for one, the drop."""
    kinds = ((KEEP, "keep"), (DROP, "drop"))
    chosen = [
        (code, selector, f"{text} of {one.host} in your settings")
        for code, kind in kinds
        for one in rules
        for text in getattr(one, kind)
        for selector in selectors(text)
    ]
    known: dict[tuple[str, ...], tuple[str, str] | None] = {}
    for i, block in enumerate(blocks):
        if block.path not in known:
            known[block.path] = _deepest(block.path, chosen)
        if word := known[block.path]:
            yield Mark(i, word[0], "chrome" if word[0] == DROP else "body", 1.0, word[1])
        else:
            yield None


def _deepest(path: tuple[str, ...], chosen: Sequence[tuple[str, Selector, str]]) -> tuple[str, str] | None:
    found = [(depth(selector, path), k) for k, (_, selector, _) in enumerate(chosen)]
    deepest, k = max(found, default=(0, 0))  # drops come last
    return (chosen[k][0], chosen[k][2]) if deepest else None


def _settled(verdict: Verdict, mark: Mark) -> Verdict:
    return Verdict(mark.label, SURE if mark.code == DROP else -SURE, (mark, *verdict.marks))
