"""Builds the shipped model: `python -m training.build --data DIR`. The same data gives the same bytes.

Writes `cleaner/data/model.npz` and its data card `training/model.md`. About half an hour on two cores.
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

from cleaner.model.classifier import FORMAT, loaded
from cleaner.model.tokenize import class_table
from training import card, fit, gate, lexicon
from training.examples import Example
from training.export import forest, write
from training.gather import Data, gathered
from training.lexicon import Lexica
from training.pages import SOURCES

VERSION = "1"
ROOT = Path(__file__).parents[1]
OUT = ROOT / "cleaner/data/model.npz"
CARD = ROOT / "training/model.md"
CREDITS = [
    {"name": "WCXB v1.0, development split", "by": "Murrough Foley, 2026", "licence": "CC-BY-4.0"},
    {
        "name": "dragnet_data",
        "by": "Moz",
        "licence": "data AGPL-3.0; its owners publish models trained on it under MIT",
    },
    {"name": "mozilla/readability test pages", "by": "Mozilla", "licence": "Apache-2.0"},
]


def say(text: str, since: float = time.perf_counter()) -> None:
    """Progress, on stderr."""
    print(f"{time.perf_counter() - since:6.0f}s  {text}", file=sys.stderr, flush=True)


def fitted(part: str, examples: list[Example], lexica: Lexica) -> fit.Fitted:
    """Both stages, and for text the gate."""
    one = fit.first_matrix(examples, lexica)
    say(f"{part}: {len(examples)} documents, {len(one.rows)} blocks, {len(one.names)} features")
    first = fit.stage(examples, one)
    say(f"{part}: first stage")
    two = fit.second_matrix(examples, one, first.p)
    second = fit.stage(examples, two)
    say(f"{part}: second stage")
    done = fit.Fitted(first.booster, second.booster, two.names, len(one.names), second.p)
    if part == "html":
        return done
    rows, clean, weight = gate.documents(examples, two, second.p)
    chances = gate.out_of_fold(examples, rows, clean, weight)
    return fit.Fitted(
        first.booster,
        second.booster,
        two.names,
        len(one.names),
        second.p,
        gate.boost(rows, clean, weight),
        chances,
    )


def polled(data: Data) -> Lexica:
    """How often words and short lines stand in boilerplate, by site."""
    votes = lexicon.gather([ex for ex in data.texts + data.pages if ex.how in lexicon.POLLED])
    return lexicon.fit(votes, sorted(votes))


def arrays(parts: dict[str, fit.Fitted], lexica: Lexica) -> dict[str, NDArray[Any]]:
    """What the file holds beside its header."""
    words = lexica.without(None)
    stored: dict[str, NDArray[Any]] = {
        "lexicon.words": words.words,
        "lexicon.word_weight": words.word_weight.astype(np.float16),
        "lexicon.lines": words.lines,
        "lexicon.line_weight": words.line_weight.astype(np.float16),
        "table": class_table(),
    }
    for part, one in parts.items():
        stored |= forest(one.first, fit.DEPTH).arrays(f"{part}.first")
        stored |= forest(one.second, fit.DEPTH).arrays(f"{part}.second")
        if one.gate is not None:
            stored |= forest(one.gate, gate.DEPTH).arrays("gate")
    return stored


def build(folder: Path, out: Path, text: Path, jobs: int) -> None:
    """From labelled pages to the model file and its card."""
    data = gathered(folder, jobs)
    say("pages read and labelled")
    lexica = polled(data)
    tasks = [("text", data.texts, lexica), ("html", data.pages, lexica)]
    if jobs > 1:
        with get_context("fork").Pool(2) as pool:
            results = pool.starmap(fitted, tasks)
    else:
        results = [fitted(*task) for task in tasks]
    parts = dict(zip(("text", "html"), results, strict=True))
    header = {
        "format": FORMAT,
        "version": VERSION,
        "made by": "python -m training.build",
        "names": {part: one.names for part, one in parts.items()},
        "first": {part: one.first_names for part, one in parts.items()},
        "sources": CREDITS,
    }
    write(out, arrays(parts, lexica), header)
    with np.load(out, allow_pickle=False) as stored:
        loaded(stored)
    text.write_text(card.text(data, parts, CREDITS), "utf-8")
    say(f"{out}: {out.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Parse and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help=f"folder of valid.txt and train-X.jsonl.xz, X in {SOURCES}"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="the model file")
    parser.add_argument("--card", type=Path, default=CARD, help="its data card")
    parser.add_argument("--jobs", type=int, default=2, help="processes; the result does not depend on it")
    given = parser.parse_args()
    build(given.data, given.out, given.card, given.jobs)


if __name__ == "__main__":
    main()
