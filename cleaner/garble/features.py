"""Features of each row (a candidate with one possible original) in a spun document, for the networks.

The document is known to be spun, so a swap need not prove itself against all of English. A spinner is
consistent: where `mentioned` replaced `said` in many places, it did so in all; and a dictionary that replaces
`said` leaves none in the narration. The first pass reads each row; the second reads as well what the first
predicted of all other rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidates import Candidates, merge_articles
from cleaner.garble.lexicon import CHANNELS, Channel
from cleaner.garble.ngram_model import UNKNOWN_ID, Floats, Ints, NgramModel
from cleaner.garble.tokenize import QUOTE, SENTENCE_END, TokenizedText

# Gains are clipped to this: higher ones mean no more.
MAX_ABS_NATS = 10.0
FIRST_PASS_FEATURES = (
    "gain", "common", "context", "left", "right", "prior", "phrase", "unfolded", "thesaurus", "tortured",
    "name", "register", "said", "document", "form", "form repeated", "stays", "absent", "excess", "ahead",
    "bare", "capital", "sibling", "quoted", "form quoted",
)  # fmt: skip
SECOND_PASS_FEATURES = (
    *FIRST_PASS_FEATURES, "first", "others", "others repeated", "agreement", "kind", "density", "rivals",
    "other forms", "other originals",
)  # fmt: skip
# Channels with a feature of their own, in the order of FIRST_PASS_FEATURES; rewriting software and SpinBot
# choose as a thesaurus does.
FEATURE_CHANNELS = (
    (Channel.THESAURUS, Channel.REWRITING, Channel.SPINBOT), (Channel.TORTURED,), (Channel.NAME,)
)  # fmt: skip
# Words before a noun: `final week` without one of them is a spinner's.
DETERMINERS = frozenset(
    "the a an this that these those my your his her its our their 's no each every".split()
)


@dataclass(frozen=True, slots=True)
class TextStats:
    """What both passes over a text read: statistics of each row, and the document's score.

    Counts are of the narration, the text outside quotations; flags are 0 or 1.

    Attributes:
        candidates: the candidates whose rows these are.
        pair_id, original_id: numbers that rows share with the same form and original; the same original.
        log_freq_ratio: how much more frequent the original is than the form, in other texts (nats).
        original_share: of the occurrences of both in the narration, the share of the original.
        expected_missing: how many occurrences of the original are expected where there is none, at most 6.
        log_overuse: how much more often than expected the form occurs (nats).
        without_determiner: no determiner before the form.
        capitalized: a capital inside a sentence.
        has_number_variant: the original occurs in the text in its other grammatical number.
        original_quoted, form_quoted: the original, the form, occurs inside quotations.
        score: the document's log-odds of being spun, a tenth of it, at most 2.
    """

    candidates: Candidates
    pair_id: Ints
    original_id: Ints
    log_freq_ratio: Floats
    original_share: Floats
    expected_missing: Floats
    log_overuse: Floats
    without_determiner: Floats
    capitalized: Floats
    has_number_variant: Floats
    original_quoted: Floats
    form_quoted: Floats
    score: float


def text_stats(words: TokenizedText, candidates: Candidates, score: float, model: NgramModel) -> TextStats:
    """The statistics of all rows of a text; spinners leave quotations alone."""
    table, candidate_of_row = candidates.table, candidates.candidate_of_row
    unquoted_tokens = [token for token, quoted in zip(words.tokens, words.quoted, strict=True) if not quoted]
    word_counts = np.bincount(
        model.word_ids(merge_articles(unquoted_tokens)), minlength=len(model.word_counts)
    ).astype(float)
    ids, lengths = table.original_word_ids.take(candidates.substitution_id)
    form_counts = np.bincount(candidates.form_id)[candidates.form_id[candidate_of_row]]
    original_counts = _min_by_row(word_counts[ids], lengths)
    expected_originals = np.exp(table.log_freq_original[candidates.substitution_id]) * len(unquoted_tokens)
    expected_forms = np.exp(table.log_freq_spun[candidates.form_id[candidate_of_row]]) * len(unquoted_tokens)
    return TextStats(
        candidates,
        np.unique(candidates.substitution_id, return_inverse=True)[1],
        np.unique(table.original_id[candidates.substitution_id], return_inverse=True)[1],
        np.clip(
            table.log_freq_original[candidates.substitution_id]
            - table.log_freq_spun[candidates.form_id[candidate_of_row]],
            -MAX_ABS_NATS,
            MAX_ABS_NATS,
        ),
        np.where(lengths == 1, original_counts / (original_counts + form_counts), 0.3),
        np.where((lengths == 1) & (original_counts == 0), np.minimum(expected_originals, 6.0), 0.0),
        np.clip(np.log((form_counts + 0.5) / (expected_forms + 0.5)), -3.0, 6.0),
        _without_determiner(words, candidates)[candidate_of_row],
        _capitalized(words, candidates)[candidate_of_row],
        *_seen_elsewhere(words, candidates, model),
        min(score, 20.0) / 10,
    )


def _without_determiner(words: TokenizedText, candidates: Candidates) -> Floats:
    tokens = words.tokens
    return np.array(
        [float(k == 0 or tokens[k - 1] not in DETERMINERS) for k in candidates.first_token.tolist()]
    )


def _capitalized(words: TokenizedText, candidates: Candidates) -> Floats:
    """For each candidate whether it has a capital where no sentence begins, as names and titles do."""
    text, starts, tokens = words.text, words.starts, words.tokens
    return np.array(
        [
            float(text[starts[k]].isupper() and k > 0 and tokens[k - 1] not in (SENTENCE_END, QUOTE))
            for k in candidates.first_token.tolist()
        ]
    )


def _seen_elsewhere(
    words: TokenizedText, candidates: Candidates, model: NgramModel
) -> tuple[Floats, Floats, Floats]:
    """`has_number_variant`, `original_quoted` and `form_quoted` of each row."""
    table, candidate_of_row = candidates.table, candidates.candidate_of_row
    ids = np.array(model.word_ids(words.tokens), dtype=np.int64)
    in_text, in_quotations = np.zeros(len(model.word_counts)), np.zeros(len(model.word_counts))
    in_text[ids] = 1.0
    in_quotations[ids[np.array(words.quoted, dtype=bool)]] = 1.0
    in_text[UNKNOWN_ID] = in_quotations[UNKNOWN_ID] = 0.0
    original_word_ids, original_lengths = table.original_word_ids.take(candidates.substitution_id)
    spun_word_ids, spun_lengths = table.spun_word_ids.take(candidates.form_id)
    original_quoted = np.where(
        original_lengths == 1, _min_by_row(in_quotations[original_word_ids], original_lengths), 0.0
    )
    return (
        in_text[table.number_variant_id[candidates.substitution_id]],
        original_quoted,
        _min_by_row(in_quotations[spun_word_ids], spun_lengths)[candidate_of_row],
    )


def first_pass_features(stats: TextStats, gains: Floats, side_gains: tuple[Floats, Floats]) -> Floats:
    """A matrix rows x FIRST_PASS_FEATURES; `gains` and `side_gains` are those of `candidates`."""
    candidates, table = stats.candidates, stats.candidates.table
    candidate_of_row, substitution_id = candidates.candidate_of_row, candidates.substitution_id
    form_id = candidates.form_id[candidate_of_row]
    gains = np.clip(gains, -MAX_ABS_NATS, MAX_ABS_NATS)
    log_prior = table.log_prior[substitution_id]
    gain_and_prior = gains + log_prior
    _, form_index = np.unique(candidates.form_id, return_inverse=True)
    form_counts = np.bincount(form_index)
    form_mean = (np.bincount(form_index, candidates.max_by_candidate(gain_and_prior)) / form_counts)[
        form_index
    ][candidate_of_row]
    return np.column_stack(
        (
            gains,
            stats.log_freq_ratio,
            gains - stats.log_freq_ratio,
            np.clip(side_gains[0], -MAX_ABS_NATS, MAX_ABS_NATS),
            np.clip(side_gains[1], -MAX_ABS_NATS, MAX_ABS_NATS),
            log_prior,
            np.diff(table.spun_word_ids.start)[form_id] > 1,
            np.diff(table.original_word_ids.start)[substitution_id] > 1,
            *(
                np.isin(table.channel[substitution_id], [*map(CHANNELS.index, channels)])
                for channels in FEATURE_CHANNELS
            ),
            table.in_register[form_id],
            np.clip(
                np.where(gains > 3, table.raw_weights[form_id, 2], table.raw_weights[form_id, 1]) / 10,
                -1.0,
                3.0,
            ),
            np.full(len(substitution_id), stats.score),
            form_mean,
            form_mean * np.log(form_counts[form_index][candidate_of_row]),
            stats.original_share,
            stats.expected_missing,
            stats.log_overuse,
            gain_and_prior - _rival_log_odds(gain_and_prior, candidates),
            stats.without_determiner,
            stats.capitalized,
            stats.has_number_variant,
            stats.original_quoted,
            stats.form_quoted,
        )
    )


def second_pass_features(stats: TextStats, first_features: Floats, first_log_odds: Floats) -> Floats:
    """A matrix rows x SECOND_PASS_FEATURES.

    `first_features` are the features of `features_after_first_pass`, `first_log_odds` the first pass's.
    """
    candidates = stats.candidates
    candidate_of_row = candidates.candidate_of_row
    clipped = np.clip(first_log_odds, -5.0, 5.0)
    pair_counts = np.bincount(stats.pair_id)[stats.pair_id]
    pair_sums = np.bincount(stats.pair_id, clipped)[stats.pair_id]
    mean_of_others = (pair_sums - clipped) / np.maximum(pair_counts - 1, 1)
    wins = (first_log_odds >= candidates.max_by_candidate(first_log_odds)[candidate_of_row]) & (
        first_log_odds > 0
    )
    agreement = (np.bincount(stats.pair_id, wins)[stats.pair_id] - wins) / np.maximum(pair_counts - 1, 1)
    won_log_odds = np.where(wins, clipped, 0.0)
    won_by_pair = np.bincount(stats.pair_id, won_log_odds)[stats.pair_id]
    is_spun = candidates.max_by_candidate(first_log_odds) > 0
    density = (is_spun.sum() + 1) / (len(is_spun) + 2)
    return np.column_stack(
        (
            first_features,
            clipped,
            mean_of_others * (pair_counts > 1),
            mean_of_others * np.log(pair_counts),
            agreement * np.log(pair_counts),
            _channel_log_rate(stats, is_spun)[candidate_of_row],
            np.full(len(first_log_odds), np.log(density)),
            np.clip(clipped - _rival_log_odds(clipped, candidates), -MAX_ABS_NATS, MAX_ABS_NATS),
            np.log1p(np.bincount(stats.original_id, won_log_odds)[stats.original_id] - won_by_pair),
            np.log1p(
                np.bincount(candidates.form_id[candidate_of_row], won_log_odds)[
                    candidates.form_id[candidate_of_row]
                ]
                - won_by_pair
            ),
        )
    )


def _channel_log_rate(stats: TextStats, is_spun: npt.NDArray[np.bool_]) -> Floats:
    """For each candidate how much rarer its channel is in this text than the most frequent one (nats): a
    spinner has one dictionary."""
    channel = stats.candidates.table.channel[
        stats.candidates.substitution_id[stats.candidates.row_start[:-1]]
    ]
    n_channels = len(CHANNELS)
    rates = (np.bincount(channel, is_spun, minlength=n_channels) + 1) / (
        np.bincount(channel, minlength=n_channels) + 2
    )
    log_rates: Floats = np.log(rates / rates.max())[channel]
    return log_rates


def _rival_log_odds(rows: Floats, candidates: Candidates) -> Floats:
    """For each row the log-odds of its rivals together: the other rows of its candidate, and no swap (0)."""
    candidate_of_row = candidates.candidate_of_row
    top = np.maximum(candidates.max_by_candidate(rows), 0.0)[candidate_of_row]
    shares = np.exp(rows - top)
    total = (
        candidates.sum_by_candidate(shares) + np.exp(-np.maximum(candidates.max_by_candidate(rows), 0.0))
    )[candidate_of_row]
    rest: Floats = top + np.log(np.maximum(total - shares, 1e-9))
    return rest


def _min_by_row(flat: Floats, lengths: Ints) -> Floats:
    """The smallest value of each row: a phrase is at most as frequent as its rarest word."""
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return np.minimum.reduceat(flat, starts)
