"""How much of each block the witness took for the article: computed once, heard by two rules.

Compared are letters and digits only: the witness joins cells and list entries, with spaces or without. A
short block counts as held if it is a line there, or stands beside what precedes or follows it on the page;
alone it could be anywhere. Signs without letters go with their neighbours.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import accumulate

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import memoized
from cleaner.analysis.normalize import fold, words

# A witness that gives less than this from a page with five times as much prose has found a corner of it.
SMALL = 50
MUCH_MORE = 5
# The page must show so much of what it tells machines: else that is another article's, or an old version.
AGREED = 0.8
# Of the page's prose the article that it tells machines must hold so much to be heard alone: many give its
# beginning only.
WHOLE = 0.5
# So many letters in a row stand in two texts by chance once in a thousand pages.
GRAM = 10
# From here on a block is long enough to speak for itself.
LONG = 24
# What of its neighbours is read with a short block.
BESIDE = 9
# So many blocks on each side tell which of several copies the witness read.
NEAR = 3
NO_LETTER = re.compile(r"[\W_]+")
CELLS = re.compile(r"\s*\|\s*")


@memoized
def votes(blocks: BlockIndex) -> tuple[float, ...] | None:
    """For each block the share of its text that stands in the witness, 0 to 1; None where it has no say."""
    if blocks.reference_text is None or _corner(blocks, blocks.reference_text):
        return None
    return _held(blocks, blocks.reference_text)


def heard(blocks: BlockIndex, told: str | None) -> tuple[float, ...] | None:
    """The votes, and those of a second witness: `told` is what the page itself gives to machines as the
    article's text. Each is heard for what it holds; the second alone only where it holds the page's prose.
    """
    asked = votes(blocks)
    if told is None or _corner(blocks, told):
        return asked
    shares = _held(blocks, told)
    if asked is not None:
        return tuple(map(max, asked, shares)) if _shown(blocks, told, shares) else asked
    return shares if _shown(blocks, told, shares) and _whole(blocks, shares) else None


def _shown(blocks: BlockIndex, told: str, shares: Sequence[float]) -> bool:
    """Whether the page shows most of a text."""
    found = sum(count * share for count, share in zip(blocks.words, shares, strict=True))
    return found >= AGREED * words(told)


def _whole(blocks: BlockIndex, shares: Sequence[float]) -> bool:
    """Whether a text is the article as far as prose tells, not the beginning of it."""
    prose = [
        (count, share)
        for count, share, is_prose in zip(blocks.words, shares, blocks.prose, strict=True)
        if is_prose
    ]
    return sum(count * share for count, share in prose) >= WHOLE * sum(count for count, _ in prose)


def _held(blocks: BlockIndex, witness: str) -> tuple[float, ...]:
    """For each block the share of its text that stands in a text."""
    texts = [NO_LETTER.sub("", text) for text in blocks.folded]
    lines, grams = _known(witness)
    return tuple(_once_each(blocks, texts, _shares(texts, lines, grams), lines))


def _corner(blocks: BlockIndex, witness: str) -> bool:
    size = words(witness)
    prose = sum(words for words, is_prose in zip(blocks.words, blocks.prose, strict=True) if is_prose)
    return size == 0 or (size < SMALL and prose > MUCH_MORE * size)


def _known(witness: str) -> tuple[Counter[str], set[str]]:
    """How often each line and cell stands in the witness, and all runs of `GRAM` letters in it."""
    folded = fold(witness)
    cells = (cell for line in folded.splitlines() for cell in {line, *CELLS.split(line)})
    lines = Counter(text for cell in cells if (text := NO_LETTER.sub("", cell)))
    letters = NO_LETTER.sub("", folded)
    return lines, {letters[k : k + GRAM] for k in range(len(letters) - GRAM + 1)}


def _shares(texts: Sequence[str], lines: Counter[str], grams: set[str]) -> list[float]:
    whole = "".join(texts)
    ends = list(accumulate(map(len, texts)))
    shares = []
    for text, end in zip(texts, ends, strict=True):
        start = end - len(text)
        if text in lines:
            shares.append(1.0)
        elif len(text) >= LONG:
            shares.append(_share(text, grams))
        else:
            before, after = whole[max(start - BESIDE, 0) : end], whole[start : end + BESIDE]
            shares.append(float(bool(text) and 1.0 in (_share(before, grams), _share(after, grams))))
    return [
        share if text else min(shares[max(i - 1, 0)], shares[min(i + 1, len(shares) - 1)])
        for i, (text, share) in enumerate(zip(texts, shares, strict=True))
    ]


def _share(text: str, grams: set[str]) -> float:
    own = [text[k : k + GRAM] in grams for k in range(len(text) - GRAM + 1)]
    return sum(own) / len(own) if own else 0.0


def _once_each(
    blocks: BlockIndex, texts: Sequence[str], shares: list[float], lines: Counter[str]
) -> list[float]:
    """A page may hold a text several times (for phones, hidden, in a slider), the witness but once: then only
    as many blocks are held as stand there, those that are visible and beside others that are held first.
    Paragraphs under the very same elements are no copies: their author repeats himself."""
    copies: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        if shares[i] == 1.0 and (text in lines or len(text) >= LONG):
            copies[text].append(i)
    alone = [
        share if len(copies.get(text, ())) < 2 else 0.0 for text, share in zip(texts, shares, strict=True)
    ]
    for text, places in copies.items():
        ranked = sorted(
            places, key=lambda i: (blocks[i].hidden, -sum(alone[max(i - NEAR, 0) : i + NEAR + 1]))
        )
        seen = not blocks[ranked[0]].hidden
        for i in ranked if seen else ():
            shares[i] *= not blocks[i].hidden  # the witness may see both; a reader sees one
        for i in ranked[max(lines[text], 1) :]:
            if not (blocks.prose[i] and blocks[i].path == blocks[ranked[0]].path):
                shares[i] = 0.0
    return shares
