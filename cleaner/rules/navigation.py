"""Navigation: menus, section names, breadcrumbs, page numbers, and the links that move about a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import (
    LONE_OUTSIDE_STRENGTH,
    covering_hits,
    layout_of,
    scored_phrase_lines,
    true_runs,
)
from cleaner.analysis.leftovers import carousel_lines
from cleaner.analysis.normalize import SPACES
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_UNCOUNTED_STRENGTH

# One or two section names can be a heading or an entry of a list; three in a row are a menu.
MAX_HEADING_WORDS = 3
MIN_MENU_LINES = 3
# Inside the article a list may hold four such words.
MIN_MENU_LINES_INSIDE = 5
SEVERAL_NUMBERS = re.compile(r"\d\D+\d")
BREADCRUMBS = re.compile(r"^[^\W\d][^>»›/|]{0,40}(?:[>»›][^>»›]{1,60}){2,8}[>»›]?$")
PAGE_NUMBERS = re.compile(
    r"^[^\W\d]{0,12}\s?[«‹<]?\s?(?:\d{1,4}[\s|,.…]{1,3}){2,40}(?:[^\W\d]{1,12}\s?)?[»›>]$"
)
MAX_TRAIL_WORDS = 25
# A trail holds one of these, and so do page numbers.
ARROWS = (">", "»", "›")
CRUMB_SEPARATOR = re.compile(r"[>»›/|]")
# The first step of a trail through a site.
HOME_NAMES = frozenset(
    "home|homepage|home page|main page|you are here|you are here: home|news|startseite|start|accueil"
    "|vous êtes ici|inicio|portada|início|página inicial|strona główna|główna|главная"
    "|головна|hem|startsida|forside"
    "|forsiden|hjem|etusivu|domů|úvod|ana sayfa|anasayfa|αρχικη|acasă|prima pagină"
    "|főoldal|kezdőlap|címlap|ホーム"
    "|トップ|トップページ|首页|首頁|홈|الرئيسية|الصفحة الرئيسية|होम|beranda"
    "|trang chủ|หน้าแรก|หน้าหลัก|ראשי|דף הבית|עמוד הבית"
    "|صفحه اصلي|خانه".split("|")
)
TRAIL_STRENGTH = 0.8
TRAIL_INSIDE_STRENGTH = 0.3
CODE_SIGNS = ("<", "=", "[", "]", "{", "}", "->")


@rule("chrome", CERTAIN, group="chrome")
def navigation(blocks: BlockIndex) -> Iterator[Finding]:
    """Menus, section names in a row, breadcrumbs, page numbers, links such as `Skip to content`.

    Drops: a line of three or more menu words (`Home News Sport Business`), three lines of menu words in a
    row, `Back to top`, `Next article`, breadcrumbs (`Home > World > Asia`), page numbers (`1 2 3 Next »`).
    Keeps: a heading or list entry that is one such word, a sentence that begins with one, quotation marks,
    the way through the menus of a program (`File > Export > PDF`).
    """
    yield from form_findings(blocks, "navigation", "paging")
    for i in sorted(carousel_lines(blocks)):
        yield Finding(i, "a carousel's buttons and counters")
    menu_strengths = dict(_scored_menu_lines(blocks))
    for i in sorted(menu_strengths):
        yield Finding(i, "menu words and nothing else", menu_strengths[i])
    for i in blocks.containing(ARROWS):
        if _is_trail(blocks, i):
            yield Finding(i, "breadcrumbs or page numbers", _trail_strength(blocks, i))


def _scored_menu_lines(blocks: BlockIndex) -> Iterator[tuple[int, float]]:
    layout = layout_of(blocks)
    phrase_strengths = dict(scored_phrase_lines(blocks, "navigation"))
    for run in true_runs([i in phrase_strengths for i in range(len(blocks))]):
        for i in run:
            has_several_names = blocks.words[i] > MAX_HEADING_WORDS and not SEVERAL_NUMBERS.search(
                blocks[i].text
            )
            # Outside the article buttons stand in one row with the menu: `Home`, `News`, `Share`.
            is_menu_run = (
                max(len(run), layout.boilerplate_run_length[i]) >= MIN_MENU_LINES
                if layout.is_outside_article(i)
                else len(run) >= MIN_MENU_LINES_INSIDE
            )
            yield (
                i,
                1.0 if has_several_names or is_menu_run else min(phrase_strengths[i], LONE_OUTSIDE_STRENGTH),
            )
    for hit in covering_hits(blocks, blocks.phrase_hits("navigation", "start")):
        yield hit.block, 1.0


def _trail_strength(blocks: BlockIndex, i: int) -> float:
    """How surely a trail is the site's, 0 to 1: `File > Export > PDF` leads through a program's menus."""
    first_step = SPACES.sub(" ", CRUMB_SEPARATOR.split(blocks.folded[i], maxsplit=1)[0]).strip()
    layout = layout_of(blocks)
    if first_step in HOME_NAMES or not BREADCRUMBS.match(blocks[i].text):
        return TRAIL_STRENGTH
    return (
        NEEDS_CONTEXT_UNCOUNTED_STRENGTH
        if layout.is_outside_article(i) and not layout.is_beside_boilerplate(i)
        else TRAIL_STRENGTH
        if layout.is_outside_article(i)
        else TRAIL_INSIDE_STRENGTH
    )


def _is_trail(blocks: BlockIndex, i: int) -> bool:
    text = blocks[i].text
    if (
        len(text) > 300
        or blocks.ends_sentence[i]
        or blocks.words[i] > MAX_TRAIL_WORDS
        or any(sign in text for sign in CODE_SIGNS)
        or "«" in text
    ):
        return False
    return BREADCRUMBS.match(text) is not None or PAGE_NUMBERS.match(text) is not None
