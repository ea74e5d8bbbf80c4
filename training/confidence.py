"""Fits the confidence of results: `python -m training.confidence --data DIR --oof DIR`.

Every labelled page is judged, as HTML and flattened, with the probabilities of fits that did not see its site
(`training.out_of_fold`), and the word-F1 of what is kept is compared with what the probabilities promise. A
small forest learns the rest; it goes into the model file (`confidence.*`), and how reliable it is, on sites
that neither the model nor it has seen, into the model's card. The same data gives the same bytes.

With `--unseen SOURCE...` in place of `--oof` the pages of these sources are judged by the model as it is:
right only for sources that its fit did not see. With `--check` nothing is fitted: the confidence that the
command gives for the pages of valid.txt is compared with their word-F1.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from cleaner import pipeline
from cleaner.analysis.blocks import BlockIndex
from cleaner.document import Document, Verdict
from cleaner.model import confidence as runtime
from cleaner.model.classifier import CONFIDENCE_ARRAYS, Prediction, predict, sigmoid
from cleaner.model.forest import Forest
from cleaner.model.tokenize import Floats
from cleaner.settings import Settings
from training import pages
from training.export import to_forest, write_model
from training.flatten import FLATTENERS, flatten, lines_of
from training.out_of_fold import read_out_of_fold
from training.score import MIN_RECALL, bag_of_words, word_f1

ROOT = Path(__file__).parents[1]
MODEL_PATH = ROOT / "cleaner/data/model.npz"
CARD_PATH = ROOT / "training/model.md"
CARD_HEADING = "## Confidence on sites not in the fit"
FOLDS = 4
DEPTH = 3
TREES = 120
# More than half of the work is told by the expected figures: what rises with them may not fall.
RISING = ("expected F1", "expected precision", "expected recall", "expected F1 of the best set")
PARAMS: dict[str, Any] = {
    "objective": "cross_entropy",
    "num_leaves": 7,
    "max_depth": DEPTH,
    "learning_rate": 0.1,
    "lambda_l2": 1.0,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "monotone_constraints": [int(name in RISING) for name in runtime.FEATURE_NAMES],
    "num_threads": 1,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
# The weight of each way to read a page: as HTML, flattened in two ways, as clean text, without the model.
WEIGHTS = {"html": 1.0, "text": 0.5, "clean": 0.3, "rules alone": 0.25}
RULES_ALONE_STEP = 4  # on every fourth page the model is left out as well: on very large ones it is not asked
LOW_F1 = 0.7  # a page with less has lost half of its article, or kept as much of something else
SAID_BELOW = 0.8  # a result of lower confidence says that it is doubtful, as one with a note does
WHOLE_RECALL = 0.95  # a result with more has lost next to nothing
TENTHS = 10
CHUNK_PAGES = 16


@dataclass(frozen=True, slots=True)
class UnseenPrediction:
    """What a model that did not see a document's site says of it."""

    p_content: Floats
    p_already_clean: float
    vocabulary_coverage: float


Lookup = Mapping[tuple[str, str], UnseenPrediction]  # by page and variant


@dataclass(frozen=True, slots=True)
class Judged:
    """A document's result: its features (none where nothing is kept), confidence as shipped, note, and real
    recall and F1."""

    page: str
    site: str
    kind: str
    features: tuple[float, ...] | None
    confidence: float | None
    note: str | None
    recall: float
    f1: float


def judge(
    doc: Document, gold: str, lookup: Callable[[BlockIndex], UnseenPrediction | None] | None
) -> Judged | None:
    """Cleans a document with other probabilities than the model's own; None where they are not of its blocks.

    `lookup` gives them; it is None for the model's own. One without blocks leaves the model out.
    """
    features: list[Floats | None] = []
    is_missing: list[bool] = []

    def replaced(blocks: BlockIndex, *args: Any, **more: Any) -> Prediction | None:
        prediction = predict(blocks, *args, **more)
        if prediction is None or lookup is None:
            return prediction
        found = lookup(blocks)
        if found is not None and not len(found.p_content):
            return None
        if found is None or len(found.p_content) != len(blocks):
            is_missing.append(True)
            return prediction
        return replace(
            prediction,
            p_content=found.p_content,
            p_already_clean=found.p_already_clean,
            vocabulary_coverage=found.vocabulary_coverage,
        )

    def recorded(
        blocks: BlockIndex, verdicts: Sequence[Verdict], prediction: Prediction | None
    ) -> float | None:
        features.append(runtime.result_features(blocks, verdicts, prediction))
        return runtime.confidence_of(blocks, verdicts, prediction)

    with (
        patch.object(pipeline, "predict", replaced),
        patch.object(pipeline, "confidence_of", recorded),
    ):
        done = pipeline.clean(doc, Settings(garbled="keep"))
    if is_missing:
        return None
    [row] = features
    _, recall, f1 = word_f1(bag_of_words([done.text]), bag_of_words([gold]))
    used = None if row is None else tuple(row.tolist())
    return Judged("", "", "", used, done.confidence, done.note, recall, f1)


