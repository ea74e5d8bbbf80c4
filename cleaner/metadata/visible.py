"""Who wrote a page and when, where only the page itself shows it: in the lines around its title.

Asked for only what the head leaves open. Only the lines between the title and the text are looked at, and a
few above: further off stand the names and dates of other articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.dates import date_in_url, find_dates
from cleaner.analysis.line_types import looks_like_names
from cleaner.analysis.titles import repeated_title_text
from cleaner.document import Block, Claim, Metadata
from cleaner.metadata.declared import NON_ALNUM, PLACEHOLDER_AUTHORS, clean_author, resolve_claims
from cleaner.reading.elements import VOID
from cleaner.reading.tokenizer import attributes, tokens, unescape
from cleaner.surrogates import replace_surrogates

# Blocks above the title, and from it on: the byline stands among the first, with tags and buttons before it.
BLOCKS_ABOVE_TITLE, BLOCKS_BELOW_TITLE = 3, 14
# Paragraphs of the text that may stand above the byline: a standfirst or two.
MAX_STANDFIRST_BLOCKS = 2
# Markup of those blocks that is read; a page that has more there has something else.
MAX_MARKUP_CHARS = 60_000
# A line that says when, or who, holds nothing else.
MAX_LINE_WORDS = 22
MAX_NAME_WORDS, MAX_NAME_CHARS = 6, 60
# "Posted on Wednesday, November 7, 2012 at 10:15 am EST in Sports"; a caption is longer. Of a heading: a day.
MAX_DATE_WORDS, MAX_HEADING_WORDS = 18, 9
# Titles that are shorter stand in menus too.
MIN_TITLE_LETTERS = 8
MAX_KEY_CHARS = 300

_BYLINE_START = re.compile(
    r"(?:^|(?<=[|•·/—–]\s)|(?<=\d\s)|(?<=\d,\s)|(?<=\d{4}))\s*"
    r"(?:(?:(?:posted|written|published|reported|words|text|story|article|contributed|submitted) )?by"
    r"|(?:geschrieben|verfasst|ein beitrag) von|(?:écrit|rédigé) par|escrito por|scritto da"
    r"|geschreven door|authors?:|autor(?:in)?:|auteure?s? ?:|autore:)[:：]?\s+",
    re.IGNORECASE,
)
# In its own language such a word before a full name does; elsewhere it begins titles (`Da Vinci Code`).
_PREPOSITION_BYLINE = re.compile(
    r"(?:^|(?<=[|•·/—–]\s))(von|par|por|di|da|door|av|af)\s+(?=\S+\s\S)", re.IGNORECASE
)
_PREPOSITION_LANGUAGES = {
    "von": ("de",), "par": ("fr",), "por": ("es", "pt"), "di": ("it",), "da": ("it",), "door": ("nl",),
    "av": ("sv", "no", "nb", "nn"), "af": ("da",),
}  # fmt: skip
# What ends a name: a separator, a figure, what says when or where.
_NAME_END = re.compile(
    r"\s*(?:[|•·/(\[\n\t]|,|\s[-–—~]\s|\d|\b(?:on|at|in|for|posted|published|updated|last|am|um|le|el|il|op)\b).*",
    re.IGNORECASE | re.DOTALL,
)
_POSTED_BY = re.compile(r"(?:post )?(?:posted|written|published) by(?=\s)(?!\s*:)\s*", re.IGNORECASE)
_AUTHOR_STEP = re.compile(r"author(?!i[tsz])|byline", re.IGNORECASE)
_UPDATED_WORDS = re.compile(
    r"\b(?:updated?|modified|edited|reviewed|aktualisiert|geändert|mis à jour|actualizado|aggiornato"
    r"|atualizado|bijgewerkt|обновлено)\b|更新",
    re.IGNORECASE,
)
_NON_NAME_WORDS = frozenset(
    "january february march april may june july august september october november december monday tuesday"
    " wednesday thursday friday saturday sunday today yesterday share comments comment profile follow view"
    " home email print the photo photos credit numbers".split()
)
_PUBLISHED_WORDS = re.compile(r"publi|posted|entry|creat|issued", re.IGNORECASE)
_AUTHOR_CLASSES = frozenset(
    ("author", "byline", "byl", "entry-author", "author-name", "byline-name", "byline__name")
)


def visible_metadata(blocks: BlockIndex, declared: Metadata) -> Metadata:
    """The author and the date as the page shows them, where they are open; the day in its address last."""
    claims: dict[str, list[Claim]] = {}
    if blocks.doc.kind == "html" and None in (declared.author, declared.date):
        title_block, near_title = _blocks_near_title(blocks, declared.title)
        elements = list(_author_and_time_elements(blocks, near_title))
        if declared.author is None:
            line_claims = _byline_claims(blocks, near_title, declared.language)
            found_claims = [*(Claim("markup", name) for name in _authors_in_markup(elements)), *line_claims]
            title_key = _alnum_key(declared.title or "")
            claims["author"] = [claim for claim in found_claims if _alnum_key(claim.value) not in title_key][
                :1
            ]
        if declared.date is None:
            date_claims, dates_above_title = _date_claims(blocks, near_title, title_block)
            found_claims = [*(Claim("markup", day) for day in _dates_in_markup(elements)), *date_claims][:1]
            url_claims = [Claim("url", url_date)] if (url_date := date_in_url(declared.url or "")) else []
            claims["date"] = [*found_claims, *url_claims, *(() if found_claims else dates_above_title[:1])]
    if declared.title is None and (title := repeated_title_text(blocks)):
        claims["title"] = [Claim("text", title)]
    return resolve_claims(claims)


def _blocks_near_title(blocks: BlockIndex, title: str | None) -> tuple[int, range]:
    """Where the title stands and the blocks around it; where none shows it, those right above the text."""
    title_block = _find_title_block(blocks, _alnum_key(title or ""))
    n_prose_blocks, end = 0, title_block + 1
    while (
        end < len(blocks)
        and end <= title_block + BLOCKS_BELOW_TITLE
        and n_prose_blocks < MAX_STANDFIRST_BLOCKS
    ):
        n_prose_blocks += blocks.prose[end]
        end += 1
    return title_block, range(max(title_block - BLOCKS_ABOVE_TITLE, 0), min(end, len(blocks)))


def _find_title_block(blocks: BlockIndex, title: str) -> int:
    """The block that shows the title: a heading before a line, of several the last above the text."""
    stop = blocks.prose_range.stop or len(blocks)
    min_chars, max_chars = max(MIN_TITLE_LETTERS, len(title) // 2 + 1), 3 * len(title)
    lines = [i for i, text in enumerate(blocks.texts) if min_chars <= len(text) <= max_chars]
    matches = [i for i in lines if (i < stop or blocks[i].heading) and _matches_title(blocks[i].text, title)]
    headings = [i for i in matches if blocks[i].heading] or matches
    first_level_headings = [i for i, block in enumerate(blocks) if block.heading == 1]
    for candidates in (headings, first_level_headings):
        if candidates:
            above = [i for i in candidates if i <= blocks.prose_range.start]
            return above[-1] if above else candidates[0]
    return blocks.prose_range.start


def _matches_title(text: str, title: str) -> bool:
    """Whether a line is the title, perhaps with the site's name behind or before one of them."""
    short, long = sorted((_alnum_key(text), title), key=len)
    return len(short) >= MIN_TITLE_LETTERS and 2 * len(short) >= len(long) and short in long


