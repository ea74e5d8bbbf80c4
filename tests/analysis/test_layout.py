"""Stretches of lines."""

from __future__ import annotations

import pytest

from cleaner.analysis.layout import true_runs


@pytest.mark.parametrize(
    ("flags", "runs"),
    [
        ("", []),
        ("0", []),
        ("1", [range(1)]),
        ("0110", [range(1, 3)]),
        ("101", [range(1), range(2, 3)]),
        ("0011", [range(2, 4)]),
    ],
)
def test_each_stretch_of_true_flags_is_found(flags: str, runs: list[range]) -> None:
    assert list(true_runs([flag == "1" for flag in flags])) == runs
