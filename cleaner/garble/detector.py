"""Detects spun text with the language model: the score, which parts are spun, and the spans in them.

A text that is not spun as a whole may hold a part that is: a comment, a paragraph taken from elsewhere, a
long quotation. Such a part is scored as a text of its own, and needs more, as a page has many parts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cleaner.garble import document_score, stored_tables
from cleaner.garble.candidate_table import SubstitutionTable
from cleaner.garble.candidates import (
    Candidates,
    context_gains,
    family_evidence_nats,
    find_candidates,
    non_overlapping_best,
)
from cleaner.garble.consistency import ReplacedWords, consistency_nats
from cleaner.garble.lexicon import FAMILIES, Lexicon, read_lexicon
from cleaner.garble.locate import locate_spans
from cleaner.garble.network import SwapNetworks
from cleaner.garble.ngram_model import Floats, NgramModel
from cleaner.garble.oddness import OddnessTable, build_oddness_table, oddness, read_rows, word_log_odds
from cleaner.garble.passage_prefilter import MIN_PART_WORDS, may_hold_signature
from cleaner.garble.passages import (
    WORD,
    Range,
    count_words,
    joined,
    long_quotations,
    share_of_words,
    spun_units,
    sums_by_unit,
    units_of,
    without_edges,
    without_repeats,
)
from cleaner.garble.prefilter import RATE_PER_WORDS, SMOOTHING_WORDS
from cleaner.garble.result import Garbled, GarbledSpan
from cleaner.garble.signature_spans import families_of, with_signatures
from cleaner.garble.signatures import SignatureHit, find_used_and_mentioned, has_enough_signatures
from cleaner.garble.stored_tables import StoredTables, map_tables
from cleaner.garble.surprise import surprise
from cleaner.garble.tokenize import TokenizedText, overlaps_any, tokenize

DATA = Path(__file__).parents[1] / "data"
# The same beside all other tables: it is not built with them, and of no one family.
ODDNESS_SOURCE = DATA / "garble-oddness.tsv.gz"
# A part of a text that is clean otherwise needs this much more than a text, and MIN_PART_WORDS.
PART_MARGIN_NATS = 8.0
# In a spun text a unit is clean where its evidence a word is less than this share of the text's mean; 100
# words without any count as 1, each change from spun to clean and back costs SWITCH_COST. Of training pages
# spun in whole the share comes out at .95 on average; of a half or a quarter spun it is .08 off.
CLEAN_SHARE_OF_MEAN, SWITCH_COST = 0.5, 1.0
# Where a spinner left so many spans, 100 words without one say nothing more; where it left more, they do.
SPARSE_SPANS_PER_100_WORDS, MAX_SCALE = 3.0, 3.0
MIN_MEAN_WEIGHT = 1e-5  # of a word, where there is no evidence but signatures
SUSPECT_SWITCH_COST = 1.5  # of parts of a text that is clean as a whole, in nats
SIGNATURE_WEIGHT_WORDS = 100  # a signature speaks for its unit as so many words of the text's mean do

# Of a text that the prefilter doubts so many words are read first, for a spinner spins all of it; the rest
# where they score more than BEGINNING_MARGIN_NATS below the threshold.
BEGINNING_WORDS, BEGINNING_MARGIN_NATS = 500, 1.5
ROUNDING = 1e-6


@cache
def load_stored() -> StoredTables | None:
    """The tables as they are shipped; None where DATA holds only what they are made from."""
    path = DATA / stored_tables.FILE_NAME
    return map_tables(path) if path.exists() else None


@cache
def load_lexicon() -> Lexicon:
    """The substitutions and their weights as people read them, from the source of the shipped tables."""
    return read_lexicon(DATA / "garble-lexicon.tsv.gz")


@cache
def load_model() -> NgramModel:
    """The language model."""
    stored = load_stored()
    return stored_tables.model_from(stored) if stored else NgramModel.load(DATA / "garble-ngrams.npz")


@cache
def load_table() -> SubstitutionTable:
    """The substitutions as arrays, for this language model."""
    stored = load_stored()
    if stored:
        return stored_tables.table_from(stored, load_model())
    return SubstitutionTable.from_lexicon(load_lexicon(), load_model())


@cache
def load_oddness_table() -> OddnessTable:
    """The synonyms and names that oddness is read by, for this language model."""
    stored = load_stored()
    if stored:
        return stored_tables.oddness_table_from(stored)
    return build_oddness_table(*read_rows(ODDNESS_SOURCE), load_model())


@cache
def load_replaced_words() -> ReplacedWords:
    """The words that each family replaces."""
    return ReplacedWords.from_table(load_table())


@cache
def load_networks() -> SwapNetworks:
    """The networks that find swaps."""
    return SwapNetworks.load(DATA / "garble-signs.npz")


class Reading(NamedTuple):
    """A text as the language model reads it.

    Attributes:
        gains: the `context_gains` of the candidates' rows.
        evidence: that of `family_evidence_nats`.
        by_family: the log-odds of each family.
        signatures: the signatures in the text.
        score: the log-odds that the text is spun; where they are below the threshold at best, the most they
            may be.
    """

    words: TokenizedText
    candidates: Candidates
    gains: Floats
    evidence: Floats
    by_family: Floats
    signatures: list[SignatureHit]
    score: float

    @property
    def family(self) -> str:
        """The name of the family with the strongest evidence; of signatures without one, their manner."""
        best = int(np.argmax(self.by_family))
        signed = families_of(self.signatures)
        return (signed[0] if signed and self.by_family[best] <= 0 else FAMILIES[best]).name.lower()


def detect_with_model(text: str) -> Garbled | None:
    """The finding, or None where neither the text nor a part of it has a score above the threshold."""
    # a text that stands there twenty times is not longer, and not less spun, than once
    once = read_text(without_repeats(text))
    reading = _reading_of_whole(text, once)
    if reading.score > load_table().lexicon.threshold:
        return _finding(text, reading, once)
    return _finding_of_parts(text, reading)


def may_begin_spun(text: str) -> bool:
    """Whether the first words of a text are reason to read all of it; a short text is read at once."""
    words = WORD.finditer(text)
    last = next(islice(words, BEGINNING_WORDS - 1, None), None)
    if last is None or next(words, None) is None:
        return True
    return read_text(text[: last.end()]).score > load_table().lexicon.threshold - BEGINNING_MARGIN_NATS


def _reading_of_whole(text: str, once: Reading) -> Reading:
    """The reading of a text with its repetitions; `once` is that without them, and scores for both."""
    return once if once.words.text is text else read_text(text, once.score)


def read_text(text: str, score: float | None = None) -> Reading:
    """Reads a text; `score` is that of the text without its repetitions, where it has some."""
    model = load_model()
    signatures, mentioned = find_used_and_mentioned(text) if may_hold_signature(text) else ([], [])
    words = tokenize(text, [(hit.start, hit.end) for hit in mentioned])
    n_words = document_score.count_unquoted_words(words)
    candidates = find_candidates(words, load_table(), model)
    gains = context_gains(candidates, words.tokens, model)
    evidence = family_evidence_nats(candidates, gains)
    by_family = document_score.family_log_odds(candidates, evidence, n_words)
    if score is None:
        score = _spun_log_odds(words, candidates, by_family, signatures, n_words)
    return Reading(words, candidates, gains, evidence, by_family, signatures, score)


def _spun_log_odds(
    words: TokenizedText,
    candidates: Candidates,
    by_family: Floats,
    signatures: Sequence[SignatureHit],
    n_words: int,
) -> float:
    """The log-odds that a text is spun, or where that is far below the threshold the most they may be."""
    lexicon, model = load_table().lexicon, load_model()
    surprised = surprise(words, model)
    signed = document_score.signature_nats(signatures)
    doubtful = lexicon.threshold - document_score.DOUBT_NATS
    at_most = document_score.most_consistent_signals(by_family, surprised, n_words)
    score = signed + document_score.spun_log_odds(at_most, lexicon.signal_weights, lexicon.bias)
    if score <= doubtful - ROUNDING:  # no consistency raises the score of most clean texts so far
        return score
    consistency = consistency_nats(words, candidates, load_replaced_words(), model)
    signals = document_score.document_signals(by_family, consistency, surprised, n_words)
    score = signed + document_score.spun_log_odds(signals, lexicon.signal_weights, lexicon.bias)
    if doubtful < score <= lexicon.threshold:
        score += document_score.oddness_nats(oddness(words, load_oddness_table(), model))
    return score


def read_log_odds(
    words: TokenizedText,
    candidates: Candidates,
    gains: Floats,
    lexicon: Lexicon,
    replaced: ReplacedWords,
    model: NgramModel,
) -> float:
    """The log-odds that a text is spun, its signatures not counted; `gains` are its `context_gains`."""
    n_words = document_score.count_unquoted_words(words)
    signals = document_score.document_signals(
        document_score.family_log_odds(candidates, family_evidence_nats(candidates, gains), n_words),
        consistency_nats(words, candidates, replaced, model),
        surprise(words, model),
        n_words,
    )
    return document_score.spun_log_odds(signals, lexicon.signal_weights, lexicon.bias)


def _spans(reading: Reading) -> tuple[GarbledSpan, ...]:
    located = locate_spans(
        reading.words,
        reading.candidates,
        reading.gains,
        word_log_odds(reading.words, load_oddness_table(), load_model()),
        reading.score,
        load_model(),
        load_networks(),
        families_of(reading.signatures),
    )
    return with_signatures(reading.words.text, located, reading.signatures)


def _spans_everywhere(text: str, once: Reading) -> tuple[GarbledSpan, ...]:
    """The spans of a text whose reading without its repetitions is `once`: each unit has the same ones at all
    its places. Read as a whole, a word that its writer repeats would look like a dictionary's."""
    spans = _spans(once)
    if once.words.text is text:
        return spans
    starts = [span.start for span in spans]
    by_unit: dict[str, list[GarbledSpan]] = {}
    start = 0
    for unit in once.words.text.split("\n"):
        end = start + len(unit)
        inside = spans[bisect_left(starts, start) : bisect_left(starts, end)]
        by_unit[unit] = [_moved(span, -start) for span in inside if span.end <= end]
        start = end + 1
    return tuple(_moved(span, a) for a, b in units_of(text) for span in by_unit.get(text[a:b], ()))


