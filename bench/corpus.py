"""Makes a corpus of any size out of the project's own texts: each document another one, always the same.

A document has the size and the make-up of a page of the web: `python -m bench.corpus --data DATA` measures
those of the labelled pages in the folder DATA, and of as many made ones. What is measured (every third of
2,994 pages, all text of a page, a line a text node):

    characters flattened   mean 12,800   median  9,100   one in ten below  3,200, one in ten above  25,900
    lines flattened        mean    380   median    260   57 in 100 characters in lines of ten words and more
    characters of HTML     mean 178,000  median 86,000   one in ten below 32,200, one in ten above 381,600
    tags                   mean  2,040   median  1,430   17 in 100 characters in scripts and styles
"""

from __future__ import annotations

import argparse
import html
import json
import lzma
import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import log
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
# Sizes are spread as a logarithm is: the median, and the spread that gives those tenths.
TYPICAL = {"text": 9_100, "html": 86_000}
SPREAD = {"text": 0.82, "html": 0.96}
LEAST = 300
# Of a page's characters, those of its text and of its scripts; the rest is markup. Of its text, the part in
# sentences differs from page to page: with these a mean of .57, one in ten below .3, one in ten above .8.
VISIBLE, SCRIPTS = 0.10, 0.17
PROSE = (3.0, 2.3)
SITES = 200
# Documents in a thousand that are spun, in German, or hold broken characters. Of the labelled pages 29 in a
# thousand are looked at closely for spun text.
SPUN, GERMAN, BROKEN = 30, 40, 40

NAMES = "Arden Brask Corlin Dunmore Eskdale Farrow Greta Hollin Ister Jura Kestrel Lorne Marrow Nairn".split()
MENU = """Home News World Politics Business Markets Sport Football Culture Books Film Music Travel Food
    Health Science Technology Opinion Letters Weather Jobs Property Puzzles Podcasts Video Pictures Archive
    Events Subscribe Newsletter Contact About Careers Advertise Help Shop Account Gardening Motoring
    Education""".split()
AROUND = """Advertisement|Share|Share on Facebook|Tweet|Email this|Print|Save for later|Read more|Comments
    |Reply|Report|Most read|Most shared|Related articles|You may also like|Recommended for you|Sign in
    |Sign up to our newsletter|Follow us|Load more|Back to top|Terms of use|Privacy policy|Cookie settings
    |All rights reserved|Story continues below this ad|Photo: the county archive|Log in to comment|Show all
    |Next|Previous|Tags"""
CLASSES = """wrap inner col grid row item card media teaser-list u-mt-4 u-hidden-sm is-loaded js-track meta
    headline link icon""".split()


class Pool(NamedTuple):
    """What documents are put together from."""

    prose: tuple[tuple[str, ...], ...]  # texts, in sentences
    german: tuple[str, ...]
    broken: tuple[str, ...]
    spun: tuple[str, ...]
    around: tuple[str, ...]


@cache
def pool() -> Pool:
    """The seeds and the sentences of the cases: usual prose. The texts beside this file are chosen as odd."""
    seeds = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))}
    cases = [path.read_text("utf-8") for path in sorted((ROOT / "fixtures" / "rules").glob("*.case"))]
    usual = [text for name, text in seeds.items() if name[:2] in ("01", "02", "03", "04")]
    return Pool(
        tuple(found for text in (*usual, *cases) if len(found := _sentences(text)) > 2),
        _sentences(seeds["08-german"]),
        _sentences(seeds["06-mojibake"]),
        _sentences(seeds["05-spun"]),
        tuple(" ".join(line.split()) for line in AROUND.split("|")),
    )


def _sentences(text: str) -> tuple[str, ...]:
    """The sentences of its long lines, each once; no markup."""
    lines = [line for line in text.splitlines() if len(line.split()) > 9 and "<" not in line]
    parts = (part for line in lines for part in re.split(r"(?<=[.!?”])\s+", line))
    return tuple(dict.fromkeys(part for part in parts if len(part) > 20 and part[-1] in ".!?”"))


def documents(number: int, kind: str, seed: int = 0, typical: int | None = None) -> Iterator[str]:
    """`number` documents of a kind (text or html), none the same; `typical` is their median size."""
    write: Callable[[random.Random, int, int], str] = _page if kind == "html" else _flat
    for index in range(number):
        draw = random.Random(f"{seed}:{kind}:{index}")
        size = draw.lognormvariate(log(typical or TYPICAL[kind]), SPREAD[kind])
        yield write(draw, index, max(int(size), LEAST))


