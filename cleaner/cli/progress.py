"""The progress bar on a terminal: share of the input done, documents a second, time left, failures."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from cleaner.cli import message_hooks
from cleaner.corpus.readers import Inputs
from cleaner.corpus.summary import plural

REDRAW_INTERVAL_S = 0.1  # between two redraws of the bar
BAR_STEPS = 1000
# Before so much time and so large a share, what is left is not told: the start is no measure.
MIN_S_FOR_ETA, MIN_SHARE_FOR_ETA = 2.0, 0.001


def is_bar_wanted(*, uses_stdout: bool, quiet: bool = False) -> bool:
    """Whether stderr is a terminal, and nothing else is written there while the bar is shown."""
    return sys.stderr.isatty() and not quiet and not (uses_stdout and sys.stdout.isatty())


class Progress:
    """How far a command is with `inputs`; `n_before` documents were done by an earlier run.

    What is read is ahead of what is done. So the share of bytes read is taken times the share that is done of
    the documents read: it is 1 only at the end.
    """

    def __init__(self, inputs: Inputs, *, is_shown: bool, n_before: int = 0) -> None:
        self._inputs, self._is_shown, self._n_before = inputs, is_shown, n_before
        self._bar: Any = None
        self._started, self._last_redraw = time.monotonic(), 0.0
        self._n_documents = self._n_failed = 0
        self._total_bytes, self._first_bytes = 1, 0
        self._first_share = 0.0

    def __enter__(self) -> Progress:
        if self._is_shown:
            self._total_bytes = max(self._inputs.total_bytes(), 1)
            self._bar = click.progressbar(
                length=BAR_STEPS, file=sys.stderr, show_pos=False, show_eta=False,
                item_show_func=lambda _: self._text(), width=24, bar_template="%(bar)s  %(info)s",
            )  # fmt: skip
            self._bar.__enter__()
            message_hooks.append(self._clear_line)
        return self

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        if not self._bar:
            return
        message_hooks.remove(self._clear_line)
        if error_type is None:
            self._draw(1.0)
            click.echo(err=True)
        else:
            self._clear_line("", True)

    def count(self, *, failed: bool = False) -> None:
        """Count one more document that is done, and redraw the bar."""
        self.show_count(self._n_documents + 1, failed=failed)

    def show_count(self, n_documents: int, *, failed: bool = False) -> None:
        """Redraw the bar for so many documents done."""
        if not self._n_documents:
            self._first_bytes = self._inputs.bytes_read if self._n_before else 0
            self._first_share = self._first_bytes / self._total_bytes
        self._n_documents = n_documents
        self._n_failed += failed
        now = time.monotonic()
        if self._bar and now - self._last_redraw > REDRAW_INTERVAL_S:
            self._last_redraw = now
            self._draw(min(self.share(), 1 - 1 / BAR_STEPS))

    def share(self) -> float:
        """Of the input that is done, 0 to 1."""
        share_done = self._n_documents / max(self._inputs.n_read, self._n_documents, 1)
        n_bytes = self._first_bytes + (self._inputs.bytes_read - self._first_bytes) * share_done
        return min(n_bytes / self._total_bytes, 1.0)

    def _draw(self, share: float) -> None:
        self._bar.update(max(0, int(share * BAR_STEPS) - self._bar.pos), True)

    def _text(self) -> str:
        elapsed_s = time.monotonic() - self._started
        failed = f", {self._n_failed:,} failed" if self._n_failed else ""
        n_documents = plural(self._n_before + self._n_documents, "document")
        return (
            f"{n_documents}, {self._n_documents / max(elapsed_s, 0.001):,.0f}/s{failed}{self._eta(elapsed_s)}"
        )

    def _eta(self, elapsed_s: float) -> str:
        share = self._bar.pos / BAR_STEPS
        done = share - self._first_share
        if share >= 1 or done < MIN_SHARE_FOR_ETA or elapsed_s < MIN_S_FOR_ETA:
            return ""
        return f", {duration_text(elapsed_s / done * (1 - share))} left"

    def _clear_line(self, message: str, is_shown: bool) -> None:
        """Clear the bar's line for a message."""
        if is_shown:
            click.echo("\r\033[K", nl=False, err=True)


def duration_text(seconds: float) -> str:
    """`12 s`, `3:05 min`, `2:10 h`."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02} h" if hours else f"{minutes}:{rest:02} min"
