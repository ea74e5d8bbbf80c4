"""What a byline looks like: the words before a name, what ends the name, and words that name nobody.

The patterns differ because their risks differ. The rules `byline` and `timestamp` cut a line, so nothing but
a name (and a date) may be in it; the metadata takes only the name, so the line may hold more.
"""

from __future__ import annotations

import re

from cleaner.analysis.line_types import looks_like_names

# -- names

MAX_NAME_WORDS, MAX_NAME_CHARS = 6, 60
# What content management systems write where no author is known.
PLACEHOLDER_AUTHORS = frozenset(
    "admin administrator author authors by editor guest name nobody none null root staff superuser undefined"
    " unknown user webmaster wpadmin writer".split()
)
# Capitalised words after `By` that are no names.
_NON_NAME_WORDS = frozenset(
    "january february march april may june july august september october november december monday tuesday"
    " wednesday thursday friday saturday sunday today yesterday share comments comment profile follow view"
    " home email print the photo photos credit numbers".split()
)
_DECLARED_PREFIX = re.compile(r"^(?:posted |written )?by:?\s+(?=\S)", re.IGNORECASE)
# What ends a name: a separator, a figure, words of time or place.
_NAME_END = re.compile(
    r"\s*(?:[|•·/(\[\n\t]|,|\s[-–—~]\s|\d|\b(?:on|at|in|for|posted|published|updated|last|am|um|le|el|il|op)\b).*",
    re.IGNORECASE | re.DOTALL,
)

# -- bylines of which the metadata takes the name

# At the start of a line, or after a separator, a figure or a year.
BYLINE_START = re.compile(
    r"(?:^|(?<=[|•·/—–]\s)|(?<=\d\s)|(?<=\d,\s)|(?<=\d{4}))\s*"
    r"(?:(?:(?:posted|written|published|reported|words|text|story|article|contributed|submitted) )?by"
    r"|(?:geschrieben|verfasst|ein beitrag) von|(?:écrit|rédigé) par|escrito por|scritto da"
    r"|geschreven door|authors?:|autor(?:in)?:|auteure?s? ?:|autore:)[:：]?\s+",
    re.IGNORECASE,
)
# `Posted by` is clear enough to be looked for below the article too.
POSTED_BY = re.compile(r"(?:post )?(?:posted|written|published) by(?=\s)(?!\s*:)\s*", re.IGNORECASE)
# Before a full name these are a byline in their own language; in others they begin titles (`Da Vinci Code`).
_PREPOSITION_NAME = re.compile(
    r"(?:^|(?<=[|•·/—–]\s))(von|par|por|di|da|door|av|af)\s+(?=\S+\s\S)", re.IGNORECASE
)
_PREPOSITION_LANGUAGES = {
    "von": ("de",), "par": ("fr",), "por": ("es", "pt"), "di": ("it",), "da": ("it",), "door": ("nl",),
    "av": ("sv", "no", "nb", "nn"), "af": ("da",),
}  # fmt: skip

# -- bylines that the rules cut

# Of folded text. These words also begin sentences: what follows must be names, and nothing else.
FOLDED_PREPOSITION = re.compile(
    r"(?:by|von|par|por|di|da|door|przez|autor|автор|av|af|od|yazan|szerző|de|oleh|από|του|text|words)[:.]?(?:\s+|$)"
)
# After a name on the same line: a job, an outlet, a date, a place.
_AFTER_NAME = re.compile(r"[|•·/;]|,\s|\s-\s|\s–\s|\s—\s|\d| \(| for the | on \w+day| in [A-Z]")
# The start of a line with a name and a date; `by` may come after the date.
DATED_BYLINE_START = re.compile(
    r"^(?:(?:(?:posted|published|written|submitted|reported|geschrieben|verfasst|écrit|escrito|scritto) )?"
    r"(?:by|von|par|por|di|door)|.*?(?:[\d|•·,/–—-]|\dm\.?) ?by)[: ]\s*(?=\S)",
    re.IGNORECASE,
)
# What ends the name in such a line.
DATED_NAME_END = re.compile(
    r"[|•·/(,;:\d–—]|\s-\s|\b(?:on|at|am|um|le|el|il|op|in|published|posted|updated|last|veröffentlicht|publié"
    r"|publicado|pubblicato|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)


def clean_author(value: str | None) -> str | None:
    """A declared author without a leading `By`; None for an address and for a word that names nobody."""
    name = _DECLARED_PREFIX.sub("", (value or "").partition("»")[0]).strip(" ,|:")  # `by Jane Doe » Aug 27`
    is_placeholder = not any(map(str.isalpha, name)) or name.casefold() in PLACEHOLDER_AUTHORS
    return (
        None
        if is_placeholder or "://" in name or "@" in name[1:] or name.startswith(("www.", "{", "["))
        else name
    )


def leading_names(text: str) -> str | None:
    """The names at the start of `text`, perhaps after `By`; None where that does not read like names."""
    byline = BYLINE_START.match(text)
    text = text[byline.end() :] if byline else text
    name = _NAME_END.sub("", text[: 2 * MAX_NAME_CHARS]).strip(" .,:;-–—|\"'")
    words = name.split()
    if not words or len(words) > MAX_NAME_WORDS or len(name) > MAX_NAME_CHARS:
        return None
    folded = {word.casefold().strip(".") for word in words}
    if (
        not looks_like_names(name, MAX_NAME_WORDS)
        or folded & _NON_NAME_WORDS
        or folded <= PLACEHOLDER_AUTHORS
    ):
        return None
    return clean_author(name)


def preposition_byline(text: str, language: str | None) -> re.Match[str] | None:
    """The preposition before a name, if it is one of `language`."""
    match = _PREPOSITION_NAME.search(text)
    return match if match and language in _PREPOSITION_LANGUAGES[match[1].lower()] else None


def names_before_separator(text: str) -> str:
    """`text` up to the first separator: what follows it is a job, a date or a place."""
    end = _AFTER_NAME.search(text)
    return text[: end.start()] if end and end.start() > 1 else text
