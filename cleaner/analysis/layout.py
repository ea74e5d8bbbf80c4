"""Where the article stands among the lines of its page, computed once a document and shared by rules.

Nothing here has an opinion. A paragraph that a flattener broke at its links is one paragraph here; the
article is the stretch of lines where prose most outweighs everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from cleaner.analysis.blocks import MIN_PROSE_WORDS, BlockIndex
from cleaner.analysis.line_types import memoized
from cleaner.analysis.normalize import DIGITS, words
from cleaner.analysis.phrases import LETTERS, Hit

# Codes whose `line` phrases are page furniture: one such line beside another is no accident.
FURNITURE = (
    "navigation", "share-bar", "sign-in", "subscribe", "app-download", "comments", "legal-line", "widget",
    "interstitial-ad", "recommendation-widget",
)  # fmt: skip
# Longest entry of a menu, in words: longer lines that do not end are headlines, captions or half sentences.
SHORT_WORDS = 8
# What a line that is no prose costs the stretch it stands in, in words of prose: an article bridges a list
# of ten entries for one paragraph behind it, and no menu of sixty for the cookie notice before it.
BRIDGE_WORDS = 4.0
PROSE_CAP = 60.0
# One article, not a shop, a list or a manual: three paragraphs and 50 words that hold most of the prose. Of
# gold texts that layout rules damaged, the article so found held 8, 9, 23 and 56% of the prose.
ARTICLE_PARAGRAPHS = 3
ARTICLE_WORDS = 50.0
ARTICLE_SHARE = 0.6
CONTINUES = frozenset(",.;:!?)]}’”»%…、。，；：！？」』）")
# The line before a link that goes on: shorter ones may be entries of a menu.
LEAD_WORDS = 4
# Strength of phrases that say little alone: a lone word inside the article may be its heading or an entry
# of its list, and several rules may know it. Four such lines in a row are a bar or a form.
ALONE = 0.12
SPARE = 0.16  # outside the article, with no such line beside it
PAIR = 0.7
CROWD = 4
# Words that join the phrases of a bar (`Share on X and Y`); a line of nothing else is not one (`1 to 25`).
FILLERS = frozenset(
    "a an the this that and or of on in to via by for with at it is k m s more your our us my der die"
    " das den und oder auf per von zu mit le la les de des du et ou sur par el los las y o en por del il"
    " lo i e su da di do os as no na um w z przez и в на от или та і у på og och av till v ve ile στο"
    " και pe și és".split()
)
# A line of a program or a template may hold such a word: `"login"`, `url_for()`, `/media`.
CODE = re.compile(r"^[/@$#'\"`<]|\(\)|[{}=;]")
# A line of dialogue: somebody says it.
QUOTED = re.compile(r"[“„«「『].*[”“»」』]$")
# A section's number before its name, in a contract, a manual or a paper: `2. Privacy`, `§ 4 Contact`.
SECTION = re.compile(
    r"\s*(?:\d{1,2}(?:\.\d{1,2})*[.)]|\d{1,2}(?:\.\d{1,2})+|[IVX]{1,5}[.)]|§\s?\d{1,3}\.?)\s+[^\W\d_]"
)
INTRODUCES = (":", "：")


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of one document.

    Attributes:
        paragraph: whether each block is prose or a piece of a paragraph broken over several blocks.
        main: the article; empty where there is no prose.
        short: whether each block looks like an entry of a menu.
        furniture: how many blocks in a row around each one consist of phrases of page furniture.
        told: words of prose before each block; the last number is those of the whole document.
    """

    paragraph: tuple[bool, ...]
    main: range
    short: tuple[bool, ...]
    furniture: tuple[int, ...]
    told: tuple[float, ...]

    @property
    def article(self) -> bool:
        """Whether the page is one article with things around it, so that its layout tells them apart."""
        held = self.told[self.main.stop] - self.told[self.main.start]
        several = sum(self.paragraph[i] for i in self.main) >= ARTICLE_PARAGRAPHS
        return several and held >= max(ARTICLE_WORDS, ARTICLE_SHARE * self.told[-1])

    def outside(self, i: int) -> bool:
        """Whether block `i` stands before or after the article. Without an article nothing does."""
        return bool(self.main) and i not in self.main

    @property
    def furnished(self) -> bool:
        """Whether the document holds several lines of page furniture, as pages do and texts do not."""
        return sum(row > 0 for row in self.furniture) >= CROWD

    def company(self, i: int) -> bool:
        """Whether a neighbour of block `i` is page furniture."""
        return any(0 <= k < len(self.furniture) and self.furniture[k] > 0 for k in (i - 1, i + 1))


