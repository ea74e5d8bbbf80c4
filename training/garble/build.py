"""Builds `cleaner/data/garble-*`: n-gram counts, substitutions, and the weights of every form and signal.

    python -m training.garble.build --data DATA [--out cleaner/data] [--without FAMILY]

Every figure that a page is scored by comes from pages of other sites: four language models, each counted
without a quarter of the sites, read that quarter; the weights for a quarter are fitted on the other three.
`valid.txt` is read only to leave its pages out. `--without FAMILY` (n, t, p, r or s) builds tables that never
saw a family: neither its pairs nor pages spun with them.
"""

from __future__ import annotations

import argparse
import gzip
import pickle
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidate_table import N_LEVELS, SubstitutionTable
from cleaner.garble.consistency import ReplacedWords
from cleaner.garble.document_score import DOUBT_NATS, Signals, document_signals, oddness_nats
from cleaner.garble.lexicon import FAMILIES, Channel, Lexicon, Substitution, build_lexicon, read_lexicon
from cleaner.garble.ngram_model import Floats, NgramModel
from cleaner.garble.oddness import OddnessTable, build_oddness_table, oddness, read_rows, word_log_odds
from cleaner.garble.tokenize import tokenize
from training.garble import lexicon as sources
from training.garble import networks, ngrams, score_fit, tables
from training.garble.evidence import (
    Page,
    PageEvidence,
    counted_texts,
    fold_of_site,
    models_by_fold,
    read_all_pages,
    read_pages,
    read_substitutions,
    required_words,
)
from training.garble.hard import read_hard_texts
from training.garble.score_fit import FamilyWeights, SignalWeights
from training.garble.table_header import with_header

MIN_FITTED_PAGE_CHARS = 1200  # of a page that the networks are fitted on
SAMPLES_PER_FOLD = 250  # such pages, for the passes; the listing is fitted on the others
FORGOTTEN_SHARE = 0.5  # of the words, in the lexicon by which every other page of the listing is read
SWAPPED_SHARE_BANDS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.7), (0.7, 1.0))  # in which catches are reported
MIN_REPORTED_WORDS = 150  # of a spun page that catches are reported of
PACKAGE_DATA = Path(__file__).parents[2] / "cleaner" / "data"
# What `mine_signatures` calls the manner of each family.
SIGNATURE_MANNERS = {
    Channel.NEWS: "news",
    Channel.THESAURUS: "thesaurus",
    Channel.TORTURED: "tortured",
    Channel.REWRITING: "turbo",
    Channel.SPINBOT: "spinbot",
}
CATCH_COLUMNS = ("caught", "of")
LARGE_SHARE = 0.7  # of the possible swaps: as much as a spinner that is left to itself makes
LM_LICENCE = (
    "counts of the sentences of WCXB v1.0 (Murrough Foley, CC-BY-4.0), Moz dragnet_data (text AGPL-3.0;"
    " its owners publish models trained on it under MIT), mozilla/readability test pages (Apache-2.0), fundus"
    " test pages (MIT) and misinformation-crawler (MIT); no page of valid.txt"
)
LEXICON_LICENCE = (
    "written for the project (Apache-2.0); kind p: Problematic Paper Screener (Cabanac, Labbe and Magazinov,"
    " CC BY 4.0)"
)
SOURCE = f"training/garble; licence: {LEXICON_LICENCE}"


class DocumentWeights(NamedTuple):
    """All weights of a document's score."""

    families: dict[Channel, FamilyWeights]
    signals: SignalWeights
    threshold: float


