"""Writes records as Parquet files; pyarrow is an extra, imported at its first use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice
from typing import IO, Any

from cleaner.corpus.arrow_types import RecordColumns
from cleaner.errors import MissingExtraError, install_hint

# Rows written at a time.
WRITE_BATCH_ROWS = 1024


@cache
def pyarrow_module() -> Any:
    """pyarrow with its Parquet part; MissingExtraError when it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError(f"Parquet needs pyarrow: {install_hint('parquet')}") from error
    return pyarrow


def require_pyarrow() -> None:
    """MissingExtraError when pyarrow is not installed."""
    pyarrow_module()


def write_table(records: Iterable[Mapping[str, Any]], file: IO[bytes]) -> None:
    """Write records as one Parquet file, in the columns that `docs/schema.md` shows.

    They are read twice: the types of their rows' own fields must be known before the first is written.
    """
    pa = pyarrow_module()
    if iter(records) is records:
        records = [*records]
    columns = RecordColumns()
    for record in records:
        columns.see(record)
    schema, rest = columns.schema(), iter(records)
    with pa.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := [columns.values(record) for record in islice(rest, WRITE_BATCH_ROWS)]:
            writer.write_table(pa.Table.from_pylist(batch, schema))
