"""A cleaned document against its raw one: lines of segments that are kept, cut, repaired or spun.

The raw side of an HTML page is the text that a browser shows; without changes of tags, spaces, line ends.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from cleaner.corpus.readers import FailedInput
from cleaner.decide.policy import mark_weight
from cleaner.document import Block, Document, Label, Mark, Status, Verdict
from cleaner.edits import Edit, Locator
from cleaner.errors import CleanerError, DocumentError, ErrorCode, UsageError, fault_message
from cleaner.output.assemble import LINE_END
from cleaner.output.cleaned import Cleaned, Garbled
from cleaner.rules import RULES_BY_CODE
from cleaner.rules.codes import NON_RULE_CODES

Change = Literal["same", "cut", "fix", "spun"]

# Changes that every file needs and no reader wants to see; in a page also character references.
UNREPORTED_CODES = {"text": {"spaces", "line-break"}, "html": {"spaces", "line-break", "markup", "entity"}}
WITHHELD_REASONS = {"empty": "nothing worth keeping was found", "language": "not in a language asked for"}
# A repair is shown with the word it is in; in scripts without spaces with so many characters on each side.
MAX_WORD_CHARS = 24
GARBLED = "garbled"


class Segment(NamedTuple):
    """A part of a line: its text in the raw document, its text in the clean one, and why they differ.

    `offset` counts in the raw document, as does `end`, which only cuts have; `reason_index` points into the
    reasons of the whole diff, -1 where none is known; `instead` is the original phrase that spun words
    replaced.
    """

    change: Change
    old: str
    new: str
    offset: int
    code: str = ""
    reason_index: int = -1
    instead: str = ""
    end: int = -1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text, or one block of a page; it is `raw[offset:end]`.

    `is_hidden`: a browser would not show it.
    """

    offset: int
    segments: tuple[Segment, ...]
    blank_before: bool = False
    heading: int = 0
    end: int = -1
    is_hidden: bool = False

    @property
    def changed(self) -> bool:
        """Whether cleaning changes anything in it."""
        return any(segment.change != "same" for segment in self.segments)

    @property
    def is_removed(self) -> bool:
        """Whether nothing of it is in the clean text."""
        return all(segment.change == "cut" and not segment.new.strip() for segment in self.segments)

    @property
    def is_counted(self) -> bool:
        """Whether its characters count: what nobody saw is no loss where it goes."""
        return not (self.is_hidden and self.is_removed)


