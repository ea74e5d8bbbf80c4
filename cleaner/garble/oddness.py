"""Oddness: evidence of a spinner whose dictionary nobody wrote down. It never decides alone.

Three things are read: words that another word of the same sense would fit much better (by the language model,
over the synonyms of WordNet); names in which a word was replaced by a synonym (`Apple Observe`); and whether
the quotations, which spinners leave alone, read better than the narration. Poetry, patents and the prose of
1788 read oddly too, so this is read beside the evidence of known manners, on texts that the prefilter
stopped.
"""

from __future__ import annotations

import gzip
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidate_table import Ragged
from cleaner.garble.candidates import merge_articles
from cleaner.garble.ngram_model import PAD_ID, UNKNOWN_ID, Floats, Ints, NgramModel, hash_pair
from cleaner.garble.tokenize import SENTENCE_END, TokenizedText

MAX_READ_TOKENS = 4000  # of a text, from its beginning: more makes no rate more certain, and costs time
MAX_ABS_NATS = 15.0  # differences of log-probabilities are cut to this
MAX_GAIN_NATS = 8.0  # and the gain that one word adds to the mean to this
# A word's log-odds are counted from -1 on and up to 3: below, most words of clean text lie.
MIN_LOG_ODDS, MAX_COUNTED_LOG_ODDS = -1.0, 4.0
BOTH_SIDES_NATS = 2.0
# Pairs of words each rarer than one in 200: function words say nothing of collocations.
RARE_WORD_SHARE, MAX_LIFT_NATS, MIN_RARE_PAIRS = 1 / 200, 4.0, 20
MIN_QUOTED_WORDS = 15  # scored words inside quotation marks, for a comparison with the narration
WORD_FEATURES = (
    "gain", "best gain", "frequency", "left", "right", "left original", "right original", "rarity",
    "originals", "known", "before", "after", "left gain", "right gain", "smaller gain", "both squared",
    "gain squared", "worse side", "sides",
)  # fmt: skip


class Oddness(NamedTuple):
    """How oddly a text reads; all rates are of the narration, the text outside quotation marks.

    Attributes:
        n_words: words read.
        log_odds: log-odds that words replaced others, the sum of what exceeds -1, per 100 words.
        replaced: how many words were expected to have replaced others, per 100 words, at the training's mix.
        mean_gain: nats by which the best synonym fits better, the mean over all words.
        both_sides: words that a synonym betters by 2 nats on either side, per 100 words.
        lost_collocation: how much less often than in clean text a pair of less usual words stands together:
            minus the mean of log P(b | a) / P(b); 0 where the text has few such pairs.
        names_off: distinct names in which a word was replaced.
        quote_contrast: by how many standard errors the narration reads more oddly than the quotations; 0
            where little is quoted.
    """

    n_words: int
    log_odds: float
    replaced: float
    mean_gain: float
    both_sides: float
    lost_collocation: float
    names_off: int
    quote_contrast: float


@dataclass(frozen=True, slots=True)
class OddnessTable:
    """The synonyms of each word, the names, and the weights of a word's features.

    Attributes:
        originals: row w holds the numbers of the words that word number w may have replaced.
        related: pairs (word, what it may have replaced).
        names: names in lower case, as tuples of words: by their number of words, then by place and word.
        weights: of WORD_FEATURES, after an intercept.
    """

    originals: Ragged
    related: frozenset[tuple[str, str]]
    names: Mapping[int, Mapping[tuple[int, str], Sequence[tuple[str, ...]]]]
    weights: Floats


def build_oddness_table(
    originals: Mapping[str, str], names: Sequence[str], weights: Sequence[float], model: NgramModel
) -> OddnessTable:
    """The look-up structure, with the words numbered as in the model; `originals` have spaces between."""
    lengths = np.zeros(len(model.word_counts), dtype=np.int64)
    flat = array("q")
    for word_id, word in sorted((model.id_of_word.get(word, UNKNOWN_ID), word) for word in originals):
        if word_id != UNKNOWN_ID:
            known = [n for n in model.word_ids(originals[word].split()) if n != UNKNOWN_ID]
            flat.extend(known)
            lengths[word_id] = len(known)
    split = dict.fromkeys(tuple(name.lower().split()) for name in names)
    name_words = {word for name in split for word in name}
    related = frozenset(
        (w, old) for w, olds in originals.items() for old in olds.split() if old in name_words
    )
    rows = Ragged(np.array(flat, dtype=np.int64), np.concatenate(([0], np.cumsum(lengths))))
    return OddnessTable(rows, related, names_by_word(split), np.array(weights))


def names_by_word(
    names: Iterable[tuple[str, ...]],
) -> dict[int, dict[tuple[int, str], list[tuple[str, ...]]]]:
    """`names` of the table, of names in lower case: by their number of words, then by place and word."""
    by_length: dict[int, dict[tuple[int, str], list[tuple[str, ...]]]] = {}
    for name in names:
        for key in enumerate(name):
            by_length.setdefault(len(name), {}).setdefault(key, []).append(name)
    return by_length


