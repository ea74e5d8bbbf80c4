"""App download: badges of app stores, and promotions of the site's own app or assistant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import at_article_edge, layout_of, scored_phrase_lines
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

MAX_PROMO_WORDS = 45


@rule("chrome", CERTAIN, group="chrome")
def app_download(blocks: BlockIndex) -> Iterator[Finding]:
    """Badges of app stores and invitations to get the site's app.

    Drops: lines of such words alone (`Get it on Google Play`, `Download the app`); lines and closing
    paragraphs that begin with an invitation and name the app or a store behind it.
    Keeps: an article about an app, an instruction inside an article to download one, a sentence that
    begins like an invitation.
    """
    for i, strength in scored_phrase_lines(blocks, "app-download"):
        yield Finding(i, f"an app badge or button: “{blocks[i].text}”", strength)
    app_mention_ends: dict[int, set[int]] = defaultdict(set)  # where each block has named the app or a store
    for hit in blocks.phrase_hits("app-download", "has"):
        app_mention_ends[hit.block].add(hit.end)
    # The invitation stands before what it invites to, or ends the line, as in Hindi and Turkish.
    invitations = {
        hit.block
        for hit in blocks.phrase_hits("app-download", "start", "end")
        if blocks.words[hit.block] <= MAX_PROMO_WORDS
        and (hit.mode == "end" or max(app_mention_ends.get(hit.block, ()), default=-1) > hit.start)
        and app_mention_ends.get(hit.block)
    }
    at_edge = at_article_edge(blocks, invitations)
    for i in sorted(invitations):
        beside_boilerplate = layout_of(blocks).is_beside_boilerplate(i)
        # A sentence of an article may begin like an invitation.
        certain = beside_boilerplate or not blocks.prose[i] or len(app_mention_ends[i]) > 1
        strength = (
            (0.8 if certain else NEEDS_CONTEXT_STRENGTH) if i in at_edge or beside_boilerplate else 0.25
        )
        yield Finding(i, "an invitation to get the site's app", strength)
