"""Labelled documents for the fit: blocks as the command reads them, the rules' scores of each, and how much
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
from cleaner.model.dom_features import dom_features
from cleaner.model.rule_features import score_rules
from cleaner.model.text_features import text_features
from cleaner.model.tokenize import Floats
from cleaner.pipeline import page_titles
from cleaner.reading.page import read_document
from cleaner.rules import RULES, RULES_BY_CODE
from cleaner.settings import Settings
from training.align import Labels, label_lines, tokens
from training.pages import Page

# Below this even the best choice of lines misses the gold text: it is of another version of the page.
MIN_ORACLE_F1 = 0.85
RULE_WEIGHTS = {code: rule.weight for code, rule in RULES_BY_CODE.items()}


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A document as the model reads it: the text of each block, the `score_rules` of the blocks, and for HTML
    their `dom_features`."""

    lines: tuple[str, ...]
    rule_scores: Floats
    dom_features: Floats | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled document.

    `share` is the part of each block's words that is main content; `doubtful` ones weigh nothing. `weight` is
    that of its variant, 1 for a page as it is; `page_weight` that of its page (`pages.page_weights`).
    `language` is an ISO 639-1 code, empty where the source does not say.
    """

    page: str
    source: str
    page_type: str
    site: str
    variant: str
    model_input: ModelInput
    share: NDArray[np.float32]
    word_counts: NDArray[np.int32]
    doubtful: NDArray[np.bool_]
    gold_words: int
    weight: float = 1.0
    page_weight: float = 1.0
    language: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The text of each block."""
        return self.model_input.lines


def read_text_input(lines: Sequence[str]) -> ModelInput:
    """A text document."""
    doc = Document("", "\n".join(lines))
    blocks = BlockIndex(doc, read_document(doc).blocks)
    return ModelInput(tuple(block.text for block in blocks), _rule_scores(blocks))


def read_page_inputs(html: str) -> tuple[ModelInput, ModelInput] | None:
    """A page as the command reads it with trafilatura's reference text, and without; None where it shows no
    text."""
    doc = Document("", html, "html")
    page = read_document(doc)
    if not page.blocks:
        return None
    reference = run_trafilatura(doc, Settings())
    blocks, without_reference = (
        BlockIndex(
            doc,
            page.blocks,
            page_titles(page, declared_metadata(page.head, None)),
            reference_text,
        )
        for reference_text in (reference.text if reference else None, None)
    )
    lines = tuple(block.text for block in blocks)
    matrix, names, words = text_features(lines)
    prose = np.expm1(matrix[names.index("prose")].astype(np.float64))
    rule_scores = _rule_scores(blocks)

    def model_input(index: BlockIndex) -> ModelInput:
        columns = dom_features(blocks, combined_overlap(index, page.head.article_body), words, prose)[0]
        return ModelInput(lines, rule_scores, columns.astype(np.float16))

    return model_input(blocks), model_input(without_reference)


def _rule_scores(blocks: BlockIndex) -> Floats:
    marks = [mark for rule in RULES for mark in rule(blocks)]
    return score_rules(marks, RULE_WEIGHTS, len(blocks)).astype(np.float16)


def labelled_example(page: Page, variant: str, model_input: ModelInput) -> Example | None:
    """A labelled page, or None when its labels cannot be trusted."""
    gold_words = len(tokens(page.text))
    if not model_input.lines or not gold_words:
        return None
    labels: Labels = label_lines(model_input.lines, page.text)
    if labels.oracle_f1 < MIN_ORACLE_F1:
        return None
    return Example(
        page.id,
        page.source,
        page.page_type,
        page.site,
        variant,
        model_input,
        labels.share,
        labels.word_counts,
        labels.doubtful,
        gold_words,
        language=page.language,
    )
