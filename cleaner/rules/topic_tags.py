"""Tags, topics and categories that an article was filed under."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import is_in_head_or_tail
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import STRONG, STRONG_NEEDS_CONTEXT_STRENGTH

MAX_TAG_LIST_WORDS = 60
# A tag is a word or two; what stands below `Tags` and is longer is something else.
MAX_TAG_WORDS = 4
MAX_TAGS = 25
# So many lines of hashtags are those of a list of posts.
MIN_HASHTAG_LINES = 4
HASHTAGS = re.compile(r"(?:[#＃][^\W\d][\w.&-]*[\s,;|·]*)+")
# The head of a paper: its abstract, with its keywords below.
ABSTRACT = re.compile(
    r"\W{0,3}(?:abstract|zusammenfassung|résumé|resumen|resumo|riassunto|摘\s?要|要旨|аннотация)(?!\w)"
)
MAX_LINES_TO_ABSTRACT = 8
TAG_SEPARATOR = re.compile(r"\s*[:：|›»/-]\s*|\s*$")


@rule("meta", STRONG, group="credit")
def topic_tags(blocks: BlockIndex) -> Iterator[Finding]:
    """Tags, topics and categories of an article.

    Drops: `Tags: japan, nato`, `Filed under: …`, in its head or tail; `Tags` alone with the short lines
    below it; a line of hashtags.
    Keeps: sentences on tags and topics, a list in the article, a paragraph that uses a hashtag, a heading
    that is one, the hashtags of the posts of a list.
    """
    findings: dict[int, Finding] = {}
    for hit in blocks.phrase_hits("topic-tags", "start"):
        i = hit.block
        if is_in_head_or_tail(blocks, i) and _is_tag_list(blocks, i, hit.end):
            strength = STRONG_NEEDS_CONTEXT_STRENGTH if _is_paper_head(blocks, i) else 0.9
            findings[i] = Finding(i, f"a list of tags: “{blocks[i].text[: hit.end].strip()}”", strength)
            if not any(char.isalnum() for char in blocks.folded[i][hit.end :]):
                findings.update(_tags_below(blocks, i))
    hashtag_lines = [i for i in blocks.containing(("#", "＃")) if HASHTAGS.fullmatch(blocks.folded[i])]
    is_list = len(hashtag_lines) >= MIN_HASHTAG_LINES
    for i in hashtag_lines:
        # A single hashtag may be a heading.
        has_several = blocks[i].text.count("#") + blocks[i].text.count("＃") > 1
        is_sure = has_several and not is_list and is_in_head_or_tail(blocks, i)
        findings[i] = Finding(i, "hashtags only", 0.9 if is_sure else STRONG_NEEDS_CONTEXT_STRENGTH)
    yield from (findings[i] for i in sorted(findings))


def _is_paper_head(blocks: BlockIndex, i: int) -> bool:
    """Whether an abstract stands close by: the keywords of a paper are its own."""
    near = range(max(0, i - MAX_LINES_TO_ABSTRACT), min(len(blocks), i + MAX_LINES_TO_ABSTRACT + 1))
    return any(ABSTRACT.match(blocks.folded[k]) for k in near)


def _is_tag_list(blocks: BlockIndex, i: int, phrase_end: int) -> bool:
    if blocks.ends_sentence[i] or blocks.words[i] > MAX_TAG_LIST_WORDS:
        return False
    separator = TAG_SEPARATOR.match(blocks.folded[i], phrase_end)
    return separator is not None and (bool(separator[0].strip()) or i >= blocks.prose_range.stop > 0)


def _tags_below(blocks: BlockIndex, i: int) -> dict[int, Finding]:
    """The short lines below `Tags`, where the heading is alone on its line and no prose follows."""
    if i < blocks.prose_range.stop:
        return {}
    findings: dict[int, Finding] = {}
    for k in range(i + 1, min(i + 1 + MAX_TAGS, len(blocks))):
        if blocks.words[k] > MAX_TAG_WORDS or blocks.ends_sentence[k]:
            break
        findings[k] = Finding(k, "a short line below a heading for tags", 0.9)
    return findings
