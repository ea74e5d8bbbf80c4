"""Boxes made up for the fit stand inside the article, in text and in HTML, and are no part of it."""

from __future__ import annotations

import numpy as np
import pytest

from training import html_boxes
from training.augment import boxed, clean_gold, seeded_rng
from training.box_words import BOX_WORDS
from training.boxes import BOXES, any_box, box_source, menu
from training.examples import labelled_example, read_text_input
from training.pages import Page

BODY = [
    "The walkers who cross the Hollin Pass will find the hut at its top closed until the spring.",
    "Its roof flew off in the night like a kite, said the keeper, who slept in the valley.",
    "The council has set aside money for a new one, and hopes to open the hut again in May.",
    "Until then the path is open, but whoever takes it should carry a tent, and enough to eat.",
]
OTHER = "Ships bound for the harbour of Lessing wait outside for days, because the pilots are on strike."


def the_page(html: str = "") -> Page:
    return Page("a", "here", "article", "a.example", "", html, "\n".join(BODY), "en")


@pytest.mark.parametrize("language", sorted(BOX_WORDS))
def test_every_language_has_every_box(language: str) -> None:
    source = box_source(language, [OTHER], seeded_rng(language))
    for kind, _ in BOXES:
        assert all(kind(source))
    assert len(menu(source)) >= 10
    assert any_box(source)


def test_the_article_goes_on_after_a_box_and_keeps_its_labels() -> None:
    page = labelled_example(the_page(), "bs4", read_text_input(BODY))
    assert page is not None
    made = boxed(clean_gold(page, "\n".join(BODY)), box_source("en", [OTHER], seeded_rng("x")))
    content = [line for line, share in zip(made.lines, made.share, strict=True) if share == 1]
    assert content == BODY
    inside = made.share[np.flatnonzero(made.share)[0] : np.flatnonzero(made.share)[-1]]
    assert (inside == 0).any()


def test_a_box_in_html_stands_between_two_paragraphs() -> None:
    paragraphs = "".join(f"<p>{p}</p>" for p in BODY)
    html = f"<html><body><ul><li>Home</ul><article>{paragraphs}</article></body></html>"
    page = the_page(html)
    assert [html[:offset].count("</p>") for offset in html_boxes.paragraph_ends(page)] == [1, 2, 3]
    (made,) = html_boxes.boxed_page(html_boxes.BoxTask(page, (OTHER,)))
    content = np.flatnonzero(made.share > 0.5)
    assert [made.lines[i] for i in content] == BODY
    assert content[-1] - content[0] >= len(BODY)
    assert made.model_input.dom_features is not None
