"""App download: badges of app stores, and promotions of the site's own app or assistant."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.layout import layout, phrase_lines, rim

PROMO_WORDS = 45


def app_download(blocks: Blocks) -> Iterator[Finding]:
    """Badges of app stores and invitations to get the site's app.

    Drops: lines of such words alone (`Get it on Google Play`, `Download the app`); lines and closing
    paragraphs that begin with an invitation and name the app or a store behind it.
    Keeps: an article about an app, an instruction inside an article to download one.
    """
    for i, sure in phrase_lines(blocks, "app-download"):
        yield Finding(i, f"an app badge or button: “{blocks[i].text}”", sure)
    last: dict[int, int] = {}  # where the app is named last in each block
    for hit in blocks.hits("app-download", "has"):
        last[hit.block] = max(hit.start, last.get(hit.block, 0))
    found = {
        hit.block
        for hit in blocks.hits("app-download", "start")
        if last.get(hit.block, -1) >= hit.start and blocks.words[hit.block] <= PROMO_WORDS
    }
    edge = rim(blocks, found)
    for i in sorted(found):
        sure = 0.8 if i in edge or layout(blocks).company(i) else 0.25
        yield Finding(i, "an invitation to get the site's app", sure)
