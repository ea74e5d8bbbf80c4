"""Lines that say how long ago, in all languages that the pattern knows."""

from __future__ import annotations

import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.line_types import relative_time_lines
from cleaner.document import Document
from cleaner.reading.page import read_text

AGO = (
    "3 hours ago", "an hour ago", "3 ore fa", "3 uur geleden", "3 godziny temu", "3 часа назад",
    "3 години тому",
    "3 timer siden", "3 timmar sedan", "3 saat önce", "3 órával ezelőtt", "3 horas atrás",
    "3 jam lalu", "vor 3 Stunden", "vor einer Stunde", "il y a 3 heures", "hace 3 horas", "há 3 horas",
    "před 3 hodinami", "πριν 3 ώρες", "acum 3 ore", "منذ 3 ساعات", "قبل 3 ساعات", "3時間前", "3 小时之前",
    "3시간 전", "3 giờ trước", "3 ชั่วโมงที่แล้ว", "3 วันก่อน", "3 ساعت پیش", "3 tuntia sitten", "לפני 3 שעות",
)  # fmt: skip
OTHER = ("3 hours", "the ferry left a year later", "room 3 before", "3 cases", "ago")


@pytest.mark.parametrize("line", AGO)
def test_a_line_that_says_how_long_ago_is_told(line: str) -> None:
    raw = "\n".join((*OTHER, line))
    blocks = BlockIndex(Document("a", raw), read_text(raw))
    assert relative_time_lines(blocks) == {len(OTHER)}
