"""Pointers to other articles, set between paragraphs or into one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import SENTENCE_END, BlockIndex, Finding
from cleaner.analysis.line_types import headline
from cleaner.analysis.normalize import UNSPACED
from cleaner.analysis.phrases import Hit

# `Read also:` and a title; the longest title seen has 30 words.
LONGEST = 36
# Heard on a page with other furniture only: `See also: Smith 1911, page 20` is the article's own.
UNSURE = 0.5
REFERENCE = re.compile(
    r"\b(?:pages?|pp?|seiten?|s|chapter|ch|section|§|fig(?:ure)?"
    r"|table|vol(?:ume)?|kapitel|chapitre|стр|с)\b\.? ?\d"
    r"|\b1[5-9]\d\d\b|\(\d{4}\)",
    re.IGNORECASE,
)
SEE = ("see", "siehe", "vgl", "voir", "véase", "ver", "vedi", "zie", "zob", "см", "se også", "se även")
SIGN = re.compile(r"\s*(?:[:：|»›>→▶]|-\s|[-–—]{1,2}\s)")
# `Read more` and `watch now` also begin advice.
LEADS = frozenset(":：|-–—")  # behind these a title follows; `Read more »` closes what stands above it
FEW = 2
VERBS = frozenset(("read", "see", "watch", "leia", "lees", "lea", "lee"))
# In brackets, up to this many characters: a title and little more.
INSIDE = 300
BRACKETS = {"(": ")", "[": "]", "（": "）", "【": "】", "［": "］", "{": "}"}


def read_also(blocks: BlockIndex) -> Iterator[Finding]:
    """One-line pointers to other articles, between paragraphs or in brackets inside one.

    Drops: `Read also: …`, `READ MORE | …`, `Lesen Sie auch …`, `関連記事：…`, a `Read more` that stands
    alone with the title that follows it behind a colon; inside a paragraph `[Read more: …]` and a
    pointer behind the last sentence.
    Keeps: advice such as `Read more books and watch less`, sentences that begin so, references in brackets
    without a colon, references to a page or a year.
    """
    found: dict[int, Finding] = {}
    for i in blocks.phrase_only_blocks("read-also"):
        colon = blocks[i].text.rstrip()[-1:] in LEADS
        sure = 0.9 if colon or blocks.words[i] > FEW else UNSURE
        found[i] = Finding(i, "the line points to another article", sure)
        if colon and i + 1 < len(blocks) and headline(blocks, i + 1):
            found.setdefault(i + 1, Finding(i + 1, "a title behind a pointer to another article", 0.7))
    spans: list[Finding] = []
    for hit in blocks.phrase_hits("read-also", "start", "has"):
        if hit.mode == "start" and _pointer(blocks, hit):
            sure = UNSURE if _reference(blocks[hit.block].text, hit) or _goes_on(blocks, hit) else 1.0
            found[hit.block] = Finding(hit.block, f"“{_quote(blocks, hit)}” points to another article", sure)
        elif hit.mode == "has" and (span := _bracketed(blocks, hit) or _behind(blocks, hit)):
            spans.append(Finding(hit.block, f"“{_quote(blocks, hit)}” points to another article", 0.9, span))
    yield from (found[i] for i in sorted(found))
    yield from (finding for finding in spans if finding.block not in found)


def _quote(blocks: BlockIndex, hit: Hit) -> str:
    return blocks[hit.block].text[hit.start : hit.end].strip()


def _pointer(blocks: BlockIndex, hit: Hit) -> bool:
    """Whether the block is the phrase and a title: behind a sign, or in plain sight a title."""
    i, text = hit.block, blocks[hit.block].text
    if blocks.words[i] > LONGEST:
        return False
    if SIGN.match(text, hit.end):
        return True
    rest = text[hit.end :].lstrip(" \"'“‘«「『《")
    return (
        _strict(text[hit.start : hit.end])
        and bool(rest)
        and not rest[0].islower()
        and not blocks.ends_sentence[i]
    )


def _goes_on(blocks: BlockIndex, hit: Hit) -> bool:
    """Whether what follows is the rest of a sentence: in small letters, with a full stop at its end."""
    rest = blocks[hit.block].text[hit.end :].lstrip(" :：|-–—\"'“‘«")
    return rest[:1].islower() and rest.endswith((".", "!"))


def _reference(text: str, hit: Hit) -> bool:
    """Whether `see also` names one word, or a page or a year, as in notes and glossaries."""
    rest = text[hit.end :]
    see = text[hit.start : hit.end].lower().startswith(SEE)
    return REFERENCE.search(rest) is not None or (see and len(rest.split()) < 4)


def _strict(phrase: str) -> bool:
    """Whether the phrase is long enough to be no mere verb: `lesen Sie auch`, not `read more`."""
    words = phrase.lower().split()
    if len(words) == 1:
        return UNSPACED.match(phrase) is not None and len(phrase) > 3
    return len(words) > 2 or words[0] not in VERBS


def _bracketed(blocks: BlockIndex, hit: Hit) -> tuple[int, int] | None:
    """The brackets around the phrase, where it opens them and a sign follows it."""
    text = blocks[hit.block].text
    start = hit.start - 2 if text[hit.start - 1 : hit.start].isspace() else hit.start - 1
    if start < 0 or text[start] not in BRACKETS:
        return None
    end = text.find(BRACKETS[text[start]], hit.end, hit.end + INSIDE)
    if end < 0 or not (SIGN.match(text, hit.end) or (text[start] in "[【" and end - hit.end < 40)):
        return None
    return start, end + 1


def _behind(blocks: BlockIndex, hit: Hit) -> tuple[int, int] | None:
    """From a phrase with a sign, behind the end of a sentence, to the block's end, if that is a title."""
    text = blocks[hit.block].text
    before = text[max(0, hit.start - 20) : hit.start]
    if not before.strip() or not SENTENCE_END.search(before) or not SIGN.match(text, hit.end):
        return None
    if len(text) - hit.end > INSIDE or blocks.ends_sentence[hit.block] or len(text[hit.end :].split()) < 2:
        return None
    return hit.start, len(text)
