from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import cleaner
from cleaner.diff.findings import Finding, findings, reportable_codes
from cleaner.diff.formats import Github, Json, Sarif, Text
from cleaner.diff.view import diff_document, failed_diff
from cleaner.document import Document
from cleaner.output.cleaned import Garbled
from cleaner.pipeline import clean
from cleaner.settings import Settings

RAW = (
    "Share Tweet Email\n"
    "The hut is closed this winter, because its roof did not survive the storm of the second of September.\n"
    "  A volunteer found the roof. [Read more: Ten huts that are open] The cafÃ© is closed, too.\r\n"
)


def found(raw: str = RAW, **meta: Any) -> list[Finding]:
    return [
        *findings(
            diff_document(clean(Document("a", raw, meta={"source": "in/a"} | meta))), reportable_codes()
        )
    ]


def test_each_at_its_place_with_its_reason() -> None:
    assert [(f.file, f.line, f.column, f.code, f.message) for f in found()] == [
        ("in/a", 1, 1, "share-bar", "share or follow buttons: “Share Tweet Email”"),
        (
            "in/a",
            3,
            31,
            "read-also",
            "“Read more” points to another article: “[Read more: Ten huts that are open]”",
        ),
        ("in/a", 3, 71, "mojibake", "“cafÃ©” should be “café”"),
    ]
    for one in found():
        assert RAW[one.offset :].startswith(one.text)


def test_text_as_cleaner_leaves_it_has_no_findings() -> None:
    assert not found(cleaner.clean(RAW).text + "\n")


def test_a_row_is_named_by_its_line_and_the_place_in_its_text_told() -> None:
    one = found(row=17)[1]
    assert (one.line, one.column, one.position_in_row) == (17, 1, (3, 31))
    assert "".join(Text().format_finding(one)).startswith("in/a:17:1: read-also ")
    assert "".join(Text().format_finding(one)).endswith("(a, line 3, column 31)\n")


def test_a_withheld_document_is_one_finding() -> None:
    empty = diff_document(clean(Document("a", "---")))
    assert [(f.code, f.line) for f in findings(empty, reportable_codes())] == [("empty", 1)]
    other = diff_document(clean(Document("a", RAW), Settings(language=("fr",))))
    assert [f.code for f in findings(other, reportable_codes())] == ["language"]
    garbled = diff_document(
        replace(clean(Document("a", "The bus has left the station by now.")), garbled=Garbled(6.8))
    )
    assert [f.message for f in findings(garbled, reportable_codes())] == [
        "words were substituted (score 6.8)"
    ]
    assert not [*findings(empty, frozenset({"share-bar"}))]


def test_what_every_file_holds_is_not_reportable() -> None:
    assert not {"spaces", "line-break", "markup", "prose", "inside-main"} & set(reportable_codes())
    assert {"share-bar", "mojibake", "garbled", "empty", "line-model"} <= set(reportable_codes())


HOSTILE = Finding(
    "in/a,b:c%\n.txt", 1, 2, "share-bar", "chrome", "100%\r\n::error::x", "x\x1b[2J\u202e", "a", 3
)


def test_json_is_an_array_whatever_the_number() -> None:
    for number in range(3):
        shape = Json()
        told = "".join(
            [
                *shape.head(),
                *(part for _ in range(number) for part in shape.format_finding(HOSTILE)),
                *shape.tail(),
            ]
        )
        assert [one["text"] for one in json.loads(told)] == [HOSTILE.text] * number


def test_github_annotations_cannot_be_forged() -> None:
    told = "".join(Github().format_finding(HOSTILE))
    assert told.count("\n") == 1 and "\r" not in told
    assert told.startswith("::warning file=in/a%2Cb%3Ac%25\\n.txt,line=1,col=2,title=share-bar::100%25\\r")
    error = "".join(Github().format_failure(failed_diff("a", "in/a", "binary", "in/a: a binary file")))
    assert error == "::error file=in/a,title=binary::in/a: a binary file\n"


def test_sarif_holds_rules_results_and_failures() -> None:
    shape = Sarif()
    parts = [
        *shape.head(),
        *shape.format_finding(HOSTILE),
        *shape.format_finding(replace(HOSTILE, code="mojibake", label="repair")),
    ]
    assert not [*shape.format_failure(failed_diff("b", "/in/b c", "binary", "a binary file"))]
    told = json.loads("".join([*parts, *shape.tail()]))
    run = told["runs"][0]
    assert (told["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules
    assert [result["level"] for result in run["results"]] == ["warning", "note"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "in/a%2Cb%3Ac%25%0A.txt"
    assert place["region"] == {"startLine": 1, "startColumn": 2}
    failure = run["invocations"][0]
    assert not failure["executionSuccessful"]
    notice = failure["toolExecutionNotifications"][0]
    assert notice["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///in/b%20c"
    assert (
        Sarif().tail() and json.loads("".join([*Sarif().head(), *Sarif().tail()]))["runs"][0]["results"] == []
    )
