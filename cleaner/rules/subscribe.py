"""Subscribe: promotions of newsletters, subscriptions, memberships and notifications."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import phrase_lines, rim

# A promotion is an imperative at the start and an offer behind it; with this many words it is a paragraph.
PROMO_WORDS = 45
LINE_WORDS = 16
# The line under a promotion says what it is for, addressed to the reader, and has no full stop.
DEK_WORDS = 20
DEK = re.compile(
    r"(?:your|ihr|ihre|dein|deine|votre|vos|ton|tu|su|tus|il tuo|la tua|i tuoi|o seu|a sua|seu|sua|je|jouw|"
    r"uw|twój|twoja|ваш|ваша|ваше|твой|din|ditt|deres|dit|váš|vaše|bültenimiz|το|ghidul|az ön)\s",
)
# Promotions above an article stand among its first lines.
TOP = 12
# `Subscribe to the principle that nothing is free`: heard on a page with other furniture only.
CLAUSE = re.compile(r"\b(?:that|which|whether|said|dass|daß|selon|что|że|att|dat|hogy)\b")
UNSURE = 0.5


def subscribe(blocks: BlockIndex) -> Iterator[Finding]:
    """Promotions of newsletters, subscriptions, memberships and notifications, and their forms.

    Drops: lines of such words alone (`Subscribe`, `Enter your email address`); short lines that begin with
    an imperative and offer a newsletter, a free issue or mail (`Unlock the weekly digest for free`), with
    the line under it that says what it is for (`Your guide to …`); such paragraphs outside the article.
    Keeps: an article about newsletters, an instruction with a full stop, a heading that offers nothing.
    """
    for i, sure in phrase_lines(blocks, "subscribe"):
        yield Finding(i, f"subscription words and nothing else: “{blocks[i].text}”", sure)
    for i, sure in _promotions(blocks):
        yield Finding(i, "an invitation with an offer of mail, news or a subscription", sure)
        if sure >= 0.8 and _dek(blocks, i + 1):
            yield Finding(i + 1, "says what the promotion above is for", 0.8)


def _promotions(blocks: BlockIndex) -> Iterator[tuple[int, float]]:
    offers: dict[int, set[int]] = defaultdict(set)  # where each block names an offer
    for hit in blocks.phrase_hits("subscribe", "has"):
        offers[hit.block].add(hit.start)
    found: dict[int, int] = {}
    doubtful: set[int] = set()  # blocks in which a clause stands before the offer
    for hit in blocks.phrase_hits("subscribe", "start"):
        starts = [start for start in offers.get(hit.block, ()) if start >= hit.end]
        behind = len(starts)
        if starts and CLAUSE.search(blocks.folded[hit.block][hit.end : min(starts)]):
            doubtful.add(hit.block)
        if behind and blocks.words[hit.block] <= PROMO_WORDS:
            found[hit.block] = max(behind, found.get(hit.block, 0))
    edge = rim(blocks, set(found))
    for i, behind in sorted(found.items()):
        sure = _sure(blocks, i, behind, i in edge or (i <= TOP and i <= blocks.prose_range.start))
        yield i, min(sure, UNSURE) if i in doubtful else sure


def _sure(blocks: BlockIndex, i: int, offers: int, edge: bool) -> float:
    line = not blocks.ends_sentence[i] and blocks.words[i] <= LINE_WORDS
    if edge:
        return 0.9 if line or offers > 1 else 0.3
    if line:
        return 0.8 if offers > 1 or blocks.words[i] <= LINE_WORDS / 2 else 0.5
    return 0.5 if offers > 2 else 0.2


def _dek(blocks: BlockIndex, i: int) -> bool:
    if i >= len(blocks) or blocks.ends_sentence[i] or blocks.words[i] > DEK_WORDS:
        return False
    return DEK.match(blocks.folded[i].lstrip()) is not None
