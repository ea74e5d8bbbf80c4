"""Finds which words of a document were replaced, once the document as a whole is found to be spun.

Two passes: the first predicts each candidate by itself; the second scores it in the context that the first
pass restored, and reads the first pass's predictions of all other candidates. Of the places that do not
overlap a third network says which are listed; what is put back is decided by the second pass.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidates import Candidates, context_gains, non_overlapping_best, side_gains
from cleaner.garble.casing import match_case
from cleaner.garble.features import TextStats, first_pass_features, second_pass_features, text_stats
from cleaner.garble.lexicon import FAMILIES, Channel, Substitution
from cleaner.garble.listing import Places, listing_features
from cleaner.garble.network import Network, SwapNetworks
from cleaner.garble.ngram_model import Floats, Ints, NgramModel
from cleaner.garble.result import GarbledSpan
from cleaner.garble.tokenize import TokenizedText

# Log-odds above which a candidate of the first pass is restored in the context of its neighbours.
MIN_CONTEXT_LOG_ODDS = 1.0
# Spans are listed above this. Of training pages of other sites than the counts, spun by dictionaries not
# seen in training, 93 of 100 are right and 44 of 100 swaps are listed, those in texts not caught and those
# that the lexicon lacks included; on as many pages that it was not chosen by, 92 and 46; at 1 it is 90 and
# 49, at 1.75 93 and 43.
MIN_LISTED_LOG_ODDS = 1.5
# A family shows by its distinct swaps above MIN_FAMILY_LOG_ODDS: a second one by as many that the first does
# not make, and this share of the first's. A swap of a family that does not show loses OTHER_FAMILY_NATS.
MIN_FAMILY_LOG_ODDS, MIN_OWN_SWAPS, MIN_OWN_SHARE, OTHER_FAMILY_NATS = 1.5, 3, 0.25, 2.0
MIN_RIVAL_LOG_ODDS = -2.0  # of an overlapping candidate that makes another one less sure


def locate_spans(
    words: TokenizedText,
    candidates: Candidates,
    gains: Floats,
    odd: Floats,
    score: float,
    model: NgramModel,
    networks: SwapNetworks,
    manners: Collection[Channel] = (),
) -> tuple[GarbledSpan, ...]:
    """The spans whose log-odds of being spun exceed MIN_LISTED_LOG_ODDS, in order, never overlapping.

    `gains` are the `context_gains` of the rows in the text as it is; `odd` are its `word_log_odds`; `score`
    is the document's log-odds; `manners` are families that show in the text in another way.
    """
    if not len(candidates):
        return ()
    stats = text_stats(words, candidates, score, model)
    read = read_in_two_passes(words, stats, gains, model, networks.first_pass, networks.second_pass, manners)
    listed = networks.listing(listing_features(words, candidates, read.places, read.features, odd))
    chosen = read.places.candidate[listed > MIN_LISTED_LOG_ODDS]
    rivals = _overlapping_rivals(candidates, read.row_log_odds, read.log_odds, chosen)
    return tuple(
        _garbled_span(words, candidates, read.row_log_odds, k, overlapping)
        for k, overlapping in zip(chosen.tolist(), rivals, strict=True)
    )


class TwoPasses(NamedTuple):
    """What both passes say of a text.

    Attributes:
        features: the second pass's, rows x SECOND_PASS_FEATURES.
        row_log_odds: of each row, that the swap was made.
        log_odds: the `candidate_log_odds`.
        places: the likeliest candidates of which no two overlap.
    """

    features: Floats
    row_log_odds: Floats
    log_odds: Floats
    places: Places


def read_in_two_passes(
    words: TokenizedText,
    stats: TextStats,
    gains: Floats,
    model: NgramModel,
    first_pass: Network,
    second_pass: Network,
    manners: Collection[Channel] = (),
) -> TwoPasses:
    """Both passes over the candidates that `stats` are of; `gains` and `manners` as for `locate_spans`."""
    candidates = stats.candidates
    first_log_odds = first_pass(
        first_pass_features(stats, gains, side_gains(candidates, words.tokens, model))
    )
    features = second_pass_features(
        stats, features_after_first_pass(words, stats, first_log_odds, model), first_log_odds
    )
    row_log_odds, is_shown = _with_shown_families(candidates, second_pass(features), manners)
    log_odds = candidate_log_odds(candidates, row_log_odds)
    places = _likeliest_places(candidates, row_log_odds, log_odds, is_shown)
    return TwoPasses(features, row_log_odds, log_odds, places)


def _with_shown_families(
    candidates: Candidates, row_log_odds: Floats, manners: Collection[Channel]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The log-odds of the rows, less for swaps of families that do not show, and which rows are of one that
    does."""
    shown = shown_families(candidates, row_log_odds, manners)
    is_shown = np.any(candidates.table.in_family[shown][:, candidates.substitution_id], axis=0)
    return np.where(is_shown, row_log_odds, row_log_odds - OTHER_FAMILY_NATS), is_shown


def _likeliest_places(
    candidates: Candidates, row_log_odds: Floats, log_odds: Floats, is_shown: npt.NDArray[np.bool_]
) -> Places:
    """The likeliest candidates of which no two overlap; `log_odds` are the `candidate_log_odds`."""
    chosen = non_overlapping_best(candidates, log_odds)
    rows = np.array([_best_row(candidates, row_log_odds, k) for k in chosen.tolist()], dtype=np.int64)
    return Places(chosen, rows, log_odds[chosen], is_shown[rows])


