"""What pages say that have no article to show, and what stands beside it: the phrases in `data/notices`.

The files are in the format of `phrases.py`, which finds the phrases; they are not among those of the rules,
as a line like `Log in` means this only where nothing else is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.characters import CharacterClasses
from cleaner.analysis.normalize import fold
from cleaner.analysis.phrases import Hit, PhraseEntry, Phrases, data_files, parse_phrases

NOTICE, SUPPORT = "no-article", "support"
# A notice is a sentence or two; the longest seen, a robot check, has 50 words.
MAX_NOTICE_WORDS = 60
MAX_NOTICE_CHARS = 1000
# Numbers for the support: digits, hexadecimal ones too, and signs.
_REFERENCE = re.compile(r"[\W\d_a-f]++\Z")
# What somebody is quoted with is not said to the reader.
_QUOTATION = re.compile(r"""[“„«「『"][^”»」』"]*[”“»」』"]""")


class Notices(NamedTuple):
    """The blocks that hold notices, those that only go with them, and how many phrases both hold."""

    notice_blocks: frozenset[int]
    support_blocks: frozenset[int]
    n_phrases: int


def find_notices(blocks: BlockIndex, indices: Sequence[int]) -> Notices:
    """What some blocks, by their indices, say in place of an article; nothing where none holds a notice.

    Takes time in proportion to them.
    """
    short = [
        i for i in indices if blocks.words[i] <= MAX_NOTICE_WORDS and len(blocks.texts[i]) <= MAX_NOTICE_CHARS
    ]
    texts, folded = [blocks.texts[i] for i in short], [blocks.folded[i] for i in short]
    if not _notice_finder().find_matches_as_indexes("\n".join(folded)):
        return Notices(frozenset(), frozenset(), 0)  # as for most texts
    classes = blocks.character_classes if len(short) == len(blocks) else CharacterClasses(texts)
    hits = _notice_phrases().find(texts, folded, classes)
    notices = _said_to_reader(hits.get(NOTICE, ()), texts)
    support = _said_to_reader(hits.get(SUPPORT, ()), texts)
    notice_blocks = frozenset(short[hit.block] for hit in notices)
    references = (short[k] for k, text in enumerate(folded) if _is_reference(text))
    support_blocks = frozenset((*(short[hit.block] for hit in support), *references)) - notice_blocks
    return Notices(notice_blocks, support_blocks, _count_disjoint([*notices, *support]))


def _said_to_reader(hits: Sequence[Hit], texts: Sequence[str]) -> list[Hit]:
    """The hits that do not stand in quotation marks."""
    return [
        hit
        for hit in hits
        if hit.mode == "line"
        or not any(
            quoted.start() < hit.start and hit.end < quoted.end()
            for quoted in _QUOTATION.finditer(texts[hit.block])
        )
    ]


def _is_reference(folded: str) -> bool:
    """Whether a line is a number for the support or an address."""
    if " " not in folded and ("/" in folded or "@" in folded):
        return True
    return _REFERENCE.match(folded) is not None and any(char.isdigit() for char in folded)


def _count_disjoint(hits: Sequence[Hit]) -> int:
    """How many hits there are if of those that overlap one counts."""
    count, block, end = 0, -1, 0
    for hit in sorted(hits, key=lambda hit: (hit.block, hit.start, -hit.end)):
        if hit.block != block or hit.start >= end:
            count, block, end = count + 1, hit.block, hit.end
    return count


@cache
def _notice_finder() -> AhoCorasick:
    """What finds the phrases of notices anywhere, also inside words."""
    return AhoCorasick([fold(entry.phrase) for entry in _entries() if entry.code == NOTICE])


@cache
def _notice_phrases() -> Phrases:
    """The phrases of both files, compiled once a process, when a document first needs them."""
    return Phrases(_entries())


@cache
def _entries() -> tuple[PhraseEntry, ...]:
    """The phrases of both files."""
    return tuple(entry for code, source in data_files("notices") for entry in parse_phrases(code, source))
