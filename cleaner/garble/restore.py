"""Restores the original words where that is sure: edits over the text, never inside quotation marks.

A wrong repair is worse than none. A swap is undone where its gain is high, by itself or over all places where
the document has it; where its family shows in the document (`locate` sees to that); where the word is none of
the text's own field; and where the text reads right with it. All other spans stay as they are, and stay
reported.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import fsum

from cleaner.edits import Edit, Edits, Locator, invert
from cleaner.garble.agreement import ARTICLE_BEFORE, reads_right
from cleaner.garble.casing import article_change, match_case
from cleaner.garble.field_terms import field_terms, is_field_term
from cleaner.garble.passages import WORD, without_repeats
from cleaner.garble.result import Garbled, GarbledSpan
from cleaner.garble.tokenize import overlaps_any, quoted_ranges

CODE, CUT_CODE = "spun", "garbled"
# The mean gain from which a swap is undone, by how often the document has it: a spinner is consistent, a
# writer's own word fits badly somewhere. Of training pages, read with other sites' counts and spun by
# dictionaries not seen in training, 98 of 100 such edits are right and one word in 10,000 is damaged; at 2.8
# for three places it was 97, and one in 5,000, at a flat 2.5 nats 93 to 97, and one in 770. That costs
# nearly half of the swaps undone.
MIN_MEAN_NATS_BY_TIMES = (3.8, 3.4, 3.2)
TAKES_NO_ARTICLE = re.compile(r"one of\b", re.IGNORECASE)
MAX_ARTICLE_CHARS = 6
ROUNDING = 1e-6  # gains have two decimals
AROUND_CHARS = 20  # on either side of a place: with the same there, it is the same place again
MIN_EACH_NATS = 2.0  # at the place itself
# A text that has the original of a word too, in MIN_ORIGINALS places, may have both from its writer: the mean
# must be so much higher.
MIN_ORIGINALS, BESIDE_ORIGINAL_NATS = 2, 0.4
MIN_TERM_NATS = 5.0  # of a word that seems to be a term of the text's own field, or a name
# A word with a capital after another word of the sentence.
CAPITAL_INSIDE = re.compile(r"(?<=[a-z,] )[A-Z]\w*\Z")
# Of a swap that the family with the strongest evidence in the text does not make: of 70 such edits on
# training pages 5 are wrong, where 3 in 100 are otherwise.
MIN_OTHER_FAMILY_NATS = 5.0


def edits_to_restore(text: str, garbled: Garbled) -> Edits:
    """The edits that put the original words back where the evidence is strong."""
    quoted = quoted_ranges(text)
    terms = field_terms(text)
    edits: list[Edit] = []
    for span in _restorable_spans(text, garbled):
        if text[span.start : span.end] != span.text:
            continue
        span = _as_printed(_with_article(text, span, edits[-1].end if edits else 0))
        if (
            not _repeats(text, span, edits)
            and not overlaps_any(span.start, span.end, quoted)
            and span.gain >= _least_gain(text, span, garbled, terms)
            and reads_right(text, span.start, span.end, span.instead)
        ):
            edits += _span_edits(text, span, edits[-1].end if edits else 0)
    return tuple(edits)


def _least_gain(text: str, span: GarbledSpan, garbled: Garbled, terms: frozenset[str]) -> float:
    """The least gain (nats) of a span that is undone, whatever the other places say."""
    if is_field_term(span.text, terms) or CAPITAL_INSIDE.match(text, span.start, span.end):
        return MIN_TERM_NATS
    is_of_family = not span.families or not garbled.family or garbled.family in span.families
    return MIN_EACH_NATS if is_of_family else MIN_OTHER_FAMILY_NATS


def _with_article(text: str, span: GarbledSpan, min_start: int) -> GarbledSpan:
    """The span with the article before it, where the words to be put there stand in its place as well: `a
    standout amongst` for `one of`."""
    article = ARTICLE_BEFORE.search(text, max(span.start - MAX_ARTICLE_CHARS, min_start), span.start)
    if not article or not TAKES_NO_ARTICLE.match(span.instead):
        return span
    old = text[article.start() : span.end]
    return replace(span, start=article.start(), text=old, instead=match_case(old, span.instead))


def _as_printed(span: GarbledSpan) -> GarbledSpan:
    """The span with the apostrophes that the text has there."""
    return replace(span, instead=span.instead.replace("'", "’")) if "’" in span.text else span


def _repeats(text: str, span: GarbledSpan, edits: Sequence[Edit]) -> bool:
    """Whether the words just put back, right before the span, are those to be put there again."""
    if not edits or text[edits[-1].end : span.start].strip():
        return False
    return edits[-1].new.lower() == span.instead.lower()


def _restorable_spans(text: str, garbled: Garbled) -> Iterator[GarbledSpan]:
    """The spans whose gain is high enough, by itself or over all places of the same swap, repetitions of the
    text not counted."""
    gains_by_pair: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for span in garbled.spans:
        around = text[max(span.start - AROUND_CHARS, 0) : span.end + AROUND_CHARS]
        gains_by_pair[_pair_key(span)].setdefault(around, span.gain)
    word_counts = Counter(WORD.findall(without_repeats(text).lower()))
    for span in garbled.spans:
        gains = [*gains_by_pair[_pair_key(span)].values()]
        min_mean = MIN_MEAN_NATS_BY_TIMES[min(len(gains), len(MIN_MEAN_NATS_BY_TIMES)) - 1]
        if " " not in span.text and word_counts[span.instead.lower()] >= MIN_ORIGINALS:
            min_mean += BESIDE_ORIGINAL_NATS
        if fsum(gains) >= min_mean * len(gains) - ROUNDING and span.gain >= MIN_EACH_NATS:
            yield span


def _pair_key(span: GarbledSpan) -> tuple[str, str]:
    return span.text.lower(), span.instead.lower()


def remaining_garbled(garbled: Garbled, edits: Edits) -> Garbled:
    """The finding for the text after `edits`: the spans that no edit touched, with their offsets there."""
    locator = Locator(invert(edits))
    pending_edits = iter(edits)
    edit = next(pending_edits, None)
    spans: list[GarbledSpan] = []
    for span in garbled.spans:
        while edit and edit.end <= span.start:
            edit = next(pending_edits, None)
        if not edit or edit.start >= span.end:
            start = locator.to_raw(span.start)
            spans.append(replace(span, start=start, end=start + len(span.text)))
    parts = tuple((locator.to_raw(start), locator.to_raw(end, end=True)) for start, end in garbled.parts)
    return replace(garbled, spans=tuple(spans), parts=parts)


def _span_edits(text: str, span: GarbledSpan, min_start: int) -> Iterator[Edit]:
    window_start = max(min_start, span.start - 4)
    change = article_change(text[window_start : span.start], span.text, span.instead)
    if change:
        offset, old_article, new_article = change
        yield Edit(window_start + offset, old_article, new_article, CODE)
    if span.text != span.instead:
        yield Edit(span.start, span.text, span.instead, CODE)


def edits_to_cut(text: str, garbled: Garbled) -> Edits:
    """The edits that take the spun parts out of a text that is clean otherwise, and the line ends after them;
    after the last paragraph those before."""
    edits: list[Edit] = []
    for start, end in garbled.parts:
        after = end
        while text.startswith("\n", after):
            after += 1
        if after == len(text):
            start = len(text[:start].rstrip("\n"))
        edits.append(Edit(start, text[start:after], "", CUT_CODE))
    return tuple(edits)
