"""Which lines of a page are main content, by the gold text; and documents made from labelled ones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from training import augment
from training.align import label_lines, tokens
from training.examples import labelled_example, read_text_input
from training.pages import (
    WEAK_WEIGHT,
    Page,
    fold_of,
    page_weights,
    registered_domain,
    site_of,
    without_held_out,
)
from training.score import bag_of_words, word_f1

BODY = [
    "The walkers who cross the Hollin Pass will find the hut at its top closed until the spring.",
    "Its roof flew off in the night like a kite, said the keeper, who slept in the valley.",
    "The council has set aside money for a new one, and hopes to open the hut again in May.",
]
PAGE = ["Home", "News", "Huts", *BODY, "Related stories", "Ten huts that are open in winter", "Home"]


def test_the_lines_of_the_gold_are_found_and_no_others() -> None:
    found = label_lines(PAGE, "\n\n".join(BODY))
    assert (found.share > 0.5).tolist() == [line in BODY for line in PAGE]
    assert found.oracle_f1 == 1.0


def test_text_in_another_order_is_rescued() -> None:
    found = label_lines([BODY[2], "Menu", BODY[0], BODY[1]], "\n".join(BODY))
    assert (found.share > 0.5).tolist() == [True, False, True, True]


def test_a_copy_is_doubtful_not_boilerplate() -> None:
    found = label_lines([*BODY, BODY[0]], "\n".join(BODY))
    assert found.doubtful.tolist() == [False, False, False, True]


def test_made_documents_keep_their_labels_and_are_the_same_every_time() -> None:
    texts = {"a": "\n".join(BODY * 3), "b": "\n".join(reversed(BODY * 3))}
    pages = []
    for name, text in texts.items():
        seen = read_text_input(["Home", "News", *text.split("\n"), "Related stories"])
        page = labelled_example(Page(name, "here", "article", f"{name}.example", "", "", text), "bs4", seen)
        assert page is not None
        pages.append(page)
    fold = {page.site: 0 for page in pages}
    made = augment.variants(pages, texts, fold)
    # two of the gold alone, one with boxes inside, perhaps one with a menu, and one of another kind
    assert 4 * len(pages) <= len(made) <= 5 * len(pages)
    for ex in made:
        assert len(ex.lines) == len(ex.share) == len(ex.word_counts) == len(ex.doubtful)
        if ex.variant.startswith("clean"):
            assert (ex.share == 1).all()
    again = augment.variants(pages, texts, fold)
    assert [(ex.variant, ex.lines) for ex in again] == [(ex.variant, ex.lines) for ex in made]
    assert all(augment.with_rule_scores(ex) for ex in made)


def test_sites_and_folds_do_not_depend_on_the_run() -> None:
    assert registered_domain("https://www.news.co.uk/a") == "news.co.uk"
    assert registered_domain("http://a.b.example/") == "b.example"
    assert site_of('<link rel="canonical" href="https://hollin.example/x">') == "hollin.example"
    assert fold_of("hollin.example", 4) == fold_of("hollin.example", 4) < 4


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Hello, 12 men don't", 5),
        ("中文文章 test。", 5),
        ("ไทย", 3),
        ("นี้", 1),
        ("हिन्दी में लेख", 3),
        ("Ελληνικά νέα", 2),
        ("မြန်မာ", 3),
    ],
)
def test_a_letter_of_a_script_without_spaces_is_a_word_with_its_marks(text: str, count: int) -> None:
    assert len(tokens(text)) == count
    assert bag_of_words([text]).total() == count


def test_pages_of_large_sites_and_of_weak_sources_weigh_less() -> None:
    ids = [f"large-{i}" for i in range(40)] + ["small", "weak"]
    weights = page_weights(["daniel"] * 41 + ["weak"], ["large.example"] * 40 + ["b", "c"], ids)
    assert weights[0] == pytest.approx(0.5) and weights[-2:] == [1.0, WEAK_WEIGHT]


def test_word_f1_is_that_of_bags() -> None:
    p, r, f = word_f1(bag_of_words(["a b b c"]), bag_of_words(["a b d"]))
    assert np.allclose((p, r, f), (0.5, 2 / 3, 4 / 7))
    assert word_f1(bag_of_words([]), bag_of_words([])) == (1.0, 1.0, 1.0)


def test_no_page_of_a_site_that_is_held_out_teaches() -> None:
    known = [Page(name, "here", "article", site, "", "", "") for name, site in zip("abc", "xxy", strict=True)]
    left_out: Counter[str] = Counter()
    assert [page.id for page in without_held_out(known, frozenset("a"), left_out)] == ["c"]
    assert left_out == {"here: held out": 1, "here: of a site held out": 1}
