"""Where a thread of comments begins."""

from __future__ import annotations

from cleaner.analysis.blocks import BlockIndex
from cleaner.document import Document
from cleaner.reading.page import read_document
from cleaner.rules.comments import comments
from tests.cases import RULE_CASES
from tests.cases import read_cases as cases

BUTTON = "Leave a comment"
PAGE = next(
    case.input for case in cases(RULE_CASES / "comments.case") if case.title.startswith("a button to comment")
)


def below(page: str) -> list[str]:
    """The blocks said to stand below the heading of the comments, that heading first."""
    blocks = BlockIndex(Document("", page, "html"), read_document(Document("", page, "html")).blocks)
    return [blocks[found.block].text for found in comments(blocks) if found.why.startswith("below")]


def test_a_button_in_the_article_heads_no_thread() -> None:
    assert below(PAGE)[0] == "3 comments"


def test_a_button_below_the_article_does() -> None:
    button = '<div class="button"><a href="#respond">Leave a comment</a></div>'
    assert button in PAGE
    moved = PAGE.replace(button, "").replace("</p></div>", f"</p></div>{button}")
    assert below(moved)[0] == BUTTON


def test_comments_in_paragraphs_like_the_articles_are_no_article() -> None:
    """Old pages set both under the same elements: then the first heading is the thread's."""
    page = PAGE.replace('<ol class="thread">', '<div class="post">').replace("</ol>", "</div>")
    page = page.replace('<p class="said">', "</li></ul><p>").replace('<li class="comment"', "<ul><li")
    assert below(page)[0] == BUTTON
