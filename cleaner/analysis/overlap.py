"""How much of each block is in the text that another extractor took for the article.

Reference texts are trafilatura's, and the article that a page gives in JSON-LD. Compared are letters and
digits only: trafilatura joins cells and list entries, with spaces or without. A short block counts as held if
it is a line of the reference text, or is there next to what precedes or follows it on the page; alone it
could be anywhere. Blocks without letters count as their neighbours do.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import memoized
from cleaner.analysis.normalize import count_words, fold

# A reference text with fewer words, from a page with five times as much prose, is only a corner of it.
MIN_REFERENCE_WORDS = 50
MAX_PROSE_RATIO = 5
# The page must show this share of its JSON-LD article: else that is another article, or an old version.
MIN_SHARE_ON_PAGE = 0.8
# Without trafilatura the JSON-LD article counts only if it holds this share of the page's prose: many pages
# give only the beginning.
MIN_PROSE_COVERAGE = 0.5
# So many letters in a row stand in two texts by chance once in a thousand pages.
NGRAM_CHARS = 10
# From this length on a block is compared without its neighbours.
MIN_STANDALONE_CHARS = 24
# What of its neighbours is read with a short block.
CONTEXT_CHARS = 9
# So many blocks on each side show which of several copies is the one in the reference text.
CONTEXT_BLOCKS = 3
NON_ALNUM = re.compile(r"[\W_]+")
ON_THE_LINE = str.maketrans(
    "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿⁱ₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789ni0123456789aehijklmnoprstuvx"
)
CELL_SEPARATOR = re.compile(r"\s*\|\s*")


@memoized
def reference_overlap(blocks: BlockIndex) -> tuple[float, ...] | None:
    """For each block the share of its text that is in trafilatura's, 0 to 1; None where that is too short or
    a dialog."""
    if blocks.reference_text is None or _covers_too_little(blocks, blocks.reference_text):
        return None
    shares = _overlap_shares(blocks, blocks.reference_text)
    return None if _is_in_dialog(blocks, shares) else shares


def _is_in_dialog(blocks: BlockIndex, shares: Sequence[float]) -> bool:
    """Whether most of what a text holds of the page is in a dialog: then it took that for the article."""
    if not any(block.dialog for block in blocks):
        return False
    held = [count * share for count, share in zip(blocks.words, shares, strict=True)]
    in_dialog = sum(words for words, block in zip(held, blocks, strict=True) if block.dialog)
    return 2 * in_dialog > sum(held)


def combined_overlap(blocks: BlockIndex, json_ld_text: str | None) -> tuple[float, ...] | None:
    """The larger of two shares for each block: of its text in trafilatura's, and in the JSON-LD article.

    The second counts only if the page shows that article, and without the first only if it holds most of the
    page's prose.
    """
    reference_shares = reference_overlap(blocks)
    if json_ld_text is None or _covers_too_little(blocks, json_ld_text):
        return reference_shares
    json_ld_shares = _overlap_shares(blocks, json_ld_text)
    if reference_shares is not None:
        return (
            tuple(map(max, reference_shares, json_ld_shares))
            if _is_mostly_on_page(blocks, json_ld_text, json_ld_shares)
            else reference_shares
        )
    return (
        json_ld_shares
        if _is_mostly_on_page(blocks, json_ld_text, json_ld_shares) and _covers_prose(blocks, json_ld_shares)
        else None
    )


def _is_mostly_on_page(blocks: BlockIndex, article_text: str, shares: Sequence[float]) -> bool:
    """Whether the page shows most of a text."""
    words_on_page = sum(count * share for count, share in zip(blocks.words, shares, strict=True))
    return words_on_page >= MIN_SHARE_ON_PAGE * count_words(article_text)


def _covers_prose(blocks: BlockIndex, shares: Sequence[float]) -> bool:
    """Whether a text holds most of the page's prose, not only the beginning."""
    prose = [
        (count, share)
        for count, share, is_prose in zip(blocks.words, shares, blocks.prose, strict=True)
        if is_prose
    ]
    return sum(count * share for count, share in prose) >= MIN_PROSE_COVERAGE * sum(
        count for count, _ in prose
    )


def _overlap_shares(blocks: BlockIndex, article_text: str) -> tuple[float, ...]:
    """For each block the share of its text that stands in a text."""
    texts = [_letters_of(text) for text in blocks.folded]
    lines, ngrams = _lines_and_ngrams(article_text)
    return tuple(_count_copies_once(blocks, texts, _text_shares(texts, lines, ngrams), lines))


