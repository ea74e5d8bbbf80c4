"""C4's rules (Raffel et al. 2020, section 2.2), of which two benches ask different things.

`document` is what C4 does: a page with a brace or with filler, or of fewer than three sentences, goes as a
whole, and of the others the lines that are no sentences. `lines` are its rules for lines alone, for pages
that are known to hold an article: there a brace costs its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LEAST_WORDS, LEAST_SENTENCES = 5, 3
END = re.compile(r"""[.!?"”’']\s*\Z""")
SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


def sentence(line: str) -> bool:
    """An end of a sentence, five words, no JavaScript, no policy."""
    lower = line.lower()
    return (
        bool(END.search(line))
        and len(line.split()) >= LEAST_WORDS
        and "javascript" not in lower
        and not any(part in lower for part in POLICY)
    )


def lines(found: Iterable[str]) -> list[str]:
    """The lines that stay, of a page whose text is wanted."""
    return [line for line in found if sentence(line) and "{" not in line]


def document(text: str) -> str:
    """What stays of a text; often nothing."""
    if "{" in text or "lorem ipsum" in text.lower():
        return ""
    whole = "\n".join(line.strip() for line in text.splitlines() if sentence(line))
    return whole if len(SENTENCE.findall(whole)) >= LEAST_SENTENCES else ""
