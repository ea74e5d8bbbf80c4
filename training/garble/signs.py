"""Fits what the signs of a swap weigh: training pages spun by the lexicon, read with other sites' counts."""

from __future__ import annotations

import random
import warnings
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from cleaner.garble import document_score as detect
from cleaner.garble.candidate_table import Options
from cleaner.garble.candidates import Places, apart, edges, evidence, gains, places
from cleaner.garble.casing import like
from cleaner.garble.features import Setting, more_signs, setting, signs
from cleaner.garble.lexicon import Swap
from cleaner.garble.locate import look_again
from cleaner.garble.network import Network
from cleaner.garble.ngram_model import Floats, Model
from cleaner.garble.tokenize import Words, split
from training.garble.spin import Swapped, spin

CHARACTERS = 6000
UNITS, EPOCHS, DECAY = 24, 25, 1e-3  # of 24 units and trees, 24 units were the better
NETS = 3  # that only differ by how they began; their mean is steadier than each
FOLDS = 3
# One page in five is spun by a thesaurus; a dictionary is mostly applied wherever it can be.
KINDS, PARTS, DENSITIES = "nnnnt", (0.3, 0.5, 0.7, 1.0), (0.5, 0.8, 1.0, 1.0, 1.0, 1.0)
CORE = 0.95  # share of the heart of the dictionary that every spinner has
FIRST_FORM = 0.8  # how often a spinner has one form a word rather than a choice of three

