"""Tags, topics and categories that an article was filed under."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.line_types import at_edge

LONGEST = 60
# A tag is a word or two; what stands below `Tags` and is longer is something else.
TAG_WORDS = 4
TAGS = 25
# Heard on a page with other furniture only: a single hashtag may be a heading.
UNSURE = 0.7
HASHTAGS = re.compile(r"(?:[#＃][^\W\d][\w.&-]*[\s,;|·]*)+")
SEPARATOR = re.compile(r"\s*[:：|›»/-]\s*|\s*$")


def topic_tags(blocks: BlockIndex) -> Iterator[Finding]:
    """Tags, topics and categories of an article.

    Drops: `Tags: japan, nato`, `Filed under: …`, in its head or tail; `Tags` alone with the short lines
    below it; a line of hashtags.
    Keeps: sentences on tags and topics, a list in the article, a paragraph that uses a hashtag, a heading
    that is one.
    """
    found: dict[int, Finding] = {}
    for hit in blocks.phrase_hits("topic-tags", "start"):
        i = hit.block
        if at_edge(blocks, i) and _listed(blocks, i, hit.end):
            found[i] = Finding(i, f"a list of tags: “{blocks[i].text[: hit.end].strip()}”", 0.9)
            if not any(char.isalnum() for char in blocks.folded[i][hit.end :]):
                found.update(_below(blocks, i))
    for i, text in enumerate(blocks.folded):
        if text[:1] in "#＃" and HASHTAGS.fullmatch(text):
            several = text.count("#") + text.count("＃") > 1
            found[i] = Finding(i, "hashtags only", 0.9 if several and at_edge(blocks, i) else UNSURE)
    yield from (found[i] for i in sorted(found))


def _listed(blocks: BlockIndex, i: int, end: int) -> bool:
    if blocks.ends_sentence[i] or blocks.words[i] > LONGEST:
        return False
    found = SEPARATOR.match(blocks.folded[i], end)
    return found is not None and (bool(found[0].strip()) or i >= blocks.prose_range.stop > 0)


def _below(blocks: BlockIndex, i: int) -> dict[int, Finding]:
    """The short lines below `Tags`, where the heading stands alone and no prose has to come any more."""
    if i < blocks.prose_range.stop:
        return {}
    run: dict[int, Finding] = {}
    for k in range(i + 1, min(i + 1 + TAGS, len(blocks))):
        if blocks.words[k] > TAG_WORDS or blocks.ends_sentence[k]:
            break
        run[k] = Finding(k, "a short line below a heading for tags", 0.9)
    return run
