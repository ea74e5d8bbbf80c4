"""The law of the whole: any input restores, the text is the raw with the edits made, blocks part the raw."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cleaner
from cleaner.document import gaps_and_blocks
from cleaner.edits import apply
from cleaner.output.cleaned import Cleaned
from tests.cases import ROOT

PROSE = "The ferry left at eleven and reached the mainland before the bakeries had opened their doors."
LINES = (
    PROSE,
    "“We leave when the post office wants,” she said. “There is no post — not for eleven years.”",
    "Advertisement",
    "STORY CONTINUES BELOW THIS AD",
    "Share Tweet Email",
    "Related Articles",
    "  indented",
    "",
    "\u200b",
    "cafÃ© &amp; cie",
    "a\ud800b\x00c",
    "Home\tNews   Sport",
    "Done. ADVERTISEMENT \x00\rSponsored Links You May Like",
    "It stopped. STORY CONTINUES BELOW THIS AD \u200b\n Sponsored Links You May Like Boots Undo It went on.",
    " ADVERTISEMENT ",
    "[Read more: Ten huts]",
)
TAGS = (
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<div class=ad>",
    "</div>",
    "<br>",
    "<!-- x -->",
    "<script>a</script>",
    "&eacute;",
    "<td>",
    "<",
    "&",
)
plain = st.lists(st.sampled_from(LINES), max_size=12).flatmap(
    lambda lines: st.sampled_from(("\n", "\r\n", "\n\n")).map(lambda end: end.join(lines))
)
soup = st.lists(st.sampled_from(TAGS + LINES), max_size=20).map("".join)
FAST = cleaner.Settings(effort="fast")


def holds(done: Cleaned, came: str | bytes) -> None:
    raw = done.doc.raw
    assert "".join(gaps_and_blocks(done.doc, done.blocks)) == raw
    assert len(done.verdicts) == len(done.blocks)
    assert all(raw[e.start : e.end] == e.old for e in done.edits)
    assert all(left.end <= right.start for left, right in pairwise(done.edits))
    assert all(verdict.label == "body" or verdict.marks for verdict in done.verdicts)
    assert done.text == apply(raw, done.edits)
    assert done.restore() == came
    assert not any(line.endswith(" ") for line in done.text.split("\n"))
    done.text.encode()


@pytest.mark.slow
@given(plain)
@settings(max_examples=200, deadline=None)
def test_text_restores(raw: str) -> None:
    holds(cleaner.clean(raw, kind="text"), raw)


@pytest.mark.slow
@given(soup)
@settings(max_examples=200, deadline=None)
def test_html_restores(raw: str) -> None:
    holds(cleaner.clean(raw, kind="html", settings=FAST), raw)


@pytest.mark.slow
@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_str_restores(raw: str) -> None:
    holds(cleaner.clean(raw, settings=FAST), raw)


@pytest.mark.slow
@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_restore(data: bytes) -> None:
    holds(cleaner.clean(data, settings=FAST), data)


@pytest.mark.slow
@given(st.text(max_size=100), st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "cp1252", "gb18030", "cp932"]))
@settings(deadline=None)
def test_any_encoding_restores(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    holds(cleaner.clean(data, settings=FAST), data)


@pytest.mark.slow
@given(plain)
@settings(max_examples=100, deadline=None)
def test_cleaning_is_deterministic(raw: str) -> None:
    assert cleaner.clean(raw).edits == cleaner.clean(raw).edits


def test_cuts_beside_repairs_and_at_the_end() -> None:
    raw = f"<p>{PROSE} ADVERTISEMENT \u200b\n Sponsored Links You May Like</p>"
    for kind in ("html", "text"):
        done = cleaner.clean(raw, kind=kind, settings=FAST)
        holds(done, raw)
    assert cleaner.clean(f"{PROSE} ADVERTISEMENT Sponsored Links You May Like").text == PROSE


@pytest.mark.slow
def test_many_workers_give_the_same_in_the_same_order() -> None:
    documents = [cleaner.Document(str(n), f"{PROSE}\nAdvertisement\n{n} {PROSE}") for n in range(20)]
    assert [done.text for done in cleaner.clean_many(documents, workers=2)] == [
        done.text for done in cleaner.clean_many(documents)
    ]


@pytest.mark.slow
def test_another_hash_seed_gives_the_same_bytes() -> None:
    code = (
        "import sys, cleaner\nfrom pathlib import Path\nfor f in sorted(Path('seeds').glob('0*')):"
        " d = cleaner.clean(f.read_bytes()); print(d.text, d.edits, d.removed)"
    )
    outs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outs) == 1 and outs != {b""}


CLEAN = f"{PROSE}\n\n{PROSE} And again, for those who had slept.\n    — an indented line\nWhat now?\n{PROSE}"


def test_clean_text_comes_back_as_it_was() -> None:
    assert cleaner.clean(CLEAN).text == CLEAN
    assert cleaner.clean(CLEAN).edits == ()


def test_a_cut_takes_its_line_and_leaves_the_spacing() -> None:
    second = PROSE.replace("ferry", "barge")
    assert cleaner.clean(f"{PROSE}\nAdvertisement\n{second}").text == f"{PROSE}\n{second}"
    assert cleaner.clean(f"{PROSE}\n\nAdvertisement\n\n{second}").text == f"{PROSE}\n\n{second}"


def test_line_ends_and_blank_lines_are_tidied() -> None:
    second = PROSE.replace("ferry", "barge")
    assert cleaner.clean(f"{PROSE}  \r\n\r\n\r\n\r\n{second}\r\n").text == f"{PROSE}\n\n{second}"


def test_markdown_from_a_page() -> None:
    items = f"<ul><li>One {PROSE}</li><li>Two {PROSE}</li></ul>"
    page = f"<article><h2>Night boats</h2><p>{PROSE}</p>{items}</article>"
    done = cleaner.clean(page, kind="html", settings=cleaner.Settings(effort="fast", markup="md"))
    assert done.text == f"## Night boats\n\n{PROSE}\n\n- One {PROSE}\n- Two {PROSE}"
    assert done.restore() == page


def test_code_keeps_its_indentation_and_is_fenced() -> None:
    page = (
        f"<article><p>{PROSE}</p><pre><code>for x in y:\n    print(x)\n</code></pre><p>{PROSE}</p></article>"
    )
    code = "for x in y:\n    print(x)"
    assert cleaner.clean(page, kind="html", settings=FAST).text == f"{PROSE}\n{code}\n{PROSE}"
    done = cleaner.clean(page, kind="html", settings=cleaner.Settings(effort="fast", markup="md"))
    assert done.text == f"{PROSE}\n\n```\n{code}\n```\n\n{PROSE}"
    holds(done, page)


@pytest.mark.parametrize("markup", ["txt", "md"])
def test_spaces_in_code_are_the_code_s(markup: str) -> None:
    code = 'MAX     = 10      # most\nsep = "a   b"\tx'
    page = f"<article><p>{PROSE}</p><pre>{code}</pre><p>{PROSE[::-1]}</p></article>"
    done = cleaner.clean(page, kind="html", settings=cleaner.Settings(effort="fast", markup=markup))  # type: ignore[arg-type]
    assert code in done.text
    holds(done, page)


def test_code_between_fences_keeps_its_spaces_whatever_is_cut() -> None:
    code = "```python\ndef read(path):\n    with open(path) as f:\n        return   f.read()\n```"
    raw = f"{PROSE}\n\n{code}\n\nShare this: Facebook Twitter Email\n"
    done = cleaner.clean(raw, kind="text")
    assert done.text == f"{PROSE}\n\n{code}"
    holds(done, raw)
    unclosed = f"{PROSE}\n```\n    a   b\nShare this: Facebook Twitter Email"
    assert cleaner.clean(unclosed, kind="text").text == f"{PROSE}\n```\na b"


def test_markdown_comes_back_as_markdown() -> None:
    text = f"# Piers\n\n- one\n- two\n\n```\nif x:\n    y()\n```\n\n{PROSE}"
    assert cleaner.clean(text, kind="text", settings=cleaner.Settings(markup="md")).text == text


def test_cells_of_a_row_stand_on_one_line_and_paragraphs_in_a_cell_do_not() -> None:
    row = f"<table><tr><td>Pier<td>1911</tr><tr><td>{PROSE}<br>{PROSE}</td></tr></table>"
    done = cleaner.clean(f"<article><p>{PROSE}</p>{row}</article>", kind="html", settings=FAST)
    assert done.text == f"{PROSE}\nPier | 1911\n{PROSE}\n{PROSE}"


def test_the_title_goes_first_when_asked_for() -> None:
    page = f"<html><head><title>Night boats</title></head><body><p>{PROSE}</p></body></html>"
    done = cleaner.clean(page, kind="html", settings=cleaner.Settings(effort="fast", title=True))
    assert done.text == f"Night boats\n\n{PROSE}"
    assert done.restore() == page


@pytest.mark.parametrize("raw", ["", " \n\t\n", "\u200b", "***\n---", b"", b"\xef\xbb\xbf"])
def test_nothing_is_empty(raw: str | bytes) -> None:
    done = cleaner.clean(raw)
    assert done.verdict == "empty"
    holds(done, raw)


def test_only_the_languages_asked_for() -> None:
    german = "Im Stellwerk brennt seit vierzig Jahren jede Nacht Licht, und das soll auch so bleiben."
    assert cleaner.clean(german, settings=cleaner.Settings(language=("en",))).verdict == "language"
    assert cleaner.clean(german, settings=cleaner.Settings(language=("en", "de"))).verdict == "clean"


def test_blank_lines_in_code_stay() -> None:
    code = "def f():\n\n    return 1\n\n\nf()"
    page = f"<article><p>{PROSE}</p><pre>{code}</pre><pre>f()</pre><p>{PROSE[::-1]}</p></article>"
    done = cleaner.clean(page, kind="html", settings=cleaner.Settings(effort="fast"))
    holds(done, page)
    assert f"{PROSE}\n{code}\nf()\n" in done.text
