"""What the choice of `Doubt` measures, on a page with made-up probabilities."""

from __future__ import annotations

import numpy as np

from cleaner.document import Document
from cleaner.reading.page import read_document
from training import doubt
from training.confidence import UnseenPrediction
from training.pages import Page

PARAGRAPH = (
    "The ferry to the outer islands stopped at noon, as the wind had risen and the harbour was closed."
)
LINE = "Boat number {} of the old company"
SURE, DOUBTED = 10, 14


def page() -> Page:
    body = f"<p>{PARAGRAPH}</p>" * SURE + "".join(f"<li>{LINE.format(n)}</li>" for n in range(DOUBTED))
    lines = [PARAGRAPH] * SURE + [LINE.format(n) for n in range(DOUBTED)]
    html = f"<html><body><div>{body}</div></body></html>"
    return Page("a", "made", "article", "example.org", "", html, "\n".join(lines))


def results(doubted: float) -> dict[str, doubt.Result]:
    n_blocks = len(read_document(Document("", page().html, "html")).blocks)
    p = np.array([0.9] * SURE + [doubted] * (n_blocks - SURE), np.float32)
    said = UnseenPrediction(p, 0.0, 1.0)
    [(kind, found)] = doubt.judge_page(page(), {("a", "html"): said, ("a", "html fast"): said})
    assert kind == "html"
    return dict(found)


def test_a_page_is_decided_with_each_candidate() -> None:
    found = results(0.35)
    assert [*found] == [*doubt.CANDIDATES["html"]]
    assert found["no doubt"][0] < found["chosen"][0] == 1.0


def test_what_is_unlikely_goes_with_each() -> None:
    assert len({*results(0.02).values()}) == 1


def test_the_report_counts_what_lost_over_a_fifth() -> None:
    of_page = {"no doubt": (0.7, 0.8), "chosen": (0.9, 0.85)}
    first, second = doubt.report_lines([("made", of_page), ("other", of_page)])
    assert "over a fifth    2" in first and "made +0.0000 other +0.0000" in first
    assert "over a fifth    0" in second and "word-F1 0.8500" in second and "made +0.0500" in second
