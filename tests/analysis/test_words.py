"""Words in scripts that write no spaces, and in those whose letters carry marks."""

from __future__ import annotations

import pytest

from cleaner.analysis.normalize import count_words, fold
from tests.analysis.test_characters import blocks_of


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("कश्ती बंद है।", 3),
        ("渡し船は来ない", 3.5),
        ("เรือข้ามน้ำ", 2.5),
        ("کشتی نمی‌رود", 2),
        ("don't re-do it", 3),
        ("", 0),
    ],
)
def test_length_is_in_words_of_scripts_with_spaces(text: str, length: float) -> None:
    assert count_words(text) == length


@pytest.mark.parametrize(
    ("capitals", "small"),
    [
        ("ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ", "Διαβάστε επίσης"),
        ("İLGİLİ HABER", "ilgili haber"),
        ("BAŞKA YAZI", "başka yazı"),
        ("CITIȚI ȘI", "citiţi şi"),
    ],
)
def test_words_are_the_same_in_capitals(capitals: str, small: str) -> None:
    assert fold(capitals) == fold(small)
    assert len(fold(capitals)) == len(capitals)


def test_thai_prose_needs_no_full_stop() -> None:
    paragraph = "ลมแรงพัดหลังคาโรงเรียนบนเขาปลิวไปเมื่อคืนวันอังคาร นักเรียนสองร้อยคนจึงต้องเรียนในวัดจนกว่าช่างจะซ่อมเสร็จ"
    assert blocks_of([paragraph, "หลังคาโรงเรียนปลิวเพราะลมแรง"]).prose == (True, False)


def test_a_phrase_ends_where_a_word_ends_not_before_its_vowel() -> None:
    assert not [*blocks_of(["वीडियोः"]).phrase_only_blocks("widget")]
    assert [*blocks_of(["वीडियो"]).phrase_only_blocks("widget")]
