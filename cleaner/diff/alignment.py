"""The diff of a raw document and an existing clean text, aligned word by word; nothing is cleaned.

Reasons come from the clean text's record, if it has one; what another tool or a person cut has none.
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
from cleaner.diff.recorded import builder_from_record
from cleaner.diff.view import (
    GARBLED,
    UNREPORTED_CODES,
    DocumentDiff,
    Line,
    Reason,
    Segment,
    label_of,
    merge_neighbours,
    spun_opinion,
    totals_by_code,
    widen_to_words,
)
from cleaner.document import Block, Document
from cleaner.edits import Edit
from cleaner.output.assemble import LINE_END
from cleaner.reading.page import read_document

# A word with its punctuation, so that one full stop is not aligned with another; in scripts written without
# spaces, a character.
UNSPACED = regex_ranges(UNSPACED_SCRIPTS)
TOKEN = re.compile(f"[{UNSPACED}]|[^\\s{UNSPACED}]+")
# The table that the alignment fills has a bit for each pair of words: 125 MB at most. Longer stretches (from
# 30,000 words on each side) without a common line or sentence are shown as cut and added whole.
MAX_ALIGN_CELLS = 1_000_000_000
SENTENCE_END = re.compile(r"""[.!?…。！？।۔][\"'”’»」』)\]]*$""")
# Old text and the new text in its place are a repair if neither is so many times longer; else a cut and an
# addition.
MAX_REPAIR_RATIO = 3


@dataclass(frozen=True, slots=True)
class CleanText:
    """A clean text to compare a document with, and what its record says of it.

    `edits` are the record's own, each `[start, old or its length, new, code]`.
    """

    text: str
    verdict: str = "clean"
    removed: Sequence[Mapping[str, Any]] = ()
    garbled: Mapping[str, Any] | None = None
    title: str | None = None
    language: str | None = None
    confidence: float | None = None
    note: str | None = None
    edits: Sequence[Sequence[Any]] = ()


class Token(NamedTuple):
    """A word, the index of its line, and its offsets in the line's text."""

    word: str
    line: int
    start: int
    end: int


class AlignedRange(NamedTuple):
    """Words of the raw document and the words of the clean text that they become; ranges of token indices."""

    is_equal: bool
    old: range
    new: range


def diff_against(doc: Document, clean_text: CleanText) -> DocumentDiff:
    """The diff of `doc` as if `clean_text` were the result of cleaning it.

    Where its record leads from this document to this text, the record says what was done; else the two are
    aligned.
    """
    blocks = read_document(doc).blocks
    builder = builder_from_record(doc, blocks, clean_text)
    if builder:
        lines = tuple(builder.lines())
    else:
        line_texts = [block.text if doc.kind == "html" else block.raw for block in blocks]
        old_tokens, new_tokens = _tokenize(line_texts), _tokenize(LINE_END.split(clean_text.text))
        aligner = _LineBuilder(doc, blocks, line_texts, old_tokens, new_tokens, clean_text)
        lines = tuple(aligner.lines(align(old_tokens, new_tokens)))
    reasons = tuple(builder.reasons if builder else aligner.reasons)
    score = clean_text.garbled.get("score") if clean_text.garbled else None
    verdict: Any = clean_text.verdict
    source = str(doc.meta.get("source", doc.id))
    return DocumentDiff(
        doc.id, source, verdict, doc, lines, reasons, clean_text.title, lambda: clean_text.language, score,
        code_totals=totals_by_code(lines, reasons),
        confidence=clean_text.confidence, document_note=clean_text.note,
    )  # fmt: skip


def _tokenize(lines: Iterable[str]) -> list[Token]:
    return [
        Token(match[0], number, *match.span())
        for number, line in enumerate(lines)
        for match in TOKEN.finditer(line)
    ]


def align(old: Sequence[Token], new: Sequence[Token]) -> list[AlignedRange]:
    """The alignment in order: first of whole lines that are equal, between them word by word."""
    return [*_align_pieces(old, new, range(len(old)), range(len(new)), [_is_line_end, _is_sentence_end])]


IsBoundary = Callable[[Token, Token], bool]


