"""Link lists: rows of links, and what a page itself calls navigation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import runs
from cleaner.document import tag_of

LINKS = 0.8
RUN = 3
ELEMENTS = ("nav", "footer", "aside", "header")
NAMES = frozenset(
    ("nav", "navbar", "navigation", "menu", "menus", "submenu", "breadcrumb", "breadcrumbs", "footer",
     "sidebar", "topbar", "toolbar", "pagination", "pager", "sitemap", "masthead", "offcanvas", "megamenu")
)  # fmt: skip
# What a page says of itself (`body.has-sidebar`), or of its article, is not said of a part of it.
ABOUT_PAGE = ("html", "body", "main", "article")
PREFIXES = ("has", "with", "no", "is", "not", "without")
REFERENCES = frozenset(
    ("ref", "refs", "references", "reflist", "footnote", "footnotes", "citation", "citations", "bibliography",
     "toc")
)  # fmt: skip
WORDS = re.compile(r"[#.\-_]")
LONGEST = 25


def link_list(blocks: BlockIndex) -> Iterator[Finding]:
    """Blocks of an HTML page that are links and little else, in rows or in its navigation.

    Drops: three or more blocks in a row that are links for four fifths; blocks with links, and short lines,
    inside elements that are or are called navigation, menu, breadcrumb, footer or sidebar.
    Keeps: a paragraph with links, a list of references, what an element holds with most of the prose, a
    link that the model is sure is the article's, all flattened text.
    """
    listed = blocks.inside_steps({step for step in blocks.path_steps if _references(step)})
    named = {step for step in blocks.path_steps if _navigation(step)}
    named -= _around_all(blocks, named)
    linked = [block.link_density >= LINKS and not cited for block, cited in zip(blocks, listed, strict=True)]
    row = {i for run in runs(linked) if len(run) >= RUN for i in run}
    for i, block in enumerate(blocks):
        if not block.path or listed[i]:
            continue
        brief = not blocks.prose[i] and blocks.words[i] <= LONGEST
        if (linked[i] or brief) and not named.isdisjoint(block.path):
            place = next(step for step in block.path if step in named)
            yield Finding(i, f"inside `{place}`", 1.0 if linked[i] else 0.4)
        elif i in row and blocks.words[i] <= LONGEST:
            yield Finding(i, "one of a row of links", 0.33)


def _around_all(blocks: BlockIndex, named: set[str]) -> set[str]:
    """Of elements that are called navigation those that hold most of the prose: `div.content-sidebar-wrap`
    is around the article as well."""
    if not named:
        return set()
    held: dict[str, float] = defaultdict(float)
    told = 0.0
    for block, words, prose in zip(blocks, blocks.words, blocks.prose, strict=True):
        if prose:
            told += words
            for step in named.intersection(block.path):
                held[step] += words
    return {step for step, words in held.items() if 2 * words > told and tag_of(step) not in ELEMENTS}


@lru_cache(maxsize=4096)
def _references(step: str) -> bool:
    """Whether a step of a path says that it is a list of references."""
    return not REFERENCES.isdisjoint(WORDS.split(step.lower()))


@lru_cache(maxsize=4096)
def _navigation(step: str) -> bool:
    """Whether a step of a path says that it is navigation. Most hold no such word, which is told first."""
    tag, *words = WORDS.split(step.lower())
    if tag not in ELEMENTS and NAMES.isdisjoint(words):
        return False
    tag, *names = re.split(r"[#.]", step.lower())
    if tag in ABOUT_PAGE:
        return False
    parts = [re.split(r"[-_]", name) for name in names]
    return tag in ELEMENTS or any(part[0] not in PREFIXES and NAMES.intersection(part) for part in parts)