NO_MODEL = UnseenPrediction(np.zeros(0, np.float32), 0.0, 0.0)
USED_VARIANTS = frozenset(("html", "html fast", "clean", *FLATTENERS))
WITHOUT_REFERENCE = {"html": "html fast"}


def judge_page(page: pages.Page, lookup: Lookup | None, number: int) -> Iterator[Judged]:
    """A page in all ways: as HTML, flattened, as clean text; some of them also without the model."""
    documents = [("html", "html", Document("", page.html, "html"))]
    documents += [
        ("text", name, Document("", "\n".join(flatten(page.html, name))))
        for name in _flatteners(page, lookup, number)
    ]
    if page.text:
        documents.append(("clean", "clean", Document("", "\n".join(lines_of(page.text)))))
    for kind, variant, doc in documents:
        ways = {kind: looked_up(page, variant, lookup)}
        if number % RULES_ALONE_STEP == 0 and kind != "clean":
            ways["rules alone"] = lambda _: NO_MODEL
        for way, found in ways.items():
            judged = judge(doc, page.text, found)
            if judged:
                yield replace(judged, page=page.id, site=page.site, kind=way)


def _flatteners(page: pages.Page, lookup: Lookup | None, number: int) -> list[str]:
    """The ways to flatten a page for which there are probabilities; of the model's own two, in turns."""
    if lookup is None:
        names = list(FLATTENERS)
        return [names[(number + k) % len(names)] for k in (0, 2)]
    return [name for name in FLATTENERS if (page.id, name) in lookup]


def looked_up(
    page: pages.Page, variant: str, lookup: Lookup | None
) -> Callable[[BlockIndex], UnseenPrediction | None] | None:
    """For `judge`: what the fits without a page's site say of its blocks; None for the model's own answer."""
    if lookup is None:
        return None

    def of_blocks(blocks: BlockIndex) -> UnseenPrediction | None:
        seen = variant if blocks.reference_text is not None else WITHOUT_REFERENCE.get(variant, variant)
        return lookup.get((page.id, seen))

    return of_blocks


def read_lookup(folder: Path) -> Lookup:
    """The files of `training.out_of_fold`, by page and variant; of made documents only the clean texts."""
    found: dict[tuple[str, str], UnseenPrediction] = {}
    for path in (folder / "text.npz", folder / "html.npz"):
        stored = read_out_of_fold(path)
        for i, key in enumerate(zip(stored.page.tolist(), stored.variant.tolist(), strict=True)):
            if key[1] in USED_VARIANTS:
                found[key] = UnseenPrediction(
                    stored.p_content[stored.rows_of(i)].astype(np.float32),
                    float(stored.p_already_clean[i]),
                    float(stored.vocabulary_coverage[i]),
                )
    return found


_LOOKUP: list[Lookup | None] = [None]  # of the processes of `judge_pages`, set before they are forked


def _judge_chunk(chunk: Sequence[tuple[int, pages.Page]]) -> list[Judged]:
    return [one for number, page in chunk for one in judge_page(page, _LOOKUP[0], number)]


def judge_pages(labelled: Sequence[pages.Page], lookup: Lookup | None, jobs: int) -> list[Judged]:
    """All pages in all ways, in their order; the same whatever the number of processes."""
    _LOOKUP[0] = lookup
    numbered = list(enumerate(labelled))
    chunks = [numbered[start : start + CHUNK_PAGES] for start in range(0, len(numbered), CHUNK_PAGES)]
    with get_context("fork").Pool(jobs) as pool:
        return [one for judged in pool.imap(_judge_chunk, chunks) for one in judged]


# -- the fit


