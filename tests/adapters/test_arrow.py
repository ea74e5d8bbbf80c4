from __future__ import annotations

import json
import sys
from functools import partial
from importlib import import_module
from typing import Any

import pytest

pytestmark = pytest.mark.slow

pa = pytest.importorskip("pyarrow")

from cleaner.adapters.arrow import clean_batch, clean_table, map_in_arrow, output_schema, spark_schema  # noqa: E402
from cleaner.adapters.rows import MissingLibraryError  # noqa: E402
from tests.adapters.documents import ODD_FAILURES, ODD_ROWS, ODD_TIMEOUT_S, PROSE, rows, same_of, wanted  # noqa: E402


def batch(*rows: dict[str, Any]) -> Any:
    return pa.RecordBatch.from_pylist([*rows])


def test_the_same_as_the_api() -> None:
    table = pa.Table.from_pylist(rows())
    cleaned = clean_table(table)
    assert same_of(cleaned.to_pylist()) == wanted()
    assert cleaned.schema == output_schema(table.schema)
    assert cleaned["n"].to_pylist() == [row["n"] for row in rows()]
    batches = [*map_in_arrow(table.to_batches(max_chunksize=7))]
    assert [one.num_rows for one in batches] == [7, 7, 7, 7, 2]
    assert pa.Table.from_batches(batches).equals(cleaned.combine_chunks()) or len(batches) == 5


def test_other_columns_keep_their_types_and_clashing_ones_are_in_input() -> None:
    schema = pa.schema(
        {"id": pa.int32(), "html": pa.large_string(), "text": pa.string(), "url": pa.string_view()}
        | {"when": pa.timestamp("ms", "UTC"), "tags": pa.list_(pa.dictionary(pa.int8(), pa.string()))}
    )
    row = {
        "id": 3,
        "html": f"<p>{PROSE}</p>",
        "text": "old",
        "url": "http://e.org/",
        "when": None,
        "tags": ["a"],
    }
    given = pa.RecordBatch.from_pylist([row], schema)
    cleaned = clean_batch(given)
    assert cleaned.schema.metadata == {b"schema_version": b"1"}
    assert [*cleaned.schema.names[-3:]] == ["when", "tags", "input"]
    assert cleaned.schema.field("when") == schema.field("when")
    assert cleaned.schema.field("tags") == schema.field("tags")
    [found] = cleaned.to_pylist()
    assert (found["id"], found["url"], found["verdict"]) == ("3", "http://e.org/", "clean")
    assert found["input"] == {"text": "old", "url": "http://e.org/"}


def test_the_edits_are_json() -> None:
    [found] = clean_batch(batch({"id": "a", "text": f"{PROSE}\nShare Tweet\n"}), record="full").to_pylist()
    edits = json.loads(found["record"]["edits"])
    assert found["record"]["level"] == "full" and any("Share" in old for _, old, _, _ in edits)


def test_a_document_fails_alone(odd_core: None) -> None:
    found = clean_batch(batch(*ODD_ROWS), timeout=ODD_TIMEOUT_S).to_pylist()
    assert {row["id"]: row["error"]["code"] for row in found if row["error"]} == ODD_FAILURES
    assert [row["verdict"] for row in found].count("clean") == 2


@pytest.mark.parametrize("column", ["text", "html"])
def test_columns_of_no_text(column: str) -> None:
    given = pa.RecordBatch.from_pydict({"id": [1, 2], column: pa.array([1.5, None])})
    assert [row["error"]["code"] for row in clean_batch(given).to_pylist()] == ["bad-row"] * 2


def test_batches_without_columns_or_rows() -> None:
    given = pa.RecordBatch.from_pydict({"other": [1, 2]})
    assert clean_batch(given)["verdict"].to_pylist() == ["failed", "failed"]
    empty = batch({"id": "a", "text": PROSE}).slice(0, 0)
    assert clean_batch(empty).num_rows == 0
    assert clean_table(pa.Table.from_batches([empty])).schema == output_schema(empty.schema)


@pytest.mark.parametrize(
    ("module", "library"),
    [("arrow", "pyarrow"), ("datasets", "pyarrow"), ("datatrove", "datatrove"), ("ray", "pyarrow")],
)
def test_a_missing_library_says_what_to_install(
    module: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"cleaner.adapters.{module}", raising=False)
    monkeypatch.delitem(sys.modules, "cleaner.adapters.arrow", raising=False)
    with pytest.raises(MissingLibraryError, match=rf"pip install 'cleaner\[{module}\]'"):
        import_module(f"cleaner.adapters.{module}")


def test_spark_is_told_what_comes_out() -> None:
    """Without a Spark that runs: its own check of a result, and its way to send a function."""
    pytest.importorskip("pyspark")
    from pyspark import cloudpickle
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.sql.types import LongType, StringType, StructType

    given = StructType().add("id", LongType()).add("text", StringType()).add("n", LongType())
    stated = to_arrow_schema(spark_schema(given))
    send = cloudpickle.loads(cloudpickle.dumps(partial(map_in_arrow, timeout=30)))
    schema = to_arrow_schema(given)
    rows = [{"id": 1, "text": PROSE, "n": 2}, {"id": 2, "text": None, "n": None}]
    [cleaned] = send([pa.RecordBatch.from_pylist(rows, schema)])
    assert [field.type for field in cleaned.schema] == [field.type for field in stated]
    assert cleaned.schema.names == stated.names
