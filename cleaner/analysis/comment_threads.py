"""Threads of readers' comments told by their shape: below a heading that names or counts comments, names and
what they say in turn, with times and buttons between, down to the end of the page.

Needs no name of an element and no length: threads outgrow their articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import covering_hits
from cleaner.analysis.line_types import RELATIVE_TIME, memoized, relative_time_lines

COMMENT_COUNT = re.compile(
    r"\b\d+\s?(?:(?:responses?|comments?|replies|thoughts?|kommentare?|commentaires?|réponses?|comentarios?|"
    r"respuestas?|commenti|comentários?|respostas?|reacties|komentarz[ey]?|komentarzy|комментари[йяев]+|"
    r"коментар[іяів]+|kommentarer|komentářů?|komentáře|yorum|σχολια|comentarii|hozzászólás|komentar)\b|"
    r"件のコメント|条评论|條評論|則留言|개의 댓글)"
)
CLOCK_TIME = re.compile(r"\b\d{1,2}:\d\d\b")
_NUMBER = re.compile(r"\d{1,6}")
MAX_HEADING_WORDS = 6
# More counts than these belong to a list of posts.
MAX_HEADINGS = 6
# What stands between two comments: a name, a time, a few buttons; and the paragraphs of one comment.
MAX_LINES_BETWEEN = 7
MAX_SHORT_WORDS = 8
MAX_COMMENT_BLOCKS = 6
# A name, as readers give themselves one.
MAX_NAME_WORDS = 4
# With times or buttons at half of them two comments are a thread where its heading counts, else three;
# without any, three that the heading counts.
MIN_SIGNED_COMMENTS, MIN_COUNTED_COMMENTS = 2, 3
MIN_SIGNED_SHARE = 0.5
# Without times and buttons most comments are one block each, where sections of an article have several.
MIN_SINGLE_BLOCK_SHARE = 0.7
# Above such a thread stands an article, or the names are those that only readers have: `anna77`, `oldsalt`.
MIN_WORDS_ABOVE = 40.0
MIN_NICKNAME_SHARE = 1 / 3
_NICKNAME = re.compile(r"[^\W\d_]+[\d_]\w*|[a-z]+[-_]?[a-z]+")
_LEGAL = re.compile(r"\W{0,3}(?:©|\(c\)|copyright\b)")
_BUTTON = re.compile(
    r"\W*(?:(?:reply|repl(?:y|ies) to|report|permalink|upvote|antworten|melden|répondre|signaler|responder"
    r"|denunciar|rispondi|segnala|reageren|beantwoorden|odpowiedz|zgłoś|ответить|пожаловаться|відповісти|svara|svar|besvar"
    r"|anmäl|yanıtla|cevapla|απαντηση|răspunde|válasz|odpovědět|vastaa|trả lời|balas|ตอบกลับ)\b"
    r"|返信|回复|回覆|답글|الرد)"
)
_SAYING = (
    *("says", "said", "wrote", "sagt", "schreibt", "schrieb", "dice", "escribió", "a écrit", "scrive"),
    *("пишет", "написал", "написала", "написали"),
)
_ENDS_IN_SAYING = re.compile(rf"\b(?:{'|'.join(_SAYING)})\s*:?\s*$")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


class Comment(NamedTuple):
    """One comment: the short lines above it, the first of them being the name, and its own blocks."""

    head: range
    body: range


@memoized
def comment_threads(blocks: BlockIndex) -> tuple[range, ...]:
    """The threads of a page, each from its heading on."""
    found: list[range] = []
    headings = list(_headings(blocks))
    if len(headings) > MAX_HEADINGS:
        return ()
    for i, count in headings:
        if found and i in found[-1]:
            continue
        comments = _comments_below(blocks, i)
        if comments and _is_thread(blocks, i, count, comments):
            found.append(range(i, _end(blocks, comments[-1].body.stop)))
    return tuple(found)


def _headings(blocks: BlockIndex) -> Iterator[tuple[int, int]]:
    """Short lines below a sentence that name comments or count them, and how many they count, 0 if none."""
    first = next((i for i, end in enumerate(blocks.ends_sentence) if end), len(blocks))
    phrases = {hit.block for hit in covering_hits(blocks, blocks.phrase_hits("comments", "start"))}
    for i in range(first + 1, len(blocks)):
        if blocks.words[i] > MAX_HEADING_WORDS or blocks.ends_sentence[i]:
            continue
        match = COMMENT_COUNT.search(blocks.folded[i]) if blocks.has_digit[i] else None
        if match:
            number = _NUMBER.search(match[0])
            yield i, int(number[0]) if number else 0
        elif i in phrases and not blocks.has_digit[i]:
            yield i, 0


def _comments_below(blocks: BlockIndex, i: int) -> list[Comment]:
    """The comments below a heading, as far as names and bodies take turns."""
    comments: list[Comment] = []
    stop_lines = _stop_lines(blocks)
    at = i + 1
    while at < len(blocks):
        body = at
        while body < len(blocks) and body not in stop_lines and _is_short(blocks, body):
            body += 1
        if (
            not 0 < body - at <= MAX_LINES_BETWEEN + (not comments)
            or body == len(blocks)
            or body in stop_lines
        ):
            break
        end = body
        while end < len(blocks) and end not in stop_lines and not _is_short(blocks, end):
            end += 1
        if end - body > MAX_COMMENT_BLOCKS:
            break
        comments.append(Comment(range(at, body), range(body, end)))
        at = end
    return comments


def _is_short(blocks: BlockIndex, i: int) -> bool:
    """Whether a line is a name, a time, a button: short and no sentence."""
    if blocks.words[i] > MAX_SHORT_WORDS or blocks.prose[i]:
        return False
    return not blocks.ends_sentence[i] or _is_sign(blocks, i)


@memoized
def _stop_lines(blocks: BlockIndex) -> frozenset[int]:
    """Lines below the comments of any page, and headings of its sections."""
    headings = frozenset(i for i, block in enumerate(blocks) if block.heading)
    return frozenset(i for i, text in enumerate(blocks.folded) if _LEGAL.match(text)) | headings


def _is_sign(blocks: BlockIndex, i: int) -> bool:
    """Whether a line shows a time, or is short and a button of a comment."""
    text = blocks.folded[i]
    if i in relative_time_lines(blocks) or (":" in text and CLOCK_TIME.search(text)):
        return True
    if blocks.words[i] > MAX_SHORT_WORDS:
        return False
    return bool(_BUTTON.match(text)) or _says(text) or (blocks.has_digit[i] and _ends_in_time(blocks, i))


def _says(text: str) -> bool:
    """Whether a folded line ends in a word such as `wrote`, perhaps with a colon."""
    # most lines do not, which `endswith` sees without a search from each of their characters
    return text.rstrip().rstrip(":").rstrip().endswith(_SAYING) and _ENDS_IN_SAYING.search(text) is not None


def _ends_in_time(blocks: BlockIndex, i: int) -> bool:
    """Whether a short line ends in how long ago: a name may stand before."""
    matches = list(RELATIVE_TIME.finditer(blocks.folded[i]))
    return bool(matches) and matches[-1].end() >= len(blocks.folded[i].rstrip()) - 1


def _is_thread(blocks: BlockIndex, heading: int, count: int, comments: list[Comment]) -> bool:
    signed = sum(any(_is_sign(blocks, k) for k in comment.head) for comment in comments)
    min_signed = MIN_SIGNED_COMMENTS if count else MIN_COUNTED_COMMENTS
    if signed >= max(min_signed, MIN_SIGNED_SHARE * len(comments)):
        return True
    return MIN_COUNTED_COMMENTS <= len(comments) <= count and _names_speak(blocks, heading, comments)


def _names_speak(blocks: BlockIndex, heading: int, comments: list[Comment]) -> bool:
    """Whether the short lines are names, and no headings over what stands below them."""
    names = [comment.head[-1] for comment in comments]
    single = sum(len(comment.body) == 1 and len(comment.head) == 1 for comment in comments)
    about = sum(
        any(word in blocks.folded[comment.body.start] for word in _LONG_WORD.findall(blocks.folded[name]))
        for name, comment in zip(names, comments, strict=True)
    )
    nicknames = sum(_NICKNAME.fullmatch(blocks.texts[name].strip()) is not None for name in names)
    words_above = blocks.word_count(i for i in range(heading) if blocks.prose[i])
    return (
        max(blocks.words[name] for name in names) <= MAX_NAME_WORDS
        and single >= MIN_SINGLE_BLOCK_SHARE * len(comments)
        and 2 * about < len(comments)
        and (words_above >= MIN_WORDS_ABOVE or nicknames >= MIN_NICKNAME_SHARE * len(comments))
    )


def _end(blocks: BlockIndex, at: int) -> int:
    """The block below the last comment's buttons."""
    stop = min(at + MAX_LINES_BETWEEN, len(blocks))
    return max([at, *(k + 1 for k in range(at, stop) if _is_sign(blocks, k))])
