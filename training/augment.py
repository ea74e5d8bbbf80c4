"""Documents that no flattener makes, but people have: clean text, joined and wrapped pages, half cleaned
pages, pages with other articles after the end, or with boxes of links, galleries and players inside. Labels
follow the lines."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from cleaner.model.tokenize import Floats
from training.align import tokens
from training.boxes import BoxSource, any_box, box_source, is_unspaced, menu
from training.examples import Example, ModelInput, read_text_input
from training.flatten import lines_of

RELATED_HEADINGS = (
    "Related Articles",
    "Related Stories",
    "You may also like",
    "More from this section",
    "Recommended for you",
    "Read next",
    "Most Read",
    "Trending now",
    "Latest News",
    "Lesen Sie auch",
    "À lire aussi",
    "Lea también",
    "Читайте также",
    "相关新闻",
    "関連記事",
)
OUTLETS = ("Daily Courier", "The Herald", "Reuters", "Tech Wire", "Evening Post", "City News", "Staff Writer")
TIMESTAMPS = (
    "2 hours ago",
    "June 4, 2021",
    "2024-03-11 08:15",
    "Mon, 12 Aug 2019",
    "3 min read",
    "11.02.2023",
    "Yesterday",
)
MAX_ARTICLE_WORDS = 10_000
MIN_ARTICLES = 3  # of a language, to take titles from
NO_RULE_SCORES: Floats = np.zeros((0, 0), np.float32)


def seeded_rng(*key: str) -> Generator:
    """A generator that depends on the key alone: the same document in every run."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(" ".join(key).encode()).digest()[:8], "big"))


def made_example(base: Example, variant: str, parts: Sequence[tuple[str, float]], weight: float) -> Example:
    """A document of (line, share of main content) pairs, made from `base`."""
    lines = tuple(line for line, _ in parts)
    share = np.array([s for _, s in parts], np.float32)
    word_counts = np.array([len(tokens(line)) for line in lines], np.int32)
    return replace(
        base,
        variant=variant,
        model_input=ModelInput(lines, NO_RULE_SCORES),
        share=share,
        word_counts=word_counts,
        weight=weight,
        doubtful=np.zeros(len(lines), np.bool_),
        gold_words=max(1, round(float((share * word_counts).sum()))),
    )


def clean_gold(base: Example, gold: str) -> Example:
    """The gold text alone."""
    return made_example(base, "clean", [(line, 1.0) for line in lines_of(gold)], 0.6)


def _cut_points(n: int, pieces: int, rng: Generator) -> list[int]:
    inner = (
        sorted(rng.choice(np.arange(1, n), min(pieces - 1, n - 1), replace=False).tolist()) if n > 1 else []
    )
    return [0, *inner, n]


def clean_joined(base: Example, gold: str, rng: Generator) -> Example:
    """The gold text in one to five lines."""
    lines = lines_of(gold)
    cuts = _cut_points(len(lines), int(rng.integers(1, 6)), rng)
    return made_example(base, "clean joined", [(" ".join(lines[a:b]), 1.0) for a, b in pairwise(cuts)], 0.3)


def clean_wrapped(base: Example, gold: str, rng: Generator) -> Example:
    """The gold text broken into lines of one width."""
    width = int(rng.integers(50, 110))
    return made_example(
        base,
        "clean wrapped",
        [(piece, 1.0) for line in lines_of(gold) for piece in textwrap.wrap(line, width)],
        0.3,
    )


def joined(base: Example, rng: Generator) -> Example:
    """A page in few lines: neighbours of one kind run together, as some extractors leave them."""
    parts: list[tuple[str, float]] = []
    size = int(rng.integers(2, 40))
    for line, share in zip(base.lines, base.share.tolist(), strict=True):
        if parts and (parts[-1][1] > 0.5) == (share > 0.5) and rng.random() > 1 / size:
            parts[-1] = (f"{parts[-1][0]} {line}", share)
        else:
            parts.append((line, share))
    return made_example(base, "joined", [(line, float(s > 0.5)) for line, s in parts], 0.3)