@memoized
def layout(blocks: BlockIndex) -> Layout:
    """The layout of a document."""
    paragraph = _paragraphs(blocks)
    prose = (long if piece else 0.0 for long, piece in zip(blocks.words, paragraph, strict=True))
    return Layout(
        paragraph,
        _heaviest(_gains(blocks, paragraph)),
        tuple(
            0 < long <= SHORT_WORDS and not end and not piece
            for long, end, piece in zip(blocks.words, blocks.ends_sentence, paragraph, strict=True)
        ),
        _rows(len(blocks), {i for code in FURNITURE for i in blocks.phrase_only_blocks(code)}),
        tuple(accumulate(prose, initial=0.0)),
    )


def _rows(count: int, members: set[int]) -> tuple[int, ...]:
    """For each block the length of the row of members it stands in."""
    lengths = [0] * count
    for run in runs([i in members for i in range(count)]):
        lengths[run.start : run.stop] = [len(run)] * len(run)
    return tuple(lengths)


def _paragraphs(blocks: BlockIndex) -> tuple[bool, ...]:
    found = [
        prose or (long >= MIN_PROSE_WORDS and block.text.endswith(INTRODUCES) and block.link_density < 0.5)
        for block, long, prose in zip(blocks, blocks.words, blocks.prose, strict=True)
    ]
    for start, end in _chains(blocks):
        long = sum(blocks.words[start:end])
        if (
            end - start > 1
            and long >= max(MIN_PROSE_WORDS, 3 * (end - start))
            and any(blocks.ends_sentence[start:end])
        ):
            found[start:end] = [True] * (end - start)
    return tuple(found)


def _chains(blocks: BlockIndex) -> Iterator[tuple[int, int]]:
    """Stretches of blocks each of which goes on in the next one."""
    on = [bool(text := block.text) and (text[0].islower() or text[0] in CONTINUES) for block in blocks]
    on += [False, False]
    start = 0
    for i in range(len(blocks)):
        lead = i > start or blocks.words[i] >= LEAD_WORDS
        if blocks.ends_sentence[i] or not (on[i + 1] or (lead and on[i + 2])):
            yield start, i + 1
            start = i + 1


def _gains(blocks: BlockIndex, paragraph: Sequence[bool]) -> Iterator[float]:
    """What each block adds to the stretch it stands in; prose that is repeated adds nothing."""
    seen: set[str] = set()
    for long, line, piece in zip(blocks.words, blocks.templates, paragraph, strict=True):
        if piece and line not in seen:
            yield min(long, PROSE_CAP)
        else:
            yield -BRIDGE_WORDS if long else 0.0
        seen.add(line)


def _heaviest(gains: Iterable[float]) -> range:
    """The stretch with the largest sum (Kadane's algorithm)."""
    best, found, total, start = 0.0, range(0), 0.0, 0
    for i, gain in enumerate(gains):
        if total <= 0:
            total, start = 0.0, i
        total += gain
        if total > best:
            best, found = total, range(start, i + 1)
    return found


def phrase_lines(blocks: BlockIndex, code: str) -> Iterator[tuple[int, float]]:
    """The blocks that consist of `line` phrases of `code`, with how sure that is."""
    shape = layout(blocks)
    for i in blocks.phrase_only_blocks(code):
        said = [word for word in LETTERS.findall(blocks.folded[i]) if word not in FILLERS]
        telling = any(len(word) > 2 or not word.isascii() for word in said)  # not `22 x 13 in`
        if telling and not QUOTED.match(blocks[i].text) and not CODE.search(blocks[i].text):
            count = words(DIGITS.sub(" ", blocks[i].text))
            sure = _sure(shape, i, count, blocks[i].text.endswith("."))
            yield i, min(sure, ALONE) if SECTION.match(blocks[i].text) else sure


def _sure(shape: Layout, i: int, count: float, stopped: bool) -> float:
    row = shape.furniture[i]
    if count >= 3 or (shape.outside(i) and (row > 1 or count >= 2)):
        return 1.0
    if row >= CROWD or (count >= 2 and not stopped):
        return PAIR
    return SPARE if shape.outside(i) else ALONE * min(row, 2)


def rim(blocks: BlockIndex, members: set[int]) -> set[int]:
    """The members outside the article, or with nothing but members between them and its first or last line.

    A notice above or below an article is a paragraph too and joins it; it is not part of it.
    """
    shape = layout(blocks)
    found = {i for i in members if shape.outside(i)}
    for order in (shape.main, reversed(shape.main)):
        for i in order:
            if i in members:
                found.add(i)
            elif shape.paragraph[i]:
                break
    return found


def whole(blocks: BlockIndex, hits: Iterable[Hit]) -> Iterator[Hit]:
    """The hits that are all their block says, signs and numbers aside."""
    for hit in hits:
        text = blocks[hit.block].text
        if not any(char.isalpha() for char in text[: hit.start] + text[hit.end :]):
            yield hit


def runs(flags: Sequence[bool]) -> Iterator[range]:
    """Stretches of consecutive true flags."""
    start = 0
    for i, flag in enumerate([*flags, False]):
        if not flag:
            if i > start:
                yield range(start, i)
            start = i + 1
