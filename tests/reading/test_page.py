from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.document import Block, Document, gaps_and_blocks
from cleaner.edits import apply
from cleaner.reading.dom_path import MAX_PATH_STEPS
from cleaner.reading.open_elements import MAX_TREE_DEPTH
from cleaner.reading.page import INVISIBLE_AT_EDGE, LINE_END_CHARS, read_document, read_html, read_text
from tests.browser import browser_text
from tests.clock import cpu_seconds

WORDS = ("x", "yz", " ", "\n", " u ")


def soup(tags: str) -> st.SearchStrategy[str]:
    names = tags.split()
    starts = [f"<{name} href=x>" if name == "a" else f"<{name}>" for name in names]
    tag = st.sampled_from([*starts, *starts, *(f"</{name}>" for name in names)])
    return st.lists(tag | st.sampled_from(WORDS), max_size=24).map("".join)


BLOCK_TAGS = (
    "p div li ul dl dt dd table tr td tbody caption col h1 h2 form br hr pre button section title html"
)
INLINE_TAGS = " a b i span em font object marquee script textarea select body head"
FOREIGN_TAGS = " svg math mi title fieldset legend label span select style xmp nobr"
SOUP = soup(BLOCK_TAGS + INLINE_TAGS)
FOREIGN_SOUP = soup(BLOCK_TAGS + FOREIGN_TAGS).filter(lambda raw: "</p>" not in raw and "</br>" not in raw)

BROKEN = [
    "<p>one<p>two</div>three</p>four",
    "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e",
    "<b><p>a</b>b</p>c",
    "<a href=x>a<div>b</a>c</div>d",
    "<table><tr><td>a<td>b<tr><th>c</table>d",
    "<table><tr><td><table><td>a</table>b</table>c",
    "a<td>b</td>c<tr>d",
    "<form>a<form>b</form>c</form>d",
    "<form><div>a</form>b</div>c",
    "<form><span>a</form>b</span>c",
    "<dl><dt>a<dd>b<dt>c</dl>d",
    "<h1>a<h2>b</h1>c</h2>d",
    "<button>a<button>b</button>c",
    "a</p>b</br>c</div>d",
    "<select><option>a<div>b<input>c",
    "<select><option>a<table>b</select>c",
    "a<body class=x>b</body>c</html>d",
    "<title>a</title><p>b<title>c</title>d",
    "<svg><text>a</text><p>b</svg>c",
    "<svg><title>a<div>b</title>c</svg>d",
    "<math><mi>a</mi><annotation>b</annotation></math>c",
    "<p>a<math><mi>b</math>c</p>d",
    "<svg><![CDATA[a<p>b]]></svg>c",
    "<math><![CDATA[a<p>b]]></math>c",
    "<pre>\na\n b  <b>c\nd</b>e</pre>f",
    "<xmp>a<p>b\nc</xmp>d",
    "a<plaintext>b</plaintext>c",
    "<noscript><p>a</noscript>b<iframe><p>c</iframe>d",
    "a<!-- b -->c<!-->d--!>e<!x>f",
    "a<script><!--<script></script>--></script>b",
    "<p>a<object><p>b</object>c</p>d",
    "<fieldset><legend>a</legend>b</fieldset>c",
    "a < b <3 c </3> d <",
    "a<p title='>'>b<p title=\"c",
]


def blocks_of(raw: str) -> list[Block]:
    return list(read_html(raw).blocks)


def texts(raw: str) -> list[str]:
    return [block.text for block in blocks_of(raw)]


def hold_the_laws(raw: str, blocks: list[Block]) -> None:
    assert "".join(gaps_and_blocks(Document("", raw), blocks)) == raw
    at = 0
    for block in blocks:
        assert at <= block.start and raw[block.start : block.end] == block.raw
        assert block.text == apply(block.raw, block.edits, block.start)
        assert block.text.strip(INVISIBLE_AT_EDGE) == block.text != ""
        assert not set(block.text) & set(LINE_END_CHARS)
        assert 0 <= block.link_density <= 1
        assert all(block.start <= edit.start and edit.end <= block.end for edit in block.edits)
        assert all(edit.old != edit.new for edit in block.edits)
        at = block.end


# -- the laws


@pytest.mark.slow
@given(SOUP | FOREIGN_SOUP | st.text(alphabet="<>/ap&#;x1 \n\t\r\u2028\xa0\u200b\"'=!-", max_size=60))
@settings(max_examples=500)
def test_blocks_hold_the_laws(raw: str) -> None:
    hold_the_laws(raw, blocks_of(raw))