def wrapped(base: Example, rng: Generator) -> Example:
    """A page broken into lines of one width."""
    width = int(rng.integers(60, 110))
    parts = [
        (piece, s)
        for line, s in zip(base.lines, base.share.tolist(), strict=True)
        for piece in textwrap.wrap(line, width)
    ]
    return made_example(base, "wrapped", parts, 0.3)


def half_cleaned(base: Example, rng: Generator) -> Example:
    """The main content with a few of the lines around and inside it, as another tool leaves them."""
    content_lines = np.flatnonzero(base.share > 0.5)
    line_numbers = np.arange(len(base.lines))
    gap = np.maximum(content_lines[0] - line_numbers, 0) + np.maximum(line_numbers - content_lines[-1], 0)
    p_keep = np.exp(-gap / rng.uniform(2, 30)) * rng.uniform(0.1, 1.0)
    is_dropped_short = (base.word_counts < 4) & (rng.random() < 0.4)
    keep = (base.share > 0.5) | ((rng.random(len(line_numbers)) < p_keep) & ~is_dropped_short)
    parts = [(line, s) for line, s, k in zip(base.lines, base.share.tolist(), keep, strict=True) if k]
    return replace(made_example(base, "half cleaned", parts, 0.5), doubtful=base.doubtful[keep])


def _teaser_lines(text: str, rng: Generator) -> list[str]:
    """Another article as a page shows it after its own: title once or twice, outlet, time, some or all
    of its text."""
    lines = [line for line in lines_of(text) if len(line) > 3][:60]
    title = lines[0][:30] if is_unspaced(lines[0]) else " ".join(lines[0].split()[:11]).rstrip(".,:;")
    header = [title] * int(rng.integers(0, 3))
    header += [str(rng.choice(OUTLETS))] * bool(rng.random() < 0.5) + [str(rng.choice(TIMESTAMPS))] * bool(
        rng.random() < 0.5
    )
    if rng.random() < 0.3:
        header.reverse()
    return header + lines[: int(rng.choice([0, 1, 1, 2, 4, 60]))]


def appended(base: Example, others: Sequence[str], rng: Generator) -> Example:
    """Other articles after the end of the main content: with or without a heading, in several layouts."""
    teasers = [str(rng.choice(RELATED_HEADINGS))] * bool(rng.random() < 0.6)
    for text in others:
        teasers += _teaser_lines(text, rng)
    content_end = int(np.flatnonzero(base.share > 0.5)[-1]) + 1
    pairs = list(zip(base.lines, base.share.tolist(), strict=True))
    return made_example(
        base,
        "appended",
        [*pairs[:content_end], *((line, 0.0) for line in teasers if line), *pairs[content_end:]],
        0.4,
    )


BOXED_WEIGHT = 0.3
# What a page has further away than this teaches nothing new beside the page itself, and takes time.
EXCERPT_LINES = 60
MAX_EXCERPT_LINES = 400


def excerpt(base: Example) -> Example | None:
    """The main content with the lines near it; None where it is too long for a made document."""
    content_lines = np.flatnonzero(base.share > 0.5)
    first = max(0, int(content_lines[0]) - EXCERPT_LINES)
    last = int(content_lines[-1]) + 1 + EXCERPT_LINES
    if last - first > MAX_EXCERPT_LINES:
        return None
    pairs = zip(base.lines[first:last], base.share[first:last].tolist(), strict=True)
    return made_example(base, "excerpt", list(pairs), base.weight)


