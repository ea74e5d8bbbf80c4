"""Inline ads: what a page put between the sentences of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import has_letter_case
from cleaner.analysis.phrases import Hit
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

SENTENCE_END_CHARS = frozenset(".!?…。！？؟।۔:)]”\"'’»」』|•")
# So much of the text on either side shows whether a sentence ends and another begins.
CONTEXT_CHARS = 40
# An invitation is cut to the end of its sentence; longer than this it is a sentence about something else.
MAX_INVITATION_WORDS = 25
SENTENCE_REST = re.compile(r"[^.!?…。！？؟।۔\n]{0,200}[.!?…。！？؟।۔]*")
# Left-over calls of ad scripts. Every quantifier is bounded: linear on any input.
AD_SCRIPT_CALL = re.compile(
    r"""\(\s?adsbygoogle\s?=\s?window\.adsbygoogle\s?\|\|\s?\[\]\s?\)\.push\(\s?\{[^{}]{0,300}\}\s?\)\s?;?
    |googletag\.(?:cmd\.push\(\s?(?:function\s?\(\)|\(\)\s?=>)\s?\{[^{}]{0,600}\}\s?\)|display\([^()]{0,100}\))\s?;?
    |window\._taboola\s?=\s?window\._taboola\s?\|\|\s?\[\]\s?;?(?:\s?_taboola\.push\(\s?\{[^{}]{0,600}\}\s?\)\s?;?)?
    |_taboola\.push\(\s?\{[^{}]{0,600}\}\s?\)\s?;?
    |\(\s?function\s?\(\s?d\s?,\s?s\s?,\s?id\s?\)\s?\{[^{}]{0,600}\}\s?\(\s?document\s?,[^()]{0,100}\)\s?\)\s?;?
    """,
    re.VERBOSE,
)
AD_SCRIPT_NEEDLES = ("adsbygoogle", "googletag", "_taboola", "function")
# In capitals in the middle of a sentence only in titles: "Advertisement The ferry" are two sentences.
SENTENCE_OPENERS = frozenset(
    "The A An This That These Those He She It They We You In On At But And For From When While After Before"
    " If As Der Die Das Ein Eine Er Sie Es Wir Im Am Aber Und Doch Wenn Als Nach"
    " Le La Les Un Une Il Elle Ils Elles Nous On Dans Mais Et Quand Après"
    " El Los Las Una En Pero Y Cuando Según Lo Gli Nel Ma Quando Dopo O Os As Um Uma Em Mas Segundo".split()
)
CODE_TAGS = ("pre", "code")
# After such a sign at the beginning of a word the words are quoted.
QUOTATION_START = re.compile(r"(?:(?:^|[\s(\[—–-])[\"'”»›’]|[“„‟«‹‘‚「『])\Z")


@rule("ad", CERTAIN, group="ad", traits=("trafilatura-often-keeps",))
def inline_ad(blocks: BlockIndex) -> Iterator[Finding]:
    """Ad markers, channel invitations and ad scripts between the sentences of a paragraph.

    Drops: `ADVERTISEMENT`, `PUBLICIDAD` and the like in capitals between two sentences, or glued to them;
    `STORY CONTINUES BELOW THIS AD`; a whole sentence that says to click here and join a channel; calls of
    ad scripts such as `(adsbygoogle = window.adsbygoogle || []).push({});`.
    Keeps: the sentences around, a sentence that speaks of an advertisement, words in quotation marks,
    capitals that are part of a name, code samples.
    """
    for hit in blocks.phrase_hits("inline-ad", "span"):
        span = _span_to_cut(blocks[hit.block].text, hit)
        if span:
            text = blocks[hit.block].text[span[0] : span[1]]
            yield Finding(hit.block, f"between sentences: “{text}”", 1.0, span)
    for i in blocks.containing(AD_SCRIPT_NEEDLES):
        if blocks[i].tag not in CODE_TAGS:
            for match in AD_SCRIPT_CALL.finditer(blocks[i].text):
                yield Finding(i, "a call of an ad script", 1.0, match.span())


def _span_to_cut(text: str, hit: Hit) -> tuple[int, int] | None:
    """The part of `text` to cut for a hit; None where the words belong to a sentence."""
    words = text[hit.start : hit.end]
    before, after = (
        text[max(hit.start - CONTEXT_CHARS, 0) : hit.start],
        text[hit.end : hit.end + CONTEXT_CHARS],
    )
    if not any(char.isalnum() for char in before + after):
        return None  # the whole line: not this rule's business
    if not _may_start_sentence(before) or _starts_quotation(before):
        return None
    has_several_words = " " in words
    if has_several_words and not words.isupper() and not _sentence_may_follow(after):
        return _invitation_span(text, hit)
    if _is_ad_marker(words, before, after, has_several_words):
        return hit.start, hit.end
    return None


def _may_start_sentence(before: str) -> bool:
    """Whether a sentence may begin here."""
    rest = before.rstrip(" \u00a0-–—*[(【")
    return not rest or rest[-1] in SENTENCE_END_CHARS


def _starts_quotation(before: str) -> bool:
    """Whether a quotation begins here: an ad stands between sentences, not at the head of a quotation."""
    return QUOTATION_START.search(before) is not None


def _sentence_may_follow(after: str) -> bool:
    """Whether the words are followed by a capital, as the next sentence would be."""
    rest = after.lstrip(" \u00a0-–—*])】.:")
    return not rest or rest[0].isupper() or rest[0] in "“\"‘'«¿¡"


def _is_ad_marker(words: str, before: str, after: str, has_several_words: bool) -> bool:
    if not _sentence_may_follow(after):
        return not has_letter_case(words) and before[-1:].isspace() and after[:1].isspace()
    if words.isupper():
        return not _capitals_follow(after)
    if has_several_words:
        return words[0].isupper() and has_letter_case(words)
    is_joined = (bool(before) and before[-1] in SENTENCE_END_CHARS) or after[:1].isupper()
    return words[0].isupper() and (is_joined or _opener_follows(after))


def _opener_follows(after: str) -> bool:
    """Whether the next word is one that starts sentences, in a capital, and so cannot go on with this one."""
    word = re.match(r"[ \u00a0]([^\W\d_]+)\b", after)
    return word is not None and word[1] in SENTENCE_OPENERS


def _capitals_follow(after: str) -> bool:
    """Whether the next word is in capitals too: then the words are part of a line in capitals."""
    word = re.match(r"[\s\-–—]{0,3}([^\W\d_]{2,})", after)
    return word is not None and word[1].isupper()


def _invitation_span(text: str, hit: Hit) -> tuple[int, int] | None:
    """An invitation with the rest of its sentence."""
    if not text[hit.start].isupper() and has_letter_case(text[hit.start : hit.end]):
        return None
    rest = SENTENCE_REST.match(text, hit.end)
    end = rest.end() if rest else hit.end
    return (hit.start, end) if len(text[hit.start : end].split()) <= MAX_INVITATION_WORDS else None
