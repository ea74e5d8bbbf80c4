"""Spun text: whether a document is, where, and what stood there before. English only; off for the rest.

Nothing heavy is imported here: numpy comes with the first text that a glance does not let go.
"""

from __future__ import annotations

from collections.abc import Callable

from cleaner.garble.prefilter import may_be_spun
from cleaner.garble.restore import edits_to_restore, remaining_garbled
from cleaner.garble.result import Garbled, GarbledSpan

__all__ = ["Garbled", "GarbledSpan", "detect_spun", "edits_to_restore", "remaining_garbled"]


def detect_spun(text: str, language: Callable[[], str | None]) -> Garbled | None:
    """The finding that an English text is spun, with its spans; None for text that is not, or not English.

    `language` gives an ISO 639-1 code when it is asked, which is seldom; None (too short to tell) is read as
    English.
    """
    if not may_be_spun(text) or language() not in (None, "en"):
        return None
    from cleaner.garble.detector import detect_with_model

    return detect_with_model(text)
