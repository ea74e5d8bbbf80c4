"""Builds `cleaner/data/garble-*`: n-gram counts, substitutions, and the weights of every form.

    python -m training.garble.build --data DATA [--out cleaner/data]

Every figure that a page is scored by comes from pages of other sites: four language models, each counted
without a quarter of the sites, read that quarter; the weights for a quarter are fitted on the other three.
`valid.txt` is read only to leave its pages out.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import lzma
import math
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from cleaner.document import Document
from cleaner.garble import document_score
from cleaner.garble.candidate_table import REGISTER_SHARE, SubstitutionTable
from cleaner.garble.candidates import context_gains, evidence_nats, find_candidates, non_overlapping_best
from cleaner.garble.lexicon import Channel, Lexicon, Substitution, build_lexicon, read_lexicon
from cleaner.garble.ngram_model import NgramModel
from cleaner.garble.prefilter import (
    RATE_PER_WORDS,
    SMOOTHING_WORDS,
    PrefilterTable,
    build_table,
    matched_forms,
)
from cleaner.garble.tokenize import tokenize
from cleaner.reading.page import read_document
from training.garble import lexicon as sources
from training.garble import networks, ngrams
from training.garble.spin import spin

N_FOLDS = 4
MAX_SPUN_CHARS = 6000  # of a page, for speed: more text adds nothing new
RATIO_PSEUDO_COUNT = 4.0  # weight of the channel's ratio in a form's own; not tuned
SCORE_RIDGE_C = 3.0
UNSEEN_FORM_FACTOR = 0.7  # share of its channel's ratio for a form that was never met
CLEAN_CLASS_WEIGHT = 3.0
MIN_FITTED_PAGE_CHARS = 1200  # of a page that the networks are fitted on
SAMPLES_PER_FOLD = 250  # such pages
MIN_SENTENCE_WORDS = 10  # a block of a page with as many is taken for running text
# Of the spun training pages that the language model would flag, the prefilter may let this share pass; most
# of those have few swaps.
PREFILTER_MISS_SHARE = 0.03
PREFILTER_RIDGE_C = 300.0  # of 3, 30, 300 the one that lets most clean pages pass
SWAPPED_SHARE_BANDS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.7), (0.7, 1.0))  # in which catches are reported
LM_LICENCE = (
    "counts of the sentences of WCXB v1.0 (Murrough Foley, CC-BY-4.0), Moz dragnet_data (text AGPL-3.0;"
    " its owners publish models trained on it under MIT) and mozilla/readability test pages (Apache-2.0);"
    " no page of valid.txt"
)
LEXICON_LICENCE = (
    "written for the project (Apache-2.0); kind p: Problematic Paper Screener (Cabanac, Labbe and Magazinov,"
    " CC BY 4.0)"
)


class Page(NamedTuple):
    """A gold text, and the other sentences of its page; the pages of a `site` are in one fold."""

    id: str
    site: str
    text: str
    other_sentences: str


class PageEvidence(NamedTuple):
    """What the detector reads in one page.

    `forms` maps each form to its best evidence (nats), how often it occurs, and its channel; `swapped_share`
    is the share of the swaps that a page was spun with, 0 for a clean one.
    """

    fold: int
    spun: bool
    swapped_share: float
    n_unquoted_words: int
    forms: dict[tuple[str, ...], tuple[float, int, Channel]]
    prefilter_forms: frozenset[str]
    n_words: int


def read_pages(data: Path) -> list[Page]:
    """The training pages: all but those of valid.txt."""
    left_out = set((data / "valid.txt").read_text().split())
    kept = []
    for path in sorted(data.glob("train-*.jsonl.xz")):
        with lzma.open(path, "rt") as lines:
            rows = map(json.loads, lines)
            kept += [_page_from_row(row) for row in rows if row["id"] not in left_out]
    return kept


def _page_from_row(row: dict[str, str]) -> Page:
    text = row["text"] or ""
    return Page(row["id"], row["domain"] or row["id"], text, sentences_outside_gold(row["html"] or "", text))


def sentences_outside_gold(html: str, text: str) -> str:
    """The sentences of a page that are not in its gold text: comments, other stories."""
    blocks = dict.fromkeys(block.text for block in read_document(Document("", html, "html")).blocks)
    return "\n".join(b for b in blocks if len(b.split()) >= MIN_SENTENCE_WORDS and b[:60] not in text)


def fold_of_site(pages: Sequence[Page]) -> dict[str, int]:
    """A fold a site."""
    sites = sorted({page.site for page in pages})
    random.Random(1).shuffle(sites)
    return {site: k % N_FOLDS for k, site in enumerate(sites)}


def read_substitutions(data: Path) -> list[Substitution]:
    """The expanded lexicon with the tortured phrases it lacks."""
    expanded = sources.expand_lexicon()
    tortured_pairs = sources.tortured_phrases(data / "tortured-phrases.json")
    pairs = [*expanded.values(), *(p for p in tortured_pairs if (p.spun, p.original) not in expanded)]
    return [Substitution(tuple(p.spun.split()), tuple(p.original.split()), p.prior, p.channel) for p in pairs]


def required_words(substitutions: Iterable[Substitution]) -> set[str]:
    """Words that the language model must know, whether they were counted or not."""
    words = {
        word
        for substitution in substitutions
        if substitution.channel != Channel.TORTURED
        for word in (*substitution.spun, *substitution.original)
    }
    return words | {word.lower() for name in sources.read_names() for word in name.split()}


def spinner_dictionary(
    substitutions: Iterable[Substitution], channel: Channel, max_forms: int
) -> dict[tuple[str, ...], list[str]]:
    """Original to its usual spun forms: a spinner's dictionary."""
    by_original: dict[tuple[str, ...], list[tuple[float, str]]] = {}
    for substitution in substitutions:
        if substitution.channel == channel:
            by_original.setdefault(substitution.original, []).append(
                (substitution.prior, " ".join(substitution.spun))
            )
    return {
        key: [form for _, form in sorted(forms, reverse=True)[:max_forms]]
        for key, forms in by_original.items()
    }


