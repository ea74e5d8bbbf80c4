"""A cleaned document as a piece of HTML for a notebook's output cell: the diff, folded, styled by itself.

Nothing in it can run, and nothing is loaded: text is escaped, styles stand at their elements. Colours are
laid over whatever ground the notebook has, dark or light.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import click

from cleaner.corpus.summary import plural
from cleaner.diff.escape import escape_invisible
from cleaner.diff.terminal import DisplayOptions, fold_middle, headline, hunks
from cleaner.diff.view import DocumentDiff, Line, Segment, diff_document
from cleaner.output.cleaned import Cleaned

OPTIONS = DisplayOptions(context_lines=1, in_place=True)
# A cell is kept in the notebook's file; more rows than these are nothing to read there.
MAX_ROWS = 200
MAX_SEGMENT_CHARS = 1000

BOX = (
    "font-family:ui-monospace,monospace;font-size:.85em;max-height:36em;overflow:auto;border:1px solid #8888"
)
BOX_ROWS = "margin:0;padding:.5em;white-space:pre-wrap;overflow-wrap:anywhere;background:none;color:inherit"
HEAD = "padding:.3em .5em;border-bottom:1px solid #8888"
FOLD, TAG = "color:#7f8a99", "color:#b0409a;font-size:.85em"
CUT, NEW = "background:#e0363626", "background:#2ea04326;text-decoration:none"
SPUN = "text-decoration:underline wavy #c08000"


def diff_fragment(done: Cleaned) -> str:
    """The element to show for a result: its headline and its changed lines."""
    diff = diff_document(done)
    head = click.unstyle(headline(diff)).removeprefix(": ")
    rows = "\n".join(_rows(diff))
    body = f'<pre style="{BOX_ROWS}">{rows}</pre>' if rows else ""
    return f'<div style="{BOX}"><div style="{HEAD}"><b>{_text(head)}</b></div>{body}</div>'


def _rows(diff: DocumentDiff) -> Iterator[str]:
    shown_to = n_rows = 0
    for start, end in hunks(diff.lines, OPTIONS.context_lines):
        if n_rows >= MAX_ROWS:
            break
        if start > shown_to:
            yield _kept(start - shown_to)
        shown_to = min(end, start + MAX_ROWS - n_rows)
        n_rows += shown_to - start
        yield from (_row(diff, line) for line in diff.lines[start:shown_to])
    if left := len(diff.lines) - shown_to:
        yield _span(FOLD, f"@@ {plural(left, 'more line')} @@") if n_rows >= MAX_ROWS else _kept(left)


def _kept(n_lines: int) -> str:
    return _span(FOLD, f"@@ {plural(n_lines, 'line')} kept @@")


def _row(diff: DocumentDiff, line: Line) -> str:
    sign = "-" if line.is_removed else "~" if line.changed else " "
    last = len(line.segments) - 1
    pieces = (
        _segment(diff, segment, first=k == 0, last=k == last) for k, segment in enumerate(line.segments)
    )
    return sign + "".join(pieces)


def _segment(diff: DocumentDiff, segment: Segment, *, first: bool, last: bool) -> str:
    if segment.change == "same":
        return _text(fold_middle(segment.old, OPTIONS, first=first, last=last))
    if segment.change == "spun":
        instead = _span(TAG, f"{{={segment.instead}}}") if segment.instead else ""
        return _span(SPUN, segment.old) + instead
    old = f'<del style="{CUT}">{_text(segment.old)}</del>' if segment.old else ""
    new = f'<ins style="{NEW}">{_text(segment.new)}</ins>' if segment.new else ""
    return f"{old}{new} {_span(TAG, f'[{_reason(diff, segment)}]')} "


def _reason(diff: DocumentDiff, segment: Segment) -> str:
    if segment.reason_index < 0:
        return segment.code
    reason = diff.reasons[segment.reason_index]
    return f"{reason.code}, {reason.label}"


def _span(style: str, text: str) -> str:
    return f'<span style="{style}">{_text(text)}</span>'


def _text(text: str) -> str:
    shown = text if len(text) <= MAX_SEGMENT_CHARS else text[: MAX_SEGMENT_CHARS - 1] + "…"
    return escape(escape_invisible(shown))
