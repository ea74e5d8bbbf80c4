"""What a byline looks like: the words before a name, what ends the name, and words that name nobody.

The patterns differ because their risks differ. The rules `byline` and `timestamp` cut a line, so nothing but
a name (and a date) may be in it; the metadata takes only the name, so the line may hold more.
"""

from __future__ import annotations

import re

from cleaner.analysis.dates import MONTH_NUMBERS, first_date, may_name_day
from cleaner.analysis.line_types import looks_like_names

# -- names

MAX_NAME_WORDS, MAX_NAME_CHARS = 6, 60
# What content management systems write where no author is known.
PLACEHOLDER_AUTHORS = frozenset(
    "admin administrator author authors by editor guest name nobody none null root staff superuser undefined"
    " unknown user webmaster wpadmin writer".split()
)
# Firms whose name stands on the boxes with links that they put on other people's pages.
_AD_FIRM = re.compile(
    r"taboola|outbrain|revcontent|zergnet|dianomi|\b(?:mgid|adsense|doubleclick|criteo|smi2|sponsored|advertis\w*)\b",
    re.IGNORECASE,
)
# An address without its scheme: `example.org/people/jane`.
_BARE_ADDRESS = re.compile(r"[\w.-]+\.[a-z]{2,6}(?:/\S*)?", re.IGNORECASE)
# Capitalised words after `By` that are no names.
_NON_NAME_WORDS = frozenset(
    "january february march april may june july august september october november december monday tuesday"
    " wednesday thursday friday saturday sunday today yesterday share comments comment profile follow view"
    " home email print the photo photos credit numbers".split()
)
_DECLARED_PREFIX = re.compile(r"^(?:posted |written )?by:?\s+(?=\S)", re.IGNORECASE)
# What ends a name: a separator, a figure, words of time or place.
_NAME_END = re.compile(
    r"\s*(?:[|•·/(（\[\n\t]|,|[^\W\d]{2,4}\s?：|\s[-–—~]\s|\d|\b(?:on|at|in|for|posted|published|updated|last|am|um|(?-i:le|el|il|op))\b).*",
    re.IGNORECASE | re.DOTALL,
)

# -- bylines of which the metadata takes the name

