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

from cleaner.decide.evidence import Decision, Evidence
from cleaner.document import Block, Mark, Verdict, host_of, tag_of
from cleaner.errors import UsageError
from cleaner.reading.elements import BLOCK_ELEMENTS
from cleaner.rules import CERTAIN
from cleaner.settings import SiteRules

DROP_CODE, KEEP_CODE = "site-drop", "site-keep"

_NAME = r"(?:[\w-]|[^\x00-\x7f]|\\.)+"
_COMPOUND = re.compile(rf"(\*|[a-zA-Z][\w-]*)?((?:[#.]{_NAME})*)")
_ID_OR_CLASS = re.compile(rf"([#.])({_NAME})")
_COMBINATOR = re.compile(r"\s*(>)\s*|\s+")


class Compound(NamedTuple):
    """What one element must be called; `child` if right inside the one before, else anywhere inside."""

    tag: str
    id: str
    classes: frozenset[str]
    is_child: bool


Selector = tuple[Compound, ...]


@lru_cache(maxsize=1024)
def parse_selectors(text: str) -> tuple[Selector, ...]:
    """The selectors in `text`, which commas divide. UsageError names what cannot be read."""
    return tuple(_parse_selector(selector.strip(), text) for selector in text.split(","))


def _parse_selector(text: str, source: str) -> Selector:
    compounds: list[Compound] = []
    position, is_child = 0, False
    while True:
        match = _COMPOUND.match(text, position)
        if match is None or not match[0]:
            raise _syntax_error(text[position:], source)
        compounds.append(_parse_compound(match, is_child, source))
        position = match.end()
        if position == len(text):
            return tuple(compounds)
        combinator = _COMBINATOR.match(text, position)
        if combinator is None:
            raise _syntax_error(text[position:], source)
        position, is_child = combinator.end(), combinator[1] is not None


def _syntax_error(rest: str, source: str) -> UsageError:
    where = f"at {rest!r}" if rest else "as it ends too early"
    return UsageError(
        f"selector {source!r}: cannot be read {where}; it may have tags, #ids and .classes of block "
        "elements, spaces, > and commas"
    )


def _parse_compound(match: re.Match[str], is_child: bool, source: str) -> Compound:
    tag = (match[1] or "*").lower()
    if tag != "*" and tag not in BLOCK_ELEMENTS:
        raise UsageError(
            f"selector {source!r}: {tag!r} stands inside a line; only elements that begin one can be chosen, "
            "such as div, p, li, section"
        )
    names = [(sign, re.sub(r"\\(.)", r"\1", name)) for sign, name in _ID_OR_CLASS.findall(match[2])]
    ids = {name for sign, name in names if sign == "#"}
    if len(ids) > 1:
        raise UsageError(f"selector {source!r}: no element has two ids")
    classes = (piece for sign, name in names if sign == "." for piece in name.split("."))
    return Compound(tag, next(iter(ids), ""), frozenset(classes), is_child)


def match_depth(selector: Selector, path: Sequence[str]) -> int:
    """The number of steps to the innermost element in `path` that the selector names; 0 for none."""
    depths = {0}  # how many steps the compounds so far may take
    for compound in selector:
        min_depth, is_child = min(depths), compound.is_child
        depths = {
            k + 1
            for k, step in enumerate(path)
            if (k in depths if is_child else k >= min_depth) and _matches(compound, *_parse_step(step))
        }
        if not depths:
            return 0
    return max(depths)


def _matches(compound: Compound, tag: str, id: str, classes: frozenset[str]) -> bool:
    return compound.tag in ("*", tag) and compound.id in ("", id) and compound.classes <= classes


@lru_cache(maxsize=4096)
def _parse_step(step: str) -> tuple[str, str, frozenset[str]]:
    """Tag, id and classes of a step of a block's path."""
    tag = tag_of(step)
    id_part, *classes = step[len(tag) :].split(".")
    return tag, id_part.removeprefix("#"), frozenset(classes)


def apply_site_rules(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with the user's own on every block that a selector for the page's site names."""
    rules = _rules_for(evidence)
    if not rules:
        return decision
    verdicts = zip(decision.verdicts, _site_marks(evidence.blocks, rules), strict=True)
    return decision._replace(
        verdicts=tuple(_with_site_mark(verdict, mark) if mark else verdict for verdict, mark in verdicts)
    )


def _rules_for(evidence: Evidence) -> list[SiteRules]:
    """The rules for a page's site, known by its address, or else by the one the page gives as its own."""
    doc, head, sites = evidence.blocks.doc, evidence.head, evidence.settings.sites
    if not sites or doc.kind != "html":
        return []
    host = next(filter(None, map(host_of, (doc.url, head.canonical, head.meta.get("og:url")))), "")
    return [rules for rules in sites if f".{host}".endswith(f".{rules.host}")]


def _site_marks(blocks: Sequence[Block], rules: Sequence[SiteRules]) -> Iterator[Mark | None]:
    """The user's word on each block. What names the innermost element counts; of two for one, the drop."""
    code_and_field = ((KEEP_CODE, "keep"), (DROP_CODE, "drop"))
    candidates = [
        (code, selector, f"{text} of {site.host} in your settings")
        for code, field in code_and_field
        for site in rules
        for text in getattr(site, field)
        for selector in parse_selectors(text)
    ]
    match_by_path: dict[tuple[str, ...], tuple[str, str] | None] = {}
    for i, block in enumerate(blocks):
        if block.path not in match_by_path:
            match_by_path[block.path] = _deepest_match(block.path, candidates)
        if match := match_by_path[block.path]:
            yield Mark(i, match[0], "chrome" if match[0] == DROP_CODE else "body", 1.0, match[1])
        else:
            yield None


def _deepest_match(
    path: tuple[str, ...], candidates: Sequence[tuple[str, Selector, str]]
) -> tuple[str, str] | None:
    depths = [(match_depth(selector, path), k) for k, (_, selector, _) in enumerate(candidates)]
    deepest, k = max(depths, default=(0, 0))  # drops come last
    return (candidates[k][0], candidates[k][2]) if deepest else None


def _with_site_mark(verdict: Verdict, mark: Mark) -> Verdict:
    score = CERTAIN if mark.code == DROP_CODE else -CERTAIN
    return Verdict(mark.label, score, (mark, *verdict.marks))
