"""Running heads: the lines that a printed page has at its head or foot, left between the lines of its
text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import memoized
from cleaner.analysis.normalize import strip_punctuation

# `Page 3`, `p. 3 of 12`, `- 3 -`: what says that the number is a page's.
PAGE_NUMBER = re.compile(
    r"(?:(?P<word>page|pages|pg\.?|p\.|seite|s\.|página|pág\.?|pagina|pag\.|strona|str\.|стр\.?"
    r"|страница|sivu|side|sida"
    r"|strana|oldal|sayfa|trang)\s?)?(?<!\d)(?P<number>\d{1,4})(?!\d)"
    r"(?:\s?(?:/|of|von|de|di|van|z|из|sur|av|af)\s?(?P<total>\d{1,4})(?!\d))?",
)
BARE_NUMBER = re.compile(r"[-–—|\[(\s]*(\d{1,4})[-–—|\])\s]*")
# Heads of chapters and parts have numbers that grow by one as well.
NUMBERED_HEADING = re.compile(
    r"(?:chapter|part|section|step|day|week|figure|fig|table|lesson|unit|act|scene|episode|season"
    r"|round|question|q|rule"
    r"|exercise|example|note|article|volume|book|canto|item|no|nr|number|problem|task|tip|stage|level"
    r"|week|month|year|game"
    r"|kapitel|teil|schritt|tag|abschnitt|abbildung|tabelle|chapitre|partie|étape|jour|capítulo|parte"
    r"|paso|día|capitolo"
    r"|passo|giorno|hoofdstuk|deel|stap|rozdział|część|krok|глава|часть|шаг|день|урок|kapittel|kapitola)\b"
)
# A head has words, and no other number than that of its page; a row of a table and a time have several. The
# numbers are asked for first: a pattern for both would look at a long line once for each of its letters.
WORDS_OF_HEAD = re.compile(r"(?=\D*+\Z)\D*?[^\W\d_]{3}")
MAX_HEAD_WORDS = 14.0
MIN_HEADS, MIN_NAMED_HEADS = 3, 2
# Pages have more than one line.
MIN_LINES_APART = 2
WIDE_GAP = re.compile(r"\S(?:\s{3,}|\t+)\S")


@memoized
def running_heads(blocks: BlockIndex) -> frozenset[int]:
    """The lines that are running heads or feet: the same words with the number of a page that grows from
    one to the next, two of them if `Page` or the like says so, or three that break sentences, or stand
    apart from their number. And the bare numbers of pages, where they break sentences."""
    if not any(blocks.has_digit):
        return frozenset()
    found: set[int] = set()
    for heads in _lines_by_words(blocks).values():
        if len(heads) >= MIN_NAMED_HEADS and _are_pages(heads) and _are_heads(blocks, heads):
            found.update(k for k, _, _ in heads)
    return frozenset(found)


def _lines_by_words(blocks: BlockIndex) -> dict[str, list[tuple[int, int, bool]]]:
    """(block, page, whether it says `Page`) of short lines that begin or end with a number, by their other
    words."""
    groups: dict[str, list[tuple[int, int, bool]]] = defaultdict(list)
    for k, has_digit in enumerate(blocks.has_digit):
        if not has_digit or blocks.words[k] > MAX_HEAD_WORDS:
            continue
        text = blocks.folded[k].strip(" -–—|[]().")
        for match in PAGE_NUMBER.finditer(text):
            if match.start() and match.end() < len(text):
                continue
            words = strip_punctuation(text[: match.start()] + text[match.end() :])
            is_bare = BARE_NUMBER.fullmatch(text) is not None
            if is_bare or (WORDS_OF_HEAD.match(words) and not NUMBERED_HEADING.match(words)):
                groups[words].append((k, int(match["number"]), bool(match["word"] or match["total"])))
                break
    return groups


def _are_pages(heads: Sequence[tuple[int, int, bool]]) -> bool:
    """Whether the numbers grow by one or two, as those of pages do, with text between them."""
    steps = pairwise(heads)
    return all(
        after[1] - before[1] in (1, 2) and after[0] - before[0] >= MIN_LINES_APART for before, after in steps
    )


def _are_heads(blocks: BlockIndex, heads: Sequence[tuple[int, int, bool]]) -> bool:
    breaks = sum(_breaks_sentence(blocks, k) for k, _, _ in heads)
    has_words = blocks.words[heads[0][0]] >= 3
    if all(is_named for _, _, is_named in heads):
        return has_words or breaks > 0 or len(heads) > MIN_HEADS
    if len(heads) < MIN_HEADS:
        return False
    if has_words and all(WIDE_GAP.search(blocks[k].raw) for k, _, _ in heads):
        return True
    return breaks * 2 >= len(heads)


def _breaks_sentence(blocks: BlockIndex, k: int) -> bool:
    """Whether the text goes on below block `k` in the middle of a sentence, or of a word."""
    if not 0 < k < len(blocks) - 1:
        return False
    above, below = blocks[k - 1].text.rstrip(), blocks[k + 1].text.lstrip()
    return (
        not blocks.ends_sentence[k - 1] and len(above) > 20 and (above.endswith("-") or below[:1].islower())
    )
