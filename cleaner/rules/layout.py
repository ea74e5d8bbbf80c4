"""Where the article stands among the lines of its page, computed once a document and shared by rules.

Nothing here has an opinion. A paragraph that a flattener broke at its links is one paragraph here; the
article is the stretch of lines where prose most outweighs everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from cleaner.rules.blocks import PROSE_WORDS, Blocks
from cleaner.rules.phrases import Hit

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
CONTINUES = frozenset(",.;:!?)]}’”»%…、。，；：！？」』）")
# Strength of phrases that say little alone: a lone word inside the article may be its heading or an entry
# of its list.
ALONE = 0.25
PAIR = 0.7


class Layout:
    """The shape of one document."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    @cached_property
    def paragraph(self) -> tuple[bool, ...]:
        """Whether each block is prose or a piece of a paragraph broken over several blocks."""
        found = list(self._blocks.prose)
        for start, end in self._chains():
            if end - start > 1 and self._reads_on(start, end):
                found[start:end] = [True] * (end - start)
        return tuple(found)

    @cached_property
    def main(self) -> range:
        """The article: the stretch with the largest sum of prose, less what interrupts it."""
        best, found, total, start = 0.0, range(0), 0.0, 0
        for i, gain in enumerate(self._gains()):
            if total <= 0:
                total, start = 0.0, i
            total += gain
            if total > best:
                best, found = total, range(start, i + 1)
        return found

    @cached_property
    def prose_words(self) -> tuple[float, ...]:
        """Words of prose before each block; one entry more than blocks."""
        sums = [0.0]
        for words, prose in zip(self._blocks.words, self.paragraph, strict=True):
            sums.append(sums[-1] + words * prose)
        return tuple(sums)

    @cached_property
    def short(self) -> tuple[bool, ...]:
        """Whether each block looks like an entry of a menu: few words, no end of a sentence, no paragraph."""
        blocks = self._blocks
        return tuple(
            0 < words <= SHORT_WORDS and not end and not piece
            for words, end, piece in zip(blocks.words, blocks.ends, self.paragraph, strict=True)
        )

    @cached_property
    def furniture(self) -> frozenset[int]:
        """Blocks that consist of phrases of one kind of page furniture."""
        return frozenset(i for code in FURNITURE for i in self._blocks.lines(code))

    def outside(self, i: int) -> bool:
        """Whether block `i` stands before or after the article. Without an article nothing does."""
        return bool(self.main) and i not in self.main

    def company(self, i: int) -> bool:
        """Whether a neighbour of block `i` is page furniture."""
        return i - 1 in self.furniture or i + 1 in self.furniture

    def _gains(self) -> Iterator[float]:
        seen: set[str] = set()
        for prose, piece, words, line in zip(
            self._blocks.prose, self.paragraph, self._blocks.words, self._blocks.bare, strict=True
        ):
            if prose and line not in seen:
                yield min(words, PROSE_CAP)
            else:
                yield words if piece else -BRIDGE_WORDS if words else 0.0
            seen.add(line)

    def _chains(self) -> Iterator[tuple[int, int]]:
        """Stretches of blocks each of which goes on in the next one."""
        start = 0
        for i in range(len(self._blocks)):
            if not self._goes_on(i, i > start):
                yield start, i + 1
                start = i + 1

    def _goes_on(self, i: int, inside: bool) -> bool:
        if i + 1 >= len(self._blocks) or self._blocks.ends[i]:
            return False
        if self._continues(i + 1):
            return True
        return (inside or self._blocks.words[i] >= 4) and i + 2 < len(self._blocks) and self._continues(i + 2)

    def _continues(self, i: int) -> bool:
        text = self._blocks[i].text.lstrip()
        return bool(text) and (text[0].islower() or text[0] in CONTINUES)

    def _reads_on(self, start: int, end: int) -> bool:
        words = sum(self._blocks.words[start:end])
        ended = any(self._blocks.ends[start:end])
        return ended and words >= PROSE_WORDS and words >= 3 * (end - start)


@lru_cache(maxsize=2)
def layout(blocks: Blocks) -> Layout:
    """The layout of a document; kept for the rules that ask for it one after the other."""
    return Layout(blocks)


def phrase_lines(blocks: Blocks, code: str) -> Iterator[tuple[int, float]]:
    """The blocks that consist of `line` phrases of `code`, with how sure that is."""
    shape = layout(blocks)
    for i in blocks.lines(code):
        if not any(char.isalpha() for char in blocks[i].text):
            continue
        if shape.outside(i) or shape.company(i) or blocks.words[i] >= 3:
            yield i, 1.0
        else:
            yield i, PAIR if blocks.words[i] >= 2 else ALONE


def whole(blocks: Blocks, hits: Iterator[Hit]) -> Iterator[Hit]:
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