def read_rows(path: Path) -> tuple[dict[str, str], list[str], list[float]]:
    """The originals of each word (with spaces between), the names and the weights of the built file."""
    originals: dict[str, str] = {}
    names: list[str] = []
    weights: list[float] = []
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            entry_type, _, rest = line.rstrip("\n").partition("\t")
            if entry_type == "word":
                word, _, olds = rest.partition("\t")
                originals[sys.intern(word)] = olds
            elif entry_type == "name":
                names.append(rest)
            elif entry_type == "weight":
                weights.append(float(rest.partition("\t")[2]))
    return originals, names, weights


def oddness(words: TokenizedText, table: OddnessTable, model: NgramModel) -> Oddness:
    """How oddly a text reads, by its first MAX_READ_TOKENS tokens."""
    n = min(len(words), MAX_READ_TOKENS)
    ids = _padded_ids(merge_articles(words.tokens[:n]), model)
    quoted = np.array(words.quoted[:n], dtype=bool)
    is_word = np.array([token[0].isalpha() for token in words.tokens[:n]], dtype=bool)
    n_words = int((is_word & ~quoted).sum())
    names_off = len(set(altered_names(words, table, model)))
    lost = _lost_collocation(ids[2:-2], is_word & ~quoted, model)
    scored = score_words(words, table, model)
    if scored is None or not n_words:
        return Oddness(n_words, 0.0, 0.0, 0.0, 0.0, lost, names_off, 0.0)
    log_odds = scored.features @ table.weights[1:] + table.weights[0]
    outside = ~quoted[scored.token]
    counted = np.clip(log_odds - MIN_LOG_ODDS, 0.0, MAX_COUNTED_LOG_ODDS)
    share = 1 / (1 + np.exp(-log_odds))
    best_gain = scored.features[outside, WORD_FEATURES.index("best gain")]
    smaller = scored.features[outside, WORD_FEATURES.index("smaller gain")]
    return Oddness(
        n_words,
        float(counted[outside].sum()) / n_words * 100,
        float(share[outside].sum()) / n_words * 100,
        float(np.clip(best_gain, 0.0, MAX_GAIN_NATS).sum()) / n_words,
        float((smaller > BOTH_SIDES_NATS).sum()) / n_words * 100,
        lost,
        names_off,
        _contrast(counted, outside),
    )


def word_log_odds(words: TokenizedText, table: OddnessTable, model: NgramModel) -> Floats:
    """For each token the log-odds that it replaced a synonym, at the training's mix; minus infinity for a
    token that has none, or is not read."""
    log_odds = np.full(len(words), -np.inf)
    scored = score_words(words, table, model)
    if scored is not None:
        log_odds[scored.token] = scored.features @ table.weights[1:] + table.weights[0]
    return log_odds


class ScoredWords(NamedTuple):
    """The tokens that have possible originals, and the features of each with its likeliest original."""

    token: Ints
    features: Floats


def score_words(words: TokenizedText, table: OddnessTable, model: NgramModel) -> ScoredWords | None:
    """The features (tokens x WORD_FEATURES); None where no word has synonyms. Words with a capital are left
    out: names have none."""
    n = min(len(words), MAX_READ_TOKENS)
    ids = _padded_ids(merge_articles(words.tokens[:n]), model)
    small = np.array([not words.text[start].isupper() for start in words.starts[:n]], dtype=bool)
    counts = np.diff(table.originals.start)[ids[2:-2]]
    token = np.flatnonzero((counts > 0) & small)
    if not len(token):
        return None
    original, counts = table.originals.take(ids[token + 2])
    row_token, first_row = np.repeat(token, counts), np.concatenate(([0], np.cumsum(counts)[:-1]))
    spun = ids[row_token + 2]
    log_share = np.log(model.word_share)
    gain = (
        _window_log_p(ids, row_token, original, model)
        - np.repeat(_window_log_p(ids, token, ids[token + 2], model), counts)
    ).clip(-MAX_ABS_NATS, MAX_ABS_NATS)
    left, right = _lifts(ids, row_token, spun, log_share, model)
    left_original, right_original = _lifts(ids, row_token, original, log_share, model)
    left_gain, right_gain = left_original - left, right_original - right
    # the original that fits best, by the weaker of its two sides and the window as a whole
    smaller = np.minimum(left_gain, right_gain)
    best = _first_best(smaller + gain / 2, first_row, counts)
    columns = (
        gain, gain, log_share[original] - log_share[spun], left, right, left_original, right_original,
        log_share[spun], np.repeat(counts, counts),
        (ids[row_token + 1] > PAD_ID).astype(float) + (ids[row_token + 3] > PAD_ID),
        log_share[ids[row_token + 1]], log_share[ids[row_token + 3]], left_gain, right_gain, smaller,
        np.maximum(smaller, 0) ** 2 / 5, np.maximum(gain, 0) ** 2 / 10,
        np.minimum(left, right), left + right,
    )  # fmt: skip
    features = np.column_stack(columns)[best]
    features[:, WORD_FEATURES.index("best gain")] = np.maximum.reduceat(gain, first_row)
    return ScoredWords(token, features)


