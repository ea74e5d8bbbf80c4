"""Link lists: rows of links, and what a page itself calls navigation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import true_runs
from cleaner.document import tag_of
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

MIN_LINK_DENSITY = 0.8
MIN_RUN_BLOCKS = 3
NAVIGATION_TAGS = ("nav", "footer", "aside", "header")
NAVIGATION_NAMES = frozenset(
    ("nav", "navbar", "navigation", "menu", "menus", "submenu", "breadcrumb", "breadcrumbs", "footer",
     "sidebar", "topbar", "toolbar", "pagination", "pager", "sitemap", "masthead", "offcanvas", "megamenu")
)  # fmt: skip
# A name of the whole page (`body.has-sidebar`) or of its article says nothing about a part of it.
PAGE_TAGS = ("html", "body", "main", "article")
STATE_PREFIXES = ("has", "with", "no", "is", "not", "without")
REFERENCE_NAMES = frozenset(
    ("ref", "refs", "references", "reflist", "footnote", "footnotes", "citation", "citations", "bibliography",
     "toc")
)  # fmt: skip
STEP_SEPARATOR = re.compile(r"[#.\-_]")
MAX_LINK_WORDS = 25


@rule("chrome", CERTAIN, group="links", traits=("named-by-class",))
def link_list(blocks: BlockIndex) -> Iterator[Finding]:
    """Blocks of an HTML page that are links and little else, in rows or in its navigation.

    Drops: three or more blocks in a row that are links for four fifths; blocks with links, and short lines,
    inside elements that are or are called navigation, menu, breadcrumb, footer or sidebar.
    Keeps: a paragraph with links, a list of references, what an element holds with most of the prose, a
    link that the model is sure is the article's, all flattened text.
    """
    if not blocks.path_steps:
        return
    in_references = blocks.inside_steps(set(filter(_is_reference_list, blocks.path_steps)))
    is_link_block = _link_blocks(blocks, in_references)
    navigation_steps, in_link_run = _navigation_steps(blocks), _blocks_in_runs(is_link_block)
    for i, block in enumerate(blocks):
        if not block.path or in_references[i]:
            continue
        is_line = blocks.words[i] <= MAX_LINK_WORDS
        is_entry = is_link_block[i] or (is_line and not blocks.prose[i])
        navigation_step = _first_step(block.path, navigation_steps) if is_entry else None
        if navigation_step:
            yield Finding(i, f"inside `{navigation_step}`", 1.0 if is_link_block[i] else 0.4)
        elif is_line and i in in_link_run:
            yield Finding(i, "one of a row of links", 0.33)


def _first_step(path: Sequence[str], steps: AbstractSet[str]) -> str | None:
    """The outermost of some elements that is in a path."""
    return None if steps.isdisjoint(path) else next(step for step in path if step in steps)


def _link_blocks(blocks: BlockIndex, in_references: Sequence[bool]) -> list[bool]:
    """Whether each block is links and little else, and no list of references."""
    return [
        block.link_density >= MIN_LINK_DENSITY and not is_reference
        for block, is_reference in zip(blocks, in_references, strict=True)
    ]


def _blocks_in_runs(is_link_block: Sequence[bool]) -> set[int]:
    """The link blocks with others beside them, enough to be a row."""
    return {i for run in true_runs(is_link_block) if len(run) >= MIN_RUN_BLOCKS for i in run}


def _navigation_steps(blocks: BlockIndex) -> set[str]:
    """The elements that are or are called navigation, but for those around the article."""
    steps = {step for step in blocks.path_steps if _is_navigation(step)}
    return steps - _steps_around_prose(blocks, steps)


def _steps_around_prose(blocks: BlockIndex, navigation_steps: set[str]) -> set[str]:
    """Of elements that are called navigation those that hold most of the prose: `div.content-sidebar-wrap`
    is around the article as well."""
    if not navigation_steps:
        return set()
    prose_words_inside: dict[str, float] = defaultdict(float)
    prose_words = 0.0
    for block, words, prose in zip(blocks, blocks.words, blocks.prose, strict=True):
        if prose:
            prose_words += words
            for step in navigation_steps.intersection(block.path):
                prose_words_inside[step] += words
    return {
        step
        for step, words in prose_words_inside.items()
        if 2 * words > prose_words and tag_of(step) not in NAVIGATION_TAGS
    }


@lru_cache(maxsize=4096)
def _is_reference_list(step: str) -> bool:
    """Whether a step of a path says that it is a list of references."""
    return not REFERENCE_NAMES.isdisjoint(STEP_SEPARATOR.split(step.lower()))


@lru_cache(maxsize=4096)
def _is_navigation(step: str) -> bool:
    """Whether a step of a path says that it is navigation. Most hold no such word, which is checked first."""
    tag, *words = STEP_SEPARATOR.split(step.lower())
    if tag not in NAVIGATION_TAGS and NAVIGATION_NAMES.isdisjoint(words):
        return False
    tag, *names = re.split(r"[#.]", step.lower())
    if tag in PAGE_TAGS:
        return False
    parts = [re.split(r"[-_]", name) for name in names]
    return tag in NAVIGATION_TAGS or any(
        part[0] not in STATE_PREFIXES and NAVIGATION_NAMES.intersection(part) for part in parts
    )
