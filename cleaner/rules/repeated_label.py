"""Repeated labels: the same word over every part of an article, for a screen reader or a click."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.document import tag_of
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

MAX_LABEL_WORDS = 5
# So often a label stands in figures, over parts of the article under a name for screen readers, or over most
# of its paragraphs: `Example` in a textbook and `Note` in a manual stand over a few.
MIN_IN_FIGURES, MIN_NAMED, MIN_OVER_PARAGRAPHS = 2, 3, 4
MIN_SHARE_OF_PARAGRAPHS = 0.6
_READER_CLASS = re.compile(
    r"[.#](?:[\w-]*visually|[\w-]*sr-only|sr$|[\w-]*screen-?reader|[\w-]*a11y|[\w-]*assistive|[\w-]*offscreen)"
)
# `Signalman:`, `Q.`, `A`; and what only parts one thing from the next (`* * *`).
_SPEAKER_OR_SIGN = re.compile(r"[:：]$|^\W*\w?\W*$")
_NOTE_ENDS = (")", "]", ".")


@rule("chrome", CERTAIN, group="chrome")
def repeated_label(blocks: BlockIndex) -> Iterator[Finding]:
    """A short label that a page repeats in each figure or over each part of its article.

    Drops: the same few words in elements that hold nothing else, in two figures or more, under a name for
    screen readers, or over most paragraphs of the article.
    Keeps: headings, cells and list entries, the speakers of an interview or a play, signs between parts,
    words that stand over some paragraphs only, and anything in flattened text.
    """
    for label, members in _labels(blocks).items():
        if _is_furniture(blocks, members):
            why = f"the label “{label}” stands {len(members)} times on the page, in elements of its own"
            yield from (Finding(i, why) for i in members)


def _labels(blocks: BlockIndex) -> dict[str, list[int]]:
    """Where each text stands that has elements of its own: those of the same path hold no other text."""
    texts_by_path: dict[Sequence[str], set[str]] = defaultdict(set)
    members: dict[str, list[int]] = defaultdict(list)
    for i, block in enumerate(blocks):
        if block.path:
            texts_by_path[_names(block.path)].add(blocks.folded[i])
            if _may_be_label(blocks, i):
                members[block.text].append(i)
    return {
        label: found
        for label, found in members.items()
        if len(found) > 1 and all(len(texts_by_path[_names(blocks[i].path)]) == 1 for i in found)
    }


def _names(path: Sequence[str]) -> Sequence[str]:
    """The innermost elements of a path."""
    return path[-2:]


def _may_be_label(blocks: BlockIndex, i: int) -> bool:
    return (
        blocks.words[i] <= MAX_LABEL_WORDS
        and not blocks.ends_sentence[i]
        and not blocks[i].text.endswith(_NOTE_ENDS)
        and may_repeat_as_furniture(blocks, i)
    )


def may_repeat_as_furniture(blocks: BlockIndex, i: int) -> bool:
    """Whether a block that says the same more than once may be the page's: articles repeat their headings,
    cells, entries of lists, code, speakers and signs between parts."""
    block = blocks[i]
    return (
        not block.heading
        and block.table_row < 0
        and not block.preformatted
        and block.tag not in ("li", "dt", "dd", "td", "th")
        and not _SPEAKER_OR_SIGN.search(block.text)
    )


def _is_furniture(blocks: BlockIndex, members: Sequence[int]) -> bool:
    count = len(members)
    path = blocks[members[0]].path
    if count >= MIN_IN_FIGURES and all(_in_figure(blocks[i].path) for i in members):
        return True
    if count >= MIN_NAMED and any(_READER_CLASS.search(step) for step in path[-2:]):
        return True
    over = sum(i + 1 < len(blocks) and blocks.prose[i + 1] for i in members)
    paragraphs = sum(blocks.prose[i] for i in blocks.prose_range)
    return over == count >= MIN_OVER_PARAGRAPHS and over >= MIN_SHARE_OF_PARAGRAPHS * paragraphs


def _in_figure(path: Sequence[str]) -> bool:
    return any(tag_of(step) == "figure" for step in path[-4:])
