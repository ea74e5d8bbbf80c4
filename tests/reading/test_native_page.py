"""The native reader gives the blocks of the Python form, whatever the page is."""

from __future__ import annotations

import sys
import unicodedata
from random import Random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fuzz_native import read_by_either_form
from bench.hostile_markup import ATTRIBUTES, NAMES, ODD_NAMES, TEXTS, hostile_page
from cleaner import native
from cleaner.reading.native_page import _known_names
from tests.reading.test_page import BROKEN

pytestmark = pytest.mark.skipif(
    native.core is None, reason="the native core is not built, or CLEANER_PURE set"
)

TAGS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["<", "<", "</"]),
        st.sampled_from([*NAMES, *ODD_NAMES]) | st.sampled_from(_known_names()),
        st.lists(st.sampled_from(ATTRIBUTES).map(" ".__add__), max_size=2).map("".join),
        st.sampled_from([">", ">", ">", "/>", ""]),
    ),
)


def assert_same(raw: str) -> None:
    for scripts in (True, False):
        by_core = read_by_either_form(raw, scripts)
        with mock.patch.object(native, "core", None):
            assert read_by_either_form(raw, scripts) == by_core


@settings(max_examples=150, deadline=None)
@given(st.lists(TAGS | st.sampled_from(TEXTS), max_size=30).map("".join))
def test_hostile_markup_reads_the_same(raw: str) -> None:
    assert_same(raw)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("<>/ap&#;x1 \n\r\u2028\xa0\u200b\"'=!-?[]CDAT\ud800\x00") | st.characters()))
def test_any_text_reads_the_same(raw: str) -> None:
    assert_same(raw)


@pytest.mark.parametrize("seed", range(10))
def test_long_hostile_pages_read_the_same(seed: int) -> None:
    random = Random(seed)
    for _ in range(20):
        assert_same(hostile_page(random))


@pytest.mark.parametrize(
    "raw",
    [
        *BROKEN,
        "<div class=a>x<form id=f><div>y</form><p>z</div>",  # closed out of order: the path names it no more
        "x<p>y<body class=b hidden>z<p>w",  # the tag of `body`, and that of `html`, after its first block
        "x<p>y<html id=h>z<p>w",
        "<p>x<noscript><p>y</noscript>z",
        "<p>x <img alt='\U0001f600'> y <img alt='é'> z",
        "<p>x <sup>2</sup> <span hidden>y</span> <b class=dropcap>A</b>bc",
        "<p><span class=dropcap>T</span>he <b hidden>x</b><i hidden> y</i>",
        "<p hidden><b>x</b> y",
        "<pre><span class=ln>1</span> x &amp; y\n<b>2</b>\n 3&NewLine;4</pre>",
        "<p class='&amp; a' id='&lt;'>x<div class='\ud800'>y",
        "<div>" * 600 + "x" + "</div>" * 600 + "<p>y",
        "<table><tr><td>x<form><td>y</table>z",
        "<x-a><template shadowrootmode=open><p>x</template></x-a>y",
    ],
)
def test_what_needs_care_reads_the_same(raw: str) -> None:
    assert_same(raw)


def test_characters_of_every_kind_read_the_same() -> None:
    """Which characters are white space, ends of lines and letters is written down twice."""
    chars = [
        char
        for char in map(chr, range(0x10000))
        if char.isspace() or char.lower().isascii() or unicodedata.category(char) in ("Cf", "Zs")
    ]
    chars += map(chr, range(0x80, sys.maxunicode, 4999))
    assert_same("".join(f"<p>{char}x{char}{char}<b>{char}y</b>{char}" for char in chars))
    assert_same("".join(f"<{char}><a{char} {char}=1>&{char}1;<pre>x{char}y</pre>" for char in chars))
    assert_same("".join(f"<p class='a{char}b' id='{char}'>x" for char in chars))


def test_tables_that_do_not_fit_are_refused() -> None:
    core = native.core
    assert core is not None
    functions = (len,) * 6
    with pytest.raises(ValueError, match="do not fit"):
        core.page_names([], [0], 512, 64, 200, 1, functions)
    with pytest.raises(ValueError, match="no action"):
        core.page_names([("a", 0, 0, 99, 0)], [0] * 41, 512, 64, 200, 1, functions)
    with pytest.raises(ValueError, match="no name"):
        core.page_names([("a", 0, 0, 0, 0)], [1] * 41, 512, 64, 200, 1, functions)
    with pytest.raises(ValueError):
        core.read_page("x", None, True)


def test_what_python_raises_while_the_core_reads_comes_through() -> None:
    core = native.core
    assert core is not None

    def fail(_: str) -> object:
        raise KeyError("no answer")

    names = [(f"x{i}", 1, 0, 0, 0) for i in range(41)]
    tables = core.page_names(names, [*range(41)], 512, 64, 200, 1, (fail,) * 6)
    with pytest.raises(KeyError, match="no answer"):
        core.read_page("<x1 hidden>x", tables, True)
    with pytest.raises(KeyError, match="no answer"):
        core.read_page("<x1>x &amp; y", tables, True)
