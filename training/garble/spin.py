"""Spins clean text with a dictionary: what the score is fitted on, and what the bench measures with.

A spinner of the news manner leaves quotations alone, swaps by a fixed table (the first form, nearly always)
and follows case and articles. Returns the new text and where each swap stands: (start, end, original
words).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from cleaner.garble.casing import article, like
from cleaner.garble.tokenize import Words, split

Swapped = tuple[int, int, str]


def spin(
    text: str,
    table: Mapping[tuple[str, ...], Sequence[str]],
    density: float,
    rng: random.Random,
    *,
    fixed: bool = True,
    spare_quotes: bool = True,
) -> tuple[str, list[Swapped]]:
    """`table` maps original tokens to spun forms; `density` is the share of swaps made.

    `fixed`: a form is chosen once a document and kept; otherwise anew each time.
    """
    words = split(text)
    longest = max(map(len, table))
    out: list[str] = []
    swaps: list[Swapped] = []
    chosen: dict[tuple[str, ...], str] = {}
    at, place, length = 0, 0, 0

    def put(piece: str) -> None:
        nonlocal length
        out.append(piece)
        length += len(piece)

    while at < len(words):
        key = _match(words, at, table, longest, spare_quotes)
        if key is None or rng.random() > density:
            at += 1
            continue
        options = table[key]
        form = chosen.setdefault(key, rng.choice(options)) if fixed else rng.choice(options)
        start, end = words.starts[at], words.ends[at + len(key) - 1]
        old = text[start:end]
        new = like(old, form)
        if new == old:
            at += 1
            continue
        before = text[place:start]
        follows = article(before, old, new)
        if follows:
            spot, stands, wanted = follows
            before = before[:spot] + wanted + before[spot + len(stands) :]
        put(before)
        swaps.append((length, length + len(new), old))
        put(new)
        place, at = end, at + len(key)
    put(text[place:])
    return "".join(out), swaps


def _match(
    words: Words, at: int, table: Mapping[tuple[str, ...], Sequence[str]], longest: int, spare: bool
) -> tuple[str, ...] | None:
    for size in range(min(longest, len(words) - at), 0, -1):
        key = tuple(words.tokens[at : at + size])
        if key in table and not (spare and any(words.quoted[at : at + size])):
            gaps = (words.text[words.ends[at + k] : words.starts[at + k + 1]] for k in range(size - 1))
            if all(gap in (" ", "") for gap in gaps):
                return key
    return None
