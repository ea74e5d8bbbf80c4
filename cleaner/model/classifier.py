"""The fitted model at run time: blocks in, the chance that each is main content out.

One file of arrays holds two models of one family: for text, and for HTML with the features of place. It needs
numpy and nothing else, and gives the same answer on every machine, but for the last digits of a float.
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
from cleaner.model.already_clean import document
from cleaner.model.context_features import context
from cleaner.model.dom_features import place_columns, place_names
from cleaner.model.explain import groups_of, reasons
from cleaner.model.forest import Forest
from cleaner.model.rule_features import GROUPS, hint_columns, opinions
from cleaner.model.text_features import Lexicon, features, looked_up
from cleaner.model.threshold import COMMON, best_set
from cleaner.model.tokenize import Classes, Floats, Parsed, parse

FORMAT = 1
FILE = "model.npz"
# Beyond these a document is no article with things around it, and its features, hundreds of numbers a block,
# take more memory than a worker should have. The rules decide alone.
MOST_BLOCKS = 20_000
MOST_CHARACTERS = 3_000_000
# Which trees are asked for a reason: half of them cost half, and the strongest groups show in any half.
EVERY = 2
Part = Literal["text", "html"]
PARTS: tuple[Part, ...] = ("text", "html")


class ModelError(Exception):
    """The file is no model, or one this version cannot read."""


def sigmoid(log_odds: NDArray[np.float64]) -> Floats:
    """Probability from log-odds."""
    return (1.0 / (1.0 + np.exp(-log_odds))).astype(np.float32)


def _logit(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds from a probability, within what float32 can tell from 0 and 1."""
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return np.asarray(np.log(p / (1 - p)), np.float64)


@dataclass(frozen=True, slots=True)
class Stages:
    """The two forests of one model and the names of what they read: `first` of them for the first forest."""

    one: Forest
    two: Forest
    names: tuple[str, ...]
    first: int


@dataclass(frozen=True)
class Prediction:
    """What the model makes of one document.

    Attributes:
        p: for each block the chance that it is main content.
        words: how many words each block counts for.
        clean: the chance that the document holds nothing else; for HTML 0, as a page is no text.
        fluent: the share of the words that the lexicon knows: low in languages the fit saw little of.
        common: the part of the blocks' doubt that they share (`choice.COMMON`).
    """

    stages: Stages
    p_content: Floats
    words: NDArray[np.float64]
    p_already_clean: float
    vocabulary_coverage: float
    features: Floats
    shared_uncertainty: float = 0.0

    @cached_property
    def _best(self) -> tuple[NDArray[np.bool_], float]:
        return best_set(self.p_content, self.words, self.shared_uncertainty)

    @property
    def keep_threshold(self) -> float:
        """The least likely block that is worth keeping: keeping it and all likelier ones has the highest
        expected word-F1."""
        return float(self.p_content[self._best[0]].min())

    @property
    def expected_f1(self) -> float:
        """The word-F1 that is expected of keeping those: how sure the model is of the document as a whole."""
        return self._best[1]

    def log_odds_below(self, threshold: float) -> NDArray[np.float64]:
        """How far each block's log-odds lie below those of a chance of `level`, in nats."""
        return np.asarray(_logit(np.array(threshold)) - _logit(self.p_content.astype(np.float64)), np.float64)

    def p_boilerplate(self, block: int) -> float:
        """The chance that a block is not main content."""
        return 1.0 - float(self.p_content[block])

    def reasons(self, blocks: Sequence[int]) -> list[str]:
        """For each of some blocks what speaks most against it, in words: the features that moved the score of
        the first forest, which reads the block and its place and not yet what was said of its neighbours."""
        if not blocks:
            return []
        group, phrases = groups_of(self.stages.names[: self.stages.first])
        rows = self.features[: self.stages.first, list(blocks)]
        return reasons(self.stages.one.moved(rows, group, len(phrases), EVERY), phrases)


