"""Two stages of boosted trees: the second reads the probabilities that the first, fitted on other sites,
gives the blocks around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaner.model.context_features import context_features
from cleaner.model.dom_features import dom_feature_names
from cleaner.model.rule_features import RULE_GROUPS, rule_features
from cleaner.model.sequence import SequenceModel
from cleaner.model.text_features import EMPTY_LEXICON, Lexicon, text_features
from cleaner.model.tokenize import Floats, parse_lines
from cleaner.rules.rule import ModelGroup
from training.augment import seeded_rng
from training.examples import Example
from training.lexicon import VOTING_VARIANTS, Lexica, fit_lexica, gather_votes
from training.pages import fold_of

if TYPE_CHECKING:
    import lightgbm as lgb

FOLDS = 4
TREES = 160
DEPTH = 6
# This share of the documents is in the fit a second time, as if lexicon and phrases knew none of their words,
# so that the trees learn to decide by form alone where they must: in languages of which the data has little.
# With all Greek, Polish, Russian and Chinese sites out of fit and lexicon, flattened pages of theirs rise
# from .923 .923 .816 .866 without such copies to .943 .928 .853 .897.
MASKED_SHARE = 0.3
MAX_MASKED_LINES = 400
MASKED_WEIGHT = 0.3
MASKED = "masked "
# The groups of rules that go by words; the others go by form, links and place.
WORD_GROUPS: frozenset[ModelGroup] = frozenset(("ad", "chrome", "comments", "related", "credit", "caption"))
MAX_FIT_BLOCKS = 160  # blocks a document at most in the fit: a long menu teaches no more than a sample of it
PARAMS: dict[str, Any] = {
    "objective": "cross_entropy",
    "num_leaves": 48,
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
    "force_col_wise": True,  # with one thread and a share of the features twice as fast as by rows
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Matrix:
    """Features of all examples, one row a block; `offsets[i]:offsets[i + 1]` are those of example i."""

    features: Floats
    offsets: NDArray[np.int64]
    word_counts: NDArray[np.float64]
    feature_names: list[str]

    def rows_of(self, i: int) -> slice:
        """The rows of one example."""
        return slice(int(self.offsets[i]), int(self.offsets[i + 1]))


@dataclass(frozen=True, slots=True)
class Stage:
    """A fit on all sites, and for each block the probability from a fit that never saw its site."""

    booster: lgb.Booster
    p_content: Floats


@dataclass(frozen=True, slots=True)
class Fitted:
    """One part of the model, and the out-of-fold figures that the card is made of.

    `p_content` is what the model as a whole says: with a network that of both, else the second stage's.
    """

    first: lgb.Booster
    second: lgb.Booster
    feature_names: list[str]
    first_feature_count: int
    p_first: Floats
    p_content: Floats
    offsets: NDArray[np.int64]
    word_counts: NDArray[np.float64]
    gate: lgb.Booster | None = None
    p_already_clean: Floats | None = None
    sequence: SequenceModel | None = None
    sequence_figures: Mapping[str, float] = field(default_factory=dict)


def gather_lexica(examples: Sequence[Example]) -> Lexica:
    """How often words and short lines occur in boilerplate, by site."""
    votes = gather_votes([ex for ex in examples if ex.variant in VOTING_VARIANTS])
    return fit_lexica(votes, sorted(votes))


def first_matrix(examples: Sequence[Example], lexica: Lexica) -> Matrix:
    """The first stage's features; the lexicon of each document is fitted without its site."""
    offsets = np.cumsum([0, *(len(ex.lines) for ex in examples)])
    rows, words, names = np.empty((0, 0), np.float32), np.zeros(offsets[-1]), list[str]()
    site_left_out, lexicon = "", lexica.without(None)
    for i, ex in enumerate(examples):
        if site_left_out != ex.site:
            site_left_out, lexicon = ex.site, lexica.without(ex.site)
        x, names, size = first_stage_features(ex, lexicon, is_masked(ex))
        if not i:
            rows = np.empty((offsets[-1], len(names)), np.float32)
        rows[offsets[i] : offsets[i + 1]], words[offsets[i] : offsets[i + 1]] = x.T, size
    return Matrix(rows, offsets, words, names)


def is_masked(ex: Example) -> bool:
    """Whether a document is read as one in a language that lexicon and phrases do not know."""
    return ex.variant.startswith(MASKED)


def with_masked_copies(examples: Sequence[Example]) -> list[Example]:
    """The documents, a share of them a second time, to be read so."""
    out = []
    for ex in examples:
        out.append(ex)
        is_chosen = seeded_rng("masked", ex.page, ex.variant).random() < MASKED_SHARE
        if is_chosen and len(ex.lines) <= MAX_MASKED_LINES:
            out.append(replace(ex, variant=MASKED + ex.variant, weight=ex.weight * MASKED_WEIGHT))
    return out


def masked_rule_scores(rule_scores: Floats) -> Floats:
    """The rules' scores without those groups that go by words."""
    is_masked_row = [group in WORD_GROUPS for group in RULE_GROUPS] + [True]
    return np.where(np.array(is_masked_row)[:, None], np.float32(0), rule_scores)


