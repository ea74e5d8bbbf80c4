"""Writes the documents of the records' schema: `python -m tests.schema_docs`.

`docs/record.schema.json` for programs, `docs/schema.md` for people, both from `cleaner.output.schema`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from cleaner.corpus.arrow_types import arrow_type
from cleaner.output.schema import (
    DUPLICATE_OF,
    INPUT,
    OUTPUT,
    PLACES,
    RECORD_FIELDS,
    RECORD_SCHEMA_VERSION,
    ROW,
    SHA256,
    EditList,
    Field,
    Free,
    Group,
    Items,
    Real,
    Text,
    Whole,
    json_schema,
    walk,
)
from tests.cases import ROOT

JSON_SCHEMA = ROOT / "docs" / "record.schema.json"
PAGE = ROOT / "docs" / "schema.md"
JSON_NAMES = {
    Text: "string",
    Whole: "integer",
    Real: "number",
    Items: "array",
    Group: "object",
    Free: "object",
}
INTRODUCTION = f"""# The fields of a record

Version {RECORD_SCHEMA_VERSION}: `schema_version` in every record, every row of the manifest, `summary.json`
and the metadata of Parquet files. It goes up where a script that reads them might have to change; new fields
do not change it. [record.schema.json](record.schema.json) says the same as JSON Schema (draft 2020-12).

A record has these fields, by where it is written:

"""
FORMS = """
JSON and Parquet have the same names and the same form; all columns of a table may be null. What is missing
in a JSON record is null in Parquet. Two things are JSON text in Parquet, and their columns say so (`content:
json` in the column's metadata): `record.edits`, and what no column can hold.

**A row's own fields** stand beside the fields of the record, untouched; those that have the name of one are
in `input`. In Parquet each is a column of the type that holds all its values in that shard: booleans, whole
numbers (64 bits), numbers, strings, lists, objects (structs). Where its values are of unlike types it is
JSON text. A column of nulls only is a string. So shards whose rows are alike have the same schema; where
they are not, read them with a schema of your own. A shard whose rows have more than 200 different fields has
them as JSON in the column `fields`.

| field | JSON | Arrow | |
|---|---|---|---|
"""


def schema_text() -> str:
    """The JSON Schema as it is written."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def page_text() -> str:
    """The page for people."""
    rows = "".join(map(_table_row, walk((*RECORD_FIELDS, OUTPUT, ROW, DUPLICATE_OF, SHA256, INPUT))))
    return INTRODUCTION + "".join(_places()) + FORMS + rows


def _places() -> Iterator[str]:
    for place in PLACES.values():
        names = ", ".join(f"`{field.name}`" for field in place.fields)
        yield f"- **{place.name}**: {place.about}. {names}.\n"


def _table_row(found: tuple[str, Field]) -> str:
    path, field = found
    return f"| `{path}` | {_json_name(field)} | {_arrow_name(field)} | {_about(field)} |\n"


def _json_name(field: Field) -> str:
    name = "array" if isinstance(field.type, EditList) else JSON_NAMES[type(field.type)]
    return name + " or null" * field.nullable + ", may be missing" * field.optional


def _arrow_name(field: Field) -> str:
    type_ = field.type
    if isinstance(type_, Free):
        return "struct"
    if isinstance(type_, EditList):
        return "string (JSON)"
    return {Items: "list", Group: "struct"}.get(type(type_)) or str(arrow_type(type_))


def _about(field: Field) -> str:
    type_ = field.type
    choices = type_.choices if isinstance(type_, Text) else ()
    return field.about + (": " + ", ".join(f"`{choice}`" for choice in choices) if choices else "")


def write() -> None:
    """Both documents."""
    JSON_SCHEMA.write_text(schema_text(), "utf-8")
    PAGE.write_text(page_text(), "utf-8")


if __name__ == "__main__":
    write()
