"""Where the article stands among the lines of its page, computed once a document and shared by rules.

Nothing here says whether a block is main content. A paragraph that a flattener broke at its links is one
paragraph here; the article is the stretch of lines where prose most outweighs everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from cleaner.analysis.blocks import MIN_PROSE_WORDS, BlockIndex
from cleaner.analysis.line_types import memoized
from cleaner.analysis.normalize import NUMBER, count_words
from cleaner.analysis.phrases import LETTER_RUN, Hit, codes_with_phrase_trait

# Longest entry of a menu, in words: longer lines that do not end are headlines, captions or half sentences.
MAX_MENU_WORDS = 8
# What a line that is no prose costs the stretch it is in, in words of prose: an article bridges a list of
# ten entries for one paragraph after it, and no menu of sixty for the cookie notice before it.
GAP_PENALTY_WORDS = 4.0
MAX_PROSE_SCORE = 60.0
# One article, not a shop, a list or a manual: three paragraphs and 50 words that hold most of the prose. Of
# gold texts that layout rules damaged, the article so found held 8, 9, 23 and 56% of the prose.
MIN_ARTICLE_PARAGRAPHS = 3
MIN_ARTICLE_WORDS = 50.0
MIN_ARTICLE_PROSE_SHARE = 0.6
CONTINUATION_CHARS = frozenset(",.;:!?)]}’”»%…、。，；：！？」』）")
# The line before a link that continues a sentence: shorter ones may be entries of a menu.
MIN_LEAD_WORDS = 4
# Strength of phrases that say little alone: a lone word inside the article may be its heading or an entry
# of its list, and several rules may know it. Four such lines in a row are a bar or a form.
LONE_IN_ARTICLE_STRENGTH = 0.12
LONE_OUTSIDE_STRENGTH = 0.16  # outside the article, with no such line beside it
TWO_WORDS_OR_RUN_STRENGTH = 0.7
MIN_BOILERPLATE_LINES = 4
# Words that join the phrases of a bar (`Share on X and Y`); a line of nothing else is not one (`1 to 25`).
FILLER_WORDS = frozenset(
    "a an the this that and or of on in to via by for with at it is k m s more your our us my der die"
    " das den und oder auf per von zu mit le la les de des du et ou sur par el los las y o en por del il"
    " lo i e su da di do os as no na um w z przez и в на от или та і у på og och av till v ve ile στο"
    " και pe şi és".split()
)
# A line of a program or a template may hold such a word: `"login"`, `url_for()`, `/media`.
CODE_LINE = re.compile(r"^[/@$#'\"`<]|\(\)|[{}=;]")
# A line of dialogue, in quotation marks.
DIALOGUE_LINE = re.compile(r"[“„«「『].*[”“»」』]$")
# A section's number before its name, in a contract, a manual or a paper: `2. Privacy`, `§ 4 Contact`.
SECTION_NUMBER = re.compile(
    r"\s*(?:\d{1,2}(?:\.\d{1,2})*[.)]|\d{1,2}(?:\.\d{1,2})+|[IVX]{1,5}[.)]|§\s?\d{1,3}\.?)\s+[^\W\d_]"
)
COLONS = (":", "：")
# So many of the paragraphs have an empty line above them where such lines say what belongs together.
MIN_SET_OFF_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the article is in one document, and what the blocks around it look like.

    Attributes:
        is_paragraph: whether each block is prose or a piece of a paragraph broken over several blocks.
        article_range: the article; empty where there is no prose.
        is_menu_like: whether each block looks like an entry of a menu.
        boilerplate_run_length: for each block of boilerplate phrases how many such blocks there are in its
            row; 0 for other blocks.
        paragraph_words_before: words before each block that are in paragraphs, broken ones included
            (`line_types.prose_words_before` leaves those out); the last number is that of the document.
    """

    is_paragraph: tuple[bool, ...]
    article_range: range
    is_menu_like: tuple[bool, ...]
    boilerplate_run_length: tuple[int, ...]
    paragraph_words_before: tuple[float, ...]

    @property
    def is_single_article(self) -> bool:
        """Whether the page is one article, so that place on the page tells boilerplate from it."""
        article_words = (
            self.paragraph_words_before[self.article_range.stop]
            - self.paragraph_words_before[self.article_range.start]
        )
        has_enough_paragraphs = (
            sum(self.is_paragraph[i] for i in self.article_range) >= MIN_ARTICLE_PARAGRAPHS
        )
        return has_enough_paragraphs and article_words >= max(
            MIN_ARTICLE_WORDS, MIN_ARTICLE_PROSE_SHARE * self.paragraph_words_before[-1]
        )

    def is_outside_article(self, i: int) -> bool:
        """Whether block `i` is before or after the article. Without an article no block is."""
        return bool(self.article_range) and i not in self.article_range

    @property
    def has_boilerplate(self) -> bool:
        """Whether the document holds several lines of boilerplate phrases, as pages do and texts do not."""
        return sum(length > 0 for length in self.boilerplate_run_length) >= MIN_BOILERPLATE_LINES

    def is_beside_boilerplate(self, i: int) -> bool:
        """Whether a neighbour of block `i` consists of boilerplate phrases."""
        return any(
            0 <= k < len(self.boilerplate_run_length) and self.boilerplate_run_length[k] > 0
            for k in (i - 1, i + 1)
        )


