"""Word-F1 as `bench.quality` counts it: a bag of lower-cased words a page; in scripts without spaces each
letter is a word. A word is the same however its letters are composed and wherever it may be hyphenated."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from training.align import tokens

MIN_RECALL = 0.8  # a page below has lost more than a fifth of its main content


# unseen inside a word, and mended away: soft hyphen, zero-width space, word joiner, byte order mark
UNSEEN = re.compile("[\xad\u200b\u2060\ufeff]")


def bag_of_words(lines: Iterable[str]) -> Counter[str]:
    """The words of some lines."""
    return Counter(tokens(unicodedata.normalize("NFC", UNSEEN.sub("", "\n".join(lines)))))


def word_f1(predicted: Counter[str], gold: Counter[str]) -> tuple[float, float, float]:
    """Precision, recall and F1; an empty gold scores 1 only for an empty answer."""
    if not gold or not predicted:
        both_empty = float(not gold and not predicted)
        return both_empty, both_empty, both_empty
    overlap = (predicted & gold).total()
    precision, recall = overlap / predicted.total(), overlap / gold.total()
    return precision, recall, 2 * overlap / (predicted.total() + gold.total())
