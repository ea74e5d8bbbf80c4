"""Takes the manual pages' examples from the cases by running them: `make golden` writes, a test compares.

python -m tests.examples docs    writes the documentation's page of codes
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import cleaner
from cleaner.decide.judge import MODEL
from cleaner.decide.site_rules import DROP, KEEP
from cleaner.diff.escape import visible
from cleaner.diff.view import Line, Run, view
from cleaner.json_lines import dumps
from cleaner.rules import RULES
from cleaner.rules.manual import EXAMPLES_FILE, manual_as_markdown
from tests.cases import ROOT, Case, read
from tests.cases import RULES as CASES

DATA = ROOT / "cleaner" / "data" / EXAMPLES_FILE
DOCS = ROOT / "docs" / "codes.md"
LINES = 5  # of an example
LONG = 100  # characters of a stretch

# What reading and mending do, where no rule has cases: a title, what comes in, and what stays as it is.
OTHERS: dict[str, tuple[str, str | bytes, str, str]] = {
    "mojibake": ("UTF-8 read as windows-1252", "The cafÃ© opened on the cÃ´te.", "accents", "A café."),
    "entity": (
        "a reference in text",
        "Fish &amp; Sons sell eels.",
        "one in code",
        "<b> is written &lt;b&gt;.",
    ),
    "undecodable": (
        "a byte of windows-1252",
        b"L\xc3\xa9o went to the caf\xe9, and L\xc3\xa9a.",
        "the character",
        "A café.",
    ),
    "control": ("a terminal escape", "The \x1b[31mred\x1b[0m boat.", "its words", "The red boat."),
    "zero-width": ("a soft hyphen", "A coun\xadter of oak.", "a joiner in Persian", "می\u200cخواهم"),
    "bidi-control": ("an override", "The \u202efile\u202c was read.", "Hebrew", "הקובץ נקרא."),
    "line-break": ("U+2028", "One line.\u2028Another.", "line feeds", "One line.\nAnother."),
    "normal-form": ("a letter and an accent", "The cafe\u0301 is open.", "a ligature", "The oﬃce is open."),
    "spaces": ("a run of spaces", "The boat   left. \nIt  was late.", "a thin space", "40\u2009000 people."),
    "markup": ("tags", "<p>The <b>red</b> boat.</p>", "comparisons in text", "It holds if a < b and b > c."),
}


# Walls by their codes: a title, the page, and a page beside it that is no wall.
_STORY = (
    "<p>The ferry left at eleven and reached the mainland before the bakeries had opened their doors.</p>"
)
WALLS = {
    "paywall": (
        "a stub",
        f"{_STORY}<p>To continue reading, subscribe</p><p>Already a subscriber? Sign in</p>",
        "a short one that is all there",
        f"{_STORY}<p>Two of her crew had stayed behind to mend the lamps.</p>",
    ),
    "consent-wall": (
        "a page that asks for consent",
        "<h2>We value your privacy</h2><p>This site uses cookies. You may withdraw your consent.</p>"
        "<button>Accept all</button>",
        "an article about cookies",
        f"{_STORY}<p>The site uses cookies, said the judge, and nobody was asked to accept them.</p>",
    ),
}


def build() -> dict[str, Any]:
    """The examples of every code that has some."""
    found = {rule.code: dict(_of_rule(rule.code)) for rule in RULES}
    found |= {code: _of_other(*told) for code, told in OTHERS.items()}
    found |= {
        DROP: dict(_of_site(DROP, "a box you drop")),
        KEEP: dict(_of_site(KEEP, "a note in it you keep")),
    }
    found |= {code: dict(_of_wall(*told)) for code, told in WALLS.items()}
    return found | {MODEL: dict(_of_model())}


def data() -> bytes:
    """What the file of examples holds."""
    lines = [dumps({code: told})[1:-1] for code, told in build().items()]
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def _of_rule(code: str) -> Iterator[tuple[str, Any]]:
    cases = read(CASES / f"{code}.case")
    for case in cases:
        lines = view(case.run()).lines
        hits = [k for k, line in enumerate(lines) if any(run.code == code for run in line.runs)]
        if case.want is not None and hits:
            yield "drop", _example(case.title, [lines[k] for k in _around(hits, len(lines))])
            break
    keep = next(case for case in cases if case.want is None)
    yield "keep", _example(keep.title, view(keep.run()).lines[:LINES])


def _around(hits: list[int], end: int) -> list[int]:
    """The first few lines that go, one that stays beside them."""
    chosen = hits[: LINES - 1]
    beside = next((k for k in (chosen[-1] + 1, chosen[0] - 1) if 0 <= k < end and k not in hits), None)
    return sorted(chosen if beside is None else [*chosen, beside])


def _example(title: str, lines: Any) -> dict[str, Any]:
    return {"title": title, "lines": [_line(line) for line in lines]}


def _line(line: Line) -> list[tuple[str, str]]:
    stretches: list[tuple[str, str]] = []
    for k, run in enumerate(line.runs):
        if run.kind == "fix":
            stretches += [("-", visible(run.old)), ("+", visible(run.new))]
        else:
            text = _short(run, first=k == 0, last=k == len(line.runs) - 1)
            stretches.append(("-" if run.kind == "cut" else " ", visible(text)))
    return [one for one in stretches if one[1]]


def _short(run: Run, *, first: bool, last: bool) -> str:
    """A long stretch cut where it meets nothing."""
    if len(run.old) <= LONG:
        return run.old
    if first and not last:
        return "… " + run.old[-LONG:].partition(" ")[2]
    return run.old[:LONG].rpartition(" ")[0] + " …"


def _of_other(title: str, raw: str | bytes, kept: str, same: str) -> dict[str, Any]:
    done = cleaner.clean(raw)
    assert cleaner.clean(same).text == same, kept
    before = visible(done.doc.raw)
    lines = [[("-", before)], *([("+", visible(line))] for line in done.text.splitlines())]
    return {
        "drop": {"title": title, "lines": lines},
        "keep": {"title": kept, "lines": [[(" ", visible(line))] for line in same.splitlines()]},
    }


def _of_model() -> Iterator[tuple[str, Any]]:
    """No rule's, so its example is a specimen's."""
    lines = view(cleaner.clean((ROOT / "seeds" / "02-aggregator-page.txt").read_bytes())).lines
    hit = next(k for k, line in enumerate(lines) if any(run.code == MODEL for run in line.runs))
    yield "drop", _example("a line amid buttons", lines[hit - 2 : hit + 3])
    keep = next(case for case in read(CASES / "prose.case") if case.want is None)
    yield "keep", _example(keep.title, view(keep.run()).lines[:LINES])


def _of_site(code: str, title: str) -> Iterator[tuple[str, Any]]:
    """A user's, so its example is one user's."""
    told = (
        "The ferry left at eleven.",
        "Win two tickets for the night boat.",
        "The tide was low on both days.",
    )
    page = f"<p>{told[0]}</p><aside><p>{told[1]}</p><p class=note>{told[2]}</p></aside>"
    rules = cleaner.SiteRules("example.org", keep=("aside .note",), drop=("aside",))
    done = cleaner.clean(
        page,
        kind="html",
        url="https://example.org/boats",
        settings=cleaner.Settings(effort="fast", sites=(rules,)),
    )
    lines = view(done).lines
    if code == DROP:
        yield "drop", _example(title, lines)
        yield "keep", _example("what no selector names", lines[:1])
    else:
        yield "keep", _example(title, lines[2:])


def _of_wall(title: str, page: str, kept: str, same: str) -> Iterator[tuple[str, Any]]:
    """A page with a wall and one without."""
    yield "drop", _example(title, view(cleaner.clean(page, kind="html")).lines)
    yield "keep", _example(kept, view(cleaner.clean(same, kind="html")).lines)


def write() -> None:
    DATA.write_bytes(data())


def document() -> None:
    DOCS.parent.mkdir(exist_ok=True)
    DOCS.write_text(manual_as_markdown(), "utf-8")


__all__ = ["Case", "build", "data", "document", "write"]

if __name__ == "__main__":
    document() if sys.argv[1:] == ["docs"] else write()
