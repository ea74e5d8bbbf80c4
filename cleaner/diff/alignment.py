"""A raw document beside a clean text that is already there: aligned word by word; nothing is cleaned.

Reasons come from the record, where the clean text has one; what another tool or a person took has none.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from rapidfuzz.distance import Indel

from cleaner.analysis.characters import UNSPACED_SCRIPTS, regex_ranges
from cleaner.diff.view import (
    GARBLED,
    SILENT,
    Line,
    Reason,
    Run,
    View,
    by_words,
    label_of,
    merged,
    suspicion,
    took,
)
from cleaner.document import Block, Document
from cleaner.edits import Edit
from cleaner.output.cleaned import LINE_END
from cleaner.reading.page import read

# A word with its signs, so that full stops are not taken for each other; of scripts written without spaces a
# character.
UNSPACED = regex_ranges(UNSPACED_SCRIPTS)
TOKEN = re.compile(f"[{UNSPACED}]|[^\\s{UNSPACED}]+")
# The table that the alignment fills has a bit for each pair of words: 125 MB at most. Longer stretches (from
# 30,000 words on each side) without a common line or sentence are told as taken and put there whole.
CELLS = 1_000_000_000
SENTENCE_END = re.compile(r"""[.!?…。！？।۔][\"'”’»」』)\]]*$""")
# What goes and what comes in its place is a repair if neither is much longer; else a cut and an addition.
LIKE = 3


@dataclass(frozen=True, slots=True)
class Given:
    """A clean text to hold a document against, with what its record says of it."""

    text: str
    verdict: str = "clean"
    removed: Sequence[Mapping[str, Any]] = ()
    garbled: Mapping[str, Any] | None = None
    title: str | None = None
    language: str | None = None


class Token(NamedTuple):
    """A word with its place: the line, and where in the line's text."""

    word: str
    line: int
    start: int
    end: int


class Step(NamedTuple):
    """So many words of the raw document become so many of the clean text; both ranges of indices."""

    same: bool
    old: range
    new: range


def against(doc: Document, given: Given) -> View:
    """The view of `doc` as if `given` were what cleaning made of it."""
    blocks = read(doc).blocks
    shown = [block.text if doc.kind == "html" else block.raw for block in blocks]
    old, new = _tokens(shown), _tokens(LINE_END.split(given.text))
    painter = _Painter(doc, blocks, shown, old, new, given)
    lines = tuple(painter.lines(align(old, new)))
    reasons = tuple(painter.reasons)
    score = given.garbled.get("score") if given.garbled else None
    verdict: Any = given.verdict
    source = str(doc.meta.get("source", doc.id))
    return View(
        doc.id, source, verdict, doc, lines, reasons, given.title, lambda: given.language, score,
        taken=took(lines, reasons),
    )  # fmt: skip


def _tokens(lines: Iterable[str]) -> list[Token]:
    return [
        Token(found[0], number, *found.span())
        for number, line in enumerate(lines)
        for found in TOKEN.finditer(line)
    ]


def align(old: Sequence[Token], new: Sequence[Token]) -> list[Step]:
    """What stays, goes and comes, in order: first whole lines that are equal, between them word by word."""
    return [*_pieces(old, new, range(len(old)), range(len(new)), [_line_ends, _sentence_ends])]


Ends = Callable[[Token, Token], bool]


def _pieces(
    old: Sequence[Token], new: Sequence[Token], a: range, b: range, ends: Sequence[Ends]
) -> Iterator[Step]:
    """Equal pieces, then what lies between them in finer ones; by words as soon as that is cheap enough."""
    rows_a, rows_b = _rows(old, a, ends[0]), _rows(new, b, ends[0])
    for step in _steps(_keys(old, rows_a), _keys(new, rows_b)):
        x, y = _span(rows_a, step.old, a.stop), _span(rows_b, step.new, b.stop)
        if step.same:
            yield Step(True, x, y)
        elif len(x) * len(y) <= CELLS or len(ends) == 1:
            yield from _words(old, new, x, y)
        else:
            yield from _pieces(old, new, x, y, ends[1:])


def _line_ends(token: Token, after: Token) -> bool:
    return token.line != after.line


def _sentence_ends(token: Token, after: Token) -> bool:
    return token.line != after.line or SENTENCE_END.search(token.word) is not None


def _rows(tokens: Sequence[Token], words: range, ends: Ends) -> list[tuple[int, int]]:
    """The pieces of a range of words, each its first word and the one after its last."""
    starts = [k for k in words if k == words.start or ends(tokens[k - 1], tokens[k])]
    return [*pairwise([*starts, words.stop])]


def _keys(tokens: Sequence[Token], rows: Sequence[tuple[int, int]]) -> list[tuple[str, ...]]:
    return [tuple(token.word for token in tokens[start:end]) for start, end in rows]


def _span(rows: Sequence[tuple[int, int]], chosen: range, end: int) -> range:
    start = rows[chosen.start][0] if chosen.start < len(rows) else end
    return range(start, rows[chosen.stop - 1][1] if chosen else start)