def fit_document_weights(
    pages: Sequence[PageEvidence],
    lexicon: Lexicon,
    substitutions: Sequence[Substitution],
    models: Sequence[NgramModel],
    report: Report,
) -> tuple[DocumentWeights, list[bool]]:
    """The weights, and which pages are called spun by weights from other sites; a model for each fold."""
    by_family = score_fit.held_out_family_log_odds(pages, lexicon)
    signals = signals_of_pages(pages, by_family)
    log_odds = score_fit.held_out_log_odds(pages, signals)
    bar = score_fit.threshold(pages, log_odds)
    _report_clean(report, pages, log_odds, bar)
    report.table(
        "Spun pages caught, by the share of the possible swaps", ("family", "swapped", *CATCH_COLUMNS)
    )
    for family in FAMILIES:
        for low, high in SWAPPED_SHARE_BANDS:
            report.row(family.name, f"{low}-{high}", *_caught(pages, log_odds > bar, family, low, high))
    _report_left_out_families(report, pages, by_family, substitutions, models)
    used = [k for k, page in enumerate(pages) if score_fit.is_fitted(page)]
    signal_weights = score_fit.fit_signals([signals[k] for k in used], [pages[k] for k in used])
    report.table("What a signal adds to the log-odds", ("signal", "weight"))
    for name, weight in {**signal_weights.weights, "(none)": signal_weights.bias}.items():
        report.row(name, f"{weight:.2f}")
    weights = DocumentWeights(score_fit.fit_families(pages, lexicon), signal_weights, bar)
    return weights, [page.spun and s > bar for page, s in zip(pages, log_odds, strict=True)]


def signals_of_pages(
    pages: Sequence[PageEvidence], by_family: Floats, without: int | None = None
) -> list[Signals]:
    """The signals of every page from its log-odds by family; `without` is the number of a family left out."""
    kept = [number for number in range(len(FAMILIES)) if number != without]
    return [
        document_signals(row[kept], page.consistency[kept], page.surprise, page.n_unquoted_words)
        for page, row in zip(pages, by_family, strict=True)
    ]


def _report_clean(report: Report, pages: Sequence[PageEvidence], log_odds: Floats, bar: float) -> None:
    """Of the clean texts by register: how many, how many above the threshold, and the highest score."""
    report.line(f"Threshold: {bar:.2f}")
    report.table("Clean texts", ("register", "texts", "alarms", "highest score"))
    registers = Counter(page.label.register for page in pages if not page.spun)
    for register, number in sorted(registers.items()):
        scores = [
            s
            for s, page in zip(log_odds.tolist(), pages, strict=True)
            if not page.spun and page.label.register == register
        ]
        report.row(register, number, sum(s > bar for s in scores), f"{max(scores):.2f}")


def _caught(
    pages: Sequence[PageEvidence],
    is_caught: npt.NDArray[np.bool_],
    family: Channel,
    low: float,
    high: float = 1.0,
) -> tuple[str, int]:
    """The share caught of the pages that a family spun, and their number."""
    caught = [
        bool(caught)
        for caught, page in zip(is_caught, pages, strict=True)
        if page.label.family == family
        and low < page.label.swapped_share <= high
        and page.n_unquoted_words > MIN_REPORTED_WORDS
    ]
    return (f"{np.mean(caught):.2f}" if caught else "", len(caught))


def _report_left_out_families(
    report: Report,
    pages: Sequence[PageEvidence],
    by_family: Floats,
    substitutions: Sequence[Substitution],
    models: Sequence[NgramModel],
) -> None:
    """The share caught of pages that each family spun, by weights that never saw the family.

    Of all pages, and of those in which more than LARGE_SHARE of the possible swaps were made; beside it the
    share of the family's pairs that another family knows too. Pages in doubt are read for oddness, whose
    weights are the same for all: 19 numbers on how a word fits, fitted on words of four families.
    """
    report.table(
        "One family left out",
        ("family", "pairs known", "clean texts flagged", *CATCH_COLUMNS, "most swapped: caught", "of"),
    )
    read = OddnessOfPages(pages, models)
    for number, family in enumerate(FAMILIES):
        signals = signals_of_pages(pages, by_family, without=number)
        log_odds = score_fit.held_out_log_odds(pages, signals, without=family)
        bar = score_fit.threshold(pages, log_odds)
        asked = [not page.spun or page.label.family == family for page in pages]
        is_caught = read.with_oddness(log_odds, bar, asked) > bar
        report.row(
            family.name,
            f"{_share_known_elsewhere(substitutions, family):.2f}",
            sum(bool(caught) and not page.spun for caught, page in zip(is_caught, pages, strict=True)),
            *_caught(pages, is_caught, family, score_fit.MIN_FITTED_SHARE),
            *_caught(pages, is_caught, family, LARGE_SHARE),
        )


