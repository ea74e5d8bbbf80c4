"""Labelled documents for the fit: blocks as the command reads them, what the rules said of each, and how much
of each is main content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.overlap import combined_overlap
from cleaner.analysis.trafilatura import run_trafilatura
from cleaner.document import Document
from cleaner.metadata.declared import declared_metadata
from cleaner.model.dom_features import place_columns
from cleaner.model.rule_features import opinions
from cleaner.model.text_features import features
from cleaner.model.tokenize import Floats
from cleaner.pipeline import titles
from cleaner.reading.page import read
from cleaner.rules import RULES, RULES_BY_CODE
from cleaner.settings import Settings
from training.align import Labels, label, tokens

# a page whose gold even the best choice of lines misses was labelled on another version of the page
ORACLE = 0.85
WEIGHTS = {code: rule.weight for code, rule in RULES_BY_CODE.items()}


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as the model will see it: the text of each block, `said` as `hints.opinions` gives it, and
    for HTML `place` as `place.place_columns` gives it."""

    lines: tuple[str, ...]
    said: Floats
    place: Floats | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled document. `share` is the part of each block's words that is main content; `doubtful` ones
    weigh nothing."""

    page: str
    source: str
    kind: str
    site: str
    how: str
    seen: Reading
    share: NDArray[np.float32]
    words: NDArray[np.int32]
    doubtful: NDArray[np.bool_]
    gold_words: int
    weight: float = 1.0

    @property
    def lines(self) -> tuple[str, ...]:
        """The text of each block."""
        return self.seen.lines


def read_text(lines: Sequence[str]) -> Reading:
    """A text document."""
    doc = Document("", "\n".join(lines))
    blocks = BlockIndex(doc, read(doc).blocks)
    return Reading(tuple(block.text for block in blocks), _said(blocks))


def read_page(html: str) -> tuple[Reading, Reading] | None:
    """A page as the command reads it with the witness, and without; None where it shows nothing."""
    doc = Document("", html, "html")
    page = read(doc)
    if not page.blocks:
        return None
    testimony = run_trafilatura(doc, Settings())
    blocks, alone = (
        BlockIndex(doc, page.blocks, titles(page, declared_metadata(page.head, None)), witness)
        for witness in (testimony.text if testimony else None, None)
    )
    lines = tuple(block.text for block in blocks)
    matrix, names, words = features(lines)
    prose = np.expm1(matrix[names.index("prose")].astype(np.float64))
    said = _said(blocks)

    def seen(of: BlockIndex) -> Reading:
        place = place_columns(blocks, combined_overlap(of, page.head.article_body), words, prose)[0]
        return Reading(lines, said, place.astype(np.float16))

    return seen(blocks), seen(alone)


def _said(blocks: BlockIndex) -> Floats:
    marks = [mark for rule in RULES for mark in rule(blocks)]
    return opinions(marks, WEIGHTS, len(blocks)).astype(np.float16)


def labelled(
    page: str, source: str, kind: str, site: str, how: str, seen: Reading, gold: str
) -> Example | None:
    """A labelled page, or None when its labels cannot be trusted."""
    size = len(tokens(gold))
    if not seen.lines or not size:
        return None
    found: Labels = label(seen.lines, gold)
    if found.oracle < ORACLE:
        return None
    return Example(page, source, kind, site, how, seen, found.share, found.words, found.doubtful, size)
