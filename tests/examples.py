"""Takes the manual pages' examples from the cases by running them: `make golden` writes, a test compares.

python -m tests.examples docs    writes the documentation's page of codes
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import cleaner
from cleaner.decide.judge import MODEL_CODE
from cleaner.decide.site_rules import DROP_CODE, KEEP_CODE
from cleaner.diff.escape import escape_invisible
from cleaner.diff.view import Line, Segment, diff_document
from cleaner.json_lines import dumps
from cleaner.rules import RULES
from cleaner.rules.manual import EXAMPLES_FILE, manual_as_markdown
from tests.cases import ROOT, Case, read_cases
from tests.cases import RULE_CASES as CASES

DATA = ROOT / "cleaner" / "data" / EXAMPLES_FILE
DOCS = ROOT / "docs" / "codes.md"
MAX_EXAMPLE_LINES = 5  # of an example
MAX_SEGMENT_CHARS = 100  # characters of a stretch

# What reading and mending do, where no rule has cases: a title, what comes in, and what stays as it is.
REPAIR_EXAMPLES: dict[str, tuple[str, str | bytes, str, str]] = {
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
WALL_EXAMPLES = {
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
    "no-article": (
        "a robot check",
        "<h1>Just a moment...</h1><p>Verify you are human by completing the action below.</p>"
        "<p>Ray ID: 8f2a1c</p>",
        "an article about such checks",
        f"{_STORY}<p>Her crew had to verify that they were human before the bridge let them pass.</p>",
    ),
}


def build() -> dict[str, Any]:
    """The examples of every code that has some."""
    examples = {
        rule.code: dict((_vote_examples if rule.label == "body" else _rule_examples)(rule.code))
        for rule in RULES
    }
    examples |= {code: _repair_example(*example) for code, example in REPAIR_EXAMPLES.items()}
    examples |= {
        DROP_CODE: dict(_site_examples(DROP_CODE, "a box you drop")),
        KEEP_CODE: dict(_site_examples(KEEP_CODE, "a note in it you keep")),
    }
    examples |= {code: dict(_wall_examples(*told)) for code, told in WALL_EXAMPLES.items()}
    return examples | {MODEL_CODE: dict(_model_examples())}


def data() -> bytes:
    """What the file of examples holds."""
    lines = [dumps({code: example})[1:-1] for code, example in build().items()]
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def _rule_examples(code: str) -> Iterator[tuple[str, Any]]:
    cases = read_cases(CASES / f"{code}.case")
    for case in cases:
        lines = diff_document(case.run()).lines
        hit_lines = [
            k for k, line in enumerate(lines) if any(segment.code == code for segment in line.segments)
        ]
        if case.want is not None and hit_lines:
            yield "drop", _example(case.title, [lines[k] for k in _with_neighbour(hit_lines, lines)])
            break
    keep = next(case for case in cases if case.want is None)
    yield "keep", _example(keep.title, diff_document(keep.run()).lines[:MAX_EXAMPLE_LINES])


def _vote_examples(code: str) -> Iterator[tuple[str, Any]]:
    """A rule that only votes for blocks is shown by the lines that stay in its first case."""
    case = read_cases(CASES / f"{code}.case")[0]
    stays = [line for line in diff_document(case.run()).lines if not line.changed]
    yield "keep", _example(case.title, stays[-MAX_EXAMPLE_LINES:])


def _with_neighbour(hit_lines: list[int], lines: Sequence[Line]) -> list[int]:
    """The first few lines that go, one beside them that stays: what goes too is another rule's."""
    chosen = hit_lines[: MAX_EXAMPLE_LINES - 1]
    beside = [chosen[-1] + 1, *(k - 1 for k in reversed(chosen)), *(k + 1 for k in chosen)]
    neighbour = next((k for k in beside if 0 <= k < len(lines) and not lines[k].changed), None)
    return sorted(chosen if neighbour is None else [*chosen, neighbour])


def _example(title: str, lines: Any) -> dict[str, Any]:
    return {"title": title, "lines": [_line(line) for line in lines]}


def _line(line: Line) -> list[tuple[str, str]]:
    marked: list[tuple[str, str]] = []
    for k, segment in enumerate(line.segments):
        if segment.change == "fix":
            marked += [("-", escape_invisible(segment.old)), ("+", escape_invisible(segment.new))]
        else:
            text = _shortened(segment, first=k == 0, last=k == len(line.segments) - 1)
            marked.append(("-" if segment.change == "cut" else " ", escape_invisible(text)))
    return [pair for pair in marked if pair[1]]


def _shortened(segment: Segment, *, first: bool, last: bool) -> str:
    """A long stretch cut where it meets nothing."""
    if len(segment.old) <= MAX_SEGMENT_CHARS:
        return segment.old
    if first and not last:
        return "… " + segment.old[-MAX_SEGMENT_CHARS:].partition(" ")[2]
    return segment.old[:MAX_SEGMENT_CHARS].rpartition(" ")[0] + " …"


def _repair_example(title: str, raw: str | bytes, kept: str, same: str) -> dict[str, Any]:
    done = cleaner.clean(raw)
    assert cleaner.clean(same).text == same, kept
    before = escape_invisible(done.doc.raw)
    lines = [[("-", before)], *([("+", escape_invisible(line))] for line in done.text.splitlines())]
    return {
        "drop": {"title": title, "lines": lines},
        "keep": {"title": kept, "lines": [[(" ", escape_invisible(line))] for line in same.splitlines()]},
    }


def _model_examples() -> Iterator[tuple[str, Any]]:
    """No rule's, so its example is a specimen's."""
    lines = diff_document(cleaner.clean((ROOT / "seeds" / "02-aggregator-page.txt").read_bytes())).lines
    hit = next(
        k for k, line in enumerate(lines) if any(segment.code == MODEL_CODE for segment in line.segments)
    )
    yield "drop", _example("a line amid buttons", lines[hit - 2 : hit + 3])
    keep = next(case for case in read_cases(CASES / "prose.case") if case.want is None)
    yield "keep", _example(keep.title, diff_document(keep.run()).lines[:MAX_EXAMPLE_LINES])


def _site_examples(code: str, title: str) -> Iterator[tuple[str, Any]]:
    """A user's, so its example is one user's."""
    texts = (
        "The ferry left at eleven.",
        "Win two tickets for the night boat.",
        "The tide was low on both days.",
    )
    page = f"<p>{texts[0]}</p><aside><p>{texts[1]}</p><p class=note>{texts[2]}</p></aside>"
    rules = cleaner.SiteRules("example.org", keep=("aside .note",), drop=("aside",))
    done = cleaner.clean(
        page,
        kind="html",
        url="https://example.org/boats",
        settings=cleaner.Settings(effort="fast", sites=(rules,)),
    )
    lines = diff_document(done).lines
    if code == DROP_CODE:
        yield "drop", _example(title, lines)
        yield "keep", _example("what no selector names", lines[:1])
    else:
        yield "keep", _example(title, lines[2:])


def _wall_examples(title: str, page: str, kept: str, same: str) -> Iterator[tuple[str, Any]]:
    """A page with a wall and one without."""
    yield "drop", _example(title, diff_document(cleaner.clean(page, kind="html")).lines)
    yield "keep", _example(kept, diff_document(cleaner.clean(same, kind="html")).lines)


def write() -> None:
    DATA.write_bytes(data())


def document() -> None:
    DOCS.parent.mkdir(exist_ok=True)
    DOCS.write_text(manual_as_markdown(), "utf-8")


__all__ = ["Case", "build", "data", "document", "write"]

if __name__ == "__main__":
    document() if sys.argv[1:] == ["docs"] else write()
