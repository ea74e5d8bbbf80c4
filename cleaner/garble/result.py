"""What is found in a spun document: a score, which parts are spun, and the words that were swapped in."""

from __future__ import annotations

from dataclasses import dataclass

# A document of which less is spun is not held back as a whole: a comment, a paragraph taken from elsewhere.
PARTLY_SPUN_SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class GarbledSpan:
    """Spun words: offsets into the text, the words there, the original words, and the gain.

    The gain is the log-odds (nats) of `instead` against all other words that could be there, those of the
    text included: below 0 the words are probably spun, but their original is uncertain. `families` names the
    families of substitutions that make this swap; it is empty where they are not known.
    """

    start: int
    end: int
    text: str
    instead: str
    gain: float
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Garbled:
    """The finding that words of a document were substituted: a calibrated score and where.

    Attributes:
        score: the log-odds of the document, or of its spun part where it is a clean text otherwise.
        spans: the spun words, in order.
        family: the family of substitutions that has the strongest evidence; empty where it is not known.
        share: the share (0 to 1) of the text's words that stand in spun paragraphs.
        parts: the spun paragraphs as ranges (start, end) of the text, in order, adjoining ones as one; empty
            where the whole text is spun.
    """

    score: float
    spans: tuple[GarbledSpan, ...] = ()
    family: str = ""
    share: float = 1.0
    parts: tuple[tuple[int, int], ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether so little is spun that the rest is let through."""
        return self.share < PARTLY_SPUN_SHARE
