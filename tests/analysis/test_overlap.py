"""Whose word counts for what the article is: the witness's, and what a page tells machines."""

from __future__ import annotations

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.overlap import combined_overlap, reference_overlap
from cleaner.document import Document
from cleaner.reading.page import read_document

BODY = [
    "The walkers who cross the Hollin Pass will find the hut at its top closed until the spring comes.",
    "Its roof flew off in the night like a kite, said the keeper, who slept in the valley that week.",
    "The council has set aside money for a new one, and hopes to open the hut again early in May.",
    "Until then the nearest shelter is a barn two hours further down, which has neither stove nor bed.",
]
ASIDE = "Ten barns with a view over three valleys, and one that has lost its own since the road came through."
RAW = f"<body>{''.join(f'<p>{line}</p>' for line in BODY)}<aside><p>{ASIDE}</p></aside></body>"


def page(witness: str | None) -> BlockIndex:
    doc = Document("", RAW, "html")
    return BlockIndex(doc, read_document(doc).blocks, reference_text=witness)


def test_alone_the_page_is_heard_where_it_tells_the_article() -> None:
    assert combined_overlap(page(None), "\n".join(BODY)) == (1.0, 1.0, 1.0, 1.0, 0.0)


def test_the_beginning_of_an_article_is_not_heard_alone() -> None:
    assert combined_overlap(page(None), BODY[0]) is None


def test_beside_the_witness_the_page_adds_what_that_missed_and_takes_nothing() -> None:
    missed = page("\n".join([*BODY[:2], ASIDE]))
    assert reference_overlap(missed) == (1.0, 1.0, 0.0, 0.0, 1.0)
    assert combined_overlap(missed, "\n".join(BODY)) == (1.0, 1.0, 1.0, 1.0, 1.0)
    assert combined_overlap(missed, None) == reference_overlap(missed)


def test_what_the_page_does_not_show_is_another_articles() -> None:
    other = "\n".join(
        [BODY[2], "Of the bridge below it nobody has spoken, and nobody will before the election."] * 3
    )
    blocks = page("\n".join(BODY[:2]))
    assert combined_overlap(blocks, other) == reference_overlap(blocks)
    assert combined_overlap(page(None), other) is None
