from __future__ import annotations

import pytest

import cleaner
from cleaner.diff.view import view
from cleaner.errors import Code
from cleaner.rules import RULES, catalogue
from cleaner.rules.manual import ABOUT, markdown, pages, plain
from tests import examples
from tests.cases import KNOWN_FAILURES, every
from tests.cases import RULES as CASES
from tests.golden import SEEDS, seeds

# Their pages have no example: what they do depends on a setting, or is no text.
WITHOUT = {"title", "empty", "language", "garbled", "spun", *map(str, Code)}


def test_examples_are_what_the_cases_now_give() -> None:
    assert examples.DATA.read_bytes() == examples.data(), "run `make golden`"


def test_the_documentation_is_what_the_pages_say() -> None:
    assert examples.DOCS.read_text("utf-8") == markdown(), "run `make docs`"


@pytest.mark.slow
def test_every_code_that_a_specimen_or_a_case_carries_has_a_page() -> None:
    done = [cleaner.clean((SEEDS / seed).read_bytes()) for seed in seeds()]
    done += [case.run() for folder in (CASES, KNOWN_FAILURES) for case in every(folder)]
    codes = {edit.code for one in done for edit in one.edits} | {
        cut.code for one in done for cut in one.removed
    }
    codes |= {mark.code for one in done for verdict in one.verdicts for mark in verdict.marks}
    assert codes <= set(pages())
    assert len(codes) > len(RULES)


@pytest.mark.parametrize("code", [code for _, code, _ in catalogue()] + [*map(str, Code)])
def test_a_page_has_its_parts(code: str) -> None:
    page = pages()[code]
    assert page.code == code and page.label in ABOUT and page.line
    assert " ".join(page.paragraphs) == " ".join(page.text.split())
    if code not in WITHOUT:
        assert page.keep and all(kind == " " for line in page.keep.lines for kind, _ in line)
        assert page.label == "body" or (
            page.drop and any(k == "-" for line in page.drop.lines for k, _ in line)
        )


def test_examples_show_the_code_at_work() -> None:
    for rule in RULES:
        drop = pages()[rule.code].drop
        if rule.label != "body":
            assert drop
            gone = [text for line in drop.lines for kind, text in line if kind == "-"]
            raw = next(
                case for case in every(CASES) if case.title == drop.title and rule.code in case.file.name
            )
            cut = [run.old for line in view(raw.run()).lines for run in line.runs if run.code == rule.code]
            assert any(text.rstrip(" …") in old for text in gone for old in cut)


def test_plain_pages_show_lines_as_diffs_do() -> None:
    told = [*plain(pages()["inline-ad"])]
    assert any(line.startswith("  ~ ") and "[-ADVERTISEMENT -]" in line for line in told)
    assert any(line.startswith("  - Share") for line in plain(pages()["share-bar"]))
    assert all("\n" not in line for line in told[1:])
