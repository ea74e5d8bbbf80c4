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
MEDIAN_CHARS = {"text": 9_100, "html": 86_000}
LOG_SPREAD = {"text": 0.82, "html": 0.96}
MIN_CHARS = 300
# Of a page's characters, those of its text and of its scripts; the rest is markup. Of its text, the part in
# sentences differs from page to page: with these a mean of .57, one in ten below .3, one in ten above .8.
TEXT_SHARE, SCRIPT_SHARE = 0.10, 0.17
PROSE_SHARE_BETA = (3.0, 2.3)
N_SITES = 200
# Documents in a thousand that are spun, in German, or hold broken characters. Of the labelled pages 29 in a
# thousand are looked at closely for spun text.
SPUN_PER_THOUSAND, GERMAN_PER_THOUSAND, BROKEN_PER_THOUSAND = 30, 40, 40

NAMES = "Arden Brask Corlin Dunmore Eskdale Farrow Greta Hollin Ister Jura Kestrel Lorne Marrow Nairn".split()
MENU_ENTRIES = """
    Home News World Politics Business Markets Sport Football Culture Books Film Music Travel Food
    Health Science Technology Opinion Letters Weather Jobs Property Puzzles Podcasts Video Pictures Archive
    Events Subscribe Newsletter Contact About Careers Advertise Help Shop Account Gardening Motoring
    Education""".split()
BOILERPLATE_LINES = """\
Advertisement|Share|Share on Facebook|Tweet|Email this|Print|Save for later|Read more|Comments
    |Reply|Report|Most read|Most shared|Related articles|You may also like|Recommended for you|Sign in
    |Sign up to our newsletter|Follow us|Load more|Back to top|Terms of use|Privacy policy|Cookie settings
    |All rights reserved|Story continues below this ad|Photo: the county archive|Log in to comment|Show all
    |Next|Previous|Tags"""
CSS_CLASSES = """
    wrap inner col grid row item card media teaser-list u-mt-4 u-hidden-sm is-loaded js-track meta
    headline link icon""".split()


class Material(NamedTuple):
    """What documents are put together from."""

    prose: tuple[tuple[str, ...], ...]  # texts, in sentences
    german: tuple[str, ...]
    broken: tuple[str, ...]
    spun: tuple[str, ...]
    boilerplate: tuple[str, ...]


@cache
def seed_material() -> Material:
    """The seeds and the sentences of the cases: usual prose. The texts beside this file are chosen as odd."""
    seeds = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))}
    cases = [path.read_text("utf-8") for path in sorted((ROOT / "fixtures" / "rules").glob("*.case"))]
    prose_seeds = [text for name, text in seeds.items() if name[:2] in ("01", "02", "03", "04")]
    return Material(
        tuple(found for text in (*prose_seeds, *cases) if len(found := _sentences(text)) > 2),
        _sentences(seeds["08-german"]),
        _sentences(seeds["06-mojibake"]),
        _sentences(seeds["05-spun"]),
        tuple(" ".join(line.split()) for line in BOILERPLATE_LINES.split("|")),
    )


def _sentences(text: str) -> tuple[str, ...]:
    """The sentences of its long lines, each once; no markup."""
    lines = [line for line in text.splitlines() if len(line.split()) > 9 and "<" not in line]
    parts = (part for line in lines for part in re.split(r"(?<=[.!?”])\s+", line))
    return tuple(dict.fromkeys(part for part in parts if len(part) > 20 and part[-1] in ".!?”"))


def documents(number: int, kind: str, seed: int = 0, median_chars: int | None = None) -> Iterator[str]:
    """`number` documents of a kind (text or html), none the same; `typical` is their median size."""
    make: Callable[[random.Random, int, int], str] = _html_page if kind == "html" else _flat_page
    for index in range(number):
        rng = random.Random(f"{seed}:{kind}:{index}")
        size = rng.lognormvariate(log(median_chars or MEDIAN_CHARS[kind]), LOG_SPREAD[kind])
        yield make(rng, index, max(int(size), MIN_CHARS))


def _source_texts(rng: random.Random) -> tuple[tuple[str, ...], ...]:
    """The texts that a document's sentences are from."""
    roll, material = rng.randrange(1000), seed_material()
    if roll < SPUN_PER_THOUSAND:
        return (material.spun,)
    if roll < SPUN_PER_THOUSAND + GERMAN_PER_THOUSAND:
        return (material.german,)
    if roll < SPUN_PER_THOUSAND + GERMAN_PER_THOUSAND + BROKEN_PER_THOUSAND:
        return (*rng.sample(material.prose, 3), material.broken)
    return material.prose