# At the start of a line, or after a separator, a figure or a year.
BYLINE_START = re.compile(
    r"(?:^|(?<=[|•·/—–]\s)|(?<=\d\s)|(?<=\d,\s)|(?<=\d{4}))\s*"
    r"(?:(?:(?:posted|written|published|reported|words|text|story|article|contributed|submitted) )?by"
    r"|(?:geschrieben|verfasst|ein beitrag) von|(?:écrit|rédigé) par|escrito por|scritto da"
    r"|geschreven door|authors?(?: of the (?:article|story|post))?:|autor(?:in)?:|auteure?s? ?:|autore:)"
    r"[:：]?\s+",
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

# What says that a date is that of a change.
_UPDATED_WORDS = re.compile(
    r"\b(?:updated?|modified|edited|reviewed|aktualisiert|geändert|mis à jour|actualizado|aggiornato"
    r"|atualizado|bijgewerkt|обновлено)\b|更新",
    re.IGNORECASE,
)
# The day of a change up to the next label, in a line that gives both: `Updated: 5 May | Published: 3 May`.
_UPDATE_PART = re.compile(
    rf"(?:{_UPDATED_WORDS.pattern})(?:(?!pubb?li|posted|veröff|erstellt|опубл|公開|发布|發布)[^|•·;\n]){{0,60}}",
    re.IGNORECASE,
)
# Labels of the author alone, in further languages: not of an editor, a photographer or a publisher.
_AUTHOR_LABEL = re.compile(
    r"(?:^|(?<=[\s|·•,，）)]))(?:(?:作者|记者|記者|撰文|撰稿|文字|文|執筆|著者|筆者|取材・文|ライター|글|기자|작성자|글쓴이|취재)\s*[:：/／]\s*"
    r"|(?:本报记者|本報記者)\s*"
    r"|(?:автор(?:ы|и|ка)?|автор текста|корреспондент|кореспондент|autor(?:ka|zy|es|as|en|i|a)?|yazan|yazar"
    r"|muhabir|penulis|szerző|συντάκτης|κείμενο|بقلم|كتب|كتبت|الكاتب|लेखक|writer|reporter|journalist)\s*:\s*"
    r"|(?:skriven av|skrevet af|skrevet av|ditulis oleh|scris de|text de|γράφει [οη]|írta:?)\s+)",
    re.IGNORECASE,
)
# A name with one of these words is that of a publisher, an agency or a desk, or no name.
_PUBLISHER_WORDS = frozenset(
    "news press staff reporter reporters correspondent correspondents editor editors editorial team desk"
    " agency agencies agência agencia agenzia agence agentur bureau media times daily weekly magazine journal"
    " gazette herald tribune post guardian courier network online tv radio group inc ltd llc gmbh redaktion"
    " redazione redacción rédaction redação redactie university institute foundation association company"
    " newsroom service services wire webdesk contributor contributors guest author email admin the our your"
    " my a an this all".split()
)
# A label may stand behind the day and the source, in a line no longer than this.
MAX_LABELLED_CHARS = 120
# A name may run into the date: `By Ada Quill Jun 7, 2019`.
_WORD_BEFORE_DAY = re.compile(r"\s([^\W\d_]{3,12})\.?\s+\d")

# -- bylines that the rules cut

# Of folded text. These words also begin sentences: what follows must be names, and nothing else.
FOLDED_PREPOSITION = re.compile(
    r"(?:by|von|par|por|di|da|door|przez|autor|автор|av|af|od|yazan|szerző|de|oleh|απο|του|text|words)[:.]?(?:\s+|$)"
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
    is_address = "://" in name or "@" in name[1:] or name.startswith(("www.", "{", "["))
    if is_placeholder or is_address or _BARE_ADDRESS.fullmatch(name) or _AD_FIRM.search(name):
        return None
    return None if first_date(name) and _is_only_date(name) else name


def _is_only_date(text: str) -> bool:
    """Whether a text that holds a date holds hardly a word beside it."""
    words = re.findall(r"[^\W\d_]{3,}", text)
    return sum(word.lower() not in MONTH_NUMBERS for word in words) <= 1


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


def name_in_byline(text: str, folded: str, next_line: str) -> str | None:
    """The author that a byline names: a full name after `By`, or on the next line; any after a label."""
    label = _AUTHOR_LABEL.search(text[:MAX_LABELLED_CHARS])
    start = label or BYLINE_START.search(text + " ") or FOLDED_PREPOSITION.match(folded)
    if start is None:
        return None
    rest = text[start.end() :].strip(" *•·\u200e\u200f") or next_line
    day = _WORD_BEFORE_DAY.search(rest)
    name = leading_names(rest[: day.start()] if day and day[1].lower() in MONTH_NUMBERS else rest)
    return name if name and (label or len(name.split()) > 1) else None


def labelled_author(text: str) -> str | None:
    """The name behind a label of the author (`作者：`, `Автор:`); None for a publisher's or a desk's."""
    label = _AUTHOR_LABEL.search(text[:MAX_LABELLED_CHARS])
    name = leading_names(text[label.end() :]) if label else None
    return None if name and names_publisher(name) else name


def names_publisher(name: str) -> bool:
    """Whether a name is that of a publisher, an agency or a desk; in capitals or not."""
    return not _PUBLISHER_WORDS.isdisjoint(word.strip(".,'’").casefold() for word in name.split())


def says_updated(text: str) -> bool:
    """Whether a line with a date speaks of a change."""
    return _UPDATED_WORDS.search(text) is not None


def published_day(text: str, language: str | None = None) -> str | None:
    """The first day in a line that is not that of a change; None where the line gives only that one.

    The label of a change stands before its day; where it does not, nothing tells which day it means.
    """
    if not may_name_day(text):
        return None
    updates = _UPDATE_PART.findall(text)
    if updates and not any(first_date(update, language) for update in updates):
        return None
    return first_date(_UPDATE_PART.sub(" ", text), language)


def day_of_line(text: str, language: str | None = None) -> tuple[str, bool] | None:
    """The day of a line with its meaning: of publication, or else (True) of a change; None without a day."""
    if day := published_day(text, language):
        return day, False
    changed = first_date(text, language)
    return (changed, True) if changed else None


def preposition_byline(text: str, language: str | None) -> re.Match[str] | None:
    """The preposition before a name, if it is one of `language`."""
    match = _PREPOSITION_NAME.search(text)
    return match if match and language in _PREPOSITION_LANGUAGES[match[1].lower()] else None


def names_before_separator(text: str) -> str:
    """`text` up to the first separator: what follows it is a job, a date or a place."""
    end = _AFTER_NAME.search(text)
    return text[: end.start()] if end and end.start() > 1 else text
