from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from cleaner.corpus.summary import Sizes, Summary, sizes_of
from cleaner.document import Document
from cleaner.json_lines import dumps, loads
from cleaner.output.record import to_record
from cleaner.settings import Settings
from tests.corpus.fake import clean


def sizes(raw: str, settings: Settings | None = None) -> Sizes:
    done = clean(Document("a", raw), settings)
    return sizes_of(done, to_record(done, "a"))


def test_every_character_is_kept_held_or_removed() -> None:
    found = sizes("good\nAD")
    assert found.raw == found.kept + found.held + found.removed == 7
    assert found.codes["interstitial-ad"] == ("ad", 1, 2)
    assert sizes("SPUN").held == 4
    assert sizes("SPUN", Settings(garbled="keep")).kept == 4


@pytest.mark.parametrize(
    ("raw", "settings", "code"),
    [
        ("SPUN", Settings(garbled="drop"), "garbled"),
        ("AD", Settings(), "interstitial-ad"),
        ("good", Settings(language=("ja",)), "language"),
    ],
)
def test_what_withholds_a_whole_document_has_a_label(raw: str, settings: Settings, code: str) -> None:
    found = sizes(raw, settings)
    label, _, taken = found.codes[code]
    assert (label not in ("", "document"), taken) == (True, len(raw))


def test_a_text_of_another_length_is_seen() -> None:
    done = clean(Document("a", "good"))
    with pytest.raises(ValueError, match="4 characters kept and 0 added are not 3 characters"):
        sizes_of(done, to_record(done, "a") | {"text": "goo"})


def test_sums_over_documents() -> None:
    summary = Summary({"format": "txt"}, skipped=Counter({".b": 1, ".a": 2}))
    for raw in ("good\nAD", "AD and AD\nmore", "SPUN"):
        done = clean(Document("a", raw))
        record = to_record(done, "a")
        summary.add(record["verdict"], sizes_of(done, record))
    told = summary.as_dict()
    assert told["documents"] == {"in": 3, "clean": 2, "garbled": 1, "empty": 0, "language": 0, "failed": 0}
    assert told["codes"]["interstitial-ad"] == {"label": "ad", "edits": 2, "characters": 11}
    assert (told["adds_up"], told["settings"], [*told["skipped"]]) == (True, {"format": "txt"}, [".a", ".b"])


@pytest.mark.parametrize("change", [{"kept": 5}, {"removed": 0}, {"added": 1}, {"raw": 9}])
def test_sums_that_do_not_fit_are_seen(change: dict[str, int]) -> None:
    done = clean(Document("a", "good\nAD"))
    record, summary = to_record(done, "a"), Summary({})
    right = sizes_of(done, record)
    summary.add(record["verdict"], replace(right, **change))  # type: ignore[arg-type]
    assert not summary.adds_up


def test_what_an_interrupted_run_knew() -> None:
    first, whole = Summary({}), Summary({})
    for at, raw in enumerate(("good\nAD", "AD and AD\nmore", "SPUN")):
        done = clean(Document("a", raw))
        record = to_record(done, "a")
        for summary in (first, whole) if at < 2 else (whole,):
            summary.add(record["verdict"], sizes_of(done, record))
            summary.add_duplicate(0.9, dropped=False)
            summary.passed["image/png"] += 1
    then = Summary({})
    then.restore_state(loads(dumps(first.state())))
    record = to_record(done, "a")
    then.add(record["verdict"], sizes_of(done, record))
    then.add_duplicate(1.0, dropped=True)
    then.passed["image/png"] += 1
    told = then.as_dict()
    assert told["duplicates"] == {"exact": 1, "near": 2, "dropped": 1}
    assert told | {"duplicates": 0} == whole.as_dict() | {"duplicates": 0}
    assert told["skipped"] == {"image/png": 3}


def test_what_is_held_back_is_still_accounted_for() -> None:
    summary = Summary({})
    summary.add("clean", sizes("good\nAD").as_held())
    assert summary.adds_up
    assert (summary.characters["kept"], summary.characters["held"]) == (0, 4)
