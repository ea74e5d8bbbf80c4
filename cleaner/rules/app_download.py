"""App download: badges of app stores, and promotions of the site's own app or assistant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout, phrase_lines, rim

PROMO_WORDS = 45
# Heard on a page with other furniture only: a sentence that begins like an invitation.
UNSURE = 0.5


def app_download(blocks: BlockIndex) -> Iterator[Finding]:
    """Badges of app stores and invitations to get the site's app.

    Drops: lines of such words alone (`Get it on Google Play`, `Download the app`); lines and closing
    paragraphs that begin with an invitation and name the app or a store behind it.
    Keeps: an article about an app, an instruction inside an article to download one, a sentence that
    begins like an invitation.
    """
    for i, sure in phrase_lines(blocks, "app-download"):
        yield Finding(i, f"an app badge or button: “{blocks[i].text}”", sure)
    named: dict[int, set[int]] = defaultdict(set)  # where each block has named the app or a store
    for hit in blocks.phrase_hits("app-download", "has"):
        named[hit.block].add(hit.end)
    found = {
        hit.block
        for hit in blocks.phrase_hits("app-download", "start")
        if max(named.get(hit.block, ()), default=-1) > hit.start and blocks.words[hit.block] <= PROMO_WORDS
    }
    edge = rim(blocks, found)
    for i in sorted(found):
        company = layout(blocks).company(i)
        certain = company or not blocks.prose[i] or len(named[i]) > 1
        sure = (0.8 if certain else UNSURE) if i in edge or company else 0.25
        yield Finding(i, "an invitation to get the site's app", sure)
