"""The unified diff of a document for a terminal: cuts, repairs and spun words; unchanged lines folded.

Colours and plain text carry the same: `-` before a line that is cut or repaired, `+` before what it becomes,
the code and label after each cut. With `word` a repaired line is one line: `[-old-]{+new+}`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import click

from cleaner.corpus.summary import plural
from cleaner.diff.escape import Visible, escape_invisible
from cleaner.diff.view import CodeTotals, DocumentDiff, Line, Segment
from cleaner.notes import note_in_words

# With `word`, so many kept words are shown on each side of a change for each line of context.
WORDS_PER_CONTEXT_LINE = 8
MIN_FOLDED_WORDS = 5  # the note that fewer are left out would take as much room
VERDICT_COLOURS = {"clean": "green", "garbled": "yellow", "failed": "red"}


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """How to show a diff: lines of context (None: all), changes within the line, reasons in words."""

    context_lines: int | None = 3
    in_place: bool = False
    with_reasons: bool = False


@dataclass
class Totals:
    """Totals of all documents of a call."""

    verdicts: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    kept_characters: int = 0
    cuts: int = 0
    repairs: int = 0
    spun: int = 0
    code_totals: dict[str, CodeTotals] = field(default_factory=dict)
    n_left_out: int = 0  # documents that the other side was not asked for

    def add(self, diff: DocumentDiff) -> None:
        """Count one more document."""
        self.verdicts[diff.verdict] += 1
        self.characters += diff.characters
        self.kept_characters += diff.kept_characters
        self.cuts += diff.cuts
        self.repairs += diff.repairs
        self.spun += diff.spun
        for code, (label, times, characters) in diff.code_totals.items():
            _, before, characters_before = self.code_totals.get(code, (label, 0, 0))
            self.code_totals[code] = CodeTotals(label, before + times, characters_before + characters)

    @property
    def changed(self) -> bool:
        """Whether anything was cut, repaired or found spun."""
        return bool(self.cuts + self.repairs + self.spun)


def headline(diff: DocumentDiff) -> Visible:
    """A document in one line."""
    verdict = click.style(
        escape_invisible(diff.verdict), fg=VERDICT_COLOURS.get(diff.verdict, "yellow"), bold=True
    )
    prefix = f"{click.style(escape_invisible(diff.display_name), bold=True)}: {verdict}"
    if diff.verdict == "failed":
        return Visible(f"{prefix}: {escape_invisible(diff.error)}")
    numbers = diff.note or _counts_text(
        diff.characters, diff.kept_characters, diff.cuts, diff.repairs, diff.spun
    )
    score = "" if diff.garbled_score is None else f", score {diff.garbled_score:.1f}"
    confidence = "" if diff.confidence is None else f"confidence {diff.confidence:.2f}"
    note = escape_invisible(note_in_words(diff.document_note))
    return Visible("; ".join(filter(None, [f"{prefix}{score}", numbers, confidence, note])))


def total_line(totals: Totals) -> Visible:
    """All documents in one line."""
    number = totals.verdicts.total()
    verdicts = ", ".join(f"{n:,} {verdict}" for verdict, n in totals.verdicts.most_common())
    numbers = _counts_text(
        totals.characters, totals.kept_characters, totals.cuts, totals.repairs, totals.spun
    )
    line = escape_invisible(f"{number:,} documents: {verdicts}; {numbers}")
    return Visible(click.style(line, bold=True))


def _counts_text(characters: int, kept_characters: int, cuts: int, repairs: int, spun: int) -> str:
    counts = ((cuts, "cut"), (repairs, "repair"), (spun, "spun phrase"))
    parts = [plural(number, thing) for number, thing in counts if number] or ["nothing cut"]
    share = (
        f"kept {kept_characters / characters:.1%} of {plural(characters, 'character')}"
        if characters
        else "no text"
    )
    return ", ".join([share, *parts])


def code_table(code_totals: Mapping[str, CodeTotals]) -> Iterator[Visible]:
    """A line for each code, most characters first."""
    for code, (label, times, characters) in sorted(
        code_totals.items(), key=lambda t: (-t[1].characters, t[0])
    ):
        code_and_label = f"{code or 'no code'} ({label})" if label else code or "no code"
        numbers = f"{plural(times, 'time'):>13}{plural(characters, 'character'):>22}"
        yield Visible(f"  {escape_invisible(code_and_label):34}{numbers}")


def diff_lines(diff: DocumentDiff, options: DisplayOptions) -> Iterator[Visible]:
    """The changed lines with their context, and a header where lines are folded."""
    previous_end = 0
    for start, end in hunks(diff.lines, options.context_lines):
        yield Visible(_hunk_header(diff, previous_end, start))
        for k in range(start, end):
            if (
                k > start
                and diff.lines[k].blank_before
                and not (diff.lines[k].is_removed or diff.lines[k - 1].is_removed)
            ):
                yield Visible("")
            yield from map(Visible, _line_rows(diff, diff.lines[k], options))
        previous_end = end
    if 0 < previous_end < len(diff.lines):
        folded = f"@@ {plural(len(diff.lines) - previous_end, 'line')} kept @@"
        yield Visible(click.style(folded, fg="cyan"))


def hunks(lines: Sequence[Line], context_lines: int | None) -> Iterator[tuple[int, int]]:
    """The ranges of lines to show: changed lines and so many on each side, merged where they meet."""
    reach = len(lines) if context_lines is None else context_lines
    start = end = -1
    for k, line in enumerate(lines):
        if not line.changed:
            continue
        if start >= 0 and k - reach <= end + 1:  # the header of a fold takes a line itself
            end = k + reach + 1
            continue
        if start >= 0:
            yield start, end
        start, end = max(k - reach, 0), k + reach + 1
    if start >= 0:
        yield start, min(end, len(lines))


def _hunk_header(diff: DocumentDiff, previous_end: int, start: int) -> str:
    """The line where a range begins in the raw document, and how much was folded before it."""
    line, _ = diff.positions.line_and_column(diff.lines[start].offset)
    folded = f"{plural(start - previous_end, 'line')} kept; " if start > previous_end else ""
    return click.style(f"@@ {folded}line {line} @@", fg="cyan")


def _line_rows(diff: DocumentDiff, line: Line, options: DisplayOptions) -> Iterator[str]:
    if not line.changed:
        text = line.segments[0].old if line.segments else ""
        yield f" {escape_invisible(fold_middle(text, options, first=True, last=True))}"
    elif line.is_removed:
        yield _removed_line(diff, line, options)
    elif options.in_place:
        yield "~" + _in_place_line(diff, line.segments, options)
    else:
        yield from _old_and_new_line(diff, line, options)


def _removed_line(diff: DocumentDiff, line: Line, options: DisplayOptions) -> str:
    text = escape_invisible("".join(segment.old for segment in line.segments))
    return f"{_red('-')}{_strike(text)}  {_reason_tag(diff, line.segments[0], options)}"


def _old_and_new_line(diff: DocumentDiff, line: Line, options: DisplayOptions) -> Iterator[str]:
    """The raw line and the clean one; one line where only spun words are to be shown."""
    if all(segment.change in ("same", "spun") for segment in line.segments):
        yield " " + _in_place_line(
            diff, line.segments, DisplayOptions(options.context_lines, False, options.with_reasons)
        )
        return
    yield (
        _red("-")
        + "".join(_old_segment(diff, run, options) for run in line.segments)
        + _repair_codes(line.segments)
    )
    yield click.style("+", fg="green") + "".join(_new_segment(run) for run in line.segments)


def _old_segment(diff: DocumentDiff, segment: Segment, options: DisplayOptions) -> str:
    text = escape_invisible(segment.old)
    if segment.change == "cut":
        return _cut_segment(diff, segment, options, text)
    return _strike(text) if segment.change == "fix" and text else text


def _cut_segment(diff: DocumentDiff, segment: Segment, options: DisplayOptions, text: str) -> str:
    """Struck through, with its code and label; without the spaces around it."""
    before, after = (" " * side[:1].isspace() for side in (segment.old, segment.old[::-1]))
    return f"{before}{_strike(text.strip())} {_reason_tag(diff, segment, options)}{after}"


def _new_segment(segment: Segment) -> str:
    if segment.change == "spun":
        return _spun_segment(segment)
    text = escape_invisible(segment.new)
    return click.style(text, fg="green", bold=True) if segment.change == "fix" and text else text


def _in_place_line(diff: DocumentDiff, segments: Sequence[Segment], options: DisplayOptions) -> str:
    out = []
    for k, segment in enumerate(segments):
        if segment.change == "same":
            out.append(
                escape_invisible(fold_middle(segment.old, options, first=k == 0, last=k == len(segments) - 1))
            )
        elif segment.change == "spun":
            out.append(_spun_segment(segment))
        elif segment.change == "cut":
            out.append(_cut_segment(diff, segment, options, f"[-{escape_invisible(segment.old.strip())}-]"))
        else:
            old = _strike(f"[-{escape_invisible(segment.old)}-]") if segment.old else ""
            new = (
                click.style(f"{{+{escape_invisible(segment.new)}+}}", fg="green", bold=True)
                if segment.new
                else ""
            )
            out.append(old + new)
    return "".join(out) + _repair_codes(segments)


def fold_middle(text: str, options: DisplayOptions, *, first: bool, last: bool) -> str:
    """With `word`, long kept text without its middle; at a line's ends without the outer part."""
    if not options.in_place or options.context_lines is None:
        return text
    words, max_words = text.split(" "), max(options.context_lines * WORDS_PER_CONTEXT_LINE, 1)
    left, right = (max_words if not first or last else 0), (max_words if not last or first else 0)
    if len(words) <= left + right + MIN_FOLDED_WORDS:
        return text
    omission = f"⟨{plural(len(words) - left - right, 'word')}⟩"
    return " ".join([*words[:left], omission, *(words[-right:] if right else ())])