def _paragraphs(rng: random.Random, size: int) -> Iterator[str]:
    """Sentences of the same text that stand together, names and numbers in between."""
    texts = _source_texts(rng)
    while size > 0:
        text = rng.choice(texts)
        length = rng.randint(1, 5)
        start = rng.randrange(max(len(text) - length, 1))
        paragraph = " ".join((*text[start : start + length], _unique_sentence(rng)))
        size -= len(paragraph)
        yield paragraph


def _unique_sentence(rng: random.Random) -> str:
    one, other = rng.sample(NAMES, 2)
    return (
        f"{one} {other} counted {rng.randrange(2, 10**4):,} of {rng.randrange(10**4, 10**6):,} steps there."
    )


def _teaser_line(rng: random.Random) -> str:
    words = rng.choice(rng.choice(seed_material().prose)).split()
    return " ".join(words[: rng.randint(4, 9)]).strip(",;:.“”")


def _boilerplate_lines(rng: random.Random, site_rng: random.Random, size: int) -> Iterator[str]:
    """What stands around: the site's menu, then teasers and labels."""
    for entry in site_rng.sample(MENU_ENTRIES, site_rng.randint(8, len(MENU_ENTRIES))):
        size -= len(entry) + 1
        yield entry
    while size > 0:
        line = _teaser_line(rng) if rng.random() < 0.6 else rng.choice(seed_material().boilerplate)
        size -= len(line) + 1
        yield line


class Parts(NamedTuple):
    """What a page says: headline, lines above, paragraphs, lines below."""

    title: str
    above: list[str]
    body: list[str]
    below: list[str]