@dataclass(frozen=True)
class Model:
    """The fitted arrays. `header` says what they were fitted on, by which version of which command."""

    header: Mapping[str, Any]
    parts: Mapping[str, Stages]
    gate: Forest
    lexicon: Lexicon
    table: Classes

    def read(
        self,
        part: Part,
        lines: Sequence[str],
        said: Floats,
        blocks: BlockIndex | None = None,
        told: str | None = None,
    ) -> Prediction:
        """Everything the model says of a document's blocks, at least one. `said` is what `hints.opinions`
        gives; `blocks` are needed for HTML; `told` is the article's text as the page gives it to machines."""
        stages = self.parts[part]
        seen = parse(lines, self.table)
        own, names, words = features(lines, self.lexicon, seen=seen)
        columns = [own, hint_columns(said, words)[0]]
        if blocks is not None:
            prose = np.expm1(own[names.index("prose")].astype(np.float64))
            columns.append(place_columns(blocks, combined_overlap(blocks, told), words, prose)[0])
        first = np.concatenate(columns)
        p = sigmoid(stages.one.log_odds(first))
        rows = np.concatenate([first, context(p, words, seen)[0]])
        p = sigmoid(stages.two.log_odds(rows))
        clean = 0.0
        if part == "text":
            known, mean = (own[names.index(name)] for name in ("lexicon line", "lexicon mean"))
            page = document(p, words, known, mean, said)
            clean = float(sigmoid(self.gate.log_odds(page[:, None]))[0])
        return Prediction(stages, p, words, clean, fluency(seen, self.lexicon), rows, COMMON[part])


def fluency(seen: Parsed, lexicon: Lexicon) -> float:
    """The share of a document's words that a lexicon knows."""
    if not len(seen.key):
        return 0.0
    first, _, count = seen.vocabulary
    known = looked_up(seen.key[first], lexicon.words, lexicon.word_weight) != 0
    return float(count[known].sum() / len(seen.key))


def columns(part: Part, table: Classes) -> tuple[list[str], int]:
    """The names of what the forests of this version read, in order, and how many of them the first reads."""
    seen, one = parse(["x"], table), np.ones(1)
    said = np.zeros((len(GROUPS) + 1, 1), np.float32)
    first = [*features((), seen=seen)[1], *hint_columns(said, one)[1]]
    first += place_names() if part == "html" else []
    return [*first, *context(np.ones(1, np.float32), one, seen)[1]], len(first)


def _stages(arrays: Mapping[str, NDArray[Any]], header: Mapping[str, Any], part: Part) -> Stages:
    """One model, if it was fitted on what this version reads. Raises ModelError."""
    names, first = columns(part, arrays["table"])
    stored = header["names"].get(part, [])
    if stored != names or header["first"][part] != first:
        odd = sorted({*stored} ^ {*names}) or ["their order"]
        raise ModelError(
            f"the {part} model reads other features than this version has ({odd[0]}, {len(odd)} in all);"
            " rebuild it with: python -m training.build"
        )
    return Stages(
        Forest.of(arrays, f"{part}.first"), Forest.of(arrays, f"{part}.second"), tuple(names), first
    )


def loaded(arrays: Mapping[str, NDArray[Any]]) -> Model:
    """The model in an opened file. Raises ModelError."""
    if "header" not in arrays:
        raise ModelError("not a model; build one with: python -m training.build")
    header = json.loads(arrays["header"].tobytes())
    if header["format"] != FORMAT:
        raise ModelError(f"format {header['format']}, this version reads {FORMAT}; rebuild it")
    lexicon = Lexicon(
        arrays["lexicon.words"],
        arrays["lexicon.word_weight"].astype(np.float32),
        arrays["lexicon.lines"],
        arrays["lexicon.line_weight"].astype(np.float32),
    )
    parts: dict[str, Stages] = {part: _stages(arrays, header, part) for part in PARTS}
    return Model(header, parts, Forest.of(arrays, "gate"), lexicon, arrays["table"])


@cache
def shipped() -> Model:
    """The model that comes with the package, read once a process."""
    with files("cleaner.data").joinpath(FILE).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return loaded(arrays)


def opinion(
    blocks: BlockIndex, marks: Sequence[Mark], weights: Mapping[str, float], told: str | None = None
) -> Prediction | None:
    """What the shipped model makes of a document; None where there are no blocks, or too many. `told` is the
    article's text as a page gives it to machines."""
    if not 0 < len(blocks) <= MOST_BLOCKS or sum(map(len, blocks.texts)) > MOST_CHARACTERS:
        return None
    said = opinions(marks, weights, len(blocks))
    html = blocks.doc.kind == "html"
    return shipped().read("html" if html else "text", blocks.texts, said, blocks if html else None, told)
