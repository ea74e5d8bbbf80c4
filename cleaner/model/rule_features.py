"""The rules' marks on each block as numbers, one of the inputs of the fitted model.

Marks are summed up by groups of codes: each rule names its group in its own file, and a model is fitted on
the groups in the order of `RULE_GROUPS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from cleaner.document import Mark
from cleaner.model.text_features import MAX_DISTANCE_LINES, FeatureRows, Windows, prefix_sums, sum_of
from cleaner.model.tokenize import Floats
from cleaner.rules import RULES
from cleaner.rules.rule import ModelGroup

# From this weight on a mark counts as sure: one that begins a section, or shows a kind of boilerplate.
CONFIDENT_NATS = 5.5
RULE_GROUPS: tuple[ModelGroup, ...] = get_args(ModelGroup)
ROW_BY_CODE = {rule.code: RULE_GROUPS.index(rule.group) for rule in RULES if rule.group}
FAR = float(np.log1p(MAX_DISTANCE_LINES))  # the logarithm of the distance to a mark that is not there
# Groups after whose marks the article may be over.
SECTION_STARTERS: tuple[ModelGroup, ...] = ("comments", "related", "chrome", "ad")


def score_rules(marks: Iterable[Mark], weights: Mapping[str, float], n_blocks: int) -> Floats:
    """Nats of the strongest mark of each group on each block: groups x blocks, and as the last row the number
    of marks on parts of the block. Marks of rules without a group are left out: trafilatura's votes have
    columns of their own."""
    scores = np.zeros((len(RULE_GROUPS) + 1, n_blocks), np.float32)
    strongest: dict[int, float] = {}  # by place in the matrix, row after row
    for block, code, _, strength, _, span, _ in marks:
        if span is not None:
            scores[-1, block] += 1
        elif (row := ROW_BY_CODE.get(code)) is not None:
            value, place = weights[code] * strength, row * n_blocks + block
            if abs(value) > abs(strongest.get(place, 0.0)):
                strongest[place] = value
    scores.put([*strongest], [*strongest.values()])
    return scores


def rule_features(rule_scores: Floats, words: NDArray[np.float64]) -> tuple[Floats, list[str]]:
    """A matrix features x blocks from what `score_rules` gives, and the names of its rows."""
    n = rule_scores.shape[1]
    rows, windows, indices = FeatureRows(n), Windows(n), np.arange(n)
    for row, name in enumerate(RULE_GROUPS):
        rows.add(f"rules: {name}", rule_scores[row])
    rows.add("rules: parts", np.minimum(rule_scores[-1], 5))
    total = np.add.reduce(rule_scores[:-1], dtype=np.float64)
    rows.add("rules: sum", np.minimum(np.maximum(total, -8), 30))
    sums = prefix_sums(np.minimum(np.maximum(total, -4), 12))
    for reach in (2, 6, 15):
        rows.add(f"rules: within {reach}", windows.sums(sums, reach, reach) / windows.width(reach, reach))
    is_confident = rule_scores[:-1] >= CONFIDENT_NATS
    has_confident = np.logical_or.reduce(is_confident, axis=1).tolist()
    for name in SECTION_STARTERS:
        row = RULE_GROUPS.index(name)
        values: Sequence[NDArray[np.float64] | float] = (FAR, FAR, 0.0)  # where there is no such mark
        if has_confident[row]:
            flag = is_confident[row]
            last = np.maximum.accumulate(np.where(flag, indices, -1))
            following = np.minimum.accumulate(np.where(flag, indices, 3 * n + 1000)[::-1])[::-1]
            values = (
                np.log1p(np.where(last < 0, MAX_DISTANCE_LINES, indices - last)),
                np.log1p(np.minimum(following - indices, MAX_DISTANCE_LINES)),
                np.log1p(flag.cumsum()),
            )
        for how, value in zip(("since {}", "until {}", "{} above"), values, strict=True):
            rows.add(f"rules: {how.format(name)}", value)
    rows.add("rules: kinds", float(sum(has_confident)))
    is_marked = np.logical_or.reduce(is_confident)
    share = sum_of(words * is_marked) / max(1.0, sum_of(words))
    rows.add("rules: share", share)
    return rows.matrix(), rows.names