def rows_of(judged: Sequence[Judged]) -> tuple[Floats, NDArray[np.float64], NDArray[np.float64]]:
    """Features, real F1 and weight of the results that keep something."""
    return (
        np.array([one.features for one in judged], np.float32),
        np.array([one.f1 for one in judged]),
        np.array([WEIGHTS[one.kind] for one in judged]),
    )


def fit_forest(judged: Sequence[Judged]) -> Forest:
    """The forest fitted on these results."""
    import lightgbm as lgb

    rows, f1, weight = rows_of(judged)
    booster = lgb.train(PARAMS, lgb.Dataset(rows, f1, weight=weight, params=PARAMS), TREES)
    return to_forest(booster, DEPTH)


def out_of_fold_confidence(judged: Sequence[Judged]) -> NDArray[np.float64]:
    """Each result's confidence by a forest that did not see its site."""
    folds = np.array([pages.fold_of(one.site, FOLDS) for one in judged])
    rows = rows_of(judged)[0]
    confidence = np.zeros(len(judged))
    for fold in range(FOLDS):
        forest = fit_forest([one for one, f in zip(judged, folds, strict=True) if f != fold])
        confidence[folds == fold] = sigmoid(forest.log_odds(np.ascontiguousarray(rows[folds == fold].T)))
    return confidence


# -- how reliable it is


def reliability(
    confidence: NDArray[np.float64], f1: NDArray[np.float64]
) -> list[tuple[int, float, float, float]]:
    """For each tenth of the results, by confidence: how many, the mean of what is expected and of what is,
    and the share of those with less than LOW_F1."""
    order = np.argsort(confidence, kind="stable")
    return [
        (len(part), float(confidence[part].mean()), float(f1[part].mean()), float((f1[part] < LOW_F1).mean()))
        for part in np.array_split(order, TENTHS)
        if len(part)
    ]


def auc_for_low(confidence: NDArray[np.float64], f1: NDArray[np.float64]) -> float:
    """How often a result below LOW_F1 has a lower confidence than one that is not (Mann-Whitney)."""
    is_low = f1 < LOW_F1
    if is_low.all() or not is_low.any():
        return float("nan")
    _, inverse, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n_low, n_other = int(is_low.sum()), int((~is_low).sum())
    return float((rank[~is_low].sum() - n_other * (n_other + 1) / 2) / (n_low * n_other))


def report_lines(judged: Sequence[Judged], confidence: NDArray[np.float64]) -> Iterator[str]:
    """The reliability of each way to read a page, as Markdown."""
    kinds = np.array([one.kind for one in judged])
    f1 = np.array([one.f1 for one in judged])
    yield CARD_HEADING
    yield ""
    yield (
        "Results in ten groups of equal size, from the least confident on: the word-F1 that is expected, the "
        f"real one, and the share of results below {LOW_F1}."
    )
    for kind in WEIGHTS:
        chosen = kinds == kind
        if not chosen.any():
            continue
        groups = reliability(confidence[chosen], f1[chosen])
        worst = max(abs(expected - real) for _, expected, real, _ in groups)
        auc = auc_for_low(confidence[chosen], f1[chosen])
        told = "" if np.isnan(auc) else f", AUC for results below {LOW_F1} {auc:.3f}"
        yield ""
        yield f"{kind}: {int(chosen.sum())} results, largest difference {worst:.3f}{told}"
        yield ""
        names = ("expected", "real", f"below {LOW_F1}")
        yield f"| | {' | '.join(str(k + 1) for k in range(len(groups)))} |"
        yield "|---" * (len(groups) + 1) + "|"
        for k, name in enumerate(names, 1):
            yield f"| {name} | {' | '.join(f'{group[k]:.3f}' for group in groups)} |"


def said_lines(judged: Sequence[Judged], confidence: Mapping[int, float]) -> Iterator[str]:
    """How many of the results that lost over a fifth say that they are doubtful, and how many of those that
    lost next to nothing do so as well; `confidence` by the number of the result, where something is kept."""
    for kind in dict.fromkeys(one.kind for one in judged):
        of_kind = [(i, one) for i, one in enumerate(judged) if one.kind == kind]
        lost = [(i, one) for i, one in of_kind if one.recall < MIN_RECALL]
        whole = [(i, one) for i, one in of_kind if one.recall >= WHOLE_RECALL]
        for what, members in (("lost over a fifth", lost), ("lost next to nothing", whole)):
            is_empty = [one.features is None for _, one in members]
            is_noted = [one.note is not None for _, one in members]
            is_low = [confidence.get(i, 1.0) < SAID_BELOW for i, _ in members]
            is_said = [any(ways) for ways in zip(is_empty, is_noted, is_low, strict=True)]
            yield (
                f"{kind}: {len(members)} {what}: {sum(is_said)} say so ({sum(is_empty)} are empty,"
                f" {sum(is_noted)} have a note, {sum(is_low)} a confidence below {SAID_BELOW})"
            )


