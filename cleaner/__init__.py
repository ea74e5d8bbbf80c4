"""Clean corpus text from scraped articles: the body kept, every cut with its reason, the raw recoverable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from cleaner.document import Document, Kind
from cleaner.errors import CleanerError, DocumentError, RecordError, UsageError
from cleaner.settings import Settings

if TYPE_CHECKING:
    from cleaner.cleaned import Cleaned

__version__ = "0.1.0"
__all__ = [
    "CleanerError",
    "Document",
    "DocumentError",
    "RecordError",
    "Settings",
    "UsageError",
    "clean",
    "clean_many",
]


def clean(
    raw: str | bytes,
    *,
    kind: Literal["auto", "html", "text"] = "auto",
    url: str | None = None,
    settings: Settings | None = None,
) -> Cleaned:
    """Clean one raw document.

    Args:
        raw: the document as str or as bytes, whose charset is found out.
        kind: what it is; `auto` looks.
        url: where it came from, if known.
        settings: how to clean; the defaults if None.

    Returns:
        The result: `.text`, `.title`, `.verdict`, `.removed`, `.edits`, and `.restore()`, which gives `raw`
        back. A document in which nothing is worth keeping has the verdict `empty`; nothing is raised.
    """
    from cleaner.decode import decode, guess_kind
    from cleaner.pipeline import clean as run

    given: Kind | None = None if kind == "auto" else kind
    text, encoding = (raw, None) if isinstance(raw, str) else decode(raw, kind=given)
    doc = Document("", text, given or guess_kind(text), url, encoding)
    return run(doc, settings)


def clean_many(documents: Iterable[Document], *, settings: Settings | None = None) -> Iterator[Cleaned]:
    """Clean documents one after the other, in their order, each as it is asked for."""
    from cleaner.pipeline import clean as run

    for doc in documents:
        yield run(doc, settings)
