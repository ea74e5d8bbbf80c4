"""Words replaced throughout tell a spinner from a writer who likes a word."""

from __future__ import annotations

from cleaner.garble.candidates import find_candidates
from cleaner.garble.consistency import consistency_nats
from cleaner.garble.detector import load_model, load_replaced_words, load_table
from cleaner.garble.lexicon import FAMILIES, Channel
from cleaner.garble.surprise import Surprise, surprise
from cleaner.garble.tokenize import tokenize
from tests.garble.spun import CLEAN, SPUN

NEWS = FAMILIES.index(Channel.NEWS)


def news_nats(text: str) -> float:
    words = tokenize(text)
    candidates = find_candidates(words, load_table(), load_model())
    return float(consistency_nats(words, candidates, load_replaced_words(), load_model())[NEWS])


def test_a_spun_text_leaves_few_of_the_words_it_replaces() -> None:
    assert news_nats(SPUN) > 10 > 0 > news_nats(CLEAN)


def test_a_writer_who_uses_both_words_is_a_writer() -> None:
    both = "He mentioned it and said so. She said it and mentioned why. They said no. "
    assert news_nats(both * 3) < 1 < news_nats(both.replace("said", "mentioned") * 3)


def test_quotations_are_not_counted() -> None:
    assert news_nats("“He mentioned it,” “she mentioned it,” “they mentioned it.”") == 0


def test_broken_pairs_surprise() -> None:
    spun, clean = surprise(tokenize(SPUN), load_model()), surprise(tokenize(CLEAN), load_model())
    assert spun.mean_nats < clean.mean_nats
    assert spun.low > clean.low
    assert surprise(tokenize("Too short."), load_model()) == Surprise()
