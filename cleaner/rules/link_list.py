"""Link lists: rows of links, and what a page itself calls navigation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.layout import runs

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
REFERENCES = re.compile(
    r"(?:^|[#.\-_])(?:ref|refs|references|reflist|footnotes?|citations?|bibliography|toc)(?:$|[#.\-_])"
)
LONGEST = 25


def link_list(blocks: Blocks) -> Iterator[Finding]:
    """Blocks of an HTML page that are links and little else, in rows or in its navigation.

    Drops: three or more blocks in a row that are links for four fifths; blocks with links, and short lines,
    inside elements that are or are called navigation, menu, breadcrumb, footer or sidebar.
    Keeps: a paragraph with links, a list of references, a link that the model is sure is the article's, all
    flattened text.
    """
    linked = [block.links >= LINKS and not _references(block.path) for block in blocks]
    row = {i for run in runs(linked) if len(run) >= RUN for i in run}
    for i, block in enumerate(blocks):
        if not block.path or _references(block.path):
            continue
        place = _navigation(block.path)
        if place and (linked[i] or (not blocks.prose[i] and blocks.words[i] <= LONGEST)):
            yield Finding(i, f"inside `{place}`", 1.0 if linked[i] else 0.4)
        elif i in row and blocks.words[i] <= LONGEST:
            yield Finding(i, "one of a row of links", 0.33)


# Blocks of a page have few paths between them, and hashing one costs a twentieth of reading its steps.
@lru_cache(maxsize=1024)
def _navigation(path: tuple[str, ...]) -> str | None:
    """The step of the path that says it is navigation."""
    return next((step for step in path if _named(step)), None)


@lru_cache(maxsize=4096)
def _named(step: str) -> bool:
    tag, *names = re.split(r"[#.]", step.lower())
    if tag in ABOUT_PAGE:
        return False
    parts = [re.split(r"[-_]", name) for name in names]
    return tag in ELEMENTS or any(part[0] not in PREFIXES and NAMES.intersection(part) for part in parts)


@lru_cache(maxsize=1024)
def _references(path: tuple[str, ...]) -> bool:
    return any(_referring(step) for step in path)


@lru_cache(maxsize=4096)
def _referring(step: str) -> bool:
    return REFERENCES.search(step.lower()) is not None
