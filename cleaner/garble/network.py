"""Predicts which swaps were made, from their features: small networks, fitted on spun training pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaner.garble.ngram_model import Floats

# Rows computed at once: bounds the memory that a long text needs.
BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Network:
    """Features to log-odds: standardised (`middle`, `scale`), one hidden layer of rectified units, a sum."""

    middle: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    bias: float

    def __call__(self, rows: Floats) -> Floats:
        log_odds = [self._log_odds(rows[at : at + BATCH_ROWS]) for at in range(0, len(rows), BATCH_ROWS)]
        return np.concatenate(log_odds) if log_odds else np.zeros(0)

    def _log_odds(self, rows: Floats) -> Floats:
        hidden_units = np.maximum(((rows - self.middle) / self.scale) @ self.hidden + self.hidden_bias, 0.0)
        log_odds: Floats = hidden_units @ self.out + self.bias
        return log_odds


@dataclass(frozen=True, slots=True)
class SwapNetworks:
    """The networks of the first pass over all rows, of the second, and of the places that are listed."""

    first_pass: Network
    second_pass: Network
    listing: Network

    @classmethod
    def load(cls, path: Path) -> SwapNetworks:
        """The networks in the file that training wrote."""
        with np.load(path, allow_pickle=False) as data:
            networks = [
                Network(
                    data[f"{pass_name}_middle"],
                    data[f"{pass_name}_scale"],
                    data[f"{pass_name}_hidden"],
                    data[f"{pass_name}_hidden_bias"],
                    data[f"{pass_name}_out"],
                    float(data[f"{pass_name}_bias"][0]),
                )
                for pass_name in ("first", "second", "listing")
            ]
        return cls(*networks)
