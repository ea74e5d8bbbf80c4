"""Spins clean text with a dictionary, for training and for the bench.

Spinners of news leave quotations alone, swap by a fixed table (nearly always its first form), and keep case
and articles right.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

from cleaner.garble.casing import article_change, match_case
from cleaner.garble.lexicon import Channel, Substitution
from cleaner.garble.tokenize import TokenizedText, tokenize

SwappedSpan = tuple[int, int, str]


def forms_by_original(
    substitutions: Iterable[Substitution], family: Channel
) -> dict[tuple[str, ...], list[tuple[float, str]]]:
    """What a family's spinner knows: each original's spun forms with their priors, the usual one first."""
    forms: dict[tuple[str, ...], list[tuple[float, str]]] = {}
    for substitution in substitutions:
        if family in substitution.families:
            forms.setdefault(substitution.original, []).append(
                (substitution.prior, " ".join(substitution.spun))
            )
    return {original: sorted(spun, reverse=True) for original, spun in forms.items()}


def spin(
    text: str,
    dictionary: Mapping[tuple[str, ...], Sequence[str]],
    density: float,
    rng: random.Random,
    *,
    fixed: bool = True,
    skip_quotes: bool = True,
) -> tuple[str, list[SwappedSpan]]:
    """The spun text, and the place of each swap in it: (start, end, original words).

    `dictionary` maps original tokens to spun forms; `density` is the share of the possible swaps that are
    made; with `fixed` one form a document is used for each original, otherwise a new choice each time.
    """
    words = tokenize(text)
    max_tokens = max(map(len, dictionary))
    out: list[str] = []
    swaps: list[SwappedSpan] = []
    chosen: dict[tuple[str, ...], str] = {}
    token_index, copied_to, length = 0, 0, 0

    def put(piece: str) -> None:
        nonlocal length
        out.append(piece)
        length += len(piece)

    while token_index < len(words):
        key = _original_at(words, token_index, dictionary, max_tokens, skip_quotes)
        if key is None or rng.random() > density:
            token_index += 1
            continue
        forms = dictionary[key]
        form = chosen.setdefault(key, rng.choice(forms)) if fixed else rng.choice(forms)
        start, end = words.starts[token_index], words.ends[token_index + len(key) - 1]
        old = text[start:end]
        new = match_case(old, form)
        if new == old:
            token_index += 1
            continue
        before = text[copied_to:start]
        change = article_change(before, old, new)
        if change:
            offset, old_article, new_article = change
            before = before[:offset] + new_article + before[offset + len(old_article) :]
        put(before)
        swaps.append((length, length + len(new), old))
        put(new)
        copied_to, token_index = end, token_index + len(key)
    put(text[copied_to:])
    return "".join(out), swaps


def _original_at(
    words: TokenizedText,
    at: int,
    dictionary: Mapping[tuple[str, ...], Sequence[str]],
    max_tokens: int,
    skip_quotes: bool,
) -> tuple[str, ...] | None:
    for size in range(min(max_tokens, len(words) - at), 0, -1):
        key = tuple(words.tokens[at : at + size])
        if key in dictionary and not (skip_quotes and any(words.quoted[at : at + size])):
            gaps = (words.text[words.ends[at + k] : words.starts[at + k + 1]] for k in range(size - 1))
            if all(gap in (" ", "") for gap in gaps):
                return key
    return None
