"""Is a text clean already? What its lines' probabilities, the lexicon and the rules say of it as a whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.model.rule_features import LOUD
from cleaner.model.tokenize import Floats

LEVELS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8)
QUANTILES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75)
END = 15  # lines: menus and notices at either end are longer
EDGE = 4  # lines: boilerplate that another tool left over stands first or last

NAMES = (
    "lines",
    "words",
    "words a line",
    "mean of words",
    "mean of lines",
    *(f"words under {level}" for level in LEVELS),
    *(f"lines under {level}" for level in LEVELS),
    *(f"quantile {q}" for q in QUANTILES),
    "first lines",
    "last lines",
    "lowest first",
    "lowest last",
    *(f"longest run under {level}" for level in (0.1, 0.3, 0.5)),
    *(f"most words under {level}" for level in (0.1, 0.3, 0.5)),
    *(f"{what} {how}" for how in ("known", "well known", "boilerplate words") for what in ("lines", "share")),
    *(
        f"{where} {how}"
        for where in ("first", "last")
        for how in ("known", "well known", "boilerplate words")
    ),
    "lexicon of words",
    "lexicon of lines",
    "known weight",
    "first lexicon",
    "last lexicon",
    "unknown weight",
    "kinds of boilerplate",
    "lines the rules know",
    "share the rules know",
)


def document(p: Floats, words: NDArray[np.float64], known: Floats, mean: Floats, said: Floats) -> Floats:
    """One number for each of `NAMES`. `known` and `mean` are what the lexicon says of the lines, `said` what
    the rules do.

    A page with its menu holds lines that many sites show; clean text, however odd its lines, does not.
    """
    chance = p.astype(np.float64)
    n, total = len(chance), max(1.0, float(words.sum()))
    row = [
        np.log1p(n),
        np.log1p(total),
        total / n,
        float((chance * words).sum()) / total,
        float(chance.mean()),
    ]
    row += [float(words[chance < level].sum()) / total for level in LEVELS]
    row += [float((chance < level).mean()) for level in LEVELS]
    row += np.sort(chance)[(np.array(QUANTILES) * (n - 1)).astype(np.int64)].tolist()
    row += [
        float(chance[:EDGE].mean()),
        float(chance[-EDGE:].mean()),
        float(chance[:EDGE].min()),
        float(chance[-EDGE:].min()),
    ]
    runs = [_runs(chance < level, words) for level in (0.1, 0.3, 0.5)]
    row += [lines for lines, _ in runs] + [size / total for _, size in runs]
    return np.array([*row, *_known(known, mean, words), *_told(said, words)], np.float32)


def _known(known: Floats, mean: Floats, words: NDArray[np.float64]) -> list[float]:
    """How many lines many sites show, in all and at either end, and what the words are like."""
    n, total = len(known), max(1.0, float(words.sum()))
    flags = [known > 0.7, known > 1.8, mean > 0.8]
    row = [float(v) for flag in flags for v in (np.log1p(flag.sum()), flag.mean())]
    row += [float(np.log1p(flag[:END].sum())) for flag in flags]
    row += [float(np.log1p(flag[-END:].sum())) for flag in flags]
    row += [float((mean * words).sum()) / total, float(mean.mean()), float((known * (known > 0)).sum()) / n]
    return [*row, float(mean[:END].mean()), float(mean[-END:].mean()), float(np.minimum(known, 0).sum()) / n]


def _told(said: Floats, words: NDArray[np.float64]) -> list[float]:
    """How many kinds of boilerplate the rules are sure of, and on how much of the document."""
    loud = said[:-1] >= LOUD
    lines = loud.any(axis=0)
    share = float(words[lines].sum()) / max(1.0, float(words.sum()))
    return [float(loud.any(axis=1).sum()), float(np.log1p(lines.sum())), share]


def _runs(flag: NDArray[np.bool_], words: NDArray[np.float64]) -> tuple[float, float]:
    """Lines and words in the longest unbroken run of such lines."""
    part = np.cumsum(~flag)
    lines = np.bincount(part, weights=flag)
    return float(lines.max()), float(np.bincount(part, weights=words * flag).max())
