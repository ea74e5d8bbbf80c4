"""What the signs weigh: two small networks, fitted on spun training pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaner.garble.ngram_model import Floats

# Rows weighed at once: bounds the memory that a long text needs.
BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Network:
    """Signs to log-odds: scaled, one hidden layer of rectified units, a sum."""

    middle: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    bias: float

    def __call__(self, rows: Floats) -> Floats:
        odds = [self._odds(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)]
        return np.concatenate(odds) if odds else np.zeros(0)

    def _odds(self, rows: Floats) -> Floats:
        inside = np.maximum(((rows - self.middle) / self.scale) @ self.hidden + self.hidden_bias, 0.0)
        odds: Floats = inside @ self.out + self.bias
        return odds


@dataclass(frozen=True, slots=True)
class Weights:
    """For the first look and the second."""

    first: Network
    second: Network

    @classmethod
    def load(cls, path: Path) -> Weights:
        """From the file the training wrote."""
        with np.load(path, allow_pickle=False) as data:
            looks = [
                Network(
                    data[f"{look}_middle"],
                    data[f"{look}_scale"],
                    data[f"{look}_hidden"],
                    data[f"{look}_hidden_bias"],
                    data[f"{look}_out"],
                    float(data[f"{look}_bias"][0]),
                )
                for look in ("first", "second")
            ]
        return cls(*looks)
