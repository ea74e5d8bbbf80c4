"""Fits the weights of a document's score: of every form in its family, of the signals, of the prefilter.

A form's weight is its log-ratio of spun to clean documents, times what a regression makes of its family's
log-ratios. All that a threshold or a figure rests on is scored by weights fitted on other sites.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from cleaner.garble import document_score
from cleaner.garble.candidate_table import REGISTER_SHARE
from cleaner.garble.document_score import Signals
from cleaner.garble.lexicon import FAMILIES, Channel, Lexicon
from cleaner.garble.ngram_model import Floats
from cleaner.garble.prefilter import RATE_PER_WORDS, SMOOTHING_WORDS
from training.garble.evidence import N_FOLDS, PAGE_REGISTER, PageEvidence

RATIO_PSEUDO_COUNT = 4.0  # weight of the channel's ratio in a form's own; not tuned
# A form is as usual in clean text as in the register that has it most often; a register's share of documents
# is drawn to that of all by this many documents.
REGISTER_PSEUDO_DOCUMENTS = 15.0
SCORE_RIDGE_C = 3.0
UNSEEN_FORM_FACTOR = 0.7  # share of its channel's ratio for a form that was never met
CLEAN_CLASS_WEIGHT = 3.0
# Of a text, and of the possible swaps of a spun one, that weights are fitted on.
MIN_FITTED_WORDS, MIN_FITTED_SHARE = 60, 0.15
MIN_FAMILY_PAGES = 30  # a family of which fewer spun pages could be made is left out
SIGNAL_RIDGE_C = 1.0
HARD_TEXT_WEIGHT = 10.0  # of a clean text of a hard register, in clean pages
# The threshold is this far above the score that THRESHOLD_QUANTILE of the clean texts stay below.
THRESHOLD_QUANTILE, THRESHOLD_MARGIN = 0.9995, 1.0
# The share of clean texts that the prefilter lets be read with the language model: a fortieth of their
# words, as it is the short ones.
PREFILTER_CLEAN_SHARE = 0.05
MIN_PREFILTER_WEIGHT = 0.05  # smaller weights are left out
PREFILTER_RIDGE_C = 300.0  # of 3, 30, 300 the one that lets most spun pages be read

FormAndLevel = tuple[tuple[str, ...], int]
ChannelAndLevel = tuple[Channel, int]


class Ratios(NamedTuple):
    """Log-ratios of spun to clean documents that hold a form, or any form of a channel, at a strength."""

    of_form: dict[FormAndLevel, float]
    of_channel: dict[ChannelAndLevel, float]

    def get(self, form: tuple[str, ...], channel: Channel, level: int) -> float:
        """A form's log-ratio, within the bounds of one form's weight."""
        of_channel = UNSEEN_FORM_FACTOR * self.of_channel.get((channel, level), 0.0)
        value = self.of_form.get((form, level), of_channel)
        return max(min(value, document_score.MAX_FORM_WEIGHT), document_score.MIN_FORM_WEIGHT)


def log_ratios(pages: Sequence[PageEvidence], family: Channel) -> Ratios:
    """The ratios of one family; a form's is drawn to that of its channel."""
    forms: dict[bool, Counter[FormAndLevel]] = {True: Counter(), False: Counter()}
    by_register: dict[str, Counter[FormAndLevel]] = {}
    channels: dict[bool, Counter[ChannelAndLevel]] = {True: Counter(), False: Counter()}
    channel_of_form: dict[tuple[str, ...], Channel] = {}
    n_pages = Counter(page.spun for page in pages)
    n_of_register = Counter(page.label.register for page in pages if not page.spun)
    for page in pages:
        for form, (best, _, channel_of_form[form]) in page.forms[family].items():
            level = strength_level(best)
            forms[page.spun][form, level] += 1
            channels[page.spun][channel_of_form[form], level] += 1
            if not page.spun:
                by_register.setdefault(page.label.register, Counter())[form, level] += 1
    of_channel = {
        key: math.log(
            (channels[True][key] / n_pages[True] + 1e-3) / (channels[False][key] / n_pages[False] + 1e-3)
        )
        for key in {*channels[True], *channels[False]}
    }
    of_form: dict[FormAndLevel, float] = {}
    for form, level in {*forms[True], *forms[False]}:
        half = math.exp(of_channel[channel_of_form[form], level] / 2)
        clean_share = forms[False][form, level] / n_pages[False]
        highest = max(
            (
                (counts[form, level] + REGISTER_PSEUDO_DOCUMENTS * clean_share)
                / (n_of_register[register] + REGISTER_PSEUDO_DOCUMENTS)
                for register, counts in by_register.items()
            ),
            default=clean_share,
        )
        spun = 1000 * forms[True][form, level] / n_pages[True] + RATIO_PSEUDO_COUNT * half
        clean = 1000 * max(highest, clean_share) + RATIO_PSEUDO_COUNT / half
        of_form[form, level] = math.log(spun / clean)
    return Ratios(of_form, of_channel)


def register_share(form: tuple[str, ...], lexicon: Lexicon) -> float:
    """The share of its weight that a form keeps: little, where formal or literary English writes it too."""
    return REGISTER_SHARE if form in lexicon.register_forms else 1.0