@memoized
def layout_of(blocks: BlockIndex) -> Layout:
    """The layout of a document."""
    boilerplate_lines = {
        i for code in codes_with_phrase_trait("boilerplate") for i in blocks.phrase_only_blocks(code)
    }
    is_paragraph = _find_paragraphs(blocks)
    prose_words = (
        n_words if in_paragraph else 0.0
        for n_words, in_paragraph in zip(blocks.words, is_paragraph, strict=True)
    )
    return Layout(
        is_paragraph,
        _max_sum_range(_block_scores(blocks, is_paragraph)),
        tuple(
            0 < long <= MAX_MENU_WORDS and not end and not piece
            for long, end, piece in zip(blocks.words, blocks.ends_sentence, is_paragraph, strict=True)
        ),
        _run_lengths(len(blocks), boilerplate_lines),
        tuple(accumulate(prose_words, initial=0.0)),
    )


def _run_lengths(count: int, members: set[int]) -> tuple[int, ...]:
    """For each block the length of the row of members it is in, 0 for blocks that are none."""
    lengths = [0] * count
    for run in true_runs([i in members for i in range(count)]):
        lengths[run.start : run.stop] = [len(run)] * len(run)
    return tuple(lengths)


def _find_paragraphs(blocks: BlockIndex) -> tuple[bool, ...]:
    is_paragraph = [
        prose or (long >= MIN_PROSE_WORDS and block.text.endswith(COLONS) and block.link_density < 0.5)
        for block, long, prose in zip(blocks, blocks.words, blocks.prose, strict=True)
    ]
    for start, end in _continued_blocks(blocks):
        if (
            end - start > 1
            and sum(blocks.words[start:end]) >= max(MIN_PROSE_WORDS, 3 * (end - start))
            and any(blocks.ends_sentence[start:end])
        ):
            is_paragraph[start:end] = [True] * (end - start)
    return tuple(is_paragraph)


def _continued_blocks(blocks: BlockIndex) -> Iterator[tuple[int, int]]:
    """Stretches of blocks that continue one another: the next begins in lower case or with a comma."""
    is_continuation = [text[:1].islower() or (text[:1] in CONTINUATION_CHARS) for text in blocks.texts]
    is_continuation += [False, False]
    start = 0
    for i, (n_words, end) in enumerate(zip(blocks.words, blocks.ends_sentence, strict=True)):
        can_lead = i > start or n_words >= MIN_LEAD_WORDS
        if end or not (is_continuation[i + 1] or (can_lead and is_continuation[i + 2])):
            yield start, i + 1
            start = i + 1


def _block_scores(blocks: BlockIndex, is_paragraph: Sequence[bool]) -> Iterator[float]:
    """Words of prose that each block adds to its stretch, less than 0 for other blocks and for repeats."""
    seen: set[str] = set()
    for n_words, template, in_paragraph in zip(blocks.words, blocks.templates, is_paragraph, strict=True):
        if in_paragraph and template not in seen:
            yield min(n_words, MAX_PROSE_SCORE)
        else:
            yield -GAP_PENALTY_WORDS if n_words else 0.0
        seen.add(template)


