"""What a worker loads before its first document, so that loading counts against no document's time."""

from __future__ import annotations

from functools import cache

from cleaner.document import Document
from cleaner.garble.detector import load_networks, load_replaced_words
from cleaner.pipeline import clean

WARMUP_TEXT = (
    "The ferry left at eleven and reached the mainland before the bakeries had opened their doors. " * 3
)


@cache
def load_everything() -> None:
    """Load what cleaning needs: once in a process, and not again in one forked from a process that has it.

    langdetect's profiles, the model and trafilatura are loaded at their first use, so two documents are
    cleaned; the tables and networks that find spun text are loaded by name.
    """
    page = f"<html><body><article><p>{WARMUP_TEXT}</p></article></body></html>"
    for doc in (Document("", WARMUP_TEXT), Document("", page, "html")):
        assert clean(doc).language == "en"
    load_replaced_words()
    load_networks()
