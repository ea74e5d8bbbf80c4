"""Fits the networks that find swaps: on training pages spun by the lexicon, read with other sites' counts."""

from __future__ import annotations

import random
import warnings
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from cleaner.garble.candidate_table import SubstitutionTable
from cleaner.garble.candidates import Candidates, context_gains, find_candidates, side_gains
from cleaner.garble.casing import match_case
from cleaner.garble.consistency import ReplacedWords
from cleaner.garble.detector import read_log_odds
from cleaner.garble.features import TextStats, first_pass_features, second_pass_features, text_stats
from cleaner.garble.lexicon import Channel, Substitution
from cleaner.garble.listing import Places, listing_features
from cleaner.garble.locate import features_after_first_pass, read_in_two_passes, trimmed_substitution
from cleaner.garble.network import Network
from cleaner.garble.ngram_model import Floats, NgramModel
from cleaner.garble.tokenize import TokenizedText, tokenize
from training.garble.spin import SwappedSpan, forms_by_original, spin

MAX_PAGE_CHARS = 6000
HIDDEN_UNITS, EPOCHS, WEIGHT_DECAY = 24, 25, 1e-3  # 24 units did better than trees
NETWORKS_AVERAGED = 3  # that differ only in their random start; their mean is steadier than each
N_FOLDS = 3
# Four pages in seven are spun in the news manner; a dictionary is mostly applied wherever it can be.
SPINNER_CHANNELS = (*[Channel.NEWS] * 4, Channel.THESAURUS, Channel.REWRITING, Channel.SPINBOT)
DICTIONARY_SHARES = (0.3, 0.5, 0.7, 1.0)
SWAP_DENSITIES = (0.5, 0.8, 1.0, 1.0, 1.0, 1.0)
# Which places are listed is fitted on pages of more kinds: every family, fewer swaps, and by half a lexicon
# every other page, so that much of what was swapped is unknown.
LISTED_CHANNELS = (*[Channel.NEWS] * 3, *[Channel.THESAURUS] * 2, Channel.REWRITING, Channel.SPINBOT,
                   Channel.TORTURED)  # fmt: skip
LISTED_DENSITIES = (0.3, 0.5, 0.75, 1.0, 1.0, 1.0)
CORE_SHARE = 0.95  # share of the core of the dictionary that every spinner has
FIRST_FORM_SHARE = 0.8  # how often a spinner has one form a word rather than a choice of three

WEIGHT_NAMES = ("middle", "scale", "hidden", "hidden_bias", "out")  # the arrays of a network

