"""Documents a second on one core, beside the plain script that people write: `python -m bench.throughput`.

The script repairs with `ftfy.fix_text`, asks `langdetect.detect_langs`, and drops lines as the C4 corpus did
(`bench/c4.py`); for HTML `trafilatura.extract` comes first. Both do all their work in this process, in turns,
over the same documents; what is counted is processor time, so that a busy machine does not matter much. For
HTML `trafilatura.extract` is timed alone as well. The documents are made (`bench/corpus.py`), or read from
the paths given.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence

import ftfy
import langdetect
import trafilatura

from bench import c4
from bench.corpus import documents
from cleaner.corpus.outcomes import CleaningJob, _clean_document
from cleaner.corpus.readers import read_inputs
from cleaner.document import Document, Kind
from cleaner.errors import CleanerError
from cleaner.processes.preload import load_everything
from cleaner.settings import Settings

DOCUMENTS_PER_KIND = {"text": 300, "html": 100}
ROUNDS = 3
SCRIPT_NAME, TRAFILATURA_NAME = "plain script", "trafilatura.extract"


def plain_script(raw: str, kind: Kind) -> str:
    """The plain script, for one document."""
    text = raw if kind == "text" else trafilatura.extract(raw) or ""
    text = c4.kept_text(ftfy.fix_text(text))
    try:
        langdetect.detect_langs(text)
    except langdetect.LangDetectException:
        return ""
    return text


def cleaner_task(task: CleaningJob) -> Callable[[str, Kind], object]:
    """What a worker does for one document: clean, account, sign, and put the record into words."""
    return lambda raw, kind: _clean_document(Document("a", raw, kind), task)


def cpu_seconds(work: Callable[[str, Kind], object], raws: Sequence[str], kind: Kind) -> float:
    """Processor time for all documents."""
    start = time.process_time()
    for raw in raws:
        work(raw, kind)
    return time.process_time() - start


def compare(raws: Sequence[str], kind: Kind) -> None:
    """Prints documents a second of each, best of some rounds, and the ratios."""
    contenders = {SCRIPT_NAME: plain_script, "cleaner": cleaner_task(CleaningJob())}
    if kind == "html":
        contenders["cleaner --effort fast"] = cleaner_task(CleaningJob(Settings(effort="fast")))
        contenders[TRAFILATURA_NAME] = lambda raw, _: trafilatura.extract(raw)
    best_seconds = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            best_seconds[name] = min(best_seconds[name], cpu_seconds(work, raws, kind))
    size = sum(map(len, raws)) / len(raws)
    print(f"{kind}: {len(raws)} documents of {size:,.0f} characters")
    for name, elapsed in best_seconds.items():
        rate = len(raws) / elapsed
        ratios = [
            f"{best_seconds[other] / elapsed:5.2f} x {other}"
            for other in (SCRIPT_NAME, TRAFILATURA_NAME)
            if other in best_seconds
        ]
        print(f"  {name:22} {rate:6.0f} documents/s {rate * size / 1e6:6.2f} M characters/s", *ratios)


def documents_by_kind(paths: list[str]) -> dict[Kind, list[str]]:
    """Documents of each kind: those at the paths, or made ones."""
    if not paths:
        return {
            "text": [*documents(DOCUMENTS_PER_KIND["text"], "text")],
            "html": [*documents(DOCUMENTS_PER_KIND["html"], "html")],
        }
    by_kind: dict[Kind, list[str]] = {"text": [], "html": []}
    for item in read_inputs(paths):
        if isinstance(item, Document) and len(by_kind[item.kind]) < DOCUMENTS_PER_KIND[item.kind]:
            by_kind[item.kind].append(item.raw)
    return by_kind


def main() -> int:
    """Compare."""
    summary, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser("python -m bench.throughput", description=summary, epilog=details)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="documents; without any, made ones")
    paths = parser.parse_args().paths
    try:
        by_kind = documents_by_kind(paths)
    except CleanerError as error:
        parser.error(str(error))
    load_everything()
    langdetect.DetectorFactory.seed = 0
    for kind, raws in by_kind.items():
        if raws:
            compare(raws, kind)
    return 0 if any(by_kind.values()) else parser.error("no documents there")


if __name__ == "__main__":
    sys.exit(main())
