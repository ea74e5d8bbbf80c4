"""Who wrote a page and when, where only the page itself shows it: in the lines around its title.

Asked for only what the head leaves open. Only the lines between the title and the text are looked at, and a
few above: further off stand the names and dates of other articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.dates import days, in_address
from cleaner.analysis.line_types import names
from cleaner.analysis.titles import repeated_title_text
from cleaner.document import Block, Claim, Metadata
from cleaner.metadata.declared import NOBODY, PUNCTUATION, person, settled
from cleaner.reading.elements import VOID
from cleaner.reading.json_ld import spellable
from cleaner.reading.tokenizer import attributes, tokens, unescape

# Blocks above the title, and from it on: the byline stands among the first, with tags and buttons before it.
ABOVE, BELOW = 3, 14
# Paragraphs of the text that may stand above the byline: a standfirst or two.
PARAGRAPHS = 2
# Markup of those blocks that is read; a page that has more there has something else.
MARKUP_AT_MOST = 60_000
# A line that says when, or who, holds nothing else.
LINE_WORDS = 22
NAME_WORDS, NAME_CHARACTERS = 6, 60
# "Posted on Wednesday, November 7, 2012 at 10:15 am EST in Sports"; a caption is longer. Of a heading: a day.
DATE_WORDS, HEADING_WORDS = 18, 9
# Titles that are shorter stand in menus too.
TITLE_LETTERS = 8
LONGEST = 300

_BY = re.compile(
    r"(?:^|(?<=[|•·/—–]\s)|(?<=\d\s)|(?<=\d,\s)|(?<=\d{4}))\s*"
    r"(?:(?:(?:posted|written|published|reported|words|text|story|article|contributed|submitted) )?by"
    r"|(?:geschrieben|verfasst|ein beitrag) von|(?:écrit|rédigé) par|escrito por|scritto da"
    r"|geschreven door|authors?:|autor(?:in)?:|auteure?s? ?:|autore:)[:：]?\s+",
    re.IGNORECASE,
)
# In its own language such a word before a full name does; elsewhere it begins titles (`Da Vinci Code`).
_BARE = re.compile(r"(?:^|(?<=[|•·/—–]\s))(von|par|por|di|da|door|av|af)\s+(?=\S+\s\S)", re.IGNORECASE)
_ITS_LANGUAGES = {
    "von": ("de",), "par": ("fr",), "por": ("es", "pt"), "di": ("it",), "da": ("it",), "door": ("nl",),
    "av": ("sv", "no", "nb", "nn"), "af": ("da",),
}  # fmt: skip
# What ends a name: a separator, a figure, what says when or where.
_ENDS = re.compile(
    r"\s*(?:[|•·/(\[\n\t]|,|\s[-–—~]\s|\d|\b(?:on|at|in|for|posted|published|updated|last|am|um|le|el|il|op)\b).*",
    re.IGNORECASE | re.DOTALL,
)
_POSTED = re.compile(r"(?:post )?(?:posted|written|published) by(?=\s)(?!\s*:)\s*", re.IGNORECASE)
_AUTHOR = re.compile(r"author(?!i[tsz])|byline", re.IGNORECASE)
_LATER = re.compile(
    r"\b(?:updated?|modified|edited|reviewed|aktualisiert|geändert|mis à jour|actualizado|aggiornato"
    r"|atualizado|bijgewerkt|обновлено)\b|更新",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    "january february march april may june july august september october november december monday tuesday"
    " wednesday thursday friday saturday sunday today yesterday share comments comment profile follow view"
    " home email print the photo photos credit numbers".split()
)
_FIRST = re.compile(r"publi|posted|entry|creat|issued", re.IGNORECASE)
_WRITER = frozenset(("author", "byline", "byl", "entry-author", "author-name", "byline-name", "byline__name"))


def shown(blocks: BlockIndex, known: Metadata) -> Metadata:
    """The author and the date as the page shows them, where they are open; the day in its address last."""
    claims: dict[str, list[Claim]] = {}
    if blocks.doc.kind == "html" and None in (known.author, known.date):
        at, near = _near(blocks, known.title)
        tagged = list(_tagged(blocks, near))
        if known.author is None:
            told_by_line = _bylines(blocks, near, known.language)
            found = [*(Claim("markup", name) for name in _writers(tagged)), *told_by_line]
            named = _letters(known.title or "")
            claims["author"] = [said for said in found if _letters(said.value) not in named][:1]
        if known.date is None:
            told, masthead = _dates(blocks, near, at)
            found = [*(Claim("markup", day) for day in _times(tagged)), *told][:1]
            address = [Claim("url", told_by_url)] if (told_by_url := in_address(known.url or "")) else []
            claims["date"] = [*found, *address, *(() if found else masthead[:1])]
    if known.title is None and (title := repeated_title_text(blocks)):
        claims["title"] = [Claim("text", title)]
    return settled(claims)


def _near(blocks: BlockIndex, title: str | None) -> tuple[int, range]:
    """Where the title stands and the blocks around it; where none shows it, those right above the text."""
    at = _title(blocks, _letters(title or ""))
    seen, end = 0, at + 1
    while end < len(blocks) and end <= at + BELOW and seen < PARAGRAPHS:
        seen += blocks.prose[end]
        end += 1
    return at, range(max(at - ABOVE, 0), min(end, len(blocks)))


def _title(blocks: BlockIndex, title: str) -> int:
    """The block that shows the title: a heading before a line, of several the last above the text."""
    stop = blocks.prose_range.stop or len(blocks)
    least, most = max(TITLE_LETTERS, len(title) // 2 + 1), 3 * len(title)
    lines = [i for i, text in enumerate(blocks.texts) if least <= len(text) <= most]
    found = [i for i in lines if (i < stop or blocks[i].heading) and _says(blocks[i].text, title)]
    headed = [i for i in found if blocks[i].heading] or found
    first = [i for i, block in enumerate(blocks) if block.heading == 1]
    for some in (headed, first):
        if some:
            above = [i for i in some if i <= blocks.prose_range.start]
            return above[-1] if above else some[0]
    return blocks.prose_range.start


def _says(text: str, title: str) -> bool:
    """Whether a line is the title, perhaps with the site's name behind or before one of them."""
    short, long = sorted((_letters(text), title), key=len)
    return len(short) >= TITLE_LETTERS and 2 * len(short) >= len(long) and short in long


