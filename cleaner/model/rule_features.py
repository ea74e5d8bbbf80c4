"""What the rules said of each block, as numbers: the model weighs their opinions, it does not repeat them.

The rules are told apart by groups of codes; a model is fitted on these groups in this order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from cleaner.document import Mark
from cleaner.model.text_features import FAR, Columns, Windows, running
from cleaner.model.tokenize import Floats

# A rule's word that weighs this much is taken as said: what begins a section, what counts as a kind.
LOUD = 5.5
GROUPS: Mapping[str, tuple[str, ...]] = {
    "ad": ("interstitial-ad", "inline-ad", "recommendation-widget"),
    "chrome": ("navigation", "share-bar", "sign-in", "subscribe", "app-download", "legal-line", "widget"),
    "comments": ("comments",),
    "related": ("read-also", "related-section"),
    "teasers": ("teaser-list",),
    "credit": ("byline", "timestamp", "page-date", "author-note", "topic-tags", "publication-note"),
    "title": ("repeated-title",),
    "caption": ("caption",),
    "links": ("link-list", "menu-run"),
    "outskirts": ("outskirts",),
    "prose": ("prose",),
}
# groups after which nothing of the article may follow
ENDINGS = ("comments", "related", "chrome", "ad")


def opinions(marks: Iterable[Mark], weights: Mapping[str, float], n: int) -> Floats:
    """Nats of the strongest mark of each group on each of `n` blocks: groups x blocks, and last the number of
    marks on parts of the block. Marks of codes in no group are left out: a witness has columns of its own."""
    group = {code: row for row, codes in enumerate(GROUPS.values()) for code in codes}
    out = np.zeros((len(GROUPS) + 1, n), np.float32)
    for mark in marks:
        if mark.span is not None:
            out[-1, mark.block] += 1
        elif (row := group.get(mark.code)) is not None:
            value = weights[mark.code] * mark.strength
            if abs(value) > abs(out[row, mark.block]):
                out[row, mark.block] = value
    return out


def hint_columns(said: Floats, words: NDArray[np.float64]) -> tuple[Floats, list[str]]:
    """A matrix features x blocks from what `opinions` gives, and the names of its rows."""
    n = said.shape[1]
    cols, windows, at = Columns(n), Windows(n), np.arange(n)
    for row, name in enumerate(GROUPS):
        cols.add(f"rules: {name}", said[row])
    cols.add("rules: parts", np.minimum(said[-1], 5))
    total = said[:-1].sum(axis=0, dtype=np.float64)
    cols.add("rules: sum", np.clip(total, -8, 30))
    for reach in (2, 6, 15):
        size = np.maximum(windows.width(reach, reach), 1)
        cols.add(f"rules: within {reach}", windows.sums(running(np.clip(total, -4, 12)), reach, reach) / size)
    for name in ENDINGS:
        flag = said[list(GROUPS).index(name)] >= LOUD
        last = np.maximum.accumulate(np.where(flag, at, -1))
        following = np.minimum.accumulate(np.where(flag, at, 3 * n + 1000)[::-1])[::-1]
        cols.add(f"rules: since {name}", np.log1p(np.where(last < 0, FAR, at - last)))
        cols.add(f"rules: until {name}", np.log1p(np.minimum(following - at, FAR)))
        cols.add(f"rules: {name} above", np.log1p(np.cumsum(flag)))
    loud = said[:-1] >= LOUD
    cols.add("rules: kinds", float(loud.any(axis=1).sum()))
    share = float((words * loud.any(axis=0)).sum()) / max(1.0, float(words.sum()))
    cols.add("rules: share", share)
    return cols.matrix(), cols.names
