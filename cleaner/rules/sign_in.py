"""Sign-in: the reader's account, and the wall in front of an article."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout, phrase_lines

STUB_WORDS = 45
# So few words with no furniture beside them are heard on a page with other furniture only: a step of an
# instruction may say no more than `Log in`.
ALONE_WORDS = 3
UNSURE = 0.5


def sign_in(blocks: BlockIndex) -> Iterator[Finding]:
    """Log-in and register links, account menus, and the lines of a paywall.

    Drops: lines of such words alone (`Log in`, `Create an account`), and short lines that open like a wall
    (`Subscribe to continue reading`, `Already a subscriber? Sign in`).
    Keeps: an article about accounts and passwords, a step of an instruction (`Log in`), a paragraph that
    opens with such words where little around it belongs to a page.
    """
    shape = layout(blocks)
    for i, sure in phrase_lines(blocks, "sign-in"):
        if blocks.words[i] <= ALONE_WORDS and not shape.company(i):
            sure = min(sure, UNSURE)
        yield Finding(i, f"account words and nothing else: “{blocks[i].text}”", sure)
    for hit in blocks.phrase_hits("sign-in", "start"):
        i = hit.block
        if blocks.words[i] <= STUB_WORDS:
            edge = shape.outside(i) or not blocks.ends_sentence[i] or shape.company(i)
            sure = 0.3 if not edge else UNSURE if blocks.prose[i] and not shape.furnished else 0.8
            yield Finding(i, "opens like a paywall or a log-in form", sure)
