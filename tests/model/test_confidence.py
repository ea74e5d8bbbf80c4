"""What is expected of a result: by the probabilities, and corrected by the forest of the model file."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.document import Block, Document, Mark, Verdict
from cleaner.model import confidence
from cleaner.model.classifier import ModelError, Prediction
from cleaner.model.confidence import FEATURE_NAMES, confidence_of, expected_f1, kept_shares, load_calibrator
from cleaner.model.forest import Forest

LINES = ("The ferry left at eleven and reached the mainland before noon.", "Share", "The crew was tired.")
BODY = Verdict("body", -4.0)
CUT = Verdict("chrome", 8.0, (Mark(0, "share-bar", "chrome", 1.0, "said so"),))


@pytest.fixture(autouse=True)
def _uncalibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "builtin_calibrator", lambda: None)


def blocks(lines: tuple[str, ...] = LINES) -> BlockIndex:
    raw, found, at = "\n".join(lines), [], 0
    for line in lines:
        found.append(Block(at, line))
        at += len(line) + 1
    return BlockIndex(Document("a", raw), found)


def prediction(*p_content: float) -> Prediction:
    words = np.array(blocks().words)
    return cast(
        Prediction,
        SimpleNamespace(
            p_content=np.array(p_content, np.float32),
            words=words,
            shared_uncertainty=0.0,
            expected_f1=0.9,
            p_already_clean=0.0,
            vocabulary_coverage=1.0,
        ),
    )


def test_a_sure_result_is_expected_to_be_right() -> None:
    assert confidence_of(blocks(), (BODY, CUT, BODY), prediction(1, 0, 1)) == 1.0


def test_it_is_the_result_that_counts_not_what_the_model_would_have_kept() -> None:
    sure = prediction(0.99, 0.01, 0.99)
    best = confidence_of(blocks(), (BODY, CUT, BODY), sure)
    half = confidence_of(blocks(), (CUT, CUT, BODY), sure)
    assert best is not None
    assert half is not None
    assert half < 0.6 < best


def test_expected_figures_by_hand() -> None:
    p, words, kept = np.array([1.0, 0.5], np.float32), np.array([10.0, 10.0]), np.array([10.0, 0.0])
    f1, precision, recall = expected_f1(p, words, kept, 0.0)
    assert (round(f1, 3), round(precision, 3), round(recall, 3)) == (0.8, 1.0, 0.667)


def test_a_part_of_a_block_counts_as_such() -> None:
    half = Verdict("body", -4.0, (), (Mark(1, "inline-ad", "ad", 1.0, "said so", (0, 2)),))
    shares = kept_shares(blocks(("Home", "Gone")), (BODY, half))
    assert shares.tolist() == [1.0, 0.5]


def test_nothing_from_nothing_is_certain_and_nothing_from_words_is_as_likely_as_no_block_is_content() -> None:
    assert confidence_of(blocks(()), (), None) == 1.0
    assert confidence_of(blocks(), (CUT, CUT, CUT), prediction(0.2, 0.1, 0.75)) == 0.25


def test_rules_alone_are_of_unknown_worth_without_the_forest() -> None:
    assert confidence_of(blocks(), (BODY, CUT, BODY), None) is None


def stump(value: float) -> Forest:
    leaf = np.full((1, 2), value, np.float32)
    return Forest(np.zeros((1, 1), np.int16), np.zeros((1, 1), np.float32), leaf, leaf[:, :1], 0.0)


def model_file(names: Any) -> dict[str, Any]:
    header = np.frombuffer(json.dumps({"confidence": names}).encode(), np.uint8)
    return {"header": header} | stump(0.0).arrays("confidence")


def test_the_forest_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "builtin_calibrator", lambda: stump(0.0))
    assert confidence_of(blocks(), (BODY, CUT, BODY), prediction(1, 0, 1)) == 0.5
    assert confidence_of(blocks(), (BODY, CUT, BODY), None) == 0.5


def test_a_model_file_may_hold_no_forest_but_none_of_other_features() -> None:
    assert load_calibrator({}) is None
    assert load_calibrator(model_file([*FEATURE_NAMES])) is not None
    with pytest.raises(ModelError, match="rebuild it"):
        load_calibrator(model_file(["something else"]))
