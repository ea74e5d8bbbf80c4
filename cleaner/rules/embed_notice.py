"""Embed notice: what stands in the place of a video or a post that was not shown."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

MAX_NOTICE_WORDS = 60
# What stands with a notice in an element of its own: a heading, a way out.
MAX_COMPANION_WORDS = 15
MAX_COMPANIONS = 4


@rule("chrome", CERTAIN, group=None, traits=("trafilatura-often-keeps",))
def embed_notice(blocks: BlockIndex) -> Iterator[Finding]:
    """Notices in the place of what was not shown: a video that failed, a post blocked for want of consent.

    Drops: such notices to the reader (`This video has failed to load`, `Your privacy settings prevent the
    display of external content`), in an HTML page with the headings and ways out in the same element.
    Keeps: a sentence about videos, cookies or blocked content that does not speak to the reader, such words
    in quotation marks, paragraphs longer than 60 words.
    """
    notices = {hit.block for hit in blocks.phrase_hits("embed-notice") if _may_be_notice(blocks, hit.block)}
    for i in sorted(notices):
        yield Finding(i, "a notice in the place of what was not shown")
    companions = {k for i in notices for k in _companions(blocks, i, notices)}
    for k in sorted(companions - notices):
        yield Finding(k, "stands with a notice in the place of what was not shown")


def _may_be_notice(blocks: BlockIndex, i: int) -> bool:
    return blocks.words[i] <= MAX_NOTICE_WORDS and not any(sign in blocks.texts[i] for sign in '"“„«「')


def _companions(blocks: BlockIndex, i: int, notices: set[int]) -> Iterator[int]:
    """Short blocks next to a notice in its element, where that holds nothing else."""
    if len(blocks[i].path) < 3:
        return
    container, found = blocks[i].path[:-1], list[int]()
    for step in (-1, 1):
        k = i + step
        while 0 <= k < len(blocks) and abs(k - i) <= MAX_COMPANIONS and blocks[k].path[:-1] == container:
            if k not in notices and blocks.words[k] > MAX_COMPANION_WORDS:
                return
            found.append(k)
            k += step
        if 0 <= k < len(blocks) and blocks[k].path[:-1] == container:
            return
    yield from found
