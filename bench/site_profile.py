"""What a site's other pages tell: `python -m bench.site_profile --data DIR`.

Of sites with many labelled pages, each as a folder of its own: word-F1 with what a first pass found to recur
(`cleaner clean --learn`) and without, pages as HTML and flattened, with a paired interval over all pages.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.quality import Score, bootstrap_interval
from cleaner.analysis.site_profile import Learner, Profile
from cleaner.corpus.learning import lines_of_document
from cleaner.document import Document
from cleaner.pipeline import clean
from cleaner.settings import Settings
from training.flatten import flatten
from training.pages import SOURCES, Page, held_out_ids, read_labelled
from training.score import bag_of_words, word_f1

FLATTENER = "html_text"
SETTINGS = Settings(garbled="keep")


def documents_of(pages: Sequence[Page], read_as: str) -> list[Document]:
    """The pages of a site as a folder would hold them."""
    if read_as == "html":
        return [Document(f"{page.site}/{page.id}", page.html, "html") for page in pages]
    return [Document(f"{page.site}/{page.id}", "\n".join(flatten(page.html, FLATTENER))) for page in pages]


def learn(documents: Sequence[Document]) -> Profile:
    """What recurs in these documents."""
    learner = Learner()
    for doc in documents:
        learner.add(*lines_of_document(doc))
    return learner.profile()


def score_site(pages: Sequence[Page], read_as: str) -> tuple[list[Score], list[Score], int]:
    """The scores of a site's pages without and with its profile, and how many lines that has."""
    documents = documents_of(pages, read_as)
    profile = learn(documents)
    without: list[Score] = []
    with_it: list[Score] = []
    for page, doc in zip(pages, documents, strict=True):
        gold = bag_of_words([page.text])
        for scores, used in ((without, None), (with_it, profile)):
            scores.append(word_f1(bag_of_words([clean(doc, SETTINGS, used).text]), gold))
    n_lines = sum(len(site.document_counts) for site in profile.sites.values())
    return without, with_it, n_lines


def sites_of(pages: Sequence[Page], min_pages: int) -> Mapping[str, list[Page]]:
    """The pages of each site that has so many, the site with most pages first."""
    by_site: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        by_site[page.site].append(page)
    large = [(site, found) for site, found in by_site.items() if len(found) >= min_pages]
    return dict(sorted(large, key=lambda item: (-len(item[1]), item[0])))


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--sources", nargs="+", default=["daniel"], help=f"some of {', '.join(SOURCES)}")
    parser.add_argument("--min-pages", type=int, default=20, help="of sites with so many pages")
    parser.add_argument("--pages-a-site", type=int, default=40, help="no more of each")
    parser.add_argument("--held-out", action="store_true", help="only the pages of valid.txt")
    parser.add_argument("--html-only", action="store_true")
    args = parser.parse_args()
    pages = [page for source in args.sources for page in read_labelled(args.data, source)]
    if args.held_out:
        ids = held_out_ids(args.data)
        pages = [page for page in pages if page.id in ids]
    print("| read as | site | pages | lines that recur | F1 without | F1 with |\n|---|---|---|---|---|---|")
    for read_as in ("html",) if args.html_only else ("html", "flattened"):
        everything: tuple[list[Score], list[Score]] = ([], [])
        for site, found in sites_of(pages, args.min_pages).items():
            *both, n_lines = score_site(found[: args.pages_a_site], read_as)
            for total, scores in zip(everything, both, strict=True):
                total.extend(scores)
            without, with_it = (float(np.mean([f for _, _, f in scores])) for scores in both)
            print(
                f"| {read_as} | {site} | {len(both[0])} | {n_lines} | {without:.4f} | {with_it:.4f} |",
                flush=True,
            )
        if everything[0]:
            without, with_it = (float(np.mean([f for _, _, f in scores])) for scores in everything)
            low, high = bootstrap_interval(everything[1], everything[0])
            print(
                f"| {read_as} | all | {len(everything[0])} | | {without:.4f} | {with_it:.4f} |"
                f" ({low:+.4f} to {high:+.4f})"
            )


if __name__ == "__main__":
    main()
