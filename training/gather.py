"""Every page that training may see, as HTML and flattened in the ways people do, and labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from training import augment, pages
from training.examples import Example, labelled_example, read_page_inputs, read_text_input
from training.fit import FOLDS
from training.flatten import FLATTENERS, flatten

FLATTENERS_PER_PAGE = 2  # how many of the four ways to flatten a page are used for each
NO_REFERENCE_WEIGHT = 0.5  # weight of a page without the reference text, beside the same page with it


@dataclass(frozen=True, slots=True)
class Data:
    """The examples, sorted by site: text documents, pages; the gold texts; what could not be used."""

    texts: list[Example]
    pages: list[Example]
    gold: dict[str, str]
    left_out: Counter[str]


def gather_data(folder: Path, jobs: int) -> Data:
    """All documents; the same whatever the number of processes."""
    held_out_ids = pages.held_out_ids(folder)
    left_out: Counter[str] = Counter()
    kept = pages.without_held_out(
        [page for source in pages.SOURCES for page in pages.read_labelled(folder, source)],
        held_out_ids,
        left_out,
    )
    with get_context("spawn").Pool(jobs) as pool:
        examples_by_page = pool.map(read_page_variants, kept, chunksize=8)
        for page, examples in zip(kept, examples_by_page, strict=True):
            left_out[f"{page.source}: gold not found"] += FLATTENERS_PER_PAGE + 2 - len(examples)
        gold = {page.id: page.text for page in kept}
        texts = [ex for found in examples_by_page for ex in found if ex.model_input.dom_features is None]
        html = [ex for found in examples_by_page for ex in found if ex.model_input.dom_features is not None]
        texts += without_none(
            pool.imap(augment.with_rule_scores, planned_variants(texts, gold), chunksize=32)
        )
    return Data(_by_site(texts), _by_site(html), gold, left_out)


def _by_site(examples: Iterable[Example]) -> list[Example]:
    return sorted(examples, key=lambda ex: ex.site)


def read_page_variants(page: pages.Page) -> list[Example]:
    """A page flattened two ways, and as it is."""
    flatteners = list(FLATTENERS)
    examples = []
    for k in sorted(
        augment.seeded_rng("flatteners", page.id).permutation(len(flatteners))[:FLATTENERS_PER_PAGE].tolist()
    ):
        model_input = read_text_input(flatten(page.html, flatteners[k]))
        examples.append(
            labelled_example(
                page.id, page.source, page.page_type, page.site, flatteners[k], model_input, page.text
            )
        )
    if model_inputs := read_page_inputs(page.html):
        ex = labelled_example(
            page.id, page.source, page.page_type, page.site, "html", model_inputs[0], page.text
        )
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
