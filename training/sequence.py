"""Fits the network that reads the order of blocks (`cleaner.model.sequence`), and its weight beside trees.

Two fits, each on half of the sites, say for every document what a network that never saw its site predicts:
from these come the number of rounds (early stopping), the weight of the network, and the model card. The
shipped network is fitted on all sites for as many rounds.

The shipped model has none. On its documents a network for text, 7 rounds and a weight of .25, took the
word-F1 of flattened pages of unseen sites from .8846 to .8873, of those in other languages than English from
.9497 to .9509 and of made documents from .8963 to .8965: less than MIN_GAIN. One for HTML, which reads the
features of place as well, 3 rounds and a weight of .4, took pages from .9255 to .9264, those in other
languages from .9626 to .9645 and made ones from .9229 to .9243 (articles of wcxb gain .0004, dragnet .0006,
fundus loses .004). `python -m training.sequence --data DIR --oof DIR` measures it beside fitted trees.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.model.classifier import sigmoid
from cleaner.model.sequence import (
    ACTIVATION_STEPS,
    INPUT_STEPS,
    LOG_ODDS_SCALE,
    MAX_ACTIVATION,
    MAX_WEIGHT,
    Layer,
    SequenceModel,
    scale_inputs,
    with_log_odds,
)
from cleaner.model.threshold import SHARED_UNCERTAINTY, max_expected_f1_set
from cleaner.model.tokenize import Floats
from training.examples import Example
from training.fit import Fitted, Matrix, first_matrix, gather_lexica, line_weights
from training.gather import gather_data
from training.out_of_fold import read_out_of_fold
from training.pages import WEAK_SOURCES, fold_of

HALVES = 2
EMBED_WIDTH, WIDTH, HEAD_WIDTH = 96, 48, 32
TAPS = 5
DILATIONS = (1, 2, 4, 8, 16, 32)
MAX_ROUNDS = 8
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-2
AVERAGED_STEPS = 500  # the network that counts is the mean of about this many steps, newer ones weigh more
DROPOUT_INPUT, DROPOUT_INNER = 0.15, 0.2
MAX_LINES = 256  # of a longer document, a window of so many lines, another one each time
BATCH_LINES = 3200
SORTED_DOCUMENTS = 512  # documents sorted by length at a time, so that a batch holds few empty lines
CHUNKS_PER_ROUND = 8  # a round is so many times SORTED_DOCUMENTS, however many documents there are
SCALING_LINES = 200_000  # mean and spread of the features are those of so many lines
MONITORED_DOCUMENTS = 800  # held-out documents whose loss decides on the number of rounds
# A part whose word-F1, out of fold, grows by less stays with its trees: simpler, and faster.
MIN_GAIN = 0.005
MAX_F1_DROP = 0.0025  # nor may any of the kinds in `mean_word_f1` lose more
SHARES = tuple(round(0.05 * i, 2) for i in range(17))
MIN_P = 1e-5
SEED = 7


@dataclass(frozen=True, slots=True)
class Documents:
    """What the network is fitted on: lines x inputs, and by line labels and weights.

    `offsets[i]:offsets[i + 1]` are the lines of document i; `chance` is that of a document to be drawn,
    its weight in the fit; `half` the half that its site is in.
    """

    inputs: NDArray[np.int8]
    offsets: NDArray[np.int64]
    label: Floats
    weight: Floats
    chance: NDArray[np.float64]
    half: NDArray[np.int64]

    def lines(self, i: int) -> slice:
        """The lines of one document."""
        return slice(int(self.offsets[i]), int(self.offsets[i + 1]))


def logit(p: Floats) -> NDArray[np.float64]:
    """Log-odds of a probability."""
    clipped = np.clip(p.astype(np.float64), MIN_P, 1 - MIN_P)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float64)


def input_scaling(matrix: Matrix) -> tuple[Floats, Floats]:
    """Centre and scale of each feature and of the first stage's log-odds: mean and standard deviation."""
    rng = np.random.default_rng(SEED)
    n = len(matrix.features)
    picked = np.sort(rng.choice(n, min(n, SCALING_LINES), replace=False))
    sample = matrix.features[picked].astype(np.float64)
    centre, scale = sample.mean(axis=0), sample.std(axis=0)
    scale[scale < 1e-3] = 1.0
    return (
        np.append(centre, 0.0).astype(np.float32),
        np.append(scale, LOG_ODDS_SCALE).astype(np.float32),
    )


