"""Reads and writes rows of Parquet files; pyarrow is an extra, imported at its first use."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import IO, Any

from cleaner.corpus.arrow_types import RecordColumns
from cleaner.errors import CleanerError

# Rows read at a time: few, since one may hold a whole page. Rows written at a time.
READ_BATCH_ROWS, WRITE_BATCH_ROWS = 64, 1024


class MissingExtraError(CleanerError):
    """An optional dependency is not installed."""


@cache
def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("Parquet needs pyarrow: pip install pyarrow") from error
    return pyarrow


def require_pyarrow() -> None:
    """MissingExtraError when pyarrow is not installed."""
    _pyarrow()


def parquet_errors() -> tuple[type[Exception], ...]:
    """What reading a damaged file raises."""
    return (_pyarrow().ArrowException, OSError, ValueError)


def read_table_rows(file: IO[bytes], after: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows and their numbers, from 1, after the first `after`; row groups before that are not read."""
    table = _pyarrow().parquet.ParquetFile(file, page_checksum_verification=True)
    number = 0
    for group in range(table.num_row_groups):
        rows = table.metadata.row_group(group).num_rows
        if number + rows <= after:
            number += rows
            continue
        for batch in table.iter_batches(batch_size=READ_BATCH_ROWS, row_groups=[group], use_threads=False):
            if number + batch.num_rows <= after:
                number += batch.num_rows
                continue
            for row in batch.to_pylist():
                number += 1
                if number > after:
                    yield number, row


def to_json_value(value: Any) -> Any:
    """A table's value as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): to_json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(inner) for inner in value]
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Decimal | datetime.timedelta):
        return str(value)
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return None if value != value else str(value)
    return value


def write_table(records: Iterable[Mapping[str, Any]], file: IO[bytes]) -> None:
    """Write records as one Parquet file, in the columns that `docs/schema.md` shows.

    They are read twice: the types of their rows' own fields must be known before the first is written.
    """
    pa = _pyarrow()
    if iter(records) is records:
        records = [*records]
    columns = RecordColumns()
    for record in records:
        columns.see(record)
    schema, rest = columns.schema(), iter(records)
    with pa.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := [columns.values(record) for record in islice(rest, WRITE_BATCH_ROWS)]:
            writer.write_table(pa.Table.from_pylist(batch, schema))