def _padded_ids(tokens: Sequence[str], model: NgramModel) -> Ints:
    """The word numbers with two words of context on either side."""
    end = model.word_ids([SENTENCE_END])[0]
    return np.array([PAD_ID, PAD_ID, *model.word_ids(tokens), end, end], dtype=np.int64)


def _window_log_p(ids: Ints, token: Ints, middle: Ints, model: NgramModel) -> Floats:
    """Log-probability of the window of five with `middle` in place of each token."""
    windows = np.stack([ids[token], ids[token + 1], middle, ids[token + 3], ids[token + 4]], axis=1)
    return model.window_log_p(windows.ravel(), np.full(len(token), 5))


def _lifts(ids: Ints, token: Ints, word: Ints, log_share: Floats, model: NgramModel) -> tuple[Floats, Floats]:
    """How much likelier than by themselves the word is after the one before it, and the next one after it."""
    after = ids[token + 3]
    left = model.log_p_after(ids[token + 1], word) - log_share[word]
    right = model.log_p_after(word, after) - log_share[after]
    return left.clip(-MAX_ABS_NATS, MAX_ABS_NATS), right.clip(-MAX_ABS_NATS, MAX_ABS_NATS)


def _first_best(values: Floats, first: Ints, counts: Ints) -> Ints:
    """For each run of rows the first that has the run's highest value."""
    is_best = values == np.repeat(np.maximum.reduceat(values, first), counts)
    rows = np.flatnonzero(is_best)
    runs = np.repeat(np.arange(len(first)), counts)[rows]
    result: Ints = rows[np.unique(runs, return_index=True)[1]]
    return result


def _lost_collocation(ids: Ints, counted: npt.NDArray[np.bool_], model: NgramModel) -> float:
    """Minus the mean lift of the pairs of less usual words."""
    rare = counted & (ids > PAD_ID) & (model.word_share[ids] < RARE_WORD_SHARE)
    at = np.flatnonzero(rare[:-1] & rare[1:])
    if len(at) < MIN_RARE_PAIRS:
        return 0.0
    lift = model.log_p_after(ids[at], ids[at + 1]) - np.log(model.word_share[ids[at + 1]])
    return -float(lift.clip(-MAX_LIFT_NATS, MAX_LIFT_NATS).mean())


def _contrast(values: Floats, outside: npt.NDArray[np.bool_]) -> float:
    """By how many standard errors the mean outside quotation marks exceeds the one inside."""
    narration, quoted = values[outside], values[~outside]
    if min(len(narration), len(quoted)) < MIN_QUOTED_WORDS:
        return 0.0
    error = np.sqrt(narration.var() / len(narration) + quoted.var() / len(quoted) + 1e-3)
    return float((narration.mean() - quoted.mean()) / error)


def altered_names(words: TokenizedText, table: OddnessTable, model: NgramModel) -> Iterator[tuple[str, ...]]:
    """Known names of which some words, but not all, were replaced by synonyms, in the order of the text.

    Where the model has counted the new pair of words, it is a name too: South America for South Africa.
    """
    n = min(len(words), MAX_READ_TOKENS)
    capital = [
        words.text[at].isupper() and not q for at, q in zip(words.starts[:n], words.quoted[:n], strict=True)
    ]
    for at in range(n - 1):
        for length, by_word in table.names.items():
            if at + length <= n and all(capital[at : at + length]):
                printed = tuple(words.tokens[at : at + length])
                name = _altered_name(printed, by_word, table.related)
                if name and not _is_counted(printed, name, model):
                    yield name


def _altered_name(
    printed: tuple[str, ...],
    by_word: Mapping[tuple[int, str], Sequence[tuple[str, ...]]],
    related: frozenset[tuple[str, str]],
) -> tuple[str, ...] | None:
    """The name that `printed` is with words replaced; None where it is a name itself, or none is near."""
    near = dict.fromkeys(name for key in enumerate(printed) for name in by_word.get(key, ()))
    if printed in near:
        return None
    for name in near:
        if all(a == b or (a, b) in related for a, b in zip(printed, name, strict=True)):
            return name
    return None


def _is_counted(printed: tuple[str, ...], name: tuple[str, ...], model: NgramModel) -> bool:
    """Whether clean text was counted that has a pair of the printed words which the name lacks."""
    ids = np.array(model.word_ids(printed), dtype=np.int64)
    new = [k for k in range(len(ids) - 1) if printed[k : k + 2] != name[k : k + 2]]
    return bool(model.pair_counts.get(hash_pair(ids[new], ids[[k + 1 for k in new]])).any())
