"""Features of a line from its text, alone and among its neighbours.

There is no list of stop words. A fitted lexicon holds how much more often a word occurs in boilerplate; a
word it lacks counts 0, so that in a language it does not know only its help is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner import native
from cleaner.model.tokenize import (
    ALL_CAPS,
    APOSTROPHE,
    BAR,
    BRACKET,
    COLON,
    COMMA,
    DASH,
    DIGIT,
    IDEOGRAPH,
    LOWERCASE,
    NUMERIC,
    OTHER,
    QUOTE,
    SIGN,
    SOUTHEAST_ASIAN,
    SPACE,
    STOP,
    TITLECASE,
    WORDS_PER_CHAR,
    Floats,
    Hashes,
    Ints,
    ParsedLines,
    one_letter,
    parse_lines,
    unique_counts,
)

SHORT_LINE_WORDS = 6  # the lexicon holds whole lines of up to this many words
MIN_PROSE_WORDS = 10  # a line that ends a sentence with fewer is as likely a teaser or a caption
MIN_UNPUNCTUATED_WORDS = 15  # of a line of Thai that counts as prose: titles are shorter
MAX_DISTANCE_LINES = 1000.0  # stands for "none" in distances, which enter as logarithms


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How much more often words, and short lines as a whole, occur in boilerplate than in main content.

    Attributes:
        word_hashes, word_weights: ascending hashes of words, and the log-ratio (nats) of each.
        line_hashes, line_weights: the same of lines, by their template hash (all numbers as one).
    """

    word_hashes: Hashes
    word_weights: Floats
    line_hashes: Hashes
    line_weights: Floats


EMPTY_LEXICON = Lexicon(
    np.zeros(0, np.uint64), np.zeros(0, np.float32), np.zeros(0, np.uint64), np.zeros(0, np.float32)
)


def lookup_weights(keys: Hashes, hashes: Hashes, weights: Floats) -> Floats:
    """The weight of each key, 0 for a key that is not among `hashes`, which ascend."""
    if not len(hashes) or not len(keys):
        return np.zeros(len(keys), np.float32)
    if native.core is not None:
        found = np.empty(len(keys), np.float32)
        native.core.lookup_weights(keys, hashes, weights, found)
        return found
    positions = np.minimum(np.searchsorted(hashes, keys), len(hashes) - 1)
    return np.where(hashes[positions] == keys, weights[positions], np.float32(0))


class FeatureRows:
    """Collects the named rows of a matrix features x lines."""

    def __init__(self, n: int) -> None:
        self.n_lines = n
        self.names: list[str] = []
        self.values: list[NDArray[Any] | float] = []

    def add(self, name: str, value: NDArray[Any] | float) -> None:
        """One more feature; a single number is that of all lines."""
        self.names.append(name)
        self.values.append(value)

    def matrix(self) -> Floats:
        """The matrix, one contiguous row a feature."""
        out = np.empty((len(self.values), self.n_lines), np.float32)
        for row, value in zip(out, self.values, strict=True):
            row[:] = value
        return out


def sum_by_line(line_of_word: Ints, value: NDArray[Any], n: int) -> NDArray[np.float64]:
    """The sum over each line's words of a value of words."""
    return np.asarray(np.bincount(line_of_word, weights=value, minlength=n), np.float64)


class Windows:
    """Sums over the lines around each line; the bounds of each window are computed once a document."""

    def __init__(self, n: int) -> None:
        self.line_numbers = np.arange(n)
        self.memo: dict[tuple[int, int], tuple[Ints, Ints]] = {}

    def bounds(self, before: int, after: int) -> tuple[Ints, Ints]:
        """The first line of each line's window, and the line after its last."""
        key = (before, after)
        if key not in self.memo:
            n = len(self.line_numbers)
            low, high = (
                np.maximum(self.line_numbers - before, 0),
                np.minimum(self.line_numbers + (after + 1), n),
            )
            self.memo[key] = (np.minimum(low, n), np.maximum(high, 0))
        return self.memo[key]

    def width(self, before: int, after: int) -> Ints:
        """Lines in each window."""
        low, high = self.bounds(before, after)
        return high - low

    def sums(self, prefix: NDArray[np.float64], before: int, after: int) -> NDArray[np.float64]:
        """Sums over the lines from `before` above to `after` below, given the value's `prefix_sums`."""
        low, high = self.bounds(before, after)
        return np.asarray(prefix[high] - prefix[low])


