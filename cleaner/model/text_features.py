"""What a line looks like, alone and among its neighbours: one row of numbers a line.

No feature reads a list of stop words. The lexicon, fitted, says how often a word stands in boilerplate; a
word it does not know counts nothing, so a language it does not know costs its help and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.model.tokenize import (
    APOS,
    BAR,
    BRACKET,
    BRAHMI,
    CAPS,
    COLON,
    COMMA,
    DASH,
    DIGIT,
    IDEO,
    LOW,
    NUM,
    OTHER,
    QUOTE,
    SIGN,
    SPACE,
    STOP,
    TITLE,
    WORTH,
    Floats,
    Hashes,
    Ints,
    Parsed,
    counted,
    parse,
)

SHORT = 6  # words: a line the lexicon knows as a whole is no longer than this
PROSE = 10  # words: what ends a sentence with fewer is as likely a teaser or a caption
FAR = 1000.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How much more often a word, or a short line, stands in boilerplate than in main content: nats, by
    hash."""

    words: Hashes
    word_weight: Floats
    lines: Hashes
    line_weight: Floats


EMPTY = Lexicon(
    np.zeros(0, np.uint64), np.zeros(0, np.float32), np.zeros(0, np.uint64), np.zeros(0, np.float32)
)


def looked_up(keys: Hashes, table: Hashes, weight: Floats) -> Floats:
    """The weight of each key, 0 for one the table does not hold. `table` ascends."""
    if not len(table) or not len(keys):
        return np.zeros(len(keys), np.float32)
    at = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.where(table[at] == keys, weight[at], np.float32(0))


class Columns:
    """Collects named columns of a matrix."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.names: list[str] = []
        self.values: list[NDArray[Any] | float] = []

    def add(self, name: str, value: NDArray[Any] | float) -> None:
        """One more column; a number stands for all lines."""
        self.names.append(name)
        self.values.append(value)

    def matrix(self) -> Floats:
        """The columns one below the other, one contiguous row a feature."""
        out = np.empty((len(self.values), self.n), np.float32)
        for row, value in zip(out, self.values, strict=True):
            row[:] = value
        return out


def summed(of: Ints, value: NDArray[Any], n: int) -> NDArray[np.float64]:
    """Sum of a value of words by line."""
    return np.asarray(np.bincount(of, weights=value, minlength=n), np.float64)


class Windows:
    """Sums over the lines around each line; the bounds of a window are worked out once a document."""

    def __init__(self, n: int) -> None:
        self.at = np.arange(n)
        self.known: dict[tuple[int, int], tuple[Ints, Ints]] = {}

    def bounds(self, before: int, after: int) -> tuple[Ints, Ints]:
        """First line of each window and the line after its last."""
        key = (before, after)
        if key not in self.known:
            n = len(self.at)
            low, high = np.maximum(self.at - before, 0), np.minimum(self.at + (after + 1), n)
            self.known[key] = (np.minimum(low, n), np.maximum(high, 0))
        return self.known[key]

    def width(self, before: int, after: int) -> Ints:
        """Lines in each window."""
        low, high = self.bounds(before, after)
        return high - low

    def sums(self, total: NDArray[np.float64], before: int, after: int) -> NDArray[np.float64]:
        """Sums over the lines from `before` above to `after` below, of a value's `running` total."""
        low, high = self.bounds(before, after)
        return np.asarray(total[high] - total[low])


def running(value: NDArray[Any]) -> NDArray[np.float64]:
    """Sums of the first 0, 1, 2, ... lines."""
    out = np.zeros(len(value) + 1)
    np.cumsum(value, out=out[1:])
    return out


def padded(value: NDArray[Any], by: int, fill: float) -> NDArray[np.float64]:
    """The value with `by` more lines on either side: line i's neighbour k below is at i + by + k."""
    out = np.full(len(value) + 2 * by, fill, np.float64)
    out[by : by + len(value)] = value
    return out