def _words(old: Sequence[Token], new: Sequence[Token], a: range, b: range) -> Iterator[Step]:
    if len(a) * len(b) > CELLS or not a or not b:
        yield Step(False, a, b)
        return
    words_a, words_b = [old[k].word for k in a], [new[k].word for k in b]
    for step in _steps(words_a, words_b):
        x, y = step.old, step.new
        yield Step(
            step.same, range(a.start + x.start, a.start + x.stop), range(b.start + y.start, b.start + y.stop)
        )


def _steps(a: Sequence[Any], b: Sequence[Any]) -> Iterator[Step]:
    """What is equal, and between that what goes and comes as one step."""
    i = j = 0
    for same in Indel.opcodes(a, b) if len(a) * len(b) <= CELLS else ():
        if same.tag == "equal":
            if (same.src_start, same.dest_start) != (i, j):
                yield Step(False, range(i, same.src_start), range(j, same.dest_start))
            i, j = same.src_end, same.dest_end
            yield Step(True, range(same.src_start, i), range(same.dest_start, j))
    if i < len(a) or j < len(b):
        yield Step(False, range(i, len(a)), range(j, len(b)))


class _Painter:
    """Turns steps into the lines of a view."""

    def __init__(
        self, doc: Document, blocks: Sequence[Block], shown: Sequence[str], old: list[Token],
        new: list[Token], given: Given,
    ) -> None:  # fmt: skip
        self.reasons: list[Reason] = []
        self._doc, self._blocks, self._shown, self._given = doc, blocks, shown, given
        self._old, self._new = old, new
        self._clean = LINE_END.split(given.text)
        self._known: dict[tuple[str, str], int] = {}
        self._removed = sorted((cut["start"], cut["end"], cut["code"], cut["label"]) for cut in given.removed)
        self._starts = [cut[0] for cut in self._removed]
        self._line_starts = [0, *(found.end() for found in LINE_END.finditer(given.text))]
        self._spun = self._spans()

    def lines(self, steps: Iterable[Step]) -> Iterator[Line]:
        """A line a block; text that the raw does not have stands before the line it precedes."""
        by_line: list[list[Run]] = [[] for _ in self._shown]
        ends = [0] * len(self._shown)
        for step in steps:
            for line, runs in self._runs(step, ends):
                by_line[line] += runs
        at = 0
        for number, (block, runs) in enumerate(zip(self._blocks, by_line, strict=True)):
            rest = self._shown[number][ends[number] :]
            if rest:
                gone = bool(runs) and runs[-1].kind == "cut"
                runs.append(self._stretch(number, ends[number], len(self._shown[number]), gone))
            blank = self._doc.kind == "html" or len(LINE_END.findall(self._doc.raw[at : block.start])) > 1
            at = block.end
            yield Line(block.start, tuple(by_words([*merged(runs, _say_the_same)])), blank, block.heading)

    def _runs(self, step: Step, ends: list[int]) -> Iterator[tuple[int, list[Run]]]:
        """The runs of one step, with the line each belongs to."""
        put = self._text(step.new) if not step.same else ""
        if not step.old:
            number = self._old[step.old.start].line if step.old.start < len(self._old) else len(ends) - 1
            if number >= 0 and put:
                yield (
                    number,
                    [Run("fix", "", self._spaced(step.new, ends[number]), self._place(number, ends[number]))],
                )
            return
        repair = self._like(step) if put else self._mended(step)
        for number, first, last in _lines(self._old, step.old):
            start, end = ends[number], self._old[last].end
            ends[number], at = end, self._place(number, start)
            if step.same:
                yield number, self._same(number, start, end, step.new.start + first - step.old.start)
            elif repair:
                yield number, self._repair(number, start, self._old[first].start, end, put)
                put = ""
            else:
                added = [Run("fix", "", self._spaced(step.new, start), at)] if put else []
                put = ""
                yield number, [*added, self._stretch(number, start, end, True)]

    def _mended(self, step: Step) -> bool:
        """Whether what goes is what reading the document mends, as a stray control character."""
        first, last = self._old[step.old[0]], self._old[step.old[-1]]
        start, end = self._place(first.line, first.start), self._place(last.line, last.end)
        edit = self._edit(first.line, start, end) if first.line == last.line else None
        return edit is not None and edit.start <= start and end <= edit.end

    def _edit(self, number: int, start: int, end: int) -> Edit | None:
        """The first repair that reading makes in a stretch of a line, raw offsets."""
        edits = self._blocks[number].edits
        k = bisect_left(edits, start, key=lambda edit: edit.end)
        while k < len(edits) and edits[k].start < end:
            if edits[k].end > start and edits[k].code not in SILENT[self._doc.kind]:
                return edits[k]
            k += 1
        return None

    def _like(self, step: Step) -> bool:
        """Whether what comes is another spelling of what goes, on one line."""
        if self._old[step.old[0]].line != self._old[step.old[-1]].line:
            return False
        old, new = self._old[step.old[-1]].end - self._old[step.old[0]].start, len(self._text(step.new))
        return len(step.old) == len(step.new) == 1 or max(old, new) <= LIKE * min(old, new)

    def _spaced(self, words: range, at: int) -> str:
        """Added words with the spaces that part them from what stands beside them."""
        first, last, text = self._new[words[0]], self._new[words[-1]], self._text(words)
        before, after = self._clean[first.line][: first.start], self._clean[last.line][last.end :]
        if at:
            return text if before and not before[-1].isspace() else f" {text}"
        return text if after and not after[0].isspace() else f"{text} "

    def _text(self, words: range) -> str:
        """The clean text that some words make."""
        parts = [
            self._clean[number][self._new[first].start : self._new[last].end]
            for number, first, last in _lines(self._new, words)
        ]
        return " ".join(parts)

    def _repair(self, number: int, start: int, word: int, end: int, put: str) -> list[Run]:
        shown = self._shown[number]
        before = [Run("same", shown[start:word], shown[start:word], self._place(number, start))]
        at = self._place(number, word)
        edit = self._edit(number, at, self._place(number, end))
        code = edit.code if edit else ""
        reason = self._reason(code, label_of(code)) if code else -1
        return [*before, Run("fix", shown[word:end], put, at, code, reason)]

    def _stretch(self, number: int, start: int, end: int, gone: bool) -> Run:
        text, at = self._shown[number][start:end], self._place(number, start)
        if not gone:
            return Run("same", text, text, at)
        code, label = self._why(at, self._place(number, end))
        return Run("cut", text, "", at, code, self._reason(code, label) if code else -1)

    def _why(self, start: int, end: int) -> tuple[str, str]:
        """The recorded cut that took most of a stretch; else what withheld the whole document."""
        k = max(bisect_right(self._starts, start) - 1, 0)
        best, most = ("", ""), 0
        while k < len(self._removed) and self._removed[k][0] < end:
            left, right, code, label = self._removed[k]
            if min(right, end) - max(left, start) > most:
                best, most = (code, label), min(right, end) - max(left, start)
            k += 1
        withheld = self._given.verdict if self._given.verdict in ("empty", "language", GARBLED) else ""
        return best if most or not withheld or self._clean != [""] else (withheld, label_of(withheld))

    def _reason(self, code: str, label: str) -> int:
        if (code, label) not in self._known:
            self._known[code, label] = len(self.reasons)
            self.reasons.append(Reason(code, label))
        return self._known[code, label]

    def _place(self, number: int, at: int) -> int:
        """The raw offset of a place in a shown line."""
        block = self._blocks[number]
        return block.start + at if self._doc.kind == "text" else block.to_raw_span(at, at)[0]

    def _spans(self) -> list[tuple[int, int, Mapping[str, Any]]]:
        spans = self._given.garbled.get("spans", ()) if self._given.garbled else ()
        return sorted(((s["start"], s["end"], s) for s in spans), key=lambda span: span[:2])

    def _same(self, number: int, start: int, end: int, first: int) -> list[Run]:
        """Kept text, with the spun spans that the record tells of: they count in the clean text."""
        text = self._shown[number][start:end]
        plain = Run("same", text, text, self._place(number, start))
        return [plain] if not self._spun else self._told(plain, first)

    def _told(self, run: Run, first: int) -> list[Run]:
        """A kept run whose first word is the clean text's word `first`, divided at the spun spans."""
        token = self._new[first]
        lead = len(run.old) - len(run.old.lstrip())
        shift = self._offset(token) - lead  # the run's place in the clean text
        out, at = list[Run](), 0
        for left, right, span in self._spun:
            a, b = left - shift, right - shift
            if a < at or b > len(run.old) or run.old[a:b] != span["text"]:
                continue
            out += [self._piece(run, at, a), self._piece(run, a, b)._replace(
                kind="spun", code=GARBLED, reason=self._doubt(span), instead=span["instead"]
            )]  # fmt: skip
            at = b
        return [*out, self._piece(run, at, len(run.old))]

    def _piece(self, run: Run, start: int, end: int) -> Run:
        return run._replace(old=run.old[start:end], new=run.new[start:end], at=run.at + start)

    def _offset(self, token: Token) -> int:
        return self._line_starts[token.line] + token.start

    def _doubt(self, span: Mapping[str, Any]) -> int:
        opinion = suspicion(span["text"], span["instead"], span["gain"])
        self.reasons.append(Reason(GARBLED, "spun", (opinion,)))
        return len(self.reasons) - 1


def _lines(tokens: Sequence[Token], words: range) -> Iterator[tuple[int, int, int]]:
    """A range of words by line: the line, its first and its last word."""
    k = words.start
    while k < words.stop:
        last = k
        while last + 1 < words.stop and tokens[last + 1].line == tokens[k].line:
            last += 1
        yield tokens[k].line, k, last
        k = last + 1


def _say_the_same(last: Run, run: Run) -> bool:
    return last.kind == run.kind and run.kind in ("same", "cut") and last.reason == run.reason
