"""Reads the rows of Parquet files, also beside values and columns that cannot be read.

A column that is damaged is left out of its rows and named; what Python's types cannot hold (nanoseconds,
years beyond 9999, a zone that nobody knows) is read as text.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import IO, Any, NamedTuple

from cleaner.corpus.parquet import pyarrow_module

# Rows read at a time: few, since one may hold a whole page.
READ_BATCH_ROWS = 64
# What reading and converting a damaged or odd value raises is not told by pyarrow: OverflowError, errors of
# time zones, of memory, of its own. All of it costs the value, its row or its row group.
READ_ERRORS = (Exception,)


class TableItem(NamedTuple):
    """A row and its number, from 1; or a stretch of rows of which nothing can be read.

    `faults` says for each column that cannot be read here why not; `row` is None where none can, and
    `number` is then the first of `n_rows`.
    """

    number: int
    row: Mapping[str, Any] | None
    faults: Mapping[str, str] = {}
    n_rows: int = 1


def read_table_rows(file: IO[bytes], after: int) -> Iterator[TableItem]:
    """Rows after the first `after`; row groups before that are not read.

    Raises what pyarrow raises for a file that is no table.
    """
    table = pyarrow_module().parquet.ParquetFile(file, page_checksum_verification=True)
    first_number = 1
    for group in range(table.num_row_groups):
        n_rows = table.metadata.row_group(group).num_rows
        if first_number + n_rows - 1 > after:
            yield from _rows_of_group(table, group, first_number, max(after + 1 - first_number, 0), n_rows)
        first_number += max(n_rows, 0)


def _rows_of_group(table: Any, group: int, first: int, skip: int, n_rows: int) -> Iterator[TableItem]:
    """The rows of a group, of which the first has the number `first`, after the first `skip`."""
    n_read = 0
    try:
        for batch in _batches(table, group):
            if n_read + batch.num_rows > skip:
                for at, item in enumerate(_rows_of_batch(batch), first + n_read):
                    if at >= first + skip:
                        yield item._replace(number=at)
            n_read += batch.num_rows
        is_whole = n_read >= n_rows  # a damaged page may end the batches, and nothing is raised
    except READ_ERRORS:
        is_whole = False
    if not is_whole:
        yield from _rows_by_column(table, group, first, max(skip, n_read), n_rows)


def _batches(table: Any, group: int, **columns: Any) -> Iterator[Any]:
    yield from table.iter_batches(
        batch_size=READ_BATCH_ROWS, row_groups=[group], use_threads=False, **columns
    )


def _rows_of_batch(batch: Any) -> Iterator[TableItem]:
    try:
        rows = batch.to_pylist()
    except READ_ERRORS:
        rows = None
    if rows is not None:
        yield from (TableItem(0, row) for row in rows)
        return
    for at in range(batch.num_rows):
        yield _item(0, {name: (batch.column(k), at) for k, name in enumerate(batch.schema.names)})


def _item(number: int, cells: Mapping[str, tuple[Any, int] | str]) -> TableItem:
    """A row of its cells, each a place in an array, or why it cannot be read."""
    row, faults = dict[str, Any](), dict[str, str]()
    for name, cell in cells.items():
        try:
            if isinstance(cell, str):
                faults[name] = cell
            else:
                row[name] = _value(cell[0][cell[1]])
        except READ_ERRORS as error:
            faults[name] = fault_text(error)
    return TableItem(number, row, faults)


def fault_text(error: BaseException) -> str:
    """Why a value cannot be read, in one line."""
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 ({error.reason})"
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _rows_by_column(table: Any, group: int, first: int, skip: int, n_rows: int) -> Iterator[TableItem]:
    """The rows of a group that cannot be read as a whole: each column for itself, as far as it goes."""
    columns = {name: _cells(table, group, name, skip) for name in table.schema_arrow.names}
    for at in range(skip, n_rows):
        cells = {name: next(cells) for name, cells in columns.items()}
        if all(isinstance(cell, str) for cell in cells.values()):
            yield TableItem(first + at, None, {name: str(cell) for name, cell in cells.items()}, n_rows - at)
            return
        yield _item(first + at, cells)


def _cells(table: Any, group: int, name: str, skip: int) -> Iterator[tuple[Any, int] | str]:
    """The cells of one column after the first `skip`; behind those that can be read, why not, for ever."""
    fault, n_read = "its column is shorter than others", 0
    try:
        for batch in _batches(table, group, columns=[name]):
            array = batch.column(0)
            yield from ((array, at) for at in range(max(skip - n_read, 0), len(array)))
            n_read += len(array)
    except READ_ERRORS as error:
        fault = fault_text(error)
    while True:
        yield fault


# -- values


def _value(scalar: Any) -> Any:
    """A value as Python has it, or as text where Python has no type for it."""
    try:
        return scalar.as_py()
    except READ_ERRORS:
        odd = _odd_value(scalar)
        if odd is None:
            raise
        return odd


def _odd_value(scalar: Any) -> Any:
    """A value that Python cannot hold; None where there is no other way to say it."""
    types = pyarrow_module().types
    if types.is_temporal(scalar.type):
        return _time_text(scalar)
    if types.is_struct(scalar.type):
        return {field.name: _value(scalar[k]) for k, field in enumerate(scalar.type)}
    if (
        types.is_list(scalar.type)
        or types.is_large_list(scalar.type)
        or types.is_fixed_size_list(scalar.type)
    ):
        return [_value(item) for item in scalar.values]
    return None


def _time_text(scalar: Any) -> str:
    """A time as ISO 8601 writes it, with all of its digits: in UTC where it has a zone."""
    import numpy

    types = pyarrow_module().types
    if types.is_timestamp(scalar.type):
        zone = "+00:00" if scalar.type.tz else ""
        return f"{numpy.datetime64(scalar.value, scalar.type.unit)}{zone}"
    if types.is_date(scalar.type):
        return str(numpy.datetime64(scalar.value, "D" if types.is_date32(scalar.type) else "ms"))
    if types.is_duration(scalar.type):
        return f"{scalar.value} {scalar.type.unit}"
    return str(scalar.cast(pyarrow_module().string()).as_py())


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
