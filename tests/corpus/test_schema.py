"""What a run writes is what the schema of records says: records, rows of shards and of the manifest."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner

from cleaner.cli import main
from cleaner.output.schema import PLACES, RECORD_SCHEMA_VERSION, json_schema
from tests.cases import ROOT

pytestmark = pytest.mark.usefixtures("in_this_process")

PROSE = (
    "The council met on Tuesday evening to decide whether the old bridge should be repaired or not. "
    "Engineers had warned for years that its piers were failing, and the mayor promised action.\n"
)
HEAD = '<meta name="author" content="Ada Quill"><meta property="article:published_time" content="2024-05-01">'
ROWS: list[dict[str, Any]] = [
    {
        "id": "clean",
        "text": f"Share Tweet\n{PROSE * 2}",
        "title": "theirs",
        "n": 1,
        "tags": ["a"],
        "mixed": 1,
    },
    {
        "id": "page",
        "html": f"<html><head>{HEAD}</head><p>{PROSE}</p><p>By Eve Poe</p>",
        "url": "http://e.org/",
    },
    {"id": "again", "text": f"{PROSE * 2}", "mixed": "x", "n": None},
    {"id": "spun", "text": (ROOT / "seeds" / "05-spun.txt").read_text("utf-8")},
    {"id": "empty", "text": ""},
    {"id": "no document", "mixed": {"a": 1}},
]
FOREIGN = {
    "id": "other",
    "text": "Der Rat tagte am Dienstag, um über die Sanierung der Brücke zu beraten. " * 4,
}


def run(folder: Path, *args: str) -> str:
    """The command over the rows, in this process; a document fails."""
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, FOREIGN]), "utf-8")
    ran = CliRunner().invoke(main, ["clean", str(path), "--language", "en", "--timeout", "300", *args])
    assert ran.exit_code == 3, ran.stderr
    return ran.stdout


def check(place: str, rows: list[dict[str, Any]]) -> None:
    """The rows are valid, and have the fields of their place."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema(closed=True) | {"$ref": f"#/$defs/{place}"}
    validator = jsonschema.Draft202012Validator(schema)
    stated = {field.name for field in PLACES[place].fields}
    own = {"n", "tags", "mixed", "input"}
    for row in rows:
        assert not [error.message for error in validator.iter_errors(row)], row["id"]
        assert {*row} <= stated | own, row["id"]
        assert row["schema_version"] == RECORD_SCHEMA_VERSION


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def packed(out: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted(out.glob(pattern)):
        with zstandard.open(path, "rb") as file:
            yield from map(json.loads, io.TextIOWrapper(file, "utf-8"))


@pytest.mark.parametrize("level", ["none", "full"])
def test_records_on_stdout(tmp_path: Path, level: str) -> None:
    rows = lines(run(tmp_path, "-f", "jsonl", "--record", level))
    check("record", rows)
    assert [row["verdict"] for row in rows] == [
        "clean",
        "clean",
        "clean",
        "garbled",
        "empty",
        "failed",
        "language",
    ]
    assert rows[0]["input"] == {"title": "theirs"}


@pytest.mark.slow
def test_folders_have_the_same_in_json_and_parquet(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    stored: dict[str, list[dict[str, Any]]] = {}
    for form in ("jsonl", "parquet"):
        out = tmp_path / form
        run(tmp_path, "-o", str(out), "-f", form, "--record", "light")
        check("stored_record", [*packed(out, "records/*.zst")])
        check("manifest_row", lines((out / "manifest.jsonl").read_text("utf-8")))
        assert json.loads((out / "summary.json").read_bytes())["schema_version"] == RECORD_SCHEMA_VERSION
        folders = ("corpus", "garbled")
        if form == "jsonl":
            stored[form] = [row for name in folders for row in packed(out, f"{name}/*.zst")]
        else:
            tables = [parquet.read_table(path) for name in folders for path in (out / name).glob("*.parquet")]
            assert all(table.schema.metadata == {b"schema_version": b"1"} for table in tables)
            stored[form] = [row for table in tables for row in table.to_pylist()]
        check("shard_row", stored[form])
    as_json, as_rows = stored["jsonl"], stored["parquet"]
    assert [row["id"] for row in as_json] == ["clean", "page", "again", "spun"]
    assert as_json[2]["duplicate_of"]["id"] == "clean"
    for row, found in zip(as_json, as_rows, strict=True):
        known = without_nulls(found)
        if "mixed" in known:  # its values are of unlike types
            known["mixed"] = json.loads(known["mixed"])
        assert known == without_nulls(row)


def without_nulls(value: Any) -> Any:
    """The value without fields that are null: a table cannot leave them out."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [*map(without_nulls, value)] if isinstance(value, list) else value


@pytest.mark.slow
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_shards_are_read_in_again(tmp_path: Path, form: str) -> None:
    pytest.importorskip("pyarrow")
    run(tmp_path, "-o", str(tmp_path / "out"), "-f", form)
    [shard] = (tmp_path / "out/corpus").glob("part-*")
    ran = CliRunner().invoke(main, ["clean", str(shard), "-f", "jsonl"])
    assert ran.exit_code == 0, ran.stderr
    found = lines(ran.stdout)
    check("record", found)
    assert [row["id"] for row in found] == ["clean", "page", "again"]
    assert found[0]["text"] == found[2]["text"] == (PROSE * 2).strip()
    assert found[0]["input"]["removed"] and found[0]["n"] == 1
