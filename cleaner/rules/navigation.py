"""Navigation: menus, section names, breadcrumbs, page numbers, and the links that move about a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import SPARE, layout, phrase_lines, runs, whole
from cleaner.analysis.normalize import SPACES

# One or two section names can be a heading or an entry of a list; three in a row are a menu.
MENU_WORDS = 3
MENU_LINES = 3
# Inside the article a list may hold four such words.
LIST_LINES = 5
SEVERAL_NUMBERS = re.compile(r"\d\D+\d")
CRUMBS = re.compile(r"^[^\W\d][^>»›/|]{0,40}(?:[>»›][^>»›]{1,60}){2,8}[>»›]?$")
PAGES = re.compile(r"^[^\W\d]{0,12}\s?[«‹<]?\s?(?:\d{1,4}[\s|,.…]{1,3}){2,40}(?:[^\W\d]{1,12}\s?)?[»›>]$")
CRUMB_WORDS = 25
# A trail holds one of these, and so do page numbers.
ARROWS = (">", "»", "›")
FIRST_CRUMB = re.compile(r"[>»›/|]")
# The first step of a trail through a site.
HOME = frozenset(
    "home|homepage|home page|main page|you are here|you are here: home|news|startseite|start|accueil"
    "|vous êtes ici|inicio|portada|início|página inicial|strona główna|główna|главная"
    "|головна|hem|startsida|forside"
    "|forsiden|hjem|etusivu|domů|úvod|ana sayfa|anasayfa|αρχική|acasă|prima pagină"
    "|főoldal|kezdőlap|címlap|ホーム"
    "|トップ|トップページ|首页|首頁|홈|الرئيسية|الصفحة الرئيسية|होम|beranda".split("|")
)
TRAIL = 0.8
# Heard on a page with other furniture only.
UNSURE = 0.45
INSIDE = 0.3
CODE = ("<", "=", "[", "]", "{", "}", "->")


def navigation(blocks: BlockIndex) -> Iterator[Finding]:
    """Menus, section names in a row, breadcrumbs, page numbers, links such as `Skip to content`.

    Drops: a line of three or more menu words (`Home News Sport Business`), three lines of menu words in a
    row, `Back to top`, `Next article`, breadcrumbs (`Home > World > Asia`), page numbers (`1 2 3 Next »`).
    Keeps: a heading or list entry that is one such word, a sentence that begins with one, quotation marks,
    the way through the menus of a program (`File > Export > PDF`).
    """
    menu = dict(_menu(blocks))
    for i in sorted(menu):
        yield Finding(i, "menu words and nothing else", menu[i])
    for i in blocks.containing(ARROWS):
        if _trail(blocks, i):
            yield Finding(i, "breadcrumbs or page numbers", _way(blocks, i))


def _menu(blocks: BlockIndex) -> Iterator[tuple[int, float]]:
    shape = layout(blocks)
    menu = dict(phrase_lines(blocks, "navigation"))
    for row in runs([i in menu for i in range(len(blocks))]):
        for i in row:
            several = blocks.words[i] > MENU_WORDS and not SEVERAL_NUMBERS.search(blocks[i].text)
            crowd = len(row) >= (MENU_LINES if shape.outside(i) else LIST_LINES)
            yield i, 1.0 if several or crowd else min(menu[i], SPARE)
    for hit in whole(blocks, blocks.phrase_hits("navigation", "start")):
        yield hit.block, 1.0


def _way(blocks: BlockIndex, i: int) -> float:
    """How surely a trail leads about the site: `File > Export > PDF` leads about a program."""
    first = SPACES.sub(" ", FIRST_CRUMB.split(blocks.folded[i], maxsplit=1)[0]).strip()
    shape = layout(blocks)
    if first in HOME or not CRUMBS.match(blocks[i].text):
        return TRAIL
    return UNSURE if shape.outside(i) and not shape.company(i) else TRAIL if shape.outside(i) else INSIDE


def _trail(blocks: BlockIndex, i: int) -> bool:
    text = blocks[i].text
    if (
        len(text) > 300
        or blocks.ends_sentence[i]
        or blocks.words[i] > CRUMB_WORDS
        or any(sign in text for sign in CODE)
        or "«" in text
    ):
        return False
    return CRUMBS.match(text) is not None or PAGES.match(text) is not None
