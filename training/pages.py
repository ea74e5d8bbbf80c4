"""The labelled pages: what is read, which site each is of, and which pages training never sees."""

from __future__ import annotations

import hashlib
import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Gold by hand, or by a parser written for the site. A further source counts in the fit alone: its gold was
# made by selectors that leave captions and credits in, so no figure is taken from it.
SOURCES = ("wcxb", "dragnet", "readability", "daniel", "fundus", "misinfo", "zhset", "hand")
WEAK_SOURCES = ("weak",)
WEAK_WEIGHT = 0.4
# From this number of pages on, a site's pages weigh less: together they weigh as the root of their number, so
# that the two Greek papers that give a fifth of one source do not decide what Greek pages are like.
FULL_WEIGHT_PAGES_PER_SITE = 10

# Of pages without a domain: the address they declare as their own, else the host they link to most.
OWN_ADDRESS = re.compile(
    r"""<(?:link[^>]+rel=["']?canonical|meta[^>]+og:url|base\s)[^>]*?(?:href|content)=["']?(https?://[^"'\s>]+)""",
    re.IGNORECASE,
)
LINK_ADDRESS = re.compile(r"""href=["']?(https?://[^"'\s>]+)""", re.IGNORECASE)
# hosts that many sites link to more often than to themselves
WIDELY_LINKED_NAMES = (
    "facebook",
    "twitter",
    "google",
    "digg",
    "reddit",
    "delicious",
    "stumbleupon",
    "feedburner",
    "youtube",
    "linkedin",
    "amazon",
    "wordpress",
    "w3.org",
    "addthis",
    "yahoo",
    "tumblr",
    "pinterest",
    "doubleclick",
)


@dataclass(frozen=True, slots=True)
class Page:
    """One labelled page. `text` is its main content; `site` groups pages that are alike; `language` is an ISO
    639-1 code, empty where the source does not say."""

    id: str
    source: str
    page_type: str
    site: str
    licence: str
    html: str
    text: str
    language: str = ""


def registered_domain(url: str) -> str:
    """The last two labels of the host, three where the second is a public one (`bbc.co.uk`)."""
    try:
        labels = (urlsplit(url).hostname or "").lower().split(".")
    except ValueError:
        return ""
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-keep:])


def site_of(html: str) -> str:
    """The site a page says it is of, else the one it links to most, else nothing."""
    own_address = OWN_ADDRESS.search(html)
    if own_address and registered_domain(own_address.group(1)):
        return registered_domain(own_address.group(1))
    hosts = Counter(
        h
        for u in LINK_ADDRESS.findall(html)
        if (h := registered_domain(u)) and not any(s in h for s in WIDELY_LINKED_NAMES)
    )
    return hosts.most_common(1)[0][0] if hosts else ""


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one file of the data (`*.jsonl.xz`)."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_all_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of all labelled pages, those held out among them: file by file."""
    for path in sorted(folder.glob("train-*.jsonl.xz")):
        yield from read_rows(path)


def read_labelled(folder: Path, source: str) -> Iterator[Page]:
    """The pages of one source, in the order of the file."""
    for row in read_rows(folder / f"train-{source}.jsonl.xz"):
        site = registered_domain(f"//{row['domain']}") if row["domain"] else site_of(row["html"])
        page_type = row["page_type"] or "article"
        yield Page(
            row["id"],
            source,
            page_type,
            site or row["id"],
            row["licence"],
            row["html"],
            row["text"] or "",
            row.get("language") or "",
        )


def held_out_ids(folder: Path) -> frozenset[str]:
    """Ids of the pages that training never sees."""
    return frozenset((folder / "valid.txt").read_text("utf-8").split())


def fold_of(site: str, folds: int) -> int:
    """The fold of a site: the same on every machine and in every run."""
    return int.from_bytes(hashlib.sha256(site.encode()).digest()[:4], "big") % folds


def without_held_out(pages: Sequence[Page], held_ids: frozenset[str], left_out: Counter[str]) -> list[Page]:
    """The pages to learn from: none that is held out, and none of a site that a page held out is of."""
    sites = {page.site for page in pages if page.id in held_ids}
    for page in pages:
        if page.site in sites:
            left_out[f"{page.source}: {'held out' if page.id in held_ids else 'of a site held out'}"] += 1
    return [page for page in pages if page.site not in sites]


def page_weights(sources: Sequence[str], sites: Sequence[str], ids: Sequence[str]) -> list[float]:
    """The weight in the fit of each document's page, 0 to 1, by its source and the pages of its site."""
    pages_of_site = Counter(site for site, _ in set(zip(sites, ids, strict=True)))
    return [
        (WEAK_WEIGHT if source in WEAK_SOURCES else 1.0)
        * min(1.0, (FULL_WEIGHT_PAGES_PER_SITE / pages_of_site[site]) ** 0.5)
        for source, site in zip(sources, sites, strict=True)
    ]