def _page_parts(rng: random.Random, site_rng: random.Random, index: int, size: int) -> Parts:
    prose_chars = int(size * rng.betavariate(*PROSE_SHARE_BETA))
    boilerplate = [*_boilerplate_lines(rng, site_rng, size - prose_chars)]
    n_above = min(rng.randrange(10, 60), len(boilerplate) // 2)
    title = f"{_teaser_line(rng)} ({index})"
    return Parts(title, boilerplate[:n_above], [*_paragraphs(rng, prose_chars)], boilerplate[n_above:])


def _flat_page(rng: random.Random, index: int, size: int) -> str:
    """A page as people flatten it: menu, headline, article with labels in between, lists, footer."""
    site_rng = random.Random(f"site {rng.randrange(N_SITES)}")
    title, above, body, below = _page_parts(rng, site_rng, index, size)
    for index_in_body in range(3, len(body), 6):
        body[index_in_body] += "\n" + rng.choice(seed_material().boilerplate)
    return "\n".join([*above, title, f"By {rng.choice(NAMES)} Hale", *body, *below]) + "\n"


HEAD_TEMPLATE = """\
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} | Site {site}</title>
<link rel="canonical" href="https://www.site-{site}.example/story/{index}">{script}</head><body>"""
BYLINE_TEMPLATE = (
    '<p class="byline">By <a href="/by">{name} Hale</a> <time datetime="2024-05-01">1 May 2024</time></p>'
)


def _html_page(rng: random.Random, index: int, size: int) -> str:
    """A page with head, menu, article, related cards and a footer, of as much markup as pages have."""
    site_number, text_chars, script_chars = (
        rng.randrange(N_SITES),
        int(size * TEXT_SHARE),
        int(size * SCRIPT_SHARE),
    )
    title, above, body, below = _page_parts(rng, random.Random(f"site {site_number}"), index, text_chars)
    n_places = len(above) + len(below) + len(body) // 4 + 1
    attributes = Attributes(rng, int(1.25 * (size - text_chars - script_chars)) // n_places)
    title = html.escape(title)
    return "\n".join([
        HEAD_TEMPLATE.format(title=title, site=site_number, index=index, script=_script(rng, script_chars)),
        f"<header{attributes()}><nav><ul>",
        *(_entry(line, attributes) for line in above),
        "</ul></nav></header>",
        f"<main{attributes()}><article><h1>{title}</h1>", BYLINE_TEMPLATE.format(name=rng.choice(NAMES)),
        *(_paragraph(rng, attributes, paragraph) for paragraph in body),
        f"</article></main><aside{attributes()}>",
        *(_card(line, attributes) for line in below[:-8]), f"</aside><footer{attributes()}><ul>",
        *(_entry(line, attributes) for line in below[-8:]), "</ul></footer></body></html>",
    ]) + "\n"  # fmt: skip


class Attributes:
    """Attributes for a start tag; a place in the page has `each` characters of markup to fill."""

    def __init__(self, rng: random.Random, chars_per_place: int) -> None:
        self._rng, self._chars_per_place = rng, chars_per_place

    def __call__(self, share: float = 0.3) -> str:
        chosen = " ".join(self._rng.sample(CSS_CLASSES, 3))
        markup = f' class="{chosen}" data-track="{self._rng.randrange(10**9)}"'
        n_missing = int(self._chars_per_place * share) - len(markup)
        return markup + (f' data-more="{self._digits(n_missing)}"' if n_missing > 20 else "")

    def _digits(self, number: int) -> str:
        return f"{self._rng.getrandbits(4 * number):x}"


def _paragraph(rng: random.Random, attributes: Attributes, text: str) -> str:
    words = html.escape(text, quote=False).split(" ")
    if len(words) > 8 and rng.random() < 0.4:
        words[3] = f'<a href="/tag/{rng.randrange(900)}">{words[3]}</a>'
        words[6] = f"<em>{words[6]}</em>"
    extra = f"<div{attributes()}><span>Advertisement</span></div>" if rng.random() < 0.15 else ""
    return f"<p>{' '.join(words)}</p>{extra}"


def _entry(line: str, attributes: Attributes) -> str:
    return f'<li{attributes()}><a href="/go"{attributes(0.4)}><span>{html.escape(line)}</span></a></li>'


def _card(line: str, attributes: Attributes) -> str:
    image = f'<div{attributes(0.2)}><img src="/i.jpg" alt=""{attributes(0.2)}></div>'
    return f'<div{attributes()}>{image}<h4><a href="/story">{html.escape(line)}</a></h4></div>'


def _script(rng: random.Random, size: int) -> str:
    rows = [{"id": rng.getrandbits(64), "name": _teaser_line(rng)} for _ in range(max(size // 80, 1))]
    return f"<script>window.state = {json.dumps(rows)};</script>"


# -- what the labelled pages are like, and what the made ones


def print_sizes(pages: Iterable[str]) -> None:
    """Print sizes: mean and tenths."""
    from training.flatten import by_text_nodes, lines_of

    values_by_name: dict[str, list[float]] = {}
    for page in pages:
        lines = lines_of(by_text_nodes(page))
        size = sum(map(len, lines)) + len(lines)
        long_line_chars = sum(len(line) for line in lines if len(line.split()) >= 10)
        scripts = sum(map(len, re.findall(r"(?is)<(?:script|style)\b.*?</(?:script|style)>", page)))
        sizes = {
            "characters flattened": size,
            "lines flattened": len(lines),
            "in long lines": long_line_chars / max(size, 1),
        }
        sizes |= {"characters of HTML": len(page), "tags": page.count("<"), "in scripts": scripts / len(page)}
        for name, value in sizes.items():
            values_by_name.setdefault(name, []).append(value)
    _print_table(values_by_name)


def _print_table(values_by_name: dict[str, list[float]]) -> None:
    for name, values in values_by_name.items():
        ordered = sorted(values)
        low, middle, high = (ordered[int(len(ordered) * share)] for share in (0.1, 0.5, 0.9))
        mean = sum(values) / len(values)
        print(f"  {name:22} mean {mean:10,.2f}  median {middle:10,.2f}  tenths {low:10,.2f} {high:10,.2f}")


def labelled_pages(data: Path) -> Iterator[str]:
    """Every third page of the labelled ones."""
    for path in sorted(data.glob("train-*.jsonl.xz")):
        with lzma.open(path, "rt") as rows:
            yield from (json.loads(row)["html"] for number, row in enumerate(rows) if number % 3 == 0)


def main() -> None:
    """Measure what is made, and what it is made after."""
    parser = argparse.ArgumentParser(description="The sizes of the made pages, and of labelled ones in DATA.")
    parser.add_argument("--data", type=Path)
    args = parser.parse_args()
    print("made:")
    print_sizes(documents(300, "html"))
    texts = [*documents(1000, "text")]
    lines = [text.splitlines() for text in texts]
    long_line_chars = [
        sum(len(line) for line in text_lines if len(line.split()) >= 10) for text_lines in lines
    ]
    print("made flat:")
    _print_table({
        "characters": [*map(len, texts)], "lines": [*map(len, lines)],
        "in long lines": [part / len(text) for part, text in zip(long_line_chars, texts, strict=True)],
    })  # fmt: skip
    if args.data:
        print("labelled:")
        print_sizes(labelled_pages(args.data))


if __name__ == "__main__":
    main()
