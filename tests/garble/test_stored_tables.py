"""The shipped tables are those of the sources that people read, and say so themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cleaner.garble.detector import load_lexicon, load_stored, load_table
from cleaner.garble.lexicon import Channel
from cleaner.garble.stored_tables import ALIGNMENT, StoredTables, as_bytes, map_tables
from training.garble import tables


def test_they_are_of_the_sources_beside_them() -> None:
    assert tables.is_fresh(tables.PACKAGE_DATA), "`make golden` builds them again"


def test_they_name_each_source_with_its_licence() -> None:
    stored = load_stored()
    assert stored is not None
    assert "Apache-2.0" in stored.about["garble-lexicon.tsv.gz"]["header"]
    assert "WordNet" in stored.about["garble-oddness.tsv.gz"]["header"]
    assert "licence" in stored.about["garble-ngrams.npz"]["header"]


@pytest.mark.slow
def test_they_hold_what_the_code_makes_of_the_sources() -> None:
    stored, lexicon, table = load_stored(), load_lexicon(), load_table()
    assert stored is not None
    assert not tables.differing(stored, tables.build_tables(tables.PACKAGE_DATA))
    assert [*table.substitutions] == [swap for group in lexicon.by_form for swap in group]
    assert dict(table.lexicon.form_weights) == lexicon.form_weights
    for name in ("names_by_first_word", "known_names", "name_word_originals", "register_forms"):
        assert getattr(table.lexicon, name) == getattr(lexicon, name)
    for name in ("channel_weights", "family_biases", "signal_weights", "bias", "threshold"):
        assert getattr(table.lexicon, name) == getattr(lexicon, name)


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    kept = StoredTables(
        {"a.tsv": {"sha256": "0", "header": "“quoted”"}},
        {"bias": -0.1},
        {"words": np.arange(5, dtype=np.uint8), "none": np.zeros((2, 0)), "logs": np.array([[0.1], [-2.5]])},
    )
    path = tmp_path / "tables.bin"
    path.write_bytes(as_bytes(kept))
    read = map_tables(path)
    assert not tables.differing(kept, read)
    assert as_bytes(read) == path.read_bytes()
    assert all(array.ctypes.data % ALIGNMENT == 0 for array in read.arrays.values())
    with pytest.raises(ValueError, match="read-only"):
        read.arrays["logs"][0] = 1.0


def test_another_format_is_told(tmp_path: Path) -> None:
    path = tmp_path / "tables.bin"
    path.write_bytes(b"garble-tables 0\n{}\n")
    with pytest.raises(ValueError, match="not in the format garble-tables 1"):
        map_tables(path)


def test_weights_of_forms_are_looked_up() -> None:
    weights = load_table().lexicon.form_weights
    key = next(iter(weights))
    assert len(weights[key]) == 4
    assert weights.get((Channel.NEWS, ("no", "such", "form"))) is None
    assert weights.get((Channel.TORTURED, ("zzz",))) is None
