"""The prefilter of parts: whether a paragraph or two may be spun in a text whose words as a whole are clean.

Only a text with enough weighted words to make one part suspect is looked at again, part by part.
"""

from __future__ import annotations

from math import fsum

from cleaner.garble.prefilter import (
    RATE_PER_WORDS,
    SMOOTHING_WORDS,
    Glance,
    PrefilterTable,
    glance_at,
    load_table,
    may_be_spun,
)

# A part of fewer characters than this (some 40 words) is none by itself; longer ones are cut.
MIN_PART_CHARS, MAX_PART_CHARS = 240, 1200
MIN_PART_WORDS = 40
# What a part must score: at 9.5 some 13 in 1,000 clean texts have such a part, and half of the paragraphs
# that are spun in the news manner reach it.
MIN_PART_SCORE = 9.5


def may_be_spun_anywhere(text: str, table: PrefilterTable | None = None) -> bool:
    """Whether a text, or a part of it, should be read with the language model."""
    table = table or load_table()
    glance = glance_at(text, table)
    return may_be_spun(text, table, glance) or _may_hold_spun_part(text, table, glance)


def _may_hold_spun_part(text: str, table: PrefilterTable, whole: Glance) -> bool:
    # what the shortest part needs, if all weights of the text were in it
    least = MIN_PART_SCORE * (MIN_PART_WORDS + SMOOTHING_WORDS) / RATE_PER_WORDS
    if len(text) < 2 * MIN_PART_CHARS or fsum(weight for weight in whole.weights if weight > 0) <= least:
        return False
    return any(_is_suspect(part, table) for part in parts_of(text))


def parts_of(text: str) -> list[str]:
    """The lines of a text: short ones with those that follow, long ones cut."""
    parts: list[str] = []
    open_lines: list[str] = []
    n_chars = 0
    for line in text.split("\n"):
        open_lines.append(line)
        n_chars += len(line)
        if n_chars >= MIN_PART_CHARS:
            part = "\n".join(open_lines)
            parts += [part[at : at + MAX_PART_CHARS] for at in range(0, len(part), MAX_PART_CHARS)]
            open_lines, n_chars = [], 0
    return [*parts, "\n".join(open_lines)] if open_lines else parts


def _is_suspect(part: str, table: PrefilterTable) -> bool:
    glance = glance_at(part, table)
    return glance.n_words >= MIN_PART_WORDS and glance.score > MIN_PART_SCORE
