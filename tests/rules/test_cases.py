"""Every rule's cases, and the meta-tests that hold function, file, case file and manual together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cleaner.analysis.phrases import load_phrases
from cleaner.rules import RULES, Rule, list_codes, manual_page
from cleaner.rules.codes import NON_RULE_CODES
from tests.cases import KNOWN_FAILURES, ROOT, Case, all_cases, read_cases, write_cases
from tests.cases import RULE_CASES as CASES

PACKAGE = ROOT / "cleaner" / "rules"
# Modules of the package that are not rules.
SHARED = {"__init__", "codes", "manual"}


@pytest.mark.parametrize("case", all_cases(CASES), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    done = case.run()
    assert done.text == case.expected, [(r.code, case.input[r.start : r.end][:60]) for r in done.removed]
    assert done.restore() == case.input


@pytest.mark.parametrize("case", all_cases(KNOWN_FAILURES), ids=lambda case: case.name)
def test_known_failure_still_fails(case: Case) -> None:
    assert case.run().text != case.expected, "it passes now: move it to fixtures/rules"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_drops_what_its_cases_show_under_its_own_code(rule: Rule) -> None:
    if rule.label == "body":
        return
    drops = [case for case in read_cases(CASES / f"{rule.code}.case") if case.want is not None]
    assert any(rule.code in {edit.code for edit in case.run().edits} for case in drops)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_has_a_drop_and_two_keeps(rule: Rule) -> None:
    cases = read_cases(CASES / f"{rule.code}.case")
    drops = [case for case in cases if case.want is not None]
    keeps = [case for case in cases if case.want is None]
    assert drops or rule.label == "body"
    assert len(keeps) >= 2


def test_one_word_in_five_places() -> None:
    codes = {rule.code for rule in RULES}
    assert len(codes) == len(RULES)
    assert codes == {f.stem.replace("_", "-") for f in PACKAGE.glob("*.py") if f.stem not in SHARED}
    assert codes == {f.stem for f in CASES.glob("*.case")}
    assert {entry.code for entry in load_phrases()} <= codes
    assert not codes & set(NON_RULE_CODES)


def test_every_code_has_a_manual_page() -> None:
    for label, code, line in list_codes():
        page = manual_page(code)
        assert label and line and " ".join(page.split()).startswith(line)
        assert "Keeps:" in page, code
        assert code in NON_RULE_CODES or "Drops:" in page or label == "body", code


def test_phrases_say_each_thing_once() -> None:
    seen = Counter((entry.code, entry.mode, entry.phrase.casefold()) for entry in load_phrases())
    assert not [one for one, times in seen.items() if times > 1]


def test_case_files_are_written_as_read(tmp_path: Path) -> None:
    for file in sorted(CASES.glob("*.case")):
        write_cases(tmp_path / file.name, read_cases(file))
        again = read_cases(tmp_path / file.name)
        assert [(c.title, c.input, c.want) for c in again] == [
            (c.title, c.input, c.want) for c in read_cases(file)
        ]
