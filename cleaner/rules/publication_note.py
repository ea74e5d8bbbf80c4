"""Notes on where, when and how an article was published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_forms import forms_of
from cleaner.analysis.line_types import article_tail, is_in_head_or_tail, looks_like_names
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import STRONG, STRONG_NEEDS_CONTEXT_STRENGTH

MAX_NOTE_WORDS = 60
# `Source: Agency` names a source in a few words; a sentence that starts so goes on.
MAX_SOURCE_WORDS = 12
PROVIDED_BY = re.compile(r"\W*news provided by\W*$")
# In capitals, without a colon, and a name: as press agencies close what they pass on.
SOURCE_LINE = re.compile(r"SOURCE(?: |:\s)[\"“]?[A-Z0-9]")
# How press releases and cut texts end: `###`, `-30-`, `-ENDS-`, `[...]`.
END_MARK = re.compile(
    r"#(?: ?#){1,5}|[-–—] ?(?:30|ENDS?|[Ee]nds?) ?[-–—]|[\[(] ?(?:\.\.\.|…|&hellip;) ?[\])]"
)
COLON = re.compile(r"\s*[:：]")


@rule("meta", STRONG, group="credit")
def publication_note(blocks: BlockIndex) -> Iterator[Finding]:
    """Notes on where an article first appeared, who supplied it, and what was corrected.

    Drops: `This article was first published on …`, `(With inputs from agencies)`, `Source: Agency`,
    notes of correction and syndication, in the head or tail of the article.
    Keeps: sentences about publications, a list of sources, an article about corrections.
    """
    yield from form_findings(blocks, "publication-note", "a note on where the text appeared")
    for i in _press_release_lines(blocks):
        yield Finding(i, "who issued a press release, and when")
    findings: dict[int, Finding] = {}
    for hit in blocks.phrase_hits("publication-note", "has"):
        if is_in_head_or_tail(blocks, hit.block) and blocks.words[hit.block] <= MAX_NOTE_WORDS:
            findings[hit.block] = _note_finding(blocks, hit.block, hit.start, hit.end)
    for hit in blocks.phrase_hits("publication-note", "start"):
        if is_in_head_or_tail(blocks, hit.block) and _is_source_line(blocks, hit.block, hit.end):
            note = _note_finding(blocks, hit.block, hit.start, hit.end)
            # A source that is no name may stand below a table.
            is_name = looks_like_names(blocks[hit.block].text[hit.end :])
            findings.setdefault(
                hit.block, note if is_name else note._replace(strength=STRONG_NEEDS_CONTEXT_STRENGTH)
            )
    yield from (findings[i] for i in sorted(findings))


def _press_release_lines(blocks: BlockIndex) -> Iterator[int]:
    """The name and the day below `NEWS PROVIDED BY`, and `SOURCE` with a name at the end."""
    if not blocks.prose_range:
        return
    for i in forms_of(blocks, "publication-note"):
        if PROVIDED_BY.match(blocks.folded[i]):
            below = range(i + 1, min(i + 3, blocks.prose_range.start))
            yield from (k for k in below if blocks.words[k] <= MAX_SOURCE_WORDS and not blocks.prose[k])
    if END_MARK.fullmatch(blocks[len(blocks) - 1].text.strip()):
        yield len(blocks) - 1
    for i in range(blocks.prose_range.stop, len(blocks)):
        if SOURCE_LINE.match(blocks[i].text) and blocks.words[i] <= MAX_SOURCE_WORDS:
            yield i


def _note_finding(blocks: BlockIndex, i: int, start: int, end: int) -> Finding:
    why = f"a note on the publication: “{blocks[i].text[start:end].strip()}”"
    return Finding(i, why, 0.8 if blocks.prose[i] else 0.9)


def _is_source_line(blocks: BlockIndex, i: int, phrase_end: int) -> bool:
    """Whether a source and hardly more follows after a colon: one line, not a list of them."""
    if not COLON.match(blocks.folded[i], phrase_end) or blocks.words[i] > MAX_SOURCE_WORDS:
        return False
    return i in article_tail(blocks)
