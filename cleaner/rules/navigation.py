"""Navigation: menus, section names, breadcrumbs, page numbers, and the links that move about a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.layout import ALONE, layout, runs, whole

# One or two section names can be a heading or an entry of a list; three in a row are a menu.
MENU_WORDS = 3
MENU_LINES = 3
CRUMBS = re.compile(r"^[^>»›/|]{1,40}(?:\s*[>»›]\s*[^>»›]{1,60}){2,8}\s*[>»›]?$")
PAGES = re.compile(r"^(?:[^\W\d]{0,12}\s*)?[«‹<\s]*(?:\d{1,4}[\s|,.…]+){2,}\d{0,4}\s*(?:[^\W\d]{0,12}\s*)?[»›>\s]*$")
CRUMB_WORDS = 25


def navigation(blocks: Blocks) -> Iterator[Finding]:
    """Menus, section names in a row, breadcrumbs, page numbers, links such as `Skip to content`.

    Drops: a line of three or more menu words (`Home News Sport Business`), three lines of menu words in a
    row, `Back to top`, `Next article`, breadcrumbs (`Home > World > Asia`), page numbers (`1 2 3 Next »`).
    Keeps: a heading or list entry that is one such word, a sentence that begins with one.
    """
    shape = layout(blocks)
    menu = set(blocks.lines("navigation"))
    certain = {hit.block for hit in whole(blocks, blocks.hits("navigation", "start"))}
    crowd = {i for run in runs([i in menu for i in range(len(blocks))]) if len(run) >= MENU_LINES for i in run}
    for i in sorted(menu | certain):
        if i in certain or i in crowd or blocks.words[i] > MENU_WORDS:
            yield Finding(i, "menu words and nothing else")
        else:
            near = shape.outside(i) or shape.company(i) or blocks.words[i] >= MENU_WORDS
            yield Finding(i, "a menu word alone on its line", 0.6 if near else ALONE)
    for i in range(len(blocks)):
        if _trail(blocks, i):
            yield Finding(i, "breadcrumbs or page numbers", 0.8)


def _trail(blocks: Blocks, i: int) -> bool:
    text = blocks[i].text
    if len(text) > 300 or blocks.ends[i] or blocks.words[i] > CRUMB_WORDS:
        return False
    if any(sign in text for sign in ">»›") and CRUMBS.match(text):
        return True
    return text[-1:] in "»›>" and PAGES.match(text) is not None
