"""Captions and credits of images."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.analysis.line_types import looks_like_names
from cleaner.analysis.media_boxes import gallery_lines
from cleaner.analysis.phrases import Hit
from cleaner.analysis.resumption import prose_runs
from cleaner.document import tag_of
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import STRONG, STRONG_NEEDS_CONTEXT_STRENGTH

# A caption with its credit; longer blocks below a picture, or that name an agency, are paragraphs.
MAX_CAPTION_WORDS = 60
# What tells the kind of picture (`File photo`) stands at the beginning, after a name or a place at most.
MAX_CHARS_BEFORE = 60
# A credit alone: "Photograph by Jane Doe / The Daily Quay via Agency".
MAX_CREDIT_WORDS = 14
CREDIT_SEPARATOR = re.compile(r"[/|©:,]|\b(?:via|by|[Pp]hotos?|[Ii]mages?|[Ff]otos?|[Cc]redit)\b")
SENTENCE_STOP = re.compile(r"[.!?。]")
CREDIT_SIGN = re.compile(r"[/|©(（:][^.!?]*$")
AFTER_CREDIT_WORD = re.compile(r"\s*[:：/|©]|\s*$")
# What editors of pages name the line below a picture. `product-caption` or `card-caption` is any text in a
# box.
CAPTION_CLASS = re.compile(
    r"[.#](?:wp|image|img|photo|picture|figure|fig|thumb|media)[-_]?caption(?:[-_]text)?(?=[.#]|$)",
    re.IGNORECASE,
)
PAGE_TAGS = frozenset(("article", "body", "html", "main", "section"))
GALLERY_COUNTER = re.compile(r"\+ ?\d{1,3}|\d{1,3} ?/ ?\d{1,3}")
# Shorter lines, and sentences, are repeated in verse and in speeches.
MIN_REPEATED_WORDS = 8
# The counter above the caption of a gallery's picture: `3 of 12 |`, `3/12`, `3 von 12`; alone, or before it.
COUNTER = re.compile(r"\W*(\d{1,3})\s?(?:/|[^\W\d_]{1,4})\s?(\d{1,3})\s*(?:\||$)")
# So many pictures of one number of pictures are a gallery; one `1 of 2` is anything.
MIN_GALLERY_PICTURES = 3
# Beside a gallery there must be running text: so many sentences in a row.
MIN_ARTICLE_SENTENCES = 3
AGENCY_CREDIT = re.compile(
    r"(?:[/|©(（]|\bvia\b|\bphotos?\b|\bfotos?\b|\bphoto by\b|\bimages?\b|\bcredit\b)[^.!?]{0,40}$|^©[^.!?]*$"
)


@rule("meta", STRONG, group="caption", traits=("trafilatura-often-keeps",))
def caption(blocks: BlockIndex) -> Iterator[Finding]:
    """Captions and credits of images.

    Drops: `Photo: Jane Doe`, `(Image: Agency)`, `File photo`, `© Agency`, a short line that ends in a
    picture agency's name behind a sign, counters of a gallery (`3 of 12 |`) with the captions below them, a
    page's `figcaption`, what it names a picture's caption (`wp-caption-text`).
    Keeps: sentences about photographs and photographers, what a glossary says of one, an essay in pictures
    whose captions hold the story, and with `--captions keep` all captions.
    """
    yield from form_findings(blocks, "caption", "a caption or its credit")
    for i in _repeated_captions(blocks):
        yield Finding(i, "a caption once more, or the counter of a gallery")
    findings = dict(_figure_findings(blocks))
    findings |= {i: Finding(i, "the caption of a numbered picture") for i in _gallery_captions(blocks)}
    findings |= {i: Finding(i, "a line of a gallery between two paragraphs") for i in gallery_lines(blocks)}
    findings |= _starting_credits(blocks)
    findings |= _ending_credits(blocks)
    findings |= {i: Finding(i, "a picture's credit") for i in blocks.phrase_only_blocks("caption")}
    for hit in blocks.phrase_hits("caption", "has"):
        is_short_and_near = blocks.words[hit.block] <= MAX_CAPTION_WORDS and hit.start <= MAX_CHARS_BEFORE
        if is_short_and_near and hit.block not in findings:
            findings[hit.block] = Finding(hit.block, "the line tells what kind of picture this is", 0.8)
    yield from (findings[i] for i in sorted(findings))


def _figure_findings(blocks: BlockIndex) -> Iterator[tuple[int, Finding]]:
    """What the page itself calls a caption."""
    figures = [*_figure_captions(blocks)]
    prose_outweighs = _prose_outweighs_captions(blocks, figures)
    for i in figures:
        is_caption = prose_outweighs and blocks.words[i] <= MAX_CAPTION_WORDS
        yield i, Finding(i, "the caption of a figure", 1.0 if is_caption else STRONG_NEEDS_CONTEXT_STRENGTH)


def _repeated_captions(blocks: BlockIndex) -> Iterator[int]:
    """Long lines that stand twice, one right below the other or with a gallery's counter between (`+9`),
    and the counter: pages show a caption below a picture and again in its large view."""
    if not blocks.prose_range:
        return
    for i in range(1, len(blocks)):
        if blocks.words[i] < MIN_REPEATED_WORDS:
            continue
        has_counter = i > 1 and blocks.has_digit[i - 1] and _is_gallery_counter(blocks.texts[i - 1])
        first = i - 1 - has_counter
        if blocks.folded[i] != blocks.folded[first]:
            continue
        is_in_gallery = first < i - 1 or (not blocks.ends_sentence[i] and layout_of(blocks).is_single_article)
        if is_in_gallery and first > 0:
            yield from range(first + 1, i + 1)


def _is_gallery_counter(text: str) -> bool:
    return GALLERY_COUNTER.fullmatch(text.strip()) is not None


def _gallery_captions(blocks: BlockIndex) -> set[int]:
    """The counters of a gallery beside an article, and the captions below them."""
    counters: dict[int, tuple[str, str]] = {}
    for i, (text, has_digit) in enumerate(zip(blocks.texts, blocks.has_digit, strict=True)):
        match = COUNTER.match(text) if has_digit else None
        if match and int(match[1]) <= int(match[2]):
            counters[i] = (match[1], match[2])
    pictures = Counter(total for _, total in set(counters.values()))
    galleries: list[set[int]] = []
    before = ("", 0)
    for i, (number, total) in counters.items():
        if pictures[total] >= MIN_GALLERY_PICTURES:
            if before[0] != total or int(number) < before[1]:
                galleries.append(set())
            before = total, int(number)
            is_alone = COUNTER.fullmatch(blocks[i].text) is not None
            lines = (k for k in (i, i + is_alone) if k < len(blocks) and _may_be_caption(blocks, k))
            galleries[-1].update(lines)
    return {k for lines in galleries if lines and _has_article_beside(blocks, lines) for k in lines}


def _may_be_caption(blocks: BlockIndex, i: int) -> bool:
    return blocks.words[i] <= MAX_CAPTION_WORDS and not blocks[i].heading


def _has_article_beside(blocks: BlockIndex, captions: set[int]) -> bool:
    """Whether running text stands above or below the captions: without it, or with it between them as on
    slides, they are the story."""
    gallery = range(min(captions), max(captions) + 1)
    return any(
        sum(blocks.ends_sentence[k] for k in run if k not in gallery) >= MIN_ARTICLE_SENTENCES
        for run in prose_runs(blocks)
    )


def _starting_credits(blocks: BlockIndex) -> dict[int, Finding]:
    """Short blocks that begin like a credit, such as `Photo: Jane Doe`."""
    findings: dict[int, Finding] = {}
    ends_in_agency = {hit.block for hit in blocks.phrase_hits("caption", "end")}
    for hit in blocks.phrase_hits("caption", "start"):
        i = hit.block
        if blocks.words[i] <= MAX_CREDIT_WORDS * 2 and AFTER_CREDIT_WORD.match(blocks.folded[i], hit.end):
            # `Photo: a picture made with light` may be a glossary's.
            is_sure = i in ends_in_agency or _is_credit(blocks, hit)
            why = f"a picture's credit: “{_quoted_phrase(blocks, hit)}”"
            findings[i] = Finding(i, why, 1.0 if is_sure else STRONG_NEEDS_CONTEXT_STRENGTH)
    return findings


def _ending_credits(blocks: BlockIndex) -> dict[int, Finding]:
    """Blocks that end in an agency's name, with a sign or a word such as `photo` before it."""
    findings: dict[int, Finding] = {}
    for hit in blocks.phrase_hits("caption", "end"):
        i, text = hit.block, blocks.folded[hit.block]
        around_name = text[max(0, hit.start - 30) : hit.end + 2]
        if blocks.words[i] <= MAX_CAPTION_WORDS and AGENCY_CREDIT.search(around_name):
            is_credit = _is_sign_or_name(blocks[i].text[: hit.start]) and not blocks.prose[i]
            strength = 0.9 if is_credit else STRONG_NEEDS_CONTEXT_STRENGTH
            findings[i] = Finding(i, "the line ends in a picture's credit", strength)
    return findings


