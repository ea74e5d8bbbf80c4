"""Markdown shows what the page shows: read by another program, it gives the words and the structure again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import cleaner
from cleaner.output.markdown import escape_markdown
from cleaner.reading.page import read_html
from tests.clock import cpu_seconds
from tests.output.test_cleaned import PROSE, holds

# Signs alone are not likely to be an article: they stay where recall is favoured.
MD = cleaner.Settings(effort="fast", markup="md", favor="recall")
TXT = cleaner.Settings(effort="fast", favor="recall")
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SECOND = PROSE.replace("ferry", "barge")
PAGE = "https://example.org/news/boats.html"


def markdown(body: str, url: str | None = PAGE, head: str = "") -> str:
    """The Markdown of a page whose article is `body`, between two paragraphs that surely stay."""
    page = f"{head}<article><p>{PROSE}</p>{body}<p>{SECOND}</p></article>"
    done = cleaner.clean(page, kind="html", url=url, settings=MD)
    holds(done, page)
    text = done.text.removeprefix(PROSE).removesuffix(SECOND)
    return text.strip("\n")


def shown(text: str) -> list[str]:
    """The words that Markdown shows."""
    html = READER.render(text)
    return " ".join(block.text for block in read_html(html).blocks).split()


def test_lists_are_numbered_and_nested() -> None:
    inner = "<ol><li>Cast off the ropes<li><p>Start the engine</p><p>It is loud</p></ol>"
    body = f"<ul><li>Before the boat leaves{inner}<li>Then the boat leaves</ul>"
    assert markdown(body) == (
        "- Before the boat leaves\n"
        "  1. Cast off the ropes\n"
        "  2. Start the engine\n\n"
        "     It is loud\n"
        "- Then the boat leaves"
    )


def test_a_list_behind_a_list_is_another() -> None:
    text = markdown("<ul><li>A boat<li>A barge</ul><ul><li>A quay</ul><ol><li>One</ol><ol><li>Two</ol>")
    assert text == "- A boat\n- A barge\n\n* A quay\n\n1. One\n\n1) Two"
    assert READER.render(text).count("<ul>") == 2
    assert READER.render(text).count("<ol>") == 2


def test_a_line_break_ends_a_line_and_two_end_a_paragraph() -> None:
    address = "Harbour Office<br/>\n12 Quay Street <b>Linden</b><br>\nLD1 4QX<br><br>\nOpen from nine to five"
    lines = "Harbour Office\\\n12 Quay Street **Linden**\\\nLD1 4QX\n\nOpen from nine to five"
    text = markdown(f"<p>{address}</p><p>Closed on Sundays</p>")
    assert text == f"{lines}\n\nClosed on Sundays"
    assert READER.render(text).count("<br") == 2
    assert READER.render(text).count("<p>") == 3


def test_a_line_break_in_an_item_and_in_a_quote() -> None:
    body = "<ul><li>Rope<br># 1 of <i>two</i><li>Hook</ul><blockquote>The tide<br>- it turns</blockquote>"
    text = markdown(body)
    assert text == "- Rope\\\n  \\# 1 of *two*\n- Hook\n\n> The tide\\\n> \\- it turns"
    assert READER.render(text).count("<li>") == 2
    assert READER.render(text).count("<br") == 2


def test_a_line_break_beside_a_block_and_in_a_heading_makes_no_line_of_it() -> None:
    text = markdown("A boat<br><div>A barge</div>A quay<br><hr>A pier")
    assert text == "A boat\n\nA barge\n\nA quay\n\nA pier"
    assert markdown("<h2>A boat<br>and a barge</h2>") == "## A boat\n\n## and a barge"
    assert markdown("A boat<br>--- | ---") == "A boat\n\n--- | ---"


def test_quotes() -> None:
    body = "<blockquote><p>We leave at eleven.</p><ul><li>Or at twelve</ul><h3>Or not</h3></blockquote>"
    assert markdown(body) == "> We leave at eleven.\n>\n> - Or at twelve\n>\n> ### Or not"


def test_a_table_of_data() -> None:
    rows = "<tr><th>Pier<th>Built<th>Note<tr><td>North<td>1911<td><tr><td>South<br>end<td><td>a | b"
    assert markdown(f"<table>{rows}</table>") == (
        "| Pier | Built | Note |\n| --- | --- | --- |\n| North | 1911 |  |\n| South<br>end |  | a \\| b |"
    )


def test_a_table_without_headings_gets_an_empty_one() -> None:
    rows = "<tr><td colspan=2>North<td>1911<tr><th>South<td>End<td>1912"
    assert markdown(f"<table>{rows}</table>") == (
        "|  |  |  |\n| --- | --- | --- |\n| North |  | 1911 |\n| South | End | 1912 |"
    )


@pytest.mark.parametrize(
    "cell",
    [
        f"{PROSE} {SECOND}",
        "<ul><li>An item</ul>",
        "<table><tr><td>A<td>B<tr><td>C<td>D</table>",
        "<h3>Boats</h3>",
    ],
)
def test_a_table_that_lays_out_is_none(cell: str) -> None:
    text = markdown(f"<table><tr><td>{cell}<td>x<tr><td>North<td>1911</table>")
    assert "North | 1911" in text
    assert "| North" not in text


def test_code_is_fenced_with_its_language_and_its_blank_lines() -> None:
    body = '<pre><code class="hljs language-python">def f():\n\n    return "```"\n</code></pre>'
    assert markdown(body) == '````python\ndef f():\n\n    return "```"\n````'
    assert markdown("<ul><li>Run this<pre>a\n  b</pre></ul>") == "- Run this\n\n  ```\n  a\n    b\n  ```"


def test_links_are_whole_addresses() -> None:
    ask = '<a href="mailto:a@example.org">ask</a>'
    body = f'<p>{PROSE} See <a href="../map?a=(1)&amp;b=2">the <b>map</b></a> or {ask}.</p>'
    assert markdown(body).removeprefix(PROSE) == (
        " See [the **map**](https://example.org/map?a=%281%29&b=2) or [ask](mailto:a@example.org)."
    )
    assert "(https://other.example/map?" in markdown(body, head='<base href="//other.example/a/b">')


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,x",
        "#note",
        "",
        "http://",
        "https://[",
        "file:///etc",
    ],
)
def test_other_addresses_are_no_links(href: str) -> None:
    body = f'<p>{PROSE} See <a href="{href}">the map</a>.</p>'
    assert markdown(body) == f"{PROSE} See the map."
    assert markdown('<p>See <a href="map">the map</a> of all the boats.</p>', url=None).startswith(
        "See the map"
    )


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ("a <b>strong</b> word", "a **strong** word"),
        ("an <em>em</em>phasis,<i> so </i>it is", "an *em*phasis, *so* it is"),
        ("<strong>all of it</strong>", "**all of it**"),
        ("<b>strong <i>and</i> more</b>", "**strong *and* more**"),
        ("<b><i>both</i></b>, <i><b>both</b></i>", "***both***, ***both***"),
        ("<b>strong <i>and more</i></b>", "**strong *and more***"),
        ("<b><i>more</i> and strong</b>", "***more* and strong**"),
        ("<i>one <b>strong</b> word</i>", "*one* ***strong*** *word*"),
        ("<b>to <a href=/x>the boat</a> now</b>", "**to [the boat](https://example.org/x) now**"),
        ("<a href=/x>to <b>the</b> boat</a>", "[to **the** boat](https://example.org/x)"),
        ("<a href=/x><b>the boat</b></a>", "**[the boat](https://example.org/x)**"),
        ("<b>run <code>a*b</code></b> <code>a <b>b</b></code>", "**run `a*b`** `a b`"),
        ("<b>a</b><i>b</i> c", "**a***b* c"),
        ("x<b>(a)</b>y", "x(a)y"),
        ("<b>*</b> and <b>2 * 3</b>", "* and **2 * 3**"),
        ("<b>one</b> <b>two</b>", "**one two**"),
        ("<b>one<p>two</b> three", "**one**\n\ntwo three"),
    ],
)
def test_emphasis(body: str, want: str) -> None:
    text = markdown(f"<p>Look: {body}.</p>")
    if body.startswith("<b>a</b><i>"):
        assert shown(text) == ["Look:", "ab", "c."]
    else:
        assert text == f"Look: {want}."


def test_a_heading_is_strong_by_itself() -> None:
    assert markdown("<h2><b>The <i>boats</i> of Oster</b></h2>") == "## The *boats* of Oster"


def test_lists_start_where_they_say() -> None:
    assert markdown("<ol start=3><li>Boat<li>Barge</ol>") == "3. Boat\n4. Barge"
    assert markdown("<ol start=x><li>Boat</ol><ol start=-1><li>Barge</ol>") == "1. Boat\n\n1) Barge"
    assert markdown("<ol start=99999999999999><li>Boat<li>Barge</ol>") == "1. Boat\n2. Barge"


def test_a_list_that_does_not_start_with_1_is_no_part_of_the_paragraph_before_it() -> None:
    text = markdown("<ul><li>Before it leaves<ol start=7><li>Cast off<li>Start</ol></ul>")
    assert text == "- Before it leaves\n\n  7. Cast off\n  8. Start"
    assert READER.render(text).count('<ol start="7">') == 1
    text = markdown("<ul><li>Before<ol><li>Cast off</li>It is loud<li>Start</ol></ul>")
    assert text == "- Before\n  1. Cast off\n\n  It is loud\n\n  2. Start"
    same_words("<li> href=/x> <ol start=7> <li> rowspan=2>")


def test_cells_that_reach_over_rows_and_columns() -> None:
    rows = (
        "<tr><th>Pier<th>Built<th>Note<th>Depth"
        "<tr><td rowspan=2>North<td>1911<td rowspan=3>stone<td>4<tr><td>1912<td>5<tr><td>South<td>1913<td>6"
        "<tr><td colspan=2>West<td rowspan=99999>wood<td>7"
    )
    assert markdown(f"<table>{rows}</table>").splitlines()[2:] == [
        "| North | 1911 | stone | 4 |",
        "|  | 1912 |  | 5 |",
        "| South | 1913 |  | 6 |",
        "| West |  | wood | 7 |",
    ]


def test_an_empty_table_in_a_cell_counts_for_itself() -> None:
    rows = "<tr><th>Pier<th>Built<tr><td>North<td><table><tr><td><td><td></table>1911<tr><td>South<td>1912"
    assert "| North | 1911 |\n| South | 1912 |" in markdown(f"<table>{rows}</table>")


def test_code_in_a_line() -> None:
    body = f"<p>{PROSE} Use <code>a_*b*</code>, <kbd>`</kbd> or <a href='/x'><code>x[0]</code></a>.</p>"
    assert markdown(body).removeprefix(PROSE) == " Use `a_*b*`, `` ` `` or [`x[0]`](https://example.org/x)."


def test_a_cut_beside_a_link() -> None:
    ad = '<a href="/b">STORY CONTINUES BELOW THIS AD</a>'
    body = f'<p><a href="/a">{PROSE} [Read more: Ten huts]</a> {SECOND} {ad}</p>'
    page = f"<article><p>{SECOND}</p>{body}</article>"
    done = cleaner.clean(page, kind="html", url=PAGE, settings=MD)
    holds(done, page)
    assert {cut.code for cut in done.removed} <= {edit.code for edit in done.edits}
    assert done.text == f"{SECOND}\n\n[{PROSE}](https://example.org/a) {SECOND}"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("# 1 of the boats", "\\# 1 of the boats"),
        ("#1 of the boats", "#1 of the boats"),
        ("1. The boats", "1\\. The boats"),
        ("1.5 boats", "1.5 boats"),
        ("- The boats", "\\- The boats"),
        ("-5 degrees", "-5 degrees"),
        ("> The boats", "\\> The boats"),
        ("* * *", "\\* * *"),
        ("snake_case, 5 * 3 and a < b", "snake_case, 5 * 3 and a < b"),
        ("*boats* and _boats_", "\\*boats\\* and \\_boats\\_"),
        ("[1](x) [2] <b> &lt;", "[1\\](x) [2] \\<b> \\&lt;"),
    ],
)
def test_escapes_what_would_be_read_as_markup_and_no_more(text: str, want: str) -> None:
    assert escape_markdown(text) == want


@pytest.mark.slow
@given(st.text(alphabet="aB1 .#*_`~[]()<>!&;:|\\-+=/\"'", min_size=1, max_size=30))
@settings(max_examples=500, deadline=None)
def test_escaped_text_shows_as_it_was(text: str) -> None:
    text = " ".join(text.split())
    tokens = READER.parseInline(escape_markdown(text))[0].children or []
    paragraph = READER.render(escape_markdown(text))
    assert "".join(token.content for token in tokens) == text
    assert not text or re.fullmatch(r"<p>[^\n]*</p>\n", paragraph)


words = st.text(alphabet="aB1 .#*_`[]()<!|\\-", min_size=1, max_size=12).map(
    lambda text: text.replace("<", "&lt;")
)
bodies = st.lists(
    st.sampled_from(
        "<ul> <ol> <li> </ul> </ol> <p> <blockquote> </blockquote> <table> <tr> <td> <th> </table>"
        " <pre> </pre> <code> </code> <a\thref=/x> </a> <h3> </h3> <br> <b> </b> <em> </em>"
        " <td\trowspan=2> <ol\tstart=7>".split()
    )
    | words,
    max_size=25,
)


@pytest.mark.slow
@given(bodies)
@settings(max_examples=300, deadline=None)
def test_any_structure_shows_the_same_words(parts: list[str]) -> None:
    same_words(" ".join(parts))


# As text in a line has them: glued to words, to signs, to each other.
inline = st.lists(
    st.sampled_from("<b> </b> <i> </i> <code> </code> <a\thref=/x> </a> <strong> </strong>".split())
    | st.sampled_from(
        ["word", " ", "(", ")", ".", "*", "**", "_", "“", "”", "!", "[", "]", "`", "\\", "é", "$"]
    ),
    max_size=14,
)


def test_a_heading_of_nothing_but_its_sign() -> None:
    body = "<h3>#</h3><p>So it went on, and nobody knew why.</p>"
    done = cleaner.clean(f"<article><p>{PROSE}</p>{body}</article>", kind="html", url=PAGE, settings=MD)
    assert "### \\#\n" in done.text


@pytest.mark.parametrize("inside", ["<b>*<code>a</b><code>b", "<b>*<code>a</code></b><code>b</code>"])
def test_code_beside_code_is_one(inside: str) -> None:
    assert markdown(f"<p>{inside} c</p>").startswith("\\*`ab")


@pytest.mark.slow
@given(inline)
@settings(max_examples=300, deadline=None)
def test_emphasis_anywhere_shows_the_same_words(parts: list[str]) -> None:
    same_words(f"<p>{''.join(parts)} and so on</p>")


def same_words(body: str) -> None:
    page = f"<article><p>{PROSE}</p>{body}</article>"
    done = cleaner.clean(page, kind="html", url=PAGE, settings=MD)
    holds(done, page)
    plain = cleaner.clean(page, kind="html", url=PAGE, settings=TXT)
    assert sorted("".join(shown(done.text)).replace("|", "")) == sorted(
        "".join(plain.text.split()).replace("|", "")
    )


def test_addresses_are_not_taken_for_words() -> None:
    links = "".join(f'<li><a href="/der/die/das/und/nicht/{n}">boat {n} is here</a>' for n in range(20))
    page = f"<article><p>{PROSE}</p><p>{SECOND}</p><ul>{links}</ul></article>"
    md = cleaner.clean(page, kind="html", url=PAGE, settings=MD)
    txt = cleaner.clean(page, kind="html", url=PAGE, settings=TXT)
    assert (md.language, md.verdict) == (txt.language, txt.verdict)


GROWING = {
    "nested lists": lambda n: "<ul><li>item " * n,
    "nested quotes": lambda n: "<blockquote>quote " * n,
    "links": lambda n: "<p>" + "<a href='/x'>a boat</a> " * n,
    "signs": lambda n: "<p>" + "[*_`|" * n,
    "backticks": lambda n: "<p>" + "<code>`</code> " * n,
    "code": lambda n: "<pre>" + "x ```\n\n" * n,
    "tables": lambda n: "<table>" + "<tr><td>a<td>b" * n,
    "emphasis": lambda n: "<p>" + "<b>a <i>boat</i></b> " * n,
    "nested emphasis": lambda n: "<p>" + "<b>a <i>boat " * n,
    "tall cells": lambda n: "<table>" + "<tr><td rowspan=1000>a<td>b" * n,
    "one wide table": lambda n: "<table><tr>" + "<td>a" * n + "<tr><td>b",
    "cuts": lambda n: "<p>" + f"{PROSE} STORY CONTINUES BELOW THIS AD " * n,
}


@pytest.mark.slow
@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_time_grows_with_the_length(make: Callable[[int], str]) -> None:
    def seconds(n: int) -> float:
        page = f"<article><p>{PROSE}</p>{make(n)}</article>"
        return cpu_seconds(lambda: cleaner.clean(page, kind="html", url=PAGE, settings=MD).restore())

    seconds(500)
    once, eightfold = seconds(500), seconds(4000)
    assert eightfold < 20 * once + 0.1, f"{once:.3f} s, then {eightfold:.3f} s"
