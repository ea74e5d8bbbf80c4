"""WordNet's files are read as wndb(5WN) says, and give what a word may have replaced."""

from __future__ import annotations

import gzip
from pathlib import Path

from cleaner.garble.oddness import WORD_FEATURES, build_oddness_table, read_rows
from training.garble.ngrams import build_model
from training.garble.oddness import read_names, write_table
from training.garble.synonyms import licence_text, possible_originals, read_synsets

# Two synsets of one verb file, and the first line of a licence; made for this test.
VERBS = """\
  1 a line of the licence
00000001 30 v 02 start 0 commence 1 001 ~ 00000002 v 0000 01 + 08 00 | take the first step
00000002 30 v 01 launch 0 001 @ 00000001 v 0000 01 + 08 00 | start with some ceremony
"""


def test_originals_are_usual_words_of_a_near_synset_in_the_same_form(tmp_path: Path) -> None:
    for part in ("noun", "adj", "adv"):
        (tmp_path / f"data.{part}").write_text("")
    (tmp_path / "data.verb").write_text(VERBS)
    (tmp_path / "data.noun").write_text("  1 a line of the licence\n")
    assert licence_text(tmp_path) == ["a line of the licence"]
    assert read_synsets(tmp_path / "data.verb")["00000001"].words == ("start", "commence")
    model = build_model(["They started to start it. " * 70 + "They commenced to launch it. " * 2], [])
    assert possible_originals(tmp_path, model) == {"commenced": "started", "launch": "start"}


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path, weights = tmp_path / "table.gz", [0.5] * (1 + len(WORD_FEATURES))
    write_table(path, {"commence": "start begin"}, ["Apple Watch"], weights, ["Free for all."])
    assert b"#   Free for all.\n" in gzip.decompress(path.read_bytes())
    assert read_rows(path) == ({"commence": "start begin"}, ["Apple Watch"], weights)
    model = build_model(["They start and begin and commence. " * 3], [])
    table = build_oddness_table(*read_rows(path), model)
    word = model.id_of_word["commence"]
    assert table.originals.start[word + 1] - table.originals.start[word] == 2


def test_names_have_two_words_or_more() -> None:
    names = read_names()
    assert len(names) == len(set(names)) > 900
    assert all(" " in name for name in names)
