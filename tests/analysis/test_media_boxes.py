"""Players and galleries between paragraphs: told by several signs, in several languages; lists are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.media_boxes import gallery_lines, player_lines
from cleaner.document import Document
from cleaner.reading.page import read_document
from tests.clock import cpu_seconds

ABOVE = (
    "The harbour board will repair the wooden ferry landing before the winter storms return to the island."
)
BELOW = "Divers who looked at its piles in August found that a third of them had been eaten by worms."


def index_of(lines: Sequence[str]) -> BlockIndex:
    doc = Document("a", "\n".join([ABOVE, *lines, BELOW]), "text")
    return BlockIndex(doc, read_document(doc).blocks)


@pytest.mark.parametrize(
    "lines",
    [
        ["1:12", "Divers at the old piles", "Video", "Divers at the old piles"],
        ["Video", "Taucher an den Pfählen", "Taucher an den Pfählen", "1:12"],
        ["Видео", "Водолазы у свай", "1:12"],
        ["视频", "潜水员检查木桩", "1:12"],
        ["Βίντεο", "Δύτες στους πασσάλους", "Δύτες στους πασσάλους"],
        ["0:58", "Watch the video", "Divers at the old piles", "Watch in Gazette Video »"],
    ],
)
def test_a_player_shows_two_signs(lines: list[str]) -> None:
    found = player_lines(index_of(lines))
    first, last = min(found), max(found)
    assert found == frozenset(range(first, last + 1)) and first == 1 and last >= len(lines) - 1


@pytest.mark.parametrize(
    "lines",
    [
        ["9:30", "The rope is laid", "11:15", "Soup for all who helped"],  # a timetable
        ["Pull, lads, pull", "And the rope shall be laid", "Pull, lads, pull"],  # a refrain
        ["Video", "What can be seen in the film"],
        ["1:12", "was the time of the winner"],
        ["Line number one is here", "Line number two is here"],
    ],
)
def test_other_short_lines_are_no_player(lines: list[str]) -> None:
    assert not player_lines(index_of(lines))


@pytest.mark.parametrize(
    "lines",
    [
        ["Fullscreen", "1 of 4", "The landing in 1911", "Divers at work in the", "Next slide", "4 Photos"],
        ["Bildergalerie", "Bild 1 von 4", "Der Anleger 1911", "Taucher bei der", "4 Bilder"],
        ["Galería", "1 de 4", "El muelle en 1911", "Los buzos en el", "4 fotos"],
        ["图集", "1/4", "一九一一年的码头", "潜水员在水下", "4张图片"],
        ["Фотогалерея", "1 из 4", "Причал в 1911 году", "Водолазы за", "4 фотографии"],
        ["Γκαλερί", "1 από 4", "Η αποβάθρα το 1911", "Δύτες την", "4 φωτογραφίες"],
    ],
)
def test_a_gallery_counts_its_pictures(lines: list[str]) -> None:
    assert gallery_lines(index_of(lines)) == frozenset(range(1, len(lines) + 1))


@pytest.mark.parametrize(
    "lines",
    [
        ["6 photos", "3 drawings", "A model of the middle arch"],  # what a bid must hold
        ["5 of 9", "7 of 9"],  # votes
        ["Fullscreen", "The landing in 1911", "Next slide"],  # nothing is counted
        ["1 of 2", "Photo", "2 of 2"],  # two are no gallery
    ],
)
def test_other_lists_are_no_gallery(lines: list[str]) -> None:
    assert not gallery_lines(index_of(lines))


SHAPES: dict[str, Callable[[int], list[str]]] = {
    "places": lambda n: ["1 of 9 " * n],
    "signs": lambda n: ["1 of 9", "Fullscreen"] * n,
    "players": lambda n: ["1:12", "Video", ABOVE] * n,
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_boxes_take_time_in_proportion(shape: str) -> None:
    def seconds(n: int) -> float:
        blocks = index_of(SHAPES[shape](n))
        return cpu_seconds(lambda: (gallery_lines(blocks), player_lines(blocks)))

    assert seconds(8_000) < 9 * max(seconds(2_000), 0.01)
