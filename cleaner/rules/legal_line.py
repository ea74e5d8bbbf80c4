"""Legal lines: copyright, privacy, cookies, terms, and the disclaimers of a site."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.rules.blocks import Blocks, Finding
from cleaner.rules.layout import layout, phrase_lines, rim

# Consent walls run to a long paragraph; what is longer and opens like one is an article's own.
NOTICE_WORDS = 120
LINE_WORDS = 30
QUOTES = ("“", '"', "«", "„", "‘", "'")
COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(?:©\s*|\(c\)\s*)?(?:\d{4}|[A-Z])|\d{4}\s*©", re.IGNORECASE)


def legal_line(blocks: Blocks) -> Iterator[Finding]:
    """Copyright, privacy, cookie and consent notices, terms, disclaimers of a site.

    Drops: lines of such words alone (`Privacy Policy`, `Accept all cookies`), copyright lines, notices that
    open like a consent wall (`We use cookies …`, `This site is protected by reCAPTCHA …`).
    Keeps: an article about privacy or copyright, a sentence that quotes such a notice.
    """
    for i, sure in phrase_lines(blocks, "legal-line"):
        yield Finding(i, f"legal links and nothing else: “{blocks[i].text}”", sure)
    notices = set(_notices(blocks))
    edge = rim(blocks, notices)
    for i in sorted(notices):
        inside = 0.25 if layout(blocks).paragraph[i] else 0.5
        yield Finding(i, "opens like a legal notice", 1.0 if i in edge else inside)
    for i, sure in _named(blocks):
        yield Finding(i, "a copyright line or a line of legal links", sure)


def _notices(blocks: Blocks) -> Iterator[int]:
    for hit in blocks.hits("legal-line", "start"):
        quoted = blocks[hit.block].text[: hit.start].strip() in QUOTES
        if blocks.words[hit.block] <= NOTICE_WORDS and not quoted:
            yield hit.block


def _named(blocks: Blocks) -> Iterator[tuple[int, float]]:
    shape = layout(blocks)
    for hit in blocks.hits("legal-line", "has"):
        if blocks.words[hit.block] <= LINE_WORDS:
            yield hit.block, 0.9 if shape.outside(hit.block) else 0.3
    for i, block in enumerate(blocks):
        signed = "©" in block.text or "opyright" in block.text or "(c)" in block.text
        if signed and blocks.words[i] <= LINE_WORDS and COPYRIGHT.search(block.text):
            yield i, 0.9 if shape.outside(i) or block.text.startswith("©") else 0.3