def with_section(card: str, section: str) -> str:
    """The card with its section on confidence replaced, or put at its end."""
    before, found, after = card.partition(CARD_HEADING)
    rest = re.search(r"^## ", after, re.MULTILINE) if found else None
    return f"{before.rstrip()}\n\n{section.rstrip()}\n" + (f"\n{after[rest.start() :]}" if rest else "")


def store(forest: Forest, path: Path) -> None:
    """Put the forest into a model file; everything else in it stays."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    header = json.loads(arrays.pop("header").tobytes())
    header.pop("sha256", None)
    kept = {name: array for name, array in arrays.items() if not name.startswith(f"{CONFIDENCE_ARRAYS}.")}
    write_model(
        path,
        kept | forest.arrays(CONFIDENCE_ARRAYS),
        header | {CONFIDENCE_ARRAYS: [*runtime.FEATURE_NAMES]},
    )


def labelled_pages(folder: Path, sources: Iterable[str], is_held_out: bool) -> list[pages.Page]:
    """The pages to learn from, or those of valid.txt."""
    held_ids = pages.held_out_ids(folder)
    everything = [page for source in sources for page in pages.read_labelled(folder, source)]
    if is_held_out:
        return [page for page in everything if page.id in held_ids]
    return pages.without_held_out(everything, held_ids, Counter())


def read_command_line(description: str | None) -> tuple[list[pages.Page], Lookup]:
    """The labelled pages of the folder that the command line of a script names, and what fits without their
    sites say of them."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--oof", type=Path, required=True, help="folder of text.npz and html.npz")
    parser.add_argument("--sample", type=int, default=1, help="every N-th page only")
    args = parser.parse_args()
    lookup = read_lookup(args.oof)
    return labelled_pages(args.data, pages.SOURCES, is_held_out=False)[:: args.sample], lookup


def main() -> None:
    """Parse, judge, fit, store, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--oof", type=Path, help="folder of text.npz and html.npz")
    what.add_argument("--unseen", nargs="+", metavar="SOURCE", help="sources that the model did not see")
    what.add_argument("--check", action="store_true", help="only hold the shipped confidence against reality")
    parser.add_argument("--sources", nargs="+", default=pages.SOURCES, help="with --check: of these sources")
    parser.add_argument("--out", type=Path, default=MODEL_PATH, help="the model file that it goes into")
    parser.add_argument("--card", type=Path, default=CARD_PATH, help="the card that its figures go into")
    parser.add_argument("--dry-run", action="store_true", help="print the figures, write nothing")
    parser.add_argument("--sample", type=int, default=1, help="every N-th page only")
    parser.add_argument("--jobs", type=int, default=2, help="processes; the result does not depend on it")
    args = parser.parse_args()
    labelled = labelled_pages(args.data, args.unseen or args.sources, args.check)[:: args.sample]
    judged = judge_pages(labelled, read_lookup(args.oof) if args.oof else None, args.jobs)
    if args.check:
        known = [one for one in judged if one.confidence is not None and one.kind != "rules alone"]
        print("\n".join(report_lines(known, np.array([one.confidence for one in known], np.float64))))
        return
    kept = [i for i, one in enumerate(judged) if one.features is not None]
    fitted = [judged[i] for i in kept]
    confidence = out_of_fold_confidence(fitted)
    lines = list(report_lines(fitted, confidence))
    step = f" --sample {args.sample}" if args.sample > 1 else ""
    section = "\n".join([lines[0], "", f"Fitted by `python -m training.confidence{step}`.", *lines[1:]])
    print(section)
    print("\n".join(said_lines(judged, dict(zip(kept, confidence.tolist(), strict=True)))))
    if not args.dry_run:
        store(fit_forest(fitted), args.out)
        args.card.write_text(with_section(args.card.read_text("utf-8"), section), "utf-8")


if __name__ == "__main__":
    main()
