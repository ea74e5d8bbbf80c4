"""Documents to views, one each and one at a time, whatever happens to a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cleaner.corpus.readers import FailedInput
from cleaner.diff.view import DocumentDiff, failed_diff
from cleaner.document import Document
from cleaner.errors import CleanerError, ErrorCode, UsageError


def diff_documents(
    items: Iterable[Document | FailedInput], make_diff: Callable[[Document], DocumentDiff]
) -> Iterator[DocumentDiff]:
    """The views in the input's order; `make` gives that of a document. UsageError ends them all."""
    for item in items:
        yield (
            failed_diff(item.id, item.source, item.code, item.message)
            if isinstance(item, FailedInput)
            else _diff_or_failure(item, make_diff)
        )


def _diff_or_failure(doc: Document, make_diff: Callable[[Document], DocumentDiff]) -> DocumentDiff:
    source = str(doc.meta.get("source", doc.id))
    try:
        return make_diff(doc)
    except UsageError:
        raise
    except CleanerError as error:
        return failed_diff(doc.id, source, ErrorCode.UNREADABLE, str(error))
    except Exception as error:  # one document's crash is not the run's
        description = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        message = f"{source}: {doc.id}: {description}; a fault of cleaner, please report it"
        return failed_diff(doc.id, source, ErrorCode.CRASHED, message)
