"""A diff made from a record: the same as the diff of cleaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import cleaner
from cleaner.diff.alignment import CleanText, diff_against
from cleaner.diff.recorded import builder_from_record
from cleaner.diff.view import DocumentDiff, diff_document
from cleaner.output.cleaned import Cleaned
from cleaner.output.record import to_record
from cleaner.reading.page import read_document
from tests.documents import specimen
from tests.golden import seed_names

# By one process, which cleans each document once (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("documents")

PROSE = "The hut at the top of the pass is closed this winter, because its roof did not survive the storm."
TABLE = (
    f"<article><h1>Huts</h1><p>{PROSE}</p><table><tr><th>Hut</th><th>Beds</th></tr>"
    + "".join(f"<tr><td>Hut {n}</td><td>{n}0</td></tr>" for n in range(1, 6))
    + f"</table><p>{PROSE} The club hopes to open it in June.</p></article><footer>Imprint</footer>"
)


def clean_text_of(done: Cleaned, level: Any = "light") -> CleanText:
    record = to_record(done, "a", level)
    text = record["held"] if record["held"] is not None else record["text"]
    return CleanText(
        text, record["verdict"], record["removed"], record["garbled"], edits=record["record"]["edits"]
    )


def told(diff: DocumentDiff) -> list[tuple[Any, ...]]:
    """Every change: where, what, and its code and label."""
    return [
        (line.offset, run.change, run.old, run.new, run.instead, _code(diff, run.reason_index))
        for line in diff.lines
        for run in line.segments
    ]


def _code(diff: DocumentDiff, reason: int) -> tuple[str, str]:
    return (diff.reasons[reason].code, diff.reasons[reason].label) if reason >= 0 else ("", "")


@pytest.mark.parametrize("level", ["light", "full"])
@pytest.mark.parametrize("seed", seed_names())
def test_a_specimens_record_shows_what_cleaning_it_shows(seed: str, level: str) -> None:
    done = specimen(seed)
    assert told(diff_against(done.doc, clean_text_of(done, level))) == told(diff_document(done))


def test_what_cleaning_puts_between_cells_is_no_addition() -> None:
    done = cleaner.clean(TABLE)
    assert "|" in done.text
    seen = diff_against(done.doc, clean_text_of(done))
    assert told(seen) == told(diff_document(done))
    assert seen.repairs == 0


def test_a_text_that_was_changed_since_is_compared_word_by_word() -> None:
    done = cleaner.clean(f"Share Tweet Email\n{PROSE}\n")
    changed = replace(clean_text_of(done), text=done.text.replace("closed", "open"))
    blocks = read_document(done.doc).blocks
    assert builder_from_record(done.doc, blocks, changed) is None
    changes = [run for line in diff_against(done.doc, changed).lines for run in line.segments]
    assert ("fix", "closed", "open") in [(run.change, run.old, run.new) for run in changes]
    assert [run.code for run in changes if run.change == "cut"] == ["share-bar"]


@pytest.mark.parametrize(
    "edits", [[[0]], [["a", 1, "", "x"]], [[0, 10**9, "", "x"]], [None], [[0, -1, "", "x"]]]
)
def test_a_record_that_fits_nothing_says_nothing(edits: Any) -> None:
    done = cleaner.clean(f"Share Tweet Email\n{PROSE}\n")
    text = replace(clean_text_of(done), edits=edits)
    assert builder_from_record(done.doc, read_document(done.doc).blocks, text) is None
