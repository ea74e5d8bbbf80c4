"""How the reliability of confidence is told, and where the fitted forest goes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cleaner.model.confidence import FEATURE_NAMES, load_calibrator
from cleaner.model.forest import Forest
from training import confidence
from training.export import write_model


def test_reliability_is_told_by_tenths_the_least_confident_first() -> None:
    values = np.linspace(0, 1, 100)
    groups = confidence.reliability(values, values)
    assert [n for n, *_ in groups] == [10] * 10
    assert groups[0][1] == pytest.approx(groups[0][2])
    assert (groups[0][3], groups[-1][3]) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("values", "auc"), [([0.1, 0.2, 0.8, 0.9], 1.0), ([0.9, 0.8, 0.2, 0.1], 0.0), ([0.5] * 4, 0.5)]
)
def test_the_area_under_the_curve(values: list[float], auc: float) -> None:
    assert confidence.auc_for_low(np.array(values), np.array([0.1, 0.3, 0.9, 1.0])) == auc


def test_the_cards_section_is_replaced_and_the_rest_stays() -> None:
    card = "# Card\n\n## Figures\nsome\n"
    with_one = confidence.with_section(card, f"{confidence.CARD_HEADING}\n\none")
    between = with_one + "\n## Where it fails\nthere\n"
    replaced = confidence.with_section(between, f"{confidence.CARD_HEADING}\n\ntwo")
    assert replaced == between.replace("one", "two").replace("stwo", "one")
    assert confidence.with_section(replaced, f"{confidence.CARD_HEADING}\n\ntwo") == replaced


def test_the_forest_goes_into_the_model_file_beside_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    write_model(path, {"other": np.arange(3)}, {"format": 1})
    leaf = np.zeros((1, 2), np.float32)
    forest = Forest(np.zeros((1, 1), np.int16), np.zeros((1, 1), np.float32), leaf, leaf[:, :1], 0.0)
    confidence.store(forest, path)
    first = path.read_bytes()
    confidence.store(forest, path)
    assert path.read_bytes() == first
    with np.load(path, allow_pickle=False) as stored:
        assert stored["other"].tolist() == [0, 1, 2]
        header = json.loads(stored["header"].tobytes())
        assert (header["format"], header["confidence"]) == (1, [*FEATURE_NAMES])
        assert load_calibrator(stored) is not None


def judged(recall: float, note: str | None = None, is_empty: bool = False) -> confidence.Judged:
    features = None if is_empty else (0.0,)
    return confidence.Judged("a", "example.org", "html", features, None, note, recall, recall)


def test_what_says_that_it_is_doubtful_is_counted() -> None:
    results = [
        judged(0.7, "large-cut"),
        judged(0.7),
        judged(0.6),
        judged(0.0, "no-article", is_empty=True),
        judged(0.85, "large-cut"),
        judged(0.99),
        judged(1.0, "paywall"),
    ]
    lost, whole = confidence.said_lines(results, {0: 0.9, 1: 0.5, 2: 0.9, 4: 0.9, 5: 0.95, 6: 0.95})
    assert lost.startswith("html: 4 lost over a fifth: 3 say so (1 are empty, 2 have a note, 1 a confidence")
    assert whole.startswith("html: 2 lost next to nothing: 1 say so (0 are empty, 1 have a note, 0 a confid")
