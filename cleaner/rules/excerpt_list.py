"""Lists of other articles by title and excerpt, where the site cut each excerpt short."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.leftovers import ELLIPSES
from cleaner.analysis.line_types import is_open_title
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import STRONG

# In the middle of a sentence; behind the dots perhaps the words of a button.
CUT_SHORT = re.compile(
    r"""[^\W_]["'”’»)]?\s*,?\s*(?:…|\.\.\.|\[(?:…|\.\.\.)\]|\((?:…|\.\.\.)\))"""
    r"(?:\s*\w[\w ]{2,24}[»›→>]*)?\s*$"
)
MAX_END_CHARS = 60  # in which an excerpt's end is looked for
# Of the words between the first and the last of three such excerpts, each below a title, 96 in 100 are no
# main content on flattened labelled pages. On the pages themselves the model knows better: listings and
# products keep some.
MIN_EXCERPTS = 3
EXCERPT_WORDS = (8.0, 70.0)
# Between a title and its excerpt: a date, a name. From one excerpt to the next title: a picture, a category.
MAX_LINES_BELOW_TITLE, MAX_LINES_TO_TITLE = 2, 4
# A text of nothing but excerpts holds no article beside which they would be furniture.
MIN_ARTICLE_WORDS = 60.0


@rule("related", STRONG, group="teasers")
def excerpt_list(blocks: BlockIndex) -> Iterator[Finding]:
    """Lists of other articles: three or more titles in a row, each above an excerpt cut short with `…`.

    Drops: titles, the excerpts below them, dates and names between, from the first title to the last excerpt.
    Keeps: speech that trails off, sentences left open with paragraphs below them, two such excerpts, a
    text that holds nothing else; all of an HTML page, whose elements tell teasers better.
    """
    if blocks.doc.kind != "text":
        return
    lists = list(_excerpt_lists(blocks))
    in_lists = {i for found in lists for i in found}
    article = (i for i, prose in enumerate(blocks.prose) if prose and i not in in_lists)
    if lists and blocks.word_count(article) >= MIN_ARTICLE_WORDS:
        for i in sorted(in_lists):
            yield Finding(i, f"one of {len(in_lists)} lines of titles with excerpts cut short")


def _excerpt_lists(blocks: BlockIndex) -> Iterator[range]:
    """From the first title to the last excerpt of each list."""
    teasers = [
        range(title, i + 1)
        for i in blocks.containing(ELLIPSES)
        if EXCERPT_WORDS[0] <= blocks.words[i] <= EXCERPT_WORDS[1]
        and CUT_SHORT.search(blocks.texts[i].rstrip()[-MAX_END_CHARS:])
        and (title := _title_above(blocks, i)) is not None
    ]
    starts = [0] + [
        k
        for k, (one, other) in enumerate(pairwise(teasers), 1)
        if other.start - one.stop > MAX_LINES_TO_TITLE or any(blocks.prose[one.stop : other.start])
    ]
    for start, stop in pairwise([*starts, len(teasers)]):
        if stop - start >= MIN_EXCERPTS:
            yield range(teasers[start].start, teasers[stop - 1].stop)


def _title_above(blocks: BlockIndex, i: int) -> int | None:
    """The nearest title above an excerpt."""
    for k in range(i - 1, max(-1, i - 2 - MAX_LINES_BELOW_TITLE), -1):
        if blocks.prose[k]:
            return None
        if is_open_title(blocks, k):
            return k
    return None