@given(st.text(alphabet="ab \t\n\r\x0b\x0c\x85\u2028\u2029\ufeff\u200b\xa0\ud800", max_size=60))
def test_lines_hold_the_laws(raw: str) -> None:
    blocks = read_text(raw)
    hold_the_laws(raw, blocks)
    assert [b.text for b in blocks] == [
        t for line in raw.splitlines() if (t := line.strip(INVISIBLE_AT_EDGE))
    ]


@given(
    SOUP | st.text(alphabet="<>/ap&#;x1 \n\t\r\xa0\x08â€œ\ud800", max_size=60),
    st.sampled_from(["html", "text"]),
)
@settings(deadline=None)  # the mender imports ftfy
def test_mended_blocks_still_fit(raw: str, kind: str) -> None:
    doc = Document("", raw, "html" if kind == "html" else "text")
    blocks = read_document(doc).blocks
    assert "".join(gaps_and_blocks(doc, blocks)) == raw
    for block in blocks:
        assert block.text == apply(raw[block.start : block.end], block.edits, block.start)
        assert block.text.strip(INVISIBLE_AT_EDGE)


# -- what a browser sees


def agree(raw: str) -> None:
    seen, ours = browser_text(raw), texts(raw)
    if seen.moved_out_of_table:  # text between the rows of a table: only its place may differ
        assert sorted("".join("".join(ours).split())) == sorted("".join("".join(seen.blocks).split()))
    else:
        assert ours == seen.blocks


@pytest.mark.parametrize("raw", BROKEN)
def test_broken_pages_read_as_in_a_browser(raw: str) -> None:
    agree(raw)


@pytest.mark.slow
@given(SOUP)
@settings(max_examples=400, deadline=None)
def test_tag_soup_reads_as_in_a_browser(raw: str) -> None:
    agree(raw)


@pytest.mark.slow
@given(FOREIGN_SOUP)
@settings(max_examples=200, deadline=None)
def test_foreign_soup_reads_as_in_a_browser(raw: str) -> None:
    agree(raw)


@pytest.mark.parametrize(
    "raw", [raw for raw in BROKEN if "href" in raw] + ["<p><a href=x>a<p>b</a>c<a href=y>d<td>"]
)
def test_links_reach_as_far_as_in_a_browser(raw: str) -> None:
    linked = sum(round(block.link_density * len("".join(block.text.split()))) for block in blocks_of(raw))
    assert linked == len("".join(browser_text(raw).linked_texts))


# -- text and edits


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        ("<p> a <b> b</b>\n <i>c</i>\td </p>", ["a b c d"]),
        ("a<b>\n</b>b", ["a b"]),
        ("<b>a </b> <i> b</i>", ["a b"]),
        ("a&#32; b &#10; c&Tab;d", ["a b c d"]),
        ("a&nbsp; b&nbsp;&nbsp;", ["a\xa0 b"]),
        ("&nbsp;&#8203;\ufeff", []),
        ("a &amp;lt; b &lt;p&gt; &bogus; &copy", ["a &lt; b <p> &bogus; ©"]),
        ("a&#8;b&#x80;&#0;&#xFFFFFFFF;", ["ab€\ufffd\ufffd"]),
        ("a\u2028b\x85c\x0bd", ["a b c d"]),
        ("a<!-- x --><script>y</script> <style>z</style> b", ["a b"]),
        ("a<br>b<br/>c</br>d", ["a", "b", "c", "d"]),
        ("a<hr>b", ["a", "b"]),
        ("<pre> a\r\n  b  c\n\n<b>d\ne</b>f&#10;g&lt;\u2028h</pre>", ["a", "b  c", "d", "ef", "g<", "h"]),
        (
            "<p>a<textarea>b</textarea>c<select><option>d</select>e<button>f</button>g",
            ["a", "c", "e", "f", "g"],
        ),
        ("a<svg><text>b</text></svg>c<video>d</video>e<template><p>f</template>g", ["aceg"]),
        ("<p>a<x-y><template shadowrootmode=open><p>b</template>c</x-y>d", ["a", "b", "cd"]),
        ("<div><template ShadowRootMode='closed'>a</template></div>b", ["a", "b"]),
        ("<ul><template shadowrootmode=open>a</template></ul>b", ["b"]),
        ("<div><template shadowrootmode=none>a</template></div>b", ["b"]),
        ("<xmp>a &amp; b</xmp>c &amp; d", ["a &amp; b", "c & d"]),
        ("<math><mi>x</mi><![CDATA[&lt;]]></math>", ["x&lt;"]),
        ("<head><title>t</title></head>a", ["a"]),
        ("a<select>b", ["a"]),
        ("", []),
        ("plain", ["plain"]),
    ],
)
def test_text(raw: str, want: list[str]) -> None:
    assert texts(raw) == want
    hold_the_laws(raw, blocks_of(raw))


