"""Comments: forms, counts and buttons, and the comments themselves at the end of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout, phrase_lines, whole

# Measured on flattened news pages: cutting everything behind a comments heading helps once about a third
# of the prose stands before it; below that it is the counter at the head of an article. A heading that
# counts them (`38 comments on …`) with a thread right below needs less: threads outgrow their articles.
PROSE_BEFORE = 1 / 3
WORDS_BEFORE = 80
# A thread shows names, times and buttons between the comments: so many signs, and one in so many blocks.
SIGNS = 3
BLOCKS_A_SIGN = 12
SIGN_WORDS = 12
# A heading that counts stands this close above the first sign of its thread.
NEAR = 8
HEADING_WORDS = 30
# So many buttons that invite to comment may stand in a long article.
BUTTONS = 3
# More counts than these belong to a list of posts.
COUNTS = 4
COUNTED = re.compile(
    r"\b\d+\s?(?:(?:responses?|comments?|replies|thoughts?|kommentare?|commentaires?|réponses?|comentarios?|"
    r"respuestas?|commenti|comentários?|respostas?|reacties|komentarz[ey]?|komentarzy|комментари[йяев]+|"
    r"коментар[іяів]+|kommentarer|komentářů?|komentáře|yorum|σχόλια|comentarii|hozzászólás|komentar)\b|"
    r"件のコメント|条评论|條評論|則留言|개의 댓글)"
)
CLOCK = re.compile(r"\b\d{1,2}:\d\d\b")


def comments(blocks: BlockIndex) -> Iterator[Finding]:
    """Comment forms, counts and buttons, and the threads below a comments heading at the end of a page.

    Drops: lines of such words alone (`12 Comments`, `Leave a reply`, `Please enter your comment!`); what
    stands below a comments heading after the article, where replies, times and buttons show that it is a
    thread.
    Keeps: an article about comments, a heading or a button inside the article, text below a heading that is
    no thread.
    """
    for i, sure in phrase_lines(blocks, "comments"):
        yield Finding(i, f"a comment form, count or button: “{blocks[i].text}”", sure)
    start = _thread(blocks)
    if start is not None:
        sure = 0.6 if layout(blocks).furnished else 0.5
        for i in range(start, len(blocks)):
            yield Finding(i, "below the heading of the comments", sure)


def _thread(blocks: BlockIndex) -> int | None:
    """Where the comments begin, if the page ends in them."""
    found = list(islice(_heads(blocks), BUTTONS + 1))
    for i, after in pairwise(found):
        if not _goes_on(blocks, i, after):
            return i
    return found[-1] if found else None


def _heads(blocks: BlockIndex) -> Iterator[int]:
    """The headings that have most of the prose above them and a thread below, in order."""
    headings = _headings(blocks)
    if not headings:
        return
    told, signs = layout(blocks).told, _signs(blocks)
    for i, counts in headings:
        behind = signs[-1] - signs[i + 1]
        if told[i] < WORDS_BEFORE or behind < max(SIGNS, (len(blocks) - i) / BLOCKS_A_SIGN):
            continue
        near = counts and signs[min(i + 1 + NEAR, len(blocks))] > signs[i + 1]
        if near or told[i] >= PROSE_BEFORE * told[-1]:
            yield i


def _goes_on(blocks: BlockIndex, i: int, after: int) -> bool:
    """Whether what looks like a thread's heading is a button in the article (`Leave a comment`): above the
    next such heading, and not below it, stand more paragraphs under the very elements of those above."""
    own = {blocks[k].path for k in layout(blocks).main if k < i and blocks.prose[k]} - {()}
    goes_on = any(blocks.prose[k] and blocks[k].path in own for k in range(i + 1, after))
    return goes_on and not any(blocks.prose[k] and blocks[k].path in own for k in range(after, len(blocks)))


def _headings(blocks: BlockIndex) -> list[tuple[int, bool]]:
    """Blocks that may head a thread, in order, and whether they count its comments."""
    named = {hit.block for hit in whole(blocks, blocks.phrase_hits("comments", "start"))}
    counting = [
        i
        for i, text in enumerate(blocks.folded)
        if blocks.has_digit[i]
        and blocks.words[i] <= HEADING_WORDS
        and not blocks.ends_sentence[i]
        and COUNTED.search(text)
    ]
    counts = set(counting) if len(counting) <= COUNTS else set()
    return [(i, i in counts) for i in sorted(named | counts)]


def _signs(blocks: BlockIndex) -> list[int]:
    """How many short blocks before each one bear signs of a thread."""
    bearing = {hit.block for hit in blocks.phrase_hits("comments", "has")} | set(
        blocks.phrase_only_blocks("comments")
    )
    sums = [0]
    for i, text in enumerate(blocks.folded):
        short = blocks.words[i] <= SIGN_WORDS
        sums.append(sums[-1] + (short and (i in bearing or (":" in text and CLOCK.search(text) is not None))))
    return sums
