from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cleaner
from cleaner.diff.alignment import TOKEN, CleanText, diff_against
from cleaner.diff.view import DocumentDiff, diff_document
from cleaner.document import Document
from cleaner.output.record import to_record
from tests.documents import SEEDS
from tests.golden import seed_names

RAW = "Share Tweet Email\nThe hut is closed. Advertisement The roof flew away.\nThe cafÃ© is open.\n"


def compared(raw: str, text: str, **more: Any) -> DocumentDiff:
    return diff_against(Document("a", raw), CleanText(text, **more))


def told(seen: DocumentDiff) -> list[tuple[str, str, str]]:
    return [
        (run.change, run.old, run.new) for line in seen.lines for run in line.segments if run.change != "same"
    ]


def test_what_another_text_lacks_adds_and_spells_otherwise() -> None:
    assert told(compared(RAW, "The hut is closed. The roof flew far away.\nThe café is open.\nBy me")) == [
        ("cut", "Share Tweet Email", ""),
        ("cut", " Advertisement", ""),
        ("fix", "", " far"),
        ("fix", "cafÃ©", "café"),
        ("fix", "", " By me"),
    ]


def test_no_reason_is_made_up() -> None:
    seen = compared(RAW, "The hut is closed. The roof flew away.")
    segments = [segment for line in seen.lines for segment in line.segments]
    assert [(one.code, one.reason_index) for one in segments if one.change == "cut"] == [
        ("", -1), ("", -1), ("", -1),
    ]  # fmt: skip


def test_the_record_gives_the_reasons() -> None:
    removed = [{"start": 0, "end": 17, "code": "share-bar", "label": "chrome"}]
    run = compared(RAW, RAW.partition("\n")[2], removed=removed).lines[0].segments[0]
    assert (run.change, run.code) == ("cut", "share-bar")
    assert compared(RAW, "", verdict="language").lines[1].segments[0].code == "language"


@pytest.mark.parametrize("seed", seed_names())
def test_against_its_own_record_a_specimen_shows_what_cleaning_it_shows(seed: str) -> None:
    done = cleaner.clean((SEEDS / seed).read_bytes(), settings=cleaner.Settings(garbled="keep"))
    record = to_record(done, seed)
    seen = diff_against(
        done.doc, CleanText(record["text"], record["verdict"], record["removed"], record["garbled"])
    )
    ours = diff_document(done)
    assert seen.code_totals == ours.code_totals
    for line, other in zip(seen.lines, ours.lines, strict=True):
        cut, also = (
            "".join(r.old for r in one.segments if r.change == "cut").strip() for one in (line, other)
        )
        assert (line.offset, line.is_removed, cut) == (other.offset, other.is_removed, also)


def test_spun_phrases_of_the_record_are_told() -> None:
    text = "The minister mentioned it.\nThe bus had left."
    spans = [
        {"start": 13, "end": 22, "text": "mentioned", "instead": "said", "gain": 5.0},
        {"start": 39, "end": 43, "text": "left", "instead": "gone", "gain": 3.0},
    ]
    seen = compared("Email\n" + text, text, verdict="garbled", garbled={"score": 6.8, "spans": spans})
    assert [r.old + "=" + r.instead for line in seen.lines for r in line.segments if r.change == "spun"] == [
        "mentioned=said", "left=gone",
    ]  # fmt: skip
    assert (seen.garbled_score, seen.spun) == (6.8, 2)


def test_scripts_without_spaces_are_compared_by_character() -> None:
    raw = "빵집이 팔렸다.\nパン屋は売られた。広告 新しい主人は約束した。\n"
    assert told(compared(raw, "빵집이 팔렸다.\nパン屋は売られた。新しい主人は約束した。")) == [
        ("cut", "広告", "")
    ]


WORDS = st.lists(st.sampled_from("a b c, d. cafÃ© é & 한 パ字 \n \n\n \x1b".split(" ")), max_size=30).map(
    " ".join
)


@pytest.mark.slow
@given(WORDS, WORDS)
def test_both_sides_are_all_there(raw: str, text: str) -> None:
    seen = compared(raw, text)
    new = "\n".join("".join(run.new for run in line.segments) for line in seen.lines)
    if seen.lines:
        assert TOKEN.findall(new) == TOKEN.findall(text)
    for line, block in zip(seen.lines, cleaner.clean(raw, kind="text").blocks, strict=True):
        assert "".join(run.old for run in line.segments) == block.raw


@pytest.mark.slow
def test_a_long_text_on_one_line_is_compared_by_sentences_first() -> None:
    old = " ".join(f"Sentence {n} says it. Then ad {n} came." for n in range(9_000))
    new = " ".join(f"Sentence {n} says it." for n in range(9_000))
    seen = compared(old, new)
    assert (seen.cuts, seen.repairs) == (9_000, 0)


@pytest.mark.slow
def test_long_texts_without_a_common_line_are_not_held_against_each_other_word_by_word() -> None:
    old = "\n".join(f"a{n} b{n}" for n in range(20_000))
    new = " ".join(f"c{n} d{n}" for n in range(20_000))
    before = time.perf_counter()
    seen = compared(old, new)
    assert time.perf_counter() - before < 60
    assert seen.kept_characters == 0 or seen.repairs
