"""Features of a line from the first stage's probabilities of the lines around it: the second stage reads
these beside the first's features."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaner import native
from cleaner.model.text_features import (
    MAX_DISTANCE_LINES,
    FeatureRows,
    Windows,
    distance_to_range,
    max_sum_range,
    pad,
    prefix_sums,
    signed_log,
    sum_of,
    take_logs,
    total,
)
from cleaner.model.tokenize import Floats, Ints, ParsedLines, one_letter, unique_counts

WINDOW_LINES = (2, 5, 12, 30)


def context_features(
    p_content: Floats, words: NDArray[np.float64], parsed: ParsedLines
) -> tuple[Floats, list[str]]:
    """A matrix features x lines, and the names of its rows; `p_content` and `words` are by line."""
    probability = p_content.astype(np.float64)
    if native.core is not None:
        return _native_context_features(native.core, probability, words, parsed)
    rows = _context_rows(probability, words, parsed)
    return rows.matrix(), rows.names


def _context_rows(
    probability: NDArray[np.float64], words: NDArray[np.float64], parsed: ParsedLines
) -> FeatureRows:
    rows = FeatureRows(parsed.n_lines)
    word_weight = np.minimum(words, 80.0) + 0.5
    content_words = probability * word_weight
    _window_features(probability, content_words, word_weight, rows)
    _content_around_features(content_words, word_weight, rows)
    _run_features(probability, word_weight, rows)
    _separator_features(probability, words, parsed, rows)
    _similar_line_features(probability, parsed, rows)
    _document_features(probability, content_words, word_weight, rows)
    return rows


@cache
def _context_feature_names() -> list[str]:
    """The names of the features, in order."""
    return _context_rows(np.ones(1), np.ones(1), one_letter()).names


def _native_context_features(
    core: native.NativeCore, probability: NDArray[np.float64], words: NDArray[np.float64], parsed: ParsedLines
) -> tuple[Floats, list[str]]:
    """`context_features` by the native core, but for what is one number a document."""
    names = _context_feature_names()
    n_rows = names.index("content share")  # the first of those computed here
    values, transforms = np.empty((n_rows, parsed.n_lines)), np.zeros(n_rows, np.uint8)
    _, word_index, count = parsed.vocabulary
    core.context_rows(
        probability,
        words,
        parsed.mark_counts,
        *unique_counts(_style_keys(parsed)),
        *unique_counts(parsed.coarse_hash),
        parsed.line_of_word,
        parsed.word_length,
        word_index,
        count,
        np.log1p(count),
        values,
        transforms,
    )
    take_logs(values, transforms)
    word_weight, rows = np.minimum(words, 80.0) + 0.5, FeatureRows(parsed.n_lines)
    _document_features(probability, probability * word_weight, word_weight, rows)
    return np.concatenate([values.astype(np.float32), rows.matrix()]), [*names]


def _window_features(
    probability: NDArray[np.float64],
    content_words: NDArray[np.float64],
    word_weight: NDArray[np.float64],
    rows: FeatureRows,
) -> None:
    """The probabilities of the line, of its neighbours one by one, and of windows."""
    rows.add("first stage", probability)
    padded = pad(probability, 4, -0.1)
    for offset in (-4, -3, -2, -1, 1, 2, 3, 4):
        rows.add(
            f"first stage {abs(offset)} {'above' if offset < 0 else 'below'}",
            padded[4 + offset : 4 + offset + len(probability)],
        )
    windows, content_sums, weight_sums = (
        Windows(len(probability)),
        prefix_sums(content_words),
        prefix_sums(word_weight),
    )
    for reach in WINDOW_LINES:
        window_weight = windows.sums(weight_sums, reach, reach)
        rows.add(f"first stage within {reach}", windows.sums(content_sums, reach, reach) / window_weight)
    for reach in WINDOW_LINES[1:]:
        above, below = windows.sums(weight_sums, reach, -1), windows.sums(weight_sums, -1, reach)
        rows.add(
            f"first stage in {reach} above", windows.sums(content_sums, reach, -1) / np.maximum(above, 0.1)
        )
        rows.add(
            f"first stage in {reach} below", windows.sums(content_sums, -1, reach) / np.maximum(below, 0.1)
        )


def _content_around_features(
    content_words: NDArray[np.float64], word_weight: NDArray[np.float64], rows: FeatureRows
) -> None:
    """How much main content lies above and below."""
    content = max(total(content_words), 1e-6)
    above = np.cumsum(content_words) - content_words
    rows.add("content above", np.log1p(above))
    rows.add("content above share", above / content)
    rows.add("content below", np.log1p(np.maximum(content - above - content_words, 0)))
    best_so_far = np.maximum.accumulate(content_words / word_weight)
    rows.add("best above", np.concatenate(([0.0], best_so_far[:-1])))
    best_so_far = np.maximum.accumulate((content_words / word_weight)[::-1])[::-1]
    rows.add("best below", np.concatenate((best_so_far[1:], [0.0])))


def _run_features(
    probability: NDArray[np.float64], word_weight: NDArray[np.float64], rows: FeatureRows
) -> None:
    """Distance to the stretch with most main content, and to the nearest lines of high and of low
    probability."""
    n, at = len(probability), np.arange(len(probability))
    content_words, so_far = probability * word_weight, np.cumsum(word_weight)
    for name, level in (("content run", 0.5), ("loose content run", 0.25)):
        start, end = max_sum_range((probability - level) * word_weight)
        distance = distance_to_range(n, start, end)
        outside = np.where(
            distance < 0, so_far - so_far[start], np.where(distance > 0, so_far - so_far[end], 0.0)
        )
        rows.add(f"lines to {name}", signed_log(distance))
        rows.add(f"words to {name}", signed_log(outside))
        rows.add(f"place in {name}", np.clip((at - start) / (end - start + 1), -1, 2))
        inside = total(content_words[start : end + 1]) / max(1e-6, total(content_words))
        rows.add(f"{name} of content", inside)
    for name, flag in (("sure", probability > 0.8), ("junk", (probability < 0.1) & (word_weight > 2))):
        last = np.maximum.accumulate(np.where(flag, at, -1))
        following = np.minimum.accumulate(np.where(flag, at, 3 * n + 1000)[::-1])[::-1]
        rows.add(f"since {name}", np.log1p(np.where(last < 0, MAX_DISTANCE_LINES, at - last)))
        rows.add(f"until {name}", np.log1p(np.minimum(following - at, MAX_DISTANCE_LINES)))


def _separator_features(
    probability: NDArray[np.float64], words: NDArray[np.float64], parsed: ParsedLines, rows: FeatureRows
) -> None:
    """How much separates a line from the main content, and how long its own stretch between two separators
    is.

    An article's paragraphs come in long stretches; comments are as good prose, but in short stretches
    between names and dates.
    """
    n = len(probability)
    start, end = max_sum_range((probability - 0.5) * (np.minimum(words, 80.0) + 0.5))
    is_dated = (words <= 14) & (parsed.mark_counts[:, [1, 2, 5]].sum(axis=1) > 0)
    for name, flag in (("junk lines", (probability < 0.12) & (words > 0)), ("dates", is_dated)):
        count = np.cumsum(flag)
        rows.add(
            f"{name} to content",
            signed_log(np.where(np.arange(n) > end, count - count[end], np.minimum(count - count[start], 0))),
        )
    for level in (0.12, 0.3):
        stretch_of_line = np.cumsum(probability < level)
        stretch_words = np.bincount(stretch_of_line, weights=words * (probability >= level))
        stretch_content = np.bincount(stretch_of_line, weights=words * probability * (probability >= level))
        biggest_so_far = np.maximum.accumulate(stretch_content)
        rows.add(f"stretch words {level}", np.log1p(stretch_words[stretch_of_line]))
        rows.add(
            f"stretch content {level}",
            stretch_content[stretch_of_line] / np.maximum(stretch_words[stretch_of_line], 1),
        )
        rows.add(
            f"stretch of biggest {level}",
            stretch_content[stretch_of_line] / max(1.0, float(stretch_content.max())),
        )
        rows.add(
            f"biggest stretch above {level}",
            np.log1p(np.concatenate(([0.0], biggest_so_far[:-1]))[stretch_of_line]),
        )


def _style_keys(parsed: ParsedLines) -> Ints:
    """Equal numbers for lines of about one length that begin and end alike."""
    return np.asarray(
        parsed.first_class.astype(np.int64) * 400
        + parsed.last_class.astype(np.int64) * 20
        + np.minimum(np.log1p(parsed.class_counts.sum(axis=1)) * 2.0, 19).astype(np.int64),
        np.int64,
    )


def _similar_line_features(probability: NDArray[np.float64], parsed: ParsedLines, rows: FeatureRows) -> None:
    """The first stage's mean of other lines of the same form, and of other lines with the same words."""
    n = parsed.n_lines
    for name, key in (("same style", _style_keys(parsed)), ("same form", parsed.coarse_hash)):
        group_of, group_size = unique_counts(key)
        others = np.bincount(group_of, weights=probability)[group_of] - probability
        rows.add(f"first stage of {name}", (others + 0.2 * probability) / (group_size[group_of] - 0.8))
    if not len(parsed.line_of_word):
        rows.add("first stage of same words", np.zeros(n))
        return
    _, group_of, group_size = parsed.vocabulary
    others = (
        np.bincount(group_of, weights=probability[parsed.line_of_word])[group_of]
        - probability[parsed.line_of_word]
    )
    shared = (group_size[group_of] > 1) & (parsed.word_length > 2)
    mean_of_others = np.where(shared, others / np.maximum(group_size[group_of] - 1, 1), 0.0)
    rarity = shared / np.log1p(group_size[group_of])
    rows.add(
        "first stage of same words",
        np.bincount(parsed.line_of_word, weights=mean_of_others * rarity, minlength=n)
        / np.maximum(np.bincount(parsed.line_of_word, weights=rarity, minlength=n), 0.05),
    )


def _document_features(
    probability: NDArray[np.float64],
    content_words: NDArray[np.float64],
    word_weight: NDArray[np.float64],
    rows: FeatureRows,
) -> None:
    """The probabilities of the document as a whole, the same for each line; the line's rank among them."""
    n, weight, ascending = len(probability), sum_of(word_weight), np.sort(probability)
    content = sum_of(content_words)
    document_values = {
        "content share": content / weight,
        "content words": np.log1p(content),
        "sure share": sum_of(word_weight[probability > 0.8]) / weight,
        "junk share": sum_of(word_weight[probability < 0.1]) / weight,
        "unsure share": sum_of(word_weight[(probability > 0.25) & (probability < 0.75)]) / weight,
        "middle line": float(ascending[(n - 1) // 2] + ascending[n // 2]) / 2,  # the median
        "best line": float(ascending[-1]),
    }
    for name, value in document_values.items():
        rows.add(name, float(value))
    rows.add("rank", ascending.searchsorted(probability) / n)
