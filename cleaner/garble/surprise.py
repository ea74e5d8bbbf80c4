"""How odd the neighbours of words are in a text, whatever they stand for: swaps break pairs that English has.

A signal among others that decides nothing by itself: names, code and verse are odd as well.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cleaner.garble.candidates import merged_word_ids
from cleaner.garble.ngram_model import PAD_ID, NgramModel, hash_pair
from cleaner.garble.tokenize import TokenizedText

MIN_PAIRS = 30  # of a text; with fewer nothing is said
MAX_PAIR_NATS = 3.0
LOW_PAIR_NATS = -1.0
# Occurrences of a pair expected in the counted texts, were words independent: the edges of what is surprising
# when it was never seen.
EXPECTED_EDGES = (0.3, 1.0, 3.0, 10.0)


class Surprise(NamedTuple):
    """Shares of the neighbouring pairs of words of a narration, both sides known to the language model.

    Attributes:
        mean_nats: how much likelier the pairs are in other texts than by chance, the mean, each clipped.
        unseen_rare, unseen_fair, unseen_usual, unseen_frequent: pairs never seen in other texts, of which
            .3 to 1, 1 to 3, 3 to 10, more than 10 occurrences are expected by chance.
        low: pairs that are rarer than by chance.
        unknown_words: words that the model does not know, of all tokens.
    """

    mean_nats: float = 1.0
    unseen_rare: float = 0.0
    unseen_fair: float = 0.0
    unseen_usual: float = 0.0
    unseen_frequent: float = 0.0
    low: float = 0.0
    unknown_words: float = 0.0


def surprise(words: TokenizedText, model: NgramModel) -> Surprise:
    """The surprise of a text; the defaults for one that is too short."""
    ids = merged_word_ids(words, model)
    quoted = np.array(words.quoted, dtype=bool)
    first, second = ids[:-1], ids[1:]
    counted = (first > PAD_ID) & (second > PAD_ID) & ~(quoted[:-1] | quoted[1:])
    first, second = first[counted], second[counted]
    if len(first) < MIN_PAIRS:
        return Surprise()
    expected = model.word_counts[first] * model.word_counts[second] / model.word_counts.sum()
    pair_counts = model.pair_counts.get(hash_pair(first, second))
    never = pair_counts == 0
    nats = model.log_p_after(first, second, pair_counts) - np.log(model.continuation_share[second])
    rare, fair, usual, frequent = (
        float((never & (expected >= low) & (expected < high)).mean())
        for low, high in zip(EXPECTED_EDGES, (*EXPECTED_EDGES[1:], np.inf), strict=True)
    )
    return Surprise(
        float(np.clip(nats, -MAX_PAIR_NATS, MAX_PAIR_NATS).mean()),
        rare,
        fair,
        usual,
        frequent,
        float((nats < LOW_PAIR_NATS).mean()),
        float((ids <= PAD_ID).mean()),
    )
