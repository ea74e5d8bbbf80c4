"""What a page calls navigation, and what only stands beside it."""

from __future__ import annotations

from cleaner.analysis.blocks import BlockIndex
from cleaner.document import Document
from cleaner.reading.page import read_document
from cleaner.rules.link_list import link_list

PROSE = "<p>The pears for this pie are the small hard ones that nobody eats from the tree, but a wasp.</p>"
PIE = f"<main>{PROSE * 3}<h3>Ingredients</h3><ul><li>a pound of pears</li><li>honey</li></ul></main>"
RAIL = "<div class='sidebar primary'><p>More pies</p></div>"


def taken(html: str) -> list[str]:
    doc = Document("a", html, "html")
    blocks = BlockIndex(doc, read_document(doc).blocks)
    return [blocks[found.block].text for found in link_list(blocks)]


def test_a_wrapper_around_the_article_is_no_sidebar() -> None:
    assert taken(f"<div class='content-sidebar-wrap'>{PIE}{RAIL}</div>") == ["More pies"]


def test_an_element_of_navigation_is_one_whatever_it_holds() -> None:
    assert taken(f"<aside>{PIE}{RAIL}</aside>") == [
        "Ingredients", "a pound of pears", "honey", "More pies",
    ]  # fmt: skip
