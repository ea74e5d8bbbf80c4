"""No record of the project's own documents changes unseen, and none is cleaned worse than before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet

from tests import records
from tests.cases import KNOWN_FAILURES, ROOT, RULE_CASES, all_cases
from tests.documents import OF_CASES, OF_SEEDS, flatten, group, names, read_bodies
from tests.records import Row, floors, rows, scores, stored_rows

# By one process, which cleans each document once (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("documents")


def quick_and_slow(names: Iterable[str]) -> list[ParameterSet]:
    """Names of groups as parameters: the quick tests look at specimens and cases, which others clean too."""
    quick = ("seeds", "rules/", "known-failures/")
    return [pytest.param(name, marks=() if name.startswith(quick) else pytest.mark.slow) for name in names]


@pytest.mark.parametrize("name", quick_and_slow(names()))
def test_records_are_what_they_were(name: str) -> None:
    stored = {row.title: row for row in stored_rows() if row.group == name}
    changed = [_change(row, stored.get(row.title)) for row in rows(name) if row != stored.get(row.title)]
    assert not changed, "\n".join(
        [
            *changed,
            "See one as it is now, and in a checkout of before: python -m tests.records GROUP TITLE",
            "If it is meant: make golden",
        ]
    )


def _change(now: Row, before: Row | None) -> str:
    if before is None:
        return f"{now.group!r} {now.title!r}: new"
    words = f"{before.words} to {now.words} words" if now.words != before.words else "as many words as before"
    return f"{now.group!r} {now.title!r}: {words}"


def test_every_row_is_a_document() -> None:
    known = [(name, sample.title) for name in names() for sample in group(name)]
    assert not [one for one, times in Counter(known).items() if times > 1]
    assert {(row.group, row.title) for row in stored_rows()} == {*known}


@pytest.mark.parametrize(
    "name", quick_and_slow(name for name in names() if not name.endswith("other settings"))
)
def test_nothing_is_cleaned_worse_than_its_floor(name: str) -> None:
    for floor, score in scores(name).items():
        assert score >= floors()[floor], (
            f"{floor} is cleaned worse than before: its floor may only rise. (Is a case new? make golden)"
        )


def test_every_floor_is_a_group() -> None:
    groups = {name for name in names() if not name.endswith("other settings")} - {"seeds"}
    assert {*floors()} == groups | {f"seeds/{sample.title}" for sample in group("seeds")}


def test_every_body_is_a_document() -> None:
    assert {*read_bodies(OF_SEEDS)} == {sample.title for sample in group("seeds")}
    assert {*read_bodies(OF_CASES)} <= {
        case.name for case in (*all_cases(RULE_CASES), *all_cases(KNOWN_FAILURES))
    }


@pytest.mark.slow
def test_digests_hang_on_no_process_order_or_hash_seed() -> None:
    backwards = (
        "from tests.records import *; print(formatted(r for n in names()[::-1] for r in rows(n)[::-1]))"
    )
    seeds = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", backwards],
        env=os.environ | seeds,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(done.stdout.split("\n")) == sorted([*records.RECORDS.read_text("utf-8").split("\n"), ""])


def test_a_flattened_page() -> None:
    page = "<title>T</title><script>x</script><h1>A &amp; b</h1><p>One <b>two</b><br>three</p>four\nfive"
    assert flatten(page) == "A & b\nOne two\nthree\nfour\nfive\n"
