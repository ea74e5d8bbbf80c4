from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from cleaner.corpus import parquet as tables
from cleaner.corpus.readers import FailedInput, File, Inputs, ReadOptions, TableRow, failed_item, read_inputs
from cleaner.document import Document
from cleaner.errors import ErrorCode, MissingExtraError
from cleaner.json_lines import dumps


def write(path: Path, rows: list[dict[str, object]], **how: int) -> Path:
    parquet.write_table(pa.Table.from_pylist(rows), path, **how)
    return path


def read(path: Path, how: ReadOptions | None = None) -> list[Document]:
    found = [*read_inputs([str(path)], how)]
    assert all(isinstance(one, Document) for one in found), found
    return [one for one in found if isinstance(one, Document)]


def test_rows_with_their_other_fields(tmp_path: Path) -> None:
    day = datetime.datetime(2024, 5, 1, 12)
    odd = {"when": day, "price": Decimal("1.50"), "raw": b"\xff", "list": [{"a": day}], "nan": float("nan")}
    [one, two] = read(
        write(
            tmp_path / "a.parquet",
            [{"id": 7, "text": "x", "url": "http://e.org"} | odd, {"id": None, "text": "y"}],
        )
    )
    assert (one.id, one.raw, one.kind, one.url, one.encoding) == ("7", "x", "text", "http://e.org", None)
    assert one.meta["fields"] == {
        "url": "http://e.org", "when": "2024-05-01T12:00:00", "price": "1.50", "raw": "\\xff",
        "list": [{"a": "2024-05-01T12:00:00"}], "nan": None,
    }  # fmt: skip
    dumps(one.meta["fields"])
    assert two.id == "a.parquet:2"


def test_pages_stored_as_bytes(tmp_path: Path) -> None:
    page = "<html><body><p>caf\xe9</p></body></html>".encode("cp1252")
    [one] = read(write(tmp_path / "a.parquet", [{"id": "a", "html": page}]))
    assert (one.kind, one.encoding, one.original) == ("html", "windows-1252", page)
    [two] = read(
        write(tmp_path / "b.parquet", [{"key": 1, "body": page}]), ReadOptions("html", "body", "key")
    )
    assert (two.id, two.original) == ("1", page)
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    write(tmp_path / "c.parquet", [{"id": "a", "html": picture}, {"id": "b", "html": page}])
    failed, fine = read_inputs([str(tmp_path / "c.parquet")])
    assert isinstance(failed, FailedInput) and isinstance(fine, Document)
    assert (failed.id, failed.code, failed.fields) == ("a", ErrorCode.BINARY, {})


