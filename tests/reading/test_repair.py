"""What mending promises: no harm, ftfy's answer line by line, a reason at each change, and all in one go."""

from __future__ import annotations

import functools
import itertools
import random
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import ftfy
import pytest
from ftfy.badness import MOJIBAKE_CATEGORIES
from ftfy.chardata import CONTROL_CHARS, HTML_ENTITY_RE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaner.edits import apply, invert
from cleaner.reading import repair as module
from cleaner.reading.repair import Repairer, repair_text
from tests.clock import cpu_seconds

ROOT = Path(__file__).parent.parent
CONFIG = ftfy.TextFixerConfig(
    uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False, explain=False
)


def mended(text: str) -> str:
    return apply(text, repair_text(text))


def codes(text: str) -> list[str]:
    return [edit.code for edit in repair_text(text)]


# -- do no harm -------------------------------------------------------------------------------------------

CLEAN = [
    "She said “it’s ‘fine’”, and that was that — or so we thought…",
    "An ofﬁcial ﬂuent in aﬃrmation; the ﬀ ligature, ﬆ and ĳ stay.",
    "ＦＵＬＬ　ＷＩＤＴＨ １２３ and ﾊﾝｶｸ stay as they are.",
    "他说：“今天的天气真好，我们去公园散步吧。”",
    "「今日はとても寒いですね」と彼女は言った。",
    "어제 시장에서 사과를 세 개 샀습니다.",
    "ذهب الأطفال إلى المدرسة في الصباح الباكر.",
    "بچه‌ها به مدرسه می‌روند و کتاب‌هایشان را می‌خوانند.",
    "राम ने कहा कि वह कल क्‍या करेगा, और द्‌विवेदी आए।",
    "ක්‍රීඩාව සහ ශ්‍රී ලංකාව",
    "അവന്‍ വീട്ടില്‍ പോയി",
    "Family 👨‍👩‍👧‍👦, coder 👩🏽‍💻, pirate 🏴‍☠️, heart ❤️‍🔥, keycap 1️⃣, Wales 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "Chị ấy nói rằng ngày mai trời sẽ mưa rất to ở Huế.",
    "Il a dit : « Nous viendrons à l’été, cœur léger ! » puis il s’est tu.",
    "Für größere Übungen müssen wir „früher“ aufstehen – Ärger inklusive.",
    "∀x ∈ ℝ: x² ≥ 0, ∑ᵢ aᵢ ≤ ∫₀¹ f(x) dx ± 3 × 10⁻³ °C",
    "if (a && b < c) { return &d[0]; }",
    "AT&T and R&D; Q&A at Marks & Spencer",
    "Zażółć gęślą jaźń, mówił Łukasz do Świętopełka.",
    "Он сказал: «Всё хорошо», — и ушёл в № 5.",
    "Ο Γιώργος είπε: «Καλημέρα σε όλους».",
    "Çocuklar “İstanbul’da” güneşli bir gün geçirdi.",
    "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "El niño preguntó: ¿cuántos años tienes? ¡Qué alegría!",
    "São Paulo não é só ação; às vezes, coração.",
    "Price: £5, €7.50, ¥300, 5¢ — © 2024 Foo™, Bar® § 12 ¶ 3",
    "C:\\temp\\new & ^[A-Z]+$ `code` ~tilde~ {x} | y",
    "The Mongolian vowel separator in ᠬᠠᠭ᠎ᠠ is part of the word.",
    "x⁡(y) with an invisible function application",
    "Her name is Zoë; he’s naïve; a façade, déjà vu, El Niño, Ångström",
    "",
]


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_comes_back_unchanged(text: str) -> None:
    assert repair_text(unicodedata.normalize("NFC", text)) == ()


def test_a_poem_keeps_its_lines() -> None:
    poem = "The river bends,\nthe heron stands;\n\nno word between\nthe sky and sands.\n"
    assert repair_text(poem) == ()


