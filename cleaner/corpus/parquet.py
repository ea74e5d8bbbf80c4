"""Writes records as Parquet files; pyarrow is an extra, imported at its first use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import IO, Any

from cleaner.errors import CleanerError
from cleaner.json_lines import dumps
from cleaner.output.record import FIELDS, RECORD_SCHEMA_VERSION
from cleaner.surrogates import replace_surrogates

# Fields written as JSON, since their structure differs from row to row.
JSON_COLUMNS = ("garbled", "removed", "record", "error", "sources")
STRING_COLUMNS = (
    "id", "source", "verdict", "text", "held", "title", "language", "author", "date", "url", "site", "note",
)  # fmt: skip
NUMBER_COLUMNS = ("confidence", "schema_version")


class MissingExtraError(CleanerError):
    """An optional dependency is not installed."""


@cache
def pyarrow_module() -> Any:
    """pyarrow with its Parquet part; MissingExtraError when it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("Parquet needs pyarrow: pip install pyarrow") from error
    return pyarrow


def require_pyarrow() -> None:
    """MissingExtraError when pyarrow is not installed."""
    pyarrow_module()


@cache
def _schema() -> Any:
    """The same for every shard of every run, so that shards can be read together."""
    pa = pyarrow_module()
    columns = [(name, pa.string()) for name in STRING_COLUMNS]
    columns += [("confidence", pa.float64()), ("schema_version", pa.int32())]
    columns += [("duplicate_of", pa.string()), ("similarity", pa.float64())]
    columns += [(name, pa.string()) for name in (*JSON_COLUMNS, "fields")]
    return pa.schema(columns, {"schema_version": str(RECORD_SCHEMA_VERSION)})


def write_table(rows: Iterable[Mapping[str, Any]], file: IO[bytes]) -> None:
    """Write records as one Parquet file; nested fields, and those of the input row, as JSON in a column."""
    pa = pyarrow_module()
    with pa.parquet.ParquetWriter(file, _schema(), compression="zstd") as writer:
        batch: list[dict[str, Any]] = []
        for row in rows:
            batch.append(_to_columns(row))
            if len(batch) == 1024:
                writer.write_table(pa.Table.from_pylist(batch, _schema()))
                batch = []
        if batch:
            writer.write_table(pa.Table.from_pylist(batch, _schema()))


def _to_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: _without_surrogates(row.get(name)) for name in STRING_COLUMNS}
    flat |= {name: row.get(name) for name in NUMBER_COLUMNS}
    duplicate_of = row.get("duplicate_of") or {}
    flat |= {
        "duplicate_of": _without_surrogates(duplicate_of.get("id")),
        "similarity": duplicate_of.get("similarity"),
    }
    flat |= {name: _json_text(row[name]) if row.get(name) is not None else None for name in JSON_COLUMNS}
    input_fields = {name: value for name, value in row.items() if name not in FIELDS and name not in flat}
    return flat | {"fields": _json_text(input_fields) if input_fields else None}


def _without_surrogates(value: Any) -> Any:
    """Half of a surrogate pair has no UTF-8 form; the record in `records/` holds the text as it was."""
    return replace_surrogates(value) if isinstance(value, str) else value


def _json_text(value: Any) -> str:
    return dumps(value).decode()
