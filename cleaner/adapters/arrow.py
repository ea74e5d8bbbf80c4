"""Arrow: record batches in, record batches out; also for Spark's `mapInArrow`, and through tables for pandas
and polars.

A batch has a row a document and comes out with as many rows: the columns of the record, as `docs/schema.md`
has them, then the other columns of the batch, as they are. Those of them that have the name of a field of the
record are in the struct `input`; the document and the id are not repeated. Options are those of
`rows.RowCleaner`; one that is there already may be given as `cleaner`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cleaner.adapters.rows import MissingLibraryError, RowCleaner
from cleaner.corpus.arrow_types import SCHEMA_METADATA, record_schema, table_values
from cleaner.output.schema import FIELDS, INPUT, RECORD_FIELDS

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingLibraryError("pyarrow", "arrow") from error

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

# Rows cleaned at a time: few, since each may hold a whole page.
BATCH_ROWS = 256


def clean_batch(batch: pa.RecordBatch, **options: Any) -> pa.RecordBatch:
    """The records of the documents in a batch, a row each, in their order.

    A row without a document, or whose document cannot be cleaned, has the verdict `failed` and says why in
    `error`. UsageError for options that cannot be, TypeError for unknown ones.
    """
    cleaner = _row_cleaner(**options)
    layout = _Layout(batch.schema, cleaner)
    records = cleaner.clean_rows(layout.rows(batch))
    values = [table_values(layout.fields, record) for record in records]
    cleaned = pa.RecordBatch.from_pylist(values, record_schema(layout.fields))
    arrays = [*cleaned.columns, *(batch.column(name) for name in layout.carried)]
    if layout.clashing:
        fields = [batch.schema.field(name) for name in layout.clashing]
        arrays.append(pa.StructArray.from_arrays([batch.column(f.name) for f in fields], fields=fields))
    return pa.RecordBatch.from_arrays(arrays, schema=layout.schema)


def clean_table(table: pa.Table, **options: Any) -> pa.Table:
    """The same for a table: `clean_table(df.to_arrow())` of polars, `pa.Table.from_pandas(df)` of pandas."""
    batches = map_in_arrow(table.to_batches(max_chunksize=BATCH_ROWS), **options)
    return pa.Table.from_batches(batches, output_schema(table.schema, **options))


def map_in_arrow(batches: Iterable[pa.RecordBatch], **options: Any) -> Iterator[pa.RecordBatch]:
    """The batches cleaned one by one, each when it is asked for: `df.mapInArrow(map_in_arrow, schema)`.

    With options: `df.mapInArrow(functools.partial(map_in_arrow, timeout=30), schema)`; `spark_schema` gives
    the schema.
    """
    return map(partial(clean_batch, **options), batches)


def output_schema(schema: pa.Schema, **options: Any) -> pa.Schema:
    """The schema of what `clean_batch` makes of batches with this one."""
    return _Layout(schema, _row_cleaner(**options)).schema


def spark_schema(schema: StructType, **options: Any) -> StructType:
    """The same for Spark: of `df.schema`, the schema that `mapInArrow` must be told."""
    try:
        from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
    except ImportError as error:
        raise MissingLibraryError("pyspark", "spark") from error
    return from_arrow_schema(output_schema(to_arrow_schema(schema), **options))


def _row_cleaner(cleaner: RowCleaner | None = None, **options: Any) -> RowCleaner:
    """The cleaner that was given, or one with these options."""
    if cleaner is None:
        return RowCleaner(**options)
    return replace(cleaner, **options)


class _Layout:
    """Which columns of a batch are read, and which come out again.

    Attributes:
        fields: those of the record.
        read: those with document, id and address.
        carried: those that come out under their own name.
        clashing: those that come out in `input`.
    """

    def __init__(self, schema: pa.Schema, cleaner: RowCleaner) -> None:
        known = {*cleaner.document_columns, cleaner.id_column, cleaner.url_column}
        self.read = [name for name in schema.names if name in known]
        others = [name for name in schema.names if name not in self._used(schema, cleaner)]
        self.carried = [name for name in others if name not in (*FIELDS, INPUT.name)]
        self.clashing = [name for name in others if name not in self.carried]
        without = {"record"} if cleaner.record == "none" else set()
        self.fields = [stated for stated in RECORD_FIELDS if stated.name not in without]
        self.schema = self._schema_after(schema)

    def _schema_after(self, schema: pa.Schema) -> pa.Schema:
        fields = [*record_schema(self.fields), *map(schema.field, self.carried)]
        if self.clashing:
            fields.append(pa.field(INPUT.name, pa.struct([*map(schema.field, self.clashing)])))
        return pa.schema(fields, SCHEMA_METADATA)

    @staticmethod
    def _used(schema: pa.Schema, cleaner: RowCleaner) -> set[str]:
        """The column of documents (`html`, where there is a `text` too), and that of ids."""
        documents = [name for name in cleaner.document_columns if name in schema.names]
        name = cleaner.id_column
        ids = [name] if name in schema.names and _holds_ids(schema.field(name).type) else []
        return {*documents[:1], *ids}

    def rows(self, batch: pa.RecordBatch) -> Iterator[Mapping[str, Any]]:
        """The rows with the columns that are read, so many at a time as memory is spared."""
        chosen = batch.select(self.read)
        if not self.read:
            yield from ({} for _ in range(batch.num_rows))
            return
        for start in range(0, batch.num_rows, BATCH_ROWS):
            yield from chosen.slice(start, BATCH_ROWS).to_pylist()


def _holds_ids(type_: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(type_):
        return _holds_ids(type_.value_type)
    return str(type_) in ("string", "large_string", "string_view") or bool(types.is_integer(type_))
