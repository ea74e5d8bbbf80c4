"""How much of each block the witness took for the article: computed once, heard by two rules."""

from __future__ import annotations

import re

from cleaner.rules.blocks import UNSPACED, WORD, Blocks, bare, fold
from cleaner.rules.shape import once

# A witness that gives less than this from a page with five times as much prose has found a corner of it.
SMALL = 50
MUCH_MORE = 5
SHINGLE = 4
CELLS = re.compile(r"\s*\|\s*")
SPACED_OUT = re.compile(f"({UNSPACED.pattern})")


@once
def votes(blocks: Blocks) -> tuple[float, ...] | None:
    """For each block the share of its text that stands in the witness, 0 to 1; None where it has no say."""
    if blocks.witness is None or _corner(blocks, blocks.witness):
        return None
    lines, shingles = _known(blocks.witness)
    return tuple(_share(shape, lines, shingles) for shape in blocks.bare)


def _corner(blocks: Blocks, witness: str) -> bool:
    size = len(tokens(fold(witness)))
    prose = sum(words for words, is_prose in zip(blocks.words, blocks.prose, strict=True) if is_prose)
    return size == 0 or (size < SMALL and prose > MUCH_MORE * size)


def _known(witness: str) -> tuple[set[str], set[int]]:
    lines: set[str] = set()
    shingles: set[int] = set()
    for line in fold(witness).splitlines():
        lines.add(bare(line))
        if "|" in line:
            lines.update(bare(cell) for cell in CELLS.split(line))
        shingles.update(_shingles(bare(line)))
    lines.discard("")
    return lines, shingles


def _share(shape: str, lines: set[str], shingles: set[int]) -> float:
    if shape in lines:
        return 1.0
    own = _shingles(shape)
    return sum(shingle in shingles for shingle in own) / len(own) if own else 0.0


def _shingles(shape: str) -> list[int]:
    found = tokens(shape)
    return [hash(tuple(found[k : k + SHINGLE])) for k in range(len(found) - SHINGLE + 1)]


def tokens(folded: str) -> list[str]:
    """Words; of scripts without spaces, the signs."""
    return WORD.findall(folded if folded.isascii() else SPACED_OUT.sub(r" \1 ", folded))
