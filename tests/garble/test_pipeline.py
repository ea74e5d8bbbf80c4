"""A garbled document through the whole: verdict, what becomes of it, its record, and the raw back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner

import cleaner
from cleaner.cli import main
from cleaner.diff.view import diff_document
from cleaner.json_lines import dumps, loads
from cleaner.output.cleaned import Cleaned
from cleaner.output.record import restore, to_record, verify
from cleaner.settings import GarbledPolicy, RecordLevel
from tests.cases import ROOT
from tests.garble.spun import CLEAN, QUOTED, SPUN

SEED = (ROOT / "seeds" / "05-spun.txt").read_bytes()
CHOICES: tuple[GarbledPolicy, ...] = ("quarantine", "keep", "restore", "drop")


def cleaned(raw: str | bytes, garbled: GarbledPolicy) -> Cleaned:
    return cleaner.clean(raw, settings=cleaner.Settings(garbled=garbled))


@pytest.mark.parametrize("garbled", CHOICES)
@pytest.mark.parametrize("raw", [SEED, SPUN, "Share Tweet Email\n" + SPUN + "Advertisement\n"])
def test_every_choice_gives_the_raw_back(raw: str | bytes, garbled: GarbledPolicy) -> None:
    done = cleaned(raw, garbled)
    assert done.verdict == "garbled"
    assert done.restore() == raw
    record = loads(dumps(to_record(done, "a", "full")))
    assert restore(record) == raw
    for level in ("light", "full"):
        verify(loads(dumps(to_record(done, "a", level))), raw)


def test_what_each_choice_hands_out() -> None:
    records = {choice: to_record(cleaned(SEED, choice), "a") for choice in CHOICES}
    texts = {choice: (bool(record["text"]), bool(record["held"])) for choice, record in records.items()}
    assert texts == {
        "quarantine": (False, True),
        "keep": (True, False),
        "restore": (True, False),
        "drop": (False, False),
    }
    assert {record["verdict"] for record in records.values()} == {"garbled"}
    assert records["keep"]["text"] == records["quarantine"]["held"] != records["restore"]["text"]


@pytest.mark.parametrize("garbled", ["quarantine", "keep", "restore"])
def test_offsets_of_spans_count_in_what_is_handed_out(garbled: GarbledPolicy) -> None:
    record = to_record(cleaned(SEED, garbled), "a")
    out = record["held"] or record["text"]
    assert record["garbled"]["spans"]
    for span in record["garbled"]["spans"]:
        assert out[span["start"] : span["end"]] == span["text"]


def test_restored_words_are_edits_with_their_code() -> None:
    kept, restored = cleaned(SPUN, "keep"), cleaned(SPUN, "restore")
    assert {edit.code for edit in restored.edits} - {edit.code for edit in kept.edits} == {"spun"}
    assert QUOTED in restored.text
    assert restored.garbled and kept.garbled
    assert 0 < len(restored.garbled.spans) < len(kept.garbled.spans)


def test_cuts_and_restored_words_go_together() -> None:
    raw = (
        "Share Tweet Email\n" + SPUN.replace("subsequent week", "subsequent week ADVERTISEMENT") + "Log in\n"
    )
    done = cleaned(raw, "restore")
    assert done.restore() == raw
    assert "White House" in done.text


def test_the_text_it_was_made_from_is_clean() -> None:
    done = cleaned(CLEAN, "restore")
    assert (done.verdict, done.garbled, done.text) == ("clean", None, CLEAN.rstrip("\n"))


def test_markup_and_entities_around_spun_words() -> None:
    raw = "<article>" + "".join(f"<p>{line}</p>" for line in SPUN.splitlines()) + "</article>"
    raw = raw.replace("mentioned", "men<b>tion</b>ed", 3).replace("“", "&ldquo;").replace("Home", "H&#111;me")
    done = cleaned(raw, "restore")
    assert done.verdict == "garbled"
    assert "White House" in done.text
    assert done.restore() == raw


PARAGRAPHS = [
    line
    for path in sorted((ROOT / "bench" / "texts").glob("*.txt"))[:2]
    for line in path.read_text("utf-8").splitlines()
    if line
]
SPUN_PARAGRAPH = " ".join(SPUN.splitlines()[2:4])


def with_spun_paragraph(at: int, paragraph: str = SPUN_PARAGRAPH) -> str:
    """Clean paragraphs with a spun one among them."""
    return "\n\n".join([*PARAGRAPHS[:at], paragraph, *PARAGRAPHS[at:]])


@pytest.mark.parametrize("at", [0, 2, len(PARAGRAPHS)])
@pytest.mark.parametrize("garbled", ["quarantine", "drop"])
def test_of_a_clean_page_only_the_spun_paragraph_is_withheld(at: int, garbled: GarbledPolicy) -> None:
    raw = with_spun_paragraph(at)
    done = cleaned(raw, garbled)
    record = to_record(done, "a", "full")
    assert (record["verdict"], record["held"]) == ("clean", None)
    assert record["text"] == "\n\n".join(PARAGRAPHS)
    assert 0 < record["garbled"]["share"] < 1 / 3 and record["garbled"]["family"] == "news"
    assert record["garbled"]["spans"] == []
    spun = [part for part in record["removed"] if part["code"] == "garbled"]
    assert [SPUN_PARAGRAPH in raw[part["start"] : part["end"]] for part in spun] == [True]
    assert done.restore() == raw == restore(loads(dumps(record)))


@pytest.mark.parametrize("garbled", ["keep", "restore"])
def test_a_clean_page_let_through_says_where_it_is_spun(garbled: GarbledPolicy) -> None:
    raw = with_spun_paragraph(2)
    done = cleaned(raw, garbled)
    record = to_record(done, "a")
    assert record["verdict"] == "garbled" and 0 < record["garbled"]["share"] < 1 / 3
    assert done.garbled
    (part,) = done.garbled.parts
    assert record["text"][slice(*part)].startswith("A number of specialists")
    assert record["garbled"]["spans"]
    assert all(part[0] <= span["start"] < part[1] for span in record["garbled"]["spans"])
    assert all(paragraph in record["text"] for paragraph in PARAGRAPHS)
    assert ("Financial Times" in record["text"]) == (garbled == "restore")


def test_a_long_spun_quotation_is_said_and_its_words_stay() -> None:
    quotation = f"“{SPUN_PARAGRAPH}”"
    done = cleaned(with_spun_paragraph(2, quotation), "restore")
    assert done.garbled and 0 < done.garbled.share < 1 / 3 and done.garbled.spans
    assert quotation in done.text
    assert quotation not in cleaned(with_spun_paragraph(2, quotation), "quarantine").text


def test_a_spun_comment_that_is_kept_is_said() -> None:
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    raw = f'<article>{body}</article><div class="comments"><h3>Comments</h3><p>{SPUN_PARAGRAPH}</p></div>'
    done = cleaner.clean(raw, settings=cleaner.Settings(garbled="keep", comments="keep"))
    if SPUN_PARAGRAPH in done.text:
        assert done.garbled and 0 < done.garbled.share < 1 / 3
    assert cleaned(raw, "keep").garbled is None


def test_twenty_repeats_are_as_spun_as_one() -> None:
    done = cleaned("\n".join([SPUN.strip()] * 20), "keep")
    assert done.verdict == "garbled" and done.garbled and done.garbled.share == 1.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "spun.txt").write_bytes(SEED)
    (tmp_path / "in" / "clean.txt").write_text(CLEAN, "utf-8")
    return tmp_path


@pytest.mark.slow
def test_a_folder_by_default(folder: Path) -> None:
    ran = CliRunner().invoke(main, ["clean", "in", "-o", "out", "--isolated"])
    assert ran.exit_code == 0, ran.stderr
    assert (folder / "out/garbled/spun.txt").is_file() and (folder / "out/corpus/clean.txt").is_file()
    assert not (folder / "out/corpus/spun.txt").exists()
    assert json.loads((folder / "out/summary.json").read_text())["documents"]["garbled"] == 1
    assert any(line.split()[:2] == ["garbled", "1"] for line in ran.stderr.splitlines())


@pytest.mark.slow
def test_a_folder_restored_comes_back_raw(folder: Path) -> None:
    run = CliRunner().invoke
    ran = run(main, ["clean", "in", "-o", "out", "--isolated", "--garbled", "restore", "--record", "full"])
    assert ran.exit_code == 0, ran.stderr
    assert "Financial Times" in (folder / "out/corpus/spun.txt").read_text("utf-8")
    summary = json.loads((folder / "out/summary.json").read_text())
    assert summary["adds_up"] and summary["codes"]["spun"]["label"] == "spun"
    assert run(main, ["restore", "out", "-o", "back"]).exit_code == 0
    assert (folder / "back/spun.txt").read_bytes() == SEED
    assert run(main, ["clean", "in", "-o", "light", "--isolated", "--garbled", "restore"]).exit_code == 0
    assert run(main, ["restore", "light", "--raw", "in"]).exit_code == 0


@pytest.mark.parametrize("level", ["light", "full"])
def test_explained(level: RecordLevel) -> None:
    codes = {code for _, _, _, code in to_record(cleaned(SPUN, "restore"), "a", level)["record"]["edits"]}
    for code in codes | {"garbled"}:
        assert CliRunner().invoke(main, ["explain", code]).exit_code == 0


@pytest.mark.parametrize("kind", ["text", "html"])
@pytest.mark.parametrize("at", [0, 2])
def test_a_diff_shows_the_spun_paragraph_as_cut(at: int, kind: Literal["text", "html"]) -> None:
    raw = with_spun_paragraph(at)
    if kind == "html":
        raw = "".join(f"<p>{line}</p>\n" for line in raw.splitlines() if line)
    shown = diff_document(cleaner.clean(raw, kind=kind))
    cut = [s for line in shown.lines for s in line.segments if (s.change, s.code) == ("cut", "garbled")]
    assert "".join(segment.old for segment in cut).strip() == SPUN_PARAGRAPH
