"""Comments: forms, counts and buttons, and the comments themselves at the end of a page."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.layout import layout, phrase_lines, whole

# Measured on flattened news pages: cutting everything behind a comments heading helps once about a third
# of the prose stands before it; below that it is the counter at the head of an article.
PROSE_BEFORE = 1 / 3
WORDS_BEFORE = 80
# A thread shows names, times and buttons between the comments: so many signs, and one in so many blocks.
SIGNS = 3
BLOCKS_A_SIGN = 12
SIGN_WORDS = 12


def comments(blocks: Blocks) -> Iterator[Finding]:
    """Comment forms, counts and buttons, and the threads below a comments heading at the end of a page.

    Drops: lines of such words alone (`12 Comments`, `Leave a reply`, `Please enter your comment!`); what
    stands below a comments heading after the article, where replies, times and buttons show that it is a
    thread.
    Keeps: an article about comments, a heading inside the article, text below a heading that is no thread.
    """
    for i, sure in phrase_lines(blocks, "comments"):
        yield Finding(i, f"a comment form, count or button: “{blocks[i].text}”", sure)
    start = _thread(blocks)
    if start is not None:
        for i in range(start, len(blocks)):
            yield Finding(i, "below the heading of the comments", 0.6)


def _thread(blocks: Blocks) -> int | None:
    """Where the comments begin, if the page ends in them."""
    before = layout(blocks).prose_words
    signs = _signs(blocks)
    for hit in whole(blocks, blocks.hits("comments", "start")):
        i = hit.block
        enough = before[i] >= max(WORDS_BEFORE, PROSE_BEFORE * before[-1])
        behind = signs[-1] - signs[i + 1]
        if enough and behind >= max(SIGNS, (len(blocks) - i) / BLOCKS_A_SIGN):
            return i
    return None


def _signs(blocks: Blocks) -> list[int]:
    """How many short blocks before each one bear signs of a thread."""
    bearing = {hit.block for hit in blocks.hits("comments", "has")} | set(blocks.lines("comments"))
    sums = [0]
    for i in range(len(blocks)):
        sums.append(sums[-1] + (i in bearing and blocks.words[i] <= SIGN_WORDS))
    return sums