def spun_versions(
    page: Page, dictionaries: dict[str, dict[tuple[str, ...], list[str]]]
) -> Iterable[tuple[float, str]]:
    """The page by two spinners with a part of the dictionary each: (share swapped, text)."""
    rng = random.Random(page.id)
    for name in (Channel.NEWS, rng.choice([Channel.THESAURUS, "both"])):
        density, share = rng.choice([0.3, 0.5, 0.75, 1.0]), rng.choice([0.3, 0.6, 1.0])
        dictionary = {key: forms for key, forms in dictionaries[name].items() if rng.random() < share}
        text, _ = spin(page.text[:MAX_SPUN_CHARS], dictionary, density, rng, fixed=name == Channel.NEWS)
        yield density * share, text


def page_evidence(
    text: str,
    fold: int,
    swapped_share: float,
    table: SubstitutionTable,
    model: NgramModel,
    prefilter_table: PrefilterTable,
) -> PageEvidence:
    """Reads one page as the detector does."""
    words = tokenize(text)
    candidates = find_candidates(words, table, model)
    strength = evidence_nats(candidates, context_gains(candidates, words.tokens, model))
    chosen = non_overlapping_best(candidates, strength)
    counted = chosen[strength[chosen] > document_score.MIN_EVIDENCE_NATS]
    forms = {}
    for form, best, times in zip(
        *document_score.strongest_by_form(candidates.form_id[counted], strength[counted]), strict=True
    ):
        substitution = candidates.table.substitutions[candidates.table.first_substitution[form]]
        forms[substitution.spun] = (float(best), int(times), substitution.channel)
    matched_words, phrases, n_words = matched_forms(text, prefilter_table)
    prefilter_forms = {word.decode() for word in matched_words} | {
        prefilter_table.phrases[k].decode().strip() for k in phrases
    }
    return PageEvidence(
        fold,
        swapped_share > 0,
        swapped_share,
        document_score.count_unquoted_words(words),
        forms,
        frozenset(prefilter_forms),
        n_words,
    )


