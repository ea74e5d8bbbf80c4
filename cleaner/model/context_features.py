"""What the first stage's probabilities say around a line: the second stage reads these beside the
features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.model.text_features import FAR, Columns, Windows, apart, best_run, padded, running, signed_log
from cleaner.model.tokenize import Floats, Parsed

REACH = (2, 5, 12, 30)


def context(p: Floats, words: NDArray[np.float64], seen: Parsed) -> tuple[Floats, list[str]]:
    """A matrix features x lines, and the names of its rows."""
    cols = Columns(seen.n)
    chance = p.astype(np.float64)
    weight = np.minimum(words, 80.0) + 0.5
    mass = chance * weight
    _near(chance, mass, weight, cols)
    _mass(mass, weight, cols)
    _runs(chance, weight, cols)
    _between(chance, words, seen, cols)
    _alike(chance, seen, cols)
    _page(chance, mass, weight, cols)
    return cols.matrix(), cols.names


def _near(
    chance: NDArray[np.float64], mass: NDArray[np.float64], weight: NDArray[np.float64], cols: Columns
) -> None:
    """The line, its neighbours one by one, and windows."""
    cols.add("first stage", chance)
    wide = padded(chance, 4, -0.1)
    for by in (-4, -3, -2, -1, 1, 2, 3, 4):
        cols.add(
            f"first stage {abs(by)} {'above' if by < 0 else 'below'}", wide[4 + by : 4 + by + len(chance)]
        )
    windows, masses, weights = Windows(len(chance)), running(mass), running(weight)
    for reach in REACH:
        here = windows.sums(weights, reach, reach)
        cols.add(f"first stage within {reach}", windows.sums(masses, reach, reach) / here)
    for reach in REACH[1:]:
        above, below = windows.sums(weights, reach, -1), windows.sums(weights, -1, reach)
        cols.add(f"first stage in {reach} above", windows.sums(masses, reach, -1) / np.maximum(above, 0.1))
        cols.add(f"first stage in {reach} below", windows.sums(masses, -1, reach) / np.maximum(below, 0.1))


def _mass(mass: NDArray[np.float64], weight: NDArray[np.float64], cols: Columns) -> None:
    """How much main content stands above and below."""
    total = max(float(mass.sum()), 1e-6)
    above = np.cumsum(mass) - mass
    cols.add("content above", np.log1p(above))
    cols.add("content above share", above / total)
    cols.add("content below", np.log1p(np.maximum(total - above - mass, 0)))
    best = np.maximum.accumulate(mass / weight)
    cols.add("best above", np.concatenate(([0.0], best[:-1])))
    best = np.maximum.accumulate((mass / weight)[::-1])[::-1]
    cols.add("best below", np.concatenate((best[1:], [0.0])))


def _runs(chance: NDArray[np.float64], weight: NDArray[np.float64], cols: Columns) -> None:
    """Distance to the stretch with most main content, and to the nearest sure lines."""
    n, at = len(chance), np.arange(len(chance))
    for name, level in (("content run", 0.5), ("loose content run", 0.25)):
        start, end = best_run((chance - level) * weight)
        distance = apart(n, start, end)
        total = np.cumsum(weight)
        outside = np.where(
            distance < 0, total - total[start], np.where(distance > 0, total - total[end], 0.0)
        )
        cols.add(f"lines to {name}", signed_log(distance))
        cols.add(f"words to {name}", signed_log(outside))
        cols.add(f"place in {name}", np.clip((at - start) / (end - start + 1), -1, 2))
        inside = float((chance * weight)[start : end + 1].sum()) / max(1e-6, float((chance * weight).sum()))
        cols.add(f"{name} of content", inside)
    for name, flag in (("sure", chance > 0.8), ("junk", (chance < 0.1) & (weight > 2))):
        last = np.maximum.accumulate(np.where(flag, at, -1))
        following = np.minimum.accumulate(np.where(flag, at, 3 * n + 1000)[::-1])[::-1]
        cols.add(f"since {name}", np.log1p(np.where(last < 0, FAR, at - last)))
        cols.add(f"until {name}", np.log1p(np.minimum(following - at, FAR)))


def _between(chance: NDArray[np.float64], words: NDArray[np.float64], seen: Parsed, cols: Columns) -> None:
    """What parts a line from the main content, and how long its own stretch between two such lines is.

    An article's paragraphs stand in long stretches; comments are as good prose, in short stretches
    between stamps.
    """
    n = len(chance)
    start, end = best_run((chance - 0.5) * (np.minimum(words, 80.0) + 0.5))
    dated = (words <= 14) & (seen.marks[:, [1, 2, 5]].sum(axis=1) > 0)
    for name, flag in (("junk lines", (chance < 0.12) & (words > 0)), ("dates", dated)):
        count = np.cumsum(flag)
        cols.add(
            f"{name} to content",
            signed_log(np.where(np.arange(n) > end, count - count[end], np.minimum(count - count[start], 0))),
        )
    for level in (0.12, 0.3):
        part = np.cumsum(chance < level)
        size = np.bincount(part, weights=words * (chance >= level))
        body = np.bincount(part, weights=words * chance * (chance >= level))
        biggest = np.maximum.accumulate(body)
        cols.add(f"stretch words {level}", np.log1p(size[part]))
        cols.add(f"stretch content {level}", body[part] / np.maximum(size[part], 1))
        cols.add(f"stretch of biggest {level}", body[part] / max(1.0, float(body.max())))
        cols.add(f"biggest stretch above {level}", np.log1p(np.concatenate(([0.0], biggest[:-1]))[part]))


def _alike(chance: NDArray[np.float64], seen: Parsed, cols: Columns) -> None:
    """What the first stage says of lines of the same form, and of other lines with the same words."""
    n = seen.n
    style = (
        seen.first.astype(np.int64) * 400
        + seen.last * 20
        + np.minimum(np.log1p(seen.chars.sum(axis=1)) * 2.0, 19).astype(np.int64)
    )
    for name, key in (("same style", style), ("same form", seen.coarse_key)):
        _, back, count = np.unique(key, return_inverse=True, return_counts=True)
        others = np.bincount(back, weights=chance)[back] - chance
        cols.add(f"first stage of {name}", (others + 0.2 * chance) / (count[back] - 0.8))
    if not len(seen.of):
        cols.add("first stage of same words", np.zeros(n))
        return
    _, back, count = seen.vocabulary
    others = np.bincount(back, weights=chance[seen.of])[back] - chance[seen.of]
    shared = (count[back] > 1) & (seen.length > 2)
    mean = np.where(shared, others / np.maximum(count[back] - 1, 1), 0.0)
    rare = shared / np.log1p(count[back])
    cols.add(
        "first stage of same words",
        np.bincount(seen.of, weights=mean * rare, minlength=n)
        / np.maximum(np.bincount(seen.of, weights=rare, minlength=n), 0.05),
    )


def _page(
    chance: NDArray[np.float64], mass: NDArray[np.float64], weight: NDArray[np.float64], cols: Columns
) -> None:
    """The document as the first stage sees it."""
    n, total = len(chance), float(weight.sum())
    whole = {
        "content share": float(mass.sum()) / total,
        "content words": np.log1p(float(mass.sum())),
        "sure share": float(weight[chance > 0.8].sum()) / total,
        "junk share": float(weight[chance < 0.1].sum()) / total,
        "unsure share": float(weight[(chance > 0.25) & (chance < 0.75)].sum()) / total,
        "middle line": float(np.median(chance)),
        "best line": float(chance.max()),
    }
    for name, value in whole.items():
        cols.add(name, float(value))
    order = np.sort(chance)
    cols.add("rank", np.searchsorted(order, chance) / n)
