"""The schema of records is what is documented, and what is written."""

from __future__ import annotations

import pytest

from cleaner.corpus.arrow_types import record_schema
from cleaner.output.schema import FIELDS, PLACES, RECORD_SCHEMA_VERSION, SOURCED_FIELDS, json_schema
from tests import schema_docs


def test_the_documents_are_what_the_code_states() -> None:
    pytest.importorskip("pyarrow")
    assert schema_docs.JSON_SCHEMA.read_text("utf-8") == schema_docs.schema_text(), "run `make docs`"
    assert schema_docs.PAGE.read_text("utf-8") == schema_docs.page_text(), "run `make docs`"


def test_the_json_schema_is_one() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for closed in (False, True):
        jsonschema.Draft202012Validator.check_schema(json_schema(closed=closed))


def test_json_and_arrow_have_the_same_fields() -> None:
    pytest.importorskip("pyarrow")
    for place in PLACES.values():
        names = [field.name for field in place.fields]
        assert record_schema(place.fields).names == names
        properties = json_schema()["$defs"][place.name]["properties"]
        assert [*properties] == [*names, "input"]
    assert record_schema().metadata == {b"schema_version": str(RECORD_SCHEMA_VERSION).encode()}


def test_the_fields_of_the_contract_come_first() -> None:
    pytest.importorskip("pyarrow")
    assert FIELDS[:5] == ("id", "source", "verdict", "text", "held")
    sources = record_schema().field("sources").type
    assert [sources.field(i).name for i in range(sources.num_fields)] == [*SOURCED_FIELDS]
