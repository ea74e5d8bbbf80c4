"""A convolutional network over the order of a document's blocks, evaluated with numpy alone, the same bits on
every machine.

The trees see the blocks around through windows; the network reads their order: where one text ends and
another begins. Six residual convolutions, each with twice the reach of the one before (dilated convolutions:
Yu and Koltun, 2016; for sequences: Bai, Kolter and Koltun, 2018), look at both sides of a block.

Every number between two layers is a whole number of at most eight bits, and so is every weight. The sums in
a product of matrices then stay below 2**24, where float32 holds every whole number: the product is exact, in
whatever order a machine adds, and the other steps are single operations that IEEE 754 rounds in one way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.model.tokenize import Floats

INPUT_STEPS = 64  # an input is a whole number of 64ths, from -127 to 127 of them
ACTIVATION_STEPS = 32  # what a layer passes on is a whole number of 32nds, from 0 to 255 of them
MAX_INPUT, MAX_ACTIVATION, MAX_WEIGHT = 127, 255, 127
MAX_EXACT = 2**24  # float32 holds every whole number up to here
# The first stage's log-odds are one more input, after the features.
LOG_ODDS_SCALE = 2.0
EMBED_LAYERS, HEAD_LAYERS = 2, 2  # before and after the convolutions; they read each block alone
# OpenBLAS, which numpy uses, gives a product of more multiplications than this to several threads. Beside
# other processes these wait for each other, a hundred times as long as the product takes.
ONE_THREAD_PRODUCTS = 2**18
CHUNK_LINES = 2048  # lines whose features are scaled at a time: a long document takes no second copy of all


def scale_inputs(rows: Floats, centre: Floats, scale: Floats) -> Floats:
    """Inputs of the network from features x lines: lines x features, whole numbers.

    A value `scale` from `centre` is 2/3, ten times as far 5/3, none is over 2: outliers do not stand out.
    """
    distance = (np.ascontiguousarray(rows.T) - centre) / scale
    room = np.abs(distance)
    room *= 0.5
    room += 1.0
    distance /= room
    distance *= INPUT_STEPS
    return _rounded(distance, -MAX_INPUT, MAX_INPUT)


def _rounded(values: Floats, low: int, high: int) -> Floats:
    """Values, which are lost, as whole numbers within bounds."""
    np.rint(values, out=values)
    np.maximum(values, np.float32(low), out=values)
    return np.minimum(values, np.float32(high), out=values)


def with_log_odds(rows: Floats, log_odds: NDArray[np.float64]) -> Floats:
    """The features, and the first stage's log-odds as the last of them: (features + 1) x lines."""
    return np.concatenate([rows, log_odds.astype(np.float32)[None]])


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer in whole numbers: `multiplier * (inputs @ weight + bias)`.

    Attributes:
        weight: (taps x inputs) x outputs; the taps of a convolution one after the other, the earliest line
            first.
        bias: by output, in units of the products.
        multiplier: by output, from units of the products to those of the result.
    """

    weight: Floats
    bias: Floats
    multiplier: Floats

    def __post_init__(self) -> None:
        bound = np.abs(self.weight).sum(axis=0) * MAX_ACTIVATION + np.abs(self.bias)
        if bound.max() >= MAX_EXACT:
            raise ValueError(f"sums up to {bound.max():.0f}: float32 does not hold them exactly")

    def products(self, rows: Floats) -> Floats:
        """The weighted sums of each row, before rounding; the units of the result."""
        sums = _one_thread_product(rows, self.weight)
        sums += self.bias
        sums *= self.multiplier
        return sums

    def activations(self, rows: Floats) -> Floats:
        """The same as whole numbers, none below 0 (a rectifier)."""
        return _rounded(self.products(rows), 0, MAX_ACTIVATION)


def _one_thread_product(rows: Floats, weight: Floats) -> Floats:
    """`rows @ weight`, cut into products that one thread computes."""
    n, size = len(rows), max(1, ONE_THREAD_PRODUCTS // weight.size)
    pieces = -(-n // size)
    padded = rows
    if pieces * size != n:
        padded = np.zeros((pieces * size, rows.shape[1]), np.float32)
        padded[:n] = rows
    return np.asarray((padded.reshape(pieces, size, -1) @ weight).reshape(pieces * size, -1)[:n])


def neighbours(rows: Floats, taps: int, dilation: int) -> Floats:
    """For each line the rows of the `taps` lines around it, `dilation` apart, beside each other; 0 outside
    the document."""
    n, width = rows.shape
    reach = taps // 2 * dilation
    padded = np.zeros((n + 2 * reach, width), np.float32)
    padded[reach : reach + n] = rows
    return np.concatenate([padded[tap * dilation : tap * dilation + n] for tap in range(taps)], axis=1)


@dataclass(frozen=True, slots=True)
class SequenceModel:
    """The network: two layers that read each block alone, the convolutions, two layers that read both.

    Attributes:
        centre, scale: by input, see `scale_inputs`; the last is the first stage's log-odds.
        layers: in order.
        dilations: the distance in lines between the taps of each convolution.
        share: the weight of the network's log-odds in the mean with those of the trees, 0..1.
    """

    centre: Floats
    scale: Floats
    layers: tuple[Layer, ...]
    dilations: tuple[int, ...]
    share: float

    @property
    def taps(self) -> int:
        """How many lines a convolution reads."""
        first = self.layers[EMBED_LAYERS].weight
        return int(first.shape[0] // first.shape[1])

    def log_odds(self, rows: Floats, first_log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log-odds that each line is main content.

        `rows`, features x lines, are what the first forest reads, and `first_log_odds` is what it says.
        """
        inputs = with_log_odds(rows, first_log_odds)
        chunks = [
            scale_inputs(inputs[:, start : start + CHUNK_LINES], self.centre, self.scale)
            for start in range(0, inputs.shape[1], CHUNK_LINES)
        ]
        embedded = [self._embed(chunk) for chunk in chunks]
        return self._after_embedding(np.concatenate(embedded)) if embedded else np.zeros(0)

    def log_odds_of_inputs(self, inputs: Floats) -> NDArray[np.float64]:
        """The same from scaled inputs, lines x inputs."""
        return self._after_embedding(self._embed(inputs))

    def _embed(self, inputs: Floats) -> Floats:
        for layer in self.layers[:EMBED_LAYERS]:
            inputs = layer.activations(inputs)
        return inputs

    def _after_embedding(self, embedded: Floats) -> NDArray[np.float64]:
        state = embedded
        for layer, dilation in zip(self.layers[EMBED_LAYERS:-HEAD_LAYERS], self.dilations, strict=True):
            change = layer.activations(neighbours(state, self.taps, dilation))
            change += state
            state = np.minimum(change, np.float32(MAX_ACTIVATION), out=change)
        hidden = self.layers[-2].activations(np.concatenate([embedded, state], axis=1))
        return self.layers[-1].products(hidden)[:, 0].astype(np.float64)

    def combined_log_odds(
        self, rows: Floats, first_log_odds: NDArray[np.float64], tree_log_odds: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The weighted mean of the network's log-odds and those of the second forest."""
        own = self.log_odds(rows, first_log_odds)
        return np.asarray(self.share * own + (1.0 - self.share) * tree_log_odds, np.float64)

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays to store, as `of` reads them."""
        stored: dict[str, NDArray[Any]] = {
            f"{name}.centre": self.centre,
            f"{name}.scale": self.scale,
            f"{name}.dilations": np.array(self.dilations, np.int16),
            f"{name}.share": np.array([self.share]),
        }
        for i, layer in enumerate(self.layers):
            stored |= {
                f"{name}.{i}.weight": layer.weight.astype(np.int8),
                f"{name}.{i}.bias": layer.bias.astype(np.int32),
                f"{name}.{i}.multiplier": layer.multiplier,
            }
        return stored

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> SequenceModel | None:
        """The network stored under `name`; None where the file has none."""
        if f"{name}.dilations" not in arrays:
            return None
        dilations = arrays[f"{name}.dilations"].tolist()
        return cls(
            arrays[f"{name}.centre"],
            arrays[f"{name}.scale"],
            tuple(
                Layer(
                    arrays[f"{name}.{i}.weight"].astype(np.float32),
                    arrays[f"{name}.{i}.bias"].astype(np.float32),
                    arrays[f"{name}.{i}.multiplier"],
                )
                for i in range(EMBED_LAYERS + len(dilations) + HEAD_LAYERS)
            ),
            tuple(dilations),
            float(arrays[f"{name}.share"][0]),
        )
