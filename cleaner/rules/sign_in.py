"""Sign-in: the reader's account, and the wall in front of an article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of, scored_phrase_lines
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

MAX_WALL_WORDS = 45
# So few words with no boilerplate beside them need some elsewhere on the page: a step of an instruction may
# say no more than `Log in`.
MAX_LONE_WORDS = 3


@rule("chrome", CERTAIN, group="chrome", traits=("heading",))
def sign_in(blocks: BlockIndex) -> Iterator[Finding]:
    """Log-in and register links, account menus, and the lines of a paywall.

    Drops: lines of such words alone (`Log in`, `Create an account`), and short lines that open like a wall
    (`Subscribe to continue reading`, `Already a subscriber? Sign in`).
    Keeps: an article about accounts and passwords, a step of an instruction (`Log in`), a paragraph that
    opens with such words where little around it belongs to a page.
    """
    layout = layout_of(blocks)
    for i, strength in scored_phrase_lines(blocks, "sign-in"):
        if blocks.words[i] <= MAX_LONE_WORDS and not layout.is_beside_boilerplate(i):
            strength = min(strength, NEEDS_CONTEXT_STRENGTH)
        yield Finding(i, f"account words and nothing else: “{blocks[i].text}”", strength)
    for hit in blocks.phrase_hits("sign-in", "start", "end"):
        i = hit.block
        if blocks.words[i] <= MAX_WALL_WORDS:
            is_page_line = (
                layout.is_outside_article(i) or not blocks.ends_sentence[i] or layout.is_beside_boilerplate(i)
            )
            strength = (
                0.3
                if not is_page_line
                else NEEDS_CONTEXT_STRENGTH
                if blocks.prose[i] and not layout.has_boilerplate
                else 0.8
            )
            yield Finding(i, "opens like a paywall or a log-in form", strength)
