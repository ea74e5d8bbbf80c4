"""The title of a document that came as text: the line above the article that it is about.

Flattened pages give the title among menus, breadcrumbs and section names, of which some are repeated and some
are long. A line counts that reads like a title and shares words with the paragraphs below it; of several the
first that shares some, as the standfirst below a title shares more. Where none shares any, a line counts that
is repeated and longer than the name of a section.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import islice

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.analysis.line_types import NAME_PARTICLES, TITLE_WORD_RANGE, looks_like_title
from cleaner.analysis.normalize import count_words
from cleaner.analysis.titles import WORD_STEM, repeated_title_text
from cleaner.document import Mark, Verdict

# Between title and first paragraph: standfirst, byline, date, buttons, a caption, a summary of points.
MAX_LINES_ABOVE_TEXT = 16
# The paragraphs whose words a title shares.
N_PARAGRAPHS = 6
# A title shares at least so many words with them, and so large a part of its own.
MIN_SHARED_WORDS, MIN_SHARED_PART = 2, 0.34
# Of two lines that share so many the upper one is the title.
SHARED_WORDS_THAT_COUNT = 3
TRAIL_SEPARATOR = re.compile(r"\s[/»›>]\s")
# Between two steps of a trail: a `/` or `>` may be the title's own.
SURE_TRAIL_SEPARATOR = re.compile(r"\s[»›]\s")
OPENING_SIGNS = " \"'“‘«¿¡([„"
# An entry of a list, or an address.
ENTRY_OR_ADDRESS = re.compile(r"\s*(?:[*+•·▪●►▶‣◦-]\s|(?:https?://|www\.)\S)")
PHOTO_CREDIT = re.compile(
    r"\b(?:fot[oó]s?|photos?|image|bild|kuva|фото)\s?(?::|by\b|par\b|von\b|credit)"
    r"|getty images|reuters/|/afp|shutterstock|\((?:provided|courtesy|file|ap|afp)\b",
    re.IGNORECASE,
)
# Lines with these marks are something else, whatever they share.
NON_TITLE_CODES = frozenset(
    "byline timestamp caption share-bar sign-in subscribe legal-line widget comments read-also topic-tags"
    " author-note publication-note interstitial-ad recommendation-widget app-download navigation"
    " page-date".split()
)
MIN_MARK_STRENGTH = 0.5
# Names of sections have fewer words: `Politics and Law`.
MIN_REPEATED_TITLE_WORDS = 4


def title_of_text(
    blocks: BlockIndex, marks: Sequence[Mark], verdicts: Sequence[Verdict], first_paragraph: int | None
) -> str | None:
    """The title above block `first_paragraph`; None where no line reads like one."""
    if first_paragraph is None:
        return None
    words = _words_of_paragraphs(blocks, verdicts, first_paragraph)
    other = {
        mark.block for mark in marks if mark.code in NON_TITLE_CODES and mark.strength >= MIN_MARK_STRENGTH
    }
    above = range(first_paragraph - 1, max(first_paragraph - 1 - MAX_LINES_ABOVE_TEXT, -1), -1)
    candidates = [i for i in above if i not in other and _may_be_title(blocks, i)]
    shared = {i: n for i in candidates if (n := _shared_words(blocks.folded[i], words))}
    repeated = repeated_title_text(blocks)
    if not shared:
        return repeated if repeated and count_words(repeated) >= MIN_REPEATED_TITLE_WORDS else None
    best = max(shared, key=lambda i: _rank(blocks, i, shared[i]))
    return _without_trail(blocks[_without_what_stands_before(blocks, best, shared)].text.strip())


def _rank(blocks: BlockIndex, i: int, n_shared: int) -> tuple[int, int, int]:
    """What makes line `i` more likely to be the title than another one, the weightiest first."""
    return min(n_shared, SHARED_WORDS_THAT_COUNT), -_menu_neighbours(blocks, i), -i


def _without_what_stands_before(blocks: BlockIndex, line: int, candidates: Iterable[int]) -> int:
    """A candidate that is the end of `line`, where there is one: `You are here: Home Title`, `3. Title`."""
    text = blocks.folded[line].strip()
    ends = [i for i in candidates if i != line and text.endswith(" " + blocks.folded[i].strip())]
    return max(ends, key=lambda i: len(blocks.folded[i]), default=line)


def _may_be_title(blocks: BlockIndex, i: int) -> bool:
    text = blocks[i].text
    is_other = ENTRY_OR_ADDRESS.match(text) or PHOTO_CREDIT.search(text) or _begins_small(text)
    return not is_other and not blocks.prose[i] and looks_like_title(blocks, i)


def _begins_small(text: str) -> bool:
    """Whether the first word has small letters only: of tags, or of the rest of a sentence; not `iPhone`, and
    not `von`, `de` or `d'…` of a name."""
    word = text.lstrip(OPENING_SIGNS).partition(" ")[0]
    return word.islower() and word not in NAME_PARTICLES and not any(sign in word for sign in "'’")


def _without_trail(title: str) -> str:
    """A title without the breadcrumbs that a line puts before it."""
    if "«" in title or "‹" in title:  # quotation marks, of which one looks like a separator
        return title
    *trail, last = TRAIL_SEPARATOR.split(title)
    is_trail = len(trail) > 1 or SURE_TRAIL_SEPARATOR.search(title)
    return last if is_trail and count_words(last) >= TITLE_WORD_RANGE[0] else title


def _words_of_paragraphs(blocks: BlockIndex, verdicts: Sequence[Verdict], start: int) -> Set[str]:
    """The stems of the first kept paragraphs."""
    kept = (i for i in range(start, len(blocks)) if blocks.prose[i] and not verdicts[i].code)
    return {stem for i in [*islice(kept, N_PARAGRAPHS)] or [start] for stem in _stems(blocks.folded[i])}


def _stems(text: str) -> list[str]:
    return [stem for word in text.split() for stem in WORD_STEM.findall(word)]


def _shared_words(title: str, words: Set[str]) -> int:
    """How many words of a title stand in the paragraphs; 0 where that is too small a part of it."""
    stems = Counter(_stems(title))
    n_shared = sum(stem in words for stem in stems)
    is_enough = n_shared >= MIN_SHARED_WORDS and n_shared >= MIN_SHARED_PART * len(stems)
    return n_shared if is_enough else 0


def _menu_neighbours(blocks: BlockIndex, i: int) -> int:
    """How many of the lines beside block `i` look like entries of a menu."""
    is_menu_like = layout_of(blocks).is_menu_like
    return sum(is_menu_like[k] for k in (i - 1, i + 1) if 0 <= k < len(blocks))