def _moved(span: GarbledSpan, by: int) -> GarbledSpan:
    """The span so many characters further on."""
    return replace(span, start=span.start + by, end=span.end + by)


def _finding(text: str, reading: Reading, once: Reading) -> Garbled:
    """The finding of a text that is spun as a whole, or in so large a part that it shows in the whole."""
    found = Garbled(round(reading.score, 2), _spans_everywhere(text, once), reading.family)
    units = units_of(text)
    family = int(np.argmax(reading.by_family))
    weights = [max(nats, 0.0) for nats in _weights_by_unit(reading, units, family)]
    n_words, hits = _words_and_signatures(text, reading, units)
    mean = sum(weights) / max(sum(n_words), 1)
    log_odds = _unit_log_odds(weights, hits, n_words, mean)
    flags = spun_units(log_odds, SWITCH_COST)
    n_spun = max(sum(n for n, flag in zip(n_words, flags, strict=True) if flag), 1)
    scale = 100 * len(found.spans) / n_spun / SPARSE_SPANS_PER_100_WORDS
    scale = min(max(scale, 1.0), MAX_SCALE)
    flags = spun_units([scale * nats for nats in log_odds], SWITCH_COST)
    if all(flags) or not any(flags):
        return found
    # a unit at the edge of a part that shows nothing is not cut with it
    mean = sum(w for w, flag in zip(weights, flags, strict=True) if flag) / n_spun
    flags = without_edges(flags, _unit_log_odds(weights, hits, n_words, mean))
    return _limited_to(found, text, joined(units, flags)) if any(flags) else found


