"""A cleaned document as people look at it: lines, each in runs that stayed, went, were mended or are spun.

The raw side of an HTML page is the text that a browser shows; tags, spaces and line ends go unsaid.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from cleaner.decide.judge import weight
from cleaner.document import Block, Document, Label, Mark, Status, Verdict
from cleaner.edits import Edit, Locator
from cleaner.output.cleaned import LINE_END, Cleaned
from cleaner.rules import RULES_BY_CODE
from cleaner.rules.codes import NON_RULE_CODES

Kind = Literal["same", "cut", "fix", "spun"]

# What every file holds and nobody wants to read about; in a page also the character references.
SILENT = {"text": {"spaces", "line-break"}, "html": {"spaces", "line-break", "markup", "entity"}}
WITHHELD = {"empty": "nothing worth keeping was found", "language": "not in a language asked for"}
# A repair is shown with the word it is in; in scripts without spaces with as much around it.
WORD_AT_MOST = 24
GARBLED = "garbled"


class Run(NamedTuple):
    """A stretch of a line: what stands in the raw document, what in the clean text, and why.

    `at` is its raw offset, `reason` an index into `View.reasons`, -1 where none is known; `instead` what a
    spun run stands for.
    """

    kind: Kind
    old: str
    new: str
    at: int
    code: str = ""
    reason: int = -1
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text, or what a browser shows as one block of a page. `blank`: one stands before it."""

    at: int
    runs: tuple[Run, ...]
    blank: bool = False
    heading: int = 0

    @property
    def changed(self) -> bool:
        """Whether there is anything to see."""
        return any(run.kind != "same" for run in self.runs)

    @property
    def gone(self) -> bool:
        """Whether nothing of it is in the clean text."""
        return all(run.kind == "cut" and not run.new.strip() for run in self.runs)


