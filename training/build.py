"""Builds the shipped model: `python -m training.build --data DIR`. The same data gives the same bytes.

Writes `cleaner/data/model.npz` and its data card `training/model.md`, without the confidence, which
`training.confidence` adds. About 40 minutes on two cores.
"""

from __future__ import annotations

import argparse
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.model.classifier import FORMAT_VERSION, load_model
from cleaner.model.tokenize import char_class_table
from training import card, fit, gate, out_of_fold, sequence
from training.examples import Example
from training.export import to_forest, write_model
from training.gather import Data, gather_data
from training.lexicon import Lexica
from training.pages import SOURCES, WEAK_SOURCES

MODEL_VERSION = "1"
ROOT = Path(__file__).parents[1]
MODEL_PATH = ROOT / "cleaner/data/model.npz"
CARD_PATH = ROOT / "training/model.md"
CREDITS = [
    {"name": "WCXB v1.0, development split", "by": "Murrough Foley, 2026", "licence": "CC-BY-4.0"},
    {
        "name": "dragnet_data",
        "by": "Moz",
        "licence": "data AGPL-3.0; its owners publish models trained on it under MIT",
    },
    {"name": "mozilla/readability test pages", "by": "Mozilla", "licence": "Apache-2.0"},
    {"name": "DAnIEL corpus v2.1", "by": "Gaël Lejeune, Lichao Zhu", "licence": "GPL-3.0 (the repository)"},
    {
        "name": "fundus test pages; fundus-evaluation",
        "by": "flairNLP; Max Dallabetta and others",
        "licence": "MIT",
    },
    {"name": "misinformation-crawler", "by": "The Alan Turing Institute", "licence": "MIT"},
    {"name": "Chinese-Web-Content-Extraction-Dataset", "by": "its authors", "licence": "MIT"},
    {
        "name": "pages of GeneralNewsExtractor, main content chosen by reading",
        "by": "kingname and others",
        "licence": "GPL-3.0 (the repository)",
    },
    {
        "name": "fixtures of reader-view tools and JSON-LD, at a lower weight and in no figure",
        "by": "their authors",
        "licence": "MIT, Apache-2.0",
    },
]


def log_progress(text: str, since: float = time.perf_counter()) -> None:
    """Progress, on stderr."""
    print(f"{time.perf_counter() - since:6.0f}s  {text}", file=sys.stderr, flush=True)


def fit_part(part: str, examples: list[Example], lexica: Lexica, with_network: bool) -> fit.Fitted:
    """Fits both stages, for text the gate, and if asked the network beside them."""
    first_features = fit.first_matrix(examples, lexica)
    log_progress(
        f"{part}: {len(examples)} documents, {len(first_features.features)} blocks,"
        f" {len(first_features.feature_names)} features"
    )
    first = fit.fit_stage(examples, first_features)
    log_progress(f"{part}: first stage")
    second_features = fit.second_matrix(examples, first_features, first.p_content)
    first_feature_count = len(first_features.feature_names)
    del first_features  # the second holds them too, and they take gigabytes
    second = fit.fit_stage(examples, second_features)
    log_progress(f"{part}: second stage")
    fitted_gate, p_clean = None, None
    if part == "text":
        rows, is_clean, weight = gate.gate_features(examples, second_features, second.p_content)
        p_clean = gate.out_of_fold(examples, rows, is_clean, weight)
        fitted_gate = gate.fit_gate(rows, is_clean, weight)
    trees = fit.Fitted(
        first.booster,
        second.booster,
        second_features.feature_names,
        first_feature_count,
        first.p_content,
        second.p_content,
        second_features.offsets,
        second_features.word_counts,
        fitted_gate,
        p_clean,
    )
    if not with_network:
        return trees
    return sequence.with_sequence(
        part, trees, examples, second_features, lambda text: log_progress(f"{part}: {text}")
    )


