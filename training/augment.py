"""Documents that no flattener makes, but people have: clean text, joined and wrapped pages, half cleaned
pages, pages with other articles after the end. Labels follow the lines."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from cleaner.model.tokenize import Floats
from training.align import tokens
from training.examples import Example, Reading, read_text
from training.flatten import lines_of

HEADINGS = (
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
STAMPS = (
    "2 hours ago",
    "June 4, 2021",
    "2024-03-11 08:15",
    "Mon, 12 Aug 2019",
    "3 min read",
    "11.02.2023",
    "Yesterday",
)
LONG = 10_000
UNSAID: Floats = np.zeros((0, 0), np.float32)


def chance(*key: str) -> Generator:
    """A generator that depends on the key alone: the same document in every run."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(" ".join(key).encode()).digest()[:8], "big"))


def built(of: Example, how: str, parts: Sequence[tuple[str, float]], weight: float) -> Example:
    """A document of (line, share) pairs."""
    lines = tuple(line for line, _ in parts)
    share = np.array([s for _, s in parts], np.float32)
    words = np.array([len(tokens(line)) for line in lines], np.int32)
    return replace(
        of,
        how=how,
        seen=Reading(lines, UNSAID),
        share=share,
        words=words,
        weight=weight,
        doubtful=np.zeros(len(lines), np.bool_),
        gold_words=max(1, round(float((share * words).sum()))),
    )


def clean(of: Example, gold: str) -> Example:
    """The gold text alone."""
    return built(of, "clean", [(line, 1.0) for line in lines_of(gold)], 0.6)


def _cuts(n: int, pieces: int, dice: Generator) -> list[int]:
    inner = (
        sorted(dice.choice(np.arange(1, n), min(pieces - 1, n - 1), replace=False).tolist()) if n > 1 else []
    )
    return [0, *inner, n]


def clean_joined(of: Example, gold: str, dice: Generator) -> Example:
    """The gold text in one to five lines."""
    lines = lines_of(gold)
    cuts = _cuts(len(lines), int(dice.integers(1, 6)), dice)
    return built(of, "clean joined", [(" ".join(lines[a:b]), 1.0) for a, b in pairwise(cuts)], 0.3)


def clean_wrapped(of: Example, gold: str, dice: Generator) -> Example:
    """The gold text broken into lines of one width."""
    width = int(dice.integers(50, 110))
    return built(
        of,
        "clean wrapped",
        [(piece, 1.0) for line in lines_of(gold) for piece in textwrap.wrap(line, width)],
        0.3,
    )


def joined(of: Example, dice: Generator) -> Example:
    """A page in few lines: neighbours of one kind run together, as some extractors leave them."""
    parts: list[tuple[str, float]] = []
    size = int(dice.integers(2, 40))
    for line, share in zip(of.lines, of.share.tolist(), strict=True):
        if parts and (parts[-1][1] > 0.5) == (share > 0.5) and dice.random() > 1 / size:
            parts[-1] = (f"{parts[-1][0]} {line}", share)
        else:
            parts.append((line, share))
    return built(of, "joined", [(line, float(s > 0.5)) for line, s in parts], 0.3)


def wrapped(of: Example, dice: Generator) -> Example:
    """A page broken into lines of one width."""
    width = int(dice.integers(60, 110))
    parts = [
        (piece, s)
        for line, s in zip(of.lines, of.share.tolist(), strict=True)
        for piece in textwrap.wrap(line, width)
    ]
    return built(of, "wrapped", parts, 0.3)


def half_cleaned(of: Example, dice: Generator) -> Example:
    """The main content with a few of the lines around and inside it, as another tool leaves them."""
    body = np.flatnonzero(of.share > 0.5)
    at = np.arange(len(of.lines))
    gap = np.maximum(body[0] - at, 0) + np.maximum(at - body[-1], 0)
    near = np.exp(-gap / dice.uniform(2, 30)) * dice.uniform(0.1, 1.0)
    short = (of.words < 4) & (dice.random() < 0.4)
    keep = (of.share > 0.5) | ((dice.random(len(at)) < near) & ~short)
    parts = [(line, s) for line, s, k in zip(of.lines, of.share.tolist(), keep, strict=True) if k]
    return replace(built(of, "half cleaned", parts, 0.5), doubtful=of.doubtful[keep])


def _teaser(text: str, dice: Generator) -> list[str]:
    """Another article as a page shows it after its own: title once or twice, outlet, time, some or all
    of its text."""
    lines = [line for line in lines_of(text) if len(line) > 3][:60]
    first = lines[0].split()
    title = " ".join(first[:11]).rstrip(".,:;")
    lead = [title] * int(dice.integers(0, 3))
    lead += [str(dice.choice(OUTLETS))] * bool(dice.random() < 0.5) + [str(dice.choice(STAMPS))] * bool(
        dice.random() < 0.5
    )
    if dice.random() < 0.3:
        lead.reverse()
    return lead + lines[: int(dice.choice([0, 1, 1, 2, 4, 60]))]


def appended(of: Example, others: Sequence[str], dice: Generator) -> Example:
    """Other articles after the end of the main content: with or without a heading, in several layouts."""
    tail = [str(dice.choice(HEADINGS))] * bool(dice.random() < 0.6)
    for text in others:
        tail += _teaser(text, dice)
    end = int(np.flatnonzero(of.share > 0.5)[-1]) + 1
    whole = list(zip(of.lines, of.share.tolist(), strict=True))
    return built(of, "appended", [*whole[:end], *((line, 0.0) for line in tail if line), *whole[end:]], 0.4)


def variants(pages: Sequence[Example], gold: dict[str, str], fold: dict[str, int]) -> list[Example]:
    """Three documents for each page: its gold alone, and two of the other kinds by turns."""
    articles: dict[int, list[str]] = {}
    for page in pages:
        if page.kind == "article" and 80 < page.gold_words < LONG:
            articles.setdefault(fold[page.site], []).append(gold[page.page])
    out = []
    for page in pages:
        dice, text = chance("variants", page.page), gold[page.page]
        if page.gold_words < 30 or not (page.share > 0.5).any() or not lines_of(text):
            continue
        out.append(clean(page, text))
        out.append((clean_joined, clean_wrapped)[int(dice.integers(2))](page, text, dice))
        turn = dice.random()
        if turn < 0.25:
            out.append((joined, wrapped)[int(dice.integers(2))](page, dice))
        elif turn < 0.6 or page.kind != "article":
            out.append(half_cleaned(page, dice))
        else:
            others = articles[fold[page.site]]
            chosen = [others[int(i)] for i in dice.integers(0, len(others), int(dice.integers(1, 5)))]
            base = out[-2] if dice.random() < 0.5 else page
            out.append(appended(base, [o for o in chosen if o != text], dice))
    return [ex for ex in out if ex.lines and int(ex.words.sum())]


def said(ex: Example) -> Example | None:
    """The document with what the rules say of its lines; None where reading would join or drop some."""
    seen = read_text(ex.lines)
    return replace(ex, seen=seen) if len(seen.lines) == len(ex.lines) else None