def _alnum_key(text: str) -> str:
    return NON_ALNUM.sub("", text[:MAX_KEY_CHARS].casefold())


# -- in tags


def _author_and_time_elements(
    blocks: BlockIndex, near_title: range
) -> Iterator[tuple[dict[str, str], str, str]]:
    """The elements there that could say who or when: attributes, name, the text they hold."""
    if not near_title:
        return
    raw, first, last = blocks.doc.raw, near_title[0], near_title[-1]
    start = max(blocks[first - 1].end if first else 0, blocks[first].start - 2000)
    markup = raw[start : min(blocks[last].end, start + MAX_MARKUP_CHARS)]
    open_elements: list[tuple[str, dict[str, str], list[str]]] = []
    for token_type, start_in_markup, end, name in tokens(markup):
        if token_type == "text":
            for element in open_elements:
                element[2].append(markup[start_in_markup:end])
        elif token_type == "start":
            tag = markup[start_in_markup:end]
            if name == "time" or name == "abbr" or ("author" in tag or "byline" in tag or "itemprop" in tag):
                holding_block = next((blocks[i] for i in near_title if blocks[i].end > start + end), None)
                if holding_block and not _is_in_comment(holding_block):
                    if name in VOID:  # nothing ends it
                        yield attributes(tag), name, ""
                        continue
                    open_elements.append((name, attributes(tag), []))
                    open_elements = open_elements[-8:]
        elif token_type == "end" and open_elements and open_elements[-1][0] == name:
            _, attrs, text = open_elements.pop()
            yield attrs, name, replace_surrogates(" ".join(unescape("".join(text)).split()))


