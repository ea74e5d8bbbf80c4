"""Findings as text, JSON, SARIF or GitHub annotations: written one by one, so that a corpus may be large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from cleaner import __version__
from cleaner.diff.escape import escape_invisible, visible_json
from cleaner.diff.findings import Finding
from cleaner.diff.view import DocumentDiff
from cleaner.rules import list_codes, manual_page
from cleaner.rules.manual import ManualPage

SARIF_SCHEMA_URL = "https://json.schemastore.org/sarif-2.1.0.json"


class Text:
    """`file:line:column: code message`. `own_pages` are the manual pages of the user's own rules."""

    def __init__(self, own_pages: Mapping[str, ManualPage] | None = None) -> None:
        self._own_pages = own_pages or {}

    def head(self) -> Iterator[str]:
        """Output before the first finding."""
        yield from ()

    def format_finding(self, finding: Finding) -> Iterator[str]:
        """One finding."""
        file = escape_invisible(finding.file)
        # what begins with colons would be a workflow command in the log of a GitHub action
        file = f"./{file}" if file.startswith("::") else file
        position = f"{file}:{finding.line}:{finding.column}"
        yield f"{position}: {finding.code} {finding.message}{_row_position(finding)}\n"

    def format_failure(self, diff: DocumentDiff) -> Iterator[str]:
        """A document that could not be read or cleaned; also named on stderr."""
        yield from ()

    def tail(self) -> Iterator[str]:
        """Output after the last finding."""
        yield from ()


class Github(Text):
    """Workflow commands, which GitHub shows beside the line: a warning a finding."""

    def format_finding(self, finding: Finding) -> Iterator[str]:
        """https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
        place = f"file={_escape_property(finding.file)},line={finding.line},col={finding.column}"
        message = _escape_data(finding.message + _row_position(finding))
        yield f"::warning {place},title={_escape_property(finding.code)}::{message}\n"

    def format_failure(self, diff: DocumentDiff) -> Iterator[str]:
        """An error for the whole file."""
        place = f"file={_escape_property(diff.source)},title={_escape_property(diff.failure_code)}"
        yield f"::error {place}::{_escape_data(diff.error)}\n"


class Json(Text):
    """An array with an object a finding."""

    def __init__(self, own_pages: Mapping[str, ManualPage] | None = None) -> None:
        super().__init__(own_pages)
        self._separator = "["

    def format_finding(self, finding: Finding) -> Iterator[str]:
        """One object, on one line."""
        line, column = finding.position_in_row or (None, None)
        fields = {
            "file": finding.file, "line": finding.line, "column": finding.column, "code": finding.code,
            "label": finding.label, "message": finding.message, "text": finding.text, "id": finding.id,
            "offset": finding.offset, "line_in_text": line, "column_in_text": column,
        }  # fmt: skip
        yield f"{self._separator}\n{visible_json(fields)}"
        self._separator = ","

    def tail(self) -> Iterator[str]:
        """The array's end."""
        yield "[]\n" if self._separator == "[" else "\n]\n"


class Sarif(Text):
    """SARIF 2.1.0 (OASIS), for code scanning: the rules first, with their manual pages."""

    def __init__(self, own_pages: Mapping[str, ManualPage] | None = None) -> None:
        super().__init__(own_pages)
        self._separator = ""
        self._notifications: list[Any] = []

    def head(self) -> Iterator[str]:
        """Everything up to the first result."""
        driver = {
            "name": "cleaner",
            "semanticVersion": __version__,
            "rules": [*_sarif_rules(self._own_pages)],
        }
        yield f'{{"$schema":"{SARIF_SCHEMA_URL}","version":"2.1.0","runs":['
        yield f'{{"tool":{{"driver":{visible_json(driver)}}},'
        yield '"columnKind":"unicodeCodePoints","results":['

    def format_finding(self, finding: Finding) -> Iterator[str]:
        """One result."""
        location = {
            "artifactLocation": {"uri": _uri(finding.file)},
            "region": {"startLine": finding.line, "startColumn": finding.column},
        }
        fields = {
            "ruleId": finding.code,
            "level": "note" if finding.label == "repair" else "warning",
            "message": {"text": finding.message + _row_position(finding)},
            "locations": [{"physicalLocation": location}],
        }
        yield f"{self._separator}\n{visible_json(fields)}"
        self._separator = ","

    def format_failure(self, diff: DocumentDiff) -> Iterator[str]:
        """Kept for the end: a notification of the run, not a result."""
        location = {"physicalLocation": {"artifactLocation": {"uri": _uri(diff.source)}}}
        descriptor = {"id": diff.failure_code}
        notification = {
            "level": "error",
            "message": {"text": escape_invisible(diff.error)},
            "locations": [location],
        }
        self._notifications.append(notification | {"descriptor": descriptor})
        yield from ()

    def tail(self) -> Iterator[str]:
        """Everything after the last result."""
        run = {
            "executionSuccessful": not self._notifications,
            "toolExecutionNotifications": self._notifications,
        }
        yield f'\n],"invocations":[{visible_json(run)}]}}]}}\n'


FORMATS = {"text": Text, "json": Json, "sarif": Sarif, "github": Github}


def _row_position(finding: Finding) -> str:
    """Line and column in a row's text, as the file's line names only the row."""
    if finding.position_in_row is None:
        return ""
    line, column = finding.position_in_row
    return f" ({escape_invisible(finding.id)}, line {line}, column {column})"


def _sarif_rules(own_pages: Mapping[str, ManualPage]) -> Iterator[dict[str, Any]]:
    pages = [(label, code, line, manual_page(code)) for label, code, line in list_codes()]
    pages += [(page.label, page.code, page.summary, page.text) for page in own_pages.values()]
    for label, code, line, text in pages:
        yield {
            "id": code,
            "shortDescription": {"text": line},
            "fullDescription": {"text": text},
            "properties": {"tags": [label]},
        }


def _uri(path: str) -> str:
    """A path as a relative or absolute URI reference; stdin has none of its own."""
    data = path.encode("utf-8", "surrogateescape")
    return "stdin" if path == "-" else quote(data) if not path.startswith("/") else f"file://{quote(data)}"


def _escape_data(text: str) -> str:
    return escape_invisible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
