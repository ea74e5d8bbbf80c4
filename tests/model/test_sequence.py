"""The network over the order of blocks: exact in whole numbers, the same however a document is cut up."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from cleaner.model import sequence
from cleaner.model.classifier import MODEL_FILE, Model, load_model
from cleaner.model.sequence import (
    ACTIVATION_STEPS,
    INPUT_STEPS,
    MAX_ACTIVATION,
    MAX_INPUT,
    MAX_WEIGHT,
    Layer,
    SequenceModel,
    neighbours,
    scale_inputs,
)
from tests.model.test_classifier import LINES

TAPS, WIDTH, DILATIONS = 5, 8, (1, 2, 4)


def random_layer(rng: np.random.Generator, inputs: int, outputs: int, unit: float = 0.02) -> Layer:
    return Layer(
        rng.integers(-MAX_WEIGHT, MAX_WEIGHT + 1, (inputs, outputs)).astype(np.float32),
        rng.integers(-2000, 2000, outputs).astype(np.float32),
        rng.uniform(0.1 * unit, unit, outputs).astype(np.float32),
    )


def random_model(features: int = 10, share: float = 0.4, seed: int = 1) -> SequenceModel:
    rng = np.random.default_rng(seed)
    shapes = [
        (features + 1, 12),
        (12, WIDTH),
        *[(TAPS * WIDTH, WIDTH)] * len(DILATIONS),
        (2 * WIDTH, 6),
        (6, 1),
    ]
    return SequenceModel(
        rng.normal(size=features + 1).astype(np.float32),
        rng.uniform(0.5, 2, features + 1).astype(np.float32),
        tuple(random_layer(rng, *shape, unit=0.003) for shape in shapes),
        DILATIONS,
        share,
    )


def random_rows(features: int, lines: int, seed: int = 2) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(features, lines)).astype(np.float32), rng.normal(size=lines) * 3


def reference_log_odds(model: SequenceModel, inputs: Any) -> list[float]:
    """Line by line and tap by tap, in Python's whole numbers."""

    def sums(layer: Layer, row: list[int]) -> list[float]:
        weight = layer.weight.astype(int).tolist()
        return [
            float(
                np.float32(
                    sum(value * line[out] for value, line in zip(row, weight, strict=True)) + int(bias)
                )
                * layer.multiplier[out]
            )
            for out, bias in enumerate(layer.bias.tolist())
        ]

    def rectified(layer: Layer, row: list[int]) -> list[int]:
        return [min(max(round(value), 0), MAX_ACTIVATION) for value in sums(layer, row)]

    embedded = [
        rectified(model.layers[1], rectified(model.layers[0], row)) for row in inputs.astype(int).tolist()
    ]
    state = embedded
    for layer, dilation in zip(model.layers[2:-2], model.dilations, strict=True):
        after = []
        for i, row in enumerate(state):
            around = [
                state[at] if 0 <= (at := i + (tap - TAPS // 2) * dilation) < len(state) else [0] * WIDTH
                for tap in range(TAPS)
            ]
            change = rectified(layer, [value for part in around for value in part])
            after.append([min(a + b, MAX_ACTIVATION) for a, b in zip(row, change, strict=True)])
        state = after
    return [
        sums(model.layers[-1], rectified(model.layers[-2], [*own, *context]))[0]
        for own, context in zip(embedded, state, strict=True)
    ]


@pytest.mark.parametrize("lines", [1, 2, 37])
def test_it_says_what_a_plain_implementation_says(lines: int) -> None:
    model = random_model()
    rows, first = random_rows(10, lines)
    inputs = scale_inputs(np.concatenate([rows, first.astype(np.float32)[None]]), model.centre, model.scale)
    wanted = reference_log_odds(model, inputs)
    assert model.log_odds(rows, first).tolist() == wanted
    assert model.log_odds_of_inputs(inputs).tolist() == wanted
    assert lines < 3 or np.ptp(wanted) > 0.1


@pytest.mark.slow
def test_the_bits_do_not_depend_on_how_a_product_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model()
    rows, first = random_rows(10, 700)
    whole = model.log_odds(rows, first).tobytes()
    for products, chunk in ((1, 50), (5000, 1), (10**9, 10**6)):
        monkeypatch.setattr(sequence, "ONE_THREAD_PRODUCTS", products)
        monkeypatch.setattr(sequence, "CHUNK_LINES", chunk)
        assert model.log_odds(rows, first).tobytes() == whole


def test_the_bits_do_not_depend_on_the_order_of_addition() -> None:
    model, order = random_model(), np.random.default_rng(3).permutation(12)
    first, second = model.layers[:2]
    inputs = np.random.default_rng(4).integers(-MAX_INPUT, MAX_INPUT + 1, (50, 11)).astype(np.float32)
    shuffled = SequenceModel(
        model.centre,
        model.scale,
        (
            Layer(first.weight[:, order], first.bias[order], first.multiplier[order]),
            Layer(second.weight[order], second.bias, second.multiplier),
            *model.layers[2:],
        ),
        model.dilations,
        model.share,
    )
    assert shuffled.log_odds_of_inputs(inputs).tobytes() == model.log_odds_of_inputs(inputs).tobytes()


def test_a_line_reads_no_further_than_the_convolutions_reach() -> None:
    model = random_model()
    rows, first = random_rows(10, 120)
    reach = TAPS // 2 * sum(DILATIONS)
    changed = rows.copy()
    changed[:, 60] += 3.0
    is_changed = model.log_odds(rows, first) != model.log_odds(changed, first)
    assert is_changed[60 - reach : 60 + reach + 1].sum() > 3  # beyond the line itself
    assert not is_changed[: 60 - reach].any() and not is_changed[60 + reach + 1 :].any()


def test_the_order_of_lines_matters() -> None:
    model = random_model()
    rows, first = random_rows(10, 40)
    backwards = model.log_odds(rows[:, ::-1], first[::-1])[::-1]
    assert not np.array_equal(backwards, model.log_odds(rows, first))


def test_neighbours_stand_beside_each_other() -> None:
    rows = np.arange(1, 6, dtype=np.float32)[:, None]
    assert neighbours(rows, 3, 2).tolist() == [[0, 1, 3], [0, 2, 4], [1, 3, 5], [2, 4, 0], [3, 5, 0]]


def test_inputs_are_bounded_whole_numbers() -> None:
    centre, scale = np.zeros(1, np.float32), np.ones(1, np.float32)
    values = np.array([[0.0, 1.0, -1.0, 10.0, 1e30, -1e30]], np.float32)
    assert scale_inputs(values, centre, scale)[:, 0].tolist() == [0, 43, -43, 107, MAX_INPUT, -MAX_INPUT]


def test_sums_that_float32_does_not_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="exactly"):
        Layer(np.full((600, 1), 127.0, np.float32), np.zeros(1, np.float32), np.ones(1, np.float32))


def test_no_line_is_no_trouble() -> None:
    assert random_model().log_odds(np.zeros((10, 0), np.float32), np.zeros(0)).shape == (0,)


def test_what_is_stored_is_what_is_read() -> None:
    model = random_model()
    stored = model.arrays("text.sequence")
    assert all(name.startswith("text.sequence.") for name in stored)
    again = SequenceModel.of(stored, "text.sequence")
    assert again is not None and again.share == model.share and again.dilations == model.dilations
    rows, first = random_rows(10, 30)
    assert again.log_odds(rows, first).tobytes() == model.log_odds(rows, first).tobytes()


def stored_arrays(with_sequence: SequenceModel | None) -> Model:
    """The shipped model, without its networks or with another."""
    with files("cleaner.data").joinpath(MODEL_FILE).open("rb") as file, np.load(file) as arrays:
        stored = {name: value for name, value in arrays.items() if ".sequence." not in name}
    return load_model(stored | (with_sequence.arrays("text.sequence") if with_sequence else {}))


def reading(model: Model) -> Any:
    scores = np.zeros((len(sequence_groups()) + 1, len(LINES)), np.float32)
    return model.predict("text", LINES, scores)


def sequence_groups() -> tuple[str, ...]:
    from cleaner.model.rule_features import RULE_GROUPS

    return RULE_GROUPS


def test_a_file_without_the_network_works_and_one_with_it_is_a_weighted_mean() -> None:
    assert SequenceModel.of({}, "text.sequence") is None
    without = stored_arrays(None)
    features = without.stages_by_kind["text"].n_first_features
    silent, half = random_model(features, share=0.0), random_model(features, share=0.5)
    alone, with_silent, with_half = (reading(stored_arrays(model)) for model in (None, silent, half))
    assert alone.p_content.tolist() == with_silent.p_content.tolist()
    rows = alone.features[:features]
    first = without.stages_by_kind["text"].first_forest.log_odds(rows)
    trees = without.stages_by_kind["text"].second_forest.log_odds(alone.features)
    mean = (half.log_odds(rows, first) + trees) / 2
    assert with_half.p_content.tolist() == pytest.approx((1 / (1 + np.exp(-mean))).tolist(), abs=1e-6)
    # whether a text is clean already is decided on what the trees say
    assert with_half.p_already_clean == alone.p_already_clean


def test_steps_are_powers_of_two() -> None:
    """So that the inputs are the same whole numbers in the fit, which divides by them."""
    assert all(steps & (steps - 1) == 0 for steps in (INPUT_STEPS, ACTIVATION_STEPS))