def test_after_a_less_than_sign_entities_stay() -> None:
    text = "write &lt; for a < in HTML\nand &amp; for an ampersand"
    assert repair_text(text) == ()
    assert (
        mended("first &amp; second\nx < y\nthird &amp; fourth") == "first & second\nx < y\nthird &amp; fourth"
    )


def test_a_mender_keeps_that_state_and_can_start_with_it() -> None:
    mender = Repairer()
    assert [edit.new for edit in mender.line_edits("a &amp; b")] == ["&"]
    assert mender.line_edits("a < b &amp; c") == ()
    assert mender.line_edits("a &amp; b") == ()
    assert Repairer(entities=False).line_edits("a &amp; b") == ()


@given(st.lists(st.text(" a.-–’\u00a0\u3000\t\r&<;éÃ©e\u0301\u200b", max_size=6), max_size=80))
@example(["a &amp; b", "a < b", "a &amp; b"])
@example([*["a"] * 31, "<", "a &amp; b"])
@example([*["a &amp; b"] * 2, *["a"] * 40, "<", "&lt;"])
def test_many_lines_are_mended_as_one_after_the_other(lines: list[str]) -> None:
    alone = Repairer()
    assert list(Repairer().edits_by_line(lines)) == [alone.line_edits(line) for line in lines]


# -- repairs and their reasons ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "want", "reasons"),
    [
        ("It doesnâ€™t matter", "It doesn’t matter", ["mojibake"]),
        ("cafÃ© con leche", "café con leche", ["mojibake"]),
        ("a café by the sea, â€œopenâ€\x9d", "a café by the sea, “open”", ["mojibake", "mojibake"]),
        ("l\x92homme \x96 lui", "l’homme – lui", ["mojibake", "mojibake"]),
        ("\ud83d\ude00 joined", "😀 joined", ["mojibake"]),
        ("Tom &amp; Jerry&#39;s &hellip;", "Tom & Jerry's …", ["entity"] * 3),
        ("&amp;amp;amp;amp;amp;amp;amp;lt;", "<", ["entity"]),
        ("a\x00b\x08c\x7f", "abc", ["control"] * 3),
        ("\x1b[1;31mred\x1b[0m text", "red text", ["control"] * 2),
        ("odd \x81 byte", "odd byte", ["spaces"]),
        ("odd\x81 byte", "odd byte", ["control"]),
        ("\ufeffstart wo\u200brd\u2060s \u180ehy\u00adphen", "start words hyphen", ["zero-width"] * 5),
        ("no join\u200cer her\u200de", "no joiner here", ["zero-width"] * 2),
        ("a \u202edesrever\u202c b\u200f", "a desrever b", ["bidi-control"] * 3),
        ("one\rtwo\u2028three", "one\ntwo\nthree", ["line-break"] * 2),
        ("dos\r", "dos", ["line-break"]),
        ("dos\r\nunix\n", "dos\nunix\n", ["line-break"]),
        ("cafe\u0301", "café", ["normal-form"]),
        ("It\udc92s a caf\udce9", "It’s a café", ["undecodable"] * 2),
        ("\udc93Yes\udc94 \udc96 na\udcefve", "“Yes” – naïve", ["undecodable"] * 4),
        ("\udcab\udca0Oui\udca0\udcbb", "«\xa0Oui\xa0»", ["undecodable"] * 2),
        ("cut off \udce2\udc80", "cut off �", ["undecodable"]),
        ("junk \udc81\udcff\udcfe\udc00\ud800 here", "junk � here", ["undecodable"]),
        ("слово \udcef слово", "слово � слово", ["undecodable"]),
        ("слово \udc97 слово", "слово — слово", ["undecodable"]),
        ("lower\udcc3", "lower�", ["undecodable"]),
        ("  two  spaces\tand a tab ", "two spaces and a tab", ["spaces"] * 4),
        ("a\xa0b", "a\xa0b", []),
        ("a\xa0\xa0 b", "a b", ["spaces"]),
        ("a\u2009b\u3000c", "a\u2009b\u3000c", []),
        (" \t ", "", ["spaces"]),
        ("می\u200c\u200cرود", "می\u200cرود", ["zero-width"]),
        ("پایان\u200c دیگر", "پایان دیگر", ["zero-width"]),
    ],
)
def test_a_repair_carries_its_reason(text: str, want: str, reasons: list[str]) -> None:
    assert mended(text) == want
    assert codes(text) == reasons


