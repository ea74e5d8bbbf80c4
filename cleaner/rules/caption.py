"""Captions and credits of images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.line_types import names
from cleaner.analysis.phrases import Hit
from cleaner.document import tag_of

# A caption with its credit; longer blocks below a picture, or that name an agency, are paragraphs.
LONGEST = 60
# A credit alone: "Photograph by Jane Doe / The Daily Quay via Agency".
CREDIT = 14
# Heard on a page with other furniture only: `Photo: a picture made with light` may be a glossary's.
UNSURE = 0.7
STOPS = re.compile(r"[/|©:,]|\b(?:via|by|[Pp]hotos?|[Ii]mages?|[Ff]otos?|[Cc]redit)\b")
ENDS = re.compile(r"[.!?。]")
BY_SIGN = re.compile(r"[/|©(（:][^.!?]*$")
MARK = re.compile(r"\s*[:：/|©]|\s*$")
# What editors of pages name the line below a picture. `product-caption` or `card-caption` is any text in a
# box.
NAMED = re.compile(
    r"[.#](?:wp|image|img|photo|picture|figure|fig|thumb|media)[-_]?caption(?:[-_]text)?(?=[.#]|$)",
    re.IGNORECASE,
)
WHOLE = frozenset(("article", "body", "html", "main", "section"))
AGENCY = re.compile(
    r"(?:[/|©(（]|\bvia\b|\bphotos?\b|\bfotos?\b|\bphoto by\b|\bimages?\b|\bcredit\b)[^.!?]{0,40}$|^©[^.!?]*$"
)


def caption(blocks: BlockIndex) -> Iterator[Finding]:
    """Captions and credits of images.

    Drops: `Photo: Jane Doe`, `(Image: Agency)`, `File photo`, `© Agency`, a short line that ends in a
    picture agency's name behind a sign, a page's `figcaption`, what it names a picture's caption
    (`wp-caption-text`).
    Keeps: sentences about photographs and photographers, what a glossary says of one, an essay in pictures
    whose captions hold the story, and with `--captions keep` all captions.
    """
    found: dict[int, Finding] = {}
    figures = [*_figures(blocks)]
    beside = _beside(blocks, figures)
    for i in figures:
        sure = 1.0 if beside and blocks.words[i] <= LONGEST else UNSURE
        found[i] = Finding(i, "the caption of a figure", sure)
    agency = {hit.block for hit in blocks.phrase_hits("caption", "end")}
    for hit in blocks.phrase_hits("caption", "start"):
        if blocks.words[hit.block] <= CREDIT * 2 and MARK.match(blocks.folded[hit.block], hit.end):
            sure = 1.0 if hit.block in agency or _credited(blocks, hit) else UNSURE
            found[hit.block] = Finding(hit.block, f"a picture's credit: “{_quote(blocks, hit)}”", sure)
    for hit in blocks.phrase_hits("caption", "end"):
        text = blocks.folded[hit.block]
        if blocks.words[hit.block] <= LONGEST and AGENCY.search(text[max(0, hit.start - 30) : hit.end + 2]):
            signed = _signed(blocks[hit.block].text[: hit.start]) and not blocks.prose[hit.block]
            sure = 0.9 if signed else UNSURE
            found[hit.block] = Finding(hit.block, "the line ends in a picture's credit", sure)
    for i in blocks.phrase_only_blocks("caption"):
        found[i] = Finding(i, "a picture's credit")
    for hit in blocks.phrase_hits("caption", "has"):
        if blocks.words[hit.block] <= LONGEST and hit.block not in found and hit.start <= 60:
            found[hit.block] = Finding(hit.block, "the line tells what kind of picture this is", 0.8)
    yield from (found[i] for i in sorted(found))


def _figures(blocks: BlockIndex) -> Iterator[int]:
    named = {step for step in blocks.path_steps if _captions(step)}
    if named:
        yield from (i for i, block in enumerate(blocks) if not named.isdisjoint(block.path[-3:]))


def _beside(blocks: BlockIndex, figures: Sequence[int]) -> bool:
    """Whether the prose beside the captions is more than they are."""
    told = sum(words for words, prose in zip(blocks.words, blocks.prose, strict=True) if prose)
    told -= sum(blocks.words[i] for i in figures if blocks.prose[i])
    return told > sum(blocks.words[i] for i in figures)


def _captions(step: str) -> bool:
    """Whether an element is a caption by its tag or by its name; `article.wp-caption` is the page's."""
    return step.startswith("figcaption") or (tag_of(step) not in WHOLE and NAMED.search(step) is not None)


def _credited(blocks: BlockIndex, hit: Hit) -> bool:
    """Whether a phrase such as `photo by` stands there, or only a name behind `photo`; alone it is a
    heading."""
    rest = blocks[hit.block].text[hit.end :].strip(" :：/|©.")
    return " " in blocks[hit.block].text[hit.start : hit.end] or names(STOPS.sub(" ", rest))


def _signed(before: str) -> bool:
    """Whether a sign or only a name stands before an agency's name: no sentence leads to it."""
    last = ENDS.split(before[-120:])[-1]
    return BY_SIGN.search(before[-40:]) is not None or names(STOPS.sub(" ", last))


def _quote(blocks: BlockIndex, hit: Hit) -> str:
    return blocks[hit.block].text[: hit.end].strip()
