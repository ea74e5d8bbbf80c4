"""Signatures: forms of one to four words that no writer uses and that give a manner of spinning away.

One is a slip, a quotation or a coincidence; two distinct ones in one text were put there by a program. What a
form stands for makes it distinct: `withinside the` and `withinside a` count once. A text about spun text says
what a form stands for: there it counts for nothing. Found in one pass, without the language model and without
numpy.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from cleaner.garble.plain_text import one_byte_a_character
from cleaner.garble.tokenize import overlaps_any, quoted_ranges

DATA = Path(__file__).parents[1] / "data"
# With two distinct signatures none of the clean texts that were counted is called spun; with one, some are.
MIN_DISTINCT_SIGNATURES = 2
# How a text says what a form stands for: `take a gander at instead of look at`, `turned learn more into study
# extra`, `the Financial Times the Monetary Occasions`. All of it stands in one sentence, side by side: a spun
# text may say `withinside the garden rather than in the house`.
MAX_EXPLAINED_CHARS, MIN_UNLINKED_CHARS = 80, 7
LINK_AFTER = re.compile(
    r"(?:\s+(?:that|at|to|of|the|an?|in|on))?[^\w\s]*\s*"
    r"(?:(?:instead of|rather than|in place of|for|meaning|means|meant|not)\b|[=→]|->)",
    re.IGNORECASE,
)
LINK_BEFORE = re.compile(
    r"(?:\b(?:into|as|becomes?|became|not|for|to)|[=→]|->)[^\w\n]*(?:(?:a|an|the)\s+)?\Z", re.IGNORECASE
)
SENTENCE_END = re.compile(r"[.?!\n]")


class Signature(NamedTuple):
    """A form in lower case, the manners that write it, and the words it stands for."""

    form: str
    manners: tuple[str, ...]
    original: str


class SignatureHit(NamedTuple):
    """A signature found at `text[start:end]` (code points)."""

    start: int
    end: int
    signature: Signature


@dataclass(frozen=True)
class SignatureTable:
    """The signatures."""

    signatures: tuple[Signature, ...]

    @property
    def patterns(self) -> list[bytes]:
        """What is looked for in a text as `one_byte_a_character` gives it, for each signature."""
        return [f" {row.form} ".encode() for row in self.signatures]

    @cached_property
    def finder(self) -> BytesAhoCorasick:
        """What finds all signatures in one pass; pattern k is that of signature k."""
        return BytesAhoCorasick(self.patterns)


def build_signature_table(signatures: Iterable[Signature]) -> SignatureTable:
    """The look-up structure."""
    return SignatureTable(tuple(signatures))


@cache
def load_signature_table() -> SignatureTable:
    """The table that training wrote: form, manners, original; lines that start with # are its header."""
    lines = gzip.decompress((DATA / "garble-signatures.tsv.gz").read_bytes()).decode().splitlines()
    return build_signature_table(
        Signature(form, tuple(manners.split(",")), original)
        for form, manners, original in (line.split("\t") for line in lines if not line.startswith("#"))
    )


def find_signatures(
    text: str, table: SignatureTable | None = None, plain: bytes | None = None
) -> list[SignatureHit]:
    """The signatures outside quotation marks, in order; of overlapping ones the longest.

    A form is found whole, its words a single space apart: punctuation and line ends part it. `plain` is
    `one_byte_a_character(text)`, where that is known already.
    """
    return find_used_and_mentioned(text, table, plain)[0]


def find_used_and_mentioned(
    text: str, table: SignatureTable | None = None, plain: bytes | None = None
) -> tuple[list[SignatureHit], list[SignatureHit]]:
    """What `find_signatures` finds, in two: those that the text uses, and those of which it says what they
    stand for, here or in another place."""
    table = table or load_signature_table()
    plain = one_byte_a_character(text) if plain is None else plain
    found = table.finder.find_matches_as_indexes(plain, overlapping=True)
    if not found:
        return [], []
    # a pattern has a space on either side, and the text one in front: in the text it ends two earlier
    spans = [(first, end - 2, table.signatures[k]) for k, first, end in found]
    quoted = quoted_ranges(text)
    spans = [span for span in spans if not overlaps_any(*span[:2], quoted)]
    hits = [SignatureHit(*span) for span in _longest_apart(spans)]
    explained = {hit.signature.original for hit in hits if is_explained(text, hit)}
    used = [hit for hit in hits if hit.signature.original not in explained]
    return used, [hit for hit in hits if hit.signature.original in explained]


def is_explained(text: str, hit: SignatureHit) -> bool:
    """Whether the text says beside the form what it stands for: it is mentioned there, not used."""
    form, original = hit.signature.form.split(), hit.signature.original.lower().split()
    wanted = {word for word in original if word not in form} or {*original}
    if not wanted:  # nothing is known that it stands for
        return False
    before = SENTENCE_END.split(text[max(hit.start - MAX_EXPLAINED_CHARS, 0) : hit.start])[-1]
    after = SENTENCE_END.split(text[hit.end : hit.end + MAX_EXPLAINED_CHARS])[0]
    link = LINK_AFTER.match(after)
    if link and wanted <= {*_words(after[link.end() :])[: len(original)]}:
        return True
    link = LINK_BEFORE.search(before)
    if link and wanted <= {*_words(before[: link.start()])[-len(original) :]}:
        return True
    is_long = sum(map(len, wanted)) >= MIN_UNLINKED_CHARS  # an article may stand between
    return is_long and wanted <= {*_words(before)[-len(original) - 1 :]}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _longest_apart(spans: Sequence[tuple[int, int, Signature]]) -> list[tuple[int, int, Signature]]:
    """The longest of the spans that overlap, in order of the text; of equals the first."""
    kept: list[tuple[int, int, Signature]] = []
    is_taken = bytearray(max((end for _, end, _ in spans), default=0))
    for span in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
        start, end, _ = span
        if not any(is_taken[start:end]):
            is_taken[start:end] = b"\1" * (end - start)
            kept.append(span)
    return sorted(kept)


def distinct_by_manner(hits: Iterable[SignatureHit]) -> dict[str, int]:
    """How many distinct signatures each manner has; forms of the same original, singular or plural,
    count once."""
    originals: dict[str, set[str]] = {}
    for hit in hits:
        for manner in hit.signature.manners:
            originals.setdefault(manner, set()).add(hit.signature.original.removesuffix("s"))
    return {manner: len(found) for manner, found in sorted(originals.items())}


def has_enough_signatures(hits: Iterable[SignatureHit]) -> bool:
    """Whether the signatures prove by themselves that the text is spun: two distinct ones of one manner."""
    return max(distinct_by_manner(hits).values(), default=0) >= MIN_DISTINCT_SIGNATURES
