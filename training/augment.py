"""Documents that no flattener makes, but people have: clean text, joined and wrapped pages, half cleaned
pages, pages with other articles after the end. Labels follow the lines."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from cleaner.model.parse import Floats
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
POINTERS = (
    "Read more: {}",
    "READ MORE: {}",
    "Read also: {}",
    "ALSO READ: {}",
    "See also: {}",
    "Related: {}",
    "RELATED: {}",
    "More on this: {}",
    "MORE: {}",
    "Don’t miss: {}",
    "Watch: {}",
    "Lesen Sie auch: {}",
    "Mehr zum Thema: {}",
    "À lire aussi : {}",
    "Lire aussi : {}",
    "Lea también: {}",
    "Leia também: {}",
    "Leggi anche: {}",
    "Читайте также: {}",
    "Lees ook: {}",
)
# What terms, manuals and pages of help write above a part of their text, and sites around theirs.
HEADINGS_TOO = (
    "TERMS OF SALE",
    "Terms of Use",
    "Terms and Conditions",
    "PRIVACY POLICY",
    "Cookie Policy",
    "Copyright",
    "Disclaimer",
    "About Us",
    "Contact us",
    "Contact",
    "Forgot password?",
    "Forgot your password?",
    "Sign in",
    "Log in",
    "Create an account",
    "Your account",
    "Subscribe",
    "Newsletter",
    "Share",
    "Search",
    "Comments",
    "Reviews",
    "Related links",
    "Frequently Asked Questions",
    "Shipping and returns",
    "Payment",
    "Help",
    "Print",
    "Download",
    "Impressum",
    "Datenschutz",
    "Mentions légales",
    "Nous contacter",
    "Aviso legal",
    "Contacto",
)
LONG = 10_000
BRIEF = 24  # lines of a text cut short, at most
SENTENCES = re.compile(r"(?<=[.!?…。！？]) +(?=[^a-z])|(?<=[。！？])")
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


def _stretch(lines: Sequence[str], most: int, dice: Generator) -> list[str]:
    """Some of the lines that follow each other."""
    size = min(int(dice.integers(2, most + 1)), len(lines))
    start = int(dice.integers(0, len(lines) - size + 1))
    return list(lines[start : start + size])


def clean_short(of: Example, gold: str, dice: Generator) -> Example:
    """A few lines of the gold text."""
    return built(of, "clean short", [(line, 1.0) for line in _stretch(lines_of(gold), BRIEF, dice)], 0.3)


def clean_headed(of: Example, gold: str, dice: Generator) -> Example:
    """A part of the gold text with headings that read like a menu's entries, each above a paragraph."""
    lines = _stretch(lines_of(gold), 2 * BRIEF, dice)
    told = [i for i, line in enumerate(lines) if len(tokens(line)) > 9] or [0]
    count = int(dice.integers(1, 4))
    above = set(dice.choice(told, min(count, len(told)), replace=False).tolist())
    parts: list[str] = []
    for i, line in enumerate(lines):
        parts += [str(dice.choice(HEADINGS_TOO))] * (i in above) + [line]
    return built(of, "clean headed", [(line, 1.0) for line in parts], 0.3)


def pointed(of: Example, gold: str, others: Sequence[str], dice: Generator) -> Example:
    """The gold text by sentences, with pointers to other articles between them: these go, sentences stay."""
    lines = [piece for line in lines_of(gold) for piece in SENTENCES.split(line) if piece]
    titles = [_title(lines_of(text)) for text in others]
    at = set(dice.integers(1, len(lines) + 1, len(titles)).tolist())
    parts: list[tuple[str, float]] = []
    for i, line in enumerate(lines, 1):
        parts.append((line, 1.0))
        if i in at and titles:
            parts.append((str(dice.choice(POINTERS)).format(titles.pop()), 0.0))
    return built(of, "pointed", parts, 0.3)


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


def _title(lines: Sequence[str]) -> str:
    """What a text begins with, as a title."""
    return " ".join(lines[0].split()[:11]).rstrip(".,:;")


def _teaser(text: str, dice: Generator) -> list[str]:
    """Another article as a page shows it after its own: title once or twice, outlet, time, some or all
    of its text."""
    lines = [line for line in lines_of(text) if len(line) > 3][:60]
    title = _title(lines)
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
    """Four documents for each page: its gold alone, and three of the other kinds by turns."""
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
        others = articles.get(fold[page.site], [])
        out.append(_harmless(page, text, others, dice))
        turn = dice.random()
        if turn < 0.25:
            out.append((joined, wrapped)[int(dice.integers(2))](page, dice))
        elif turn < 0.6 or page.kind != "article":
            out.append(half_cleaned(page, dice))
        else:
            chosen = [others[int(i)] for i in dice.integers(0, len(others), int(dice.integers(1, 5)))]
            base = out[-3] if dice.random() < 0.5 else page
            out.append(appended(base, [o for o in chosen if o != text], dice))
    return [ex for ex in out if ex.lines and int(ex.words.sum())]


def _harmless(page: Example, text: str, others: Sequence[str], dice: Generator) -> Example:
    """A document that a cautious reader leaves alone, but for pointers to other articles."""
    turn = dice.random()
    if turn < 0.4 and others:
        chosen = [others[int(i)] for i in dice.integers(0, len(others), int(dice.integers(1, 5)))]
        return pointed(page, text, [other for other in chosen if other != text], dice)
    return (clean_short if turn < 0.7 else clean_headed)(page, text, dice)


def said(ex: Example) -> Example | None:
    """The document with what the rules say of its lines; None where reading would join or drop some."""
    seen = read_text(ex.lines)
    return replace(ex, seen=seen) if len(seen.lines) == len(ex.lines) else None
