"""Interstitial ads: lines set between the paragraphs of an article."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import COLONS, layout_of, scored_phrase_lines
from cleaner.analysis.line_types import looks_like_names
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_UNCOUNTED_STRENGTH

# A line that breaks an article this often is not its author's: a refrain stands in verse, not in prose.
MIN_REPEATS = 3
MAX_REPEATED_WORDS = 8
MIN_LABELS = 4
REPEATED_AD_STRENGTH = 0.7
# Names of speakers recur too: without one of these words it is an ad only on a page with other boilerplate.
AD_WORDS = re.compile(
    r"\bads?\b|advert|sponsor|presented by|brought to you|story continues|anzeige"
    r"|werbung|präsentiert von|publici"
    r"|pubblicità|anuncio|patrocin|présenté par|offert par|reklam|реклам"
    r"|advertentie|annons|reclam[eă]\b|iklan"
    r"|hirdetés|mainos|inzerce|διαφημιση|広告|提供|广告|廣告|赞助|광고|협찬|اعلان|विज्ञापन"
    r"|โฆษณา|quảng cáo|פרסומת|اگهي"
)
# The sub-heads of a list of products recur as well; they are not in capitals.
REPEATED_SUBHEAD_STRENGTH = 0.3
# Words like `Annonce` that stand alone under the first paragraph of a short page: the same line again, or
# other boilerplate, makes it sure; a heading of one word is rarely one of these.
SINGLE_AD_STRENGTH = 0.6
# Of these words a single line needs other boilerplate around it: once, they are entries of a glossary,
# headings, names.
AMBIGUOUS_AD_WORDS = frozenset(
    "ad ads advert advertising annonce annonces annoncer pub publi anuncio anuncios annuncio anúncio anúncios"
    " propaganda ogłoszenie anunţ ilan sponsored sponsor 推广 스폰서".split()
)


@rule("ad", CERTAIN, group="ad", traits=("trafilatura-often-keeps",))
def interstitial_ad(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines that announce an advertisement between paragraphs.

    Drops: a line that consists of such words alone (`Advertisement`, `Story continues below this ad`,
    `Anzeige`), and a short line in capitals with such a word that stands three times or more between
    paragraphs of prose.
    Keeps: a sentence about advertising, a refrain, the speakers of a transcript, numbered chapters, an entry
    of a glossary.
    """
    yield from form_findings(blocks, "interstitial-ad", "who paid for what stood there")
    phrase_strengths = dict(scored_phrase_lines(blocks, "interstitial-ad"))
    for i, strength in phrase_strengths.items():
        min_strength = (
            NEEDS_CONTEXT_UNCOUNTED_STRENGTH
            if blocks.templates[i] in AMBIGUOUS_AD_WORDS and blocks.template_counts[blocks.templates[i]] == 1
            else SINGLE_AD_STRENGTH
        )
        yield Finding(
            i, f"the line announces an advertisement: “{blocks[i].text}”", max(strength, min_strength)
        )
    for repeated_at in _repeated_lines(blocks).values():
        if all(_is_between_paragraphs(blocks, i) for i in repeated_at) and not phrase_strengths.keys() & set(
            repeated_at
        ):
            why = f"a short line that stands {len(repeated_at)} times between paragraphs"
            is_label = _is_label_of_each_paragraph(blocks, repeated_at)
            strength = REPEATED_AD_STRENGTH if is_label else _repeated_line_strength(blocks, repeated_at[0])
            yield from (Finding(i, why, strength) for i in repeated_at)


def _is_label_of_each_paragraph(blocks: BlockIndex, repeated_at: Sequence[int]) -> bool:
    """Whether a page put the same label above nearly each paragraph of its article: nothing else stands
    between them, as it would between the products of a list, and it is no name, as that of a speaker would
    be."""
    first = repeated_at[0]
    text = blocks[first].text.strip()
    if len(repeated_at) < MIN_LABELS or text.endswith(COLONS) or not (2 <= blocks.words[first] <= 4):
        return False
    is_paragraph, labels = layout_of(blocks).is_paragraph, frozenset(repeated_at)
    # ends at the first other line: of many labels by turns each would else look at all of the text
    is_nothing_else = all(is_paragraph[k] != (k in labels) for k in range(first, repeated_at[-1] + 2))
    return is_nothing_else and not looks_like_names(text)


def _repeated_line_strength(blocks: BlockIndex, i: int) -> float:
    """How surely a line that is repeated between paragraphs is an ad, 0 to 1."""
    if not blocks[i].text.isupper() or blocks.words[i] < 2:
        return REPEATED_SUBHEAD_STRENGTH
    return REPEATED_AD_STRENGTH if AD_WORDS.search(blocks.folded[i]) else NEEDS_CONTEXT_UNCOUNTED_STRENGTH


def _repeated_lines(blocks: BlockIndex) -> dict[str, list[int]]:
    """Where the short lines stand that the document repeats between its first and last paragraph."""
    blocks_by_line: dict[str, list[int]] = defaultdict(list)
    for i in blocks.prose_range:
        line = blocks.folded[i]  # not its template: the dates over the entries of a diary share one
        if (
            blocks.template_counts[blocks.templates[i]] >= MIN_REPEATS
            and blocks.words[i] <= MAX_REPEATED_WORDS
            and not blocks.ends_sentence[i]
        ):
            blocks_by_line[line].append(i)
    return {line: at for line, at in blocks_by_line.items() if len(at) >= MIN_REPEATS}


def _is_between_paragraphs(blocks: BlockIndex, i: int) -> bool:
    is_paragraph = layout_of(blocks).is_paragraph
    return not is_paragraph[i] and is_paragraph[i - 1] and is_paragraph[i + 1]