class Opinion(NamedTuple):
    """A mark as shown to users; `weight` in nats, above 0 for boilerplate, below 0 for main content."""

    code: str
    label: str
    strength: float
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was cut, repaired or taken for spun: the deciding mark first, then all others."""

    code: str
    label: str
    opinions: tuple[Opinion, ...] = ()
    score: float | None = None

    @property
    def why(self) -> str:
        """The deciding mark in words."""
        return self.opinions[0].why if self.opinions else ""


class CodeTotals(NamedTuple):
    """What a code did to a document."""

    label: str
    times: int
    characters: int


@dataclass(frozen=True)
class DocumentDiff:
    """One document's diff. A failed one has no lines; `error` says why, `failure_code` is the error code.

    `confidence` and `document_note` are those of the record.
    """

    id: str
    source: str
    verdict: Status
    doc: Document | None = None
    lines: tuple[Line, ...] = ()
    reasons: tuple[Reason, ...] = ()
    title: str | None = None
    language_fn: Callable[[], str | None] = lambda: None  # costs more than all else here, and few ask
    garbled_score: float | None = None
    error: str = ""
    failure_code: str = ""
    code_totals: Mapping[str, CodeTotals] = field(default_factory=dict)
    confidence: float | None = None
    document_note: str | None = None

    @property
    def display_name(self) -> str:
        """The document as messages name it: the source, and the id where it says more."""
        if self.source == "-":
            return "stdin" if self.id == "stdin" else f"stdin: {self.id}"
        return self.source if self.source.endswith(self.id) else f"{self.source}: {self.id}"

    @cached_property
    def language(self) -> str | None:
        """ISO 639-1 code of the kept text."""
        return self.language_fn()

    @property
    def note(self) -> str:
        """Why no text of the document is output; empty where there is some."""
        return WITHHELD_REASONS.get(self.verdict, "")

    @cached_property
    def characters(self) -> int:
        """Characters of the raw side, without hidden text that was cut."""
        return sum(len(segment.old) for line in self.lines if line.is_counted for segment in line.segments)

    @cached_property
    def kept_characters(self) -> int:
        """Characters of the raw side that are in the clean text, repaired or not."""
        if self.note or self.verdict == "failed":
            return 0
        return sum(
            len(segment.old) for line in self.lines for segment in line.segments if segment.change != "cut"
        )

    @cached_property
    def largest_cut(self) -> int:
        """Characters of the longest line or part of a line that was cut; hidden ones do not count."""
        return max(
            (
                len(segment.old.strip())
                for line in self.lines
                if line.is_counted
                for segment in line.segments
                if segment.change == "cut"
            ),
            default=0,
        )

    @property
    def kept_share(self) -> float:
        """The share of the visible characters that is kept, 0..1."""
        return self.kept_characters / self.characters if self.characters else 0.0

    @cached_property
    def cuts(self) -> int:
        """How many lines and parts of lines were cut."""
        return self._count("cut")

    @cached_property
    def repairs(self) -> int:
        """How many words were repaired."""
        return self._count("fix")

    @cached_property
    def spun(self) -> int:
        """How many words or phrases are taken for spun."""
        return self._count("spun")

    def _count(self, change: Change) -> int:
        return sum(segment.change == change for line in self.lines for segment in line.segments)

    @cached_property
    def positions(self) -> Positions:
        """Offsets to lines and columns of the raw document."""
        return Positions(self.doc.raw if self.doc else "")


class Positions:
    """Raw offsets to lines and columns, both from 1, columns in code points, lines as editors count them."""

    def __init__(self, raw: str) -> None:
        self._line_starts = [0]
        at = raw.find("\n")
        while at >= 0:
            self._line_starts.append(at + 1)
            at = raw.find("\n", at + 1)

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1


def label_of(code: str) -> str:
    """The usual label of a code; a mark may have another."""
    if code in RULES_BY_CODE:
        return RULES_BY_CODE[code].label
    return NON_RULE_CODES[code].label if code in NON_RULE_CODES else ""


def spun_opinion(text: str, instead: str, gain: float) -> Opinion:
    """Why a phrase is taken for spun; `gain` in nats."""
    why = f"“{text}” stands for “{instead}”, which is {gain:.1f} nats likelier here"
    return Opinion(GARBLED, "spun", 1.0, gain, why)


def failed_diff(id: str, source: str, fault: str, message: str) -> DocumentDiff:
    """The diff of a document that could not be cleaned."""
    return DocumentDiff(id, source, "failed", error=message, failure_code=fault)


def diff_document(done: Cleaned) -> DocumentDiff:
    """What cleaning did to a document, line by line."""
    source = str(done.doc.meta.get("source", done.doc.id))
    if done.error:
        return failed_diff(done.doc.id, source, *done.error)
    builder = DiffBuilder(done.doc, done.blocks, done.verdicts, done.edits, done.garbled)
    lines = tuple(builder.lines())
    return DocumentDiff(
        done.doc.id,
        source,
        done.verdict,
        done.doc,
        lines,
        tuple(builder.reasons),
        done.title,
        lambda: done.language,
        done.garbled.score if done.garbled else None,
        code_totals=totals_by_code(lines, builder.reasons),
        confidence=done.confidence,
        document_note=done.note,
    )


def diff_documents(
    items: Iterable[Document | FailedInput], make_diff: Callable[[Document], DocumentDiff]
) -> Iterator[DocumentDiff]:
    """One diff a document, in input order, whatever happens to a document; a UsageError ends the run."""
    for item in items:
        yield (
            failed_diff(item.id, item.source, item.code, item.message)
            if isinstance(item, FailedInput)
            else _diff_or_failure(item, make_diff)
        )


def _diff_or_failure(doc: Document, make_diff: Callable[[Document], DocumentDiff]) -> DocumentDiff:
    source = str(doc.meta.get("source", doc.id))
    try:
        return make_diff(doc)
    except UsageError:
        raise
    except DocumentError as error:
        return failed_diff(doc.id, source, error.code, f"{source}: {doc.id}: {error}")
    except CleanerError as error:
        return failed_diff(doc.id, source, ErrorCode.UNREADABLE, str(error))
    except Exception as error:  # one document's crash is not the run's
        message = f"{source}: {doc.id}: {fault_message(error)}"
        return failed_diff(doc.id, source, ErrorCode.CRASHED, message)


def totals_by_code(lines: Iterable[Line], reasons: Sequence[Reason]) -> dict[str, CodeTotals]:
    """What each code did; first the code with most characters."""
    times, characters, labels = Counter[str](), Counter[str](), dict[str, str]()
    for segment in (run for line in lines for run in line.segments if run.change != "same"):
        times[segment.code] += 1
        characters[segment.code] += len(segment.old)
        labels.setdefault(
            segment.code,
            reasons[segment.reason_index].label if segment.reason_index >= 0 else label_of(segment.code),
        )
    order = sorted(times, key=lambda code: (-characters[code], code))
    return {code: CodeTotals(labels[code], times[code], characters[code]) for code in order}


class DiffBuilder:
    """Walks blocks, verdicts and edits of one document once. `reasons` are complete after `lines`."""

    def __init__(
        self,
        doc: Document,
        blocks: Sequence[Block],
        verdicts: Sequence[Verdict],
        edits: Sequence[Edit],
        garbled: Garbled | None,
    ) -> None:
        self.reasons: list[Reason] = []
        self._doc, self._raw = doc, doc.raw
        self._blocks, self._verdicts, self._garbled = blocks, verdicts, garbled
        self._unreported = UNREPORTED_CODES[doc.kind]
        self._edits = edits
        self._edit_starts = [edit.start for edit in edits]
        self._spun_spans = list(self._raw_spun_spans())
        self._reason_by_code: dict[str, int] = {}  # reasons without marks

    def lines(self) -> Iterator[Line]:
        """The title if the text begins with it, then a line a block."""
        if self._edits and self._edits[0].code == "title":
            title = self._edits[0].new.strip()
            yield Line(0, (Segment("fix", "", title, 0, "title", self._plain_reason("title", "meta")),))
        previous_end = 0
        for block, verdict in zip(self._blocks, self._verdicts, strict=True):
            gap = self._raw[previous_end : block.start]
            segments = (
                (self._cut_segment(block, verdict),)
                if verdict.code
                else tuple(self._kept_segments(block, verdict))
            )
            previous_end = block.end
            yield Line(
                block.start, segments, self._is_blank_before(gap), block.heading, block.end, block.hidden
            )

    def _is_blank_before(self, gap: str) -> bool:
        return self._doc.kind == "html" or len(LINE_END.findall(gap)) > 1

    def _cut_segment(self, block: Block, verdict: Verdict) -> Segment:
        code = verdict.code or ""
        old = block.text if self._doc.kind == "html" else block.raw
        opinions = _opinions(verdict.marks)
        score = verdict.score if opinions else None
        reason = self._add_reason(code, verdict.label, opinions, score)
        return Segment("cut", old, "", block.start, code, reason, end=block.end)

    def _kept_segments(self, block: Block, verdict: Verdict) -> Iterator[Segment]:
        segments: list[Segment] = []
        at, cuts = block.start, _CutMarks(verdict.cuts)
        for edit in self._edits_inside(block):
            segments += self._unchanged_segments(at, edit.start)
            segments.append(self._edit_segment(block, cuts.mark_for(edit), edit))
            at = edit.end
        segments += self._unchanged_segments(at, block.end)
        return merge_neighbours(widen_to_words(segments), _both_unchanged)

    def _edits_inside(self, block: Block) -> Iterator[Edit]:
        """The edits of a block; insertions at its ends belong to the gap between blocks."""
        k = bisect_left(self._edit_starts, block.start)
        if k and self._edits[k - 1].end > block.start:
            k -= 1
        while k < len(self._edits) and self._edits[k].start <= block.end:
            edit = self._edits[k]
            if edit.code == GARBLED:  # cut with the line ends around it, and maybe several blocks at once
                start, end = max(edit.start, block.start), min(edit.end, block.end)
                if start < end:
                    yield Edit(start, self._raw[start:end], "", GARBLED)
            elif self._is_inside(edit, block):
                yield edit
            k += 1

    @staticmethod
    def _is_inside(edit: Edit, block: Block) -> bool:
        is_within = block.start <= edit.start and edit.end <= block.end
        return is_within and (bool(edit.old) or block.start < edit.start < block.end)

    def _edit_segment(self, block: Block, mark: Mark | None, edit: Edit) -> Segment:
        if mark:
            shown = self._visible_text(block, edit)
            reason = self._add_reason(mark.code, mark.label, _opinions((mark,)), None)
            return Segment("cut", shown, edit.new, edit.start, mark.code, reason, end=edit.end)
        if edit.code == GARBLED:
            shown = self._visible_text(block, edit)
            reason = self._plain_reason(GARBLED, "spun")
            return Segment("cut", shown, "", edit.start, GARBLED, reason, end=edit.end)
        if edit.code in self._unreported:
            return Segment("same", edit.new, edit.new, edit.start)
        reason = self._plain_reason(edit.code, label_of(edit.code) or "repair")
        return Segment("fix", edit.old, edit.new, edit.start, edit.code, reason)

    def _visible_text(self, block: Block, edit: Edit) -> str:
        """The cut text as a browser shows it."""
        if self._doc.kind == "text":
            return edit.old
        start, end = block.to_text_span(edit.start, edit.end)
        return block.text[start:end]

    def _unchanged_segments(self, start: int, end: int) -> Iterator[Segment]:
        """Kept raw text, divided at the spun spans in it."""
        at = start
        for left, right, reason, instead in self._spun_between(start, end):
            if at < left:
                yield Segment("same", self._raw[at:left], self._raw[at:left], at)
            text = self._raw[max(at, left) : right]
            yield Segment("spun", text, text, max(at, left), GARBLED, reason, instead)
            at = right
        if at < end:
            yield Segment("same", self._raw[at:end], self._raw[at:end], at)

    def _spun_between(self, start: int, end: int) -> Iterator[tuple[int, int, int, str]]:
        k = bisect_left(self._spun_spans, start, key=lambda span: span[1])
        while k < len(self._spun_spans) and self._spun_spans[k][0] < end:
            left, right, reason, instead = self._spun_spans[k]
            if max(left, start) < min(right, end):
                # of a phrase divided by an edit the last part carries the original
                yield max(left, start), min(right, end), reason, instead if right <= end else ""
            k += 1

    def _raw_spun_spans(self) -> Iterator[tuple[int, int, int, str]]:
        """The spun spans at raw offsets, ascending and disjoint."""
        if not self._garbled:
            return
        locator, at = Locator(self._edits), 0
        for span in sorted(self._garbled.spans, key=lambda span: (span.start, span.end)):
            start, end = max(locator.to_raw(span.start), at), locator.to_raw(span.end, end=True)
            if start < end:
                opinion = spun_opinion(span.text, span.instead, span.gain)
                yield start, end, self._add_reason(GARBLED, "spun", (opinion,), None), span.instead
                at = end

    def _plain_reason(self, code: str, label: str) -> int:
        if code not in self._reason_by_code:
            self._reason_by_code[code] = self._add_reason(code, label, (), None)
        return self._reason_by_code[code]

    def _add_reason(self, code: str, label: str, opinions: tuple[Opinion, ...], score: float | None) -> int:
        self.reasons.append(Reason(code, label, opinions, score))
        return len(self.reasons) - 1


def _opinions(marks: Iterable[Mark]) -> tuple[Opinion, ...]:
    """The marks as shown to users; a record keeps of a mark no more than its code."""
    return tuple(_opinion(mark) for mark in marks if mark.why or mark.strength)


def _opinion(mark: Mark) -> Opinion:
    label: Label = mark.label
    has_weight = mark.weight is not None or mark.code in RULES_BY_CODE
    return Opinion(mark.code, label, mark.strength, mark_weight(mark) if has_weight else 0.0, mark.why)


class _CutMarks:
    """The marks that cut parts of a block; must be asked for edits in ascending order."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        spans = [(mark.span, mark) for mark in marks if mark.span]
        self._spans = sorted(spans, key=lambda one: one[0])
        self._next = 0

    def mark_for(self, edit: Edit) -> Mark | None:
        """The mark that made an edit."""
        while self._next < len(self._spans) and self._spans[self._next][0][1] <= edit.start:
            self._next += 1
        for k in range(self._next, len(self._spans)):
            (start, _), mark = self._spans[k]
            if start >= edit.end:
                break
            if mark.code == edit.code:
                return mark
        return None


