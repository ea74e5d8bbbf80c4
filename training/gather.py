"""Every page that training may see, read the ways people hold it, and labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from cleaner.document import Document
from cleaner.settings import Settings
from cleaner.witness import ask
from training import augment, pages
from training.examples import Example, labelled, read_page, read_text
from training.fit import FOLDS
from training.flatten import FLATTENERS, flatten

FLATTENED = 2  # of the four ways to flatten a page, so many teach
UNVOTED = 0.5  # weight of a page read without the witness, beside the same page with it


@dataclass(frozen=True, slots=True)
class Data:
    """What the fits read, by site: text documents, pages, the gold texts, and what could not be used."""

    texts: list[Example]
    pages: list[Example]
    gold: dict[str, str]
    left_out: Counter[str]


def gathered(folder: Path, jobs: int) -> Data:
    """All documents; the same whatever the number of processes."""
    held = pages.held_out(folder)
    left_out: Counter[str] = Counter()
    kept = []
    for source in pages.SOURCES:
        for page in pages.read(folder, source):
            left_out[f"{source}: held out"] += page.id in held
            if page.id not in held:
                kept.append(page)
    with get_context("spawn").Pool(jobs) as pool:
        made = pool.map(read_both, kept, chunksize=8)
        for page, found in zip(kept, made, strict=True):
            left_out[f"{page.source}: gold not found"] += FLATTENED + 1 - len(found)
        gold = {page.id: page.text for page in kept}
        texts = [ex for found in made for ex in found if ex.how != "html"]
        html = [ex for found in made for ex in found if ex.how == "html"]
        texts += variants(pool.imap(augment.said, planned(texts, gold), chunksize=32))
    return Data(_by_site(texts), _by_site([*html, *map(unvoted, html)]), gold, left_out)


def _by_site(examples: Iterable[Example]) -> list[Example]:
    return sorted(examples, key=lambda ex: ex.site)


def read_both(page: pages.Page) -> list[Example]:
    """A page flattened two ways, and as it is."""
    hows = list(FLATTENERS)
    found = []
    for k in sorted(augment.chance("flatteners", page.id).permutation(len(hows))[:FLATTENED].tolist()):
        seen = read_text(flatten(page.html, hows[k]))
        found.append(labelled(page.id, page.source, page.kind, page.site, hows[k], seen, page.text))
    if shown := read_page(page.html, witness(page.html)):
        found.append(labelled(page.id, page.source, page.kind, page.site, "html", shown, page.text))
    return [ex for ex in found if ex]


def witness(html: str) -> str | None:
    """What trafilatura takes for the article."""
    testimony = ask(Document("", html, "html"), Settings())
    return testimony.text if testimony else None


def unvoted(ex: Example) -> Example:
    """The same page read without the witness."""
    return replace(ex, how="html fast", seen=replace(ex.seen, place=ex.seen.unvoted), weight=UNVOTED)


def planned(texts: list[Example], gold: dict[str, str]) -> Iterator[Example]:
    """Documents made of each page, from one way to flatten it."""
    first = {ex.page: ex for ex in reversed(texts)}
    fold = {ex.site: pages.fold_of(ex.site, FOLDS) for ex in texts}
    return iter(augment.variants([first[page] for page in sorted(first)], gold, fold))


def variants(made: Iterable[Example | None]) -> list[Example]:
    """Those whose lines reading left as they are."""
    return [ex for ex in made if ex]
