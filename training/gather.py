"""Every page that training may see, read the ways people hold it, and labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

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
    kept = pages.apart(
        [page for source in pages.SOURCES for page in pages.read(folder, source)], held, left_out
    )
    with get_context("spawn").Pool(jobs) as pool:
        made = pool.map(read_both, kept, chunksize=8)
        for page, found in zip(kept, made, strict=True):
            left_out[f"{page.source}: gold not found"] += FLATTENED + 2 - len(found)
        gold = {page.id: page.text for page in kept}
        texts = [ex for found in made for ex in found if ex.seen.place is None]
        html = [ex for found in made for ex in found if ex.seen.place is not None]
        texts += variants(pool.imap(augment.said, planned(texts, gold), chunksize=32))
    return Data(_by_site(texts), _by_site(html), gold, left_out)


def _by_site(examples: Iterable[Example]) -> list[Example]:
    return sorted(examples, key=lambda ex: ex.site)


def read_both(page: pages.Page) -> list[Example]:
    """A page flattened two ways, and as it is."""
    hows = list(FLATTENERS)
    found = []
    for k in sorted(augment.chance("flatteners", page.id).permutation(len(hows))[:FLATTENED].tolist()):
        seen = read_text(flatten(page.html, hows[k]))
        found.append(labelled(page.id, page.source, page.kind, page.site, hows[k], seen, page.text))
    if shown := read_page(page.html):
        ex = labelled(page.id, page.source, page.kind, page.site, "html", shown[0], page.text)
        found += [ex, ex and replace(ex, how="html fast", seen=shown[1], weight=UNVOTED)]
    return [ex for ex in found if ex]


def planned(texts: list[Example], gold: dict[str, str]) -> Iterator[Example]:
    """Documents made of each page, from one way to flatten it."""
    first = {ex.page: ex for ex in reversed(texts)}
    fold = {ex.site: pages.fold_of(ex.site, FOLDS) for ex in texts}
    return iter(augment.variants([first[page] for page in sorted(first)], gold, fold))


def variants(made: Iterable[Example | None]) -> list[Example]:
    """Those whose lines reading left as they are."""
    return [ex for ex in made if ex]
