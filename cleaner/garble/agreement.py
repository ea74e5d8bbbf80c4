"""Whether a text still reads right once words are put back: number, doubled words, acronyms."""

from __future__ import annotations

import re

IRREGULAR_PLURALS = frozenset(
    "people men women children feet teeth mice geese police media criteria phenomena".split()
)
NO_PLURALS = frozenset(
    "is was has does as this its his us thus plus always perhaps besides across less news series species"
    " towards afterwards nowadays sometimes whereas yes gas bus process access business".split()
)
MASS_NOUNS = frozenset(
    "data information software research evidence equipment traffic staff advice furniture machinery robotics"
    " analytics mathematics economics physics electronics politics".split()
)
# What stands before or after a noun in one number only.
BEFORE_SINGULAR = re.compile(r"\b(?:an?|this|that|each|every|another|one)\s+$", re.IGNORECASE)
BEFORE_PLURAL = re.compile(
    r"\b(?:these|those|many|several|few|both|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty"
    r"|thirty|forty|fifty|sixty|hundred|thousand|million|billion|dozen|\d+)\s+$",
    re.IGNORECASE,
)
VERB_OF_SINGULAR = re.compile(r"\s+(?:is|was|has|does|isn[’']t|wasn[’']t|hasn[’']t)\b", re.IGNORECASE)
VERB_OF_PLURAL = re.compile(r"\s+(?:are|were|have|do|aren[’']t|weren[’']t|haven[’']t)\b", re.IGNORECASE)
FIRST_WORD, LAST_WORD = re.compile(r"\s*([\w’'-]+)"), re.compile(r"([\w’'-]+)\s*$")
# An article stands before no second one, nor a preposition before another: `a one of the most`, `with using`.
ARTICLE_BEFORE, INDEFINITE_BEFORE = (re.compile(rf"\b(?:{words})\s+$", re.I) for words in ("an?|the", "an?"))
DETERMINERS = frozenset(
    "a an the this that these those my your his her its our their some any each every no one".split()
)
PLURAL_DETERMINERS = frozenset("many several all both few".split())
PREPOSITIONS = frozenset("in on at by with from for of to under using via through".split())
MAX_AROUND_CHARS = 40  # what is read of the text before and after


def is_plural(word: str) -> bool:
    """Whether a word looks like a noun in the plural."""
    word = word.lower()
    if word in IRREGULAR_PLURALS:
        return True
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is"))
        and word not in NO_PLURALS
    )


def differ_in_number(old: str, new: str) -> bool:
    """Whether of the last words of two phrases one is a plural and the other is not."""
    old_word, new_word = LAST_WORD.search(old), LAST_WORD.search(new)
    if not old_word or not new_word or {old_word.group(1).lower(), new_word.group(1).lower()} & MASS_NOUNS:
        return False
    return is_plural(old_word.group(1)) != is_plural(new_word.group(1))


def reads_right(text: str, start: int, end: int, new: str) -> bool:
    """Whether `new` at `text[start:end]` agrees in number with what stands there, doubles no word, article or
    preposition beside it, and takes the place of no acronym."""
    old = text[start:end]
    before, after = text[max(start - MAX_AROUND_CHARS, 0) : start], text[end : end + MAX_AROUND_CHARS]
    return not (
        _breaks_agreement(before, old, new, after)
        or _leaves_number_open(before, old, new)
        or _doubles_word(before, new, after)
        or _doubles_kind_of_word(before, old, new)
        or _is_acronym(old, new)
    )


def _breaks_agreement(before: str, old: str, new: str, after: str) -> bool:
    if not differ_in_number(old, new):
        return False
    if is_plural(new.rsplit(" ", 1)[-1]):
        return bool(VERB_OF_SINGULAR.match(after) or BEFORE_SINGULAR.search(before))
    return bool(VERB_OF_PLURAL.match(after) or BEFORE_PLURAL.search(before))


def _leaves_number_open(before: str, old: str, new: str) -> bool:
    """Whether a noun without a plural (`research`) stands for one that has one (`study`, `studies`), and no
    word before it says which."""
    old_word, new_word = LAST_WORD.search(old), LAST_WORD.search(new)
    if not old_word or not new_word or old_word.group(1).lower() not in MASS_NOUNS:
        return False
    is_mass = new_word.group(1).lower() in MASS_NOUNS or is_plural(new_word.group(1))
    return not is_mass and not BEFORE_SINGULAR.search(before)


def _doubles_word(before: str, new: str, after: str) -> bool:
    first, last = FIRST_WORD.match(new), LAST_WORD.search(new)
    word_before, word_after = LAST_WORD.search(before), FIRST_WORD.match(after)
    return _are_equal(word_before, first) or _are_equal(last, word_after)


def _doubles_kind_of_word(before: str, old: str, new: str) -> bool:
    """Whether an article stands before a second determiner, or a preposition before another, that `old` did
    not have there."""
    first, word_before = _first_word(new), LAST_WORD.search(before)
    if first == _first_word(old):
        return False
    if first in PREPOSITIONS:
        return bool(word_before and word_before.group(1).lower() in PREPOSITIONS)
    if first in PLURAL_DETERMINERS:
        return bool(INDEFINITE_BEFORE.search(before))
    return first in DETERMINERS and bool(ARTICLE_BEFORE.search(before))


def _first_word(words: str) -> str:
    match = FIRST_WORD.match(words)
    return match.group(1).lower() if match else ""


def _are_equal(one: re.Match[str] | None, other: re.Match[str] | None) -> bool:
    return bool(one and other and one.group(1).lower() == other.group(1).lower())


def _is_acronym(old: str, new: str) -> bool:
    """Whether capitals are replaced by words: `IT` is no pronoun, `AI` no animal."""
    return len(old) > 1 and old.isupper() and " " not in old and not new.isupper()
