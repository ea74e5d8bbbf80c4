"""`--log FILE`: what is said on stderr, and what --quiet hides, with the time, at the end of a file."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cleaner.cli import PREFIX, message_hooks
from cleaner.corpus.atomic import io_errors_as_usage
from cleaner.errors import CleanerError


@contextmanager
def logged_to(path: str | None) -> Iterator[None]:
    """Appends every message to a file as it is said; UsageError when that cannot be written."""
    if path is None:
        yield
        return
    with io_errors_as_usage(Path(path)):
        file = Path(path).open("a", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115

    def write(text: str, is_shown: bool) -> None:
        now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        for line in click.unstyle(text).removeprefix(PREFIX).splitlines():
            with io_errors_as_usage(Path(path)):
                file.write(f"{now} {line}\n")

    message_hooks.append(write)
    try:
        yield
    except CleanerError as error:
        write(str(error), True)
        raise
    finally:
        message_hooks.remove(write)
        with io_errors_as_usage(Path(path)):
            file.close()
