"""The native core beside the Python form: `python -m bench.native --data DATA`.

Full records of labelled pages, as HTML and as the text of their lines, are made in both forms, in turns in
this process. Their bytes must be equal; the digests and the ratio of processor times are printed. Without
DATA the documents are made (`bench/corpus.py`). Ends with 1 where a record differs, or without a native core.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import NamedTuple

from bench.corpus import documents
from cleaner import native
from cleaner.corpus.outcomes import CleaningJob, Outcome, clean_document
from cleaner.document import Document, Kind
from cleaner.processes.preload import load_everything
from cleaner.settings import Settings
from training.flatten import flatten
from training.pages import held_out_ids, read_rows

KINDS: tuple[Kind, ...] = ("html", "text")
# Before anything is measured: what is read once a process is read.
WARM_UP_DOCUMENTS = 20


def labelled_pages(data: Path) -> Iterator[str]:
    """The HTML of the pages in a folder of labelled ones, those kept for figures left out; files by turns."""
    held_out = held_out_ids(data)
    files = [
        (row["html"] for row in read_rows(path) if row.get("html") and row["id"] not in held_out)
        for path in sorted(data.glob("train-*.jsonl.xz"))
    ]
    return (page for turn in zip_longest(*files) for page in turn if page is not None)


def flattened(page: str) -> str:
    """The text of a page, a line a text node, as scrapers flatten it."""
    return "\n".join(flatten(page, "bs4"))


class Form(NamedTuple):
    """What one form gave so far."""

    digest: hashlib._Hash
    seconds: list[float]


def compare(raws: Iterable[str], kind: Kind) -> bool:
    """Whether both forms give the same records; prints what was measured."""
    core, job = native.core, CleaningJob(Settings(), record_level="full", complete_records=True)
    forms = {"native": Form(hashlib.sha256(), []), "pure": Form(hashlib.sha256(), [])}
    n_differing = 0
    for index, raw in enumerate(raws):
        outcomes: list[Outcome] = []
        # by turns also within a pair: the second one finds the document in the processor's cache
        for name in sorted(forms, reverse=index % 2 == 1):
            native.core = core if name == "native" else None
            start = time.process_time()
            outcomes.append(clean_document(Document(str(index), raw, kind), job))
            forms[name].seconds.append(time.process_time() - start)
            forms[name].digest.update(outcomes[-1].record + outcomes[-1].text + outcomes[-1].signature)
        if outcomes[0] != outcomes[1]:
            n_differing += 1
            print(f"{kind} document {index} differs")
    native.core = core
    _print_figures(kind, forms)
    return not n_differing


def _print_figures(kind: str, forms: dict[str, Form]) -> None:
    means = {}
    for name, form in forms.items():
        seconds = form.seconds[WARM_UP_DOCUMENTS:] or form.seconds
        means[name] = sum(seconds) / max(len(seconds), 1)
        print(
            f"{kind} {name:7}{1000 * means[name]:8.2f} ms a document   sha256 {form.digest.hexdigest()[:16]}"
        )
    ratio = means["pure"] / max(means["native"], 1e-9)
    print(f"{kind} ratio  {ratio:8.2f}   over {len(forms['pure'].seconds)} documents")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.native", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", type=Path, help="folder with train-*.jsonl.xz and valid.txt")
    parser.add_argument("--documents", type=int, default=1000, help="how many, half of them as text")
    parser.add_argument("--skip", type=int, default=0, help="how many pages to pass over first")
    args = parser.parse_args(arguments)
    if native.core is None:
        print("no native core: not built, or CLEANER_PURE is set", file=sys.stderr)
        return 1
    load_everything()
    number, are_same = args.documents // 2, True
    for kind in KINDS:
        if args.data is None:
            raws: Iterable[str] = documents(number, kind)
        else:
            pages = islice(labelled_pages(args.data), args.skip, args.skip + number)
            raws = pages if kind == "html" else map(flattened, pages)
        are_same &= compare(raws, kind)
    return 0 if are_same else 1


if __name__ == "__main__":
    sys.exit(main())