def models_by_fold(pages: Sequence[Page], substitutions: Sequence[Substitution]) -> list[NgramModel]:
    """For each fold the counts of the other ones' sites."""
    fold_of, extra_words = fold_of_site(pages), required_words(substitutions)
    return [
        ngrams.build_model(counted_texts(p for p in pages if fold_of[p.site] != fold), extra_words)
        for fold in range(N_FOLDS)
    ]


def read_all_pages(
    pages: Sequence[Page],
    substitutions: Sequence[Substitution],
    lexicon: Lexicon,
    models: Sequence[NgramModel],
) -> list[PageEvidence]:
    """Every page and its spun versions, read with counts from other sites."""
    fold_of = fold_of_site(pages)
    thesaurus = spinner_dictionary(substitutions, Channel.THESAURUS, 3)
    news = spinner_dictionary(substitutions, Channel.NEWS, 2)
    dictionaries: dict[str, dict[tuple[str, ...], list[str]]] = {
        Channel.NEWS: news,
        Channel.THESAURUS: thesaurus,
        "both": {**thesaurus, **news},
    }
    prefilter_table = build_table(dict.fromkeys(prefilter_candidates(lexicon), 1.0), 0.0)
    evidence: list[PageEvidence] = []
    for fold, model in enumerate(models):
        table = SubstitutionTable.from_lexicon(lexicon, model)
        for page in pages:
            if fold_of[page.site] != fold or len(page.text) < 200:
                continue
            evidence.append(page_evidence(page.text, fold, 0.0, table, model, prefilter_table))
            for swapped_share, text in spun_versions(page, dictionaries):
                evidence.append(page_evidence(text, fold, swapped_share, table, model, prefilter_table))
    return evidence


def counted_texts(pages: Iterable[Page]) -> list[str]:
    """The texts whose n-grams are counted: gold texts, and the other sentences of their pages."""
    return [text for page in pages for text in (page.text, page.other_sentences) if text]


def prefilter_candidates(lexicon: Lexicon) -> frozenset[str]:
    """What the prefilter may look for: single spun words, and the first two words of spun phrases."""
    return frozenset(lexicon.form_id_of_word) | {f"{a} {b}" for a, b in lexicon.phrases_by_start}


FormAndLevel = tuple[tuple[str, ...], int]


def log_ratios(
    pages: Sequence[PageEvidence],
) -> tuple[dict[FormAndLevel, float], dict[tuple[str, int], float]]:
    """Log-ratio of spun to clean pages that hold a form at a strength, shrunk to its channel's."""
    form_counts: dict[bool, Counter[FormAndLevel]] = {True: Counter(), False: Counter()}
    channel_counts: dict[bool, Counter[tuple[str, int]]] = {True: Counter(), False: Counter()}
    channel_of_form: dict[tuple[str, ...], str] = {}
    n_pages = Counter(page.spun for page in pages)
    for page in pages:
        for form, (best, _, channel_of_form[form]) in page.forms.items():
            form_counts[page.spun][form, strength_level(best)] += 1
            channel_counts[page.spun][channel_of_form[form], strength_level(best)] += 1
    channel_ratios = {
        key: math.log(
            (channel_counts[True][key] / n_pages[True] + 1e-3)
            / (channel_counts[False][key] / n_pages[False] + 1e-3)
        )
        for key in {*channel_counts[True], *channel_counts[False]}
    }
    form_ratios: dict[FormAndLevel, float] = {}
    for form, level in {*form_counts[True], *form_counts[False]}:
        half = math.exp(channel_ratios[channel_of_form[form], level] / 2)
        spun = 1000 * form_counts[True][form, level] / n_pages[True] + RATIO_PSEUDO_COUNT * half
        clean = 1000 * form_counts[False][form, level] / n_pages[False] + RATIO_PSEUDO_COUNT / half
        form_ratios[form, level] = math.log(spun / clean)
    return form_ratios, channel_ratios


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