def _share_known_elsewhere(substitutions: Sequence[Substitution], family: Channel) -> float:
    """The share of a family's pairs that another family makes too."""
    own = [swap for swap in substitutions if family in swap.families]
    return sum(len(swap.families) > 1 for swap in own) / max(len(own), 1)


class OddnessOfPages:
    """The oddness of pages, read once each, with counts from other sites."""

    def __init__(self, pages: Sequence[PageEvidence], models: Sequence[NgramModel]) -> None:
        self._pages, self._models = pages, models
        self._rows = read_rows(PACKAGE_DATA / "garble-oddness.tsv.gz")
        self._nats: dict[int, float] = {}

    def with_oddness(self, log_odds: Floats, bar: float, asked: Sequence[bool]) -> Floats:
        """The log-odds, and for those asked of that are in doubt what oddness adds, as the detector does."""
        doubtful = (log_odds > bar - DOUBT_NATS) & (log_odds <= bar) & np.array(asked)
        numbers = np.flatnonzero(doubtful).tolist()
        self._read({*numbers} - self._nats.keys())
        added = log_odds.copy()
        added[numbers] += [self._nats[k] for k in numbers]
        return added

    def _read(self, numbers: set[int]) -> None:
        for fold, model in enumerate(self._models):
            of_fold = [k for k in sorted(numbers) if self._pages[k].label.fold == fold]
            if of_fold:
                table = build_oddness_table(*self._rows, model)
                for k in of_fold:
                    odd = oddness(tokenize(self._pages[k].text), table, model)
                    self._nats[k] = oddness_nats(odd)


class Report:
    """The figures of a build, printed and kept for the card."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        """A line of text."""
        self._put("", text, "")

    def table(self, title: str, columns: Sequence[str]) -> None:
        """Begins a table."""
        self._put("", f"## {title}", "", _cells(columns), _cells(["---"] * len(columns)))

    def row(self, *cells: object) -> None:
        """A row of the table begun last."""
        self._put(_cells([*map(str, cells)]))

    def _put(self, *lines: str) -> None:
        self.lines += lines
        print(*lines, sep="\n", flush=True)


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write_lexicon(
    path: Path,
    substitutions: Sequence[Substitution],
    lexicon: Lexicon,
    fitted: DocumentWeights,
) -> None:
    """The table that `cleaner.garble.lexicon.read_lexicon` reads."""
    body = [
        "\t".join((s.channel, " ".join(s.spun), " ".join(s.original), str(s.prior), *s.also))
        for s in substitutions
    ]
    body += [f"name\t{name}" for name in sources.read_names()]
    body += [f"word\t{spun}\t{word}" for spun, word in sources.read_name_words()]
    known_forms = {swap.spun for swap in substitutions}
    body += [f"register\t{' '.join(form)}" for form in sorted(lexicon.register_forms & known_forms)]
    for family, weights in fitted.families.items():
        body += _weight_rows(family, weights, lexicon, known_forms)
    body += [f"signal\t{name}\t{weight:.4f}" for name, weight in fitted.signals.weights.items()]
    body += [f"bias\t{fitted.signals.bias:.3f}", f"threshold\t{fitted.threshold:.3f}"]
    path.write_bytes(gzip.compress(with_header("garble-lexicon 2", SOURCE, body), mtime=0))


def _weight_rows(
    family: Channel, weights: FamilyWeights, lexicon: Lexicon, known_forms: set[tuple[str, ...]]
) -> Iterator[str]:
    """The weights of a family's forms at each strength, of those never met, and the bias."""
    for form in sorted({form for form, _ in weights.ratios.of_form}):
        channel = family if form in known_forms else Channel.NAME
        cell = _weight_cell(weights, form, channel, score_fit.register_share(form, lexicon))
        yield f"weight\t{family}\t{' '.join(form)}\t{cell}"
    for channel in (family, Channel.NAME):
        yield f"base\t{family}\t{channel}\t{_weight_cell(weights, ('',), channel, 1.0)}"
    yield f"family bias\t{family}\t{weights.bias:.3f}"