def strength_level(evidence: float) -> int:
    """As `document_score.strength_level`, of one number."""
    return sum(evidence >= edge for edge in document_score.STRENGTH_EDGES_NATS)


def repeat_factor(times: int) -> float:
    """As `document_score.repeat_factor`, of one number."""
    return 1 + document_score.REPEAT_WEIGHT * math.log(min(times, document_score.MAX_COUNTED_REPEATS))


Features = dict[object, float]


def page_features(page: PageEvidence, family: Channel, lexicon: Lexicon, ratios: Ratios) -> Features:
    """One number a form and strength, one a channel and strength, and their sum."""
    out: Features = {}
    for form, (best, times, channel) in page.forms[family].items():
        level = strength_level(best)
        value = (
            ratios.get(form, channel, level)
            * register_share(form, lexicon)
            * repeat_factor(times)
            * RATE_PER_WORDS
            / (page.n_unquoted_words + SMOOTHING_WORDS)
        )
        out[form, level] = value
        out[channel, level] = out.get((channel, level), 0.0) + value
        out["all"] = out.get("all", 0.0) + value
    return out


def feature_matrix(
    rows: Sequence[Features], column_of: dict[object, int], *, add_columns: bool
) -> csr_matrix:
    """Rows as a sparse matrix; `add_columns` gives new features a column, else they are left out."""
    cells: list[tuple[int, int, float]] = []
    for row_index, row in enumerate(rows):
        for key, value in row.items():
            if add_columns:
                column_of.setdefault(key, len(column_of))
            if key in column_of:
                cells.append((row_index, column_of[key], value))
    row_indices, columns, values = zip(*cells, strict=True)
    return csr_matrix((values, (row_indices, columns)), shape=(len(rows), len(column_of)))


@dataclass(frozen=True)
class FamilyWeights:
    """The weights of one family's score: log-ratios times the coefficients of a regression on them."""

    ratios: Ratios
    coefficients: dict[object, float]
    bias: float

    def weight(self, form: tuple[str, ...], channel: Channel, level: int, share: float) -> float:
        """What a form adds to the family's log-odds at a strength; `share` is its `register_share`."""
        get = self.coefficients.get
        coefficient = get((form, level), 0.0) + get((channel, level), 0.0) + get("all", 0.0)
        return self.ratios.get(form, channel, level) * share * coefficient

    def log_odds(self, page: PageEvidence, family: Channel, lexicon: Lexicon) -> float:
        """As `document_score.family_log_odds`, of one family."""
        added = [
            self.weight(form, channel, strength_level(best), register_share(form, lexicon))
            * repeat_factor(times)
            for form, (best, times, channel) in page.forms[family].items()
        ]
        total = sum(added) - max([0.0, *added])
        return self.bias + RATE_PER_WORDS * total / (page.n_unquoted_words + SMOOTHING_WORDS)


def fit_family(pages: Sequence[PageEvidence], family: Channel, lexicon: Lexicon) -> FamilyWeights | None:
    """The weights that tell pages spun by a family from clean texts: a logistic regression with ridge penalty
    on the ratios. None for a family with fewer than MIN_FAMILY_PAGES."""
    used = [
        page
        for page in pages
        if page.n_unquoted_words > MIN_FITTED_WORDS
        and (not page.spun or (page.label.family == family and page.label.swapped_share > MIN_FITTED_SHARE))
    ]
    y = np.array([page.spun for page in used])
    if y.sum() < MIN_FAMILY_PAGES:
        return None
    ratios = log_ratios(used, family)
    column_of: dict[object, int] = {}
    x = feature_matrix(
        [page_features(page, family, lexicon, ratios) for page in used], column_of, add_columns=True
    )
    regression = LogisticRegression(
        C=SCORE_RIDGE_C,
        class_weight={False: CLEAN_CLASS_WEIGHT, True: 1.0},
        solver="liblinear",
        random_state=0,
    ).fit(x, y)
    return FamilyWeights(
        ratios,
        dict(zip(column_of, regression.coef_[0].tolist(), strict=True)),
        float(regression.intercept_[0]),
    )


def fit_families(pages: Sequence[PageEvidence], lexicon: Lexicon) -> dict[Channel, FamilyWeights]:
    """The weights of every family that has pages."""
    fitted = {family: fit_family(pages, family, lexicon) for family in FAMILIES}
    return {family: weights for family, weights in fitted.items() if weights}


def held_out_family_log_odds(pages: Sequence[PageEvidence], lexicon: Lexicon) -> Floats:
    """Pages x FAMILIES: log-odds by weights from other sites; the lowest for a family that was not fitted."""
    log_odds = np.full((len(pages), len(FAMILIES)), document_score.MIN_FAMILY_LOG_ODDS)
    for fold in range(N_FOLDS):
        fitted = fit_families([page for page in pages if page.label.fold != fold], lexicon)
        for index, page in enumerate(pages):
            if page.label.fold == fold:
                for family, weights in fitted.items():
                    log_odds[index, FAMILIES.index(family)] = weights.log_odds(page, family, lexicon)
    return log_odds