def run_length(flag: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Length of the run of equal flags each line is in, and how far into it the line stands."""
    n = len(flag)
    starts = np.flatnonzero(np.concatenate(([True], flag[1:] != flag[:-1])))
    length = np.diff(np.append(starts, n))
    return np.repeat(length, length), np.arange(n) - np.repeat(starts, length)


def best_run(gain: NDArray[np.float64]) -> tuple[int, int]:
    """First and last line of the stretch whose gains sum to the most."""
    total = np.concatenate(([0.0], np.cumsum(gain)))
    low = np.minimum.accumulate(total)
    end = int(np.argmax(total[1:] - low[:-1])) + 1
    return int(np.argmin(total[:end])), end - 1


def apart(n: int, start: int, end: int) -> Ints:
    """Lines between each line and a stretch: negative above it, 0 inside."""
    at = np.arange(n)
    return np.minimum(at - start, 0) + np.maximum(at - end, 0)


def signed_log(value: NDArray[Any]) -> NDArray[np.float64]:
    """log(1 + |x|) with the sign of x."""
    return np.asarray(np.sign(value) * np.log1p(np.abs(value)))


def features(
    lines: Sequence[str], lexicon: Lexicon = EMPTY, *, seen: Parsed | None = None
) -> tuple[Floats, list[str], NDArray[np.float64]]:
    """A matrix features x lines, the names of its rows, and the words in each line."""
    seen = parse(lines) if seen is None else seen
    cols, windows = Columns(seen.n), Windows(seen.n)
    shape = _own(seen, cols)
    _repeats(seen, cols)
    _stamps(seen, shape, windows, cols)
    lexical = _lexical(seen, lexicon, cols)
    _place(shape, cols)
    _around(shape, lexical, windows, cols)
    _main_run(seen, shape, cols)
    _document(shape, lexical, cols)
    return cols.matrix(), cols.names, shape.words


@dataclass(slots=True)
class Shape:
    """What several groups of features read."""

    n: int
    words: NDArray[np.float64]
    prose: NDArray[np.float64]
    ends: NDArray[np.float64]
    title: NDArray[np.float64]
    digits: NDArray[np.float64]
    dense: NDArray[np.float64]
    prices: NDArray[np.int64]


def _own(seen: Parsed, cols: Columns) -> Shape:
    """The line alone."""
    n, chars = seen.n, seen.chars
    dense = chars[:, IDEO] * WORTH[IDEO] + chars[:, BRAHMI] * WORTH[BRAHMI]
    starts = np.bincount(seen.of * 5 + seen.cap, minlength=n * 5).reshape(-1, 5)
    words = starts[:, :4].sum(axis=1) + np.where(dense > 0, 0, starts[:, 4]) + dense
    size, stops, ends = np.maximum(chars.sum(axis=1), 1), _stops(seen), _ends(seen)
    low = (starts[:, LOW] + starts[:, 4] * 0.9) / np.maximum(starts.sum(axis=1), 1)
    told = np.where(ends >= 0.9, 1.0, np.where(stops > 0, 0.6, 0.3))
    prose = words * (words >= PROSE) * told * (low > 0.4)
    cols.add("words", np.log1p(words))
    cols.add("size", np.log1p(size))
    _own_words(seen, starts, words, low, cols)
    _own_signs(seen, size, words, stops, cols)
    cols.add("ends a sentence", ends)
    for i, name in enumerate(("times", "dates", "addresses", "prices", "years"), 1):
        cols.add(name, np.minimum(seen.marks[:, i], 6))
    cols.add("prose", np.log1p(prose))
    title, digits = starts[:, TITLE] / np.maximum(words, 1.0), chars[:, DIGIT] / size
    return Shape(n, words, prose, ends, title, digits, dense, seen.marks[:, 4])


def _stops(seen: Parsed) -> Ints:
    """How many sentences end in each line."""
    closed = (seen.last <= QUOTE) | (seen.last == APOS)
    return np.asarray(seen.marks[:, 0] + ((seen.last == STOP) | ((seen.last2 == STOP) & closed)), np.int64)


def _ends(seen: Parsed) -> NDArray[np.float64]:
    """How far each line ends like a sentence."""
    ends = np.where(seen.last == STOP, 1.0, 0.0)
    ends[((seen.last == QUOTE) | (seen.last == BRACKET) | (seen.last == APOS)) & (seen.last2 == STOP)] = 0.9
    ends[seen.last == COLON] = 0.4
    ends[seen.last == COMMA] = 0.2
    return ends


def _own_words(
    seen: Parsed, starts: Ints, words: NDArray[np.float64], low: NDArray[np.float64], cols: Columns
) -> None:
    """The words of the line: how long they are and how they begin. `starts` counts them by their start."""
    n, count = seen.n, np.maximum(words, 1.0)
    cols.add("letters a word", summed(seen.of, seen.length * 1.0, n) / np.maximum(starts.sum(axis=1), 1))
    cols.add("longest word", _by_line(np.maximum, seen, seen.length))
    cols.add("small words", low)
    cols.add("title words", starts[:, TITLE] / count)
    cols.add("capital words", starts[:, CAPS] / count)
    cols.add("numbers", starts[:, NUM] / count)
    brief = (seen.length <= 3) & (seen.cap == LOW)
    cols.add("brief words", np.bincount(seen.of[brief], minlength=n) / count)


SIGNS = (
    ("colons", COLON),
    ("quotes", QUOTE),
    ("brackets", BRACKET),
    ("bars", BAR),
    ("dashes", DASH),
    ("signs", SIGN),
    ("symbols", OTHER),
)


def _own_signs(seen: Parsed, size: Ints, words: NDArray[np.float64], stops: Ints, cols: Columns) -> None:
    """The characters of the line that are no letters."""
    chars = seen.chars
    cols.add("digits", chars[:, DIGIT] / size)
    cols.add("spaces", chars[:, SPACE] / size)
    cols.add("sentences", np.minimum(stops, 20))
    cols.add("words a sentence", words / (stops + 1.0))
    cols.add("commas", chars[:, COMMA] / np.maximum(words, 1.0))
    for name, kind in SIGNS:
        cols.add(name, np.minimum(chars[:, kind], 12))
    marks = size - chars[:, [SPACE, DIGIT]].sum(axis=1) - chars[:, 7:12].sum(axis=1)
    cols.add("marks a character", marks / size)
    cols.add("first character", seen.first)
    cols.add("last character", seen.last)


def _repeats(seen: Parsed, cols: Columns) -> None:
    """What recurs in the document: the line, its shape with all numbers alike, its first and its last
    word."""
    n = seen.n
    lines = counted(seen.line_key)
    for name, key, (back, count) in (
        ("same line", seen.line_key, lines),
        ("same shape", seen.shape_key, seen.shapes),
    ):
        many = np.where(key == 0, 1, count[back])
        cols.add(name, np.log1p(many - 1))
        if name == "same line":
            cols.add("copies above", _above(back, key))
    _, which, times = seen.vocabulary
    tails = np.append(seen.heads[1:], len(seen.of))[: len(seen.heads)] - 1
    for name, at in (("same first word", seen.heads), ("same last word", tails)):
        share, word = np.zeros(n), which[at]
        share[seen.of[at]] = np.bincount(word, minlength=len(times))[word] - 1
        cols.add(name, np.log1p(share))


def _since(
    name: str, flag: NDArray[np.bool_], words: NDArray[np.float64], windows: Windows, cols: Columns
) -> None:
    """Where lines of a kind stand: how many in the document and above, how far to the next on either side."""
    n, at = len(flag), np.arange(len(flag))
    count = np.cumsum(flag)
    last = np.maximum.accumulate(np.where(flag, at, -1))
    following = np.minimum.accumulate(np.where(flag, at, 3 * n + 1000)[::-1])[::-1]
    total = np.cumsum(words)
    cols.add(f"{name} in document", float(np.log1p(count[-1])))
    cols.add(f"{name} above", np.log1p(count))
    cols.add(f"since {name}", np.log1p(np.where(last < 0, FAR, at - last)))
    cols.add(f"until {name}", np.log1p(np.minimum(following - at, FAR)))
    cols.add(f"words since {name}", np.log1p(np.where(last < 0, total, total - total[last])))
    cols.add(f"{name} within 12", windows.sums(running(flag), 12, 12))


def _stamps(seen: Parsed, shape: Shape, windows: Windows, cols: Columns) -> None:
    """Lines that punctuate a list of comments, posts or teasers: a recurring name and date, a recurring
    "Reply"."""
    brief = (shape.words <= 14) & (shape.words > 0)
    back, count = counted(seen.coarse_key)
    cols.add("same form", np.log1p(np.where(brief, count[back], 1) - 1))
    numbers = np.bincount(seen.of[seen.cap == NUM], minlength=seen.n)
    dated = (
        brief
        & (numbers > 0)
        & ((seen.marks[:, 1] > 0) | (seen.marks[:, 2] > 0) | (seen.marks[:, 5] > 0) | (numbers > 1))
    )
    _since("dates", dated, shape.words, windows, cols)
    back, count = seen.shapes
    _since("refrains", brief & (count[back] >= 3), shape.words, windows, cols)


def _above(back: Ints, key: Hashes) -> Ints:
    """How many equal lines stand above each line."""
    order = np.argsort(back, kind="stable")
    rank = np.arange(len(back)) - np.searchsorted(back[order], back[order])
    out = np.zeros(len(back), np.int64)
    out[order] = rank
    return np.where(key == 0, 0, np.minimum(out, 10))


def _lexical(seen: Parsed, lexicon: Lexicon, cols: Columns) -> NDArray[np.float64]:
    """What the lexicon says of the words, and of the line as a whole when it is short."""
    n = seen.n
    count = np.bincount(seen.of, minlength=n)
    first, back, _ = seen.vocabulary
    weight = looked_up(seen.key[first], lexicon.words, lexicon.word_weight).astype(np.float64)[back]
    known = np.maximum(np.bincount(seen.of[weight != 0], minlength=n), 1)
    mean = summed(seen.of, weight, n) / known
    whole = np.where(count <= SHORT, looked_up(seen.shape_key, lexicon.lines, lexicon.line_weight), 0)
    cols.add("lexicon mean", mean)
    cols.add("lexicon worst", _by_line(np.maximum, seen, weight))
    cols.add("lexicon best", _by_line(np.minimum, seen, weight))
    cols.add("lexicon sum", np.clip(summed(seen.of, weight, n), -20, 20))
    cols.add("lexicon line", whole)
    last = np.where(whole > 1.5, np.arange(n), -1)
    since = np.arange(n) - np.maximum.accumulate(last)
    cols.add("since known line", np.log1p(np.where(np.maximum.accumulate(last) < 0, FAR, since)))
    return np.where(whole != 0, whole, mean)


def _by_line(most: np.ufunc, seen: Parsed, value: NDArray[Any]) -> NDArray[Any]:
    """The highest or the lowest of 0 and a value of each line's words."""
    out = np.zeros(seen.n, value.dtype)
    if len(value):
        out[seen.of[seen.heads]] = most(most.reduceat(value, seen.heads), 0)
    return out


def _place(shape: Shape, cols: Columns) -> None:
    """Where the line stands, in lines and in words."""
    n, at = shape.n, np.arange(shape.n)
    before = np.cumsum(shape.words) - shape.words
    total = max(1.0, float(shape.words.sum()))
    cols.add("lines above", np.log1p(at))
    cols.add("lines below", np.log1p(n - 1 - at))
    cols.add("place", at / n)
    cols.add("words above share", before / total)
    cols.add("words above", np.log1p(before))
    cols.add("words below", np.log1p(total - before - shape.words))


NEIGHBOURS = 3


def _around(shape: Shape, lexical: NDArray[np.float64], windows: Windows, cols: Columns) -> None:
    """The three lines above and below one by one, then windows."""
    _neighbours(shape, lexical, cols)
    prose, words, lexicon = running(shape.prose), running(shape.words), running(lexical)
    for reach in (2, 5, 12):
        width = windows.width(reach, reach)
        cols.add(f"prose within {reach}", np.log1p(windows.sums(prose, reach, reach)))
        cols.add(f"words within {reach}", windows.sums(words, reach, reach) / width)
        cols.add(f"lexicon within {reach}", windows.sums(lexicon, reach, reach) / width)
    for reach in (4, 10, 30):
        cols.add(f"prose in {reach} above", np.log1p(windows.sums(prose, reach, -1)))
        cols.add(f"prose in {reach} below", np.log1p(windows.sums(prose, -1, reach)))
    cols.add("title words within 5", windows.sums(running(shape.title), 5, 5) / windows.width(5, 5))
    cols.add("ends within 5", windows.sums(running(shape.ends), 5, 5) / windows.width(5, 5))
    brief = (shape.words < SHORT) & (shape.ends < 0.9)
    length, inside = run_length(brief)
    cols.add("run of short lines", np.log1p(np.where(brief, length, -0.9)))
    cols.add("place in run", np.log1p(inside))


def _neighbours(shape: Shape, lexical: NDArray[np.float64], cols: Columns) -> None:
    """What the nearest lines are like, one by one."""
    near = {
        "words": padded(np.log1p(shape.words), NEIGHBOURS, -1),
        "ends a sentence": padded(shape.ends, NEIGHBOURS, -1),
        "lexicon": padded(lexical, NEIGHBOURS, 0),
        "title words": padded(shape.title, NEIGHBOURS, -1),
        "digits": padded(shape.digits, NEIGHBOURS, -1),
    }
    for by in (-3, -2, -1, 1, 2, 3):
        where = f"{abs(by)} {'above' if by < 0 else 'below'}"
        at = slice(NEIGHBOURS + by, NEIGHBOURS + by + shape.n)
        for name, value in near.items():
            if abs(by) < 3 or name not in ("title words", "digits"):
                cols.add(f"{name} {where}", value[at])


def _main_run(seen: Parsed, shape: Shape, cols: Columns) -> None:
    """How far the line is from the stretch with most prose, and how far its words are that stretch's."""
    n = shape.n
    for name, toll in (("main run", 8.0), ("loose run", 2.5)):
        gain = np.minimum(shape.prose, 120.0) - toll * (shape.prose == 0)
        start, end = best_run(gain)
        distance = apart(n, start, end)
        cols.add(f"lines to {name}", signed_log(distance))
        run_words = np.cumsum(shape.words)
        outside = np.where(
            distance < 0,
            run_words - (run_words[start] - shape.words[start]),
            np.where(distance > 0, run_words - run_words[end], 0.0),
        )
        cols.add(f"words to {name}", signed_log(outside))
        cols.add(f"place in {name}", np.clip((np.arange(n) - start) / (end - start + 1), -1, 2))
        cols.add(
            f"{name} of prose",
            float(shape.prose[start : end + 1].sum()) / max(1.0, float(shape.prose.sum())),
        )
        if name == "main run":
            _topic(seen, start, end, cols)


def _topic(seen: Parsed, start: int, end: int, cols: Columns) -> None:
    """Words shared with the main run, words the line is the first to use, and how common its words are
    here."""
    n, of = seen.n, seen.of
    if not len(of):
        for name in ("topic", "topic of rare", "new words", "common words"):
            cols.add(name, np.zeros(n))
        return
    first, back, count = seen.vocabulary
    inside = (of >= start) & (of <= end)
    in_run = np.bincount(back[inside], minlength=len(count))
    shared = in_run[back] > 0
    which, times = counted((of * len(count) + back)[inside])
    shared[inside] = in_run[back[inside]] > times[which]  # a line's words are no evidence for themselves
    rare = (seen.length >= 4) & (count[back] < 12)
    words = np.maximum(np.bincount(of, minlength=n), 1)
    cols.add("topic", summed(of, shared, n) / words)
    cols.add("topic of rare", (summed(of, shared & rare, n) + 0.3) / (summed(of, rare, n) + 1))
    cols.add("new words", summed(of, of[first][back] == of, n) / words)
    cols.add("common words", summed(of, np.log(count)[back], n) / words)


def _document(shape: Shape, lexical: NDArray[np.float64], cols: Columns) -> None:
    """The document as a whole: the same for each of its lines."""
    n, total = shape.n, max(1.0, float(shape.words.sum()))
    whole = {
        "document lines": np.log1p(n),
        "document words": np.log1p(total),
        "document words a line": total / n,
        "document prose": float(shape.prose.sum()) / total,
        "document ends": float((shape.words * (shape.ends >= 0.9)).sum()) / total,
        "document short lines": float((shape.words < SHORT).mean()),
        "document dense": float(shape.dense.sum()) / total,
        "document lexicon": float(lexical.mean()),
        "document prices": float(np.log1p((shape.prices > 0).sum())),
    }
    for name, value in whole.items():
        cols.add(name, float(value))
