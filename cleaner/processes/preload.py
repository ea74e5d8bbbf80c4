"""What a worker loads before its first document, so that loading counts against no document's time."""

from __future__ import annotations

from functools import cache

from cleaner.analysis.trafilatura import load_stop_words
from cleaner.document import Document
from cleaner.garble.detector import load_networks, load_oddness_table, load_replaced_words
from cleaner.pipeline import clean

WARMUP_TEXT = (
    "The ferry left at eleven and reached the mainland before the bakeries had opened their doors. " * 3
)

MOJIBAKE = "They werenâ€™t late."


@cache
def load_everything() -> None:
    """Load what cleaning needs: once in a process, and not again in one forked from a process that has it.

    langdetect's profiles, the model, trafilatura and ftfy are loaded at their first use, so documents that
    need them are cleaned; the tables and networks that find spun text are loaded by name, and what few
    documents need and takes much memory, which processes then share.
    """
    page = f"<html><body><article><p>{WARMUP_TEXT}</p></article></body></html>"
    for doc in (Document("", WARMUP_TEXT + MOJIBAKE), Document("", page, "html")):
        assert clean(doc).language == "en"
    load_replaced_words()
    load_networks()
    load_oddness_table()
    load_stop_words()
