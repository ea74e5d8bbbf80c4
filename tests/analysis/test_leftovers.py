"""Leftovers told by their place: lists of titles, carousels, running heads, frames of newsletters."""

from __future__ import annotations

import pytest

from cleaner import clean
from tests.analysis.test_line_forms import ARTICLE, PARAGRAPHS


def between(*lines: str) -> str:
    return "\n".join((*PARAGRAPHS[:2], *lines, *PARAGRAPHS[2:]))


def test_a_list_of_titles_between_paragraphs_goes() -> None:
    titles = ("Storm closes coast road for the third time", "Last bakery of the island finds a buyer")
    assert clean(between("RELATED", *titles)).text == ARTICLE
    assert clean(between("Lees ook", "Dak lekt weer boven de landkaarten")).text == ARTICLE


def test_a_list_of_the_articles_own_stays() -> None:
    for lines in (
        ("He took along:", "two ropes", "a wheel", "a hundred pegs"),
        ("See also", "Smith 1911, page 20", "The Rope (1924), chapter 3"),
    ):
        assert clean(between(*lines)).text == between(*lines)


def test_running_heads_go_and_numbered_headings_stay() -> None:
    def pages(head: str) -> str:
        return "\n".join(f"{head} {n}\n{line}" for n, line in enumerate(PARAGRAPHS, 7))

    assert clean(pages("ROPES OF THE SOUND, Page")).text == ARTICLE
    for head in ("Chapter", "Step", "Part", "Figure"):
        assert clean(pages(head)).text == pages(head)


def test_times_of_a_transcript_are_no_page_numbers() -> None:
    text = "\n".join(f"0{n}:13\n{line}" for n, line in enumerate(PARAGRAPHS))
    assert clean(text).text == text


def test_a_newsletter_loses_its_frame_and_keeps_its_subject() -> None:
    head = "View this email in your browser\nThe Quay Letter\nNo. 41 · 7 May\n"
    subject = "Why the old ropewalk may open again\n"
    foot = "\nYou are receiving this email because you signed up.\nQuay 4, Skarholm\n"
    assert clean(head + subject + ARTICLE + foot).text == subject + ARTICLE


@pytest.mark.parametrize(
    ("heading", "titles"),
    [
        ("Olvassa el ezt is:", ("Északi múzeum vette meg a kikötői darut", "Újra megáll az éjszakai busz")),
        ("بیشتر بخوانید:", ("جرثقیل بندر به موزه‌ای در شمال فروخته شد", "اتوبوس شب باز هم می‌ایستد")),
        ("קראו גם", ("מנוף הנמל נמכר למוזיאון בצפון", "אוטובוס הלילה שוב עוצר בבית החולים")),
        ("อ่านเพิ่มเติม", ("ขายปั้นจั่นท่าเรือให้พิพิธภัณฑ์ทางเหนือ", "รถเมล์กลางคืนจอดที่โรงพยาบาลอีกครั้ง")),
    ],
)
def test_other_languages_have_such_lists_too(heading: str, titles: tuple[str, ...]) -> None:
    assert clean(between(heading, *titles)).text == ARTICLE
    own = tuple(f"{title}." for title in titles)  # whole sentences are no titles
    assert all(line in clean(between(heading, *own)).text for line in own)


def test_a_heading_outside_the_box_is_the_articles() -> None:
    def page(*parts: str) -> str:
        return f"<html><body><article>{''.join(parts)}</article></body></html>"

    paragraphs = [f"<p>{line}</p>" for line in PARAGRAPHS]
    titles = ("Storm closes coast road for the third time", "Last bakery of the island finds a buyer")
    items = "".join(f"<li><a href='/{k}'>{title}</a></li>" for k, title in enumerate(titles))
    box = f"<aside><h3>Related stories</h3><ul>{items}</ul></aside>"
    text = clean(page(*paragraphs[:2], box, "<h2>Who pays for it</h2>", paragraphs[2])).text
    assert "Who pays for it" in text and not any(title in text for title in titles)
