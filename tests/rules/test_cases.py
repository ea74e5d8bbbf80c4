"""Every rule's cases, and the meta-tests that hold function, file, case file and manual together."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from cleaner.analysis.phrases import (
    PhraseTrait,
    codes_with_phrase_trait,
    load_phrases,
    parse_phrases,
    parse_traits,
)
from cleaner.model.rule_features import CONFIDENT_NATS, RULE_GROUPS
from cleaner.rules import RULES, Rule, list_codes, manual_page
from cleaner.rules.codes import NON_RULE_CODES
from cleaner.rules.rule import ModelGroup, Trait
from cleaner.rules.strengths import (
    CERTAIN,
    NEEDS_CONTEXT_STRENGTH,
    NEEDS_CONTEXT_UNCOUNTED_STRENGTH,
    STRONG,
    STRONG_NEEDS_CONTEXT_STRENGTH,
)
from tests.cases import KNOWN_FAILURES, ROOT, Case, all_cases, read_cases, write_cases
from tests.cases import RULE_CASES as CASES

# By one process, which cleans each document once (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("documents")

PACKAGE = ROOT / "cleaner" / "rules"
# Modules of the package that are not rules.
SHARED = {"__init__", "codes", "manual", "rule", "strengths"}
# Phrases that a further rule reads: teasers show dates and `Read more`.
SHARED_PHRASES = {"read-also"}


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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_all_that_a_rule_is_stands_in_its_file(rule: Rule) -> None:
    module = rule.code.replace("-", "_")
    assert rule.find.__module__ == f"cleaner.rules.{module}" and rule.find.__name__ == module
    assert 0 < abs(rule.weight) <= CERTAIN and (rule.weight < 0) == (rule.label == "body")
    assert rule.traits <= set(get_args(Trait))


@pytest.mark.parametrize("folder", ["analysis", "model", "rules"])
def test_what_treats_rules_alike_names_none_of_them(folder: str) -> None:
    """A new rule is its file, phrases, cases and line in RULES: no list elsewhere holds its code."""
    codes = {rule.code for rule in RULES if "-" in rule.code}
    for file in (ROOT / "cleaner" / folder).glob("*.py"):
        others = codes if file.stem in SHARED else codes - {file.stem.replace("_", "-")} - SHARED_PHRASES
        strings = {
            n.value for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.Constant)
        }
        assert not others & strings, file


def test_every_trait_has_a_rule_and_every_group_a_row() -> None:
    assert {trait for rule in RULES for trait in rule.traits} == set(get_args(Trait))
    assert {rule.group for rule in RULES if rule.group} == set(get_args(ModelGroup)) == set(RULE_GROUPS)
    for trait in get_args(PhraseTrait):
        assert codes_with_phrase_trait(trait)


@pytest.mark.parametrize("text", ["@boilerplat\n", "en: share\n", "[lines]\n", "[line]\nshare\n"])
def test_a_phrase_file_with_a_slip_says_where(text: str) -> None:
    with pytest.raises(ValueError, match=r"share-bar\.txt:\d"):
        assert [*parse_traits("share-bar", text), *parse_phrases("share-bar", text)]


def test_strengths_that_need_context_weigh_what_their_comments_say() -> None:
    assert NEEDS_CONTEXT_STRENGTH * CERTAIN >= CONFIDENT_NATS > NEEDS_CONTEXT_UNCOUNTED_STRENGTH * CERTAIN
    assert STRONG_NEEDS_CONTEXT_STRENGTH * STRONG >= CONFIDENT_NATS


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
