"""Interstitial ads: lines set between the paragraphs of an article."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout, phrase_lines

# A line that breaks an article this often is not its author's: a refrain stands in verse, not in prose.
REPEATS = 3
LONGEST = 8
REFRAIN = 0.7
# Names of speakers recur too: without one of these words only a page with other furniture makes it an ad.
AD_WORDS = re.compile(
    r"\bads?\b|advert|sponsor|presented by|brought to you|story continues|anzeige"
    r"|werbung|präsentiert von|publici"
    r"|pubblicità|anuncio|patrocin|présenté par|offert par|reklam|реклам"
    r"|advertentie|annons|reclam[eă]\b|iklan"
    r"|hirdetés|mainos|inzerce|διαφήμιση|広告|提供|广告|廣告|赞助|광고|협찬|إعلان|विज्ञापन"
)
# The sub-heads of a list of products recur as well; they are not in capitals.
SUBHEAD = 0.3
# Words like `Annonce` that stand alone under the first paragraph of a short page: the same line again, or
# other page furniture, makes it sure; a heading of one word is rarely one of these.
LONE = 0.6
# Heard on a page with other furniture only: once, these are entries of a glossary, headings, names.
UNSURE = 0.45
AMBIGUOUS = frozenset(
    "ad ads advert advertising annonce annonces annoncer pub publi anuncio anuncios annuncio anúncio anúncios"
    " propaganda ogłoszenie anunț ilan sponsored sponsor 推广 스폰서".split()
)


def interstitial_ad(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines that announce an advertisement between paragraphs.

    Drops: a line that consists of such words alone (`Advertisement`, `Story continues below this ad`,
    `Anzeige`), and a short line in capitals with such a word that stands three times or more between
    paragraphs of prose.
    Keeps: a sentence about advertising, a refrain, the speakers of a transcript, numbered chapters, an entry
    of a glossary.
    """
    found = dict(phrase_lines(blocks, "interstitial-ad"))
    for i, sure in found.items():
        least = (
            UNSURE
            if blocks.templates[i] in AMBIGUOUS and blocks.template_counts[blocks.templates[i]] == 1
            else LONE
        )
        yield Finding(i, f"the line announces an advertisement: “{blocks[i].text}”", max(sure, least))
    for where in _repeated(blocks).values():
        if all(_between(blocks, i) for i in where) and not found.keys() & set(where):
            why = f"a short line that stands {len(where)} times between paragraphs"
            yield from (Finding(i, why, _refrain(blocks, where[0])) for i in where)


def _refrain(blocks: BlockIndex, i: int) -> float:
    """How surely a line that stands between paragraphs again and again is an ad."""
    if not blocks[i].text.isupper() or blocks.words[i] < 2:
        return SUBHEAD
    return REFRAIN if AD_WORDS.search(blocks.folded[i]) else UNSURE


def _repeated(blocks: BlockIndex) -> dict[str, list[int]]:
    """Where the short lines stand that the document repeats between its first and last paragraph."""
    where: dict[str, list[int]] = defaultdict(list)
    for i in blocks.prose_range:
        line = blocks.folded[i]  # not its shape: the dates over the entries of a diary share one
        if (
            blocks.template_counts[blocks.templates[i]] >= REPEATS
            and blocks.words[i] <= LONGEST
            and not blocks.ends_sentence[i]
        ):
            where[line].append(i)
    return {line: at for line, at in where.items() if len(at) >= REPEATS}


def _between(blocks: BlockIndex, i: int) -> bool:
    paragraph = layout(blocks).paragraph
    return not paragraph[i] and paragraph[i - 1] and paragraph[i + 1]