class Opinion(NamedTuple):
    """A mark as people read it: its weight in nats speaks against the text, below 0 for it."""

    code: str
    label: str
    strength: float
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was cut, mended or taken for spun: the deciding opinion first, then all others."""

    code: str
    label: str
    opinions: tuple[Opinion, ...] = ()
    score: float | None = None

    @property
    def why(self) -> str:
        """The deciding opinion in words."""
        return self.opinions[0].why if self.opinions else ""


class Took(NamedTuple):
    """What a code did to a document."""

    label: str
    times: int
    characters: int


@dataclass(frozen=True)
class View:
    """One document to look at. `error` says why a failed one has no lines, `fault` is that failure's code."""

    id: str
    source: str
    verdict: Status
    doc: Document | None = None
    lines: tuple[Line, ...] = ()
    reasons: tuple[Reason, ...] = ()
    title: str | None = None
    tell_language: Callable[[], str | None] = lambda: None  # costs more than all else here, and few ask
    garbled: float | None = None
    error: str = ""
    fault: str = ""
    taken: Mapping[str, Took] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The document as messages name it: the source, and the id where it says more."""
        if self.source == "-":
            return "stdin" if self.id == "stdin" else f"stdin: {self.id}"
        return self.source if self.source.endswith(self.id) else f"{self.source}: {self.id}"

    @cached_property
    def language(self) -> str | None:
        """ISO 639-1 code of the kept text."""
        return self.tell_language()

    @property
    def note(self) -> str:
        """Why nothing of the document is handed out, where that is so."""
        return WITHHELD.get(self.verdict, "")

    @cached_property
    def characters(self) -> int:
        """Of the raw side."""
        return sum(len(run.old) for line in self.lines for run in line.runs)

    @cached_property
    def kept(self) -> int:
        """Characters of the raw side that are in the clean text, mended or not."""
        if self.note or self.verdict == "failed":
            return 0
        return sum(len(run.old) for line in self.lines for run in line.runs if run.kind != "cut")

    @property
    def share(self) -> float:
        """Of the characters, 0..1, how many were kept."""
        return self.kept / self.characters if self.characters else 0.0

    @cached_property
    def cuts(self) -> int:
        """How many lines and parts of lines went."""
        return self._count("cut")

    @cached_property
    def repairs(self) -> int:
        """How many words were mended."""
        return self._count("fix")

    @cached_property
    def spun(self) -> int:
        """How many words or phrases are taken for spun."""
        return self._count("spun")

    def _count(self, kind: Kind) -> int:
        return sum(run.kind == kind for line in self.lines for run in line.runs)

    @cached_property
    def positions(self) -> Positions:
        """Offsets to lines and columns of the raw document."""
        return Positions(self.doc.raw if self.doc else "")


class Positions:
    """Raw offsets to lines and columns, both from 1, columns in code points, lines as editors count them."""

    def __init__(self, raw: str) -> None:
        self._starts = [0]
        at = raw.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = raw.find("\n", at + 1)

    def of(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def label_of(code: str) -> str:
    """The label that a code has when nothing says otherwise."""
    if code in RULES_BY_CODE:
        return RULES_BY_CODE[code].label
    return NON_RULE_CODES[code].label if code in NON_RULE_CODES else ""


def suspicion(text: str, instead: str, gain: float) -> Opinion:
    """Why a phrase is taken for spun; `gain` in nats."""
    why = f"“{text}” stands for “{instead}”, which is {gain:.1f} nats likelier here"
    return Opinion(GARBLED, "spun", 1.0, gain, why)


def failed(id: str, source: str, fault: str, message: str) -> View:
    """The view of a document that could not be cleaned."""
    return View(id, source, "failed", error=message, fault=fault)


def view(done: Cleaned) -> View:
    """What became of a document, line by line."""
    builder = _Builder(done)
    lines = tuple(builder.lines())
    return View(
        done.doc.id,
        str(done.doc.meta.get("source", done.doc.id)),
        done.verdict,
        done.doc,
        lines,
        tuple(builder.reasons),
        done.title,
        lambda: done.language,
        done.garbled.score if done.garbled else None,
        taken=took(lines, builder.reasons),
    )


def took(lines: Iterable[Line], reasons: Sequence[Reason]) -> dict[str, Took]:
    """What each code did, what took most first."""
    times, characters, labels = Counter[str](), Counter[str](), dict[str, str]()
    for run in (run for line in lines for run in line.runs if run.kind != "same"):
        times[run.code] += 1
        characters[run.code] += len(run.old)
        labels.setdefault(run.code, reasons[run.reason].label if run.reason >= 0 else label_of(run.code))
    order = sorted(times, key=lambda code: (-characters[code], code))
    return {code: Took(labels[code], times[code], characters[code]) for code in order}


class _Builder:
    """Walks blocks, verdicts and edits of one document once."""

    def __init__(self, done: Cleaned) -> None:
        self.reasons: list[Reason] = []
        self._done, self._raw = done, done.doc.raw
        self._silent = SILENT[done.doc.kind]
        self._edits = done.edits
        self._starts = [edit.start for edit in done.edits]
        self._spun = list(self._spans())
        self._plain: dict[str, int] = {}  # reasons that say no more than their code

    def lines(self) -> Iterator[Line]:
        """The title where it is put first, then a line a block."""
        if self._edits and self._edits[0].code == "title":
            title = self._edits[0].new.strip()
            yield Line(0, (Run("fix", "", title, 0, "title", self._simple("title", "meta")),))
        at = 0
        for block, verdict in zip(self._done.blocks, self._done.verdicts, strict=True):
            gap = self._raw[at : block.start]
            runs = (self._cut(block, verdict),) if verdict.code else tuple(self._kept(block, verdict))
            at = block.end
            yield Line(block.start, runs, self._blank(gap), block.heading)

    def _blank(self, gap: str) -> bool:
        return self._done.doc.kind == "html" or len(LINE_END.findall(gap)) > 1

    def _cut(self, block: Block, verdict: Verdict) -> Run:
        code = verdict.code or ""
        old = block.text if self._done.doc.kind == "html" else block.raw
        opinions = tuple(_opinion(mark) for mark in verdict.marks)
        return Run("cut", old, "", block.start, code, self._add(code, verdict.label, opinions, verdict.score))

    def _kept(self, block: Block, verdict: Verdict) -> Iterator[Run]:
        runs: list[Run] = []
        at, cuts = block.start, _Cuts(verdict.cuts)
        for edit in self._inside(block):
            runs += self._same(at, edit.start)
            runs.append(self._run(block, cuts.of(edit), edit))
            at = edit.end
        runs += self._same(at, block.end)
        return merged(by_words(runs), _both_kept)

    def _inside(self, block: Block) -> Iterator[Edit]:
        """The edits of a block; what is put in at its very ends belongs to the gap."""
        k = bisect_left(self._starts, block.start)
        while k < len(self._edits) and self._edits[k].start <= block.end:
            edit = self._edits[k]
            if edit.end <= block.end and (edit.old or block.start < edit.start < block.end):
                yield edit
            k += 1

    def _run(self, block: Block, mark: Mark | None, edit: Edit) -> Run:
        if mark:
            shown = self._shown(block, edit)
            reason = self._add(mark.code, mark.label, (_opinion(mark),), None)
            return Run("cut", shown, edit.new, edit.start, mark.code, reason)
        if edit.code in self._silent:
            return Run("same", edit.new, edit.new, edit.start)
        reason = self._simple(edit.code, label_of(edit.code) or "repair")
        return Run("fix", edit.old, edit.new, edit.start, edit.code, reason)

    def _shown(self, block: Block, edit: Edit) -> str:
        """What a cut takes, as a reader of the page saw it."""
        if self._done.doc.kind == "text":
            return edit.old
        start, end = block.to_text_span(edit.start, edit.end)
        return block.text[start:end]

    def _same(self, start: int, end: int) -> Iterator[Run]:
        """Raw text that stays, with the spun spans in it told apart."""
        at = start
        for left, right, reason, instead in self._spun_in(start, end):
            if at < left:
                yield Run("same", self._raw[at:left], self._raw[at:left], at)
            text = self._raw[max(at, left) : right]
            yield Run("spun", text, text, max(at, left), GARBLED, reason, instead)
            at = right
        if at < end:
            yield Run("same", self._raw[at:end], self._raw[at:end], at)

    def _spun_in(self, start: int, end: int) -> Iterator[tuple[int, int, int, str]]:
        k = bisect_left(self._spun, start, key=lambda span: span[1])
        while k < len(self._spun) and self._spun[k][0] < end:
            left, right, reason, instead = self._spun[k]
            if max(left, start) < min(right, end):
                # a phrase that an edit divides says what it stands for at its end
                yield max(left, start), min(right, end), reason, instead if right <= end else ""
            k += 1

    def _spans(self) -> Iterator[tuple[int, int, int, str]]:
        """The spun spans at raw offsets, ascending and disjoint."""
        if not self._done.garbled:
            return
        locate, at = Locator(self._edits), 0
        for span in sorted(self._done.garbled.spans, key=lambda span: (span.start, span.end)):
            start, end = max(locate.raw(span.start), at), locate.raw(span.end, end=True)
            if start < end:
                opinion = suspicion(span.text, span.instead, span.gain)
                yield start, end, self._add(GARBLED, "spun", (opinion,), None), span.instead
                at = end

    def _simple(self, code: str, label: str) -> int:
        if code not in self._plain:
            self._plain[code] = self._add(code, label, (), None)
        return self._plain[code]

    def _add(self, code: str, label: str, opinions: tuple[Opinion, ...], score: float | None) -> int:
        self.reasons.append(Reason(code, label, opinions, score))
        return len(self.reasons) - 1


def _opinion(mark: Mark) -> Opinion:
    known: Label = mark.label
    return Opinion(
        mark.code, known, mark.strength, weight(mark) if mark.code in RULES_BY_CODE else 0.0, mark.why
    )


class _Cuts:
    """The marks that cut parts of a block, asked for edit by edit, in order."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        spans = [(mark.span, mark) for mark in marks if mark.span]
        self._left = sorted(spans, key=lambda one: one[0])
        self._at = 0

    def of(self, edit: Edit) -> Mark | None:
        """The mark that made an edit."""
        while self._at < len(self._left) and self._left[self._at][0][1] <= edit.start:
            self._at += 1
        for k in range(self._at, len(self._left)):
            (start, _), mark = self._left[k]
            if start >= edit.end:
                break
            if mark.code == edit.code:
                return mark
        return None