def _letters(text: str) -> str:
    return PUNCTUATION.sub("", text[:LONGEST].casefold())


# -- in tags


def _tagged(blocks: BlockIndex, near: range) -> Iterator[tuple[dict[str, str], str, str]]:
    """The elements there that could say who or when: attributes, name, the text they hold."""
    if not near:
        return
    raw, first, last = blocks.doc.raw, near[0], near[-1]
    start = max(blocks[first - 1].end if first else 0, blocks[first].start - 2000)
    markup = raw[start : min(blocks[last].end, start + MARKUP_AT_MOST)]
    open_: list[tuple[str, dict[str, str], list[str]]] = []
    for kind, at, end, name in tokens(markup):
        if kind == "text":
            for one in open_:
                one[2].append(markup[at:end])
        elif kind == "start":
            tag = markup[at:end]
            if name == "time" or name == "abbr" or ("author" in tag or "byline" in tag or "itemprop" in tag):
                shown_in = next((blocks[i] for i in near if blocks[i].end > start + end), None)
                if shown_in and not _comment(shown_in):
                    if name in VOID:  # nothing ends it
                        yield attributes(tag), name, ""
                        continue
                    open_.append((name, attributes(tag), []))
                    open_ = open_[-8:]
        elif kind == "end" and open_ and open_[-1][0] == name:
            _, found, text = open_.pop()
            yield found, name, spellable(" ".join(unescape("".join(text)).split()))


def _writers(tagged: list[tuple[dict[str, str], str, str]]) -> Iterator[str]:
    """Names in elements that say they hold the author's: by `rel`, by `itemprop`, by their class."""
    for found, _, text in tagged:
        own = {*found.get("rel", "").lower().split(), *found.get("itemprop", "").lower().split()}
        if ("author" in own or _WRITER.intersection(found.get("class", "").lower().split())) and (
            name := _name(text)
        ):
            yield name