def _unit_log_odds(
    weights: Sequence[float], hits: Sequence[float], n_words: Sequence[int], mean: float
) -> list[float]:
    """For each unit how its evidence compares with CLEAN_SHARE_OF_MEAN of the mean a word, by 100 words."""
    limit = CLEAN_SHARE_OF_MEAN * max(mean, MIN_MEAN_WEIGHT)
    return [
        (weight / limit + SIGNATURE_WEIGHT_WORDS * n_hits - n) / 100
        for weight, n_hits, n in zip(weights, hits, n_words, strict=True)
    ]


def _limited_to(found: Garbled, text: str, parts: list[Range]) -> Garbled:
    spans = tuple(span for span in found.spans if overlaps_any(span.start, span.start + 1, parts))
    return replace(found, spans=spans, parts=tuple(parts), share=round(share_of_words(text, parts), 3))


def _words_and_signatures(
    text: str, reading: Reading, units: Sequence[Range]
) -> tuple[list[int], list[float]]:
    """How many words, and how many signatures, each unit holds."""
    starts = [hit.start for hit in reading.signatures]
    return [count_words(text[start:end]) for start, end in units], sums_by_unit(
        units, starts, [1.0] * len(starts)
    )


def _weights_by_unit(reading: Reading, units: list[Range], family: int) -> list[float]:
    """What the forms in each unit add to a family's log-odds, before it is related to the length."""
    candidates, nats = reading.candidates, reading.evidence[family]
    chosen = non_overlapping_best(candidates, nats, np.flatnonzero(nats > document_score.MIN_EVIDENCE_NATS))
    weights = candidates.table.weights[
        family, candidates.form_id[chosen], document_score.strength_level(nats[chosen])
    ]
    starts = reading.words.starts
    return sums_by_unit(units, [starts[k] for k in candidates.first_token[chosen].tolist()], weights.tolist())


