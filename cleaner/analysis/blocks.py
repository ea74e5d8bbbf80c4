"""What a rule sees: the blocks of one document, with every look-up that rules share computed once.

Nothing here says whether a block is main content. Texts are folded (lower case, plain quotes, plain spaces)
one code point to one code point, so an offset into the folded text is an offset into the block's text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from functools import cached_property
from typing import Any, overload

from cleaner.analysis.characters import DIGIT, CharacterClasses, compile_char_class
from cleaner.analysis.normalize import collapse_spaces, fold, mask_numbers, strip_punctuation
from cleaner.analysis.phrases import Hit, Mode, builtin_phrases
from cleaner.analysis.site_profile import SiteLines
from cleaner.document import Block, Document

# Besides Latin and full-width stops those of Arabic, Urdu, Hindi, Armenian, Ethiopic, Khmer and Burmese.
_STOPS_OF_SCRIPTS = "。．｡！？؟۔।॥։።፧፨។៕။"
SENTENCE_END = re.compile(rf"""[.!?…{_STOPS_OF_SCRIPTS}][\"'”’»」』）)\]\u200e\u200f]*\s*$""")
SENTENCE_BREAK = re.compile(rf"""[.!?…][\"'”’»)]*\s+[\"'“‘«(¿¡]*[^\W\d_]|[{_STOPS_OF_SCRIPTS}]""")
# Thai and Lao have no full stop: a long line of theirs may be prose without one.
UNSTOPPED_LETTER = compile_char_class(((0x0E01, 0x0E30), (0x0E81, 0x0EB0)))
# A line this long that ends like a sentence is prose in every layout looked at; shorter ones may be
# teasers and captions. Counted in words, or half characters of unspaced scripts.
MIN_PROSE_WORDS = 12
# The same for a line without a full stop in a script that has none; headlines reach 18.
MIN_UNSTOPPED_PROSE_WORDS = 20


def _fold_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """Every line folded: all of them at once, but where a letter has more code points in lower case."""
    whole = "\n".join(lines)
    changed = fold(whole).split("\n") if len(whole.lower()) == len(whole) else ()
    return tuple(changed if len(changed) == len(lines) else map(fold, lines))


def _reads_on(text: str, n_words: float) -> bool:
    """Whether a line that ends like no sentence is long enough to be prose: it holds one, or its script marks
    none."""
    if n_words >= 2 * MIN_PROSE_WORDS and SENTENCE_BREAK.search(text) is not None:
        return True
    return n_words >= MIN_UNSTOPPED_PROSE_WORDS and len(UNSTOPPED_LETTER.findall(text)) >= n_words