SpinnerDictionaries = Mapping[Channel, Mapping[tuple[str, ...], Sequence[tuple[float, str]]]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A spun page as the detector reads it, what was swapped in it, and which of its rows are right."""

    words: TokenizedText
    candidates: Candidates
    gains: Floats
    stats: TextStats
    truth: Sequence[SwappedSpan]
    is_right: npt.NDArray[np.bool_]
    model: NgramModel


class SpinnerManner(NamedTuple):
    """The families that pages are spun in, and the shares of the possible swaps that are made."""

    channels: Sequence[Channel]
    densities: Sequence[float]


RESTORED_MANNER = SpinnerManner(SPINNER_CHANNELS, SWAP_DENSITIES)
LISTED_MANNER = SpinnerManner(LISTED_CHANNELS, LISTED_DENSITIES)


def spinner_dictionaries(substitutions: Sequence[Substitution]) -> SpinnerDictionaries:
    """For each kind of spinner the forms of each original, the usual one first."""
    return {
        channel: dict(sorted(forms.items()))
        for channel in dict.fromkeys((*SPINNER_CHANNELS, *LISTED_CHANNELS))
        if (forms := forms_by_original(substitutions, channel))
    }


def one_dictionary(
    all_forms: Mapping[tuple[str, ...], Sequence[tuple[float, str]]], rng: random.Random
) -> dict[tuple[str, ...], list[str]]:
    """One spinner's dictionary: most of the core, a part of the rest."""
    share = rng.choice(DICTIONARY_SHARES)
    dictionary = {}
    for original, forms in all_forms.items():
        if rng.random() < (CORE_SHARE if forms[0][0] > 1 else share):
            dictionary[original] = [form for _, form in forms[: 1 if rng.random() < FIRST_FORM_SHARE else 3]]
    return dictionary


def spin_and_read(
    text: str,
    page_id: str,
    dictionaries: SpinnerDictionaries,
    table: SubstitutionTable,
    replaced: ReplacedWords,
    model: NgramModel,
    manner: SpinnerManner = RESTORED_MANNER,
) -> Sample | None:
    """A page spun and read; None when it scores as clean. `replaced` are the words of `table`."""
    rng = random.Random(page_id)
    channel = rng.choice([channel for channel in manner.channels if channel in dictionaries])
    spun, truth = spin(
        text[:MAX_PAGE_CHARS],
        one_dictionary(dictionaries[channel], rng),
        rng.choice(manner.densities),
        rng,
        fixed=channel == Channel.NEWS,
    )
    words = tokenize(spun)
    candidates = find_candidates(words, table, model)
    gains = context_gains(candidates, words.tokens, model)
    log_odds = read_log_odds(words, candidates, gains, table.lexicon, replaced, model)
    if log_odds <= table.lexicon.threshold:
        return None
    return Sample(
        words,
        candidates,
        gains,
        text_stats(words, candidates, log_odds, model),
        truth,
        rows_that_restore(words, candidates, truth),
        model,
    )


def rows_that_restore(
    words: TokenizedText, candidates: Candidates, truth: Sequence[SwappedSpan]
) -> npt.NDArray[np.bool_]:
    """For each row whether it restores exactly the text before spinning."""
    out = np.zeros(len(candidates.substitution_id), dtype=bool)
    starts = [start for start, _, _ in truth]
    for k in range(len(candidates)):
        a, b = words.starts[candidates.first_token[k]], words.ends[candidates.end_token[k] - 1]
        overlapping = [
            t
            for t in truth[max(bisect_right(starts, a) - 1, 0) : bisect_right(starts, b)]
            if t[1] > a and t[0] < b
        ]
        for row in range(candidates.row_start[k], candidates.row_start[k + 1]) if overlapping else ():
            out[row] = _restores_original(
                words.text, a, b, " ".join(candidates.substitution(row).original), overlapping
            )
    return out


def _restores_original(text: str, a: int, b: int, original: str, truth: Sequence[SwappedSpan]) -> bool:
    start_of_all, end_of_all = min(truth[0][0], a), max(truth[-1][1], b)
    wanted = text[start_of_all:end_of_all]
    for start, end, old in reversed(truth):
        wanted = wanted[: start - start_of_all] + old + wanted[end - start_of_all :]
    restored = text[start_of_all:a] + match_case(text[a:b], original) + text[b:end_of_all]
    return _comparison_words(restored) == _comparison_words(wanted)


def _comparison_words(text: str) -> list[str]:
    return text.lower().replace("’", "'").split()


class ListedSample(NamedTuple):
    """A spun page that the listing is fitted on, and the `word_log_odds` of its tokens."""

    sample: Sample
    odd: Floats


def fit_networks(samples: Sequence[Sample], listed_samples: Sequence[ListedSample], path: Path) -> None:
    """Both passes, the second on the first's predictions of pages that it was not fitted on; then the
    listing, on other pages."""
    first_features = [
        first_pass_features(s.stats, s.gains, side_gains(s.candidates, s.words.tokens, s.model))
        for s in samples
    ]
    labels = [s.is_right for s in samples]
    first_log_odds = _held_out_log_odds(first_features, labels)
    second_features = [
        second_pass_features(
            s.stats, features_after_first_pass(s.words, s.stats, log_odds, s.model), log_odds
        )
        for s, log_odds in zip(samples, first_log_odds, strict=True)
    ]
    held_out = range(0, len(samples), N_FOLDS)
    held_out_network = _averaged_network(*_without_fold(second_features, labels, 0), n_networks=1)
    print_precision([samples[k] for k in held_out], [held_out_network(second_features[k]) for k in held_out])
    first, second = _averaged_network(first_features, labels), _averaged_network(second_features, labels)
    first, second = _as_stored(first), _as_stored(second)  # the listing reads what they say where it runs
    listing = fit_listing(listed_samples, first, second)
    _write_networks(path, {"first": first, "second": second, "listing": listing})


def _as_stored(network: Network) -> Network:
    """The network with its weights as exact as the file has them."""
    arrays = {name: getattr(network, name).astype(np.float32) for name in WEIGHT_NAMES}
    return replace(network, **arrays, bias=float(np.float32(network.bias)))


def _write_networks(path: Path, network_of_pass: Mapping[str, Network]) -> None:
    data = {
        "header": np.frombuffer(
            b"format: garble-signs 2\nversion: 1\nsource: training/garble/networks.py", np.uint8
        )
    }
    for pass_name, network in network_of_pass.items():
        stored = _as_stored(network)
        data |= {f"{pass_name}_{name}": getattr(stored, name) for name in WEIGHT_NAMES}
        data[f"{pass_name}_bias"] = np.array([stored.bias], dtype=np.float32)
    np.savez_compressed(path, **data)  # type: ignore[arg-type]


def fit_listing(samples: Sequence[ListedSample], first: Network, second: Network) -> Network:
    """The network of the places that are listed; prints what it finds on pages it was not fitted on."""
    rows = [_listing_rows(listed, first, second) for listed in samples]
    features, labels = [x for x, _ in rows], [y for _, y in rows]
    log_odds, is_swap = np.concatenate(_held_out_log_odds(features, labels)), np.concatenate(labels)
    n_swaps = sum(len(listed.sample.truth) for listed in samples)
    for min_log_odds in (0.0, 0.5, 1.0, 1.5, 2.0):
        right = is_swap[log_odds > min_log_odds]
        found = right.sum() / n_swaps  # about: a place may hold two
        print(f"listed above {min_log_odds}: right {right.mean():.3f}, {found:.3f} of the swaps found")
    return _averaged_network(features, labels)


def _listing_rows(
    listed: ListedSample, first: Network, second: Network
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The features of the places of a page, and whether something was swapped at each."""
    s = listed.sample
    read = read_in_two_passes(s.words, s.stats, s.gains, s.model, first, second)
    features = listing_features(s.words, s.candidates, read.places, read.features, listed.odd)
    return features, _is_swap(s, read.places)


def _is_swap(sample: Sample, places: Places) -> npt.NDArray[np.bool_]:
    """Whether something was swapped at each place."""
    words, starts = sample.words, [start for start, _, _ in sample.truth]
    out = np.zeros(len(places.candidate), dtype=bool)
    for k, row in enumerate(places.best_row.tolist()):
        first, end, _ = trimmed_substitution(sample.candidates, row)
        before = bisect_right(starts, words.ends[end - 1] - 1) - 1
        out[k] = before >= 0 and sample.truth[before][1] > words.starts[first]
    return out


def _averaged_network(
    rows: Sequence[Floats], labels: Sequence[npt.NDArray[np.bool_]], n_networks: int = NETWORKS_AVERAGED
) -> Network:
    """The mean of some networks, as one: their hidden units side by side."""
    scaler = StandardScaler()
    x, y = scaler.fit_transform(np.vstack(rows)), np.concatenate(labels)
    fitted = [_fit_network(x, y, seed) for seed in range(n_networks)]
    return Network(
        scaler.mean_,
        scaler.scale_,
        np.hstack([net.coefs_[0] for net in fitted]),
        np.concatenate([net.intercepts_[0] for net in fitted]),
        np.concatenate([net.coefs_[1][:, 0] for net in fitted]) / n_networks,
        float(np.mean([net.intercepts_[1][0] for net in fitted])),
    )


def _fit_network(x: Floats, y: npt.NDArray[np.bool_], seed: int) -> MLPClassifier:
    net = MLPClassifier(
        (HIDDEN_UNITS,),
        alpha=WEIGHT_DECAY,
        max_iter=EPOCHS,
        learning_rate_init=3e-3,
        batch_size=512,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        return net.fit(x, y)


def _held_out_log_odds(rows: Sequence[Floats], labels: Sequence[npt.NDArray[np.bool_]]) -> list[Floats]:
    """The log-odds of each page's rows, by networks fitted on other pages."""
    log_odds: list[Floats] = [np.zeros(0)] * len(rows)
    for fold in range(N_FOLDS):
        network = _averaged_network(*_without_fold(rows, labels, fold), n_networks=1)
        for k in range(fold, len(rows), N_FOLDS):
            log_odds[k] = network(rows[k])
    return log_odds


def _without_fold(
    rows: Sequence[Floats], labels: Sequence[npt.NDArray[np.bool_]], fold: int
) -> tuple[list[Floats], list[npt.NDArray[np.bool_]]]:
    others = [k for k in range(len(rows)) if k % N_FOLDS != fold]
    return [rows[k] for k in others], [labels[k] for k in others]


def print_precision(samples: Sequence[Sample], log_odds: Sequence[Floats]) -> None:
    """Prints how many swaps above a threshold are right, by networks fitted on other pages."""
    best_log_odds, best_is_right = [], []
    for s, rows in zip(samples, log_odds, strict=True):
        best = rows >= s.candidates.max_by_candidate(rows)[s.candidates.candidate_of_row]
        best_log_odds += rows[best].tolist()
        best_is_right += s.is_right[best].tolist()
    for min_log_odds in (0.0, 1.0, 2.0, 3.0, 4.0):
        shown_is_right = [ok for g, ok in zip(best_log_odds, best_is_right, strict=True) if g > min_log_odds]
        print(f"odds above {min_log_odds}: right {np.mean(shown_is_right):.3f} of {len(shown_is_right)}")