def _finding_of_parts(text: str, reading: Reading) -> Garbled | None:
    """The finding of a clean text that holds spun paragraphs or a long spun quotation; None for any other."""
    units = units_of(text)
    found: list[tuple[Range, Garbled]] = []
    quotations = long_quotations(text)
    for start, end in [*_suspect_parts(text, reading, units), *quotations]:
        # a part that is the whole was scored already
        if (start, end) != (units[0][0], units[-1][1]) and not any(
            a < end and start < b for (a, b), _ in found
        ):
            # between the marks, a quotation is read as a text of its own
            inner = (start + 1, end - 1) if (start, end) in quotations else (start, end)
            part = _finding_of_part(text[slice(*inner)])
            if part:
                found.append(((start, end), _shifted(part, inner[0])))
    if not found:
        return None
    found.sort(key=lambda item: item[0])
    best = max((part for _, part in found), key=lambda part: part.score)
    spans = tuple(span for _, part in found for span in part.spans)
    parts = [place for place, _ in found]
    return Garbled(best.score, spans, best.family, round(share_of_words(text, parts), 3), tuple(parts))


def _shifted(found: Garbled, by: int) -> Garbled:
    return replace(found, spans=tuple(_moved(span, by) for span in found.spans))


def _suspect_parts(text: str, reading: Reading, units: list[Range]) -> list[Range]:
    """The parts of a text that would be taken for spun if they stood alone, by any one family."""
    lexicon = load_table().lexicon
    n_words, hits = _words_and_signatures(text, reading, units)
    best = np.full(len(units), -np.inf)
    for number, family in enumerate(FAMILIES):
        weights = np.array(_weights_by_unit(reading, units, number))
        bias = lexicon.family_biases.get(family, document_score.MIN_FAMILY_LOG_ODDS)
        best = np.maximum(best, bias + RATE_PER_WORDS * weights / (np.array(n_words) + SMOOTHING_WORDS))
    log_odds = (best + document_score.ONE_SIGNATURE_NATS * np.array(hits)).tolist()
    return joined(units, without_edges(spun_units(log_odds, SUSPECT_SWITCH_COST), log_odds))


def _finding_of_part(text: str) -> Garbled | None:
    if count_words(text) < MIN_PART_WORDS:
        return None
    reading = read_text(without_repeats(text))
    score = reading.score
    if not has_enough_signatures(reading.signatures):  # one is a slip: many parts have many
        score -= document_score.signature_nats(reading.signatures)
    if score <= load_table().lexicon.threshold + PART_MARGIN_NATS:
        return None
    return Garbled(round(reading.score, 2), _spans_everywhere(text, reading), reading.family)
