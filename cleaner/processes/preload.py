"""Loads everything that cleaning needs, as it is imported: once, before processes are forked from this one.

langdetect's profiles, the model and trafilatura are loaded at their first use, so two documents are cleaned;
what reads spun text is loaded by name.
"""

from __future__ import annotations

import gc

from cleaner.document import Document
from cleaner.garble.detector import load_networks, load_table
from cleaner.pipeline import clean

WARMUP_TEXT = (
    "The ferry left at eleven and reached the mainland before the bakeries had opened their doors. " * 3
)


def load_everything() -> None:
    """Nothing is left to load after this."""
    page = f"<html><body><article><p>{WARMUP_TEXT}</p></article></body></html>"
    for doc in (Document("", WARMUP_TEXT), Document("", page, "html")):
        assert clean(doc).language == "en"
    load_table()
    load_networks()


load_everything()
gc.collect()
gc.freeze()  # what is shared stays shared: the collector would write to every page