@pytest.mark.parametrize(
    "text",
    [
        "L’été dernier, « à Paris », ça coûtait 5 € — où ? Là-bas, dès l’aube. À LA PLAGE",
        "Größe: übermäßig „schön“ – Äpfel, Öl",
        "¿Qué tal? ¡Olé! Señor Núñez, 25 °C, £5 ½",
        "São João não é só ação",
        "Åse og Øyvind på øy",
    ],
)
def test_windows_1252_read_as_utf8_comes_back(text: str) -> None:
    assert mended(text.encode("windows-1252").decode("utf-8", "surrogateescape")) == text


def test_bytes_of_other_scripts_are_not_made_latin() -> None:
    russian = "Привет мир, он да она".encode("windows-1251").decode("utf-8", "surrogateescape")
    assert re.fullmatch("[�, ]+", mended(russian))


def test_every_break_of_a_block_is_one_line_break() -> None:
    assert apply("a \n\n b", Repairer().line_edits("a \n\n b")) == "a\n\nb"


# -- ftfy's answer, line by line --------------------------------------------------------------------------


def line_by_line(text: str) -> str:
    """Only what ftfy does, as `Repairer` has it done."""
    out, entities = [], True
    for line in re.findall("[^\n]*\n|[^\n]+", text):
        entities = entities and "<" not in line
        out.append(apply(line, module._ftfy_line(line, entities)))
    return "".join(out)


def garbled(text: str, encoding: str) -> str:
    return text.encode("utf-8").decode(encoding, "replace")


PIECES = [
    *("word ", "Straße ", "“quoted” ", "l’été ", "слово ", "文字", "नमस्ते ", "\n", "\n\n", " ", "\xa0", "\t"),
    *(
        "<",
        "a < b",
        "<b>",
        "&lt;",
        "&amp;",
        "&amp;amp;lt;",
        "&#39;",
        "&#x92;",
        "&nbsp;",
        "&EACUTE;",
        "&notreal;",
    ),
    *("&#8;", "&#xD800;", "&", ";", "&amp;#38;#38;", "\r", "\r\n", "\u2028", "\x85", "\x0b", "\x0c", "\x00"),
    *(
        "\x1b[31m",
        "\x1b",
        "[0m",
        "\x7f",
        "\x80",
        "\x81",
        "\x92",
        "\x9d",
        "\ud83d",
        "\ude00",
        "\udc92",
        "\ufffd",
    ),
    *(
        "\ufeff",
        "\u200b",
        "\u200d",
        "\xad",
        "\u202e",
        "e\u0301",
        "\u0338",
        "\u0323\u0307",
        "가",
        "\u1100\u1161",
        "Å",
    ),
    *(
        garbled("naïve café", "windows-1252"),
        garbled("“dash—quote”", "latin-1"),
        garbled("Привет, мир", "cp1251"),
    ),
    *(
        garbled("Žluťoučký", "cp1250"),
        garbled("Ελλάδα", "cp1253"),
        garbled("ağaç", "cp1254"),
        garbled("日本語", "latin-1"),
    ),
    *(
        garbled("中文：好", "windows-1252"),
        garbled(garbled("é’", "latin-1"), "latin-1"),
        garbled("ñ…", "macroman"),
    ),
    *(
        garbled("résumé", "cp437"),
        garbled("ąžuolas", "cp1257"),
        "Ã ",
        "Â ",
        "â€",
        "Ã",
        "œ",
        "Œ",
        "à la ",
        "voilÃ ",
        "ÂÂ",
    ),
    *(
        "í\xa0½í¸\x80",
        "Ă©",
        "вЂ™",
        "√©",
        "‚Äô",
        "β€™",
        "ā€™",
        "ГўВЂВ™",
        "×²",
        "Ø§Ù„",
        "à¤¨",
        "?",
        "fi",
        "ﬁ",
        "Ｗ",
    ),
]
hostile = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
anything = st.text(st.characters(exclude_categories=[]), max_size=40)


