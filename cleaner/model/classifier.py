"""The fitted model at run time: blocks in, the probability that each is main content out.

One file of arrays holds two models: for text, and for HTML, which reads the DOM features as well. Only numpy
is needed, and the result is the same on every machine, but for the last digits of a float.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.overlap import combined_overlap
from cleaner.document import Mark
from cleaner.model.already_clean import document_features
from cleaner.model.context_features import context_features
from cleaner.model.dom_features import dom_feature_names, dom_features
from cleaner.model.explain import feature_groups, top_reasons
from cleaner.model.forest import Forest
from cleaner.model.rule_features import RULE_GROUPS, rule_features, score_rules
from cleaner.model.sequence import SequenceModel
from cleaner.model.text_features import Lexicon, lookup_weights, text_features
from cleaner.model.threshold import SHARED_UNCERTAINTY, max_expected_f1_set
from cleaner.model.tokenize import CharClasses, Floats, ParsedLines, parse_lines

FORMAT_VERSION = 1
MODEL_FILE = "model.npz"
CONFIDENCE_ARRAYS = "confidence"  # of the forest that `confidence.py` asks; the header has its features
# Larger documents are no articles with boilerplate around, and their features, hundreds of numbers a block,
# take more memory than a worker should have. There the rules decide alone.
MAX_BLOCKS = 20_000
MAX_CHARS = 3_000_000
# Reasons are read from every second tree: that costs half, and the strongest groups show in either half.
EXPLAIN_TREE_STEP = 2
ModelKind = Literal["text", "html"]
MODEL_KINDS: tuple[ModelKind, ...] = ("text", "html")


class ModelError(Exception):
    """The file is not a model, or one that this version cannot read."""


def sigmoid(log_odds: NDArray[np.float64]) -> Floats:
    """Probability from log-odds."""
    return (1.0 / (1.0 + np.exp(-log_odds))).astype(np.float32)


def _logit(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds from a probability, within what float32 can tell from 0 and 1."""
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return np.asarray(np.log(p / (1 - p)), np.float64)


@dataclass(frozen=True, slots=True)
class TwoStageModel:
    """The two forests of one model, and the names of the features they read: the first `n_first_features` are
    those of the first forest, the second reads all. A file may hold a network beside them."""

    first_forest: Forest
    second_forest: Forest
    feature_names: tuple[str, ...]
    n_first_features: int
    sequence: SequenceModel | None = None


@dataclass(frozen=True)
class Prediction:
    """What the model predicts of one document.

    Attributes:
        stages: the model itself, for `reasons`.
        p_content: for each block the probability that it is main content.
        words: for each block its number of words, as the score counts them (`scored_words`).
        p_already_clean: the probability that a text holds nothing but main content; 0 for HTML.
        vocabulary_coverage: the share of the words that the lexicon knows; low in languages of which the fit
            saw little.
        features: the features that the forests read, features x blocks.
        shared_uncertainty: how far the blocks are uncertain together (`threshold.SHARED_UNCERTAINTY`).
    """

    stages: TwoStageModel
    p_content: Floats
    words: NDArray[np.float64]
    p_already_clean: float
    vocabulary_coverage: float
    features: Floats
    shared_uncertainty: float = 0.0

    @cached_property
    def _best(self) -> tuple[NDArray[np.bool_], float]:
        return max_expected_f1_set(self.p_content, self.words, self.shared_uncertainty)

    @property
    def keep_threshold(self) -> float:
        """The lowest probability worth keeping: all blocks from it on have the highest expected word-F1."""
        return float(self.p_content[self._best[0]].min())

    @property
    def expected_f1(self) -> float:
        """The word-F1 expected of keeping those: how confident the model is of the document as a whole."""
        return self._best[1]

    def log_odds_below(self, threshold: float) -> NDArray[np.float64]:
        """How far each block's log-odds lie below those of a probability of `threshold`, in nats."""
        return np.asarray(_logit(np.array(threshold)) - _logit(self.p_content.astype(np.float64)), np.float64)

    def p_boilerplate(self, block: int) -> float:
        """The probability that a block, given by index, is not main content."""
        return 1.0 - float(self.p_content[block])

    def reasons(self, blocks: Sequence[int]) -> list[str]:
        """For each of some blocks the strongest reasons to take it for boilerplate, in words.

        They are the features that lowered the score of the first forest, which does not yet read the
        neighbours' probabilities.
        """
        if not blocks:
            return []
        group, phrases = feature_groups(self.stages.feature_names[: self.stages.n_first_features])
        rows = self.features[: self.stages.n_first_features, list(blocks)]
        return top_reasons(
            self.stages.first_forest.contributions(rows, group, len(phrases), EXPLAIN_TREE_STEP), phrases
        )