def _align_pieces(
    old: Sequence[Token],
    new: Sequence[Token],
    old_words: range,
    new_words: range,
    boundaries: Sequence[IsBoundary],
) -> Iterator[AlignedRange]:
    """Equal pieces, then what is between them in smaller pieces; by words as soon as that is cheap enough."""
    old_pieces, new_pieces = (
        _piece_bounds(old, old_words, boundaries[0]),
        _piece_bounds(new, new_words, boundaries[0]),
    )
    for aligned in _align_sequences(_piece_words(old, old_pieces), _piece_words(new, new_pieces)):
        x, y = (
            _words_of_pieces(old_pieces, aligned.old, old_words.stop),
            _words_of_pieces(new_pieces, aligned.new, new_words.stop),
        )
        if aligned.is_equal:
            yield AlignedRange(True, x, y)
        elif len(x) * len(y) <= MAX_ALIGN_CELLS or len(boundaries) == 1:
            yield from _align_words(old, new, x, y)
        else:
            yield from _align_pieces(old, new, x, y, boundaries[1:])


def _is_line_end(token: Token, after: Token) -> bool:
    return token.line != after.line


def _is_sentence_end(token: Token, after: Token) -> bool:
    return token.line != after.line or SENTENCE_END.search(token.word) is not None


def _piece_bounds(tokens: Sequence[Token], words: range, is_boundary: IsBoundary) -> list[tuple[int, int]]:
    """The pieces of a range of words: of each the index of its first word and of the one after its last."""
    starts = [k for k in words if k == words.start or is_boundary(tokens[k - 1], tokens[k])]
    return [*pairwise([*starts, words.stop])]


def _piece_words(tokens: Sequence[Token], pieces: Sequence[tuple[int, int]]) -> list[tuple[str, ...]]:
    return [tuple(token.word for token in tokens[start:end]) for start, end in pieces]


def _words_of_pieces(pieces: Sequence[tuple[int, int]], piece_range: range, end: int) -> range:
    start = pieces[piece_range.start][0] if piece_range.start < len(pieces) else end
    return range(start, pieces[piece_range.stop - 1][1] if piece_range else start)


def _align_words(old: Sequence[Token], new: Sequence[Token], a: range, b: range) -> Iterator[AlignedRange]:
    if len(a) * len(b) > MAX_ALIGN_CELLS or not a or not b:
        yield AlignedRange(False, a, b)
        return
    words_a, words_b = [old[k].word for k in a], [new[k].word for k in b]
    for aligned in _align_sequences(words_a, words_b):
        x, y = aligned.old, aligned.new
        yield AlignedRange(
            aligned.is_equal,
            range(a.start + x.start, a.start + x.stop),
            range(b.start + y.start, b.start + y.stop),
        )


def _align_sequences(a: Sequence[Any], b: Sequence[Any]) -> Iterator[AlignedRange]:
    """Equal ranges, and the changed ones between them, each removal and addition in one step."""
    i = j = 0
    for opcode in Indel.opcodes(a, b) if len(a) * len(b) <= MAX_ALIGN_CELLS else ():
        if opcode.tag == "equal":
            if (opcode.src_start, opcode.dest_start) != (i, j):
                yield AlignedRange(False, range(i, opcode.src_start), range(j, opcode.dest_start))
            i, j = opcode.src_end, opcode.dest_end
            yield AlignedRange(True, range(opcode.src_start, i), range(opcode.dest_start, j))
    if i < len(a) or j < len(b):
        yield AlignedRange(False, range(i, len(a)), range(j, len(b)))


