"""Comments: forms, counts and buttons, and the comments themselves at the end of a page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.comment_threads import CLOCK_TIME, COMMENT_COUNT, comment_threads
from cleaner.analysis.declared_comments import declared_comments
from cleaner.analysis.layout import covering_hits, layout_of, scored_phrase_lines
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import CERTAIN

# Measured on flattened news pages: cutting everything after a comments heading helps once about a third
# of the prose stands before it; below that it is the counter at the head of an article. A heading that
# counts them (`38 comments on …`) with a thread right below needs less: threads outgrow their articles.
MIN_PROSE_SHARE_BEFORE = 1 / 3
MIN_PROSE_WORDS_BEFORE = 80
# A thread shows names, times and buttons between the comments: so many signs, and one in so many blocks.
MIN_THREAD_SIGNS = 3
MAX_BLOCKS_PER_SIGN = 12
MAX_SIGN_WORDS = 12
# A heading that counts stands this close above the first sign of its thread.
MAX_BLOCKS_TO_SIGN = 8
MAX_HEADING_WORDS = 30
# So many buttons that invite to comment may stand in a long article.
MAX_BUTTONS = 3
# More counts than these belong to a list of posts.
MAX_COUNT_LINES = 4


@rule("chrome", CERTAIN, group="comments", traits=("trafilatura-often-keeps",))
def comments(blocks: BlockIndex) -> Iterator[Finding]:
    """Comment forms, counts and buttons, and the threads below a comments heading at the end of a page.

    Drops: lines of such words alone (`12 Comments`, `Leave a reply`, `Please enter your comment!`); what
    stands below a comments heading after the article, where replies, times and buttons show that it is a
    thread; elements that a page names after its comments (`li.comment`, `#disqus_thread`), below a sentence.
    Keeps: an article about comments, a heading or a button inside the article, text below a heading that is
    no thread, the posts of a forum.
    """
    yield from form_findings(blocks, "comments", "a call for comments")
    for i, strength in scored_phrase_lines(blocks, "comments"):
        yield Finding(i, f"a comment form, count or button: “{blocks[i].text}”", strength)
    for i in sorted(declared_comments(blocks)):
        yield Finding(i, "in an element that the page names after comments")
    for thread in comment_threads(blocks):
        for i in thread:
            yield Finding(i, "names and what they say in turn, below a heading that counts comments")
    thread_start = _thread_start(blocks)
    if thread_start is not None:
        # on a page too weak to overrule trafilatura's vote
        is_page_of_text = blocks.doc.kind == "text" and layout_of(blocks).has_boilerplate
        strength = 0.6 if is_page_of_text else 0.5
        for i in range(thread_start, len(blocks)):
            yield Finding(i, "below the heading of the comments", strength)


def _thread_start(blocks: BlockIndex) -> int | None:
    """Where the comments begin, if the page ends in them."""
    headings = list(islice(_thread_headings(blocks), MAX_BUTTONS + 1))
    for i, next_heading in pairwise(headings):
        if not _article_continues(blocks, i, next_heading):
            return i
    return headings[-1] if headings else None


def _thread_headings(blocks: BlockIndex) -> Iterator[int]:
    """The headings that have most of the prose above them and a thread below, in order."""
    headings = _possible_headings(blocks)
    if not headings:
        return
    words_before, signs = layout_of(blocks).paragraph_words_before, _cumulative_thread_signs(blocks)
    for i, is_count in headings:
        signs_below = signs[-1] - signs[i + 1]
        if words_before[i] < MIN_PROSE_WORDS_BEFORE or signs_below < max(
            MIN_THREAD_SIGNS, (len(blocks) - i) / MAX_BLOCKS_PER_SIGN
        ):
            continue
        has_sign_near = is_count and signs[min(i + 1 + MAX_BLOCKS_TO_SIGN, len(blocks))] > signs[i + 1]
        if has_sign_near or words_before[i] >= MIN_PROSE_SHARE_BEFORE * words_before[-1]:
            yield i


def _article_continues(blocks: BlockIndex, i: int, next_heading: int) -> bool:
    """Whether what looks like a thread's heading is a button in the article (`Leave a comment`): above the
    next such heading, and not below it, stand more paragraphs under the very elements of those above."""
    article_paths = {blocks[k].path for k in layout_of(blocks).article_range if k < i and blocks.prose[k]} - {
        ()
    }
    continues = any(blocks.prose[k] and blocks[k].path in article_paths for k in range(i + 1, next_heading))
    return continues and not any(
        blocks.prose[k] and blocks[k].path in article_paths for k in range(next_heading, len(blocks))
    )


def _possible_headings(blocks: BlockIndex) -> list[tuple[int, bool]]:
    """Blocks that may head a thread, in order, and whether they count its comments."""
    phrase_headings = {hit.block for hit in covering_hits(blocks, blocks.phrase_hits("comments", "start"))}
    count_lines = [
        i
        for i, text in enumerate(blocks.folded)
        if blocks.has_digit[i]
        and blocks.words[i] <= MAX_HEADING_WORDS
        and not blocks.ends_sentence[i]
        and COMMENT_COUNT.search(text)
    ]
    count_headings = set(count_lines) if len(count_lines) <= MAX_COUNT_LINES else set()
    return [(i, i in count_headings) for i in sorted(phrase_headings | count_headings)]


def _cumulative_thread_signs(blocks: BlockIndex) -> list[int]:
    """How many short blocks before each one bear signs of a thread."""
    sign_blocks = {hit.block for hit in blocks.phrase_hits("comments", "has")} | set(
        blocks.phrase_only_blocks("comments")
    )
    sums = [0]
    for i, text in enumerate(blocks.folded):
        is_short = blocks.words[i] <= MAX_SIGN_WORDS
        sums.append(
            sums[-1]
            + (is_short and (i in sign_blocks or (":" in text and CLOCK_TIME.search(text) is not None)))
        )
    return sums
