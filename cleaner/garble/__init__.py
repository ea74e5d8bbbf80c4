"""Spun text: whether a document is, where, and what stood there before. English only; off for the rest.

Nothing heavy is imported here: numpy comes with the first text that a glance does not let go.
"""

from __future__ import annotations

from collections.abc import Callable

from cleaner.garble.prefilter import glance
from cleaner.garble.restore import left, restore
from cleaner.garble.result import Garbled, GarbledSpan

__all__ = ["Garbled", "GarbledSpan", "left", "restore", "spun"]


def spun(text: str, language: Callable[[], str | None]) -> Garbled | None:
    """The finding that an English text is spun, with its spans; None for text that is not, or not English.

    `language` gives an ISO 639-1 code when it is asked, which is seldom; None (too short to tell) is read as
    English.
    """
    if not glance(text) or language() not in (None, "en"):
        return None
    from cleaner.garble.detector import read

    return read(text)
