"""What inline markup means for the text: drops and keeps of `reading/inline_text.py`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cleaner.document import Document, gaps_and_blocks
from cleaner.reading.page import read_html
from tests.clock import cpu_seconds
from tests.reading.test_page import hold_the_laws, soup

SET_APART = soup("p pre table tr td ruby rt rp sup sub q math msup mfrac msqrt mi b img span")
CAP = '<span class="dropcap">{}</span>'


@given(SET_APART)
@settings(max_examples=150, deadline=None)
def test_blocks_hold_the_laws(raw: str) -> None:
    raw = raw.replace("<img>", "<img alt=😀>").replace("<span>", "<span class=dropcap>")
    hold_the_laws(raw, list(read_html(raw).blocks))


def texts(raw: str) -> list[str]:
    blocks = read_html(raw).blocks
    assert "".join(gaps_and_blocks(Document("", raw), blocks)) == raw
    return [block.text for block in blocks]


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        ("<ruby>市<rt>し</rt></ruby>の<ruby>山<rp>(</rp><rt>やま</rt><rp>)</rp></ruby>", "市の山"),
        ("<ruby>市<rt>し<ruby>山<rt>やま", "市山"),
        ("the <rt>word</rt> stays", "the word stays"),
        ("<ruby><rt>alone</rt></ruby>", "alone"),
        # exponents and indices
        ("3×10<sup>4</sup> g, 2 m<sup>2</sup>, 10<sup>−3</sup>", "3×10⁴ g, 2 m², 10⁻³"),
        ("e<sup>x</sup> and 2<sup>n+1</sup> and x<sup>3/2</sup>", "e^x and 2ⁿ⁺¹ and x^(3/2)"),
        ("the 1<sup>st</sup>, 3<sup>e</sup>, N<sup>o</sup> 5, M<sup>me</sup>", "the 1st, 3e, No 5, Mme"),
        ("H<sub>2</sub>O, 101<sub>2</sub>, x<sub>i</sub>", "H2O, 101₂, xᵢ"),
        ("1<sup>1</sup>/<sub>2</sub> cups, $19<sup>99</sup>", "1¹/₂ cups, $19.99"),
        ("the bell<sup><a href='#n1'>1</a></sup> and<sup>[2]</sup>", "the bell¹ and[2]"),
        ("Brand<sup>TM</sup>, Brand<sup>®</sup>", "BrandTM, Brand®"),
        ("<sup>small print 12</sup>", "small print 12"),
        # quotations
        ("He said <q>no</q>, <q>“yes”</q>.", 'He said "no", “yes”.'),
        ("<q>All of it.</q>", "All of it."),
        # formulas
        ("<math><mi>k</mi><mo>/</mo><mn>12</mn></math> of it", "k/12 of it"),
        ("a <math><mfrac><mn>1</mn><mn>12</mn></mfrac></math>", "a 1/12"),
        ("a <math><msup><mi>x</mi><mn>2</mn></msup><annotation>x^2</annotation></math>", "a x²"),
        ("a <math><msub><mi>x</mi><mi>max</mi></msub></math>", "a xₘₐₓ"),
        (
            "so <span class='katex'><span><math><mi>x</mi></math></span>"
            "<span class='katex-html' aria-hidden='true'><b>x</b></span></span> is",
            "so x is",
        ),
        ("so <span class='katex-html' aria-hidden='true'><b>x</b></span> is", "so x is"),
        (
            "so <span class='mwe-math-mathml-a11y' style='display:none'><math><mi>x</mi></math></span> is",
            "so x is",
        ),
        ("hyphen<wbr>ated", "hyphenated"),
        ("Well done <img class=emoji alt='😀'> all", "Well done 😀 all"),
        ("Well done <img alt='😀'>", "Well done 😀"),
        ("Well <img alt='a ship'> done <img alt='é'>", "Well done"),
    ],
)
def test_a_line(raw: str, want: str) -> None:
    assert texts(f"<p>{raw}</p>") == [want]


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        (CAP.format("T") + "he clock", "The clock"),
        (CAP.format("T") + " <span>he clock</span>", "The clock"),
        (f"<span>{CAP.format('N')}</span> <span>obody</span>", "Nobody"),
        (CAP.format("“N") + " obody", "“Nobody"),
        ("<span style='float:left; font-size:4em'>G</span> irls", "Girls"),
        (CAP.format("I") + " n the hall", "In the hall"),
        (CAP.format("A") + " nother. Another dog", "Another. Another dog"),
        (CAP.format("A") + " dog. Another dog", "A dog. Another dog"),
        ("<i>X</i> is a number", "X is a number"),
        ("<b>C</b> and D", "C and D"),
        (CAP.format("The") + " clock", "The clock"),
        (CAP.format("X") + " Ray", "X Ray"),
    ],
)
def test_a_drop_cap_joins_its_word_and_no_other(raw: str, want: str) -> None:
    assert texts(f"<p>{raw}</p>") == [want]


def test_a_drop_cap_that_is_a_block_joins_the_next() -> None:
    assert texts("<div class=drop-cap>T</div><p>he clock <b>is</b></p><p>b</p>") == ["The clock is", "b"]
    assert texts("<div class=drop-cap>T</div><p>The clock</p>") == ["T", "The clock"]
    assert texts("<p>T</p><p>he clock</p>") == ["T", "he clock"]


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        ("<pre><i class=lineno>1 </i>a()\n<i class=lineno>2 </i>b(1)</pre>", ["a()", "b(1)"]),
        ("<pre><i class=lineno>1</i>\n<i class=lineno>2</i>\nx</pre>", ["x"]),
        ("<pre><i class=number>1</i>\n<i class=mi>2</i></pre>", ["1", "2"]),
        ("<table><tr><td class=gutter><pre>1\n2</pre><td class=code><pre>a()\nb()</table>", ["a()", "b()"]),
        ("<table><tr><td class=linenos><div>1</div><td><div>a()</div></table>", ["a()"]),
        ("<table><tr><td class='blob-num'>12</td><td>a()</td></table>", ["a()"]),
        ("<table><tr><td><pre>1\n2\n3</pre><td><pre>a()\n\nb()</pre></table>", ["a()", "b()"]),
        ("<table><tr><td><pre>1911\n1950</pre><td><pre>a\nb</pre></table>", ["1911", "1950", "a", "b"]),
        ("<table><tr><td>1<td>a<tr><td>2<td>b</table>", ["1", "a", "2", "b"]),
        ("<div class='row no-gutter'><p>1911</p></div>", ["1911"]),
        ("<p class=line-numbers>see page 12</p>", ["see page 12"]),
    ],
)
def test_numbers_of_lines_are_no_code(raw: str, want: list[str]) -> None:
    assert texts(raw) == want


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "a<sup>2</sup>",
        "<sup>",
        "<ruby>a<rt>b",
        "<p><b>N</b> obody</p>",
        "<math><msup><mi>x</mi>",
        "<q>a",
        "<pre><i class=lineno>1</i></pre>",
    ],
)
def test_time_grows_with_the_length(unit: str) -> None:
    once = min(cpu_seconds(lambda: read_html(unit * 500)) for _ in range(3))
    assert cpu_seconds(lambda: read_html(unit * 4000)) < 30 * max(once, 0.002)
