"""What the summary on the terminal says of confidence and notes."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from cleaner.cli.report import Destination, Reporter, _confidence_lines, _outcome_text, _summary_lines
from cleaner.corpus.outcomes import Outcome, OutcomeStats
from cleaner.corpus.summary import Sizes, Summary
from cleaner.diff.summary_page import Reread

SIZES = Sizes(raw=10, kept=10, out=10)


def test_the_spread_of_confidence_what_was_held_back_and_the_notes() -> None:
    summary = Summary({})
    for confidence in (0.12, 0.49, 0.5, 0.93, 1.0, None):
        is_doubtful = confidence is not None and confidence < 0.5
        summary.add("clean", SIZES, confidence=confidence, is_doubtful=is_doubtful)
    summary.add("empty", SIZES, confidence=0.97, note="no-article")
    summary.add("failed", SIZES)
    lines = (click.unstyle(line) for line in _confidence_lines(summary))
    assert [" ".join(line.split()) for line in lines] == [
        "confidence below 0.5: 2, 0.5 to 0.6: 1, 0.9 to 1.0: 3, unknown: 1",
        "of them held back 2 below --min-confidence",
        "no-article 1 the page shows no article",
    ]


def test_what_a_reader_sees_is_counted_as_in_the_page() -> None:
    summary = Summary({})
    summary.add("clean", Sizes(100, 60, removed=40, out=60, codes={"markup": ("markup", 5, 30)}))
    shown = Reread(documents=1, visible=70, kept=60, held=4)
    lines = [
        " ".join(click.unstyle(line).split()) for line in _summary_lines(summary, {}, Path("out"), shown)
    ]
    assert lines[3:7] == ["visible characters 70", "kept 60 85.7%", "held 4 5.7%", "removed 6 8.6%"]
    assert "markup" not in " ".join(lines)
    unread = [" ".join(click.unstyle(line).split()) for line in _summary_lines(summary, {}, Path("out"))]
    assert unread[3:6] == ["characters in 100 tags too", "kept 60 60.0%", "removed 40 40.0%"]


def test_nothing_of_an_empty_run() -> None:
    assert [*_confidence_lines(Summary({}))] == []


@pytest.mark.parametrize(
    ("stats", "destination", "quiet", "said"),
    [
        (OutcomeStats(characters=0, is_doubtful=True), "text", True, "its confidence is unknown: held back"),
        (OutcomeStats(characters=0, is_doubtful=True), "records", True, ""),  # the record has it in `held`
        (OutcomeStats(characters=0, is_doubtful=True), "records", False, "held back"),
        (OutcomeStats(characters=0, is_doubtful=True), "folder", False, ""),  # in the summary
        (OutcomeStats(characters=9, garbled_score=7.0), "text", True, "spun paragraphs cut, which --garbled"),
        (OutcomeStats(characters=9, garbled_score=7.0), "records", False, ""),
        (OutcomeStats(characters=9), "text", False, ""),
    ],
)
def test_what_is_withheld_is_said_where_nothing_else_says_it(
    stats: OutcomeStats, destination: Destination, quiet: bool, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome("b.txt", "b.txt", "clean", Sizes(), b"", stats=stats)
    Reporter(quiet, verbose=False).report_document(outcome, destination)
    err = capsys.readouterr().err
    assert said in err and bool(err) == bool(said)


def test_a_duplicate_that_is_left_out_says_so() -> None:
    stats = OutcomeStats(characters=0, is_duplicate=True, confidence=0.9)
    outcome = Outcome("b.txt", "b.txt", "clean", Sizes(), b"", stats=stats)
    assert "an earlier document has this text: held back" in _outcome_text(outcome)