def _source(draw: random.Random) -> tuple[tuple[str, ...], ...]:
    """The texts that a document's sentences are from."""
    kind, found = draw.randrange(1000), pool()
    if kind < SPUN:
        return (found.spun,)
    if kind < SPUN + GERMAN:
        return (found.german,)
    if kind < SPUN + GERMAN + BROKEN:
        return (*draw.sample(found.prose, 3), found.broken)
    return found.prose


def _paragraphs(draw: random.Random, size: int) -> Iterator[str]:
    """Sentences of the same text that stand together, names and numbers in between."""
    from_ = _source(draw)
    while size > 0:
        text = draw.choice(from_)
        length = draw.randint(1, 5)
        at = draw.randrange(max(len(text) - length, 1))
        paragraph = " ".join((*text[at : at + length], _mark(draw)))
        size -= len(paragraph)
        yield paragraph


def _mark(draw: random.Random) -> str:
    one, other = draw.sample(NAMES, 2)
    return (
        f"{one} {other} counted {draw.randrange(2, 10**4):,} of {draw.randrange(10**4, 10**6):,} steps there."
    )


def _teaser(draw: random.Random) -> str:
    words = draw.choice(draw.choice(pool().prose)).split()
    return " ".join(words[: draw.randint(4, 9)]).strip(",;:.“”")


def _lines(draw: random.Random, site: random.Random, size: int) -> Iterator[str]:
    """What stands around: the site's menu, then teasers and labels."""
    for entry in site.sample(MENU, site.randint(8, len(MENU))):
        size -= len(entry) + 1
        yield entry
    while size > 0:
        line = _teaser(draw) if draw.random() < 0.6 else draw.choice(pool().around)
        size -= len(line) + 1
        yield line


class Parts(NamedTuple):
    """What a page says: headline, lines above, paragraphs, lines below."""

    title: str
    above: list[str]
    body: list[str]
    below: list[str]