def model_arrays(parts: dict[str, fit.Fitted], lexica: Lexica) -> dict[str, NDArray[Any]]:
    """The arrays of the file, without its header."""
    full_lexicon = lexica.without(None)
    stored: dict[str, NDArray[Any]] = {
        "lexicon.words": full_lexicon.word_hashes,
        "lexicon.word_weight": full_lexicon.word_weights.astype(np.float16),
        "lexicon.lines": full_lexicon.line_hashes,
        "lexicon.line_weight": full_lexicon.line_weights.astype(np.float16),
        "table": char_class_table(),
    }
    for part, model in parts.items():
        stored |= to_forest(model.first, fit.DEPTH).arrays(f"{part}.first")
        stored |= to_forest(model.second, fit.DEPTH).arrays(f"{part}.second")
        if model.gate is not None:
            stored |= to_forest(model.gate, gate.DEPTH).arrays("gate")
        if model.sequence is not None:
            stored |= model.sequence.arrays(f"{part}.sequence")
    return stored


def write_out_of_fold(folder: Path, data: Data, parts: dict[str, fit.Fitted], lexica: Lexica) -> None:
    """The files that `training.out_of_fold` describes."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, examples in (("text", data.texts), ("html", data.pages)):
        fitted = parts[part]
        out_of_fold.out_of_fold_of(
            examples,
            fitted.offsets,
            fitted.word_counts,
            fitted.p_first,
            fitted.p_content,
            fitted.p_already_clean,
            lexica,
        ).write(folder / f"{part}.npz")


def build(
    folder: Path,
    out: Path,
    card_path: Path,
    jobs: int,
    cache: Path | None = None,
    sample: int = 1,
    out_of_fold_folder: Path | None = None,
    with_network: bool = False,
) -> None:
    """From labelled pages to the model file and its card."""
    if with_network:
        sequence.require_torch()
    data = gather_data(folder, jobs, cache, sample)
    log_progress("pages read and labelled")
    lexica = fit.gather_lexica(data.texts + data.pages)
    tasks = [
        ("text", data.texts, lexica, with_network),
        ("html", data.pages, lexica, with_network),
    ]
    if jobs > 1:
        with get_context("fork").Pool(2) as pool:
            results = pool.starmap(fit_part, tasks)
    else:
        results = [fit_part(*task) for task in tasks]
    parts = dict(zip(("text", "html"), results, strict=True))
    if out_of_fold_folder:
        write_out_of_fold(out_of_fold_folder, data, parts, lexica)
    header = {
        "format": FORMAT_VERSION,
        "version": MODEL_VERSION,
        "made by": "python -m training.build",
        "names": {part: model.feature_names for part, model in parts.items()},
        "first": {part: one.first_feature_count for part, one in parts.items()},
        "sequence": {part: model.sequence_figures for part, model in parts.items()},
        "sources": CREDITS,
    }
    write_model(out, model_arrays(parts, lexica), header)
    with np.load(out, allow_pickle=False) as stored:
        load_model(stored)
    card_path.write_text(card.render_card(data, parts, CREDITS), "utf-8")
    log_progress(f"{out}: {out.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Parse and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help=f"folder of valid.txt and train-X.jsonl.xz, X in {SOURCES + WEAK_SOURCES}",
    )
    parser.add_argument("--out", type=Path, default=MODEL_PATH, help="the model file")
    parser.add_argument("--card", type=Path, default=CARD_PATH, help="its data card")
    parser.add_argument("--jobs", type=int, default=2, help="processes; the result does not depend on it")
    parser.add_argument("--cache", type=Path, help="folder in which the documents read are kept")
    parser.add_argument("--sample", type=int, default=1, help="every N-th page only, to see whether it runs")
    parser.add_argument("--out-of-fold", type=Path, help="folder for the files of training.out_of_fold")
    parser.add_argument("--network", action="store_true", help="fit the network beside the trees as well")
    args = parser.parse_args()
    build(args.data, args.out, args.card, args.jobs, args.cache, args.sample, args.out_of_fold, args.network)


if __name__ == "__main__":
    main()
