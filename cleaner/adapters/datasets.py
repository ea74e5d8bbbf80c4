"""Hugging Face datasets: a function for `Dataset.map(batched=True)`.

    dataset.map(batch_cleaner(timeout=30), batched=True)

It gives whole tables, of which all columns have their type from the first batch on, whatever that holds: the
columns of `arrow.clean_batch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cleaner.adapters.rows import MissingLibraryError, RowCleaner

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingLibraryError("pyarrow", "datasets") from error

from cleaner.adapters.arrow import clean_table


@dataclass(frozen=True, slots=True)
class BatchCleaner:
    """Cleans a batch of a dataset. Equal ones have the same fingerprint; another version has another one.

    Attributes:
        rows: how each row is cleaned.
    """

    rows: RowCleaner

    def __call__(self, batch: Mapping[str, Any] | pa.Table) -> pa.Table:
        """The records of a batch, columns by name or a table (`with_format("arrow")`)."""
        table = batch if isinstance(batch, pa.Table) else getattr(batch, "pa_table", None)
        return clean_table(pa.table(dict(batch)) if table is None else table, cleaner=self.rows)


def batch_cleaner(**options: Any) -> BatchCleaner:
    """What `Dataset.map(…, batched=True)` calls; options are those of `rows.RowCleaner`.

    UsageError for options that cannot be, TypeError for unknown ones.
    """
    return BatchCleaner(RowCleaner(**options))
