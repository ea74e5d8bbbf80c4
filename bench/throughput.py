"""What a document costs, beside other programs, in one run: `python -m bench.throughput`, or `make bench`.

All of a group do the same documents in turns, in this process, and what is counted is processor time, the
best of some rounds, so that a busy machine does not matter much. The plain script is what people write: it
repairs with `ftfy.fix_text`, asks `langdetect.detect_langs`, and drops lines as the C4 corpus did
(`bench/c4.py`); for HTML `trafilatura.extract` comes first. `ratio` is documents a second against the first
of the group. `cleaner` does what a worker does: clean, account, sign, and put the record into words.

What is not installed is left out, and said; `pip install -e '.[bench]'` has all. The documents are made
(`bench/corpus.py`), or with `--data` the labelled pages of that folder. Some minutes.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import ftfy
import langdetect
import trafilatura

from bench import c4, running_cost
from bench.corpus import documents, labelled_pages
from cleaner.collector import collect_rarely
from cleaner.corpus.outcomes import CleaningJob, clean_document
from cleaner.document import Document, Kind
from cleaner.processes.preload import load_everything
from cleaner.settings import Settings
from training.flatten import by_resiliparse, by_text_nodes

N_PAGES, N_SHORT = 60, 200
SHORT_CHARS = 500
ROUNDS = 3
SCRIPT, TRAFILATURA = "plain script", "trafilatura.extract"
MODULES = {
    "resiliparse": "resiliparse",
    "jusText": "justext",
    "readability-lxml": "readability",
}
Work = Callable[[str], object]


class Row(NamedTuple):
    """One of a group: processor milliseconds a document, and documents a second against the first."""

    name: str
    ms: float
    ratio: float


def is_installed(name: str) -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec(MODULES[name]) is not None


def plain_script(text: str) -> str:
    """The plain script, for one text."""
    text = c4.kept_text(ftfy.fix_text(text))
    try:
        langdetect.detect_langs(text)
    except langdetect.LangDetectException:
        return ""
    return text


def cleaner_work(kind: Kind, settings: Settings | None = None) -> Work:
    """What a worker does for one document."""
    job = CleaningJob(settings or Settings())
    return lambda raw: clean_document(Document("a", raw, kind), job)


def with_resiliparse(page: str) -> object:
    from resiliparse.extract.html2text import extract_plain_text

    return extract_plain_text(page, main_content=True)


def with_justext(page: str) -> object:
    import justext

    return justext.justext(page, justext.get_stoplist("English"))


def with_readability(page: str) -> object:
    from readability import Document as Page

    return Page(page).summary()


def tolerant(work: Work) -> Work:
    """A program that gives up on some page is not timed for the error that it raises."""

    def run(raw: str) -> object:
        try:
            return work(raw)
        except Exception:
            return None

    return run


def compare(raws: Sequence[str], contenders: dict[str, Work]) -> list[Row]:
    """What each needs for all documents, in the order given."""
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            start = time.process_time()
            for raw in raws:
                work(raw)
            best[name] = min(best[name], time.process_time() - start)
    first = next(iter(best.values()))
    return [Row(name, 1000 * seconds / len(raws), first / seconds) for name, seconds in best.items()]


def html_contenders() -> dict[str, Work]:
    """Those that take pages, trafilatura first."""
    others: dict[str, Work] = {
        "resiliparse": with_resiliparse,
        "jusText": with_justext,
        "readability-lxml": with_readability,
    }
    return {
        TRAFILATURA: lambda page: trafilatura.extract(page),
        "cleaner --effort fast": cleaner_work("html", Settings(effort="fast")),
        "cleaner --effort best": cleaner_work("html", Settings(effort="best")),
        SCRIPT: lambda page: plain_script(trafilatura.extract(page) or ""),
        **{name: tolerant(work) for name, work in others.items() if is_installed(name)},
    }


def text_contenders() -> dict[str, Work]:
    """Those that take text, the plain script first."""
    return {SCRIPT: plain_script, "cleaner": cleaner_work("text")}


def groups(pages: Sequence[str]) -> Iterator[tuple[str, list[Row]]]:
    """Each group with its rows, as they are measured."""
    flatteners = {"bs4": by_text_nodes} | (
        {"resiliparse": by_resiliparse} if is_installed("resiliparse") else {}
    )
    for name, flatten in flatteners.items():
        texts = [text for page in pages if (text := flatten(page)).strip()]
        yield _title(f"text, flattened by {name}", texts), compare(texts, text_contenders())
    yield _title("HTML", pages), compare(pages, html_contenders())
    short = [text[:SHORT_CHARS] for text in documents(N_SHORT, "text", seed=1)]
    yield _title("text, short", short), compare(short, text_contenders())


def _title(name: str, raws: Sequence[str]) -> str:
    return f"{name}: {len(raws)} of {sum(map(len, raws)) / len(raws):,.0f} characters"


def main() -> None:
    """Print the table, row by row."""
    summary, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser("python -m bench.throughput", description=summary, epilog=details)
    parser.add_argument("--data", type=Path, metavar="DIR", help="labelled pages instead of made ones")
    parser.add_argument("--pages", type=int, default=N_PAGES, help="how many pages (%(default)s)")
    arguments = parser.parse_args()
    missing = [name for name in MODULES if not is_installed(name)]
    if missing:
        print(f"left out, not installed: {', '.join(missing)}")
    made = documents(arguments.pages, "html")
    pages = [*islice(labelled_pages(arguments.data) if arguments.data else made, arguments.pages)]
    load_everything()
    collect_rarely()  # as workers do; the others gain by it as well
    langdetect.DetectorFactory.seed = 0
    for title, rows in groups(pages):
        print(f"\n{title:54} {'CPU ms':>8} {'a second':>9} {'ratio':>6}", flush=True)
        for row in rows:
            print(f"  {row.name:52} {row.ms:8.2f} {1000 / row.ms:9.1f} {row.ratio:6.2f}", flush=True)
    print()
    for line in running_cost.lines(pages):
        print(line, flush=True)


if __name__ == "__main__":
    main()
