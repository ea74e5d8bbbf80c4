"""Lines that say when: published, updated, how long ago, how long to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.dates import MONTHS, days
from cleaner.analysis.line_types import NUMERIC_DATE, at_edge, memoized, names, relative_times

# "Published on Tuesday 12 March 2024 at 10:15, updated on Wednesday 13 March 2024 at 9:05 am CET".
LONGEST = 18
# A diary has at least this many dated entries; a page has no more than three times of its own.
ENTRIES = 4
# Further away from the prose, a date belongs to something else, or there is no article.
NEAR = 20
# What is only likely is left to what stands around it: a fair opinion, of a rule that can be strong.
LIKELY = 0.625
# Between a title and the first paragraph stand no more lines than these.
ABOVE = 4
CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2} ?[時时시]")
# "By Jane Doe and Bo Reed | The Valley Courier | Published March 12, 2024 at 10:15 a.m. | Updated March 13"
SIGNED_AT_MOST, NAMES_AT_MOST = 24, 8
# Heard on pages only: of clean texts with such a line most mean to keep it, as some keep a byline.
SIGNED = 0.75
BY = re.compile(
    r"^(?:(?:(?:posted|published|written|submitted|reported|geschrieben|verfasst|écrit|escrito|scritto) )?"
    r"(?:by|von|par|por|di|door)|.*?(?:[\d|•·,/–—-]|\dm\.?) ?by)[: ]\s*(?=\S)",
    re.IGNORECASE,
)
# What a name ends before, and what else such a line is made of.
NO_NAME = re.compile(
    r"[|•·/(,;:\d–—]|\s-\s|\b(?:on|at|am|um|le|el|il|op|in|published|posted|updated|last|veröffentlicht|publié"
    r"|publicado|pubblicato|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
SAYS_WHEN = frozenset(
    "a.m a.m. am and at by comment comments edited est et first gmt ist last min minute minutes modified on"
    " p.m p.m. pm posted published read submitted the to updated uhr um utc written à às alle del de le el il"
    " op veröffentlicht aktualisiert publié mis jour publicado actualizado pubblicato aggiornato".split()
)
NUMBERS = re.compile(r"[\d\s./:,|+TZ-]{8,}")


def timestamp(blocks: BlockIndex) -> Iterator[Finding]:
    """Lines that say when an article was published or updated, how long it takes to read, who looked at it.

    Drops: `Published: 12 March 2024, 10:15`, `4 hours ago`, `3 min read`, a date alone on a line, in the
    head or tail of the article; `By Jane Doe | Published 12 March 2024` there; `Updated at …` with a date
    anywhere.
    Keeps: sentences with dates, the dated entries of a diary or chronicle, headings such as `May 1968`
    between paragraphs.
    """
    told = {hit.block: hit.end for hit in blocks.phrase_hits("timestamp", "start")}
    alone = set(blocks.phrase_only_blocks("timestamp"))
    for i, text in enumerate(blocks.folded):
        if blocks.words[i] > SIGNED_AT_MOST or not blocks.has_digit[i]:
            continue
        if at_edge(blocks, i) and _signed(blocks[i].text):
            yield Finding(i, "a name and a date, and nothing else", SIGNED)
        elif blocks.words[i] > LONGEST:
            continue
        elif i in told and _dated(text, told[i]) and not blocks.ends_sentence[i]:
            why = f"the line says when: “{blocks[i].text[: told[i]].strip()}”"
            yield Finding(i, why, LIKELY if at_edge(blocks, i) else LIKELY * 0.85)
        elif i not in diary(blocks) and _outside(blocks, i) and _time(blocks, i, i in alone):
            yield Finding(i, "a time or date alone on its line", _sure(blocks, i))


def _signed(text: str) -> bool:
    """Whether a line is made of who wrote an article and on which day, with what usually stands between."""
    found = BY.match(text)
    if found is None or not any(days(text)):
        return False
    rest = text[found.end() :]
    words = rest.split()
    month = next((k for k, word in enumerate(words) if word.lower().strip(".,") in MONTHS), len(words))
    name = " ".join(words[:month])
    name = NO_NAME.split(name, maxsplit=1)[0].strip()
    others = (text[: found.end()] + rest.removeprefix(name)).replace("|", " ").split()
    plain = (word.strip(".,:;()•·–—-/") for word in others)
    return names(name, NAMES_AT_MOST) and name[:1].isupper() and all(map(_of_line, plain))


def _of_line(word: str) -> bool:
    """Whether a word belongs to a date, to what says when, or to a name: of sentences most do not."""
    low = word.lower()
    return not word[:1].islower() or low in SAYS_WHEN or low in MONTHS or any(map(str.isdigit, low))


def _sure(blocks: BlockIndex, i: int) -> float:
    """How long ago, right above the article's first paragraph: nothing else is said like that there."""
    above = blocks.prose_range.start - ABOVE <= i < blocks.prose_range.start
    return 1.0 if above and i in relative_times(blocks) else LIKELY * 0.9


def _dated(text: str, end: int) -> bool:
    """Whether a number stands close behind the phrase: a date, not a figure further on."""
    return any(char.isdigit() for char in text[end : end + 24])


def _outside(blocks: BlockIndex, i: int) -> bool:
    """Whether block `i` stands above or below the prose; for what no heading says, also near its ends."""
    if i < blocks.prose_range.start - NEAR or i >= blocks.prose_range.stop + NEAR:
        return False
    return i not in blocks.prose_range or (at_edge(blocks, i) and i in relative_times(blocks))


def _time(blocks: BlockIndex, i: int, alone: bool) -> bool:
    text = blocks.folded[i].strip()
    return alone or i in relative_times(blocks) or (NUMBERS.fullmatch(text) is not None and _clock(text))


def _clock(text: str) -> bool:
    return NUMERIC_DATE.search(text) is not None or (CLOCK.search(text) is not None and ":" in text)


@memoized
def diary(blocks: BlockIndex) -> frozenset[int]:
    """Date lines that recur between paragraphs: a chronicle's headings, not the page's own times."""
    dated = [i for i in blocks.phrase_only_blocks("timestamp") if i + 1 < len(blocks) and blocks.prose[i + 1]]
    inner = [i for i in dated if i not in relative_times(blocks)]
    return frozenset(inner) if len(inner) >= ENTRIES else frozenset()