def sum_of(values: NDArray[np.number]) -> float:
    """`values.sum()`, in half of the time where they are few."""
    return float(np.add.reduce(values))


def mean_of(values: NDArray[np.number]) -> float:
    """`values.mean()`, in a third of the time where they are few."""
    return float(np.add.reduce(values) / len(values))


def prefix_sums(value: NDArray[Any]) -> NDArray[np.float64]:
    """Sums of the first 0, 1, 2, ... values."""
    sums = np.zeros(len(value) + 1)
    np.cumsum(value, out=sums[1:])
    return sums


def pad(value: NDArray[Any], by: int, fill: float) -> NDArray[np.float64]:
    """The value with `by` more lines on either side: line i's neighbour k below is at i + by + k."""
    out = np.full(len(value) + 2 * by, fill, np.float64)
    out[by : by + len(value)] = value
    return out


def run_lengths(flags: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Length of the run of equal flags that each line is in, and the line's position in it, from 0."""
    n = len(flags)
    starts = np.flatnonzero(np.concatenate(([True], flags[1:] != flags[:-1])))
    length = np.diff(np.append(starts, n))
    return np.repeat(length, length), np.arange(n) - np.repeat(starts, length)


def max_sum_range(gains: NDArray[np.float64]) -> tuple[int, int]:
    """First and last line of the stretch whose gains sum to the most."""
    prefix = np.concatenate(([0.0], np.cumsum(gains)))
    lowest_before = np.minimum.accumulate(prefix)
    end = int(np.argmax(prefix[1:] - lowest_before[:-1])) + 1
    return int(np.argmin(prefix[:end])), end - 1


def distance_to_range(n: int, start: int, end: int) -> Ints:
    """Lines between each line and a stretch: negative above it, 0 inside."""
    at = np.arange(n)
    return np.minimum(at - start, 0) + np.maximum(at - end, 0)


def signed_log(value: NDArray[Any]) -> NDArray[np.float64]:
    """log(1 + |x|) with the sign of x."""
    return np.asarray(np.sign(value) * np.log1p(np.abs(value)))


def text_features(
    lines: Sequence[str], lexicon: Lexicon = EMPTY_LEXICON, *, parsed: ParsedLines | None = None
) -> tuple[Floats, list[str], NDArray[np.float64]]:
    """A matrix features x lines, the names of its rows, and the number of words in each line."""
    parsed = parse_lines(lines) if parsed is None else parsed
    if native.core is not None:
        return _native_text_features(native.core, parsed, lexicon)
    rows, words = _text_rows(parsed, lexicon)
    return rows.matrix(), rows.names, words


def _text_rows(parsed: ParsedLines, lexicon: Lexicon) -> tuple[FeatureRows, NDArray[np.float64]]:
    """The features of `text_features`, and the words in each line."""
    rows, windows = FeatureRows(parsed.n_lines), Windows(parsed.n_lines)
    stats = _line_features(parsed, rows)
    _repetition_features(parsed, rows)
    _marker_features(parsed, stats, windows, rows)
    _stamp_features(parsed, stats, windows, rows)
    lexicon_weight = _lexicon_features(parsed, lexicon, rows)
    _position_features(stats, rows)
    _window_features(stats, lexicon_weight, windows, rows)
    _main_run_features(parsed, stats, rows)
    _length_features(stats, rows)
    _document_features(stats, lexicon_weight, rows)
    return rows, stats.words


@cache
def _text_feature_names() -> list[str]:
    """The names of the features, in order."""
    return _text_rows(one_letter(), EMPTY_LEXICON)[0].names


@cache
def _neighbour_rows() -> list[tuple[int, int, int]]:
    """How far a neighbour is, and the rows of the words of the one above and of the one below."""
    names = _text_feature_names()
    return [
        (offset, names.index(f"words {offset} above"), names.index(f"words {offset} below"))
        for offset in range(1, N_NEIGHBOURS + 1)
    ]


def _native_text_features(
    core: native.NativeCore, parsed: ParsedLines, lexicon: Lexicon
) -> tuple[Floats, list[str], NDArray[np.float64]]:
    """`text_features` by the native core, but for what is one number a document."""
    names, n = _text_feature_names(), parsed.n_lines
    n_rows = names.index("words in shorter lines")  # the first of those computed here
    values, transforms, by_line = np.empty((n_rows, n)), np.zeros(n_rows, np.uint8), np.empty((6, n))
    first, word_index, count = parsed.vocabulary
    core.text_rows(
        parsed.class_counts,
        parsed.first_class,
        parsed.last_class,
        parsed.next_to_last_class,
        parsed.mark_counts,
        parsed.line_hash,
        *unique_counts(parsed.line_hash),
        *parsed.templates,
        *unique_counts(parsed.coarse_hash),
        lookup_weights(parsed.template_hash, lexicon.line_hashes, lexicon.line_weights),
        parsed.line_of_word,
        parsed.word_length,
        parsed.word_start,
        word_index,
        first,
        count,
        lookup_weights(parsed.word_hash[first], lexicon.word_hashes, lexicon.word_weights),
        np.log(count),
        by_line,
        values,
        transforms,
    )
    take_logs(values, transforms)
    for offset, above, below in _neighbour_rows():
        values[above, :offset] = -1
        values[below, max(n - offset, 0) :] = -1
    words, prose_words, ends_sentence, unspaced_words, uncased_words, lexicon_weight = by_line
    stats = LineStats(
        n_lines=n,
        words=words,
        prose_words=prose_words,
        ends_sentence=ends_sentence,
        titlecase_share=values[names.index("title words")],
        digit_share=values[names.index("digits")],
        unspaced_words=unspaced_words,
        uncased_words=uncased_words,
        price_counts=parsed.mark_counts[:, 4],
    )
    rows = FeatureRows(n)
    _length_features(stats, rows)
    _document_features(stats, lexicon_weight, rows)
    return np.concatenate([values.astype(np.float32), rows.matrix()]), [*names], words


def take_logs(values: NDArray[np.float64], transforms: NDArray[np.uint8]) -> None:
    """Put in the logarithms that the native core leaves to numpy: of rows marked 1 log(1 + x), of rows marked
    2 `signed_log`."""
    plain, signed = np.flatnonzero(transforms == 1), np.flatnonzero(transforms == 2)
    values[plain] = np.log1p(values[plain])
    values[signed] = signed_log(values[signed])


def total(values: NDArray[np.float64]) -> float:
    """The sum, added up in order: `sum` adds pairs, in an order that is numpy's own."""
    return float(np.cumsum(values)[-1])


@dataclass(slots=True)
class LineStats:
    """Per line, what several groups of features read.

    Attributes:
        n_lines: how many lines.
        words: number of words.
        prose_words: the same, lower where a line looks less like running prose, 0 where not at all.
        ends_sentence: how far the line ends like a sentence, 0 to 1.
        titlecase_share, digit_share: of words in Title Case; of characters that are digits.
        unspaced_words: the words that are of scripts without spaces.
        uncased_words: the words of scripts that have no capitals.
        price_counts: how many prices.
    """

    n_lines: int
    words: NDArray[np.float64]
    prose_words: NDArray[np.float64]
    ends_sentence: NDArray[np.float64]
    titlecase_share: NDArray[np.float64]
    digit_share: NDArray[np.float64]
    unspaced_words: NDArray[np.float64]
    uncased_words: NDArray[np.float64]
    price_counts: NDArray[np.int64]


def _line_features(parsed: ParsedLines, rows: FeatureRows) -> LineStats:
    """Features of the line alone."""
    n, class_counts = parsed.n_lines, parsed.class_counts
    unspaced_words = (
        class_counts[:, IDEOGRAPH] * WORDS_PER_CHAR[IDEOGRAPH]
        + class_counts[:, SOUTHEAST_ASIAN] * WORDS_PER_CHAR[SOUTHEAST_ASIAN]
    )
    start_counts = np.bincount(parsed.line_of_word * 5 + parsed.word_start, minlength=n * 5).reshape(-1, 5)
    words = (
        start_counts[:, :4].sum(axis=1) + np.where(unspaced_words > 0, 0, start_counts[:, 4]) + unspaced_words
    )
    n_chars = np.maximum(class_counts.sum(axis=1), 1)
    sentence_counts, ends_sentence = _sentence_counts(parsed), _ends_like_sentence(parsed)
    lowercase_share = (start_counts[:, LOWERCASE] + start_counts[:, 4] * 0.9) / np.maximum(
        start_counts.sum(axis=1), 1
    )
    prose_factor = np.where(
        ends_sentence >= 0.9, 1.0, np.where((sentence_counts > 0) | (ends_sentence == 0.6), 0.6, 0.3)
    )
    prose_words = words * (words >= MIN_PROSE_WORDS) * prose_factor * (lowercase_share > 0.4)
    rows.add("words", np.log1p(words))
    rows.add("size", np.log1p(n_chars))
    _word_features(parsed, start_counts, words, lowercase_share, rows)
    _character_features(parsed, n_chars, words, sentence_counts, rows)
    rows.add("ends a sentence", ends_sentence)
    for i, name in enumerate(("times", "dates", "addresses", "prices", "years"), 1):
        rows.add(name, np.minimum(parsed.mark_counts[:, i], 6))
    rows.add("prose", np.log1p(prose_words))
    return LineStats(
        n_lines=n,
        words=words,
        prose_words=prose_words,
        ends_sentence=ends_sentence,
        titlecase_share=start_counts[:, TITLECASE] / np.maximum(words, 1.0),
        digit_share=class_counts[:, DIGIT] / n_chars,
        unspaced_words=unspaced_words,
        uncased_words=np.where(unspaced_words > 0, unspaced_words, start_counts[:, 4]),
        price_counts=parsed.mark_counts[:, 4],
    )


def _sentence_counts(parsed: ParsedLines) -> Ints:
    """How many sentences end in each line."""
    ends_in_quote = (parsed.last_class <= QUOTE) | (parsed.last_class == APOSTROPHE)
    return np.asarray(
        parsed.mark_counts[:, 0]
        + ((parsed.last_class == STOP) | ((parsed.next_to_last_class == STOP) & ends_in_quote)),
        np.int64,
    )


def _ends_like_sentence(parsed: ParsedLines) -> NDArray[np.float64]:
    """How far each line ends like a sentence: 1 a full stop, .9 one inside a quotation (`»` is a bar as well)
    or brackets, .4 a colon, .2 a comma; .6 a long line of Thai or Lao, which have no full stop."""
    ends = np.where(parsed.last_class == STOP, 1.0, 0.0)
    ends[
        np.isin(parsed.last_class, (QUOTE, BRACKET, APOSTROPHE, BAR)) & (parsed.next_to_last_class == STOP)
    ] = 0.9
    southeast_asian_words = parsed.class_counts[:, SOUTHEAST_ASIAN] * WORDS_PER_CHAR[SOUTHEAST_ASIAN]
    ends[(parsed.last_class == SOUTHEAST_ASIAN) & (southeast_asian_words >= MIN_UNPUNCTUATED_WORDS)] = 0.6
    ends[parsed.last_class == COLON] = 0.4
    ends[parsed.last_class == COMMA] = 0.2
    return ends


def _word_features(
    parsed: ParsedLines,
    start_counts: Ints,
    words: NDArray[np.float64],
    lowercase_share: NDArray[np.float64],
    rows: FeatureRows,
) -> None:
    """The words of the line: how long they are and how they start; `start_counts` is lines x starts."""
    n, word_counts = parsed.n_lines, np.maximum(words, 1.0)
    rows.add(
        "letters a word",
        sum_by_line(parsed.line_of_word, parsed.word_length * 1.0, n)
        / np.maximum(start_counts.sum(axis=1), 1),
    )
    rows.add("longest word", _extreme_by_line(np.maximum, parsed, parsed.word_length))
    rows.add("small words", lowercase_share)
    rows.add("title words", start_counts[:, TITLECASE] / word_counts)
    rows.add("capital words", start_counts[:, ALL_CAPS] / word_counts)
    rows.add("numbers", start_counts[:, NUMERIC] / word_counts)
    is_brief = (parsed.word_length <= 3) & (parsed.word_start == LOWERCASE)
    rows.add("brief words", np.bincount(parsed.line_of_word[is_brief], minlength=n) / word_counts)


SYMBOL_CLASSES = (
    ("colons", COLON),
    ("quotes", QUOTE),
    ("brackets", BRACKET),
    ("bars", BAR),
    ("dashes", DASH),
    ("signs", SIGN),
    ("symbols", OTHER),
)


def _character_features(
    parsed: ParsedLines, n_chars: Ints, words: NDArray[np.float64], sentence_counts: Ints, rows: FeatureRows
) -> None:
    """The characters of the line that are not letters."""
    class_counts = parsed.class_counts
    rows.add("digits", class_counts[:, DIGIT] / n_chars)
    rows.add("spaces", class_counts[:, SPACE] / n_chars)
    rows.add("sentences", np.minimum(sentence_counts, 20))
    rows.add("words a sentence", words / (sentence_counts + 1.0))
    rows.add("commas", class_counts[:, COMMA] / np.maximum(words, 1.0))
    for name, char_class in SYMBOL_CLASSES:
        rows.add(name, np.minimum(class_counts[:, char_class], 12))
    marks = n_chars - class_counts[:, [SPACE, DIGIT]].sum(axis=1) - class_counts[:, 7:12].sum(axis=1)
    rows.add("marks a character", marks / n_chars)
    rows.add("first character", parsed.first_class)
    rows.add("last character", parsed.last_class)


def _repetition_features(parsed: ParsedLines, rows: FeatureRows) -> None:
    """What recurs in the document: the line, its template (all numbers as one), its first and its last
    word."""
    n = parsed.n_lines
    lines = unique_counts(parsed.line_hash)
    for name, key, (group_of, group_size) in (
        ("same line", parsed.line_hash, lines),
        ("same shape", parsed.template_hash, parsed.templates),
    ):
        copies = np.where(key == 0, 1, group_size[group_of])
        rows.add(name, np.log1p(copies - 1))
        if name == "same line":
            rows.add("copies above", _copies_above(group_of, key))
    _, word_index, word_counts = parsed.vocabulary
    last_words = np.append(parsed.first_words[1:], len(parsed.line_of_word))[: len(parsed.first_words)] - 1
    for name, words in (("same first word", parsed.first_words), ("same last word", last_words)):
        other_uses, words_used = np.zeros(n), word_index[words]
        other_uses[parsed.line_of_word[words]] = (
            np.bincount(words_used, minlength=len(word_counts))[words_used] - 1
        )
        rows.add(name, np.log1p(other_uses))


# How flatteners and writers begin the items of a list: • Item, * Item, - Item.
MARKER_CLASSES = (BAR, DASH, SIGN)


def _marker_features(parsed: ParsedLines, stats: LineStats, windows: Windows, rows: FeatureRows) -> None:
    """Lines that begin with the marker of a list: a long run of short ones is a menu in any language."""
    is_marked = np.isin(parsed.first_class, MARKER_CLASSES) & (stats.words > 0)
    lengths, _ = run_lengths(is_marked)
    run_of_line = np.cumsum(np.concatenate(([True], is_marked[1:] != is_marked[:-1]))) - 1
    run_words = np.bincount(run_of_line, weights=stats.words)[run_of_line]
    rows.add("run of list", np.log1p(np.where(is_marked, lengths, 0)))
    rows.add("words an item", np.where(is_marked, run_words / lengths, 0))
    rows.add("items within 12", windows.sums(prefix_sums(is_marked), 12, 12) / windows.width(12, 12))
    rows.add("document items", float(is_marked.mean()))


def _distance_features(
    name: str, flags: NDArray[np.bool_], words: NDArray[np.float64], windows: Windows, rows: FeatureRows
) -> None:
    """Where the flagged lines are: how many in the document and above, how far the next is on either side."""
    n, line_numbers = len(flags), np.arange(len(flags))
    count_so_far = np.cumsum(flags)
    last = np.maximum.accumulate(np.where(flags, line_numbers, -1))
    following = np.minimum.accumulate(np.where(flags, line_numbers, 3 * n + 1000)[::-1])[::-1]
    words_so_far = np.cumsum(words)
    rows.add(f"{name} in document", float(np.log1p(count_so_far[-1])))
    rows.add(f"{name} above", np.log1p(count_so_far))
    rows.add(f"since {name}", np.log1p(np.where(last < 0, MAX_DISTANCE_LINES, line_numbers - last)))
    rows.add(f"until {name}", np.log1p(np.minimum(following - line_numbers, MAX_DISTANCE_LINES)))
    rows.add(
        f"words since {name}", np.log1p(np.where(last < 0, words_so_far, words_so_far - words_so_far[last]))
    )
    rows.add(f"{name} within 12", windows.sums(prefix_sums(flags), 12, 12))


def _stamp_features(parsed: ParsedLines, stats: LineStats, windows: Windows, rows: FeatureRows) -> None:
    """Lines that separate the entries of a list of comments, posts or teasers: a recurring name and date, a
    recurring "Reply"."""
    is_brief = (stats.words <= 14) & (stats.words > 0)
    group_of, group_size = unique_counts(parsed.coarse_hash)
    rows.add("same form", np.log1p(np.where(is_brief, group_size[group_of], 1) - 1))
    number_counts = np.bincount(parsed.line_of_word[parsed.word_start == NUMERIC], minlength=parsed.n_lines)
    is_dated = (
        is_brief
        & (number_counts > 0)
        & (
            (parsed.mark_counts[:, 1] > 0)
            | (parsed.mark_counts[:, 2] > 0)
            | (parsed.mark_counts[:, 5] > 0)
            | (number_counts > 1)
        )
    )
    _distance_features("dates", is_dated, stats.words, windows, rows)
    group_of, group_size = parsed.templates
    _distance_features("refrains", is_brief & (group_size[group_of] >= 3), stats.words, windows, rows)


def _copies_above(group_of: Ints, key: Hashes) -> Ints:
    """How many equal lines there are above each line, at most 10."""
    order = np.argsort(group_of, kind="stable")
    sorted_ranks = np.arange(len(group_of)) - np.searchsorted(group_of[order], group_of[order])
    ranks = np.zeros(len(group_of), np.int64)
    ranks[order] = sorted_ranks
    return np.where(key == 0, 0, np.minimum(ranks, 10))


def _lexicon_features(parsed: ParsedLines, lexicon: Lexicon, rows: FeatureRows) -> NDArray[np.float64]:
    """The lexicon's weights of the words, and of the line as a whole where it is short.

    Returns one weight a line: that of the whole line where the lexicon holds it, else the mean of its words.
    """
    n = parsed.n_lines
    word_counts = np.bincount(parsed.line_of_word, minlength=n)
    first, word_index, _ = parsed.vocabulary
    weights = lookup_weights(parsed.word_hash[first], lexicon.word_hashes, lexicon.word_weights).astype(
        np.float64
    )[word_index]
    known_counts = np.bincount(parsed.line_of_word[weights != 0], minlength=n)
    mean_weight = sum_by_line(parsed.line_of_word, weights, n) / np.maximum(known_counts, 1)
    rows.add("lexicon known", known_counts / np.maximum(word_counts, 1))
    rows.add("document known", float((weights != 0).sum()) / max(1, len(weights)))
    line_weight = np.where(
        word_counts <= SHORT_LINE_WORDS,
        lookup_weights(parsed.template_hash, lexicon.line_hashes, lexicon.line_weights),
        0,
    )
    rows.add("lexicon mean", mean_weight)
    rows.add("lexicon worst", _extreme_by_line(np.maximum, parsed, weights))
    rows.add("lexicon best", _extreme_by_line(np.minimum, parsed, weights))
    rows.add("lexicon sum", np.clip(sum_by_line(parsed.line_of_word, weights, n), -20, 20))
    rows.add("lexicon line", line_weight)
    last = np.where(line_weight > 1.5, np.arange(n), -1)
    since = np.arange(n) - np.maximum.accumulate(last)
    rows.add(
        "since known line", np.log1p(np.where(np.maximum.accumulate(last) < 0, MAX_DISTANCE_LINES, since))
    )
    return np.where(line_weight != 0, line_weight, mean_weight)


def _extreme_by_line(pick: np.ufunc, parsed: ParsedLines, value: NDArray[Any]) -> NDArray[Any]:
    """The highest or the lowest of 0 and a value of each line's words."""
    extremes = np.zeros(parsed.n_lines, value.dtype)
    if len(value):
        extremes[parsed.line_of_word[parsed.first_words]] = pick(pick.reduceat(value, parsed.first_words), 0)
    return extremes


def _position_features(stats: LineStats, rows: FeatureRows) -> None:
    """The position of the line in the document, in lines and in words."""
    n, line_numbers = stats.n_lines, np.arange(stats.n_lines)
    words_above = np.cumsum(stats.words) - stats.words
    all_words = max(1.0, total(stats.words))
    rows.add("lines above", np.log1p(line_numbers))
    rows.add("lines below", np.log1p(n - 1 - line_numbers))
    rows.add("place", line_numbers / n)
    rows.add("words above share", words_above / all_words)
    rows.add("words above", np.log1p(words_above))
    rows.add("words below", np.log1p(all_words - words_above - stats.words))


N_NEIGHBOURS = 3  # lines on each side that are read one by one


def _window_features(
    stats: LineStats, lexicon_weight: NDArray[np.float64], windows: Windows, rows: FeatureRows
) -> None:
    """The nearest lines one by one, then windows."""
    _neighbour_features(stats, lexicon_weight, rows)
    prose_sums, word_sums, lexicon_sums = (
        prefix_sums(stats.prose_words),
        prefix_sums(stats.words),
        prefix_sums(lexicon_weight),
    )
    for reach in (2, 5, 12):
        width = windows.width(reach, reach)
        rows.add(f"prose within {reach}", np.log1p(windows.sums(prose_sums, reach, reach)))
        rows.add(f"words within {reach}", windows.sums(word_sums, reach, reach) / width)
        rows.add(f"lexicon within {reach}", windows.sums(lexicon_sums, reach, reach) / width)
    for reach in (4, 10, 30):
        rows.add(f"prose in {reach} above", np.log1p(windows.sums(prose_sums, reach, -1)))
        rows.add(f"prose in {reach} below", np.log1p(windows.sums(prose_sums, -1, reach)))
    rows.add(
        "title words within 5", windows.sums(prefix_sums(stats.titlecase_share), 5, 5) / windows.width(5, 5)
    )
    rows.add("ends within 5", windows.sums(prefix_sums(stats.ends_sentence), 5, 5) / windows.width(5, 5))
    is_short_line = (stats.words < SHORT_LINE_WORDS) & (stats.ends_sentence < 0.9)
    lengths, place_in_run = run_lengths(is_short_line)
    rows.add("run of short lines", np.log1p(np.where(is_short_line, lengths, -0.9)))
    rows.add("place in run", np.log1p(place_in_run))


def _neighbour_features(stats: LineStats, lexicon_weight: NDArray[np.float64], rows: FeatureRows) -> None:
    """What the nearest lines are like, one by one."""
    padded = {
        "words": pad(np.log1p(stats.words), N_NEIGHBOURS, -1),
        "ends a sentence": pad(stats.ends_sentence, N_NEIGHBOURS, -1),
        "lexicon": pad(lexicon_weight, N_NEIGHBOURS, 0),
        "title words": pad(stats.titlecase_share, N_NEIGHBOURS, -1),
        "digits": pad(stats.digit_share, N_NEIGHBOURS, -1),
    }
    for offset in (-3, -2, -1, 1, 2, 3):
        where = f"{abs(offset)} {'above' if offset < 0 else 'below'}"
        window = slice(N_NEIGHBOURS + offset, N_NEIGHBOURS + offset + stats.n_lines)
        for name, value in padded.items():
            if abs(offset) < 3 or name not in ("title words", "digits"):
                rows.add(f"{name} {where}", value[window])


def _main_run_features(parsed: ParsedLines, stats: LineStats, rows: FeatureRows) -> None:
    """How far the line is from the stretch with most prose, and how many of its words that stretch uses."""
    n = stats.n_lines
    for name, gap_penalty in (("main run", 8.0), ("loose run", 2.5)):
        gains = np.minimum(stats.prose_words, 120.0) - gap_penalty * (stats.prose_words == 0)
        start, end = max_sum_range(gains)
        distance = distance_to_range(n, start, end)
        rows.add(f"lines to {name}", signed_log(distance))
        words_so_far = np.cumsum(stats.words)
        words_outside = np.where(
            distance < 0,
            words_so_far - (words_so_far[start] - stats.words[start]),
            np.where(distance > 0, words_so_far - words_so_far[end], 0.0),
        )
        rows.add(f"words to {name}", signed_log(words_outside))
        rows.add(f"place in {name}", np.clip((np.arange(n) - start) / (end - start + 1), -1, 2))
        rows.add(
            f"{name} of prose",
            total(stats.prose_words[start : end + 1]) / max(1.0, total(stats.prose_words)),
        )
        if name == "main run":
            _topic_features(parsed, start, end, rows)


def _topic_features(parsed: ParsedLines, start: int, end: int, rows: FeatureRows) -> None:
    """Share of words that the main run uses too, of words the line is the first to use, and how common its
    words are in the document."""
    n, line_of_word = parsed.n_lines, parsed.line_of_word
    if not len(line_of_word):
        for name in ("topic", "topic of rare", "new words", "common words"):
            rows.add(name, np.zeros(n))
        return
    first_uses, word_index, word_counts = parsed.vocabulary
    is_in_run = (line_of_word >= start) & (line_of_word <= end)
    run_counts = np.bincount(word_index[is_in_run], minlength=len(word_counts))
    is_shared = run_counts[word_index] > 0
    pair_index, pair_counts = unique_counts((line_of_word * len(word_counts) + word_index)[is_in_run])
    # in the run, a line's own words do not count: another line must use them
    is_shared[is_in_run] = run_counts[word_index[is_in_run]] > pair_counts[pair_index]
    is_rare = (parsed.word_length >= 4) & (word_counts[word_index] < 12)
    words = np.maximum(np.bincount(line_of_word, minlength=n), 1)
    rows.add("topic", sum_by_line(line_of_word, is_shared, n) / words)
    rows.add(
        "topic of rare",
        (sum_by_line(line_of_word, is_shared & is_rare, n) + 0.3)
        / (sum_by_line(line_of_word, is_rare, n) + 1),
    )
    rows.add(
        "new words",
        sum_by_line(line_of_word, line_of_word[first_uses][word_index] == line_of_word, n) / words,
    )
    rows.add("common words", sum_by_line(line_of_word, np.log(word_counts)[word_index], n) / words)


def _length_features(stats: LineStats, rows: FeatureRows) -> None:
    """How long the line is beside the others: the share of the document's words that are in shorter lines."""
    ascending = np.sort(stats.words)
    words_before = prefix_sums(ascending)
    shorter = words_before[ascending.searchsorted(stats.words)]
    rows.add("words in shorter lines", shorter / max(1.0, float(words_before[-1])))


def _document_features(stats: LineStats, lexicon_weight: NDArray[np.float64], rows: FeatureRows) -> None:
    """The document as a whole: the same for each of its lines."""
    n, words = stats.n_lines, max(1.0, sum_of(stats.words))
    document_values = {
        "document lines": np.log1p(n),
        "document words": np.log1p(words),
        "document words a line": words / n,
        "document prose": sum_of(stats.prose_words) / words,
        "document ends": sum_of(stats.words * (stats.ends_sentence >= 0.9)) / words,
        "document short lines": np.count_nonzero(stats.words < SHORT_LINE_WORDS) / n,
        "document dense": sum_of(stats.unspaced_words) / words,
        "document uncased": sum_of(stats.uncased_words) / words,
        "document lexicon": mean_of(lexicon_weight),
        "document prices": float(np.log1p(np.count_nonzero(stats.price_counts > 0))),
    }
    for name, value in document_values.items():
        rows.add(name, float(value))