def test_rows_without_a_document(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", [{"id": 1, "body": "x"}])
    [broken] = read_inputs([str(tmp_path / "a.parquet")])
    assert isinstance(broken, FailedInput)
    assert "a.parquet:1: no string in" in broken.message and "fields there: id, body" in broken.message


@pytest.mark.parametrize("after", [0, 1, 15, 16, 17, 99, 100])
def test_going_on_after_some_rows(tmp_path: Path, after: int) -> None:
    write(tmp_path / "a.parquet", [{"id": n, "text": "x"} for n in range(1, 101)], row_group_size=16)
    items = Inputs([str(tmp_path / "a.parquet")]).items(0, after)
    assert [item.row["id"] for item in items if isinstance(item, TableRow)] == [*range(after + 1, 101)]


def test_a_damaged_file(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", [{"id": n, "text": f"{n}" * 999} for n in range(100)], row_group_size=16)
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(
        whole[:1000] + bytes(n * 7 % 256 for n in range(3000)) + whole[4000:]
    )
    (tmp_path / "b.parquet").write_bytes(whole[:-100])
    (tmp_path / "c.parquet.gz").write_bytes(b"x")
    (tmp_path / "d.txt").write_text("fine")
    found = [*read_inputs([str(tmp_path)])]
    assert isinstance(found[-1], Document)
    failed = [one for one in found if isinstance(one, FailedInput)]
    # of the first row group a column is lost, and of the second all; those behind it are read
    rows = [f"{n}" for n in range(100)]
    assert [one.id for one in found[:-3]] == [*rows[:16], "a.parquet:17", *rows[32:]]
    assert all("cannot be read: text: " in one.message for one in failed[:16])
    assert "a.parquet:17: 16 rows from here on: cannot be read" in failed[16].message
    assert len(failed) == 19 and "packed again" in failed[-1].message


def test_times_that_python_has_no_type_for_are_text(tmp_path: Path) -> None:
    far, zone = (
        pa.array([1, 2**62], pa.timestamp("us")),
        pa.array([0, 1_500_000], pa.timestamp("us", "No/Where")),
    )
    nested = pa.list_(pa.struct([("a", far.type)]))
    columns = {
        "text": ["x", "y"], "far": far, "zone": zone, "ns": pa.array([1, 10**9], pa.timestamp("ns")),
        "day": pa.array([0, 2**31 - 1], pa.date32()), "span": pa.array([1, 2**62], pa.duration("s")),
        "at": pa.array([1, 0], pa.time64("ns")), "nested": pa.array([[{"a": 2**62}], None], nested),
    }  # fmt: skip
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    [one, two] = read(tmp_path / "a.parquet")
    assert one.meta["fields"] == {
        "far": "1970-01-01T00:00:00.000001", "zone": "1970-01-01T00:00:00.000000+00:00",
        "ns": "1970-01-01T00:00:00.000000001", "day": "1970-01-01", "span": "0:00:01",
        "at": "00:00:00.000000001", "nested": [{"a": "148108-07-06T14:00:27.387904"}],
    }  # fmt: skip
    assert (two.meta["fields"]["far"], two.meta["fields"]["day"]) == (
        "148108-07-06T14:00:27.387904",
        "5881580-07-11",
    )
    assert two.meta["fields"]["span"] == f"{2**62} s"


def test_a_value_that_cannot_be_read_costs_its_row(tmp_path: Path) -> None:
    texts = pa.array([b"good", b"bad \xff", b"fine"]).view(pa.string())
    for name in ("text", "other"):
        columns = {"id": ["a", "b", "c"], "text": ["x", "y", "z"], "n": [1, 2, 3]} | {name: texts}
        parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
        found = [*read_inputs([str(tmp_path / "a.parquet")])]
        assert [one.id for one in found] == ["a", "b", "c"]
        [failure] = [one for one in found if isinstance(one, FailedInput)]
        assert (failure.id, failure.fields["n"]) == ("b", 2)
        assert f"a.parquet:2: cannot be read: {name}: not UTF-8" in failure.message


def test_a_damaged_column_costs_its_row_group(tmp_path: Path) -> None:
    rows = [{"id": f"{n}", "text": f"{n}" * 99, "odd": f"odd {n}" * 50} for n in range(12)]
    parquet.write_table(
        pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=4, compression="none",
        write_page_checksum=True, use_dictionary=False, write_statistics=False,
    )  # fmt: skip
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole.replace(b"odd 5", b"add 5", 1))
    found = [*read_inputs([str(tmp_path / "a.parquet")])]
    assert [one.id for one in found] == [f"{n}" for n in range(12)]
    failed = [one for one in found if isinstance(one, FailedInput)]
    assert [one.id for one in failed] == ["4", "5", "6", "7"]
    assert "a.parquet:5: cannot be read: odd: " in failed[0].message
    for after in (5, 9):
        rest = Inputs([str(tmp_path / "a.parquet")]).items_in_file(
            File(str(tmp_path / "a.parquet"), "a"), after
        )
        assert [item.index_in_file for item in rest] == [*range(after + 1, 13)]


def test_the_id_and_fields_of_a_row_whose_worker_was_lost(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", [{"id": "slow", "html": b"<p>x", "n": 2}])
    [item] = [one for one in Inputs([str(tmp_path / "a.parquet")]).items() if isinstance(one, TableRow)]
    failed = failed_item(item, ReadOptions(), ErrorCode.TIMEOUT, "took longer")
    assert (failed.id, failed.fields) == ("slow", {"n": 2})
    assert failed.message.endswith("a.parquet:1: took longer")


def test_the_extra_is_named_when_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.parquet", [{"text": "x"}])
    (tmp_path / "b.txt").write_text("fine")
    tables.pyarrow_module.cache_clear()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    try:
        [broken, fine] = read_inputs([str(tmp_path)])
        with pytest.raises(MissingExtraError):
            tables.require_pyarrow()
    finally:
        tables.pyarrow_module.cache_clear()
    assert isinstance(broken, FailedInput) and isinstance(fine, Document)
    assert "pip install 'cleaner[parquet]'" in broken.message


def written(path: Path, records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the table that is made of records."""
    with path.open("wb") as file:
        tables.write_table(records, file)
    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


def test_records_as_a_table(tmp_path: Path) -> None:
    cut, twin = {"start": 1, "end": 2, "code": "byline", "label": "meta"}, {"id": "b", "similarity": 0.9}
    sources = {"date": {"from": "meta", "others": [{"from": "page", "value": "2024"}]}}
    record: dict[str, Any] = {"id": "a", "text": "half \ud800", "removed": [cut], "garbled": None, "mine": 5}
    record |= {
        "duplicate_of": twin,
        "sources": sources,
        "error": {"code": "killed", "message": "half \udfff"},
    }
    rows = written(tmp_path / "a.parquet", ({**record, "id": str(n)} for n in range(3000)))
    assert [row["id"] for row in rows] == [str(n) for n in range(3000)]
    assert (rows[0]["text"], rows[0]["removed"], rows[0]["garbled"]) == ("half ?", [cut], None)
    assert rows[0]["sources"]["date"] == sources["date"] and rows[0]["sources"]["title"] is None
    assert (rows[0]["duplicate_of"], rows[0]["error"]["message"], rows[0]["mine"]) == (twin, "half ?", 5)
    schema = parquet.read_schema(tmp_path / "a.parquet")
    assert schema.metadata[b"schema_version"] == b"1"


OWN_VALUES: list[tuple[list[Any], str]] = [
    ([None, "x", "half \ud800"], "string"),
    ([1, None, -(2**62)], "int64"),
    ([1, 0.5], "double"),
    ([True, None], "bool"),
    ([None, None], "string"),
    ([["a"], [], None], "list<item: string>"),
    ([{"a": 1}, {"b": ["x"]}, {"a": 0.5}], "struct<a: double, b: list<item: string>>"),
]
UNLIKE_VALUES: list[list[Any]] = [
    [1, "x"],
    [True, 1],
    [2**63, 1],
    [2**60, 0.5],
    [[1, "x"], None],
    [{}, {}],
    [{"a": {"b": 1}}, {"a": 2}],
    [{"half \ud800": 1}],
    [{str(n): n for n in range(101)}],
    [[[[[[[[1]]]]]]]],
]


@pytest.mark.parametrize(("values", "type_"), OWN_VALUES)
def test_fields_of_rows_are_columns(tmp_path: Path, values: list[Any], type_: str) -> None:
    rows = written(tmp_path / "a.parquet", [{"id": "a", "mine": value} for value in values])
    schema = parquet.read_schema(tmp_path / "a.parquet")
    assert str(schema.field("mine").type).replace("element", "item") == type_
    for row, value in zip(rows, values, strict=True):
        found = row["mine"]
        if isinstance(found, dict):
            found = {name: inner for name, inner in found.items() if inner is not None}
        assert found == (value.replace("\ud800", "?") if isinstance(value, str) else value)


@pytest.mark.parametrize("values", UNLIKE_VALUES)
def test_unlike_values_are_json_in_their_column(tmp_path: Path, values: list[Any]) -> None:
    rows = written(tmp_path / "a.parquet", [{"id": "a", "mine": value} for value in values])
    field = parquet.read_schema(tmp_path / "a.parquet").field("mine")
    assert field.metadata[b"content"] == b"json" and str(field.type) == "string"
    assert [row["mine"] and json.loads(row["mine"]) for row in rows] == values


def test_clashing_fields_are_columns_in_input(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        {"id": "a", "input": {"title": "theirs", "row": 1}},
        {"id": "b", "input": {"row": "x"}},
        {"id": "c"},
    ]
    first, second, third = written(tmp_path / "a.parquet", records)
    assert first["input"] == {"title": "theirs", "row": "1"}
    assert second["input"] == {"title": None, "row": '"x"'} and third["input"] is None


@pytest.mark.parametrize("names", [[str(n) for n in range(201)], ["half \ud800", "b"]])
def test_fields_that_cannot_be_columns_are_json(tmp_path: Path, names: list[str]) -> None:
    rows = written(tmp_path / "a.parquet", [{"id": "a"}, {"id": "b"} | dict.fromkeys(names, 1)])
    assert rows[0]["fields"] is None
    assert json.loads(rows[1]["fields"]) == dict.fromkeys(names, 1)
