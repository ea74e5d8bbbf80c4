"""What the choice of the gate before trafilatura measures, and how it is told."""

from __future__ import annotations

import numpy as np

from cleaner.document import Document
from cleaner.reading.page import read_document
from training import reference_gate
from training.confidence import UnseenPrediction
from training.pages import Page
from training.reference_gate import Measured, effect_of, gate_of

ARTICLE = [
    f"The ferry to island {n} stopped at noon, as the wind had risen over the harbour." for n in range(20)
]
OTHERS = [f"Boat number {n} of the old company" for n in range(20)]


def page() -> Page:
    body = "".join(f"<p>{text}</p>" for text in ARTICLE + OTHERS)
    html = f"<html><body><article>{body}</article></body></html>"
    return Page("a", "made", "article", "example.org", "", html, "\n".join(ARTICLE), "en")


def said(p_of_others: float) -> UnseenPrediction:
    n_blocks = len(read_document(Document("", page().html, "html")).blocks)
    p = np.array([0.95] * len(ARTICLE) + [p_of_others] * (n_blocks - len(ARTICLE)), np.float32)
    return UnseenPrediction(p, 0.0, 1.0)


def test_a_page_is_cleaned_with_the_vote_and_without() -> None:
    found = reference_gate.measure_page(page(), {("a", "html"): said(0.02), ("a", "html fast"): said(0.9)})
    assert found is not None
    assert found.blocks == len(ARTICLE + OTHERS) and found.vocabulary_coverage == 1.0
    assert found.f1[0] < found.f1[1] == 1.0
    assert 0.8 < found.expected_f1 < 1.0


def test_a_page_without_probabilities_is_left_out() -> None:
    assert reference_gate.measure_page(page(), {("a", "html"): said(0.02)}) is None


def measured(expected: float, alone: float, blocks: int = 100, language: str = "en") -> Measured:
    return Measured("made", language, blocks, 1.0, expected, (alone, 0.9), (alone, 0.9))


def test_only_pages_that_are_spared_the_vote_count() -> None:
    pages = [measured(0.99, 0.7), measured(0.5, 0.1), measured(0.99, 0.1, blocks=20), measured(0.97, 0.9)]
    effect = effect_of(gate_of(60, 0.96), pages)
    assert (effect.pages, effect.spared, round(effect.f1, 6), effect.lost) == (4, 0.5, -0.05, 1)


def test_the_report_tells_the_worst_group_and_the_chosen_values() -> None:
    pages = [measured(0.99, 0.9)] * 60 + [measured(0.99, 0.8, language="el")] * 60
    lines = list(reference_gate.report_lines(pages))
    assert all(line.endswith("(other languages) -0.1000") for line in lines[1:-5])
    assert lines[-5].startswith("chosen") and "all" in lines[-4]
    assert "spared 1.000  F1 +0.00000  lost +0" in lines[-3] and "(English)" in lines[-3]
