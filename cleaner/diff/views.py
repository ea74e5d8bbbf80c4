"""Documents to views, one each and one at a time, whatever happens to a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cleaner.corpus.readers import Broken
from cleaner.diff.view import View, failed
from cleaner.document import Document
from cleaner.errors import CleanerError, Code, UsageError


def views(items: Iterable[Document | Broken], make: Callable[[Document], View]) -> Iterator[View]:
    """The views in the input's order; `make` gives that of a document. UsageError ends them all."""
    for item in items:
        yield (
            failed(item.id, item.source, item.code, item.message)
            if isinstance(item, Broken)
            else _made(item, make)
        )


def _made(doc: Document, make: Callable[[Document], View]) -> View:
    source = str(doc.meta.get("source", doc.id))
    try:
        return make(doc)
    except UsageError:
        raise
    except CleanerError as error:
        return failed(doc.id, source, Code.UNREADABLE, str(error))
    except Exception as error:  # one document's crash is not the run's
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        message = f"{source}: {doc.id}: {told}; a fault of cleaner, please report it"
        return failed(doc.id, source, Code.CRASHED, message)