def page_features(
    page: PageEvidence,
    lexicon: Lexicon,
    form_ratios: dict[FormAndLevel, float],
    channel_ratios: dict[tuple[str, int], float],
) -> Features:
    """One number a form and strength, one a channel and strength, and their sum."""
    out: Features = {}
    for form, (best, times, channel) in page.forms.items():
        level = strength_level(best)
        log_ratio = form_ratios.get(
            (form, level), UNSEEN_FORM_FACTOR * channel_ratios.get((channel, level), 0.0)
        )
        value = (
            clip_form_weight(log_ratio)
            * register_share(form, lexicon)
            * repeat_factor(times)
            * RATE_PER_WORDS
            / (page.n_unquoted_words + SMOOTHING_WORDS)
        )
        out[form, level] = value
        out[channel, level] = out.get((channel, level), 0.0) + value
        out["all"] = out.get("all", 0.0) + value
    return out


def clip_form_weight(value: float) -> float:
    """A form's log-ratio within the bounds of one form's weight."""
    return max(min(value, document_score.MAX_FORM_WEIGHT), document_score.MIN_FORM_WEIGHT)


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


class ScoreWeights(NamedTuple):
    """The weights of the detector's score: log-ratios times the coefficients of a regression on them."""

    form_ratios: dict[FormAndLevel, float]
    channel_ratios: dict[tuple[str, int], float]
    coefficients: dict[object, float]
    bias: float

    def weight(self, form: tuple[str, ...], channel: str, level: int, register_share: float) -> float:
        """What a form adds to the score at a level of strength; `register_share` is as in the function."""
        log_ratio = clip_form_weight(
            self.form_ratios.get(
                (form, level), UNSEEN_FORM_FACTOR * self.channel_ratios.get((channel, level), 0.0)
            )
        )
        get = self.coefficients.get
        return (
            log_ratio
            * register_share
            * (get((form, level), 0.0) + get((channel, level), 0.0) + get("all", 0.0))
        )


def fit_score(pages: Sequence[PageEvidence], lexicon: Lexicon) -> ScoreWeights:
    """A logistic regression with ridge penalty on the ratios."""
    used = [
        page for page in pages if page.n_unquoted_words > 60 and (not page.spun or page.swapped_share > 0.15)
    ]
    form_ratios, channel_ratios = log_ratios(used)
    column_of: dict[object, int] = {}
    x = feature_matrix(
        [page_features(page, lexicon, form_ratios, channel_ratios) for page in used],
        column_of,
        add_columns=True,
    )
    y = np.array([page.spun for page in used])
    regression = LogisticRegression(
        C=SCORE_RIDGE_C, class_weight={False: CLEAN_CLASS_WEIGHT, True: 1.0}, solver="liblinear"
    ).fit(x, y)
    return ScoreWeights(
        form_ratios,
        channel_ratios,
        dict(zip(column_of, regression.coef_[0].tolist(), strict=True)),
        float(regression.intercept_[0]),
    )


def page_log_odds(page: PageEvidence, lexicon: Lexicon, fitted: ScoreWeights) -> float:
    """As `document_score.spun_log_odds`, from the evidence of a page."""
    total = 0.0
    for form, (best, times, channel) in page.forms.items():
        total += fitted.weight(
            form, channel, strength_level(best), register_share(form, lexicon)
        ) * repeat_factor(times)
    return fitted.bias + RATE_PER_WORDS * total / (page.n_unquoted_words + SMOOTHING_WORDS)


