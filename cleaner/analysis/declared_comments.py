"""Readers' comments that a page declares: elements whose own names say that they hold one, or a thread."""

from __future__ import annotations

import re
from functools import lru_cache

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import memoized
from cleaner.document import tag_of

# The names by which publishing systems, and services for comments, call a thread and what is in it. Other
# words around them say something else: `comments-open`, `has-comments`, `comment-count` of an article.
_NAME = re.compile(
    r"(?:(?!(?:has|no|with|without|is|hide|show|num|open|closed|toggle)[-_])[a-z]{1,12}[-_]{1,2}){0,2}"
    r"(?:comments?|usercomments?|readercomments?|commentlist|kommentare?|kommentarer|commentaires?|comentarios?"
    r"|comentários?|commenti|reacties|komentarze|kommentarii|yorum(?:lar)?|disqus(?:[-_]thread)?|isso[-_]thread"
    r"|hyvor[-_]talk|livefyre|viafoura|coral[-_]thread|spotim|openweb|remark42|utterances|giscus"
    r"|cackle|hypercomments)"
    r"(?:[-_]{0,2}(?:lists?|area|section|thread|body|content|text|items?|container|wrap(?:per)?|box"
    r"|entry|inner|message|author|meta|main|holder|block|posts?|nodes?|tree|children|title|heading|reply|form"
    r"|feed|stream|row|view|module|component|root|app|region|[0-9]{1,12})){0,3}",
    re.IGNORECASE,
)
MAX_NAME_CHARS = 60
# Elements around a whole page, whose classes tell what the page has.
_PAGE_TAGS = frozenset(("html", "body", "main"))
# Names of pages and elements where comments are what the page is about: forums, questions and answers.
_FORUM_NAME = re.compile(
    r"(?<![a-z])(?:forums?|phpbb|vbulletin|ips(?:entry|comment|layout)\w*|ctopic|discussionboard|messagelist|topic"
    r"|question)(?![a-z])",
    re.IGNORECASE,
)
# A thread has so many elements with prose, or one below a heading of the thread.
MIN_COMMENTS = 2
# Outside its comments a page must say something: a sentence of so many words, or the comments are the page.
MIN_SENTENCE_WORDS = 6


@lru_cache(maxsize=50_000)
def names_comments(step: str) -> bool:
    """Whether an element's id or one of its classes says that it holds comments."""
    tag = tag_of(step)
    if tag in _PAGE_TAGS:
        return False
    names = re.split(r"[#.]", step[len(tag) :])
    return any(len(name) <= MAX_NAME_CHARS and _NAME.fullmatch(name) is not None for name in names)


@memoized
def declared_comments(blocks: BlockIndex) -> frozenset[int]:
    """The blocks inside elements that a page names after comments, where they follow what the page is about.

    Empty for text, and for a page that has nothing but comments to say, as those of forums do.
    """
    steps = {step for step in blocks.path_steps if names_comments(step)}
    if not steps or any(map(_FORUM_NAME.search, blocks.path_steps)):
        return frozenset()
    inside = blocks.inside_steps(steps)
    outside = [
        i
        for i in range(len(blocks))
        if not inside[i]
        and blocks.ends_sentence[i]
        and blocks.words[i] >= MIN_SENTENCE_WORDS
        and blocks[i].link_density < 0.5
        and not blocks[i].hidden
    ]
    if not outside:
        return frozenset()
    found = frozenset(i for i in range(outside[0] + 1, len(blocks)) if inside[i])
    n_prose = sum(blocks.ends_sentence[i] for i in found)
    return found if n_prose >= MIN_COMMENTS else frozenset()
