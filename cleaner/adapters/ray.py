"""Ray Data: batches of rows to batches of records, in actors that load what cleaning needs once.

    dataset.map_batches(CleanBatches, batch_format="pyarrow", compute=ray.data.ActorPoolStrategy(size=8))

For a run with a manifest, a summary and all else that `cleaner clean -o` writes there is `--engine ray`
(`docs/cluster.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleaner.adapters.rows import MissingLibraryError, RowCleaner

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingLibraryError("pyarrow", "ray") from error

from cleaner.adapters.arrow import clean_table


class CleanBatches:
    """A class for `Dataset.map_batches`; its options go into `fn_constructor_kwargs`.

    Rows are cleaned in a process beside the actor: one that hangs, or ends its process, fails alone, where
    Ray would try the whole batch again.

    Args:
        options: those of `cleaner.adapters.rows.RowCleaner`.

    UsageError where one of them cannot be.
    """

    def __init__(self, **options: Any) -> None:
        self._cleaner = RowCleaner(**{"processes": 1} | options)

    def __call__(self, batch: Any) -> pa.Table:
        """The records of a batch in any of Ray's formats, as `arrow.clean_table` has them."""
        return clean_table(_as_table(batch), cleaner=self._cleaner)


def _as_table(batch: Any) -> pa.Table:
    if isinstance(batch, pa.Table):
        return batch
    if isinstance(batch, Mapping):  # of NumPy arrays
        return pa.table({name: pa.array(list(values)) for name, values in batch.items()})
    return pa.Table.from_pandas(batch, preserve_index=False)