def _spun_segment(segment: Segment) -> str:
    text = click.style(escape_invisible(segment.old), fg="yellow", underline=True)
    return text + (
        click.style(f"{{={escape_invisible(segment.instead)}}}", fg="yellow") if segment.instead else ""
    )


def _repair_codes(segments: Iterable[Segment]) -> str:
    """The codes of a line's repairs, to follow it."""
    codes = Counter(segment.code for segment in segments if segment.change == "fix" and segment.code)
    codes_text = ", ".join(f"{code} ×{n}" if n > 1 else code for code, n in codes.items())
    return f"  {_dim(f'[{escape_invisible(codes_text)}]')}" if codes_text else ""


def _reason_tag(diff: DocumentDiff, segment: Segment, options: DisplayOptions) -> str:
    """Code and label of a cut; with `verbose` also the reason in words."""
    if segment.reason_index < 0:
        return _dim("[no reason known]")
    reason = diff.reasons[segment.reason_index]
    why = f": {escape_invisible(reason.why)}" if options.with_reasons and reason.why else ""
    return _dim(f"[{escape_invisible(reason.code)}, {escape_invisible(reason.label)}{why}]")


def _red(text: str) -> str:
    return click.style(text, fg="red")


def _strike(text: str) -> str:
    return click.style(text, fg="red", strikethrough=True)


def _dim(text: str) -> str:
    return click.style(text, fg="magenta")
