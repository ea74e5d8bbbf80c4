"""Share bars: buttons that share an article or follow its site, with their counters."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of, scored_phrase_lines
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import CERTAIN

# What follows `Follow us on …` in an invitation: a name or two. Longer ones are sentences.
MAX_INVITATION_WORDS = 14


@rule("chrome", CERTAIN, group="chrome")
def share_bar(blocks: BlockIndex) -> Iterator[Finding]:
    """Buttons to share the article or follow the site, and their counters.

    Drops: a line of share words and platform names alone (`Share Tweet Pin Email`, `0FansLike`), a short
    invitation such as `Follow us on` with a name.
    Keeps: a sentence about a platform, an instruction on how to share something, one platform's name as a
    heading.
    """
    yield from form_findings(blocks, "share-bar", "a call to share or follow")
    for i, strength in scored_phrase_lines(blocks, "share-bar"):
        yield Finding(i, f"share or follow buttons: “{blocks[i].text}”", strength)
    layout = layout_of(blocks)
    # Where the verb comes last, as in Turkish and Hindi, the invitation ends with it.
    for hit in blocks.phrase_hits("share-bar", "start", "end"):
        if blocks.words[hit.block] <= MAX_INVITATION_WORDS:
            is_page_line = layout.is_outside_article(hit.block) or (
                hit.mode == "start" and not blocks.ends_sentence[hit.block]
            )
            strength = 0.9 if is_page_line else 0.5
            yield Finding(hit.block, "an invitation to share or follow", strength)