def _covers_too_little(blocks: BlockIndex, article_text: str) -> bool:
    article_words = count_words(article_text)
    prose_words = sum(words for words, is_prose in zip(blocks.words, blocks.prose, strict=True) if is_prose)
    return article_words == 0 or (
        article_words < MIN_REFERENCE_WORDS and prose_words > MAX_PROSE_RATIO * article_words
    )


def _lines_and_ngrams(article_text: str) -> tuple[Counter[str], set[str]]:
    """How often each line and cell is in a text, and all its runs of `NGRAM_CHARS` letters and digits."""
    folded = fold(article_text)
    cells = (cell for line in folded.splitlines() for cell in {line, *CELL_SEPARATOR.split(line)})
    lines = Counter(text for cell in cells if (text := _letters_of(cell)))
    alnum_text = _letters_of(folded)
    return lines, {alnum_text[k : k + NGRAM_CHARS] for k in range(len(alnum_text) - NGRAM_CHARS + 1)}


def _letters_of(text: str) -> str:
    """Letters and digits only, raised and lowered ones as the others: trafilatura knows no exponents."""
    return NON_ALNUM.sub("", text.translate(ON_THE_LINE))


def _text_shares(texts: Sequence[str], lines: Counter[str], ngrams: set[str]) -> list[float]:
    joined = "".join(texts)
    ends = list(accumulate(map(len, texts)))
    shares = []
    for text, end in zip(texts, ends, strict=True):
        start = end - len(text)
        if text in lines:
            shares.append(1.0)
        elif len(text) >= MIN_STANDALONE_CHARS:
            shares.append(_ngram_share(text, ngrams))
        else:
            before, after = joined[max(start - CONTEXT_CHARS, 0) : end], joined[start : end + CONTEXT_CHARS]
            shares.append(
                float(bool(text) and 1.0 in (_ngram_share(before, ngrams), _ngram_share(after, ngrams)))
            )
    return [
        share if text else min(shares[max(i - 1, 0)], shares[min(i + 1, len(shares) - 1)])
        for i, (text, share) in enumerate(zip(texts, shares, strict=True))
    ]


def _ngram_share(text: str, ngrams: set[str]) -> float:
    is_in_article = [text[k : k + NGRAM_CHARS] in ngrams for k in range(len(text) - NGRAM_CHARS + 1)]
    return sum(is_in_article) / len(is_in_article) if is_in_article else 0.0


def _count_copies_once(
    blocks: BlockIndex, texts: Sequence[str], shares: list[float], lines: Counter[str]
) -> list[float]:
    """The shares, with copies of a text that the other text holds once counted once: a page may hold a
    paragraph several times (for phones, hidden, in a slider). Visible copies beside blocks that are in the
    other text come first. Paragraphs under the very same elements are no copies: the author repeats himself.
    """
    copies = _copies(texts, shares, lines)
    unique_shares = [
        share if len(copies.get(text, ())) < 2 else 0.0 for text, share in zip(texts, shares, strict=True)
    ]
    for text, copy_blocks in copies.items():
        ranked = _ranked_copies(blocks, copy_blocks, unique_shares)
        if not blocks[ranked[0]].hidden:
            for i in ranked:
                shares[i] *= not blocks[i].hidden  # trafilatura may see both; a reader sees one
        for i in ranked[max(lines[text], 1) :]:
            if not (blocks.prose[i] and blocks[i].path == blocks[ranked[0]].path):
                shares[i] = 0.0
    return shares


def _copies(
    texts: Sequence[str], shares: Sequence[float], lines: Counter[str]
) -> Mapping[str, Sequence[int]]:
    """The blocks that hold each text which the other text holds whole."""
    copies: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        if shares[i] == 1.0 and (text in lines or len(text) >= MIN_STANDALONE_CHARS):
            copies[text].append(i)
    return copies


def _ranked_copies(
    blocks: BlockIndex, copy_blocks: Sequence[int], unique_shares: Sequence[float]
) -> list[int]:
    """The copies of a text: visible ones first, of these the ones whose neighbours are in the other text."""

    def rank(i: int) -> tuple[bool, float]:
        neighbours = unique_shares[max(i - CONTEXT_BLOCKS, 0) : i + CONTEXT_BLOCKS + 1]
        return blocks[i].hidden, -sum(neighbours)

    return sorted(copy_blocks, key=rank)