def fit_prefilter(pages: Sequence[PageEvidence], flagged: Sequence[bool]) -> tuple[dict[str, float], float]:
    """Weights of the presence of forms, and the threshold that all but PREFILTER_MISS_SHARE of the flagged
    pages exceed."""
    used = [
        (page, is_flagged)
        for page, is_flagged in zip(pages, flagged, strict=True)
        if is_flagged or not page.spun
    ]
    column_of: dict[object, int] = {}
    rows: list[Features] = [
        dict.fromkeys(page.prefilter_forms, RATE_PER_WORDS / (page.n_words + SMOOTHING_WORDS))
        for page, _ in used
    ]
    x = feature_matrix(rows, column_of, add_columns=True)
    y = np.array([is_flagged for _, is_flagged in used])
    regression = LogisticRegression(C=PREFILTER_RIDGE_C, solver="liblinear").fit(x, y)
    weights = {str(form): float(regression.coef_[0][at]) for form, at in column_of.items()}
    flagged_values: list[float] = []
    clean_values: list[float] = []
    for fold in range(N_FOLDS):  # the threshold is set on sites that the weights have not seen
        in_fold = np.array([page.fold == fold for page, _ in used])
        fold_regression = LogisticRegression(C=PREFILTER_RIDGE_C, solver="liblinear").fit(
            x[~in_fold], y[~in_fold]
        )
        values = x[in_fold] @ fold_regression.coef_[0]
        flagged_values += values[y[in_fold]].tolist()
        clean_values += values[~y[in_fold]].tolist()
    threshold = float(np.quantile(flagged_values, PREFILTER_MISS_SHARE))
    print(f"glance: passes {np.mean(np.array(clean_values) > threshold):.3%} of clean pages on to reading")
    return {form: round(w, 2) for form, w in weights.items() if abs(w) >= 0.05}, threshold


def held_out_log_odds(pages: Sequence[PageEvidence], lexicon: Lexicon) -> list[float]:
    """Log-odds of each page by weights from other sites; THRESHOLD_LOG_ODDS is chosen on what is printed."""
    log_odds = [0.0] * len(pages)
    for fold in range(N_FOLDS):
        fitted = fit_score([page for page in pages if page.fold != fold], lexicon)
        for index, page in enumerate(pages):
            if page.fold == fold:
                log_odds[index] = page_log_odds(page, lexicon, fitted)
    _print_detection(pages, log_odds)
    return log_odds


def _print_detection(pages: Sequence[PageEvidence], log_odds: Sequence[float]) -> None:
    """The highest scores of clean pages, and the share of spun pages above the threshold."""
    clean_log_odds = sorted(s for s, page in zip(log_odds, pages, strict=True) if not page.spun)
    print(f"clean pages {len(clean_log_odds)}, highest scores", [round(s, 2) for s in clean_log_odds[-8:]])
    for low, high in SWAPPED_SHARE_BANDS:
        caught = [
            s > document_score.THRESHOLD_LOG_ODDS
            for s, page in zip(log_odds, pages, strict=True)
            if page.spun and low < page.swapped_share <= high and page.n_unquoted_words > 150
        ]
        print(f"spun, dictionary share x density {low}-{high}: caught {np.mean(caught):.3f} of {len(caught)}")


def write_lexicon(
    path: Path,
    substitutions: Sequence[Substitution],
    lexicon: Lexicon,
    fitted: ScoreWeights,
) -> None:
    """The table that `cleaner.garble.lexicon.read_lexicon` reads."""
    channel_of_form = {swap.spun: swap.channel for swap in substitutions}
    body = [f"{s.channel}\t{' '.join(s.spun)}\t{' '.join(s.original)}\t{s.prior}" for s in substitutions]
    body += [f"name\t{name}" for name in sources.read_names()]
    body += [f"word\t{spun}\t{word}" for spun, word in sources.read_name_words()]
    body += [f"register\t{' '.join(form)}" for form in sorted(lexicon.register_forms & set(channel_of_form))]
    for form in sorted({form for form, _ in fitted.form_ratios}):
        channel = channel_of_form.get(form, Channel.NAME)
        levels = _weight_cell(fitted, form, channel, register_share(form, lexicon))
        body.append(f"weight\t{' '.join(form)}\t{levels}")
    body += [f"base\t{channel}\t{_weight_cell(fitted, ('',), channel, 1.0)}" for channel in Channel]
    body.append(f"bias\t{fitted.bias:.3f}")
    path.write_bytes(gzip.compress(with_header("garble-lexicon 1", body), mtime=0))


