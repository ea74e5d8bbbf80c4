"""The time of the whole grows with the length of the document, whatever stands in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cleaner.document import Document, Kind
from cleaner.pipeline import clean
from cleaner.settings import Settings
from tests.clock import cpu_seconds
from tests.garble.spun import SPUN

pytestmark = pytest.mark.slow

PROSE = "The ferry left at eleven and reached the mainland before the bakeries had opened their doors. "
PARAGRAPHS = f"<p>{PROSE}</p>" * 6
TEXTS: dict[str, Callable[[int], str]] = {
    "one long line": lambda n: PROSE * n,
    "many lines": lambda n: (PROSE + "\n") * n,
    "menus": lambda n: "Home\nNews\nShare\nLog in\n3 comments\n" * n,
    "headings": lambda n: f"Related articles\n{PROSE}\n" * n,
    "pointers": lambda n: f"Read more:\n{PROSE}\n" * n,
    "linked cells": lambda n: f"{PROSE}\na | b\n--- | ---\n" + ("[a](" * n + "| x\n") * 2 + "[" * n + "| x\n",
    "aggregator units": lambda n: f"A title here\nA title here\n3 hours ago\n{PROSE}\n" * n,
    "bylines and dates": lambda n: "By Jane Doe\n12 March 2024, 10:15\n" * n,
    "widget words": lambda n: "by Taboola Sponsored Links You May Like " + "a b c " * n,
    "widgets": lambda n: "Sponsored Links You May Like Boots Undo " * n,
    "brackets": lambda n: "[Read more: " * n,
    "ad words": lambda n: "Done. ADVERTISEMENT Next " * n,
    "dots": lambda n: ". " * n + "\n" + "…" * n,
    "spaces": lambda n: (" \t" * 50 + "\n") * (n // 10),
    "digits": lambda n: "1.2,3:" * n,
    "hashtags": lambda n: "#a " * n + "#",
    "letters without spaces": lambda n: "share" * n,
    "separators": lambda n: "a | b > c · " * n,
    "capitals": lambda n: "By A. B. and C. D. " * n,
    "unspaced": lambda n: "続きを読む広告" * n,
    "many titles in one": lambda n: f"{'Ferry runs again | ' * n}\n{PROSE}\nFerry runs again",
    "bars": lambda n: "|" * (4 * n) + f"\n{PROSE}",
    "one number": lambda n: "1" * (4 * n) + f" x\n{PROSE}",
    "one word": lambda n: "1" + "a" * (4 * n) + f"\n{PROSE}",
    "one word between numbers": lambda n: f"{PROSE}\n1 " + "a" * (4 * n) + "2x\n",
    "one word's address": lambda n: f"{PROSE}\n" + "a" * (4 * n) + " @ b",
    "one dash": lambda n: "a" + "-" * (4 * n) + f"b\n{PROSE}",
    "one gap": lambda n: "By Jane" + " " * (4 * n) + f"Doe\n{PROSE}",
    "gaps in a title": lambda n: f"Ferry{' ' * (4 * n)}runs again\n{PROSE}\nFerry runs again",
    "crumbs": lambda n: f"Home {'> a ' * n}\n{PROSE}",
    "spun words": lambda n: SPUN * (n // 100),
    "one name, broken": lambda n: "White Home Nationwide Safety Council " * n,
    "quotation marks": lambda n: '“mentioned ‘mentioned" ' * n,
    "wide gaps": lambda n: f"{PROSE}\nA title here\n{'word ' * 9}a" + "\u2003" * (8 * n) + "x",
    "crumbs of spaces": lambda n: f"Home >{' ' * (4 * n)}x\n{PROSE}",
}
PAGES: dict[str, Callable[[int], str]] = {
    "paragraphs": lambda n: f"<p>{PROSE}</p>" * n,
    "links": lambda n: "<li><a href=/>Share</a></li>" * n,
    "cells": lambda n: "<table>" + "<tr><td>a<td>b" * n,
    "nesting": lambda n: f"<div>{PROSE}" * n,
    "titles": lambda n: (
        "<title>The ferry is late | Local</title>" + "<h2>The ferry is late</h2>" * n + f"<p>{PROSE}</p>"
    ),
    "nested exponents": lambda n: "<p>x" + "<sup>" * (n // 8) + "a<b>b</b>" * n,
}
# With trafilatura's vote: what costs it time is bounded, or it is not asked.
WITH_REFERENCE: dict[str, Callable[[int], str]] = {
    "attributes": lambda n: PARAGRAPHS + "<p " + " ".join(f"a{k}=b" for k in range(8 * n)) + ">x</p>",
    "inline elements": lambda n: PARAGRAPHS + "<p>" + "<span>word</span> " * (4 * n),
    "links around blocks": lambda n: PARAGRAPHS + f"<a href=/><div><p>{PROSE}</p></div></a>" * (n // 8),
    "links in links": lambda n: PARAGRAPHS + "<a href=x><div>t</a>" * n,
    "paragraphs in links": lambda n: PARAGRAPHS + "<a href=x>t<p>" * n,
    "lists in lists": lambda n: PARAGRAPHS + "<ul><li>t" * n,
    "definitions": lambda n: PARAGRAPHS + "<dl>" + "<dt>word<dd>Its meaning here." * (n // 4),
}
CASES = [("text", name, make) for name, make in TEXTS.items()]
CASES += [("html", name, make) for name, make in PAGES.items()]


# The second asks trafilatura whatever the model expects.
FAST, WITH_TRAFILATURA = Settings(effort="fast"), Settings(effort="best", metadata="full")


def work(kind: Kind, raw: str, settings: Settings = FAST) -> Callable[[], object]:
    doc = Document("a", raw, kind)
    return lambda: clean(doc, settings).restore()


@pytest.mark.parametrize(("kind", "name", "make"), CASES, ids=[f"{kind}: {name}" for kind, name, _ in CASES])
def test_time_grows_with_the_length(kind: Kind, name: str, make: Callable[[int], str]) -> None:
    assert_linear(work(kind, make(500)), work(kind, make(4000)))


@pytest.mark.parametrize("name", [*WITH_REFERENCE])
def test_time_grows_with_the_length_with_a_reference(name: str) -> None:
    make = WITH_REFERENCE[name]
    small, large = (work("html", make(n), WITH_TRAFILATURA) for n in (500, 4000))
    assert_linear(small, large)


def assert_linear(small: Callable[[], object], large: Callable[[], object]) -> None:
    """`large` is eight times as long as `small`."""
    small()  # imports and tables
    small_seconds, large_seconds = cpu_seconds(small), cpu_seconds(large)
    # Quadratic would be 64 times; the constant covers what is too fast to measure.
    assert large_seconds < 20 * small_seconds + 0.1, f"{small_seconds:.3f} s, then {large_seconds:.3f} s"
