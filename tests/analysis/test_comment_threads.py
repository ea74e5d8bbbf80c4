"""Threads of comments by shape and by declared elements: what is one, what only looks like one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.comment_threads import comment_threads
from cleaner.analysis.declared_comments import declared_comments, names_comments
from cleaner.document import Document
from cleaner.reading.page import read_document
from tests.clock import cpu_seconds

ARTICLE = (
    "The harbour board will repair the wooden ferry landing before the winter storms return to the island.",
    "Divers who looked at its piles in August found that a third of them had been eaten by worms.",
    "The repair will cost nine million, of which the state pays half; the rest comes from the tickets.",
)
SAID = (
    "I have waited at this quay for an hour and nobody so much as looked up from the desk, which is rude.",
    "They charged me twice for a ticket that never came, and the telephone plays the same tune for ever.",
    "Nine million for a few planks! My brother would have done it for a crate of beer and a warm meal.",
)


def index_of(raw: str) -> BlockIndex:
    doc = Document("a", raw, "html" if raw.startswith("<") else "text")
    return BlockIndex(doc, read_document(doc).blocks)


def thread(heading: str, names: Sequence[str], *between: str) -> list[str]:
    lines = [heading]
    for name, said in zip(names, SAID, strict=True):
        lines += [name, *between, said]
    return lines


def cut(lines: Sequence[str]) -> list[int]:
    return [i for found in comment_threads(index_of("\n".join(lines))) for i in found]


@pytest.mark.parametrize("n_paragraphs", [1, 3])
@pytest.mark.parametrize(
    "lines",
    [
        thread("3 comments", ["anna77", "oldsalt", "Kari Moe"]),
        thread("12 Kommentare", ["anna77", "seebaer_2", "Kari Moe"]),
        thread("Comments", ["Anna", "Harbour Rat", "Kari Moe"], "2 hours ago"),
        thread("3 комментария", ["Анна", "Морской волк", "Кари"], "2 часа назад", "Ответить"),
        thread("3 comentarios", ["Ana hace 2 horas", "Lobo hace 3 horas", "Kari hace un día"]),
        thread("3条评论", ["小红", "老船长", "水手"], "2小时前"),
    ],
)
def test_names_and_what_they_say_in_turn_are_a_thread(lines: list[str], n_paragraphs: int) -> None:
    above = ARTICLE[:n_paragraphs]
    assert cut([*above, *lines]) == list(range(n_paragraphs, n_paragraphs + len(lines)))


@pytest.mark.parametrize(
    "lines",
    [
        [ARTICLE[0], "3 comments", *ARTICLE[1:]],  # a counter at the head of an article
        [ARTICLE[0], *thread("3 comments", ["The quay", "The ticket", "The planks"])],  # its sections
        [ARTICLE[0], *thread("Comments", ["The quay", "The ticket", "The planks"])],
        [*ARTICLE, *thread("2 comments", ["Anna", "Oldsalt", "Kari"])],  # more than it counts
        [*ARTICLE, "3 comments"],
        [*thread("3 comments", ["anna77", "oldsalt", "kari"])],  # nothing above
    ],
)
def test_what_only_looks_like_a_thread_is_none(lines: list[str]) -> None:
    assert not cut(lines)


@pytest.mark.parametrize(
    "step",
    [
        "div#comments",
        "li.comment.even.depth-1",
        "div#disqus_thread",
        "section.comments-area",
        "div.fb-comments",
        "article#comment-12.comment-body",
        "div.user-comment",
        "ol.commentlist",
        "div.kommentare",
    ],
)
def test_an_element_may_be_named_after_comments(step: str) -> None:
    assert names_comments(step)


@pytest.mark.parametrize(
    "step",
    [
        "body.comments-open",
        "article.post.comments-open",
        "main#comments",
        "div.has-comments",
        "a.comments-count",
        "div.commentary",
        "p",
    ],
)
def test_other_names_say_nothing(step: str) -> None:
    assert not names_comments(step)


def page(comment: str, above: str = f"<p>{ARTICLE[0]}</p>", body: str = "") -> BlockIndex:
    comments = "".join(comment.format(said) for said in SAID)
    return index_of(f"<html><body {body}>{above}{comments}</body></html>")


def test_declared_comments_follow_what_the_page_is_about() -> None:
    comment = '<div class="comment"><b>oldsalt</b><p>{}</p></div>'
    assert declared_comments(page(comment)) == frozenset(range(1, 7))
    assert not declared_comments(page(comment, above="<h1>Ferry</h1>"))
    assert not declared_comments(page(comment, body='class="forum"'))
    assert not declared_comments(page("<div><b>oldsalt</b><p>{}</p></div>"))


SHAPES = {
    "names": lambda n: "\n".join([ARTICLE[0], "9 comments", *["anna\n" + SAID[0]] * n]),
    "headings": lambda n: "\n".join([ARTICLE[0], *["9 comments\nanna\n" + SAID[0]] * n]),
    "times": lambda n: "\n".join([ARTICLE[0], "9 comments", *["2 hours ago"] * n]),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_threads_take_time_in_proportion(shape: str) -> None:
    small, large = (index_of(SHAPES[shape](n)) for n in (2_000, 8_000))
    assert cpu_seconds(lambda: comment_threads(large)) < 9 * max(
        cpu_seconds(lambda: comment_threads(small)), 0.01
    )