def widen_to_words(segments: Sequence[Segment]) -> list[Segment]:
    """The segments with each repair widened to whole words, so that a reader sees words, not letters."""
    out: list[Segment] = []
    for segment in segments:
        if _is_word_repair(segment):
            _append_repair(out, segment)
        elif segment.change == "same" and out and _is_word_repair(out[-1]):
            head, last = _word_end(segment.old), out[-1]
            out[-1] = last._replace(old=last.old + segment.old[:head], new=last.new + segment.new[:head])
            out.append(
                segment._replace(old=segment.old[head:], new=segment.new[head:], offset=segment.offset + head)
            )
        else:
            out.append(segment)
    return out


def _is_word_repair(segment: Segment) -> bool:
    """Whether a segment repairs a word and not only a space; text that was added has no code."""
    return segment.change == "fix" and segment.code != "" and bool(segment.old.strip() + segment.new.strip())


def _append_repair(out: list[Segment], repair: Segment) -> None:
    """Append a repair, joined to the part of its word before it: kept letters, or an earlier repair."""
    previous = _segment_before(out)
    if previous and _continues(previous, repair):
        while out[-1] is not previous:
            out.pop()
        out[-1] = previous._replace(old=previous.old + repair.old, new=previous.new + repair.new)
    elif previous and previous.change == "same":
        tail = _word_start(previous.old)
        out[-1] = previous._replace(old=previous.old[:tail], new=previous.new[:tail])
        out.append(
            repair._replace(
                old=previous.old[tail:] + repair.old,
                new=previous.new[tail:] + repair.new,
                offset=previous.offset + tail,
            )
        )
    else:
        out.append(repair)


