"""One self-contained HTML page with every document of a call: written as they come, shown one at a time.

Nothing that a document holds can run. It reaches the page as JSON in which `<`, `>` and `&` are spelled as
escapes, in script elements that are data; the page's own script puts it in as text; and the page's content
security policy allows that one script, named by its hash, and no connection anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from cleaner import __version__
from cleaner.corpus.writers import Whole, spelled
from cleaner.diff.escape import one_line, visible
from cleaner.diff.view import Line, Reason, Run, View
from cleaner.errors import UsageError
from cleaner.json_lines import dumps
from cleaner.rules.manual import Example, manual_pages

if TYPE_CHECKING:
    from jinja2 import Environment

# What ends a script element, begins a comment in one, or ends a line in old engines.
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
GENERATOR = b'<meta name="generator" content="cleaner '
TITLE_AT_MOST = 300
NONE = "'none'"


class Embedded(NamedTuple):
    """A document's number and its JSON, safe inside a script element."""

    number: int
    data: Markup


def environment() -> Environment:
    """Every `{{ }}` is escaped unless it is Markup, and a missing name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("cleaner.diff"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def write(path: Path | None, inputs: Sequence[str], views: Iterable[View]) -> None:
    """Write the page to `path`, whole or not at all, or to stdout. One document is held at a time."""
    if path is None:
        for part in parts(inputs, views):
            sys.stdout.buffer.write(spelled(part))
        return
    refuse_foreign(path, inputs)
    with Whole(path) as file:
        for part in parts(inputs, views):
            file.write(spelled(part))


def refuse_foreign(path: Path, inputs: Sequence[str]) -> None:
    """UsageError when the page would take the place of an input, or of a file that is no page of ours."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; --html wants a file")
    for given in inputs:
        if given != "-" and path.exists() and Path(given).exists() and path.samefile(given):
            raise UsageError(f"{path}: is an input; give --html another file")
    if path.exists() and not is_ours(path):
        raise UsageError(f"{path}: is there already and is no page of cleaner's; give --html another file")


def is_ours(path: Path) -> bool:
    """Whether a file is a page that we wrote, or empty."""
    if not path.is_file():
        return True  # a device or a pipe
    with path.open("rb") as file:
        head = file.read(4096)
    return not head or GENERATOR in head


def parts(inputs: Sequence[str], views: Iterable[View]) -> Iterator[str]:
    """The page, piece by piece."""
    env = environment()
    gathered = _Gathered()
    script = source(env, "review.js")
    style = source(env, "base.css") + source(env, "review.css")
    yield from env.get_template("review.html").generate(
        version=__version__,
        what=one_line(", ".join(inputs), TITLE_AT_MOST),
        policy=policy(style, script),
        style=Markup(style),
        script=Markup(script),
        documents=gathered.embedded(views),
        index=lambda: embed(gathered.index),
        pages=lambda: embed({code: _page(code) for code in sorted(gathered.codes) if code in manual_pages()}),
    )


def source(env: Environment, name: str) -> str:
    """The text of a style sheet or script of ours."""
    assert env.loader
    return env.loader.get_source(env, name)[0]


def policy(style: str, script: str = "") -> str:
    """A content security policy under which this style works, this script if given, and nothing else."""
    works = f"script-src {_hash(script) if script else NONE}; style-src {_hash(style)}"
    return f"default-src 'none'; {works}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def embed(value: Any) -> Markup:
    """JSON that stays inside its script element whatever the strings in it hold."""
    text = dumps(value).decode()
    for char, escape in ESCAPES.items():
        text = text.replace(char, escape)
    return Markup(text)


class _Gathered:
    """Passes documents on and keeps of each what the list shows."""

    def __init__(self) -> None:
        self.index: list[Any] = []
        self.codes: set[str] = set()

    def embedded(self, views: Iterable[View]) -> Iterator[Embedded]:
        for number, view in enumerate(views):
            self.index.append(entry(view))
            self.codes |= {reason.code for reason in view.reasons}
            yield Embedded(number, embed(document(view)))


def entry(view: View) -> list[Any]:
    """What the list shows of a document; the order is the script's."""
    title = visible(view.title[:TITLE_AT_MOST]) if view.title else None
    times = {code: took.times for code, took in view.taken.items()}
    share = round(view.share, 4)
    numbers = [share, view.characters, view.cuts, view.repairs, view.spun]
    return [visible(view.name), title, view.verdict, *numbers, times]


def document(view: View) -> dict[str, Any]:
    """What is shown of a document when it is looked at."""
    return {
        "error": visible(view.error),
        "language": view.language,
        "note": view.note,
        "score": view.garbled,
        "taken": {code: list(took) for code, took in view.taken.items()},
        "lines": [_line(view, line) for line in view.lines],
        "reasons": [_reason(reason) for reason in view.reasons],
    }


def _line(view: View, line: Line) -> list[Any]:
    at, _ = view.positions.of(line.at)
    return [at, int(line.blank), line.heading, int(line.gone), [_run(run) for run in line.runs]]


def _run(run: Run) -> Any:
    if run.kind == "same":
        return visible(run.old)
    return [run.kind, visible(run.old), visible(run.new), run.reason, visible(run.instead)]


def _reason(reason: Reason) -> list[Any]:
    opinions = [[o.code, o.label, o.strength, round(o.weight, 2), visible(o.why)] for o in reason.opinions]
    return [reason.code, reason.label, None if reason.score is None else round(reason.score, 2), opinions]


def _page(code: str) -> dict[str, Any]:
    page = manual_pages()[code]
    return {"text": page.paragraphs, "drop": _example(page.drop), "keep": _example(page.keep)}


def _example(example: Example | None) -> dict[str, Any] | None:
    return {"title": example.title, "lines": example.lines} if example else None
