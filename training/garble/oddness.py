"""Builds `cleaner/data/garble-oddness.tsv.gz`: synonyms, names, and the weights of a word's features.

    python -m training.garble.oddness --data DATA --wordnet FOLDER

The weights are those of a logistic regression: whether a word replaced another. It is fitted on pages of a
quarter of the sites, spun with the project's own dictionaries, and read with counts of the other sites; the
dictionaries of `bench/spinners` are not read, so that the bench shows dictionaries it was not fitted on.
"""

from __future__ import annotations

import argparse
import gzip
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from cleaner.garble.lexicon import Channel, Substitution
from cleaner.garble.ngram_model import Floats, NgramModel
from cleaner.garble.oddness import WORD_FEATURES, OddnessTable, build_oddness_table, score_words
from cleaner.garble.tokenize import tokenize
from training.garble import evidence, mine_signatures, ngrams, tables
from training.garble import lexicon as sources
from training.garble.spin import SwappedSpan, spin
from training.garble.synonyms import licence_text, possible_originals
from training.garble.table_header import with_header
from training.pages import held_out_ids, read_all_rows

HERE = Path(__file__).parent
OUT = Path(__file__).parents[2] / "cleaner" / "data"
FITTED_FOLD, N_FITTED_PAGES, MIN_PAGE_CHARS, MAX_PAGE_CHARS = 0, 120, 1200, 6000
SOURCE = (
    "training/garble/oddness.py; licence: names and weights written for the project and fitted by it"
    " (Apache-2.0); words: WordNet, with this licence:"
)
CLEAN_COPIES = 3  # each page is read clean as well, and weighs as much as this many spun versions

SpinnerDictionary = Mapping[tuple[str, ...], Sequence[str]]


def read_pages(data: Path) -> list[evidence.Page]:
    """The gold texts of the training pages: all but those of valid.txt."""
    left_out = held_out_ids(data)
    return [
        evidence.Page(row["id"], row["domain"] or row["id"], row["text"] or "", "")
        for row in read_all_rows(data)
        if row["id"] not in left_out
    ]


def training_dictionaries(substitutions: Sequence[Substitution]) -> dict[str, SpinnerDictionary]:
    """The dictionaries of the project's lexicon and of `signatures/swaps-*.tsv`."""
    found: dict[str, SpinnerDictionary] = {
        "news": evidence.spinner_dictionary(substitutions, Channel.NEWS, 2),
        "thesaurus": evidence.spinner_dictionary(substitutions, Channel.THESAURUS, 3),
    }
    for manner in ("turbo", "spinbot"):
        swaps = mine_signatures.read_swaps(HERE / "signatures" / f"swaps-{manner}.tsv")
        found[manner] = {tuple(original.split()): forms for original, forms in swaps.items()}
    return found


def read_names() -> list[str]:
    """Well-known names, the lexicon's and more; those of one word say nothing."""
    lines = (HERE / "well-known-names.txt").read_text().splitlines()
    names = [name.strip() for line in lines if line[:1] != "#" for name in line.split(",")]
    return sorted({name for name in (*names, *sources.read_names()) if " " in name and name.isascii()})


def word_rows(
    text: str, swaps: Sequence[SwappedSpan], table: OddnessTable, model: NgramModel
) -> tuple[Floats, Floats]:
    """The features of the scored words outside quotations, and whether each was swapped in (0 or 1)."""
    words = tokenize(text)
    scored = score_words(words, table, model)
    if scored is None:
        return np.zeros((0, len(WORD_FEATURES))), np.zeros(0)
    outside = ~np.array(words.quoted, dtype=bool)[scored.token]
    swapped = [
        float(any(words.starts[k] < end and start < words.ends[k] for start, end, _ in swaps))
        for k in scored.token[outside].tolist()
    ]
    return scored.features[outside], np.array(swapped)


def fitted_weights(
    pages: Sequence[evidence.Page],
    dictionaries: Mapping[str, SpinnerDictionary],
    table: OddnessTable,
    model: NgramModel,
) -> list[float]:
    """The intercept and the weights of WORD_FEATURES."""
    # an extra for training: what else is here needs none
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features, swapped, weights = [], [], []
    for text, swaps, weight in _versions(pages, dictionaries):
        x, y = word_rows(text, swaps, table, model)
        features.append(x)
        swapped.append(y)
        weights.append(np.full(len(y), weight))
    fit = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=500))
    fit.fit(
        np.concatenate(features),
        np.concatenate(swapped),
        logisticregression__sample_weight=np.concatenate(weights),
    )
    scale, regression = fit[0], fit[1]
    slopes = regression.coef_[0] / scale.scale_
    return [float(regression.intercept_[0] - slopes @ scale.mean_), *map(float, slopes)]


def _versions(
    pages: Sequence[evidence.Page], dictionaries: Mapping[str, SpinnerDictionary]
) -> Iterator[tuple[str, list[SwappedSpan], float]]:
    """Each page clean and by each spinner: text, swaps, weight."""
    for page in pages:
        text = page.text[:MAX_PAGE_CHARS]
        yield text, [], CLEAN_COPIES
        for name, dictionary in dictionaries.items():
            rng = random.Random(page.id + name)
            yield *spin(text, dictionary, rng.choice([0.5, 1.0]), rng, fixed=rng.random() < 0.5), 1.0


def write_table(
    path: Path,
    originals: Mapping[str, str],
    names: Sequence[str],
    weights: Sequence[float],
    licence: Iterable[str],
) -> None:
    """The table as `cleaner.garble.oddness` reads it; `licence` is that of the words."""
    rows = [
        *(
            f"weight\t{name}\t{weight:.5g}"
            for name, weight in zip(("intercept", *WORD_FEATURES), weights, strict=True)
        ),
        *(f"name\t{name}" for name in names),
        *(f"word\t{word}\t{olds}" for word, olds in originals.items()),
    ]
    path.write_bytes(gzip.compress(with_header("garble-oddness 1", SOURCE, rows, licence), mtime=0))


def main() -> None:
    """Fits and builds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data")
    parser.add_argument("--wordnet", type=Path, required=True, help="folder of WordNet's data files")
    args = parser.parse_args()
    pages = read_pages(args.data)
    fold_of = evidence.fold_of_site(pages)
    counted = [page.text for page in pages if fold_of[page.site] != FITTED_FOLD]
    substitutions = evidence.read_substitutions(args.data)
    model = ngrams.build_model(counted, evidence.required_words(substitutions))
    originals = possible_originals(args.wordnet, model)
    table = build_oddness_table(originals, [], [0.0] * (1 + len(WORD_FEATURES)), model)
    fitted = [
        page
        for page in pages
        if fold_of[page.site] == FITTED_FOLD
        and len(page.text) >= MIN_PAGE_CHARS
        and len({"the", "of", "and", "to", "in"} & set(tokenize(page.text[:3000]).tokens)) == 5
    ]
    random.Random(0).shuffle(fitted)
    weights = fitted_weights(fitted[:N_FITTED_PAGES], training_dictionaries(substitutions), table, model)
    shipped = possible_originals(args.wordnet, NgramModel.load(OUT / "garble-ngrams.npz"))
    write_table(OUT / "garble-oddness.tsv.gz", shipped, read_names(), weights, licence_text(args.wordnet))
    tables.write(OUT)


if __name__ == "__main__":
    main()
