"""What is found in a spun document: a score, and the words that were swapped in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GarbledSpan:
    """Spun words: offsets into the text, the words there, the original words, and the gain.

    The gain is the log-odds (nats) of `instead` against all other words that could be there, those of the
    text included: below 0 the words are probably spun, but their original is uncertain.
    """

    start: int
    end: int
    text: str
    instead: str
    gain: float


@dataclass(frozen=True, slots=True)
class Garbled:
    """The finding that a document's words were substituted: a calibrated score and where."""

    score: float
    spans: tuple[GarbledSpan, ...] = ()
