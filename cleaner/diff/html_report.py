"""One self-contained HTML page with every document of a call: written as they come, shown one at a time.

Nothing that a document holds can run. It reaches the page as JSON in which `<`, `>` and `&` are spelled as
escapes, in script elements that are data; the page's own script puts it in as text; and the page's content
security policy allows that one script, named by its hash, and no connection anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from cleaner import __version__
from cleaner.corpus.atomic import AtomicFile
from cleaner.corpus.outcomes import encode_lossy
from cleaner.diff.escape import escape_invisible, one_line
from cleaner.diff.view import DocumentDiff, Line, Reason, Segment
from cleaner.errors import UsageError
from cleaner.json_lines import dumps
from cleaner.notes import note_in_words
from cleaner.rules.manual import Example, ManualPage, manual_pages

if TYPE_CHECKING:
    from jinja2 import Environment

# What ends a script element, begins a comment in one, or ends a line in old engines.
SCRIPT_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
GENERATOR_META = b'<meta name="generator" content="cleaner '
MAX_TITLE_CHARS = 300
NONE = "'none'"


class EmbeddedDocument(NamedTuple):
    """A document's number and its JSON, safe inside a script element."""

    number: int
    data: Markup


def template_environment() -> Environment:
    """Every `{{ }}` is escaped unless it is Markup, and a missing name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("cleaner.diff"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def write_html_report(
    path: Path | None,
    inputs: Sequence[str],
    diffs: Iterable[DocumentDiff],
    own_pages: Mapping[str, ManualPage] | None = None,
) -> None:
    """Write the page to `path`, whole or not at all, or to stdout. One document is held at a time.

    `own_pages` are the manual pages of the user's own rules.
    """
    if path is None:
        for piece in report_pieces(inputs, diffs, own_pages):
            sys.stdout.buffer.write(encode_lossy(piece))
        return
    refuse_overwrite(path, inputs)
    with AtomicFile(path) as file:
        for piece in report_pieces(inputs, diffs, own_pages):
            file.write(encode_lossy(piece))


def refuse_overwrite(path: Path, inputs: Sequence[str]) -> None:
    """UsageError when the page would overwrite an input, or a file that is not such a page."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; --html wants a file")
    for given in inputs:
        if given != "-" and path.exists() and Path(given).exists() and path.samefile(given):
            raise UsageError(f"{path}: is an input; give --html another file")
    if path.exists() and not is_cleaner_page(path):
        raise UsageError(f"{path}: is there already and is no page of cleaner's; give --html another file")


def is_cleaner_page(path: Path) -> bool:
    """Whether a file is a page that cleaner wrote, or empty."""
    if not path.is_file():
        return True  # a device or a pipe
    with path.open("rb") as file:
        head = file.read(4096)
    return not head or GENERATOR_META in head


def report_pieces(
    inputs: Sequence[str], diffs: Iterable[DocumentDiff], own_pages: Mapping[str, ManualPage] | None = None
) -> Iterator[str]:
    """The page, piece by piece."""
    manual = {**manual_pages(), **(own_pages or {})}
    env = template_environment()
    index_builder = _IndexBuilder()
    script = template_source(env, "review.js")
    style = template_source(env, "base.css") + template_source(env, "review.css")
    yield from env.get_template("review.html").generate(
        version=__version__,
        what=one_line(", ".join(inputs), MAX_TITLE_CHARS),
        policy=content_security_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        documents=index_builder.embed_documents(diffs),
        index=lambda: embed_json(index_builder.index),
        pages=lambda: embed_json(
            {code: _manual_page_data(manual[code]) for code in sorted(index_builder.codes) if code in manual}
        ),
    )


def template_source(env: Environment, name: str) -> str:
    """The text of a style sheet or script in templates/."""
    assert env.loader
    return env.loader.get_source(env, name)[0]


def content_security_policy(style: str, script: str = "") -> str:
    """A content security policy under which this style works, this script if given, and nothing else."""
    allowed = f"script-src {_csp_hash(script) if script else NONE}; style-src {_csp_hash(style)}"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _csp_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def embed_json(value: Any) -> Markup:
    """JSON that stays inside its script element whatever the strings in it hold."""
    text = dumps(value).decode()
    for char, escape in SCRIPT_ESCAPES.items():
        text = text.replace(char, escape)
    return Markup(text)


class _IndexBuilder:
    """Passes documents on and keeps of each what the list shows."""

    def __init__(self) -> None:
        self.index: list[Any] = []
        self.codes: set[str] = set()

    def embed_documents(self, diffs: Iterable[DocumentDiff]) -> Iterator[EmbeddedDocument]:
        for number, diff in enumerate(diffs):
            self.index.append(index_entry(diff))
            self.codes |= {reason.code for reason in diff.reasons}
            yield EmbeddedDocument(number, embed_json(document_data(diff)))


def index_entry(diff: DocumentDiff) -> list[Any]:
    """What the list shows of a document; the order is the script's."""
    title = escape_invisible(diff.title[:MAX_TITLE_CHARS]) if diff.title else None
    times = {code: totals.times for code, totals in diff.code_totals.items()}
    kept_share = round(diff.kept_share, 4)
    numbers = [kept_share, diff.characters, diff.cuts, diff.repairs, diff.spun]
    doubts = [diff.confidence, escape_invisible(diff.document_note or "")]
    identity = [diff.id, diff.doc.sha256 if diff.doc else None]
    name = escape_invisible(diff.display_name)
    return [name, title, diff.verdict, *numbers, times, *doubts, diff.largest_cut, *identity]


def document_data(diff: DocumentDiff) -> dict[str, Any]:
    """What the page shows of the selected document."""
    return {
        "source": diff.source,
        "error": escape_invisible(diff.error),
        "language": diff.language,
        "note": diff.note,
        "told": escape_invisible(note_in_words(diff.document_note)),
        "score": diff.garbled_score,
        "taken": {code: list(totals) for code, totals in diff.code_totals.items()},
        "lines": [_line_data(diff, line) for line in diff.lines],
        "reasons": [_reason_data(reason) for reason in diff.reasons],
    }


def _line_data(diff: DocumentDiff, line: Line) -> list[Any]:
    line_number, _ = diff.positions.line_and_column(line.offset)
    return [
        line_number,
        int(line.blank_before),
        line.heading,
        int(line.is_removed) + int(line.is_removed and not line.is_counted),
        [_segment_data(segment) for segment in line.segments],
        line.offset,
        line.end,
    ]


def _segment_data(segment: Segment) -> Any:
    if segment.change == "same":
        return escape_invisible(segment.old)
    data = [
        segment.change,
        escape_invisible(segment.old),
        escape_invisible(segment.new),
        segment.reason_index,
        escape_invisible(segment.instead),
    ]
    return [*data, segment.offset, segment.end] if segment.change == "cut" else data


def _reason_data(reason: Reason) -> list[Any]:
    opinions = [
        [
            opinion.code,
            opinion.label,
            opinion.strength,
            round(opinion.weight, 2),
            escape_invisible(opinion.why),
        ]
        for opinion in reason.opinions
    ]
    return [reason.code, reason.label, None if reason.score is None else round(reason.score, 2), opinions]


def _manual_page_data(page: ManualPage) -> dict[str, Any]:
    return {"text": page.paragraphs, "drop": _example_data(page.drop), "keep": _example_data(page.keep)}


def _example_data(example: Example | None) -> dict[str, Any] | None:
    return {"title": example.title, "lines": example.lines} if example else None