def _segment_before(out: Sequence[Segment]) -> Segment | None:
    """The last segment; of a repair that took all the kept text after it, that repair."""
    last = out[-1] if out else None
    if last and last.change == "same" and not last.old and len(out) > 1 and out[-2].change == "fix":
        return out[-2]
    return last


def _continues(previous: Segment, repair: Segment) -> bool:
    return previous.change == "fix" and previous.code == repair.code and _may_continue(previous)


def _may_continue(repair: Segment) -> bool:
    """Whether the word of a repair may continue; bounded, as a document may be one endless word."""
    return len(repair.old) < MAX_WORD_CHARS**2 and not (repair.new or repair.old)[-1:].isspace()


def _word_end(text: str) -> int:
    """Index at which the word at the start of `text` ends."""
    for at, char in enumerate(text[:MAX_WORD_CHARS]):
        if char.isspace():
            return at
    return min(len(text), MAX_WORD_CHARS)


def _word_start(text: str) -> int:
    """Index at which the word at the end of `text` begins."""
    for back, char in enumerate(reversed(text[-MAX_WORD_CHARS:])):
        if char.isspace():
            return len(text) - back
    return max(len(text) - MAX_WORD_CHARS, 0)


def merge_neighbours(
    segments: Iterable[Segment], mergeable: Callable[[Segment, Segment], bool]
) -> Iterator[Segment]:
    """The segments without empty ones, mergeable neighbours joined."""
    last: Segment | None = None
    for segment in segments:
        if not segment.old and not segment.new:
            continue
        if last and mergeable(last, segment):
            last = last._replace(old=last.old + segment.old, new=last.new + segment.new, end=segment.end)
            continue
        if last:
            yield last
        last = segment
    if last:
        yield last


def _both_unchanged(last: Segment, segment: Segment) -> bool:
    return last.change == segment.change == "same"