def test_edits_say_why() -> None:
    (block,) = blocks_of("<p> a <b>\n b</b><!-- c -->&amp;\n\n<i>d</i></p>")
    assert block.text == "a b& d"
    assert [(edit.old, edit.new, edit.code) for edit in block.edits] == [
        ("<b>\n ", "", "markup"),
        ("</b><!-- c -->", "", "markup"),
        ("&amp;", "&", "entity"),
        ("\n\n", " ", "spaces"),
        ("<i>", "", "markup"),
    ]
    assert block.raw.startswith("a") and block.raw.endswith("d")


def test_links_share() -> None:
    assert [
        b.link_density for b in blocks_of("<a href=x>ab</a> cd<p><a href=x>a</a><p>b<p><a name=x>c</a>")
    ] == [*(0.5, 1.0, 0.0, 0.0)]
    (block,) = blocks_of("<a href=x>a b &amp;</a> c&nbsp;<a href=y>\n</a>")
    assert block.link_density == 0.75


def test_headings() -> None:
    raw = "<h1>a<h2><span>b</span></h2><div role=heading aria-level=3>c</div><p role=heading>d<p>e"
    assert [b.heading for b in blocks_of(raw)] == [1, 2, 3, 2, 0]


def test_rows() -> None:
    raw = "a<table><caption>b</caption><tr><td>c<td>d<p>e<tr><td>f<table><tr><td>g</table>h</table>i"
    assert [b.table_row for b in blocks_of(raw)] == [-1, -1, 1, 1, 1, 2, 3, 2, -1]


def test_hidden() -> None:
    raw = (
        "<p hidden>a<p>b<div style='color:red; DISPLAY : none'><p>c</div><p aria-hidden=true>d"
        "<details>e</details><dialog>f</dialog><dialog open>g</dialog>"
        "<p style='visibility:hidden'>h<p class=hidden>i<p><b hidden>j</b>"
    )
    assert [(b.text, b.hidden) for b in blocks_of(raw)] == [
        *(("a", True), ("b", False), ("c", True), ("d", False), ("e", False)),
        *(("f", True), ("g", False), ("h", True), ("i", False), ("j", True)),
    ]


def test_hidden_words_inside_a_block_are_not_in_its_text() -> None:
    (block,) = blocks_of("<p>a <span hidden>b</span>c</p>")
    assert (block.text, block.hidden) == ("a c", False)


def test_path() -> None:
    raw = "<html lang=en><body class='a  b'><div id=c class=d><p><b>x</b></p><a href=y><li>z</a></div>"
    assert [b.path for b in blocks_of(raw)] == [
        ("html", "body.a.b", "div#c.d", "p"),
        ("html", "body.a.b", "div#c.d", "li"),
    ]
    assert blocks_of("x")[0].path == ("html", "body")
    assert blocks_of("<p>x")[0].tag == "p"


def test_depth_is_capped() -> None:
    raw = "<div>" * 2 * MAX_TREE_DEPTH + "x" + "</div>" * 2 * MAX_TREE_DEPTH + "<p>y"
    deep, after = blocks_of(raw)
    assert len(deep.path) == MAX_PATH_STEPS and deep.path[:2] == ("html", "body")
    assert (after.text, after.path) == ("y", ("html", "body", "p"))


def test_head() -> None:
    head = read_html(
        """<!doctype html><html lang=de><head><title> A &amp;
        B</title><title>C</title><base href=/x/><link rel="alternate canonical" href="https://a/b?c&amp;d">
        <meta name=Author content="X"><meta property="og:title" content="T"><meta name=author content="Y">
        <script type="application/ld+json">{"a": "</p>"}</script><script>no</script></head>
        <body><svg><title>no</title></svg><script type='application/LD+JSON'>[]</script>"""
    ).head
    assert (head.title, head.language, head.base_url, head.canonical) == (
        "A & B",
        "de",
        "/x/",
        "https://a/b?c&d",
    )
    assert head.meta == {"author": "X", "og:title": "T"}
    assert head.json_ld_scripts == ('{"a": "</p>"}', "[]")
    assert read_html("x").head.title is None


def test_what_is_said_without_scripts_counts_when_nothing_else_is() -> None:
    said = "<noscript><p>" + "word " * 300 + "</p></noscript>"
    assert [b.text for b in blocks_of("<p>Loading</p>" + said)] == ["Loading", ("word " * 300).strip()]
    assert len(blocks_of("<p>" + "shown " * 300 + said)) == 1


# -- mending


def test_read_mends_and_composes() -> None:
    doc = Document(
        "", "<p>caf\u00c3\u00a9 &amp; \u00e2\u20ac\u0153x\u00e2\u20ac\u009d</p><p>\x07</p>", "html"
    )
    (block,) = read_document(doc).blocks
    assert block.text == "café & “x”"
    assert doc.raw[block.start : block.end] == block.raw