def boxed(base: Example, source: BoxSource) -> Example:
    """Boxes inside the main content, after which it goes on; now and then one before it, behind it, or a menu
    at the top."""
    rng = source.rng
    content_lines = np.flatnonzero(base.share > 0.5)
    n_inside = int(rng.integers(1, 4)) if len(content_lines) > 3 else 1
    inner = content_lines[1:]
    places = (
        {int(i) for i in rng.choice(inner, min(n_inside, len(inner)), replace=False)} if len(inner) else set()
    )
    parts: list[tuple[str, float]] = []
    if source.happens(0.25):
        parts += [(line, 0.0) for line in menu(source)]
    first, last = int(content_lines[0]), int(content_lines[-1])
    for i, (line, share) in enumerate(zip(base.lines, base.share.tolist(), strict=True)):
        if i in places or (i == first and source.happens(0.2)):
            parts += [(box_line, 0.0) for box_line in any_box(source)]
        parts.append((line, share))
        if i == last and source.happens(0.3):
            parts += [(box_line, 0.0) for box_line in any_box(source)]
    return made_example(base, "boxed", parts, BOXED_WEIGHT)


def with_menu(base: Example, source: BoxSource) -> Example:
    """A menu above, where flatteners put one."""
    pairs = list(zip(base.lines, base.share.tolist(), strict=True))
    return made_example(base, "menu", [*((line, 0.0) for line in menu(source)), *pairs], 0.3)


def variants(pages: Sequence[Example], gold: dict[str, str], fold: dict[str, int]) -> list[Example]:
    """Three to five documents for each page: its gold alone, the gold in other lines, one of the other kinds
    by turns; and where there are articles to take titles from, one with boxes inside, and for one page in
    five one with a menu."""
    articles: dict[tuple[int, str], list[str]] = {}
    for page in pages:
        if page.page_type == "article" and 80 < page.gold_words < MAX_ARTICLE_WORDS:
            articles.setdefault((fold[page.site], page.language or "en"), []).append(gold[page.page])
    out = []
    for page in pages:
        gold_text = gold[page.page]
        if page.gold_words >= 30 and (page.share > 0.5).any() and lines_of(gold_text):
            out += _variants_of_page(
                page, gold_text, articles_for_language(fold[page.site], page.language or "en", articles)
            )
    return [ex for ex in out if ex.lines and int(ex.word_counts.sum())]


def articles_for_language(
    fold: int, language: str, articles: Mapping[tuple[int, str], list[str]]
) -> list[str]:
    """Texts of a fold in a language, of `articles` by both; where they are few, in English."""
    same = articles.get((fold, language), [])
    return same if len(same) >= MIN_ARTICLES else articles.get((fold, "en"), same)


def _variants_of_page(page: Example, gold_text: str, articles: Sequence[str]) -> list[Example]:
    """The documents made from one page; `articles` are gold texts of sites in its fold."""
    rng = seeded_rng("variants", page.page)
    clean = clean_gold(page, gold_text)
    reflowed = (clean_joined, clean_wrapped)[int(rng.integers(2))](page, gold_text, rng)
    draw = rng.random()
    made = [clean, reflowed]
    others = [text for text in articles if text != gold_text]
    if others:
        source = box_source(page.language, others, seeded_rng("boxes", page.page))
        made += [
            make(base, source)
            for make, share in ((boxed, 1.0), (with_menu, 0.2))
            if rng.random() < share and (base := clean if rng.random() < 0.4 else excerpt(page))
        ]
    if draw < 0.25:
        return [*made, (joined, wrapped)[int(rng.integers(2))](page, rng)]
    if draw < 0.6 or page.page_type != "article" or not others:
        return [*made, half_cleaned(page, rng)]
    chosen = [others[int(i)] for i in rng.integers(0, len(others), int(rng.integers(1, 5)))]
    base = clean if rng.random() < 0.5 else page
    return [*made, appended(base, chosen, rng)]


def with_rule_scores(ex: Example) -> Example | None:
    """The document with the rules' scores of its lines; None where reading would join or drop some."""
    reading = read_text_input(ex.lines)
    return replace(ex, model_input=reading) if len(reading.lines) == len(ex.lines) else None
