"""Live blogs: all entries stay, with their headings; the list of links to them goes.

An entry looks like an article of its own, with a heading, a time and a byline, and rules and model take the
second for the beginning of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import memoized
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import MODEL_CODE, PRIOR_NATS
from cleaner.decide.repeated_elements import Unit, repeated_units
from cleaner.document import Mark, Verdict, tag_of
from cleaner.reading.json_ld import type_names
from cleaner.rules import CERTAIN, POSITION_ONLY_CODES

# What pages call the element that holds the entries.
_LIVE_NAME = re.compile(
    r"live-?_?(?:blog|ticker|update|post|feed|entr)|as-it-happened|tickaroo", re.IGNORECASE
)
# What the titles of such pages say, beside times at the entries. `Live` counts only where it stands apart
# from the rest, or with updates: a programme of live music has times, too.
_LIVE_TITLE = re.compile(
    r"^\W*live\s*[:|–—-]|[:|–—-]\s*live\b|\blive (?:updates?|coverage|reports?|feed)\b"
    r"|\b(?:live-? ?(?:blog|ticker)|as it happened|minute by minute|minuto a minuto|en direct|en directo"
    r"|ao vivo|in diretta|diretta|ticker|na żywo|canlı|онлайн|živě|élő)\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"^\D{0,20}\d{1,2}\s?[:.h]\s?\d{2}(?!\d)")
MAX_TIME_WORDS = 8
MIN_ENTRIES = 3
# The time of an entry stands next to its heading, before or behind it.
MAX_TIME_DISTANCE = 2
# Reasons that go by a heading's likeness to others and by place: entries are alike, and far down.
REASONS_BY_LIKENESS = POSITION_ONLY_CODES | {MODEL_CODE, "repeated-title", "related-section", "teaser-list"}


def keep_live_entries(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with all entries of a live blog, and without the links to them above."""
    if evidence.blocks.doc.kind != "html" or not is_live_blog(evidence):
        return decision
    blocks, out = evidence.blocks, list(decision.verdicts)
    entries = _entries(blocks)
    for i in (i for unit in entries for i in unit.blocks):
        may_return = blocks[i].heading or blocks.ends_sentence[i] or blocks.prose[i]
        if out[i].code in REASONS_BY_LIKENESS and may_return and not blocks[i].hidden:
            out[i] = out[i].kept()
    dropped = [
        *(
            Mark(i, "navigation", "chrome", 1.0, "links to the entries of a live blog")
            for i in _links(blocks)
        ),
        *(Mark(i, "timestamp", "meta", 1.0, "the time of an entry") for i in _times(blocks, entries)),
    ]
    for mark in dropped:
        if not out[mark.block].code:
            out[mark.block] = Verdict(mark.label, CERTAIN + PRIOR_NATS, (mark, *out[mark.block].marks))
    return decision._replace(verdicts=tuple(out))


def is_live_blog(evidence: Evidence) -> bool:
    """Whether a page says that it is a live blog and has entries, or its title does and they have times."""
    blocks = evidence.blocks
    entries = _entries(blocks)
    if not entries:
        return False
    if any("LiveBlogPosting" in type_names(node) for node in evidence.head.json_ld_nodes):
        return True
    steps = (step for step in blocks[entries[0].heading].path if tag_of(step) not in ("html", "body"))
    if any(_LIVE_NAME.search(step) for step in steps):
        return True
    is_called_live = any(_LIVE_TITLE.search(title) for title in blocks.titles)
    return is_called_live and len(_times(blocks, entries)) * 2 > len(entries)


@memoized
def _entries(blocks: BlockIndex) -> list[Unit]:
    """The longest list of elements with headings that may be entries: most hold a sentence."""
    candidates = (
        units
        for units in repeated_units(blocks, (2, 3, 4))
        if len(units) >= MIN_ENTRIES
        and sum(any(blocks.ends_sentence[i] for i in unit.blocks) for unit in units) * 2 > len(units)
    )
    return max(candidates, key=len, default=[])


def _times(blocks: BlockIndex, entries: list[Unit]) -> list[int]:
    """The lines beside the headings of entries that are times."""
    near = (
        i
        for unit in entries
        for i in unit.blocks
        if abs(i - unit.heading) <= MAX_TIME_DISTANCE and blocks.words[i] <= MAX_TIME_WORDS
    )
    return [i for i in near if not blocks.ends_sentence[i] and _TIME.match(blocks.texts[i])]


def _links(blocks: BlockIndex) -> Iterator[int]:
    """The links above the first entry that say what headings of entries say, with the heading above them."""
    entries = _entries(blocks)
    headings = {blocks.templates[unit.heading] for unit in entries}
    links = [
        i
        for i in range(entries[0].heading)
        if blocks[i].link_density > 0.5 and blocks.templates[i] in headings and not blocks[i].heading
    ]
    yield from links
    if len(links) > 1 and links[0] > 0 and blocks[links[0] - 1].heading > 1:
        yield links[0] - 1
