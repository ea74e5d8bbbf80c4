"""Notices in the place of embeds are told in languages whose letters are folded, too."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.normalize import fold
from cleaner.document import Document
from cleaner.reading.page import read_document
from cleaner.rules.embed_notice import embed_notice

PARAGRAPH = "The signalman raised the flag at noon, and the train that had waited since dawn moved at once."


@pytest.mark.parametrize(
    "notice",
    [
        "Bu içeriği görüntülemek için çerezlere onay vermeniz gerekir, lütfen buraya tıklayın.",
        "Το περιεχόμενο δεν είναι διαθέσιμο χωρίς τη συγκατάθεσή σας, πατήστε εδώ.",
        "To view this external content you need to accept cookies in your settings.",
    ],
)
def test_a_notice_in_a_box_of_its_own_goes(notice: str) -> None:
    raw = f"<article><p>{PARAGRAPH}</p><div><span>{notice}</span></div><p>{PARAGRAPH}</p></article>"
    doc = Document("a", raw, "html")
    blocks = BlockIndex(doc, read_document(doc).blocks)
    assert [blocks.texts[mark.block] for mark in embed_notice(blocks)] == [notice]


@pytest.mark.parametrize("name", ["_EMBED", "_CONSENT", "_ADDRESS", "_NOT_SHOWN"])
def test_the_patterns_are_written_in_folded_letters(name: str) -> None:
    pattern: re.Pattern[str] = vars(import_module("cleaner.rules.embed_notice"))[name]
    assert [char for char in pattern.pattern if char.isalpha() and fold(char) != char and char != "W"] == []