def _figure_captions(blocks: BlockIndex) -> Iterator[int]:
    caption_steps = {step for step in blocks.path_steps if _is_caption_step(step)}
    if caption_steps:
        yield from (i for i, block in enumerate(blocks) if not caption_steps.isdisjoint(block.path[-3:]))


def _prose_outweighs_captions(blocks: BlockIndex, figures: Sequence[int]) -> bool:
    """Whether the prose beside the captions is more than they are."""
    prose_words = sum(words for words, prose in zip(blocks.words, blocks.prose, strict=True) if prose)
    prose_words -= blocks.word_count(i for i in figures if blocks.prose[i])
    return prose_words > blocks.word_count(figures)


def _is_caption_step(step: str) -> bool:
    """Whether an element is a caption by its tag or by its name; `article.wp-caption` is the page's."""
    return step.startswith("figcaption") or (
        tag_of(step) not in PAGE_TAGS and CAPTION_CLASS.search(step) is not None
    )


def _is_credit(blocks: BlockIndex, hit: Hit) -> bool:
    """Whether a phrase such as `photo by` stands there, or only a name behind `photo`; alone it is a
    heading."""
    rest = blocks[hit.block].text[hit.end :].strip(" :：/|©.")
    return " " in blocks[hit.block].text[hit.start : hit.end] or looks_like_names(
        CREDIT_SEPARATOR.sub(" ", rest)
    )


def _is_sign_or_name(before: str) -> bool:
    """Whether a sign or only a name stands before an agency's name: no sentence leads to it."""
    last_sentence = SENTENCE_STOP.split(before[-120:])[-1]
    return CREDIT_SIGN.search(before[-40:]) is not None or looks_like_names(
        CREDIT_SEPARATOR.sub(" ", last_sentence)
    )


def _quoted_phrase(blocks: BlockIndex, hit: Hit) -> str:
    return blocks[hit.block].text[: hit.end].strip()
