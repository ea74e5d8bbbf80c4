"""The gate for clean text: fitted on what the second stage says of pages and of clean text, out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from cleaner.model.already_clean import document
from cleaner.model.tokenize import Floats
from training.examples import Example
from training.fit import FOLDS, Matrix, folds_of

DEPTH = 4
TREES = 60
JUNK = 0.005  # a document with a smaller share of words outside the main content is clean
PARAMS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 12,
    "max_depth": DEPTH,
    "learning_rate": 0.1,
    "lambda_l2": 5.0,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "num_threads": 1,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


def documents(
    examples: Sequence[Example], matrix: Matrix, p: Floats
) -> tuple[Floats, NDArray[np.float64], NDArray[np.float64]]:
    """One row an example, whether it is clean, and its weight."""
    known, mean = matrix.names.index("lexicon line"), matrix.names.index("lexicon mean")
    rows, clean, weight = [], [], []
    for i, ex in enumerate(examples):
        at = matrix.of(i)
        said = ex.seen.said.astype(np.float32)
        rows.append(document(p[at], matrix.words[at], matrix.rows[at, known], matrix.rows[at, mean], said))
        junk = float(((1 - ex.share) * ex.words).sum()) / max(1, int(ex.words.sum()))
        clean.append(float(junk < JUNK))
        weight.append(1.0 if ex.how.startswith("clean") else 0.5)
    return np.stack(rows), np.array(clean), np.array(weight)


def boost(rows: Floats, clean: NDArray[np.float64], weight: NDArray[np.float64]) -> lgb.Booster:
    """Fit the gate."""
    return lgb.train(PARAMS, lgb.Dataset(rows, clean, weight=weight, params=PARAMS), TREES)


def out_of_fold(
    examples: Sequence[Example], rows: Floats, clean: NDArray[np.float64], weight: NDArray[np.float64]
) -> Floats:
    """Each document's probability of being clean from a gate that never saw its site."""
    folds = folds_of(examples)
    p = np.zeros(len(rows), np.float32)
    for k in range(FOLDS):
        fit = folds != k
        p[~fit] = boost(rows[fit], clean[fit], weight[fit]).predict(rows[~fit])
    return p
