from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.reading.tokenizer import Tokens, attributes, decode_reference, is_self_closing, tokens, unescape

soup = st.text(alphabet="<>/!-?=\"' \nabpA&#x;[]CDT", max_size=60) | st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p",
            "<!--",
            "-->",
            "--!>",
            "<a b=",
            '"',
            "'",
            ">",
            "<script>",
            "</script>",
            "<![CDATA[",
            "]]>",
            "<title>",
            "</title ",
            "<textarea",
            "<plaintext>",
            "x",
            " ",
            "/",
            "=",
            "<!doctype html>",
            "<?",
            "</3",
        ]
    ),
    max_size=20,
).map("".join)


def spelled(raw: str) -> list[tuple[str, str]]:
    return [(kind, raw[start:end]) for kind, start, end, _ in tokens(raw)]


@given(soup, st.booleans())
def test_tokens_join_back(raw: str, foreign: bool) -> None:
    made = Tokens(raw)
    made.cdata_allowed = foreign
    at = 0
    for _, start, end, _ in made:
        assert start == at < end
        at = end
    assert at == len(raw)


@given(soup)
def test_attributes_and_references_never_raise(raw: str) -> None:
    for kind, start, end, _ in tokens(raw):
        if kind == "start":
            attributes(raw[start:end])
            is_self_closing(raw[start:end])
    unescape(raw)


@pytest.mark.parametrize(
    ("raw", "kinds"),
    [
        ("<p>x</p>", "start text end"),
        ("a < b", "text"),
        ("a <", "text"),
        ("a </", "text"),
        ("a <3 b<c>", "text start"),
        ("</>x", "comment text"),
        ("</3>x", "comment text"),
        ("<!x>y", "comment text"),
        ("<?php echo 1 ?>y", "comment text"),
        ("<!-->x", "comment text"),
        ("<!--->x", "comment text"),
        ("<!---->x", "comment text"),
        ("<!--a--!>x", "comment text"),
        ("<!--a--x-->y", "comment text"),
        ("<!--a", "comment"),
        ("<!DOCTYPE html>x", "doctype text"),
        ("<![CDATA[a>b]]>", "comment text"),
        ("x<a b", "text comment"),
        ('x<a b="c>', "text comment"),
        ("<script>if (a<b) '</p>'</script >x", "start raw end text"),
        ("<script></script>x", "start end text"),
        ("<script><!-- <script> </script> --></script>x", "start raw end text"),
        ("<script><!-- </script>x", "start raw end text"),
        ("<script><!--><script></script>x", "start raw end text"),
        ("<title>a<b</title>x", "start raw end text"),
        ("<textarea></p></TEXTAREA/>x", "start raw end text"),
        ("<style>a</styles></style>", "start raw end"),
        ("<script>a</script", "start raw"),
        ("<plaintext>a</plaintext>", "start raw"),
        ("<p a='>'>x", "start text"),
        ("<p a=b'>'>x", "start text"),
        ('<p a">">x', "start text"),
        ('<p ="b>">x', "start text"),
        ('<p a = ">" >x', "start text"),
        ('<p a="b"c=">">x', "start text"),
        ('<p a="b"=">">x', "start text"),
        ("<p a=>x", "start text"),
    ],
)
def test_kinds(raw: str, kinds: str) -> None:
    assert " ".join(kind for kind, _ in spelled(raw)) == kinds


def test_cdata_only_where_it_counts() -> None:
    made = Tokens("<![CDATA[a>b]]>c")
    made.cdata_allowed = True
    assert [made.raw[start:end] for _, start, end, _ in made] == ["<![CDATA[a>b]]>", "c"]


def test_quotes_that_do_not_count_end_the_tag_early() -> None:
    assert spelled('<p ="b>">x')[0] == ("start", '<p ="b>')
    assert spelled('<p a">">x')[0] == ("start", '<p a">')
    assert spelled('<p a = ">" >x')[0] == ("start", '<p a = ">" >')
    assert spelled('<p a=b"=">x')[0] == ("start", '<p a=b"=">')


def test_attributes() -> None:
    tag = '<A b=c D="e f" g = \'h\' i x="&amp;&lt" d=2 j=k/>'
    assert attributes(tag) == {"b": "c", "d": "e f", "g": "h", "i": "", "x": "&<", "j": "k/"}
    assert attributes("<a/b/c=d>") == {"b": "", "c": "d"}
    assert attributes("<a>") == {}
    assert attributes("<a \u212a=1 K=2>") == {"\u212a": "1", "k": "2"}


def test_closes_itself() -> None:
    assert is_self_closing("<a/>") and is_self_closing('<a b="c"/>') and is_self_closing("<a b />")
    assert not is_self_closing("<a b=c/>") and not is_self_closing("<a>")


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("&amp;amp;", "&amp;"),
        ("&notit;", "¬it;"),
        ("&notin;", "∉"),
        ("&nosuch;", "&nosuch;"),
        ("&AMP", "&"),
        ("&hellip", "&hellip"),
        ("&#8212;&#x2014", "——"),
        ("&#x80;&#151;", "€—"),
        ("&#0;", "\ufffd"),
        ("&#xD800;", "\ufffd"),
        ("&#1114112;", "\ufffd"),
        ("&#00000000000000000000000000000065;", "A"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        ("&#8;", ""),
        ("&#;&#x;&;&", "&#;&#x;&;&"),
        ("&CounterClockwiseContourIntegral;", "∳"),
        ("&NotEqualTilde;", "≂̸"),
    ],
)
def test_references(spelling: str, text: str) -> None:
    assert unescape(spelling) == text


def test_a_reference_says_how_much_of_it_counts() -> None:
    assert decode_reference("&notit;") == (4, "¬")
    assert decode_reference("&nosuch;") == (0, "")
    assert decode_reference("&#65;") == (5, "A")


@pytest.mark.parametrize("spelling", ["&#{}65;", "&#x{}41;", "&#X{}41", "&#{}65"])
def test_a_reference_with_thousands_of_zeros(spelling: str) -> None:
    assert unescape(spelling.format("0" * 5000) + " x") == "A x"
    assert unescape(spelling.format("9" * 5000) + " x") == "\ufffd x"
    assert unescape(f"&#{'0' * 5000};") == unescape("&#0;")
