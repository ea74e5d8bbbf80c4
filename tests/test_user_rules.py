"""Rules and phrases of a user's own: what they take and keep; one that fails costs its document alone."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cleaner
from cleaner.cli import main
from cleaner.errors import ErrorCode, RuleError, UsageError
from cleaner.user_rules import user_rules
from cleaner.user_settings import RulesFile, phrase_lists
from tests.cli.run import PROSE, ROOT
from tests.cli.run import cleaner as command
from tests.output.test_cleaned import holds

GUIDE = (ROOT / "docs/own-rules.md").read_text("utf-8")
CODE_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RULES = '''"""Rules."""
import re
import time

from cleaner.user_rules import FAIR, Finding, rule


@rule("ad")
def partner_offer(blocks):
    """Offers of partners. Keeps: sentences about them."""
    for i, text in enumerate(blocks.folded):
        if text.startswith("partner offer:"):
            yield Finding(i, "an offer")
        if "boom" in text:
            yield Finding(i, 1 / 0)
        if "hang" in text:
            re.match("(a+)+$", "a" * 64 + "b")
        if "exit" in text:
            raise SystemExit(3)
'''
OFFER = (
    "Partner offer: a week in the hills, breakfast with it, for all readers who call us by Sunday evening.\n"
)
DOCUMENT = PROSE + OFFER + PROSE.replace("bridge", "tower")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rules_file(source: str = RULES, name: str = "my_rules.py") -> str:
    Path(name).write_text(source, "utf-8")
    return name


def rule_of(body: str, head: str = '@rule("ad")', name: str = "my_rule") -> str:
    """The source of one rule; `body` is run for each block `i` with its text."""
    return rules_file(
        "from cleaner.user_rules import CERTAIN, FAIR, STRONG, Finding, rule\n"
        f'{head}\ndef {name}(blocks):\n    """A rule."""\n'
        f"    for i, text in enumerate(blocks.texts):\n        {body}\n"
    )


def settings_of(**values: Any) -> cleaner.Settings:
    """Settings of what they may be given, which is more than what they hold."""
    return cleaner.Settings(**values)


def cleaned(raw: str, *, kind: Any = "auto", **settings: Any) -> cleaner.Cleaned:
    done = cleaner.clean(raw, kind=kind, settings=settings_of(effort="fast", **settings))
    holds(done, raw)
    return done


def codes(done: cleaner.Cleaned) -> list[str]:
    return [cut.code for cut in done.removed]


# -- what they take and keep


def test_a_rule_takes_what_it_finds_and_nothing_else() -> None:
    without = cleaned(DOCUMENT)
    done = cleaned(DOCUMENT, rules=rules_file())
    assert OFFER in without.text
    assert done.text == without.text.replace(OFFER, "")
    assert [(cut.code, cut.label) for cut in done.removed] == [("partner-offer", "ad")]
    assert cleaned(PROSE, rules=rules_file()).text == cleaned(PROSE).text
    assert cleaned("On partner offer: " + PROSE, rules=rules_file()).removed == ()


def test_a_strong_rule_has_the_last_word_on_pages_too() -> None:
    page = f"<html><body><article><p>{PROSE}</p><p>{OFFER}</p><p>{PROSE}</p></article><p>Share this</p>"
    done = cleaned(page, kind="html", rules=rules_file())
    assert "Partner offer" not in done.text and "partner-offer" in codes(done)
    keep = rule_of('if "Share" in text: yield Finding(i, "mine")', '@rule("body")')
    assert "Share this" in cleaned(page, kind="html", rules=keep).text
    both = [
        keep,
        rules_file(Path(keep).read_text().replace('"body"', '"ad"').replace("my_rule", "not_mine"), "b.py"),
    ]
    assert "Share this" in cleaned(page, kind="html", rules=both).text  # of two the one that keeps


def test_a_rule_may_cut_a_part_of_a_line() -> None:
    head, tail = PROSE.split("\n", 1)
    rules = rule_of(
        'if "(ad)" in text: yield Finding(i, "a sign", 1.0, (text.index("(ad)"), text.index("(ad)") + 4))'
    )
    assert cleaned(f"{head} (ad)\n{tail}(ad)\n", rules=rules).text == PROSE.rstrip("\n")


def test_a_weak_rule_is_one_opinion_among_others() -> None:
    page = "".join(f"<p>{PROSE.replace('bridge', word)}</p>" for word in ("bridge", "tower", "ferry"))
    page = f"<nav><a href=/>Home</a> <a href=/a>News</a></nav><article>{page}</article>"
    weak = rule_of('yield Finding(i, "all of it")', '@rule("ad", weight=FAIR)')
    kept = cleaned(page, kind="html", rules=weak)
    assert PROSE.split("\n")[0] in kept.text  # surely the article's
    assert cleaned(PROSE, rules=weak).text == PROSE.rstrip("\n")  # a clean text
    strong = rule_of('yield Finding(i, "all of it")', '@rule("ad")')
    assert cleaned(page, kind="html", rules=strong).verdict == "empty"


@pytest.mark.parametrize(
    ("mode", "phrase", "taken", "kept"),
    [
        ("line", "Get the Courier app", "GET THE COURIER APP!", "Get the Courier app today."),
        ("line", "word " * 60, "Word " * 60, "word " * 61 + "more"),
        ("start", "Reader offer:", "– Reader offer: boots", "The reader offer: boots"),
        ("end", "(more in our app)", "He left (more in our app)", "(more in our app) he said"),
        ("has", "courier club", "Join the Courier Club now", "Join the courier clubs now"),
    ],
)
def test_phrases_take_lines(mode: str, phrase: str, taken: str, kept: str) -> None:
    head, tail = PROSE.split("\n", 1)
    raw = f"{head}\n{taken.strip()}\n{kept.strip()}\n{tail}"
    done = cleaned(raw, phrases={"my-phrase": {mode: [phrase]}})
    lines = done.text.split("\n")
    assert taken.strip() not in lines and codes(done) == ["my-phrase"]
    assert kept.strip() in cleaned(raw).text.split("\n") or kept.strip() not in cleaned(raw, phrases={}).text
    assert all(line in lines for line in PROSE.splitlines())


def test_a_phrase_in_a_line_goes_alone_and_one_of_body_keeps() -> None:
    head, tail = PROSE.split("\n", 1)
    done = cleaned(
        f"{head} (Offer ends Sunday)\n{tail}", phrases={"my-phrase": {"span": "(offer ends Sunday)"}}
    )
    assert done.text == PROSE.rstrip("\n")
    bar = f"{PROSE}Share Tweet Email\n"
    assert "Share" not in cleaned(bar).text
    assert "Share Tweet Email" in cleaned(bar, phrases={"my-bar": {"label": "body", "has": ["tweet"]}}).text


# -- what cannot be


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = (", "my_rules.py:1: '(' was never closed"),
        ("\nimport no_such_module", "my_rules.py:2: ModuleNotFoundError"),
        ("\n\nraise SystemExit", "my_rules.py:3: SystemExit"),
        ("x = 1", "my_rules.py: holds no rule"),
        (RULES.replace("partner_offer", "share_bar"), "my_rules.py:8: the code 'share-bar' is cleaner's own"),
        (RULES.replace("partner_offer", "site_drop"), "is cleaner's own"),
        (RULES.replace("partner_offer", "paywall"), "is cleaner's own"),
        (RULES.replace("partner_offer", "timeout"), "is cleaner's own"),
        (RULES.replace("partner_offer", "related"), "is a label"),
        (RULES.replace("partner_offer", "Offer"), "is no reason code"),
        (RULES.replace("partner_offer", "a__b"), "is no reason code"),
        (re.sub('"""Offers.*"""', "", RULES), "my_rules.py:8: partner-offer has no docstring"),
        (
            RULES.replace('@rule("ad")', '@rule("spun")'),
            "my_rules.py:8: @rule: no label 'spun'; it is chrome",
        ),
        (RULES.replace('@rule("ad")', "@rule"), "@rule wants brackets"),
        (RULES.replace('@rule("ad")', '@rule("ad", 0)'), "no weight 0"),
        (b"\xff", "my_rules.py: not UTF-8 at byte 0"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(source: str | bytes, message: str) -> None:
    Path("my_rules.py").write_bytes(source.encode() if isinstance(source, str) else source)
    with pytest.raises(UsageError) as raised:
        settings_of(rules="my_rules.py")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("no.py", "no.py: cannot be read: No such file"),
        ("no-such-package", "no-such-package: no such file, and no installed package offers rules"),
        (5, "rules: 5 is no path"),
        (".", ".: cannot be read"),
    ],
)
def test_what_is_no_file_is_refused(rules: Any, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        settings_of(rules=rules)


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        (3, "phrases: 3 is neither a table"),
        ({"a": 3}, "phrases.a: 3 is neither a list of phrases nor a table"),
        ({"a": {}}, "phrases.a: has no phrases"),
        ({"a": {"lime": ["x"]}}, "phrases.a: unknown setting 'lime'. Did you mean line?"),
        ({"a": {"line": [1]}}, "phrases.a.line: 1 is not a string"),
        ({"a": ["…"]}, "phrases.a.line: '…' has no letter"),
        ({"a": ["a\nb"]}, "more than one line"),
        ({"a": {"label": "spun", "line": ["x"]}}, "phrases.a.label: 'spun' is none of chrome, ad"),
        ({"a": {"weak": 1, "line": ["x"]}}, "phrases.a.weak: 1 is neither"),
        ({"a": {"label": "body", "span": ["x"]}}, "phrases.a.span: a part of a line cannot be kept"),
        ({"share-bar": ["x"]}, "phrases.share-bar: the code 'share-bar' is cleaner's own"),
        ({"ad": ["x"]}, "phrases.ad: 'ad' is a label"),
    ],
)
def test_wrong_phrases_are_refused_with_their_key(phrases: Any, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        settings_of(phrases=phrases)


def test_one_code_twice_names_both() -> None:
    more = rules_file(RULES, "more.py")
    with pytest.raises(UsageError, match=r"more.py:8: the code 'partner-offer' is taken by my_rules.py:8"):
        settings_of(rules=[rules_file(), more])
    with pytest.raises(UsageError, match=r"phrases.partner-offer: the code .* is taken by my_rules.py:8"):
        settings_of(rules="my_rules.py", phrases={"partner-offer": ["x"]})


# -- a rule that fails


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            'yield Finding(i, "x", 1 / 0)',
            "my_rules.py:6: your rule my-rule: ZeroDivisionError: division by zero",
        ),
        ("raise SystemExit(3)", "my_rules.py:6: your rule my-rule: SystemExit: 3"),
        ('yield Finding(99, "x")', "my_rules.py:2: your rule my-rule: ValueError: 99 is no index of a block"),
        ("yield i", "0 is no Finding"),
        ("yield Finding(i, 5)", "the reason 5 is no string"),
        ('yield Finding(i, "x", 7)', "7 is no strength"),
        ('yield Finding(i, "x", 1.0, (5, 3))', "(5, 3) is no part of block 0"),
    ],
)
def test_a_rule_that_fails_is_named_with_its_line(body: str, message: str) -> None:
    source = rule_of(body)
    with pytest.raises(RuleError) as raised:
        cleaned(PROSE, rules=source)
    assert message in str(raised.value) and raised.value.code is ErrorCode.RULE
    assert isinstance(pickle.loads(pickle.dumps(raised.value)), RuleError)


def test_a_rule_that_fails_costs_its_document_alone() -> None:
    settings = settings_of(rules=rules_file(), timeout=0.5, effort="fast")
    raws = [PROSE, "boom", "hang", "exit", DOCUMENT]
    done = list(cleaner.clean_many(raws, settings=settings, errors="return"))
    assert [one.verdict for one in done] == ["clean", "failed", "failed", "failed", "clean"]
    errors = [one.error for one in done[1:4] if one.error]
    assert [error.code for error in errors] == ["rule-error", "timeout", "rule-error"]
    assert errors[1].message.startswith(
        "document 3: my_rules.py:17: your rule partner-offer: took longer than 0.375"
    )
    with pytest.raises(RuleError, match="took longer") as raised:
        cleaner.clean("hang", settings=settings)
    assert raised.value.code is ErrorCode.TIMEOUT
    assert OFFER not in done[4].text


# -- where else they show


def test_settings_with_rules_hold_the_file_as_it_was() -> None:
    settings = settings_of(rules=Path(rules_file()), phrases={"my-phrase": ["x"]})
    (file,) = settings.rules
    assert str(file).startswith("my_rules.py (sha256 ") and len(file.digest) == 64
    Path("my_rules.py").unlink()
    sent = pickle.loads(pickle.dumps(settings))
    assert sent == settings and hash(sent) == hash(settings) and sent.rules[0].source == RULES
    assert settings_of(rules=settings.rules, phrases=settings.phrases) == settings


def test_an_installed_package_may_offer_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules_file(RULES, "offered_rules.py")
    info = tmp_path / "offered-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: offered\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cleaner.rules]\ncourier = offered_rules\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert OFFER not in cleaned(DOCUMENT, rules="courier").text
    assert OFFER in cleaned(DOCUMENT).text  # installed is not asked for
    with pytest.raises(UsageError, match="Did you mean courier"):
        settings_of(rules="couriers")


def invoke(*args: str) -> tuple[int, str]:
    """Exit code and stdout of the command, in this process."""
    done = CliRunner().invoke(main, args)
    return done.exit_code, done.stdout


def guide_blocks(language: str) -> Iterator[str]:
    return (block for name, block in CODE_BLOCK.findall(GUIDE) if name == language)


def test_the_guide_runs_as_it_is_printed() -> None:
    rules_file(next(guide_blocks("python")))
    Path("cleaner.toml").write_text(next(guide_blocks("toml")), "utf-8")
    (console,) = guide_blocks("console")
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        program, *args = line.split()
        if program == "cat":
            Path(args[0]).write_text(output.rstrip("\n") + "\n", "utf-8")
        else:
            assert invoke(*args)[1].strip("\n") == output.strip("\n"), line


def test_the_guides_other_rules_do_what_they_say() -> None:
    rules = rules_file(next(guide_blocks("python")))
    steps = f"{PROSE}Home | News | Sport\nStep 1: Stir\n(mka)\n{PROSE}"
    assert "Step 1: Stir" in cleaned(steps, rules=rules).text
    assert {rule.code for rule in user_rules(settings_of(rules=rules).rules, ()).all} == {
        "coupon-line", "desk-signature", "recipe-step",
    }  # fmt: skip


def test_codes_show_in_check_explain_and_configuration() -> None:
    rules_file()
    Path("a.txt").write_text(DOCUMENT)
    Path("cleaner.toml").write_text('rules = ["my_rules.py"]\n[phrases]\nmy-phrase = ["nothing"]\n')
    assert invoke("check", "a.txt", "--select", "partner-offer")[0] == 1
    assert invoke("check", "a.txt", "--ignore", "ad,my-phrase")[0] == 0
    assert invoke("check", "a.txt", "--isolated")[0] == 0
    sarif = json.loads(invoke("check", "a.txt", "--format", "sarif")[1])
    assert {"partner-offer", "my-phrase"} < {one["id"] for one in sarif["runs"][0]["tool"]["driver"]["rules"]}
    shown = invoke("config", "show")[1]
    assert re.search(
        r'^rules +=.*my_rules.py \(sha256 [0-9a-f]{16}\)"\] +# .*cleaner.toml$', shown, re.MULTILINE
    )
    assert re.search(r'^phrases.my-phrase = \{"label":"chrome","line":\["nothing"\]\}', shown, re.MULTILINE)
    assert "  partner-offer " in invoke("explain")[1]
    page = invoke("diff", "a.txt", "--html", "-")[1]
    assert "Offers of partners. Keeps: sentences about them." in page


@pytest.mark.slow
def test_a_run_with_rules_goes_on_only_with_the_same(tmp_path: Path) -> None:
    rules_file()
    (tmp_path / "in").mkdir()
    for name, raw in (("a", DOCUMENT), ("b", "boom"), ("c", PROSE)):
        (tmp_path / f"in/{name}.txt").write_text(raw)
    run = ("clean", "in", "-o", "out", "--effort", "fast", "--workers", "2", "--rules", "my_rules.py")
    done = command(*run, cwd=tmp_path)
    assert done.code == 3 and "in/b.txt: b.txt: my_rules.py:15: your rule partner-offer" in done.err
    assert OFFER not in (tmp_path / "out/corpus/a.txt").read_text()
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["settings"]["rules"][0].startswith("my_rules.py (sha256 ")
    assert summary["codes"]["partner-offer"]
    rules_file(RULES.replace('"boom"', '"zoom"'))
    again = command(*run, cwd=tmp_path)
    assert again.code == 2 and "was cleaned with other settings (rules was my_rules.py (sha256" in again.err


def test_what_is_given_twice_is_there_once() -> None:
    name = rules_file()
    assert len(settings_of(rules=[name, name]).rules) == 1
    assert isinstance(settings_of(rules=name).rules[0], RulesFile)
    assert phrase_lists(None) == () and settings_of(rules=None, phrases=None).rules == ()
