"""Bylines: lines that name who wrote, edited or photographed."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.bylines import FOLDED_PREPOSITION, names_before_separator
from cleaner.analysis.line_types import article_head, is_in_head_or_tail, looks_like_names
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import FAIR

# "By Maria de la Cruz, Senior Correspondent, and Jan van Dijk in Rotterdam" holds twelve words.
MAX_BYLINE_WORDS = 14
MAX_BYLINE_CHARS = 200


@rule("meta", FAIR, group="credit")
def byline(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines that name the author, editor or photographer.

    Drops: `By Jane Doe, Staff Writer`, `Reporting by …; Editing by …`, `Von …`, `Par …`, `記者`, in a short
    line that is no sentence, in the head or tail of the article; credits with a clear word anywhere.
    Keeps: sentences (`By Tuesday the river had risen`), names in running text, a speaker's name.
    """
    credit_phrase_ends = {hit.block: hit.end for hit in blocks.phrase_hits("byline", "start")}
    for i, (text, n_words) in enumerate(zip(blocks.folded, blocks.words, strict=True)):
        if n_words > MAX_BYLINE_WORDS or not 0 < len(text) <= MAX_BYLINE_CHARS:
            continue
        if i in credit_phrase_ends and _is_credit(blocks, i, credit_phrase_ends[i]):
            yield Finding(
                i,
                f"a credit: “{blocks[i].text[: credit_phrase_ends[i]]}”",
                1.0 if is_in_head_or_tail(blocks, i) else 0.85,
            )
        elif (preposition := FOLDED_PREPOSITION.match(text)) and is_in_head_or_tail(blocks, i):
            yield from _preposition_byline(blocks, i, preposition.end())


def _is_credit(blocks: BlockIndex, i: int, phrase_end: int) -> bool:
    """Whether names, or nothing, follow a phrase such as “written by”."""
    rest = blocks[i].text[phrase_end:].lstrip(" :：|/-–—")
    return not rest or (
        looks_like_names(names_before_separator(rest))
        and not (blocks.ends_sentence[i] and blocks.words[i] > MAX_BYLINE_WORDS - 2)
    )


def _preposition_byline(blocks: BlockIndex, i: int, phrase_end: int) -> Iterator[Finding]:
    """“By Jane Doe” on one line, or “By” and the name below it."""
    rest = blocks[i].text[phrase_end:].strip()
    if rest:
        if (
            not blocks.ends_sentence[i]
            and rest[0].isupper()
            and looks_like_names(names_before_separator(rest), 6)
        ):
            yield Finding(i, f"only a name stands behind “{blocks[i].text[:phrase_end].strip()}”", 0.9)
        return
    if i + 1 in article_head(blocks) and blocks.words[i + 1] <= 5 and _is_person(blocks[i + 1].text):
        yield Finding(i, "a name follows", 0.9)
        yield Finding(i + 1, f"a name behind “{blocks[i].text.strip()}”", 0.9)


def _is_person(text: str) -> bool:
    return looks_like_names(text, 5) and not text.rstrip().endswith((".", "!", "?", ":"))