class SignalWeights(NamedTuple):
    """The weights of the signals, by name, and the log-odds of a text without any."""

    weights: Mapping[str, float]
    bias: float

    def log_odds(self, signals: Sequence[Signals]) -> Floats:
        """The log-odds of documents."""
        return np.array([document_score.spun_log_odds(s, self.weights, self.bias) for s in signals])


def fit_signals(signals: Sequence[Signals], pages: Sequence[PageEvidence]) -> SignalWeights:
    """A logistic regression on the standardised signals of pages; the weights are those of the signals as
    they are."""
    scaler = StandardScaler()
    x = scaler.fit_transform(np.array(signals))
    regression = LogisticRegression(C=SIGNAL_RIDGE_C, max_iter=2000).fit(
        x, [page.spun for page in pages], sample_weight=[_page_weight(page) for page in pages]
    )
    weights = regression.coef_[0] / scaler.scale_
    return SignalWeights(
        dict(zip(Signals._fields, weights.tolist(), strict=True)),
        float(regression.intercept_[0] - weights @ scaler.mean_),
    )


def _page_weight(page: PageEvidence) -> float:
    """How much a page counts: clean ones more, of hard registers most, as there are few of them."""
    if page.spun:
        return 1.0
    return CLEAN_CLASS_WEIGHT * (1.0 if page.label.register == PAGE_REGISTER else HARD_TEXT_WEIGHT)


def is_fitted(page: PageEvidence) -> bool:
    """Whether the signals are fitted on a page: a spun one needs some swaps."""
    return page.n_unquoted_words > MIN_FITTED_WORDS and (
        not page.spun or page.label.swapped_share > MIN_FITTED_SHARE
    )


def held_out_log_odds(
    pages: Sequence[PageEvidence], signals: Sequence[Signals], without: Channel | None = None
) -> Floats:
    """Log-odds of each page by weights from other sites, fitted on no page that the family `without` spun."""
    log_odds = np.zeros(len(pages))
    for fold in range(N_FOLDS):
        used = [
            k
            for k, page in enumerate(pages)
            if page.label.fold != fold
            and is_fitted(page)
            and (without is None or page.label.family != without)
        ]
        fitted = fit_signals([signals[k] for k in used], [pages[k] for k in used])
        in_fold = [k for k, page in enumerate(pages) if page.label.fold == fold]
        log_odds[in_fold] = fitted.log_odds([signals[k] for k in in_fold])
    return log_odds


def threshold(pages: Sequence[PageEvidence], log_odds: Floats) -> float:
    """The log-odds above which a document is called spun, from the clean ones' held-out log-odds."""
    clean = log_odds[[not page.spun for page in pages]]
    return float(np.quantile(clean, THRESHOLD_QUANTILE)) + THRESHOLD_MARGIN


class Prefilter(NamedTuple):
    """The weights of the presence of forms, and the threshold of their sum.

    `passed_clean` and `passed_spun` are the shares of the clean texts and of the flagged pages above it, by
    weights from other sites.
    """

    weights: dict[str, float]
    threshold: float
    passed_clean: float
    passed_spun: float


def fit_prefilter(pages: Sequence[PageEvidence], flagged: Sequence[bool]) -> Prefilter:
    """A threshold that PREFILTER_CLEAN_SHARE of the clean texts exceed, and weights that most of the flagged
    pages exceed it by; pages with tortured phrases have signatures, and are not asked."""
    used = [
        (page, is_flagged)
        for page, is_flagged in zip(pages, flagged, strict=True)
        if not page.spun or (is_flagged and page.label.family != Channel.TORTURED)
    ]
    column_of: dict[object, int] = {}
    rows: list[Features] = [
        # in order, and drawn by one seed: the same weights from every build
        dict.fromkeys(sorted(page.prefilter_forms), RATE_PER_WORDS / (page.n_words + SMOOTHING_WORDS))
        for page, _ in used
    ]
    x = feature_matrix(rows, column_of, add_columns=True)
    y = np.array([is_flagged for _, is_flagged in used])
    regression = _prefilter_regression().fit(x, y)
    weights = {str(form): float(regression.coef_[0][at]) for form, at in column_of.items()}
    values = np.zeros(len(used))
    for fold in range(N_FOLDS):  # the threshold is set on sites that the weights have not seen
        in_fold = np.array([page.label.fold == fold for page, _ in used])
        others = _prefilter_regression().fit(x[~in_fold], y[~in_fold])
        values[in_fold] = x[in_fold] @ others.coef_[0]
    bar = float(np.quantile(values[~y], 1 - PREFILTER_CLEAN_SHARE))
    return Prefilter(
        {form: round(weight, 2) for form, weight in weights.items() if abs(weight) >= MIN_PREFILTER_WEIGHT},
        bar,
        float((values[~y] > bar).mean()),
        float((values[y] > bar).mean()),
    )


def _prefilter_regression() -> LogisticRegression:
    return LogisticRegression(C=PREFILTER_RIDGE_C, solver="liblinear", random_state=0)