def _max_sum_range(scores: Iterable[float]) -> range:
    """The stretch with the largest sum (Kadane's algorithm)."""
    best, best_range, total, start = 0.0, range(0), 0.0, 0
    for i, score in enumerate(scores):
        if total <= 0:
            total, start = 0.0, i
        total += score
        if total > best:
            best, best_range = total, range(start, i + 1)
    return best_range


def scored_phrase_lines(blocks: BlockIndex, code: str) -> Iterator[tuple[int, float]]:
    """The blocks that consist of `line` phrases of `code`, and how surely they are boilerplate, 0 to 1."""
    layout = layout_of(blocks)
    for i in blocks.phrase_only_blocks(code):
        text, has_digit = blocks.texts[i], blocks.has_digit[i]
        if (
            _has_content_word(blocks.folded[i])
            and not DIALOGUE_LINE.match(text)
            and not CODE_LINE.search(text)
        ):
            n_words = count_words(NUMBER.sub(" ", text)) if has_digit else blocks.words[i]
            strength = _phrase_strength(layout, i, n_words, text.endswith("."))
            yield i, min(strength, LONE_IN_ARTICLE_STRENGTH) if SECTION_NUMBER.match(text) else strength


def _has_content_word(folded: str) -> bool:
    """Whether a line of phrases holds a word that says something: `22 x 13 in` does not."""
    return any(
        (len(word) > 2 or not word.isascii()) and word not in FILLER_WORDS
        for word in LETTER_RUN.findall(folded)
    )


def _phrase_strength(layout: Layout, i: int, n_words: float, ends_in_stop: bool) -> float:
    run_length = layout.boilerplate_run_length[i]
    if n_words >= 3 or (layout.is_outside_article(i) and (run_length > 1 or n_words >= 2)):
        return 1.0
    if run_length >= MIN_BOILERPLATE_LINES or (n_words >= 2 and not ends_in_stop):
        return TWO_WORDS_OR_RUN_STRENGTH
    return (
        LONE_OUTSIDE_STRENGTH
        if layout.is_outside_article(i)
        else LONE_IN_ARTICLE_STRENGTH * min(run_length, 2)
    )


def stop_at_empty_line(blocks: BlockIndex, i: int) -> int:
    """The first block below line `i` of a text that has an empty line above it, where `i` has one above and
    none below, as most paragraphs have; else the number of blocks: nothing sets a box off."""
    if not _has_empty_lines_above_paragraphs(blocks) or not i or not _has_empty_line_above(blocks, i):
        return len(blocks)
    k = i + 1
    while k < len(blocks) and not _has_empty_line_above(blocks, k):
        k += 1
    return k if k > i + 1 else len(blocks)


@memoized
def _has_empty_lines_above_paragraphs(blocks: BlockIndex) -> bool:
    if blocks.doc.kind != "text":
        return False
    paragraphs = [k for k in range(1, len(blocks)) if blocks.prose[k]]
    n_set_off = sum(_has_empty_line_above(blocks, k) for k in paragraphs)
    return n_set_off > MIN_SET_OFF_SHARE * len(paragraphs)


def _has_empty_line_above(blocks: BlockIndex, k: int) -> bool:
    return blocks.doc.raw.count("\n", blocks[k - 1].end, blocks[k].start) > 1


def at_article_edge(blocks: BlockIndex, members: set[int]) -> set[int]:
    """The members outside the article, or with nothing but members between them and its first or last line.

    A notice above or below an article is a paragraph too and joins it; it is not part of it.
    """
    layout = layout_of(blocks)
    at_edge = {i for i in members if layout.is_outside_article(i)}
    for order in (layout.article_range, reversed(layout.article_range)):
        for i in order:
            if i in members:
                at_edge.add(i)
            elif layout.is_paragraph[i]:
                break
    return at_edge


def covering_hits(blocks: BlockIndex, hits: Iterable[Hit]) -> Iterator[Hit]:
    """The hits that make up their whole block, signs and numbers aside."""
    for hit in hits:
        text = blocks[hit.block].text
        if not any(char.isalpha() for char in text[: hit.start] + text[hit.end :]):
            yield hit


def true_runs(flags: Sequence[bool]) -> Iterator[range]:
    """Stretches of consecutive true flags."""
    closed = [*flags, False, True]  # one more flag, behind the last stretch, so that another is always found
    start = closed.index(True)
    while start <= len(flags):
        stop = closed.index(False, start)
        yield range(start, stop)
        start = closed.index(True, stop)
