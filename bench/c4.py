"""C4's rules (Raffel et al. 2020, section 2.2), of which two benches ask different things.

`document` is what C4 does: a page with a brace or with filler, or of fewer than three sentences, goes as a
whole, and of the others the lines that are no sentences. `lines` are its rules for lines alone, for pages
that are known to hold an article: there a brace costs its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MIN_SENTENCE_WORDS, MIN_PAGE_SENTENCES = 5, 3
SENTENCE_END = re.compile(r"""[.!?"”’']\s*\Z""")
SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
POLICY_PHRASES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)


def is_sentence(line: str) -> bool:
    """An end of a sentence, five words, no JavaScript, no policy."""
    lower = line.lower()
    return (
        bool(SENTENCE_END.search(line))
        and len(line.split()) >= MIN_SENTENCE_WORDS
        and "javascript" not in lower
        and not any(part in lower for part in POLICY_PHRASES)
    )


def kept_lines(page_lines: Iterable[str]) -> list[str]:
    """The lines that stay, of a page whose text is wanted."""
    return [line for line in page_lines if is_sentence(line) and "{" not in line]


def kept_text(text: str) -> str:
    """What stays of a text; often nothing."""
    if "{" in text or "lorem ipsum" in text.lower():
        return ""
    kept = "\n".join(line.strip() for line in text.splitlines() if is_sentence(line))
    return kept if len(SENTENCE.findall(kept)) >= MIN_PAGE_SENTENCES else ""
