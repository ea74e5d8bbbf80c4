"""Two stages of small trees: the second reads what the first, fitted on other sites, says of the blocks
around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from cleaner.model.context_features import context
from cleaner.model.dom_features import place_names
from cleaner.model.rule_features import hint_columns
from cleaner.model.text_features import Lexicon, features
from cleaner.model.tokenize import Floats, parse
from training.augment import chance
from training.examples import Example
from training.lexicon import Lexica
from training.pages import fold_of

FOLDS = 4
TREES = 130
DEPTH = 6
ROWS = 160  # blocks a document at most in the fit: a long menu teaches no more than a sample of it
PARAMS: dict[str, Any] = {
    "objective": "cross_entropy",
    "num_leaves": 40,
    "max_depth": DEPTH,
    "learning_rate": 0.1,
    "lambda_l2": 5.0,
    "min_data_in_leaf": 120,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 63,
    "num_threads": 1,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Matrix:
    """Features of all examples, one row a block; `offset[i]:offset[i + 1]` are example i's."""

    rows: Floats
    offset: NDArray[np.int64]
    words: NDArray[np.float64]
    names: list[str]

    def of(self, i: int) -> slice:
        """The rows of one example."""
        return slice(int(self.offset[i]), int(self.offset[i + 1]))


@dataclass(frozen=True, slots=True)
class Stage:
    """A fit on all sites, and for each block the probability from a fit that never saw its site."""

    booster: lgb.Booster
    p: Floats


@dataclass(frozen=True, slots=True)
class Fitted:
    """One part of the model, and the out-of-fold figures that the card is made of."""

    first: lgb.Booster
    second: lgb.Booster
    names: list[str]
    first_names: int
    p: Floats
    gate: lgb.Booster | None = None
    clean: Floats | None = None


def first_matrix(examples: Sequence[Example], lexica: Lexica) -> Matrix:
    """The features, each document's words looked up as if its site had never been polled."""
    parts: list[Floats] = []
    words: list[NDArray[np.float64]] = []
    names: list[str] = []
    site, lexicon = "", lexica.without(None)
    for ex in examples:
        if site != ex.site:
            site, lexicon = ex.site, lexica.without(ex.site)
        x, names, size = first_rows(ex, lexicon)
        parts.append(np.ascontiguousarray(x.T))
        words.append(size)
    return Matrix(np.concatenate(parts), np.cumsum([0, *map(len, words)]), np.concatenate(words), names)


def first_rows(ex: Example, lexicon: Lexicon) -> tuple[Floats, list[str], NDArray[np.float64]]:
    """What the first stage reads of one document: features x blocks, their names, words a block."""
    own, names, size = features(ex.lines, lexicon)
    hints, more = hint_columns(ex.seen.said.astype(np.float32), size)
    if ex.seen.place is None:
        return np.concatenate([own, hints]), [*names, *more], size
    return (
        np.concatenate([own, hints, ex.seen.place.astype(np.float32)]),
        [*names, *more, *place_names()],
        size,
    )


def second_matrix(examples: Sequence[Example], first: Matrix, p: Floats) -> Matrix:
    """The features with what the first stage says around each block."""
    rows = np.empty((len(first.rows), 0), np.float32)
    names: list[str] = []
    for i, ex in enumerate(examples):
        at = first.of(i)
        x, names = context(p[at], first.words[at], parse(ex.lines))
        if not i:
            rows = np.empty((len(first.rows), len(first.names) + len(names)), np.float32)
            rows[:, : len(first.names)] = first.rows
        rows[at, len(first.names) :] = x.T
    return Matrix(rows, first.offset, first.words, [*first.names, *names])


def line_weights(ex: Example) -> NDArray[np.float64]:
    """What a block counts in the fit: long ones more, all of a page together as much as those of any other.

    A wrong line costs a page with little main content more of its F1, so such a page's lines weigh more.
    """
    weight = np.sqrt(ex.words.astype(np.float64))
    weight[ex.doubtful] = 0
    body = float((weight * ex.share).sum())
    junk = float(weight.sum()) - body
    return np.asarray(weight / (body + 0.3 * junk + 3) * 50 * ex.weight)


@dataclass(frozen=True, slots=True)
class Sample:
    """The blocks to fit on: their rows, labels, weights, and which example each is of."""

    rows: NDArray[np.int64]
    label: NDArray[np.float32]
    weight: NDArray[np.float64]
    example: NDArray[np.int64]


def sampled(examples: Sequence[Example], matrix: Matrix) -> Sample:
    """At most `ROWS` blocks of every document."""
    rows, label, weight, which = [], [], [], []
    for i, ex in enumerate(examples):
        n = len(ex.lines)
        pick = np.arange(n)
        if n > ROWS:
            pick = np.sort(chance("rows", ex.page, ex.how).choice(n, ROWS, replace=False))
        rows.append(matrix.offset[i] + pick)
        label.append(ex.share[pick])
        weight.append(line_weights(ex)[pick] * (n / len(pick)))
        which.append(np.full(len(pick), i))
    w = np.concatenate(weight)
    use = w > 0
    return Sample(np.concatenate(rows)[use], np.concatenate(label)[use], w[use], np.concatenate(which)[use])


def folds_of(examples: Sequence[Example]) -> NDArray[np.int64]:
    """The fold of each example's site."""
    return np.array([fold_of(ex.site, FOLDS) for ex in examples])


def stage(examples: Sequence[Example], matrix: Matrix, trees: int = TREES) -> Stage:
    """One stage, in and out of fold. The bounds of the bins are those of all rows: they know no label."""
    sample, folds = sampled(examples, matrix), folds_of(examples)
    data = lgb.Dataset(
        matrix.rows[sample.rows], sample.label, weight=sample.weight, params=PARAMS, free_raw_data=False
    ).construct()
    block_fold = np.repeat(folds, np.diff(matrix.offset))
    p = np.zeros(len(matrix.rows), np.float32)
    for fold in range(FOLDS):
        part = data.subset(np.flatnonzero(folds[sample.example] != fold).tolist())
        held = block_fold == fold
        p[held] = lgb.train(PARAMS, part, trees).predict(matrix.rows[held], num_threads=1)
    return Stage(lgb.train(PARAMS, data, trees), p)