def shown_families(
    candidates: Candidates, row_log_odds: Floats, manners: Collection[Channel]
) -> npt.NDArray[np.bool_]:
    """For each of FAMILIES whether its dictionary made swaps in this text: that of the family with most
    distinct swaps did, another one where enough of its swaps are not in that dictionary too."""
    best = candidates.max_by_candidate(row_log_odds)[candidates.candidate_of_row]
    sure = np.unique(
        candidates.substitution_id[(row_log_odds >= best) & (row_log_odds > MIN_FAMILY_LOG_ODDS)]
    )
    swaps = candidates.table.in_family[:, sure]
    in_one_dictionary = swaps[:, ~swaps.all(axis=0)]  # names are in all
    counts = in_one_dictionary.sum(axis=1)
    counts += np.array([MIN_OWN_SWAPS * (family in manners) for family in FAMILIES])
    top = int(np.argmax(counts))
    own = (in_one_dictionary & ~in_one_dictionary[top]).sum(axis=1)
    shown: npt.NDArray[np.bool_] = own >= max(MIN_OWN_SWAPS, MIN_OWN_SHARE * counts[top])
    shown[top] = True
    return shown


def _overlapping_rivals(
    candidates: Candidates, row_log_odds: Floats, log_odds: Floats, chosen: Ints
) -> list[list[float]]:
    """For each chosen candidate the log-odds of others that overlap it and would restore other words:
    `entry` for `access` is no swap of its own where `right of entry` stands for it."""
    likely = np.flatnonzero(log_odds > MIN_RIVAL_LOG_ODDS)
    likely = likely[np.argsort(candidates.first_token[likely], kind="stable")]
    firsts, ends = candidates.first_token[likely], candidates.end_token[likely]
    longest = int((ends - firsts).max(initial=1))

    def restored(candidate: int) -> tuple[object, ...]:
        first, end, swap = trimmed_substitution(candidates, _best_row(candidates, row_log_odds, candidate))
        return first, end, swap.original

    rivals = []
    for k in chosen.tolist():
        first, end = candidates.first_token[k], candidates.end_token[k]
        low, high = np.searchsorted(firsts, first - longest, side="right"), np.searchsorted(firsts, end)
        around = likely[low:high][ends[low:high] > first].tolist()
        own = restored(k)
        rivals.append([float(log_odds[other]) for other in around if other != k and restored(other) != own])
    return rivals


def features_after_first_pass(
    words: TokenizedText, stats: TextStats, first_log_odds: Floats, model: NgramModel
) -> Floats:
    """The first pass's features of all rows, in the context that the first pass restored."""
    tokens = tokens_after_first_pass(words, stats.candidates, first_log_odds)
    return first_pass_features(
        stats, context_gains(stats.candidates, tokens, model), side_gains(stats.candidates, tokens, model)
    )


def candidate_log_odds(candidates: Candidates, row_log_odds: Floats) -> Floats:
    """Log-odds that each candidate is spun, whatever its original was: all its rows together."""
    top = candidates.max_by_candidate(row_log_odds)
    log_odds: Floats = top + np.log(
        candidates.sum_by_candidate(np.exp(row_log_odds - top[candidates.candidate_of_row]))
    )
    return log_odds


def tokens_after_first_pass(words: TokenizedText, candidates: Candidates, row_log_odds: Floats) -> list[str]:
    """The tokens with each confident swap undone: the first token of a span holds all the original words, the
    others are empty."""
    tokens = list(words.tokens)
    log_odds = candidate_log_odds(candidates, row_log_odds)
    for k in non_overlapping_best(candidates, log_odds).tolist():
        if log_odds[k] > MIN_CONTEXT_LOG_ODDS:
            first_token, end_token, substitution = trimmed_substitution(
                candidates, int(_best_row(candidates, row_log_odds, k))
            )
            tokens[first_token:end_token] = [" ".join(substitution.original)] + [""] * (
                end_token - first_token - 1
            )
    return tokens


def trimmed_substitution(candidates: Candidates, row: int) -> tuple[int, int, Substitution]:
    """First token, end token and substitution of a row, without the words that both sides begin or end with;
    one word of each side stays at least."""
    candidate = int(np.searchsorted(candidates.row_start, row, side="right")) - 1
    substitution = candidates.substitution(row)
    spun, original = substitution.spun, substitution.original
    first_token, end_token = int(candidates.first_token[candidate]), int(candidates.end_token[candidate])
    while len(spun) > 1 and len(original) > 1 and spun[0] == original[0]:
        spun, original, first_token = spun[1:], original[1:], first_token + 1
    while len(spun) > 1 and len(original) > 1 and spun[-1] == original[-1]:
        spun, original, end_token = spun[:-1], original[:-1], end_token - 1
    return first_token, end_token, Substitution(spun, original, substitution.prior, substitution.channel)


def _best_row(candidates: Candidates, row_log_odds: Floats, candidate: int) -> int:
    start, end = candidates.row_start[candidate], candidates.row_start[candidate + 1]
    return int(start + np.argmax(row_log_odds[start:end]))


def _garbled_span(
    words: TokenizedText,
    candidates: Candidates,
    row_log_odds: Floats,
    candidate: int,
    overlapping: Sequence[float],
) -> GarbledSpan:
    row = _best_row(candidates, row_log_odds, candidate)
    first_token, end_token, substitution = trimmed_substitution(candidates, row)
    start, end = words.starts[first_token], words.ends[end_token - 1]
    spun_text = words.text[start:end]
    rivals = [
        0.0,
        *overlapping,
        *np.delete(
            row_log_odds[candidates.row_start[candidate] : candidates.row_start[candidate + 1]],
            row - candidates.row_start[candidate],
        ),
    ]
    gain = float(row_log_odds[row] - np.logaddexp.reduce(rivals))
    return GarbledSpan(
        start,
        end,
        spun_text,
        match_case(spun_text, " ".join(substitution.original)),
        round(gain, 2),
        tuple(family.name.lower() for family in candidates.substitution(row).families),
    )
