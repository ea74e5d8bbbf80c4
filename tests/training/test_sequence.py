"""The fit of the network: what is stored says what was fitted, twice the same, and the order of lines is
learnt."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cleaner.model.sequence import INPUT_STEPS, MAX_ACTIVATION
from training import sequence
from training.examples import Example, ModelInput
from training.fit import Fitted, Matrix
from training.sequence import (
    DILATIONS,
    Documents,
    best_share,
    exact_model,
    fit_network,
    lines_of,
    log_loss,
    logit,
    predict,
)

FEATURES = 6
SCALING = (np.zeros(FEATURES, np.float32), np.ones(FEATURES, np.float32))


def alternating_documents(count: int = 160, seed: int = 0) -> Documents:
    """Documents in which a line is main content after a line with a high first input, until the next one."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(5, 60, count))])
    inputs = rng.integers(-40, 41, (offsets[-1], FEATURES)).astype(np.int8)
    is_mark = rng.random(offsets[-1]) < 0.1
    inputs[:, 0] = np.where(is_mark, 120, -20)
    label = np.concatenate([np.cumsum(is_mark[a:b]) % 2 for a, b in pairwise(offsets.tolist())])
    return Documents(
        inputs,
        offsets,
        label.astype(np.float32),
        np.ones(offsets[-1], np.float32),
        np.ones(count),
        np.arange(count) % 2,
    )


@pytest.fixture
def with_torch() -> None:
    pytest.importorskip("torch")


@pytest.fixture
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "CHUNKS_PER_ROUND", 1)
    monkeypatch.setattr(sequence, "SORTED_DOCUMENTS", 60)
    monkeypatch.setattr(sequence, "BATCH_LINES", 400)


@pytest.mark.slow
@pytest.mark.usefixtures("with_torch", "short_rounds")
def test_the_same_documents_give_the_same_network_and_its_loss_falls() -> None:
    docs, members = alternating_documents(), np.arange(0, 160)
    losses = []

    def after_round(number: int, model: object) -> None:
        losses.append(log_loss(docs, lines_of(docs, members), predict(docs, members, model)))  # type: ignore[arg-type]

    first = fit_network(docs, members, SCALING, 2, after_round).arrays("x")
    again = fit_network(docs, members, SCALING, 2).arrays("x")
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert losses[1] < losses[0]


@pytest.mark.slow
@pytest.mark.usefixtures("with_torch")
def test_whole_numbers_say_what_real_ones_say() -> None:
    import torch

    torch.manual_seed(5)
    network = sequence._network(FEATURES).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(1.5)
    inputs = alternating_documents(3).inputs[:50].astype(np.float32)
    with torch.no_grad():
        real = network(torch.from_numpy(inputs[None] / INPUT_STEPS), torch.ones(1, len(inputs)))[0].numpy()
    whole = exact_model(*SCALING, network.layers(), DILATIONS, 0.5).log_odds_of_inputs(inputs)
    assert np.abs(whole - real).max() < 0.03 + 0.05 * np.ptp(real)
    assert MAX_ACTIVATION == 255


@pytest.mark.slow
@pytest.mark.usefixtures("with_torch")
def test_padding_is_not_read() -> None:
    import torch

    torch.manual_seed(6)
    network = sequence._network(FEATURES).eval()
    x = torch.randn(1, 30, FEATURES)
    padded = torch.cat([x, torch.randn(1, 20, FEATURES)], dim=1)
    mask = torch.cat([torch.ones(1, 30), torch.zeros(1, 20)], dim=1)
    with torch.no_grad():
        alone, beside = network(x, torch.ones(1, 30)), network(padded, mask)[:, :30]
    assert torch.allclose(alone, beside, atol=1e-6)


@pytest.mark.usefixtures("short_rounds")
def test_a_batch_holds_windows_of_long_documents_and_weighs_them_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequence, "MAX_LINES", 10)
    docs = alternating_documents(4)
    _, label, weight, is_line = sequence._padded(docs, [0, 1, 2, 3], np.random.default_rng(0))
    assert label.shape == (4, 10) or label.shape[1] < 10
    assert weight.sum(axis=1) == pytest.approx(np.diff(docs.offsets))
    assert is_line.sum(axis=1).tolist() == np.minimum(np.diff(docs.offsets), 10).tolist()


def test_the_share_is_that_of_the_lowest_loss() -> None:
    docs = alternating_documents(40)
    sure = (docs.label.astype(float) * 2 - 1) * 5
    rng = np.random.default_rng(1)
    assert best_share(docs, rng.normal(size=len(sure)) * 3, sure) == 0.0
    assert best_share(docs, sure, rng.normal(size=len(sure)) * 3) == max(sequence.SHARES)
    assert logit(np.array([0.5], np.float32))[0] == 0.0


def examples_of(docs: Documents) -> list[Example]:
    out = []
    for i in range(len(docs.chance)):
        label = docs.label[docs.lines(i)]
        lines = ModelInput(tuple("x" for _ in label), np.zeros((1, len(label)), np.float32))
        words, doubtful = np.ones(len(label), np.int32), np.zeros(len(label), np.bool_)
        out.append(
            Example(
                str(i), "s", "article", f"{i}.org", "bs4", lines, label, words, doubtful, int(label.sum())
            )
        )
    return out


@pytest.mark.slow
@pytest.mark.usefixtures("with_torch", "short_rounds")
@pytest.mark.parametrize("trees_know", [False, True])
def test_a_network_stays_where_it_brings_something(trees_know: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "MAX_ROUNDS", 1)
    monkeypatch.setattr(sequence, "CHUNKS_PER_ROUND", 8)
    docs = alternating_documents(60)
    features = np.stack([docs.label, docs.inputs[:, 1].astype(np.float32)], axis=1)
    names = ["label", "noise"]
    matrix = Matrix(features, docs.offsets, np.ones(len(features)), names)
    doubt = np.full(len(features), 0.5, np.float32)
    p_trees = np.clip(docs.label, 0.01, 0.99) if trees_know else doubt
    trees = Fitted(None, None, names, 2, doubt, p_trees, docs.offsets, np.ones(len(features)))
    fitted = sequence.with_sequence("text", trees, examples_of(docs), matrix, lambda text: None)
    figures = fitted.sequence_figures
    if trees_know:
        assert fitted.sequence is None and fitted.p_content is p_trees
        assert figures["trees of pages"] > 0.8  # not 1: some documents have no main content
    else:
        assert fitted.sequence is not None and fitted.sequence.share == figures["share"] > 0
        assert figures["both of pages"] > figures["trees of pages"] + sequence.MIN_GAIN
        assert log_loss(docs, np.arange(len(features)), logit(fitted.p_content)) < np.log(2) - 0.01


def test_the_gain_is_told_by_source_and_way_to_read_a_page() -> None:
    docs = alternating_documents(4)
    knows, errs = np.clip(docs.label, 0.01, 0.99), np.clip(1 - docs.label, 0.01, 0.99)
    all_pages, of_source = sequence.figures_by_group(examples_of(docs), errs, knows, 0.0)
    assert all_pages.startswith("all | bs4 | 4 | ") and of_source.startswith("s article | bs4 | 4 | ")
    alone, together, gain = map(float, of_source.split(" | ")[-3:])
    assert alone < together and gain == pytest.approx(together - alone, abs=2e-4)
