"""Findings as text, JSON, SARIF or GitHub annotations: written one by one, so that a corpus may be large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from cleaner import __version__
from cleaner.diff.escape import visible
from cleaner.diff.findings import Finding
from cleaner.diff.view import View
from cleaner.json_lines import dumps
from cleaner.rules import list_codes, manual_page

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Text:
    """`file:line:column: code message`."""

    def head(self) -> Iterator[str]:
        """What comes first."""
        yield from ()

    def one(self, found: Finding) -> Iterator[str]:
        """One finding."""
        place = f"{visible(found.file)}:{found.line}:{found.column}"
        yield f"{place}: {found.code} {found.message}{_inside(found)}\n"

    def failure(self, view: View) -> Iterator[str]:
        """A document that could not be read or cleaned; stderr names it, too."""
        yield from ()

    def tail(self) -> Iterator[str]:
        """What comes last."""
        yield from ()


class Github(Text):
    """Workflow commands, which GitHub shows beside the line: a warning a finding."""

    def one(self, found: Finding) -> Iterator[str]:
        """https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
        place = f"file={_property(found.file)},line={found.line},col={found.column}"
        message = _data(found.message + _inside(found))
        yield f"::warning {place},title={_property(found.code)}::{message}\n"

    def failure(self, view: View) -> Iterator[str]:
        """An error for the whole file."""
        yield f"::error file={_property(view.source)},title={_property(view.fault)}::{_data(view.error)}\n"


class Json(Text):
    """An array with an object a finding."""

    def __init__(self) -> None:
        self._before = "["

    def one(self, found: Finding) -> Iterator[str]:
        """One object, on one line."""
        line, column = found.inside or (None, None)
        told = {
            "file": found.file, "line": found.line, "column": found.column, "code": found.code,
            "label": found.label, "message": found.message, "text": found.text, "id": found.id,
            "offset": found.offset, "line_in_text": line, "column_in_text": column,
        }  # fmt: skip
        yield f"{self._before}\n{dumps(told).decode()}"
        self._before = ","

    def tail(self) -> Iterator[str]:
        """The array's end."""
        yield "[]\n" if self._before == "[" else "\n]\n"


class Sarif(Text):
    """SARIF 2.1.0 (OASIS), for code scanning: the rules first, with their manual pages."""

    def __init__(self) -> None:
        self._before = ""
        self._failures: list[Any] = []

    def head(self) -> Iterator[str]:
        """Everything up to the first result."""
        driver = {"name": "cleaner", "semanticVersion": __version__, "rules": [*_rules()]}
        yield f'{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"tool":{{"driver":{_json(driver)}}},'
        yield '"columnKind":"unicodeCodePoints","results":['

    def one(self, found: Finding) -> Iterator[str]:
        """One result."""
        place = {
            "artifactLocation": {"uri": _uri(found.file)},
            "region": {"startLine": found.line, "startColumn": found.column},
        }
        told = {
            "ruleId": found.code,
            "level": "note" if found.label == "repair" else "warning",
            "message": {"text": found.message + _inside(found)},
            "locations": [{"physicalLocation": place}],
        }
        yield f"{self._before}\n{_json(told)}"
        self._before = ","

    def failure(self, view: View) -> Iterator[str]:
        """Told at the end, as what went wrong with the run."""
        place = {"physicalLocation": {"artifactLocation": {"uri": _uri(view.source)}}}
        descriptor = {"id": view.fault}
        told = {"level": "error", "message": {"text": visible(view.error)}, "locations": [place]}
        self._failures.append(told | {"descriptor": descriptor})
        yield from ()

    def tail(self) -> Iterator[str]:
        """Everything after the last result."""
        run = {"executionSuccessful": not self._failures, "toolExecutionNotifications": self._failures}
        yield f'\n],"invocations":[{_json(run)}]}}]}}\n'


FORMATS = {"text": Text, "json": Json, "sarif": Sarif, "github": Github}


def _inside(found: Finding) -> str:
    """Where in a row's text: the row is all that the file's line can tell."""
    if found.inside is None:
        return ""
    return f" ({visible(found.id)}, line {found.inside[0]}, column {found.inside[1]})"


def _rules() -> Iterator[dict[str, Any]]:
    for label, code, line in list_codes():
        yield {
            "id": code,
            "shortDescription": {"text": line},
            "fullDescription": {"text": manual_page(code)},
            "properties": {"tags": [label]},
        }


def _json(value: Any) -> str:
    return dumps(value).decode()


def _uri(path: str) -> str:
    """A path as a relative or absolute URI reference; stdin has none of its own."""
    data = path.encode("utf-8", "surrogateescape")
    return "stdin" if path == "-" else quote(data) if not path.startswith("/") else f"file://{quote(data)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
