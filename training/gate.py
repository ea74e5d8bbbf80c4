"""The gate for clean text: fitted on the second stage's out-of-fold probabilities of pages and of clean
texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaner.model.already_clean import document_features
from cleaner.model.tokenize import Floats
from training.examples import Example
from training.fit import FOLDS, MASKED, Matrix, folds_of, is_masked, masked_rule_scores
from training.pages import WEAK_SOURCES

if TYPE_CHECKING:
    import lightgbm as lgb

DEPTH = 4
TREES = 60
MAX_BOILERPLATE_SHARE = 0.005  # a document with a smaller share of words outside the main content is clean
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


def gate_features(
    examples: Sequence[Example], matrix: Matrix, p: Floats
) -> tuple[Floats, NDArray[np.float64], NDArray[np.float64]]:
    """A row of document features for each example, whether it is clean, and its weight."""
    line_column, mean_column = (
        matrix.feature_names.index("lexicon line"),
        matrix.feature_names.index("lexicon mean"),
    )
    rows, is_clean, weight = [], [], []
    for i, ex in enumerate(examples):
        example_rows = matrix.rows_of(i)
        rule_scores = ex.model_input.rule_scores.astype(np.float32)
        if is_masked(ex):
            rule_scores = masked_rule_scores(rule_scores)
        rows.append(
            document_features(
                p[example_rows],
                matrix.word_counts[example_rows],
                matrix.features[example_rows, line_column],
                matrix.features[example_rows, mean_column],
                rule_scores,
            )
        )
        boilerplate_share = float(((1 - ex.share) * ex.word_counts).sum()) / max(1, int(ex.word_counts.sum()))
        is_clean.append(float(boilerplate_share < MAX_BOILERPLATE_SHARE))
        variant_weight = 1.0 if ex.variant.removeprefix(MASKED).startswith("clean") else 0.5
        weight.append(0.0 if ex.source in WEAK_SOURCES else variant_weight * ex.page_weight)
    return np.stack(rows), np.array(is_clean), np.array(weight)


def fit_gate(rows: Floats, is_clean: NDArray[np.float64], weight: NDArray[np.float64]) -> lgb.Booster:
    """The gate fitted on these rows."""
    import lightgbm as lgb

    return lgb.train(PARAMS, lgb.Dataset(rows, is_clean, weight=weight, params=PARAMS), TREES)


def out_of_fold(
    examples: Sequence[Example], rows: Floats, is_clean: NDArray[np.float64], weight: NDArray[np.float64]
) -> Floats:
    """Each document's probability of being clean from a gate that never saw its site."""
    folds = folds_of(examples)
    p_clean = np.zeros(len(rows), np.float32)
    for k in range(FOLDS):
        in_fit = folds != k
        p_clean[~in_fit] = fit_gate(rows[in_fit], is_clean[in_fit], weight[in_fit]).predict(rows[~in_fit])
    return p_clean
