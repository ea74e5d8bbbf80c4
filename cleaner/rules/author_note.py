"""Notes about the author that follow an article."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.bylines import name_in_byline
from cleaner.analysis.layout import SECTION_NUMBER
from cleaner.analysis.line_types import article_head, memoized, prose_words_before
from cleaner.analysis.phrases import Hit, Mode
from cleaner.rules.related_section import article_end
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import STRONG, STRONG_NEEDS_CONTEXT_STRENGTH

# A note is a paragraph at most; a longer block that holds such words is an article about them.
MAX_NOTE_WORDS = 120
# A note is one of the last paragraphs of prose, or below them: two notes may follow an article's last one.
LAST_PARAGRAPHS = 3
# A note belongs to the last quarter of the article: short texts have no more than three paragraphs.
MIN_PROSE_SHARE_BEFORE = 0.75
SOCIAL_HANDLE = re.compile(r"(?<![\w@.])@[a-z0-9_]{3,}\b")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.\w")
MAX_CONTACT_WORDS = 20
MAX_CONTACT_CHARS = 300
# An address, and a name before it; `jane@example.com` alone counts as three words.
MAX_ADDRESS_WORDS = 6
# A byline and its date; a longer line is a sentence.
MAX_BYLINE_WORDS, MAX_BYLINE_CHARS = 14, 120
# An article by more people has no note on each; a list of bylines is no article.
MAX_WRITERS = 8
# Of 227 last lines that begin with the full name that a byline gave, on labelled pages, 7 were main content:
# too many for a text that looks clean, where marks of 6.5 nats are heard.
NAME_STRENGTH = 0.8
# What follows the name in a note (`is a writer`, `, MBA,`, `(@jane) has`); a colon follows that of a speaker.
AFTER_NAME = re.compile(r"\s*[,(|]|\s+[^\W\dA-Z_]")
FOLLOW_OR_CONTACT = re.compile(
    r"\b(?:follow|tweets?|twitter|contact|instagram|e-?mail|reach|suivez|folgen|kontakt|sígue\w*|contacto|segui\w*"
    r"|siga\w*|contato|volg|takip|подпис\w+|пишите|śledź)\b|フォロー|关注|關注|이메일|تابع"
)


@rule("meta", STRONG, group="credit")
def author_note(blocks: BlockIndex) -> Iterator[Finding]:
    """Notes on who the author is, what they think, and how to reach them, at the end of an article.

    Drops: `The author is …; views expressed are personal`, `About the author`, `Follow her on @…`,
    a short line with an e-mail address or handle, a paragraph that begins with the name that the byline gave
    (`Jane Doe has written for …`), among the last paragraphs.
    Keeps: the last paragraph of an article that says nothing of the kind, biographies, opinions in the text,
    what a speaker says (`Jane Doe: …`), an article whose other paragraphs begin with that name too,
    the numbered clauses of a contract (`2.1 Notices shall be sent to …`).
    """
    yield from form_findings(blocks, "author-note", "how to reach those who wrote")
    end_range = _end_of_article(blocks)
    notes = _scored_notes(blocks, end_range)
    for i in _paragraphs_on_writer(blocks, end_range):
        yield Finding(i, "begins with the name that the byline gave", NAME_STRENGTH)
    for i in end_range:
        strength = notes.get(i) or _contact_strength(blocks, i)
        if strength and not SECTION_NUMBER.match(blocks[i].text):
            yield Finding(i, "a note about the author", strength)


@memoized
def _writers(blocks: BlockIndex) -> tuple[str, ...]:
    """The full names in the first bylines above the article."""
    names: dict[str, None] = {}
    for i in article_head(blocks):
        text = blocks.texts[i]
        if blocks.prose[i] or blocks.words[i] > MAX_BYLINE_WORDS or len(text) > MAX_BYLINE_CHARS:
            continue
        next_line = blocks.texts[i + 1] if i + 1 < len(blocks) else ""
        name = name_in_byline(text, blocks.folded[i], next_line)
        if name and len(name.split()) > 1:
            names[name] = None
            if len(names) == MAX_WRITERS:
                break
    return tuple(names)


def _paragraphs_on_writer(blocks: BlockIndex, end_range: range) -> Iterator[int]:
    """The blocks of `end_range` that begin with the name of who wrote the article; none where a paragraph
    above them does, as it is about that person, or a talk with them."""
    for name in _writers(blocks):
        starts = [i for i in range(len(blocks)) if blocks.texts[i].startswith(name)]
        if any(blocks.prose[i] and i < end_range.start for i in starts):
            continue
        yield from (
            i
            for i in starts
            if i in end_range
            and blocks.words[i] <= MAX_NOTE_WORDS
            and AFTER_NAME.match(blocks.texts[i], len(name))
        )


def _scored_notes(blocks: BlockIndex, end_range: range) -> dict[int, float]:
    """The blocks of `end_range` with phrases of such notes, and how surely they are notes."""
    notes: dict[int, float] = {}
    for hit in _short_hits(blocks, end_range, "has"):
        notes[hit.block] = min(1.0, notes.get(hit.block, 0.6) + 0.2)
    for hit in _short_hits(blocks, end_range, "start"):
        notes[hit.block] = max(0.9, notes.get(hit.block, 0))
    return notes | {i: 0.9 for i in blocks.phrase_only_blocks("author-note") if i in end_range}


def _short_hits(blocks: BlockIndex, end_range: range, mode: Mode) -> Iterator[Hit]:
    for hit in blocks.phrase_hits("author-note", mode):
        if hit.block in end_range and blocks.words[hit.block] <= MAX_NOTE_WORDS:
            yield hit


def _end_of_article(blocks: BlockIndex) -> range:
    """The last paragraphs of the article, and what stands below them."""
    stop = article_end(blocks)
    stop = len(blocks) if stop is None else stop
    prose = [i for i in blocks.prose_range if blocks.prose[i] and i < stop]
    if not prose:
        return range(0)
    min_words_before = prose_words_before(blocks)[stop] * MIN_PROSE_SHARE_BEFORE
    return range(
        next(i for i in prose[-LAST_PARAGRAPHS:] if prose_words_before(blocks)[i + 1] > min_words_before),
        len(blocks),
    )


def _contact_strength(blocks: BlockIndex, i: int) -> float:
    """How surely block `i` is a short line with an address or a handle."""
    text = blocks.folded[i]
    if "@" not in text or blocks.words[i] > MAX_CONTACT_WORDS or len(text) > MAX_CONTACT_CHARS:
        return 0.0
    has_email = EMAIL.search(text) is not None
    if FOLLOW_OR_CONTACT.search(text) and (has_email or SOCIAL_HANDLE.search(text)):
        # `Patients with questions may contact the office at …` is news, not how to reach the desk.
        is_sentence = blocks.prose[i] and has_email and not FOLLOW_OR_CONTACT.match(text)
        return STRONG_NEEDS_CONTEXT_STRENGTH if is_sentence else 0.9
    return 0.7 if has_email and blocks.words[i] <= MAX_ADDRESS_WORDS else 0.0