@pytest.mark.slow
@given(st.one_of(hostile, anything))
@settings(max_examples=1500, deadline=None)
@example("&lt;b&gt; &amp;\n<\n&amp;\n")
@example("Å\u0153\nÅ\u0153")
@example("\x1b\x1b[0m[0m")
def test_line_by_line_is_what_ftfy_does(text: str) -> None:
    assert line_by_line(text) == ftfy.fix_text(text, CONFIG)


@pytest.mark.slow
def test_every_pair_of_pieces_is_what_ftfy_makes_of_it() -> None:
    for a, b in itertools.product(PIECES, PIECES):
        for text in (a + b, f"a{a}{b} end", f"Â {a}\n{b}"):
            assert line_by_line(text) == ftfy.fix_text(text, CONFIG), ascii(text)


@pytest.mark.parametrize("folder", ["seeds", "fixtures"])
def test_the_files_of_the_project_come_out_as_ftfy_has_them(folder: str) -> None:
    for file in sorted((ROOT / folder).rglob("*")):
        if file.is_file() and file.suffix in {".txt", ".html", ".case", ".md"}:
            text = file.read_bytes().decode("utf-8", "surrogateescape")
            assert line_by_line(text) == ftfy.fix_text(text, CONFIG), file


def test_our_tables_are_those_of_ftfy() -> None:
    assert HTML_ENTITY_RE.pattern == module.ENTITY.pattern
    found = {i for i in range(0x110000) if module.CONTROL_RUN.match(chr(i))}
    assert found == set(CONTROL_CHARS)


def test_plain_characters_are_never_bad() -> None:
    alphabet = "‘’“”–—… aAzZ1.,?!"
    for size in range(1, 5):
        for chars in itertools.product(alphabet, repeat=size):
            assert not ftfy.badness.is_bad("".join(chars))


@pytest.mark.slow
def test_no_bad_text_is_without_a_hint() -> None:
    """Of all pairs of characters that ftfy looks at, in a word, and of many longer splices."""
    listed = re.compile("[" + "".join(MOJIBAKE_CATEGORIES.values()) + "]")
    chars = [char for char in map(chr, range(0x80, 0x10000)) if listed.match(char)]
    hint = module._badness_hint()
    draw = random.Random(0)
    pairs = (f"a{a}{b}b" for a, b in itertools.product(chars, chars))
    longer = ("".join(draw.choices([*chars, *"aZ .,!1" * 40], k=7)) for _ in range(50_000))
    for text in itertools.chain(pairs, longer):
        if ftfy.badness.is_bad(text):
            assert hint.search(text), ascii(text)
            assert module._may_be_bad("x" * 100 + " " + text)


# -- laws of the whole ------------------------------------------------------------------------------------


def visible(text: str) -> bool:
    """Can be encoded, and no control character but the line break."""
    text.encode("utf-8")
    return not any(unicodedata.category(char) == "Cc" and char != "\n" for char in text)


@pytest.mark.slow
@given(st.one_of(hostile, anything))
@settings(max_examples=1500, deadline=None)
def test_the_result_can_be_written_and_read_and_undone(text: str) -> None:
    edits = repair_text(text)
    done = apply(text, edits)
    assert visible(done)
    assert apply(done, invert(edits)) == text
    assert all(edit.old != edit.new for edit in edits)


