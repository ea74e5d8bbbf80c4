"""The header of the tables that are built: what is in them, where it is from, and a digest of the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def with_header(format_name: str, source: str, rows: Iterable[str], licence: Iterable[str] = ()) -> bytes:
    """A table's rows under a header with its format and source; `licence` are lines that must stand there."""
    text = "".join(f"{row}\n" for row in rows)
    header = [
        f"# format: {format_name}",
        "# version: 1",
        f"# source: {source}",
        *(f"#   {line}".rstrip() for line in licence),
        f"# sha256 of the rest: {hashlib.sha256(text.encode()).hexdigest()}",
    ]
    return ("\n".join(header) + "\n" + text).encode()
