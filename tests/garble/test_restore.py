"""Words are put back only where it is sure, never inside quotation marks, and every edit can be undone."""

from __future__ import annotations

from cleaner.edits import apply, invert
from cleaner.garble import Garbled, GarbledSpan, edits_to_restore, remaining_garbled
from cleaner.garble.detector import detect_with_model
from cleaner.garble.restore import MIN_MEAN_NATS, MIN_RESTORE_NATS
from cleaner.garble.tokenize import quoted_ranges
from tests.garble.spun import QUOTED, SPUN


def span(text: str, words: str, instead: str, gain: float = 9.0, nth: int = 0) -> GarbledSpan:
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return GarbledSpan(start, start + len(words), words, instead, gain)


def test_the_spun_text_gets_its_words_back() -> None:
    garbled = detect_with_model(SPUN)
    assert garbled
    edits = edits_to_restore(SPUN, garbled)
    text = apply(SPUN, edits)
    for words in ("White House", "Financial Times", "Wall Street", "recently", "trading partners", QUOTED):
        assert words in text
    assert {edit.code for edit in edits} == {"spun"}
    assert apply(text, invert(edits)) == SPUN
    assert not any(a < e.end and e.start < b for e in edits for a, b in quoted_ranges(SPUN))


def test_what_is_not_sure_stays() -> None:
    text = "It was a large home."
    assert edits_to_restore(text, Garbled(5, (span(text, "home", "house", MIN_RESTORE_NATS - 0.1),))) == ()
    assert (
        apply(text, edits_to_restore(text, Garbled(5, (span(text, "home", "house", MIN_RESTORE_NATS),))))
        == "It was a large house."
    )


def test_a_swap_that_shows_in_many_places_needs_less_in_each() -> None:
    text = "Officers met officers; later officers left."
    for often, gain, wanted in ((2, MIN_MEAN_NATS, 0), (3, MIN_MEAN_NATS, 3), (3, MIN_MEAN_NATS - 0.1, 0)):
        spans = [span(text, "fficers", "fficials", gain, nth=k) for k in range(often)]
        assert len(edits_to_restore(text, Garbled(5, tuple(spans)))) == wanted


def test_a_span_in_a_quotation_stays() -> None:
    text = "He mentioned: “I mentioned it.”"
    garbled = Garbled(5, (span(text, "mentioned", "said"), span(text, "mentioned", "said", nth=1)))
    assert apply(text, edits_to_restore(text, garbled)) == "He said: “I mentioned it.”"


def test_articles_follow() -> None:
    text = "A enormous house, an large hour; than enormous."
    garbled = Garbled(5, (span(text, "enormous", "big"), span(text, "large", "early")))
    assert apply(text, edits_to_restore(text, garbled)) == "A big house, an early hour; than enormous."
    text = "It was an early start."
    assert (
        apply(text, edits_to_restore(text, Garbled(5, (span(text, "early", "late"),))))
        == "It was a late start."
    )


def test_what_is_left_stands_where_it_says() -> None:
    text = "He mentioned a early home; final week he mentioned it."
    garbled = Garbled(
        5,
        (
            span(text, "mentioned", "said"),
            span(text, "home", "house", 0.5),
            span(text, "final", "last"),
            span(text, "mentioned", "said", 0.5, nth=1),
        ),
    )
    edits = edits_to_restore(text, garbled)
    now, rest = apply(text, edits), remaining_garbled(garbled, edits)
    assert now == "He said a early home; last week he mentioned it."
    assert [now[s.start : s.end] for s in rest.spans] == ["home", "mentioned"]
    assert rest.score == garbled.score