def _times(tagged: list[tuple[dict[str, str], str, str]]) -> Iterator[str]:
    """Days in elements made for them; those that say they are the first before others."""
    listed: list[tuple[bool, str]] = []
    for found, name, text in tagged:
        prop = found.get("itemprop", "").lower()
        classed = name == "abbr" and "title" in found
        if (name != "time" and not classed and "datepublished" not in prop) or "datemodified" in prop:
            continue
        said = " ".join((found.get("class", ""), prop, found.get("pubdate", "-")))
        if _LATER.search(said):
            continue
        day = next(days(found.get("datetime") or found.get("content") or found.get("title") or text), None)
        if day:
            listed.append((not ("pubdate" in found or _FIRST.search(said)), day))
    yield from (day for _, day in sorted(listed, key=lambda one: one[0]))


# -- in lines


def _bylines(blocks: BlockIndex, near: range, language: str | None) -> Iterator[Claim]:
    """Names behind `By`, also in the next block; in a block that is named after the author; further down only
    behind `posted by`."""
    for i in near:
        text = blocks[i].text
        if blocks.words[i] > LINE_WORDS or blocks.prose[i]:
            continue
        found = _BY.search(text + " ") or _bare(text, language)
        rest = text[found.end() :] if found else ""
        if found and not rest and i + 1 < len(blocks) and blocks.words[i + 1] <= NAME_WORDS:
            rest = blocks[i + 1].text
        name = _name(text) if not found and _named(blocks, i) else None
        if name := _name(rest) or (name if name and " " in name else None):
            yield Claim("page", name)
    for i in range(near.stop, len(blocks)):
        found = _POSTED.match(blocks[i].text) if blocks.words[i] <= LINE_WORDS else None
        if found and not _comment(blocks[i]):
            if name := _name(blocks[i].text[found.end() :]):
                yield Claim("page", name)
            return


def _bare(text: str, language: str | None) -> re.Match[str] | None:
    """A preposition before a name, in the page's own language."""
    found = _BARE.search(text)
    return found if found and language in _ITS_LANGUAGES[found[1].lower()] else None


def _named(blocks: BlockIndex, i: int) -> bool:
    """Whether an element around it is named after an author, and not one of a comment."""
    return any(map(_AUTHOR.search, blocks[i].path[-2:])) and not _comment(blocks[i])


def _comment(block: Block) -> bool:
    """Whether an element around it is named after comments; that of the whole page aside."""
    return any("comment" in step.lower() for step in block.path if not step.startswith(("body", "html")))


def _dates(blocks: BlockIndex, near: range, at: int) -> tuple[list[Claim], list[Claim]]:
    """Days in lines that hold little else: from the title on, and above it, where the date may be today's.

    When it was changed counts only where nothing says when it was published, and under a name of its own.
    """
    listed: list[tuple[bool, int, str]] = []
    for i in near:
        text = blocks[i].text
        if blocks.words[i] > (HEADING_WORDS if blocks[i].heading else DATE_WORDS) or blocks.prose[i]:
            continue
        if day := next(days(text), None):
            label = blocks[i - 1].text if i > near.start else ""  # "Last updated:" in a block of its own
            later = _LATER.search(text if any(map(str.isdigit, label)) else f"{label[-40:]} {text}")
            listed.append((later is not None, i, day))
    said = [(i, Claim("updated" if later else "page", day)) for later, i, day in sorted(listed)]
    return [one for i, one in said if i >= at], [one for i, one in said if i < at]


def _name(text: str) -> str | None:
    """The names at the beginning of `text`, if what stands there reads like one."""
    found = _BY.match(text)
    text = text[found.end() :] if found else text
    name = _ENDS.sub("", text[: 2 * NAME_CHARACTERS]).strip(" .,:;-–—|\"'")
    words = name.split()
    if not words or len(words) > NAME_WORDS or len(name) > NAME_CHARACTERS:
        return None
    folded = {word.casefold().strip(".") for word in words}
    if not names(name, NAME_WORDS) or folded & _NO_NAME or folded <= NOBODY:
        return None
    return person(name)
