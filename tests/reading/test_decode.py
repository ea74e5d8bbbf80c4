from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.reading.decode import codec_of, decode, guess_kind, looks_binary, looks_binary_text

TEXTS = {
    "fr": "Les élèves français étaient là où l’on parlait d’été à Nîmes, sans être gênés. ",
    "de": "Die Bäume blühen, und die Straße führt über schöne Hügel nach Köln. ",
    "es": "El niño comió piñas en el jardín; después salió más tarde. ¿Qué pasó? ",
    "pl": "Zażółć gęślą jaźń, proszę państwa, łódź płynie powoli. ",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy. ",
    "ru": "Съешь ещё этих мягких французских булок, да выпей чаю. ",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία σήμερα. ",
    "he": "זה טקסט בעברית לבדיקה של הקידוד. ",
    "ja": "日本語の文章を書いてみました。これはテストです。",
    "zh": "这是一个中文测试文本,用来检查编码。",
    "tw": "這是一個中文測試文本,用來檢查編碼。",
    "ko": "한국어 문장을 시험해 봅니다. ",
}
# language, codec that wrote it, encoding that is found when nothing says so
FOUND = [
    ("fr", "utf-8", "utf-8"),
    ("fr", "utf-8-sig", "utf-8"),
    ("fr", "utf-16", "utf-16-le"),
    ("fr", "utf-32", "utf-32-le"),
    ("fr", "utf-16-le", "utf-16-le"),
    ("fr", "utf-16-be", "utf-16-be"),
    ("fr", "utf-32-be", "utf-32-be"),
    ("fr", "windows-1252", "windows-1252"),
    ("de", "windows-1252", "windows-1252"),
    ("es", "iso-8859-1", "windows-1252"),
    ("pl", "cp1250", "cp1250"),
    ("pl", "iso8859-2", "iso8859-2"),
    ("cs", "cp1250", "cp1250"),
    ("ru", "cp1251", "cp1251"),
    ("ru", "koi8-r", "koi8-r"),
    ("ru", "utf-16-le", "utf-16-le"),
    ("el", "cp1253", "cp1253"),
    ("he", "cp1255", "cp1255"),
    ("ja", "cp932", "cp932"),
    ("ja", "euc_jp", "euc_jp"),
    ("ja", "iso2022_jp", "iso2022_jp"),
    ("zh", "gb18030", "gb18030"),
    ("tw", "big5", "big5hkscs"),
    ("ko", "cp949", "cp949"),
]
LABELS = [None, "", "utf-8", "UTF-16", "latin1", "gb2312", "shift_jis", "euc-kr", "big5", "iso-2022-jp", "hz"]
LABELS += ["iso2022_kr", "johab", "punycode", "rot13", "utf-7", "idna", "nonsense", "a\x00b", "utf-32"]


def held(data: bytes, declared: str | None = None, kind: str | None = None) -> tuple[str, str]:
    raw, encoding = decode(data, declared, "html" if kind == "html" else None)
    assert raw.encode(encoding, "surrogateescape") == data
    return raw, encoding


@pytest.mark.parametrize(("language", "codec", "found"), FOUND)
def test_found_by_looking(language: str, codec: str, found: str) -> None:
    text = TEXTS[language] * 5
    raw, encoding = held(text.encode(codec))
    assert (raw.lstrip("\ufeff"), encoding) == (text, found)
    assert not looks_binary(text.encode(codec))


@pytest.mark.parametrize(("language", "codec", "found"), [row for row in FOUND if "utf" not in row[1]])
def test_found_by_what_the_page_says(language: str, codec: str, found: str) -> None:
    text = f'<head><meta charset="{codec}"></head>{TEXTS[language]}'
    assert held(text.encode(codec), kind="html")[0] == text
    old = f'<meta http-equiv="Content-Type" content="text/html; charset={codec}">{TEXTS[language]}'
    assert held(old.encode(codec), kind="html")[0] == old


@pytest.mark.parametrize(("language", "codec", "found"), FOUND)
def test_found_by_what_came_with_it(language: str, codec: str, found: str) -> None:
    text = TEXTS[language]
    assert held(text.encode(codec), declared=codec)[0].lstrip("\ufeff") == text


@pytest.mark.slow
@given(st.binary(max_size=80), st.sampled_from(LABELS), st.sampled_from([None, "html"]))
@settings(deadline=None, max_examples=300)
def test_any_bytes_come_back(data: bytes, declared: str | None, kind: str | None) -> None:
    held(data, declared, kind)
    assert looks_binary(data) in (True, False)


