"""Replaces words as a writer would: the case is kept, and `a` or `an` before them is adjusted."""

from __future__ import annotations

import re

# The first sound decides, not the first letter: an hour, a university.
VOWEL_SOUND = re.compile(
    r"(?!eu|ewe|one(?:-|\b|s\b)|once|u(?:ni(?!n|m)|s[aeiu]|sual|til|k\b|k-|ran|biq|top)|u\.)[aeiou]|hour|hono|heir|honest",
    re.I,
)
TRAILING_ARTICLE = re.compile(r"(?<![\w’'-])([Aa])(n?)[ \n]$")


def match_case(old: str, new: str) -> str:
    """`new` in the case of `old`: Title Case word by word, CAPITALS, or a capital in front."""
    new = new.replace(" 's", "'s")
    old_words = re.findall(r"[A-Za-z][\w.]*", old)
    if not old_words:
        return new
    if old.isupper() and sum(map(str.isalpha, old)) > 3:
        return new.upper()
    if (
        len(old_words) > 1
        and old_words[0][0].isupper()
        and (old_words[-1][0].isupper() or all(word[0].isupper() for word in old_words if len(word) > 3))
    ):
        return " ".join(
            word if word in ("of", "the", "and", "to", "in", "for") else capitalize(word)
            for word in new.split()
        )
    return capitalize(new) if old_words[0][0].isupper() else new


def capitalize(word: str) -> str:
    """The word with its first letter as a capital."""
    return word[:1].upper() + word[1:]


def article_change(before: str, old: str, new: str) -> tuple[int, str, str] | None:
    """The `a` or `an` at the end of `before` that must change when `new` replaces `old`.

    Returns its offset in `before`, the article there and the right one; None when nothing changes.
    """
    match = TRAILING_ARTICLE.search(before)
    if not match or bool(VOWEL_SOUND.match(old)) == bool(VOWEL_SOUND.match(new)):
        return None
    present = match.group(1) + match.group(2)
    wanted = match.group(1) + ("n" if VOWEL_SOUND.match(new) else "")
    return None if present == wanted else (match.start(1), present, wanted)