@pytest.mark.slow
@given(st.one_of(hostile, anything))
@settings(max_examples=1500, deadline=None)
def test_what_is_mended_stays(text: str) -> None:
    """But for a `<` that does not survive, or no longer stands in the line it stood in (see the module)."""
    done = mended(text)
    if "<" not in text or not re.search("[\r\u2028\u2029\x85\u0338]", text):
        assert mended(done) == done


@given(st.one_of(hostile, anything))
@settings(deadline=None)
def test_lines_do_not_depend_on_each_other(text: str) -> None:
    if "<" not in text:
        assert mended(text) == "\n".join(map(mended, text.split("\n")))


# -- costs ------------------------------------------------------------------------------------------------


PLAIN_TEXT = ("She said “it’s fine” — so we went on to the next place, and the dog came too. " * 200)[:10_000]
ACCENTS = ("L’été dernier, « à Paris », il a dit que c’était très bien là-bas, d’où l’idée. " * 200)[:10_000]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "ratio"), [(PLAIN_TEXT, 10), (ACCENTS, 4)])
def test_clean_text_costs_a_fraction_of_what_ftfy_takes(text: str, ratio: float) -> None:
    text = text.strip()
    assert repair_text(text) == ()
    ours = cpu_seconds(lambda: repair_text(text), 20)
    assert ours * ratio < cpu_seconds(lambda: ftfy.fix_text(text, CONFIG), 5)


HOSTILE: dict[str, Callable[[int], str]] = {
    "escaped ampersands": lambda n: "&" + "amp;" * (n // 4),
    "escaped ampersands by number": lambda n: "&" + "#38;#x26;AMP;" * (n // 13),
    "nested entities": lambda n: "&#" * (n // 4) + "53;" + "3;" * (n // 4),
    "combining marks out of order": lambda n: "a" + "\u0301\u0323" * (n // 2),
    "mojibake that eats itself": lambda n: "Ã" + "\x83" * n,
    "mojibake without a space": lambda n: "Ã©Ñ‚" * (n // 4),
    "mojibake with spaces": lambda n: "cafÃ© Ğ " * (n // 8),
    "lead bytes": lambda n: "Ã" * n,
    "surrogates": lambda n: "\udce9" * n,
    "surrogates apart": lambda n: "a\udce9 " * (n // 3),
    "spaces": lambda n: "x" + " " * n + "x",
    "spaces and breaks": lambda n: " \r \n" * (n // 4),
    "zero width": lambda n: "a\u200b" * (n // 2),
    "escapes": lambda n: "\x1b[" + "1;" * (n // 2),
    "carriage returns": lambda n: "a\r" * (n // 2),
    "lines": lambda n: "é\n" * (n // 2),
    "controls": lambda n: "a\x00" * (n // 2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_the_time_grows_with_the_length(name: str) -> None:
    call = functools.partial(repair_text, HOSTILE[name](40_000))
    fourfold = functools.partial(repair_text, HOSTILE[name](160_000))
    assert cpu_seconds(fourfold) < 9 * cpu_seconds(call) + 0.05


def test_a_long_run_of_marks_is_left_as_it_is() -> None:
    pile = "a" + "\u0301\u0323" * 40
    assert repair_text(pile) == ()
    assert set(codes("a" + "\u0301\u0323" * 20)) == {"normal-form"}


def test_a_long_line_is_mended_all_along() -> None:
    text = "It doesnâ€™t matter, cafÃ© &amp; bar. " * 2000
    assert mended(text) == ("It doesn’t matter, café & bar. " * 2000).strip()
    assert max(len(edit.old) for edit in repair_text(text)) < 12


def test_ftfy_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys; from cleaner.reading.repair import repair_text; repair_text('“It’s” &c. fine\\n'); "
        "assert 'ftfy' not in sys.modules; repair_text('déjà «é»'); assert 'ftfy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