def _weight_cell(weights: FamilyWeights, form: tuple[str, ...], channel: Channel, share: float) -> str:
    """A form's weights at every strength of evidence."""
    return " ".join(f"{weights.weight(form, channel, level, share):.2f}" for level in range(N_LEVELS))


def write_prefilter(
    path: Path, pages: Sequence[PageEvidence], flagged: Sequence[bool], report: Report
) -> None:
    """The table that `cleaner.garble.prefilter.load_table` reads."""
    fitted = score_fit.fit_prefilter(pages, flagged)
    report.line(
        f"The prefilter lets {fitted.passed_clean:.1%} of the clean texts be read, {fitted.passed_spun:.1%}"
        " of the spun ones that reading finds."
    )
    rows = [
        f"<bar>\t{fitted.threshold:.3f}",
        *(f"{form}\t{weight}" for form, weight in sorted(fitted.weights.items())),
    ]
    path.write_bytes(with_header("garble-glance 1", SOURCE, rows))


def main() -> None:
    """Everything, in half an hour on one core, or an hour where others use it too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--out", type=Path, default=PACKAGE_DATA)
    parser.add_argument("--without", type=Channel, choices=FAMILIES, help="a family to leave out")
    parser.add_argument(
        "--keep-networks", action="store_true", help="copy the networks that find swaps, do not fit them"
    )
    parser.add_argument(
        "--only-networks", action="store_true", help="fit only these again, on the tables in --out"
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        help="a file for what was read in the texts; another fit on the same lexicon starts from it",
    )
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    started = time.time()
    substitutions = read_substitutions(args.data, args.without)
    lexicon = build_lexicon(
        substitutions,
        sources.read_names(),
        [tuple(r.split()) for r in sources.read_register_forms()],
        sources.read_name_words(),
    )
    pages, fold_models, evidence = read_evidence(args, substitutions, lexicon)
    if args.only_networks:
        fit_networks(args.out, pages, fold_models)
        return
    print(f"{len(evidence)} texts read, {time.time() - started:.0f} s", flush=True)
    header = f"format: garble-ngrams 1\nversion: 1\nsource and licence: {LM_LICENCE}"
    ngrams.write_model(
        args.out / "garble-ngrams.npz", counted_texts(pages), required_words(substitutions), header
    )
    report = Report()
    fitted, flagged = fit_document_weights(evidence, lexicon, substitutions, fold_models, report)
    write_prefilter(args.out / "garble-glance.tsv", evidence, flagged, report)
    write_lexicon(args.out / "garble-lexicon.tsv.gz", substitutions, lexicon, fitted)
    card = args.out / "card.md" if args.without else Path(__file__).with_name("card.md")
    card_head = Path(__file__).with_name("card-head.md").read_text("utf-8")
    card.write_text(card_head + "\n".join(report.lines) + "\n", encoding="utf-8")
    print(f"lexicon written, {time.time() - started:.0f} s", flush=True)
    if args.without:
        write_signatures_without(args.out / "garble-signatures.tsv.gz", args.without)
    networks_path = args.out / "garble-signs.npz"
    if args.keep_networks:
        if not networks_path.exists():
            shutil.copy(PACKAGE_DATA / "garble-signs.npz", networks_path)
    else:
        fit_networks(args.out, pages, fold_models)
    tables.write_where_complete(args.out)
    print(f"done, {time.time() - started:.0f} s")


def write_signatures_without(path: Path, without: Channel) -> None:
    """The package's signatures but for those that only the manner of a family writes."""
    rows = gzip.decompress((PACKAGE_DATA / "garble-signatures.tsv.gz").read_bytes()).decode().splitlines()
    left_out = {SIGNATURE_MANNERS[without]}
    kept = [row for row in rows if row.startswith("#") or not {*row.split("\t")[1].split(",")} <= left_out]
    path.write_bytes(gzip.compress("\n".join([*kept, ""]).encode(), mtime=0))