def _authors_in_markup(elements: list[tuple[dict[str, str], str, str]]) -> Iterator[str]:
    """Names in elements that say they hold the author's: by `rel`, by `itemprop`, by their class."""
    for attrs, _, text in elements:
        properties = {*attrs.get("rel", "").lower().split(), *attrs.get("itemprop", "").lower().split()}
        if (
            "author" in properties or _AUTHOR_CLASSES.intersection(attrs.get("class", "").lower().split())
        ) and (name := _leading_names(text)):
            yield name


def _dates_in_markup(elements: list[tuple[dict[str, str], str, str]]) -> Iterator[str]:
    """Days in elements made for them; those that say they are the first before others."""
    candidates: list[tuple[bool, str]] = []
    for attrs, name, text in elements:
        item_property = attrs.get("itemprop", "").lower()
        is_abbr_date = name == "abbr" and "title" in attrs
        if (
            name != "time" and not is_abbr_date and "datepublished" not in item_property
        ) or "datemodified" in item_property:
            continue
        labels = " ".join((attrs.get("class", ""), item_property, attrs.get("pubdate", "-")))
        if _UPDATED_WORDS.search(labels):
            continue
        day = next(
            find_dates(attrs.get("datetime") or attrs.get("content") or attrs.get("title") or text), None
        )
        if day:
            candidates.append((not ("pubdate" in attrs or _PUBLISHED_WORDS.search(labels)), day))
    yield from (day for _, day in sorted(candidates, key=lambda one: one[0]))


# -- in lines


def _byline_claims(blocks: BlockIndex, near_title: range, language: str | None) -> Iterator[Claim]:
    """Names behind `By`, also in the next block; in a block that is named after the author; further down only
    behind `posted by`."""
    for i in near_title:
        text = blocks[i].text
        if blocks.words[i] > MAX_LINE_WORDS or blocks.prose[i]:
            continue
        byline = _BYLINE_START.search(text + " ") or _preposition_byline(text, language)
        rest = text[byline.end() :] if byline else ""
        if byline and not rest and i + 1 < len(blocks) and blocks.words[i + 1] <= MAX_NAME_WORDS:
            rest = blocks[i + 1].text
        name = _leading_names(text) if not byline and _is_in_author_element(blocks, i) else None
        if name := _leading_names(rest) or (name if name and " " in name else None):
            yield Claim("page", name)
    for i in range(near_title.stop, len(blocks)):
        byline = _POSTED_BY.match(blocks[i].text) if blocks.words[i] <= MAX_LINE_WORDS else None
        if byline and not _is_in_comment(blocks[i]):
            if name := _leading_names(blocks[i].text[byline.end() :]):
                yield Claim("page", name)
            return


def _preposition_byline(text: str, language: str | None) -> re.Match[str] | None:
    """A preposition before a name, in the page's own language."""
    match = _PREPOSITION_BYLINE.search(text)
    return match if match and language in _PREPOSITION_LANGUAGES[match[1].lower()] else None


def _is_in_author_element(blocks: BlockIndex, i: int) -> bool:
    """Whether an element around it is named after an author, and not one of a comment."""
    return any(map(_AUTHOR_STEP.search, blocks[i].path[-2:])) and not _is_in_comment(blocks[i])


def _is_in_comment(block: Block) -> bool:
    """Whether an element around it is named after comments; that of the whole page aside."""
    return any("comment" in step.lower() for step in block.path if not step.startswith(("body", "html")))


def _date_claims(blocks: BlockIndex, near_title: range, title_block: int) -> tuple[list[Claim], list[Claim]]:
    """Days in lines that hold little else: from the title on, and above it, where the date may be today's.

    When it was changed counts only where nothing says when it was published, and under a name of its own.
    """
    candidates: list[tuple[bool, int, str]] = []
    for i in near_title:
        text = blocks[i].text
        if blocks.words[i] > (MAX_HEADING_WORDS if blocks[i].heading else MAX_DATE_WORDS) or blocks.prose[i]:
            continue
        if day := next(find_dates(text), None):
            label = (
                blocks[i - 1].text if i > near_title.start else ""
            )  # "Last updated:" in a block of its own
            is_update = _UPDATED_WORDS.search(
                text if any(map(str.isdigit, label)) else f"{label[-40:]} {text}"
            )
            candidates.append((is_update is not None, i, day))
    claims = [(i, Claim("updated" if later else "page", day)) for later, i, day in sorted(candidates)]
    return [claim for i, claim in claims if i >= title_block], [one for i, one in claims if i < title_block]


def _leading_names(text: str) -> str | None:
    """The names at the beginning of `text`, if what stands there reads like one."""
    byline = _BYLINE_START.match(text)
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