@dataclass(frozen=True)
class Model:
    """The fitted model. `header` names its format, the data it was fitted on and the command that did it.

    A file without `confidence_forest` gives no corrected confidence.
    """

    header: Mapping[str, Any]
    stages_by_kind: Mapping[str, TwoStageModel]
    already_clean_forest: Forest
    lexicon: Lexicon
    char_class_table: CharClasses
    confidence_forest: Forest | None = None

    def predict(
        self,
        model_kind: ModelKind,
        lines: Sequence[str],
        rule_scores: Floats,
        blocks: BlockIndex | None = None,
        json_ld_text: str | None = None,
    ) -> Prediction:
        """The prediction for a document of at least one block, whose texts are `lines`.

        `rule_scores` are those of `score_rules`; HTML needs `blocks`, and takes `json_ld_text`, the article's
        text in the page's JSON-LD, for another reference text.
        """
        stages = self.stages_by_kind[model_kind]
        parsed = parse_lines(lines, self.char_class_table)
        text_rows, names, words = text_features(lines, self.lexicon, parsed=parsed)
        row_groups = [text_rows, rule_features(rule_scores, words)[0]]
        if blocks is not None:
            prose_words = np.expm1(text_rows[names.index("prose")].astype(np.float64))
            row_groups.append(
                dom_features(blocks, combined_overlap(blocks, json_ld_text), words, prose_words)[0]
            )
        first_rows = np.concatenate(row_groups)
        first_log_odds = stages.first_forest.log_odds(first_rows)
        context_rows = context_features(sigmoid(first_log_odds), words, parsed)[0]
        all_rows = np.concatenate([first_rows, context_rows])
        log_odds = stages.second_forest.log_odds(all_rows)
        p_content = p_trees = sigmoid(log_odds)
        if stages.sequence:
            p_content = sigmoid(stages.sequence.combined_log_odds(first_rows, first_log_odds, log_odds))
        p_already_clean = 0.0
        if model_kind == "text":
            line_lexicon, word_lexicon = (
                text_rows[names.index(name)] for name in ("lexicon line", "lexicon mean")
            )
            document_row = document_features(p_trees, words, line_lexicon, word_lexicon, rule_scores)
            p_already_clean = float(sigmoid(self.already_clean_forest.log_odds(document_row[:, None]))[0])
        return Prediction(
            stages,
            p_content,
            scored_words(parsed),
            p_already_clean,
            vocabulary_coverage(parsed, self.lexicon),
            all_rows,
            SHARED_UNCERTAINTY[model_kind],
        )


def scored_words(parsed: ParsedLines) -> NDArray[np.float64]:
    """How many words each line counts for in word-F1: in scripts without spaces each letter is one, so that
    lines of different scripts weigh against each other as they do in the score."""
    return np.bincount(parsed.line_of_word, minlength=parsed.n_lines).astype(np.float64)


def vocabulary_coverage(parsed: ParsedLines, lexicon: Lexicon) -> float:
    """The share of a document's words that a lexicon knows."""
    if not len(parsed.word_hash):
        return 0.0
    first, _, count = parsed.vocabulary
    is_known = lookup_weights(parsed.word_hash[first], lexicon.word_hashes, lexicon.word_weights) != 0
    return float(count[is_known].sum() / len(parsed.word_hash))


