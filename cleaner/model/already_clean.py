"""Features of a text as a whole, for the model that predicts whether it is clean already: from its lines'
probabilities, the lexicon and the rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.model.rule_features import CONFIDENT_NATS
from cleaner.model.text_features import mean_of, sum_of
from cleaner.model.tokenize import Floats

P_LEVELS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8)
QUANTILES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75)
LONG_EDGE_LINES = 15  # at either end: where a page has its menu and its notices
SHORT_EDGE_LINES = 4  # at either end: where another tool leaves the last of the boilerplate

FEATURE_NAMES = (
    "lines",
    "words",
    "words a line",
    "mean of words",
    "mean of lines",
    *(f"words under {level}" for level in P_LEVELS),
    *(f"lines under {level}" for level in P_LEVELS),
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


def document_features(
    p_content: Floats,
    words: NDArray[np.float64],
    line_lexicon: Floats,
    word_lexicon: Floats,
    rule_scores: Floats,
) -> Floats:
    """One number for each of `FEATURE_NAMES`.

    `line_lexicon` and `word_lexicon` are the text features "lexicon line" and "lexicon mean" of each line;
    `rule_scores` are those of `score_rules`. A page with its menu holds lines that many sites show; clean
    text, however odd its lines, does not.
    """
    probability = p_content.astype(np.float64)
    n, total = len(probability), max(1.0, sum_of(words))
    flags = [probability < level for level in P_LEVELS]
    values = [
        np.log1p(n),
        np.log1p(total),
        total / n,
        sum_of(probability * words) / total,
        mean_of(probability),
    ]
    values += [sum_of(words[flag]) / total for flag in flags]
    values += [np.count_nonzero(flag) / n for flag in flags]
    values += np.sort(probability)[(np.array(QUANTILES) * (n - 1)).astype(np.int64)].tolist()
    values += [
        mean_of(probability[:SHORT_EDGE_LINES]),
        mean_of(probability[-SHORT_EDGE_LINES:]),
        min(probability[:SHORT_EDGE_LINES].tolist()),
        min(probability[-SHORT_EDGE_LINES:].tolist()),
    ]
    runs = [_longest_run(probability < level, words) for level in (0.1, 0.3, 0.5)]
    values += [lines for lines, _ in runs] + [size / total for _, size in runs]
    return np.array(
        [*values, *_lexicon_features(line_lexicon, word_lexicon, words), *_rule_features(rule_scores, words)],
        np.float32,
    )


def _lexicon_features(line_lexicon: Floats, word_lexicon: Floats, words: NDArray[np.float64]) -> list[float]:
    """How many lines many sites show, in all and at either end, and the lexicon's weights of the words."""
    n, total = len(line_lexicon), max(1.0, sum_of(words))
    flags = [line_lexicon > 0.7, line_lexicon > 1.8, word_lexicon > 0.8]
    counts = [np.count_nonzero(flag) for flag in flags]
    values = [float(value) for count in counts for value in (np.log1p(count), count / n)]
    values += [float(np.log1p(np.count_nonzero(flag[:LONG_EDGE_LINES]))) for flag in flags]
    values += [float(np.log1p(np.count_nonzero(flag[-LONG_EDGE_LINES:]))) for flag in flags]
    values += [
        sum_of(word_lexicon * words) / total,
        mean_of(word_lexicon),
        sum_of(line_lexicon * (line_lexicon > 0)) / n,
    ]
    return [
        *values,
        mean_of(word_lexicon[:LONG_EDGE_LINES]),
        mean_of(word_lexicon[-LONG_EDGE_LINES:]),
        sum_of(np.minimum(line_lexicon, 0)) / n,
    ]


def _rule_features(rule_scores: Floats, words: NDArray[np.float64]) -> list[float]:
    """How many groups of rules are confident anywhere, on how many lines, and on what share of the words."""
    is_confident = rule_scores[:-1] >= CONFIDENT_NATS
    marked_lines = np.logical_or.reduce(is_confident)
    share = sum_of(words[marked_lines]) / max(1.0, sum_of(words))
    n_kinds = np.count_nonzero(np.logical_or.reduce(is_confident, axis=1))
    return [float(n_kinds), float(np.log1p(np.count_nonzero(marked_lines))), share]


def _longest_run(is_low: NDArray[np.bool_], words: NDArray[np.float64]) -> tuple[float, float]:
    """The number of lines in the longest run of flagged lines, and of words in the run with most words."""
    if not np.count_nonzero(is_low):
        return 0.0, 0.0
    run_ids = (~is_low).cumsum()
    run_lines = np.bincount(run_ids, weights=is_low)
    return float(run_lines.max()), float(np.bincount(run_ids, weights=words * is_low).max())
