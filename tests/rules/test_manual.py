from __future__ import annotations

import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.diff.view import diff_document
from cleaner.errors import ErrorCode
from cleaner.rules import RULES, RULES_BY_CODE, list_codes
from cleaner.rules.manual import LABEL_DESCRIPTIONS, manual_as_markdown, manual_pages, terminal_lines
from tests import examples
from tests.cases import KNOWN_FAILURES, all_cases
from tests.cases import RULE_CASES as CASES
from tests.documents import specimen
from tests.golden import seed_names

# By one process, which cleans each document once (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("documents")

# Their pages have no example: what they do depends on a setting, or is no text.
WITHOUT = {"title", "empty", "language", "garbled", "spun", *map(str, ErrorCode)}


def test_examples_are_what_the_cases_now_give() -> None:
    assert examples.DATA.read_bytes() == examples.data(), "run `make golden`"


def test_the_documentation_is_what_the_pages_say() -> None:
    assert examples.DOCS.read_text("utf-8") == manual_as_markdown(), "run `make docs`"


@pytest.mark.slow
def test_every_code_that_a_specimen_or_a_case_carries_has_a_page() -> None:
    done = [specimen(seed) for seed in seed_names()]
    done += [case.run() for folder in (CASES, KNOWN_FAILURES) for case in all_cases(folder)]
    codes = {edit.code for one in done for edit in one.edits} | {
        cut.code for one in done for cut in one.removed
    }
    codes |= {mark.code for one in done for verdict in one.verdicts for mark in verdict.marks}
    assert codes <= set(manual_pages())
    assert len(codes) > len(RULES)


@pytest.mark.parametrize("code", [code for _, code, _ in list_codes()] + [*map(str, ErrorCode)])
def test_a_page_has_its_parts(code: str) -> None:
    page = manual_pages()[code]
    assert page.code == code and page.label in LABEL_DESCRIPTIONS and page.summary
    assert " ".join(page.paragraphs) == " ".join(page.text.split())
    if code not in WITHOUT:
        assert page.keep and all(kind == " " for line in page.keep.lines for kind, _ in line)
        assert page.label == "body" or (
            page.drop and any(k == "-" for line in page.drop.lines for k, _ in line)
        )


@pytest.mark.parametrize("code", [rule.code for rule in RULES if rule.label == "body"])
def test_examples_of_votes_show_lines_that_the_rule_voted_for(code: str) -> None:
    keep = manual_pages()[code].keep
    assert keep
    done = next(
        case for case in all_cases(CASES) if case.title == keep.title and code in case.file.name
    ).run()
    voted = {mark.block for verdict in done.verdicts for mark in verdict.marks if mark.code == code}
    voted |= {mark.block for mark in RULES_BY_CODE[code](BlockIndex(done.doc, done.blocks))}
    texts = [done.blocks[i].text for i in sorted(voted)]
    shown = [text.rstrip(" …") for line in keep.lines for _, text in line]
    assert sum(any(text in block for block in texts) for text in shown) * 2 > len(shown)


def test_examples_show_the_code_at_work() -> None:
    for rule in RULES:
        drop = manual_pages()[rule.code].drop
        if rule.label != "body":
            assert drop
            gone = [text for line in drop.lines for kind, text in line if kind == "-"]
            raw = next(
                case for case in all_cases(CASES) if case.title == drop.title and rule.code in case.file.name
            )
            cut = [
                run.old
                for line in diff_document(raw.run()).lines
                for run in line.segments
                if run.code == rule.code
            ]
            assert any(text.rstrip(" …") in old for text in gone for old in cut)


def test_plain_pages_show_lines_as_diffs_do() -> None:
    told = [*terminal_lines(manual_pages()["inline-ad"])]
    assert any(line.startswith("  ~ ") and "[-ADVERTISEMENT -]" in line for line in told)
    assert any(line.startswith("  - Share") for line in terminal_lines(manual_pages()["share-bar"]))
    assert all("\n" not in line for line in told[1:])
