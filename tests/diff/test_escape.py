from __future__ import annotations

import sys
import unicodedata

import pytest

from cleaner.diff.escape import INVISIBLE_CATEGORIES, JOINERS, escape_invisible, one_line


@pytest.mark.slow
def test_no_invisible_character_comes_through() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        told = escape_invisible(char, keep="")
        if unicodedata.category(char) in INVISIBLE_CATEGORIES and char not in JOINERS:
            assert told.startswith("\\") and told.isascii() and told.isprintable(), hex(code)
        else:
            assert told == char


def test_escapes_are_spelled_as_python_spells_them() -> None:
    assert escape_invisible("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m"
    assert escape_invisible("a\u202eb\U000e0041\udc80") == "a\\u202eb\\U000e0041\\udc80"
    assert escape_invisible("a\tb\nc") == "a\tb\\nc"


def test_scripts_that_need_joiners_keep_them() -> None:
    assert escape_invisible("می‌خواهم 👩‍🚒") == "می‌خواهم 👩‍🚒"


def test_one_line_is_one_line_of_so_many_characters() -> None:
    assert one_line("a\n b\tc ", 10) == "a b c"
    assert one_line("word " * 100, 12) == "word word w…"
    assert one_line(" " * 1000 + "x", 12) == "…"
    assert len(one_line("x" * 10**6, 60)) == 60
