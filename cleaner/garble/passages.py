"""Which paragraphs of a text are spun: all of a spun article, one of a clean page, a comment, a quotation.

A text is cut into units: paragraphs, long ones at the ends of sentences.
Whoever spins an article spins all of it, so neighbours are alike: the units are labelled together, at a cost
for each change from clean to spun and back (the Viterbi path of two states).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from cleaner.garble.tokenize import quoted_ranges

# A paragraph of more words than MAX_UNIT_WORDS is cut, into units of MIN_UNIT_WORDS at least.
MIN_UNIT_WORDS, MAX_UNIT_WORDS = 25, 150
# A quotation of as many words is read as a text of its own: a spun text that a page quotes.
MIN_QUOTED_WORDS = 60
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SENTENCE_END = re.compile(r"[.?!…][”\"’)]?\s+(?=[A-Z“\"‘(])")
LINE = re.compile(r"[^\n]*\S[^\n]*")

Range = tuple[int, int]


def count_words(text: str) -> int:
    """The number of words of a text, numbers not counted."""
    return len(WORD.findall(text))


def units_of(text: str) -> list[Range]:
    """The ranges of a text's units, in order: paragraphs, but for long ones."""
    units: list[Range] = []
    for line in LINE.finditer(text):
        # so many words, with something between, are at least so many characters
        is_long = line.end() - line.start() > 2 * MAX_UNIT_WORDS
        if is_long and count_words(line.group()) > MAX_UNIT_WORDS:
            units += _cut_at_sentences(text, line.start(), line.end())
        else:
            units.append(line.span())
    return units


def _cut_at_sentences(text: str, start: int, end: int) -> Iterator[Range]:
    """A long paragraph as units of whole sentences."""
    unit_start, n_words, sentence_start = start, 0, start
    for sentence_end in [*(m.end() for m in SENTENCE_END.finditer(text, start, end)), end]:
        more = count_words(text[sentence_start:sentence_end])
        if n_words >= MIN_UNIT_WORDS and n_words + more > MAX_UNIT_WORDS:
            yield unit_start, unit_start + len(text[unit_start:sentence_start].rstrip())
            unit_start, n_words = sentence_start, 0
        n_words, sentence_start = n_words + more, sentence_end
    yield unit_start, end


def long_quotations(text: str) -> list[Range]:
    """The ranges of quotations, with their marks, that are long enough to be a text of their own."""
    return [
        (start, end)
        for start, end in quoted_ranges(text)
        if end - start > 4 * MIN_QUOTED_WORDS and count_words(text[start:end]) >= MIN_QUOTED_WORDS
    ]


def spun_units(log_odds: Sequence[float], switch_cost: float) -> list[bool]:
    """For each unit whether it is spun: the labels with the highest sum of `log_odds` of the spun units, less
    `switch_cost` for each change between neighbours. Text begins clean or spun at no cost."""
    clean, spun = 0.0, 0.0  # best sums of labels that end clean, and that end spun
    came_from: list[
        tuple[bool, bool]
    ] = []  # for each unit whether the one before is spun, if it is clean; if not
    for number, nats in enumerate(log_odds):
        cost = switch_cost if number else 0.0
        came_from.append((spun - cost > clean, spun >= clean - cost))
        clean, spun = max(clean, spun - cost), max(spun, clean - cost) + nats
    labels: list[bool] = []
    label = spun > clean
    for if_clean, if_spun in reversed(came_from):
        labels.append(label)
        label = if_spun if label else if_clean
    return labels[::-1]


def without_edges(flags: Sequence[bool], log_odds: Sequence[float]) -> list[bool]:
    """The flags without those at the edges of a run of flagged units whose own log-odds are below 0."""
    kept = list(flags)
    for order in (range(len(kept)), range(len(kept) - 1, -1, -1)):
        inside = False
        for k in order:
            kept[k] = inside = kept[k] and (inside or log_odds[k] > 0)
    return kept


def joined(units: Sequence[Range], flags: Iterable[bool]) -> list[Range]:
    """The flagged units, neighbours as one range."""
    parts: list[Range] = []
    adjoins = False
    for unit, flag in zip(units, flags, strict=True):
        if flag and adjoins:
            parts[-1] = (parts[-1][0], unit[1])
        elif flag:
            parts.append(unit)
        adjoins = flag
    return parts


def share_of_words(text: str, parts: Sequence[Range]) -> float:
    """The share of the text's words that stand in `parts`."""
    n_words = count_words(text)
    return sum(count_words(text[start:end]) for start, end in parts) / n_words if n_words else 0.0


def sums_by_unit(units: Sequence[Range], places: Iterable[int], values: Iterable[float]) -> list[float]:
    """For each unit the sum of the values that stand in it; those outside any are left out."""
    ends = [end for _, end in units]
    sums = [0.0] * len(units)
    for place, value in zip(places, values, strict=True):
        at = bisect_left(ends, place + 1)
        if at < len(units) and units[at][0] <= place:
            sums[at] += value
    return sums


def without_repeats(text: str) -> str:
    """The text with every unit once, at its first place; the text itself where nothing is repeated."""
    units = units_of(text)
    once = dict.fromkeys(text[start:end] for start, end in units)
    return "\n".join(once) if len(once) < len(units) else text
