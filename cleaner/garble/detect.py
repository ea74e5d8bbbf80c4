"""Decides whether a document is spun: readable evidence, summed a form at a time, set against its length.

A glance at the words lets nearly all clean text go; only what the glance stops at is read with the language
model. What is said about a form ("within the": said by spinners 40 times as often) was counted in training,
on pages of other sites; a form that comes often in one document counts little more than once, because a
subject (the Monetary Policy Committee) repeats itself and proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from cleaner.garble.evidence import Found
from cleaner.garble.glance import SCALE, SILENT
from cleaner.garble.lexicon import Lexicon
from cleaner.garble.words import Words

# Evidence in nats splits here into weak, fair, good and strong; less than LEAST is not looked at.
EDGES = (1.0, 2.0, 3.5)
LEAST = 0.3
# Before the regression no form says more than e^4, none speaks for a document by more than e^1. The eighth
# repetition is the last to count, and it counts a third of its logarithm.
HIGHEST, LOWEST, REPEATS, REPEAT_WEIGHT = 4.0, -1.0, 8, 0.3
# What a form natural in legal, scientific or literary English keeps of its weight. At .15 the specialist
# texts of `bench/texts` fall below every spun page; at .4 one in five stands among them.
REGISTER = 0.15
# Log-odds above which a text is called spun: beyond every one of 2,312 clean training pages judged by weights
# and counts from other sites (the highest 1.4), with room to spare.
THRESHOLD = 2.0


def bucket(evidence: float) -> int:
    """Strength of evidence as 0..3."""
    return sum(evidence >= edge for edge in EDGES)


def repeated(times: int) -> float:
    """What a form that stands there several times counts, set against once."""
    return 1 + REPEAT_WEIGHT * math.log(min(times, REPEATS))


def weight(lexicon: Lexicon, best: Found) -> float:
    """What a form says about the whole of the text it stands in."""
    place = bucket(best.evidence)
    own = lexicon.weights.get(best.spun)
    if own:
        return own[place]
    share = REGISTER if best.spun in lexicon.registers else 1.0
    return share * lexicon.base[best.channel][place]


def score(found: Sequence[Found], words: Words, lexicon: Lexicon) -> float:
    """Log-odds that the text is spun, at the training's even mix of spun and clean."""
    forms: dict[tuple[str, ...], list[Found]] = {}
    for item in found:
        if item.evidence > LEAST:
            forms.setdefault(item.spun, []).append(item)
    total = sum(weight(lexicon, max(g, key=lambda f: f.evidence)) * repeated(len(g)) for g in forms.values())
    return lexicon.bias + SCALE * total / (narration(words) + SILENT)


def narration(words: Words) -> int:
    """How many words stand outside quotation marks."""
    return sum(1 for t, q in zip(words.tokens, words.quoted, strict=True) if not q and t[0].isalpha())
