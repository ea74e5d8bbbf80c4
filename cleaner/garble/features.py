"""What speaks for and against each swap of a spun document, as numbers that a fitted table weighs.

Here a spinner was at work, so a swap need not prove itself against all of English. A spinner is consistent:
once `mentioned` stands for `said` in many places, it does so in all; and a dictionary that swaps `said`
leaves none behind in the narration. `signs` holds what one look tells, `more_signs` what the first verdict
on all other places adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidates import Candidates, merge_articles
from cleaner.garble.lexicon import CHANNELS
from cleaner.garble.ngram_model import UNKNOWN_ID, Floats, Ints, NgramModel
from cleaner.garble.tokenize import QUOTE, SENTENCE_END, TokenizedText

# Gains beyond this say nothing more.
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
# Before a noun one of these stands, or something is missing: `final week` is a spinner's where none does.
DETERMINERS = frozenset(
    "the a an this that these those my your his her its our their 's no each every".split()
)


@dataclass(frozen=True, slots=True)
class TextStats:
    """What is the same for every look at a text: counts over its narration, and what it scored.

    Of each row: `pair` numbers form and original, `original` the original whatever the form; `common` says
    how much commoner the original is than the form (nats), `stays` what share of both the original has in
    the narration, `absent` how often it should stand there where it never does, `excess` how much oftener
    than usual the form does (nats), `bare` that no determiner stands before it, `capital` that it has a
    capital inside a sentence, `sibling` that the original stands in the text in its other number, `quoted`
    and `form_quoted` that original and form stand in its quotations (all three 0 or 1).
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
    """The counts, over the narration only: quotations are nobody's swap."""
    table, candidate_of_row = candidates.table, candidates.candidate_of_row
    unquoted_tokens = [token for token, quoted in zip(words.tokens, words.quoted, strict=True) if not quoted]
    word_counts = np.bincount(
        model.word_ids(merge_articles(unquoted_tokens)), minlength=len(model.word_counts)
    ).astype(float)
    ids, lengths = table.original_word_ids.take(candidates.substitution_id)
    form_counts = np.bincount(candidates.form_id)[candidates.form_id][
        candidate_of_row
    ]  # how often the form stands there
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
    """A name, or a title's word: a capital where no sentence begins."""
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
    """What the text shows elsewhere: of the original its other number, in quotations both."""
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
    """A row of SIGNS for every row of the places; `sides` are what `edges` gives."""
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
            *(table.channel[substitution_id] == CHANNELS.index(channel) for channel in ("t", "p", "name")),
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
    """A row of MORE_SIGNS for every row.

    `seen` are the SIGNS of the second look, `first` the log-odds that the first look gave the rows.
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
    """A spinner has one dictionary: how much seldomer than another kind's this kind of swap shows (nats)."""
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
    """Of each row all other rows of its place and staying as it is (0) together."""
    candidate_of_row = candidates.candidate_of_row
    top = np.maximum(candidates.max_by_candidate(rows), 0.0)[candidate_of_row]
    shares = np.exp(rows - top)
    total = (
        candidates.sum_by_candidate(shares) + np.exp(-np.maximum(candidates.max_by_candidate(rows), 0.0))
    )[candidate_of_row]
    rest: Floats = top + np.log(np.maximum(total - shares, 1e-9))
    return rest


def _min_by_row(flat: Floats, lengths: Ints) -> Floats:
    """The smallest of each row: a phrase is as rare as its rarest word, at most."""
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return np.minimum.reduceat(flat, starts)