@given(
    st.lists(
        st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00", b"a", b"\x1b$B", b"\x87\x90"])
    ).map(b"".join),
    st.sampled_from(LABELS),
)
@settings(deadline=None)
def test_hostile_bytes_come_back(data: bytes, declared: str | None) -> None:
    held(data, declared)


def test_bom_stays() -> None:
    assert held(b"\xef\xbb\xbfa") == ("\ufeffa", "utf-8")
    assert held(b"\xff\xfea\x00") == ("\ufeffa", "utf-16-le")
    assert held(b"\xfe\xff\x00a") == ("\ufeffa", "utf-16-be")


def test_a_few_broken_bytes() -> None:
    data = ("é" * 50).encode() + b"\xff" + "é".encode()[:1]
    assert held(data) == ("é" * 50 + "\udcff\udcc3", "utf-8")


def test_two_spellings_of_one_character() -> None:
    data = b"\x87\x90 \x81\xe0 \x93\xfa\x96{\n" * 3
    assert held(data, "shift_jis") == ("\udc87\udc90 ≒ 日本\n" * 3, "cp932")


def test_a_label_that_is_wrong_does_no_harm() -> None:
    assert held("né".encode(), "ascii")[1] == "windows-1252"  # what the label means to browsers
    assert held("日本".encode(), "euc-kr")[1] == "utf-8"
    assert held(b'<meta charset="utf-8">caf\xe9', kind="html")[0].endswith("café")
    assert held(b'<!-- <meta charset="koi8-r"> -->caf\xe9', kind="html")[1] == "windows-1252"


def test_a_page_in_prolog() -> None:
    assert (
        held('<?xml version="1.0" encoding="koi8-r"?><html>да'.encode("koi8-r"), kind="html")[1] == "koi8-r"
    )


def test_labels() -> None:
    assert codec_of("ISO-8859-1") == codec_of(" latin1 ") == codec_of("ascii") == "windows-1252"
    assert codec_of("gb2312") == "gb18030" and codec_of("x-sjis") == "cp932"
    assert codec_of("windows-1251") == "cp1251"
    for nonsense in (None, "", "rot13", "punycode", "base64", "x\x00y", "nonsense", "unicode_escape"):
        assert codec_of(nonsense) is None


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"PK\x03\x04ab",
        b"\x1f\x8b\x08",
        b"\x7fELF\x02",
        bytes(range(32)) * 4,
        b"\x00" * 50 + b"abc",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypmp42",
    ],
)
def test_binary(data: bytes) -> None:
    assert looks_binary(data)
    held(data)


@pytest.mark.parametrize("charset", ["latin-1", "cp437", "utf-8"])
def test_binary_that_somebody_else_decoded(charset: str) -> None:
    for data in (b"%PDF-1.4\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), bytes(range(256)) * 9):
        assert looks_binary_text(data.decode(charset, "replace"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "A word\x19s quote. " + "Words that follow it. " * 9,
        "T\0h\0e\0 \0f\0e\0r\0r\0y\0" * 9,
        "\0" * 50,
    ],
)
def test_text_that_somebody_else_decoded(text: str) -> None:
    assert not looks_binary_text(text)


@pytest.mark.parametrize(
    "data", [b"", b"a", b"PK is a word", b"a\x00" * 20, b"tab\tand\x1b[0m\r\n", b"caf\xe9"]
)
def test_not_binary(data: bytes) -> None:
    assert not looks_binary(data)


PAGES = [
    "<!DOCTYPE html><p>x",
    "\ufeff\n<!-- c --><html>",
    '<?xml version="1.0"?><!DOCTYPE html PUBLIC "x">',
    "<body class=x>",
    "Warning: x in y.php\n<!DOCTYPE html>\n<html>",
    "<p>x</p>",
    "<div><p>x</p>\n\n<p>y</p></div>",
    'hello <a href="x">y</a> and <b>z</b>',
    "<p>x\n\n<p>y",
]
PLAIN = [
    "",
    "a <div> b",
    "Use <div> instead of <p>.",
    "a < b and c > d",
    "<nobody@example.org> wrote:",
    "# Title\n\n<p align=center><img src=x></p>\n\ntext\n\n- more\n\nmore `<p>x</p>`",
    "# How to\n\n```html\n<!DOCTYPE html>\n<p>x</p>\n```\n\ntext",
    "From: a <b@c>\nSubject: x\n\n<html><p>x</p>",
    "A line with a <b>bold</b> word.\n\nAnd more.\n\nAnd more.",
    "Indented:\n\n    <html>\n\nand so on",
]


@pytest.mark.parametrize("text", PAGES)
def test_pages(text: str) -> None:
    assert guess_kind(text) == "html"


@pytest.mark.parametrize("text", PLAIN)
def test_text(text: str) -> None:
    assert guess_kind(text) == "text"
