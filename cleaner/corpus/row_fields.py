"""Which fields of a row hold its document and its id: the same in files of rows and in tables of adapters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def document_field(
    row: Mapping[str, Any], names: Iterable[str], types: type | tuple[type, ...]
) -> str | None:
    """The first field with one of `types` that is not blank; if all are blank, the first with one of them."""
    held = [name for name in names if isinstance(row.get(name), types)]
    return next((name for name in held if row[name].strip()), held[0] if held else None)


def row_id(value: Any) -> str | None:
    """What a row's id field says: a string or a whole number; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)