def first_stage_features(
    ex: Example, lexicon: Lexicon, masked: bool = False
) -> tuple[Floats, list[str], NDArray[np.float64]]:
    """The first stage's features of one document: features x blocks, their names, words a block; `masked` as
    if lexicon and rules knew none of its words."""
    rule_scores = ex.model_input.rule_scores.astype(np.float32)
    if masked:
        lexicon, rule_scores = EMPTY_LEXICON, masked_rule_scores(rule_scores)
    line_features, names, word_counts = text_features(ex.lines, lexicon)
    hints, hint_names = rule_features(rule_scores, word_counts)
    if ex.model_input.dom_features is None:
        return np.concatenate([line_features, hints]), [*names, *hint_names], word_counts
    return (
        np.concatenate([line_features, hints, ex.model_input.dom_features.astype(np.float32)]),
        [*names, *hint_names, *dom_feature_names()],
        word_counts,
    )


def second_matrix(examples: Sequence[Example], first: Matrix, p_content: Floats) -> Matrix:
    """The first stage's features, and those of its probabilities around each block."""
    rows = np.empty((len(first.features), 0), np.float32)
    names: list[str] = []
    for i, ex in enumerate(examples):
        example_rows = first.rows_of(i)
        x, names = context_features(
            p_content[example_rows], first.word_counts[example_rows], parse_lines(ex.lines)
        )
        if not i:
            rows = np.empty((len(first.features), len(first.feature_names) + len(names)), np.float32)
            rows[:, : len(first.feature_names)] = first.features
        rows[example_rows, len(first.feature_names) :] = x.T
    return Matrix(rows, first.offsets, first.word_counts, [*first.feature_names, *names])


def line_weights(ex: Example) -> NDArray[np.float64]:
    """The weight of each block in the fit: long ones weigh more, all pages about the same.

    A wrong line costs a page with little main content more of its F1, so such a page's lines weigh more.
    """
    weight = np.sqrt(ex.word_counts.astype(np.float64))
    weight[ex.doubtful] = 0
    content_weight = float((weight * ex.share).sum())
    boilerplate_weight = float(weight.sum()) - content_weight
    return np.asarray(
        weight / (content_weight + 0.3 * boilerplate_weight + 3) * 50 * ex.weight * ex.page_weight
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """The blocks to fit on: their rows, labels, weights, and which example each is of."""

    rows: NDArray[np.int64]
    label: NDArray[np.float32]
    weight: NDArray[np.float64]
    example: NDArray[np.int64]


def sample_blocks(examples: Sequence[Example], matrix: Matrix) -> Sample:
    """At most MAX_FIT_BLOCKS blocks of every document."""
    rows, label, weight, example = [], [], [], []
    for i, ex in enumerate(examples):
        n = len(ex.lines)
        picked = np.arange(n)
        if n > MAX_FIT_BLOCKS:
            picked = np.sort(seeded_rng("rows", ex.page, ex.variant).choice(n, MAX_FIT_BLOCKS, replace=False))
        rows.append(matrix.offsets[i] + picked)
        label.append(ex.share[picked])
        weight.append(line_weights(ex)[picked] * (n / len(picked)))
        example.append(np.full(len(picked), i))
    w = np.concatenate(weight)
    is_used = w > 0
    return Sample(
        np.concatenate(rows)[is_used],
        np.concatenate(label)[is_used],
        w[is_used],
        np.concatenate(example)[is_used],
    )


def folds_of(examples: Sequence[Example]) -> NDArray[np.int64]:
    """The fold of each example's site."""
    return np.array([fold_of(ex.site, FOLDS) for ex in examples])


def fit_stage(examples: Sequence[Example], matrix: Matrix, trees: int = TREES) -> Stage:
    """One stage, in and out of fold. The bins are computed from all rows: they do not depend on labels."""
    import lightgbm as lgb

    sample, data = _binned_sample(examples, matrix)
    p_content = _out_of_fold(examples, matrix, sample, data, trees)
    return Stage(lgb.train(PARAMS, data, trees), p_content)


def out_of_fold(examples: Sequence[Example], matrix: Matrix, trees: int = TREES) -> Floats:
    """What `fit_stage` gives out of fold, without the fit on all sites."""
    return _out_of_fold(examples, matrix, *_binned_sample(examples, matrix), trees)


def _binned_sample(examples: Sequence[Example], matrix: Matrix) -> tuple[Sample, lgb.Dataset]:
    import lightgbm as lgb

    sample = sample_blocks(examples, matrix)
    data = lgb.Dataset(matrix.features[sample.rows], sample.label, weight=sample.weight, params=PARAMS)
    return sample, data.construct()  # from here on it holds the bins alone: memory is what is short


def _out_of_fold(
    examples: Sequence[Example], matrix: Matrix, sample: Sample, data: lgb.Dataset, trees: int
) -> Floats:
    import lightgbm as lgb

    folds = folds_of(examples)
    block_fold = np.repeat(folds, np.diff(matrix.offsets))
    p = np.zeros(len(matrix.features), np.float32)
    for fold in range(FOLDS):
        part = data.subset(np.flatnonzero(folds[sample.example] != fold).tolist())
        held_out = block_fold == fold
        p[held_out] = lgb.train(PARAMS, part, trees).predict(matrix.features[held_out], num_threads=1)
    return p