Dictionaries = Mapping[str, Mapping[tuple[str, ...], Sequence[tuple[float, str]]]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A spun page as read, with which of its rows are right."""

    words: Words
    found: Places
    gain: Floats
    told: Setting
    right: npt.NDArray[np.bool_]
    model: Model


def dictionaries(swaps: Sequence[Swap]) -> Dictionaries:
    """For each kind of spinner the forms of each original, the usual one first."""
    by: dict[str, dict[tuple[str, ...], list[tuple[float, str]]]] = {"n": {}, "t": {}}
    for swap in swaps:
        if swap.channel in by:
            by[swap.channel].setdefault(swap.original, []).append((swap.prior, " ".join(swap.spun)))
    return {kind: {o: sorted(f, reverse=True) for o, f in sorted(d.items())} for kind, d in by.items()}


def some(
    all_forms: Mapping[tuple[str, ...], Sequence[tuple[float, str]]], rng: random.Random
) -> dict[tuple[str, ...], list[str]]:
    """One spinner's dictionary: most of the heart, a part of the rest."""
    part = rng.choice(PARTS)
    out = {}
    for original, forms in all_forms.items():
        if rng.random() < (CORE if forms[0][0] > 1 else part):
            out[original] = [form for _, form in forms[: 1 if rng.random() < FIRST_FORM else 3]]
    return out


def sample(text: str, id: str, known: Dictionaries, options: Options, model: Model) -> Sample | None:
    """A page spun and read; None when it would pass as clean."""
    rng = random.Random(id)
    kind = rng.choice(KINDS)
    spun, truth = spin(
        text[:CHARACTERS], some(known[kind], rng), rng.choice(DENSITIES), rng, fixed=kind == "n"
    )
    words = split(spun)
    found = places(words, options, model)
    gain = gains(found, words.tokens, model)
    strength = evidence(found, gain)
    score = detect.score(found, apart(found, strength), strength, words)
    if score <= detect.THRESHOLD:
        return None
    return Sample(words, found, gain, setting(words, found, score, model), right(words, found, truth), model)


def right(words: Words, found: Places, truth: Sequence[Swapped]) -> npt.NDArray[np.bool_]:
    """Of each row whether it gives back just what stood there before spinning."""
    out = np.zeros(len(found.option), dtype=bool)
    starts = [start for start, _, _ in truth]
    for k in range(len(found)):
        a, b = words.starts[found.first[k]], words.ends[found.last[k] - 1]
        mine = [
            t
            for t in truth[max(bisect_right(starts, a) - 1, 0) : bisect_right(starts, b)]
            if t[1] > a and t[0] < b
        ]
        for row in range(found.start[k], found.start[k + 1]) if mine else ():
            out[row] = _same(words.text, a, b, " ".join(found.swap(row).original), mine)
    return out


def _same(text: str, a: int, b: int, original: str, truth: Sequence[Swapped]) -> bool:
    low, high = min(truth[0][0], a), max(truth[-1][1], b)
    wanted = text[low:high]
    for start, end, old in reversed(truth):
        wanted = wanted[: start - low] + old + wanted[end - low :]
    given = text[low:a] + like(text[a:b], original) + text[b:high]
    return _plain(given) == _plain(wanted)


def _plain(text: str) -> list[str]:
    return text.lower().replace("’", "'").split()


def fit(samples: Sequence[Sample], path: Path) -> None:
    """Both looks; the second on what the first says of pages it was not fitted on."""
    rows = [signs(s.told, s.gain, edges(s.found, s.words.tokens, s.model)) for s in samples]
    labels = [s.right for s in samples]
    first = _held_out(rows, labels)
    more = [
        more_signs(s.told, look_again(s.words, s.told, odds, s.model), odds)
        for s, odds in zip(samples, first, strict=True)
    ]
    mine = range(0, len(samples), FOLDS)
    judged = _network(*_without(more, labels, 0), nets=1)
    report([samples[k] for k in mine], [judged(more[k]) for k in mine])
    data = {
        "header": np.frombuffer(
            b"format: garble-signs 1\nversion: 1\nsource: training/garble/signs.py", np.uint8
        )
    }
    for look, network in (("first", _network(rows, labels)), ("second", _network(more, labels))):
        for name in ("middle", "scale", "hidden", "hidden_bias", "out"):
            data[f"{look}_{name}"] = getattr(network, name).astype(np.float32)
        data[f"{look}_bias"] = np.array([network.bias], dtype=np.float32)
    np.savez_compressed(path, **data)  # type: ignore[arg-type]


def _network(rows: Sequence[Floats], labels: Sequence[npt.NDArray[np.bool_]], nets: int = NETS) -> Network:
    """The mean of some networks, as one: their hidden units side by side."""
    scaler = StandardScaler()
    x, y = scaler.fit_transform(np.vstack(rows)), np.concatenate(labels)
    fitted = [_fitted(x, y, seed) for seed in range(nets)]
    return Network(
        scaler.mean_,
        scaler.scale_,
        np.hstack([net.coefs_[0] for net in fitted]),
        np.concatenate([net.intercepts_[0] for net in fitted]),
        np.concatenate([net.coefs_[1][:, 0] for net in fitted]) / nets,
        float(np.mean([net.intercepts_[1][0] for net in fitted])),
    )


def _fitted(x: Floats, y: npt.NDArray[np.bool_], seed: int) -> MLPClassifier:
    net = MLPClassifier(
        (UNITS,), alpha=DECAY, max_iter=EPOCHS, learning_rate_init=3e-3, batch_size=512, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        return net.fit(x, y)


def _held_out(rows: Sequence[Floats], labels: Sequence[npt.NDArray[np.bool_]]) -> list[Floats]:
    """The odds of each page by weights from the other pages."""
    odds: list[Floats] = [np.zeros(0)] * len(rows)
    for fold in range(FOLDS):
        network = _network(*_without(rows, labels, fold), nets=1)
        for k in range(fold, len(rows), FOLDS):
            odds[k] = network(rows[k])
    return odds


def _without(
    rows: Sequence[Floats], labels: Sequence[npt.NDArray[np.bool_]], fold: int
) -> tuple[list[Floats], list[npt.NDArray[np.bool_]]]:
    others = [k for k in range(len(rows)) if k % FOLDS != fold]
    return [rows[k] for k in others], [labels[k] for k in others]


def report(samples: Sequence[Sample], odds: Sequence[Floats]) -> None:
    """How many swaps undone at a gain are right, by weights from other pages."""
    gain, good = [], []
    for s, rows in zip(samples, odds, strict=True):
        best = rows >= s.found.best(rows)[s.found.place]
        gain += rows[best].tolist()
        good += s.right[best].tolist()
    for least in (0.0, 1.0, 2.0, 3.0, 4.0):
        hit = [ok for g, ok in zip(gain, good, strict=True) if g > least]
        print(f"odds above {least}: right {np.mean(hit):.3f} of {len(hit)}")
