"""Spun text, whose words a program replaced: whether a document is, where, and what the words were. English
only; off for the rest.

Nothing heavy is imported here: numpy is imported for the first text that the prefilter does not let pass.
"""

from __future__ import annotations

from collections.abc import Callable

from cleaner.garble.passage_prefilter import Suspicion, suspicion_of
from cleaner.garble.restore import edits_to_cut, edits_to_restore, remaining_garbled
from cleaner.garble.result import Garbled, GarbledSpan

__all__ = ["Garbled", "GarbledSpan", "detect_spun", "edits_to_cut", "edits_to_restore", "remaining_garbled"]


def detect_spun(text: str, language: Callable[[], str | None]) -> Garbled | None:
    """The finding that an English text is spun, or that a part of it is, with the spans; None for any other.

    `language` returns an ISO 639-1 code, or None for a text too short to tell, which is taken for English; it
    is called only for the few texts that the prefilter does not let pass.
    """
    suspicion = suspicion_of(text)
    if suspicion is Suspicion.NONE or language() not in (None, "en"):
        return None
    from cleaner.garble.detector import detect_with_model, may_begin_spun

    if suspicion is Suspicion.DOUBT and not may_begin_spun(text):
        return None
    return detect_with_model(text)