def documents_of(
    examples: Sequence[Example], matrix: Matrix, p_first: Floats, centre: Floats, scale: Floats
) -> Documents:
    """The examples as the network reads them; `p_first` are the first stage's out-of-fold probabilities."""
    inputs = np.empty((len(matrix.features), len(centre)), np.int8)
    chance = np.array([min(1.0, ex.weight) for ex in examples])
    weight = np.concatenate(
        [line_weights(ex) / share for ex, share in zip(examples, chance, strict=True)]
    ).astype(np.float32)
    for i in range(len(examples)):
        lines = matrix.rows_of(i)
        rows = with_log_odds(matrix.features[lines].T, logit(p_first[lines]))
        inputs[lines] = scale_inputs(rows, centre, scale).astype(np.int8)
    return Documents(
        inputs,
        matrix.offsets,
        np.concatenate([ex.share for ex in examples]),
        weight,
        chance,
        np.array([fold_of(ex.site, HALVES) for ex in examples]),
    )


def exact_layer(
    weight: NDArray[np.float64], bias: NDArray[np.float64], input_steps: int, output_steps: int
) -> Layer:
    """A layer in whole numbers from one in real ones: `weight` inputs x outputs, each output with a scale of
    its own. Steps are how many make a unit; 1 for a result that is not rounded."""
    unit = np.abs(weight).max(axis=0) / MAX_WEIGHT
    unit[unit == 0] = 1.0
    return Layer(
        np.rint(weight / unit).astype(np.float32),
        np.rint(bias / unit * input_steps).astype(np.float32),
        (unit / input_steps * output_steps).astype(np.float32),
    )


def exact_model(
    centre: Floats,
    scale: Floats,
    weights: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    dilations: Sequence[int],
    share: float,
) -> SequenceModel:
    """The network in whole numbers from weights and biases in real ones, layer by layer."""
    last = len(weights) - 1
    layers = tuple(
        exact_layer(weight, bias, ACTIVATION_STEPS if i else INPUT_STEPS, ACTIVATION_STEPS if i < last else 1)
        for i, (weight, bias) in enumerate(weights)
    )
    return SequenceModel(centre, scale, layers, tuple(dilations), share)


