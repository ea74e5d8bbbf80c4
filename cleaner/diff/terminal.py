"""The unified view of a document for a terminal: what went, what was mended, what is spun, the rest folded.

Colours and plain text carry the same: `-` before a line that goes or is mended, `+` before what it becomes,
the code and label behind each cut. With `word` a mended line is one line: `[-old-]{+new+}`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import click

from cleaner.diff.escape import visible
from cleaner.diff.view import Line, Run, Took, View

# With `word`, words of a kept stretch that are shown on each side for every line of context asked for.
WORDS_A_LINE = 8
LEAST_FOLDED = 5  # to say that so few are left out takes as much room
COLOURS = {"clean": "green", "garbled": "yellow", "failed": "red"}


@dataclass(frozen=True, slots=True)
class Look:
    """How to show: lines of context (None: all), words in place, reasons in words."""

    context: int | None = 3
    word: bool = False
    why: bool = False


@dataclass
class Totals:
    """What all documents of a call add up to."""

    verdicts: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    kept: int = 0
    cuts: int = 0
    repairs: int = 0
    spun: int = 0
    taken: dict[str, Took] = field(default_factory=dict)

    def add(self, view: View) -> None:
        """One more document."""
        self.verdicts[view.verdict] += 1
        self.characters += view.characters
        self.kept += view.kept
        self.cuts += view.cuts
        self.repairs += view.repairs
        self.spun += view.spun
        for code, (label, times, characters) in view.taken.items():
            _, before, characters_before = self.taken.get(code, (label, 0, 0))
            self.taken[code] = Took(label, before + times, characters_before + characters)

    @property
    def changed(self) -> bool:
        """Whether anything was cut, mended or found spun."""
        return bool(self.cuts + self.repairs + self.spun)


def headline(view: View) -> str:
    """A document in one line."""
    verdict = click.style(view.verdict, fg=COLOURS.get(view.verdict, "yellow"), bold=True)
    head = f"{click.style(visible(view.name), bold=True)}: {verdict}"
    if view.verdict == "failed":
        return f"{head}: {visible(view.error)}"
    numbers = view.note or _numbers(view.characters, view.kept, view.cuts, view.repairs, view.spun)
    score = "" if view.garbled is None else f", score {view.garbled:.1f}"
    return f"{head}{score}; {numbers}"


def total(totals: Totals) -> str:
    """All documents in one line."""
    number = totals.verdicts.total()
    verdicts = ", ".join(f"{n:,} {verdict}" for verdict, n in totals.verdicts.most_common())
    numbers = _numbers(totals.characters, totals.kept, totals.cuts, totals.repairs, totals.spun)
    return click.style(f"{number:,} documents: {verdicts}; {numbers}", bold=True)


def _numbers(characters: int, kept: int, cuts: int, repairs: int, spun: int) -> str:
    counts = ((cuts, "cut"), (repairs, "repair"), (spun, "spun phrase"))
    told = [many(number, thing) for number, thing in counts if number] or ["nothing cut"]
    share = f"kept {kept / characters:.1%} of {many(characters, 'character')}" if characters else "no text"
    return ", ".join([share, *told])


def many(number: int, thing: str) -> str:
    """`1 cut`, `2 cuts`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def table(taken: Mapping[str, Took]) -> Iterator[str]:
    """What each code did, a line each, what took most first."""
    for code, (label, times, characters) in sorted(taken.items(), key=lambda t: (-t[1].characters, t[0])):
        named = f"{code or 'no code'} ({label})" if label else code or "no code"
        yield f"  {named:34}{many(times, 'time'):>13}{many(characters, 'character'):>22}"


def body(view: View, look: Look) -> Iterator[str]:
    """The changed lines with their neighbours, folded stretches named."""
    at = 0
    for start, end in _hunks(view.lines, look.context):
        yield _fold(view, at, start)
        for k in range(start, end):
            if k > start and view.lines[k].blank and not (view.lines[k].gone or view.lines[k - 1].gone):
                yield ""
            yield from _line(view, view.lines[k], look)
        at = end
    if 0 < at < len(view.lines):
        yield click.style(f"@@ {many(len(view.lines) - at, 'line')} kept @@", fg="cyan")


def _hunks(lines: Sequence[Line], context: int | None) -> Iterator[tuple[int, int]]:
    """The stretches to show: changed lines and so many on each side, as few stretches as that makes."""
    reach = len(lines) if context is None else context
    start = end = -1
    for k, line in enumerate(lines):
        if not line.changed:
            continue
        if start >= 0 and k - reach <= end + 1:  # to fold one line would take one
            end = k + reach + 1
            continue
        if start >= 0:
            yield start, end
        start, end = max(k - reach, 0), k + reach + 1
    if start >= 0:
        yield start, min(end, len(lines))


