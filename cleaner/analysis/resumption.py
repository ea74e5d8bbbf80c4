"""Whether an article goes on below a box in it, and whether prose further down is about the same things.

Works without knowing any word of the language: topics are compared by long words, in scripts without spaces
by pairs of characters; an article's elements are those that its paragraphs above stand in.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.characters import UNSPACED_SCRIPTS, regex_ranges
from cleaner.analysis.layout import COLONS, layout_of, true_runs
from cleaner.analysis.leftovers import is_promotion, sure_form_lines
from cleaner.analysis.line_types import memoized

# Running text: a row with so many ends of sentences, no title between. Below 1,750 headings of related
# articles on flattened pages such a row was the article's in 2 of 5, fewer lines in 1 of 10: those are texts
# of teasers.
MIN_RUN_SENTENCES = 3
# Below a heading with few lines under it, rows this long were the article's more often than not.
MIN_LONG_RUN_SENTENCES = 5
MAX_BOX_LINES = 6
# On a page, prose below a box under the elements of the prose above it: two paragraphs, or one right below.
MIN_SAME_ELEMENT_PARAGRAPHS = 2
MIN_SAME_ELEMENT_SHARE = 0.5
# Prose that shares less than this part of the words which the article's own end shares with its beginning
# is about something else.
MIN_TOPIC_RATIO = 0.5
# Terms of a topic: long words, pairs of characters of scripts that write no spaces.
UNSPACED = regex_ranges(UNSPACED_SCRIPTS)
UNSPACED_RUN = re.compile(rf"[{UNSPACED}]+")
LONG_WORD = re.compile(rf"[^\W\d_{UNSPACED}]{{5,}}")


def topic_terms(text: str) -> frozenset[str]:
    """The terms of a folded text by which its topic can be told."""
    terms = set(LONG_WORD.findall(text))
    for run in UNSPACED_RUN.findall(text):
        terms.update(run[k : k + 2] for k in range(len(run) - 1))
    return frozenset(terms)


@memoized
def prose_terms(blocks: BlockIndex) -> dict[int, frozenset[str]]:
    """The terms of each block that is prose or a piece of a paragraph."""
    in_paragraph = layout_of(blocks).is_paragraph
    return {i: topic_terms(blocks.folded[i]) for i, piece in enumerate(in_paragraph) if piece}


@memoized
def prose_runs(blocks: BlockIndex) -> tuple[range, ...]:
    """Rows of paragraphs, sentences and what ends in a colon, none of them broken by a title or another line
    that does not end. Each begins with a paragraph.
    """
    in_paragraph = layout_of(blocks).is_paragraph
    is_text = [
        piece or end or text.endswith(COLONS)
        for text, piece, end in zip(blocks.texts, in_paragraph, blocks.ends_sentence, strict=True)
    ]
    runs = []
    for run in true_runs(is_text):
        start = next((k for k in run if in_paragraph[k]), None)
        if start is not None:
            runs.append(range(start, run.stop))
    return tuple(runs)


def topic_ratio(blocks: BlockIndex, above: Sequence[int], below: Iterable[int]) -> float:
    """What some prose shares with the prose above it, as a multiple of what the last third of the prose above
    shares with the rest; above `MIN_TOPIC_RATIO` it is about the same things. 1 where there is too little.
    """
    terms = prose_terms(blocks)
    split = max(1, len(above) * 2 // 3)
    first, last = (_union(terms, part) for part in (above[:split], above[split:]))
    found = _union(terms, below)
    if not last or not found:
        return 1.0
    own_share = len(last & first) / len(last)
    return len(found & (first | last)) / len(found) / own_share if own_share else 1.0


def _union(terms: dict[int, frozenset[str]], block_indexes: Iterable[int]) -> set[str]:
    return set[str]().union(*(terms.get(k, ()) for k in block_indexes))


@memoized
def lines_beside_article(blocks: BlockIndex) -> frozenset[int]:
    """Sentences that are no part of running text: leftovers by their form, what begins with the sign of
    copyright, what offers the reader something in a sentence (`Enter our draw and you could win …`)."""
    return sure_form_lines(blocks) | frozenset(
        k
        for k, end in enumerate(blocks.ends_sentence)
        if end and (blocks.texts[k].lstrip().startswith("©") or is_promotion(blocks, k))
    )


def article_resumes_at(blocks: BlockIndex, i: int, is_listing: bool = False) -> int | None:
    """The block below block `i` at which the article above it goes on; None where it does not.

    A long row of prose below a short box may look at another side of the article's topic, unless what is
    below is a listing of articles.
    """
    runs = prose_runs(blocks)
    above = [k for k in range(i) if blocks.prose[k]]
    own_paths = {blocks[k].path for k in above}
    for run in runs[bisect_right(runs, i, key=lambda run: run.start) :]:
        if _continues(blocks, i, run, above, own_paths, is_listing):
            return run.start
    return None


def _continues(
    blocks: BlockIndex,
    i: int,
    run: range,
    above: Sequence[int],
    own_paths: set[tuple[str, ...]],
    is_listing: bool,
) -> bool:
    """Whether a row of prose below block `i` is the article's."""
    box_lines = run.start - i - 1
    if blocks[run.start].path:
        same = [k for k in run if blocks[k].path in own_paths]
        is_same = blocks.word_count(same) >= MIN_SAME_ELEMENT_SHARE * blocks.word_count(run)
        return is_same and (len(run) >= MIN_SAME_ELEMENT_PARAGRAPHS or box_lines <= 1)
    furniture = lines_beside_article(blocks)
    n_sentences = sum(blocks.ends_sentence[k] and k not in furniture for k in run)
    if n_sentences < MIN_RUN_SENTENCES:
        return False
    is_long = n_sentences >= MIN_LONG_RUN_SENTENCES and box_lines <= MAX_BOX_LINES
    return (is_long and not is_listing) or topic_ratio(blocks, above, run) >= MIN_TOPIC_RATIO
