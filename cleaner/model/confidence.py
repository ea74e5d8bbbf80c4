"""How good a result is expected to be: the word-F1 of what was kept, whoever decided it.

The model gives each block's probability of being main content; the word-F1 expected of the blocks that rules,
model and policies left is computed from those, and then corrected by a small forest (`confidence.*` in the
model file) that was fitted on pages, each judged by a fit that did not see its site: what the probabilities
do not know is how often they are wrong together. `python -m training.confidence` fits it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.overlap import reference_overlap
from cleaner.document import Block, Verdict
from cleaner.model.classifier import (
    CONFIDENCE_ARRAYS,
    ModelError,
    Prediction,
    builtin_model,
    confidence_forest_in,
    sigmoid,
)
from cleaner.model.forest import Forest
from cleaner.model.text_features import mean_of, sum_of
from cleaner.model.threshold import SHARED_UNCERTAINTY, scenario_probabilities
from cleaner.model.tokenize import Floats

DIGITS = 3  # more would pretend
# A block between these probabilities could be either.
UNSURE_FROM, UNSURE_TO = 0.1, 0.9
# The other way to count: text takes its blocks for independent, so there it is a page's uncertainty.
OTHER_UNCERTAINTY: Mapping[str, float] = {"html": 0.0, "text": SHARED_UNCERTAINTY["html"]}
UNKNOWN = -1.0  # a feature that this document does not have

FEATURE_NAMES = (
    "expected F1",  # of the kept blocks
    "expected precision",
    "expected recall",
    "expected F1 of the best set",
    "expected F1, counted the other way",  # OTHER_UNCERTAINTY
    "probability of clean text",
    "vocabulary coverage",
    "blocks",
    "words",
    "words kept",
    "share cut",
    "share of prose cut",
    "longest run of cut prose",  # in words, as a share of the words kept
    "share unsure",  # of the words, in blocks that could be either
    "unlikely kept",  # share of the kept words in blocks the model finds unlikely
    "likely cut",  # words of cut blocks the model finds likely, as a share of the words kept
    "words a character",  # a script without spaces has more
    "html",
    "agreement with trafilatura",  # word-F1 between what is kept and its text; UNKNOWN where it was not asked
)  # fmt: skip

# Codes of notices that stand in an article's place, which passes of `decide/` give.
SURE_NOTICE_CODES = frozenset(("no-article", "consent-wall", "paywall"))


def confidence_of(
    blocks: BlockIndex, verdicts: Sequence[Verdict], prediction: Prediction | None
) -> float | None:
    """The word-F1, 0 to 1, expected of keeping what the verdicts keep.

    A document without a word is empty for sure: 1. Where nothing is kept of one that has words it is the
    probability that no block is main content. None where the model was not asked and the model file holds
    nothing that judges the rules alone.
    """
    features = result_features(blocks, verdicts, prediction)
    if features is None:
        return round(_p_empty(verdicts, prediction), DIGITS)
    forest = builtin_calibrator()
    if forest is not None:
        return round(float(sigmoid(forest.log_odds(features[:, None]))[0]), DIGITS)
    return round(float(features[0]), DIGITS) if prediction else None


def _p_empty(verdicts: Sequence[Verdict], prediction: Prediction | None) -> float:
    """The probability that a document of which nothing is kept holds no main content.

    Blocks of such a document are main content together or not at all: the likeliest one stands for them. Of
    notices to the reader the model knows nothing, and their phrases are sure: they do not count.
    """
    if prediction is None:
        return 1.0
    unsure = [
        float(p)
        for p, verdict in zip(prediction.p_content, verdicts, strict=True)
        if verdict.code not in SURE_NOTICE_CODES
    ]
    return 1.0 - max(unsure, default=0.0)


def result_features(
    blocks: BlockIndex, verdicts: Sequence[Verdict], prediction: Prediction | None
) -> Floats | None:
    """A number for each of FEATURE_NAMES; None where no word is kept."""
    words = np.array(blocks.words) if prediction is None else prediction.words
    kept = words * kept_shares(blocks, verdicts)
    n_words, n_kept = sum_of(words), sum_of(kept)
    if not n_kept:
        return None
    kind = blocks.doc.kind
    predicted = [UNKNOWN] * 7
    if prediction:
        predicted = _predicted_features(prediction, words, kept, OTHER_UNCERTAINTY[kind])
    return np.array(
        [
            *predicted,
            np.log1p(len(words)),
            np.log1p(n_words),
            np.log1p(n_kept),
            1 - n_kept / n_words,
            *_prose_cut(blocks, words - kept, n_kept),
            *_doubtful_shares(prediction, words, kept),
            _words_a_character(blocks),
            float(kind == "html"),
            _agreement(blocks, kept),
        ],
        np.float32,
    )


def kept_shares(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> NDArray[np.float64]:
    """The share of each block's text that is kept."""
    shares = [
        0.0 if verdict.code else _kept_share(block, verdict) if verdict.cuts else 1.0
        for block, verdict in zip(blocks, verdicts, strict=True)
    ]
    return np.array(shares, np.float64)