def expected_features(model_kind: ModelKind, table: CharClasses) -> tuple[list[str], int]:
    """The names of the features that this version computes, in order, and how many the first forest reads."""
    parsed, one_word = parse_lines(["x"], table), np.ones(1)
    rule_scores = np.zeros((len(RULE_GROUPS) + 1, 1), np.float32)
    first_names = [*text_features((), parsed=parsed)[1], *rule_features(rule_scores, one_word)[1]]
    first_names += dom_feature_names() if model_kind == "html" else []
    return [*first_names, *context_features(np.ones(1, np.float32), one_word, parsed)[1]], len(first_names)


def _load_stages(
    arrays: Mapping[str, NDArray[Any]], header: Mapping[str, Any], model_kind: ModelKind
) -> TwoStageModel:
    """One model, if it was fitted on the features of this version. Raises ModelError."""
    names, n_first = expected_features(model_kind, arrays["table"])
    stored = header["names"].get(model_kind, [])
    if stored != names or header["first"][model_kind] != n_first:
        differing = sorted({*stored} ^ {*names}) or ["their order"]
        raise ModelError(
            f"the {model_kind} model reads other features than this version has"
            f" ({differing[0]}, {len(differing)} in all);"
            " rebuild it with: python -m training.build"
        )
    return TwoStageModel(
        Forest.of(arrays, f"{model_kind}.first"),
        Forest.of(arrays, f"{model_kind}.second"),
        tuple(names),
        n_first,
        SequenceModel.of(arrays, f"{model_kind}.sequence"),
    )


def load_model(arrays: Mapping[str, NDArray[Any]]) -> Model:
    """The model in an opened file. Raises ModelError."""
    if "header" not in arrays:
        raise ModelError("not a model; build one with: python -m training.build")
    header = json.loads(arrays["header"].tobytes())
    if header["format"] != FORMAT_VERSION:
        raise ModelError(f"format {header['format']}, this version reads {FORMAT_VERSION}; rebuild it")
    lexicon = Lexicon(
        arrays["lexicon.words"],
        arrays["lexicon.word_weight"].astype(np.float32),
        arrays["lexicon.lines"],
        arrays["lexicon.line_weight"].astype(np.float32),
    )
    stages_by_kind: dict[str, TwoStageModel] = {
        model_kind: _load_stages(arrays, header, model_kind) for model_kind in MODEL_KINDS
    }
    return Model(
        header,
        stages_by_kind,
        Forest.of(arrays, "gate"),
        lexicon,
        arrays["table"],
        confidence_forest_in(arrays),
    )


def confidence_forest_in(arrays: Mapping[str, NDArray[Any]]) -> Forest | None:
    """The forest of `confidence.py` in an opened model file; None where it holds none."""
    return Forest.of(arrays, CONFIDENCE_ARRAYS) if f"{CONFIDENCE_ARRAYS}.leaf" in arrays else None


@cache
def builtin_model() -> Model:
    """The model that comes with the package, read once a process."""
    with (
        files("cleaner.data").joinpath(MODEL_FILE).open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        return load_model(arrays)


def predict(
    blocks: BlockIndex, marks: Sequence[Mark], weights: Mapping[str, float], json_ld_text: str | None = None
) -> Prediction | None:
    """The shipped model's prediction for a document; None where there are no blocks, or too many.

    `weights` are those of the rules; `json_ld_text` is the article's text in the page's JSON-LD.
    """
    if not 0 < len(blocks) <= MAX_BLOCKS or sum(map(len, blocks.texts)) > MAX_CHARS:
        return None
    rule_scores = score_rules(marks, weights, len(blocks))
    is_html = blocks.doc.kind == "html"
    return builtin_model().predict(
        "html" if is_html else "text", blocks.texts, rule_scores, blocks if is_html else None, json_ld_text
    )
