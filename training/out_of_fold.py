"""What the model says of every document from fits that never saw its site: `python -m training.out_of_fold`.

Constants of the judge, the calibration of confidence and the sequence model are chosen on these files, so
that no figure comes from a page that the fit has seen. Writes `text.npz` and `html.npz` into the folder that
`--out` names, as `training.build --out-of-fold` does beside its model; `read_out_of_fold` reads them.
Examples come in the order of `training.gather.gather_data(...)` (`.texts` and `.pages`, sorted by site); they
hold the lines; give the same `--cache` to both.

Arrays by example (text and numbers, one entry each):
    page, source, page_type, site, variant, language: str; `variant` is the flattener, "html", "html fast"
        (the page without trafilatura's text), or the name of a made document (`training.augment`); one that
        begins with "masked " is read as if lexicon and phrases knew none of its words.
    fold: int, 0 to FOLDS - 1; all fits of a fold leave its sites out.
    gold_words: int, words of the gold text; for a made document of its main content.
    weight: float, the weight of the variant, 1 for a page as it is; page_weight: float, that of its page.
    vocabulary_coverage: float, of a lexicon fitted without the site.
    p_already_clean: float, from a gate that never saw the site; 0 for HTML.
    offsets: int, one more than examples; lines `offsets[i]:offsets[i + 1]` are those of example i.
Arrays by line:
    p_first, p_content: float32, probability of main content, of the first and of the second stage.
    share: float32, the part of the line's words that is main content (the label).
    word_counts: int, words of the line as the score counts them.
    words: float, words of the line as the features count them.
    doubtful: bool, whether the label says little; such lines weigh nothing in the fit.
    line_weight: float, the weight of the line in the fit.

With `--features` also `text.first.npy` and `html.first.npy`: the first stage's features, float32, lines x
features, with their names in `text.first.json` and `html.first.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.model.classifier import vocabulary_coverage
from cleaner.model.tokenize import Floats, parse_lines
from training import fit, gate
from training.examples import Example
from training.gather import gather_data
from training.lexicon import Lexica

PARTS = ("text", "html")
TEXT_COLUMNS = ("page", "source", "page_type", "site", "variant", "language")


@dataclass(frozen=True)
class OutOfFold:
    """One part's file; the attributes are described above."""

    page: NDArray[np.str_]
    source: NDArray[np.str_]
    page_type: NDArray[np.str_]
    site: NDArray[np.str_]
    variant: NDArray[np.str_]
    language: NDArray[np.str_]
    fold: NDArray[np.int64]
    gold_words: NDArray[np.int64]
    weight: NDArray[np.float64]
    page_weight: NDArray[np.float64]
    vocabulary_coverage: NDArray[np.float64]
    p_already_clean: Floats
    offsets: NDArray[np.int64]
    p_first: Floats
    p_content: Floats
    share: Floats
    word_counts: NDArray[np.int64]
    words: NDArray[np.float64]
    doubtful: NDArray[np.bool_]
    line_weight: NDArray[np.float64]

    def rows_of(self, i: int) -> slice:
        """The lines of one example."""
        return slice(int(self.offsets[i]), int(self.offsets[i + 1]))

    def write(self, path: Path) -> None:
        """One compressed file of arrays."""
        np.savez_compressed(path, **vars(self))


def read_out_of_fold(path: Path) -> OutOfFold:
    """What `OutOfFold.write` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return OutOfFold(**{name: stored[name] for name in stored.files})


def out_of_fold_of(
    examples: Sequence[Example],
    offsets: NDArray[np.int64],
    words: NDArray[np.float64],
    p_first: Floats,
    p_content: Floats,
    p_already_clean: Floats | None,
    lexica: Lexica,
) -> OutOfFold:
    """The file's content from what a fit gives."""
    columns: dict[str, Any] = {
        name: np.array([getattr(ex, name) for ex in examples], np.str_) for name in TEXT_COLUMNS
    }
    return OutOfFold(
        **columns,
        fold=fit.folds_of(examples),
        gold_words=np.array([ex.gold_words for ex in examples], np.int64),
        weight=np.array([ex.weight for ex in examples]),
        page_weight=np.array([ex.page_weight for ex in examples]),
        vocabulary_coverage=coverage_of(examples, lexica),
        p_already_clean=np.zeros(len(examples), np.float32) if p_already_clean is None else p_already_clean,
        offsets=offsets,
        p_first=p_first,
        p_content=p_content,
        share=np.concatenate([ex.share for ex in examples]),
        word_counts=np.concatenate([ex.word_counts for ex in examples]).astype(np.int64),
        words=words,
        doubtful=np.concatenate([ex.doubtful for ex in examples]),
        line_weight=np.concatenate([fit.line_weights(ex) for ex in examples]),
    )


def coverage_of(examples: Sequence[Example], lexica: Lexica) -> NDArray[np.float64]:
    """The share of each document's words that a lexicon fitted without its site knows."""
    coverage, site, lexicon = [], "", lexica.without(None)
    for ex in examples:
        if site != ex.site:
            site, lexicon = ex.site, lexica.without(ex.site)
        coverage.append(vocabulary_coverage(parse_lines(ex.lines), lexicon))
    return np.array(coverage)


def write_part(
    folder: Path, part: str, examples: Sequence[Example], lexica: Lexica, with_features: bool
) -> None:
    """Fits both stages on each three quarters of the sites, and writes what they say of the others."""
    first = fit.first_matrix(examples, lexica)
    if with_features:
        np.save(folder / f"{part}.first.npy", first.features)
        (folder / f"{part}.first.json").write_text(json.dumps(first.feature_names), "utf-8")
    p_first = fit.out_of_fold(examples, first)
    second = fit.second_matrix(examples, first, p_first)
    del first  # the second holds its features too, and they take gigabytes
    p_content = fit.out_of_fold(examples, second)
    p_clean = None
    if part == "text":
        p_clean = gate.out_of_fold(examples, *gate.gate_features(examples, second, p_content))
    out_of_fold_of(examples, second.offsets, second.word_counts, p_first, p_content, p_clean, lexica).write(
        folder / f"{part}.npz"
    )


def main() -> None:
    """Parse, fit, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--cache", type=Path, help="folder in which the documents read are kept")
    parser.add_argument("--sample", type=int, default=1, help="every N-th page only")
    parser.add_argument("--jobs", type=int, default=2, help="processes that read pages")
    parser.add_argument("--part", choices=PARTS, action="append", help="one part only")
    parser.add_argument("--features", action="store_true", help="the first stage's features as well")
    args = parser.parse_args()
    data = gather_data(args.data, args.jobs, args.cache, args.sample)
    lexica = fit.gather_lexica(data.texts + data.pages)
    args.out.mkdir(parents=True, exist_ok=True)
    for part, examples in zip(PARTS, (data.texts, data.pages), strict=True):
        if part in (args.part or PARTS):
            write_part(args.out, part, examples, lexica, args.features)


if __name__ == "__main__":
    main()