def _fold(view: View, at: int, start: int) -> str:
    """Where a stretch begins in the raw document, and what was folded before it."""
    line, _ = view.positions.of(view.lines[start].at)
    folded = f"{many(start - at, 'line')} kept; " if start > at else ""
    return click.style(f"@@ {folded}line {line} @@", fg="cyan")


def _line(view: View, line: Line, look: Look) -> Iterator[str]:
    if not line.changed:
        yield f" {visible(_folded(line.runs[0].old, look, first=True, last=True) if line.runs else '')}"
    elif line.gone:
        yield _gone(view, line, look)
    elif look.word:
        yield "~" + _words(view, line.runs, look)
    else:
        yield from _both(view, line, look)


def _gone(view: View, line: Line, look: Look) -> str:
    text = visible("".join(run.old for run in line.runs))
    return f"{_red('-')}{_struck(text)}  {_tag(view, line.runs[0], look)}"


def _both(view: View, line: Line, look: Look) -> Iterator[str]:
    """The raw line and the clean one; one line where only spun words are to be shown."""
    if all(run.kind in ("same", "spun") for run in line.runs):
        yield " " + _words(view, line.runs, Look(look.context, False, look.why))
        return
    yield _red("-") + "".join(_old(view, run, look) for run in line.runs) + _mended(line.runs)
    yield click.style("+", fg="green") + "".join(_new(run) for run in line.runs)


def _old(view: View, run: Run, look: Look) -> str:
    text = visible(run.old)
    if run.kind == "cut":
        return _cut(view, run, look, text)
    return _struck(text) if run.kind == "fix" and text else text


def _cut(view: View, run: Run, look: Look, text: str) -> str:
    """Struck, with its code and label; the spaces around stay as they are."""
    before, after = (" " * side[:1].isspace() for side in (run.old, run.old[::-1]))
    return f"{before}{_struck(text.strip())} {_tag(view, run, look)}{after}"


def _new(run: Run) -> str:
    if run.kind == "spun":
        return _spun(run)
    text = visible(run.new)
    return click.style(text, fg="green", bold=True) if run.kind == "fix" and text else text


def _words(view: View, runs: Sequence[Run], look: Look) -> str:
    out = []
    for k, run in enumerate(runs):
        if run.kind == "same":
            out.append(visible(_folded(run.old, look, first=k == 0, last=k == len(runs) - 1)))
        elif run.kind == "spun":
            out.append(_spun(run))
        elif run.kind == "cut":
            out.append(_cut(view, run, look, f"[-{visible(run.old.strip())}-]"))
        else:
            old = _struck(f"[-{visible(run.old)}-]") if run.old else ""
            new = click.style(f"{{+{visible(run.new)}+}}", fg="green", bold=True) if run.new else ""
            out.append(old + new)
    return "".join(out) + _mended(runs)


def _folded(text: str, look: Look, *, first: bool, last: bool) -> str:
    """With `word`, the middle of a long kept stretch left out; at a line's ends only one side matters."""
    if not look.word or look.context is None:
        return text
    words, most = text.split(" "), max(look.context * WORDS_A_LINE, 1)
    left, right = (most if not first or last else 0), (most if not last or first else 0)
    if len(words) <= left + right + LEAST_FOLDED:
        return text
    told = f"⟨{many(len(words) - left - right, 'word')}⟩"
    return " ".join([*words[:left], told, *(words[-right:] if right else ())])


def _spun(run: Run) -> str:
    text = click.style(visible(run.old), fg="yellow", underline=True)
    return text + (click.style(f"{{={visible(run.instead)}}}", fg="yellow") if run.instead else "")


def _mended(runs: Iterable[Run]) -> str:
    """The codes of a line's repairs, behind it."""
    codes = Counter(run.code for run in runs if run.kind == "fix" and run.code)
    told = ", ".join(f"{code} ×{n}" if n > 1 else code for code, n in codes.items())
    return f"  {_dim(f'[{told}]')}" if told else ""


def _tag(view: View, run: Run, look: Look) -> str:
    """Code and label of a cut, asked for also the reason in words."""
    if run.reason < 0:
        return _dim("[no reason known]")
    reason = view.reasons[run.reason]
    why = f": {visible(reason.why)}" if look.why and reason.why else ""
    return _dim(f"[{reason.code}, {reason.label}{why}]")


def _red(text: str) -> str:
    return click.style(text, fg="red")


def _struck(text: str) -> str:
    return click.style(text, fg="red", strikethrough=True)


def _dim(text: str) -> str:
    return click.style(text, fg="magenta")
