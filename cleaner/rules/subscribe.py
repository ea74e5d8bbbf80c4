"""Subscribe: promotions of newsletters, subscriptions, memberships and notifications."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import at_article_edge, scored_phrase_lines
from cleaner.analysis.leftovers import mail_frame, newsletter_boxes
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

# A promotion is an imperative at the start and an offer after it; with this many words it is a paragraph.
MAX_PROMO_WORDS = 45
MAX_LINE_WORDS = 16
# The line under a promotion says what it is for, addressed to the reader, and has no full stop.
MAX_DESCRIPTION_WORDS = 20
ADDRESSES_READER = re.compile(
    r"(?:your|ihr|ihre|dein|deine|votre|vos|ton|tu|su|tus|il tuo|la tua|i tuoi|o seu|a sua|seu|sua|je|jouw|"
    r"uw|twój|twoja|ваш|ваша|ваше|твой|din|ditt|deres|dit|váš|vaše|bültenimiz|το|ghidul|az ön)\s",
)
SPEAKS_TO_READER = re.compile(rf"(?<!\w){ADDRESSES_READER.pattern}")
# What an offer is for stands so close above the field or the button of its form.
MAX_LINES_ABOVE_FORM = 2
# Promotions above an article stand among its first lines.
TOP_BLOCKS = 12
# Of folded text: what comes by mail, and the address that a form asks for.
_LETTER_WORD = (
    r"news ?letter|infolettre|lettre d'information|boletín|boletim|boletins|nieuwsbrief|nyhetsbrev|nyhedsbrev"
    r"|uutiskirje|biuletyn|zpravodaj|hírlevél|рассылк|розсилк|бюлетин|ενημερωτικό δελτίο|bülten|buletin"
    r"|bản tin|จดหมายข่าว|النشرة|نشرتنا|خبرنامه|ניוזלטר|न्यूज़लेटर|メルマガ|ニュースレター|電子報|뉴스레터"
)
_ADDRESS_WORD = (
    r"inbox|e-?mails?\b|\bposteingang|\bpostfach|courriel|correo|posta elettronica|mailbox|sähköposti|skrzynk"
    r"|почт[аыеу]\b|пошт[аиу]\b|e-posta|อีเมล|البريد|بريدك|ایمیل|דוא|ईमेल|メール|邮件|郵件|邮箱|이메일"
)
LETTER_WORD, ADDRESS_WORD = re.compile(_LETTER_WORD), re.compile(_ADDRESS_WORD)
MAIL_WORD = re.compile(f"{_LETTER_WORD}|{_ADDRESS_WORD}")
MIN_OFFER_WORDS = 4
# `Subscribe to the principle that nothing is free`: such a line needs other boilerplate on the page.
CLAUSE_WORD = re.compile(r"\b(?:that|which|whether|said|dass|daß|selon|что|że|att|dat|hogy)\b")


@rule("chrome", CERTAIN, group="chrome")
def subscribe(blocks: BlockIndex) -> Iterator[Finding]:
    """Promotions of newsletters, subscriptions, memberships and notifications, and their forms.

    Drops: lines of such words alone (`Subscribe`, `Enter your email address`); short lines that begin with
    an imperative and offer a newsletter, a free issue or mail (`Unlock the weekly digest for free`), with
    the line under it that says what it is for (`Your guide to …`); an offer of mail right above the field for
    an address; such paragraphs outside the article.
    Keeps: an article about newsletters, an instruction with a full stop, a heading that offers nothing.
    """
    yield from form_findings(blocks, "subscribe", "a newsletter's own line")
    for i in sorted(mail_frame(blocks) | newsletter_boxes(blocks)):
        yield Finding(i, "it belongs to a newsletter: its head, its foot, or the offer of one")
    for i, strength in scored_phrase_lines(blocks, "subscribe"):
        yield Finding(i, f"subscription words and nothing else: “{blocks[i].text}”", strength)
    for i in _offers_above_forms(blocks):
        yield Finding(i, "an offer of mail above the form for it", 0.8)
    for i, strength in _scored_promotions(blocks):
        yield Finding(i, "an invitation with an offer of mail, news or a subscription", strength)
        if strength >= 0.8 and _describes_promotion(blocks, i + 1):
            yield Finding(i + 1, "says what the promotion above is for", 0.8)


def _offers_above_forms(blocks: BlockIndex) -> Iterator[int]:
    """The blocks that speak of mail, right above a field for an address: to the reader, or in no sentence, as
    an article's last paragraph may speak of mail too.

    Not above `Join our newsletter`: that stands below an article's last paragraph, which may speak of one.
    """
    fields = frozenset(
        i
        for i in blocks.phrase_only_blocks("subscribe")
        if ADDRESS_WORD.search(blocks.folded[i]) and not LETTER_WORD.search(blocks.folded[i])
    )
    for i in sorted({k for field in fields for k in range(max(0, field - MAX_LINES_ABOVE_FORM), field)}):
        if (
            MIN_OFFER_WORDS <= blocks.words[i] <= MAX_PROMO_WORDS
            and MAIL_WORD.search(blocks.folded[i])
            and (not blocks.ends_sentence[i] or SPEAKS_TO_READER.search(blocks.folded[i]))
            and i not in fields
        ):
            yield i


def _scored_promotions(blocks: BlockIndex) -> Iterator[tuple[int, float]]:
    offer_counts, with_clause = _offers(blocks)
    at_edge = at_article_edge(blocks, set(offer_counts))
    for i, n_offers in sorted(offer_counts.items()):
        is_at_edge = i in at_edge or (i <= TOP_BLOCKS and i <= blocks.prose_range.start)
        strength = _promotion_strength(blocks, i, n_offers, is_at_edge)
        yield i, min(strength, NEEDS_CONTEXT_STRENGTH) if i in with_clause else strength


def _offers(blocks: BlockIndex) -> tuple[dict[int, int], set[int]]:
    """How many offers follow the imperative in each short block that has both, or stand before one that ends
    the block, as in Turkish and Hindi; and in which blocks a clause stands between the two."""
    offer_starts: dict[int, set[int]] = defaultdict(set)
    for hit in blocks.phrase_hits("subscribe", "has"):
        offer_starts[hit.block].add(hit.start)
    offer_counts: dict[int, int] = {}
    with_clause: set[int] = set()
    for hit in blocks.phrase_hits("subscribe", "end"):
        n_before = sum(start <= hit.start for start in offer_starts.get(hit.block, ()))
        if n_before and blocks.words[hit.block] <= MAX_PROMO_WORDS:
            offer_counts[hit.block] = n_before
    for hit in blocks.phrase_hits("subscribe", "start"):
        i = hit.block
        following = [start for start in offer_starts.get(i, ()) if start >= hit.end]
        if following and CLAUSE_WORD.search(blocks.folded[i][hit.end : min(following)]):
            with_clause.add(i)
        if following and blocks.words[i] <= MAX_PROMO_WORDS:
            offer_counts[i] = max(len(following), offer_counts.get(i, 0))
    return offer_counts, with_clause


def _promotion_strength(blocks: BlockIndex, i: int, n_offers: int, is_at_edge: bool) -> float:
    is_line = not blocks.ends_sentence[i] and blocks.words[i] <= MAX_LINE_WORDS
    if is_at_edge:
        return 0.9 if is_line or n_offers > 1 else 0.3
    if is_line:
        return 0.8 if n_offers > 1 or blocks.words[i] <= MAX_LINE_WORDS / 2 else 0.5
    return 0.5 if n_offers > 2 else 0.2


def _describes_promotion(blocks: BlockIndex, i: int) -> bool:
    if i >= len(blocks) or blocks.ends_sentence[i] or blocks.words[i] > MAX_DESCRIPTION_WORDS:
        return False
    return ADDRESSES_READER.match(blocks.folded[i].lstrip()) is not None