class BlockIndex(Sequence[Block]):
    """The blocks of `doc`.

    Attributes:
        titles: what the page itself calls its title.
        reference_text: the text that trafilatura took for the article; None where it was not run, or failed.
        site: the lines that recur on the document's site, from a profile; None without one.
        memo: what functions decorated with `line_types.memoized` have computed.
    """

    def __init__(
        self,
        doc: Document,
        blocks: Sequence[Block],
        titles: Sequence[str] = (),
        reference_text: str | None = None,
        site: SiteLines | None = None,
    ) -> None:
        self.doc, self.titles, self.reference_text, self.site = doc, tuple(titles), reference_text, site
        self._blocks = tuple(blocks)
        self.memo: dict[object, Any] = {}

    def with_reference(self, reference_text: str) -> BlockIndex:
        """The same blocks with trafilatura's text. What was memoized may depend on it and is dropped."""
        other = copy(self)  # with the cached properties: none of them reads the reference text
        other.reference_text, other.memo = reference_text, {}
        return other

    @overload
    def __getitem__(self, index: int) -> Block: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Block]: ...
    def __getitem__(self, index: int | slice) -> Block | Sequence[Block]:
        return self._blocks[index]

    def __len__(self) -> int:
        return len(self._blocks)

    def __iter__(self) -> Iterator[Block]:
        return iter(self._blocks)

    @cached_property
    def path_steps(self) -> frozenset[str]:
        """Every step of the blocks' paths: a page has few, each of them in many paths."""
        return frozenset[str]().union(*(block.path for block in self._blocks))

    def inside_steps(self, steps: Set[str]) -> Sequence[bool]:
        """Whether one of the steps is in the path of each block."""
        if not steps:
            return [False] * len(self)
        return [not steps.isdisjoint(block.path) for block in self._blocks]

    @cached_property
    def visible(self) -> Sequence[int]:
        """The indices of the blocks that a browser shows."""
        return [i for i, block in enumerate(self._blocks) if not block.hidden]

    def word_count(self, indices: Iterable[int]) -> float:
        """How many words some blocks have together."""
        return sum(self.words[i] for i in indices)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Each block's text."""
        return tuple([block.text for block in self._blocks])

    @cached_property
    def character_classes(self) -> CharacterClasses:
        """What kinds of characters the blocks' texts are made of."""
        return CharacterClasses(self.texts)

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Each block's text, folded."""
        return _fold_lines(self.texts)

    @cached_property
    def _folded_text(self) -> str:
        return "\n".join(self.folded)

    @cached_property
    def templates(self) -> tuple[str, ...]:
        """Each block's template: what stays the same when a counter or a date in it changes."""
        lines = zip(self.folded, self.has_digit, strict=True)
        shapes = [strip_punctuation(mask_numbers(text) if numbered else text) for text, numbered in lines]
        return tuple(map(collapse_spaces, shapes) if self.has_multiple_spaces else shapes)

    @cached_property
    def has_multiple_spaces(self) -> bool:
        """Whether any block's text may hold more than single spaces between its words."""
        whole = " ".join(self.folded)
        return collapse_spaces(whole) is not whole

    @cached_property
    def words(self) -> tuple[float, ...]:
        """Each block's length in words."""
        return self.character_classes.words

    @cached_property
    def has_digit(self) -> Sequence[bool]:
        """Whether each block holds a digit."""
        return self.character_classes.contains_class(DIGIT)

    def containing(self, needles: Iterable[str]) -> list[int]:
        """The blocks whose folded text holds one of the needles, in order; all are searched at once."""
        whole, starts, found = self._folded_text, self.character_classes.line_starts, set[int]()
        for sign in needles:
            at = whole.find(sign)
            while at >= 0:
                block = bisect_right(starts, at) - 1
                found.add(block)
                at = whole.find(sign, starts[block + 1])
        return sorted(found)

    @cached_property
    def ends_sentence(self) -> tuple[bool, ...]:
        """Whether each block ends like a sentence."""
        return tuple(
            [not text[-1:].isalnum() and SENTENCE_END.search(text[-8:]) is not None for text in self.texts]
        )

    @cached_property
    def prose(self) -> tuple[bool, ...]:
        """Whether each block reads like a paragraph: long, and either ended or broken like sentences."""
        lines = zip(self._blocks, self.words, self.ends_sentence, strict=True)
        return tuple(
            [
                long >= MIN_PROSE_WORDS and (end or _reads_on(block.text, long)) and block.link_density < 0.5
                for block, long, end in lines
            ]
        )

    @cached_property
    def template_counts(self) -> Mapping[str, int]:
        """How often each template occurs in the document."""
        return Counter(self.templates)

    @cached_property
    def prose_range(self) -> range:
        """From the first to the last block of prose; empty where there is none."""
        found = [i for i, prose in enumerate(self.prose) if prose]
        return range(found[0], found[-1] + 1) if found else range(0)

    @cached_property
    def _phrase_hits(self) -> Mapping[str, Sequence[Hit]]:
        return builtin_phrases().find(self.texts, self.folded, self.character_classes)

    def phrase_hits(self, code: str, *modes: Mode) -> Iterator[Hit]:
        """The phrases of `code` that stand in the document, in order; only those of `modes` if given."""
        return (hit for hit in self._phrase_hits.get(code, ()) if not modes or hit.mode in modes)

    def phrase_only_blocks(self, code: str) -> Iterator[int]:
        """The blocks that consist of `line` phrases of `code` and nothing else, numbers and signs aside."""
        return (hit.block for hit in self._phrase_hits.get(code, ()) if hit.mode == "line")