def read_evidence(
    args: argparse.Namespace, substitutions: Sequence[Substitution], lexicon: Lexicon
) -> tuple[list[Page], list[NgramModel], list[PageEvidence]]:
    """The pages, a model for each fold, and what is read in every text; from `--evidence` if it is there."""
    if args.evidence and args.evidence.exists():
        kept: tuple[list[Page], list[NgramModel], list[PageEvidence]] = pickle.loads(
            args.evidence.read_bytes()
        )
        return kept
    pages = read_pages(args.data)
    models = models_by_fold(pages, substitutions)
    hard_texts = [text for text in read_hard_texts(args.data) if text.fitted]
    evidence = read_all_pages(pages, hard_texts, substitutions, lexicon, models)
    if args.evidence:
        args.evidence.write_bytes(pickle.dumps((pages, models, evidence)))
    return pages, models, evidence


def fit_networks(out: Path, pages: Sequence[Page], models: Sequence[NgramModel]) -> None:
    """The networks that find swaps, by the weighted lexicon in the folder `out`, into it."""
    weighted_lexicon = read_lexicon(out / "garble-lexicon.tsv.gz")
    samples: list[networks.Sample] = []
    listed: list[networks.ListedSample] = []
    oddness_rows = read_rows(PACKAGE_DATA / "garble-oddness.tsv.gz")
    fold_of = fold_of_site(pages)
    for fold, model in enumerate(models):
        fold_pages = [p for p in pages if fold_of[p.site] == fold and len(p.text) > MIN_FITTED_PAGE_CHARS]
        drawn = random.Random(2).sample(fold_pages, min(SAMPLES_PER_FOLD, len(fold_pages)))
        samples += spun_samples(drawn, weighted_lexicon, model)
        drawn_ids = {page.id for page in drawn}
        others = [page for page in fold_pages if page.id not in drawn_ids]
        odd_table = build_oddness_table(*oddness_rows, model)
        listed += listed_samples(others, weighted_lexicon, model, odd_table, fold)
    networks.fit_networks(samples, listed, out / "garble-signs.npz")


def spun_samples(pages: Sequence[Page], lexicon: Lexicon, model: NgramModel) -> Iterator[networks.Sample]:
    """Spun pages to fit both passes on."""
    dictionaries = networks.spinner_dictionaries(_substitutions_of(lexicon))
    table = SubstitutionTable.from_lexicon(lexicon, model)
    replaced = ReplacedWords.from_table(table)
    for page in pages:
        sample = networks.spin_and_read(page.text, page.id, dictionaries, table, replaced, model)
        if sample:
            yield sample


def listed_samples(
    pages: Sequence[Page], lexicon: Lexicon, model: NgramModel, odd_table: OddnessTable, fold: int
) -> Iterator[networks.ListedSample]:
    """Spun pages to fit the listing on: every other one is read without half of the lexicon's words."""
    dictionaries = networks.spinner_dictionaries(_substitutions_of(lexicon))
    half = sources.lexicon_without(lexicon, lambda swap: _is_forgotten(swap, fold))
    tables = [SubstitutionTable.from_lexicon(known, model) for known in (lexicon, half)]
    readers = [(table, ReplacedWords.from_table(table)) for table in tables]
    for number, page in enumerate(pages):
        sample = networks.spin_and_read(
            page.text, page.id, dictionaries, *readers[number % len(readers)], model, networks.LISTED_MANNER
        )
        if sample:
            yield networks.ListedSample(sample, word_log_odds(sample.words, odd_table, model))


def _is_forgotten(swap: Substitution, fold: int) -> bool:
    """Whether a swap is of the words left out in a fold; forms of one word (say, says, said) go together."""
    return random.Random(f"{fold} {' '.join(swap.original)[:3]}").random() < FORGOTTEN_SHARE


def _substitutions_of(lexicon: Lexicon) -> list[Substitution]:
    return [substitution for group in lexicon.by_form for substitution in group]


if __name__ == "__main__":
    main()
