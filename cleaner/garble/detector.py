"""Detects spun text with the language model: the score and, where that is high enough, the spans."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cleaner.garble import document_score
from cleaner.garble.candidate_table import SubstitutionTable
from cleaner.garble.candidates import Candidates, context_gains, family_evidence_nats, find_candidates
from cleaner.garble.consistency import ReplacedWords, consistency_nats
from cleaner.garble.lexicon import Lexicon, read_lexicon
from cleaner.garble.locate import locate_spans
from cleaner.garble.network import TwoPassNetworks
from cleaner.garble.ngram_model import Floats, NgramModel
from cleaner.garble.oddness import load_oddness_table, oddness
from cleaner.garble.result import Garbled
from cleaner.garble.signatures import find_signatures
from cleaner.garble.surprise import surprise
from cleaner.garble.tokenize import TokenizedText, tokenize

DATA = Path(__file__).parents[1] / "data"


@cache
def load_lexicon() -> Lexicon:
    """The substitutions and their weights."""
    return read_lexicon(DATA / "garble-lexicon.tsv.gz")


@cache
def load_model() -> NgramModel:
    """The language model."""
    return NgramModel.load(DATA / "garble-ngrams.npz")


@cache
def load_table() -> SubstitutionTable:
    """The substitutions as arrays, for this language model."""
    return SubstitutionTable.from_lexicon(load_lexicon(), load_model())


@cache
def load_replaced_words() -> ReplacedWords:
    """The words that each family replaces."""
    return ReplacedWords.from_table(load_table())


@cache
def load_networks() -> TwoPassNetworks:
    """The networks of both passes over the candidates."""
    return TwoPassNetworks.load(DATA / "garble-signs.npz")


def detect_with_model(text: str) -> Garbled | None:
    """The finding, or None where the score does not exceed the threshold."""
    words = tokenize(text)
    lexicon = load_lexicon()
    candidates = find_candidates(words, load_table(), load_model())
    gains = context_gains(candidates, words.tokens, load_model())
    score = read_log_odds(words, candidates, gains, lexicon, load_replaced_words(), load_model())
    score += document_score.signature_nats(find_signatures(text))
    if lexicon.threshold - document_score.DOUBT_NATS < score <= lexicon.threshold:
        score += document_score.oddness_nats(oddness(words, load_oddness_table(), load_model()))
    if score <= lexicon.threshold:
        return None
    return Garbled(
        round(score, 2), locate_spans(words, candidates, gains, score, load_model(), load_networks())
    )


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