def _parts(draw: random.Random, site: random.Random, index: int, size: int) -> Parts:
    prose = int(size * draw.betavariate(*PROSE))
    around = [*_lines(draw, site, size - prose)]
    head = min(draw.randrange(10, 60), len(around) // 2)
    title = f"{_teaser(draw)} ({index})"
    return Parts(title, around[:head], [*_paragraphs(draw, prose)], around[head:])


def _flat(draw: random.Random, index: int, size: int) -> str:
    """A page as people flatten it: menu, headline, article with labels in between, lists, footer."""
    site = random.Random(f"site {draw.randrange(SITES)}")
    title, above, body, below = _parts(draw, site, index, size)
    for at in range(3, len(body), 6):
        body[at] += "\n" + draw.choice(pool().around)
    return "\n".join([*above, title, f"By {draw.choice(NAMES)} Hale", *body, *below]) + "\n"


HEAD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} | Site {site}</title>
<link rel="canonical" href="https://www.site-{site}.example/story/{index}">{script}</head><body>"""
BYLINE = (
    '<p class="byline">By <a href="/by">{name} Hale</a> <time datetime="2024-05-01">1 May 2024</time></p>'
)


def _page(draw: random.Random, index: int, size: int) -> str:
    """A page with head, menu, article, related cards and a footer, of as much markup as pages have."""
    number, text, scripts = draw.randrange(SITES), int(size * VISIBLE), int(size * SCRIPTS)
    title, above, body, below = _parts(draw, random.Random(f"site {number}"), index, text)
    places = len(above) + len(below) + len(body) // 4 + 1
    a = Attributes(draw, int(1.25 * (size - text - scripts)) // places)
    title = html.escape(title)
    return "\n".join([
        HEAD.format(title=title, site=number, index=index, script=_script(draw, scripts)),
        f"<header{a()}><nav><ul>", *(_entry(line, a) for line in above), "</ul></nav></header>",
        f"<main{a()}><article><h1>{title}</h1>", BYLINE.format(name=draw.choice(NAMES)),
        *(_paragraph(draw, a, one) for one in body), f"</article></main><aside{a()}>",
        *(_card(line, a) for line in below[:-8]), f"</aside><footer{a()}><ul>",
        *(_entry(line, a) for line in below[-8:]), "</ul></footer></body></html>",
    ]) + "\n"  # fmt: skip


class Attributes:
    """Attributes for a start tag; a place in the page has `each` characters of markup to fill."""

    def __init__(self, draw: random.Random, each: int) -> None:
        self._draw, self._each = draw, each

    def __call__(self, share: float = 0.3) -> str:
        chosen = " ".join(self._draw.sample(CLASSES, 3))
        told = f' class="{chosen}" data-track="{self._draw.randrange(10**9)}"'
        more = int(self._each * share) - len(told)
        return told + (f' data-more="{self._digits(more)}"' if more > 20 else "")

    def _digits(self, number: int) -> str:
        return f"{self._draw.getrandbits(4 * number):x}"


def _paragraph(draw: random.Random, attributes: Attributes, text: str) -> str:
    words = html.escape(text, quote=False).split(" ")
    if len(words) > 8 and draw.random() < 0.4:
        words[3] = f'<a href="/tag/{draw.randrange(900)}">{words[3]}</a>'
        words[6] = f"<em>{words[6]}</em>"
    extra = f"<div{attributes()}><span>Advertisement</span></div>" if draw.random() < 0.15 else ""
    return f"<p>{' '.join(words)}</p>{extra}"


def _entry(line: str, attributes: Attributes) -> str:
    return f'<li{attributes()}><a href="/go"{attributes(0.4)}><span>{html.escape(line)}</span></a></li>'


def _card(line: str, attributes: Attributes) -> str:
    image = f'<div{attributes(0.2)}><img src="/i.jpg" alt=""{attributes(0.2)}></div>'
    return f'<div{attributes()}>{image}<h4><a href="/story">{html.escape(line)}</a></h4></div>'


def _script(draw: random.Random, size: int) -> str:
    rows = [{"id": draw.getrandbits(64), "name": _teaser(draw)} for _ in range(max(size // 80, 1))]
    return f"<script>window.state = {json.dumps(rows)};</script>"


# -- what the labelled pages are like, and what the made ones


def measure(pages: Iterable[str]) -> None:
    """Print sizes: mean and tenths."""
    from training.flatten import dump, lines_of

    found: dict[str, list[float]] = {}
    for page in pages:
        lines = lines_of(dump(page))
        size = sum(map(len, lines)) + len(lines)
        long = sum(len(line) for line in lines if len(line.split()) >= 10)
        scripts = sum(map(len, re.findall(r"(?is)<(?:script|style)\b.*?</(?:script|style)>", page)))
        told = {
            "characters flattened": size,
            "lines flattened": len(lines),
            "in long lines": long / max(size, 1),
        }
        told |= {"characters of HTML": len(page), "tags": page.count("<"), "in scripts": scripts / len(page)}
        for name, value in told.items():
            found.setdefault(name, []).append(value)
    _print(found)


def _print(found: dict[str, list[float]]) -> None:
    for name, values in found.items():
        ordered = sorted(values)
        low, middle, high = (ordered[int(len(ordered) * share)] for share in (0.1, 0.5, 0.9))
        mean = sum(values) / len(values)
        print(f"  {name:22} mean {mean:10,.2f}  median {middle:10,.2f}  tenths {low:10,.2f} {high:10,.2f}")


def labelled(data: Path) -> Iterator[str]:
    """Every third page of the labelled ones."""
    for path in sorted(data.glob("train-*.jsonl.xz")):
        with lzma.open(path, "rt") as rows:
            yield from (json.loads(row)["html"] for number, row in enumerate(rows) if number % 3 == 0)


def main() -> None:
    """Measure what is made, and what it is made after."""
    parser = argparse.ArgumentParser(description="The sizes of the made pages, and of labelled ones in DATA.")
    parser.add_argument("--data", type=Path)
    asked = parser.parse_args()
    print("made:")
    measure(documents(300, "html"))
    flat = [*documents(1000, "text")]
    lines = [text.splitlines() for text in flat]
    long = [sum(len(line) for line in some if len(line.split()) >= 10) for some in lines]
    print("made flat:")
    _print({
        "characters": [*map(len, flat)], "lines": [*map(len, lines)],
        "in long lines": [part / len(text) for part, text in zip(long, flat, strict=True)],
    })  # fmt: skip
    if asked.data:
        print("labelled:")
        measure(labelled(asked.data))


if __name__ == "__main__":
    main()
