"""Heads of tables and listings of code that stay with their article, and those that do not."""

from __future__ import annotations

import pytest

import cleaner
from cleaner.settings import Effort, Settings

PROSE = (
    "The signalman raised the flag at noon, and the train that had waited since dawn began to move.",
    "Nobody on it had been told why it stood still, and nobody was told why it went on, but they cheered.",
    "The second train left an hour later, with its lamps unlit, and was not seen to stop on the line.",
    "A clerk at the junction wrote down both numbers in his book, and put a question mark behind the second.",
)
EFFORTS: tuple[Effort, ...] = ("best", "fast")


def clean_between(part: str, effort: Effort = "best") -> list[str]:
    """The lines of an article that has `part` in its middle, without its paragraphs, which must stay."""
    first, second, *rest = (f"<p>{text}</p>" for text in PROSE)
    raw = (
        "<html lang=en><head><title>Two trains</title></head><body><nav><a href=/>Home</a></nav><article>"
        f"<h1>Two trains</h1>{first}{second}{part}{''.join(rest)}</article>"
        "<footer><p>© 2024 Courier. All rights reserved.</p></footer></body></html>"
    )
    done = cleaner.clean(raw, kind="html", settings=Settings(effort=effort))
    lines = [line.strip() for line in done.text.splitlines() if line.strip()]
    assert [line for line in lines if line in PROSE] == list(PROSE)
    assert done.restore() == raw
    return [line for line in lines if line not in PROSE]


def table(*rows: str, cell: str = "td") -> str:
    return "<table>" + "".join(_row(row, cell if not k else "td") for k, row in enumerate(rows)) + "</table>"


def _row(row: str, cell: str) -> str:
    return "<tr>" + "".join(f"<{cell}>{text}</{cell}>" for text in row.split(" | ")) + "</tr>"


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("cell", ["td", "th"])
@pytest.mark.parametrize("heads", ["Name | Share | Price | Comments", "Email | Search | Tags | Date"])
def test_heads_of_a_table_of_data_stay(heads: str, cell: str, effort: Effort) -> None:
    rows = (heads, "Holm Rail | 12% | 4.50 | rising", "Vale Tram | 31% | 2.10 | even")
    assert clean_between(table(*rows, cell=cell), effort) == list(rows)


def test_share_buttons_in_a_layout_table_go() -> None:
    buttons = "<table><tr><td><a href=/f>Share</a></td><td><a href=/t>Tweet</a></td></tr></table>"
    assert clean_between(buttons) == []
    menu = table(*["<a href=/a>Home</a> | <a href=/b>Share</a> | <a href=/c>Comments</a>"] * 3)
    assert clean_between(menu) == []


LABELS = ("Share", "Print", "Email", "Next", "Comments", "Subscribe")


def text_between(*lines: str) -> list[str]:
    """The lines that stay of those between the paragraphs of a text that a menu stands above."""
    first, second, *rest = PROSE
    raw = "\n".join(
        ["Home", "News", "Share", first, second, *lines, *rest, "© 2024 Courier. All rights reserved."]
    )
    done = cleaner.clean(raw + "\n", kind="text")
    kept = done.text.splitlines()
    assert [line for line in kept if line in PROSE] == list(PROSE)
    return [line for line in kept if line not in PROSE]


@pytest.mark.parametrize("cells", ["| {} | 12 |", "| {} |", "{} | low", "| {} | | |"])
def test_rows_of_a_markdown_table_stay_whatever_their_cells_say(cells: str) -> None:
    dashes = "|---" * max(cells.strip("|").count("|") + 1, 1) + "|"
    lines = [cells.format("Form"), dashes, *map(cells.format, LABELS)]
    assert text_between(*lines) == lines


def test_labels_without_a_table_go() -> None:
    assert text_between(*LABELS) == []
    bars = [f"| {label} |" for label in LABELS]
    assert text_between(*bars) == []
    linked = [f"| [{label}](/{label}) |" for label in LABELS]
    assert not {*linked} & {*text_between("| Menu |", "|---|", *linked)}


CODE = "wind()\nstop(3)"


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(
    "listing",
    [
        f"<div class=code-toolbar><pre><code>{CODE}</code></pre><div class=toolbar>"
        "<button>Copy</button></div></div>",
        f"<div class='box toolbar-wrap'><pre>{CODE}</pre></div>",
        f"<figure class='highlight share-code'><table><tr><td class=gutter><pre>1\n2</pre></td>"
        f"<td><pre>{CODE}</pre></td></tr></table></figure>",
        f"<pre><i class=ln>1</i>{CODE}</pre>",
    ],
)
def test_a_listing_between_paragraphs_stays(listing: str, effort: Effort) -> None:
    assert clean_between(listing, effort) == CODE.split("\n")


def test_a_hidden_listing_goes() -> None:
    assert clean_between(f"<div hidden><pre>{CODE}</pre></div>") == []


@pytest.mark.parametrize("effort", EFFORTS)
def test_a_paragraph_with_a_formula_stays(effort: Effort) -> None:
    part = (
        "<p>It is late by <math><mi>k</mi><mo>/</mo><mn>12</mn></math> of its way after each turn of it.</p>"
    )
    assert clean_between(part, effort) == ["It is late by k/12 of its way after each turn of it."]


@pytest.mark.parametrize("effort", EFFORTS)
def test_links_in_sentences_stay(effort: Effort) -> None:
    part = "<p><a href=/x>Learn more</a> about the cutting, or <a href=/y>read more</a> of the bridge.</p>"
    assert clean_between(part, effort) == ["Learn more about the cutting, or read more of the bridge."]
