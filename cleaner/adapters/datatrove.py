"""datatrove: a step of a pipeline that cleans documents, between a reader and a writer.

LocalPipelineExecutor([WarcReader("crawl/"), Clean(timeout=30), JsonlWriter("cleaned/")]).run()
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any, Literal

from cleaner.adapters.rows import MissingLibraryError, Record, RowCleaner
from cleaner.errors import UsageError

try:
    from datatrove.data import Document
    from datatrove.pipeline.base import PipelineStep
    from datatrove.utils.typeshelper import StatHints
except ImportError as error:
    raise MissingLibraryError("datatrove", "datatrove") from error

# Names that no reader gives to a field of its own.
_TEXT, _ID = "text of the document", "id of the document"


class Clean(PipelineStep):
    """Puts the clean text in a document's text, and the rest of its record into its metadata.

    What was there under the name of a field of the record is in the metadata's `input`. A document without a
    text for the corpus (its `verdict` is not `clean`, or its text is `held`) goes the way that `rejected`
    says. Documents, verdicts, notes and what is dropped are counted in the step's statistics.

    Args:
        rejected: `drop` takes it out of the pipeline, with its raw text into the `exclusion_writer`; `keep`
            passes it on with an empty text, its verdict in the metadata.
        exclusion_writer: a datatrove writer for what is dropped; `filter_reason` in the metadata says why.
        options: those of `rows.RowCleaner`, but for the columns of text and id.

    UsageError for options that cannot be, TypeError for unknown ones.
    """

    name = "cleaner"
    type = "🧹 - CLEANER"

    def __init__(
        self,
        rejected: Literal["drop", "keep"] = "drop",
        exclusion_writer: Any = None,
        **options: Any,
    ) -> None:
        super().__init__()
        if rejected not in ("drop", "keep"):
            raise UsageError(f"no rejected {rejected!r}; it is drop, keep")
        self.rejected, self.exclusion_writer = rejected, exclusion_writer
        self.rows = RowCleaner(document_column=_TEXT, id_column=_ID, **options)

    def run(self, data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The documents of `data` cleaned, in their order."""
        waiting: deque[Document] = deque()
        records = self.rows.clean_rows(_row(doc, waiting) for doc in data or ())
        with self.exclusion_writer or nullcontext() as writer:
            while True:
                with self.track_time():
                    record = next(records, None)
                if record is None:
                    return
                doc = waiting.popleft()
                if self._passes(doc, record):
                    yield doc
                elif writer:
                    writer.write(doc, rank)

    def _passes(self, doc: Document, record: Record) -> bool:
        """Count the document and change it; whether it stays in the pipeline."""
        verdict, text = record["verdict"], record["text"]
        passes = bool(text) or self.rejected == "keep"
        self.stat_update(StatHints.total, verdict)
        if record["note"]:
            self.stat_update(f"note_{record['note']}")
        doc.metadata = {name: value for name, value in record.items() if name not in ("id", "text")}
        if passes:
            doc.text = text
            self.stat_update(StatHints.forwarded)
            self.update_doc_stats(doc)
        else:
            reason = "held" if verdict == "clean" else verdict
            doc.metadata["filter_reason"] = reason
            self.stat_update(StatHints.dropped, f"dropped_{reason}")
        return passes


def _row(doc: Document, waiting: deque[Document]) -> Record:
    waiting.append(doc)
    return {**doc.metadata, _TEXT: doc.text, _ID: doc.id}
