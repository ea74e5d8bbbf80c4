from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaner import surrogates

SURROGATES = st.integers(0xD800, 0xDFFF).map(chr)
TEXT = st.text(st.characters() | SURROGATES, max_size=30)


@given(TEXT)
def test_replaced_or_escaped_text_has_a_utf8_form(text: str) -> None:
    for spelled in (surrogates.replace_surrogates(text), surrogates.escape_surrogates(text)):
        assert not surrogates.has_surrogates(spelled)
        assert surrogates.has_surrogates(text) == (spelled != text)
    assert len(surrogates.replace_surrogates(text, "\ufffd")) == len(text)


@given(TEXT)
def test_parts_join_back_and_hold_no_pair(text: str) -> None:
    parts = surrogates.split_pairs(text)
    assert "".join(parts) == text
    assert not any(surrogates.is_pair(part[i : i + 2]) for part in parts for i in range(len(part)))


def test_a_pair_encodes_one_character() -> None:
    assert surrogates.is_pair("\ud83d\ude00")
    assert surrogates.join_pair("\ud83d\ude00") == "\U0001f600"
    assert not surrogates.is_pair("\ude00\ud83d")


@given(st.binary(max_size=30))
def test_escaped_bytes_are_spelled_out(name: bytes) -> None:
    path = name.decode("utf-8", "surrogateescape")
    assert not surrogates.has_surrogates(surrogates.escape_bytes(path))
    assert any(map(surrogates.is_escaped_byte, path)) == surrogates.has_surrogates(path)


def test_a_byte_that_is_no_utf8_is_spelled_as_itself() -> None:
    assert surrogates.escape_bytes("caf\udce9") == r"caf\xe9"
    assert surrogates.escape_surrogates("caf\udce9") == r"caf\udce9"
