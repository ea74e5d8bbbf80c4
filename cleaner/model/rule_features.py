"""What the rules said of each block, as numbers: the model weighs their opinions, it does not repeat them.

The rules are told apart by groups of codes; a model is fitted on these groups in this order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from cleaner.document import Mark
from cleaner.model.text_features import MAX_DISTANCE_LINES, FeatureRows, Windows, prefix_sums
from cleaner.model.tokenize import Floats

# A rule's word that weighs this much is taken as said: what begins a section, what counts as a kind.
CONFIDENT_NATS = 5.5
RULE_GROUPS: Mapping[str, tuple[str, ...]] = {
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
SECTION_STARTERS = ("comments", "related", "chrome", "ad")


def score_rules(marks: Iterable[Mark], weights: Mapping[str, float], n_blocks: int) -> Floats:
    """Nats of the strongest mark of each group on each of `n` blocks: groups x blocks, and last the number of
    marks on parts of the block. Marks of codes in no group are left out: a witness has columns of its own."""
    row_of_code = {code: row for row, codes in enumerate(RULE_GROUPS.values()) for code in codes}
    scores = np.zeros((len(RULE_GROUPS) + 1, n_blocks), np.float32)
    for mark in marks:
        if mark.span is not None:
            scores[-1, mark.block] += 1
        elif (row := row_of_code.get(mark.code)) is not None:
            value = weights[mark.code] * mark.strength
            if abs(value) > abs(scores[row, mark.block]):
                scores[row, mark.block] = value
    return scores


def rule_features(rule_scores: Floats, words: NDArray[np.float64]) -> tuple[Floats, list[str]]:
    """A matrix features x blocks from what `opinions` gives, and the names of its rows."""
    n = rule_scores.shape[1]
    rows, windows, indices = FeatureRows(n), Windows(n), np.arange(n)
    for row, name in enumerate(RULE_GROUPS):
        rows.add(f"rules: {name}", rule_scores[row])
    rows.add("rules: parts", np.minimum(rule_scores[-1], 5))
    total = rule_scores[:-1].sum(axis=0, dtype=np.float64)
    rows.add("rules: sum", np.clip(total, -8, 30))
    for reach in (2, 6, 15):
        size = np.maximum(windows.width(reach, reach), 1)
        rows.add(
            f"rules: within {reach}", windows.sums(prefix_sums(np.clip(total, -4, 12)), reach, reach) / size
        )
    for name in SECTION_STARTERS:
        flag = rule_scores[list(RULE_GROUPS).index(name)] >= CONFIDENT_NATS
        last = np.maximum.accumulate(np.where(flag, indices, -1))
        following = np.minimum.accumulate(np.where(flag, indices, 3 * n + 1000)[::-1])[::-1]
        rows.add(f"rules: since {name}", np.log1p(np.where(last < 0, MAX_DISTANCE_LINES, indices - last)))
        rows.add(f"rules: until {name}", np.log1p(np.minimum(following - indices, MAX_DISTANCE_LINES)))
        rows.add(f"rules: {name} above", np.log1p(np.cumsum(flag)))
    is_confident = rule_scores[:-1] >= CONFIDENT_NATS
    rows.add("rules: kinds", float(is_confident.any(axis=1).sum()))
    share = float((words * is_confident.any(axis=0)).sum()) / max(1.0, float(words.sum()))
    rows.add("rules: share", share)
    return rows.matrix(), rows.names