def by_words(runs: Sequence[Run]) -> list[Run]:
    """Repairs with the words they are in, so that a reader sees words and not letters."""
    out: list[Run] = []
    for run in runs:
        if _mends(run):
            _end_word(out, run)
        elif run.kind == "same" and out and _mends(out[-1]):
            head, last = _head(run.old), out[-1]
            out[-1] = last._replace(old=last.old + run.old[:head], new=last.new + run.new[:head])
            out.append(run._replace(old=run.old[head:], new=run.new[head:], at=run.at + head))
        else:
            out.append(run)
    return out


def _mends(run: Run) -> bool:
    """Whether a run puts a word right, and not only a space; an addition has no code."""
    return run.kind == "fix" and run.code != "" and bool(run.old.strip() + run.new.strip())


def _end_word(out: list[Run], run: Run) -> None:
    """Append a repair with the part of its word that stands before it: kept letters, or such a repair."""
    last = out[-1] if out else None
    if last and last.kind == "same" and not last.old and len(out) > 1:  # a word whose repair took all of it
        last = out[-2] if out[-2].kind == "fix" else last
    if last and last.kind == "fix" and last.code == run.code and _open(last):
        while out[-1] is not last:
            out.pop()
        out[-1] = last._replace(old=last.old + run.old, new=last.new + run.new)
    elif last and last.kind == "same":
        tail = _tail(last.old)
        out[-1] = last._replace(old=last.old[:tail], new=last.new[:tail])
        out.append(
            run._replace(old=last.old[tail:] + run.old, new=last.new[tail:] + run.new, at=last.at + tail)
        )
    else:
        out.append(run)


def _open(word: Run) -> bool:
    """Whether the word of a repair may go on. A document may be one word without end."""
    return len(word.old) < WORD_AT_MOST**2 and not (word.new or word.old)[-1:].isspace()


def _head(text: str) -> int:
    """Where the word that `text` begins within ends."""
    for at, char in enumerate(text[:WORD_AT_MOST]):
        if char.isspace():
            return at
    return min(len(text), WORD_AT_MOST)


def _tail(text: str) -> int:
    """Where the word that `text` ends within begins."""
    for back, char in enumerate(reversed(text[-WORD_AT_MOST:])):
        if char.isspace():
            return len(text) - back
    return max(len(text) - WORD_AT_MOST, 0)


def merged(runs: Iterable[Run], alike: Callable[[Run, Run], bool]) -> Iterator[Run]:
    """Without empty runs, neighbours that are alike as one."""
    last: Run | None = None
    for run in runs:
        if not run.old and not run.new:
            continue
        if last and alike(last, run):
            last = last._replace(old=last.old + run.old, new=last.new + run.new)
            continue
        if last:
            yield last
        last = run
    if last:
        yield last


def _both_kept(last: Run, run: Run) -> bool:
    return last.kind == run.kind == "same"