class _LineBuilder:
    """Turns an alignment into the lines of a diff."""

    def __init__(
        self, doc: Document, blocks: Sequence[Block], line_texts: Sequence[str], old_tokens: list[Token],
        new_tokens: list[Token], clean_text: CleanText,
    ) -> None:  # fmt: skip
        self.reasons: list[Reason] = []
        self._doc, self._blocks, self._line_texts, self._clean_text = doc, blocks, line_texts, clean_text
        self._old_tokens, self._new_tokens = old_tokens, new_tokens
        self._clean_lines = LINE_END.split(clean_text.text)
        self._reason_numbers: dict[tuple[str, str], int] = {}
        self._removed = sorted(
            (cut["start"], cut["end"], cut["code"], cut["label"]) for cut in clean_text.removed
        )
        self._removed_starts = [cut[0] for cut in self._removed]
        self._clean_line_starts = [0, *(match.end() for match in LINE_END.finditer(clean_text.text))]
        self._spun_spans = self._recorded_spans()

    def lines(self, alignment: Iterable[AlignedRange]) -> Iterator[Line]:
        """A line a block; text that only the clean side has comes before the line that follows it."""
        by_line: list[list[Segment]] = [[] for _ in self._line_texts]
        ends = [0] * len(self._line_texts)
        for aligned in alignment:
            for line, segments in self._segments(aligned, ends):
                by_line[line] += segments
        previous_end = 0
        for number, (block, segments) in enumerate(zip(self._blocks, by_line, strict=True)):
            rest = self._line_texts[number][ends[number] :]
            if rest:
                is_removed = bool(segments) and segments[-1].change == "cut"
                segments.append(
                    self._kept_or_cut(number, ends[number], len(self._line_texts[number]), is_removed)
                )
            blank = (
                self._doc.kind == "html"
                or len(LINE_END.findall(self._doc.raw[previous_end : block.start])) > 1
            )
            previous_end = block.end
            yield Line(
                block.start,
                tuple(widen_to_words([*merge_neighbours(segments, _same_change)])),
                blank,
                block.heading,
                block.end,
                block.hidden,
            )

    def _segments(self, aligned: AlignedRange, ends: list[int]) -> Iterator[tuple[int, list[Segment]]]:
        """The segments of one aligned range, with the line that each belongs to."""
        new_text = self._new_text(aligned.new) if not aligned.is_equal else ""
        if not aligned.old:
            number = (
                self._old_tokens[aligned.old.start].line
                if aligned.old.start < len(self._old_tokens)
                else len(ends) - 1
            )
            if number >= 0 and new_text:
                yield (
                    number,
                    [
                        Segment(
                            "fix",
                            "",
                            self._with_spaces(aligned.new, ends[number]),
                            self._raw_offset(number, ends[number]),
                        )
                    ],
                )
            return
        is_repair = self._is_respelling(aligned) if new_text else self._is_read_repair(aligned)
        for number, first, last in _by_line(self._old_tokens, aligned.old):
            start, end = ends[number], self._old_tokens[last].end
            ends[number], at = end, self._raw_offset(number, start)
            if aligned.is_equal:
                yield (
                    number,
                    self._kept_segments(number, start, end, aligned.new.start + first - aligned.old.start),
                )
            elif is_repair:
                yield (
                    number,
                    self._repair_segments(number, start, self._old_tokens[first].start, end, new_text),
                )
                new_text = ""
            else:
                added = [Segment("fix", "", self._with_spaces(aligned.new, start), at)] if new_text else []
                new_text = ""
                yield number, [*added, self._kept_or_cut(number, start, end, True)]

    def _is_read_repair(self, aligned: AlignedRange) -> bool:
        """Whether the removed words are a repair that reading makes, such as a stray control character."""
        first, last = self._old_tokens[aligned.old[0]], self._old_tokens[aligned.old[-1]]
        start, end = self._raw_offset(first.line, first.start), self._raw_offset(last.line, last.end)
        edit = self._first_repair(first.line, start, end) if first.line == last.line else None
        return edit is not None and edit.start <= start and end <= edit.end

    def _first_repair(self, number: int, start: int, end: int) -> Edit | None:
        """The first repair that reading makes between two raw offsets of a line."""
        edits = self._blocks[number].edits
        k = bisect_left(edits, start, key=lambda edit: edit.end)
        while k < len(edits) and edits[k].start < end:
            if edits[k].end > start and edits[k].code not in UNREPORTED_CODES[self._doc.kind]:
                return edits[k]
            k += 1
        return None

    def _is_respelling(self, aligned: AlignedRange) -> bool:
        """Whether the new words are another spelling of the old ones, on one line."""
        if self._old_tokens[aligned.old[0]].line != self._old_tokens[aligned.old[-1]].line:
            return False
        old, new = (
            self._old_tokens[aligned.old[-1]].end - self._old_tokens[aligned.old[0]].start,
            len(self._new_text(aligned.new)),
        )
        return len(aligned.old) == len(aligned.new) == 1 or max(old, new) <= MAX_REPAIR_RATIO * min(old, new)

    def _with_spaces(self, words: range, at: int) -> str:
        """Added words with the spaces that separate them from their neighbours."""
        first, last, text = self._new_tokens[words[0]], self._new_tokens[words[-1]], self._new_text(words)
        before, after = self._clean_lines[first.line][: first.start], self._clean_lines[last.line][last.end :]
        if at:
            return text if before and not before[-1].isspace() else f" {text}"
        return text if after and not after[0].isspace() else f"{text} "

    def _new_text(self, words: range) -> str:
        """A range of words as the clean text has it."""
        parts = [
            self._clean_lines[number][self._new_tokens[first].start : self._new_tokens[last].end]
            for number, first, last in _by_line(self._new_tokens, words)
        ]
        return " ".join(parts)

    def _repair_segments(
        self, number: int, start: int, word_start: int, end: int, new_text: str
    ) -> list[Segment]:
        line_text = self._line_texts[number]
        before = [
            Segment(
                "same",
                line_text[start:word_start],
                line_text[start:word_start],
                self._raw_offset(number, start),
            )
        ]
        at = self._raw_offset(number, word_start)
        edit = self._first_repair(number, at, self._raw_offset(number, end))
        code = edit.code if edit else ""
        reason = self._add_reason(code, label_of(code)) if code else -1
        return [*before, Segment("fix", line_text[word_start:end], new_text, at, code, reason)]

    def _kept_or_cut(self, number: int, start: int, end: int, is_removed: bool) -> Segment:
        text, at = self._line_texts[number][start:end], self._raw_offset(number, start)
        if not is_removed:
            return Segment("same", text, text, at)
        raw_end = self._raw_offset(number, end)
        code, label = self._recorded_cause(at, raw_end)
        reason = self._add_reason(code, label) if code else -1
        return Segment("cut", text, "", at, code, reason, end=raw_end)

    def _recorded_cause(self, start: int, end: int) -> tuple[str, str]:
        """Code and label of the recorded cut with the largest overlap; else of what withheld the document."""
        k = max(bisect_right(self._removed_starts, start) - 1, 0)
        likeliest, longest_overlap = ("", ""), 0
        while k < len(self._removed) and self._removed[k][0] < end:
            left, right, code, label = self._removed[k]
            if min(right, end) - max(left, start) > longest_overlap:
                likeliest, longest_overlap = (code, label), min(right, end) - max(left, start)
            k += 1
        withheld = (
            self._clean_text.verdict if self._clean_text.verdict in ("empty", "language", GARBLED) else ""
        )
        return (
            likeliest
            if longest_overlap or not withheld or self._clean_lines != [""]
            else (withheld, label_of(withheld))
        )

    def _add_reason(self, code: str, label: str) -> int:
        if (code, label) not in self._reason_numbers:
            self._reason_numbers[code, label] = len(self.reasons)
            self.reasons.append(Reason(code, label))
        return self._reason_numbers[code, label]

    def _raw_offset(self, number: int, at: int) -> int:
        """The raw offset of an offset in a shown line."""
        block = self._blocks[number]
        return block.start + at if self._doc.kind == "text" else block.to_raw_span(at, at)[0]

    def _recorded_spans(self) -> list[tuple[int, int, Mapping[str, Any]]]:
        spans = self._clean_text.garbled.get("spans", ()) if self._clean_text.garbled else ()
        return sorted(((s["start"], s["end"], s) for s in spans), key=lambda span: span[:2])

    def _kept_segments(self, number: int, start: int, end: int, first: int) -> list[Segment]:
        """Kept text, divided at the recorded spun spans, whose offsets are those of the clean text."""
        text = self._line_texts[number][start:end]
        segment = Segment("same", text, text, self._raw_offset(number, start))
        return [segment] if not self._spun_spans else self._split_at_spun(segment, first)

    def _split_at_spun(self, segment: Segment, first: int) -> list[Segment]:
        """A kept segment whose first word is token `first` of the clean text, divided at the spun spans."""
        token = self._new_tokens[first]
        lead = len(segment.old) - len(segment.old.lstrip())
        shift = self._clean_offset(token) - lead  # the segment's offset in the clean text
        out, at = list[Segment](), 0
        for left, right, span in self._spun_spans:
            a, b = left - shift, right - shift
            if a < at or b > len(segment.old) or segment.old[a:b] != span["text"]:
                continue
            out += [self._slice(segment, at, a), self._slice(segment, a, b)._replace(
                change="spun", code=GARBLED, reason_index=self._add_spun_reason(span), instead=span["instead"]
            )]  # fmt: skip
            at = b
        return [*out, self._slice(segment, at, len(segment.old))]

    def _slice(self, segment: Segment, start: int, end: int) -> Segment:
        return segment._replace(
            old=segment.old[start:end], new=segment.new[start:end], offset=segment.offset + start
        )

    def _clean_offset(self, token: Token) -> int:
        return self._clean_line_starts[token.line] + token.start

    def _add_spun_reason(self, span: Mapping[str, Any]) -> int:
        opinion = spun_opinion(span["text"], span["instead"], span["gain"])
        self.reasons.append(Reason(GARBLED, "spun", (opinion,)))
        return len(self.reasons) - 1


def _by_line(tokens: Sequence[Token], words: range) -> Iterator[tuple[int, int, int]]:
    """A range of words by line: the line, and the indices of its first and last word."""
    k = words.start
    while k < words.stop:
        last = k
        while last + 1 < words.stop and tokens[last + 1].line == tokens[k].line:
            last += 1
        yield tokens[k].line, k, last
        k = last + 1


def _same_change(last: Segment, segment: Segment) -> bool:
    return (
        last.change == segment.change
        and segment.change in ("same", "cut")
        and last.reason_index == segment.reason_index
    )
