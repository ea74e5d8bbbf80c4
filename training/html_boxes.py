"""HTML pages with made-up boxes put between the paragraphs of their article, read again and labelled anew."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cleaner.document import Document
from cleaner.reading.page import read_document
from training.align import label_lines
from training.augment import MAX_ARTICLE_WORDS, articles_for_language, seeded_rng
from training.boxes import BoxSource, any_box, box_source
from training.examples import Example, labelled_example, read_page_inputs
from training.pages import Page

BOXED_PAGE_SHARE = 0.3  # of the articles
BOXED_PAGE_WEIGHT = 0.4
MAX_BOXES = 2
MAX_PARAGRAPH_TAIL = 300  # characters of markup between a paragraph's text and its end tag
MIN_PARAGRAPH_WORDS = 8
CONTAINER_TAGS = ("div", "div", "div", "aside", "section", "figure", "nav")
# Names as authors give them; some say what the box is, some nothing.
CONTAINER_NAMES = (
    "related", "related-articles", "inline-related", "more-stories", "read-also", "recirc", "c-recirc__box",
    "promo", "teaser-list", "embed", "media-gallery", "slideshow", "widget", "box", "block-42", "css-1x2k9q",
    "article__aside", "story-package", "text-block", "inner", "insert", "module", "", "", "",
)  # fmt: skip
HEADING_TAGS = ("h2", "h3", "h4", "strong", "p", "div", "span")
ITEM_FORMS = (
    '<li><a href="{url}">{text}</a></li>',
    '<p><a href="{url}">{text}</a></p>',
    '<div class="item"><a href="{url}">{text}</a></div>',
    "<p>{text}</p>",
    "<li>{text}</li>",
    '<div><h4><a href="{url}">{text}</a></h4></div>',
    '<a href="{url}"><span>{text}</span></a>',
    '<p><strong><a href="{url}">{text}</a></strong></p>',
)


@dataclass(frozen=True, slots=True)
class BoxTask:
    """A page, and texts of other articles to take titles from."""

    page: Page
    articles: tuple[str, ...]


def box_tasks(kept: Sequence[Page], fold: Mapping[str, int]) -> Iterator[BoxTask]:
    """A share of the articles, each with ten others of its fold and language."""
    articles: dict[tuple[int, str], list[str]] = {}
    for page in kept:
        if page.page_type == "article" and 400 < len(page.text) < 8 * MAX_ARTICLE_WORDS:
            articles.setdefault((fold[page.site], page.language or "en"), []).append(page.text)
    for page in kept:
        rng = seeded_rng("boxed page", page.id)
        if page.page_type == "article" and rng.random() < BOXED_PAGE_SHARE:
            others = [
                text
                for text in articles_for_language(fold[page.site], page.language or "en", articles)
                if text != page.text
            ]
            if others:
                chosen = rng.integers(0, len(others), 10)
                yield BoxTask(page, tuple(others[int(i)][:2000] for i in chosen))


def boxed_page(task: BoxTask) -> list[Example]:
    """The page with one or two boxes inside its article, with trafilatura's text or without, by turns."""
    page, rng = task.page, seeded_rng("boxes of page", task.page.id)
    offsets = paragraph_ends(page)
    if not offsets:
        return []
    source = box_source(page.language, task.articles, rng)
    chosen = sorted(
        rng.choice(offsets, min(int(rng.integers(1, MAX_BOXES + 1)), len(offsets)), replace=False).tolist()
    )
    parts, start = [], 0
    for offset in chosen:
        parts += [page.html[start:offset], box_html(any_box(source), source)]
        start = offset
    changed = replace(page, html="".join([*parts, page.html[start:]]))
    inputs = read_page_inputs(changed.html)
    if inputs is None:
        return []
    variant, model_input = (("html boxed", inputs[0]), ("html fast boxed", inputs[1]))[int(rng.integers(2))]
    ex = labelled_example(changed, variant, model_input)
    return [replace(ex, weight=BOXED_PAGE_WEIGHT)] if ex else []


def paragraph_ends(page: Page) -> list[int]:
    """Offsets behind the paragraphs of the article after which it goes on."""
    blocks = read_document(Document("", page.html, "html")).blocks
    if not blocks:
        return []
    labels = label_lines([block.text for block in blocks], page.text)
    content = np.flatnonzero(labels.share > 0.5)
    offsets = []
    for i in content[:-1].tolist():
        block = blocks[i]
        if block.tag == "p" and labels.word_counts[i] >= MIN_PARAGRAPH_WORDS and labels.share[i] > 0.8:
            at = page.html.find("</p>", block.end, block.end + MAX_PARAGRAPH_TAIL)
            offsets += [at + len("</p>")] * (at >= 0)
    return offsets


def box_html(lines: Sequence[str], source: BoxSource) -> str:
    """A box as markup: the first line as a heading or not, each of the others an item."""
    tag, name, form = source.pick(CONTAINER_TAGS), source.pick(CONTAINER_NAMES), source.pick(ITEM_FORMS)
    parts = []
    if len(lines) > 1 and source.happens(0.8):
        heading = source.pick(HEADING_TAGS)
        parts.append(f"<{heading}>{html.escape(lines[0])}</{heading}>")
        lines = lines[1:]
    items = "".join(
        form.format(url=f"/{int(source.rng.integers(1_000_000))}", text=html.escape(line)) for line in lines
    )
    parts.append(f"<ul>{items}</ul>" if form.startswith("<li") else items)
    attribute = f' class="{name}"' if name else ""
    return f"<{tag}{attribute}>{''.join(parts)}</{tag}>"
