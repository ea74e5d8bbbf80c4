"""Tokens stand where they say, and quotations are known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.garble.tokenize import quoted_ranges, tokenize

PIECES = st.sampled_from(["“", "”", '"', "‘", "’", "'", "word ", "s ", "\n", ", "])


@given(st.lists(PIECES, max_size=60).map("".join))
def test_tokens_stand_where_they_say(text: str) -> None:
    words = tokenize(text)
    assert all(a < b for a, b in zip(words.starts, words.ends, strict=True))
    assert words.quoted == [any(a <= at < b for a, b in quoted_ranges(text)) for at in words.starts]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("He said “yes” and left", "yes"),
        ("He said «yes» and left", "yes"),
        ('He said "yes" and left', "yes"),
        ("He said ‘yes’ and left", "yes"),
        ("“An open quotation\nends with its paragraph", "an open quotation"),
        ("The boys’ and girls’ choir", ""),
        ("It's the '90s, isn't it", ""),
    ],
)
def test_what_is_quoted(text: str, quoted: str) -> None:
    words = tokenize(text)
    inside = [t for t, q in zip(words.tokens, words.quoted, strict=True) if q and t[0].isalpha()]
    assert " ".join(inside) == quoted


def test_tokens() -> None:
    assert tokenize("The U.S. paid $1,200.50 – that’s it.").tokens == [
        "the", "u.s", "paid", "<n>", ",", "that", "'s", "it", "<s>",
    ]  # fmt: skip
