"""Elements of a page that repeat, one after the other with the same names around them: articles, entries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.document import tag_of

_NUMBER = re.compile(r"\d+")
# What stands in a gap and is no markup of the page.
_SCRIPT_OR_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+|<(script|style)\b(?:[^<]|<(?!/\1))*+", re.IGNORECASE)
# Longer gaps hold scripts and the like; what opens the next element stands at their end.
MAX_GAP_CHARS = 4000
# A kicker, a time, a byline above the heading of an article or an entry.
MAX_BLOCKS_ABOVE = 6
# Elements without a class that are not nested in each other for looks only.
SECTIONING = ("article", "section", "li")
# So many headings show which element repeats.
MAX_COMPARED = 8


class Unit(NamedTuple):
    """One of several elements of the same names: the index of its heading, its blocks, the element's tag."""

    heading: int
    blocks: range
    tag: str


def repeated_units(blocks: BlockIndex, levels: Sequence[int]) -> list[list[Unit]]:
    """The units under headings of some levels, those of the same names in one list; only lists of several."""
    by_names: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, block in enumerate(blocks):
        if block.heading in levels and len(block.path) > 1 and not block.hidden:
            by_names[_names(block.path)].append(i)
    groups = (_units(blocks, headings) for headings in by_names.values() if len(headings) > 1)
    return [units for units in groups if len(units) > 1]


def article_units(blocks: BlockIndex) -> list[list[Unit]]:
    """The `article` elements beside one another whatever their classes, each with its first heading of level
    1 or 2; only lists of several."""
    by_container: dict[tuple[tuple[str, ...], int], list[Unit]] = defaultdict(list)
    for i, block in enumerate(blocks):
        depth = _article_depth(block.path) if block.heading in (1, 2) and not block.hidden else 0
        if not depth:
            continue
        units = by_container[_names(block.path[: depth - 1]), block.heading]
        start = _container_start(blocks, i, depth) if i else 0
        if start is None or (units and start < units[-1].blocks.stop):
            continue
        stop = i + 1
        while stop < len(blocks) and blocks[stop].path[:depth] == block.path[:depth]:
            if _is_opened(block.path[depth - 1], gap_before(blocks, stop)):
                break
            stop += 1
        units.append(Unit(i, range(start, stop), "article"))
    return [units for units in by_container.values() if len(units) > 1]


def _article_depth(path: tuple[str, ...]) -> int:
    """How many steps lead to the outermost `article`; 0 for none."""
    return next((depth for depth, step in enumerate(path, 1) if tag_of(step) == "article"), 0)


def _units(blocks: BlockIndex, headings: Sequence[int]) -> list[Unit]:
    """From where the element of each heading begins to its end, or to where the next one begins."""
    depth = _container_depth(blocks, headings)
    if depth == 0:
        return []
    first = _container_start(blocks, headings[0], depth)
    own = [(headings[0], headings[0] if first is None else first)]
    for i in headings[1:]:
        start = _container_start(blocks, i, depth)
        if start is not None:
            own.append((i, start))
    container = _names(blocks[headings[0]].path[:depth])
    units = []
    for (i, start), (_, stop) in zip(own, [*own[1:], (0, len(blocks))], strict=True):
        end = i + 1
        while end < stop and _names(blocks[end].path[:depth]) == container:
            end += 1
        units.append(Unit(i, range(start, end), tag_of(container[-1])))
    return units


def _container_depth(blocks: BlockIndex, headings: Sequence[int]) -> int:
    """How many steps lead to the outermost element that begins anew for most headings; 0 for none."""
    first, later = headings[0], headings[1 : 1 + MAX_COMPARED]
    for depth in range(1, len(blocks[first].path)):
        if tag_of(blocks[first].path[depth - 1]) in ("html", "body"):
            continue
        if 2 * sum(_container_start(blocks, i, depth) is not None for i in later) > len(later):
            return depth
    return 0


def _container_start(blocks: BlockIndex, i: int, depth: int) -> int | None:
    """The first block of the element at a depth of the path of heading `i`; None where that begins further up
    than a time and a byline above the heading."""
    step = blocks[i].path[depth - 1]
    for k in range(i, max(0, i - MAX_BLOCKS_ABOVE), -1):
        before = blocks[k - 1]
        if before.path[:depth] != blocks[i].path[:depth] or _is_opened(step, gap_before(blocks, k)):
            return k
    return None


def gap_before(blocks: BlockIndex, k: int) -> str:
    """The markup before block `k`."""
    start = max(blocks[k - 1].end if k else 0, blocks[k].start - MAX_GAP_CHARS)
    return _SCRIPT_OR_COMMENT.sub("", blocks.doc.raw[start : blocks[k].start])


def _is_opened(step: str, gap: str) -> bool:
    """Whether an element like a step of a path begins in a gap: with its class, if it has one."""
    tag, *classes = step.split(".")
    name = tag.split("#")[0]
    if classes:
        return re.search(rf"<{re.escape(name)}\s[^<>]*{re.escape(classes[0])}", gap) is not None
    return name in SECTIONING and re.search(rf"<{name}[\s>]", gap) is not None


@lru_cache(maxsize=4096)
def _names(path: tuple[str, ...]) -> tuple[str, ...]:
    """A path without ids, and without the numbers in the names of classes."""
    return tuple(_step_name(step) for step in path)


def _step_name(step: str) -> str:
    tag, *classes = step.split(".")
    return ".".join([tag.split("#")[0], *(_NUMBER.sub("", name) for name in classes)])