def test_a_mended_line_break_is_a_space() -> None:
    (block,) = read_document(Document("", "<p>a,\u00e2\u20ac\u00a8not b, caf\u00c3\u00a9</p>", "html")).blocks
    assert block.text == "a, not b, café"


def test_read_leaves_out_what_mending_empties() -> None:
    assert [b.text for b in read_document(Document("", "a\n\x07\x08\nb")).blocks] == ["a", "b"]
    assert not read_document(Document("", "")).blocks


def test_entities_of_a_page_are_read_once() -> None:
    (block,) = read_document(Document("", "<p>write &amp;amp; for it</p>", "html")).blocks
    assert block.text == "write &amp; for it"


# -- hostile pages

HOSTILE: dict[str, Callable[[int], str]] = {
    "open tags": lambda n: "<a" * n,
    "open values": lambda n: '<a b="' * n,
    "open values, one quote": lambda n: "<a b=' " * n,
    "comments": lambda n: "<!--" * n,
    "almost comments": lambda n: "<!-" * n,
    "angles": lambda n: "<" * n,
    "almost end tags": lambda n: "</" * n,
    "angles and words": lambda n: "< a" * n,
    "nested": lambda n: "<div>" * n,
    "nested with text": lambda n: "<div>x" * n,
    "nested with attributes": lambda n: "<div class='a b'>x" * n,
    "end tags": lambda n: "</b>" * n,
    "formatting, other ends": lambda n: "<b>" * n + "</i>" * n,
    "formatting, ends": lambda n: "<b>" * n + "x</b>" * n,
    "misnested": lambda n: "<p><b>" * n,
    "misnested ends": lambda n: "<b><p>x</b>" * n,
    "links": lambda n: "<a href=x><div>y" * n,
    "headings": lambda n: "<h1>x</h2>" * n,
    "items": lambda n: "<li>x" * n,
    "items in spans": lambda n: "<li>" + "<span>" * n + "</li>" * n,
    "forms": lambda n: "<form><div>x</form>" * n,
    "attributes": lambda n: "<p" + " a=b" * n + ">x",
    "attributes without values": lambda n: "<p" + " a" * n + " =>x",
    "a long attribute": lambda n: "<p class='" + "a " * n + "'>x",
    "a long unclosed attribute": lambda n: "<p class='" + "a=" * n + ">x",
    "spaces in a tag": lambda n: "<p" + " " * n + "x" + " " * n + "=",
    "spaces at the end of a tag": lambda n: "<p hidden" + " /" * n + ">x",
    "ampersands": lambda n: "&" * n,
    "escapes": lambda n: "&" + "amp;" * n,
    "references": lambda n: "&#" * n,
    "digits": lambda n: "&#" + "9" * n + ";",
    "names": lambda n: "&notit" * n,
    "spaces": lambda n: "x" + " " * n + "x",
    "spaces between tags": lambda n: "x" + " <b> " * n + "x",
    "line ends": lambda n: "\n" * n + "<pre>" + "\n" * n,
    "scripts": lambda n: "<script>" * n,
    "scripts in comments": lambda n: "<script><!--" + "<script></script>" * n,
    "titles": lambda n: "<title>" * n,
    "closed scripts": lambda n: "<script></script>" * n,
    "cells": lambda n: "<table><tr><td>" * n,
    "rows": lambda n: "<table>" + "<tr><td>x" * n,
    "svg": lambda n: "<svg><g>" * n + "</x>" * n,
    "svg and html": lambda n: "<svg><foreignObject><p>x" * n,
    "cdata": lambda n: "<svg>" + "<![CDATA[" * n,
    "selects": lambda n: "<select><option>x" * n,
    "templates": lambda n: "<template>" * n + "</div>" * n,
    "one line": lambda n: "word " * n,
    "hidden": lambda n: "<p>x<b hidden>" + "y<i>" * n,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_length(name: str) -> None:
    make = HOSTILE[name]
    small, large = make(2_000), make(8_000)
    once = cpu_seconds(lambda: read_html(small))
    # four times the size: linear is 4, quadratic 16; the constant absorbs what is too fast to measure
    assert cpu_seconds(lambda: read_html(large)) < 9 * once + 0.05


@pytest.mark.slow
def test_a_line_of_megabytes() -> None:
    raw = "word <b>word</b> &amp; " * 10_000
    assert cpu_seconds(lambda: read_html(raw * 2)) < 3 * cpu_seconds(lambda: read_html(raw)) + 0.05
    line = "word " * 800_000
    assert cpu_seconds(lambda: read_html(line * 2)) < 3 * cpu_seconds(lambda: read_html(line)) + 0.05
    assert cpu_seconds(lambda: read_text(line * 2)) < 3 * cpu_seconds(lambda: read_text(line)) + 0.05