def _weight_cell(fitted: ScoreWeights, form: tuple[str, ...], channel: Channel, share: float) -> str:
    """A form's weights at the four levels of strength."""
    return " ".join(f"{fitted.weight(form, channel, level, share):.2f}" for level in range(4))


def with_header(format_name: str, rows: Sequence[str]) -> bytes:
    """A table's rows under a header with its format, source and licence."""
    text = "\n".join(rows) + "\n"
    header = (
        f"# format: {format_name}\n# version: 1\n# source: training/garble; licence: {LEXICON_LICENCE}\n"
        f"# sha256 of the rest: {hashlib.sha256(text.encode()).hexdigest()}\n"
    )
    return (header + text).encode()


def main() -> None:
    """Everything, in about ten minutes on one core."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--out", type=Path, default=Path("cleaner/data"))
    parser.add_argument("--signs", action="store_true", help="only fit the signs again, on --out as it is")
    args = parser.parse_args()
    started = time.time()
    pages, substitutions = read_pages(args.data), read_substitutions(args.data)
    lexicon = build_lexicon(
        substitutions,
        sources.read_names(),
        [tuple(r.split()) for r in sources.read_register_forms()],
        sources.read_name_words(),
    )
    header = f"format: garble-ngrams 1\nversion: 1\nsource and licence: {LM_LICENCE}"
    if not args.signs:
        ngrams.write_model(
            args.out / "garble-ngrams.npz", counted_texts(pages), required_words(substitutions), header
        )
    print(f"counts written, {time.time() - started:.0f} s", flush=True)
    fold_models = models_by_fold(pages, substitutions)
    if args.signs:
        weighted_lexicon = read_lexicon(args.out / "garble-lexicon.tsv.gz")
        networks.fit_networks(
            [*spun_samples(pages, weighted_lexicon, fold_models)], args.out / "garble-signs.npz"
        )
        return
    evidence_of_pages = read_all_pages(pages, substitutions, lexicon, fold_models)
    print(f"{len(evidence_of_pages)} pages read, {time.time() - started:.0f} s", flush=True)
    log_odds = held_out_log_odds(evidence_of_pages, lexicon)
    prefilter_weights, threshold = fit_prefilter(
        evidence_of_pages,
        [
            page.spun and s > document_score.THRESHOLD_LOG_ODDS
            for page, s in zip(evidence_of_pages, log_odds, strict=True)
        ],
    )
    write_lexicon(
        args.out / "garble-lexicon.tsv.gz", substitutions, lexicon, fit_score(evidence_of_pages, lexicon)
    )
    rows = [
        f"<bar>\t{threshold:.3f}",
        *(f"{form}\t{weight}" for form, weight in sorted(prefilter_weights.items())),
    ]
    (args.out / "garble-glance.tsv").write_bytes(with_header("garble-glance 1", rows))
    print(f"lexicon written, {time.time() - started:.0f} s", flush=True)
    weighted_lexicon = read_lexicon(args.out / "garble-lexicon.tsv.gz")
    networks.fit_networks(
        [*spun_samples(pages, weighted_lexicon, fold_models)], args.out / "garble-signs.npz"
    )
    print(f"done, {time.time() - started:.0f} s")


def spun_samples(
    pages: Sequence[Page], lexicon: Lexicon, models: Sequence[NgramModel]
) -> Iterator[networks.Sample]:
    """Spun pages to fit the networks on, the same number from each fold."""
    fold_of = fold_of_site(pages)
    dictionaries = networks.spinner_dictionaries(
        [substitution for group in lexicon.by_form for substitution in group]
    )
    for fold, model in enumerate(models):
        fold_pages = [p for p in pages if fold_of[p.site] == fold and len(p.text) > MIN_FITTED_PAGE_CHARS]
        table = SubstitutionTable.from_lexicon(lexicon, model)
        for page in random.Random(2).sample(fold_pages, min(SAMPLES_PER_FOLD, len(fold_pages))):
            sample = networks.spin_and_read(page.text, page.id, dictionaries, table, model)
            if sample:
                yield sample


if __name__ == "__main__":
    main()