def _kept_share(block: Block, verdict: Verdict) -> float:
    """The share of a kept block's text that no cut takes."""
    spans = [block.to_text_span(*mark.span) for mark in verdict.cuts if mark.span]
    cut = sum(end - start for start, end in spans)
    return max(0.0, 1 - cut / max(1, len(block.text))) if cut else 1.0


def expected_f1(
    p_content: Floats, words: NDArray[np.float64], kept: NDArray[np.float64], shared_uncertainty: float
) -> tuple[float, float, float]:
    """The word-F1, precision and recall expected of keeping `kept` of each block's `words`."""
    scenarios = scenario_probabilities(p_content, shared_uncertainty)
    hits, content, n_kept = scenarios @ kept, scenarios @ words, sum_of(kept)
    shares = 2 * hits / (n_kept + content + 1e-9), hits / (n_kept + 1e-9), hits / (content + 1e-9)
    f1, precision, recall = map(mean_of, shares)
    return f1, precision, recall


def _predicted_features(
    prediction: Prediction, words: NDArray[np.float64], kept: NDArray[np.float64], other_uncertainty: float
) -> list[float]:
    """The first seven features."""
    p_content = prediction.p_content
    return [
        *expected_f1(p_content, words, kept, prediction.shared_uncertainty),
        prediction.expected_f1,
        expected_f1(p_content, words, kept, other_uncertainty)[0],
        prediction.p_already_clean,
        prediction.vocabulary_coverage,
    ]


def _prose_cut(blocks: BlockIndex, cut: NDArray[np.float64], kept_words: float) -> list[float]:
    """How much of the prose was cut: as a share of all of it, and its longest run beside what was kept."""
    is_prose = np.array(blocks.prose, np.bool_)
    prose_words = float((np.array(blocks.words) * is_prose).sum())
    cut_prose = cut * is_prose
    # a run goes on over short blocks, and ends at prose that is kept
    run = (is_prose & (cut <= 0)).cumsum()
    longest = max(np.bincount(run, weights=cut_prose).tolist())
    return [float(cut_prose.sum()) / max(1.0, prose_words), longest / (kept_words + 1)]


def _doubtful_shares(
    prediction: Prediction | None, words: NDArray[np.float64], kept: NDArray[np.float64]
) -> list[float]:
    """The features `share unsure`, `unlikely kept` and `likely cut`."""
    if prediction is None:
        return [UNKNOWN] * 3
    p, kept_words = prediction.p_content, sum_of(kept)
    return [
        sum_of(words[(p > UNSURE_FROM) & (p < UNSURE_TO)]) / sum_of(words),
        sum_of(kept[p < 0.5]) / kept_words,
        sum_of((words - kept)[p >= 0.5]) / (kept_words + 1),
    ]


def _words_a_character(blocks: BlockIndex) -> float:
    characters = sum(map(len, blocks.texts))
    return sum(blocks.words) / max(1, characters)


def _agreement(blocks: BlockIndex, kept: NDArray[np.float64]) -> float:
    """The word-F1 between what is kept and trafilatura's text; UNKNOWN where it was not asked."""
    shares = reference_overlap(blocks)
    if shares is None:
        return UNKNOWN
    in_reference, words = np.array(shares, np.float64), np.array(blocks.words)
    size = float((in_reference * words).sum())
    return 2 * float((in_reference * kept).sum()) / max(1e-9, size + float(kept.sum()))


@cache
def builtin_calibrator() -> Forest | None:
    """The forest of the model file that comes with the package; None where it holds none.

    Raises ModelError where it was fitted on other features.
    """
    model = builtin_model()
    return _of_these_features(model.confidence_forest, model.header)


def load_calibrator(arrays: Mapping[str, NDArray[Any]]) -> Forest | None:
    """The forest in an opened model file; None where it holds none. Raises ModelError."""
    forest = confidence_forest_in(arrays)
    return _of_these_features(forest, json.loads(arrays["header"].tobytes())) if forest else None


def _of_these_features(forest: Forest | None, header: Mapping[str, Any]) -> Forest | None:
    """The forest, if by the file's header it was fitted on FEATURE_NAMES. Raises ModelError."""
    if forest is not None and header.get(CONFIDENCE_ARRAYS) != [*FEATURE_NAMES]:
        raise ModelError(
            "the confidence reads other features than this version has;"
            " rebuild it with: python -m training.confidence"
        )
    return forest