def _network(n_inputs: int) -> Any:
    """The network as torch fits it, in real numbers, with dropout; they end where the whole numbers do."""
    import torch
    from torch import nn
    from torch.nn.functional import dropout, hardtanh

    top = MAX_ACTIVATION / ACTIVATION_STEPS

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(n_inputs, EMBED_WIDTH)
            self.second = nn.Linear(EMBED_WIDTH, WIDTH)
            # one row of lines: torch is fastest at this layout of a convolution in two dimensions
            self.convolutions = nn.ModuleList(
                nn.Conv2d(WIDTH, WIDTH, (1, TAPS), padding=(0, TAPS // 2 * k), dilation=(1, k))
                for k in DILATIONS
            ).to(memory_format=torch.channels_last)
            self.hidden = nn.Linear(2 * WIDTH, HEAD_WIDTH)
            self.out = nn.Linear(HEAD_WIDTH, 1)

        def forward(self, x: Any, is_line: Any) -> Any:
            x = dropout(x, DROPOUT_INPUT, self.training)
            x = hardtanh(self.first(x), 0.0, top)
            x = hardtanh(self.second(dropout(x, DROPOUT_INNER, self.training)), 0.0, top)
            mask = is_line[:, None, None, :]
            state = x.permute(0, 2, 1).unsqueeze(2) * mask
            for convolution in self.convolutions:
                change = hardtanh(convolution(dropout(state, DROPOUT_INNER, self.training)), 0.0, top)
                state = torch.clamp(state + change * mask, max=top)
            context = dropout(state.squeeze(2).permute(0, 2, 1), DROPOUT_INNER, self.training)
            both = torch.cat([x, context], dim=2)
            hidden = hardtanh(self.hidden(both), 0.0, top)
            return self.out(dropout(hidden, DROPOUT_INNER, self.training))[..., 0]

        def layers(self) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
            found = []
            for layer in (self.first, self.second, *self.convolutions, self.hidden, self.out):
                weight = layer.weight.detach().double().numpy()
                if weight.ndim == 4:  # outputs x inputs x 1 x taps
                    weight = weight[:, :, 0].transpose(0, 2, 1).reshape(len(weight), -1)
                found.append((weight.T.copy(), layer.bias.detach().double().numpy().copy()))
            return found

    return Network()


def _drawn_documents(docs: Documents, members: NDArray[np.int64], rng: np.random.Generator) -> Iterator[int]:
    """Documents without end: all in random order, each drawn by its chance, then all again."""
    while True:
        yield from rng.permutation(members[rng.random(len(members)) < docs.chance[members]]).tolist()


def _batches(docs: Documents, drawn: Iterator[int], rng: np.random.Generator) -> Iterator[list[int]]:
    """Batches of some documents, each of about the same length."""
    lengths = np.minimum(np.diff(docs.offsets), MAX_LINES)
    chunk = sorted(islice(drawn, SORTED_DOCUMENTS), key=lambda i: int(lengths[i]))
    made: list[list[int]] = [[]]
    for i in chunk:
        if made[-1] and (len(made[-1]) + 1) * lengths[i] > BATCH_LINES:
            made.append([])
        made[-1].append(i)
    return (made[k] for k in rng.permutation(len(made)).tolist())


def _padded(
    docs: Documents, batch: Sequence[int], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Inputs, labels, weights and which lines there are, documents x lines."""
    sizes = [min(int(docs.offsets[i + 1] - docs.offsets[i]), MAX_LINES) for i in batch]
    shape = (len(batch), max(sizes))
    x = np.zeros((*shape, docs.inputs.shape[1]), np.float32)
    label, weight, is_line = (np.zeros(shape, np.float32) for _ in range(3))
    for row, (i, size) in enumerate(zip(batch, sizes, strict=True)):
        lines = docs.lines(i)
        n = lines.stop - lines.start
        start = lines.start + (int(rng.integers(0, n - size + 1)) if n > size else 0)
        x[row, :size] = docs.inputs[start : start + size]
        label[row, :size] = docs.label[start : start + size]
        weight[row, :size] = docs.weight[start : start + size] * (n / size)
        is_line[row, :size] = 1.0
    return x / np.float32(INPUT_STEPS), label, weight, is_line


def fit_network(
    docs: Documents,
    members: NDArray[np.int64],
    scaling: tuple[Floats, Floats],
    rounds: int,
    after_round: Callable[[int, SequenceModel], None] | None = None,
) -> SequenceModel:
    """The network fitted on some documents; `after_round` gets the number of rounds and the network so far.

    The learning rate is constant; what counts is the running mean of the weights over the last steps (Polyak
    and Juditsky, 1992), so that the network of every round is as good as one whose rate had been lowered.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    rng = np.random.default_rng(SEED)
    network, averaged = _network(docs.inputs.shape[1]), _network(docs.inputs.shape[1])
    averaged.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    drawn, mean_weight = _drawn_documents(docs, members, rng), _mean_weight(docs, members)
    step = 0
    for number in range(1, rounds + 1):
        for batch in chain.from_iterable(_batches(docs, drawn, rng) for _ in range(CHUNKS_PER_ROUND)):
            x, label, weight, is_line = (torch.from_numpy(part) for part in _padded(docs, batch, rng))
            losses = binary_cross_entropy_with_logits(network(x, is_line), label, reduction="none") * weight
            optimizer.zero_grad()
            (losses.sum() / (mean_weight * len(batch))).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
            with torch.no_grad():
                for mean, value in zip(averaged.parameters(), network.parameters(), strict=True):
                    mean.lerp_(value, max(1 / AVERAGED_STEPS, 10 / (step + 10)))
        if after_round:
            after_round(number, exact_model(*scaling, averaged.layers(), DILATIONS, 0.0))
    return exact_model(*scaling, averaged.layers(), DILATIONS, 0.0)


def _mean_weight(docs: Documents, members: NDArray[np.int64]) -> float:
    """The mean weight of a document's lines, of those that are drawn."""
    ends = np.concatenate([[0.0], np.cumsum(docs.weight, dtype=np.float64)])
    by_document = (ends[docs.offsets[1:]] - ends[docs.offsets[:-1]])[members]
    return float(np.average(by_document, weights=docs.chance[members]))


def log_loss(docs: Documents, lines: NDArray[np.int64], log_odds: NDArray[np.float64]) -> float:
    """The mean loss in nats of a unit of weight; `log_odds` are of these lines."""
    label = docs.label[lines].astype(np.float64)
    weight = docs.weight[lines].astype(np.float64)
    losses = np.logaddexp(0.0, log_odds) - label * log_odds
    return float((losses * weight).sum() / weight.sum())


def predict(docs: Documents, members: NDArray[np.int64], model: SequenceModel) -> NDArray[np.float64]:
    """The log-odds of the lines of some documents, one document after the other."""
    return np.concatenate(
        [model.log_odds_of_inputs(docs.inputs[docs.lines(i)].astype(np.float32)) for i in members.tolist()]
    )


def lines_of(docs: Documents, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of the lines of some documents."""
    return np.concatenate([np.arange(docs.offsets[i], docs.offsets[i + 1]) for i in members.tolist()])


@dataclass(frozen=True, slots=True)
class NetworkOutOfFold:
    """What networks say of sites that they never saw: by block the log-odds, and the probability combined
    with the trees; and what they were fitted with."""

    log_odds: NDArray[np.float64]
    p_content: Floats
    rounds: int
    share: float
    loss: float


def fit_out_of_fold(
    docs: Documents, scaling: tuple[Floats, Floats], p_trees: Floats, log_progress: Callable[[str], None]
) -> NetworkOutOfFold:
    """Fits on either half of the sites, for the number of rounds at which the other half's loss is lowest."""
    losses = np.zeros((HALVES, MAX_ROUNDS))
    snapshots: dict[tuple[int, int], SequenceModel] = {}
    for half in range(HALVES):
        unseen = np.flatnonzero(docs.half == half)
        monitored = unseen[:: max(1, len(unseen) // MONITORED_DOCUMENTS)]

        def monitor(
            number: int, model: SequenceModel, half: int = half, monitored: NDArray[np.int64] = monitored
        ) -> None:
            snapshots[half, number] = model
            loss = log_loss(docs, lines_of(docs, monitored), predict(docs, monitored, model))
            losses[half, number - 1] = loss
            log_progress(f"network, half {half}, round {number}: loss {loss:.4f}")

        fit_network(docs, np.flatnonzero(docs.half != half), scaling, MAX_ROUNDS, monitor)
    rounds = int(np.argmin(losses.sum(axis=0))) + 1
    log_odds = np.zeros(len(docs.inputs))
    for half in range(HALVES):
        unseen = np.flatnonzero(docs.half == half)
        log_odds[lines_of(docs, unseen)] = predict(docs, unseen, snapshots[half, rounds])
    tree_log_odds = logit(p_trees)
    share = best_share(docs, log_odds, tree_log_odds)
    combined = share * log_odds + (1 - share) * tree_log_odds
    everything = np.arange(len(combined))
    loss, alone = (log_loss(docs, everything, values) for values in (combined, tree_log_odds))
    log_progress(f"network: {rounds} rounds, weight {share}, loss {loss:.4f}, of the trees {alone:.4f}")
    return NetworkOutOfFold(log_odds, sigmoid(combined), rounds, share, loss)


def with_sequence(
    part: str,
    trees: Fitted,
    examples: Sequence[Example],
    features: Matrix,
    log_progress: Callable[[str], None],
) -> Fitted:
    """One part of the model, "text" or "html", with its network, which reads the first stage's features (the
    first columns of `features`) and out-of-fold probabilities; those of the part are then of trees and
    network together.

    Where the network brings less than MIN_GAIN, or a kind of documents loses by it, the part stays as it is,
    but for the figures.
    """
    first = replace(features, features=features.features[:, : trees.first_feature_count])
    scaling = input_scaling(first)
    docs = documents_of(examples, first, trees.p_first, *scaling)
    found = fit_out_of_fold(docs, scaling, trees.p_content, log_progress)
    alone, together = (
        mean_word_f1(examples, p, SHARED_UNCERTAINTY[part]) for p in (trees.p_content, found.p_content)
    )
    figures = {"rounds": found.rounds, "share": found.share} | {
        f"{what} of {kind}": round(value, 4)
        for what, means in (("trees", alone), ("both", together))
        for kind, value in means.items()
    }
    gains = [together[kind] - alone[kind] for kind in alone]
    is_worth_it = max(gains) >= MIN_GAIN and min(gains) >= -MAX_F1_DROP
    log_progress(f"network: {figures}, {'kept' if is_worth_it else 'left out'}")
    if not is_worth_it:
        return replace(trees, sequence_figures=figures)
    model = fit_network(docs, np.arange(len(examples)), scaling, found.rounds)
    log_progress("network on all sites")
    return replace(
        trees,
        p_content=found.p_content,
        sequence=replace(model, share=found.share),
        sequence_figures=figures,
    )


def word_f1s(examples: Sequence[Example], p_content: Floats, shared_uncertainty: float) -> list[float]:
    """By document the word-F1 of what the model would keep. The words of kept lines that are main content
    count as found."""
    scores = []
    start = 0
    for ex in examples:
        p = p_content[start : start + len(ex.lines)]
        start += len(ex.lines)
        words = ex.word_counts.astype(np.float64)
        keep = max_expected_f1_set(p, words, shared_uncertainty)[0]
        found = float((ex.share * words)[keep].sum())
        scores.append(2 * found / max(1.0, float(words[keep].sum()) + max(found, ex.gold_words)))
    return scores


def mean_word_f1(
    examples: Sequence[Example], p_content: Floats, shared_uncertainty: float
) -> dict[str, float]:
    """The mean word-F1 of what the model would keep: of pages as they are, of those known to be in other
    languages than English, and of documents made from pages in which there is something to cut."""
    scores: dict[str, list[float]] = {"pages": [], "foreign": [], "made": []}
    for ex, f1 in zip(examples, word_f1s(examples, p_content, shared_uncertainty), strict=True):
        if ex.variant.startswith("clean") or ex.source in WEAK_SOURCES:
            continue
        scores["pages" if ex.weight == 1.0 else "made"].append(f1)
        if ex.weight == 1.0 and ex.language not in ("", "en"):
            scores["foreign"].append(f1)
    return {kind: float(np.mean(values)) if values else 0.0 for kind, values in scores.items()}


def require_torch() -> None:
    """Raises ImportError at once, and not after half an hour, where torch is missing."""
    import torch

    assert torch.__version__


def best_share(docs: Documents, own: NDArray[np.float64], trees: NDArray[np.float64]) -> float:
    """The weight of the network, of `SHARES`, whose mean with the trees has the lowest loss."""
    everything = np.arange(len(own))
    losses = [log_loss(docs, everything, share * own + (1 - share) * trees) for share in SHARES]
    return SHARES[int(np.argmin(losses))]


# -- the figures beside trees that are fitted already


def figures_by_group(
    examples: Sequence[Example], alone: Floats, together: Floats, shared_uncertainty: float
) -> Iterator[str]:
    """By source and way to read a page: the mean word-F1 by the trees alone, and with the network."""
    groups: dict[str, list[int]] = {}
    for i, ex in enumerate(examples):
        language = "" if ex.language in ("", "en") else ", other languages"
        groups.setdefault(f"{ex.source} {ex.page_type}{language} | {ex.variant}", []).append(i)
        groups.setdefault(f"all | {ex.variant}", []).append(i)
    f1 = np.array([word_f1s(examples, p, shared_uncertainty) for p in (alone, together)])
    for name, members in sorted(groups.items()):
        trees, both = f1[:, members].mean(axis=1)
        yield f"{name} | {len(members)} | {trees:.4f} | {both:.4f} | {both - trees:+.4f}"


def main() -> None:
    """Fit beside the trees whose out-of-fold files there are, print what the network gains; write nothing."""
    parser = argparse.ArgumentParser(
        description="What a network over the order of blocks adds to the trees; writes nothing."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--oof", type=Path, required=True, help="folder of text.npz and html.npz")
    parser.add_argument("--cache", type=Path, help="folder in which the documents read are kept")
    parser.add_argument("--part", choices=tuple(SHARED_UNCERTAINTY), default="html")
    parser.add_argument("--jobs", type=int, default=2, help="processes that read pages")
    args = parser.parse_args()
    require_torch()
    data = gather_data(args.data, args.jobs, args.cache)
    lexica = gather_lexica(data.texts + data.pages)
    examples = data.texts if args.part == "text" else data.pages
    del data
    trees = read_out_of_fold(args.oof / f"{args.part}.npz")
    keys = [(ex.page, ex.variant) for ex in examples]
    if keys != list(zip(trees.page.tolist(), trees.variant.tolist(), strict=True)):
        parser.error(f"{args.oof} is of other documents")
    first = first_matrix(examples, lexica)
    if not np.array_equal(first.offsets, trees.offsets):
        parser.error(f"{args.oof} is of other blocks")
    scaling = input_scaling(first)
    docs = documents_of(examples, first, trees.p_first, *scaling)
    del first  # gigabytes
    found = fit_out_of_fold(docs, scaling, trees.p_content, partial(print, flush=True))
    uncertainty = SHARED_UNCERTAINTY[args.part]
    for what, p in (("trees", trees.p_content), ("both", found.p_content)):
        print(what, mean_word_f1(examples, p, uncertainty))
    print("\n".join(figures_by_group(examples, trees.p_content, found.p_content, uncertainty)))


if __name__ == "__main__":
    main()
