"""Every page that training may see, as HTML and flattened in the ways people do, and labelled."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from typing import TypeVar, cast

from training import augment, html_boxes, pages
from training.examples import Example, labelled_example, read_page_inputs, read_text_input
from training.fit import FOLDS, with_masked_copies
from training.flatten import FLATTENERS, flatten

T = TypeVar("T")
FLATTENERS_PER_PAGE = 2  # how many of the four ways to flatten a page are used for each
NO_REFERENCE_WEIGHT = 0.5  # weight of a page without the reference text, beside the same page with it


@dataclass(frozen=True, slots=True)
class Data:
    """The examples, sorted by site: text documents, pages; the gold texts; what could not be used."""

    texts: list[Example]
    pages: list[Example]
    gold: dict[str, str]
    left_out: Counter[str]


def gather_data(folder: Path, jobs: int, cache: Path | None = None, sample: int = 1) -> Data:
    """All documents, or those of every `sample`-th page; the same whatever the number of processes.

    With `cache`, a folder, the pages as read and labelled are kept there, and the documents made from them,
    those of each `sample` apart: reading takes most of the time, and does not depend on the model's features
    of text, only on the pages, the rules and the features of the DOM. Delete the files when those have
    changed.
    """
    cache = cache / f"sample-{sample}" if cache and sample > 1 else cache
    with get_context("spawn").Pool(jobs) as pool:
        texts, html, gold, left_out = _cached(cache, "pages", lambda: _read_pages(folder, sample, pool))
        boxed = _cached(cache, "boxed", lambda: _boxed_pages(folder, html, pool))
        made = _cached(
            cache,
            "made",
            lambda: without_none(
                pool.imap(augment.with_rule_scores, planned_variants(texts, gold), chunksize=32)
            ),
        )
    weight = _weight_of_page(texts + html)
    texts, html = (
        sorted((replace(ex, page_weight=weight[ex.page]) for ex in examples), key=lambda ex: ex.site)
        for examples in (texts + made, html + boxed)
    )
    return Data(with_masked_copies(texts), with_masked_copies(html), gold, left_out)


def _boxed_pages(folder: Path, html: Sequence[Example], pool: Pool) -> list[Example]:
    """Pages with boxes put inside, of those pages whose gold was found."""
    ids = {ex.page for ex in html}
    kept = [
        page for source in pages.SOURCES for page in pages.read_labelled(folder, source) if page.id in ids
    ]
    fold = {page.site: pages.fold_of(page.site, FOLDS) for page in kept}
    found = pool.imap(html_boxes.boxed_page, html_boxes.box_tasks(kept, fold), chunksize=8)
    return [ex for examples in found for ex in examples]


def _cached(cache: Path | None, name: str, compute: Callable[[], T]) -> T:
    """The result of `compute`, from the file of this name in the folder `cache` where there is one."""
    path = cache / f"{name}.pickle" if cache else None
    if path and path.exists():
        with path.open("rb") as file:
            return cast("T", pickle.load(file))
    result = compute()
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            pickle.dump(result, file, pickle.HIGHEST_PROTOCOL)
        unfinished.replace(path)
    return result


def _read_pages(
    folder: Path, sample: int, pool: Pool
) -> tuple[list[Example], list[Example], dict[str, str], Counter[str]]:
    """The pages flattened, as HTML, their gold texts, and what was left out."""
    left_out: Counter[str] = Counter()
    kept = pages.without_held_out(
        [
            page
            for source in pages.SOURCES + pages.WEAK_SOURCES
            for page in pages.read_labelled(folder, source)
        ],
        pages.held_out_ids(folder),
        left_out,
    )[::sample]
    examples_by_page = pool.map(read_page_variants, kept, chunksize=8)
    for page, examples in zip(kept, examples_by_page, strict=True):
        left_out[f"{page.source}: gold not found"] += FLATTENERS_PER_PAGE + 2 - len(examples)
    texts = [ex for found in examples_by_page for ex in found if ex.model_input.dom_features is None]
    html = [ex for found in examples_by_page for ex in found if ex.model_input.dom_features is not None]
    return texts, html, {page.id: page.text for page in kept}, left_out


def _weight_of_page(examples: Sequence[Example]) -> dict[str, float]:
    ids = [ex.page for ex in examples]
    weights = pages.page_weights([ex.source for ex in examples], [ex.site for ex in examples], ids)
    return dict(zip(ids, weights, strict=True))


def read_page_variants(page: pages.Page) -> list[Example]:
    """A page flattened two ways, and as it is."""
    flatteners = list(FLATTENERS)
    order = augment.seeded_rng("flatteners", page.id).permutation(len(flatteners))
    examples = [
        labelled_example(page, flatteners[k], read_text_input(flatten(page.html, flatteners[k])))
        for k in sorted(order[:FLATTENERS_PER_PAGE].tolist())
    ]
    if model_inputs := read_page_inputs(page.html):
        ex = labelled_example(page, "html", model_inputs[0])
        examples += [
            ex,
            ex and replace(ex, variant="html fast", model_input=model_inputs[1], weight=NO_REFERENCE_WEIGHT),
        ]
    return [ex for ex in examples if ex]


def planned_variants(texts: list[Example], gold: dict[str, str]) -> Iterator[Example]:
    """Documents made from each page, as flattened in one way."""
    first_by_page = {ex.page: ex for ex in reversed(texts)}
    fold = {ex.site: pages.fold_of(ex.site, FOLDS) for ex in texts}
    return iter(augment.variants([first_by_page[page] for page in sorted(first_by_page)], gold, fold))


def without_none(examples: Iterable[Example | None]) -> list[Example]:
    """The examples without None."""
    return [ex for ex in examples if ex]
